# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A bar that is lifted early ends then and not before, by two people, and is never made longer; then people know."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.notices import service, settling
from privity.desk.legal.notices.errors import BarRefused, BarUnknown
from privity.desk.legal.notices.model import Bar, BarKind, Lift
from privity.desk.legal.requests import due
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import DAY_MS, Clock, end_of_day
from privity.desk.legal.requests.errors import GuardUnmet, SamePerson
from privity.desk.legal.requests.model import State
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role
from privity.production.model import Notice, NoticeState
from tests.desk.legal.notices.post import OTHERS, REVIEWER, Post

ENDS = "Order of the Court of Example of 2026-12-04, lifting its order of 2026-11-20; called the clerk at the court"
SECOND = Acting.member(92, frozenset({Role.LEGAL_RELEASER}))
ALONE = Acting.member(93, frozenset({Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER}))


def barred(post: Post, days: int = 60) -> tuple[int, Bar]:
    number = post.collected()
    bar = post.bar(number, end_of_day(post.now_ms, days))
    before = post.asked()
    post.step()
    assert post.asked() == before and len(post.notices(number)) == 1
    return number, bar


def says(post: Post, number: int, bar: Bar, from_ms: int | None = None, by: Acting = REVIEWER) -> Lift:
    from_ms = post.now_ms if from_ms is None else from_ms
    return service.lift(post.db, by, number, bar.number, ENDS, from_ms, post.floor.later())


def confirms(post: Post, number: int, said: Lift, by: Acting = SECOND) -> Bar:
    return service.lift_confirmed(post.db, by, number, said.bar, said.number, post.floor.later())


def test_a_lifted_bar_lets_the_notice_go_as_if_it_had_ended(post: Post) -> None:
    number, bar = barred(post)
    said = says(post, number, bar)
    post.step()
    assert post.asked() == [], "one person's word tells nobody"
    (waits,) = [each for each in service.waiting(post.db, REVIEWER, post.telling, post.now_ms) if "second" in each.why]
    assert (waits.request, waits.due_ms) == (number, said.at_ms)
    ended = confirms(post, number, said)
    assert ended.until_ms == post.now_ms < bar.until_ms
    post.step()
    (told,) = post.said()
    assert "Nothing has been handed over by this request yet" in told.text
    (spoke,), (lifted,) = post.acts(Act.LEGAL_BAR_LIFT_SAID), post.acts(Act.LEGAL_BAR_LIFTED)
    assert (spoke.who, lifted.who) == (REVIEWER.who, SECOND.who) and lifted.said["until_ms"] == ended.until_ms
    assert ENDS not in str(spoke) + str(lifted), "the court's words are in no log"
    assert Clock.GAG_REVIEW not in due.running(post.db, number)
    (kept,) = service.lifts(post.db, REVIEWER, number)
    assert (kept.basis, kept.lifted_ms, kept.confirmed_by) == (ENDS, ended.until_ms, SECOND.who)
    with pytest.raises(BarRefused, match="never after it was sent"):
        post.bar(number, end_of_day(post.now_ms, 90), "another order")


def test_lifted_from_a_day_on_it_bars_to_that_day(post: Post) -> None:
    number, bar = barred(post)
    from_ms = end_of_day(post.now_ms, 9)
    ended = confirms(post, number, says(post, number, bar, from_ms))
    assert ended.until_ms == from_ms == ended.look_by_ms
    assert settling.state_for(post.db, number, post.now_ms) == Notice(NoticeState.BARRED_UNTIL, "2026-12-06T00:00:00Z")
    assert due.running(post.db, number)[Clock.GAG_REVIEW].due_ms <= from_ms
    post.to_the_day(bar.at_ms, 9)
    post.step()
    assert post.asked() == []
    post.to_the_day(bar.at_ms, 10)
    post.step()
    assert len(post.asked()) == 1


def test_another_bar_of_the_request_still_counts(post: Post) -> None:
    number, bar = barred(post)
    other = post.bar(number, end_of_day(post.now_ms, 80), "a law of the State of Example", kind=BarKind.LAW)
    confirms(post, number, says(post, number, bar))
    post.step()
    assert post.asked() == []
    assert due.running(post.db, number)[Clock.GAG_REVIEW].due_ms == other.until_ms
    (lifted,) = post.acts(Act.LEGAL_BAR_LIFTED)
    assert lifted.said["until_ms"] == other.until_ms
    confirms(post, number, says(post, number, other))
    post.step()
    assert len(post.asked()) == 1


def test_a_release_under_the_bar_stops_until_people_were_told(post: Post) -> None:
    number, bar = barred(post)
    post.approved(number)
    post.step()
    assert post.of(number).state is State.NOTICE_DONE
    confirms(post, number, says(post, number, bar))
    with pytest.raises(GuardUnmet, match="what barred the notice has ended"):
        post.released(number)
    post.step()
    assert len(post.said()) == 1


def test_one_person_lifts_no_bar(post: Post) -> None:
    number, bar = barred(post)
    said = says(post, number, bar, by=ALONE)
    for _ in range(2):
        with pytest.raises(SamePerson):
            confirms(post, number, said, ALONE)
    again = says(post, number, bar, by=ALONE)
    with pytest.raises(SamePerson):
        confirms(post, number, again, ALONE)
    for who in OTHERS:
        with pytest.raises(NotYourRole):
            says(post, number, bar, by=who)
        if Right.RELEASE_LEGAL not in who.rights:
            with pytest.raises(NotYourRole):
                confirms(post, number, again, who)
    with pytest.raises(NotYourRole):
        confirms(post, number, again, REVIEWER)
    for name in ("staff:93", "desk", "command:sql"):
        with pytest.raises(IntegrityError, match="another person"):
            post.db.execute(
                "INSERT INTO legal_bar_lifted VALUES (?, ?, ?, ?, ?)",
                (bar.number, again.number, post.now_ms, post.now_ms, name),
            )
    post.step()
    assert post.asked() == [] and post.acts(Act.LEGAL_BAR_LIFTED) == []


def test_it_is_confirmed_once_and_only_what_was_said_last(post: Post) -> None:
    number, bar = barred(post)
    first = says(post, number, bar)
    second = says(post, number, bar, end_of_day(post.now_ms, 30))
    with pytest.raises(BarRefused, match="said last"):
        confirms(post, number, first)
    with pytest.raises(IntegrityError, match="another person"):
        post.db.execute(
            "INSERT INTO legal_bar_lifted VALUES (?, ?, ?, ?, ?)",
            (bar.number, first.number, post.now_ms, post.now_ms, SECOND.who),
        )
    confirms(post, number, second)
    with pytest.raises(BarRefused):
        confirms(post, number, second)
    with pytest.raises(BarRefused):
        says(post, number, bar, end_of_day(post.now_ms, 20))


def test_a_bar_of_another_request_is_not_lifted_by_this_one(post: Post) -> None:
    number, bar = barred(post)
    other, theirs = barred(post)
    said = says(post, other, theirs)
    with pytest.raises(BarUnknown):
        says(post, number, theirs)
    with pytest.raises(BarUnknown):
        confirms(post, number, said)
    with pytest.raises(BarRefused):
        service.lift_confirmed(post.db, SECOND, number, bar.number, said.number, post.floor.later())
    with pytest.raises(IntegrityError, match="another person"):
        post.db.execute(
            "INSERT INTO legal_bar_lifted VALUES (?, ?, ?, ?, ?)",
            (bar.number, said.number, post.now_ms, post.now_ms, SECOND.who),
        )
    with pytest.raises(BarUnknown):
        service.lift(post.db, REVIEWER, number, 99, ENDS, post.now_ms, post.floor.later())


def test_a_bar_is_never_made_longer_by_it(post: Post) -> None:
    number, bar = barred(post)
    for from_ms in (bar.until_ms, bar.until_ms + 1, bar.until_ms + 100 * DAY_MS):
        with pytest.raises(BarRefused, match="ends before that by itself"):
            says(post, number, bar, from_ms)
        with pytest.raises(IntegrityError, match="never made longer"):
            post.db.execute(
                "INSERT INTO legal_bar_lift (bar, basis, from_ms, at_ms, who) VALUES (?, 'a', ?, ?, 'staff:90')",
                (bar.number, from_ms, post.now_ms),
            )
    said = says(post, number, bar, end_of_day(post.now_ms, 9))
    with pytest.raises(IntegrityError, match="another person"):
        post.db.execute(
            "INSERT INTO legal_bar_lifted VALUES (?, ?, ?, ?, ?)",
            (bar.number, said.number, post.now_ms, bar.until_ms + DAY_MS, SECOND.who),
        )
    confirms(post, number, said)
    (counts,) = service.bars(post.db, REVIEWER, number)
    assert counts.until_ms == said.from_ms
    for sql in (
        "UPDATE legal_bar_lifted SET until_ms = until_ms + 1",
        "DELETE FROM legal_bar_lifted",
        "UPDATE legal_bar_lift SET from_ms = from_ms + 1",
        "UPDATE legal_bar_lift SET basis = ''",
        "DELETE FROM legal_bar_lift",
    ):
        with pytest.raises(IntegrityError, match="never"):
            post.db.execute(sql)


@pytest.mark.parametrize(("basis", "since"), [("", 0), (" ", 0), ("x" * 2001, 0), (ENDS, None)])
def test_it_takes_a_basis_and_a_day(post: Post, basis: str, since: int | None) -> None:
    number, bar = barred(post)
    with pytest.raises(BarRefused):
        service.lift(post.db, REVIEWER, number, bar.number, basis, since, post.floor.later())
    if not basis.strip():
        with pytest.raises(IntegrityError, match="with a basis"):
            post.db.execute(
                "INSERT INTO legal_bar_lift (bar, basis, from_ms, at_ms, who) VALUES (?, ?, 0, ?, 'staff:90')",
                (bar.number, basis, post.now_ms),
            )


def test_what_has_ended_is_not_lifted(post: Post) -> None:
    number, bar = barred(post)
    said = says(post, number, bar)
    post.to_the_day(bar.at_ms, 61)
    with pytest.raises(BarUnknown, match="counts no more"):
        says(post, number, bar)
    with pytest.raises(BarUnknown, match="counts no more"):
        confirms(post, number, said)
    with pytest.raises(IntegrityError, match="while it counts"):
        post.db.execute(
            "INSERT INTO legal_bar_lifted VALUES (?, ?, ?, ?, ?)",
            (bar.number, said.number, post.now_ms, post.now_ms, SECOND.who),
        )


def test_after_the_purge_a_bar_is_lifted_only_for_somebody_who_waits_to_be_told(post: Post) -> None:
    """What left under a bar is told when it is lifted, also when nothing else of the request is left."""
    number, bar = barred(post, 200)
    post.approved(number)
    post.step()
    post.released(number)
    requests.close(post.db, post.floor.clerk, number, "answered", post.floor.later())
    post.purge(number)
    assert post.of(number).state is State.PURGED
    confirms(post, number, says(post, number, bar))
    post.step()
    (told,) = post.said()
    assert "data of your account were handed over" in told.text
    post.hub_takes()
    post.step()
    (kept,) = service.lifts(post.db, REVIEWER, number)
    assert kept.basis == "" and service.bars(post.db, REVIEWER, number)[0].basis == "", "the words go with the notice's"

    nothing, theirs = barred(post, 200)
    said = says(post, nothing, theirs)
    requests.close(post.db, post.floor.clerk, nothing, "withdrawn", post.floor.later())
    post.purge(nothing)
    for act in (lambda: says(post, nothing, theirs), lambda: confirms(post, nothing, said)):
        with pytest.raises(BarUnknown, match="nobody waits"):
            act()
    with pytest.raises(IntegrityError, match="another person"):
        post.db.execute(
            "INSERT INTO legal_bar_lifted VALUES (?, ?, ?, ?, ?)",
            (theirs.number, said.number, post.now_ms, post.now_ms, SECOND.who),
        )
