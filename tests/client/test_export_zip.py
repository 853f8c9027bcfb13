# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An export as a ZIP file: the same as in a folder, whole or no ZIP file at all, and refused where it is hostile."""

from __future__ import annotations

import io
import os
import random
import struct
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from privity.client.errors import ImportRefused
from privity.client.export import written
from privity.client.export.archive import Archive
from privity.client.export.places import into_zip
from privity.client.export.writing import Form, Wanted
from tests.client.entries import make
from tests.client.linked import World, world
from tests.client.test_export import GOOD_LINE, REFUSED, an_export

FLIPS = int(os.environ.get("PRIVITY_PROVE_ZIP_FLIPS", "3000"))
LINES = "conversations/00001/messages.jsonl"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(make(tmp_path / "store"))


def zipped(folder: Path, **named: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **named) as made:  # type: ignore[call-overload]  # how it is packed
        for each in sorted(each for each in folder.rglob("*") if each.is_file()):
            made.write(each, each.relative_to(folder).as_posix())
    return out.getvalue()


class Moved:
    """How far it had come, each time that was said."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.seen.append((done, total))


async def test_the_same_stands_in_a_zip_file_as_in_a_folder(town: World) -> None:
    bob = await town.person("bob_b")
    rooms = [await town.ann.direct(bob.user_uri), await town.ann.create_group()]
    for room in rooms:
        file = await town.ann.attach(room, b"teapot" * 1000, filename="teapot.txt")
        await town.ann.fetch(room, file)
    folder = await town.ann.exports.export(town.folder / "out")
    everything = {each.relative_to(folder).as_posix(): each for each in folder.rglob("*") if each.is_file()}
    for forms in ((Form.HTML,), (Form.JSON,), (Form.HTML, Form.JSON)):
        for wanted in (None, rooms[:1]):
            out, moved = io.BytesIO(), Moved()
            await town.ann.exports.pack(out, Wanted(forms, wanted), moved, fetch=False)
            assert moved.seen == sorted(moved.seen) and moved.seen[-1][0] == moved.seen[-1][1]
            with zipfile.ZipFile(out) as found:
                assert found.testzip() is None
                assert {info.external_attr >> 16 & 0o777 for info in found.infolist()} == {0o600}
                names = found.namelist()
                if wanted is None:
                    left = {name for name in everything if not name.endswith(left_out(forms))}
                    assert set(names) == left
                    same = [name for name in names if name != "index.json"]  # which says when it was made
                    assert all(found.read(name) == everything[name].read_bytes() for name in same)
                else:
                    assert sum(name.startswith("conversations/00002") for name in names) == 0
    await bob.close()


def left_out(forms: tuple[Form, ...]) -> tuple[str, ...]:
    """The endings of files that are of no form that is wanted."""
    endings = {Form.HTML: ("index.html",), Form.JSON: ("index.json", "messages.jsonl")}
    return tuple(ending for form in Form if form not in forms for ending in endings[form])


@pytest.mark.parametrize("clock", [-(1 << 40), 0, 1 << 40, 1 << 50])
async def test_one_that_was_not_finished_is_no_zip_file(clock: int) -> None:
    out = io.BytesIO()
    with pytest.raises(RuntimeError), into_zip(out, clock) as place:
        with place.new("index.json", packed=True) as file:
            file.write(b"{}" * 10_000)
        with place.new("conversations/00001/files/a", packed=False) as file:
            file.write(b"half of")
            raise RuntimeError("the power is gone")
    assert out.getvalue().startswith(b"PK")
    assert not zipfile.is_zipfile(out)
    del place
    assert not zipfile.is_zipfile(out), "nor does it become one when its writer is let go"


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
async def test_what_was_exported_comes_back(tmp_path: Path, archive: Archive, packing: int) -> None:
    data = zipped(an_export(tmp_path / "export"), compression=packing)
    assert await archive.take_in(io.BytesIO(data), 5) == [1]
    assert [entry.text for entry in archive.read(1)] == ["t"]


@pytest.mark.parametrize("name", [name for name in REFUSED if "link" not in name])
async def test_what_is_no_export_in_a_folder_is_none_in_a_zip_file(tmp_path: Path, archive: Archive, name: str) -> None:
    folder = an_export(tmp_path / "export")
    REFUSED[name](folder)
    with pytest.raises(ImportRefused):
        await archive.take_in(io.BytesIO(zipped(folder)), 5)
    assert archive.conversations() == {} and archive.read(1) == []


def patched(data: bytes, offset: int, value: bytes, *, local: bool = False) -> bytes:
    """With another value in the list's entry of the messages (or before the file itself)."""
    magic, name_at = (b"PK\x03\x04", 30) if local else (b"PK\x01\x02", 46)
    at = data.index(LINES.encode(), 0 if local else data.index(b"PK\x01\x02")) - name_at
    assert data[at : at + 4] == magic
    return data[: at + offset] + value + data[at + offset + len(value) :]


def twice(data: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as made, pytest.warns(UserWarning):
        made.writestr(LINES, GOOD_LINE)
    return out.getvalue()


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "zeros": lambda _: bytes(1 << 20),
    "an empty one": lambda _: b"PK\x05\x06" + bytes(18),
    "a beginning alone": lambda data: data[:100],
    "without its end": lambda data: data[:-30],
    "a password": lambda data: patched(data, 8, b"\x01\x00"),
    "strong encryption": lambda data: patched(data, 8, b"\x40\x00"),
    "a packing of its own": lambda data: patched(data, 10, struct.pack("<H", zipfile.ZIP_LZMA)),
    "a later version": lambda data: patched(data, 6, b"\xff\x00"),
    "more than anybody has": lambda data: patched(data, 24, struct.pack("<I", 0xFFFFFFFE)),
    "another checksum": lambda data: patched(data, 16, b"\x00\x00\x00\x00"),
    "a place beyond its end": lambda data: patched(data, 42, struct.pack("<I", 1 << 30)),
    "another name before the file": lambda data: patched(data, 30, b"elsewhere", local=True),
    "two of one name": twice,
    "a list without end": lambda data: data[:-10] + struct.pack("<I", 0xFFFFFFF0) + data[-6:],
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_zip_file_is_refused_and_leaves_nothing(
    tmp_path: Path, archive: Archive, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written, "MAX_TEXT", 2 << 30)
    data = HOSTILE[name](zipped(an_export(tmp_path / "export")))
    with pytest.raises(ImportRefused):
        await archive.take_in(io.BytesIO(data), 5)
    assert archive.conversations() == {} and archive.read(1) == []


class Sparse(io.BytesIO):
    """A ZIP file behind so many zeros, which notes how much was read at once."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.largest = max(self.largest, size or 0)
        return super().read(size)


async def test_a_list_as_long_as_the_file_is_not_read(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "MAX_DIRECTORY", 1 << 16)
    size = 1 << 20
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, size, 4, 0)
    file = Sparse(b"PK\x03\x04" + bytes(size) + end)
    with pytest.raises(ImportRefused, match="the list of what is in"):
        await archive.take_in(file, 5)
    assert file.largest < size


async def flip(tmp_path: Path, archive: Archive, times: int) -> None:
    data, chance = zipped(an_export(tmp_path / "export"), compression=zipfile.ZIP_DEFLATED), random.Random(times)
    for _ in range(times):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8))):
            changed[chance.randrange(len(data))] = chance.randrange(256)
        try:
            numbers = await archive.take_in(
                io.BytesIO(bytes(changed[: chance.choice((len(data), chance.randrange(len(data))))])), 5
            )
        except ImportRefused:
            assert archive.conversations() == {}
        else:
            for number in numbers:
                archive.remove(number)


async def test_bytes_that_were_changed_are_refused_by_name_or_change_nothing(tmp_path: Path, archive: Archive) -> None:
    await flip(tmp_path, archive, 150)


@pytest.mark.prove
async def test_however_many_bytes_are_changed(tmp_path: Path, archive: Archive) -> None:
    await flip(tmp_path, archive, FLIPS)
