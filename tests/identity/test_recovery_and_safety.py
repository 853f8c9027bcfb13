# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Recovery phrase and safety number."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from privity.identity import errors as e
from privity.identity import recovery
from privity.identity.safety_number import SafetyNumberMismatch, compare, safety_number
from privity.identity.uris import new_user_uri

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "spec" / "vectors" / "device-list.json").read_text())
RND = random.Random(5).randbytes


def test_own_vectors() -> None:
    v = VECTORS["recovery"]
    root = recovery.root_of(v["phrase"])
    assert root.value.hex() == v["root"]
    assert root.recovery_private().hex() == v["recovery_private_key"]
    s = VECTORS["safety_number"]
    keys = bytes.fromhex(s["own_recovery_key"]), bytes.fromhex(s["their_recovery_key"])
    assert safety_number(s["own_uri"], keys[0], s["their_uri"], keys[1]) == s["digits"]


def test_a_new_phrase_has_twelve_words_and_comes_back_however_it_is_typed() -> None:
    phrase = recovery.new_phrase(RND)
    assert len(phrase.split()) == 12
    typed = "  " + phrase.upper().replace(" ", "\n ")
    assert recovery.root_of(typed) == recovery.root_of(phrase)
    assert recovery.root_of(recovery.new_phrase(RND)) != recovery.root_of(phrase)


def test_a_mistyped_phrase_is_refused_without_repeating_it() -> None:
    words = recovery.new_phrase(lambda count: bytes(count)).split()
    for bad in (words[:11], [*words, "zoo"], [*words[:11], "privity"], ["zoo", *words[1:]], []):
        with pytest.raises(e.BadPhrase) as caught:
            recovery.root_of(" ".join(bad))
        assert not any(word in str(caught.value).split() for word in ("abandon", "zoo", "privity"))


def test_the_root_does_not_leak() -> None:
    root = recovery.root_of(recovery.new_phrase(lambda count: bytes(count)))
    assert repr(root) == "<Root 32 bytes>"


def test_both_people_see_the_same_sixty_digits() -> None:
    alice, bob = new_user_uri("hub.example", RND), new_user_uri("hub.example", RND)
    one, two = RND(32), RND(32)
    shown = safety_number(alice, one, bob, two)
    assert shown == safety_number(bob, two, alice, one)
    assert len(shown.replace(" ", "")) == 60 and shown.replace(" ", "").isdigit()
    compare(shown, shown.replace(" ", ""))
    for other in (safety_number(alice, two, bob, one), safety_number(alice, one, bob, RND(32))):
        with pytest.raises(SafetyNumberMismatch):
            compare(shown, other)
    with pytest.raises(e.UsageError):
        safety_number(alice, one[:31], bob, two)
