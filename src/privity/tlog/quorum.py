# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom a reader trusts to watch a log, and when a checkpoint has been watched enough to count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from privity.mls.codec import Reader, u8, vec, vector_of
from privity.mls.errors import CodecError
from privity.tlog.checkpoint import Checkpoint, is_by, verify_checkpoint
from privity.tlog.cosignature import verify_cosignature
from privity.tlog.errors import (
    BadLogPolicy,
    BadVerifierKey,
    FromTheFuture,
    NoAuditor,
    QuorumMissing,
    Stale,
)
from privity.tlog.note import MAX_SIGNATURES, SignedNote
from privity.tlog.verifier_key import KeyKind, VerifierKey

MAX_AHEAD_S = 300
"""How far a witness's clock may go ahead of ours: machines that set their clocks stay within minutes."""
MAX_WITNESSES = MAX_SIGNATURES - 1
"""A note must hold the log's signature and one of each."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody whose cosignature counts."""

    key: VerifierKey
    audits: bool
    """The key is documented to say besides consistency that the map behind the log only grows."""

    def encode(self) -> bytes:
        return vec(self.key.encode().encode()) + u8(self.audits)

    @classmethod
    def read(cls, reader: Reader) -> Witness:
        return cls(_read_key(reader), _read_flag(reader))


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """One log, its witnesses, and how many of them it takes. Raises BadLogPolicy if that cannot be."""

    log: VerifierKey
    witnesses: tuple[Witness, ...]
    quorum: int

    def __post_init__(self) -> None:
        if self.log.kind is not KeyKind.ED25519:
            raise BadLogPolicy(f"a log's key is of kind {KeyKind.ED25519}, that of {self.log.name} is not")
        for witness in self.witnesses:
            if witness.key.kind is not KeyKind.COSIGNATURE:
                raise BadLogPolicy(
                    f"a witness's key is of kind {KeyKind.COSIGNATURE}, that of {witness.key.name} is not"
                )
        if len(self.witnesses) > MAX_WITNESSES:
            raise BadLogPolicy(f"at most {MAX_WITNESSES} witnesses fit into a note, got {len(self.witnesses)}")
        _check_distinct("name", [self.log.name, *(witness.key.name for witness in self.witnesses)])
        _check_distinct("key", [self.log.public, *(witness.key.public for witness in self.witnesses)])
        if not 0 <= self.quorum <= len(self.witnesses):
            raise BadLogPolicy(f"a quorum of {self.quorum} cannot come from {len(self.witnesses)} witnesses")

    def encode(self) -> bytes:
        return vec(self.log.encode().encode()) + vector_of(self.witnesses) + u8(self.quorum)

    @classmethod
    def decode(cls, data: bytes) -> LogPolicy:
        """Raises BadLogPolicy."""
        reader = Reader(data)
        try:
            policy = cls(_read_key(reader), reader.vector_of(Witness.read), reader.u8())
            reader.end()
        except (CodecError, BadVerifierKey) as err:
            raise BadLogPolicy(f"not a policy: {err}") from None
        return policy


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint that the log signed and enough others have watched."""

    checkpoint: Checkpoint
    cosigned: tuple[tuple[str, int], ...]
    """Name and time in seconds of each cosignature that counts, sorted by name."""
    audited: bool
    """One of them is by an auditor. Never so under a quorum of nobody."""


def open_checkpoint(note: SignedNote, policy: LogPolicy, now_s: int, max_age_s: int | None) -> Opened:
    """The checkpoint, if its log signed it and the quorum has cosigned it lately (at any time, if `max_age_s` is None).

    A signature that claims to be by a key of the policy must be; others are passed over. Raises what
    `verify_checkpoint` and `verify_cosignature` raise, or a QuorumError.
    """
    checkpoint = verify_checkpoint(note, policy.log)
    times = _cosigned(note, policy)
    oldest = 0 if max_age_s is None else now_s - max_age_s
    ahead = {name for name, time_s in times.items() if time_s > now_s + MAX_AHEAD_S}
    old = {name for name, time_s in times.items() if time_s < oldest}
    counted = {name: time_s for name, time_s in times.items() if name not in ahead | old}
    if len(counted) < policy.quorum:
        short = f"{policy.quorum} witnesses must have cosigned size {checkpoint.size}, {len(counted)} have"
        if len(times) < policy.quorum:
            raise QuorumMissing(short)
        if old:
            raise Stale(f"{short} within {max_age_s} s, {len(old)} longer ago")
        raise FromTheFuture(f"{short}; {len(ahead)} at a time that has not come")
    audited = policy.quorum > 0 and any(witness.audits and witness.key.name in counted for witness in policy.witnesses)
    if policy.quorum > 0 and not audited:
        raise NoAuditor(f"{len(counted)} witnesses have cosigned size {checkpoint.size}, and none of them audits")
    return Opened(checkpoint, tuple(sorted(counted.items())), audited)


def _cosigned(note: SignedNote, policy: LogPolicy) -> dict[str, int]:
    """When each witness of the policy cosigned last. One signature that does not verify spoils the note."""
    times: dict[str, int] = {}
    for witness in policy.witnesses:
        for signature in note.signatures:
            if is_by(witness.key, signature):
                time_s = verify_cosignature(note.text, signature, witness.key)
                times[witness.key.name] = max(time_s, times.get(witness.key.name, 0))
    return times


def _read_key(reader: Reader) -> VerifierKey:
    try:
        return VerifierKey.decode(reader.vec().decode())
    except UnicodeDecodeError:
        raise BadLogPolicy("a verifier key is UTF-8, this is not") from None


def _read_flag(reader: Reader) -> bool:
    flag = reader.u8()
    if flag > 1:
        raise BadLogPolicy(f"a flag is 0 or 1, got {flag}")
    return bool(flag)


def _check_distinct(what: str, values: Iterable[object]) -> None:
    seen: set[object] = set()
    for value in values:
        if value in seen:
            raise BadLogPolicy(f"log and witnesses have each a {what} of their own; one occurs twice")
        seen.add(value)
