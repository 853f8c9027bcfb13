# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is asked for, what was found, and what becomes of it, as plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from privity.production import canonical
from privity.production.classes import Releasable
from privity.production.model import Redaction
from privity.production.records import Table
from privity.wire.collect import CollectedTable
from privity.wire.numbers import Count


class Source(StrEnum):
    HUB = "hub"
    DESK = "desk"


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One class about one target. A period is from `since_ms` on and before `until_ms`."""

    data_class: Releasable
    kind: str
    value: str
    since_ms: Count | None
    until_ms: Count | None

    def __repr__(self) -> str:
        return f"<Line {self.data_class.value} by {self.kind}>"


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`asked.json` of a snapshot. `key`: under which others have pseudonyms; `named`: in what they have none."""

    about: str
    request_sha256: str
    capabilities_sha256: str
    began_ms: Count
    named: list[Releasable]
    key: bytes
    lines: list[Line]

    def __repr__(self) -> str:
        return f"<Asked {len(self.lines)} lines about {self.about}>"


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One other file of a snapshot: what one store had for one line. `account`: whom the target named there.

    `left_out`: what goes by another channel alone and is not here; `unproven`: proofs that name third parties, and are
    not here either.
    """

    line: Line
    source: Source
    version: str
    account: str | None
    taken_ms: Count
    tables: list[CollectedTable]
    left_out: Count = 0
    unproven: Count = 0

    def __repr__(self) -> str:
        return f"<Answer of the {self.source.value}, {len(self.tables)} tables>"


@dataclass(frozen=True, slots=True)
class File:
    """A file of a snapshot; the first folder of its name is its class."""

    name: str
    data_class: Releasable | None
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was found at one time, frozen. All that is said later of a collection follows from it alone."""

    files: tuple[File, ...]

    def digest(self) -> bytes:
        """Of the names and the digests of all files."""
        listed = [[one.name, hashlib.sha256(one.content).hexdigest()] for one in self.files]
        return hashlib.sha256(canonical.encode(sorted(listed))).digest()

    def mapping(self) -> dict[str, bytes]:
        return {one.name: one.content for one in self.files}


@dataclass(frozen=True, slots=True)
class Counts:
    """What the audit log says of a collection."""

    rows: int
    withheld: int
    capped: int


@dataclass(frozen=True, slots=True)
class Collection:
    """A snapshot as a package holds it. The same snapshot is always the same collection."""

    request: int
    collected_ms: int
    snapshot_sha256: str
    capabilities_sha256: str
    tables: tuple[Table, ...]
    evidence: Mapping[Releasable, Mapping[str, bytes]] = field(repr=False)
    """Files by class, named from `data/` on."""
    provenance: tuple[Mapping[str, Any], ...]
    redactions: tuple[Redaction, ...]
    named: frozenset[Releasable]
    """The classes in which other people are named by order; in all others they have pseudonyms."""
    asked: frozenset[Releasable]
    """The classes of the scope."""
    held: frozenset[Releasable]
    """Those of which there is anything. An empty result is a result: the others are answered as not held."""
    capped: tuple[str, ...]
    """Tables of which there are more rows than are here: the request is about too much."""
    accounts: tuple[str, ...]
    """The user URIs that its targets name here."""
