# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Deciding: what takes effect at once, what waits for a second person, what is refused, and what undoing gives back."""

from __future__ import annotations

from typing import Any

import pytest

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.model import CaseState
from privity.desk.db.transaction import DbError
from privity.desk.decisions import lines, statement
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import ACTIONS, Action, Escalation, Target
from privity.desk.decisions.errors import (
    CaseNotYours,
    DaysRefused,
    DecidedAlready,
    DecisionUnknown,
    EvidenceMissing,
    EvidenceNotInCase,
    EvidenceOfAnother,
    EvidenceTooWeak,
    NamesAReporter,
    NotInForce,
    NotWaiting,
    ProposalRefused,
    SamePerson,
    TextRefused,
    WrongTarget,
)
from privity.desk.decisions.model import DAY_MS, MAX_CITED, MAX_REASON, WHOLE_REPORT, Cited, Decision, State
from privity.desk.decisions.policies import PolicyName
from privity.desk.intake.findings import Level, Source, Subject
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role
from tests.desk.house import APPEALS, MODERATOR, SENIOR, House

OTHER_MODERATOR = Acting.member(9, frozenset({Role.MODERATOR}))


def state_of(house: House, case: int) -> CaseState:
    return cases.held(house.db, case).state


@pytest.mark.parametrize("action", [action for action, rule in ACTIONS.items() if rule.on is Target.ACCOUNT])
def test_what_can_be_undone_takes_effect_at_once_and_everything_else_waits(house: House, action: Action) -> None:
    accused = house.user()
    case = house.case(accused, Level.AUTHORSHIP)
    made = house.decide(case, action)
    rule = ACTIONS[action]
    if rule.grave:
        assert made.state is State.PROPOSED
        assert (house.effects(), state_of(house, case)) == ([], CaseState.TAKEN)
        return
    assert made.state is State.EFFECTIVE
    assert rule.verb is not None
    assert house.asked(accused) == [rule.verb.value, "statement"]
    assert state_of(house, case) is CaseState.DECIDED


def test_what_the_hub_is_asked_names_the_reference_and_the_end(house: House) -> None:
    made = house.decide(house.case(house.user(), Level.HUB), Action.SUSPEND, days=30)
    suspend = house.effects()[0].effect
    assert suspend.params.decision == made.reference
    assert suspend.params.until_ms == house.clock + 30 * DAY_MS == made.until_ms
    assert len(suspend.id) == 32


def test_a_ban_takes_effect_when_a_second_person_agrees(house: House) -> None:
    accused = house.user()
    case = house.case(accused, Level.AUTHORSHIP)
    made = house.confirm(house.decide(case, Action.BAN))
    assert (made.state, made.second) == (State.EFFECTIVE, "staff:2")
    assert made.decided_by == {"staff:1", "staff:2"}
    assert house.asked(accused) == ["ban", "statement"]
    assert state_of(house, case) is CaseState.DECIDED


def test_a_refused_ban_never_takes_effect(house: House) -> None:
    made = house.decide(house.case(house.user(), Level.AUTHORSHIP), Action.BAN)
    refused = decisions.refuse(house.db, SENIOR, made.number, "A warning is enough.", house.clock)
    assert refused.state is State.REFUSED
    with pytest.raises(NotWaiting, match="refused"):
        house.confirm(made)
    with pytest.raises(NotInForce):
        house.undo(made)
    assert house.effects() == []


def test_nobody_is_their_own_second_person(house: House) -> None:
    made = house.decide(house.case(house.user(), Level.AUTHORSHIP, by=SENIOR), Action.BAN, by=SENIOR)
    with pytest.raises(SamePerson):
        house.confirm(made, SENIOR)
    with pytest.raises(SamePerson):
        decisions.refuse(house.db, SENIOR, made.number, "Not so.", house.clock)
    assert house.effects() == []


def test_what_was_settled_is_not_settled_again(house: House) -> None:
    made = house.confirm(house.decide(house.case(house.user(), Level.AUTHORSHIP), Action.BAN))
    before = len(house.effects())
    for again in (house.confirm, lambda made: decisions.refuse(house.db, SENIOR, made.number, "No.", house.clock)):
        with pytest.raises(NotWaiting):
            again(made)
    suspended = house.decide(house.case(house.user(), Level.HUB))
    with pytest.raises(NotWaiting, match="effective"):
        house.confirm(suspended)
    assert len([one for one in house.effects() if one.decision == made.number]) == before


def test_the_database_itself_keeps_the_second_person(house: House) -> None:
    """Even a mistake above it cannot write a ban without somebody else, without proof, or change what was decided."""
    made = house.decide(house.case(house.user(), Level.AUTHORSHIP), Action.BAN)
    event = "INSERT INTO decision_event (decision, kind, at_ms, who, words) VALUES (?, ?, 1, ?, '')"
    attacks = [
        (event, (made.number, "effective", "staff:1")),
        (event, (made.number, "confirmed", "staff:1")),
        (event, (made.number, "undone", "staff:2")),
        ("UPDATE decision SET second_person = 0 WHERE n = ?", (made.number,)),
        ("UPDATE decision SET action = 'warn' WHERE n = ?", (made.number,)),
        ("DELETE FROM decision_evidence WHERE decision = ?", (made.number,)),
        ("DELETE FROM decision WHERE n = ?", (made.number,)),
        (
            "INSERT INTO decision (reference, case_n, against, policy, action, level, second_person, reason, weight,"
            " counts_days, proposed_ms, proposed_by) SELECT upper(reference), case_n, against, policy, 'ban', 1, 1,"
            " reason, 0, 0, 1, proposed_by FROM decision WHERE n = ?",
            (made.number,),
        ),
    ]
    for sql, values in attacks:
        with pytest.raises(DbError):
            house.db.execute(sql, values)
    assert decisions.decision(house.db, MODERATOR, made.number) == made
    house.db.execute(event, (made.number, "confirmed", "staff:2"))
    house.db.execute("UPDATE reported_message SET outcome = 'VERIFIED'")
    with pytest.raises(DbError, match="did not sign"):
        house.db.execute(event, (made.number, "effective", "staff:2"))


LEVELS_NEEDED = [(action, rule.needs) for action, rule in ACTIONS.items() if rule.needs > Level.TIP]


@pytest.mark.parametrize(("action", "needs"), LEVELS_NEEDED)
@pytest.mark.parametrize("had", list(Level))
def test_a_message_below_the_level_is_no_evidence(house: House, action: Action, needs: Level, had: Level) -> None:
    room = house.room()
    number = cases.case_of_report(house.db, house.report(house.user(), had, room=room))
    assert number is not None
    cases.take(house.db, MODERATOR, number, house.clock)
    against = room if ACTIONS[action].on is Target.ROOM else None
    if had >= needs:
        assert house.decide(number, action, against=against).level is had
        return
    with pytest.raises(EvidenceTooWeak, match=f"needs level {int(needs)}"):
        house.decide(number, action, against=against)
    with pytest.raises(EvidenceMissing):
        house.decide(number, action, against=against, evidence=())


def test_one_weak_message_among_strong_ones_is_named(house: House) -> None:
    case = house.case(house.user(), Level.AUTHORSHIP, Level.HUB, Level.AUTHORSHIP)
    with pytest.raises(EvidenceTooWeak, match="message 1 of report"):
        house.decide(case, Action.BAN)
    first, _, last = house.cited(case)
    assert house.decide(case, Action.BAN, evidence=(first, last)).level is Level.AUTHORSHIP


def test_evidence_about_somebody_else_bans_nobody(house: House) -> None:
    """A proven message of a friend of the accused is no evidence, not even where it came into the case by a mistake."""
    accused, friend = house.user(), house.user()
    case = house.case(accused, Level.TIP)
    elsewhere = house.report(friend, Level.AUTHORSHIP)
    with pytest.raises(EvidenceNotInCase, match="does not belong to case"):
        house.decide(case, Action.BAN, evidence=(Cited(elsewhere, 0),))
    house.db.execute("UPDATE case_report SET case_number = ? WHERE report_seq = ?", (case, elsewhere))
    house.db.execute("UPDATE safety_case SET reports = 2 WHERE number = ?", (case,))
    with pytest.raises(EvidenceOfAnother):
        house.decide(case, Action.BAN, evidence=(Cited(elsewhere, 0),))
    assert house.effects() == []


@pytest.mark.parametrize("cited", [Cited(1, 1), Cited(1, WHOLE_REPORT), Cited(999, 0), Cited(1, -2)])
def test_what_a_report_does_not_have_is_no_evidence(house: House, cited: Cited) -> None:
    case = house.case(house.user(), Level.AUTHORSHIP)
    with pytest.raises(EvidenceNotInCase):
        house.decide(case, Action.BAN, evidence=(cited,))


def test_a_decision_is_about_what_it_can_be_done_to(house: House) -> None:
    accused, room = house.user(), house.room()
    case = house.case(accused, Level.AUTHORSHIP)
    for action, against in [(Action.CLOSE_ROOM, accused), (Action.SUSPEND, room), (Action.SUSPEND, "nobody")]:
        with pytest.raises(WrongTarget):
            house.decide(case, action, against=against, evidence=())
    for action in (Action.DISMISS, Action.ESCALATE):
        to = Escalation.LEGAL if action is Action.ESCALATE else None
        with pytest.raises(WrongTarget):
            house.decide(case, action, against=house.user(), evidence=(), to=to)
    with pytest.raises(EvidenceOfAnother):
        house.decide(case, Action.WARN, against=house.user(), evidence=())


def test_a_conversation_is_closed_by_two_people_and_its_links_by_one(house: House) -> None:
    accused, room = house.user(), house.room()
    case = cases.case_of_report(house.db, house.report(accused, Level.AUTHORSHIP, room=room))
    assert case is not None
    cases.take(house.db, MODERATOR, case, house.clock)
    links = house.decide(case, Action.REMOVE_LINKS, against=room)
    closed = house.decide(case, Action.CLOSE_ROOM, against=room)
    assert (links.state, closed.state) == (State.EFFECTIVE, State.PROPOSED)
    house.confirm(closed)
    assert house.asked(room) == ["remove_links", "statement", "close_room", "statement"]
    with pytest.raises(EvidenceOfAnother):
        house.decide(case, Action.CLOSE_ROOM, against=house.room())


def test_days_fit_the_action(house: House) -> None:
    case = house.case(house.user(), Level.AUTHORSHIP)
    wrong = [(Action.SUSPEND, None), (Action.SUSPEND, 0), (Action.SUSPEND, 366), (Action.LIMIT, 91), (Action.WARN, 3)]
    for action, days in wrong:
        with pytest.raises(DaysRefused):
            house.decide(case, action, days=days)


def test_a_mandatory_referral_never_waits_for_proof(house: House) -> None:
    case = house.case(house.user(), Level.TIP)
    made = house.decide(case, Action.ESCALATE, policy=PolicyName.CHILD_SAFETY, evidence=(), to=Escalation.REFERRAL)
    assert (made.state, made.level) == (State.EFFECTIVE, Level.TIP)
    assert decisions.escalated(house.db, MODERATOR, Escalation.REFERRAL) == (made,)
    assert house.effects() == [], "nobody is told of it"
    assert state_of(house, case) is CaseState.TAKEN
    house.undo(made)
    assert decisions.escalated(house.db, MODERATOR, Escalation.REFERRAL) == ()
    assert state_of(house, case) is CaseState.TAKEN


def test_only_what_is_escalated_names_to_whom(house: House) -> None:
    case = house.case(house.user(), Level.HUB)
    with pytest.raises(ProposalRefused, match="to whom"):
        house.decide(case, Action.ESCALATE, evidence=())
    with pytest.raises(ProposalRefused, match="to whom"):
        house.decide(case, Action.WARN, to=Escalation.LEGAL)


def test_what_is_public_is_taken_off_without_a_proven_message(house: House) -> None:
    accused = house.user()
    number = cases.case_of_report(house.db, house.report(accused, subject=Subject.PROFILE))
    assert number is not None
    cases.take(house.db, MODERATOR, number, house.clock)
    made = house.decide(number, Action.REMOVE_PUBLIC, policy=PolicyName.IMPERSONATION, evidence=())
    assert (made.level, house.asked(accused)) == (Level.TIP, ["remove_public", "statement"])
    assert house.asked(house.user()) == []


def test_what_a_notice_from_outside_names_in_words_is_taken_off(house: House) -> None:
    """The notice names no address that a machine could read; whoever decides finds it. More than the public part of it
    is out of reach that way."""
    named, room = house.user(), house.room()
    report = house.report(None, reporter="notice:abc", subject=Subject.NOTICE, source=Source.PUBLIC)
    number = cases.case_of_report(house.db, report)
    cases.take(house.db, MODERATOR, number, house.clock)
    house.decide(number, Action.REMOVE_PUBLIC, against=named, evidence=())
    house.decide(number, Action.REMOVE_LINKS, against=room, evidence=())
    assert (house.asked(named), house.asked(room)) == (["remove_public", "statement"], ["remove_links", "statement"])
    with pytest.raises(EvidenceOfAnother):
        house.decide(number, Action.WARN, against=named, evidence=())
    for action in (Action.SUSPEND, Action.BAN):
        with pytest.raises(EvidenceMissing):
            house.decide(number, action, against=named, evidence=())
    assert house.asked("notice:abc") == ["tell"]


def test_whoever_decides_has_taken_the_case(house: House) -> None:
    accused = house.user()
    case = house.case(accused, Level.HUB)
    with pytest.raises(CaseNotYours, match="taken"):
        house.decide(case, by=OTHER_MODERATOR)
    cases.release(house.db, MODERATOR, case, house.clock)
    with pytest.raises(CaseNotYours, match="open"):
        house.decide(case)


@pytest.mark.parametrize("acting", [APPEALS, Acting.member(8, frozenset({Role.ADMIN, Role.AUDITOR}))])
def test_other_roles_decide_nothing(house: House, acting: Acting) -> None:
    case = house.case(house.user(), Level.AUTHORSHIP)
    made = house.decide(case, Action.BAN)
    with pytest.raises(NotYourRole):
        house.decide(case, Action.WARN, by=acting)
    for act in (house.confirm, house.undo):
        with pytest.raises(NotYourRole):
            act(made, acting)
    with pytest.raises(NotYourRole):
        house.confirm(made, OTHER_MODERATOR)
    with pytest.raises(NotYourRole):
        decisions.send_again(house.db, acting, 1, house.clock, house.random)
    with pytest.raises(NotYourRole):
        decisions.preview(house.db, acting, case, house.proposal(case), house.clock)


def test_the_same_is_not_decided_twice_nor_its_opposite(house: House) -> None:
    case = house.case(house.user(), Level.AUTHORSHIP)
    ban = house.decide(case, Action.BAN)
    with pytest.raises(DecidedAlready, match="is the same"):
        house.decide(case, Action.BAN)
    with pytest.raises(DecidedAlready, match="the opposite"):
        house.decide(case, Action.DISMISS, evidence=())
    decisions.refuse(house.db, SENIOR, ban.number, "Too hard.", house.clock)
    house.decide(case, Action.DISMISS, evidence=())
    with pytest.raises(DecidedAlready, match="the opposite"):
        house.decide(case, Action.SUSPEND)


def test_a_case_can_need_more_than_one_measure(house: House) -> None:
    accused = house.user()
    case = house.case(accused, Level.HUB)
    house.decide(case, Action.REMOVE_PUBLIC)
    house.decide(case, Action.SUSPEND)
    assert house.asked(accused) == ["remove_public", "statement", "suspend", "statement"]
    told = [one for one in house.effects() if one.effect.verb.value == "tell"]
    assert len(told) == 1, "whoever reported hears of it once"


def test_a_measure_that_has_run_out_can_be_taken_again(house: House) -> None:
    case = house.case(house.user(), Level.HUB)
    house.decide(case, Action.LIMIT, days=7)
    with pytest.raises(DecidedAlready):
        house.decide(case, Action.LIMIT, days=14)
    house.clock += 7 * DAY_MS
    assert house.decide(case, Action.LIMIT, days=14).state is State.EFFECTIVE


@pytest.mark.parametrize(
    "words", ["", " \n", "x" * (MAX_REASON + 1), "turned \u202earound", "a\x00b", "half \ud800", "zero\u200bwidth"]
)
def test_words_that_go_out_are_plain_and_short(house: House, words: str) -> None:
    case = house.case(house.user(), Level.AUTHORSHIP)
    with pytest.raises(TextRefused):
        house.decide(case, reason=words)
    made = house.decide(case, Action.BAN)
    for act in (decisions.confirm, decisions.undo):
        if act is decisions.undo:
            house.confirm(made)
        with pytest.raises(TextRefused):
            act(house.db, SENIOR, made.number, words, house.clock, house.random)


def test_words_that_go_out_never_name_a_reporter(house: House) -> None:
    accused, reporter = house.user(), house.user()
    number = house.report(accused, Level.AUTHORSHIP, reporter=reporter)
    case = cases.case_of_report(house.db, number)
    assert case is not None
    cases.take(house.db, MODERATOR, case, house.clock)
    (receipt,) = house.db.execute("SELECT receipt FROM report").fetchone()
    letters = reporter.rpartition("/")[2]
    for name in (reporter, letters, letters.upper(), receipt):
        with pytest.raises(NamesAReporter):
            house.decide(case, reason=f"As {name} told us, you went too far.")
    made = house.decide(case)
    with pytest.raises(NamesAReporter):
        decisions.undo(house.db, MODERATOR, made.number, f"{letters} took it back.", house.clock, house.random)


def test_undoing_is_an_event_that_gives_back_and_the_row_stays(house: House) -> None:
    accused = house.user()
    case = house.case(accused, Level.HUB)
    made = house.decide(case)
    undone = house.undo(made)
    assert undone.state is State.UNDONE
    assert (undone.number, undone.reason, undone.evidence) == (made.number, made.reason, made.evidence)
    assert house.asked(accused) == ["suspend", "statement", "reinstate", "statement"]
    (given_back,) = [one.effect for one in house.effects() if one.effect.verb.value == "reinstate"]
    assert given_back.params.decision == made.reference
    assert state_of(house, case) is CaseState.OPEN
    with pytest.raises(NotInForce, match="undone"):
        house.undo(made)
    assert house.asked(accused).count("reinstate") == 1


def test_a_case_stays_decided_while_another_measure_of_it_is_in_force(house: House) -> None:
    case = house.case(house.user(), Level.HUB)
    first, second = house.decide(case, Action.LIMIT), house.decide(case, Action.SUSPEND)
    house.undo(first)
    assert state_of(house, case) is CaseState.DECIDED
    house.undo(second)
    assert state_of(house, case) is CaseState.OPEN


def with_a_ban_that_came_from_another_case(house: House, reporter: str) -> tuple[int, Decision]:
    """A ban waits, and its case is joined to another about the same account; that there are two comes of opening one
    again."""
    accused = house.user()
    first = house.case(accused, Level.AUTHORSHIP)
    dismissed = house.decide(first, Action.DISMISS, evidence=())
    second = cases.case_of_report(house.db, house.report(accused, Level.AUTHORSHIP, reporter=reporter))
    house.undo(dismissed)
    cases.take(house.db, MODERATOR, first, house.clock)
    ban = house.decide(first, Action.BAN)
    cases.join(house.db, MODERATOR, first, second, house.clock)
    cases.take(house.db, MODERATOR, second, house.clock)
    return second, ban


def test_a_decision_follows_its_case_into_another(house: House) -> None:
    reporter = house.user()
    second, ban = with_a_ban_that_came_from_another_case(house, reporter)
    assert [made.number for made in decisions.of_case(house.db, MODERATOR, second)] == [1, ban.number]
    with pytest.raises(NamesAReporter):
        decisions.refuse(house.db, SENIOR, ban.number, f"{reporter} again", house.clock)
    with pytest.raises(DecidedAlready):
        house.decide(second, Action.DISMISS, evidence=())
    house.confirm(ban)
    assert state_of(house, second) is CaseState.DECIDED
    assert "tell" in house.asked(reporter)
    house.undo(ban)
    assert state_of(house, second) is CaseState.OPEN


def test_what_was_dismissed_meanwhile_is_not_confirmed(house: House) -> None:
    """Two cases about one account, joined when one of them holds a waiting ban and the other was dismissed."""
    accused = house.user()
    first = house.case(accused, Level.AUTHORSHIP)
    ban = house.decide(first, Action.BAN)
    other = house.decide(house.case(house.user(), Level.TIP), Action.DISMISS, evidence=())
    house.db.execute("UPDATE safety_case SET joined_to = ? WHERE number = ?", (first, other.case))
    with pytest.raises(DecidedAlready, match="the opposite"):
        house.confirm(ban)
    assert decisions.decision(house.db, MODERATOR, ban.number).state is State.PROPOSED


def test_undoing_works_while_a_newer_case_about_the_same_account_is_open(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    house.report(accused, Level.HUB)
    assert house.undo(made).state is State.UNDONE
    assert house.asked(accused) == ["suspend", "statement", "reinstate", "statement"]


def test_every_reporter_is_told_and_not_what_was_done(house: House) -> None:
    accused, reporters = house.user(), [house.user() for _ in range(3)]
    numbers = [house.report(accused, Level.HUB, reporter=reporter) for reporter in reporters]
    case = cases.case_of_report(house.db, numbers[0])
    assert case is not None
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.decide(case)
    told = {one.effect.subject: one.effect.params for one in house.effects() if one.effect.verb.value == "tell"}
    assert set(told) == set(reporters)
    until = statement.day(made.appeal_ends_ms(house.clock))
    assert {params.text for params in told.values()} == {lines.ACTED.format(until=until)}
    receipts = dict(house.db.execute("SELECT reporter_uri, receipt FROM report").fetchall())
    assert {subject: params.receipt for subject, params in told.items()} == receipts
    for params in told.values():
        assert accused not in params.text
        assert made.reference not in params.text + params.decision


def test_a_dismissed_report_says_until_when_one_can_object(house: House) -> None:
    case = house.case(house.user(), Level.TIP)
    house.decide(case, Action.DISMISS, evidence=())
    (told,) = house.effects()
    assert "no rule broken" in told.effect.params.text
    assert "until" in told.effect.params.text
    assert cases.held(house.db, case).state is CaseState.DECIDED


def test_abuse_of_reporting_rests_on_the_reports_of_whom_it_is_about(house: House) -> None:
    accused, liar, other = house.user(), house.user(), house.user()
    case = house.case(accused, Level.HUB)
    lies = [house.report(accused, Level.TIP, reporter=liar) for _ in range(2)]
    honest = house.report(accused, Level.TIP, reporter=other)
    abuse: dict[str, Any] = {"policy": PolicyName.ABUSE_OF_REPORTING, "against": liar}
    with pytest.raises(EvidenceOfAnother):
        house.decide(case, Action.LIMIT, evidence=(Cited(honest, WHOLE_REPORT),), **abuse)
    with pytest.raises(EvidenceOfAnother):
        house.decide(case, Action.LIMIT, evidence=(Cited(lies[0], 0),), **abuse)
    with pytest.raises(EvidenceTooWeak):
        house.decide(case, Action.BAN, evidence=(Cited(lies[0], WHOLE_REPORT),), **abuse)
    with pytest.raises(WrongTarget):
        house.decide(case, Action.WARN, policy=PolicyName.ABUSE_OF_REPORTING, evidence=())
    with pytest.raises(EvidenceOfAnother):
        house.decide(case, Action.WARN, policy=PolicyName.ABUSE_OF_REPORTING, against=house.user(), evidence=())
    made = house.decide(case, Action.LIMIT, evidence=tuple(Cited(n, WHOLE_REPORT) for n in lies), **abuse)
    assert (made.against, made.state) == (liar, State.EFFECTIVE)
    assert house.asked(liar) == ["limit", "statement"]
    assert house.asked(accused) == []
    assert state_of(house, case) is CaseState.TAKEN, "the case itself is not decided by that"
    statement = house.effects()[1].effect.params.statement
    assert statement is not None
    assert accused not in statement.text


def test_at_most_so_many_messages(house: House) -> None:
    case = house.case(house.user(), Level.HUB)
    with pytest.raises(ProposalRefused, match="at most 100"):
        house.decide(case, evidence=tuple(Cited(1, position) for position in range(MAX_CITED + 1)))


def test_what_is_not_there_is_named(house: House) -> None:
    for act in (decisions.confirm, decisions.undo):
        with pytest.raises(DecisionUnknown):
            act(house.db, SENIOR, 77, "words", house.clock, house.random)


def test_each_act_is_in_the_audit_log_and_in_the_case(house: House) -> None:
    case = house.case(house.user(), Level.AUTHORSHIP)
    made = house.decide(case, Action.BAN)
    house.confirm(made)
    house.undo(made)
    acts = [Act.DECISION_PROPOSED, Act.DECISION_CONFIRMED, Act.DECISION_EFFECTIVE, Act.DECISION_UNDONE]
    entries = house.acts(*acts)
    assert [(entry.act, entry.who) for entry in entries] == [
        (Act.DECISION_PROPOSED, "staff:1"),
        (Act.DECISION_CONFIRMED, "staff:2"),
        (Act.DECISION_EFFECTIVE, "staff:2"),
        (Act.DECISION_UNDONE, "staff:1"),
    ]
    assert {entry.about for entry in entries} == {f"decision:{made.number}"}
    said = entries[2].said
    assert said["second"] == "staff:2"
    wanted = {"case": case, "policy": "harassment", "action": "ban", "level": 2, "source": "user", "days": None}
    assert {name: said[name] for name in wanted} == wanted
    assert (said["strikes"], said["automated"]) == (1, False)
    assert said["reported_ms"] == cases.held(house.db, case).reported_ms
    kinds = [event.kind for event in cases.case(house.db, MODERATOR, case).events]
    assert [kind for kind in kinds if kind.startswith("decision.")] == [act.value for act in acts]


def test_a_refused_act_leaves_no_trace(house: House) -> None:
    case = house.case(house.user(), Level.HUB)
    before = (len(house.acts()), house.db.execute("SELECT count(*) FROM decision").fetchone())
    with pytest.raises(EvidenceTooWeak):
        house.decide(case, Action.BAN)
    assert (len(house.acts()), house.db.execute("SELECT count(*) FROM decision").fetchone()) == before


def test_lists_for_pages(house: House) -> None:
    ban = house.decide(house.case(house.user(), Level.AUTHORSHIP), Action.BAN)
    case = house.case(house.user(), Level.HUB)
    made = house.decide(case)
    assert decisions.waiting(house.db, SENIOR) == (ban,)
    assert decisions.of_case(house.db, MODERATOR, case) == (made,)
    assert [one.effect.verb.value for one in decisions.effects_of(house.db, MODERATOR, made.number)] == [
        "suspend",
        "statement",
        "tell",
    ]
    blind = Acting("staff:5", frozenset({Right.SEE_AUDIT}))
    for read in (decisions.of_case, decisions.effects_of, decisions.decision):
        with pytest.raises(NotYourRole):
            read(house.db, blind, case)
    house.confirm(ban)
    assert decisions.waiting(house.db, SENIOR) == ()
