# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lines of a file as entries: CSV with a head, or a JSON object on each line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from privity.desk.matching.errors import EntryRefused, FileEmpty, LineRefused
from privity.desk.matching.lists.model import Incoming, incoming

MAX_LINE: Final = 4_096
"""Bytes of a line: an entry has no need of more."""
FIELDS: Final = ("hash", "kind", "id", "severity", "verified", "expires_ms")
"""Columns of a CSV file; `hash` and `kind` must be there."""
_TRUE: Final = ("true", "yes", "1")
_FALSE: Final = ("", "false", "no", "0")


class Form(StrEnum):
    """How a file of hashes is written."""

    CSV = "csv"
    LINES = "jsonl"


class Line(NamedTuple):
    """An entry, the number of its line from 1 on, and the bytes of the file up to its end."""

    number: int
    entry: Incoming
    read: int


class _Object(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hash: str
    kind: str
    id: str = ""
    severity: int | None = None
    verified: bool = False
    expires_ms: int | None = None


def form_of(path: Path) -> Form:
    """By the end of its name. Raises LineRefused."""
    ends = {".csv": Form.CSV, ".jsonl": Form.LINES, ".ndjson": Form.LINES}
    found = ends.get(path.suffix.lower())
    if found is None:
        raise LineRefused(f"{path.name}: expected a file that ends with {', '.join(ends)}")
    return found


def lines(path: Path, seen: Callable[[bytes], None] = lambda line: None) -> Iterator[Line]:
    """Every entry of a file, one line in memory at a time; `seen` gets each line as it is. Raises LineRefused, OSError,
    or FileEmpty at the end of a file in which there was nothing."""
    form, read, any_entry = form_of(path), 0, False
    columns: tuple[str, ...] = ()
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            read += len(line)
            if len(line) > MAX_LINE:
                raise LineRefused(f"line {number}: expected at most {MAX_LINE} bytes")
            seen(line)
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError:
                raise LineRefused(f"line {number}: expected UTF-8") from None
            if not text:
                continue
            if form is Form.CSV and not columns:
                columns = _head(number, text)
                continue
            yield Line(number, _entry(number, text, columns), read)
            any_entry = True
    if not any_entry:
        raise FileEmpty(f"{path.name}: there is no entry in it")


def _head(number: int, text: str) -> tuple[str, ...]:
    found = tuple(name.strip().lower() for name in text.split(","))
    if not {"hash", "kind"} <= set(found) <= set(FIELDS) or len(set(found)) != len(found):
        raise LineRefused(f"line {number}: expected the names of columns, hash and kind among {', '.join(FIELDS)}")
    return found


def _entry(number: int, text: str, columns: tuple[str, ...]) -> Incoming:
    try:
        one = _of_row(text, columns) if columns else msgspec.json.decode(text, type=_Object)
        return incoming(one.kind, one.hash, one.id, one.severity, one.verified, one.expires_ms)
    except (msgspec.DecodeError, ValueError, csv.Error):
        shape = f"{len(columns)} fields" if columns else f"one JSON object of {', '.join(FIELDS)}"
        raise LineRefused(f"line {number}: expected {shape}, each of its type") from None
    except EntryRefused as err:
        raise LineRefused(f"line {number}: {err}") from None


def _of_row(text: str, columns: tuple[str, ...]) -> _Object:
    (row,) = csv.reader([text], strict=True)
    if len(row) != len(columns):
        raise ValueError
    said = dict(zip(columns, (field.strip() for field in row), strict=True))
    return _Object(
        said["hash"],
        said["kind"],
        said.get("id", ""),
        _number(said.get("severity", "")),
        _truth(said.get("verified", "")),
        _number(said.get("expires_ms", "")),
    )


def _number(text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal()):
        raise ValueError
    return int(text) if text else None


def _truth(text: str) -> bool:
    if text.lower() not in (*_TRUE, *_FALSE):
        raise ValueError
    return text.lower() in _TRUE
