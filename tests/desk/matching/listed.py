# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lists in a desk's database, made of invented hashes."""

from __future__ import annotations

import random as seeded
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.desk.house import House

from privity.desk.db.transaction import Db
from privity.desk.matching.importing.files import import_file
from privity.desk.matching.lists import service
from privity.desk.matching.lists.changes import ListChanges
from privity.desk.matching.lists.model import FILE, Category, Changed, HashKind, HashList, Incoming
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

OWNER = Acting.command("lists", Right.MANAGE_LISTS)


class Near(NamedTuple):
    entry: int
    distance: int


class Plain:
    """The index that is right by being simple."""

    def __init__(self, db: Db) -> None:
        self._changes = ListChanges(db)

    def within(self, bits: bytes, radius: int = 31) -> list[Near]:
        near = {}
        for change in self._changes.after(0):
            apart = (int.from_bytes(bits) ^ int.from_bytes(change.bits)).bit_count()
            if change.added and apart <= radius:
                near[change.entry] = Near(change.entry, apart)
            else:
                near.pop(change.entry, None)
        return list(near.values())


def a_list(
    house: House, name: str = "known", category: Category = Category.KNOWN_ILLEGAL, *, source: str = FILE,
    trusted: bool = False,
) -> HashList:  # fmt: skip
    return service.add(house.db, OWNER, name, source, category, {}, trusted=trusted, now_ms=house.clock)


def put(house: House, of: HashList, *entries: Incoming, sources: Sequence[str] = ()) -> Changed:
    return service.put(house.db, OWNER.who, of.number, entries, sources, house.clock)


def some_bits(seed: int) -> bytes:
    """A hash such as pictures have: half of its bits are set."""
    draw = seeded.Random(seed)
    return sum(1 << at for at in draw.sample(range(256), 128)).to_bytes(32)


def flipped(bits: bytes, count: int, seed: int = 1) -> bytes:
    at = seeded.Random(seed).sample(range(256), count)
    return (int.from_bytes(bits) ^ sum(1 << each for each in at)).to_bytes(32)


def of_pdq(bits: bytes, source_id: str = "", *, verified: bool = True) -> Incoming:
    return Incoming(HashKind.PDQ, bits, source_id, verified=verified)


def csv_of(path: Path, rows: Sequence[str], head: str = "hash,kind,id") -> Path:
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def imported(house: House, name: str, path: Path, *, replace: bool = False) -> Changed:
    return import_file(house.db, OWNER, name, path, replace=replace, now_ms=lambda: house.clock, random=house.random)
