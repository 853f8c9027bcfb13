# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is said of how the person knows somebody: each fact changes its own sentence, and care comes first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from privity.client.strangers.acquaintance import DAY_MS, LATELY_MS, YOUNG_MS, Contact, Facts, lines

NOW = 1_000 * DAY_MS
PLAIN = Facts(handle="mara.v", hub_since_ms=1, lists=1, contact=True, asked=True, met=True, groups=("Choir",))
BEN = Contact("ben.tarn", ("ben.tarn", "Ben Tarn"), b"\x01" * 32)


def said(**changed: Any) -> list[tuple[str, bool]]:
    return [(line.text, line.careful) for line in lines(replace(PLAIN, **changed), NOW)]


def test_somebody_well_known_gives_no_reason_for_care() -> None:
    assert not any(careful for _, careful in said())


@pytest.mark.parametrize(
    ("changed", "word", "careful"),
    [
        ({"handle": ""}, "no handle", True),
        ({"met": False}, "nothing shows who they are", True),
        ({"met": False, "compared": True}, "You compared the safety number", False),
        ({"vouched": True}, "A guardian of yours agreed", False),
        ({"asked": False, "came": True}, "They asked for you first.", False),
        ({"came": True}, "You asked for each other.", False),
        ({"asked": False, "contact": False}, "They are no contact of yours.", False),
        ({"hub_since_ms": 0}, "has not heard since when", False),
        ({"hub_since_ms": NOW - YOUNG_MS}, "The hub says that their account was made on", False),
        ({"hub_since_ms": NOW - YOUNG_MS + 1}, "The hub says that their account was made on", True),
        ({"logged_since_ms": NOW - YOUNG_MS + 1}, "in the key log since", True),
        ({"logged_since_ms": 0}, "in the key log since 1970-01-01", False),
        ({"lists": 2, "devices_ms": (0, NOW - LATELY_MS + 1)}, "A device of theirs came within the last week", True),
        ({"lists": 3, "devices_ms": (NOW, NOW)}, "2 devices of theirs", True),
        ({"lists": 3, "devices_ms": (0, NOW - LATELY_MS)}, "changed 2 times", False),
        ({"groups": ("A", "B", "C", "D")}, "4 groups (A, B, C and 1 more)", False),
        ({"through": ("ben", "gus")}, "your contacts ben, gus.", False),
        ({"mutual": 0}, "The hub says that you have no contact in common.", False),
        ({"mutual": 2}, "2 contacts in common", False),
        ({"groups": (), "contact": False}, "Nobody on this device is known to connect you.", True),
    ],
)
def test_each_fact_is_said(changed: dict[str, Any], word: str, careful: bool) -> None:
    (found,) = [each for each in said(**changed) if word in each[0]]
    assert found[1] is careful
    assert found not in said()


@pytest.mark.parametrize(
    "own", [{"handle": "ben.tam"}, {"handle": "b3n.tarn"}, {"name": "Веn Tаrn"}, {"name": "ben-tarn"}]
)
def test_who_passes_for_a_contact_is_named_first(own: dict[str, str]) -> None:
    text, careful = said(contacts=(BEN,), **own)[0]
    assert careful and "looks like your contact ben.tarn" in text


@pytest.mark.parametrize("own", [{"handle": "bea.lund"}, {"name": "Benedikta"}, {"name": ""}, {"name": "\u200b"}])
def test_another_name_is_another_name(own: dict[str, str]) -> None:
    assert not any("looks like" in text for text, _ in said(contacts=(BEN,), **own))


def test_the_very_picture_of_a_contact_is_told() -> None:
    assert "very one of your contact ben.tarn" in said(contacts=(BEN,), picture=BEN.picture)[0][0]
    for picture in (b"\x02" * 32, None):
        assert not any(
            "very one" in text for text, _ in said(contacts=(BEN, replace(BEN, picture=None)), picture=picture)
        )
