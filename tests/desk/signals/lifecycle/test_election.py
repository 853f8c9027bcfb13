# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Election mode: two people, an end, the log; and friction alone."""

from __future__ import annotations

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.desk.audit.acts import Act
from privity.desk.signals import shipped
from privity.desk.signals.ladder.effects import ONLY_FRICTION
from privity.desk.signals.lifecycle import election
from privity.desk.signals.lifecycle.checked import checked
from privity.desk.signals.lifecycle.errors import ElectionRefused, SecondPerson, WordsMissing
from privity.desk.staff.errors import NotYourRole
from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import READER, SECOND, WRITER, here

DAY_MS = 86_400_000
WHY = "The election of an invented country."


@pytest.fixture(autouse=True)
def seniors(house: House) -> None:
    here(house.db, WRITER, SECOND)


def test_it_begins_when_somebody_else_agrees_and_ends_by_itself(house: House) -> None:
    until_ms = house.clock + 20 * DAY_MS
    number = election.ask(house.db, WRITER, until_ms, WHY, house.clock)
    assert not election.on(house.db, house.clock)
    with pytest.raises(SecondPerson):
        election.agree(house.db, WRITER, number, house.clock)
    with pytest.raises(NotYourRole):
        election.agree(house.db, READER, number, house.clock)
    election.agree(house.db, SECOND, number, house.clock)
    assert election.on(house.db, house.clock)
    assert election.on(house.db, until_ms - 1)
    assert not election.on(house.db, until_ms)
    assert [entry.act for entry in house.acts()] == [Act.ELECTION_ASKED, Act.ELECTION_AGREED]
    shown = election.shown(house.db, READER, house.clock)
    assert shown.on is not None
    assert (shown.on.asked_by, shown.on.agreed_by, shown.waiting) == (WRITER.who, SECOND.who, None)


def test_it_is_ended_earlier(house: House) -> None:
    number = election.ask(house.db, WRITER, house.clock + DAY_MS, WHY, house.clock)
    election.agree(house.db, SECOND, number, house.clock)
    election.end(house.db, WRITER, number, "It is over.", house.clock + 5)
    assert not election.on(house.db, house.clock + 6)
    assert house.acts()[-1].act is Act.ELECTION_ENDED
    with pytest.raises(ElectionRefused, match="is not on"):
        election.end(house.db, WRITER, number, "It is over.", house.clock + 7)


@pytest.mark.parametrize("days", [-1, 0, 61])
def test_it_lasts_for_days(house: House, days: int) -> None:
    with pytest.raises(ElectionRefused, match="within 60 days"):
        election.ask(house.db, WRITER, house.clock + days * DAY_MS, WHY, house.clock)
    assert house.acts() == []


def test_one_at_a_time_and_with_a_reason(house: House) -> None:
    with pytest.raises(WordsMissing):
        election.ask(house.db, WRITER, house.clock + DAY_MS, " ", house.clock)
    number = election.ask(house.db, WRITER, house.clock + DAY_MS, WHY, house.clock)
    with pytest.raises(ElectionRefused, match="waits for somebody"):
        election.ask(house.db, SECOND, house.clock + DAY_MS, WHY, house.clock)
    with pytest.raises(ElectionRefused, match="nothing waits"):
        election.agree(house.db, SECOND, number + 1, house.clock)
    with pytest.raises(ElectionRefused, match="nothing waits"):
        election.agree(house.db, SECOND, number, house.clock + DAY_MS)
    with pytest.raises(sqlcipher.IntegrityError):
        house.db.execute("UPDATE election_mode SET agreed_ms = 1, agreed_by = asked_by")


def test_no_shipped_rule_does_more_than_friction_in_an_election() -> None:
    asking = [rule for rule in checked(shipped.everything()).rules if "election" in rule.features]
    assert len(asking) >= 2
    assert {effect.kind for rule in asking for effect in rule.effects} <= ONLY_FRICTION
