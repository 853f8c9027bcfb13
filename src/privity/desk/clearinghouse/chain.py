# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The calls of a referral as a chain of hashes: what was asked, what was answered, in which order, byte for byte."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any, Final

from privity.desk.clearinghouse.errors import ChainBroken
from privity.desk.clearinghouse.model import Call, CallKind, SealedKind, Verb
from privity.desk.clearinghouse.sealed import Vault
from privity.desk.db.transaction import Db
from privity.mls.codec import u64, vec

_LABEL: Final = b"Privity referral call 1"
START: Final = bytes(32)
_NOTHING: Final = hashlib.sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Link:
    """A call before it has its place."""

    kind: CallKind
    attempt: int
    verb: Verb
    item: int
    at_ms: int
    status: int = 0
    reaction: str = ""
    content: bytes | None = None
    """The request or answer; None where there was none."""


def add(db: Db, vault: Vault, referral: int, link: Link) -> Call:
    """Append, in the caller's transaction."""
    last = db.execute(
        "SELECT n, hash FROM referral_call WHERE referral = ? ORDER BY n DESC LIMIT 1", (referral,)
    ).fetchone()
    n, previous = (0, START) if last is None else (int(last[0]) + 1, bytes(last[1]))
    kind = SealedKind.REQUEST if link.kind is CallKind.ASKED else SealedKind.ANSWER
    sealed = None if link.content is None else vault.keep_once(referral, kind, link.content)
    digest = _NOTHING if link.content is None else hashlib.sha256(link.content).digest()
    said = (link.attempt, link.verb, link.item, link.at_ms, link.status, link.reaction)
    call = Call(n, link.kind, *said, sealed, digest, previous, b"")
    call = replace(call, hash=_hash(referral, call))
    db.execute(
        "INSERT INTO referral_call (referral, n, kind, attempt, verb, item, at_ms, status, reaction, sealed, sha256,"
        " previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (referral, *_fields(call)),
    )
    return call


def calls(db: Db, referral: int) -> tuple[Call, ...]:
    """All of them, oldest first."""
    rows = db.execute(
        "SELECT n, kind, attempt, verb, item, at_ms, status, reaction, sealed, sha256, previous, hash"
        " FROM referral_call WHERE referral = ? ORDER BY n",
        (referral,),
    ).fetchall()
    return tuple(_call(row) for row in rows)


def last(db: Db, referral: int) -> Call | None:
    """The newest one."""
    row = db.execute(
        "SELECT n, kind, attempt, verb, item, at_ms, status, reaction, sealed, sha256, previous, hash"
        " FROM referral_call WHERE referral = ? ORDER BY n DESC LIMIT 1",
        (referral,),
    ).fetchone()
    return None if row is None else _call(row)


def may_be_finished(db: Db, referral: int, attempt: int) -> bool:
    """Whether a finish was asked for in this attempt whose answer is not known."""
    row = db.execute(
        "SELECT 1 FROM referral_call WHERE referral = ? AND attempt = ? AND verb = ? AND kind = ? LIMIT 1",
        (referral, attempt, Verb.FINISH.value, CallKind.UNANSWERED.value),
    ).fetchone()
    return row is not None


def head(db: Db, referral: int) -> bytes:
    """The hash of the newest call: it goes into the audit log, which stands for the whole chain from then on."""
    found = last(db, referral)
    return START if found is None else found.hash


def verify(db: Db, vault: Vault, referral: int, head_said: bytes | None = None) -> int:
    """Raise unless every call is in its place with its bytes; returns how many. Raises ChainBroken, EvidenceDamaged.

    `head_said` is what the audit log says of a finished referral. Where the bytes are gone because their time was over,
    the chain still says which they were.
    """
    previous = START
    found = calls(db, referral)
    for expected, call in enumerate(found):
        if call.n != expected or not hmac.compare_digest(call.previous, previous):
            raise ChainBroken(f"call {expected} of referral {referral} is missing or out of place")
        if not hmac.compare_digest(call.hash, _hash(referral, call)):
            raise ChainBroken(f"call {expected} of referral {referral} was altered")
        digest = _NOTHING if call.sealed is None else vault.digest(call.sealed)
        if not hmac.compare_digest(digest, call.sha256):
            raise ChainBroken(f"the bytes of call {expected} of referral {referral} are others")
        previous = call.hash
    if head_said is not None and not any(hmac.compare_digest(call.hash, head_said) for call in found):
        raise ChainBroken(f"the audit log names a call of referral {referral} that is not there")
    return len(found)


def _hash(referral: int, call: Call) -> bytes:
    said = vec(_LABEL) + u64(referral) + u64(call.n) + vec(call.kind.value.encode()) + u64(call.attempt)
    said += vec(call.verb.value.encode()) + u64(call.item) + u64(call.at_ms) + u64(call.status)
    said += vec(call.reaction.encode()) + vec(call.sha256) + vec(call.previous)
    return hashlib.sha256(said).digest()


def _fields(call: Call) -> tuple[int, str, int, str, int, int, int, str, int | None, bytes, bytes, bytes]:
    return (
        call.n,
        call.kind.value,
        call.attempt,
        call.verb.value,
        call.item,
        call.at_ms,
        call.status,
        call.reaction,
        call.sealed,
        call.sha256,
        call.previous,
        call.hash,
    )


def _call(row: tuple[Any, ...]) -> Call:
    n, kind, attempt, verb, *rest = row
    return Call(n, CallKind(kind), attempt, Verb(verb), *rest)
