# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lists in a desk's database, made of invented hashes."""

from __future__ import annotations

import random as seeded
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.desk.house import SENIOR, House

from privity.desk.db.transaction import Db
from privity.desk.matching.importing.files import import_file
from privity.desk.matching.lists import service
from privity.desk.matching.lists.changes import ListChanges
from privity.desk.matching.lists.model import FILE, Category, Changed, HashKind, HashList, Incoming
from privity.desk.matching.looking import agreeing
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right, Role

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


def put(
    house: House, of: HashList, *entries: Incoming, sources: Sequence[str] = (), agreed: bool = True
) -> Changed:  # fmt: skip
    """Two people agree to what came, where something could be hidden by it."""
    changed = service.put(house.db, OWNER.who, of.number, entries, sources, house.clock)
    if agreed and agreeing.can_act(of):
        agree(house, of)
    return changed


def agree(house: House, of: HashList) -> int:
    """The number of what two people have agreed to."""
    asked = agreeing.ask(house.db, OWNER, of.name, "It is an invented list.", house.clock)
    return agreeing.agree(house.db, SENIOR, asked.number, "It is one indeed.", house.clock).number


def on_the_staff(db: Db, who: Acting, role: Role = Role.SENIOR) -> None:
    """Somebody who asks must still be there when another agrees."""
    assert who.number is not None
    db.execute(
        "INSERT OR IGNORE INTO staff_member (number, name, handle, state, invited_ms) VALUES (?, ?, ?, 'active', 1)",
        (who.number, "Somebody Invented", who.number.to_bytes(32)),
    )
    db.execute("INSERT OR IGNORE INTO staff_role (member, role) VALUES (?, ?)", (who.number, role.value))


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
