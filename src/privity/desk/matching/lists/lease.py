# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One at a time changes a list: whoever does holds its lease, says so again with every step, and gives it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from privity.desk.db.transaction import Db, transaction
from privity.desk.matching.errors import ListBusy
from privity.desk.matching.lists import store

LEASE_MS: Final = 300_000
"""After so long without a word of its holder a lease is over."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Held until its block ends."""

    db: Db
    number: int
    holder: str
    now_ms: Callable[[], int]

    def renew(self) -> None:
        """Inside the transaction of each step. Raises ListBusy where it was over and somebody else has it now."""
        now_ms = self.now_ms()
        if not store.take_lease(self.db, self.number, self.holder, now_ms + LEASE_MS, now_ms):
            raise ListBusy("somebody else changes this list now; wait until they are done, or five minutes")


@contextmanager
def leased(db: Db, number: int, random: Callable[[int], bytes], now_ms: Callable[[], int]) -> Iterator[Lease]:
    """Hold the lease of a list within the block. Raises ListBusy where somebody else has it."""
    lease = Lease(db, number, random(16).hex(), now_ms)
    with transaction(db):
        lease.renew()
    try:
        yield lease
    finally:
        with transaction(db):
            store.end_lease(db, number, lease.holder)
