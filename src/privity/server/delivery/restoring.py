# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The database was put back from a copy: every room and every inbox goes on from where no device can have read.

From where the copy stands, numbers would come again that devices know as dealt with, and what bears them would be lost
on them without a word. So each room gets a mark (`EventKind.RESTORED`) at a number beyond all that were given out. It
says up to where the copy knew the room; devices that read it tell their people.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from privity.server.db.database import Query, Tx
from privity.server.delivery import log, restores, store
from privity.server.delivery.model import Head
from privity.server.errors import CopyOfTomorrow
from privity.server.keylog.stored import StoredLog
from privity.server.observing import store as observations
from privity.wire.restored import Restored, encode_restored
from privity.wire.socket import RESTORE_STEP, EventKind


@dataclass(frozen=True, slots=True)
class Anew:
    """What was done: so many rooms got a mark, behind what a copy of this moment knew."""

    rooms: int
    copied_ms: int


def copied_ms(query: Query) -> int:
    """The last moment that the database knows of: the copy was made then, or a little later. 0 for an empty one."""
    return max(_log_ms(query), store.last_moment(query))


def _log_ms(query: Query) -> int:
    published = StoredLog.of(query)
    return published.entry(published.size - 1).timestamp_ms if published.size else 0


def begin_anew(tx: Tx, copy_ms: int, now_ms: int, keys: Path) -> Anew:
    """Mark every room that somebody can be in, and begin the inboxes anew. Done twice, devices are told twice.

    Numbers are beyond those of any restore that this hub's folder of `keys` knows of, and beyond the time of the key
    log, whose witnesses keep what this copy may lack. Raises CopyOfTomorrow where the clock is behind a room of the
    copy: events would get times from before.
    """
    lead = store.last_moment(tx) - now_ms
    if lead > log.MAX_CLOCK_LEAD_MS:
        raise CopyOfTomorrow(
            f"the database knows of an event {lead // 1000} s after what this machine's clock says now; set the clock"
            " right first"
        )
    rooms = store.ends(tx)
    base = restores.begin(keys, max(now_ms, _log_ms(tx)) // 1000)
    for room in rooms:
        said = Restored(room.last_seq, copy_ms, room.epoch)
        before = max(room.last_seq, base)
        place = Head(room.room_id, room.room_uri, before, room.last_ts_ms)
        log.append(tx, place, now_ms, EventKind.RESTORED, encode_restored(said), [])
    log.begin_inboxes_anew(tx, base)
    observations.begin_after(tx, base // RESTORE_STEP * 1000)  # as if there had been one in each millisecond
    return Anew(len(rooms), copy_ms)
