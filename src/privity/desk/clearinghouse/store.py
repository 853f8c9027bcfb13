# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for referrals. Whether something may be done is decided elsewhere; that nobody else did it meanwhile, here."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any, Final

from privity.desk.clearinghouse.errors import LeaseLost, NotInThatState, ReferralUnknown
from privity.desk.clearinghouse.machine import STEPS
from privity.desk.clearinghouse.model import (
    SENDING,
    Abandoned,
    Destination,
    Draft,
    Item,
    ItemState,
    Referral,
    ReferralState,
)
from privity.desk.db.transaction import Db

_COLUMNS: Final = (
    "n, destination, kind, bundle, mandatory, level, state, before_blocked, withdrawing, remote_id, attempt,"
    " drafted_ms, approved_ms, approved_by, opened_ms, touched_ms, finished_ms, next_ms, tries, why, missing"
)
_SENDING: Final = ", ".join(f"'{state.value}'" for state in SENDING)
MAX_LISTED: Final = 10_000


def add(db: Db, destination: Destination, kind: str, bundle: str, level: int, mandatory: bool, now_ms: int) -> int:
    row = db.execute(
        "INSERT INTO referral (destination, kind, bundle, mandatory, level, state, drafted_ms)"
        " VALUES (?, ?, ?, ?, ?, 'drafted', ?) RETURNING n",
        (destination.value, kind, bundle, int(mandatory), level, now_ms),
    ).fetchone()
    return int(row[0])


def drafted(db: Db, destination: Destination, bundle: str) -> int | None:
    """The open draft that gathers these."""
    row = db.execute(
        "SELECT n FROM referral WHERE destination = ? AND bundle = ? AND state = 'drafted'", (destination.value, bundle)
    ).fetchone()
    return None if row is None else int(row[0])


def read(db: Db, n: int) -> Referral:
    """Raises ReferralUnknown."""
    row = db.execute(f"SELECT {_COLUMNS} FROM referral WHERE n = ?", (n,)).fetchone()  # noqa: S608  # our own words
    if row is None:
        raise ReferralUnknown(f"there is no referral {n}")
    return _referral(row)


def listed(db: Db, after: int = 0, limit: int = MAX_LISTED) -> tuple[Referral, ...]:
    """By number, above `after`."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM referral WHERE n > ? ORDER BY n LIMIT ?",  # noqa: S608  # our own words
        (after, min(limit, MAX_LISTED)),
    ).fetchall()
    return tuple(_referral(row) for row in rows)


def of_case(db: Db, case: int) -> tuple[int, ...]:
    rows = db.execute(
        "SELECT DISTINCT referral FROM referral_case WHERE case_number = ? ORDER BY referral", (case,)
    ).fetchall()
    return tuple(int(n) for (n,) in rows)


def counts(db: Db, states: Collection[ReferralState] = tuple(ReferralState)) -> dict[ReferralState, int]:
    """How many there are in each of these states."""
    marks = ", ".join("?" * len(states))
    rows = db.execute(
        f"SELECT state, count(*) FROM referral WHERE state IN ({marks}) GROUP BY state",  # noqa: S608  # question marks
        [state.value for state in states],
    ).fetchall()
    return {ReferralState(state): int(count) for state, count in rows}


def write(db: Db, before: Referral, after: Referral, holder: str | None = None) -> None:
    """Put the row as it is after a step, if it still is as it was before. Raises LeaseLost and then changes nothing.

    With a holder it has to hold the lease as well, and a wish to withdraw that came meanwhile is not overwritten.
    Raises NotInThatState where the machine knows no such way.
    """
    if after.state is not before.state and after.state not in STEPS[before.state]:
        raise NotInThatState(f"referral {before.n} cannot go from {before.state} to {after.state}")
    changed = db.execute(
        "UPDATE referral SET state = ?, before_blocked = ?, level = ?, mandatory = ?, bundle = ?, withdrawing ="
        " CASE WHEN ? THEN withdrawing ELSE ? END, remote_id = ?, attempt = ?, approved_ms = ?, approved_by = ?,"
        " opened_ms = ?, touched_ms = ?, finished_ms = ?, next_ms = ?, tries = ?, why = ?, missing = ?"
        " WHERE n = ? AND state = ? AND attempt = ? AND remote_id IS ? AND (? IS NULL OR holder = ?)",
        (
            after.state.value,
            None if after.before_blocked is None else after.before_blocked.value,
            after.level,
            int(after.mandatory),
            after.bundle,
            int(after.withdrawing == before.withdrawing),
            int(after.withdrawing),
            after.remote_id,
            after.attempt,
            after.approved_ms,
            after.approved_by,
            after.opened_ms,
            after.touched_ms,
            after.finished_ms,
            after.next_ms,
            after.tries,
            after.why,
            json.dumps(after.missing),
            before.n,
            before.state.value,
            before.attempt,
            before.remote_id,
            holder,
            holder,
        ),
    )
    if changed.rowcount != 1:
        raise LeaseLost(f"referral {before.n} is no longer {before.state}, or another sender has taken it")


def claim(db: Db, destinations: Iterable[Destination], holder: str, now_ms: int, until_ms: int) -> Referral | None:
    """Take the lease of what is due: what is open at the other side first, because its clock runs."""
    wanted = list(destinations)
    marks = ", ".join("?" * len(wanted))
    row = db.execute(
        f"UPDATE referral SET holder = ?, lease_until_ms = ? WHERE n = (SELECT n FROM referral"  # noqa: S608  # our own
        f" WHERE state IN ({_SENDING}) AND next_ms <= ? AND lease_until_ms <= ? AND destination IN ({marks})"
        f" ORDER BY opened_ms IS NULL, opened_ms, mandatory DESC, n LIMIT 1) RETURNING {_COLUMNS}",
        (holder, until_ms, now_ms, now_ms, *(one.value for one in wanted)),
    ).fetchone()
    return None if row is None else _referral(row)


def extend(db: Db, referral: Referral, holder: str, until_ms: int) -> None:
    """Hold the lease on, if it is still ours and the referral as it was read. Raises LeaseLost."""
    changed = db.execute(
        "UPDATE referral SET lease_until_ms = ? WHERE n = ? AND holder = ? AND state = ? AND attempt = ?",
        (until_ms, referral.n, holder, referral.state.value, referral.attempt),
    )
    if changed.rowcount != 1:
        raise LeaseLost(f"referral {referral.n} is no longer {referral.state}, or another sender has taken it")


def let_go(db: Db, n: int, holder: str) -> None:
    db.execute("UPDATE referral SET holder = NULL, lease_until_ms = 0 WHERE n = ? AND holder = ?", (n, holder))


def next_due_ms(db: Db, destinations: Iterable[Destination]) -> int | None:
    """When something will be due that nobody holds; None where nothing is left to send."""
    wanted = list(destinations)
    marks = ", ".join("?" * len(wanted))
    row = db.execute(
        f"SELECT min(max(next_ms, lease_until_ms)) FROM referral WHERE state IN ({_SENDING})"  # noqa: S608  # our own
        f" AND destination IN ({marks})",
        [one.value for one in wanted],
    ).fetchone()
    return None if row[0] is None else int(row[0])


def move_all(db: Db, old: ReferralState, new: ReferralState, destination: Destination, now_ms: int) -> int:
    """All of a destination that nobody works on, from one state to the other; returns how many."""
    changed = db.execute(
        "UPDATE referral SET state = ? WHERE state = ? AND destination = ? AND lease_until_ms <= ?",
        (new.value, old.value, destination.value, now_ms),
    )
    return int(changed.rowcount)


def wish_withdrawn(db: Db, n: int) -> None:
    db.execute("UPDATE referral SET withdrawing = 1, next_ms = 0 WHERE n = ?", (n,))


def add_draft(db: Db, n: int, position: int, draft: Draft) -> None:
    db.execute(
        "INSERT INTO referral_case (referral, position, case_number, subject, drafted_by, drafted_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (n, position, draft.case, draft.subject, draft.drafted_by, draft.drafted_ms),
    )


def drafts(db: Db, n: int) -> tuple[Draft, ...]:
    rows = db.execute(
        "SELECT case_number, drafted_by, drafted_ms, subject FROM referral_case WHERE referral = ? ORDER BY position",
        (n,),
    ).fetchall()
    return tuple(Draft(*row) for row in rows)


def prior(db: Db, destination: Destination, subject: str) -> tuple[str, ...]:
    """What was finished about this subject there, by the numbers it has there."""
    rows = db.execute(
        "SELECT DISTINCT r.remote_id, r.n FROM referral AS r JOIN referral_case AS c ON c.referral = r.n"
        " WHERE r.destination = ? AND r.state = 'finished' AND c.subject = ? AND r.remote_id IS NOT NULL ORDER BY r.n",
        (destination.value, subject),
    ).fetchall()
    return tuple(str(remote) for remote, _ in rows)


def about(db: Db, destination: Destination, subject: str) -> int | None:
    """The referral there that is about this and was not withdrawn."""
    row = db.execute(
        "SELECT r.n FROM referral AS r JOIN referral_case AS c ON c.referral = r.n"
        " WHERE r.destination = ? AND r.state <> 'withdrawn' AND c.subject = ? LIMIT 1",
        (destination.value, subject),
    ).fetchone()
    return None if row is None else int(row[0])


def holds_file(db: Db, sha256: bytes) -> bool:
    row = db.execute(
        "SELECT 1 FROM referral_sealed AS s JOIN referral AS r ON r.n = s.referral"
        " WHERE s.kind = 'file' AND s.sha256 = ? AND r.state <> 'withdrawn'",
        (sha256,),
    ).fetchone()
    return row is not None


def add_item(db: Db, n: int, item: Item) -> None:
    db.execute(
        "INSERT INTO referral_item (referral, item, state, remote_id, evidence) VALUES (?, ?, ?, ?, ?)",
        (n, item.item, item.state.value, item.remote_id, item.evidence),
    )


def items(db: Db, n: int) -> tuple[Item, ...]:
    rows = db.execute(
        "SELECT item, state, remote_id, evidence FROM referral_item WHERE referral = ? ORDER BY item", (n,)
    ).fetchall()
    return tuple(Item(item, ItemState(state), remote_id, evidence) for item, state, remote_id, evidence in rows)


def write_items(db: Db, n: int, before: tuple[Item, ...], after: tuple[Item, ...]) -> None:
    for old, new in zip(before, after, strict=True):
        if old != new:
            db.execute(
                "UPDATE referral_item SET state = ?, remote_id = ? WHERE referral = ? AND item = ?",
                (new.state.value, new.remote_id, n, new.item),
            )


def abandon(db: Db, n: int, given_up: Abandoned) -> None:
    db.execute(
        "INSERT INTO referral_abandoned (referral, attempt, remote_id, at_ms, why) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (referral, remote_id) DO NOTHING",
        (n, given_up.attempt, given_up.remote_id, given_up.at_ms, given_up.why),
    )


def abandoned(db: Db, n: int) -> tuple[Abandoned, ...]:
    rows = db.execute(
        "SELECT attempt, remote_id, at_ms, why FROM referral_abandoned WHERE referral = ? ORDER BY at_ms", (n,)
    ).fetchall()
    return tuple(Abandoned(*row) for row in rows)


def stop(db: Db, destination: Destination, why: str, now_ms: int) -> bool:
    """Stop the queue; False where it is stopped already."""
    changed = db.execute(
        "INSERT INTO clearinghouse_queue (destination, stopped_ms, why) VALUES (?, ?, ?) ON CONFLICT (destination)"
        " DO UPDATE SET stopped_ms = excluded.stopped_ms, why = excluded.why WHERE stopped_ms IS NULL",
        (destination.value, now_ms, why),
    )
    return bool(changed.rowcount)


def resume(db: Db, destination: Destination) -> bool:
    """False where it is not stopped."""
    changed = db.execute(
        "UPDATE clearinghouse_queue SET stopped_ms = NULL, why = '' WHERE destination = ? AND stopped_ms IS NOT NULL",
        (destination.value,),
    )
    return bool(changed.rowcount)


def pause(db: Db, destination: Destination, until_ms: int) -> None:
    db.execute(
        "INSERT INTO clearinghouse_queue (destination, paused_until_ms) VALUES (?, ?) ON CONFLICT (destination)"
        " DO UPDATE SET paused_until_ms = max(paused_until_ms, excluded.paused_until_ms)",
        (destination.value, until_ms),
    )


def stopped(db: Db) -> dict[Destination, str]:
    """The queues that wait for a person, and why."""
    rows = db.execute("SELECT destination, why FROM clearinghouse_queue WHERE stopped_ms IS NOT NULL").fetchall()
    return {Destination(destination): str(why) for destination, why in rows}


def paused(db: Db, now_ms: int) -> frozenset[Destination]:
    rows = db.execute("SELECT destination FROM clearinghouse_queue WHERE paused_until_ms > ?", (now_ms,)).fetchall()
    return frozenset(Destination(destination) for (destination,) in rows)


def _referral(row: tuple[Any, ...]) -> Referral:
    named = dict(zip(_COLUMNS.split(", "), row, strict=True))
    named["destination"] = Destination(named["destination"])
    named["state"] = ReferralState(named["state"])
    blocked = named["before_blocked"]
    named["before_blocked"] = None if blocked is None else ReferralState(blocked)
    named["mandatory"], named["withdrawing"] = bool(named["mandatory"]), bool(named["withdrawing"])
    named["missing"] = tuple(json.loads(named["missing"]))
    return Referral(**named)
