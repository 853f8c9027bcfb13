# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One entry of the audit log: who did what to which thing, when, and what was said of it."""

from __future__ import annotations

from typing import Final

import msgspec

from privity.desk.audit.acts import Act
from privity.desk.audit.errors import BadEntry

Said = str | int | bool | None | list[str | int]
"""What an entry may say of an act. Never content of a message, and no text a reporter wrote."""

MAX_ENTRY: Final = 64 << 10
"""Bytes of an entry: a page of receipts fits, a document does not."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`who` is `staff:N`, `command:NAME` or `desk`; `about` is `case:N`, `report:N`, ... or empty."""

    n: int
    """From 0, without a gap: the index of its leaf."""
    at_ms: int
    who: str
    act: Act
    about: str
    said: dict[str, Said]

    def encode(self) -> bytes:
        """The bytes of the leaf: JSON with sorted keys and no blanks. Raises BadEntry: too long, or not valid text."""
        try:
            data = msgspec.json.encode(self, order="sorted")
        except UnicodeEncodeError:
            raise BadEntry("what an audit entry says must be valid text") from None
        if len(data) > MAX_ENTRY:
            raise BadEntry(f"an audit entry has at most {MAX_ENTRY} bytes, this one {len(data)}")
        return data

    @classmethod
    def decode(cls, data: bytes) -> Entry:
        """Strict: exactly the bytes that `encode` makes. Raises BadEntry."""
        try:
            entry = msgspec.json.decode(data, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError) as err:
            raise BadEntry(f"not an audit entry: {err}") from None
        if entry.encode() != data:
            raise BadEntry("an audit entry is written in one way only, this is another")
        return entry
