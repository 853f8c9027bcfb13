# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking appeals: from whom it concerns, once, in time; everything else is turned away, and says nothing of others."""

from __future__ import annotations

from collections import Counter

import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.lodging import _SAID
from privity.desk.appeals.model import ANSWER_DAYS, Appeal, Party
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.db.transaction import DbError
from privity.desk.decisions.actions import Action, Escalation
from privity.desk.decisions.model import APPEAL_DAYS, DAY_MS
from privity.desk.intake.findings import Level, Source
from privity.desk.staff.errors import NotYourRole
from privity.message.appeal import About
from privity.wire.staff import NOTICE_PREFIX
from tests.desk.house import APPEALS, MODERATOR, House

TEXT = "I did not do that, I swear."


def taken(house: House) -> tuple[Appeal, ...]:
    return appeals.listed(house.db, APPEALS)


def turned_away(house: House) -> list[str]:
    return [str(entry.said["why"]) for entry in house.acts(Act.APPEAL_TURNED_AWAY)]


def told(house: House, receipt: str) -> str:
    """What whoever sent something with this receipt was told last."""
    return [one.effect.params.text for one in house.effects() if one.effect.params.receipt == receipt][-1]


def dismissed(house: House, reporter: str, source: Source = Source.USER) -> tuple[int, str]:
    """A case of one report that was dismissed, and the receipt of the report."""
    number = house.report(house.user(), Level.TIP, reporter=reporter, source=source)
    case = cases.case_of_report(house.db, number)
    cases.take(house.db, MODERATOR, case, house.clock)
    house.decide(case, Action.DISMISS, evidence=())
    (receipt,) = house.db.execute("SELECT receipt FROM report WHERE seq = ?", (number,)).fetchone()
    return case, str(receipt)


def test_whom_a_decision_is_about_appeals_and_is_told_until_when_somebody_answers(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    receipt = house.appeal(About.DECISION, made.reference, accused)
    (appeal,) = taken(house)
    assert (appeal.decision, appeal.party, appeal.appellant) == (made.number, Party.AFFECTED, accused)
    assert appeal.deadline_ms == house.clock + ANSWER_DAYS * DAY_MS
    assert "has arrived" in told(house, receipt)
    assert [entry.said["party"] for entry in house.acts(Act.APPEAL_LODGED)] == ["affected"]
    assert appeals.counts(house.db) == (1, appeal.deadline_ms)
    kinds = [event.kind for event in cases.case(house.db, MODERATOR, made.case).events]
    assert "appeal.lodged" in kinds


def test_what_an_appeal_says_is_sealed_and_opened_with_a_reason_that_is_logged(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    house.appeal(About.DECISION, made.reference, accused, TEXT)
    (appeal,) = taken(house)
    everything = b"".join(
        str(row).encode() for (table,) in house.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for row in house.db.execute(f"SELECT * FROM {table}").fetchall()
    )  # fmt: skip
    assert TEXT.encode() not in everything
    with pytest.raises(NotYourRole):
        appeals.words_of(house.db, MODERATOR, house.keys.evidence, appeal.number, "to answer it", house.clock)
    before = len(house.acts(Act.EVIDENCE_OPENED))
    words = appeals.words_of(house.db, APPEALS, house.keys.evidence, appeal.number, "to answer it", house.clock)
    assert words == TEXT
    assert len(house.acts(Act.EVIDENCE_OPENED)) == before + 1
    assert TEXT not in repr(appeal)


def test_nobody_else_appeals_and_learns_nothing_from_trying(house: House) -> None:
    """Somebody who has the reference of another's decision, or guesses one, is told the same in the same words."""
    accused, stranger = house.user(), house.user()
    made = house.decide(house.case(accused, Level.HUB))
    answers = {
        told(house, house.appeal(About.DECISION, reference, stranger))
        for reference in (made.reference, made.reference.upper(), "a" * 26, "decision:1", "1")
    }
    assert len(answers) == 1
    assert (taken(house), set(turned_away(house))) == ((), {"NothingToAppeal"})
    house.appeal(About.DECISION, made.reference, accused)
    assert len(taken(house)) == 1, "a stranger's try takes nothing from whom it concerns"


def test_what_is_only_proposed_or_refused_is_known_to_nobody(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.AUTHORSHIP), Action.BAN)
    house.appeal(About.DECISION, made.reference, accused)
    assert turned_away(house) == ["NothingToAppeal"]
    house.confirm(made)
    house.appeal(About.DECISION, made.reference, accused)
    assert len(taken(house)) == 1


def test_each_appeals_once(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    for _ in range(3):
        house.appeal(About.DECISION, made.reference, accused)
    assert (len(taken(house)), turned_away(house)) == (1, ["AppealedAlready"] * 2)


@pytest.mark.parametrize(("late_ms", "why"), [(0, []), (1, ["AppealTooLate"])])
def test_six_months_count_when_the_hub_took_it(house: House, late_ms: int, why: list[str]) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    assert made.effective_ms is not None
    assert made.appeal_until_ms == made.effective_ms + APPEAL_DAYS * DAY_MS
    house.clock = made.appeal_until_ms + late_ms - 1000  # `appeal` moves it on
    house.appeal(About.DECISION, made.reference, accused)
    assert turned_away(house) == why


def test_what_was_undone_needs_no_appeal(house: House) -> None:
    accused = house.user()
    made = house.undo(house.decide(house.case(accused, Level.HUB)))
    receipt = house.appeal(About.DECISION, made.reference, accused)
    assert turned_away(house) == ["UndoneAlready"]
    assert "undone already" in told(house, receipt)


def test_whoever_reported_objects_to_a_dismissal_by_their_receipt(house: House) -> None:
    reporter = house.user()
    case, receipt = dismissed(house, reporter)
    house.appeal(About.REPORT, receipt, reporter)
    (appeal,) = taken(house)
    assert (appeal.party, appeal.report_receipt) == (Party.NOTIFIER, receipt)
    house.appeal(About.REPORT, receipt, reporter)
    assert turned_away(house) == ["AppealedAlready"]
    assert cases.held(house.db, case).state.value == "decided"


def test_a_receipt_of_somebody_else_is_worth_nothing(house: House) -> None:
    _, receipt = dismissed(house, house.user())
    house.appeal(About.REPORT, receipt, house.user())
    house.appeal(About.REPORT, "no such receipt", house.user())
    assert (taken(house), turned_away(house)) == ((), ["NothingToAppeal"] * 2)


def test_a_report_that_is_worked_on_is_not_appealed(house: House) -> None:
    reporter = house.user()
    number = house.report(house.user(), Level.HUB, reporter=reporter)
    house.appeal(About.REPORT, house.receipt(number), reporter)
    assert turned_away(house) == ["NotDecidedYet"]


def test_that_a_case_went_on_to_others_is_told_to_nobody(house: House) -> None:
    """Whoever asks about a report learns the same, whether it was escalated or lies untouched."""
    reporter = house.user()
    said = []
    for escalate in (False, True):
        number = house.report(house.user(), Level.TIP, reporter=reporter)
        case = cases.case_of_report(house.db, number)
        cases.take(house.db, MODERATOR, case, house.clock)
        if escalate:
            house.decide(case, Action.ESCALATE, evidence=(), to=Escalation.REFERRAL)
        (receipt,) = house.db.execute("SELECT receipt FROM report WHERE seq = ?", (number,)).fetchone()
        said.append(told(house, house.appeal(About.REPORT, str(receipt), reporter)))
    assert said[0] == said[1]
    assert turned_away(house) == ["NotDecidedYet"] * 2


def test_a_receipt_of_an_appeal_is_no_report(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    receipt = house.appeal(About.DECISION, made.reference, accused)
    house.appeal(About.REPORT, receipt, accused)
    assert turned_away(house) == ["NothingToAppeal"]


def test_whoever_sent_a_notice_from_outside_objects_by_its_receipt_alone(house: House) -> None:
    receipt = "n0tice"
    name = NOTICE_PREFIX + receipt
    number = house.report(house.user(), Level.TIP, reporter=name, source=Source.PUBLIC)
    house.db.execute("UPDATE report SET receipt = ? WHERE seq = ?", (receipt, number))
    case = cases.case_of_report(house.db, number)
    cases.take(house.db, MODERATOR, case, house.clock)
    house.decide(case, Action.DISMISS, evidence=())
    assert house.asked(name) == ["tell"]
    house.appeal(About.NOTICE, receipt, NOTICE_PREFIX + "another")
    assert turned_away(house) == ["NothingToAppeal"]
    house.appeal(About.NOTICE, receipt, name)
    (appeal,) = taken(house)
    assert (appeal.party, appeal.appellant) == (Party.NOTIFIER, name)


def test_whoever_is_in_charge_of_a_closed_conversation_appeals_with_its_reference(house: House) -> None:
    room, admin = house.room(), house.user()
    case = cases.case_of_report(house.db, house.report(house.user(), Level.AUTHORSHIP, room=room))
    cases.take(house.db, MODERATOR, case, house.clock)
    made = house.confirm(house.decide(case, Action.CLOSE_ROOM, against=room))
    house.appeal(About.DECISION, made.reference, admin)
    house.appeal(About.DECISION, made.reference, house.user())
    assert [appeal.appellant for appeal in taken(house)] == [admin]
    assert turned_away(house) == ["AppealedAlready"]


def test_the_same_sealed_appeal_again_is_taken_once(house: House) -> None:
    """A hub that was restored hands it out again: intake knows the receipt, and nothing is told twice."""
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    receipt = house.appeal(About.DECISION, made.reference, accused)
    assert Counter(one.effect.params.receipt for one in house.effects())[receipt] == 1
    assert house.db.execute("SELECT count(*) FROM report WHERE receipt = ?", (receipt,)).fetchone() == (1,)


def test_what_is_turned_away_is_not_kept(house: House) -> None:
    before = house.db.execute("SELECT count(*) FROM evidence").fetchone()
    house.appeal(About.DECISION, "a" * 26, house.user())
    assert house.db.execute("SELECT count(*) FROM evidence").fetchone() == before


def test_every_way_to_be_turned_away_has_a_sentence() -> None:
    from privity.desk.appeals import errors

    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.TurnedAway)}
    assert set(_SAID) == kinds - {errors.TurnedAway}


def test_appeals_are_never_changed(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    house.appeal(About.DECISION, made.reference, accused)
    for sql in ("UPDATE appeal SET appellant = ''", "DELETE FROM appeal"):
        with pytest.raises(DbError, match="an appeal is never"):
            house.db.execute(sql)
