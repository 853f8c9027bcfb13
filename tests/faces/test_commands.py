# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People at the command line: accounts talk, react, edit, delete, block, report, send files and make groups."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.faces.shell import Shell, Town, befriend
from tests.waiting import wait_until


def test_two_people_at_the_command_line(town: Town) -> None:
    alice, bob = town.alice, town.bob
    room = alice.ok("room", "direct", "bob.c").strip()
    short = room.rsplit("/", 1)[-1][:6]
    sent = alice.ok("send", room, "hello Bob").split()[-1]
    assert f"{sent}  " in bob.ok("read", short) and "  alice.b: hello Bob" in bob.ok("read", "@alice.b")
    bob.ok("react", short, sent, "+1")
    alice.ok("edit", short, sent, "hello dear Bob")
    assert "you: hello dear Bob (edited)  [+1]" in alice.ok("read", short)
    line = json.loads(bob.ok("read", short, "--json").splitlines()[-1])
    assert (line["text"], line["state"], line["name"]) == ("hello dear Bob", "edited", "alice.b")
    (reaction,) = line["reactions"]
    assert (reaction["text"], reaction["name"]) == ("+1", "bob.c")
    assert [line["sender"], reaction["sender"]] == town.words("alice", "bob")
    assert "receipt" in alice.ok("report", short, reaction["id"][:8], "--reason", "harassment")
    verified = alice.ok("verify", "bob.c").splitlines()
    assert verified[0] == bob.ok("verify", "@alice.b").splitlines()[0]
    assert "the same on the screen of bob.c" in verified[1]
    members = alice.ok("room", "members", short).splitlines()
    assert [row.split()[0] for row in members] == ["bob.c", "you"] and members[1].endswith("(this device)")
    assert "receipt" in bob.ok("report", short, sent, "--reason", "harassment")
    assert "only your own messages" in bob.refused("edit", short, sent, "I never said that")
    assert "--reason" in bob.wrong("report", short, sent, "--reason", "dislike")
    assert "NotNamed" in alice.refused("send", "zzzz", "hi")
    assert "WrongPassphrase" in Shell(alice.folder, "guess").refused("read", short)
    alice.ok("delete", short, sent)
    assert "alice.b: (deleted)" in bob.ok("read", short)
    alice.ok("block", "bob.c")
    assert "no_consent" in bob.refused("send", short, "still there?")
    alice.ok("unblock", "bob.c")
    assert "no_consent" in bob.refused("send", short, "now?"), "a block ended their contact"
    befriend((alice, bob), ("alice.b", "bob.c"))
    bob.ok("send", short, "-thank you")
    assert "bob.c: -thank you" in alice.ok("read", short)


def test_who_is_invited_names_the_other_in_the_first_command(town: Town) -> None:
    """The name of whoever wrote is asked for before a conversation is looked for by it."""
    town.bob.ok("room", "direct", "carol.d")
    town.bob.ok("send", "@carol.d", "see you at six")
    assert "bob.c: see you at six" in town.carol.ok("read", "@bob.c")


def test_what_cannot_be_done_is_refused_by_name(town: Town) -> None:
    alice = town.alice
    room = alice.ok("room", "direct", "bob.c").strip()
    assert "is you" in alice.refused("room", "direct", "alice.b")
    assert "is you" in alice.refused("verify", "alice.b")
    assert "of you two" in alice.refused("room", "invite", room, "carol.d")
    assert "of you two" in alice.refused("room", "remove", room, "bob.c")
    assert "nothing in the text" in alice.refused("send", room, " ")
    assert "nobody" in alice.refused("verify", "nobody")
    assert "BadHandle" in alice.refused("verify", "a/b")
    assert "BadUri" in alice.refused("verify", "mimi://x")
    before = alice.ok("room", "list")
    assert "nobody" in alice.refused("room", "create", "bob.c", "nobody")
    assert alice.ok("room", "list") == before
    assert "room list" in alice.refused("read", "@carol.d")
    assert "BadHandle" in alice.refused("register", town.home.url, "A")
    assert "NoStore" in Shell(town.home.folder / "nothing").refused("read", room)
    assert not (town.home.folder / "nothing").exists()


def test_a_group_and_what_is_unread(town: Town) -> None:
    alice, bob, carol = town.alice, town.bob, town.carol
    room = alice.ok("room", "create", "bob.c").strip()
    short = room.rsplit("/", 1)[-1][:8]
    assert alice.ok("room", "invite", room, "carol.d") == "added carol.d\n"
    assert "in this conversation already" in alice.refused("room", "invite", room, "carol.d")
    alice.ok("send", room, "one")
    bob.ok("send", room, "two")
    assert f"{short}  group of 3: you, alice.b, bob.c  (2 unread)" in carol.ok("room", "list").splitlines()
    shown = carol.ok("read", short)
    assert "alice.b: one" in shown and "bob.c: two" in shown
    row = next(row for row in map(json.loads, carol.ok("room", "list", "--json").splitlines()) if row["room"] == room)
    assert (row["unread"], row["direct"], [each["name"] for each in row["people"]]) == (
        0,
        False,
        ["alice.b", "bob.c", "carol.d"],
    )
    assert "-- carol.d joined" in alice.ok("read", room)
    assert alice.ok("room", "remove", room, "bob.c") == "removed bob.c\n"
    assert "-- bob.c was removed (by alice.b)" in carol.ok("read", room)
    assert "bob.c is not in" in alice.refused("room", "remove", room, "bob.c")
    carol.ok("room", "leave", room)
    assert room not in carol.ok("room", "list", "--json")
    assert room in carol.ok("room", "list", "--left", "--json")
    assert "you are no longer in it" in carol.ok("room", "list", "--left")
    assert "alice.b: one" in carol.ok("read", room), "what it has stays"
    assert "NotNamed" in carol.refused("send", room, "from outside")


def test_init_never_overwrites(town: Town) -> None:
    before = (town.home.home / "privity.toml").read_bytes()
    assert "AlreadyInitialised" in town.alice.refused("init", str(town.home.home))
    assert (town.home.home / "privity.toml").read_bytes() == before


def test_files_at_the_command_line(town: Town, tmp_path: Path) -> None:
    alice, bob = town.alice, town.bob
    room = alice.ok("room", "direct", "bob.c").strip()
    picture = tmp_path / "teapot.png"
    picture.write_bytes(os.urandom(123_456))
    sent = alice.ok("attach", room, str(picture), "--caption", "found it").split()[-1]
    assert "alice.b: found it [teapot.png, 123.5 kB, image/png]" in bob.ok("read", room)
    line = json.loads(bob.ok("read", room, "--json").splitlines()[-1])
    assert line["files"] == [{"part": 2, "name": "teapot.png", "size": 123_456, "type": "image/png"}]
    got = tmp_path / "got"
    got.mkdir()
    assert bob.ok("save", room, sent, "--to", str(got)) == f"saved {got / 'teapot.png'} (123.5 kB)\n"
    assert (got / "teapot.png").read_bytes() == picture.read_bytes()
    assert "SaveRefused" in bob.refused("save", room, sent, "--to", str(got))
    assert "NotAFile" in alice.refused("attach", room, str(got))
    hostile = tmp_path / "..\x1b[2J\u202egpj.exe"
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
    town.home.desk.start()
    wait_until(lambda: any(_files(each) for each in town.home.reports()), "the desk's finding")
    (message,) = next(each["messages"] for each in town.home.reports() if _files(each))
    assert (message["level"], [found["outcome"] for found in message["attachments"]]) == (2, ["OK"])


def _files(report: dict[str, object]) -> bool:
    messages = report["messages"]
    assert isinstance(messages, list)
    return any(message["attachments"] for message in messages)
