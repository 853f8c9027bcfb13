# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What those who count are told by the desk, sealed as everything else: which rules are asked, and what it knows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

import msgspec

from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.periods import DAY_MS
from privity.desk.signals.running.errors import StoreKeyWrong
from privity.desk.signals.running.sealing import Sealing
from privity.wire.observed import ObservedKind

_PLACE = b"told"
_KINDS: Final = "\0".join(ObservedKind).encode()
Version = tuple[int, str]
_Packed = tuple[bytes, bytes, bool, list[Version]]


def alike(catalogue: bytes) -> bytes:
    """The digest of all that two processes must read in the same way: the catalogue of which this is the digest, and
    the kinds of observations, of which whoever does not know one would pass it over."""
    return hashlib.sha256(catalogue + _KINDS).digest()


@dataclass(frozen=True, slots=True)
class Told:
    """What holds for all of them.

    Attributes:
        catalogue: What the desk's version reads (`alike`): hits of another would be read wrongly.
        marks: The key of the marks of people. It is the desk's, so that counters can move.
        election: Whether election mode is on.
        versions: Number and text of the rules that are asked, the oldest first. Whether they act, the desk decides.
    """

    catalogue: bytes
    marks: bytes = field(repr=False)
    election: bool
    versions: tuple[Version, ...]

    def sealed(self, sealing: Sealing) -> bytes:
        """What `opened` takes."""
        packed: _Packed = (self.catalogue, self.marks, self.election, list(self.versions))
        return sealing.sealed(_PLACE, msgspec.msgpack.encode(packed))

    @classmethod
    def opened(cls, sealing: Sealing, sealed: bytes) -> Told:
        """Raises StoreKeyWrong: it is looked at before anything else, so that nothing is written under two keys."""
        try:
            catalogue, marks, election, versions = msgspec.msgpack.decode(sealing.opened(_PLACE, sealed), type=_Packed)
        except (CountersUnreadable, msgspec.MsgspecError):
            raise StoreKeyWrong("signals.key is not the one under which this database was begun") from None
        return cls(catalogue, marks, election, tuple(versions))


@dataclass(frozen=True, slots=True)
class Labelled:
    """A word that is on an account until then; one that was taken off ends in the past."""

    account: str
    word: str
    until_ms: int

    @property
    def over_day(self) -> int:
        """The day (UTC) on which its time is over."""
        return self.until_ms // DAY_MS

    def name(self, sealing: Sealing) -> bytes:
        """Under which it lies: the same for the same account and word."""
        return sealing.name(f"{self.account}\0{self.word}")

    def sealed(self, sealing: Sealing) -> bytes:
        """What `opened` takes."""
        return sealing.sealed(b"label", msgspec.msgpack.encode((self.account, self.word, self.until_ms)))

    @classmethod
    def opened(cls, sealing: Sealing, sealed: bytes) -> Labelled:
        """Raises CountersUnreadable or msgspec.MsgspecError."""
        return cls(*msgspec.msgpack.decode(sealing.opened(b"label", sealed), type=tuple[str, str, int]))
