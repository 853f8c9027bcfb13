# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Backups and exports from the page: whole or not given out, one at a time, and a lock leaves nothing of them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from privity.client.backup.format import MAGIC
from privity.client.errors import SaveRefused
from privity.client.export.exports import Exports
from privity.faces.app import brought
from privity.faces.app.errands import Outcome
from privity.faces.app.limits import MAX_BROUGHT
from privity.faces.app.port.asked import Conversations, CreateGroup, Done
from privity.faces.app.port.errands import (
    BackupKey,
    BackupKeyShown,
    BringBack,
    ErrandChanged,
    ErrandKind,
    ErrandState,
    Export,
    ExportForm,
    Import,
    LookAtErrand,
    MakeBackup,
    StopErrand,
)
from privity.faces.app.port.imported import ImportedConversations, ReadImported, RemoveImported
from privity.faces.app.port.opening import Create, LockNow, Restore, Unlock
from privity.identity.recovery import new_phrase
from tests.client.town import run, town
from tests.faces.app.errands import bring, ended, fetch, nameless, told, unpacked
from tests.faces.app.pages import PASSPHRASE, daemon, page
from tests.faces.app.scenes import problem, scene

PLAIN = re.compile(b"canary|messages.jsonl|index.json|mimi:")
HOSTILE = '<img src=x onerror="document.title=1">\u202e'


def test_a_backup_opens_the_past_on_the_machine_that_comes_after(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            town(tmp_path / "hub") as hub,
            daemon(tmp_path / "one") as first,
            daemon(tmp_path / "two") as second,
            page(first) as old,
            page(second) as new,
            aiohttp.ClientSession() as http,
        ):
            create = Create(account="ann", hub=hub.url, handle="ann.x", passphrase=PASSPHRASE)
            phrase = (await old.ask(create)).phrase
            await first.house.opened("ann").device.caught_up()
            room = (await old.ask(CreateGroup(account="ann", name="Walks"))).room_uri
            await first.house.opened("ann").device.send(room, "before the river")
            assert await old.ask(BackupKey(account="ann")) == BackupKeyShown(known=True)
            made = await ended(old, MakeBackup(account="ann"))
            assert (made.kind, made.state) == (ErrandKind.BACKUP, ErrandState.READY)
            assert made.filename.startswith("ann.x-") and made.filename.endswith(".privity-backup")
            status, data = await fetch(http, old, made.number)
            assert status == 200 and data.startswith(MAGIC) and b"before the river" not in data
            await old.until(lambda e: isinstance(e, ErrandChanged) and e.errand.state is ErrandState.DONE)
            assert (await fetch(http, old, made.number))[0] == 404, "it is given once"

            restore = {"account": "ann", "hub": hub.url, "handle": "ann.x", "passphrase": PASSPHRASE, "phrase": phrase}
            spoiled = data[:-1] + bytes([data[-1] ^ 1])
            name = await bring(http, new, "backup", spoiled)
            assert await problem(new, Restore(**restore, backup=name)) == "BackupDamaged"
            devices = await first.house.opened("ann").device.devices()
            assert len(devices) == 1 and devices[0].client_uri == first.house.opened("ann").device.client_uri
            name = await bring(http, new, "backup", data)
            wrong = {**restore, "phrase": new_phrase(lambda count: b"1" * count)}
            assert await problem(new, Restore(**wrong, backup=name)) == "WrongBackupKey"
            assert await problem(new, Restore(**restore, backup=name)) == "NotThere", "a file is for one try"
            name = await bring(http, new, "backup", data)
            assert await new.ask(Restore(**restore, backup=name)) == Done()
            done = await new.until(lambda e: isinstance(e, ErrandChanged) and e.errand.state is ErrandState.DONE)
            assert done.errand.kind is ErrandKind.RESTORE and "came back" in done.errand.text
            rows = (await new.ask(Conversations(account="ann"))).conversations
            assert [each.title for each in rows] == ["Walks"]
            assert "before the river" in [each.text for each in second.house.opened("ann").device.read(room)]
            again = await bring(http, new, "backup", data)
            assert await problem(new, BringBack(account="ann", brought=again, phrase="zoo")) == "BadPhrase"
            done = await ended(new, BringBack(account="ann", brought=again, phrase=phrase))
            assert done.state is ErrandState.DONE
            assert nameless(tmp_path) == []

    run(story())


def test_an_export_is_whole_is_chosen_and_comes_back_apart(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            walks = (await at.page.ask(CreateGroup(account="ann", name=HOSTILE))).room_uri
            device = at.door.house.opened("ann").device
            await device.send(walks, HOSTILE)
            await device.attach(walks, b"<script>1</script>", filename="../a.html", content_type="text/html")
            other = await at.direct()
            await at.say("ann", other, "elsewhere")
            both = await ended(at.page, Export(account="ann", form=ExportForm.HTML))
            files = unpacked((await fetch(http, at.page, both.number))[1])
            assert sorted(each for each in files if each.endswith("index.html")) == [
                "conversations/00001/index.html",
                "conversations/00002/index.html",
                "index.html",
            ]
            assert not any(b"<img" in each for name, each in files.items() if name.endswith("index.html"))
            one = await ended(at.page, Export(account="ann", form=ExportForm.JSON, room_uris=(walks,), fetch=True))
            assert "not encrypted" in one.text and one.total and one.filename.endswith("-json.zip")
            _, data = await fetch(http, at.page, one.number)
            files = unpacked(data)
            assert set(files) == {
                "index.json",
                "conversations/00001/messages.jsonl",
                "conversations/00001/files/3-0-a.html.txt",
            }, set(files)
            assert files["conversations/00001/files/3-0-a.html.txt"] == b"<script>1</script>"
            assert json.loads(files["index.json"])["conversations"][0]["room_uri"] == walks
            assert (
                b"elsewhere" not in data
                and await problem(at.page, Export(account="ann", form=ExportForm.JSON, room_uris=("mimi://x/r/y",)))
                == "NotThere"
            )

            before = await at.page.ask(Conversations(account="bob"))
            name = await bring(http, at.page, "export", data)
            done = await ended(at.page, Import(account="bob", brought=name))
            assert (done.state, done.text) == (
                ErrandState.DONE,
                "1 conversation can be read here, apart from your own.",
            )
            (found,) = (await at.page.ask(ImportedConversations(account="bob"))).conversations
            assert found.of == "ann.x" and "\u202e" not in found.title and found.title.startswith("<img src=x")
            read = await at.page.ask(ReadImported(account="bob", number=found.number))
            assert not read.later and len(read.entries) == found.entries
            assert any(each.text.startswith("<img") and "\u202e" not in each.text for each in read.entries)
            assert [each.files for each in read.entries if each.files] == [("../a.html",)]
            assert await at.page.ask(Conversations(account="bob")) == before
            assert (
                await at.page.ask(ReadImported(account="bob", number=found.number, after=1))
            ).entries == read.entries[1:]
            assert await at.page.ask(RemoveImported(account="bob", number=found.number)) == Done()
            for request in (ReadImported, RemoveImported):
                assert await problem(at.page, request(account="bob", number=found.number)) == "NotThere"
            html = await ended(at.page, Export(account="ann", form=ExportForm.HTML))
            name = await bring(http, at.page, "export", (await fetch(http, at.page, html.number))[1])
            failed = await ended(at.page, Import(account="bob", brought=name))
            assert failed.state is ErrandState.FAILED and "index.json is not in it" in failed.text

    run(story())


@dataclass(slots=True)
class Held:
    """Exports that stop at their end, with everything written and nothing given out."""

    reached: asyncio.Event
    go_on: asyncio.Event


def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    at, pack = Held(asyncio.Event(), asyncio.Event()), Exports.pack

    async def hold(exports: Exports, out: Any, *args: Any, **named: Any) -> None:
        await pack(exports, out, *args, **named)
        out.flush()
        at.reached.set()
        await at.go_on.wait()

    monkeypatch.setattr(Exports, "pack", hold)
    return at


def test_one_at_a_time_and_a_lock_or_a_no_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            room = (await at.page.ask(CreateGroup(account="ann"))).room_uri
            await at.say("ann", room, "canary " * 1000)
            stopped, export = held(monkeypatch), Export(account="ann", form=ExportForm.JSON)
            begun = (await at.page.ask(export)).errand
            await stopped.reached.wait()
            for second in (export, MakeBackup(account="ann")):
                assert await problem(at.page, second) == "ErrandUnderWay"
            assert (await at.page.ask(Export(account="bob", form=ExportForm.JSON))).errand.number == 1
            assert (await at.page.ask(LookAtErrand(account="ann"))).errand.number == begun.number
            written = nameless(tmp_path)
            assert any(len(each) > 200 for each in written) and not any(PLAIN.search(each) for each in written)
            assert (await fetch(http, at.page, begun.number))[0] == 404, "nothing is given out before its end"
            before = sorted(each for each in (tmp_path / "home").rglob("*"))
            await at.page.ask(LockNow())
            assert nameless(tmp_path) == []
            assert set((tmp_path / "home").rglob("*")) <= set(before)
            assert (await fetch(http, at.page, begun.number))[0] == 409
            assert await at.page.ask(Unlock(account="ann", passphrase=PASSPHRASE)) == Done()
            assert (await at.page.ask(LookAtErrand(account="ann"))).errand is None
            stopped.reached.clear()
            begun = (await at.page.ask(export)).errand
            await stopped.reached.wait()
            assert await problem(at.page, StopErrand(account="ann", number=begun.number + 1)) == "NotThere"
            assert await at.page.ask(StopErrand(account="ann", number=begun.number)) == Done()
            assert (await at.page.ask(LookAtErrand(account="ann"))).errand.state is ErrandState.STOPPED
            assert nameless(tmp_path) == []
            stopped.go_on.set()
            ready = await ended(at.page, export)
            assert await at.page.ask(StopErrand(account="ann", number=ready.number)) == Done()
            assert (await fetch(http, at.page, ready.number))[0] == 404
            assert nameless(tmp_path) == []

    run(story())


def test_a_lock_cuts_a_file_short_that_is_being_fetched_and_nobody_takes_it_for_whole(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            opened = at.door.house.opened("ann")

            async def work(_: Any) -> Outcome:
                out = opened.scratch()
                out.write(bytes(64 << 20))
                return Outcome("", out, "zeros")

            number = opened.errands.begin(ErrandKind.EXPORT, work).number
            await at.page.until(lambda e: isinstance(e, ErrandChanged) and e.errand.state is ErrandState.READY)
            url = f"{at.page.base}/errands/ann/{number}"
            async with http.get(url, headers=told(at.page)) as answer:
                assert answer.status == 200 and answer.content_length == 64 << 20
                assert answer.headers["Content-Security-Policy"].startswith("sandbox")
                await answer.content.readexactly(1000)
                await at.page.ask(LockNow(account="ann"))
                with pytest.raises((aiohttp.ClientPayloadError, ConnectionError)):
                    await answer.read()
            assert nameless(tmp_path) == []

    run(story())


def test_what_is_brought_and_is_not_ours_is_refused_by_its_first_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            for kind, wanted in (("backup", "NotABackup"), ("export", "ImportRefused")):
                sent = 0

                async def zeros() -> AsyncIterator[bytes]:
                    nonlocal sent
                    for _ in range(2 << 10):
                        sent += 1 << 20
                        yield bytes(1 << 20)

                assert await bring(http, at.page, kind, zeros()) == wanted
                assert sent < 64 << 20, "two GiB were taken before they were looked at"
                for data in (b"", b"P", MAGIC[:5]):
                    assert await bring(http, at.page, kind, data) == wanted
            assert await bring(http, at.page, "anything", b"x") == "Malformed"
            async with http.post(f"{at.page.base}/brought", data=b"x", headers={"Origin": at.page.base}) as answer:
                assert answer.status == 401
            monkeypatch.setattr(brought, "MAX_BROUGHT_BYTES", 1 << 20)
            assert await bring(http, at.page, "backup", MAGIC + bytes(1 << 20)) == "FileTooLarge"
            monkeypatch.setattr(brought, "scratch", refusing)
            assert await bring(http, at.page, "backup", MAGIC) == "SaveRefused"
            monkeypatch.undo()
            assert nameless(tmp_path) == []
            name = await bring(http, at.page, "backup", MAGIC + bytes(3 << 20))
            phrase = new_phrase(bytes)
            failed = await ended(at.page, BringBack(account="ann", brought=name, phrase=phrase))
            assert failed.state is ErrandState.FAILED and "version 0" in failed.text
            names = [await bring(http, at.page, "backup", MAGIC) for _ in range(MAX_BROUGHT + 1)]
            assert await problem(at.page, BringBack(account="ann", brought=names[0], phrase=phrase)) == "NotThere"
            assert await problem(at.page, Import(account="ann", brought="../../etc/passwd")) == "NotThere"
            assert len(nameless(tmp_path)) == MAX_BROUGHT
            await at.page.ask(LockNow())
            assert nameless(tmp_path) == []

    run(story())


def refusing(_: Path) -> Any:
    raise SaveRefused("there is no room on disk to prepare this")
