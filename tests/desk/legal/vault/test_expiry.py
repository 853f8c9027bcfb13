# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What ends does so by itself, on its day, by a clock that is believed; and a killed pass leaves nothing half."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.database import open_database
from privity.desk.db.transaction import transaction
from privity.desk.evidence import records
from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.intake.findings import Level
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.clocks import DAY_MS, HOUR_MS
from privity.desk.legal.requests.model import Outcome
from privity.desk.legal.requests.model import State as RequestState
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.errors import AnotherAgency, HoldOver, NotRenewable, WrongState
from privity.desk.legal.vault.model import Because, State
from privity.desk.retention import clock
from tests.desk.house import House
from tests.desk.legal.vault.cellar import CLERK, EPOC_PR, FILES, NOON, PRESERVE, RELEASER, Cellar
from tests.desk.retention.test_gone import _killed_at

NCMEC = "us.ncmec.preservation"
COUNTRY = {EPOC_PR: "AT", PRESERVE: "US", NCMEC: "US"}


def begun(cellar: Cellar, instrument: str, **change: Any) -> int:
    """A hold of an instrument, taken at noon of day 0; its number."""
    agency = cellar.agency(COUNTRY[instrument]).agency
    return cellar.taken(cellar.ordered(cellar.request(instrument, agency=agency, **change))).number


def renewed(cellar: Cellar, hold: int, instrument: str, **change: Any) -> None:
    agency = cellar.agency(COUNTRY[instrument]).agency
    by = cellar.request(instrument, agency=agency, **change)
    vault.renew(cellar.db, cellar.custody, CLERK, hold, by, cellar.now_ms)


def ends_with(cellar: Cellar, hold: int, day: int) -> None:
    """It is whole on the day before its last, on its last to the last millisecond, and gone with the next one."""
    for each in (day - 1, day):
        cellar.until_day(each)
        assert cellar.alive(hold)
    cellar.bureau.now_ms += 1
    cellar.look()
    assert not cellar.alive(hold)
    assert cellar.state(hold) == State.SHREDDED
    cellar.until_day(day + 1)
    assert cellar.hold(hold).ended_because is Because.TIME


@pytest.mark.parametrize(("instrument", "day"), [(EPOC_PR, 60), (PRESERVE, 90), (NCMEC, 365)])
def test_lp_18_a_hold_ends_with_its_last_day(cellar: Cellar, instrument: str, day: int) -> None:
    ends_with(cellar, begun(cellar, instrument), day)


@pytest.mark.parametrize(("instrument", "day"), [(EPOC_PR, 90), (PRESERVE, 180)])
def test_lp_18_a_renewal_makes_it_longer_once(cellar: Cellar, instrument: str, day: int) -> None:
    hold = begun(cellar, instrument)
    cellar.until_day(20)
    renewed(cellar, hold, instrument)
    assert cellar.state(hold) == State.RENEWED
    with pytest.raises(NotRenewable):
        renewed(cellar, hold, instrument)
    ends_with(cellar, hold, day)


def test_lp_18_a_renewal_of_the_last_millisecond_counts_and_one_of_the_next_does_not(cellar: Cellar) -> None:
    """The hour in which it is shredded need not have come: it is over with its time."""
    first, second = begun(cellar, EPOC_PR), begun(cellar, EPOC_PR)
    cellar.bureau.now_ms = NOON + 59 * DAY_MS
    agency = cellar.agency("AT").agency
    by = [cellar.request(EPOC_PR, agency=agency) for _ in range(2)]
    until_ms = cellar.hold(first).until_ms
    assert until_ms is not None
    cellar.bureau.now_ms = until_ms - 1
    vault.renew(cellar.db, cellar.custody, CLERK, first, by[0], cellar.now_ms)
    cellar.bureau.now_ms = until_ms
    assert cellar.alive(second)
    with pytest.raises(HoldOver):
        vault.renew(cellar.db, cellar.custody, CLERK, second, by[1], cellar.now_ms)


def test_what_renews_is_another_judged_request_of_the_same_instrument_and_targets(cellar: Cellar) -> None:
    hold = begun(cellar, PRESERVE)
    own = cellar.hold(hold).request
    filed = cellar.filed(PRESERVE)
    rejected = cellar.request(PRESERVE, Outcome.REJECT)
    refused: list[tuple[int, type[Exception]]] = [
        (own, WrongState),
        (filed, AnotherAgency),
        (rejected, WrongState),
        (cellar.scoped(), NotRenewable),
        (cellar.request(PRESERVE, targets=[{"kind": "handle", "value": "somebody.else"}]), NotRenewable),
        (cellar.request(PRESERVE, agency=cellar.agency("DE").agency), AnotherAgency),
    ]
    for number, error in refused:
        with pytest.raises(error):
            vault.renew(cellar.db, cellar.custody, CLERK, hold, number, cellar.now_ms)
    ncmec = begun(cellar, NCMEC)
    with pytest.raises(NotRenewable):
        renewed(cellar, ncmec, NCMEC)
    ordered = cellar.ordered(cellar.request(PRESERVE)).number
    with pytest.raises(WrongState):
        renewed(cellar, ordered, PRESERVE)
    assert {cellar.hold(number).renewed_by for number in (hold, ncmec, ordered)} == {None}


def test_lp_12_a_quarantine_is_gone_after_72_hours(cellar: Cellar) -> None:
    number = cellar.filed(PRESERVE)
    hold = vault.quarantine(cellar.db, cellar.custody, CLERK, number, cellar.now_ms, cellar.random)
    cellar.taken(hold)
    for ms, alive in ((72 * HOUR_MS - 1, True), (72 * HOUR_MS, False)):
        cellar.bureau.now_ms = NOON + ms
        cellar.look()
        assert cellar.alive(hold.number) == alive


def test_an_order_that_nobody_could_take_ends_as_well(cellar: Cellar) -> None:
    hold = cellar.ordered(cellar.request(PRESERVE)).number
    cellar.until_day(91)
    assert cellar.state(hold) == State.SHREDDED


def test_what_an_epoc_keeps_ends_when_it_is_delivered_and_with_nothing_before(cellar: Cellar) -> None:
    """The guards of other rooms are out of the way: what counts here is the moves."""
    agency = cellar.agency("AT").agency
    produced, closed = (cellar.request("eu.epoc", Outcome.ACCEPT, agency) for _ in range(2))
    holds = [cellar.taken(cellar.ordered(number)).number for number in (produced, closed)]
    for (name,) in cellar.db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'legal_request'"
    ).fetchall():
        cellar.db.execute(f"DROP TRIGGER {name}")
    requests.move(cellar.db, closed, RequestState.CLOSED, "desk", cellar.now_ms)
    way = ("collected", "reviewed", "approved", "notice_done", "released", "delivered")
    for state in map(RequestState, way):
        cellar.look()
        assert [cellar.alive(hold) for hold in holds] == [True, True]
        requests.move(cellar.db, produced, state, "desk", cellar.now_ms)
    requests.move(cellar.db, produced, RequestState.CLOSED, "desk", cellar.now_ms)
    cellar.look()
    assert [cellar.alive(hold) for hold in holds] == [False, True]
    assert cellar.hold(holds[0]).ended_because is Because.PRODUCED
    assert cellar.state(holds[0]) == State.SHREDDED


def test_a_case_that_reads_in_time_is_waited_for_and_not_longer_than_it_may_read(cellar: Cellar) -> None:
    hold = begun(cellar, EPOC_PR)
    cellar.until_day(59)
    case = cellar.request("eu.epoc", Outcome.ACCEPT, cellar.agency("AT").agency)
    cellar.released(cellar.hold(hold), case)
    end_ms = requests.authority(cellar.db, case).until_ms
    cellar.until_day(61)
    assert cellar.read(case, hold, "subscriber/0001.json") == FILES["subscriber/0001.json"]
    cellar.pass_days((end_ms - 1 - cellar.now_ms) / DAY_MS)
    assert cellar.alive(hold)
    cellar.bureau.now_ms += 2
    cellar.look()
    assert not cellar.alive(hold)


def test_a_clock_that_jumps_shreds_nothing_before_somebody_has_looked(cellar: Cellar) -> None:
    hold = begun(cellar, PRESERVE)
    cellar.look()
    cellar.bureau.now_ms = NOON + 10_000 * DAY_MS
    cellar.look()
    assert cellar.retention.doubt == "ClockJumped"
    assert cellar.alive(hold)
    cellar.bureau.now_ms = NOON + DAY_MS
    cellar.look()
    cellar.until_day(90)
    assert cellar.alive(hold)
    cellar.bureau.now_ms += 30 * DAY_MS
    clock.sure(cellar.db, cellar.now_ms)
    cellar.look()
    assert not cellar.alive(hold)


@pytest.mark.parametrize("wrong_days", [-10_000, -400, -8, 1, 400, 10_000])
def test_what_was_ordered_by_a_wrong_clock_counts_from_where_it_was_found(cellar: Cellar, wrong_days: int) -> None:
    """Both ways: nothing goes early because a clock was behind, and nothing stays because one was ahead."""
    request = cellar.request(PRESERVE)
    cellar.bureau.now_ms = NOON + wrong_days * DAY_MS
    hold = cellar.ordered(request)
    cellar.bureau.now_ms = NOON
    cellar.look()
    cellar.taken(hold)
    assert cellar.hold(hold.number).until_ms == NOON - 12 * HOUR_MS + 91 * DAY_MS
    (anew,) = cellar.said(Act.HOLD_COUNTED_ANEW)
    assert anew.said["from_ms"] == NOON
    cellar.until_day(90)
    assert cellar.alive(hold.number)
    cellar.until_day(91)
    assert not cellar.alive(hold.number)


@pytest.mark.parametrize("wrong_days", [-400, 400])
def test_a_wrong_clock_that_confirms_a_quarantine_ends_nothing_early(cellar: Cellar, wrong_days: int) -> None:
    """The quarantine was seen already; the hold that it becomes is an order of its own."""
    number = cellar.filed(PRESERVE)
    hold = vault.quarantine(cellar.db, cellar.custody, CLERK, number, cellar.now_ms, cellar.random).number
    cellar.taken(cellar.hold(hold))
    cellar.look()
    cellar.verified(number, cellar.agency().agency)
    cellar.judged(number, Outcome.PRESERVE)
    cellar.bureau.now_ms = NOON + wrong_days * DAY_MS
    if wrong_days > 0:
        ordered = cellar.ordered(number).number
        assert ordered != hold, "by this clock the quarantine is over"
        cellar.bureau.now_ms = NOON
        cellar.taken(cellar.hold(ordered))
        hold = ordered
    else:
        assert cellar.ordered(number).number == hold
        cellar.bureau.now_ms = NOON
    cellar.look()
    ends_with(cellar, hold, 90)


def test_a_hold_that_was_withdrawn_before_anybody_looked_is_shredded_like_any_other(cellar: Cellar) -> None:
    request = cellar.request(PRESERVE)
    cellar.bureau.now_ms = NOON - 400 * DAY_MS
    hold = cellar.taken(cellar.ordered(request)).number
    vault.withdraw(cellar.db, CLERK, hold, "they wrote so", cellar.now_ms)
    vault.withdrawal_confirmed(cellar.db, RELEASER, hold, cellar.now_ms)
    cellar.bureau.now_ms = NOON
    cellar.look()
    assert cellar.state(hold) == State.SHREDDED


def test_a_request_of_long_ago_counts_from_a_week_before_its_order(cellar: Cellar) -> None:
    number = cellar.filed(PRESERVE)
    cellar.pass_days(20)
    cellar.verified(number, cellar.agency().agency)
    cellar.judged(number, Outcome.PRESERVE)
    hold = cellar.taken(cellar.ordered(number)).number
    ends_with(cellar, hold, 13 + 90)


def test_evidence_that_a_hold_keeps_is_shredded_after_it_and_not_before(cellar: Cellar) -> None:
    """Reported messages are held where they lie, unopened: retention does not take them, and takes them afterwards."""
    house = House(cellar.db, cellar.keys, cellar.now_ms, cellar.random)

    def reported() -> int:
        content = Record(Kind.REPORT, WHOLE, WHOLE, b"an invented report of a teapot")
        about = records.of_report(house.report(None, Level.TIP))
        with transaction(cellar.db):
            return records.keep(cellar.db, cellar.keys.evidence, cellar.random, about, content)

    def there() -> list[int]:
        rows = cellar.db.execute("SELECT id FROM evidence WHERE gone_ms IS NULL ORDER BY id").fetchall()
        return [number for (number,) in rows]

    kept, other = reported(), reported()
    hold = cellar.taken(cellar.ordered(cellar.request(PRESERVE)), FILES, (kept,)).number
    cellar.until_day(20)
    renewed(cellar, hold, PRESERVE)
    assert there() == [kept, other]
    cellar.until_day(170)
    assert there() == [kept], "the time of both is over, and one is held"
    cellar.until_day(182)
    assert there() == []
    assert cellar.said(Act.EVIDENCE_OPENED) == []


def check(cellar: Cellar, hold: int) -> str:
    """Either everything is there, or no key; its state."""
    with closing(open_database(cellar.folder / "desk" / "desk.db", cellar.keys)) as db:
        (state,) = db.execute("SELECT state FROM legal_hold WHERE n = ?", (hold,)).fetchone()
        keys = {any(wrapped) for (wrapped,) in db.execute("SELECT wrapped FROM legal_hold_key").fetchall()}
        (files,) = db.execute("SELECT count(*) FROM legal_hold_file").fetchone()
        (pieces,) = db.execute("SELECT count(DISTINCT file) FROM legal_hold_piece").fetchone()
    assert keys == {state == "held"}
    assert files == pieces
    assert (files == 0) == (state == "shredded")
    return str(state)


def killed_everywhere(cellar: Cellar, every: int) -> None:
    many = {f"subscriber/{number:04}.json": b"{}" for number in range(45)}
    hold = cellar.taken(cellar.ordered(cellar.request(PRESERVE)), many).number
    cellar.until_day(90)
    path, statement, seen = cellar.folder / "desk" / "desk.db", 1, set()
    cellar.db.close()
    while _killed_at(path, cellar.keys, cellar.now_ms + 1, statement):
        seen.add(check(cellar, hold))
        statement += every
        assert statement < 2000
    assert check(cellar, hold) == "shredded"
    assert seen >= {"held", "expired"}
    cellar.db = open_database(path, cellar.keys)


def test_a_killed_pass_leaves_all_or_no_key_and_the_next_goes_on(cellar: Cellar) -> None:
    killed_everywhere(cellar, 9)


@pytest.mark.prove
def test_killed_before_every_statement(cellar: Cellar) -> None:
    killed_everywhere(cellar, 1)
