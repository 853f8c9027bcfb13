# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity room begin-again` on a real hub: the people, their roles and bans come along, and both lists say so."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.faces.demo.home import Home
from privity.faces.demo.processes import START_LIMIT_S, privity
from tests.faces.shell import Town, settle


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[Town]:
    """A hub that a test may break."""
    home = Home(tmp_path)
    try:
        yield settle(home)
    finally:
        home.stop()


def put_back(home: Home) -> None:
    """The hub's newest database is lost, and the copy takes its place."""
    home.hub.kill()
    home.put_back()
    command = privity("continue-log", "--config", str(home.config))
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=START_LIMIT_S)
    assert done.returncode == 0, done.stderr
    home.start_hub()


def test_a_group_is_begun_again_with_everybody(town: Town) -> None:
    alice, bob, carol = town.alice, town.bob, town.carol
    old = alice.ok("room", "create", "bob.c", "carol.d").strip()
    alice.ok("room", "role", old, "bob.c", "moderator")
    bob.ok("send", old, "what was said before")
    assert "only an admin" in carol.refused("room", "begin-again", old)
    new = alice.ok("room", "begin-again", old).strip()
    assert new != old
    assert "was begun again already" in alice.refused("room", "begin-again", old)
    members = alice.ok("room", "members", new)
    assert "(moderator)" in members and "carol.d" in members and "(admin)" in members
    told = bob.ok("read", new)
    assert "again here: the people and their roles are those that this device knows" in told
    assert "alice.b began" in told
    listed = bob.ok("room", "list")
    assert f"(begun again as {new.rsplit('/', 1)[-1][:8]})" in listed
    assert f"it goes on in {new}" in bob.ok("read", old)
    assert "what was said before" in bob.ok("read", old)
    assert carol.ok("send", new, "and on it goes")


def test_who_is_banned_stays_out_and_who_is_not_to_be_reached_is_named(town: Town) -> None:
    alice, bob, carol = town.alice, town.bob, town.carol
    old = alice.ok("room", "create", "bob.c", "carol.d").strip()
    alice.ok("room", "ban", old, "carol.d")
    alice.ok("contacts", "end", "bob.c")
    done = alice.run("room", "begin-again", old)
    new = done.stdout.strip()
    assert "bob.c is not in it: " in done.stderr or "bob.c is no contact of yours: asked" in done.stderr
    members = alice.ok("room", "members", new)
    assert "carol.d  (banned)" in members and "bob.c" not in members
    assert new.rsplit("/", 1)[-1][:8] not in carol.ok("room", "list")
    assert bob.ok("send", old, "here it goes on for me")


def test_after_a_restore_the_hub_knows_less_and_the_people_go_on(own_town: Town) -> None:
    alice, bob, carol, home = own_town.alice, own_town.bob, own_town.carol, own_town.home
    old = alice.ok("room", "create", "bob.c", "carol.d").strip()
    alice.ok("send", old, "before the copy")
    assert "before the copy" in bob.ok("read", old)
    assert "before the copy" in carol.ok("read", old)
    home.hub.stop()
    home.put_aside()
    home.start_hub()
    alice.ok("room", "remove", old, "carol.d")
    alice.ok("room", "role", old, "bob.c", "moderator")
    alice.ok("send", old, "after the copy")
    assert "after the copy" in bob.ok("read", old)
    put_back(home)

    new = alice.ok("room", "begin-again", old).strip()
    members = alice.ok("room", "members", new)
    assert "bob.c" in members and "carol.d" not in members
    told = bob.ok("read", new)
    assert "again here: the people and their roles are those that this device knows" in told
    assert "carol" not in told
    bob.ok("send", new, "and on it goes")
    assert "and on it goes" in alice.ok("read", new)
    assert "after the copy" in bob.ok("read", old)
    assert new.rsplit("/", 1)[-1][:8] not in carol.ok("room", "list")
