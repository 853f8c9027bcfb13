# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An export is whole, private, harmless when it is opened, and read back as an archive that proves nothing."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator, Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Kind
from privity.client.errors import CommandRefused, ImportRefused, SaveRefused
from privity.client.export import archive, page
from privity.client.export.archive import Archive
from privity.client.export.entries import ExportedEntry, ExportedFile
from privity.client.sdk import Device
from privity.message.report import Reason
from tests.client.entries import make
from tests.client.linked import World, heard, world

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>1</script>",
    "<style>body{display:none}</style>",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "&lt;script&gt;",
    "\x00\x1b[31mred",
)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


class Reader(HTMLParser):
    """What a browser makes of a page: the elements, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


ALLOWED = {"html", "head", "body", "meta", "title", "style", "h1", "p", "a", "bdi", "article", "div", "strong", "time"}


def check_harmless(text: str) -> Reader:
    found = Reader(text)
    assert {tag for tag, _ in found.tags} <= ALLOWED
    for tag, attributes in found.tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes), attributes
        assert tag == "a" or not {"href", "src"} & attributes.keys()
    policies = [named["content"] for _, named in found.tags if named.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [page.POLICY] and "script" not in page.POLICY and page.POLICY.startswith("default-src 'none'")
    return found


async def talked(town: World) -> tuple[Device, str, bytes]:
    bob = await town.person("bob_b")
    room = await town.ann.direct(bob.user_uri)
    await town.ann.send(room, "hello")
    await heard(bob, room, "hello")
    for text in HOSTILE:
        await bob.send(room, text)
    edited = await bob.send(room, "before")
    await bob.edit(room, edited, "after")
    file = await bob.attach(room, b"<script>alert(1)</script>", filename="../../evil.html", content_type="text/html")
    await bob.attach(room, b"never fetched", filename="other.txt")
    await bob.send(room, "the end")
    await heard(town.ann, room, "the end")
    await town.ann.fetch(room, file)
    await town.ann.names.learn([bob.user_uri])
    return bob, room, file


def lines(folder: Path, number: str = "00001") -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in (folder / "conversations" / number / "messages.jsonl").read_bytes().splitlines()
    ]


async def test_everything_is_written_harmless_and_for_its_person_alone(town: World) -> None:
    bob, room, _ = await talked(town)
    folder = town.folder / "out"
    moved: list[tuple[int, int]] = []
    await town.ann.exports.export(folder, lambda done, total: moved.append((done, total)))
    assert moved == sorted(moved) and moved[-1][0] == moved[-1][1]
    for each in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600), each
    written = lines(folder)
    shown = town.ann.read(room, 1_000)
    assert [(each["seq"], each["text"], each["sender"]) for each in written] == [
        (item.seq, item.text, item.sender) for item in shown
    ]
    found = check_harmless((folder / "conversations" / "00001" / "index.html").read_text())
    check_harmless((folder / "index.html").read_text())
    for text in HOSTILE[:5]:
        assert text in found.text
    assert "\u202e" not in found.text and "\x00" not in found.text
    after = next(each for each in written if each["text"] == "after")
    assert after["versions"][0]["text"] == "before" and after["name"] == "bob_b"
    paths = {file["name"]: file["path"] for each in written for file in each["files"]}
    kept = paths["../../evil.html"]
    assert kept.endswith("evil.html.txt") and paths["other.txt"] is None
    assert (folder / "conversations" / "00001" / kept).read_bytes() == b"<script>alert(1)</script>"
    targets = [unquote(named["href"] or "") for tag, named in found.tags if tag == "a"]
    assert targets == [kept]
    assert sorted(each.name for each in town.folder.iterdir() if "draft" in each.name) == []
    await bob.close()


async def test_files_that_this_device_does_not_hold_are_fetched_when_asked_for(town: World) -> None:
    bob, _, _ = await talked(town)
    await town.ann.exports.export(town.folder / "out", fetch=True)
    paths = {file["name"]: file["path"] for each in lines(town.folder / "out") for file in each["files"]}
    assert (town.folder / "out" / "conversations" / "00001" / paths["other.txt"]).read_bytes() == b"never fetched"
    await bob.close()


async def test_nothing_is_overwritten_and_a_failed_export_leaves_nothing(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = town.folder / "out"
    folder.mkdir()
    with pytest.raises(SaveRefused, match="never overwritten"):
        await town.ann.exports.export(folder)
    room = await town.ann.create_group()
    assert room

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("privity.client.export.writing.page.head", full)
    with pytest.raises(SaveRefused, match="No space"):
        await town.ann.exports.export(town.folder / "other")
    assert not (town.folder / "other").exists()
    assert [each.name for each in town.folder.iterdir() if "draft" in each.name] == []


async def test_what_comes_back_is_an_archive_and_no_conversation(town: World) -> None:
    bob, room, _ = await talked(town)
    folder = await town.ann.exports.export(town.folder / "out")
    before = {table: [row for uri in (room, "") for row in bob.host.store.scan(table, uri)] for table in Table}
    numbers = await bob.exports.take_in(folder)
    after = {table: [row for uri in (room, "") for row in bob.host.store.scan(table, uri)] for table in Table}
    assert numbers == [1]
    changed = {table for table in Table if before[table] != after[table]}
    assert changed == {Table.ARCHIVE}, "nothing but the archive has changed"
    (found,) = bob.exports.archive.conversations().values()
    assert (found.of, found.title, found.entries) == ("ann_a", "bob_b", len(lines(folder)))
    entries = bob.exports.archive.read(1)
    assert [entry.text for entry in entries] == [each["text"] for each in lines(folder)]
    assert bob.exports.archive.read(1, 2, 2) == entries[3:5]
    assert [each.item.room_uri for each in bob.search.find("after")] == [room]
    said = next(entry for entry in entries if entry.text == "after")
    uri = f"archive/{numbers[0]}"
    with pytest.raises(CommandRefused):
        await bob.send(uri, "an answer")
    with pytest.raises(CommandRefused):
        await bob.report(uri, (bytes.fromhex(said.id),), Reason.SPAM)
    assert uri not in bob.rooms() and uri not in bob.left_rooms()
    assert await bob.exports.take_in(folder) == [2]
    bob.exports.archive.remove(1)
    assert list(bob.exports.archive.conversations()) == [2] and bob.exports.archive.read(1) == []
    assert len(bob.exports.archive.read(2)) == len(entries)
    await bob.close()


# What somebody else may have put into such a folder


GOOD_LINE = b'{"seq":1,"ts_ms":1,"kind":"message","state":"shown","sender":"s","name":"n","text":"t"}\n'


def an_export(folder: Path) -> Path:
    place = folder / "conversations" / "00001"
    place.mkdir(parents=True)
    (place / "messages.jsonl").write_bytes(GOOD_LINE)
    conversation = {"folder": "00001", "room_uri": "r", "title": "t", "direct": False, "entries": 1}
    index = {"version": 1, "user_uri": "u", "handle": "h", "exported_ms": 1, "conversations": [conversation]}
    (folder / "index.json").write_text(json.dumps(index))
    return folder


def in_index(**more: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        index = json.loads((folder / "index.json").read_text())
        (folder / "index.json").write_text(json.dumps({**index, **more}))

    return change


def in_conversation(**more: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        index = json.loads((folder / "index.json").read_text())
        in_index(conversations=[{**index["conversations"][0], **more}])(folder)

    return change


def a_line(data: bytes) -> Callable[[Path], None]:
    return lambda folder: void((folder / "conversations" / "00001" / "messages.jsonl").write_bytes(data))


def void(_: object) -> None:
    """For what is done for its effect."""


def linked_messages(folder: Path) -> None:
    place = folder / "conversations" / "00001" / "messages.jsonl"
    place.unlink()
    place.symlink_to("/etc/passwd")


def linked_folder(folder: Path) -> None:
    place = folder / "conversations" / "00001"
    place.rename(folder / "elsewhere")
    place.symlink_to(folder / "elsewhere")


def changed_line(**more: object) -> Callable[[Path], None]:
    return a_line(json.dumps({**json.loads(GOOD_LINE), **more}).encode())


REFUSED: dict[str, Callable[[Path], None]] = {
    "no list": lambda folder: (folder / "index.json").unlink(),
    "no messages": lambda folder: (folder / "conversations" / "00001" / "messages.jsonl").unlink(),
    "not JSON": lambda folder: void((folder / "index.json").write_bytes(b"\xff{")),
    "deep JSON": lambda folder: void((folder / "index.json").write_bytes(b"[" * 100_000)),
    "a list": lambda folder: void((folder / "index.json").write_bytes(b"[]")),
    "a later version": in_index(version=2),
    "a field that nobody knows": in_index(more=1),
    "a path upwards": in_conversation(folder="../../etc"),
    "an absolute path": in_conversation(folder="/etc"),
    "digits of another script": in_conversation(folder="٠٠٠٠١"),
    "a folder that is a number": in_conversation(folder=1),
    "a title without end": in_conversation(title="x" * 2_000),
    "a number that is a text": in_conversation(entries="1"),
    "a line that is no entry": a_line(GOOD_LINE + b"[]\n"),
    "a text that is a number": changed_line(text=1),
    "a time beyond all": changed_line(ts_ms=10**30),
    "a time before all": changed_line(ts_ms=-1),
    "a broken text": a_line(GOOD_LINE.replace(b'"t"', b'"\\ud800"').replace(b"message", b"\xff")),
    "an entry without end": a_line(GOOD_LINE.replace(b'"t"', b'"' + b"x" * archive.MAX_LINE + b'"')),
    "messages that are a link": linked_messages,
    "a folder that is a link": linked_folder,
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_folder_that_is_no_export_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    store = make(tmp_path / "store")
    kept = Archive(store)
    folder = an_export(tmp_path / "export")
    REFUSED[name](folder)
    with pytest.raises(ImportRefused):
        await kept.take_in(folder, 5)
    assert kept.conversations() == {} and kept.read(1) == []
    store.close()


async def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make(tmp_path / "store")
    folder = an_export(tmp_path / "export")
    a_line(GOOD_LINE * 450)(folder)
    assert await Archive(store).take_in(folder, 5) == [1]
    assert len(Archive(store).read(1)) == 450
    for limit, value in (("MAX_ENTRIES", 449), ("MAX_CONVERSATIONS", 0), ("MAX_INDEX", 10)):
        with monkeypatch.context() as patch:
            patch.setattr(archive, limit, value)
            with pytest.raises(ImportRefused):
                await Archive(store).take_in(folder, 5)
    assert list(Archive(store).conversations()) == [1] and Archive(store).read(2) == []
    store.close()


async def test_what_a_killed_import_left_is_not_mixed_into_the_next(tmp_path: Path) -> None:
    store = make(tmp_path / "store")
    store.save({(Table.ARCHIVE, f"{1:016x}", bytes(7) + bytes([n])): b"left" for n in range(9)})
    assert await Archive(store).take_in(an_export(tmp_path / "export"), 5) == [1]
    assert [entry.text for entry in Archive(store).read(1)] == ["t"]
    store.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup_wherever_it_stands(text: str) -> None:
    file = ExportedFile(text, text, 5, f"files/{text}")
    entry = ExportedEntry(1, 1, "message", "shown", text, text, text, files=(file,))
    line = ExportedEntry(1, 1 << 60, "line", "shown", text, text, text)
    made = f"{page.head(text)}{page.entry(entry)}{page.entry(line)}{page.END}"
    found = check_harmless(made)
    assert [tag for tag, _ in found.tags if tag == "a"] == ["a"]
    assert all((named.get("href") or "files/").startswith("files/") for tag, named in found.tags if tag == "a")


def test_an_entry_of_before_knows_no_backup() -> None:
    assert not Item("r", 1, 1, Kind.MESSAGE).from_backup
