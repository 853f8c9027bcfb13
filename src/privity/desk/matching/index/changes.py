# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where the index takes its entries from: numbered changes, which are kept elsewhere and are the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Change(NamedTuple):
    """An entry came or went.

    Attributes:
        sequence: Grows from change to change, from 1 on; gaps are allowed.
        entry: Names the entry, 0 to 2^63 - 1. Several entries may have the same hash.
        bits: 32 bytes: the hash of the entry; of a removal, too.
        added: Or removed. An entry that was removed may be added again.
    """

    sequence: int
    entry: int
    bits: bytes
    added: bool

    def __repr__(self) -> str:
        return f"Change({self.sequence}, {'added' if self.added else 'removed'})"  # a list of hashes is a secret


class Changes(Protocol):
    """What happened to the entries, in its order.

    A change is handed over from the moment that it is acknowledged. Adding and removing one entry may be forgotten
    together when no index is older than the removal; an index that was would be made anew.
    """

    def after(self, sequence: int) -> Iterator[Change]:
        """All changes with a greater number, the smallest first."""
        ...
