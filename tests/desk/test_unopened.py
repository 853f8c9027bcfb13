# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports that did not open: none is lost, each can be tried again once, and what is put aside stays as it came."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import service as cases
from privity.desk.cases.gathering import Gathering
from privity.desk.db.transaction import Db
from privity.desk.errors import HubUnreachable, ReasonMissing
from privity.desk.evidence.records import open_record
from privity.desk.hub_client import HttpHub
from privity.desk.intake import queue, unopened
from privity.desk.intake.again import Again, Tried
from privity.desk.intake.errors import AsideAlready, BytesNotKept, NotUnopened, TriedTwice
from privity.desk.intake.findings import Level, Source, State, Subject
from privity.desk.intake.key_log import KeyLog
from privity.desk.keys import DeskKeys
from privity.desk.main import now_ms
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from privity.desk.transparency import service as transparency
from privity.desk.transparency.period import Period, month_of
from privity.message import sealed_report
from privity.message.appeal import About, Appeal
from privity.wire.errors import Code, Refusal
from privity.wire.staff import RelayedReport
from privity.wire.staff import Source as Relayer
from tests.desk.audit.logs import KEY
from tests.desk.conftest import Home
from tests.desk.contents import contents
from tests.desk.fake_hub import FakeHub
from tests.desk.house import House
from tests.desk.running import Desk, intake_of
from tests.desk.world import World

MODERATOR = Acting.member(4, frozenset({Role.MODERATOR}))
COLLEAGUE = Acting.member(5, frozenset({Role.SENIOR}))
ADMIN = Acting.member(6, frozenset({Role.ADMIN}))
AUDITOR = Acting.member(7, frozenset({Role.AUDITOR}))
OLD = X25519PrivateKey.from_private_bytes(b"\x07" * 32)
"""The key that devices sealed to before it was lost here."""


class Lodged:
    """What was taken for an appeal."""

    def __init__(self) -> None:
        self.appeals: list[tuple[Appeal, RelayedReport]] = []

    def __call__(self, db: Db, appeal: Appeal, relayed: RelayedReport, at_ms: int) -> None:
        self.appeals.append((appeal, relayed))


def again(desk: Desk, home: Home, keys: DeskKeys | None = None, lodge: Lodged | None = None) -> Again:
    key_log = KeyLog(desk.db, home.configured("http://127.0.0.1:1").log, now_ms)
    return Again(desk.db, desk.hub, keys or desk.keys, key_log, os.urandom, Gathering({}).again, lodge or Lodged())


def sealed_to_the_old_key(world: World) -> None:
    known, world.intake_public = world.intake_public, OLD.public_key().public_bytes_raw()
    world.relay(world.sent())
    world.intake_public = known


def with_the_old_key(desk: Desk) -> DeskKeys:
    return replace(desk.keys, older_intake=(b"\x09" * 32, OLD.private_bytes_raw()))


def acts(desk: Desk, *wanted: Act) -> list[Entry]:
    return [one for one in map(Entry.decode, log.entries(desk.db)) if one.act in wanted]


def waiting(desk: Desk) -> list[tuple[int, State]]:
    return [(one.report, one.state) for one in unopened.listed(desk.db, MODERATOR).reports]


def transparent(desk: Desk) -> dict[str, int]:
    """What the report counts, which is not made unless log and tables agree."""
    month = month_of(now_ms())
    made = transparency.report(desk.db, AUDITOR, Period(month, month), KEY, [], now_ms())
    return {row.state: row.count for row in made.reports} | {"opened": sum(row.count for row in made.cases_opened)}


async def undecided(desk: Desk, hub: FakeHub, world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """A report about whose messages the hub failed each time; its number."""
    monkeypatch.setattr(queue, "MAX_TRIES_PER_REPORT", 1)
    hub.stumbles.add(world.alice.user_uri)
    world.relay(world.sent(), world.sent())
    await desk.intake.step()
    hub.stumbles.clear()
    (found,) = unopened.listed(desk.db, MODERATOR).reports
    return found.report


async def test_each_says_when_it_came_from_whom_and_why(desk: Desk, world: World, hub: FakeHub) -> None:
    hub.relay(world.bob.user_uri, b"garbage")
    world.relay(world.sent(), reporter_uri=world.alice.user_uri)
    world.relay(world.sent())
    await desk.intake.step()
    shut, odd = unopened.listed(desk.db, MODERATOR).reports
    assert (shut.report, shut.state, shut.reporter_uri, shut.size > 0) == (
        1,
        State.CANNOT_OPEN,
        world.bob.user_uri,
        True,
    )
    assert (odd.report, odd.state, odd.received_ms, odd.source) == (2, State.MALFORMED, 2_000_000_000_000, Source.USER)
    assert unopened.waiting(desk.db) == cases.counts(desk.db, 0).unreadable == 2


async def test_a_report_sealed_to_a_key_that_was_put_back_becomes_a_case(desk: Desk, home: Home, world: World) -> None:
    sealed_to_the_old_key(world)
    await desk.intake.step()
    assert waiting(desk) == [(1, State.CANNOT_OPEN)]
    before = transparent(desk)
    tried = await again(desk, home, with_the_old_key(desk)).try_again(MODERATOR, 1, now_ms())
    assert tried == Tried(1, State.ASSESSED, "", 1, appeal=False)
    (found,) = desk.reports()
    assert (found.state, found.level, found.accused_uri) == (State.ASSESSED, 2, world.alice.user_uri)
    assert cases.case(desk.db, MODERATOR, 1).case.level is Level.AUTHORSHIP
    assert waiting(desk) == [] and unopened.waiting(desk.db) == 0
    kinds = [open_record(desk.db, desk.keys.evidence, n, who="x", reason="y", now_ms=1).kind for n in found.evidence]
    assert kinds == ["sealed", "report", "device_lists"], "what came is kept beside what was found in it"
    (entry,) = acts(desk, Act.REPORT_READ_LATER)
    assert (entry.who, entry.about, entry.said["was"], entry.said["case"]) == ("staff:4", "report:1", "cannot_open", 1)
    assert transparent(desk) == before | {"opened": 1}, "it stays counted as what it was when it came"
    with pytest.raises(NotUnopened):
        await again(desk, home).try_again(MODERATOR, 1, now_ms())


async def test_what_comes_to_a_key_of_before_opens_at_once_where_the_desk_has_it(
    desk: Desk, hub: FakeHub, home: Home, world: World
) -> None:
    sealed_to_the_old_key(world)
    hub.relay(world.bob.user_uri, b"garbage")
    world.relay(world.sent())
    key_log = KeyLog(desk.db, home.configured(hub.url).log, now_ms)
    await intake_of(desk.db, desk.hub, with_the_old_key(desk), key_log).step()
    assert [(one.state.value, one.level) for one in desk.reports()] == [
        ("assessed", 2),
        ("cannot_open", 0),
        ("assessed", 2),
    ]


async def test_an_undecided_report_is_proven_in_the_case_where_it_was_a_tip(
    desk: Desk, home: Home, hub: FakeHub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await undecided(desk, hub, world, monkeypatch)
    case = cases.case_of_report(desk.db, number)
    assert cases.case(desk.db, MODERATOR, case).case.level is Level.TIP
    before = transparent(desk)
    tried = await again(desk, home).try_again(MODERATOR, number, now_ms())
    assert tried.case == case
    found = cases.case(desk.db, MODERATOR, case)
    assert (found.case.reports, found.case.proven, found.case.level) == (1, 2, Level.AUTHORSHIP)
    assert found.case.because == ("harassment, proven by the sender's own key",)
    assert [(one.outcome, one.level) for one in found.reports[0].messages] == [("VERIFIED_AUTHORSHIP", 2)] * 2
    assert transparent(desk) == before
    world.relay(world.sent())
    await desk.intake.step()
    assert cases.case(desk.db, MODERATOR, case).case.proven == 3, "the case goes on as any other"


async def test_what_still_does_not_open_is_as_before(desk: Desk, home: Home, hub: FakeHub, world: World) -> None:
    hub.relay(world.bob.user_uri, b"garbage")
    sealed_to_the_old_key(world)
    await desk.intake.step()
    before = contents(desk.db)
    for number in (1, 2):
        tried = await again(desk, home).try_again(MODERATOR, number, now_ms())
        assert (tried.state, tried.case) == (State.CANNOT_OPEN, None)
    after = contents(desk.db)
    assert {name for name in after if after[name] != before.get(name)} <= {"audit_entry", "audit_node"}
    assert [one.about for one in acts(desk, Act.REPORT_STILL_SHUT)] == ["report:1", "report:2"]


@pytest.mark.parametrize("code", [Code.UNAVAILABLE, Code.INTERNAL, Code.UNAUTHENTICATED, None])
async def test_a_hub_that_says_nothing_changes_nothing(
    desk: Desk, home: Home, hub: FakeHub, world: World, monkeypatch: pytest.MonkeyPatch, code: Code | None
) -> None:
    number = await undecided(desk, hub, world, monkeypatch)
    before = contents(desk.db)
    trying = again(desk, home)
    if code is None:
        trying.hub = HttpHub(desk.hub._session, "http://127.0.0.1:1", desk.keys.staff, now_ms, os.urandom)
    else:
        hub.refuse["verify"] = (code, 100)
    with pytest.raises((Refusal, HubUnreachable)):
        await trying.try_again(MODERATOR, number, now_ms())
    after = contents(desk.db)
    assert {name for name in after if after[name] != before.get(name)} <= {"audit_entry", "audit_node"}
    assert waiting(desk) == [(number, State.UNDECIDED)]
    hub.refuse.clear()
    tried = await again(desk, home).try_again(MODERATOR, number, now_ms())
    assert tried.state is State.ASSESSED


async def test_what_goes_wrong_in_the_middle_leaves_nothing_half_done(desk: Desk, home: Home, world: World) -> None:
    sealed_to_the_old_key(world)
    await desk.intake.step()
    before = contents(desk.db)
    trying = again(desk, home, with_the_old_key(desk))

    def broken(db: Db, taken: object, at_ms: int) -> None:
        raise KeyboardInterrupt

    trying.regather = broken
    with pytest.raises(KeyboardInterrupt):
        await trying.try_again(MODERATOR, 1, now_ms())
    after = contents(desk.db)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {"audit_entry", "audit_node", "key_log"}, "that it was opened, and how far the log was seen"
    tried = await again(desk, home, with_the_old_key(desk)).try_again(MODERATOR, 1, now_ms())
    assert tried.case == 1


async def test_two_who_try_at_once_make_one_case(
    desk: Desk, home: Home, hub: FakeHub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await undecided(desk, hub, world, monkeypatch)
    while not hub.arrived.empty():
        hub.arrived.get_nowait()
    hub.hold.add("verify")
    trying = again(desk, home)
    first = asyncio.ensure_future(trying.try_again(MODERATOR, number, now_ms()))
    while await hub.arrived.get() != "verify":
        pass
    with pytest.raises(TriedTwice):
        await trying.try_again(COLLEAGUE, number, now_ms())
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    hub.hold.clear()
    other = again(desk, home)
    results = await asyncio.gather(
        trying.try_again(MODERATOR, number, now_ms()),
        other.try_again(COLLEAGUE, number, now_ms()),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in results) == ["NotUnopened", "Tried"], "of two processes, one writes"
    assert desk.db.execute("SELECT count(*), sum(reports) FROM safety_case").fetchone() == (1, 1)


async def test_an_appeal_that_did_not_open_is_lodged(desk: Desk, home: Home, hub: FakeHub, world: World) -> None:
    appeal = Appeal(About.DECISION, "a" * 26, world.bob.user_uri, "I did not do that.")
    hub.relay(world.bob.user_uri, sealed_report.seal(OLD.public_key().public_bytes_raw(), appeal))
    await desk.intake.step()
    before, lodged = transparent(desk), Lodged()
    tried = await again(desk, home, with_the_old_key(desk), lodged).try_again(MODERATOR, 1, now_ms())
    assert tried == Tried(1, State.ASSESSED, "", None, appeal=True)
    ((found, relayed),) = lodged.appeals
    assert (found, relayed.reporter_uri, relayed.receipt) == (appeal, world.bob.user_uri, "receipt-1")
    assert desk.db.execute("SELECT subject FROM report").fetchone() == (Subject.APPEAL.value,)
    assert transparent(desk) == before


async def test_a_notice_stays_one_of_somebody_without_an_account(
    desk: Desk, home: Home, hub: FakeHub, world: World
) -> None:
    sealed_to_the_old_key(world)
    hub.relayed[0] = RelayedReport("notice:abc", 1, hub.relayed[0].sealed, "abc", Relayer.PUBLIC)
    await desk.intake.step()
    tried = await again(desk, home, with_the_old_key(desk)).try_again(MODERATOR, 1, now_ms())
    assert tried.state is State.MALFORMED, "a device's report that comes by the public form names another reporter"
    assert waiting(desk) == [(1, State.CANNOT_OPEN)]


async def test_what_was_too_large_to_keep_cannot_be_tried(house: House) -> None:
    house.db.execute(
        "INSERT INTO report (seq, receipt, reporter_uri, received_ms, recorded_ms, sealed_sha256, state, detail)"
        " VALUES (1, 'r', 'mimi://x', 1, 1, x'00', 'cannot_open', '')"
    )
    nobody: Any = None
    trying = Again(
        house.db, nobody, house.keys, KeyLog(house.db, None, now_ms), os.urandom, Gathering({}).again, Lodged()
    )
    with pytest.raises(BytesNotKept):
        await trying.try_again(MODERATOR, 1, now_ms())


async def test_put_aside_it_leaves_the_list_and_nothing_else_does(
    desk: Desk, home: Home, hub: FakeHub, world: World
) -> None:
    sealed_to_the_old_key(world)
    await desk.intake.step()
    kept = desk.db.execute("SELECT * FROM evidence").fetchall()
    unopened.put_aside(desk.db, MODERATOR, 1, " It was a test of ours. ", now_ms())
    assert (waiting(desk), unopened.waiting(desk.db), cases.counts(desk.db, 0).unreadable) == ([], 0, 0)
    (aside,) = unopened.listed(desk.db, MODERATOR, aside=True).reports
    assert aside.aside is not None
    assert (aside.aside.who, aside.aside.reason) == ("staff:4", "It was a test of ours.")
    assert desk.db.execute("SELECT * FROM evidence").fetchall() == kept
    (entry,) = acts(desk, Act.REPORT_ASIDE)
    assert entry.said == {"state": "cannot_open", "reason": "It was a test of ours."}
    with pytest.raises(AsideAlready, match="staff:4"):
        unopened.put_aside(desk.db, COLLEAGUE, 1, "again", now_ms())
    tried = await again(desk, home, with_the_old_key(desk)).try_again(COLLEAGUE, 1, now_ms())
    assert tried.case == 1
    assert unopened.listed(desk.db, MODERATOR, aside=True).reports == ()


async def test_without_the_right_or_a_reason_nothing_happens(desk: Desk, home: Home, world: World) -> None:
    sealed_to_the_old_key(world)
    await desk.intake.step()
    before = contents(desk.db)
    for reason in ("", " \n", "x" * 1001):
        with pytest.raises(ReasonMissing):
            unopened.put_aside(desk.db, MODERATOR, 1, reason, now_ms())
    with pytest.raises(NotYourRole):
        unopened.put_aside(desk.db, ADMIN, 1, "why", now_ms())
    with pytest.raises(NotYourRole):
        unopened.listed(desk.db, ADMIN)
    with pytest.raises(NotYourRole):
        await again(desk, home).try_again(ADMIN, 1, now_ms())
    for number in (0, 2, 99):
        with pytest.raises(NotUnopened):
            unopened.put_aside(desk.db, MODERATOR, number, "why", now_ms())
        with pytest.raises(NotUnopened):
            await again(desk, home).try_again(MODERATOR, number, now_ms())
    assert contents(desk.db) == before


def test_pages_of_them_hold_each_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unopened, "PAGE", 3)
    house.db.executemany(
        "INSERT INTO report (seq, receipt, reporter_uri, received_ms, recorded_ms, sealed_sha256, state, detail)"
        " VALUES (?, 'r' || ?, 'mimi://x', 1, 1, x'00', 'malformed', '')",
        [(number, number) for number in range(1, 9)],
    )
    seen, after = [], 0
    while True:
        page = unopened.listed(house.db, MODERATOR, after)
        seen += [one.report for one in page.reports]
        if page.after is None:
            break
        after = page.after
    assert seen == list(range(1, 9))


@pytest.mark.parametrize("sql", [unopened.WAITING, unopened.ASIDE, unopened.COUNT, unopened.ONE])
def test_the_list_reads_no_whole_table(house: House, sql: str) -> None:
    plan = [str(row[3]) for row in house.db.execute("EXPLAIN QUERY PLAN " + sql, [None] * sql.count("?"))]
    assert plan and all("INDEX" in step or "PRIMARY KEY" in step for step in plan), plan
