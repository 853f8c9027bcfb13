# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for clusters. No decisions here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.signals.coordination import confirmed_store
from privity.desk.signals.coordination.kept import Kept, State
from privity.desk.signals.coordination.model import Cluster, Kind, Member, Shared, View, Why

_SHARING: Final = (
    " WHERE number IN (SELECT cluster FROM coordination_member"
    " WHERE account IN (SELECT value FROM json_each(?))) ORDER BY number"
)
_CLUSTER: Final = (
    "SELECT number, state, case_number, found_ms, seen_ms, score, views, why, judged_by, judged_ms, words"
    " FROM coordination_cluster"
)


def add(db: Db, cluster: Cluster, case_number: int, number: int, now_ms: int) -> None:
    db.execute(
        "INSERT INTO coordination_cluster (number, state, case_number, found_ms, seen_ms, score, views, why, words)"
        " VALUES (?, 'proposed', ?, ?, ?, ?, ?, ?, '')",
        (number, case_number, now_ms, now_ms, *_said(cluster)),
    )
    _add_parts(db, number, cluster)


def count(db: Db, state: State) -> int:
    (found,) = db.execute("SELECT count(*) FROM coordination_cluster WHERE state = ?", (state.value,)).fetchone()
    return int(found)


def next_number(db: Db) -> int:
    """No number is ever given twice."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'coordination_cluster'").fetchone()
    return 1 if row is None else int(row[0]) + 1


def again(db: Db, number: int, cluster: Cluster, now_ms: int) -> None:
    """It was found again: what it rests on is what is seen now."""
    db.execute(
        "UPDATE coordination_cluster SET seen_ms = ?, score = ?, views = ?, why = ? WHERE number = ?",
        (now_ms, *_said(cluster), number),
    )
    _drop_parts(db, number)
    _add_parts(db, number, cluster)


def seen(db: Db, number: int, now_ms: int) -> None:
    db.execute("UPDATE coordination_cluster SET seen_ms = ? WHERE number = ?", (now_ms, number))


def judge(db: Db, number: int, state: State, who: str, words: str, now_ms: int) -> None:
    db.execute(
        "UPDATE coordination_cluster SET state = ?, judged_by = ?, judged_ms = ?, words = ? WHERE number = ?",
        (state.value, who, now_ms, words, number),
    )


def find(db: Db, number: int) -> Kept | None:
    row = db.execute(_CLUSTER + " WHERE number = ?", (number,)).fetchone()
    return None if row is None else _kept(db, row)


def newest(db: Db, state: State, before: int, limit: int) -> list[Kept]:
    """Those of one state with numbers below this, the newest first."""
    rows = db.execute(
        _CLUSTER + " WHERE state = ? AND number < ? ORDER BY number DESC LIMIT ?", (state.value, before, limit)
    ).fetchall()
    return [_kept(db, row) for row in rows]


def sharing(db: Db, accounts: Sequence[str]) -> list[Kept]:
    """All in which one of these accounts is, the oldest first."""
    rows = db.execute(
        _CLUSTER + _SHARING,
        (msgspec.json.encode(list(accounts)).decode(),),
    ).fetchall()
    return [_kept(db, row) for row in rows]


def of_account(db: Db, account: str) -> list[int]:
    rows = db.execute("SELECT cluster FROM coordination_member WHERE account = ? ORDER BY cluster", (account,))
    return [int(number) for (number,) in rows.fetchall()]


def drop_before(db: Db, at_ms: int) -> int:
    """Forget clusters that were not found since, whatever was said of them; how many."""
    numbers = [int(n) for (n,) in db.execute("SELECT number FROM coordination_cluster WHERE seen_ms < ?", (at_ms,))]
    for number in numbers:
        _drop_parts(db, number)
        confirmed_store.drop(db, number)
        db.execute("DELETE FROM coordination_cluster WHERE number = ?", (number,))
    return len(numbers)


def ran_ms(db: Db) -> int | None:
    """When what was kept was looked through last."""
    row = db.execute("SELECT at_ms FROM coordination_run").fetchone()
    return None if row is None else int(row[0])


def ran(db: Db, at_ms: int, acts: int, accounts: int, clusters: int) -> None:
    db.execute(
        "INSERT INTO coordination_run (only_one, at_ms, acts, accounts, clusters) VALUES (1, ?, ?, ?, ?)"
        " ON CONFLICT (only_one) DO UPDATE SET at_ms = excluded.at_ms, acts = excluded.acts,"
        " accounts = excluded.accounts, clusters = excluded.clusters",
        (at_ms, acts, accounts, clusters),
    )


def _said(cluster: Cluster) -> tuple[float, str, str]:
    return (
        cluster.score,
        msgspec.json.encode([view.value for view in cluster.views]).decode(),
        msgspec.json.encode(cluster.why).decode(),
    )


def _add_parts(db: Db, number: int, cluster: Cluster) -> None:
    db.executemany(
        "INSERT INTO coordination_member (cluster, account, born_ms, shared, first_of, standing)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(number, m.account, m.born_ms, m.shared, m.first_of, int(m.standing)) for m in cluster.members],
    )
    db.executemany(
        "INSERT INTO coordination_shared (cluster, object, kind, from_ms, to_ms, members, others, outward)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (number, s.object, s.kind.value, s.from_ms, s.to_ms, s.members, s.others, int(s.outward))
            for s in cluster.shared
        ],
    )


def _drop_parts(db: Db, number: int) -> None:
    db.execute("DELETE FROM coordination_member WHERE cluster = ?", (number,))
    db.execute("DELETE FROM coordination_shared WHERE cluster = ?", (number,))


def _kept(db: Db, row: Sequence[Any]) -> Kept:
    number, state, case_number, found_ms, seen_ms, score, views, why, judged_by, judged_ms, words = row
    members = db.execute(
        "SELECT account, born_ms, shared, first_of, standing FROM coordination_member WHERE cluster = ?"
        " ORDER BY shared DESC, account",
        (number,),
    ).fetchall()
    shared = db.execute(
        "SELECT object, kind, from_ms, to_ms, members, others, outward FROM coordination_shared WHERE cluster = ?"
        " ORDER BY members DESC, object",
        (number,),
    ).fetchall()
    cluster = Cluster(
        tuple(Member(account, born, common, first, bool(old)) for account, born, common, first, old in members),
        tuple(
            Shared(name, Kind(kind), begin, end, many, others, bool(outward))
            for name, kind, begin, end, many, others, outward in shared
        ),
        tuple(View(view) for view in msgspec.json.decode(views, type=list[str])),
        msgspec.json.decode(why, type=Why),
        score,
    )
    return Kept(number, State(state), case_number, found_ms, seen_ms, cluster, judged_by, judged_ms, words)
