# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lost and stolen devices at the command line: what the person types, reads, and cannot do."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.faces.demo.home import Home
from privity.faces.demo.processes import privity
from tests.faces.shell import Shell
from tests.faces.test_devices import Asked, linking, unwatched

WORDS = 12


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    home.invites.append(unwatched(home))
    home.start_hub()
    yield home
    home.stop()


def register(home: Home) -> str:
    """Alice registers; the words on her paper."""
    shown = Shell(home.folder / "alice").ok("register", home.url, "alice.b", "--invite", home.invites[0])
    return next(line.strip() for line in shown.splitlines() if len(line.split()) == WORDS)


def typed(shell: Shell, words: str, *arguments: str) -> tuple[int, str, str]:
    return Asked(shell, *arguments).end(f"{words}\n")


def reset_code(home: Home, handle: str) -> str:
    command = privity("reset-code", handle, "--config", str(home.config))
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_stolen_device_is_dropped_by_another_one_and_the_words(home: Home) -> None:
    words = register(home)
    alice, tablet = Shell(home.folder / "alice"), Shell(home.folder / "phone")
    new, old = linking(home)
    new.say("y\n")
    assert old.end("y\n")[0] == 0 and new.end("")[0] == 0
    assert alice.ok("devices").splitlines()[1:] != tablet.ok("devices").splitlines()[1:], "each says which it is"
    assert "account key" not in alice.ok("devices") + tablet.ok("devices"), "they are equal"
    stolen = next(line.split()[0] for line in alice.ok("devices").splitlines() if "(this device)" in line)
    misread = " ".join(["zoology", *words.split()[1:]])
    status, _, err = typed(tablet, misread, "devices", "recover", "--remove", stolen)
    assert status == 1 and "BadPhrase" in err and "zoology" not in err
    status, out, err = typed(tablet, words, "devices", "recover", "--remove", stolen)
    assert status == 0, err
    assert "made a new account key" in out and stolen in out
    shown = tablet.ok("devices")
    assert "account key" not in shown and stolen not in shown


def test_back_with_nothing_but_the_words(home: Home) -> None:
    words = register(home)
    new = Shell(home.folder / "new")
    status, out, err = typed(new, words, "recover", home.url, "alice.b")
    assert status == 0, err
    assert out.startswith("recovered: you are alice.b, mimi://")
    assert len([line for line in new.ok("devices").splitlines() if "added" in line]) == 1
    assert "not_found" in typed(Shell(home.folder / "x"), words, "recover", home.url, "nobody")[2].lower()
    assert not (home.folder / "x").exists()


def test_a_reset_says_what_it_costs_waits_and_is_cancelled_in_red(home: Home) -> None:
    register(home)
    alice, new = Shell(home.folder / "alice"), Shell(home.folder / "new")
    assert "bad_reset_code" in new.refused("reset", home.url, "alice.b", "--code", "aaaaaaaa").lower()
    out = new.ok("reset", home.url, "alice.b", "--code", reset_code(home, "alice.b"))
    assert "72 hours" in out and "contacts are told" in out and "cancel" in out
    assert len(next(line for line in out.splitlines() if len(line.split()) == WORDS).split()) == WORDS
    assert "ResetWaits" in new.refused("devices")
    shown = alice.ok("devices")
    assert "RESET PENDING: in 72 hours" in shown and "privity devices cancel-reset" in shown
    assert "cancelled" in alice.ok("devices", "cancel-reset")
    assert "PENDING" not in alice.ok("devices")
    assert "no reset" in alice.refused("devices", "cancel-reset")
