# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Linking a second device at the command line: both processes show digits, both ask, and a no leaves nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from privity.faces.demo.home import Home
from tests.faces.shell import LIMIT_S, Shell, befriend


class Asked:
    """A command that asks something and waits for a line of input."""

    def __init__(self, shell: Shell, *arguments: str) -> None:
        command = [sys.executable, "-m", "privity.cli", *arguments]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, env=shell.environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True, bufsize=1
        )

    def line(self, beginning: str) -> str:
        """The rest of the next line that begins like this."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip().startswith(beginning):
                return line.strip().removeprefix(beginning).strip()
        raise AssertionError(f"no line {beginning!r}: {self.process.communicate()[1]}")

    def say(self, said: str) -> None:
        """Answer, and let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write(said)
        self.process.stdin.flush()

    def end(self, said: str) -> tuple[int, str, str]:
        """Answer; exit status and what was written."""
        out, err = self.process.communicate(said, timeout=LIMIT_S)
        assert "Traceback" not in err, err
        return self.process.returncode, out, err

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=LIMIT_S)


def unwatched(home: Home) -> str:
    """A hub without a witness, whose key log publishes at once: neither is what is tested here. The first invite."""
    first = home.init(watched=False)
    home.config.write_text(home.config.read_text().replace("epoch_min_ms = 100\n", "epoch_min_ms = 10\n"))
    return first


@contextmanager
def opened(folder: Path) -> Iterator[Home]:
    """A hub on which Alice has one device."""
    home = Home(folder)
    first = unwatched(home)
    home.start_hub()
    try:
        Shell(home.folder / "alice").ok("register", home.url, "alice.b", "--invite", first)
        yield home
    finally:
        home.stop()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with opened(tmp_path) as home:
        yield home


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """For tests that end as they began, which is what they assert: one after another on one hub."""
    with opened(tmp_path_factory.mktemp("unchanged")) as home:
        yield home


def linking(home: Home) -> tuple[Asked, Asked]:
    """A new device and the old one, both at their question, with the same digits."""
    new = Asked(Shell(home.folder / "phone"), "link", home.url)
    code = new.line("privity devices add")
    old = Asked(Shell(home.folder / "alice"), "devices", "add", code)
    assert new.line("this becomes a device of").startswith("alice.b, mimi://")
    assert new.line("check:") == old.line("check:")
    return new, old


def test_a_second_device_at_the_command_line(home: Home) -> None:
    alice, bob, phone = (Shell(home.folder / name) for name in ("alice", "bob", "phone"))
    bob.ok("register", home.url, "bob.c", "--invite", home.invite())
    befriend((alice, bob), ("alice.b", "bob.c"))
    room = alice.ok("room", "direct", "bob.c").strip()
    new, old = linking(home)
    new.say("y\n")
    assert old.end("yes\n")[0] == 0
    status, out, _ = new.end("")
    assert status == 0 and "is a device of alice.b" in out
    bob.ok("send", room, "to both of you")
    alice.ok("send", room, "from the old one")
    phone.ok("send", room, "from the new one")
    for shell in (alice, phone):
        shown = shell.ok("read", room)
        assert "to both of you" in shown and "you: from the old one" in shown and "you: from the new one" in shown
    first, *lines = phone.ok("devices").splitlines()
    assert (
        first.startswith("alice.b, mimi://") and len(lines) == 2 and sum("(this device)" in line for line in lines) == 1
    )
    assert sorted(line.split()[0] for line in bob.ok("devices", "alice.b").splitlines()[1:]) == sorted(
        line.split()[0] for line in lines
    )
    own = next(line.split()[0] for line in lines if "(this device)" in line)
    assert "itself" in phone.refused("devices", "remove", own)
    assert "NotNamed" in alice.refused("devices", "remove", "zzzz")
    assert "NotNamed" in alice.refused("devices", "remove", own[:3])
    assert own in alice.ok("devices", "remove", own[:6])
    bob.ok("send", room, "only the old one")
    assert "only the old one" in alice.ok("read", room)
    last = alice.ok("devices").splitlines()[1].split()[0]
    assert "itself" in alice.refused("devices", "remove", last)
    assert "StoreExists" in phone.refused("link", home.url)


@pytest.mark.parametrize(("new_says", "old_says"), [("n\n", ""), ("", "n\n"), ("", "")], ids=["new", "old", "neither"])
def test_anything_but_yes_is_a_no(unchanged: Home, new_says: str, old_says: str) -> None:
    new, old = linking(unchanged)
    for asked, said in ((new, new_says), (old, old_says)):
        status, _, err = asked.end(said)
        assert (status, "LinkDeclined" in err) == (1, True), err
    assert Shell(unchanged.folder / "alice").ok("devices").count(" added ") == 1
    assert not (unchanged.folder / "phone").exists()


def test_a_killed_new_device_goes_on_with_the_same_code(home: Home) -> None:
    first = Asked(Shell(home.folder / "phone"), "link", home.url)
    code = first.line("privity devices add")
    old = Asked(Shell(home.folder / "alice"), "devices", "add", code)
    check = first.line("check:")
    first.kill()
    again = Asked(Shell(home.folder / "phone"), "link", home.url)
    assert again.line("privity devices add") == code
    assert again.line("check:") == check == old.line("check:")
    again.say("y\n")
    assert old.end("y\n")[0] == 0
    assert again.end("")[0] == 0


def test_bad_codes_and_hubs_are_refused_by_name(unchanged: Home) -> None:
    alice, phone = Shell(unchanged.folder / "alice"), Shell(unchanged.folder / "phone")
    assert "CommandRefused" in alice.refused("devices", "add", "nonsense!")
    assert "LinkExpired" in alice.refused("devices", "add", "aaaa-aaaa")
    assert "CommandRefused" in phone.refused("link", "not a hub")
    assert "HubUnreachable" in phone.refused("link", "http://127.0.0.1:1")
    assert alice.ok("devices").count(" added ") == 1
    assert not (unchanged.folder / "phone").exists()
