# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A list of hashes, and what stands in it. A list is a secret: no `repr` here shows a hash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from privity.desk.matching.errors import EntryMalformed, HashMalformed, KindUnknown

FILE: Final = "file"
"""The source of a list that files are imported into; any other names its exchange."""
STALE_MS: Final = 86_400_000
"""A list of an exchange that was not fetched for so long is told of."""
MAX_SOURCE_ID: Final = 200
"""Characters."""
MAX_SEVERITY: Final = 4
MAX_MS: Final = 1 << 53


class HashKind(StrEnum):
    """The value stands in the database: a name is never reused for something else."""

    PDQ = "pdq"
    SHA256 = "sha256"
    MD5 = "md5"


class Category(StrEnum):
    """What a list holds, for what follows from a match (`looking.policy`)."""

    KNOWN_ILLEGAL = "known_illegal"
    """Pictures of child abuse."""
    NCII = "ncii"
    """Intimate pictures that are shown without consent."""
    TERRORISM = "terrorism"
    OWN = "own"
    """What this house itself has decided about."""
    UNKNOWN = "unknown"
    """Nobody has said: nothing follows by itself."""


SIZES: Final[Mapping[HashKind, int]] = {HashKind.PDQ: 32, HashKind.SHA256: 32, HashKind.MD5: 16}
"""Bytes of a hash."""
_HEX: Final = re.compile(r"[0-9a-fA-F]+\Z")


@dataclass(frozen=True, slots=True)
class HashList:
    """A list, without what stands in it."""

    number: int
    name: str
    source: str
    category: Category
    settings: Mapping[str, str]
    """What its exchange is told; no credentials."""
    trusted: bool
    """Whether people have seen all of it, as its source says."""
    version: int
    """Grows with each change that took effect."""
    checkpoint: bytes | None = field(repr=False)
    """Up to where its exchange was asked, in the words of that exchange."""
    made_ms: int
    made_by: str
    fetched_ms: int | None
    alarmed_ms: int | None
    paused_ms: int | None
    paused_why: str | None
    removed_ms: int | None

    def stale(self, now_ms: int) -> bool:
        """Whether its exchange was last asked too long ago. Files have no such time."""
        return self.source != FILE and now_ms - (self.fetched_ms or self.made_ms) > STALE_MS


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is to be an entry."""

    kind: HashKind
    value: bytes = field(repr=False)
    source_id: str = field(repr=False)
    severity: int | None = None
    verified: bool = False
    """Whether a person has seen what it is the hash of."""
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, and how its list stands."""

    number: int
    list: int
    list_name: str
    list_version: int
    category: Category
    paused: bool
    kind: HashKind
    value: bytes = field(repr=False)
    severity: int | None
    verified: bool
    """By its source, or because its list is trusted as a whole."""
    up: int
    down: int
    agreed: bool
    """Whether two people have agreed that something may follow from it without a person."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What one change did to a list."""

    version: int
    added: int
    removed: int
    anew: int
    """Entries that were there and say something else now: seen by a person, or until when they count."""


def incoming(
    kind: str,
    value: str,
    source_id: str = "",
    severity: int | None = None,
    verified: bool = False,
    expires_ms: int | None = None,
) -> Incoming:
    """Raises KindUnknown, HashMalformed or EntryMalformed, which never say what the hash was."""
    try:
        known = HashKind(kind.lower())
    except ValueError:
        raise KindUnknown(f"expected one of {', '.join(HashKind)}, got a kind of {len(kind)} characters") from None
    digits = 2 * SIZES[known]
    if len(value) != digits or not _HEX.match(value):
        raise HashMalformed(f"a {known.value} has {digits} hexadecimal digits, got {len(value)} characters")
    if len(source_id) > MAX_SOURCE_ID or not source_id.isprintable():
        raise EntryMalformed(f"an id has at most {MAX_SOURCE_ID} characters that can be seen, got {len(source_id)}")
    if severity is not None and not 0 <= severity <= MAX_SEVERITY:
        raise EntryMalformed(f"a severity is 0 to {MAX_SEVERITY}, got {severity}")
    if expires_ms is not None and not 0 < expires_ms <= MAX_MS:
        raise EntryMalformed(f"a time is 1 to {MAX_MS} milliseconds, got {expires_ms}")
    return Incoming(known, bytes.fromhex(value), source_id, severity, verified, expires_ms)
