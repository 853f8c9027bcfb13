# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept sealed of a referral: snapshots, documents, files, and the exact bytes of each request and answer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from privity.desk.clearinghouse.errors import ChainBroken, ReferralUnknown
from privity.desk.clearinghouse.model import SealedKind
from privity.desk.db.transaction import Db
from privity.desk.errors import EvidenceGone
from privity.desk.evidence.sealing import Sealed, seal, unseal
from privity.mls.codec import u64, vec

_PLACE: Final = b"referral"


class Vault:
    """Seals and opens for the desk itself. What people see of it goes through `service.read`, which is audited."""

    def __init__(self, db: Db, evidence_key: bytes, random: Callable[[int], bytes]) -> None:
        self._db = db
        self._key = evidence_key
        self._random = random

    def keep(self, referral: int, kind: SealedKind, position: int, content: bytes) -> int:
        """Seal and return its number. The caller owns the transaction."""
        sealed = seal(self._key, self._random, _place(referral, kind, position), content)
        (number,) = self._db.execute(
            "INSERT INTO referral_sealed (referral, kind, position, sha256, nonce, ciphertext)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
            (referral, kind.value, position, hashlib.sha256(content).digest(), sealed.nonce, sealed.ciphertext),
        ).fetchone()
        self._db.execute(
            "INSERT INTO referral_key (sealed_id, wrap_nonce, wrapped_key) VALUES (?, ?, ?)",
            (number, sealed.wrap_nonce, sealed.wrapped_key),
        )
        return int(number)

    def keep_once(self, referral: int, kind: SealedKind, content: bytes) -> int:
        """The same, at the next free position; the same bytes again are kept once."""
        digest = hashlib.sha256(content).digest()
        row = self._db.execute(
            "SELECT id FROM referral_sealed WHERE referral = ? AND kind = ? AND sha256 = ? LIMIT 1",
            (referral, kind.value, digest),
        ).fetchone()
        return (
            int(row[0]) if row is not None else self.keep(referral, kind, self.next_position(referral, kind), content)
        )

    def next_position(self, referral: int, kind: SealedKind) -> int:
        row = self._db.execute(
            "SELECT coalesce(max(position) + 1, 0) FROM referral_sealed WHERE referral = ? AND kind = ?",
            (referral, kind.value),
        ).fetchone()
        return int(row[0])

    def at(self, referral: int, kind: SealedKind, position: int) -> bytes:
        """Raises ReferralUnknown, EvidenceGone or EvidenceDamaged."""
        row = self._db.execute(
            "SELECT id FROM referral_sealed WHERE referral = ? AND kind = ? AND position = ?",
            (referral, kind.value, position),
        ).fetchone()
        if row is None:
            raise ReferralUnknown(f"referral {referral} has no {kind.value} {position}")
        return self.open(int(row[0]))

    def open(self, number: int) -> bytes:
        """Raises ReferralUnknown, EvidenceGone, EvidenceDamaged or ChainBroken."""
        row = self._db.execute(
            "SELECT gone_ms, referral, kind, position, sha256, wrap_nonce, wrapped_key, nonce, ciphertext"
            " FROM referral_sealed JOIN referral_key ON sealed_id = id WHERE id = ?",
            (number,),
        ).fetchone()
        if row is None:
            raise ReferralUnknown(f"nothing is kept under the number {number}")
        gone_ms, referral, kind, position, sha256, *columns = row
        if gone_ms is not None:
            raise EvidenceGone(f"{kind} {position} of referral {referral} was deleted when its time was over")
        place = _place(referral, SealedKind(kind), position)
        content = unseal(self._key, place, Sealed(*columns), f"{kind} {position} of referral {referral}")
        if not hmac.compare_digest(hashlib.sha256(content).digest(), sha256):
            raise ChainBroken(f"{kind} {position} of referral {referral} has another digest than was written beside it")
        return content

    def digest(self, number: int) -> bytes:
        """SHA-256 of what is kept under a number: of the bytes themselves as long as they are there, then as written.

        Raises what `open` raises but EvidenceGone.
        """
        try:
            return hashlib.sha256(self.open(number)).digest()
        except EvidenceGone:
            (sha256,) = self._db.execute("SELECT sha256 FROM referral_sealed WHERE id = ?", (number,)).fetchone()
            return bytes(sha256)


def _place(referral: int, kind: SealedKind, position: int) -> bytes:
    return vec(_PLACE) + u64(referral) + vec(kind.value.encode()) + u64(position)
