# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who somebody is to you, and seeing nothing of them, at the command line."""

from __future__ import annotations

from tests.faces.shell import Town


def test_a_card_warns_and_a_frozen_person_is_not_shown(town: Town) -> None:
    bob, carol = town.bob, town.carol
    room = bob.ok("room", "direct", "carol.d").strip()
    bob.ok("send", room, "I will send the video to all your friends if you don't pay")
    card = carol.ok("contacts", "card", "bob.c")
    assert "in the key log since 2" in card and "! You never compared" in card
    assert "! This looks like extortion" in card and "Do not pay" in card and "https://stopncii.org" in card
    assert "CommandRefused" in carol.refused("contacts", "card", "carol.d")
    carol.ok("contacts", "freeze", "bob.c")
    shown = carol.ok("read", room)
    assert "all your friends" not in shown and "you froze them" in shown
    carol.ok("contacts", "unfreeze", "bob.c")
    assert "all your friends" in carol.ok("read", room)
