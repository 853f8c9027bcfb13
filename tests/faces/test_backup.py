# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Backups, exports and history at the command line: what the person types, what comes of it, and no hub where none is
needed."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from privity.faces.demo.home import Home
from tests.faces.shell import Done, Shell, befriend
from tests.faces.test_devices import Asked, unwatched

OTHER_WORDS = "zoo " * 11 + "wrong"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    home.invites.append(unwatched(home))
    home.start_hub()
    yield home
    home.stop()


def register(home: Home, name: str, handle: str) -> tuple[Shell, str]:
    """A person, and the words on their paper."""
    invite = home.invites.pop() if home.invites else home.invite()
    shell = Shell(home.folder / name)
    shown = shell.ok("register", home.url, handle, "--invite", invite)
    return shell, next(line.strip() for line in shown.splitlines() if len(line.split()) == 12)


def typed(shell: Shell, words: str, *arguments: str) -> Done:
    """A command that reads the phrase from standard input."""
    with patch.object(sys, "stdin", io.StringIO(f"{words}\n")):
        return shell.run(*arguments)


def talked(home: Home) -> tuple[Shell, str, Shell]:
    alice, words = register(home, "alice", "alice.b")
    bob, _ = register(home, "bob", "bob.c")
    befriend((alice, bob), ("alice.b", "bob.c"))
    alice.ok("room", "direct", "bob.c")
    alice.ok("send", "@bob.c", "from alice")
    bob.ok("read", "@alice.b")
    bob.ok("send", "@alice.b", "from bob")
    assert "from bob" in alice.ok("read", "@bob.c")
    return alice, words, bob


def test_everything_lost_but_the_paper_and_the_backup(home: Home) -> None:
    alice, words, bob = talked(home)
    path = home.folder / "alice.backup"
    assert f"backed up to {path}" in alice.ok("backup", "make", str(path))
    assert "SaveRefused" in alice.refused("backup", "make", str(path))
    new = Shell(home.folder / "new")
    for arguments, said, why in (
        (("--backup", str(path)), OTHER_WORDS, "WrongBackupKey"),
        (("--backup", str(home.folder / "nowhere")), words, "NotAFile"),
        (("--backup", str(home.config)), words, "NotABackup"),
    ):
        done = typed(new, said, "recover", home.url, "alice.b", *arguments)
        assert done.returncode == 1 and why in done.stderr, done.stderr
        assert not new.folder.exists(), "nothing was recovered, so no device was dropped"
    assert "1 " in alice.ok("room", "list") or alice.ok("devices"), "the old device is still one"
    done = typed(new, words, "recover", home.url, "alice.b", "--backup", str(path))
    assert done.returncode == 0, done.stderr
    assert "restored: " in done.stdout
    shown = new.ok("read", "@bob.c")
    assert "bob.c: from bob" in shown and "from alice (from a backup)" in shown
    assert typed(new, words, "backup", "restore", str(path)).stdout == "restored: 0 entries\n"
    bob.ok("send", "@alice.b", "welcome back")
    assert "welcome back" in new.ok("read", "@bob.c")
    message = next(line.split()[0] for line in new.ok("read", "@bob.c").splitlines() if "from alice" in line)
    assert "evidence" in new.refused("report", "@bob.c", message, "--reason", "spam")


def test_no_hub_is_needed_to_leave_it(home: Home) -> None:
    alice, _, bob = talked(home)
    home.hub.stop()
    folder, path = home.folder / "out", home.folder / "alice.backup"
    assert "exported to" in alice.ok("export", str(folder))
    assert "SaveRefused" in alice.refused("export", str(folder))
    index = json.loads((folder / "index.json").read_text())
    assert index["handle"] == "alice.b" and [each["title"] for each in index["conversations"]] == ["bob.c"]
    assert "from bob" in (folder / "conversations" / "00001" / "index.html").read_text()
    assert "backed up" in alice.ok("backup", "make", str(path))
    assert "imported 1 conversations" in bob.ok("export", "import", str(folder))
    assert "archive of alice.b" in bob.ok("export", "archives")
    assert "bob.c: from bob" in bob.ok("export", "show", "1")
    assert "CommandRefused" in bob.refused("export", "show", "2")
    (folder / "index.json").write_text("{}")
    assert "ImportRefused" in bob.refused("export", "import", str(folder))


def test_a_linked_device_asks_for_the_history_and_for_the_phrase(home: Home) -> None:
    alice, words, _ = talked(home)
    phone = Shell(home.folder / "phone")
    new = Asked(phone, "link", home.url, "--with-history")
    code = new.line("privity devices add").removesuffix(" --with-history")
    old = Asked(alice, "devices", "add", code, "--with-history")
    new.line("check:")
    old.line("check:")
    new.say("y\n")
    status, _, err = old.end("y\n")
    assert status == 0, err
    status, out, err = new.end("")
    assert status == 0 and "restored: " in out, err
    shown = phone.ok("read", "@bob.c")
    assert "bob.c: from bob" in shown and "from alice" in shown
    path = str(home.folder / "phone.backup")
    assert "--phrase" in phone.refused("backup", "make", path)
    assert "BadPhrase" in typed(phone, "zoo", "backup", "make", path, "--phrase").stderr
    assert "backed up" in typed(phone, words, "backup", "make", path, "--phrase").stdout
    assert "backed up" in phone.ok("backup", "make", str(home.folder / "again.backup"))
