# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Packages as one archive: the same bytes each time, and nothing but plain files comes out of one."""

from __future__ import annotations

import io
import tarfile

import pytest

from privity.production import archive
from privity.production.errors import BadArchive, BadName

FILES = {"bag/data/a.txt": b"one", "attest/keys.json": b"", "letter.pdf": bytes(70_000)}


def test_what_is_packed_comes_out_and_always_in_the_same_bytes() -> None:
    packed = archive.pack("LP-2026-0001", FILES)
    assert archive.unpack(packed) == FILES
    assert archive.pack("LP-2026-0001", dict(reversed(FILES.items()))) == packed
    assert archive.pack("LP-2026-0002", FILES) != packed
    with tarfile.open(fileobj=io.BytesIO(packed)) as opened:
        entries = opened.getmembers()
    assert [one.name for one in entries if one.isdir()] == [
        "LP-2026-0001",
        "LP-2026-0001/attest",
        "LP-2026-0001/bag",
        "LP-2026-0001/bag/data",
    ]
    assert {(one.mtime, one.uid, one.gid, one.uname, one.gname) for one in entries} == {(0, 0, 0, "", "")}
    assert {one.mode for one in entries if one.isfile()} == {0o600}


def test_long_names_are_packed_alike() -> None:
    files = {"/".join(["x" * 100] * 7): b"deep"}
    assert archive.unpack(archive.pack("LP-2026-0001", files)) == files


@pytest.mark.parametrize(
    ("folder", "path"), [("LP", "../up"), ("..", "a.txt"), ("LP", "a b"), ("", "a.txt"), ("L", "")]
)
def test_a_name_that_is_not_plain_is_not_packed(folder: str, path: str) -> None:
    with pytest.raises(BadName):
        archive.pack(folder, {path: b""})


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as opened:
        made = tarfile.TarInfo(name)
        made.type, made.linkname = kind, link
        opened.addfile(made)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"no archive",
        b"",
        entry("LP/../../etc/passwd"),
        entry("/etc/passwd"),
        entry("LP/link", tarfile.SYMTYPE, "/etc/passwd"),
        entry("LP/hard", tarfile.LNKTYPE, "LP/other"),
        entry("LP/pipe", tarfile.FIFOTYPE),
        archive.pack("LP", FILES)[:600],
    ],
    ids=["bytes", "nothing", "up", "root", "symlink", "hardlink", "pipe", "cut off"],
)
def test_anything_else_comes_out_of_nothing(data: bytes) -> None:
    with pytest.raises(BadArchive):
        archive.unpack(data)


def test_a_file_that_is_there_twice_is_refused() -> None:
    one = entry("LP/a.txt")
    with pytest.raises(BadArchive, match="plain files"):
        archive.unpack(one[:512] + one)
