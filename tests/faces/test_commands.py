# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A person at the command line: two accounts talk, react, edit, delete, block and report, each command a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.faces.demo.home import Home
from tests.waiting import wait_until


class Shell:
    """Runs commands as one person, with that person's device folder."""

    def __init__(self, folder: Path, passphrase: str = "invented") -> None:
        self.environment = {**os.environ, "PRIVITY_DEVICE": str(folder), "PRIVITY_PASSPHRASE": passphrase}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "privity.cli", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)

    def ok(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home.stop()


def test_two_people_at_the_command_line(home: Home) -> None:
    first = home.init()
    home.start_hub()
    alice, bob = Shell(home.folder / "alice"), Shell(home.folder / "bob")
    phrase = alice.ok("register", home.url, "alice.b", "--invite", first).splitlines()[-1].split()
    assert len(phrase) == 12
    bob.ok("register", home.url, "bob.c", "--invite", home.invite())
    room = alice.ok("room", "direct", "bob.c").strip()
    short = room.rsplit("/", 1)[-1][:6]
    sent = alice.ok("send", room, "hello Bob").split()[-1]
    assert "hello Bob" in bob.ok("read", short)
    bob.ok("react", short, sent, "+1")
    alice.ok("edit", short, sent, "hello dear Bob")
    assert "hello dear Bob (edited)  [+1]" in alice.ok("read", short)
    line = json.loads(bob.ok("read", short, "--json").splitlines()[-1])
    assert (line["text"], line["state"], line["reactions"][0]["text"]) == ("hello dear Bob", "edited", "+1")
    assert alice.ok("verify", "bob.c").splitlines()[0] == bob.ok("verify", "alice.b").splitlines()[0]
    assert len(alice.ok("room", "members", short).splitlines()) == 2
    assert "receipt" in bob.ok("report", short, sent, "--reason", "harassment")
    assert "only your own messages" in bob.refused("edit", short, sent, "I never said that")
    assert "no reason" in bob.refused("report", short, sent, "--reason", "dislike")
    assert "NotNamed" in alice.refused("send", "zzzz", "hi")
    assert "WrongPassphrase" in Shell(home.folder / "alice", "guess").refused("read", short)
    alice.ok("delete", short, sent)
    assert "(deleted)" in bob.ok("read", short)
    alice.ok("block", "bob.c")
    assert "no_consent" in bob.refused("send", short, "still there?")
    alice.ok("unblock", "bob.c")
    bob.ok("send", short, "thank you")
    assert "thank you" in alice.ok("read", short)


def test_init_never_overwrites(home: Home) -> None:
    home.init()
    before = (home.home / "privity.toml").read_bytes()
    assert "AlreadyInitialised" in Shell(home.folder).refused("init", str(home.home))
    assert (home.home / "privity.toml").read_bytes() == before


def test_files_at_the_command_line(home: Home) -> None:
    first = home.init()
    home.start_hub()
    alice, bob = Shell(home.folder / "alice"), Shell(home.folder / "bob")
    alice.ok("register", home.url, "alice.b", "--invite", first)
    bob.ok("register", home.url, "bob.c", "--invite", home.invite())
    room = alice.ok("room", "direct", "bob.c").strip()
    picture = home.folder / "teapot.png"
    picture.write_bytes(os.urandom(123_456))
    sent = alice.ok("attach", room, str(picture), "--caption", "found it").split()[-1]
    assert "found it [teapot.png, 123.5 kB, image/png]" in bob.ok("read", room)
    line = json.loads(bob.ok("read", room, "--json").splitlines()[-1])
    assert line["files"] == [{"part": 2, "name": "teapot.png", "size": 123_456, "type": "image/png"}]
    got = home.folder / "got"
    got.mkdir()
    assert bob.ok("save", room, sent, "--to", str(got)) == f"saved {got / 'teapot.png'} (123.5 kB)\n"
    assert (got / "teapot.png").read_bytes() == picture.read_bytes()
    assert "SaveRefused" in bob.refused("save", room, sent, "--to", str(got))
    assert "NotAFile" in alice.refused("attach", room, str(got))
    hostile = home.folder / "..\x1b[2J\u202egpj.exe"
    hostile.write_bytes(b"tea")
    answer = bob.ok("attach", room, str(hostile), "--reply-to", sent).split()[-1]
    read = alice.ok("read", room)
    assert "[[2Jgpj.exe, 3 bytes, application/" in read
    assert not set(read) & {"\x1b", "\u202e"}
    alice.ok("save", room, answer, "--to", str(got), "--part", "0")
    assert sorted(path.name for path in got.iterdir()) == ["[2Jgpj.exe", "teapot.png"]
    said = alice.ok("send", room, "words alone").split()[-1]
    assert "no file" in bob.refused("save", room, said)
    bob.ok("report", room, sent, "--reason", "spam")
    home.desk.start()
    wait_until(lambda: bool(home.reports()), "the desk's finding")
    (message,) = home.reports()[0]["messages"]
    assert (message["level"], [found["outcome"] for found in message["attachments"]]) == (2, ["OK"])
