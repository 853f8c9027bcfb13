# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The answers of a key log as bytes (spec/keylog.md). Nothing here is verified; keylog.verify does that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.keylog.commitment import OPENING_BYTES
from privity.keylog.encoding import HASH_BYTES, decode, hashes, read_hashes
from privity.keylog.entry import Entry
from privity.keylog.errors import Malformed
from privity.keylog.ladder import MAX_STEPS
from privity.keylog.prefix_proof import PrefixProof
from privity.keylog.vrf import PROOF_BYTES
from privity.mls.codec import Reader, optional, u32, u64, vec, vector_of
from privity.tlog.note import MAX_NOTE

MAX_VALUE: Final = 1 << 16
"""Bytes in a value: twice what a device list may have."""
MAX_DATED: Final = 256
"""Versions in one answer that carry their date: each costs a reader about a millisecond, and an account that has been
reset more often than a quarter as many times is not kept by a person."""
MAX_DATED_BYTES: Final = 1 << 23
"""Bytes of all of them: 32 devices make a list of about 6 kB, so this is five times what people can need."""


@dataclass(frozen=True, slots=True)
class CheckpointProof:
    """The newest checkpoint: its last entry, and that it continues the log of the size that was asked from."""

    note: bytes
    entry: Entry
    inclusion: tuple[bytes, ...]
    consistency: tuple[bytes, ...]

    def encode(self) -> bytes:
        return vec(self.note) + self.entry.encode() + hashes(self.inclusion) + hashes(self.consistency)

    @classmethod
    def read(cls, r: Reader) -> CheckpointProof:
        return cls(r.vec(MAX_NOTE), Entry.read(r), read_hashes(r), read_hashes(r))

    @classmethod
    def decode(cls, data: bytes) -> CheckpointProof:
        """Raise Malformed unless it is exactly one proof."""
        return decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a leaf says: the commitment, and the epoch in which it appeared."""

    commitment: bytes
    epoch: int

    def encode(self) -> bytes:
        return self.commitment + u64(self.epoch)

    @classmethod
    def read(cls, r: Reader) -> Standing:
        return cls(r.fixed(HASH_BYTES), r.u64())


@dataclass(frozen=True, slots=True)
class Step:
    """One version of the ladder: where it would stand in the tree, and what stands there, if anything."""

    vrf_proof: bytes
    found: Standing | None

    def encode(self) -> bytes:
        return self.vrf_proof + optional(self.found)

    @classmethod
    def read(cls, r: Reader) -> Step:
        return cls(r.fixed(PROOF_BYTES), r.optional(Standing.read))


@dataclass(frozen=True, slots=True)
class Revealed:
    """A version's value, and the opening of its commitment."""

    version: int
    opening: bytes
    value: bytes

    def encode(self) -> bytes:
        return u32(self.version) + self.opening + vec(self.value)

    @classmethod
    def read(cls, r: Reader) -> Revealed:
        return cls(r.u32(), r.fixed(OPENING_BYTES), r.vec(MAX_VALUE))


@dataclass(frozen=True, slots=True)
class Dated:
    """A version with its value, and the entry of the epoch in which it appeared, which has the time."""

    revealed: Revealed
    vrf_proof: bytes
    epoch: int
    entry: Entry
    inclusion: tuple[bytes, ...]

    def encode(self) -> bytes:
        appeared = u64(self.epoch) + self.entry.encode() + hashes(self.inclusion)
        return self.revealed.encode() + self.vrf_proof + appeared

    @classmethod
    def read(cls, r: Reader) -> Dated:
        return cls(Revealed.read(r), r.fixed(PROOF_BYTES), r.u64(), Entry.read(r), read_hashes(r))


@dataclass(frozen=True, slots=True)
class LookupProof:
    """The answer about one label. `newest` is None for a label that is not there; `prefix` is for all versions."""

    head: CheckpointProof
    newest: Revealed | None
    steps: tuple[Step, ...]
    dated: tuple[Dated, ...]
    prefix: PrefixProof

    def encode(self) -> bytes:
        versions = optional(self.newest) + vector_of(self.steps) + vector_of(self.dated)
        return self.head.encode() + versions + self.prefix.encode()

    @classmethod
    def read(cls, r: Reader) -> LookupProof:
        head, newest = CheckpointProof.read(r), r.optional(Revealed.read)
        steps, dated = r.vector_of(Step.read), r.vector_of(Dated.read, MAX_DATED_BYTES)
        if len(steps) > MAX_STEPS or len(dated) > MAX_DATED:
            raise Malformed(f"an answer has at most {MAX_STEPS} steps and {MAX_DATED} dates")
        return cls(head, newest, steps, dated, PrefixProof.read(r))

    @classmethod
    def decode(cls, data: bytes) -> LookupProof:
        """Raise Malformed unless it is exactly one proof."""
        return decode(cls.read, data)
