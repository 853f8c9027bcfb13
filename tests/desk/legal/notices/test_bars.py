# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What bars a notice has a basis and an end, is looked at every ninety days, ends by itself, and then people know."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.decisions.errors import TextRefused
from privity.desk.legal.notices import service, settling
from privity.desk.legal.notices.errors import BarRefused, BarUnknown, GagIsAWish, NobodyTold
from privity.desk.legal.notices.model import BarKind
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import DAY_MS, end_of_day
from privity.desk.legal.requests.errors import GuardUnmet
from privity.desk.legal.requests.model import State
from privity.desk.legal.rulebook.evaluating import evaluate
from privity.desk.legal.rulebook.model import Action
from privity.desk.staff.errors import NotYourRole
from privity.production.model import Notice, NoticeState
from tests.desk.legal.notices.post import ORDER, OTHERS, REVIEWER, Post
from tests.desk.legal.rulebook.bases import ACTIVE, PROFILE, TODAY, facts

YEAR = 365


@pytest.mark.parametrize("missing", ["gag_basis", "gag_until"])
def test_lp_23_a_gag_without_a_basis_or_an_end_is_a_wish_and_is_asked_about(post: Post, missing: str) -> None:
    wished = {"gag_requested": True, "gag_basis": ORDER, "gag_until": "2027-02-01"}
    known = facts("us.sca.subpoena", wished, (missing,))
    verdict = evaluate(ACTIVE, PROFILE, known, TODAY)
    assert verdict.action is Action.CLARIFY and "G09" in verdict.codes
    with pytest.raises(GagIsAWish, match="basis" if missing == "gag_basis" else "end"):
        service.cited(known)
    whole = facts("us.sca.subpoena", wished)
    assert service.cited(whole)[0] == ORDER


def test_lp_23_no_service_and_no_sql_bars_without_a_basis_and_an_end(post: Post) -> None:
    number = post.collected()
    soon = post.now_ms + 30 * DAY_MS
    for basis, until_ms in (("", soon), ("  ", soon), (ORDER, None), (ORDER, post.now_ms), (ORDER, 5)):
        with pytest.raises(GagIsAWish):
            post.bar(number, until_ms, basis)
    with pytest.raises(BarRefused):
        post.bar(number, soon, "x" * 2001)
    with pytest.raises(BarRefused):
        post.bar(number, soon, "because", kind=BarKind.EMERGENCY)
    for basis, until in (("''", soon), ("'  '", soon), (f"'{ORDER}'", "NULL"), (f"'{ORDER}'", 0)):
        with pytest.raises(IntegrityError):
            post.db.execute(
                "INSERT INTO legal_bar (request, kind, basis, at_ms, until_ms, who)"
                f" VALUES ({number}, 'order', {basis}, {post.now_ms}, {until}, 'staff:1')"
            )
    for other in OTHERS:
        with pytest.raises(NotYourRole):
            post.bar(number, soon, by=other)
    assert service.bars(post.db, REVIEWER, number) == ()


def test_a_barred_notice_waits_and_goes_by_itself_when_the_bar_ends(post: Post) -> None:
    number = post.collected()
    bar = post.bar(number, end_of_day(post.now_ms, 30))
    post.step()
    assert post.asked() == [] and len(post.notices(number)) == 1
    assert settling.state_for(post.db, number, post.now_ms) == Notice(NoticeState.BARRED_UNTIL, "2026-12-27T00:00:00Z")
    post.to_the_day(bar.at_ms, 30)
    post.step()
    assert post.asked() == [], "the thirtieth day is still barred"
    post.restarted()
    post.to_the_day(bar.at_ms, 31)
    post.step()
    (said,) = post.said()
    assert "Nothing has been handed over by this request yet" in said.text


@pytest.mark.parametrize(("day", "over"), [(89, False), (90, False), (91, True)])
def test_a_bar_is_looked_at_every_ninety_days_and_forgetting_it_breaks_no_order(
    post: Post, day: int, over: bool
) -> None:
    number = post.collected()
    bar = post.bar(number, end_of_day(post.now_ms, YEAR))
    post.step()
    post.to_the_day(bar.at_ms, day)
    post.step()
    assert post.asked() == [], "what an order bars stays barred to the day that it names"
    (waits,) = service.waiting(post.db, REVIEWER, post.telling, post.now_ms)
    assert waits.why == "look whether the bar still stands" and waits.due_ms is not None
    assert (waits.due_ms <= post.now_ms) is over


def test_a_bar_that_is_looked_at_counts_to_its_own_end_and_no_further(post: Post) -> None:
    number = post.collected()
    bar = post.bar(number, end_of_day(post.now_ms, 200))
    post.step()
    for day in (80, 160):
        post.to_the_day(bar.at_ms, day)
        (waits,) = service.waiting(post.db, REVIEWER, post.telling, post.now_ms)
        assert "look whether the bar" in waits.why and waits.due_ms is not None
        looked = service.look_at_bar(
            post.db, REVIEWER, bar.number, "The order stands, I called the court.", post.now_ms
        )
        assert looked.until_ms == bar.until_ms
    post.to_the_day(bar.at_ms, 195)
    assert [each.why for each in service.waiting(post.db, REVIEWER, post.telling, post.now_ms)] == ["the bar ends"]
    service.look_at_bar(post.db, REVIEWER, bar.number, "Still.", post.now_ms)
    post.to_the_day(bar.at_ms, 200)
    post.step()
    assert post.asked() == []
    post.to_the_day(bar.at_ms, 201)
    with pytest.raises(BarUnknown):
        service.look_at_bar(post.db, REVIEWER, bar.number, "Still.", post.now_ms)
    post.step()
    assert len(post.asked()) == 1
    assert len(post.acts(Act.LEGAL_BAR_REVIEWED)) == 3


def test_what_ended_is_not_brought_back_by_looking_at_it(post: Post) -> None:
    number = post.collected()
    bar = post.bar(number, end_of_day(post.now_ms, YEAR))
    post.to_the_day(bar.at_ms, YEAR + 1)
    with pytest.raises(BarUnknown):
        service.look_at_bar(post.db, REVIEWER, bar.number, "The order stands.", post.now_ms)
    with pytest.raises(BarUnknown):
        service.look_at_bar(post.db, REVIEWER, 99, "The order stands.", post.now_ms)
    with pytest.raises(IntegrityError, match="while it counts"):
        post.db.execute(
            "INSERT INTO legal_bar_review (bar, at_ms, who, words) VALUES (?, ?, 'staff:1', 'backwards')",
            (bar.number, post.now_ms),
        )
    for other in OTHERS:
        with pytest.raises(NotYourRole):
            service.look_at_bar(post.db, other, bar.number, "The order stands.", post.now_ms)
    with pytest.raises(TextRefused):
        service.look_at_bar(post.db, REVIEWER, bar.number, " ", post.now_ms)


def test_a_bar_is_not_extended_silently(post: Post) -> None:
    number = post.collected()
    bar = post.bar(number, end_of_day(post.now_ms, 30))
    with pytest.raises(BarRefused, match="another basis"):
        post.bar(number, end_of_day(post.now_ms, 60), ORDER)
    with pytest.raises(BarRefused, match="another basis"):
        post.bar(number, bar.until_ms, "another order that bars no longer")
    for sql in (
        f"UPDATE legal_bar SET until_ms = until_ms + 1 WHERE n = {bar.number}",
        f"UPDATE legal_bar SET basis = 'another' WHERE n = {bar.number}",
        f"UPDATE legal_bar SET basis = '' WHERE n = {bar.number}",
        f"UPDATE legal_bar SET at_ms = at_ms + 1 WHERE n = {bar.number}",
        f"DELETE FROM legal_bar WHERE n = {bar.number}",
    ):
        with pytest.raises(IntegrityError):
            post.db.execute(sql)
    longer = post.bar(number, end_of_day(post.now_ms, 60), "the same court's order of 2026-12-20, extending it")
    assert [each.number for each in service.bars(post.db, REVIEWER, number)] == [bar.number, longer.number]
    assert [entry.said["bar"] for entry in post.acts(Act.LEGAL_BARRED)] == [bar.number, longer.number]
    post.step()
    assert settling.state_for(post.db, number, post.now_ms) == Notice(NoticeState.BARRED_UNTIL, "2027-01-26T00:00:00Z")


def test_nothing_is_barred_after_somebody_was_told(post: Post) -> None:
    number = post.collected()
    post.step()
    with pytest.raises(BarRefused, match="never after it was sent"):
        post.bar(number, end_of_day(post.now_ms, 30))


def test_a_request_that_asks_for_secrecy_waits_for_a_person(post: Post) -> None:
    number = post.collected(gag_requested=True, gag_basis=ORDER, gag_until="2027-02-01")
    post.step()
    assert post.asked() == [] and post.notices(number) == ()
    (waits,) = service.waiting(post.db, REVIEWER, post.telling, post.now_ms)
    assert waits.request == number
    basis, until_ms = service.cited(requests.facts_of(post.db, post.floor.keys.evidence, number))
    post.bar(number, until_ms, basis)
    post.step()
    assert len(post.notices(number)) == 1 and post.asked() == []
    assert settling.state_for(post.db, number, post.now_ms) == Notice(NoticeState.BARRED_UNTIL, "2027-02-02T00:00:00Z")


def test_a_reviewer_can_find_that_the_secrecy_asked_for_bars_nothing(post: Post) -> None:
    number = post.collected(gag_requested=True, gag_basis="a letter of the agency itself", gag_until="2027-02-01")
    service.tell(post.db, REVIEWER, post.telling, number, post.floor.later())
    assert len(post.asked()) == 1


def test_while_it_is_barred_neither_a_reviewer_nor_raw_sql_tells_anybody(post: Post) -> None:
    number = post.collected()
    post.bar(number, end_of_day(post.now_ms, 30))
    (notice,) = service.tell(post.db, REVIEWER, post.telling, number, post.floor.later())
    assert notice.told is None and post.asked() == []
    effect = post.effect(post.person)
    with pytest.raises(IntegrityError, match="barred"):
        post.db.execute(
            "INSERT INTO legal_notice_sent VALUES (?, ?, ?, ?, 0)",
            (notice.number, effect, post.now_ms, post.now_ms),
        )


def test_lp_9_a_release_under_a_bar_and_the_notice_after_it(post: Post) -> None:
    number = post.collected()
    bar = post.bar(number, end_of_day(post.now_ms, 60))
    post.step()
    post.approved(number)
    post.step()
    assert post.of(number).state is State.NOTICE_DONE
    left_ms = post.released(number)
    post.days(45)
    requests.close(post.db, post.floor.clerk, number, "answered", post.floor.later())
    post.step()
    assert post.asked() == []
    post.days(1)
    post.purge(number)
    assert post.of(number).state is State.PURGED
    assert service.bars(post.db, REVIEWER, number)[0].basis == ORDER, "whoever looks at the bar reads what it rests on"
    post.to_the_day(bar.at_ms, 61)
    post.step()
    (said,) = post.said()
    assert "On 26 November 2026 data of your account were handed over" in said.text and left_ms < post.now_ms
    assert "addresses" in said.text and "cannot be called back" in said.text
    post.hub_takes()
    post.step()
    notice = post.notice(number)
    assert notice.settled and notice.user_uri is None, "the request is purged and the person told: nothing is kept"
    assert post.db.execute("SELECT length(ciphertext) FROM legal_notice").fetchone() == (0,)
    assert service.bars(post.db, REVIEWER, number)[0].basis == ""


def test_a_bar_that_ended_between_the_settling_and_the_release_bars_nothing(post: Post) -> None:
    number = post.collected()
    post.bar(number, post.now_ms + 6 * 3_600_000)
    post.step()
    post.approved(number)
    post.step()
    assert post.of(number).state is State.NOTICE_DONE
    post.days(0.4)
    with pytest.raises(GuardUnmet, match="has ended"):
        post.released(number)


@pytest.mark.parametrize(("day", "goes"), [(89, False), (90, False), (91, True)])
def test_an_emergency_is_told_after_ninety_days_at_the_latest(post: Post, day: int, goes: bool) -> None:
    number = post.emergency()
    received_ms = post.of(number).received_ms
    post.step()
    assert post.asked() == []
    state = settling.state_for(post.db, number, post.now_ms)
    assert state == Notice(NoticeState.BARRED_UNTIL, "2027-02-25T00:00:00Z")
    post.approved(number)
    post.step()
    post.released(number)
    post.to_the_day(received_ms, day)
    post.step()
    assert bool(post.asked()) is goes
    (bar,) = service.bars(post.db, REVIEWER, number)
    assert (bar.kind, bar.who) == (BarKind.EMERGENCY, "desk")


def test_an_emergency_is_prolonged_by_an_order_alone(post: Post) -> None:
    number = post.emergency()
    post.step()
    with pytest.raises(IntegrityError, match="once"):
        post.db.execute(
            "INSERT INTO legal_bar (request, kind, basis, at_ms, until_ms, who)"
            " VALUES (?, 'emergency', 'more', ?, ?, 'x')",
            (number, post.now_ms, end_of_day(post.now_ms, 90)),
        )
    with pytest.raises(IntegrityError):
        post.db.execute(
            "INSERT INTO legal_bar (request, kind, basis, at_ms, until_ms, who)"
            " VALUES (?, 'emergency', 'x', ?, ?, 'x')",
            (number, post.now_ms, end_of_day(post.now_ms, 91)),
        )
    order = post.bar(number, end_of_day(post.now_ms, 120))
    service.look_at_bar(post.db, REVIEWER, order.number, "The court says so.", post.floor.later(30 * DAY_MS))
    post.days(70)
    post.step()
    assert post.asked() == []
    post.to_the_day(order.at_ms, 121)
    post.step()
    assert len(post.asked()) == 1


def test_what_ended_without_anything_leaving_is_told_to_nobody(post: Post) -> None:
    number = post.collected()
    bar = post.bar(number, end_of_day(post.now_ms, 30))
    post.step()
    requests.close(post.db, post.floor.clerk, number, "withdrawn", post.floor.later())
    post.to_the_day(bar.at_ms, 31)
    post.step()
    assert post.asked() == []
    with pytest.raises(NobodyTold):
        settling.state_for(post.db, number, post.now_ms)
    service.purge(post.db, number, post.now_ms)
    assert post.notice(number).user_uri is None
