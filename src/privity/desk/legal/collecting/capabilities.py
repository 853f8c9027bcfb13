# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The capability manifest: every collector there is, which tables and columns it reads, and of which code it is made.

The manifest lies beside this file. The desk holds each hub to it, each package names its digest, and a test compares it
with the code: whatever a collector could newly read is a new line in it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

import msgspec

from privity.desk.legal.collecting.errors import CapabilitiesDiffer
from privity.desk.legal.collecting.model import Source
from privity.desk.legal.collecting.reported_tables import TABLES, Specified
from privity.production import canonical
from privity.production.classes import Releasable
from privity.wire.collect import CellKind
from privity.wire.inventory import Inventory, Of, Others, Stored
from privity.wire.reading import columns_of

MANIFEST: Final = "capabilities.json"
FORMAT: Final = 1
_CODE: Final = "code_sha256"
_COLUMNS: Final = "columns"
SPECIFIED: Final = "desk.reported"
"""The collector whose tables are written out here, and not those of a database."""
_SHARED: Final = (
    "identity/pseudonyms.py",
    "wire/collect.py",
    "wire/inventory.py",
    "wire/reading.py",
    "wire/rows_about.py",
)
_BESIDE: Final = ("desk/legal/kept.py", "desk/legal/snapshots.py")
"""What decides how preserved rows come into a collection, and how rows come to be preserved."""
_ROOMS: Final = {Source.HUB: "server/collecting", Source.DESK: "desk/legal/collecting"}


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A column that a collector reads. `of` and `others` say how it names people."""

    name: str
    kind: CellKind
    why: str
    of: Of | None = None
    others: Others | None = None


class Collector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one collector reads of one table for one class of data."""

    collector: str
    store: Source
    table: str
    data_class: Releasable
    what: str
    columns: list[Field]
    schema_sha256: str
    code_sha256: str
    at: str = ""
    begins: str = ""
    ends: str = ""

    @property
    def marked(self) -> bool:
        """Whether a row may name its account by a mark that is told to nobody."""
        return self.table == "closed_account"


class NotRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table about people, or a column of one, that no collector reads, and why."""

    store: Source
    table: str
    column: str
    why: str


class Capabilities(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    format: int
    collectors: list[Collector]
    not_read: list[NotRead]

    def of(self, store: Source, data_class: Releasable) -> list[Collector]:
        """The collectors of one class, in the order of their tables."""
        return [one for one in self.collectors if one.store is store and one.data_class is data_class]

    def encode(self) -> bytes:
        return canonical.encode(self)


def shipped_bytes() -> bytes:
    """The manifest as it was released."""
    return resources.files("privity.desk.legal.collecting").joinpath(MANIFEST).read_bytes()


@cache
def shipped() -> Capabilities:
    """Raises CapabilitiesDiffer where the file cannot be read as a manifest."""
    return decoded(shipped_bytes())


def decoded(manifest: bytes) -> Capabilities:
    """Raises CapabilitiesDiffer where it cannot be read as a manifest."""
    try:
        return msgspec.json.decode(manifest, type=Capabilities)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise CapabilitiesDiffer(f"{MANIFEST} is no manifest of collectors: {err}") from None


@cache
def sha256() -> str:
    """What a package says of it."""
    return canonical.sha256(shipped_bytes())


def must_be_the_codes() -> None:
    """Raise CapabilitiesDiffer, with what differs first, unless the manifest is what the code is."""
    now, then = made(), shipped()
    found = [*changes(now, then)]
    if not found and now.encode() != shipped_bytes():
        found = [f"{MANIFEST} is written another way"]
    if found:
        raise CapabilitiesDiffer(f"{found[0]}; what can be collected is decided by two maintainers")


def changes(now: Capabilities, then: Capabilities | None) -> tuple[str, ...]:
    """All that differs, in words: what can be read first, then what is not, then of which code."""
    return tuple(_changes(now, Capabilities(FORMAT, [], []) if then is None else then))


def _changes(now: Capabilities, then: Capabilities) -> Iterator[str]:
    ours, theirs = ({_key(one): one for one in each.collectors} for each in (now, then))
    for key in sorted(ours.keys() ^ theirs.keys()):
        yield f"the collector {' '.join(key)} is {'new' if key in ours else 'gone'}"
    both = sorted(ours.keys() & theirs.keys())
    for key in both:
        if ours[key].columns != theirs[key].columns:
            changed = sorted({one.name for one in {*ours[key].columns} ^ {*theirs[key].columns}}) or [
                "in another order"
            ]
            yield f"the collector {' '.join(key)} reads other columns: {', '.join(changed)}"
    for key in both:
        for name in Collector.__struct_fields__:
            if name not in (_CODE, _COLUMNS) and getattr(ours[key], name) != getattr(theirs[key], name):
                yield f"the collector {' '.join(key)} has another {name}"
    for one in sorted(map(str, {*now.not_read} ^ {*then.not_read})):
        yield f"what no collector reads is another: {one}"
    changed = sorted({key[0].partition(".")[0] for key in both if ours[key].code_sha256 != theirs[key].code_sha256})
    if changed:
        yield f"the {_CODE} of the collectors of {' and '.join(changed)} is another"


def _key(one: Collector) -> tuple[str, str, str]:
    return one.collector, one.table, one.data_class.value


def made() -> Capabilities:
    """The manifest of the code as it is."""
    collectors: list[Collector] = []
    not_read: list[NotRead] = []
    for store, folder in ((Source.HUB, "server"), (Source.DESK, "desk")):
        inventory = Inventory.decode(_source(f"{folder}/db/inventory.toml").read_bytes())
        with closing(_built(_source(f"{folder}/db/sql"))) as db:
            code = _code(store)
            collectors += _collectors(store, inventory, db, code)
            if store is Source.DESK:
                collectors += [_specified(one, db, code) for one in TABLES]
        not_read += _not_read(store, inventory)
    return Capabilities(FORMAT, collectors, not_read)


def _collectors(store: Source, inventory: Inventory, db: sqlite3.Connection, code: str) -> Iterator[Collector]:
    for data_class in Releasable:
        for name in sorted(inventory.tables):
            table = inventory.tables[name]
            if not table.reached_by(data_class):
                continue
            fields = [
                _field(inventory, table, column.name, column.kind) for column in columns_of(db, name, table, data_class)
            ]
            beside = (name, *(one.table for one in table.beside.values()))
            yield Collector(
                f"{store}.{name}",
                store,
                name,
                data_class,
                table.what,
                fields,
                _schema(db, beside),
                code,
                table.at,
                table.begins,
                table.ends,
            )


def _field(inventory: Inventory, table: Stored, name: str, kind: CellKind) -> Field:
    if name in table.columns:
        entry = table.columns[name]
        return Field(name, kind, entry.why, table.of.get(name), entry.others)
    beside = next(one for one in table.beside.values() if name in one.columns)
    return Field(name, kind, inventory.tables[beside.table].columns[name].why)


def _specified(one: Specified, db: sqlite3.Connection, code: str) -> Collector:
    fields = [Field(name, kind, why, others=others) for name, kind, why, others in one.columns]
    schema = _schema(db, one.reads)
    return Collector(SPECIFIED, Source.DESK, one.name, one.data_class, one.what, fields, schema, code, at=one.at)


def _not_read(store: Source, inventory: Inventory) -> Iterator[NotRead]:
    for name, table in sorted(inventory.tables.items()):
        if table.never:
            yield NotRead(store, name, "", table.never)
        for column, entry in table.columns.items():
            if entry.never and not table.never:
                yield NotRead(store, name, column, entry.never)


def _built(folder: Traversable) -> sqlite3.Connection:
    """An empty database with the whole schema."""
    db = sqlite3.connect(":memory:")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".sql"):
            db.executescript(file.read_text("utf-8"))
    return db


def _schema(db: sqlite3.Connection, tables: tuple[str, ...]) -> str:
    found = [
        [table, *db.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()]
        for table in tables
    ]
    return canonical.sha256(canonical.encode(found))


def _code(store: Source) -> str:
    """Of the files that a store's collectors are made of."""
    room = _source(_ROOMS[store])
    own = [f"{_ROOMS[store]}/{file.name}" for file in room.iterdir() if file.name.endswith(".py")]
    own += _BESIDE if store is Source.DESK else ()
    listed = [[name, hashlib.sha256(_source(name).read_bytes()).hexdigest()] for name in sorted([*own, *_SHARED])]
    return canonical.sha256(canonical.encode(listed))


def _source(path: str) -> Traversable:
    """A file of the house, found by its place and not by what imports it: the hub's code is never loaded here."""
    found: Traversable = resources.files("privity")
    for part in path.split("/"):
        found = found.joinpath(part)
    return found
