# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who can open the keys of a hold: the desk, or two officers who are both needed.

A key that two officers keep is split into two shares, each sealed to the age key of one of them, and says inside of
which hold, class and officer it is. Beside each lies its hash, by which the desk knows the right one when it comes back
open (`shares`). Either way everything lies under the evidence key as well, so that it ends for everybody with the row
that holds it. A module with a key of its own (PKCS#11) would be one more `KeyHolder`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.desk.legal.vault.errors import HoldDamaged, OfficersInvalid, SharesWrong
from privity.mls.codec import vec
from privity.production import age_key
from privity.production.errors import BadRecipient

KEY_BYTES: Final = 32
_WRAP_LABEL: Final = b"Privity legal hold key 1"
_MARK_LABEL: Final = b"Privity legal hold mark 1"
_SHARE_LABEL: Final = b"Privity legal hold share 1"
_HASH_BYTES: Final = 32


class Keeper(StrEnum):
    """How the keys of a hold are kept."""

    DESK = "desk"
    TWO_OFFICERS = "two_officers"


class Holder(StrEnum):
    """Whose one wrapped part of a key is."""

    DESK = "desk"
    FIRST = "first_officer"
    SECOND = "second_officer"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True, repr=False)
class Wrapped:
    """A row of keys."""

    holder: Holder
    nonce: bytes
    wrapped: bytes

    def __repr__(self) -> str:
        return f"<Wrapped {self.holder}>"


class KeyHolder(Protocol):
    """Whatever can wrap a key so that it alone can unwrap it. `place` is what the key is for."""

    def wrap(self, place: bytes, key: bytes, random: Callable[[int], bytes]) -> tuple[Wrapped, ...]: ...

    def unwrap(self, place: bytes, rows: Sequence[Wrapped], shares: Sequence[bytes]) -> bytes: ...


@dataclass(frozen=True, slots=True, repr=False)
class Custody:
    """The evidence key, and the age keys of two officers where the house has named them."""

    evidence_key: bytes = field(repr=False)
    officers: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Custody of {self.keeper}>"

    def __post_init__(self) -> None:
        if not self.officers:
            return
        if len(self.officers) != 2 or len(set(self.officers)) != 2:
            raise OfficersInvalid(f"a key is split between two different age keys, got {len(set(self.officers))}")
        for each in self.officers:
            _recipient(each)

    @property
    def keeper(self) -> Keeper:
        """How the keys of new holds are kept."""
        return Keeper.TWO_OFFICERS if self.officers else Keeper.DESK

    def holder(self, keeper: Keeper) -> KeyHolder:
        if keeper is Keeper.DESK:
            return _Desk(self.evidence_key)
        return _Officers(self.evidence_key, self.officers)

    def mark(self, hold_id: bytes, what: bytes) -> bytes:
        """A name for something within one hold, that only the desk can make."""
        return hmac.digest(self.evidence_key, _MARK_LABEL + vec(hold_id) + vec(what), hashlib.sha256)

    def sealed_share(self, place: bytes, row: Wrapped) -> bytes:
        """What an officer opens with their age key."""
        return _unwrap(self.evidence_key, place, row)[_HASH_BYTES:]

    def share(self, place: bytes, row: Wrapped, payload: bytes) -> bytes:
        """What an officer opened, if it is what was sealed to them. Raises SharesWrong."""
        share = share_in(payload, place, row.holder)
        _must_be_that(_unwrap(self.evidence_key, place, row), payload, row.holder)
        return share


def share_in(payload: bytes, place: bytes, holder: Holder) -> bytes:
    """The share in what an officer's key opens. Raises SharesWrong where it says that it is another one."""
    before = _payload(place, holder, b"")
    if not payload.startswith(before) or len(payload) != len(before) + KEY_BYTES:
        raise SharesWrong(f"this is no share of the {holder.words} for this class of this hold")
    return payload[len(before) :]


@dataclass(frozen=True, slots=True, repr=False)
class _Desk:
    evidence_key: bytes

    def wrap(self, place: bytes, key: bytes, random: Callable[[int], bytes]) -> tuple[Wrapped, ...]:
        return (_wrap(self.evidence_key, place, Holder.DESK, key, random),)

    def unwrap(self, place: bytes, rows: Sequence[Wrapped], shares: Sequence[bytes]) -> bytes:
        (row,) = _of(rows, Holder.DESK)
        return _unwrap(self.evidence_key, place, row)


@dataclass(frozen=True, slots=True, repr=False)
class _Officers:
    evidence_key: bytes
    officers: tuple[str, ...]

    def wrap(self, place: bytes, key: bytes, random: Callable[[int], bytes]) -> tuple[Wrapped, ...]:
        first = random(KEY_BYTES)
        parts = zip((Holder.FIRST, Holder.SECOND), self.officers, (first, _xor(first, key)), strict=True)
        return tuple(
            _wrap(self.evidence_key, place, holder, _sealed(_payload(place, holder, share), officer), random)
            for holder, officer, share in parts
        )

    def unwrap(self, place: bytes, rows: Sequence[Wrapped], shares: Sequence[bytes]) -> bytes:
        """The rows have to be there: shares that were kept beside a hold open nothing once it has ended."""
        wrapped = [(row, _unwrap(self.evidence_key, place, row)) for row in _of(rows, Holder.FIRST, Holder.SECOND)]
        if len(shares) != 2 or any(len(share) != KEY_BYTES for share in shares):
            raise SharesWrong(f"two shares of {KEY_BYTES} bytes open this key, got {len(shares)}")
        for (row, inside), share in zip(wrapped, shares, strict=True):
            _must_be_that(inside, _payload(place, row.holder, share), row.holder)
        return _xor(*shares)


def _of(rows: Sequence[Wrapped], *holders: Holder) -> tuple[Wrapped, ...]:
    found = {row.holder: row for row in rows}
    if set(found) != set(holders):
        raise HoldDamaged(f"the key is kept by {', '.join(sorted(found)) or 'nobody'}, expected {', '.join(holders)}")
    return tuple(found[holder] for holder in holders)


def _wrap(key: bytes, place: bytes, holder: Holder, secret: bytes, random: Callable[[int], bytes]) -> Wrapped:
    nonce = random(12)
    return Wrapped(holder, nonce, AESGCM(key).encrypt(nonce, secret, _bound(place, holder)))


def _unwrap(key: bytes, place: bytes, row: Wrapped) -> bytes:
    try:
        return AESGCM(key).decrypt(row.nonce, row.wrapped, _bound(place, row.holder))
    except (InvalidTag, ValueError):
        raise HoldDamaged("a key does not open: it was altered, shredded, or is under another evidence key") from None


def _payload(place: bytes, holder: Holder, share: bytes) -> bytes:
    """What is sealed to an officer: whoever opens it sees what it is of."""
    return _SHARE_LABEL + vec(place) + vec(holder.value.encode()) + share


def _sealed(payload: bytes, officer: str) -> bytes:
    """Its hash, that tells the right one from any other, and what the officer opens."""
    return hashlib.sha256(payload).digest() + bytes(pyrage.encrypt(payload, [_recipient(officer)]))


def _must_be_that(inside: bytes, payload: bytes, holder: Holder) -> None:
    if not hmac.compare_digest(inside[:_HASH_BYTES], hashlib.sha256(payload).digest()):
        raise SharesWrong(f"this is not the share that was sealed to the {holder.words}")


def _bound(place: bytes, holder: Holder) -> bytes:
    return _WRAP_LABEL + place + vec(holder.value.encode())


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(age_key.checked(text))
    except BadRecipient as err:
        raise OfficersInvalid(f"an officer of the vault: {err}") from None
