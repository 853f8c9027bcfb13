# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Forgetting: frames that all devices have kept or that are too old, log entries and keys past the report window."""

from __future__ import annotations

from functools import partial
from typing import Final

from privity.message.franking import PERIOD_MS
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import store
from privity.server.franking import service as franking
from privity.server.franking.model import Franker

RETENTION_DAYS: Final = 30
"""How long a message waits for a device that is away; after that the device enters its rooms anew."""


async def maintain(context: HubContext, franker: Franker) -> None:
    """Run about hourly. Each room is one write, so that messages pass in between."""
    now_ms = context.now_ms()
    franking.forget_expired(franker, now_ms)
    for room_id, through in await context.db.read(store.rooms_with_frames):
        await context.db.write(partial(store.forget_frames, room_id=room_id, through=through))

    def by_age(tx: Tx) -> None:
        store.forget_frames_before(tx, now_ms - RETENTION_DAYS * PERIOD_MS)
        store.forget_events_before(tx, now_ms - franker.window_days * PERIOD_MS)

    await context.db.write(by_age)
