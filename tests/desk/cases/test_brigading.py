# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two hundred accounts that agreed to report an honest one: nobody is banned, and the case says what they are.

Real sealed reports go through the intake, the hub answers for them, and the case is what came of it.
"""

from __future__ import annotations

from privity.desk.cases import service as cases
from privity.desk.cases import store
from privity.desk.cases.model import Case, CaseState, CaseView, Outcome, View
from privity.desk.intake.findings import Level
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.identity.uris import new_user_uri
from privity.message import sealed_report
from privity.message.report import Reason, ReportedMessage
from tests.desk.fake_hub import HOST, FakeHub
from tests.desk.running import Desk
from tests.desk.test_verification import forged
from tests.desk.world import T0, World, random

COLLUDERS = 200
MINUTE = 60_000
MODERATOR = Acting.member(1, frozenset({Role.MODERATOR}))


def mob(world: World, message: ReportedMessage, people: int = COLLUDERS, start_ms: int = T0) -> None:
    """Everybody reports the same within nine minutes; all of them are in the room."""
    for number in range(people):
        person = new_user_uri(HOST, random)
        world.hub.participants[world.room_uri, person] = (T0, T0 + 10_000_000)
        report(world, person, message, start_ms + number * 9 * MINUTE // people)


def report(world: World, person: str, message: ReportedMessage, received_ms: int) -> None:
    made = world.report(message, reporter_uri=person, reason=Reason.HARASSMENT)
    world.hub.relay(person, sealed_report.seal(world.intake_public, made), received_ms)


async def taken(desk: Desk) -> None:
    while await desk.intake.step():
        pass


def about(desk: Desk, world: World) -> Case:
    found = store.newest_of(desk.db, world.alice.user_uri)
    assert found is not None
    return found


def view(desk: Desk, world: World) -> CaseView:
    return cases.case(desk.db, MODERATOR, about(desk, world).number)


async def ordinary(desk: Desk, hub: FakeHub, world: World) -> Case:
    """One verified report for the same reason, by somebody unknown, about somebody else."""
    other = World(hub, world.intake_public)
    report(other, other.bob.user_uri, other.sent(proof=False), T0)
    await taken(desk)
    return about(desk, other)


async def test_two_hundred_colluders_ban_nobody_and_stay_below_one_ordinary_reporter(
    desk: Desk, hub: FakeHub, world: World
) -> None:
    single = await ordinary(desk, hub, world)
    mob(world, world.sent(proof=False))
    await taken(desk)
    case, found = about(desk, world), view(desk, world).clusters
    assert (case.reports, case.reporters, case.proven, case.level) == (COLLUDERS, COLLUDERS, 1, Level.HUB)
    assert case.priority > single.priority
    assert "reported by a cluster only" in case.because
    assert (found.tied, found.proven, found.rooms) == (COLLUDERS, 1, 1)
    assert found.sentence.startswith("200 of 200 reporters never reported before and reported within 9 minutes; 1 ")
    nobody_acted(desk, hub, case)
    (first, *_) = cases.queue(desk.db, MODERATOR, View.OPEN, now_ms=T0).cases
    assert first.number == single.number


async def test_two_hundred_forged_reports_are_tips_at_the_end_of_the_queue(
    desk: Desk, hub: FakeHub, world: World
) -> None:
    single = await ordinary(desk, hub, world)
    mob(world, forged(world))
    await taken(desk)
    case = about(desk, world)
    assert (case.reports, case.proven, case.level) == (COLLUDERS, 0, Level.TIP)
    assert case.priority > single.priority
    nobody_acted(desk, hub, case)


async def test_a_mob_does_not_bury_what_one_honest_person_has_proven(desk: Desk, hub: FakeHub, world: World) -> None:
    """Friends of whoever is reported cannot push the case down by reporting it too, before or after."""
    single = await ordinary(desk, hub, world)
    mob(world, world.sent(proof=False), 60)
    report(world, world.bob.user_uri, world.sent(proof=False), T0 + 60 * MINUTE)
    mob(world, world.sent(proof=False), 60, T0 + 120 * MINUTE)
    await taken(desk)
    case = about(desk, world)
    assert case.reporters == 121
    assert case.priority == single.priority


async def test_a_dismissed_mob_counts_for_less_the_next_time(desk: Desk, hub: FakeHub, world: World) -> None:
    people = [new_user_uri(HOST, random) for _ in range(12)]
    weights = []
    for outcome in (Outcome.ABUSIVE, Outcome.ABUSIVE, None):
        message = world.sent(proof=False)
        for number, person in enumerate(people):
            report(world, person, message, world.clock + number)
        await taken(desk)
        number = about(desk, world).number
        weights.append(sum(row.weight for row in store.reporting(desk.db, number)))
        if outcome is not None:
            cases.decided(desk.db, number, who=MODERATOR.who, at_ms=T0)
            cases.ended(desk.db, number, outcome)
    assert weights == [12 / 2, 12 / 6, 12 / 10]
    assert about(desk, world).priority >= 2


def nobody_acted(desk: Desk, hub: FakeHub, case: Case) -> None:
    """The case is open, no decision and no effect stands anywhere, and the hub was asked for reports alone."""
    assert (case.state, case.taken_by, case.outcome) == (CaseState.OPEN, None, None)
    for table in ("decision", "effect"):
        assert desk.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert set(hub.seen) == {"reports", "verify", "forget"}
