# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an auditor keeps: the bytes that it audited and cosigned, for everybody, within bounds, and nothing else."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web

from privity.keylog.audit import EMPTY, AuditUpdate, audit, check_head
from privity.witness import auditor as auditing
from privity.witness import kept
from privity.witness.config import FILE, WatchedLog
from privity.witness.errors import CannotKeep
from privity.witness.kept import DAY_MS, KeptUpdates
from privity.witness.limits import AHEAD
from privity.witness.state import LogState, StateFile, origin_hash
from tests.keylog.memory_log import MemoryLog
from tests.witness.keeping import audited_by, caught_up, database, numbers, shown, truth, update
from tests.witness.running import NOW_S, Clock, at_size, feeding, grown, log_key, running_witness


async def test_what_was_audited_is_shown_byte_for_byte_and_leads_to_the_checkpoint(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        await w.add(log, 0)
        grown(log, AHEAD + 2)
        log.cut(NOW_S * 1000 + 99)
        assert (await w.add(log, 3)).status == 200
        updates = [body for body in await shown(w, log, log.size) if body is not None]
        for number, body in enumerate(updates):
            async with w.session.get(f"{feed.url}/v1/keylog/audit/{number}") as response:
                assert body == await response.read()
    state = EMPTY
    for body in updates:
        state = audit(state, AuditUpdate.decode(body))
    check_head(state, at_size(log))


async def test_nothing_beyond_what_was_cosigned_is_shown(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 5)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        assert await shown(w, log, 5) == [None] * 5
        await w.add(log, 0, 3)
        assert await shown(w, log, 6) == [*truth(log)[:3], None, None, None]
        assert await update(w, log, 10**15 - 1) is None
        for strange in ("-1", "1.0", "x", "", str(10**15), "%00", "0/.."):
            answer = await w.get(f"/{origin_hash(log.origin)}/audit/{strange}")
            assert (answer.status, answer.body) == (404, b"the request ended with HTTP status 404\n"), strange


async def test_each_log_has_its_own_updates(tmp_path: Path) -> None:
    one, other = grown(MemoryLog(), 2), grown(MemoryLog("other.example", seed=2), 3)
    async with feeding(one) as first, feeding(other) as second:
        logs = audited_by(one, first), audited_by(other, second)
        async with running_witness(tmp_path, *logs, clock=Clock()) as w:
            await w.add(one, 0)
            assert await shown(w, other, 3) == [None] * 3
            await w.add(other, 0)
            assert await shown(w, one, 3) == [*truth(one), None]
            assert await shown(w, other, 3) == truth(other)
            answer = await w.get(f"/{origin_hash('third.example/keylog')}/audit/0")
            assert (answer.status, answer.name) == (404, "UnknownLog")


async def test_a_plain_witness_has_nothing_to_show(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 2)
    async with running_witness(tmp_path, WatchedLog(log_key(log), None), clock=Clock()) as w:
        await w.add(log, 0)
        assert await shown(w, log, 2) == [None, None]
    assert not database(tmp_path, log).exists()


async def test_epochs_of_a_refused_checkpoint_are_not_shown_and_never_stand_in_for_true_ones(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 2)
    async with feeding(log) as feed:
        async with running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
            await w.add(log, 0)
            lie = grown(log.fork(), 4, NOW_S + 9)
            feed.log = lie
            grown(log, 4)
            assert (await w.add(log, 2)).name == "AuditRefused"
            assert numbers(tmp_path, log) == list(range(6)), "the lie was audited, and waits"
            assert await shown(w, log, 6) == [*truth(log)[:2], *[None] * 4]
            feed.log = log
            feed.instead[3] = lambda: web.Response(status=404)
            assert (await w.add(log, 2)).name == "FeedMissing"
            assert numbers(tmp_path, log) == [0, 1, 2], "what waited beyond the truth is gone"
            assert await shown(w, log, 6) == [*truth(log)[:2], *[None] * 4]
            feed.instead.clear()
            assert (await w.add(log, 2, 3)).status == 200
            assert numbers(tmp_path, log) == [0, 1, 2]
            assert (await w.add(log, 3)).status == 200
            assert await shown(w, log, 6) == truth(log)
        async with running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
            assert await shown(w, log, 6) == truth(log)


async def test_a_lie_that_waits_is_not_shown_after_a_restart_without_an_audit(tmp_path: Path) -> None:
    """The witness cosigns as a plain one meanwhile: beyond what it audited it has nothing to show."""
    log = grown(MemoryLog(), 2)
    async with feeding(log) as feed:
        async with running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
            await w.add(log, 0)
            feed.log = grown(log.fork(), 2, NOW_S + 9)
            assert (await w.add(grown(log, 2), 2)).name == "AuditRefused"
        toml = tmp_path / FILE
        audits = toml.read_text()
        toml.write_text(audits.replace("hub_url", "# hub_url"))
        async with running_witness(tmp_path, clock=Clock()) as w:
            assert numbers(tmp_path, log) == [0, 1]
            assert (await w.add(log, 2)).status == 200
            assert await shown(w, log, 4) == [*truth(log)[:2], None, None]
        toml.write_text(audits)
        feed.log = log
        async with running_witness(tmp_path, clock=Clock()) as w:
            assert await shown(w, log, 4) == [*truth(log)[:2], None, None]
            assert (await w.add(grown(log, 1), 4)).status == 200
            assert await shown(w, log, 5) == truth(log)


async def test_an_epoch_of_the_end_of_time_waits_like_any_other(tmp_path: Path) -> None:
    """SQLite has no number for its date. Nor does its date make what is kept old."""
    log = grown(MemoryLog(), 2)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        await w.add(log, 0)
        far = log.fork()
        far.cut((1 << 64) - 1)
        feed.log = far
        answer = await w.add(far, 2)
        assert (answer.status, answer.name) == (422, "DatedAhead")
        assert numbers(tmp_path, log) == [0, 1, 2]
        assert await shown(w, log, 3) == [*truth(log), None]
        feed.log = grown(log, 1)
        assert (await w.add(log, 2)).status == 200
        assert await shown(w, log, 3) == truth(log)


async def test_the_update_is_on_the_disk_before_the_state_and_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = grown(MemoryLog(), 3)
    seen: list[list[int]] = []
    written = StateFile.write

    def write(self: StateFile, state: LogState) -> None:
        if state.note is not None:
            seen.append(numbers(tmp_path, log))
        written(self, state)

    monkeypatch.setattr(StateFile, "write", write)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        await w.add(log, 0, 1)
        await w.add(log, 1)
    assert seen == [[0], [0, 1, 2]]


def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    with closing(kept._opened(tmp_path / "updates.db")) as db:
        assert stat.S_IMODE((tmp_path / "updates.db").stat().st_mode) == 0o600
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("keep_days", [1, 30])
async def test_what_is_older_than_it_is_kept_is_really_deleted(tmp_path: Path, keep_days: int) -> None:
    log, clock = grown(MemoryLog(), 100), Clock()
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed, keep_days), clock=clock) as w:
        await caught_up(w, log, 0)
        flush(tmp_path, log)
        before = database(tmp_path, log).stat().st_size
        clock.now_s += keep_days * 86400
        log.cut(NOW_S * 1000 + 90 + keep_days * DAY_MS)
        assert (await w.add(log, 100)).status == 200
        assert await shown(w, log, 101) == [*[None] * 90, *truth(log)[90:]]
        assert numbers(tmp_path, log) == list(range(90, 101))
        flush(tmp_path, log)
        file = database(tmp_path, log).read_bytes()
        assert len(file) < before / 3, "the room is given back"
        commitments = [each.added[0][1] for each in log.updates[:100]]
        assert [number for number, found in enumerate(commitments) if found in file] == list(range(90, 100))


async def test_what_is_kept_for_longer_than_there_was_a_calendar_is_kept(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 2)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed, 1 << 60), clock=Clock()) as w:
        assert (await w.add(log, 0)).status == 200
        assert await shown(w, log, 2) == truth(log)


async def test_no_more_bytes_are_kept_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = grown(MemoryLog(), 60)
    most = sum(len(body) for body in truth(log)[40:]) + 5
    monkeypatch.setattr(kept, "MAX_KEPT", most)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        await caught_up(w, log, 0)
        assert await shown(w, log, 60) == [*[None] * 40, *truth(log)[40:]]
        await w.add(grown(log, 1), 60)
        first = numbers(tmp_path, log)[0]
        bodies = truth(log)
        assert sum(map(len, bodies[first:])) <= most < sum(map(len, bodies[first - 1 :]))
        assert await shown(w, log, 61) == [*[None] * first, *bodies[first:]]


async def test_what_waits_is_bounded_and_costs_nothing_that_was_cosigned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feed that shows more and more of another history fills no disk and pushes nothing out."""
    log = grown(MemoryLog(), 10)
    lie = grown(log.fork(), 100, NOW_S + 9)
    most = sum(map(len, truth(log)))
    monkeypatch.setattr(kept, "MAX_KEPT", most)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        await w.add(log, 0)
        feed.log = lie
        grown(log, 100)
        answer = await w.add(log, 10)
        while answer.name == "CatchingUp":
            answer = await w.add(log, 10)
        assert answer.name == "AuditRefused"
        waiting = [len(body) for body in truth(lie)[10:]]
        in_file = numbers(tmp_path, log)
        assert in_file[:10] == list(range(10)) and in_file[-1] == 109
        assert sum(waiting[number - 10] for number in in_file[10:]) <= most < sum(waiting)
        assert await shown(w, log, 10) == truth(log)[:10]


async def test_a_log_whose_updates_are_not_to_be_kept_any_more_loses_them(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed:
        async with running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
            await w.add(log, 0)
        toml = tmp_path / FILE
        text = toml.read_text()
        toml.write_text(f"{text}keep_days = 0\n")
        async with running_witness(tmp_path, clock=Clock()) as w:
            assert await shown(w, log, 3) == [None] * 3
            assert not list(database(tmp_path, log).parent.glob("updates*"))
            assert (await w.add(grown(log, 1), 3)).status == 200
            assert await shown(w, log, 4) == [None] * 4
            assert not database(tmp_path, log).exists()
        toml.write_text(text)
        async with running_witness(tmp_path, clock=Clock()) as w:
            assert (await w.add(grown(log, 1), 4)).status == 200
            assert await shown(w, log, 5) == [*[None] * 4, truth(log)[4]]


async def test_a_log_that_is_audited_no_more_still_shows_what_was(tmp_path: Path) -> None:
    """When a hub is gone its auditor's owner may well take its URL out of the configuration."""
    log = grown(MemoryLog(), 3)
    async with feeding(log) as feed:
        async with running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
            await w.add(log, 0)
        toml = tmp_path / FILE
        toml.write_text(toml.read_text().replace("hub_url", "# hub_url"))
        async with running_witness(tmp_path, clock=Clock()) as w:
            assert await shown(w, log, 3) == truth(log)


def test_after_it_was_closed_nothing_is_kept(tmp_path: Path) -> None:
    """A thread that still audits when the process stops must not write into a folder that is another's by then."""
    log = grown(MemoryLog(), 2)
    for before in (0, 1):
        updates = KeptUpdates(tmp_path / str(before), log.origin, 30)
        (tmp_path / str(before)).mkdir()
        for number in range(before):
            updates.put(number, NOW_S * 1000, truth(log)[number])
        updates.close()
        with pytest.raises(CannotKeep):
            updates.put(before, NOW_S * 1000, truth(log)[before])
        assert (tmp_path / str(before) / "updates.db").exists() == bool(before)


async def test_strangers_who_ask_for_very_much_keep_no_audit_waiting(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 40)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        await caught_up(w, log, 0)
        asking = [asyncio.create_task(update(w, log, number % 50)) for number in range(300)]
        assert (await w.add(grown(log, 9), 40)).status == 200
        found = await asyncio.gather(*asking)
        bodies = [*truth(log), None]
        assert all(body in (None, bodies[number % 50]) for number, body in enumerate(found))
        assert all(body == bodies[number % 50] for number, body in enumerate(found) if number % 50 < 40)


@pytest.mark.usefixtures("impatient")
async def test_what_is_audited_between_requests_is_kept_and_shown_once_it_is_cosigned(tmp_path: Path) -> None:
    log = grown(MemoryLog(), 3 * AHEAD)
    async with feeding(log) as feed, running_witness(tmp_path, audited_by(log, feed), clock=Clock()) as w:
        assert (await w.add(log, 0)).name == "CatchingUp"
        assert await shown(w, log, 3) == [None] * 3
        await caught_up(w, log, 0)
        assert await shown(w, log, log.size) == truth(log)
        assert sorted(feed.asked) == list(range(log.size))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that do not wait for an audit at all."""
    monkeypatch.setattr(auditing, "AUDIT_S", 0.0)


def flush(folder: Path, log: MemoryLog) -> None:
    """What SQLite still has beside its file goes into it."""
    with closing(sqlite3.connect(database(folder, log))) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
