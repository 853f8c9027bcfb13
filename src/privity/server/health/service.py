# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking whether a write commits."""

from __future__ import annotations

import asyncio
import shutil

from msgspec.structs import replace

from privity.server.context import HubContext
from privity.server.health import store
from privity.server.health.model import KEPT_S, PATIENCE_S, Beat, HealthFigures, SilentWorker
from privity.server.keylog import service as keylog
from privity.server.version import VERSION
from privity.wire.errors import Code, Refusal
from privity.wire.rest import Health


async def look(context: HubContext) -> Beat:
    """The newest look, at most a second old. Never waits longer than a write may take."""
    pulse, now_s = context.pulse, asyncio.get_running_loop().time()
    if pulse.beat is not None and now_s - pulse.beat.at_s < KEPT_S:
        return pulse.beat
    if pulse.looking is None or pulse.looking.done():
        pulse.started_s = now_s
        pulse.looking = asyncio.create_task(_look(context))
    done, _ = await asyncio.wait({pulse.looking}, timeout=PATIENCE_S)
    if done:
        return pulse.looking.result()
    now_s = asyncio.get_running_loop().time()
    pulse.beat = Beat(now_s, (now_s - pulse.started_s) * 1000, stuck=True)
    return pulse.beat


async def check(context: HubContext) -> Health:
    """For anybody. Raises an UNAVAILABLE Refusal that says no more than that."""
    if not (await look(context)).well:
        raise Refusal(Code.UNAVAILABLE, "the hub cannot store now", retry_after_ms=int(KEPT_S * 1000))
    return Health(ok=True)


async def figures(context: HubContext) -> HealthFigures:
    """For whoever works on this machine."""
    beat = await look(context)
    name = None if context.sharing is None else context.sharing.name
    found = HealthFigures(
        beat.well, VERSION, beat.took_ms, beat.refused, context.db.waiting, len(context.sessions), worker=name
    )
    if not beat.well:  # what reads the database could wait for the same thing
        return found
    return replace(
        found,
        free_bytes=await asyncio.to_thread(lambda: shutil.disk_usage(context.config.data).free),
        keylog_age_s=await keylog.age_s(context),
        silent_workers=await _silent_workers(context),
    )


async def _silent_workers(context: HubContext) -> tuple[SilentWorker, ...]:
    if context.sharing is None:
        return ()
    silent = await context.db.read(context.sharing.silent)
    return tuple(SilentWorker(worker, silent_ms / 1000) for worker, silent_ms in silent.items())


async def _look(context: HubContext) -> Beat:
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    refused = None
    try:
        await context.db.write(store.write_nothing)
    except Refusal as err:
        refused = err.body.message
    now_s = loop.time()
    took_s = now_s - started_s
    context.pulse.beat = Beat(now_s, took_s * 1000, refused, stuck=took_s > PATIENCE_S)
    return context.pulse.beat
