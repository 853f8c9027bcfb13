# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A log and three witnesses with keys that anybody can make again: the whole cast of these tests."""

from __future__ import annotations

import hashlib

from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.note import Signature, SignedNote
from privity.tlog.quorum import LogPolicy, Witness
from privity.tlog.verifier_key import KeyKind, VerifierKey

ORIGIN = "hub.example/keylog"
NAMES = ("ann.example/witness", "ben.example/witness", "cat.example/witness")
NOW_S = 1_800_000_000


def private(name: str) -> bytes:
    """A key for tests, the same on every run."""
    return hashlib.sha256(b"a test key of " + name.encode()).digest()


LOG = VerifierKey.of(ORIGIN, KeyKind.ED25519, private(ORIGIN))
WITNESSES = tuple(VerifierKey.of(name, KeyKind.COSIGNATURE, private(name)) for name in NAMES)


def policy(quorum: int, *, auditors: int = 3) -> LogPolicy:
    """All three witnesses, of which the first so many audit."""
    return LogPolicy(LOG, tuple(Witness(key, at < auditors) for at, key in enumerate(WITNESSES)), quorum)


def checkpoint(size: int = 3, seed: bytes = b"root") -> Checkpoint:
    return Checkpoint(ORIGIN, size, hashlib.sha256(seed).digest())


def cosigned(*times: int | None, of: Checkpoint | None = None) -> SignedNote:
    """A signed checkpoint, cosigned at these times by the first, second and third witness."""
    note = sign_checkpoint(private(ORIGIN), of or checkpoint())
    by = [cosign(private(name), name, note.text, at) for name, at in zip(NAMES, times, strict=False) if at is not None]
    return with_signatures(note, *by)


def with_signatures(note: SignedNote, *more: Signature) -> SignedNote:
    return SignedNote(note.text, (*note.signatures, *more))
