# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""That others are named takes the law, the order, a reviewer with a reason and a second person, in the database too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError, transaction
from privity.desk.legal.requests import judging, naming, service, viewing
from privity.desk.legal.requests.errors import NotInThisState, OnHold, SamePerson, Wider, WordsMissing
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import LegalRequest, Outcome, Part, State
from privity.desk.legal.requests.office import Rules
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from privity.production.classes import CONTENT, Releasable
from tests.desk.legal.casework import BOTH, CLERK, GUARD, RELEASER, REVIEWER, WARRANT, Casework
from tests.desk.legal.rulebook.bases import ACTIVE, NAMES, PROFILE
from tests.desk.legal.rulebook.bases import naming as naming_rulebook

STATE: Final = frozenset({Releasable.ACCOUNT_STATE})
RECORDS: Final = STATE | {Releasable.DELIVERY_METADATA}
WHY: Final = "The warrant says on page 2: with the names of all who wrote."
EVERYBODY: Final = Acting.member(9, frozenset({Role.LEGAL_CLERK, Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER}))


@pytest.fixture(autouse=True)
def _rules(work: Casework) -> None:
    """An operator's rulebook, by which a warrant can have others named in records."""
    work.rules = Rules(naming_rulebook(WARRANT, *sorted(RECORDS)), PROFILE)


def decides(
    work: Casework,
    number: int,
    named: frozenset[Releasable] = STATE,
    why: str = WHY,
    by: Acting = REVIEWER,
    **more: Any,
) -> LegalRequest:
    ruling = Ruling(work.triaged(number, by).number, **{"outcome": Outcome.ACCEPT, **more}, named=named, named_why=why)
    return judging.judge(work.db, work.key, by, number, ruling, work.now_ms, work.random)


def seen(work: Casework, instrument: str = WARRANT, change: Mapping[str, Any] = NAMES, by: Acting = CLERK) -> int:
    """A verified request, in which a clerk has seen all that it claims."""
    (before,) = work.db.execute("SELECT count(*) FROM legal_request").fetchone()
    number = work.submitted(instrument, {"contact": f"desk {before}", **change})
    work.verified(number, by)
    work.confirmed(number, by, **{name: change[name] for name in ("names_third_parties",) if name in change})
    return number


def waits(work: Casework, change: Mapping[str, Any] = NAMES) -> int:
    """A decision that has others named and that nobody has confirmed."""
    number = seen(work, change=change)
    decides(work, number)
    return number


def test_a_reviewer_decides_and_a_second_person_confirms(work: Casework) -> None:
    number = waits(work)
    found = service.naming_of(work.db, number)
    assert found is not None and (found.classes, found.decided_by, found.confirmed_by) == (STATE, REVIEWER.who, None)
    made = naming.confirm(work.db, RELEASER, number, work.now_ms)
    assert (made.confirmed_by, made.confirmed_ms) == (RELEASER.who, work.now_ms)
    (judged,), (confirmed,) = work.log(Act.LEGAL_JUDGED), work.log(Act.LEGAL_NAMING_CONFIRMED)
    assert judged.said["named"] == confirmed.said["classes"] == ["account_state"]
    (evaluated,) = work.log(Act.LEGAL_EVALUATED)
    assert evaluated.said["may_name"] == ["account_state", "delivery_metadata"]
    assert (RELEASER.who, Part.RELEASED) not in service.parties(work.db, number), (
        "they can still be the second to approve"
    )
    (spoken,) = viewing.look(work.db, work.key, CLERK, number, work.now_ms).decisions
    assert (spoken.named, spoken.named_why) == (STATE, WHY)
    assert WHY not in "".join(str(entry) for entry in work.log()), "the order's words are in no log"


def test_without_a_word_of_it_everybody_keeps_a_pseudonym(work: Casework) -> None:
    number = seen(work)
    work.judged(number)
    assert service.naming_of(work.db, number) is None
    with pytest.raises(NotInThisState):
        naming.confirm(work.db, RELEASER, number, work.now_ms)


@pytest.mark.parametrize(
    "named", [frozenset({each}) for each in sorted(set(Releasable) - RECORDS)], ids=lambda n: min(n)
)
def test_lp_10_no_click_names_others_in_a_class_in_which_the_instrument_does_not_let_it(
    work: Casework, named: frozenset[Releasable]
) -> None:
    number = seen(work)
    with pytest.raises(Wider, match="keep their pseudonyms"):
        decides(work, number, named | STATE)
    assert work.of(number).state is State.VERIFIED


def test_lp_10_no_click_names_others_by_an_instrument_or_an_order_that_does_not_say_so(work: Casework) -> None:
    by_another = seen(work, "us.sca.2703d")
    silent = seen(work, change={**NAMES, "names_third_parties": False})
    nowhere = seen(work, change={"names_third_parties": True})
    work.rules = Rules(ACTIVE, PROFILE)
    not_allowed = seen(work)
    for number in (by_another, silent, nowhere, not_allowed):
        work.rules = Rules(ACTIVE if number == not_allowed else naming_rulebook(WARRANT, *sorted(RECORDS)), PROFILE)
        with pytest.raises(Wider, match="keep their pseudonyms"):
            decides(work, number)


def test_a_claim_that_nobody_of_the_house_has_seen_names_nobody(work: Casework) -> None:
    number = work.submitted(WARRANT, NAMES)
    work.verified(number)
    assert not service.facts_of(work.db, work.key, number).shown("names_third_parties")


def test_it_takes_a_reason_and_a_scope_that_reaches_there(work: Casework) -> None:
    number = seen(work)
    with pytest.raises(WordsMissing):
        decides(work, number, why=" ")
    whole = judging.widest(work.db, judging.newest(work.db, number))
    without = judging.narrower(whole, classes=frozenset({Releasable.SUBSCRIBER}))
    with pytest.raises(Wider, match="keep their pseudonyms"):
        decides(work, number, outcome=Outcome.NARROW, words="less", scope=without)
    for outcome in (Outcome.REJECT, Outcome.CLARIFY, Outcome.PRESERVE):
        with pytest.raises(Wider):
            decides(work, number, outcome=outcome, words="no")
    less = judging.narrower(whole, classes=STATE)
    assert decides(work, number, outcome=Outcome.NARROW, words="less", scope=less).state is State.SCOPED


def test_one_person_alone_names_nobody(work: Casework) -> None:
    """Whoever decided, and whoever had any other part, whatever their roles are now."""
    number = seen(work, by=EVERYBODY)
    decides(work, number, by=EVERYBODY)
    with pytest.raises(SamePerson, match="had a part"):
        naming.confirm(work.db, EVERYBODY, number, work.now_ms)
    other = seen(work, by=BOTH)
    decides(work, other)
    clerk = Acting.member(BOTH.number or 0, frozenset({Role.LEGAL_RELEASER}))
    with pytest.raises(SamePerson, match="had a part"):
        naming.confirm(work.db, clerk, other, work.now_ms)
    for who in (CLERK, REVIEWER):
        with pytest.raises(NotYourRole):
            naming.confirm(work.db, who, other, work.now_ms)
    assert service.naming_of(work.db, other) is not None and work.log(Act.LEGAL_NAMING_CONFIRMED) == []


def test_it_is_confirmed_once_and_only_while_it_waits(work: Casework) -> None:
    number = waits(work)
    naming.confirm(work.db, RELEASER, number, work.now_ms)
    another = Acting.member(88, frozenset({Role.LEGAL_RELEASER}))
    with pytest.raises(NotInThisState):
        naming.confirm(work.db, another, number, work.now_ms)
    held = waits(work)
    work.db.execute("UPDATE legal_request SET on_hold = 1 WHERE n = ?", (held,))
    with pytest.raises(OnHold):
        naming.confirm(work.db, another, held, work.now_ms)
    closed = waits(work)
    service.close(work.db, CLERK, closed, "withdrawn", work.now_ms)
    with pytest.raises(NotInThisState):
        naming.confirm(work.db, another, closed, work.now_ms)


def test_a_new_decision_takes_it_back(work: Casework) -> None:
    number = waits(work)
    naming.confirm(work.db, RELEASER, number, work.now_ms)
    decides(work, number, frozenset())
    assert service.naming_of(work.db, number) is None
    decides(work, number)
    found = service.naming_of(work.db, number)
    assert found is not None and found.confirmed_by is None, "what was confirmed before counts for no other decision"


def test_sql_names_nobody_that_the_services_would_not(work: Casework) -> None:
    number = seen(work)
    work.judged(number)
    decision, verdict = work.of(number).decision, work.of(number).verdict
    draft = work.ready(WARRANT)
    made = work.triaged(draft).number
    for sql, match in (
        (f"INSERT INTO legal_naming VALUES ({decision}, 'account_state')", GUARD),
        (f"INSERT INTO legal_may_name VALUES ({verdict}, 'subscriber')", GUARD),
        (f"INSERT INTO legal_may_name VALUES ({made}, 'content_reported')", "CHECK"),
        (
            f"INSERT INTO legal_naming VALUES ({decision}, 'content_profile')",
            "CHECK|narrower|no wider|nowhere else|settled",
        ),
        ("UPDATE legal_may_name SET data_class = 'subscriber'", GUARD),
        ("DELETE FROM legal_may_name", GUARD),
    ):
        with pytest.raises(IntegrityError, match=match):
            work.db.execute(sql)
    referred = seen(work, "us.sca.subpoena")
    made = work.triaged(referred).number
    with pytest.raises(IntegrityError, match="what a verdict releases"):
        work.db.execute(f"INSERT INTO legal_may_name VALUES ({made}, 'account_state')")


def test_the_database_lets_no_decision_be_wider_either(work: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the service asked nothing: by another instrument, in another class, and beyond the scope."""
    monkeypatch.setattr(judging, "_must_may_name", lambda *_: None)
    by_another, number = seen(work, "us.sca.2703d"), seen(work)
    with pytest.raises(Wider, match="nowhere else"):
        decides(work, by_another)
    with pytest.raises(Wider, match="nowhere else"):
        decides(work, number, frozenset({Releasable.SUBSCRIBER}))
    with pytest.raises(Wider, match="nowhere else"):
        decides(work, number, frozenset({Releasable.CONTENT_REPORTED}))
    less = judging.narrower(
        judging.widest(work.db, judging.newest(work.db, number)), classes=frozenset({Releasable.SUBSCRIBER})
    )
    with pytest.raises(Wider, match="nowhere else"):
        decides(work, number, outcome=Outcome.NARROW, words="less", scope=less)
    assert work.of(number).state is State.VERIFIED and service.naming_of(work.db, number) is None


def test_no_row_of_sql_stands_in_for_the_second_person(work: Casework) -> None:
    number = waits(work)
    decision, now_ms = work.of(number).decision, work.now_ms
    assert decision is not None
    confirms = Act.LEGAL_NAMING_CONFIRMED

    def row(who: str, entry: int, at_ms: int = now_ms) -> None:
        work.db.execute("INSERT INTO legal_naming_confirmed VALUES (?, ?, ?, ?)", (decision, at_ms, who, entry))

    def entry(who: str, act: Act = confirms, of: int = decision) -> int:
        return log.add(work.db, at_ms=now_ms, who=who, act=act, about=f"legal:{number}", classes=[], decision=of)

    for who in (REVIEWER.who, CLERK.who, "desk", "command:sql"):
        with pytest.raises(IntegrityError, match="second person"), transaction(work.db):
            row(who, entry(who))
    for who, act, of in (
        (RELEASER.who, Act.LEGAL_READ, decision),
        ("staff:88", confirms, decision),
        (RELEASER.who, confirms, decision * 10),
    ):
        with pytest.raises(IntegrityError, match="second person"), transaction(work.db):
            row(RELEASER.who, entry(who, act, of))
    with pytest.raises(IntegrityError, match="second person"), transaction(work.db):
        row(RELEASER.who, entry(RELEASER.who), now_ms - 1)
    naming.confirm(work.db, RELEASER, number, now_ms)
    for sql in (
        "UPDATE legal_naming_confirmed SET who = 'staff:1'",
        "DELETE FROM legal_naming_confirmed",
        "UPDATE legal_naming SET data_class = 'delivery_metadata'",
        "DELETE FROM legal_naming",
        f"INSERT INTO legal_naming VALUES ({decision}, 'delivery_metadata')",
    ):
        with pytest.raises(IntegrityError, match=GUARD):
            work.db.execute(sql)


def test_content_can_stand_in_no_row() -> None:
    assert not RECORDS & CONTENT
