# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Preservation, then production: what the person deleted in between is in the answer, and nothing unasked."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from privity.desk import main
from privity.desk.audit.acts import Act
from privity.desk.console.legal_desk import legal_desk_of
from privity.desk.errors import EvidenceDamaged, HubMisbehaved
from privity.desk.legal.collecting import asking, capabilities
from privity.desk.legal.collecting import service as collecting
from privity.desk.legal.collecting.capabilities import Collector, Field
from privity.desk.legal.collecting.loop import Collecting
from privity.desk.legal.collecting.model import Answer, Line, Source
from privity.desk.legal.collecting.taking import CollectHub
from privity.desk.legal.kept import WithWhatWasKept, joined
from privity.desk.legal.requests import judging
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Outcome
from privity.desk.legal.requests.model import State as RequestState
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.snapshots import HubSnapshots
from privity.desk.legal.vault import preserving
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.custody import Holder
from privity.desk.legal.vault.errors import SharesWrong
from privity.desk.legal.vault.model import Asked, State
from privity.desk.legal.vault.preserving import Preserving
from privity.identity.pseudonyms import pseudonym
from privity.production.classes import Releasable
from privity.tlog.verifier_key import KeyKind, VerifierKey
from privity.wire.collect import CellKind, Collect, Collected, IdentifierKind
from privity.wire.inventory import TIMED, Of, Others
from tests.desk.conftest import Home
from tests.desk.legal.collecting.manifest_hub import AT_MS, LID, POT, ManifestHub, Value
from tests.desk.legal.requests.test_office import made, opened, with_an_office
from tests.desk.legal.rulebook.bases import PROFILE
from tests.desk.legal.vault.cellar import CLERK, PRESERVE, RELEASER, WARRANT, Cellar

KEY = b"k" * 32
HANDLE = "pot.collector"


@dataclass(slots=True)
class Hub(ManifestHub):
    """One that names others where it is asked to, as the real one does."""

    apart_ms: int | None = 0

    def _value(self, asked: Collect, one: Collector, column: Field, account: str) -> Value:
        if asked.named and column.of is None and column.others is Others.INSIDE:
            inside = f"a text that names {LID}"
            return base64.b64encode(inside.encode()).decode() if column.kind is CellKind.BYTES else inside
        if asked.named and column.of is None and column.others is Others.NAMED:
            return LID
        return ManifestHub._value(self, asked, one, column, account)

    def _own(self, asked: Collect, of: Of, account: str) -> Value:
        if asked.named and of is Of.PAIR:
            return f"{account} {LID}"
        return ManifestHub._own(self, asked, of, account)


@pytest.fixture
def cellar(tmp_path: Path) -> Iterator[Cellar]:
    cellar = Cellar.at(tmp_path)
    yield cellar
    cellar.db.close()


async def preserved(cellar: Cellar, hub: ManifestHub, **change: Any) -> int:
    """A hold that the desk took by itself; its number."""
    snapshots = HubSnapshots(cellar.db, hub, lambda: cellar.now_ms, cellar.random)
    work = Preserving(cellar.db, cellar.custody, cellar.rulebook, snapshots, lambda: cellar.now_ms, cellar.random)
    request = cellar.request(PRESERVE, **change)
    assert await work.step() == 2
    (hold,) = vault.of_request(cellar.db, request)
    assert hold.state is State.HELD
    return hold.number


def question(data_class: Releasable, **changes: object) -> Collect:
    fields: dict[str, object] = {"since_ms": AT_MS, "until_ms": AT_MS + 1} if data_class in TIMED else {}
    fields |= changes
    return Collect(data_class, IdentifierKind.HANDLE, HANDLE, KEY, **fields)  # type: ignore[arg-type]  # by name


def through(cellar: Cellar, hub: ManifestHub, request: int) -> WithWhatWasKept:
    return WithWhatWasKept(cellar.db, cellar.custody, hub, request, lambda: cellar.now_ms)


def collector(cellar: Cellar, hub: ManifestHub) -> Collecting:
    """The desk's own loop, as `main` wires it."""

    def with_kept(number: int, hub: CollectHub) -> CollectHub:
        return WithWhatWasKept(cellar.db, cellar.custody, hub, number, lambda: cellar.now_ms, cellar.shares)

    return Collecting(cellar.db, hub, cellar.keys.evidence, lambda: cellar.now_ms, cellar.random, with_kept)


def rows(answer: Collected) -> int:
    return sum(len(table.rows) for table in answer.tables)


OF_THE_HUB = [each for each in Releasable if capabilities.shipped().of(Source.HUB, each)]


async def case(cellar: Cellar, hub: ManifestHub) -> int:
    """A warrant to which what was preserved is released."""
    hold = await preserved(cellar, hub)
    request = cellar.scoped()
    cellar.released(cellar.hold(hold), request)
    return request


@pytest.mark.parametrize("data_class", OF_THE_HUB)
async def test_what_was_deleted_since_is_answered_as_the_hub_answered_then(
    cellar: Cellar, data_class: Releasable
) -> None:
    hub = Hub()
    then = await hub.collect(question(data_class))
    request = await case(cellar, hub)
    hub.known.clear()
    asked = question(data_class)
    found = await through(cellar, hub, request).collect(asked)
    assert found.account == POT
    assert [table.rows for table in found.tables] == [table.rows for table in then.tables]
    assert [table.withheld for table in found.tables] == [
        sum(each.others is Others.INSIDE for each in one.columns)
        for one in capabilities.shipped().of(Source.HUB, data_class)
    ]
    asking.check(asked, found, capabilities.shipped())
    assert LID not in str(found.tables)


async def test_what_is_there_still_is_not_there_twice(cellar: Cellar) -> None:
    hub = Hub()
    request = await case(cellar, hub)
    for data_class in OF_THE_HUB:
        live = await hub.collect(question(data_class))
        assert await through(cellar, hub, request).collect(question(data_class)) == live


async def test_others_are_named_by_the_key_of_the_collection_or_by_order(cellar: Cellar) -> None:
    hub = Hub()
    request = await case(cellar, hub)
    hub.known.clear()
    found = [await through(cellar, hub, request).collect(question(each)) for each in OF_THE_HUB]
    assert pseudonym(KEY, LID) in str(found)
    named = [await through(cellar, hub, request).collect(question(each, named=True)) for each in OF_THE_HUB]
    assert LID in str(named)


async def test_what_lies_outside_of_the_period_stays_behind(cellar: Cellar) -> None:
    hub = Hub()
    request = await case(cellar, hub)
    hub.known.clear()
    for data_class in TIMED & set(OF_THE_HUB):
        timed = [bool(one.at) for one in capabilities.shipped().of(Source.HUB, data_class)]
        asked = question(data_class, since_ms=AT_MS - 10, until_ms=AT_MS)
        found = await through(cellar, hub, request).collect(asked)
        assert [bool(table.rows) for table in found.tables if table.rows] == []
        assert any(timed)


async def test_a_hold_of_another_request_is_not_in_it(cellar: Cellar) -> None:
    hub = Hub()
    await case(cellar, hub)
    other = cellar.scoped(cellar.agency("DE").agency)
    hub.known.clear()
    found = await through(cellar, hub, other).collect(question(Releasable.SUBSCRIBER))
    assert (found.account, rows(found)) == (None, 0)
    assert cellar.said(Act.HOLD_READ) == []


async def test_each_file_that_goes_into_it_stands_in_the_log(cellar: Cellar) -> None:
    hub = Hub()
    request = await case(cellar, hub)
    await through(cellar, hub, request).collect(question(Releasable.SUBSCRIBER))
    read = cellar.said(Act.HOLD_READ)
    assert [(entry.who, entry.about, entry.said["data_class"]) for entry in read] == [
        ("desk", f"legal:{request}", "subscriber")
    ]


async def test_preservation_then_production(cellar: Cellar) -> None:
    """All the way: the desk keeps apart, the account goes, a warrant comes, and the desk collects what it kept."""
    hub = Hub()
    hold = await preserved(cellar, hub)
    hub.known.clear()
    cellar.pass_days(40)
    request = cellar.scoped()
    cellar.released(cellar.hold(hold), request)
    assert await collector(cellar, hub).step() == 1
    found = collecting.collected(cellar.db, cellar.keys.evidence, request)
    assert found.accounts == (POT,)
    assert set(OF_THE_HUB) - {Releasable.CONTENT_REPORTED} <= found.held
    assert len(cellar.said(Act.HOLD_READ)) == len(Releasable)
    cellar.until_day(91)
    assert cellar.state(hold) == State.SHREDDED


async def test_what_was_collected_before_the_hold_was_released_is_collected_once_more(cellar: Cellar) -> None:
    """The desk is quick: a request is collected half a minute after it was scoped."""
    hub = Hub()
    hold = await preserved(cellar, hub)
    hub.known.clear()
    work, request = collector(cellar, hub), cellar.scoped()
    assert await work.step() == 1
    assert collecting.collected(cellar.db, cellar.keys.evidence, request).accounts == ()
    cellar.bureau.now_ms += 1
    cellar.released(cellar.hold(hold), request)
    assert await work.step() == 1
    assert collecting.collected(cellar.db, cellar.keys.evidence, request).accounts == (POT,)
    assert cellar.moves(request)[-3:] == ["collected", "scoped", "collected"]


TIMES = [
    (one, before)
    for one in capabilities.shipped().collectors
    if one.store is Source.HUB
    for before in ("at", "begins", "ends")
    if getattr(one, before)
]


@pytest.mark.parametrize(("reads", "before"), TIMES, ids=[f"{one.table}-{before}" for one, before in TIMES])
def test_a_period_begins_and_ends_as_at_the_hub(reads: Collector, before: str) -> None:
    """To the millisecond: what `asking` refuses of a hub is not in it, and all else is."""
    since, until = AT_MS, AT_MS + 10
    asked = question(reads.data_class, since_ms=since, until_ms=until)
    full = Hub().answer(asked)
    (table,) = [each for each in full.tables if each.name == reads.table]
    at = [column.name for column in table.columns].index(getattr(reads, before))
    rows = [
        [*table.rows[0][:at], when, *table.rows[0][at + 1 :]]
        for when in (since - 1, since, since + 1, until, until + 1)
    ]
    kept = Answer(
        Line(reads.data_class, "handle", HANDLE, since, until),
        Source.HUB,
        "1.0",
        POT,
        AT_MS,
        [msgspec.structs.replace(table, rows=rows)],
    )
    empty = msgspec.structs.replace(full, tables=[msgspec.structs.replace(each, rows=[]) for each in full.tables])
    found = joined(asked, empty, kept)
    asking.check(asked, found, capabilities.shipped())
    (told,) = [each for each in found.tables if each.name == reads.table]
    inside = {"at": [since, since + 1], "begins": [since - 1, since, since + 1], "ends": [since + 1, until, until + 1]}
    assert [row[at] for row in told.rows] == inside[before]


async def test_a_configured_desk_does_all_of_it_by_itself(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `main` wires it, without the waits: kept apart, gone at the hub, released by a person, collected."""
    config = made(home, with_an_office(home))
    cellar, hub, stop = Cellar(opened(home, config), home.keys(), home.folder), Hub(), asyncio.Event()
    monkeypatch.setattr(main, "now_ms", lambda: cellar.now_ms)
    monkeypatch.setattr(main, "LOOK_S", 0.01)
    monkeypatch.setattr(preserving, "PAUSE_S", 0.01)
    kept, keys = cellar.request(PRESERVE), home.keys()
    log = VerifierKey.of(config.audit_name, KeyKind.ED25519, keys.audit)
    legal = legal_desk_of(config, keys, log, cellar.now_ms, cellar.random)
    loops = main._legal(cellar.db, hub, keys, legal, stop)  # type: ignore[arg-type]  # what it needs of a hub
    tasks = [asyncio.create_task(loop) for loop in loops]
    async with asyncio.timeout(60):
        while [hold.state for hold in vault.of_request(cellar.db, kept)] != [State.HELD]:
            await asyncio.sleep(0)
        (hold,) = vault.of_request(cellar.db, kept)
        hub.known.clear()
        request = cellar.filed(WARRANT)
        cellar.verified(request, cellar.agency().agency)
        cellar.judged(request, Outcome.ACCEPT)
        cellar.released(hold, request)
        while requests.of(cellar.db, request).state is not RequestState.COLLECTED:
            await asyncio.sleep(0)
    stop.set()
    await asyncio.gather(*tasks)
    assert collecting.collected(cellar.db, cellar.keys.evidence, request).accounts == (POT,)
    cellar.db.close()


async def test_a_target_is_one_account_also_in_classes_of_which_nothing_was_kept(cellar: Cellar) -> None:
    hub = Hub()
    hold = await preserved(cellar, hub, classes=["subscriber"])
    request = cellar.scoped()
    cellar.released(cellar.hold(hold), request)
    hub.known.clear()
    found = [await through(cellar, hub, request).collect(question(each)) for each in OF_THE_HUB]
    assert {one.account for one in found} == {POT}
    assert [one.data_class for one in found if rows(one)] == [Releasable.SUBSCRIBER]


async def test_two_people_are_not_joined_because_one_has_the_others_handle_now(cellar: Cellar) -> None:
    hub = Hub()
    request = await case(cellar, hub)
    hub.known[HANDLE] = LID
    with pytest.raises(HubMisbehaved):
        await through(cellar, hub, request).collect(question(Releasable.SUBSCRIBER))


async def test_what_cannot_be_opened_is_said_and_not_left_out(cellar: Cellar) -> None:
    hub = Hub()
    cellar.officers()
    request = await case(cellar, hub)
    with pytest.raises(EvidenceDamaged, match="have yet to hand in"):
        await through(cellar, hub, request).collect(question(Releasable.SUBSCRIBER))


async def test_what_two_officers_keep_is_collected_once_both_have_handed_in_their_shares(cellar: Cellar) -> None:
    """All classes of the case with one file for each officer; what they brought counts no more once it is collected."""
    hub = Hub()
    cellar.officers()
    request = await case(cellar, hub)
    hub.known.clear()
    (hold,) = vault.released_to(cellar.db, request)
    work = collector(cellar, hub)
    assert await work.step() == 0
    cellar.handed(request, hold.number, Holder.FIRST)
    cellar.bureau.now_ms += 60_000
    assert await work.step() == 0
    cellar.handed(request, hold.number, Holder.SECOND, RELEASER)
    cellar.bureau.now_ms += 60_000
    assert await work.step() == 1
    assert collecting.collected(cellar.db, cellar.keys.evidence, request).accounts == (POT,)
    awaited = vault.awaited(cellar.db, cellar.shares, request, hold.number, cellar.now_ms)
    assert awaited is not None and not awaited.whole
    target = Target("handle", HANDLE)
    for name in vault.names(cellar.db, cellar.custody, request, hold.number, target, cellar.now_ms):
        with pytest.raises(SharesWrong):
            cellar.read(request, hold.number, name, target)


async def test_a_case_that_was_narrowed_to_nothing_of_what_was_kept_waits_for_no_officer(cellar: Cellar) -> None:
    hub = Hub()
    cellar.officers()
    hold = await preserved(cellar, hub, classes=["subscriber"])
    request = cellar.scoped()
    cellar.released(cellar.hold(hold), request)
    work, key, now_ms = collector(cellar, hub), cellar.keys.evidence, cellar.now_ms
    assert await work.step() == 0
    made = judging.triage(cellar.db, key, Rules(cellar.rulebook, PROFILE), CLERK, request, now_ms, cellar.random)
    less = judging.narrower(judging.widest(cellar.db, made.number), classes=frozenset({Releasable.ACCOUNT_STATE}))
    ruling = Ruling(made.number, Outcome.NARROW, words="less is enough", scope=less)
    judging.judge(cellar.db, key, CLERK, request, ruling, now_ms, cellar.random)
    cellar.bureau.now_ms += 60_000
    assert await work.step() == 1
    assert cellar.said(Act.HOLD_READ) == []


async def test_a_desk_that_waits_for_officers_does_not_fill_the_log(cellar: Cellar) -> None:
    """It tries for as long as the request may be collected: that it waits is said once, and nothing was read."""
    hub = Hub()
    cellar.officers()
    request = await case(cellar, hub)
    work, before = collector(cellar, hub), len(cellar.said(*Act))
    for _ in range(50):
        assert await work.step() == 0
        cellar.bureau.now_ms += 120_000
    (entry,) = cellar.said(Act.LEGAL_NOT_COLLECTED)
    assert entry.about == f"legal:{request}" and len(cellar.said(*Act)) == before + 1


async def test_whom_nobody_knows_is_kept_like_anybody(cellar: Cellar) -> None:
    """The same files, without a row: neither receipt nor work tells that there is no such account."""
    there = await preserved(cellar, Hub())
    nobody = await preserved(cellar, Hub(known={}))
    names = [
        cellar.db.execute("SELECT name FROM legal_hold_file WHERE hold = ? ORDER BY 1", (hold,)).fetchall()
        for hold in (there, nobody)
    ]
    assert names[0] == names[1]
    assert len(names[0]) == len(Releasable)


async def test_a_request_without_a_time_is_about_all_until_today(cellar: Cellar) -> None:
    hub = Hub()
    asked = Asked(1, 1, Target("handle", HANDLE), tuple(Releasable), None, None)
    await HubSnapshots(cellar.db, hub, lambda: cellar.now_ms, cellar.random).snapshot(asked)
    ranges = {one.data_class: (one.since_ms, one.until_ms) for one in hub.asked}
    assert {ranges[each] for each in TIMED} == {(0, cellar.now_ms)}
    assert {ranges[each] for each in set(Releasable) - TIMED} == {(None, None)}
