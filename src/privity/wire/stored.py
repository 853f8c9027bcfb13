# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bodies of `GET /v1/account/stored` and `/v1/account/stored/TABLE`: what the hub keeps about whoever asks.

Nothing is told that somebody else keeps to themselves, such as from whom they take no contact.
"""

from __future__ import annotations

from typing import Final

import msgspec

from privity.wire.inventory import Reader
from privity.wire.rest import Answer

PAGE: Final = 500
"""Rows of one answer."""


class StoredTable(msgspec.Struct, frozen=True):
    """One table in which something about the caller can stand. `columns` says why each is there."""

    name: str
    what: str
    readers: list[Reader]
    kept: str
    columns: dict[str, str]
    rows: int


class StoredAbout(Answer, frozen=True):
    """All tables, also those without a row."""

    tables: list[StoredTable]


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Bytes that only the person's own devices, or the desk, can open; only how many there are is told."""

    bytes: int


class Plain(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """A number, a text, or nothing."""

    value: int | str | None


class Opaque(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Bytes that the hub can read: hashes, public keys."""

    base64: bytes


Cell = Plain | Opaque | Sealed


class StoredRows(Answer, frozen=True):
    """Rows of a table from `from` on, in the order of its columns; `more` says that there are others behind them."""

    columns: list[str]
    rows: list[list[Cell]]
    more: bool
