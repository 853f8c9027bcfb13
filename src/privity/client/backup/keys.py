# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key that a backup is sealed to: ML-KEM-768 with X25519 in HPKE, for a file may lie somewhere for decades.

Of the phrase's key a device keeps the public half alone: it can make backups and open none.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from privity.client.engine.records import Change, Table, View
from privity.client.errors import BackupDamaged, CommandRefused, WrongBackupKey, WrongPhrase
from privity.identity.account import Account
from privity.identity.device_list import SUITE
from privity.identity.recovery import BACKUP_SEED_BYTES, Root
from privity.mls.crypto import signature_public_key

PUBLIC_KEY: Final = b"backup key"
"""Under which `Table.OWN` keeps the public key of the account's phrase."""
KEY_ID_BYTES = 8
MLKEM_SEED_BYTES, MLKEM_PUBLIC_BYTES, X25519_BYTES = 64, 1184, 32
PUBLIC_BYTES = MLKEM_PUBLIC_BYTES + X25519_BYTES

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class BackupKey:
    """The private key; its repr shows nothing."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        """`seed` is that of ML-KEM-768 and then the X25519 private key."""
        if len(seed) != BACKUP_SEED_BYTES:
            raise CommandRefused(f"the seed of a backup key has {BACKUP_SEED_BYTES} bytes, got {len(seed)}")
        mlkem = MLKEM768PrivateKey.from_seed_bytes(seed[:MLKEM_SEED_BYTES])
        x25519 = X25519PrivateKey.from_private_bytes(seed[MLKEM_SEED_BYTES:])
        self._key = MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return "BackupKey(...)"

    @classmethod
    def of(cls, root: Root) -> BackupKey:
        """The key of a recovery phrase."""
        return cls(root.backup_seed())

    def open(self, sealed: bytes, named: bytes, info: bytes) -> bytes:
        """What was sealed to this key. Raises WrongBackupKey, BackupDamaged."""
        if not hmac.compare_digest(named, key_id(self.public)):
            raise WrongBackupKey(
                f"the backup is sealed to key {named.hex()}, these words lead to {key_id(self.public).hex()}"
            )
        try:
            return _SUITE.decrypt(sealed, self._key, info)
        except (InvalidTag, ValueError):
            raise BackupDamaged("the beginning of the backup was changed: its key does not open") from None


def key_id(public: bytes) -> bytes:
    """The eight bytes by which a backup names its key."""
    return hashlib.sha256(public).digest()[:KEY_ID_BYTES]


def seal(public: bytes, data: bytes, info: bytes) -> bytes:
    """Seal to a public key. Raises CommandRefused for bytes that are none."""
    try:
        key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_BYTES:]),
        )
        return _SUITE.encrypt(data, key, info)
    except ValueError:
        raise CommandRefused(f"the backup key of {len(public)} bytes is no usable key") from None


def kept_rows(root: Root) -> dict[Change, bytes | None]:
    """What a device keeps of the phrase from the moment it hears it: the public key."""
    return {(Table.OWN, "", PUBLIC_KEY): BackupKey.of(root).public}


def kept_public(view: View) -> bytes:
    """The public key of the account's phrase. Raises CommandRefused on a device that never heard the phrase."""
    public = view.get(Table.OWN, "", PUBLIC_KEY)
    if public is None:
        raise CommandRefused(
            "this device has never heard the recovery phrase, and so knows no key to seal a backup to; give it once:"
            " privity backup make FILE --phrase"
        )
    return public


def check_phrase(root: Root, account: Account | None) -> None:
    """Raise WrongPhrase unless this is the phrase of the account."""
    recovery_key = signature_public_key(SUITE, root.recovery_private())
    if account is None or not hmac.compare_digest(account.in_force.recovery_key, recovery_key):
        raise WrongPhrase("these twelve words are a recovery phrase, but not the one of this account")
