# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that lost its newest database goes on: what its operator types, and what its people notice."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.faces.demo.home import Home
from privity.faces.demo.processes import START_LIMIT_S, privity
from tests.faces.shell import Shell, befriend


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    home.invites.append(home.init())
    home.witness.start()
    home.start_hub()
    yield home
    home.stop()


def register(home: Home, name: str, handle: str) -> Shell:
    shell = Shell(home.folder / name)
    shell.ok("register", home.url, handle, "--invite", home.invites.pop())
    return shell


def continue_log(home: Home) -> subprocess.CompletedProcess[str]:
    command = privity("continue-log", "--config", str(home.config))
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=START_LIMIT_S)


def digits(shell: Shell, handle: str) -> list[str]:
    """The safety number with somebody."""
    return [word for word in shell.ok("verify", handle).split() if len(word) == 5 and word.isdigit()]


def test_an_old_copy_goes_on_and_whom_it_had_forgotten_comes_back_alone(home: Home) -> None:
    alice = register(home, "alice", "alice.b")
    home.hub.stop()
    home.put_aside()
    home.start_hub()
    home.invites.append(home.invite())
    bob = register(home, "bob", "bob.c")
    befriend((alice, bob), ("alice.b", "bob.c"))
    before = digits(alice, "bob.c")
    alice.ok("room", "direct", "bob.c")
    assert "alice.b" in bob.ok("room", "list")
    assert len(before) == 12
    home.hub.kill()
    home.put_back()

    home.hub.start()
    assert home.hub.child is not None and home.hub.child.wait(START_LIMIT_S) == 1
    assert "LogBehind" in home.hub.log.read_text() and "privity continue-log" in home.hub.log.read_text()

    done = continue_log(home)
    assert done.returncode == 0, done.stderr
    assert "taken back" in done.stdout and "privity serve" in done.stdout + done.stderr
    home.start_hub()

    # Carol never met Bob, and the hub has forgotten that he exists. Once his device connects, all is as it was.
    home.invites.append(home.invite())
    carol = register(home, "carol", "carol.d")
    assert "nobody whom you may find" in carol.refused("verify", "bob.c")
    bob.ok("devices")
    # That Alice and Bob are contacts was said after the copy was made: the restored hub has to hear it again.
    befriend((alice, bob, carol), ("alice.b", "bob.c", "carol.d"))
    assert digits(alice, "bob.c") == before
    # Bob had been added to a conversation before. The restored hub would number his next one as that, and he skip it.
    room = carol.ok("room", "direct", "bob.c").split()[-1]
    carol.ok("send", room, "are you there")
    listed = bob.ok("room", "list")
    assert "carol.d" in listed
    assert "are you there" in bob.ok("read", next(line.split()[0] for line in listed.splitlines() if "carol.d" in line))

    again = continue_log(home)
    assert again.returncode == 1 and "stop it first" in again.stderr
    home.hub.stop()
    assert "nothing" in continue_log(home).stdout


def test_without_an_auditor_that_kept_it_nothing_is_written(home: Home) -> None:
    register(home, "alice", "alice.b")
    home.hub.stop()
    home.put_aside()
    home.start_hub()
    home.invites.append(home.invite())
    register(home, "bob", "bob.c")
    home.hub.kill()
    home.put_back()
    home.witness.stop()
    before = (home.home / "hub" / "hub.db").read_bytes()
    done = continue_log(home)
    assert done.returncode == 1 and done.stderr.startswith("privity: ")
    assert (home.home / "hub" / "hub.db").read_bytes() == before
