# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The collector of kept profiles: what an account showed of itself each time staff looked because of a report."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from privity.desk.clearinghouse.copies import KeptCopy, kept
from privity.desk.db.transaction import Db
from privity.desk.legal.collecting import store
from privity.desk.legal.collecting.reported import Opening
from privity.desk.legal.collecting.reported_tables import COPIES, Value
from privity.wire.collect import CollectedTable
from privity.wire.reading import Period
from privity.wire.staff import ProfileFacts

_BEGINNINGS: Final = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"RIFF", "webp"))


def collect(
    opening: Opening, account: str, period: Period | None, first: int, *, apart: bool
) -> tuple[CollectedTable, dict[str, bytes], int]:
    """The copies in a table, their pictures by name from number `first` on, and how many go by another channel."""
    rows: list[list[Value]] = []
    files: dict[str, bytes] = {}
    found = [one for one in _kept(opening.db, account) if _inside(one, period)]
    if apart:
        return COPIES.table([]), {}, len(found)
    for one in found:
        said = msgspec.json.decode(opening(one.words), type=ProfileFacts)
        name, digest = None, None
        if one.picture is not None:
            picture = opening(one.picture)
            name, digest = (
                f"copy-{first + len(files):05}.{picture_ending(picture)}",
                hashlib.sha256(picture).hexdigest(),
            )
            files[name] = picture
        rows.append([one.seen_ms, said.handle, said.name, said.bio, name, digest])
    return COPIES.table(rows), files, 0


def picture_ending(picture: bytes) -> str:
    """By how it begins; the hub takes no other kinds."""
    return next((kind for beginning, kind in _BEGINNINGS if picture.startswith(beginning)), "bin")


def _kept(db: Db, account: str) -> list[KeptCopy]:
    by_record = {one.words: one for case in store.cases_about(db, account) for one in kept(db, case)}
    return [by_record[number] for number in sorted(by_record)]


def _inside(one: KeptCopy, period: Period | None) -> bool:
    return period is None or period.since_ms <= one.seen_ms < period.until_ms
