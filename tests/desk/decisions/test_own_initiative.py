# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a case that nobody reported may lead to: the table says it, the service and SQLite hold to it."""

from __future__ import annotations

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.audit.acts import Act
from privity.desk.cases import own
from privity.desk.cases import service as cases
from privity.desk.db.transaction import transaction
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import ACTIONS, Action, Escalation, Target
from privity.desk.decisions.errors import EvidenceNotInCase, NobodyReported, WrongTarget
from privity.desk.decisions.model import Cited, State
from privity.desk.decisions.policies import PolicyName
from privity.desk.intake.findings import Level
from privity.message.report import Reason
from privity.wire.staff import Verb
from tests.desk.house import MODERATOR, House

WHY = "The profile offers what was stolen. An invented case."


def own_case(house: House, subject: str) -> int:
    number = own.open_case(house.db, MODERATOR, {}, subject, Reason.ILLEGAL_GOODS, WHY, house.clock)
    cases.take(house.db, MODERATOR, number, house.clock)
    return number


def test_the_table_says_what_needs_no_report() -> None:
    may = {action for action, rule in ACTIONS.items() if rule.own}
    mild = {Action.WARN, Action.CHALLENGE, Action.REMOVE_PUBLIC, Action.REMOVE_LINKS}
    assert may == {Action.DISMISS, Action.ESCALATE} | mild
    assert not any(ACTIONS[action].grave for action in may)
    assert all(ACTIONS[action].needs is Level.TIP for action in may), "there is no message, and so no proof"


@pytest.mark.parametrize("action", list(Action))
def test_every_action_is_decided_or_refused_by_the_table(house: House, action: Action) -> None:
    rule = ACTIONS[action]
    number = own_case(house, house.room() if rule.on is Target.ROOM else house.user())
    days = rule.days[0] if rule.days is not None else None
    to = Escalation.SENIOR if action is Action.ESCALATE else None
    if not rule.own:
        with pytest.raises(NobodyReported, match="nobody has reported anything"):
            house.decide(number, action, days=days, to=to)
        assert decisions.of_case(house.db, MODERATOR, number) == ()
        assert house.effects() == []
        return
    made = house.decide(number, action, days=days, to=to)
    assert (made.state, made.own, made.level, made.evidence) == (State.EFFECTIVE, True, Level.TIP, ())
    effective = house.acts(Act.DECISION_EFFECTIVE)[-1]
    assert (effective.said["source"], effective.said["reported_ms"]) == ("own", None)
    assert [one for one in house.effects() if one.effect.verb is Verb.TELL] == [], "nobody reported, nobody is told"


def test_evidence_of_another_case_does_not_help(house: House) -> None:
    other = house.report(house.user(), Level.AUTHORSHIP)
    number = own_case(house, house.user())
    with pytest.raises(NobodyReported):
        house.decide(number, Action.BAN, evidence=(Cited(other, 0),))
    with pytest.raises(EvidenceNotInCase):
        house.decide(number, Action.WARN, evidence=(Cited(other, 0),))


def test_nobody_else_is_hit_by_it(house: House) -> None:
    number = own_case(house, house.user())
    with pytest.raises(WrongTarget):
        house.decide(number, Action.REMOVE_LINKS)
    with pytest.raises(WrongTarget):
        house.decide(number, Action.WARN, policy=PolicyName.ABUSE_OF_REPORTING)


@pytest.mark.parametrize("action", ["limit", "suspend", "ban", "close_room"])
def test_sqlite_refuses_what_the_service_would(house: House, action: str) -> None:
    number = own_case(house, house.user())
    days = 7 if action in ("limit", "suspend") else None
    grave = action in ("ban", "close_room")
    with pytest.raises(sqlcipher.Error, match="without a report"), transaction(house.db):
        house.db.execute(
            "INSERT INTO decision (reference, case_n, against, policy, action, level, second_person, reason, days,"
            " weight, counts_days, proposed_ms, proposed_by, own)"
            " VALUES (?, ?, 'x', 'spam', ?, ?, ?, 'y', ?, 0, 0, 1, 'staff:1', 1)",
            ("r" * 26, number, action, 2 if grave else 1, int(grave), days),
        )


def test_a_warning_counts_no_strike_and_what_was_public_does(house: House) -> None:
    somebody, other = house.user(), house.user()
    house.decide(own_case(house, somebody), Action.WARN)
    house.decide(own_case(house, other), Action.REMOVE_PUBLIC, policy=PolicyName.IMPERSONATION)
    assert decisions.strikes(house.db, somebody, house.clock) == 0
    assert decisions.strikes(house.db, other, house.clock) == 1


def test_the_statement_says_that_nobody_reported_and_stays_when_somebody_does(house: House) -> None:
    somebody = house.user()
    number = own_case(house, somebody)
    made = house.decide(number, Action.WARN)
    (sent,) = [one.effect.params.statement for one in house.effects() if one.effect.verb is Verb.STATEMENT]
    assert sent is not None
    assert "nobody reported it" in sent.text
    assert "without reading any conversation" in sent.text
    assert "Who reports is told to nobody" not in sent.text
    cases.reopen(house.db, MODERATOR, number, "there is more", house.clock)
    house.report(somebody, Level.AUTHORSHIP)
    assert cases.held(house.db, number).source == "user"
    assert decisions.statement_of(house.db, MODERATOR, made.number, house.clock) == sent.text
    house.undo(decisions.decision(house.db, MODERATOR, made.number))
    assert house.acts(Act.DECISION_UNDONE)[-1].said["source"] == "own"


def test_once_somebody_reports_it_is_a_case_like_any_other(house: House) -> None:
    somebody = house.user()
    number = own_case(house, somebody)
    house.report(somebody, Level.HUB)
    made = house.decide(number, Action.SUSPEND)
    assert (made.own, made.state) == (False, State.EFFECTIVE)
    assert house.acts(Act.DECISION_EFFECTIVE)[-1].said["source"] == "user"
