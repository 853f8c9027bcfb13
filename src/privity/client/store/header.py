# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The small file beside a device store: how its key is made from the passphrase (Argon2id, RFC 9106).

It holds nothing secret: parameters, a salt, and a value by which a wrong passphrase is told from a damaged store. That
value and the database key are separate halves of one Argon2id output.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import msgspec
from argon2.low_level import Type, hash_secret_raw

from privity.client.errors import CorruptStore, WrongPassphrase

VERSION = 1
MAX_MEMORY_KIB = 4 << 20  # a header that someone wrote into the folder must not ask for all memory
MAX_TIME = 64


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id parameters. The default is the second recommended option of RFC 9106, section 4."""

    time: int = 3
    memory_kib: int = 64 * 1024
    lanes: int = 4


@dataclass(frozen=True, slots=True, repr=False)
class StoreKey:
    """The 32-byte database key. Its repr shows nothing."""

    value: bytes

    def __repr__(self) -> str:
        return f"<StoreKey {len(self.value)} bytes>"


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The header file as JSON."""

    version: int
    salt: bytes
    time: int
    memory_kib: int
    lanes: int
    check: bytes

    @classmethod
    def create(cls, passphrase: str, cost: Cost, random: Callable[[int], bytes]) -> tuple[Self, StoreKey]:
        """A new header with a fresh salt, and the key it leads to."""
        salt = random(16)
        key, check = _derive(passphrase, salt, cost)
        return cls(VERSION, salt, cost.time, cost.memory_kib, cost.lanes, check), key

    def open(self, passphrase: str) -> StoreKey:
        """The key. Raises WrongPassphrase."""
        key, check = _derive(passphrase, self.salt, Cost(self.time, self.memory_kib, self.lanes))
        if not hmac.compare_digest(check, self.check):
            raise WrongPassphrase("the passphrase does not open this device; try again")
        return key

    def encode(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises CorruptStore."""
        try:
            header = msgspec.json.decode(data, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise CorruptStore("the file device.header is not readable; restore it from a copy") from None
        sound = (
            header.version == VERSION
            and len(header.salt) == 16
            and len(header.check) == 32
            and 1 <= header.time <= MAX_TIME
            and 1 <= header.lanes <= 64
            and 8 * header.lanes <= header.memory_kib <= MAX_MEMORY_KIB
        )
        if not sound:
            raise CorruptStore("the file device.header has values out of range; restore it from a copy")
        return header


def _derive(passphrase: str, salt: bytes, cost: Cost) -> tuple[StoreKey, bytes]:
    out = hash_secret_raw(
        passphrase.encode(),
        salt,
        time_cost=cost.time,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=64,
        type=Type.ID,
    )
    return StoreKey(out[:32]), hashlib.sha256(b"privity device store check v1" + out[32:]).digest()
