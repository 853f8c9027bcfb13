# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A page of reports is one question and one transaction; one bad report costs no other anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from privity.desk import limits
from privity.desk.audit import log
from privity.desk.errors import AlreadyRecorded, HubMisbehaved
from privity.desk.intake import asking
from privity.desk.intake.findings import State, findings
from privity.desk.intake.model import Assessment
from privity.server.limits import MAX_STAFF_BYTES
from privity.wire.errors import Code, Refusal
from privity.wire.staff import FrankOutcome, FrankQuestion, ReportAnswer, ReportQuestion, VerifyReports
from tests.desk.fake_hub import FakeHub
from tests.desk.house import House
from tests.desk.running import Desk
from tests.desk.test_verification import forged
from tests.desk.world import World

Answers = list[ReportAnswer]


def states(desk: Desk) -> list[tuple[str, int]]:
    return [(found.state.value, found.level) for found in desk.reports()]


async def test_a_page_is_one_question_one_transaction_and_one_entry(desk: Desk, world: World, hub: FakeHub) -> None:
    for number in range(30):
        world.relay(world.sent(proof=False), *([world.sent(proof=False)] * (number % 3)))
    begun: list[str] = []
    desk.db.set_trace_callback(begun.append)
    assert await desk.intake.step() == 30
    desk.db.set_trace_callback(None)
    assert states(desk) == [("assessed", 1)] * 30
    assert dict(hub.seen) == {"reports": 1, "verify": 1, "forget": 1}
    assert sum(statement.startswith("BEGIN") for statement in begun) == 1
    assert log.size(desk.db) == 1


@pytest.mark.parametrize(
    "bend",
    [
        lambda answers: answers[:-1],
        lambda answers: [*answers, answers[0]],
        lambda answers: [msgspec.structs.replace(one, outcomes=[*one.outcomes, one.outcomes[0]]) for one in answers],
        lambda answers: [msgspec.structs.replace(one, participated=[]) for one in answers],
        lambda answers: [msgspec.structs.replace(one, participated=[None]) for one in answers],
        lambda answers: [msgspec.structs.replace(one, outcomes=[FrankOutcome.EXPIRED]) for one in answers],
        lambda answers: [msgspec.structs.replace(one, omitted=-1) for one in answers],
    ],
)
async def test_answers_that_fit_no_page_are_the_hubs_fault(
    desk: Desk, world: World, hub: FakeHub, bend: Callable[[Answers], Answers]
) -> None:
    for _ in range(3):
        world.relay(world.sent())
    hub.bend = bend
    with pytest.raises(HubMisbehaved):
        await desk.intake.step()
    hub.bend = None
    while await desk.intake.step():
        pass
    assert states(desk) == [("assessed", 2)] * 3


async def test_answers_in_another_order_are_not_taken_for_those_on_other_reports(
    desk: Desk, world: World, hub: FakeHub
) -> None:
    for number in range(4):
        world.relay(world.sent(proof=False) if number else forged(world))
    hub.bend = lambda answers: answers[::-1]
    assert await desk.intake.step() == 4
    assert states(desk) == [("assessed", 0), *[("assessed", 1)] * 3]
    assert hub.seen["verify"] == 1 + 4, "the page was not believed, and each report was asked about by itself"


async def test_a_hub_that_always_lies_costs_no_report_its_words(desk: Desk, world: World, hub: FakeHub) -> None:
    world.relay(world.sent(), reason=5)
    hub.bend = lambda answers: []
    for _ in range(limits.MAX_TRIES_PER_REPORT - 1):
        with pytest.raises(HubMisbehaved):
            await desk.intake.step()
    await desk.intake.step()
    (found,) = desk.reports()
    assert (found.state, found.level, found.accused_uri, found.reason) == ("undecided", 0, world.alice.user_uri, 5)
    assert len(found.evidence) == 2
    assert [message.outcome for message in found.messages] == ["UNDECIDED"]


async def test_a_bad_report_between_good_ones_is_alone_with_its_trouble(desk: Desk, world: World, hub: FakeHub) -> None:
    other = World(hub, world.intake_public)
    hub.stumbles.add(other.alice.user_uri)
    for number in range(20):
        (other if number == 7 else world).relay((other if number == 7 else world).sent(proof=False))
    with pytest.raises(Refusal):
        await desk.intake.step()
    assert states(desk) == [("assessed", 1)] * 19
    assert [report.receipt for report in hub.relayed] == ["receipt-8"]
    hub.stumbles.clear()
    assert await desk.intake.step() == 1
    assert states(desk) == [("assessed", 1)] * 20


async def test_what_was_recorded_before_a_lost_answer_is_not_recorded_again(
    desk: Desk, world: World, hub: FakeHub
) -> None:
    for _ in range(5):
        world.relay(world.sent())
    hub.refuse["forget"] = (Code.UNAVAILABLE, 1)
    with pytest.raises(Refusal):
        await desk.intake.step()
    assert len(hub.relayed) == 5
    assert await desk.intake.step() == 0
    assert (len(desk.reports()), hub.relayed) == (5, [])


async def test_the_largest_question_fits_into_what_a_hub_reads(world: World) -> None:
    """A hundred messages with the longest names and signatures, and many such reports: each goes, in more requests."""
    frank = FrankQuestion(b"t" * 32, (1 << 53) - 1, b"f" * 32, 0xFFFF, b"s" * 256)
    longest = ReportQuestion("r" * 512, "s" * 512, "o" * 512, [frank] * 100)
    sizes: list[int] = []

    class Counting:
        async def verify(self, questions: list[ReportQuestion]) -> list[ReportAnswer]:
            sizes.append(len(msgspec.json.encode(VerifyReports(questions))))
            assert sum(len(one.franks) for one in questions) <= asking.MAX_FRANKS
            return [
                ReportAnswer(at, [FrankOutcome.MISMATCH] * len(one.franks), [None] * len(one.franks), None)
                for at, one in enumerate(questions)
            ]

    small = msgspec.structs.replace(longest, franks=[frank])
    answers = await asking.ask(Counting(), [longest, *[small] * 97, longest, longest])  # type: ignore[arg-type]  # one method
    assert [len(one.outcomes) for one in answers if isinstance(one, ReportAnswer)] == [100, *[1] * 97, 100, 100]
    assert max(sizes) <= MAX_STAFF_BYTES
    assert len(sizes) > 3


def test_a_page_that_another_desk_recorded_meanwhile_is_kept_once_and_whole(tmp_path: Path) -> None:
    house = House.at(tmp_path)
    page = [(house.relayed(house.user(), f"r{number}"), Assessment(State.CANNOT_OPEN, "")) for number in range(3)]
    for expected in (page[1:2], page):
        batch = house.batch()
        for relayed, found in expected:
            batch.add(relayed, found)
        if expected is page:
            with pytest.raises(AlreadyRecorded):
                batch.write()
            assert batch.written() == []
        else:
            batch.write()
            assert batch.written() == ["r1"]
    assert [found.receipt for found in findings(house.db).reports] == ["r1"]
    assert log.size(house.db) == 1
    house.db.close()
