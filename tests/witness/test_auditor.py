# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""With a hub's feed a witness cosigns only a map that grew: no leaf lost or replaced, no time that goes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from privity.keylog.audit import EMPTY, AuditState
from privity.keylog.prefix_tree import LEAF, insert
from privity.tlog.note import Signature
from privity.tlog.quorum import MAX_AHEAD_S
from privity.tlog.tree import completed_by, leaf_hash
from privity.witness import auditor as auditing
from privity.witness import feed as feeds
from privity.witness import key
from privity.witness.auditor import Auditor
from privity.witness.config import WatchedLog
from privity.witness.errors import AuditRefused, CatchingUp, FeedMissing, SizeConflict
from privity.witness.evidence import Kind, Pair
from privity.witness.limits import AHEAD
from privity.witness.state import StateFile
from privity.witness.watch import Watch
from tests.keylog.memory_log import MemoryLog
from tests.witness.running import NOW_S, Clock, asked, at_size, feeding, grown, log_key, running_witness, set_up


async def test_an_honest_log_is_audited_and_cosigned(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed, running_witness(tmp_path, WatchedLog(log_key(log), feed.url), clock=Clock()) as w:
        assert w.cosigned_s(await w.add(log, 0), log) == NOW_S
        assert feed.asked == [0, 1, 2]
        grown(log, 20)
        log.cut(NOW_S * 1000 + 99)
        assert w.cosigned_s(await w.add(log, 3), log) == NOW_S
        assert feed.asked == list(range(24))
        assert w.cosigned_s(await w.add(log, 24), log) == NOW_S
        assert feed.asked == list(range(24)), "what is audited is not fetched again"


async def test_a_restarted_auditor_goes_on_where_it_was(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed:
        watched = WatchedLog(log_key(log), feed.url)
        async with running_witness(tmp_path, watched, clock=Clock()) as w:
            await w.add(log, 0)
        async with running_witness(tmp_path, watched, clock=Clock()) as w:
            assert (await w.add(grown(log, 1), 3)).status == 200
        assert feed.asked == [0, 1, 2, 3]


def lose_a_leaf(log: MemoryLog) -> None:
    """The hub drops a key from the map, as if it had never been there."""
    rebuild(log, leaves(log)[1:])


def replace_a_leaf(log: MemoryLog) -> None:
    """The hub puts another value where a person's key was."""
    (out, _), *others = leaves(log)
    rebuild(log, [(out, bytes(32)), *others])


def antedate_a_leaf(log: MemoryLog) -> None:
    """The hub slips a new leaf in among those of before: nobody would see that it appeared now."""
    rebuild(log, sorted([*leaves(log), (b"\x55" * 32, b"\x66" * 32)]))


def leaves(log: MemoryLog) -> list[tuple[bytes, bytes]]:
    return sorted((node[1:33], node[33:]) for node in log.nodes.values() if node[:1] == LEAF)


def rebuild(log: MemoryLog, kept: list[tuple[bytes, bytes]]) -> None:
    log.nodes = {}
    log.nodes.update(insert(log.nodes, kept).changes)


@pytest.mark.parametrize("cheat", [lose_a_leaf, replace_a_leaf, antedate_a_leaf])
@pytest.mark.parametrize("feed_is", ["of the changed map", "of the map as it was"])
async def test_a_map_that_did_not_only_grow_is_refused(
    tmp_path: Path, cheat: Callable[[MemoryLog], None], feed_is: str
) -> None:
    log = grown(MemoryLog(), 4)
    async with feeding(log) as feed, running_witness(tmp_path, WatchedLog(log_key(log), feed.url), clock=Clock()) as w:
        await w.add(log, 0)
        honest = grown(log.fork(), 1)
        cheat(log)
        grown(log, 1)
        assert at_size(log).root != at_size(honest).root
        if feed_is == "of the map as it was":
            feed.instead[4] = lambda: web.Response(body=honest.updates[4].encode())
        answer = await w.add(log, 4)
        assert (answer.status, answer.name) == (422, "AuditRefused")
        assert ("WrongHead" if feed_is == "of the map as it was" else "WrongOldRoot") in answer.body.decode()
        (pair,) = msgspec.json.decode((await w.evidence(log)).body, type=list[Pair])
        assert pair.kind is Kind.AUDIT_REFUSED
        assert f"\n{log.size}\n" in pair.second
        feed.instead[4] = lambda: web.Response(body=honest.updates[4].encode())
        assert w.cosigned_s(await w.add(honest, 4), honest) == NOW_S


async def test_a_plain_witness_would_not_have_noticed(tmp_path: Path) -> None:
    """The log itself is consistent: this is what the audit is for."""
    log = grown(MemoryLog(), 4)
    async with running_witness(tmp_path, WatchedLog(log_key(log), None), clock=Clock()) as w:
        await w.add(log, 0)
        lose_a_leaf(log)
        assert (await w.add(grown(log, 1), 4)).status == 200


async def test_a_leaf_that_appears_again_is_refused(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 2)
    async with feeding(log) as feed, running_witness(tmp_path, WatchedLog(log_key(log), feed.url), clock=Clock()) as w:
        await w.add(log, 0)
        grown(log, 1)
        again = replace(log.updates[2], added=log.updates[0].added)
        feed.instead[2] = lambda: web.Response(body=again.encode())
        answer = await w.add(log, 2)
        assert (answer.status, answer.name) == (422, "AuditRefused")


async def test_an_entry_that_is_not_the_audited_one_is_refused(tmp_path: Path) -> None:
    """The log tree has an entry with another root than the one that the feed leads to."""
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed, running_witness(tmp_path, WatchedLog(log_key(log), feed.url), clock=Clock()) as w:
        await w.add(log, 0)
        grown(log, 1)
        made_up = leaf_hash(bytes(40))
        completed = completed_by(log.node_at, 3, made_up)
        log._log_nodes.update({(level, index): found for level, index, found in completed})
        answer = await w.add(log, 3)
        assert (answer.status, answer.name) == (422, "AuditRefused")
        assert "WrongHead" in answer.body.decode()


async def test_a_time_that_goes_back_is_refused(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed, running_witness(tmp_path, WatchedLog(log_key(log), feed.url), clock=Clock()) as w:
        await w.add(log, 0)
        log.put(b"u:x", b"antedated")
        log.cut(NOW_S * 1000 - 1)
        answer = await w.add(log, 3)
        assert (answer.status, answer.name) == (422, "AuditRefused")
        assert "TimeWentBack" in answer.body.decode()


async def test_an_epoch_from_the_future_waits_until_its_time_has_come(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 1)
    clock = Clock()
    log.cut((NOW_S + MAX_AHEAD_S + 7) * 1000)
    async with feeding(log) as feed, running_witness(tmp_path, WatchedLog(log_key(log), feed.url), clock=clock) as w:
        answer = await w.add(log, 0)
        assert (answer.status, answer.name) == (422, "DatedAhead")
        assert msgspec.json.decode((await w.evidence(log)).body) == []
        clock.now_s += 7
        assert w.cosigned_s(await w.add(log, 0), log) == NOW_S + 7


@pytest.mark.parametrize(
    ("what", "shown", "name"),
    [
        ("nothing", lambda: web.Response(status=404), "FeedMissing"),
        ("an error", lambda: web.Response(status=500), "FeedMissing"),
        ("the way to somebody else", lambda: web.Response(status=302, headers={"Location": "/0"}), "FeedMissing"),
        ("more than an epoch", lambda: web.Response(body=b"x" * 2000), "FeedMissing"),
        ("no update", lambda: web.Response(body=b"x"), "AuditRefused"),
        ("nothing at all", lambda: web.Response(), "AuditRefused"),
    ],
)
async def test_a_feed_that_does_not_show_an_epoch_is_no_reason_to_trust(
    tmp_path: Path, what: str, shown: Callable[[], web.Response], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MAX_UPDATE", 1000)
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed, running_witness(tmp_path, WatchedLog(log_key(log), feed.url), clock=Clock()) as w:
        feed.instead[1] = shown
        answer = await w.add(log, 0)
        assert (answer.status, answer.name) == (422, name), what
        assert (await w.checkpoint(log)).status == 404
        del feed.instead[1]
        assert (await w.add(log, 0)).status == 200, "it was the feed and not the log"


async def test_a_hub_that_is_not_there_is_no_reason_to_trust(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 1)
    async with feeding(log) as feed:
        url = feed.url
    async with running_witness(tmp_path, WatchedLog(log_key(log), url), clock=Clock()) as w:
        answer = await w.add(log, 0)
        assert (answer.status, answer.name) == (422, "FeedMissing")


async def test_a_witness_that_becomes_an_auditor_audits_from_the_first_epoch(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 4)
    lost = log.fork()
    async with running_witness(tmp_path, WatchedLog(log_key(log), None), clock=Clock()) as w:
        await w.add(log, 0)
    lose_a_leaf(lost)
    grown(lost, 1)
    grown(log, 1)
    toml = tmp_path / "witness.toml"
    async with feeding(log) as feed:
        toml.write_text(f'{toml.read_text()}hub_url = "{feed.url}"\n')
        async with running_witness(tmp_path, clock=Clock()) as w:
            assert (await w.add(lost, 4)).name == "AuditRefused"
            assert (await w.add(log, 4)).status == 200
            assert set(feed.asked) == set(range(5))


async def test_a_hub_that_asks_for_a_pause_gets_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = grown(MemoryLog(), 3)
    monkeypatch.setattr(feeds, "TRIES", 2)
    async with feeding(log) as feed, running_witness(tmp_path, WatchedLog(log_key(log), feed.url), clock=Clock()) as w:

        def too_fast_once() -> web.Response:
            del feed.instead[1]
            return web.Response(status=429, headers={"Retry-After": "0"})

        feed.instead[1] = too_fast_once
        assert w.cosigned_s(await w.add(log, 0), log) == NOW_S
        assert sorted(feed.asked) == [0, 1, 1, 2]
        grown(log, 1)
        feed.instead[3] = lambda: web.Response(status=429, headers={"Retry-After": "0"})
        assert (await w.add(log, 3)).name == "FeedMissing"


class Shown:
    """A feed in memory; `hidden` epochs are missing, and none beyond `gate` are shown before it opens."""

    def __init__(self, log: MemoryLog, gate: int = 1 << 32) -> None:
        self.log = log
        self.hidden: set[int] = set()
        self.asked: list[int] = []
        self.gate = gate
        self.opened = asyncio.Event()

    async def update(self, index: int) -> bytes:
        self.asked.append(index)
        if index >= self.gate:
            await self.opened.wait()
        if index in self.hidden:
            raise FeedMissing(f"epoch {index} is hidden")
        return self.log.updates[index].encode()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that hardly wait."""
    monkeypatch.setattr(auditing, "AUDIT_S", 0.1)


async def refusal(auditor: Auditor, log: MemoryLog) -> CatchingUp:
    with pytest.raises(CatchingUp) as refused:
        await auditor.audit(EMPTY, at_size(log))
    return refused.value


@pytest.mark.usefixtures("impatient")
async def test_an_audit_that_takes_long_goes_on_between_requests() -> None:
    log = grown(MemoryLog(), AHEAD * 5 + 3)
    shown = Shown(log, gate=AHEAD * 2)
    auditor = Auditor(shown)
    for _ in range(2):
        with pytest.raises(CatchingUp, match=rf"\d+ of {log.size} epochs"):
            await auditor.audit(EMPTY, at_size(log))
    while f"{AHEAD * 2} of" not in str(await refusal(auditor, log)):  # a busy machine comes there later
        pass
    shown.opened.set()
    state = await caught_up(auditor, EMPTY, log)
    assert state.frontier.root() == at_size(log).root
    assert shown.asked == list(range(log.size)), "no epoch is fetched twice"


@pytest.mark.usefixtures("impatient")
async def test_a_log_that_grows_meanwhile_is_audited_to_its_new_end() -> None:
    log = grown(MemoryLog(), AHEAD)
    shown = Shown(log, gate=2)
    auditor = Auditor(shown)
    with pytest.raises(CatchingUp):
        await auditor.audit(EMPTY, at_size(log))
    grown(log, 3)
    shown.opened.set()
    assert (await caught_up(auditor, EMPTY, log)).frontier.root() == at_size(log).root
    assert shown.asked == list(range(AHEAD + 3))


@pytest.mark.usefixtures("impatient")
async def test_what_was_reached_is_dropped_when_it_was_false() -> None:
    """A feed that lied for a while does not keep the auditor from the truth afterwards."""
    log = grown(MemoryLog(), AHEAD * 3)
    shown = Shown(grown(MemoryLog(), AHEAD * 3, NOW_S + 9), gate=AHEAD)
    auditor = Auditor(shown)
    with pytest.raises(CatchingUp):
        await auditor.audit(EMPTY, at_size(log))
    shown.opened.set()
    with pytest.raises(AuditRefused, match="WrongHead"):
        await caught_up(auditor, EMPTY, log)
    shown.log = log
    assert (await caught_up(auditor, EMPTY, log)).frontier.root() == at_size(log).root


async def test_false_epochs_before_true_ones_are_asked_for_again() -> None:
    log = grown(MemoryLog(), AHEAD * 2)
    other = grown(MemoryLog(), AHEAD, NOW_S + 9)
    mixed = log.fork()
    mixed.updates[:AHEAD] = other.updates
    auditor = Auditor(Shown(mixed))
    for _ in range(2):
        with pytest.raises(AuditRefused, match=f"epoch {AHEAD}: WrongOldRoot|TimeWentBack"):
            await auditor.audit(EMPTY, at_size(log))
    mixed.updates[:AHEAD] = log.updates[:AHEAD]
    assert (await auditor.audit(EMPTY, at_size(log))).frontier.root() == at_size(log).root


@pytest.mark.usefixtures("impatient")
async def test_what_was_reached_is_never_taken_for_a_smaller_checkpoint() -> None:
    log = grown(MemoryLog(), AHEAD * 3)
    shown = Shown(log, gate=AHEAD)
    auditor = Auditor(shown)
    with pytest.raises(CatchingUp):
        await auditor.audit(EMPTY, at_size(log))
    shown.opened.set()
    state = await auditor.audit(EMPTY, at_size(log, 2))
    assert state.frontier.root() == at_size(log, 2).root


async def test_an_epoch_that_is_missing_does_not_cost_the_work_before_it() -> None:
    log = grown(MemoryLog(), AHEAD * 3)
    shown = Shown(log)
    shown.hidden = {AHEAD * 2 + 1}
    auditor = Auditor(shown)
    with pytest.raises(FeedMissing):
        await auditor.audit(EMPTY, at_size(log))
    shown.hidden, shown.asked = set(), []
    assert (await auditor.audit(EMPTY, at_size(log))).frontier.size == log.size
    assert shown.asked == list(range(AHEAD * 2 + 1, AHEAD * 3))


async def test_closing_stops_what_goes_on_between_requests(impatient: None) -> None:
    log = grown(MemoryLog(), 2)
    shown = Shown(log, gate=0)
    auditor = Auditor(shown)
    with pytest.raises(CatchingUp):
        await auditor.audit(EMPTY, at_size(log))
    before = asyncio.all_tasks()
    auditor.close()
    await asyncio.wait(before - {asyncio.current_task()}, timeout=60)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_request_that_came_during_an_audit_does_not_take_the_log_back(tmp_path: Path) -> None:
    """Both go on from size 3. Whichever is cosigned first, the other one finds the witness elsewhere."""
    log = grown(MemoryLog(), 5)
    own = set_up(tmp_path, WatchedLog(log_key(log), None))
    shown = Shown(log, gate=3)
    file, private = StateFile(tmp_path, log_key(log), own), key.read(tmp_path / "witness.key")
    watch = Watch(log_key(log), private, own, file, Auditor(shown), Clock())
    await watch.add(asked(log, 0, 3))
    both = [asyncio.create_task(watch.add(asked(log, 3, size))) for size in (5, 4)]
    async with asyncio.timeout(60):
        while len(shown.asked) == 3:
            await asyncio.sleep(0)
    shown.opened.set()
    first, second = await asyncio.gather(*both, return_exceptions=True)
    assert isinstance(first, Signature) and isinstance(second, SizeConflict)
    assert f"\n{second.size}\n".encode() in watch.latest().text
    assert second.size == 5 == file.read().head[0]


async def caught_up(auditor: Auditor, kept: AuditState, log: MemoryLog) -> AuditState:
    """The state in the end, over as many requests as it takes."""
    for _ in range(100):
        try:
            return await auditor.audit(kept, at_size(log))
        except CatchingUp:
            continue
    raise AssertionError("the audit does not come to an end")
