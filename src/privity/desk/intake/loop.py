# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's heartbeat: ask, record, wait; back off while the hub does not answer. Ends between two reports."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

import structlog

from privity.desk.errors import AlreadyRecorded, CertificateRefused, HubError, HubNewer
from privity.desk.limits import FIRST_BACKOFF_S, MAX_BACKOFF_S
from privity.wire.errors import Refusal

log: Final = structlog.get_logger()

_NAME_NOBODY: Final = (CertificateRefused, HubNewer)
"""Errors whose words go into the log; those of others may name a person."""


class Work(Protocol):
    """What is done in steps: `step` returns how much it did, 0 where nothing waits. Raises HubError or Refusal."""

    async def step(self) -> int: ...


async def serve(work: Work, poll_interval_s: float, stop: asyncio.Event) -> None:
    """Until `stop` is set. Nothing is lost when the hub is away: it forgets only what is recorded here."""
    failures = 0
    while not stop.is_set():
        working = asyncio.ensure_future(work.step())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                working.cancel()
            done = await working
        except asyncio.CancelledError:
            if not stop.is_set():
                raise
            return
        except (HubError, Refusal, AlreadyRecorded) as err:
            pause = backoff_s(failures)
            failures += 1
            reason = err.code.value if isinstance(err, Refusal) else type(err).__name__
            why = {"why": str(err)} if isinstance(err, _NAME_NOBODY) else {}
            log.warning("desk.hub_no_answer", reason=reason, retry_in_s=round(pause, 1), **why)
        else:
            failures = 0
            pause = 0.0 if done else poll_interval_s
        finally:
            stopping.cancel()
        await _wait(stop, pause)


def backoff_s(failures: int) -> float:
    """Pause after so many failures in a row: doubles up to the limit."""
    return min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(failures, 16))


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    if seconds <= 0:
        return
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
