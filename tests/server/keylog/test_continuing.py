# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A log that lost its newest epochs takes them back from those who audited them, exactly, or writes nothing at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from privity.cosigners.at import WitnessAt
from privity.keylog.audit import AuditUpdate
from privity.keylog.verify import View
from privity.server.db.database import Tx
from privity.server.errors import (
    CannotContinue,
    ConfigInvalid,
    KeysInvalid,
    LogBehind,
    LogDamaged,
    LogForked,
    NeverSeen,
)
from privity.server.keylog import lost, publisher, queue, regained, store
from privity.server.keylog.model import origin_of
from privity.server.main import continue_log
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.note import SignedNote
from privity.tlog.quorum import Witness
from privity.witness.config import WatchedLog
from privity.witness.state import origin_hash
from tests import stores
from tests.server.core.conftest import Clock
from tests.server.core.people import HOST, NOW_MS, Person, connect
from tests.server.keylog.hubs import Hub, found, fresh, put, running
from tests.server.keylog.losing import (
    TREES,
    execute,
    keeping,
    lose,
    lost_after,
    newest,
    registering,
    rows,
    signed,
    take_back,
    updates,
)
from tests.server.keylog.test_witnesses import log_of
from tests.witness.running import Clock as WitnessClock
from tests.witness.running import running_witness


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeats without pauses that a test would have to sit out."""
    monkeypatch.setattr(publisher, "RETRY_S", (0.02, 0.05))
    monkeypatch.setattr(publisher, "GRACE_S", 0.2)
    monkeypatch.setattr(regained, "RETRY_S", 0.01)


async def test_what_is_taken_back_is_to_the_last_node_what_was_lost(tmp_path: Path, unused_tcp_port: int) -> None:
    """With a real witness that audits: nobody who watched sees anything but a log that goes on."""
    checked, clock = fresh(tmp_path / "home", unused_tcp_port), Clock()
    watched = WatchedLog(log_of(checked), f"http://127.0.0.1:{unused_tcp_port}")
    watch, alice, bobby = WitnessClock(), Person("alice"), Person("bobby")
    seen: list[View] = []

    async def before(hub: Hub) -> None:
        assert (await hub.post("/v1/accounts", alice.registration()))[0] == 200

    async def after(hub: Hub) -> None:
        assert (await hub.post("/v1/accounts", bobby.registration()))[0] == 200
        alice.devices.append(alice.new_device())
        alice.list = alice.next_list(alice.devices)
        assert (await put(await connect(hub.http, alice.device), alice.list.encode()))[0] == 200
        watch.now_s += 3_600
        await hub.heartbeat()
        seen.append(await hub.newest_view())

    async with running_witness(tmp_path / "witness", watched, clock=watch) as witness:
        witnesses = [WitnessAt(witness.key, True, witness.url)]
        await lose(checked, witnesses, clock, before=before, after=after)
        with pytest.raises(LogBehind, match="privity continue-log"):
            async with running(checked, clock=clock, witnesses=witnesses, quorum=1):
                pass
        assert len(rows(checked, "kl_evidence")["kl_evidence"]) == 1
        done = await take_back(checked, witnesses, clock)
        assert (done.size, done.epochs, done.published, done.lost) == (seen[0].size, 3, 0, 2)
        assert rows(checked, *TREES) == rows(newest(checked), *TREES)
        assert rows(checked, "kl_evidence") == {"kl_evidence": []}, "the log has an answer to it now"
        assert (await take_back(checked, witnesses, clock)).epochs == 0, "a second run finds nothing to do"

        async with running(checked, clock=clock, witnesses=witnesses, quorum=1) as hub:
            keys = hub.keys([Witness(witness.key, True)], 1)
            view = await hub.newest_view(keys, seen[0])
            assert view == seen[0], "readers see the checkpoint that they saw, under the cosignature that it had"
            dated = rows(newest(checked), "kl_entry")["kl_entry"]

            def bring(tx: Tx, person: Person, version: int) -> int | None:
                label = f"u:{person.user_uri}"
                return lost.take_back(tx, hub.context, label, version, person.list.encode())

            assert await hub.context.db.write(lambda tx: bring(tx, alice, 1)) == dated[-2][1]
            assert await hub.context.db.write(lambda tx: bring(tx, bobby, 0)) == dated[-3][1]
            assert await hub.context.db.write(lambda tx: bring(tx, bobby, 0)) is None
            carol, line = await hub.join("carol")
            for label, person in ((f"u:{one.user_uri}", one) for one in (alice, bobby, carol)):
                proven, _ = await found(hub, line, label, view, keys=keys)
                assert proven.value == person.list.encode() and proven.view.size > seen[0].size
        assert (await witness.get(f"/{origin_hash(origin_of(HOST))}/evidence")).body == b"[]"
    assert rows(checked, "kl_lost") == {"kl_lost": []}
    assert [row[:5] for row in rows(newest(checked), "kl_value")["kl_value"]] == [
        row[:5] for row in rows(checked, "kl_value")["kl_value"] if carol.user_uri not in str(row[0])
    ], "label, version, opening, value and commitment are what they were"


async def test_a_database_that_is_lost_altogether_is_made_again_from_the_keys_and_an_auditor(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice", "bobby"))
        stores.put_back(checked, None)
        done = await take_back(checked, [keeper.at()], clock)
        assert (done.size, done.epochs, done.lost) == (3, 3, 3)
        assert rows(checked, *TREES) == rows(newest(checked), *TREES)
        async with running(checked, clock=clock, witnesses=[keeper.at()], quorum=1) as hub:
            await hub.register("carol")
            assert (await hub.newest_view(hub.keys([Witness(keeper.key, True)], 1))).size > 3


async def test_what_waited_in_the_old_copy_and_was_published_since_takes_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One change with a random opening, as versions before this one queued them; both were on their way."""
    checked, clock = fresh(tmp_path), Clock()
    alice, bobby = Person("alice"), Person("bobby")

    async with keeping() as keeper:

        async def before(hub: Hub) -> None:
            keeper.instead = lambda asked: web.Response(status=503)
            monkeypatch.setattr(queue, "PUBLISH_WAIT_S", 0.3)
            monkeypatch.setattr(queue, "opening_of", lambda *version: b"r" * 16)
            for person in (alice, bobby):
                status, answer = await hub.post("/v1/accounts", person.registration())
                assert (status, answer["code"]) == (503, "keylog_delayed")
            monkeypatch.undo()
            assert await hub.context.db.read(store.prepared) is not None

        async def after(hub: Hub) -> None:
            keeper.instead = None
            for person in (alice, bobby):
                assert (await hub.post("/v1/accounts", person.registration()))[0] == 200
            await hub.register("carol")

        await lost_after(checked, keeper, clock, after, before)
        done = await take_back(checked, [keeper.at()], clock)
        assert (done.published, done.lost) == (2, 1)
        now, then = rows(checked), rows(newest(checked))
        assert (now["kl_change"], now["kl_prepared"], len(now["kl_lost"])) == ([], [], 1)
        assert set(now["kl_value"]) < set(then["kl_value"]) and set(now["device"]) < set(then["device"])
        async with running(checked, clock=clock, witnesses=[keeper.at()], quorum=1) as hub:
            line = await connect(hub.http, alice.device)
            proven, _ = await found(hub, line, f"u:{bobby.user_uri}")
            assert proven.value == bobby.list.encode()


async def test_what_waited_and_was_overtaken_falls_with_all_that_follows_it(tmp_path: Path) -> None:
    """The old copy has two lists of Alice in its queue; another one was published as the first of them."""
    checked, clock, alice = fresh(tmp_path), Clock(), Person("alice")
    registration = alice.registration()
    first = alice.list
    published = alice.next_list([*alice.devices, alice.new_device()])
    alice.list = first
    other = alice.next_list([*alice.devices, alice.new_device()])
    assert (other.version, published.version) == (1, 1)

    async def before(hub: Hub) -> None:
        assert (await hub.post("/v1/accounts", registration))[0] == 200

    async def after(hub: Hub) -> None:
        assert (await put(await connect(hub.http, alice.device), published.encode()))[0] == 200

    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, after, before)
        for version, value in ((1, other.encode()), (2, b"whatever follows")):
            execute(
                checked,
                "INSERT INTO kl_change (label, version, opening, value, queued_ms) VALUES (?, ?, ?, ?, 0)",
                *(f"u:{alice.user_uri}", version, b"o" * 16, value),
            )
        done = await take_back(checked, [keeper.at()], clock)
        assert (done.published, done.lost) == (0, 1)
        assert rows(checked, "kl_change") == {"kl_change": []}


# Auditors that lie, and auditors that stop


def _other_time(update: bytes) -> web.StreamResponse:
    opened = AuditUpdate.decode(update)
    return web.Response(body=replace(opened, timestamp_ms=opened.timestamp_ms + 1).encode())


def _other_value(update: bytes) -> web.StreamResponse:
    opened = AuditUpdate.decode(update)
    return web.Response(body=replace(opened, added=tuple((out, bytes(32)) for out, _ in opened.added)).encode())


def _other_place(update: bytes) -> web.StreamResponse:
    opened = AuditUpdate.decode(update)
    return web.Response(body=replace(opened, added=tuple((bytes(32), one) for _, one in opened.added)).encode())


def _no_leaf(update: bytes) -> web.StreamResponse:
    opened = AuditUpdate.decode(update)
    return web.Response(body=replace(opened, added=(), proof=replace(opened.proof, ends=(), hashes=())).encode())


def _cut_off(update: bytes) -> web.StreamResponse:
    return web.Response(body=update[:-1])


def _garbage(update: bytes) -> web.StreamResponse:
    return web.Response(body=b"\xff" * 300)


def _nothing_at_all(update: bytes) -> web.StreamResponse:
    return web.Response(body=b"")


def _endless(update: bytes) -> web.StreamResponse:
    return web.Response(body=bytes((8 << 20) + 1))


def _elsewhere(update: bytes) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": "http://127.0.0.1:1/"})


def _gone(update: bytes) -> web.StreamResponse:
    return web.Response(status=404)


def _busy(update: bytes) -> web.StreamResponse:
    return web.Response(status=503)


LIES = [
    *(_other_time, _other_value, _other_place, _no_leaf, _cut_off, _garbage, _nothing_at_all),
    *(_endless, _elsewhere, _gone, _busy),
]


async def test_an_auditor_that_lies_or_stops_gets_nothing_written_and_an_honest_one_beside_it_is_enough(
    tmp_path: Path,
) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping("liar.example") as liar, keeping("honest.example", b"h" * 32) as honest:
        await lost_after(checked, liar, clock, registering("alice", "bobby", "carol"))
        before = rows(checked)
        for lie in LIES:
            for at in (1, 2, 3):
                liar.bent = {at: lie}
                with pytest.raises(CannotContinue, match="liar"):
                    await take_back(checked, [liar.at()], clock)
        liar.bent = {}
        liar.updates = liar.updates[:-1]
        with pytest.raises(CannotContinue, match=r"an epoch 3 .* does not keep epoch 3"):
            await take_back(checked, [liar.at()], clock)
        with pytest.raises(CannotContinue, match="none of the configured witnesses audits"):
            await take_back(checked, [liar.at(audits=False)], clock)
        assert rows(checked) == before, "nothing was written"
        assert not [name for name in checked.data.iterdir() if name.name.startswith("tmp")], "nothing was left behind"

        honest.updates, honest.newest = updates(newest(checked)), liar.newest
        liar.updates = honest.updates
        for lie in LIES:
            stores.put_back(checked, before)
            liar.bent = {1: lie}
            assert (await take_back(checked, [liar.at(), honest.at()], clock)).epochs == 3
            assert rows(checked, *TREES) == rows(newest(checked), *TREES)


async def test_an_auditor_that_does_not_answer_is_asked_again(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice", "bobby"))

        def once(update: bytes) -> web.StreamResponse:
            keeper.bent = {}
            return web.Response(status=503)

        keeper.bent = {2: once}
        assert (await take_back(checked, [keeper.at()], clock)).epochs == 2
        assert sorted(keeper.asked_for) == [1, 2, 2]


async def test_a_witness_that_does_not_say_what_it_has_seen_holds_everything_up(tmp_path: Path) -> None:
    """It may have seen more: a log that goes on below that would fork."""
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper, keeping("other.example", b"o" * 32) as other:
        await lost_after(checked, keeper, clock, registering("alice"))
        before = rows(checked)
        away = replace(other.at(), url="http://127.0.0.1:1")
        with pytest.raises(CannotContinue, match=r"other\.example .*Unreachable"):
            await take_back(checked, [keeper.at(), away], clock)
        with pytest.raises(NeverSeen, match="no witness is configured"):
            await take_back(checked, [], clock)
        with pytest.raises(NeverSeen, match="no witness is configured"):
            await take_back(checked, [other.at()], clock)
        other.newest = sign_checkpoint(b"z" * 32, Checkpoint(origin_of(HOST), 99, b"r" * 32)).encode()
        with pytest.raises(CannotContinue, match=r"other\.example: .*keys"):
            await take_back(checked, [keeper.at(), other.at()], clock)
        assert rows(checked) == before


# Forks


@pytest.mark.parametrize("size", [1, 2, 3, 4])
async def test_two_histories_are_evidence_and_never_continued(tmp_path: Path, size: int) -> None:
    """Another root below, at and above what the database has, and of the newest size."""
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper, keeping("other.example", b"o" * 32) as other:
        await lost_after(checked, keeper, clock, registering("bobby", "carol"), registering("alice"))
        before = rows(checked)
        other.newest = signed(checked, size, b"r" * 32)
        with pytest.raises(LogForked, match="two histories"):
            await take_back(checked, [keeper.at(), other.at(audits=False)], clock)
        after = rows(checked)
        notes = [row[1] for row in after.pop("kl_evidence")]
        assert other.newest in notes and len(notes) == 2
        assert all(after[name] == before[name] for name in after if name != "sqlite_sequence")
        other.newest = None
        with pytest.raises(LogForked):
            await take_back(checked, [keeper.at(), other.at()], clock)


async def test_an_old_copy_that_went_on_alone_is_not_continued(tmp_path: Path) -> None:
    """It signed epochs of its own, which nobody audited, under the numbers of those that were lost."""
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice", "bobby", "carol"))
        async with running(checked, clock=clock) as hub:
            await hub.register("dora")
        before = rows(checked)
        with pytest.raises(CannotContinue, match="WrongOldRoot"):
            await take_back(checked, [keeper.at()], clock)
        assert rows(checked) == before


async def test_an_epoch_on_its_way_that_is_not_the_published_one_is_a_fork(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice", "bobby"))
        clock.now += 5
        async with keeping("silent.example", b"s" * 32) as silent:
            silent.instead = lambda asked: web.Response(status=503)
            async with running(checked, clock=clock, witnesses=[silent.at()], quorum=1) as hub:
                monkeypatch.setattr(queue, "PUBLISH_WAIT_S", 0.3)
                assert (await hub.post("/v1/accounts", Person("dora").registration()))[0] == 503
                assert await hub.context.db.read(store.prepared) is not None
        with pytest.raises(LogForked, match="on its way"):
            await take_back(checked, [keeper.at()], clock)
        assert len(rows(checked, "kl_evidence")["kl_evidence"]) == 2


# Keys, damage


@pytest.mark.parametrize("name", ["log.key", "vrf.key"])
async def test_keys_of_another_hub_take_nothing_back(tmp_path: Path, name: str) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("alice"))
        (checked.keys / name).write_bytes(b"o" * 32)
        before = rows(checked)
        with pytest.raises(KeysInvalid, match=name):
            await take_back(checked, [keeper.at()], clock)
        assert rows(checked) == before
        stores.put_back(checked, None)
        with pytest.raises((KeysInvalid, CannotContinue), match="key"):
            await take_back(checked, [keeper.at()], clock)
        assert rows(checked, *TREES) == {table: [] for table in TREES}
        (checked.keys / name).unlink()
        with pytest.raises(KeysInvalid, match=name):
            continue_log(checked.data.parent / "privity.toml", lambda what, done, total: None)
        assert not (checked.keys / name).exists(), "a lost key is not made up anew"


DAMAGE: dict[str, tuple[str, *tuple[bytes, ...]]] = {
    "the map": ("DELETE FROM kl_prefix_node",),
    "all of the map but its root": ("DELETE FROM kl_prefix_node WHERE path <> ?", b"\0\0"),
    "the nodes of the log": ("DELETE FROM kl_log_node",),
    "the newest entry": ("DELETE FROM kl_entry WHERE idx = 1",),
}


@pytest.mark.parametrize("what", DAMAGE)
async def test_a_damaged_copy_is_named_and_not_written_to(tmp_path: Path, what: str) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper:
        await lost_after(checked, keeper, clock, registering("bobby"), registering("alice"))
        execute(checked, *DAMAGE[what])
        before = rows(checked)
        with pytest.raises(LogDamaged):
            await take_back(checked, [keeper.at()], clock)
        assert rows(checked) == before


# The hub afterwards


async def test_a_witness_that_stands_between_the_copy_and_the_newest_is_known_though_no_note_is(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper, keeping("late.example", b"l" * 32) as late:

        async def after(hub: Hub) -> None:
            await hub.register("alice")
            late.newest = keeper.newest
            await hub.register("bobby")
            await hub.register("carol")

        await lost_after(checked, keeper, clock, after)
        assert (await take_back(checked, [keeper.at(), late.at()], clock)).epochs == 3
        assert [row[0] for row in rows(checked, "kl_checkpoint")["kl_checkpoint"]] == [1, 4]
        both = [keeper.at(), late.at()]
        async with running(checked, clock=clock, witnesses=both, quorum=2) as hub:
            keys = hub.keys([Witness(keeper.key, True), Witness(late.key, True)], 2)
            await hub.register("dora")
            assert (await hub.newest_view(keys)).size >= 5


async def test_an_epoch_is_cut_at_once_when_readers_would_not_believe_the_newest(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper, keeping("other.example", b"o" * 32) as other:
        await lost_after(checked, keeper, clock, registering("alice"))
        async with running(checked, clock=clock) as hub:
            assert (await hub.newest_view()).size == 1
        note = SignedNote.decode(keeper.newest or b"")
        keeper.newest = SignedNote(note.text, note.signatures[:1]).encode()  # as a witness of before shows it
        assert (await take_back(checked, [keeper.at()], clock)).epochs == 1
        async with running(checked, clock=clock, witnesses=[keeper.at(), other.at()], quorum=2) as hub:
            keys = hub.keys([Witness(keeper.key, True), Witness(other.key, True)], 2)
            async with asyncio.timeout(60):
                next_epoch = hub.context.epochs.next_change()
                while await hub.context.db.read(store.size) == 2:
                    await next_epoch
                    next_epoch = hub.context.epochs.next_change()
            assert (await hub.newest_view(keys)).size == 3


async def test_a_witness_that_no_reader_could_configure_beside_the_log_stops_the_hub_by_name(tmp_path: Path) -> None:
    async with keeping(origin_of(HOST)) as keeper:
        with pytest.raises(ConfigInvalid, match="witness"):
            async with running(fresh(tmp_path), witnesses=[keeper.at()], quorum=1):
                pass


async def test_every_cosignature_on_the_newest_is_put_under_it_and_a_false_one_is_not(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with keeping() as keeper, keeping("two.example", b"t" * 32) as two, keeping("bad.example", b"b" * 32) as bad:
        await lost_after(checked, keeper, clock, registering("alice"))
        note = SignedNote.decode(keeper.newest or b"")
        for one, text in ((keeper, note.text), (two, note.text), (bad, b"another\n")):
            cosignature = cosign(one.private, one.name, text, NOW_MS // 1000)
            one.newest = SignedNote(note.text, (*note.signatures, cosignature)).encode()
        everybody = [keeper.at(), two.at(), bad.at()]
        assert (await take_back(checked, everybody, clock)).epochs == 1
        kept = SignedNote.decode(rows(checked, "kl_checkpoint")["kl_checkpoint"][-1][1])
        assert [signature.name for signature in kept.signatures] == [origin_of(HOST), "keeper.example", "two.example"]
