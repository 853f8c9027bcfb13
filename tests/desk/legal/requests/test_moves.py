# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every pair of states: what the table allows happens, all else is refused twice, by the code and by the database."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.errors import BadEntry
from privity.desk.db.transaction import Db, DbError, IntegrityError, transaction
from privity.desk.legal.requests import service, store
from privity.desk.legal.requests.errors import GuardUnmet, MoveRefused, RequestUnknown, SamePerson
from privity.desk.legal.requests.model import Move, Part, State
from privity.desk.legal.requests.moves import ACTED_ON, MOVES
from tests.desk.legal.casework import CLERK, GUARD, RELEASER, REVIEWER, Casework

PAIRS = list(itertools.permutations(State, 2))
IN_ORDER = "legal_request_moves_in_order"
WITH_ENTRY = "legal_request_moves_with_its_entry"


def triggers(db: Db) -> dict[str, str]:
    """Those that are asked when a request moves, of every room."""
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'legal_request'")
    return dict(rows.fetchall())


@contextmanager
def only(db: Db, *names: str) -> Iterator[None]:
    """No other guard is there."""
    gone = {name: sql for name, sql in triggers(db).items() if name not in names}
    with transaction(db):
        for name in gone:
            db.execute(f"DROP TRIGGER {name}")
    yield
    with transaction(db):
        for sql in gone.values():
            db.execute(sql)


@contextmanager
def tried(db: Db) -> Iterator[None]:
    """What happens inside has not happened."""
    db.execute("SAVEPOINT tried")
    try:
        yield
    finally:
        db.execute("ROLLBACK TO tried")
        db.execute("RELEASE tried")


@pytest.fixture
def everywhere(work: Casework) -> dict[State, int]:
    """A request in each state, as if it had come there; no guard was asked, and nothing is behind it."""
    found = {}
    with only(work.db):
        for state in State:
            row = (f"LP-2026-{state}", state.value, hashlib.sha256(state.encode()).digest(), work.now_ms, work.now_ms)
            found[state] = work.db.execute(
                "INSERT INTO legal_request (pseudonym, state, request_sha256, received_ms, changed_ms)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            ).lastrowid
    return found


def test_lp_7_the_database_and_the_code_hold_the_same_table(work: Casework, everywhere: dict[State, int]) -> None:
    allowed = set()
    with only(work.db, IN_ORDER):
        for old, new in PAIRS:
            with tried(work.db):
                try:
                    work.db.execute("UPDATE legal_request SET state = ? WHERE n = ?", (new.value, everywhere[old]))
                except IntegrityError as err:
                    assert "does not move like this" in str(err)
                else:
                    allowed.add((old, new))
    assert allowed == {(old, new) for old in State for new in MOVES[old]}


def test_lp_8_every_allowed_move_stands_in_the_log_before_it_is_made(
    work: Casework, everywhere: dict[State, int]
) -> None:
    with only(work.db, IN_ORDER, WITH_ENTRY):
        for old, number in everywhere.items():
            for new in MOVES[old]:
                with tried(work.db):
                    moved = service.move(work.db, number, new, "desk", work.now_ms, why="a walk")
                    assert (moved.state, moved.changed_ms) == (new, work.now_ms)
                    (entry,) = work.log(Act.LEGAL_MOVED)
                    assert entry.said == {"from": old.value, "to": new.value, "why": "a walk"}
                    assert service.moves(work.db, number) == (Move(old, new, work.now_ms, "desk", entry.n),)


def test_every_other_move_is_refused_and_leaves_nothing(work: Casework, everywhere: dict[State, int]) -> None:
    for old, new in PAIRS:
        if new not in MOVES[old]:
            with tried(work.db), pytest.raises(MoveRefused):
                service.move(work.db, everywhere[old], new, "desk", work.now_ms)
    assert log.size(work.db) == 0


def test_lp_9_no_pair_moves_by_raw_sql_without_its_entry(work: Casework, everywhere: dict[State, int]) -> None:
    for old, new in PAIRS:
        for sql in (
            "UPDATE legal_request SET state = ?1 WHERE n = ?2",
            "UPDATE legal_request SET state = ?1, on_hold = 0, decision = 1, verdict = 1, changed_ms = 5 WHERE n = ?2",
        ):
            with tried(work.db), pytest.raises(DbError):
                work.db.execute(sql, (new.value, everywhere[old]))


def test_lp_9_move_alone_gets_nowhere_that_waits_for_people(work: Casework, everywhere: dict[State, int]) -> None:
    """As a bug in another room would call it: with the entry, and with nothing that the state rests on."""
    free = {State.SUBMITTED, State.VERIFYING, State.CLOSED, State.PURGED}
    reached = set()
    for old, number in everywhere.items():
        for new in MOVES[old]:
            with tried(work.db):
                try:
                    service.move(work.db, number, new, "desk", work.now_ms)
                except GuardUnmet:
                    assert new not in free
                else:
                    reached.add(new)
    assert reached == free


def test_lp_8_an_entry_about_something_else_serves_for_no_move(work: Casework) -> None:
    number, other = work.submitted(), work.submitted()

    def moved(about: int, old: str, new: str, at_ms: int = 7) -> int:
        said: dict[str, Any] = {"from": old, "to": new}
        return log.add(work.db, at_ms=at_ms, who="x", act=Act.LEGAL_MOVED, about=f"legal:{about}", **said)

    entries = [
        log.add(work.db, at_ms=7, who="x", act=Act.LEGAL_READ, about=f"legal:{number}", to="verifying"),
        moved(other, "submitted", "verifying"),
        moved(number, "submitted", "closed"),
        moved(number, "draft", "verifying"),
        log.add(work.db, at_ms=7, who="x", act=Act.LEGAL_READ, about=f"legal:{number}", reason='"to":"verifying"'),
        moved(number, "submitted", "verifying", 8),
        log.size(work.db) + 5,
        service.moves(work.db, number)[0].audit_n,
    ]
    for entry in entries:
        with tried(work.db), pytest.raises(IntegrityError):
            store.add_move(work.db, number, Move(State.SUBMITTED, State.VERIFYING, 7, "x", entry))


def test_a_move_is_never_changed(work: Casework) -> None:
    work.submitted()
    for sql in ("UPDATE legal_move SET who = 'x'", "DELETE FROM legal_move"):
        with pytest.raises(IntegrityError, match=GUARD):
            work.db.execute(sql)


FAILURES = {"closed": DbError("the database is closed"), "too long": BadEntry("too long"), "full": OSError("disk full")}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_lp_8_if_the_log_is_unavailable_nothing_moves(
    work: Casework, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    number = work.scoped()

    def unavailable(*_: object, **__: object) -> int:
        raise failure

    before = work.of(number)
    with monkeypatch.context() as broken:
        broken.setattr(log, "add", unavailable)
        for to in MOVES[before.state]:
            with pytest.raises(type(failure)):
                service.move(work.db, number, to, "desk", work.now_ms)
        for act in (
            lambda: work.submitted(),
            lambda: work.triaged(number),
            lambda: work.verifying(number),
            lambda: service.close(work.db, CLERK, number, "withdrawn", work.now_ms),
            lambda: service.read(work.db, work.key, CLERK, number, 1, work.now_ms),
        ):
            with pytest.raises(type(failure)):
                act()
    assert work.of(number) == before
    assert len(service.moves(work.db, number)) == 5
    assert work.db.execute("SELECT count(*) FROM legal_request").fetchone() == (1,)


def test_lp_8_a_log_whose_table_refuses_moves_nothing(work: Casework) -> None:
    number = work.submitted()
    work.db.execute(
        "CREATE TRIGGER the_disk_is_full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    for to in MOVES[State.SUBMITTED]:
        with pytest.raises(IntegrityError, match="no room"):
            service.move(work.db, number, to, "desk", work.now_ms)
    assert work.of(number).state is State.SUBMITTED


def test_a_guard_that_is_not_met_leaves_no_entry(work: Casework) -> None:
    number = work.submitted()
    work.verifying(number)
    before = log.size(work.db)
    with pytest.raises(GuardUnmet, match="nobody has verified"):
        service.move(work.db, number, State.VERIFIED, "desk", work.now_ms)
    assert (log.size(work.db), len(service.moves(work.db, number))) == (before, 2)


def test_lp_9_a_decision_serves_once_and_goes_where_it_says(work: Casework) -> None:
    number = work.scoped()
    with pytest.raises(GuardUnmet, match="judged by the rulebook and a person"):
        service.move(work.db, number, State.TRIAGED, "desk", work.now_ms)
    with only(work.db):
        work.db.execute("UPDATE legal_request SET state = 'triaged' WHERE n = ?", (number,))
    for state in (State.REJECTED, State.CLARIFY, State.CHALLENGED, State.REFERRED):
        with pytest.raises(GuardUnmet, match="not what was decided"):
            service.move(work.db, number, state, "desk", work.now_ms)
    assert service.move(work.db, number, State.SCOPED, "desk", work.now_ms).state is State.SCOPED


def test_the_database_knows_when_a_verdict_has_expired(work: Casework) -> None:
    number = work.scoped()
    ends = service.authority(work.db, number).until_ms
    with only(work.db, "legal_request_has_authority"):
        work.db.execute("UPDATE legal_request SET state = 'triaged' WHERE n = ?", (number,))
        for state in sorted(ACTED_ON):
            move = "UPDATE legal_request SET state = ?, changed_ms = ? WHERE n = ?"
            with tried(work.db), pytest.raises(IntegrityError, match="the verdict has expired"):
                work.db.execute(move, (state.value, ends, number))
            with tried(work.db):
                work.db.execute(move, (state.value, ends - 1, number))


def test_lp_7_whoever_releases_had_no_other_part(work: Casework) -> None:
    number = work.scoped()
    for who in (CLERK.who, REVIEWER.who):
        with pytest.raises(SamePerson):
            service.take_part(work.db, number, who, Part.RELEASED)
    service.take_part(work.db, number, RELEASER.who, Part.RELEASED)
    service.take_part(work.db, number, RELEASER.who, Part.RELEASED)
    for part in Part:
        if part is not Part.RELEASED:
            with pytest.raises(SamePerson):
                service.take_part(work.db, number, RELEASER.who, part)
    assert (RELEASER.who, Part.RELEASED) in service.parties(work.db, number)


def test_a_request_begins_as_a_draft(work: Casework) -> None:
    for columns, values in (("state", "'released'"), ("on_hold", "1"), ("verdict", "1")):
        with transaction(work.db), pytest.raises(DbError):
            work.db.execute(
                f"INSERT INTO legal_request (pseudonym, request_sha256, received_ms, changed_ms, {columns})"
                f" VALUES ('LP-2026-A', zeroblob(32), 1, 1, {values})"
            )


def test_what_is_not_there_does_not_move(work: Casework) -> None:
    with pytest.raises(RequestUnknown):
        service.move(work.db, 99, State.CLOSED, "desk", work.now_ms)
