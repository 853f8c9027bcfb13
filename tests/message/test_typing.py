# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Typing notices: bound to one room, one epoch and one member, and nothing else in them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from privity.message import typing
from privity.message.errors import BadTypingLength, BadTypingSignature, TypingDoesNotOpen, TypingError
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "typing.json"
SUITE = suite(1)
ROOM = "mimi://hub.example/r/room"
RANDOM = Random(12)
KEY = RANDOM.randbytes(typing.KEY_BYTES)
PRIVATE, PUBLIC = generate_signature_key(SUITE, RANDOM.randbytes)
OTHER_PRIVATE, _ = generate_signature_key(SUITE, RANDOM.randbytes)
PLACE: dict[str, Any] = {"room_uri": ROOM, "epoch": 7}


def sealed(private: bytes = PRIVATE, **other: Any) -> bytes:
    made: dict[str, Any] = {**PLACE, "leaf": 3, "at_ms": 1_800_000_000_000, "random": RANDOM.randbytes, **other}
    return typing.seal(KEY, SUITE, private, **made)


def test_a_notice_says_who_and_when_and_nothing_else() -> None:
    notice = sealed()
    claimed = typing.open_notice(KEY, notice, **PLACE)
    typing.check_author(claimed, SUITE, PUBLIC, **PLACE)
    assert (claimed.leaf, claimed.at_ms) == (3, 1_800_000_000_000)
    assert len(notice) == len(sealed(leaf=0, at_ms=0)) == typing.NOTICE_BYTES


def test_a_changed_byte_anywhere_does_not_open() -> None:
    notice = sealed()
    for place in range(len(notice)):
        changed = notice[:place] + bytes([notice[place] ^ 1]) + notice[place + 1 :]
        with pytest.raises(TypingDoesNotOpen):
            typing.open_notice(KEY, changed, **PLACE)


@pytest.mark.parametrize(
    "notice", [b"", bytes(typing.NOTICE_BYTES - 1), bytes(typing.NOTICE_BYTES + 1), bytes(1 << 20)]
)
def test_another_length_is_refused_before_anything_is_opened(notice: bytes) -> None:
    with pytest.raises(BadTypingLength):
        typing.open_notice(KEY, notice, **PLACE)


@pytest.mark.parametrize(
    "place", [{"room_uri": ROOM, "epoch": 8}, {"room_uri": f"{ROOM}m", "epoch": 7}, {"room_uri": "", "epoch": 7}]
)
def test_it_opens_in_its_own_room_and_epoch_alone(place: dict[str, Any]) -> None:
    with pytest.raises(TypingDoesNotOpen):
        typing.open_notice(KEY, sealed(), **place)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(TypingDoesNotOpen):
        typing.open_notice(bytes(typing.KEY_BYTES), sealed(), **PLACE)


def test_a_member_cannot_speak_for_another() -> None:
    """Who is in the epoch has its key, and signs with their own."""
    claimed = typing.open_notice(KEY, sealed(OTHER_PRIVATE), **PLACE)
    with pytest.raises(BadTypingSignature):
        typing.check_author(claimed, SUITE, PUBLIC, **PLACE)


@pytest.mark.parametrize("change", [{"leaf": 4}, {"at_ms": 1_800_000_000_001}])
def test_a_signature_is_good_for_its_leaf_and_time_alone(change: dict[str, int]) -> None:
    """A member seals somebody's signature anew, under another name or time."""
    honest = typing.open_notice(KEY, sealed(), **PLACE)
    forged = typing.Claimed(**{"leaf": honest.leaf, "at_ms": honest.at_ms, **change}, signature=honest.signature)
    with pytest.raises(TypingError):
        typing.check_author(forged, SUITE, PUBLIC, **PLACE)


def test_two_notices_of_one_moment_look_different() -> None:
    assert sealed() != sealed()


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text())["notices"])
def test_own_vectors(vector: dict[str, Any]) -> None:
    place = {"room_uri": vector["room_uri"], "epoch": vector["epoch"]}
    key, notice = bytes.fromhex(vector["key"]), bytes.fromhex(vector["notice"])
    nonce, private = bytes.fromhex(vector["nonce"]), bytes.fromhex(vector["signature_private"])
    said = {"leaf": vector["leaf"], "at_ms": vector["at_ms"]}
    assert typing.seal(key, SUITE, private, **place, **said, random=lambda _: nonce) == notice
    claimed = typing.open_notice(key, notice, **place)
    assert {"leaf": claimed.leaf, "at_ms": claimed.at_ms} == said
    typing.check_author(claimed, SUITE, bytes.fromhex(vector["signature_public"]), **place)
