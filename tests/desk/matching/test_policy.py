# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What follows by rule: the table, and each of the reasons for which less follows."""

from __future__ import annotations

import dataclasses

import pytest
from tests.desk.matching.listed import some_bits

from privity.desk.matching.lists.model import Category, Entry, HashKind
from privity.desk.matching.looking.hashing import ordinary
from privity.desk.matching.looking.policy import FILM_SHOTS, FOLLOWS, Action, Hit, Surface, verdict

ENTRY = Entry(1, 1, "known", 3, Category.KNOWN_ILLEGAL, False, HashKind.PDQ, some_bits(1), None, True, 0, 0, True)
HIT = Hit(ENTRY, 31, sound=True)


def of(surface: Surface = Surface.PROFILE, **said: object) -> Action:
    hit = dataclasses.replace(HIT, **{name: value for name, value in said.items() if name in Hit.__slots__})  # type: ignore[arg-type]  # fields of either
    entry = dataclasses.replace(ENTRY, **{name: value for name, value in said.items() if name in Entry.__slots__})  # type: ignore[arg-type]  # as above
    return verdict(dataclasses.replace(hit, entry=entry), surface).action


def test_known_seen_and_sound_is_hidden_and_nothing_else_is() -> None:
    assert of() is Action.QUARANTINE
    assert of(kind=HashKind.SHA256, value=b"s" * 32, sound=False) is Action.QUARANTINE, "the very bytes"
    assert [category for category in Category if of(category=category) is Action.QUARANTINE] == [Category.KNOWN_ILLEGAL]


@pytest.mark.parametrize(
    ("less", "action"),
    [
        ({"verified": False}, Action.REVIEW),
        ({"agreed": False}, Action.REVIEW),
        ({"surface": Surface.DISCLOSED}, Action.REVIEW),
        ({"category": Category.NCII}, Action.REVIEW),
        ({"category": Category.UNKNOWN}, Action.LOG),
        ({"sound": False}, Action.LOG),
        ({"paused": True}, Action.LOG),
        ({"down": 1}, Action.LOG),
        ({"value": bytes(32)}, Action.LOG),
        ({"value": b"\xff" * 32}, Action.LOG),
        ({"shots": FILM_SHOTS - 1, "of_shots": 100}, Action.LOG),
        ({"shots": 0, "of_shots": 1}, Action.LOG),
    ],
)
def test_each_thing_that_is_less(less: dict[str, object], action: Action) -> None:
    assert of(**less) is action  # type: ignore[arg-type]  # a surface, and fields


def test_people_who_disagree_cancel_each_other() -> None:
    assert of(down=2, up=2) is Action.QUARANTINE
    assert of(down=3, up=2) is Action.LOG


def test_a_short_film_matches_with_all_of_its_shots() -> None:
    assert of(shots=2, of_shots=2) is Action.QUARANTINE
    assert of(shots=FILM_SHOTS, of_shots=240) is Action.QUARANTINE


def test_every_category_is_in_the_table_and_blank_hashes_are_none_of_a_picture() -> None:
    assert set(FOLLOWS) == set(Category)
    assert all(ordinary(some_bits(seed)) for seed in range(50)) and not ordinary(bytes(31) + b"\x01")
