# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The statement of reasons: it says what the law and fairness ask for, and never who reported."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from privity.desk.cases import service as cases
from privity.desk.decisions import service as decisions
from privity.desk.decisions import statement
from privity.desk.decisions.actions import ACTIONS, Action, Target
from privity.desk.decisions.errors import TextRefused
from privity.desk.decisions.grounds import Ground
from privity.desk.decisions.model import DAY_MS, MAX_CITED, MAX_REASON, Cited, Decision
from privity.desk.decisions.policies import POLICIES, PolicyName
from privity.desk.intake.findings import Level, Source
from privity.identity.uris import MAX_HOST
from privity.message.appeal import About
from privity.server.limits import MAX_STAFF_BYTES
from privity.server.staff.effects import MAX_STATEMENT
from privity.wire.staff import Effect, EffectParams, Verb
from privity.wire.standing import Statement
from tests.desk.house import MODERATOR, T0, House


def sent(house: House, made: Decision) -> Statement:
    """The statement that went out with a decision."""
    found = [one.effect.params.statement for one in house.effects() if one.decision == made.number]
    return next(one for one in found if one is not None)


def test_a_statement_says_what_by_which_rule_on_what_by_whom_until_when_and_how_to_object(house: House) -> None:
    room = house.room()
    accused = house.user()
    case = cases.case_of_report(house.db, house.report(accused, Level.AUTHORSHIP, Level.HUB, room=room))
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.decide(case, Action.SUSPEND, days=7)
    said = sent(house, made)
    policy = POLICIES[PolicyName.HARASSMENT]
    for part in (
        policy.title,
        policy.rule,
        made.reason,
        "This was decided about your account.",
        f"2 messages of yours, sent on {statement.day(house.clock)}: the server confirms that your account sent it.",
        "It counts as one strike until",
        "A person decided this, no machine.",
        "It came up by a report. Who reports is told to nobody.",
        f"you can appeal until {statement.day(made.appeal_until_ms or 0)}",
        "out of court",
        f"Until {statement.day(made.until_ms or 0)} you can send nothing.",
        made.reference,
    ):
        assert part in said.text, part
    assert (said.reference, said.action, said.policy) == (made.reference, "suspend", "harassment")
    assert (said.until_ms, said.appeal_until_ms) == (made.until_ms, made.appeal_until_ms)


def test_two_people_and_a_notice_from_outside_are_said(house: House) -> None:
    accused = house.user()
    case = cases.case_of_report(house.db, house.report(accused, Level.AUTHORSHIP, source=Source.PUBLIC))
    cases.take(house.db, MODERATOR, case, house.clock)
    said = sent(house, house.confirm(house.decide(case, Action.BAN)))
    assert "Two people decided this one after the other, no machine." in said.text
    assert "by a notice from outside" in said.text


def test_what_is_previewed_is_what_is_sent(house: House) -> None:
    case = house.case(house.user(), Level.HUB)
    proposal = house.proposal(case)
    at_ms = house.clock + 1000
    shown = decisions.preview(house.db, MODERATOR, case, proposal, at_ms)
    made = house.decide(case)
    assert shown is not None
    assert house.clock == at_ms
    assert shown.replace("(given when it is decided)", made.reference) == sent(house, made).text
    assert decisions.statement_of(house.db, MODERATOR, made.number, house.clock + 1) == sent(house, made).text


def test_nobody_is_told_where_nothing_is_done(house: House) -> None:
    case = house.case(house.user(), Level.HUB)
    assert decisions.preview(house.db, MODERATOR, case, house.proposal(case, Action.DISMISS), house.clock) is None
    made = house.decide(case, Action.DISMISS)
    assert decisions.statement_of(house.db, MODERATOR, made.number, house.clock) is None


@pytest.mark.parametrize("policy", [name for name in PolicyName if name is not PolicyName.ABUSE_OF_REPORTING])
def test_no_conversation_and_no_hour_is_named(house: House, policy: PolicyName) -> None:
    """Where two people talk alone, either would name whoever reported."""
    room = house.room()
    case = cases.case_of_report(house.db, house.report(house.user(), Level.AUTHORSHIP, Level.HUB, room=room))
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.decide(case, Action.SUSPEND, policy=policy)
    house.undo(made)
    for one in house.effects():
        said = one.effect.params.statement
        if said is not None:
            assert room.rpartition("/")[2] not in said.text
            assert "mimi://" not in said.text
            assert re.search(r"\d:\d|UTC|[ap]\.?m\.", said.text) is None


def test_what_staff_write_names_no_address(house: House) -> None:
    room = house.room()
    case = cases.case_of_report(house.db, house.report(house.user(), Level.HUB, room=room))
    cases.take(house.db, MODERATOR, case, house.clock)
    for words in (f"What you wrote in {room}.", "You are MIMI://hub.example/u/x, are you not?"):
        with pytest.raises(TextRefused, match="no address"):
            house.decide(case, reason=words)


def test_the_hour_of_a_message_changes_nothing_in_a_statement() -> None:
    """So nobody can tell one message of a day from another."""
    midnight = T0 - T0 % DAY_MS
    texts = {
        statement.reasons(made_up(), (Ground(Cited(1, 0), Level.HUB, midnight + hour * 3_600_000),), "user", T0).text()
        for hour in range(24)
    }
    assert len(texts) == 1


@pytest.mark.parametrize("policy", [PolicyName.HARASSMENT, PolicyName.THREAT])
def test_whoever_is_in_charge_of_a_conversation_is_not_said_to_have_written_in_it(
    house: House, policy: PolicyName
) -> None:
    room = house.room()
    case = cases.case_of_report(house.db, house.report(house.user(), Level.AUTHORSHIP, Level.AUTHORSHIP, room=room))
    cases.take(house.db, MODERATOR, case, house.clock)
    said = sent(house, house.confirm(house.decide(case, Action.CLOSE_ROOM, policy=policy, against=room))).text
    assert f"This was decided about the conversation {room}." in said
    assert "2 messages in it, sent on" in said
    assert "signed by a device of whoever sent it" in said
    assert "yours" not in said


def test_what_is_not_proven_is_said_of_nobody(house: House) -> None:
    room = house.room()
    case = cases.case_of_report(house.db, house.report(house.user(), Level.TIP, room=room))
    cases.take(house.db, MODERATOR, case, house.clock)
    said = sent(house, house.decide(case, Action.WARN)).text
    assert "could not be proven" in said
    assert "strike" not in said
    assert room not in said
    assert "UTC" not in said


def test_many_days_are_counted() -> None:
    found = tuple(Ground(Cited(1, position), Level.HUB, T0 + position * DAY_MS // 2) for position in range(40))
    (fact,) = statement.reasons(made_up(), found, "user", T0).facts
    assert fact.startswith("40 messages of yours, sent on 20 days from 15 January 2027 to 3 February 2027: ")


def test_the_longest_statement_is_one_that_the_hub_takes() -> None:
    host = "h" * MAX_HOST
    room = f"mimi://{host}/r/{'a' * 26}"
    found = tuple(Ground(Cited(1, position), Level.AUTHORSHIP, T0 + position * DAY_MS) for position in range(MAX_CITED))
    for policy in PolicyName:
        for action in (Action.SUSPEND, Action.BAN, Action.LIMIT, Action.CLOSE_ROOM):
            made = replace(made_up(), against=room, reason="\U0001f375" * MAX_REASON, policy=policy, action=action)
            sent = statement.decided(statement.reasons(made, found, "user", T0), policy)
            assert len(sent.text) <= MAX_STATEMENT
            params = EffectParams(decision=made.reference, statement=sent)
            asked = Effect("0" * 32, T0, Verb.STATEMENT, room, params)
            assert len(msgspec.json.encode(asked)) < MAX_STAFF_BYTES


def test_a_time_beyond_any_calendar_is_still_a_day() -> None:
    assert statement.day((1 << 53) - 1) == "31 December 9999"


def made_up() -> Decision:
    return Decision(
        1, "a" * 26, 1, "mimi://hub.example/u/x", PolicyName.HARASSMENT, Action.SUSPEND, Level.HUB, "r", 7, None, 1, 90,
        T0, "staff:1", (), (),
    )  # fmt: skip


@pytest.mark.parametrize("action", [action for action, rule in ACTIONS.items() if rule.told])
def test_nothing_that_leaves_for_the_accused_names_a_reporter_or_counts_reports(house: House, action: Action) -> None:
    """Canaries: the URIs, letters and receipts of all reporters, the numbers of reports and cases, the staff."""
    accused, room = house.user(), house.room()
    reporters = [house.user() for _ in range(4)]
    policies = [PolicyName.HARASSMENT, PolicyName.THREAT]
    for policy in policies:
        numbers = [
            house.report(accused, Level.AUTHORSHIP, Level.AUTHORSHIP, reporter=reporter, room=room)
            for reporter in reporters
        ]
        case = cases.case_of_report(house.db, numbers[0])
        cases.take(house.db, MODERATOR, case, house.clock)
        against = room if ACTIONS[action].on is Target.ROOM else None
        made = house.decide(case, action, policy=policy, against=against)
        if ACTIONS[action].grave:
            made = house.confirm(made)
        house.appeal(About.DECISION, made.reference, accused)
        house.undo(made)
    receipts = [receipt for (receipt,) in house.db.execute("SELECT receipt FROM report WHERE subject = 'messages'")]
    canaries = [*reporters, *(uri.rpartition("/")[2] for uri in reporters), *receipts, "staff:"]
    leaving = [
        msgspec.json.encode(one.effect).decode() for one in house.effects() if one.effect.subject in (accused, room)
    ]
    assert len(leaving) >= 6
    for text in leaving:
        assert [canary for canary in canaries if canary in text] == []


def test_what_reporters_are_told_names_neither_the_accused_nor_each_other(house: House) -> None:
    accused = house.user()
    reporters = [house.user() for _ in range(3)]
    case = cases.case_of_report(
        house.db, max(house.report(accused, Level.HUB, reporter=reporter) for reporter in reporters)
    )
    cases.take(house.db, MODERATOR, case, house.clock)
    house.undo(house.decide(case))
    house.decide(case_again(house, case), Action.DISMISS)
    told = [one.effect for one in house.effects() if one.effect.verb.value == "tell"]
    assert len(told) == 9
    for effect in told:
        others = [uri for uri in (accused, *reporters) if uri != effect.subject]
        assert [uri for uri in others if uri in msgspec.json.encode(effect).decode()] == []


def case_again(house: House, case: int) -> int:
    cases.take(house.db, MODERATOR, case, house.clock)
    return case
