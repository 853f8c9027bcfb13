# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Roles, bans and links at the command line, on a real hub."""

from __future__ import annotations

import json

from tests.faces.shell import Shell, Town


def short(shell: Shell, room: str, text: str) -> str:
    """The letters of the message that says this."""
    rows = [json.loads(line) for line in shell.ok("read", room, "--json").splitlines()]
    return str(next(row["id"] for row in rows if row.get("text") == text))


def test_a_moderator_is_made_deletes_and_bans(town: Town) -> None:
    alice, bob, carol = town.alice, town.bob, town.carol
    room = alice.ok("room", "create", "bob.c", "carol.d").strip()
    assert "PolicyRefused" in bob.refused("room", "role", room, "bob.c", "admin")
    assert "bob.c is a moderator now" in alice.ok("room", "role", room, "bob.c", "moderator")
    assert "last admin" in alice.refused("room", "role", room, "alice.b", "member")
    alice.wrong("room", "role", room, "bob.c", "king")
    members = bob.ok("room", "members", room)
    assert "(moderator)" in members and "(admin)" in members
    carol.ok("send", room, "out of place")
    bob.ok("delete", room, short(bob, room, "out of place"))
    shown = carol.ok("read", room)
    assert "(deleted by bob.c, moderator)" in shown and "out of place" not in shown
    assert "bob.c is a moderator now (by alice.b)" in shown
    assert "PolicyRefused" in bob.refused("room", "ban", room, "alice.b")
    assert "banned carol.d" in bob.ok("room", "ban", room, "carol.d")
    assert "carol.d  (banned)" in alice.ok("room", "members", room)
    assert "is banned here" in alice.refused("room", "invite", room, "carol.d")
    assert "you were banned (by bob.c)" in carol.ok("read", room)
    assert "may be invited again" in alice.ok("room", "unban", room, "carol.d")
    assert "is not banned here" in alice.refused("room", "unban", room, "carol.d")


def test_a_link_is_made_used_answered_and_revoked(town: Town) -> None:
    alice, bob, carol = town.alice, town.bob, town.carol
    room = alice.ok("room", "create").strip()
    asks = alice.ok("room", "link", room, "--ask", "--name", "Night walks").strip()
    at_once = alice.ok("room", "link", room, "--days", "1").strip()
    assert "at most 90 days" in alice.refused("room", "link", room, "--days", "91")
    listed = alice.ok("room", "links", room)
    assert asks in listed and at_once in listed and "asks first" in listed and "by you" in listed

    done = bob.run("room", "join", asks)
    assert (done.returncode, '"Night walks", as the link calls it' in done.stderr) == (0, True), done.stderr
    assert "bob.c" in alice.ok("room", "knocks", room)
    assert "does not wait" in alice.refused("room", "let-in", room, "carol.d")
    assert "bob.c is in" in alice.ok("room", "let-in", room, "bob.c")
    assert "in that conversation already" in bob.refused("room", "join", asks)

    assert "asked; you are in as soon as" in carol.ok("room", "join", at_once)
    alice.ok("room", "list")  # her device is on for a moment, and lets in
    assert "carol.d joined" in bob.ok("read", room)
    assert carol.ok("send", room, "thank you")

    letters = next(line[:8] for line in listed.splitlines() if "for anyone" in line)
    assert alice.ok("room", "revoke-link", room, letters).strip() == "revoked"
    assert "0 links begin with" in alice.refused("room", "revoke-link", room, letters)
    alice.ok("room", "remove", room, "carol.d")
    assert "LinkIsOver: this link opens no conversation" in carol.refused("room", "join", at_once)
    assert "BadRoomLink" in carol.refused("room", "join", at_once[:-2])
    carol.ok("room", "join", asks)
    assert "waits no longer" in alice.ok("room", "turn-away", room, "carol.d")
    assert alice.ok("room", "knocks", room) == ""


def test_a_post_quantum_group_is_made_and_says_so(town: Town) -> None:
    alice, bob = town.alice, town.bob
    room = alice.ok("room", "create", "bob.c", "--post-quantum").strip()
    ordinary = alice.ok("room", "create", "bob.c").strip()
    alice.ok("send", room, "for thirty years")
    assert "for thirty years" in bob.ok("read", room)
    for shell in (alice, bob):
        rows = {row["room"]: row for row in map(json.loads, shell.ok("room", "list", "--json").splitlines())}
        assert (rows[room]["post_quantum"], rows[ordinary]["post_quantum"]) == (True, False)
        listed = shell.ok("room", "list")
        assert listed.count("post-quantum group of 2") == 1 and "  group of 2" in listed
        assert "post-quantum: what is recorded of it today" in shell.ok("room", "members", room)
        assert "post-quantum" not in shell.ok("room", "members", ordinary)
