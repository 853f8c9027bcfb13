# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hold, what it keeps, and what is handed in and out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from privity.desk.legal.rulebook.facts import Target
from privity.production.classes import Releasable

PIECE: Final = 1 << 20
"""Bytes that are sealed at once: a large file is never in memory twice."""
MAX_NAME: Final = 200


class Kind(StrEnum):
    """Why it is kept, and thereby how it ends."""

    QUARANTINE = "quarantine"
    """For a request that nobody has verified yet: 72 hours, and nobody reads it."""
    TERM = "term"
    """For so many days as the instrument says."""
    UNTIL_WITHDRAWN = "until_withdrawn"
    """Until it was produced or the authority has withdrawn its order."""


class State(StrEnum):
    """How far it is."""

    ORDERED = "ordered"
    """Nothing is taken yet."""
    HELD = "held"
    RENEWED = "renewed"
    """Another request of the same agency has made it longer, once."""
    RELEASED_TO_CASE = "released_to_case"
    """A scoped request may read what its scope holds."""
    EXPIRED = "expired"
    """Its keys are overwritten."""
    SHREDDED = "shredded"
    """Nothing is left of it but this row."""


LIVE: Final = frozenset({State.ORDERED, State.HELD, State.RENEWED, State.RELEASED_TO_CASE})
"""It has not ended."""


class Because(StrEnum):
    """Why it ended."""

    TIME = "time"
    PRODUCED = "produced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Hold:
    """One row. `id` is what its files are bound to."""

    number: int
    id: bytes
    request: int
    agency: int | None
    kind: Kind
    state: State
    instrument: str
    custody: str
    ordered_ms: int
    due_ms: int
    """Until when it has to be taken."""
    from_ms: int
    """From when its time is counted."""
    days: int | None
    renew_days: int
    until_ms: int | None
    """The first moment at which it is over."""
    seen_ms: int | None = None
    """When a look with a believed clock first found it."""
    taken_ms: int | None = None
    taken_entry: int | None = None
    asked_mark: bytes | None = None
    """Stands for the targets of the snapshot, and shows only whether others are the same."""
    asked_since_ms: int | None = None
    asked_until_ms: int | None = None
    manifest_sha256: bytes | None = None
    renewed_by: int | None = None
    released_to: int | None = None
    withdrawn_by: str | None = None
    confirmed_by: str | None = None
    ended_because: Because | None = None
    ended_ms: int | None = None
    gone_ms: int | None = None

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def over(self, now_ms: int) -> bool:
        """Whether its time is over, shredded or not."""
        return not self.live or (self.until_ms is not None and now_ms >= self.until_ms)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a snapshot is to hold: of one target, all that is there of these classes."""

    request: int
    hold: int
    target: Target
    classes: tuple[Releasable, ...]
    since_ms: int | None
    until_ms: int | None
    """Without a range: all there is on the day."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a collector found of one target. The first folder of a file's name is its class."""

    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    evidence: tuple[int, ...] = ()
    """Records that the desk has already: they are held where they are, and not opened."""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file as it lies there. Whom it is about shows only to who can name them."""

    number: int
    hold: int
    data_class: Releasable
    target_mark: bytes
    name: str
    size: int
    pieces: int


@dataclass(frozen=True, slots=True)
class HeldClass:
    """One class of a hold; `manifest_sha256` is that of its list of files, None before the snapshot."""

    data_class: Releasable
    manifest_nonce: bytes | None
    manifest: bytes | None
    manifest_sha256: bytes | None
    dropped_ms: int | None


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What an agency is told of a hold: the same whether there is such an account or not."""

    hold: int
    request: int
    instrument: str
    request_sha256: bytes
    classes: tuple[Releasable, ...]
    taken_ms: int
    until_ms: int | None
    """None: until it is produced or withdrawn."""
    renewed: bool
    manifest_sha256: bytes
    """Over names, sizes and hashes and a secret: it proves later what was taken, and tells nothing now."""
