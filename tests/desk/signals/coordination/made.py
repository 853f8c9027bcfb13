# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Clusters made by hand, and who slows accounts in their place."""

from __future__ import annotations

from dataclasses import dataclass, field

from privity.desk.db.transaction import Db
from privity.desk.signals.coordination.model import Cluster, Kind, Member, Shared, View, Why
from tests.desk.house import T0


@dataclass(slots=True)
class Slowed:
    """Whom the batch wanted slowed."""

    accounts: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)

    def __call__(self, db: Db, account: str, hours: int, because: str, now_ms: int) -> bool:
        assert db.in_transaction and 0 < hours <= 24
        self.accounts.append(account)
        self.words.add(because)
        return True


def member(account: str, *, standing: bool = False) -> Member:
    return Member(account, T0 - 10, 4, 0, standing)


def cluster(*members: Member, score: float = 90.0, kind: Kind = Kind.ASKED) -> Cluster:
    shared = tuple(Shared(f"{kind}:mimi://x/u/{i}", kind, T0, T0 + i, len(members), 2, True) for i in range(5))
    return Cluster(members, shared, (View.TIME_BINS,), Why(9.0, 0.9, 0.0, 0.0, 0.9, 5), score)
