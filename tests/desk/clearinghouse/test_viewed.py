# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What makes a file one that staff viewed: all of it before the eyes or ears of one person, and nothing less."""

from __future__ import annotations

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.clearinghouse.viewed import parts_heard, was_viewed
from privity.desk.db.transaction import Db

VIEWED, IN_PART, HEARD = Act.MEDIA_VIEWED, Act.MEDIA_IN_PART, Act.MEDIA_HEARD
PLACE = {"report": 3, "position": 0, "part": 1}


def said(db: Db, *entries: tuple[str, Act, dict[str, Said]], about: str = "evidence:7") -> None:
    for who, act, more in entries:
        log.add(db, at_ms=1, who=who, act=act, about=about, **PLACE, **more)


@pytest.mark.parametrize(
    ("entries", "viewed"),
    [
        ([], False),
        ([("staff:1", VIEWED, {"stage": "blurred"})], False),
        ([("staff:1", VIEWED, {"stage": "small"})], True),
        ([("staff:1", VIEWED, {"stage": "larger", "still": still}) for still in range(12)], False),
        ([("staff:1", VIEWED, {"stage": "heard", "from_s": 0, "seconds": 60})], False),
        ([("staff:1", VIEWED, {})], False),
        ([("staff:1", VIEWED, {"stage": "a later version's"})], False),
        ([("staff:1", HEARD, {"seconds": 60})], True),
        ([("staff:1", VIEWED, {"stage": "small"}), ("staff:1", IN_PART, {"shown": "nothing"})], False),
        ([("staff:1", VIEWED, {"stage": "small"}), ("staff:2", IN_PART, {"shown": "nothing"})], True),
        (
            [
                ("staff:1", VIEWED, {"stage": "small"}),
                ("staff:1", IN_PART, {"shown": "nothing"}),
                ("staff:1", VIEWED, {"stage": "small"}),
            ],
            True,
        ),
    ],
    ids=range(11),
)
def test_all_of_it_and_nothing_less(db: Db, entries: list[tuple[str, Act, dict[str, Said]]], viewed: bool) -> None:
    said(db, *entries)
    assert was_viewed(db, 7) is viewed
    assert not was_viewed(db, 70)


def test_parts_are_those_of_this_person_and_this_file(db: Db) -> None:
    part: dict[str, Said] = {"stage": "heard", "from_s": 20, "seconds": 40}
    said(db, ("staff:1", VIEWED, part), ("staff:2", VIEWED, part), ("staff:1", VIEWED, {"stage": "small", "still": 1}))
    said(db, ("staff:1", VIEWED, part), about="evidence:8")
    assert parts_heard(db, 7, "staff:1", PLACE) == [(20, 40)]
    assert parts_heard(db, 7, "staff:1", PLACE | {"part": 2}) == []
