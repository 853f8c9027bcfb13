# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The queue: exactly once, whatever dies and whenever; nothing lost while the hub is away."""

from __future__ import annotations

import asyncio
import signal
from contextlib import closing

import aiohttp
import pytest
import structlog

from privity.desk import limits
from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.database import open_database, open_existing
from privity.desk.db.transaction import DbError
from privity.desk.errors import (
    AlreadyRecorded,
    AnswerTooLarge,
    DatabaseKeyWrong,
    DeskError,
    HubMisbehaved,
    HubUnreachable,
    StorageFailed,
)
from privity.desk.intake import loop
from privity.desk.main import run
from privity.wire.errors import Code, Refusal
from privity.wire.staff import RELAYED, RelayedReport
from tests.desk.conftest import Home
from tests.desk.fake_hub import FakeHub
from tests.desk.running import Desk, child, started
from tests.desk.world import World

FORBIDDEN = ("privity.mls.schedule", "privity.mls.group", "privity.client", "privity.faces")
PATIENCE_S = 60


async def arrival(hub: FakeHub, name: str) -> None:
    """Wait until the desk has asked for this."""
    async with asyncio.timeout(PATIENCE_S):
        while await hub.arrived.get() != name:
            pass


async def stop(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE_S):
        return await process.communicate()


async def all_forgotten(hub: FakeHub) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await hub.forgotten.wait()


def verdicts(home: Home) -> list[tuple[int, str, int]]:
    return [(found.report, found.state.value, found.level) for found in home.findings()]


async def test_the_running_desk_holds_no_module_that_decrypts(home: Home, world: World, hub: FakeHub) -> None:
    world.relay(world.sent())
    process = await child(home.file(hub.url))
    await all_forgotten(hub)
    out, err = await stop(process)
    modules = out.decode().split()
    assert process.returncode == 0, err.decode()
    assert "privity.desk.intake.assess" in modules
    assert "privity.message.verify_report" in modules
    assert [name for name in modules if name.startswith(FORBIDDEN)] == []
    assert verdicts(home) == [(1, "assessed", 2)]


async def test_the_log_says_nothing_about_people_or_content(home: Home, world: World, hub: FakeHub) -> None:
    world.relay(world.sent())
    process = await child(home.file(hub.url))
    await all_forgotten(hub)
    _, err = await stop(process)
    assert b"desk.reports_recorded" in err
    for secret in (b"invented", b"mimi://", world.bob.user_uri.encode(), home.keys().intake.hex().encode()):
        assert secret not in err


@pytest.mark.parametrize("moment", ["reports", "verify", "keylog", "forget"])
async def test_kill_9_at_any_moment_records_each_report_exactly_once(
    home: Home, world: World, hub: FakeHub, moment: str
) -> None:
    world.relay(world.sent())
    world.hub.relay(world.bob.user_uri, b"garbage between")
    world.relay(world.sent(), world.sent())
    hub.hold.add(moment)
    first = await child(home.file(hub.url))
    await arrival(hub, moment)
    first.kill()
    await first.communicate()
    hub.hold.clear()
    second = await child(home.file(hub.url))
    await all_forgotten(hub)
    await stop(second)
    assert verdicts(home) == [(1, "assessed", 2), (2, "cannot_open", 0), (3, "assessed", 2)]
    assert [len(found.evidence) for found in home.findings()] == [2, 1, 2]
    with closing(open_existing(home.folder / "desk" / "desk.db", home.keys())) as db:
        (case,) = db.execute("SELECT reports, reporters, proven FROM safety_case").fetchall()
        taken = [entry for entry in map(Entry.decode, log.entries(db)) if entry.act is Act.REPORTS_TAKEN]
    assert case == (2, 1, 3), "both readable reports are in one case, once"
    pages = [said for entry in taken if isinstance(said := entry.said["reports"], list)]
    assert [number for page in pages for number in page] == [1, 2, 3]


async def test_sigterm_in_the_middle_of_a_question_ends_at_once_and_loses_nothing(
    home: Home, world: World, hub: FakeHub
) -> None:
    world.relay(world.sent())
    hub.hold.add("verify")
    process = await child(home.file(hub.url))
    await arrival(hub, "verify")
    _, err = await stop(process)
    assert process.returncode == 0, err.decode()
    assert verdicts(home) == []
    assert len(hub.relayed) == 1


async def test_a_hub_that_is_away_is_asked_again(home: Home) -> None:
    hub = FakeHub(home.public.staff_public_key)
    world = World(hub, home.public.intake_public_key)
    world.relay(world.sent())
    async with aiohttp.ClientSession() as session:
        desk = started(home.configured("http://127.0.0.1:9"), session)
        with pytest.raises(HubUnreachable):
            await desk.intake.step()
        desk.db.close()
        async with hub.serving():
            desk = started(home.configured(hub.url), session)
            assert await desk.intake.step() == 1
            desk.db.close()


async def test_the_loop_goes_on_through_refusals_and_nonsense(desk: Desk, world: World, hub: FakeHub) -> None:
    world.relay(world.sent())
    hub.refuse["reports"] = (Code.UNAVAILABLE, 1)
    hub.refuse["verify"] = (Code.INTERNAL, 1)
    stop_now = asyncio.Event()
    serving = asyncio.create_task(loop.serve(desk.intake, 0.05, stop_now))
    await all_forgotten(hub)
    stop_now.set()
    await serving
    assert [found.level for found in desk.reports()] == [2]
    assert hub.seen["reports"] >= 3


def test_pauses_grow_to_a_limit() -> None:
    pauses = [loop.backoff_s(failures) for failures in range(2000)]
    assert pauses[:3] == [0.5, 1.0, 2.0]
    assert pauses == sorted(pauses)
    assert max(pauses) == limits.MAX_BACKOFF_S


async def test_a_report_on_which_the_hub_always_fails_stops_neither_the_queue_nor_its_page(
    desk: Desk, world: World, hub: FakeHub
) -> None:
    other = World(hub, world.intake_public)
    hub.stumbles.add(other.alice.user_uri)
    world.relay(world.sent())
    other.relay(other.sent())
    world.relay(world.sent())
    for tries in range(limits.MAX_TRIES_PER_REPORT - 1):
        with pytest.raises(Refusal):
            await desk.intake.step()
        assert [found.state for found in desk.reports()] == ["assessed"] * 2, tries
        assert len(hub.relayed) == 1
    await desk.intake.step()
    assert [(found.state, found.level) for found in desk.reports()] == [("assessed", 2)] * 2 + [("undecided", 0)]


@pytest.mark.parametrize("code", [Code.UNAVAILABLE, Code.UNAUTHENTICATED, Code.TOO_MANY, Code.NOT_FOUND])
async def test_a_hub_that_cannot_answer_now_never_costs_a_report(desk: Desk, world: World, code: Code) -> None:
    world.relay(world.sent())
    tries = 2 * limits.MAX_TRIES_PER_REPORT
    world.hub.refuse["verify"] = (code, tries)
    for _ in range(tries):
        with pytest.raises(Refusal):
            await desk.intake.step()
    assert (await desk.only()).level == 2


async def test_an_answer_that_is_no_answer_is_named(desk: Desk, world: World, hub: FakeHub) -> None:
    hub.garbage.add("reports")
    with pytest.raises(HubMisbehaved, match="RelayedReports"):
        await desk.intake.step()


@pytest.mark.parametrize(
    "report",
    [
        RelayedReport("mimi://hub.example/u/" + "a" * 26, -1, b"", "r"),
        RelayedReport("mimi://hub.example/u/" + "a" * 26, 1 << 60, b"", "r"),
        RelayedReport("mimi://hub.example/u/" + "a" * 26, 1, b"", ""),
        RelayedReport("mimi://hub.example/u/" + "a" * 26, 1, b"", "r" * 257),
        RelayedReport("somebody", 1, b"", "r"),
    ],
)
async def test_relayed_reports_out_of_range_are_the_hubs_fault(desk: Desk, hub: FakeHub, report: RelayedReport) -> None:
    hub.relayed.append(report)
    with pytest.raises(HubMisbehaved):
        await desk.intake.step()
    assert desk.reports() == ()


async def test_requests_by_another_key_get_nothing(world: World, hub: FakeHub, desk: Desk) -> None:
    hub.staff_public_key = b"\x11" * 32
    with pytest.raises(Refusal) as caught:
        await desk.intake.step()
    assert caught.value.code is Code.UNAUTHENTICATED


async def test_two_desks_on_one_database_record_nothing_twice(
    desk: Desk, world: World, hub: FakeHub, home: Home
) -> None:
    world.relay(world.sent())
    async with aiohttp.ClientSession() as session:
        other = started(home.configured(hub.url), session)
        results = await asyncio.gather(desk.intake.step(), other.intake.step(), return_exceptions=True)
        other.db.close()
    assert [found.report for found in desk.reports()] == [1]
    assert all(result in (0, 1) or isinstance(result, AlreadyRecorded) for result in results)


async def test_a_page_over_the_limit_is_the_hubs_fault(
    desk: Desk, world: World, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(RELAYED + 1):
        hub.relay(world.bob.user_uri, b"garbage %d" % number)
    monkeypatch.setattr("tests.desk.fake_hub.staff.RELAYED", RELAYED + 1)
    with pytest.raises(HubMisbehaved, match=f"at most {RELAYED}"):
        await desk.intake.step()
    assert desk.reports() == ()


async def test_an_answer_over_the_limit_is_cut_off_by_name(
    desk: Desk, world: World, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.relay(world.sent())
    monkeypatch.setattr(limits, "MAX_PAGE_BYTES", 1000)
    with pytest.raises(AnswerTooLarge, match="larger than 1000 bytes"):
        await desk.intake.step()
    assert (desk.reports(), len(hub.relayed)) == ((), 1)


async def test_what_was_forgotten_is_not_asked_to_be_forgotten_again(desk: Desk, world: World, hub: FakeHub) -> None:
    world.relay(world.sent())
    for _ in range(3):
        await desk.intake.step()
    assert hub.seen["forget"] == 1


async def test_a_lost_answer_to_forget_repeats_the_request_and_records_nothing_twice(
    desk: Desk, world: World, hub: FakeHub
) -> None:
    world.relay(world.sent())
    hub.refuse["forget"] = (Code.UNAVAILABLE, 1)
    with pytest.raises(Refusal):
        await desk.intake.step()
    world.relay(world.sent())
    assert await desk.intake.step() == 1
    assert [found.report for found in desk.reports()] == [1, 2]
    assert hub.relayed == []


async def test_a_full_disk_keeps_nothing_half_and_the_hub_forgets_nothing(
    desk: Desk, world: World, hub: FakeHub
) -> None:
    world.relay(world.sent(), note="x" * 8000)
    pages = desk.db.execute("PRAGMA page_count").fetchone()[0]
    desk.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DbError, match="full"):
        await desk.intake.step()
    assert not desk.db.in_transaction
    assert (desk.reports(), len(hub.relayed)) == ((), 1)
    desk.db.execute("PRAGMA max_page_count = 1000000")
    assert (await desk.only()).level == 2


@pytest.mark.parametrize(("keep", "error"), [(0, DatabaseKeyWrong), (4096, StorageFailed)])
def test_a_damaged_database_stops_the_desk_with_a_name(home: Home, keep: int, error: type[DeskError]) -> None:
    path = home.folder / "desk" / "desk.db"
    open_database(path, home.keys()).close()
    path.write_bytes(path.read_bytes()[:keep] + b"no database" * 4000)
    try:
        with pytest.raises(error, match=r"damaged|restore"):
            run(home.file("http://127.0.0.1:9"))
    finally:
        structlog.reset_defaults()  # it was told to log to this test's stderr
