# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which kept copies of a profile a referral can take along: those that the audit log names and whose records are there.

When a copy was kept stands in the log alone, and so does whether it had a picture: one that is gone is missed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from privity.desk.cases import profiles
from privity.desk.cases.joined import all_in
from privity.desk.clearinghouse.errors import NothingToRefer
from privity.desk.clearinghouse.viewed import copies_seen
from privity.desk.db.transaction import Db


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A copy, not opened. `case`: the one that it was kept with."""

    case: int
    position: int
    words: int
    """The number of its record, by which it is chosen."""
    picture: int | None
    picture_size: int
    seen_ms: int


def kept(db: Db, case: int) -> tuple[KeptCopy, ...]:
    """Those of a case and of all that were joined to it, which are about the same account; the oldest first."""
    found = []
    for number in all_in(db, case):
        seen = copies_seen(db, number)
        for one in profiles.copies(db, number):
            if (entry := seen.get(one.words)) is not None:
                picture = entry.said["picture"]
                found.append(
                    KeptCopy(
                        number,
                        one.position,
                        one.words,
                        picture if isinstance(picture, int) else None,
                        one.picture_size,
                        entry.at_ms,
                    )
                )
    return tuple(sorted(found, key=lambda one: one.words))


def chosen(db: Db, case: int, numbers: Iterable[int]) -> tuple[KeptCopy, ...]:
    """Raises NothingToRefer where one of them is none of this case, or is gone."""
    there = {one.words: one for one in kept(db, case)}
    wanted = sorted(set(numbers))
    missing = [number for number in wanted if number not in there]
    if missing:
        raise NothingToRefer(
            f"case {case} has no copy of a profile under evidence {missing}: it belongs to another case,"
            " or was deleted when its time was over"
        )
    return tuple(there[number] for number in wanted)
