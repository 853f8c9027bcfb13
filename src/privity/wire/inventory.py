# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a database keeps, said in words: every table and column, why it is there, who may read it, for how long.

Hub and desk each bring such a list with their schema. `docs/operators/data-inventory.md` is written from them, and what
a person is shown about themselves is looked up by them, so that no table can be forgotten in one place and not in the
other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Self

import msgspec


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


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a column is there."""

    why: str
    sealed: bool = False
    """Whether it holds what neither hub nor operator can read."""


class Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table. `of` says by which columns a row names whom it is about; if nobody, `about_nobody` says why."""

    what: str
    readers: list[Reader]
    kept: str
    columns: dict[str, Column]
    of: dict[str, Of] = {}
    about_nobody: str = ""


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
        "",
        "| column | why |",
        "|---|---|",
        *(
            f"| `{column}` | {entry.why}{' (sealed)' if entry.sealed else ''} |"
            for column, entry in table.columns.items()
        ),
    ]
    return "\n".join(lines)


def _said(readers: Sequence[Reader]) -> str:
    return ", ".join(reader.value for reader in readers)
