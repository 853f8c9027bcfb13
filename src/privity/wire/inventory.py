# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a database keeps, said in words: every table and column, why it is there, who may read it, for how long.

Hub and desk each bring such a list with their schema. `docs/operators/data-inventory.md` is written from them, and what
a person is shown about themselves, and what a legal request can reach, is looked up by them, so that no table can be
forgotten in one place and not in the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, Self

import msgspec

from privity.production.classes import Releasable

TIMED: Final = frozenset({Releasable.SESSION_IP, Releasable.DELIVERY_METADATA, Releasable.CONTENT_REPORTED})
"""Classes of what happened: nobody can ask for them without a period. The others are how things stand."""


class BadInventory(Exception):
    """The list and the schema do not say the same. A bug on this side."""


class Reader(StrEnum):
    """Who learns the contents, besides the operator of the machine, who can read every file on it."""

    NOBODY = "nobody"
    SELF = "the person"
    MEMBERS = "members of the room"
    OTHER = "the other, if they may be told"
    GUARDIANS = "guardians"
    SHOWN = "whoever may see the profile"
    """Contacts, whom the person asked or invited, guardians; of an adult also who shares a group, and everybody with an
    account if the person is listed."""
    USERS = "whoever has an account and knows the address"
    EVERYBODY = "everybody"
    DESK = "the desk"
    NOTIFIER = "whoever made it, by number and code"


class Of(StrEnum):
    """How a column names the person of whom a row is about."""

    USER = "user"
    """By user URI."""
    DEVICE = "device"
    """By the client URI of one of their devices."""
    LABEL = "label"
    """By the label of their account in the key log."""
    PAIR = "pair"
    """As one of two user URIs with a space between."""
    UNTOLD = "untold"
    """By user URI, and they are not told: it is what somebody else keeps to themselves about them."""
    MARK = "mark"
    """By a MAC of their address, when nothing else of the account is left."""


class Others(StrEnum):
    """How a column, besides those in `of`, tells of somebody whom its row is not about."""

    NAMED = "named"
    """By address or handle: a legal request gets a pseudonym."""
    INSIDE = "inside"
    """Inside bytes or a text: a legal request does not get it."""


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a column is there. `legal` and `never` are as those of its table, where it differs from that."""

    why: str
    sealed: bool = False
    """Whether it holds what neither hub nor operator can read."""
    legal: Releasable | None = None
    never: str = ""
    others: Others | None = None


class Beside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of a table about nobody that say more of what a column names by their `key`."""

    table: str
    key: str
    columns: list[str]


class Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table. `of` says by which columns a row names whom it is about; if nobody, `about_nobody` says why.

    Of a table about people `legal` says to which class of data a legal request has to name for it, or `never` why it is
    no record about an account. `at` is the moment of a row; or it holds from `begins` on, until `ends` if there is one.
    """

    what: str
    readers: list[Reader]
    kept: str
    columns: dict[str, Column]
    of: dict[str, Of] = {}
    about_nobody: str = ""
    legal: Releasable | None = None
    never: str = ""
    at: str = ""
    begins: str = ""
    ends: str = ""
    beside: dict[str, Beside] = {}

    def reached_by(self, data_class: Releasable) -> list[str]:
        """The columns that a request for this class gets, in order; with any of them whom the row is about."""
        found = {name for name in self.columns if self.class_of(name) is data_class}
        also = {name for name in self.of if found and not self.columns[name].never}
        return [name for name in self.columns if name in found | also]

    def class_of(self, column: str) -> Releasable | None:
        """None for what no request reaches."""
        entry = self.columns[column]
        return None if entry.never else entry.legal or self.legal

    def never_because(self, column: str) -> str:
        """Why no request reaches a column; empty for one that a request can reach."""
        return self.columns[column].never or ("" if self.class_of(column) is not None else self.never)


class StoredFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is kept beside the database."""

    what: str
    readers: list[Reader]
    kept: str


class Inventory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All tables of one database, by name."""

    database: str
    tables: dict[str, Stored]
    files: dict[str, StoredFile] = {}

    @classmethod
    def decode(cls, text: bytes) -> Self:
        """From TOML. Raises BadInventory."""
        try:
            return msgspec.toml.decode(text, type=cls)
        except msgspec.DecodeError as err:
            raise BadInventory(str(err)) from None

    def check(self, schema: Mapping[str, Sequence[str]]) -> None:
        """Raise BadInventory unless it says something of every table and column of the schema, and of nothing else."""
        problems = [f"table {name} is in one of them only" for name in sorted(self.tables.keys() ^ schema.keys())]
        for name in sorted(self.tables.keys() & schema.keys()):
            table, columns = self.tables[name], set(schema[name])
            problems += [f"{name}.{column} is in one of them only" for column in sorted(table.columns.keys() ^ columns)]
            problems += [
                f"{name} is about {other}, which it does not have" for other in sorted(table.of.keys() - columns)
            ]
            if bool(table.of) == bool(table.about_nobody):
                problems.append(f"{name} says neither, or both, whom it is about and that it is about nobody")
            problems += [f"{name} {problem}" for problem in _legal_problems(table)]
            problems += [f"{name} {problem}" for problem in _beside_problems(table, schema)]
        if problems:
            raise BadInventory(f"{self.database}: {'; '.join(problems)}")

    def page(self) -> str:
        """The tables as a person reads them (Markdown)."""
        tables = [_section(name, table) for name, table in sorted(self.tables.items())]
        files = [
            "| beside the database | what | read by | kept |\n|---|---|---|---|\n"
            + "\n".join(
                f"| `{name}` | {file.what} | {_said(file.readers)} | {file.kept} |"
                for name, file in sorted(self.files.items())
            )
        ]
        return "\n\n".join([f"## `{self.database}`", *tables, *(files if self.files else [])])


def _legal_problems(table: Stored) -> Iterator[str]:
    classes = {table.legal, *(entry.legal for entry in table.columns.values())} - {None}
    if table.about_nobody and (classes or table.never):
        yield "is about nobody and says what a legal request gets of it"
    if table.of and bool(table.legal) == bool(table.never):
        yield "says neither, or both, to which class of data it belongs and why no legal request reaches it"
    for column, entry in table.columns.items():
        if entry.legal is not None and (entry.never or table.never):
            yield f"says of {column} both its class of data and why no legal request reaches it"
    times = [one for one in (table.at, table.begins, table.ends) if one]
    if missing := sorted({*times, *table.beside} - table.columns.keys()):
        yield f"names {', '.join(missing)}, which it does not have"
    if (table.at and table.begins) or (table.ends and not table.begins):
        yield "says in two ways when its rows are, or only when they end"
    if classes & TIMED and not times:
        yield "belongs to a class that is asked for by its period, and does not say when its rows are"


def _beside_problems(table: Stored, schema: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for column, beside in table.beside.items():
        if missing := sorted({beside.key, *beside.columns} - set(schema.get(beside.table, ()))):
            yield f"names {', '.join(missing)} of {beside.table} beside {column}, which that does not have"


def _section(name: str, table: Stored) -> str:
    about = ", ".join(
        f"`{column}`{' (who is not told)' if kind is Of.UNTOLD else ''}" for column, kind in table.of.items()
    )
    lines = [
        f"### `{name}`",
        table.what,
        "",
        f"- **Whom a row is about**: {about or f'nobody: {table.about_nobody}'}",
        f"- **Read by**: {_said(table.readers)}",
        f"- **Kept**: {table.kept}",
        *_reached(table),
        "",
        "| column | why |",
        "|---|---|",
        *(
            f"| `{column}` | {entry.why}{' (sealed)' if entry.sealed else ''}{_differs(entry)} |"
            for column, entry in table.columns.items()
        ),
    ]
    return "\n".join(lines)


def _reached(table: Stored) -> list[str]:
    """Whether a legal request can reach it. What is about nobody is in no answer to one."""
    if table.of:
        return [f"- **In answer to a legal request**: {f'`{table.legal}`' if table.legal else f'never: {table.never}'}"]
    return []


def _differs(entry: Column) -> str:
    if entry.never:
        return f"; in no answer to a legal request: {entry.never}"
    return f"; in answer to a legal request: `{entry.legal}`" if entry.legal is not None else ""


def _said(readers: Sequence[Reader]) -> str:
    return ", ".join(reader.value for reader in readers)
