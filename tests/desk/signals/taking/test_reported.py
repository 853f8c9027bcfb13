# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who reported whom becomes an observation where the report was opened, together with the report or not at all."""

from __future__ import annotations

import pytest

from privity.desk.db.transaction import DbError
from privity.desk.intake.findings import Level, Source, Subject
from privity.desk.signals.taking import store
from privity.desk.signals.taking.reported import and_note
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import T0, House
from tests.desk.signals.taking.pages import ANN, BEN, shown


@pytest.fixture
def noting(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house whose intake is wired as `main` wires it."""
    plain = House.batch

    def batch(self: House) -> object:
        made = plain(self)
        made.gather = and_note(made.gather)
        return made

    monkeypatch.setattr(House, "batch", batch)
    return house


def reported(house: House) -> list[Observed]:
    return [one for one in store.after(house.db, 0, 99) if one.kind is ObservedKind.REPORTED]


def test_a_report_is_observed_with_what_is_known_of_both(noting: House) -> None:
    store.add(noting.db, [shown(0, BEN)], T0)
    noting.report(ANN, Level.HUB, reporter=BEN)
    (found,) = reported(noting)
    assert found == Observed(2, noting.clock, ObservedKind.REPORTED, BEN, T0 - 5, AgeBand.ADULT, other=ANN)


def test_of_whom_nothing_was_observed_nothing_is_said(noting: House) -> None:
    noting.report(ANN, subject=Subject.PERSON)
    (found,) = reported(noting)
    assert (found.born_ms, found.age, found.other, found.other_age) == (0, AgeBand.UNKNOWN, ANN, AgeBand.UNKNOWN)


def test_who_has_no_account_accuses_nobody_or_themselves_is_not_observed(noting: House) -> None:
    noting.report(ANN, subject=Subject.NOTICE, source=Source.PUBLIC)
    noting.report(None, subject=Subject.ROOM)
    noting.report(ANN, reporter=ANN, subject=Subject.PERSON)
    assert reported(noting) == []


def test_a_report_that_could_not_be_kept_is_not_observed(noting: House) -> None:
    noting.db.execute("CREATE TRIGGER full BEFORE INSERT ON safety_case BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(DbError):
        noting.report(ANN, Level.HUB)
    assert reported(noting) == []
