# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The rulebook says what may leave, a person takes away from it, and nobody adds to it: in code and in the database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError, transaction
from privity.desk.legal.requests import checking, filing, judging, service
from privity.desk.legal.requests.clocks import DAY_MS, midnight
from privity.desk.legal.requests.errors import (
    AuthorityExpired,
    GuardUnmet,
    NotInThisState,
    NotJudged,
    Wider,
    WordsMissing,
)
from privity.desk.legal.requests.judging import Ruling, narrower, widest
from privity.desk.legal.requests.model import Ground, Outcome, Part, ScopeLine, State
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.rulebook.model import Action, Looked, Review
from privity.desk.staff.errors import NotYourRole
from privity.production.classes import Never, Releasable
from tests.desk.legal.casework import CLERK, GUARD, RELEASER, REVIEWER, RULES, T0, Casework
from tests.desk.legal.rulebook.bases import ACTIVE, PROFILE, RULEBOOK, TODAY, reviewed

POT = Target("handle", "pot.collector")
SINCE, UNTIL = midnight(date(2026, 10, 1)), midnight(date(2026, 11, 1))


def ruled(work: Casework, number: int, ruling: Ruling) -> State:
    return judging.judge(work.db, work.key, REVIEWER, number, ruling, work.now_ms, work.random).state


def test_lp_17_the_verdict_is_kept_with_its_trace(work: Casework) -> None:
    number = work.ready()
    made = work.triaged(number)
    assert made.verdict.action is Action.PROCEED
    kept = service.verdict_of(work.db, work.key, number)
    assert kept == made.verdict
    assert any(finding.looked is Looked.NOT_SO for finding in kept.trace)
    (entry,) = work.log(Act.LEGAL_EVALUATED)
    assert entry.said["action"] == "proceed"
    assert entry.said["release"] == [each.value for each in Releasable]
    assert work.of(number).state is State.VERIFIED  # nothing moves by asking


def test_lp_15_the_hash_of_the_rulebook_is_pinned_into_the_request(work: Casework) -> None:
    number = work.scoped()
    assert work.of(number).rulebook_sha256 == ACTIVE.sha256
    assert service.verdict_of(work.db, work.key, number).rulebook == ACTIVE.sha256


def test_lp_15_by_a_draft_everything_is_referred(work: Casework) -> None:
    work.rules = Rules(RULEBOOK, PROFILE)
    number = work.ready()
    made = work.triaged(number)
    assert made.verdict.action is Action.REFER
    for outcome in (Outcome.ACCEPT, Outcome.NARROW):
        with pytest.raises(Wider):
            ruled(work, number, Ruling(made.number, outcome, words="I would rather"))
    assert ruled(work, number, Ruling(made.number, Outcome.REFER, words="counsel")) is State.REFERRED


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ACCEPT, State.SCOPED),
        (Outcome.REJECT, State.REJECTED),
        (Outcome.CLARIFY, State.CLARIFY),
        (Outcome.CHALLENGE, State.CHALLENGED),
        (Outcome.REFER, State.REFERRED),
        (Outcome.PRESERVE, State.TRIAGED),
    ],
)
def test_lp_10_a_person_may_accept_or_refuse_what_the_rulebook_releases(
    work: Casework, outcome: Outcome, state: State
) -> None:
    number = work.ready()
    assert work.judged(number, outcome).state is state
    assert (REVIEWER.who, Part.JUDGED) in service.parties(work.db, number)
    decided = service.decided_of(work.db, number)
    assert (decided.outcome, decided.grounds) == (outcome, (Ground.RULEBOOK,))
    assert bool(service.scope_of(work.db, number)) == (outcome is Outcome.ACCEPT)
    (entry,) = work.log(Act.LEGAL_JUDGED)
    assert entry.said["outcome"] == outcome.value


def test_lp_10_a_person_narrows_classes_targets_and_range(work: Casework) -> None:
    number = work.ready()
    made = work.triaged(number)
    whole = widest(work.db, made.number)
    assert {line.data_class for line in whole} == set(Releasable)
    assert {(line.since_ms, line.until_ms) for line in whole} == {(SINCE, UNTIL)}
    left = narrower(whole, classes=frozenset({Releasable.SESSION_IP}), since_ms=SINCE + DAY_MS)
    assert (
        ruled(work, number, Ruling(made.number, Outcome.NARROW, (Ground.OVERBROAD_TIME,), "less", left)) is State.SCOPED
    )
    assert service.scope_of(work.db, number) == (ScopeLine(Releasable.SESSION_IP, POT, SINCE + DAY_MS, UNTIL),)


def test_narrowing_is_pure_and_leaves_nothing_that_is_outside() -> None:
    lines = (
        ScopeLine(Releasable.SUBSCRIBER, POT, None, None),
        ScopeLine(Releasable.SESSION_IP, POT, SINCE, UNTIL),
        ScopeLine(Releasable.SESSION_IP, Target("handle", "spoon"), SINCE, UNTIL),
    )
    assert narrower(lines, targets=frozenset({POT})) == lines[:2]
    assert narrower(lines, since_ms=UNTIL) == lines[:1]
    assert narrower(lines, since_ms=SINCE - 1, until_ms=UNTIL + 1) == lines
    assert narrower(lines, classes=frozenset()) == ()


Change = Callable[[ScopeLine], ScopeLine]


def changed(**fields: object) -> Change:
    return lambda line: dataclasses.replace(line, **fields)  # type: ignore[arg-type]  # fields of a line, by name


WIDER = {
    "another class": changed(data_class=Releasable.DELIVERY_METADATA),
    "another target": changed(target=Target("handle", "somebody.else")),
    "another kind": changed(target=Target("account", "pot.collector")),
    "earlier": changed(since_ms=SINCE - 1),
    "later": changed(until_ms=UNTIL + 1),
    "no range": changed(since_ms=None, until_ms=None),
    "backwards": changed(since_ms=UNTIL, until_ms=SINCE),
}


@pytest.mark.parametrize("change", WIDER.values(), ids=WIDER.keys())
def test_lp_10_nobody_widens(work: Casework, change: Change) -> None:
    number = work.ready("us.sca.subpoena")
    made = work.triaged(number)
    whole = widest(work.db, made.number)
    wide = change(whole[-1])
    with pytest.raises(Wider):
        ruled(work, number, Ruling(made.number, Outcome.NARROW, words="more, please", scope=(whole[0], wide)))
    assert work.of(number).state is State.VERIFIED
    assert work.log(Act.LEGAL_JUDGED) == []
    with transaction(work.db):  # past all code: a decision by raw SQL, and a line below it
        work.db.execute(
            "INSERT INTO legal_decision (request, verdict, outcome, grounds, document, at_ms, who, audit_n)"
            " SELECT ?, ?, 'narrow', '[]', max(n), 1, 'x', (SELECT max(n) FROM audit_entry) FROM legal_document",
            (number, made.number),
        )
    with pytest.raises(IntegrityError):
        work.db.execute(
            "INSERT INTO legal_scope (decision, data_class, kind, target, since_ms, until_ms)"
            " SELECT max(n), ?, ?, ?, ?, ? FROM legal_decision",
            (wide.data_class.value, wide.target.kind, wide.target.value, wide.since_ms, wide.until_ms),
        )


@pytest.mark.parametrize("never", list(Never))
def test_lp_1_what_nobody_holds_stands_in_no_scope_and_in_no_release(work: Casework, never: Never) -> None:
    number = work.ready("us.sca.warrant", {"classes": [*Releasable, never.value]})
    made = work.triaged(number)
    assert never in {each.data_class for each in made.verdict.not_held}
    assert never.value not in {line.data_class.value for line in widest(work.db, made.number)}
    for table, columns in (
        ("legal_release", "verdict, data_class"),
        ("legal_scope", "decision, data_class, kind, target"),
    ):
        values = (made.number, never.value, "handle", "pot.collector")[: columns.count(",") + 1]
        with pytest.raises(IntegrityError):
            work.db.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(values))})", values)


def test_what_was_decided_is_never_changed_or_added_to(work: Casework) -> None:
    number = work.scoped("us.sca.subpoena")
    verdict, decision = work.of(number).verdict, work.of(number).decision
    for sql in (
        "UPDATE legal_verdict SET holds_until_ms = 1 << 60",
        "DELETE FROM legal_verdict",
        "UPDATE legal_release SET data_class = 'content_profile'",
        "DELETE FROM legal_release",
        f"INSERT INTO legal_release VALUES ({verdict}, 'content_profile')",
        f"INSERT INTO legal_asked (verdict, kind, target) VALUES ({verdict}, 'handle', 'x')",
        "UPDATE legal_asked SET target = 'x'",
        "DELETE FROM legal_asked",
        "UPDATE legal_decision SET outcome = 'accept'",
        "DELETE FROM legal_decision",
        "UPDATE legal_scope SET target = 'x'",
        "DELETE FROM legal_scope",
        "INSERT INTO legal_scope (decision, data_class, kind, target, since_ms, until_ms)"
        f" SELECT {decision}, data_class, kind, target, since_ms, until_ms - 1 FROM legal_scope LIMIT 1",
        "UPDATE legal_request SET decision = NULL",
        "UPDATE legal_request SET verdict = NULL",
    ):
        with pytest.raises(IntegrityError, match=GUARD):
            work.db.execute(sql)


def test_lp_10_the_database_takes_no_decision_that_goes_further_than_the_newest_verdict(work: Casework) -> None:
    number = work.ready()
    older = work.triaged(number).number
    work.rules = Rules(RULEBOOK, PROFILE)
    newest = work.triaged(number).number

    def decided(verdict: int, outcome: str, says: str) -> None:
        with pytest.raises(IntegrityError, match=says):
            work.db.execute(
                "INSERT INTO legal_decision (request, verdict, outcome, grounds, document, at_ms, who, audit_n)"
                " SELECT ?, ?, ?, '[]', max(n), 1, 'x', (SELECT max(n) FROM audit_entry) FROM legal_document",
                (number, verdict, outcome),
            )

    decided(older, "accept", "the newest verdict")  # by a rulebook that was in force then
    for outcome in ("accept", "narrow"):
        decided(newest, outcome, "releases nothing")
    with pytest.raises(IntegrityError, match="only a verdict releases"):
        work.db.execute("INSERT INTO legal_release VALUES (?, 'subscriber')", (newest,))


def test_a_decision_is_made_on_the_verdict_that_was_seen(work: Casework) -> None:
    number = work.ready()
    seen = work.triaged(number).number
    work.triaged(number)
    with pytest.raises(NotJudged, match="another verdict"):
        ruled(work, number, Ruling(seen, Outcome.ACCEPT))


def test_a_verdict_is_of_the_facts_as_they_are(work: Casework) -> None:
    number = work.ready()
    seen = work.triaged(number).number
    filing.correct(
        work.db, work.key, RULES, CLERK, number, {"judicial_signature": None}, "a copy", work.now_ms, work.random
    )
    with pytest.raises(NotJudged, match="changed since"):
        ruled(work, number, Ruling(seen, Outcome.ACCEPT))
    made = work.triaged(number)
    assert made.verdict.action is Action.REJECT
    with pytest.raises(Wider):
        ruled(work, number, Ruling(made.number, Outcome.ACCEPT))


def test_nothing_is_judged_before_it_is_known_who_asks(work: Casework) -> None:
    number = work.submitted()
    with pytest.raises(NotInThisState):
        work.triaged(number)
    work.verifying(number)
    with pytest.raises(NotInThisState):
        work.triaged(number)
    for ask in (service.verdict_of,):
        with pytest.raises(NotJudged):
            ask(work.db, work.key, number)
    for also in (service.decided_of, service.authority):
        with pytest.raises(NotJudged):
            also(work.db, number)
    assert service.scope_of(work.db, number) == ()


def test_only_a_reviewer_judges(work: Casework) -> None:
    number = work.ready()
    for other in (CLERK, RELEASER):
        with pytest.raises(NotYourRole):
            work.triaged(number, other)
        with pytest.raises(NotYourRole):
            judging.judge(work.db, work.key, other, number, Ruling(1, Outcome.REJECT, words="x"), T0, work.random)


def test_refusing_takes_grounds_and_words(work: Casework) -> None:
    number = work.ready()
    made = work.triaged(number).number
    for ruling in (
        Ruling(made, Outcome.REJECT),
        Ruling(made, Outcome.REJECT, (), "no"),
        Ruling(made, Outcome.ACCEPT, ()),
    ):
        with pytest.raises(WordsMissing):
            ruled(work, number, ruling)
    line = widest(work.db, made)[:1]
    for ruling in (
        Ruling(made, Outcome.REJECT, words="no", scope=line),
        Ruling(made, Outcome.ACCEPT, scope=line),
        Ruling(made, Outcome.NARROW, words="nothing"),
    ):
        with pytest.raises(Wider):
            ruled(work, number, ruling)


def test_a_question_that_was_answered_is_judged_anew(work: Casework) -> None:
    number = work.ready()
    work.judged(number, Outcome.CLARIFY)
    filing.correct(work.db, work.key, RULES, CLERK, number, {"docket": "26-mj-18"}, "they said", T0, work.random)
    with pytest.raises(GuardUnmet):  # the old decision does not serve twice
        service.move(work.db, number, State.TRIAGED, "desk", work.now_ms)
    assert work.judged(number).state is State.SCOPED
    first, second = [entry.said["outcome"] for entry in work.log(Act.LEGAL_JUDGED)]
    assert (first, second) == ("clarify", "accept")


def test_who_scoped_too_much_judges_anew_and_the_newer_scope_counts(work: Casework) -> None:
    number = work.scoped()
    made = work.triaged(number)
    left = narrower(widest(work.db, made.number), classes=frozenset({Releasable.SUBSCRIBER}))
    assert ruled(work, number, Ruling(made.number, Outcome.NARROW, (Ground.WRONG_CLASS,), "less", left)) is State.SCOPED
    assert service.scope_of(work.db, number) == left
    assert service.authority(work.db, number).decision == work.of(number).decision == 2


@pytest.mark.parametrize(
    ("change", "last"),
    [
        ({}, TODAY + timedelta(days=30)),
        ({"expires_on": "2026-12-01"}, date(2026, 12, 1)),
        ({"expires_on": "2027-12-01"}, TODAY + timedelta(days=30)),
    ],
    ids=["30 days", "the order's end", "a later end"],
)
def test_a_verdict_holds_until_a_day_is_over(work: Casework, change: dict[str, str], last: date) -> None:
    number = work.scoped(change=change)
    ends = service.authority(work.db, number).until_ms
    assert ends == midnight(last + timedelta(days=1))
    assert service.must_hold(work.db, number, ends - 1).until_ms == ends
    with pytest.raises(AuthorityExpired, match=r"held until \d{4}-\d\d-\d\d 00:00 UTC$"):
        service.must_hold(work.db, number, ends)


def test_a_verdict_ends_with_the_review_of_its_rulebook(work: Casework) -> None:
    old = Review(("Ada Example", "Bo Example"), TODAY - timedelta(days=170))
    work.rules = Rules(reviewed(review=old), PROFILE)
    number = work.scoped()
    assert service.authority(work.db, number).until_ms == midnight(TODAY + timedelta(days=11))


def test_nothing_moves_on_by_a_verdict_that_has_expired(work: Casework) -> None:
    number = work.scoped(change={"expires_on": "2026-12-01"})
    work.now_ms = midnight(date(2026, 12, 2))
    with pytest.raises(AuthorityExpired):
        service.move(work.db, number, State.COLLECTED, "desk", work.now_ms)
    made = work.triaged(number)
    assert made.verdict.action is Action.REJECT  # the order is over
    assert ruled(work, number, Ruling(made.number, Outcome.REJECT, (Ground.EXPIRED,), "over")) is State.REJECTED


def test_who_asks_verified_anew_is_judged_anew(work: Casework) -> None:
    number = work.ready()
    seen = work.triaged(number).number
    work.verifying(number)
    checking.on_paper(work.db, work.key, CLERK, number, None, None, "they came in person", T0, work.random)
    checking.verified(work.db, work.key, RULES, CLERK, number, T0)
    with pytest.raises(NotJudged, match="changed since"):
        ruled(work, number, Ruling(seen, Outcome.ACCEPT))
