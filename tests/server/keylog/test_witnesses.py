# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Those who watch the log: honest ones, absent ones, ones that lie, and ones that know more than the hub."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from privity.cosigners.at import WitnessAt
from privity.keylog.verify import LogKeys
from privity.server import config
from privity.server.config import HubConfig
from privity.server.errors import ConfigInvalid, KeysInvalid, LogBehind, PlaintextRefused
from privity.server.keylog import publisher, queue
from privity.server.keylog.model import origin_of
from privity.server.keys import open_keys
from privity.server.logs import open_log
from privity.tlog.add_checkpoint import SIZE_TYPE, AddCheckpoint
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.errors import QuorumMissing
from privity.tlog.quorum import Witness
from privity.tlog.verifier_key import KeyKind, VerifierKey
from privity.witness.config import WatchedLog
from tests import stores
from tests.cosigners.double import PRIVATE, double
from tests.server.core.conftest import Clock
from tests.server.core.people import HOST, NOW_MS, Person, connect
from tests.server.keylog.hubs import Hub, found, fresh, running
from tests.witness.running import Clock as WitnessClock
from tests.witness.running import running_witness


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeats without pauses that a test would have to sit out."""
    monkeypatch.setattr(publisher, "RETRY_S", (0.02, 0.05))
    monkeypatch.setattr(publisher, "GRACE_S", 0.2)


def log_of(checked: HubConfig) -> VerifierKey:
    return open_keys(checked.keys).log_verifier(origin_of(HOST))


async def delayed(hub: Hub, monkeypatch: pytest.MonkeyPatch, person: Person) -> None:
    """The registration is taken and not published."""
    monkeypatch.setattr(queue, "PUBLISH_WAIT_S", 0.3)
    status, answer = await hub.post("/v1/accounts", person.registration())
    assert (status, answer["code"]) == (503, "keylog_delayed")
    monkeypatch.setattr(queue, "PUBLISH_WAIT_S", 20.0)


async def test_three_real_auditors_cosign_what_readers_then_believe(tmp_path: Path, unused_tcp_port: int) -> None:
    checked = fresh(tmp_path / "home", unused_tcp_port)
    watched = WatchedLog(log_of(checked), f"http://127.0.0.1:{unused_tcp_port}")
    clock = WitnessClock()
    async with (
        running_witness(tmp_path / "a", watched, name="ann.example/w", clock=clock) as ann,
        running_witness(tmp_path / "b", watched, name="bob.example/w", clock=clock) as bob,
        running_witness(tmp_path / "c", watched, name="cat.example/w", clock=clock) as cat,
    ):
        everybody = (ann, bob, cat)
        witnesses = [WitnessAt(one.key, True, one.url) for one in everybody]
        async with running(checked, witnesses=witnesses, quorum=2) as hub:
            alice = await hub.register("alice")
            keys = hub.keys([Witness(one.key, True) for one in everybody], 3)
            proven, _ = await found(hub, await connect(hub.http, alice.device), f"u:{alice.user_uri}", keys=keys)
            assert [name for name, _ in proven.opened.cosigned] == ["ann.example/w", "bob.example/w", "cat.example/w"]
            _, info = await hub.get("/v1/server")
            assert info["keylog_key"] == log_of(checked).encode() and info["quorum"] == 2
            assert [one["vkey"] for one in info["witnesses"]] == [one.key.encode() for one in everybody]
            assert all(one["audits"] and one["url"].startswith("http://127.0.0.1") for one in info["witnesses"])


async def test_without_witnesses_epochs_are_published_unaudited_and_nobody_takes_them_for_more(tmp_path: Path) -> None:
    async with running(fresh(tmp_path)) as hub:
        alice, line = await hub.join("alice")
        proven, _ = await found(hub, line, f"u:{alice.user_uri}")
        assert not proven.opened.audited and proven.opened.cosigned == ()
        async with double() as witness:
            keys: LogKeys = hub.keys([Witness(witness.key, True)], 1)
            with pytest.raises(QuorumMissing):
                await found(hub, line, f"u:{alice.user_uri}", keys=keys)


async def test_a_missing_quorum_delays_changes_and_no_lookup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = fresh(tmp_path)
    with open_log(checked.log):
        async with double() as witness, running(checked, witnesses=[witness.at()], quorum=1) as hub:
            alice, line = await hub.join("alice")
            before = await hub.newest_view()
            witness.instead = lambda asked: web.Response(status=503)
            bobby = Person("bobby")
            await delayed(hub, monkeypatch, bobby)
            keys = hub.keys([Witness(witness.key, True)], 1)
            proven, _ = await found(hub, line, f"u:{alice.user_uri}", keys=keys)
            assert proven.view == before, "lookups go on under the last published checkpoint"
            assert (await hub.get(f"/v1/keylog/audit/{before.size}"))[0] == 200, "auditors get the one that waits"
            witness.instead = None
            assert (await hub.post("/v1/accounts", bobby.registration()))[0] == 200
            assert hub.context.metrics.keylog_delayed._value.get() >= 1
            assert hub.context.metrics.keylog_witness_failures._value.get() >= 1
    events = [json.loads(line)["event"] for line in checked.log.read_text().splitlines()]
    assert "keylog.quorum_missing" in events and "keylog.witness" in events


async def test_a_quorum_without_an_auditor_publishes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with double() as plain, double("auditor.example", b"a" * 32) as auditor:
        auditor.instead = lambda asked: web.Response(status=422)
        witnesses = [plain.at(audits=False), auditor.at()]
        async with running(fresh(tmp_path), witnesses=witnesses, quorum=1) as hub:
            await delayed(hub, monkeypatch, Person("alice"))
            assert auditor.asked
            assert not plain.asked, "it would hold the log to an epoch that no auditor keeps"
            assert (await hub.get("/v1/keylog/checkpoint"))[1]["code"] == "unavailable"
            auditor.instead = None
            alice, line = await hub.join("bobby")
            keys = hub.keys([Witness(auditor.key, True), Witness(plain.key, False)], 2)
            proven, _ = await found(hub, line, f"u:{alice.user_uri}", keys=keys)
            assert len(proven.opened.cosigned) == 2, "once an auditor has it, the others are asked"


def _not_signed(asked: AddCheckpoint) -> web.Response:
    return web.Response(body=b"nothing\n")


def _by_another_key(asked: AddCheckpoint) -> web.Response:
    return web.Response(body=cosign(b"x" * 32, "double.example", asked.note.text, NOW_MS // 1000).line())


def _of_another_text(asked: AddCheckpoint) -> web.Response:
    return web.Response(body=cosign(PRIVATE, "double.example", asked.note.text + b"more\n", NOW_MS // 1000).line())


def _endless(asked: AddCheckpoint) -> web.Response:
    return web.Response(body=bytes(1 << 20))


def _no_size(asked: AddCheckpoint) -> web.Response:
    return web.Response(status=409, text="many")


def _always_another(asked: AddCheckpoint) -> web.Response:
    return web.Response(status=409, text=f"{max(asked.old_size - 1, 0)}\n", content_type=SIZE_TYPE)


def _elsewhere(asked: AddCheckpoint) -> web.Response:
    return web.Response(status=307, headers={"Location": "http://127.0.0.1:1/add-checkpoint"})


def _made_up_lead(asked: AddCheckpoint) -> web.Response:
    return web.Response(status=409, text="999999\n", content_type=SIZE_TYPE)


@pytest.mark.parametrize(
    "lie",
    [_not_signed, _by_another_key, _of_another_text, _endless, _no_size, _always_another, _elsewhere, _made_up_lead],
)
async def test_a_witness_that_lies_counts_for_nothing_and_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: Callable[[AddCheckpoint], web.Response]
) -> None:
    async with double() as liar, double("honest.example", b"h" * 32) as honest:
        liar.instead = lie
        async with running(fresh(tmp_path), witnesses=[liar.at(), honest.at()], quorum=1) as hub:
            alice, line = await hub.join("alice")
            keys = hub.keys([Witness(honest.key, True), Witness(liar.key, True)], 1)
            proven, _ = await found(hub, line, f"u:{alice.user_uri}", keys=keys)
            assert [name for name, _ in proven.opened.cosigned] == ["honest.example"]
            honest.instead = lambda asked: web.Response(status=500)
            await delayed(hub, monkeypatch, Person("bobby"))
            assert liar.asked, "the liar alone is no quorum"


async def test_a_witness_that_fell_behind_is_given_the_proof_from_where_it_stands(tmp_path: Path) -> None:
    checked = fresh(tmp_path)
    async with double() as first, running(checked, witnesses=[first.at()], quorum=1) as hub:
        for number in range(5):
            await hub.register(f"person{number}")
    log = log_of(checked)
    async with running_witness(tmp_path / "new", WatchedLog(log, None), clock=WitnessClock()) as late:
        witnesses = [WitnessAt(late.key, True, late.url)]
        async with running(checked, clock=hub.clock, witnesses=witnesses, quorum=1) as hub:
            alice, line = await hub.join("alice")
            keys = hub.keys([Witness(late.key, True)], 1)
            proven, _ = await found(hub, line, f"u:{alice.user_uri}", keys=keys)
            assert proven.opened.cosigned[0][0] == late.key.name


async def test_a_cosignature_collected_long_ago_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with double() as one, double("two.example", b"t" * 32) as two:
        two.instead = lambda asked: web.Response(status=503)
        async with running(fresh(tmp_path), witnesses=[one.at(), two.at()], quorum=2) as hub:
            await delayed(hub, monkeypatch, Person("alice"))
            asked = len(one.asked)
            assert asked == 1, "what it cosigned is kept while the other is asked"
            hub.clock.now += 3_601_000
            two.instead = None
            await hub.register("alice2")
            assert len(one.asked) > 1


# The database is an old copy


async def grow_and_restore(checked: HubConfig, witness: WitnessAt, clock: Clock, *, more: int) -> None:
    """People register; then the database is put back to what it was before the last ones did."""
    async with running(checked, clock=clock, witnesses=[witness], quorum=1) as hub:
        await hub.begun()
        await hub.register("alice")
        old = await asyncio.to_thread(stores.tables, checked)
        for number in range(more):
            await hub.register(f"person{number}")
    stores.put_back(checked, old)


async def test_a_hub_restored_from_an_old_copy_refuses_to_start_and_says_what_is_lost(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with double() as witness:
        await grow_and_restore(checked, witness.at(), clock, more=3)
        asked = len(witness.asked)
        for _ in range(2):
            with pytest.raises(LogBehind, match=r"size 5 .* has 2 entries"):
                async with running(checked, clock=clock, witnesses=[witness.at()], quorum=1):
                    pass
        assert len(witness.asked) == asked, "it signed nothing more"
    with pytest.raises(LogBehind, match="evidence in the database"):
        async with running(checked, clock=clock):
            pass
    assert stores.asked(checked, "SELECT note FROM kl_evidence") == [(witness.newest,)]


async def test_a_restored_hub_whose_witness_comes_back_later_signs_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with double() as witness:
        await grow_and_restore(checked, witness.at(), clock, more=3)
        real, asked = witness.url, len(witness.asked)
        witness.url = "http://127.0.0.1:1"
        gone = witness.at()
        with open_log(checked.log):
            async with running(checked, clock=clock, witnesses=[gone], quorum=1) as hub:
                await delayed(hub, monkeypatch, Person("late"))
                object.__setattr__(gone, "url", real)
                await delayed(hub, monkeypatch, Person("later"))
                assert len((await hub.get("/v1/keylog/evidence"))[1]["notes"]) == 1
        assert len(witness.asked) == asked
    assert stores.asked(checked, "SELECT COUNT(*) FROM kl_prepared") == [(0,)], "nothing was even signed"
    assert "keylog.behind" in checked.log.read_text()


async def test_a_checkpoint_of_a_size_we_have_with_another_root_is_evidence_of_two_hubs(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with double() as witness:
        async with running(checked, clock=clock, witnesses=[witness.at()], quorum=1) as hub:
            await hub.begun()
            await hub.register("alice")
        forged = sign_checkpoint(open_keys(checked.keys).log, Checkpoint(origin_of(HOST), 2, b"r" * 32))
        witness.newest = forged.encode()
        with pytest.raises(LogBehind, match="another hub works with the same keys"):
            async with running(checked, clock=clock, witnesses=[witness.at()], quorum=1):
                pass
        notes = [bytes(note) for (note,) in stores.asked(checked, "SELECT note FROM kl_evidence ORDER BY id")]
        assert len(notes) == 2 and notes[1] == forged.encode(), "ours and theirs, which cannot both be true"


async def test_a_lead_that_our_key_did_not_sign_stops_no_hub(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with double() as witness:
        witness.newest = sign_checkpoint(b"z" * 32, Checkpoint(origin_of(HOST), 99, b"r" * 32)).encode()
        async with running(checked, clock=clock, witnesses=[witness.at()], quorum=0) as hub:
            await hub.register("alice")


# Keys and configuration


@pytest.mark.parametrize("name", ["log.key", "vrf.key"])
async def test_another_key_than_the_logs_stops_the_hub_by_name(tmp_path: Path, name: str) -> None:
    checked, clock = fresh(tmp_path), Clock()
    async with running(checked, clock=clock) as hub:
        await hub.begun()
    path = checked.keys / name
    right = path.read_bytes()
    path.write_bytes(b"o" * 32)
    with pytest.raises(KeysInvalid, match=name):
        async with running(checked, clock=clock):
            pass
    path.unlink()
    with pytest.raises(KeysInvalid, match=name):
        async with running(checked, clock=clock):
            pass
    assert not path.exists(), "a lost key is not made up anew"
    path.touch(mode=0o600)
    path.write_bytes(right)
    async with running(checked, clock=clock) as hub:
        await hub.register("alice")


async def test_a_hub_from_before_the_log_gets_its_keys_once(tmp_path: Path) -> None:
    checked, clock = fresh(tmp_path), Clock()
    for name in ("log.key", "vrf.key"):
        (checked.keys / name).unlink()
    with open_log(checked.log):
        async with running(checked, clock=clock) as hub:
            await hub.register("alice")
            made = (checked.keys / "log.key").read_bytes()
        async with running(checked, clock=clock) as hub:
            await hub.register("bobby")
    assert (checked.keys / "log.key").read_bytes() == made
    events = [json.loads(line) for line in checked.log.read_text().splitlines()]
    assert [event["file"] for event in events if event["event"] == "keylog.key_made"] == ["log.key", "vrf.key"]


WITNESS = VerifierKey.of("w.example", KeyKind.COSIGNATURE, b"w" * 32).encode()
LOG = VerifierKey.of("w.example", KeyKind.ED25519, b"w" * 32).encode()


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("epoch_min_ms = 9\n", ConfigInvalid, "10 to 60000"),
        ("epoch_min_ms = 60001\n", ConfigInvalid, "10 to 60000"),
        ("quorum = 1\n", ConfigInvalid, "1 of 0"),
        ("quorum = -1\n", ConfigInvalid, "quorum"),
        (f'quorum = 1\n[[hub.witness]]\nkey = "{WITNESS}"\nurl = "https://w.example"\n', ConfigInvalid, "audits"),
        (f'[[hub.witness]]\nkey = "{WITNESS}"\nurl = "http://w.example"\n', PlaintextRefused, "https"),
        (f'[[hub.witness]]\nkey = "{WITNESS}"\nurl = "w.example"\n', ConfigInvalid, "url"),
        (f'[[hub.witness]]\nkey = "{LOG}"\nurl = "https://w.example"\n', ConfigInvalid, "a log's"),
        ('[[hub.witness]]\nkey = "nonsense"\nurl = "https://w.example"\n', ConfigInvalid, "key"),
        (f'[[hub.witness]]\nkey = "{WITNESS}"\nurl = "https://w.example"\n' * 2, ConfigInvalid, "twice"),
        (f'[[hub.witness]]\nkey = "{WITNESS}"\n', ConfigInvalid, "url"),
    ],
)
def test_a_configuration_that_nobody_could_follow_is_refused_by_name(
    tmp_path: Path, text: str, error: type[Exception], match: str
) -> None:
    path = tmp_path / "privity.toml"
    path.write_text(f'[hub]\nhost = "hub.example"\n{text}')
    with pytest.raises(error, match=match):
        config.load(path)


def test_witnesses_and_quorum_are_read_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "privity.toml"
    path.write_text(
        f'[hub]\nhost = "hub.example"\nquorum = 1\n'
        f'[[hub.witness]]\nkey = "{WITNESS}"\nurl = "https://w.example/"\naudits = true\n'
    )
    checked = config.load(path)
    assert (checked.quorum, checked.epoch_min_ms) == (1, 1000)
    assert checked.witnesses == (WitnessAt(VerifierKey.decode(WITNESS), True, "https://w.example"),)
