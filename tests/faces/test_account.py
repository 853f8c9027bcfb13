# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A person asks what the hub keeps about them and gets it as a file; and ends their account."""

from __future__ import annotations

import json
from pathlib import Path

from privity.faces.demo.home import Home
from tests.faces.shell import Shell, Town, befriend
from tests.faces.test_recovering import home, register, typed

__all__ = ["home"]


def test_what_the_hub_keeps_is_shown_and_written(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "about-me.json"
    shown = town.alice.ok("account", "data", "--out", str(out))
    assert "account: 1 row. An account" in shown and "kept until the account is deleted" in shown
    assert out.stat().st_mode & 0o777 == 0o600
    tables = {table["name"]: table for table in json.loads(out.read_text())["tables"]}
    (alice,) = town.words("alice")
    assert [row["user_uri"]["value"] for row in tables["account"]["data"]] == [alice]
    assert len(tables["device"]["data"]) == tables["device"]["rows"] == 1
    (bob,) = town.words("bob")
    named = {name for name, table in tables.items() if bob in json.dumps(table["data"])}
    assert named == {"contact_side", "observed"}, "no desk has asked yet for what was observed"


def test_an_existing_file_is_not_overwritten(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "precious.json"
    out.write_text("mine")
    assert "precious.json" in town.alice.refused("account", "data", "--out", str(out))
    assert out.read_text() == "mine"


def files_of(home: Home, needle: bytes) -> set[str]:
    """Which files of the hub's data folder hold this."""
    return {path.name for path in (home.home / "hub").rglob("*") if path.is_file() and needle in path.read_bytes()}


def test_the_end_of_an_account_is_asked_for_twice_and_seen_by_others(home: Home) -> None:
    words = register(home)
    alice, bob = Shell(home.folder / "alice"), Shell(home.folder / "bob")
    bob.ok("register", home.url, "bob.c", "--invite", home.invite())
    befriend((alice, bob), ("alice.b", "bob.c"))
    room = alice.ok("room", "direct", "bob.c").strip()
    alice.ok("send", room, "what stays with Bob")
    assert "what stays with Bob" in bob.ok("read", room)
    status, out, err = typed(alice, f"bob.c\n{words}", "account", "delete")
    assert status == 1 and "not the handle" in err and "cannot be undone" in out
    status, _, err = typed(alice, f"alice.b\n{words.replace(words.split()[0], 'zoo', 1)}", "account", "delete")
    assert status == 1 and "Phrase: " in err and "zoo" not in err
    assert "(this device)" in alice.ok("devices"), "nothing was done"
    assert files_of(home, b"alice.b")

    status, out, err = typed(alice, f"@Alice.B\n{words}", "account", "delete")
    assert status == 0, err
    assert "closed: the account is gone" in out
    status, out, err = typed(alice, f"alice.b\n{words}", "account", "delete")
    assert status == 0 and "closed" in out, err

    shown = bob.run("read", room)
    assert "what stays with Bob" in shown.stdout and "ACCOUNT CLOSED" in shown.stderr, shown
    assert "closed their account: this conversation stays readable, and has ended" in bob.ok("read", room)
    assert "nobody whom you may find has the handle" in bob.refused("room", "direct", "alice.b")
    assert bob.run("send", room, "are you there?").returncode == 1
    assert (
        "handle_taken"
        in Shell(home.folder / "impostor").refused("register", home.url, "alice.b", "--invite", home.invite()).lower()
    )
    assert "what stays with Bob" in alice.run("read", room).stdout, "what a device has stays its person's"
    home.stop()
    assert files_of(home, b"alice.b") == set() != files_of(home, b"bob.c")


def test_without_the_phrase_it_waits_and_another_look_cancels_it(home: Home) -> None:
    register(home)
    alice = Shell(home.folder / "alice")
    status, out, err = typed(alice, "alice.b", "account", "delete", "--without-phrase")
    assert status == 0 and "asked: the account ends" in out, err
    assert "CLOSING PENDING" in alice.run("devices").stdout
    assert "pending already" in typed(alice, "alice.b", "account", "delete", "--without-phrase")[2]
    assert "cancelled" in alice.ok("devices", "cancel-reset")
    assert "CLOSING PENDING" not in alice.run("devices").stdout
