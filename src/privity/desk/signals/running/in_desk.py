# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The driver of a host on one machine: counters in memory, kept in the desk's own encrypted database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import structlog

from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.counters.accounts import MOST, Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.counters.state import AccountState
from privity.desk.signals.running import desk_store
from privity.desk.signals.running.joints import Kept

told = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class InDesk:
    """Keeps counters in desk.db (`Keeper`)."""

    db: Db = field(repr=False)
    most: int = MOST

    def marks(self, random: Callable[[int], bytes]) -> Marks:
        """Of this desk; its key is drawn the first time."""
        with transaction(self.db):
            there = desk_store.position(self.db)
            if there is None:
                desk_store.begin(self.db, Commons().encode(), random(32))
                there = desk_store.position(self.db)
        assert there is not None
        return Marks(there.key)

    def load(self) -> Kept:
        """What was kept. Counters that no longer read, of an older version, begin anew: they are worth less than a
        desk that runs."""
        there = desk_store.position(self.db)
        accounts = Accounts(self.most)
        if there is None:
            return Kept(0, accounts, Commons())
        for account, counters in desk_store.accounts(self.db):
            try:
                accounts.put(account, AccountState.decode(counters))
            except CountersUnreadable:
                accounts.gone.add(account)
        try:
            commons = Commons.decode(there.commons)
        except CountersUnreadable:
            commons = Commons()
            commons.changed = True
        if accounts.gone:
            told.warning("desk.counters_begin_anew", accounts=len(accounts.gone))
        return Kept(there.number, accounts, commons)

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; inside another one it is a part of that."""
        return transaction(self.db)

    def keep(
        self, number: int, changed: Iterable[tuple[str, bytes]], gone: Sequence[str], commons: bytes | None
    ) -> None:
        """Write what has changed."""
        desk_store.drop(self.db, gone)
        desk_store.write(self.db, changed)
        desk_store.move(self.db, number, commons)
