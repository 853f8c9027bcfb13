# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people are called on the screen: nobody can pass for another person, for you, or for an unknown one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import cast

import pytest

from privity.client.engine.shown import Item, Kind, Reaction
from privity.client.sdk import Device
from privity.faces.commands.naming import called, people_in, with_names
from privity.identity.errors import BadHandle
from privity.identity.handle import parse_handle
from tests.faces.shell import Shell, Town
from tests.faces.test_devices import Asked

ROOM = "mimi://h.x/r/room"
OWN, BOB, EVE = (f"mimi://h.x/u/{letter * 25}a" for letter in "obe")


@dataclass
class Known:
    """A device that knows these handles."""

    handles: dict[str, str]
    user_uri: str = OWN
    names: Known = field(init=False)
    preferences: Known = field(init=False)

    def __post_init__(self) -> None:
        self.names = self.preferences = self

    def frozen(self, _: str) -> bool:
        return False

    def handle(self, user_uri: str) -> str | None:
        return self.handles.get(user_uri)

    def bearers(self, handle: str) -> list[str]:
        return [uri for uri, known in self.handles.items() if known == handle]


def knowing(**handles: str) -> Device:
    uris = {"own": OWN, "bob": BOB, "eve": EVE}
    return cast(Device, Known({OWN: "own.a"} | {uris[who]: handle for who, handle in handles.items()}))


def test_people_are_called_by_handles_that_name_them_alone() -> None:
    assert called(knowing(bob="bob.c", eve="eve.e"), BOB) == "bob.c"
    assert called(knowing(), BOB) == "bbbbbb…"
    both = knowing(bob="bob.c", eve="bob.c")
    assert (called(both, BOB), called(both, EVE)) == ("bob.c (bbbbbb…)", "bob.c (eeeeee…)")
    assert called(knowing(bob="own.a"), BOB) == "own.a (bbbbbb…)"
    assert called(knowing(own="you"), OWN) == "you"
    assert called(knowing(eve="you"), EVE) == "you (eeeeee…)"
    with pytest.raises(BadHandle):
        parse_handle("bbbbbb…")


def test_a_sentence_about_you_is_said_to_you() -> None:
    device = knowing(bob="bob.c", eve="you")
    assert with_names(device, f"{OWN} has a device less here; {OWN} keeps a copy; {OWN} was banned") == (
        "you have a device less here; you keep a copy; you were banned"
    )
    assert with_names(device, f"the reset of the account of {OWN} was cancelled") == (
        "the reset of your account was cancelled"
    )
    assert with_names(device, f"{BOB} has a new device here; the account of {BOB} was reset") == (
        "bob.c has a new device here; the account of bob.c was reset"
    )
    assert with_names(device, f"{EVE} has a new device here") == "you (eeeeee…) has a new device here"


def test_lines_of_the_program_name_people_and_words_of_others_stay() -> None:
    device = knowing(bob="bob.c")
    assert with_names(device, f"{BOB} joined; {EVE} left; {OWN} joined") == "bob.c joined; eeeeee… left; you joined"
    said = f"{BOB} named this conversation: {EVE} and {BOB}"
    assert with_names(device, said) == f"bob.c named this conversation: {EVE} and {BOB}"
    assert with_names(device, f"x{BOB}y") == "xbob.cy"


def test_nobody_is_asked_for_because_an_admin_wrote_it() -> None:
    line = Item(ROOM, 1, 0, Kind.LINE, text=f"{BOB} named this conversation: {EVE}")
    assert people_in([line]) == [BOB]
    message = Item(ROOM, 2, 0, Kind.MESSAGE, sender=BOB, text=f"look at {EVE}", reactions=(Reaction(OWN, "+", b""),))
    assert people_in([message, message]) == [BOB, OWN]
    assert people_in([Item(ROOM, 3, 0, Kind.MESSAGE, sender="mimi://h.x/u/short")]) == []


def test_a_hub_that_swaps_handles_is_told_of(town: Town) -> None:
    alice, (bob, carol) = town.alice, town.words("bob", "carol")
    room = alice.ok("room", "direct", "bob.c").strip()
    town.bob.ok("send", room, "it is me")
    assert "bob.c: it is me" in alice.ok("read", room)
    rename(town, {bob: "mallory", carol: "bob.c"})
    try:
        assert "bob.c: it is me" in alice.ok("read", room)
        refused = alice.refused("verify", "bob.c")
        assert "HandleMoved" in refused and bob in refused and carol in refused
        assert "HandleMoved" in alice.refused("room", "create", "bob.c")
        asked = alice.run("verify", bob)
        assert asked.returncode == 0 and "now calls bob.c mallory" in asked.stderr
        assert "the same on the screen of bob.c: nobody is in between\n" in asked.stdout
    finally:
        rename(town, {carol: "carol.d", bob: "bob.c"})


def rename(town: Town, handles: dict[str, str]) -> None:
    """The hub's host changes its database."""
    db = sqlite3.connect(town.home.home / "hub" / "hub.db")
    with db:
        for user_uri, handle in handles.items():
            db.execute("UPDATE account SET handle = ? WHERE user_uri = ?", (handle, user_uri))
    db.close()


def test_without_the_hub_a_conversation_is_read_and_nothing_is_sent(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privity.faces.commands.opening.REACH_S", 0.5)
    room = town.alice.ok("room", "direct", "bob.c").strip()
    town.alice.ok("send", room, "while the hub is there")
    town.home.hub.stop()
    try:
        done = town.alice.run("read", room)
        assert done.returncode == 0 and "you: while the hub is there" in done.stdout
        assert "this is what the device has" in done.stderr and done.stderr.count("\n") == 1
        assert "with bob.c" in town.alice.ok("room", "list")
        assert "HubUnreachable" in town.alice.refused("send", room, "too late")
    finally:
        town.home.start_hub()
    assert "too late" not in town.alice.ok("read", room)


def test_a_new_device_of_another_person_is_told_beside_the_output(town: Town) -> None:
    room = town.alice.ok("room", "direct", "carol.d").strip()
    town.carol.ok("read", room)
    new = Asked(Shell(town.home.folder / "phone"), "link", town.home.url)
    old = Asked(town.carol, "devices", "add", new.line("privity devices add"))
    new.say("y\n")
    assert old.end("y\n")[0] == 0
    assert new.end("")[0] == 0
    done = town.alice.run("room", "list")
    assert "privity: note: the account of carol.d: new device " in done.stderr
    assert "note" not in town.alice.run("room", "list").stderr
