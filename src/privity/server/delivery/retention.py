# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Forgetting: frames that all devices have kept or that are too old, log entries and keys past the report window."""

from __future__ import annotations

from functools import partial
from typing import Final

from privity.message.franking import PERIOD_MS
from privity.server.context import HubContext
from privity.server.delivery import store
from privity.server.franking import service as franking
from privity.server.franking.model import Franker

RETENTION_DAYS: Final = 30
"""How long a message waits for a device that is away; after that the device enters its rooms anew."""


async def maintain(context: HubContext, franker: Franker) -> None:
    """Run about hourly. Each room is one write: messages pass in between, and its undo journal is in memory."""
    now_ms = context.now_ms()
    franking.forget_expired(franker, now_ms)
    before_ms = now_ms - RETENTION_DAYS * PERIOD_MS
    for room_id, through in await context.db.read(store.rooms_with_frames):
        await context.db.write(partial(store.forget_frames, room_id=room_id, through=through, before_ms=before_ms))
    await context.db.write(partial(store.forget_events_before, ts_ms=now_ms - franker.window_days * PERIOD_MS))
