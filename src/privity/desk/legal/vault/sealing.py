# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files and lists of files under the key of their class, each bound to its hold, its target, its name and its place."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.desk.legal.vault.errors import HoldDamaged
from privity.desk.legal.vault.model import PIECE
from privity.mls.codec import u64, vec
from privity.production.classes import Releasable

_PIECE_LABEL: Final = b"Privity legal hold file 1"
_LIST_LABEL: Final = b"Privity legal hold list 1"


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    nonce: bytes
    ciphertext: bytes


class Listed(msgspec.Struct, frozen=True):
    """One file of a list."""

    name: str
    target_mark: bytes
    size: int
    sha256: bytes


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken of one class. The salt makes its hash tell nothing to who does not have the list."""

    hold: bytes
    data_class: Releasable
    request_sha256: bytes
    taken_ms: int
    salt: bytes
    files: tuple[Listed, ...]

    def encode(self) -> bytes:
        return msgspec.json.encode(self, order="sorted")

    @classmethod
    def decode(cls, data: bytes) -> Manifest:
        try:
            return msgspec.json.decode(data, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise HoldDamaged("the list of files of a hold cannot be read") from None


def whole(classes: Sequence[tuple[Releasable, bytes]]) -> bytes:
    """The hash that stands for a hold: over those of its lists, by class."""
    said = b"".join(vec(data_class.value.encode()) + vec(sha256) for data_class, sha256 in sorted(classes))
    return hashlib.sha256(said).digest()


def place(hold_id: bytes, data_class: Releasable) -> bytes:
    """What a key is for."""
    return vec(hold_id) + vec(data_class.value.encode())


def seal(
    key: bytes, where: bytes, target_mark: bytes, name: str, content: bytes, random: Callable[[int], bytes]
) -> Iterator[Piece]:
    """A file in pieces, the last one shorter; an empty file is one empty piece."""
    count = pieces(len(content))
    for position in range(count):
        nonce = random(12)
        bound = _bound(where, target_mark, name, position, count)
        part = content[position * PIECE : (position + 1) * PIECE]
        yield Piece(nonce, AESGCM(key).encrypt(nonce, part, bound))


def unseal(key: bytes, where: bytes, target_mark: bytes, name: str, found: Sequence[Piece]) -> bytes:
    """Raises HoldDamaged."""
    parts = []
    for position, piece in enumerate(found):
        bound = _bound(where, target_mark, name, position, len(found))
        parts.append(_open(key, piece, bound, "a file of a hold"))
    return b"".join(parts)


def seal_list(key: bytes, where: bytes, manifest: bytes, random: Callable[[int], bytes]) -> Piece:
    nonce = random(12)
    return Piece(nonce, AESGCM(key).encrypt(nonce, manifest, _LIST_LABEL + where))


def unseal_list(key: bytes, where: bytes, piece: Piece, sha256: bytes) -> Manifest:
    """Raises HoldDamaged, also where it is not the list whose hash was written down."""
    data = _open(key, piece, _LIST_LABEL + where, "the list of files of a hold")
    if not hmac.compare_digest(hashlib.sha256(data).digest(), sha256):
        raise HoldDamaged("the list of files of a hold is another than was taken")
    return Manifest.decode(data)


def pieces(size: int) -> int:
    return max(1, -(-size // PIECE))


def _open(key: bytes, piece: Piece, bound: bytes, what: str) -> bytes:
    try:
        return AESGCM(key).decrypt(piece.nonce, piece.ciphertext, bound)
    except (InvalidTag, ValueError):
        raise HoldDamaged(f"{what} does not open: it was altered, moved or shredded, or this is not its key") from None


def _bound(where: bytes, target_mark: bytes, name: str, position: int, count: int) -> bytes:
    return _PIECE_LABEL + where + vec(target_mark) + vec(name.encode()) + u64(position) + u64(count)
