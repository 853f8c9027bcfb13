# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Forgetting: frames that all devices have kept or that are too old, log entries and keys past the report window, rooms
that nobody is in, codes that work no more, what is over between people, what closed accounts leave behind for a while.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Final

from privity.message.franking import PERIOD_MS
from privity.server.accounts import closed
from privity.server.blobs import service as blobs
from privity.server.contacts import forgetting
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import store
from privity.server.devices import store as devices
from privity.server.franking import service as franking
from privity.server.franking.model import Franker
from privity.server.invites import store as invites
from privity.server.knocks import service as knocks
from privity.server.limits import CODES_KEPT_MS
from privity.server.links import service as links
from privity.server.notices import service as notices
from privity.server.observing import service as observing
from privity.server.retention import service as retention
from privity.server.retention.classes import FRAMES_KEPT_MS
from privity.server.retention.counting import Counted
from privity.server.rooms import store as rooms
from privity.server.staff import effects
from privity.server.standing import service as standing

AT_ONCE: Final = 100
"""Rooms that are forgotten in one transaction."""
RETENTION_DAYS: Final = FRAMES_KEPT_MS // PERIOD_MS


async def maintain(context: HubContext, franker: Franker) -> None:
    """Run about hourly: delete what is due, count it, and look whether it has gone."""
    started = perf_counter()
    counted = Counted(context.db)
    await _forget(replace(context, db=counted), franker)
    await context.db.scrub()
    await retention.account(context, counted, perf_counter() - started)


async def _forget(context: HubContext, franker: Franker) -> None:
    """Each room is one write: messages pass in between, and its undo journal is in memory."""
    now_ms = context.now_ms()
    franking.forget_expired(franker, now_ms)
    before_ms = now_ms - FRAMES_KEPT_MS
    for room_id, through in await context.db.read(store.rooms_with_frames):
        await context.db.write(partial(store.forget_frames, room_id=room_id, through=through, before_ms=before_ms))
    await context.db.write(partial(store.forget_events_before, ts_ms=now_ms - franker.window_days * PERIOD_MS))
    await context.db.write(partial(rooms.forget_trees, before_ms=before_ms))
    await _forget_rooms(context)
    await context.db.write(partial(_forget_codes, before_ms=now_ms - CODES_KEPT_MS))
    await context.db.write(partial(closed.forget, now_ms=now_ms))
    await forgetting.keep_house(context)
    await standing.forget_old(context)
    await effects.forget_old(context)
    await notices.forget_old(context)
    await links.forget_expired(context)
    await knocks.forget_over(context)
    await observing.forget_old(context)
    await blobs.sweep(context)


async def _forget_rooms(context: HubContext) -> None:
    while True:
        empty = await context.db.read(partial(rooms.empty, limit=AT_ONCE))
        bare = await context.db.read(partial(rooms.bare, limit=AT_ONCE))
        if not empty and not bare:
            return
        await context.db.write(partial(rooms.forget, empty=empty, bare=bare))


def _forget_codes(tx: Tx, before_ms: int) -> None:
    invites.forget(tx, before_ms)
    devices.forget_codes(tx, before_ms)
