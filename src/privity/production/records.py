# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of records: as CSV for people and spreadsheets, as JSON for programs, with the meaning of each column.

A spreadsheet runs a cell that begins like a formula. In CSV such a text gets an apostrophe before it; JSON does not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from privity.production import canonical
from privity.production.classes import Releasable
from privity.production.errors import BadRow

Value = str | int | None
MAX_INTEGER: Final = (1 << 53) - 1
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Beginnings that a spreadsheet takes for a formula, or skips before one."""
LAST_MS: Final = 253_402_300_799_999
"""The end of the year 9999."""


class ColumnKind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    TIME = "time"
    """Milliseconds since 1970 as they are kept; written as a time in UTC."""


@dataclass(frozen=True, slots=True)
class Column:
    """What the field guide says of it stands beside it, so that no column is without."""

    name: str
    kind: ColumnKind
    meaning: str
    source: str
    """The table or file that it was read from."""
    precision: str
    """How exact it is, and by whose clock."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one class, in the order of their collector. Raises BadRow."""

    name: str
    """Of its files, without the ending."""
    named: Releasable
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Value, ...]]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise BadRow(f"a row of {self.name} has {len(self.columns)} values, one has {len(row)}")
            for column, value in zip(self.columns, row, strict=True):
                _check(self.name, column, value)

    def csv(self) -> bytes:
        """RFC 4180: a header, then the rows, each line with CR LF."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.name for column in self.columns])
        kinds = [column.kind for column in self.columns]
        for row in self.rows:
            writer.writerow([_cell(kind, value) for kind, value in zip(kinds, row, strict=True)])
        return out.getvalue().encode()

    def json(self) -> bytes:
        """The same rows as objects by column; a value that is not there is null."""
        names = [column.name for column in self.columns]
        kinds = [column.kind for column in self.columns]
        rows = [
            {name: _plain(kind, value) for name, kind, value in zip(names, kinds, row, strict=True)}
            for row in self.rows
        ]
        return canonical.encode({"class": self.named.value, "rows": rows, "table": self.name})


def time_text(at_ms: int) -> str:
    """Milliseconds since 1970 as a time in UTC, with its milliseconds."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"


def _check(table: str, column: Column, value: Value) -> None:
    if value is None:
        return
    if column.kind is ColumnKind.TEXT:
        if not isinstance(value, str) or not _is_text(value):
            raise BadRow(f"{table}.{column.name} holds text")
    elif type(value) is not int or abs(value) > MAX_INTEGER:
        raise BadRow(f"{table}.{column.name} holds integers up to 2^53 - 1")
    elif column.kind is ColumnKind.TIME and not 0 <= value <= LAST_MS:
        raise BadRow(f"{table}.{column.name} holds times from 1970 to 9999")


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _plain(kind: ColumnKind, value: Value) -> Value:
    return time_text(value) if kind is ColumnKind.TIME and isinstance(value, int) else value


def _cell(kind: ColumnKind, value: Value) -> str:
    plain = _plain(kind, value)
    text = "" if plain is None else str(plain)
    return f"'{text}" if kind is ColumnKind.TEXT and text.startswith(_RUNS) else text
