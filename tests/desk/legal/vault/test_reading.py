# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One file at a time, for a case that may, with a purpose; what the case does not hold is opened by nobody."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import privity.desk.legal.vault as room
from privity.desk.audit.acts import Act
from privity.desk.errors import ReasonMissing
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests import judging
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import AuthorityExpired, OnHold
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Outcome
from privity.desk.legal.requests.model import State as RequestState
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.custody import Custody
from privity.desk.legal.vault.errors import (
    AnotherAgency,
    FileUnknown,
    HoldOver,
    NoAuthority,
    OutsideScope,
    WrongState,
)
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role
from privity.production.classes import Releasable
from tests.desk.legal.rulebook.bases import PROFILE
from tests.desk.legal.vault.cellar import ALICE, BOB, CLERK, FILES, NOON, PRESERVE, WARRANT, Cellar

SUBSCRIBER = "subscriber/0001.json"
BOTH: dict[str, Any] = {"targets": [{"kind": each.kind, "value": each.value} for each in (ALICE, BOB)]}


def case(cellar: Cellar, **change: Any) -> tuple[int, int]:
    """A hold, and a warrant that it was released to: (request, hold)."""
    hold = cellar.held(PRESERVE, **change)
    request = cellar.scoped(**change)
    cellar.released(hold, request)
    return request, hold.number


def narrowed(cellar: Cellar, **less: Any) -> int:
    """A warrant of which a reviewer lets less go than the rulebook would."""
    number = cellar.filed(WARRANT)
    cellar.verified(number, cellar.agency().agency)
    key = cellar.keys.evidence
    rules = Rules(cellar.rulebook, PROFILE)
    made = judging.triage(cellar.db, key, rules, CLERK, number, cellar.now_ms, cellar.random)
    scope = judging.narrower(judging.widest(cellar.db, made.number), **less)
    ruling = Ruling(made.number, Outcome.NARROW, words="less is enough", scope=scope)
    judging.judge(cellar.db, key, CLERK, number, ruling, cellar.now_ms, cellar.random)
    return number


def test_lp_19_each_read_is_logged_with_its_purpose_before_it_is_opened(
    cellar: Cellar, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, hold = case(cellar)
    for name, content in FILES.items():
        assert cellar.read(request, hold, name, purpose=f"to see {name}") == content
    read = cellar.said(Act.HOLD_READ)
    assert [entry.said["purpose"] for entry in read] == [f"to see {name}" for name in FILES]
    assert {(entry.who, entry.about) for entry in read} == {(CLERK.who, f"legal:{request}")}

    def before(*_: object) -> None:
        assert not cellar.db.in_transaction, "the entry is on the disk"
        assert len(cellar.said(Act.HOLD_READ)) == len(FILES) + 1
        raise KeyboardInterrupt

    monkeypatch.setattr(Custody, "holder", before)
    with pytest.raises(KeyboardInterrupt):
        cellar.read(request, hold, SUBSCRIBER)


def test_lp_19_nothing_is_read_where_it_cannot_be_logged(cellar: Cellar, monkeypatch: pytest.MonkeyPatch) -> None:
    request, hold = case(cellar)
    cellar.db.execute("CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'full'); END")
    monkeypatch.setattr(Custody, "holder", lambda *_: pytest.fail("a key was looked at"))
    with pytest.raises(Exception, match="full"):
        cellar.read(request, hold, SUBSCRIBER)


@pytest.mark.parametrize("purpose", ["", "   ", "x" * 3000, "\ud800"])
def test_lp_19_a_read_without_a_purpose_is_refused(cellar: Cellar, purpose: str) -> None:
    request, hold = case(cellar)
    with pytest.raises(ReasonMissing):
        cellar.read(request, hold, SUBSCRIBER, purpose=purpose)
    assert cellar.said(Act.HOLD_READ) == []


def test_who_reads_judges_and_nobody_else_does(cellar: Cellar) -> None:
    """To see that there are requests is not to read what is kept for them; a moderator has neither."""
    request, hold = case(cellar)
    for role in Role:
        acting = Acting.member(9, frozenset({role}))

        def read(acting: Acting = acting) -> bytes:
            return vault.read(
                cellar.db,
                cellar.custody,
                acting,
                request,
                hold,
                ALICE,
                SUBSCRIBER,
                purpose="to look",
                now_ms=cellar.now_ms,
            )

        if Right.JUDGE_LEGAL in acting.rights:
            assert read() == FILES[SUBSCRIBER]
        else:
            with pytest.raises(NotYourRole):
                read()
    assert len(cellar.said(Act.HOLD_READ)) == 1


def test_the_desk_reads_for_the_case_by_the_same_rules(cellar: Cellar) -> None:
    request, hold = case(cellar)

    def read(name: str, of: int = request) -> bytes:
        return vault.read_for_case(cellar.db, cellar.custody, of, hold, ALICE, name, cellar.now_ms)

    names = vault.names(cellar.db, cellar.custody, request, hold, ALICE, cellar.now_ms)
    assert {name: read(name) for name in names} == dict(FILES)
    assert {entry.who for entry in cellar.said(Act.HOLD_READ)} == {"desk"}
    other = cellar.scoped()
    with pytest.raises(NoAuthority):
        read(SUBSCRIBER, other)


def test_lp_20_a_class_outside_the_scope_is_refused_before_any_key_is_touched(
    cellar: Cellar, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = cellar.held(PRESERVE).number
    request = narrowed(cellar, classes=frozenset({Releasable.SUBSCRIBER}))
    cellar.released(cellar.hold(hold), request)
    assert vault.names(cellar.db, cellar.custody, request, hold, ALICE, cellar.now_ms) == (SUBSCRIBER,)
    assert cellar.read(request, hold, SUBSCRIBER) == FILES[SUBSCRIBER]
    monkeypatch.setattr(Custody, "holder", lambda *_: pytest.fail("a key was touched"))
    monkeypatch.setattr("privity.desk.legal.vault.store.keys", lambda *_: pytest.fail("a key was looked up"))
    for name in sorted(set(FILES) - {SUBSCRIBER}):
        with pytest.raises(OutsideScope):
            cellar.read(request, hold, name)
    refused = cellar.said(Act.HOLD_REFUSED)
    assert [entry.said["why"] for entry in refused] == ["OutsideScope"] * (len(FILES) - 1)


def test_lp_20_a_target_outside_the_scope_is_refused_the_same_way(cellar: Cellar) -> None:
    hold = cellar.held(PRESERVE, **BOTH).number
    request = cellar.scoped()
    cellar.released(cellar.hold(hold), request)
    assert cellar.read(request, hold, SUBSCRIBER, ALICE) == FILES[SUBSCRIBER]
    with pytest.raises(OutsideScope):
        cellar.read(request, hold, SUBSCRIBER, BOB)
    assert vault.names(cellar.db, cellar.custody, request, hold, BOB, cellar.now_ms) == ()


@pytest.mark.parametrize("name", ["subscriber/0002.json", "subscriber", "../desk.db", "content_e2ee/1.json"])
def test_a_file_that_is_not_there_is_refused_by_name(cellar: Cellar, name: str) -> None:
    request, hold = case(cellar)
    with pytest.raises((FileUnknown, OutsideScope)):
        cellar.read(request, hold, name)


def test_a_hold_is_read_once_it_was_released_to_a_case_and_by_that_case(cellar: Cellar) -> None:
    hold, request = cellar.held(PRESERVE).number, cellar.scoped()
    with pytest.raises(WrongState):
        cellar.read(request, hold, SUBSCRIBER)
    cellar.released(cellar.hold(hold), request)
    other = cellar.scoped()
    with pytest.raises(NoAuthority):
        cellar.read(other, hold, SUBSCRIBER)
    with pytest.raises(WrongState):
        cellar.released(cellar.hold(hold), other)


def test_it_is_released_to_a_scoped_request_of_its_agency_that_reaches_something_of_it(cellar: Cellar) -> None:
    hold = cellar.held(PRESERVE, classes=["subscriber"])
    with pytest.raises(AnotherAgency):
        cellar.released(hold, cellar.scoped(cellar.agency("DE").agency))
    with pytest.raises(AnotherAgency):
        cellar.released(hold, cellar.filed(WARRANT))
    with pytest.raises(WrongState):
        cellar.released(hold, cellar.request(PRESERVE))
    with pytest.raises(OutsideScope):
        cellar.released(hold, narrowed(cellar, classes=frozenset({Releasable.SESSION_IP})))
    with pytest.raises(WrongState):
        cellar.released(cellar.ordered(cellar.request(PRESERVE)), cellar.scoped())


def test_nothing_is_read_after_the_case_has_moved_on_or_its_authority_has_expired(cellar: Cellar) -> None:
    request, hold = case(cellar)
    end_ms = requests.authority(cellar.db, request).until_ms
    cellar.bureau.now_ms = end_ms - 1
    assert cellar.read(request, hold, SUBSCRIBER)
    cellar.bureau.now_ms = end_ms
    with pytest.raises(AuthorityExpired):
        cellar.read(request, hold, SUBSCRIBER)
    cellar.bureau.now_ms = NOON
    requests.move(cellar.db, request, RequestState.CLOSED, CLERK.who, cellar.now_ms)
    with pytest.raises(NoAuthority):
        cellar.read(request, hold, SUBSCRIBER)
    assert [entry.said["why"] for entry in cellar.said(Act.HOLD_REFUSED)] == ["AuthorityExpired", "NoAuthority"]


def test_nothing_is_read_for_an_agency_that_was_revoked(cellar: Cellar) -> None:
    request, hold = case(cellar)
    cellar.bureau.revoke(Whom.all())
    with pytest.raises(OnHold):
        cellar.read(request, hold, SUBSCRIBER)
    with pytest.raises((OnHold, AnotherAgency)):
        cellar.released(cellar.hold(hold), request)


def test_nothing_is_read_once_its_time_is_over_although_nothing_was_shredded_yet(cellar: Cellar) -> None:
    hold = cellar.held(PRESERVE)
    assert hold.until_ms is not None
    cellar.until_day(89)
    request = cellar.scoped()
    cellar.bureau.now_ms = hold.until_ms
    with pytest.raises(HoldOver):
        cellar.released(hold, request)
    cellar.look()
    with pytest.raises(HoldOver):
        cellar.read(request, hold.number, SUBSCRIBER)
    with pytest.raises(HoldOver):
        vault.names(cellar.db, cellar.custody, request, hold.number, ALICE, cellar.now_ms)


def test_a_large_file_comes_back_whole(cellar: Cellar) -> None:
    content = cellar.random(3 * (1 << 20) + 17)
    hold = cellar.held(PRESERVE, {"content_reported/film.bin": content, "subscriber/empty.json": b""})
    request = cellar.scoped()
    cellar.released(hold, request)
    assert cellar.read(request, hold.number, "content_reported/film.bin") == content
    assert cellar.read(request, hold.number, "subscriber/empty.json") == b""


def test_what_the_person_deletes_meanwhile_stays_in_the_snapshot(cellar: Cellar) -> None:
    live = dict(FILES)
    hold = cellar.taken(cellar.ordered(cellar.request(PRESERVE)), live)
    live.clear()
    cellar.pass_days(30)
    request = cellar.scoped()
    cellar.released(hold, request)
    assert cellar.read(request, hold.number, SUBSCRIBER) == FILES[SUBSCRIBER]


def test_lp_19_there_is_one_place_where_a_key_is_opened_and_no_way_to_read_many() -> None:
    """Read from the source: `unwrap` and `unseal` are called in `reading._opened` alone, and that by one function."""
    callers: dict[str, set[str]] = {}
    for path in Path(room.__file__).parent.glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call):
                        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                        callers.setdefault(name, set()).add(f"{path.stem}.{function.name}")
    assert callers["unseal"] == callers["unseal_list"] == callers["unwrap"] == {"reading._opened"}
    assert callers["_opened"] == {"reading._read"}
    assert callers["_read"] == {"reading.read", "reading.read_for_case"}
    assert not callers.keys() & {"read", "read_for_case"}, "nobody in this room reads in a loop"
