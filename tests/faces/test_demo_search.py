# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's search finds what it looks for, wherever and in whatever form it stands, and nothing else."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from privity.faces.demo.home import Home
from privity.faces.demo.leaks import desk_files, hub_files
from privity.faces.demo.search import DISTINCT, SLICE, Needles, search, telling_slices

FORMS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "as hex": lambda raw: raw.hex().encode(),
    "as base64": base64.b64encode,
    "within base64": lambda raw: base64.b64encode(b"ab" + raw + b"c"),
}
PLACES = ["home/hub/hub.db", "home/hub/blobs/ab/abcd", "home/hub/logs/hub.log", "hub.out"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    for place in (*PLACES, "home/desk/desk.db", "desk.out"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(os.urandom(1000))
    return home


def needles() -> tuple[Needles, list[bytes]]:
    """A word, a 32-byte secret, a 16-byte key and a file, and what each looks like in the open."""
    made = Needles()
    planted = [b"canary-00112233445566aa", os.urandom(32), os.urandom(16)]
    for number, raw in enumerate(planted):
        made.add(raw, f"thing {number}")
    file = os.urandom(5000)
    assert made.add_file(file, "a file") == 8
    return made, [*planted, file]


def test_nothing_is_found_where_nothing_is(home: Home) -> None:
    made, _ = needles()
    assert search(hub_files(home), made).found == ()
    looked = search(desk_files(home), made)
    assert (looked.files, looked.size, looked.found) == (2, 2000, ())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES)
def test_words_keys_and_files_are_found_in_every_form_and_place(home: Home, place: str, form: str) -> None:
    made, planted = needles()
    for raw in planted:
        path = home.folder / place
        path.write_bytes(b"before" + FORMS[form](raw) + b"after")
        found = search(hub_files(home), made).found
        assert len(found) == 1
        assert found[0].endswith(f" in {path.name}")


def test_a_part_of_a_file_is_enough_to_find_it(home: Home) -> None:
    made, planted = needles()
    file = planted[-1]
    (home.folder / PLACES[0]).write_bytes(file[1200:2600])
    assert search(hub_files(home), made).found == ("part of a file in hub.db",)


def test_what_is_found_is_named_without_being_shown(home: Home) -> None:
    made, planted = needles()
    (home.folder / PLACES[0]).write_bytes(planted[1])
    (found,) = search(hub_files(home), made).found
    assert planted[1].hex() not in found


def test_slices_that_say_nothing_are_not_looked_for() -> None:
    assert list(telling_slices(bytes(10_000))) == []
    assert list(telling_slices(b"short")) == []
    assert all(len(set(piece)) >= DISTINCT and len(piece) == SLICE for piece in telling_slices(os.urandom(500)))
