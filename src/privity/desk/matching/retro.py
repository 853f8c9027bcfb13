# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A list grew: which of what was public before is like what came? Whoever showed it is looked at again.

Few new entries are held against all that was kept, in one pass over it; of many, what was kept is asked of the index,
as if it were shown now. Both find the same. Only accounts come out of it: what they show now is asked of the hub anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from privity.desk.db.transaction import Db, transaction
from privity.desk.matching import retro_store
from privity.desk.matching.lists.changes import newest
from privity.desk.matching.looking import store
from privity.desk.matching.looking.finding import Within
from privity.desk.matching.looking.policy import RADIUS
from privity.desk.matching.surfaces import queue
from privity.desk.matching.surfaces.queue import Why

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MANY: Final = 10_000
"""New entries from which on asking the index costs less: one look-up is as dear as so many comparisons."""
CHANGES: Final = 200_000
"""Changes in one step."""
PAGE: Final = 50_000
"""Kept hashes in memory at once."""
PLACE: Final = "changes"


class Retro:
    """One step is about all that has changed since the one before."""

    def __init__(self, db: Db, index: Within, now_ms: Callable[[], int], *, many: int = MANY) -> None:
        self._db = db
        self._index = index
        self._now_ms = now_ms
        self._many = many

    async def step(self) -> int:
        """How many changes were gone through."""
        after = store.place(self._db, PLACE)
        until = min(newest(self._db), after + CHANGES)
        if until == after:
            return 0
        accounts = retro_store.same_bytes(self._db, after, until)
        added = retro_store.added(self._db, after, until)
        if added:
            pages = retro_store.kept(self._db, PAGE)
            accounts |= await asyncio.to_thread(
                self._asking_the_index if len(added) > self._many else _comparing, list(pages), added
            )
        with transaction(self._db):
            queue.ask(self._db, sorted(accounts), Why.GREW, self._now_ms())
            store.set_place(self._db, PLACE, until)
        return until - after

    def _asking_the_index(self, pages: Sequence[tuple[list[str], bytes]], added: dict[int, bytes]) -> set[str]:
        return {
            account
            for accounts, hashes in pages
            for at, account in enumerate(accounts)
            if any(near.entry in added for near in self._index.within(hashes[32 * at : 32 * at + 32], RADIUS))
        }


def _comparing(pages: Sequence[tuple[list[str], bytes]], added: dict[int, bytes]) -> set[str]:
    import numpy as np  # here, and not where the desk starts: a desk without lists does without

    entries = _words(b"".join(dict.fromkeys(added.values())))
    found: set[str] = set()
    for accounts, hashes in pages:
        near = np.zeros(len(accounts), bool)
        kept = _words(hashes)
        for entry in entries:
            near |= np.bitwise_count(kept ^ entry).sum(axis=1, dtype=np.uint16) <= RADIUS
        found |= {accounts[at] for at in np.flatnonzero(near)}
    return found


def _words(hashes: bytes) -> npt.NDArray[np.uint64]:
    import numpy as np

    return np.frombuffer(hashes, np.uint64).reshape(-1, 4)
