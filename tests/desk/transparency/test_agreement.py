# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Log and tables say the same, or there is no report: real services write both, and then one of the two is changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.audit import export, log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.audit.errors import AuditBroken, BadExport
from privity.desk.clearinghouse.drafting import draft
from privity.desk.db.transaction import transaction
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action, Escalation
from privity.desk.decisions.policies import PolicyName
from privity.desk.intake.findings import Level, Source
from privity.desk.staff.acting import Acting
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role
from privity.desk.staff.signing_in import Door
from privity.desk.transparency import service
from privity.desk.transparency.errors import ReportDisagrees
from privity.desk.transparency.model import ReferralsRow, TransparencyReport, by, total
from privity.desk.transparency.period import Period
from privity.message.appeal import About
from privity.message.report import Reason
from tests.desk.audit.logs import KEY, NAME, PRIVATE, rewritten
from tests.desk.clearinghouse.made import asked, frozen, referral_desk
from tests.desk.house import APPEALS, MODERATOR, SENIOR, House
from tests.desk.staff.conftest import PLACE, Office

PERIOD = Period("2027-01", "2027-01")
AUDITOR = Acting.member(8, frozenset({Role.AUDITOR}))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A desk on which most things have happened, each by the service that does it."""
    house = House.at(tmp_path)
    for level in (Level.TIP, Level.HUB, Level.AUTHORSHIP, Level.AUTHORSHIP):
        accused = house.user()
        case = house.case(accused, level)
        if level is Level.TIP:
            house.decide(case, Action.DISMISS, evidence=())
        elif level is Level.HUB:
            made = house.decide(case, Action.LIMIT)
            house.undo(made)
        else:
            house.confirm(house.decide(case, Action.BAN))
    waiting = house.decide(house.case(house.user(), Level.AUTHORSHIP), Action.BAN)
    decisions.refuse(house.db, SENIOR, waiting.number, "A warning is enough.", house.clock)
    house.decide(house.case(house.user(), Level.TIP), Action.ESCALATE, to=Escalation.LEGAL, evidence=())
    house.report(house.user(), Level.HUB, Level.TIP, reason=Reason.FRAUD)
    house.report(house.user(), reason=Reason.SPAM)
    yield house
    house.db.close()


def made(house: House, acting: Acting = AUDITOR) -> TransparencyReport:
    return service.report(house.db, acting, PERIOD, KEY, [], house.clock)


def test_what_the_services_do_is_what_the_report_counts(house: House) -> None:
    found = made(house)
    assert by(found.reports, lambda row: row.level) == {2: 3, 1: 1, 0: 4}
    assert by(found.decisions, lambda row: row.action) == {"ban": 2, "dismiss": 1, "escalate": 1, "limit": 1}
    assert (total(found.cases_opened), found.cases_decided) == (8, 4)
    assert (found.proposed, found.refused, found.undone_otherwise, found.undone_on_appeal) == (6, 1, 1, 0)
    assert not any(row.automated for row in found.decisions)
    last = Entry.decode(list(log.entries(house.db))[-1])
    assert (last.act, last.who, last.said["first"]) == (Act.TRANSPARENCY_MADE, AUDITOR.who, "2027-01")
    assert made(house).reports == found.reports


def test_only_who_may_export_makes_one(house: House) -> None:
    before = log.size(house.db)
    for role in set(Role) - {Role.AUDITOR}:
        with pytest.raises(NotYourRole):
            made(house, Acting.member(7, frozenset({role})))
    assert log.size(house.db) == before
    made(house, Acting.command("transparency", Right.EXPORT))


def untriggered(house: House, statement: str) -> None:
    with transaction(house.db):
        for (name,) in house.db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            house.db.execute(f"DROP TRIGGER {name}")
        changed = house.db.execute(statement).rowcount
    assert changed > 0


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE report SET reason = 1 WHERE seq = 1", "reports assessed, reason 1"),
        ("UPDATE report SET state = 'undecided' WHERE seq = 2", "reports undecided"),
        ("UPDATE report SET recorded_ms = 1 WHERE seq = 2", "reports assessed"),
        ("UPDATE reported_message SET outcome = 'VERIFIED_AUTHORSHIP' WHERE report_seq = 1", "level 2"),
        ("UPDATE safety_case SET opened_ms = 1 WHERE number = 3", "cases opened: the log says 8, the database 7"),
        ("UPDATE decision SET policy = 'spam' WHERE n = 1", "decisions spam"),
        ("UPDATE decision SET proposed_ms = 1 WHERE n = 1", "decisions proposed: the log says 6, the database 5"),
        ("DELETE FROM decision_event WHERE kind = 'refused'", "decisions refused: the log says 1, the database 0"),
        ("DELETE FROM decision_event WHERE kind = 'undone'", "decisions undone: the log says 1, the database 0"),
        (
            "DELETE FROM decision_event WHERE n = (SELECT max(n) FROM decision_event WHERE kind = 'effective')",
            "escalate",
        ),
    ],
)
def test_a_changed_table_ends_the_report_by_name(house: House, statement: str, says: str) -> None:
    untriggered(house, statement)
    with pytest.raises(ReportDisagrees, match=says):
        made(house)


COUNTED = (Act.REPORTS_TAKEN, Act.DECISION_PROPOSED, Act.DECISION_EFFECTIVE, Act.DECISION_REFUSED, Act.DECISION_UNDONE)


@pytest.mark.parametrize("act", COUNTED, ids=str)
def test_an_entry_that_was_left_out_ends_the_report_by_name(house: House, act: Act) -> None:
    """Rewritten whole by the owner of the key, so that the log by itself holds: the tables still say what happened."""
    entries = [Entry.decode(data) for data in log.entries(house.db)]
    place = next(place for place, entry in enumerate(entries) if entry.act is act)
    story = [entry for at, entry in enumerate(entries) if at != place]
    rewritten(house.db, [_at(n, entry).encode() for n, entry in enumerate(story)])
    with pytest.raises(ReportDisagrees):
        made(house)


def test_an_entry_without_an_act_ends_the_report_by_name(house: House) -> None:
    for act in COUNTED:
        genuine = next(entry for entry in map(Entry.decode, log.entries(house.db)) if entry.act is act)
        entries = list(log.entries(house.db))
        rewritten(house.db, [*entries, _at(len(entries), genuine).encode()])
        with pytest.raises(ReportDisagrees):
            made(house)
        rewritten(house.db, entries)
    made(house)


def _at(n: int, entry: Entry) -> Entry:
    return Entry(n, entry.at_ms, entry.who, entry.act, entry.about, entry.said)


def test_a_log_that_does_not_hold_makes_no_report(house: House) -> None:
    untriggered(house, "DELETE FROM audit_entry WHERE n = 3")
    with pytest.raises(AuditBroken):
        made(house)


def test_who_has_the_exported_log_computes_the_same(house: House, tmp_path: Path) -> None:
    note = log.sign(house.db, NAME, PRIVATE)
    size = log.size(house.db)
    export.write(tmp_path / "audit.jsonl", note, log.entries(house.db, 0, size))
    found = service.of_export(tmp_path / "audit.jsonl", PERIOD, KEY)
    assert found == made(house)
    lines = (tmp_path / "audit.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "audit.jsonl").write_bytes(b"".join([*lines[:3], *lines[4:]]))
    with pytest.raises((AuditBroken, BadExport)):
        service.of_export(tmp_path / "audit.jsonl", PERIOD, KEY)


def test_notices_are_told_apart_from_reports(house: House) -> None:
    house.report(house.user(), source=Source.PUBLIC, reason=Reason.HATE)
    found = made(house)
    assert by(found.reports, lambda row: row.source)["public"] == 1
    assert {row.source for row in found.cases_opened} == {"user", "public"}


def test_an_own_policy_counts_under_its_name(house: House) -> None:
    house.decide(house.case(house.user(), Level.HUB), Action.SUSPEND, policy=PolicyName.FRAUD)
    assert by(made(house).decisions, lambda row: row.policy)["fraud"] == 1


def appealed(house: House) -> list[int]:
    """Two suspended people appeal; one of them is right."""
    numbers = []
    for outcome in (Answer.UPHOLD, Answer.OVERTURN):
        accused = house.user()
        suspended = house.decide(house.case(accused, Level.HUB))
        house.appeal(About.DECISION, suspended.reference, accused)
        (number,) = house.db.execute("SELECT max(n) FROM appeal").fetchone()
        house.clock += 3_600_000
        appeals.answer(house.db, APPEALS, number, outcome, "Somebody else has looked.", house.clock, house.random)
        numbers.append(number)
    return numbers


def test_appeals_agree(house: House) -> None:
    appealed(house)
    house.appeal(About.DECISION, "a" * 26, house.user())
    found = made(house)
    assert [(row.party, row.action, row.lodged, row.upheld, row.overturned, row.median_h) for row in found.appeals] == [
        ("affected", "suspend", 2, 1, 1, 1.0)
    ]
    assert (found.undone_on_appeal, found.appeals_turned_away, found.reversal_rate) == (1, 1, 0.5)
    untriggered(house, "UPDATE appeal_answer SET answer = 'uphold'")
    with pytest.raises(ReportDisagrees, match="appeals of affected, suspend: overturn: the log says 1, the database 0"):
        made(house)


def test_referrals_agree(house: House) -> None:
    desk = referral_desk()
    for number in (1, 2):
        draft(house.db, desk, MODERATOR.who, asked(number), frozen(number, ()), house.clock)
    found = made(house)
    assert found.referrals == [ReferralsRow("cybertip", 2, 0, 0, 0)]
    untriggered(house, "UPDATE referral SET drafted_ms = 1 WHERE n = 1")
    with pytest.raises(ReportDisagrees, match="referrals drafted, cybertip: the log says 2, the database 1"):
        made(house)


def test_staff_agrees_until_something_about_it_changes_after_the_period(house: House) -> None:
    office = Office(house.db, Door(PLACE, Challenges(os.urandom), Tries(), os.urandom), house.clock)
    office.member(Role.ADMIN)
    office.member(Role.MODERATOR, Role.SENIOR)
    office.invited(Role.AUDITOR)
    found = made(house)
    assert (found.members, found.moderators) == (2, 1)
    assert [(row.role, row.count) for row in found.roles] == [("admin", 1), ("moderator", 1), ("senior", 1)]
    with transaction(house.db):
        house.db.execute("INSERT INTO staff_role VALUES (2, 'auditor')")
    with pytest.raises(ReportDisagrees, match="staff, auditor: the log says 0, the database 1"):
        made(house)
    log.add(house.db, at_ms=PERIOD.end_ms, who="staff:1", act=Act.STAFF_CHANGED, about="staff:2", roles=["auditor"])
    made(house)
