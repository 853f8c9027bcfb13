# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Witnesses of the audit log: whoever owns the desk's machine and all of its keys cannot rewrite what they cosigned."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from privity.cosigners.at import WitnessAt
from privity.desk import config
from privity.desk.audit import commands, cosigned, log
from privity.desk.audit.acts import Act
from privity.desk.audit.cosigning import Cosigning
from privity.desk.audit.entry import Entry
from privity.desk.audit.errors import CheckpointRefused, CosignatureRefused, LogForked, NotCosigned
from privity.desk.audit.export import verified, write
from privity.desk.audit.signing import Signing, read_note
from privity.desk.audit.verify import stored, verify, witnessed
from privity.desk.config import AuditSection, AuditWitnessSection, DeskSection, check
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.errors import ConfigInvalid, PlaintextRefused
from privity.desk.intake.loop import serve
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.note import SignedNote
from privity.tlog.verifier_key import KeyKind, VerifierKey
from privity.witness.config import WatchedLog
from privity.witness.state import origin_hash
from tests.cosigners.double import NOW_S, PRIVATE, Double, double
from tests.desk.audit.logs import KEY, KEYS, NAME, T0, entry, filled, genuine, rewritten
from tests.desk.audit.logs import PRIVATE as LOG_PRIVATE
from tests.desk.conftest import Home
from tests.desk.fake_hub import FakeHub
from tests.desk.running import child
from tests.desk.test_queue import stop
from tests.waiting import wait_until
from tests.witness.running import Running, running_witness


@dataclass
class Logged:
    """A desk's log with its witnesses."""

    db: Db
    signing: Signing
    http: aiohttp.ClientSession
    folder: Path

    def asking(self, *witnesses: WitnessAt) -> Cosigning:
        """As a process of the desk begins."""
        return Cosigning(self.db, self.signing, self.http, witnesses, self.folder / "audit.cosigned", lambda: T0)

    def add(self, word: str = "a teapot was looked at") -> None:
        made = entry(log.size(self.db), word)
        log.add(self.db, at_ms=made.at_ms, who=made.who, act=made.act, about=made.about, **made.said)

    def acts(self, act: Act) -> list[Entry]:
        return [one for one in map(Entry.decode, log.entries(self.db)) if one.act is act]


@pytest.fixture
async def logged(tmp_path: Path) -> AsyncIterator[Logged]:
    async with aiohttp.ClientSession() as http:
        with closing(filled(tmp_path / "desk.db", 12)) as db:
            yield Logged(db, Signing(db, NAME, LOG_PRIVATE, tmp_path / "audit.checkpoint"), http, tmp_path)


@pytest.fixture
async def ann(tmp_path: Path) -> AsyncIterator[Running]:
    """A witness as `privity witness` runs it. Of the log it knows the key and nothing else."""
    async with running_witness(tmp_path / "ann", WatchedLog(KEY, None)) as witness:
        yield witness


def at(witness: Running) -> WitnessAt:
    return WitnessAt(witness.key, False, witness.url)


async def test_a_real_witness_cosigns_each_checkpoint_that_continues(logged: Logged, ann: Running) -> None:
    asking = logged.asking(at(ann))
    for size in (12, 13, 40):
        while log.size(logged.db) < size:
            logged.add()
        logged.signing.sign()
        assert await asking.round() == {}
        found = witnessed(cosigned.kept(logged.db), KEY, ann.key)
        assert (found.name, found.size) == ("ann.example/witness", size)
    note = read_note(logged.folder / "audit.cosigned")
    assert len(note.signatures) == 2 and verify_checkpoint(note, KEY).size == 40
    assert witnessed([note], KEY, ann.key).size == 40
    assert verify(stored(logged.db), KEY, [note]).vouched == 40
    assert await logged.asking(at(ann)).round() == {}, "a new process asks for nothing that is there"


async def test_what_a_witness_gets_is_a_size_a_root_and_hashes(logged: Logged) -> None:
    """No word of an entry, no name, no number of a case goes to it."""
    async with double() as other:
        logged.signing.sign()
        await logged.asking(other.at()).round()
        logged.add("the words of nobody")
        logged.signing.sign()
        await logged.asking(other.at()).round()
    first, second = other.asked
    assert (first.old_size, second.old_size) == (0, 12)
    assert second.note.text.splitlines()[:2] == [NAME.encode(), b"13"] and len(second.note.text.splitlines()) == 3
    sent = second.encode().replace(NAME.encode(), b"")
    for entry_bytes in log.entries(logged.db):
        for word in (b"staff:", b"teapot", b"words of nobody", b"evidence", entry_bytes[:20]):
            assert word not in sent


async def test_a_rewrite_with_every_key_of_the_desk_is_found_by_the_witness(logged: Logged, ann: Running) -> None:
    logged.signing.sign()
    await logged.asking(at(ann)).round()
    kept = read_note(logged.folder / "audit.cosigned")
    other = [*genuine(8), *(entry(n, "nothing was looked at").encode() for n in range(8, 20))]
    rewritten(logged.db, other)
    logged.db.execute("DELETE FROM audit_cosigned")
    assert "does not continue" in (await logged.asking(at(ann)).round())["ann.example/witness"]
    (found,) = cosigned.contradictions(logged.db, KEY)
    assert (found.witness, found.size, found.note.text) == ("ann.example/witness", 12, kept.text)
    (said,) = logged.acts(Act.AUDIT_CONTRADICTED)
    assert said.said == {"witness": "ann.example/witness", "size": 12, "why": "LogForked"}
    assert verify_checkpoint(found.note, KEY).size == 12, "the log's own signature proves it to everybody"
    with pytest.raises(LogForked):
        verify(stored(logged.db), KEY, [found.note])
    before = log.size(logged.db)
    for _ in range(3):
        logged.signing.sign()
        assert len(await logged.asking(at(ann)).round()) == 1
    assert log.size(logged.db) == before, "it is said once"
    with pytest.raises(NotCosigned):
        witnessed([*cosigned.kept(logged.db), *logged.signing.found()], KEY, ann.key)


async def test_an_old_copy_of_the_database_is_found_before_and_after_it_has_grown(logged: Logged, ann: Running) -> None:
    backup = logged.folder / "backup.db"
    logged.signing.sign()
    logged.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    shutil.copy(logged.folder / "desk.db", backup)
    for _ in range(5):
        logged.add()
    logged.signing.sign()
    await logged.asking(at(ann)).round()
    for more, why in ((0, "LogCutOff"), (9, "LogForked")):
        shutil.copy(backup, logged.folder / f"old{more}.db")
        with closing(open_database(logged.folder / f"old{more}.db", KEYS)) as db:
            old = Logged(db, Signing(db, NAME, LOG_PRIVATE, logged.folder / f"file{more}"), logged.http, logged.folder)
            for _ in range(more):
                old.add("another act")
            old.signing.sign()
            await old.asking(at(ann)).round()
            (said,) = old.acts(Act.AUDIT_CONTRADICTED)
            assert said.said["why"] == why and said.said["size"] == 17


async def test_a_fork_that_is_shown_to_a_running_desks_witness_is_found(logged: Logged, ann: Running) -> None:
    """Somebody with the log's key shows the witness another history while the desk runs."""
    asking = logged.asking(at(ann))
    logged.signing.sign()
    await asking.round()
    with closing(filled(logged.folder / "fork.db", 12)) as fork:
        forged = Logged(
            fork, Signing(fork, NAME, LOG_PRIVATE, logged.folder / "fork"), logged.http, logged.folder / "elsewhere"
        )
        forged.folder.mkdir()
        forged.add("what never happened")
        forged.signing.sign()
        assert await forged.asking(at(ann)).round() == {}
    logged.add()
    logged.signing.sign()
    await asking.round()
    (found,) = cosigned.contradictions(logged.db, KEY)
    assert found.size == 13
    assert len((await ann.get(f"/{origin_hash(NAME)}/evidence")).body) > 2, "and the witness has kept both notes"


AWAY: dict[str, Callable[[object], web.Response]] = {
    "refuses": lambda asked: web.Response(status=403),
    "is broken": lambda asked: web.Response(status=500),
    "lies": lambda asked: web.Response(body=b"\xff"),
    "forges": lambda asked: web.Response(body=cosign(b"x" * 32, "double.example", b"a\n1\nb\n", NOW_S).line()),
    "is ahead": lambda asked: web.Response(status=409, body=b"900\n"),
}


@pytest.mark.parametrize("how", sorted(AWAY))
async def test_a_witness_that_does_not_cosign_holds_nothing_up(logged: Logged, ann: Running, how: str) -> None:
    async with double() as other:
        other.instead = AWAY[how]
        logged.signing.sign()
        silent = await logged.asking(
            other.at(), at(ann), WitnessAt(Double("away.example", b"q" * 32).key, False, "http://127.0.0.1:1")
        ).round()
    assert sorted(silent) == ["away.example", "double.example"]
    assert witnessed(cosigned.kept(logged.db), KEY, ann.key).size == 12
    assert cosigned.contradictions(logged.db, KEY) == [], "nothing of this is proof of anything"
    assert logged.acts(Act.AUDIT_CONTRADICTED) == []


async def test_a_contradiction_needs_the_logs_own_signature(logged: Logged) -> None:
    async with double() as other:
        for private, name in ((b"m" * 32, NAME), (LOG_PRIVATE, "other.example/desk-audit")):
            other.newest = sign_checkpoint(private, Checkpoint(name, 99, b"q" * 32)).encode()
            logged.signing.sign()
            assert len(await logged.asking(other.at()).round()) == 1
        assert cosigned.contradictions(logged.db, KEY) == []
        other.newest = sign_checkpoint(LOG_PRIVATE, Checkpoint(NAME, 99, b"q" * 32)).encode()
        await logged.asking(other.at()).round()
        assert [found.size for found in cosigned.contradictions(logged.db, KEY)] == [99]


async def test_the_desk_works_on_while_a_witness_never_answers(logged: Logged) -> None:
    """The loop of the process: entries are added and signed meanwhile, and stopping does not wait for it."""
    entered, stop = asyncio.Event(), asyncio.Event()

    async def hangs(request: web.Request) -> web.Response:
        entered.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody answers")

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", hangs)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.05)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    logged.signing.sign()
    task = asyncio.create_task(serve(logged.asking(WitnessAt(Double().key, False, url)), 60.0, stop))
    await entered.wait()
    for _ in range(5):
        logged.add()
        assert logged.signing.step()
    stop.set()
    await asyncio.wait_for(task, 60)
    await runner.cleanup()
    assert log.size(logged.db) == 17


async def test_a_log_under_a_new_name_begins_anew_with_its_witnesses(logged: Logged, ann: Running) -> None:
    """After a restore that lost entries the old name can never be cosigned again."""
    logged.signing.sign()
    await logged.asking(at(ann)).round()
    rewritten(logged.db, genuine(5))
    await logged.asking(at(ann)).round()
    assert len(cosigned.contradictions(logged.db, KEY)) == 1
    renamed = Signing(logged.db, f"{NAME}-2", LOG_PRIVATE, logged.folder / "renamed")
    asking = Cosigning(logged.db, renamed, logged.http, [at(ann)], logged.folder / "renamed.cosigned", lambda: T0)
    assert cosigned.contradictions(logged.db, renamed.key) == []
    assert await asking.round() == {}, "the newest checkpoint is of the old name: nobody is asked about it"
    renamed.sign()
    (why,) = (await asking.round()).values()
    assert why.startswith("WitnessRefused"), "its operator adds the new name first"
    assert cosigned.of_this_log(cosigned.kept(logged.db), renamed.key) == []


def test_who_demands_a_witness_gets_its_word_or_a_name(logged: Logged) -> None:
    note = logged.signing.sign()
    key = Double().key
    with pytest.raises(NotCosigned, match=r"double\.example"):
        witnessed([note], KEY, key)
    given = cosign(PRIVATE, "double.example", note.text, NOW_S)
    assert witnessed([note, SignedNote(note.text, (*note.signatures, given))], KEY, key).time_s == NOW_S
    other = cosign(PRIVATE, "double.example", note.text.replace(b"12", b"11"), NOW_S)
    with pytest.raises(CosignatureRefused, match="BadCosignature"):
        witnessed([SignedNote(note.text, (*note.signatures, other))], KEY, key)
    with pytest.raises(CosignatureRefused, match="log's"):
        witnessed([note], KEY, KEY)
    with pytest.raises(CheckpointRefused):
        witnessed([SignedNote(note.text, (given,))], KEY, key)
    stranger = VerifierKey.of("double.example", KeyKind.COSIGNATURE, b"s" * 32)
    with pytest.raises(NotCosigned):
        witnessed([SignedNote(note.text, (*note.signatures, given))], KEY, stranger)


async def test_an_export_is_checked_with_what_the_witness_gave(logged: Logged, ann: Running) -> None:
    logged.signing.sign()
    await logged.asking(at(ann)).round()
    kept = read_note(logged.folder / "audit.cosigned")
    logged.add()
    write(logged.folder / "audit.jsonl", logged.signing.sign(), log.entries(logged.db))
    assert verified(logged.folder / "audit.jsonl", KEY, [kept]).size == 13
    rewritten(logged.db, [*genuine(3), *(entry(n, "no").encode() for n in range(3, 13))])
    write(logged.folder / "forged.jsonl", logged.signing.sign(), log.entries(logged.db))
    with pytest.raises(LogForked):
        verified(logged.folder / "forged.jsonl", KEY, [kept])


def test_the_configuration_names_them(tmp_path: Path) -> None:
    def section(key: str, url: str, times: int = 1) -> DeskSection:
        return DeskSection(hub_url="http://127.0.0.1:1", audit=AuditSection([AuditWitnessSection(key, url)] * times))

    line = Double().key.encode()
    assert check(section(line, "https://w.example"), tmp_path).audit_witnesses == (
        WitnessAt(Double().key, False, "https://w.example"),
    )
    with pytest.raises(PlaintextRefused, match=r"audit\.witnesses: url is plain http"):
        check(section(line, "http://w.example"), tmp_path)
    for key, times in ((KEY.encode(), 1), ("x", 1), (line, 2)):
        with pytest.raises(ConfigInvalid, match=r"audit\.witnesses: "):
            check(section(key, "https://w.example", times), tmp_path)
    many = AuditSection(
        [AuditWitnessSection(Double(f"w{n}", bytes([n + 1]) * 32).key.encode(), "https://w") for n in range(64)]
    )
    with pytest.raises(ConfigInvalid, match="at most 63"):
        check(DeskSection(hub_url="http://127.0.0.1:1", audit=many), tmp_path)


async def test_the_commands_ask_show_and_demand(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded = home.configured("http://127.0.0.1:1")
    filled(loaded.database, 12, home.keys()).close()
    path = home.folder / "privity.toml"
    with closing(open_database(loaded.database, home.keys())) as db:
        key = Signing(db, loaded.audit_name, home.keys().audit, loaded.audit_checkpoint).key
    async with running_witness(tmp_path / "ann", WatchedLog(key, None)) as ann:
        away = Double("away.example", b"q" * 32).key.encode()
        path.write_text(
            path.read_text() + f'[desk.audit]\nwitnesses = [{{ key = "{ann.key.encode()}", url = "{ann.url}" }},'
            f' {{ key = "{away}", url = "http://127.0.0.1:1" }}]\n'
        )
        await asyncio.to_thread(commands.checkpoint, out=tmp_path / "kept", config=path)
    shown = capsys.readouterr()
    note = SignedNote.decode(shown.out[shown.out.index(f"{key.name}\n12\n") :].encode())  # the witness logs before it
    assert [one.name for one in note.signatures] == [key.name, "ann.example/witness"]
    assert shown.err == "away.example has not cosigned it: WitnessUnreachable: ClientConnectorError\n"
    assert read_note(tmp_path / "kept") == note == read_note(loaded.audit_cosigned)
    commands.verify(witness=(ann.key.encode(),), config=path)
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0].startswith("the log holds: 12 entries")
    assert shown.out.splitlines()[1].startswith("ann.example/witness cosigned the checkpoint of 12 at 20")
    assert shown.err == ""
    commands.export(tmp_path / "audit.jsonl", config=path)
    capsys.readouterr()
    entries = tmp_path / "audit.jsonl"
    commands.verify(entries=entries, checkpoint=(tmp_path / "kept",), witness=(ann.key.encode(),), config=path)
    assert "cosigned the checkpoint of 12" in capsys.readouterr().out
    for arguments in ({"witness": (away,)}, {"witness": (ann.key.encode(),), "entries": entries}):
        with pytest.raises(SystemExit, match=r"^privity: NotCosigned: "):
            commands.verify(config=path, **arguments)
    with pytest.raises(SystemExit, match=r"^privity: BadVerifierKey: "):
        commands.verify(witness=("rubbish",), config=path)


async def test_the_running_desk_asks_its_witnesses_and_looks_for_what_is_over(home: Home, hub: FakeHub) -> None:
    """The process as it is started: the witness hears of the log, and retention has looked for the first time."""
    async with double() as other:
        path = home.file(hub.url)
        path.write_text(
            path.read_text() + f'[desk.audit]\nwitnesses = [{{ key = "{other.key.encode()}", url = "{other.url}" }}]\n'
        )
        loaded = config.load(path)
        filled(loaded.database, 12, home.keys()).close()
        desk = await child(path)
        try:
            await asyncio.to_thread(wait_until, loaded.audit_cosigned.exists, "a cosigned checkpoint")
        finally:
            await stop(desk)
    assert desk.returncode == 0
    assert [one.note.text.splitlines()[1] for one in other.asked] == [b"12"]
    with closing(open_database(loaded.database, home.keys())) as db:
        assert len(cosigned.kept(db)) == 1
        assert db.execute("SELECT count(*) FROM retention_mark").fetchone() == (1,)
    assert len(read_note(loaded.audit_cosigned).signatures) == 2
