# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A stranger's file on this person's disk: harmless names, nothing overwritten, all of it or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.client.errors import SaveRefused
from privity.client.saving import MAX_NAME_BYTES, NAMELESS, safe_name, save

NAMES = {
    "teapot.png": "teapot.png",
    "räksmörgås 茶壺.tar.gz": "räksmörgås 茶壺.tar.gz",
    "../../etc/x": "x",
    "/etc/passwd": "passwd",
    "..\\..\\windows\\x.dll": "x.dll",
    "C:\\x": "x",
    "stream.txt:hidden": "stream.txt_hidden",
    "a\u202egpj.exe": "agpj.exe",
    "a\u2066b\u2069.txt": "ab.txt",
    "a\u200b\ufeffb.txt": "ab.txt",
    "a\nb\r\x1b[2Jc\x00.txt": "ab[2Jc.txt",
    "a\u2028b": "ab",
    ".bashrc": "bashrc",
    "...": NAMELESS,
    "..": NAMELESS,
    ".": NAMELESS,
    "": NAMELESS,
    "/": NAMELESS,
    "folder/": NAMELESS,
    " \t ": NAMELESS,
    "\u202e": NAMELESS,
    "\u200b.bashrc": "bashrc",
    ". .bashrc": "bashrc",
    "trailing. . ": "trailing",
    "\u3000.bashrc\u00a0": "bashrc",
    "no\u2003break.txt": "no break.txt",
    "-rf": "_-rf",
    "CON": "_CON",
    "con.txt": "_con.txt",
    "con .txt": "_con .txt",
    "Lpt1.tar.gz": "_Lpt1.tar.gz",
    "COM¹": "_COM¹",
    "console": "console",
    'a<b>c"d|e?f*g': "a_b_c_d_e_f_g",
    "\ud800half": "half",
}


@pytest.mark.parametrize("given_name", NAMES)
def test_a_name_keeps_what_is_harmless(given_name: str) -> None:
    assert safe_name(given_name) == NAMES[given_name]


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("x" * 500 + ".png") == "x" * (MAX_NAME_BYTES - 4) + ".png"
    assert safe_name("茶" * 500 + ".png") == "茶" * ((MAX_NAME_BYTES - 4) // 3) + ".png"
    assert len(safe_name("x." + "y" * 500).encode()) == MAX_NAME_BYTES


@given(st.text(alphabet=st.characters(), max_size=400) | st.text(alphabet="./\\ -:CONcon\u202e\0é茶", max_size=400))
def test_no_name_does_harm(name: str) -> None:
    found = safe_name(name)
    assert 0 < len(found.encode()) <= MAX_NAME_BYTES
    assert not set(found) & set('/\\<>:"|?*\0')
    assert not found.startswith((".", "-", " "))
    assert not found.endswith((".", " "))
    assert not {unicodedata.category(character) for character in found} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert found.partition(".")[0].rstrip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    assert safe_name(found) == found


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_saved_whole_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert save(b"tea", "../../teapot.txt", tmp_path) == tmp_path / "teapot.txt"
    assert (tmp_path / "teapot.txt").read_bytes() == b"tea"
    assert (tmp_path / "teapot.txt").stat().st_mode & 0o777 == 0o600
    assert save(b"", "ignored.txt", tmp_path / "named.txt") == tmp_path / "named.txt"
    assert (tmp_path / "named.txt").read_bytes() == b""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    save(b"tea", "x")
    assert left(tmp_path) == ["here", "named.txt", "teapot.txt"]
    assert left(tmp_path / "here") == ["x"]


def test_nothing_is_ever_overwritten_or_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "taken").write_bytes(b"mine")
    (folder / "dangling").symlink_to(outside)
    for name in ("taken", "dangling"):
        for to in (folder, folder / name):
            with pytest.raises(SaveRefused, match="never overwritten"):
                save(b"theirs", name, to)
    assert (folder / "taken").read_bytes() == b"mine"
    assert not outside.exists()
    assert left(folder) == ["dangling", "taken"]


def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for to in (tmp_path / "missing" / "x", tmp_path / "file" / "x", Path("/proc/self/x")):
        with pytest.raises(SaveRefused, match="cannot be written"):
            save(b"tea", "x", to)
    with pytest.raises(SaveRefused, match="cannot be written"):
        save(b"tea", "x", tmp_path / ("n" * 300))
    for to in (tmp_path / "a\0b", tmp_path / "missing" / ".."):
        with pytest.raises(SaveRefused):
            save(b"tea", "x", to)
    assert left(tmp_path) == ["file"]


def test_a_file_system_without_links_still_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    save(b"tea", "x", tmp_path)
    with pytest.raises(SaveRefused, match="never overwritten"):
        save(b"other", "x", tmp_path)
    assert left(tmp_path) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"tea"


FULL = """
import resource, sys
from pathlib import Path
from privity.client.errors import SaveRefused
from privity.client.saving import save
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save(bytes(100_001), "large", Path(sys.argv[1]))
except SaveRefused as err:
    sys.stdout.write(str(err))
save(bytes(100_000), "fits", Path(sys.argv[1]))
"""
"""A process that may write no file larger than this: for it the disk is full in the middle of a file."""


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "cannot be written: File too large" in done.stdout
    assert left(tmp_path) == ["fits"]
    assert (tmp_path / "fits").stat().st_size == 100_000


def test_a_failure_after_the_bytes_leaves_nothing_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(SaveRefused, match="Input/output error"):
        save(b"tea", "x", tmp_path)
    assert left(tmp_path) == []
