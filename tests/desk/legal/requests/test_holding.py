# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is not active any more takes their requests along: none moves on until it was verified anew who asks."""

from __future__ import annotations

import pytest

from privity.desk.db.transaction import DbError
from privity.desk.legal.agencies.errors import AgenciesError
from privity.desk.legal.agencies.lapsing import Expiry
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests import checking, filing, service
from privity.desk.legal.requests.errors import GuardUnmet, OnHold
from privity.desk.legal.requests.model import Outcome, State
from privity.desk.legal.requests.moves import MOVES
from privity.desk.staff.errors import PasskeyUnknown
from tests.desk.legal.agencies.bureau import HOME, PLACE
from tests.desk.legal.casework import CLERK, RULES, Casework
from tests.desk.legal.requests.test_moves import only

FREE = {State.VERIFYING, State.CLOSED, State.PURGED}


def everywhere(work: Casework) -> dict[State, int]:
    """A request of the same agency in each state in which it could be held, and a few that have ended."""
    found = {
        State.VERIFIED: work.ready(change={"docket": "verified"}),
        State.SCOPED: work.scoped(change={"docket": "scoped"}),
        State.CLARIFY: work.ready(change={"docket": "clarify"}),
        State.REJECTED: work.ready(change={"docket": "rejected"}),
    }
    work.judged(found[State.CLARIFY], Outcome.CLARIFY)
    work.judged(found[State.REJECTED], Outcome.REJECT)
    for state in State:
        if state not in found and state not in (State.DRAFT, State.SUBMITTED, State.VERIFYING):
            found[state] = work.scoped(change={"docket": state.value})
    with only(work.db):
        for state, number in found.items():
            work.db.execute("UPDATE legal_request SET state = ? WHERE n = ?", (state.value, number))
    return found


def test_lp_14_mass_revocation_in_mid_case_holds_every_request_at_once(work: Casework) -> None:
    stand = everywhere(work)
    paper = work.submitted(change={"docket": "paper"})
    work.verifying(paper)
    checking.on_paper(work.db, work.key, CLERK, paper, None, None, "another's", work.now_ms, work.random)
    revoked = work.bureau.revoke(Whom.all(), open_requests=lambda _, __: ())
    assert revoked.officers == 1
    for state, number in stand.items():
        request = work.of(number)
        assert request.on_hold == (state not in (State.CLOSED, State.PURGED)), state
        for to in MOVES[state] - FREE:
            with pytest.raises(OnHold):
                service.move(work.db, number, to, "desk", work.now_ms)
            with pytest.raises(DbError):
                work.db.execute("UPDATE legal_request SET state = ? WHERE n = ?", (to.value, number))
        with pytest.raises(DbError):
            work.db.execute("UPDATE legal_request SET on_hold = 0 WHERE n = ? AND on_hold = 1 RETURNING n", (number,))
            raise DbError("it was not held")
    assert not work.of(paper).on_hold
    waiting = {request.number for request in service.held(work.db, CLERK)}
    assert waiting == {number for state, number in stand.items() if state not in (State.CLOSED, State.PURGED)}


def test_a_held_request_is_nobodys_case_token(work: Casework) -> None:
    number = work.scoped()
    service.must_hold(work.db, number, work.now_ms)
    work.bureau.revoke(Whom(country="DE"))
    with pytest.raises(OnHold):
        service.must_hold(work.db, number, work.now_ms)
    assert service.facts_of(work.db, work.key, number).get("requester_verified") is False
    with pytest.raises(OnHold):
        work.judged(number, Outcome.REJECT)


def test_a_revoked_agency_is_not_verified_anew_but_another_officer_may_take_it_over(work: Casework) -> None:
    number = work.scoped()
    work.bureau.revoke(Whom(work.team.agency.number))
    work.verifying(number)
    with pytest.raises(PasskeyUnknown):
        work.asserted(number)
    with pytest.raises((GuardUnmet, AgenciesError)):
        checking.verified(work.db, work.key, RULES, CLERK, number, work.now_ms)
    other = work.bureau.enrolled(name="Office of Spoons", domain="spoons.example", switchboard="+49 30 99999-0")
    options = checking.ask(work.db, PLACE, other.officer, number)
    answer = work.bureau.keys[other.officer].get(options, PLACE.origin)
    checking.by_assertion(
        work.db, work.key, PLACE, CLERK, number, answer, HOME, work.now_ms, work.random, officer=other.officer
    )
    with pytest.raises(GuardUnmet, match="called back first"):
        checking.verified(work.db, work.key, RULES, CLERK, number, work.now_ms)
    work.called(number, dialled="+49 30 999990")
    assert not checking.verified(work.db, work.key, RULES, CLERK, number, work.now_ms).on_hold
    assert work.of(number).agency == other.agency.number
    assert work.judged(number).state is State.SCOPED  # what was decided before counts no more


def test_an_agency_that_lapsed_and_came_back_is_verified_anew_all_the_same(work: Casework) -> None:
    number = work.ready(change={"docket": "old"})
    work.days(91)
    Expiry(work.db, lambda: work.now_ms).step()
    assert work.of(number).on_hold
    work.bureau.again(work.team)
    assert work.of(number).on_hold  # the agency is there again; whether it still asks, nobody has said
    with pytest.raises(OnHold):
        work.judged(number)


def test_an_officer_whose_supervisor_ended_is_held(work: Casework) -> None:
    number = work.ready()
    work.db.execute("UPDATE agency_person SET state = 'ended', ended_ms = 1 WHERE n = ?", (work.team.supervisor,))
    assert work.of(number).on_hold


def test_what_came_on_paper_is_held_with_its_agency(work: Casework) -> None:
    """No officer is named, so that nothing but the agency takes it along."""
    number = work.submitted("eu.epoc")
    work.verifying(number)
    agency = work.team.agency.number
    checking.on_paper(work.db, work.key, CLERK, number, agency, None, "seal", work.now_ms, work.random)
    work.bureau.revoke(Whom(agency))
    assert work.of(number).on_hold
    with pytest.raises(GuardUnmet, match="who asks is not active"):  # past the code that asks for it first
        service.move(work.db, number, State.VERIFIED, "desk", work.now_ms)


def test_what_is_held_can_be_closed_and_read(work: Casework) -> None:
    number = work.scoped()
    work.bureau.revoke(Whom.all())
    assert service.papers(work.db, CLERK, number)
    assert service.close(work.db, CLERK, number, "forged", work.now_ms).state is State.CLOSED


def test_facts_of_a_held_request_can_still_be_corrected(work: Casework) -> None:
    number = work.ready()
    work.bureau.revoke(Whom.all())
    filing.correct(work.db, work.key, RULES, CLERK, number, {"docket": "1"}, "seen", work.now_ms, work.random)
    assert work.of(number).on_hold
