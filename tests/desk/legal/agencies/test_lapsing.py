# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-14: an account that is idle lapses, an agency is attested each year, and both by themselves."""

from __future__ import annotations

import os

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.agencies import enrolling, people, service
from privity.desk.legal.agencies.errors import AgencyNotActive, NotInForce, OfficerNotActive, ProofRefused, StepRefused
from privity.desk.legal.agencies.lapsing import Expiry
from privity.desk.legal.agencies.model import Deed, Lapsed, Standing, State, Step
from privity.desk.limits import (
    AGENCY_IDLE_DAYS,
    AGENCY_YEAR_DAYS,
    CLOCK_BACK_MS,
    CODE_MS,
    HABIT_DAYS,
    REQUEST_SEEN_DAYS,
)
from tests.desk.legal.agencies.bureau import CLERK, DAY_MS, PLACE, RELEASER, T0, TEAPOTS, Bureau

NOBODY = Lapsed((), ())
MIDNIGHT = T0 // DAY_MS * DAY_MS


def step(bureau: Bureau) -> Lapsed:
    return Expiry(bureau.db, lambda: bureau.now_ms).step()


@pytest.mark.parametrize("look", [True, False], ids=["after a look at the clock", "without one"])
@pytest.mark.parametrize(("day", "files"), [(89, True), (90, True), (91, False)])
def test_lp_14_an_idle_agency_lapses(bureau: Bureau, day: int, files: bool, look: bool) -> None:
    team = bureau.enrolled()
    bureau.now_ms = MIDNIGHT + day * DAY_MS
    lapsed = step(bureau) if look else None
    if files:
        assert lapsed in (None, NOBODY)
        assert bureau.file(team.officer, b"a request")
        return
    with pytest.raises(AgencyNotActive, match="lapsed" if look else "idle"):
        bureau.file(team.officer, b"a request")
    if look:
        assert lapsed == Lapsed((team.agency.number,), (team.officer,))
        assert [entry.said for entry in bureau.log(Act.AGENCY_LAPSED)] == [{"why": "idle"}]
        assert step(bureau) == NOBODY, "and only once"


def test_lp_14_the_last_millisecond_of_the_last_day_counts(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.now_ms = MIDNIGHT + (AGENCY_IDLE_DAYS + 1) * DAY_MS - 1
    assert step(bureau) == NOBODY and service.in_force(bureau.db, team.officer, bureau.now_ms)
    bureau.now_ms += 1
    assert step(bureau).agencies == (team.agency.number,)


@pytest.mark.parametrize("look", [True, False], ids=["after a look at the clock", "without one"])
@pytest.mark.parametrize(("day", "files"), [(364, True), (365, True), (366, False)])
def test_lp_14_an_agency_is_attested_each_year(bureau: Bureau, day: int, files: bool, look: bool) -> None:
    """However much it files."""
    team = bureau.enrolled()
    for _ in range(4):
        bureau.days(80)
        bureau.file(team.officer, f"day {bureau.now_ms}".encode())
    bureau.now_ms = MIDNIGHT + day * DAY_MS
    lapsed = step(bureau) if look else None
    if files:
        assert lapsed in (None, NOBODY) and bureau.file(team.officer, b"a request")
        return
    with pytest.raises(AgencyNotActive, match="lapsed" if look else "attested more"):
        bureau.file(team.officer, b"a request")
    if look:
        assert lapsed == Lapsed((team.agency.number,), ())
        assert [entry.said for entry in bureau.log(Act.AGENCY_LAPSED)] == [{"why": "attestation"}]


def test_lp_14_an_idle_officer_lapses_beside_a_busy_one(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bo, _ = bureau.officer(team.supervisor, "Bo")
    bureau.days(60)
    bureau.file(bo, b"a request")
    bureau.days(31)
    with pytest.raises(OfficerNotActive, match="idle"):
        bureau.file(team.officer, b"another")
    assert step(bureau) == Lapsed((), (team.officer,))
    (entry,) = bureau.log(Act.AGENCY_OFFICER_LAPSED)
    assert (entry.who, entry.about, entry.said) == ("desk", team.agency.about, {"person": team.officer})
    with pytest.raises(OfficerNotActive, match="lapsed"):
        bureau.file(team.officer, b"another")
    bureau.confirm_officer(team.supervisor, team.officer)
    assert bureau.file(team.officer, b"a third")


def test_a_lapsed_agency_comes_back_by_a_whole_round_alone(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.days(AGENCY_IDLE_DAYS + 1)
    step(bureau)
    with pytest.raises(StepRefused, match="register comes next"):
        bureau.confirm(team.agency.number)
    agency = enrolling.look_again(bureau.db, CLERK, team.agency.number, TEAPOTS, bureau.now_ms)
    assert (agency.state, agency.round) == (State.LAPSED, 1)
    bureau.reached(agency)
    with pytest.raises(StepRefused, match="supervisor comes next"):
        bureau.confirm(team.agency.number)
    bureau.attest(team.supervisor)
    with pytest.raises(NotInForce):
        bureau.file(team.officer, b"a request")
    bureau.confirm(team.agency.number)
    assert bureau.file(team.officer, b"a request").agency.attested_ms == bureau.now_ms


def test_a_round_that_is_open_when_the_year_ends_goes_on(bureau: Bureau) -> None:
    team = bureau.enrolled()
    for _ in range(4):
        bureau.days(80)
        bureau.file(team.officer, f"day {bureau.now_ms}".encode())
    bureau.days(AGENCY_YEAR_DAYS - 320)
    agency = enrolling.look_again(bureau.db, CLERK, team.agency.number, TEAPOTS, bureau.now_ms)
    bureau.reached(agency)
    bureau.days(1)
    assert step(bureau).agencies == (team.agency.number,)
    bureau.attest(team.supervisor)
    assert bureau.confirm(team.agency.number).state is State.ACTIVE
    steps = service.dossier(bureau.db, RELEASER, team.agency.number).steps
    assert [done.step for done in steps] == list(Step) and {done.round for done in steps} == {1}


def test_a_yearly_look_at_an_active_agency_interrupts_nothing(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.days(60)
    agency = enrolling.look_again(bureau.db, CLERK, team.agency.number, TEAPOTS, bureau.now_ms)
    assert bureau.file(team.officer, b"a request").agency.round == 1
    bureau.reached(agency)
    bureau.attest(team.supervisor)
    attested = bureau.confirm(team.agency.number).attested_ms
    assert attested == bureau.now_ms


def test_an_officer_who_lapsed_with_the_agency_is_back_with_it_unless_their_supervisor_is_gone(
    bureau: Bureau,
) -> None:
    team = bureau.ready()
    second = bureau.supervisor(team.agency, name="Sue").number
    bo, _ = bureau.officer(second, "Bo")
    bureau.confirm(team.agency.number)
    bureau.days(AGENCY_IDLE_DAYS + 1)
    assert step(bureau).officers == (team.officer, bo)
    bureau.end_by(team.supervisor, second)
    bureau.again(team)
    states = [service.officer(bureau.db, each).person.state for each in (team.officer, bo)]
    assert states == [Standing.ACTIVE, Standing.LAPSED]


def test_a_clock_that_was_set_back_lapses_nobody_and_lets_nobody_file(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.days(-2)
    assert step(bureau) == NOBODY
    with pytest.raises(AgencyNotActive):
        bureau.file(team.officer, b"a request")
    bureau.days(2)
    assert bureau.file(team.officer, b"a request")


def test_where_a_request_came_from_is_forgotten(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.file(team.officer, b"called back")
    bureau.called_back(b"called back")
    bureau.file(team.officer, b"not called back")

    def kept() -> list[tuple[int, int]]:
        counted = (
            "SELECT count(*), count(device), count(country), count(hour) FROM agency_proof WHERE purpose = 'request'"
        )
        habits = "SELECT count(*) FROM agency_habit"
        return [*bureau.db.execute(counted).fetchall(), *bureau.db.execute(habits).fetchall()]

    assert kept() == [(2, 1, 1, 1), (3,)]
    bureau.days(REQUEST_SEEN_DAYS)
    step(bureau)
    assert kept() == [(2, 1, 1, 1), (3,)]
    bureau.now_ms += 1
    step(bureau)
    assert kept() == [(2, 0, 0, 0), (3,)], "that it was signed stays"
    bureau.days(HABIT_DAYS - REQUEST_SEEN_DAYS)
    step(bureau)
    assert kept() == [(2, 0, 0, 0), (0,)]


def test_deeds_that_are_too_old_to_count_are_forgotten_and_requests_are_not(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.file(team.officer, b"a request")
    named = bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo")
    people.name_officer(bureau.db, PLACE, *named, bureau.now_ms, os.urandom)
    bureau.days(1)
    step(bureau)
    assert bureau.db.execute("SELECT DISTINCT purpose FROM agency_proof").fetchall() == [("request",)]
    with pytest.raises(ProofRefused, match="five minutes"):
        people.name_officer(bureau.db, PLACE, *named, bureau.now_ms, os.urandom)


@pytest.mark.parametrize(
    ("now_ms", "within"),
    [
        (MIDNIGHT - CLOCK_BACK_MS - 1, False),
        (MIDNIGHT - CLOCK_BACK_MS, True),
        (MIDNIGHT, True),
        (MIDNIGHT + 3 * DAY_MS - 1, True),
        (MIDNIGHT + 3 * DAY_MS, False),
    ],
    ids=["of the future", "clock set back a little", "the same moment", "the last millisecond", "one more"],
)
def test_days_are_counted_from_midnight_to_midnight(now_ms: int, within: bool) -> None:
    assert service.within_days(MIDNIGHT, 2, now_ms) is within
    assert not service.within_days(None, 2, now_ms)


def test_codes_that_nobody_used_are_gone(bureau: Bureau) -> None:
    agency = bureau.found()
    enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom)
    team = bureau.enrolled()
    people.name_officer(
        bureau.db, PLACE, *bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo"), bureau.now_ms, os.urandom
    )

    def kept() -> list[tuple[int]]:
        return [
            bureau.db.execute(f"SELECT count(*) FROM {name}").fetchone() for name in ("agency_check", "agency_code")
        ]

    bureau.now_ms += CODE_MS - 1
    step(bureau)
    assert kept() == [(1,), (1,)]
    bureau.now_ms += 1
    step(bureau)
    assert kept() == [(0,), (0,)]
