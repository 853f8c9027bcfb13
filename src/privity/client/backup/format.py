# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of a backup (spec/backup.md): a sealed key, who made it, and then pieces that say where they belong.

Whoever knows a public key can seal to it, so the maker's device signs the key of the pieces together with whom it is
sealed to. Nobody else than the maker and whoever opens it knows that key, so nobody else can have made the pieces.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.client.backup import keys
from privity.client.backup.keys import KEY_ID_BYTES, BackupKey
from privity.client.errors import (
    BackupDamaged,
    BackupMalformed,
    BackupNotByDevice,
    BackupOfAnother,
    BackupTrailing,
    BackupTruncated,
    NotABackup,
)
from privity.identity.device_list import SUITE, DeviceList
from privity.identity.errors import IdentityError
from privity.identity.uris import parse_client_uri, user_of
from privity.mls.codec import Reader, decode, u8, u16, u64, vec
from privity.mls.crypto import sign_with_label, verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature, CodecError

MAGIC = b"privity backup\n"
VERSION = 1
SUITE_ID = 1
"""HPKE with ML-KEM-768 and X25519, HKDF-SHA256 and AES-256-GCM; pieces under AES-256-GCM."""
CHUNK = 1 << 20
TAG = 16
KEY_BYTES = 32
LABEL = b"PrivityBackupTBS"
INFO = b"privity backup"
MAX_RECORD = 16 << 20
"""Bytes of one record: a ciphertext that could ride in a report is the largest."""
HEADER_BYTES = len(MAGIC) + 2 + KEY_ID_BYTES

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Maker:
    """The device that makes a backup."""

    client_uri: str
    signature_private: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opening:
    """What is sealed to the reader: the key of the pieces, and who made them when (ms)."""

    key: bytes = field(repr=False)
    made_ms: int
    client_uri: str
    signature: bytes

    def encode(self) -> bytes:
        return self.key + u64(self.made_ms) + vec(self.client_uri.encode()) + vec(self.signature)

    @classmethod
    def read(cls, r: Reader) -> Opening:
        return cls(r.fixed(KEY_BYTES), r.u64(), _text(r.vec(1024)), r.vec(256))


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CodecError("a name is not UTF-8") from None


def header_for(public: bytes) -> bytes:
    return MAGIC + u8(VERSION) + u8(SUITE_ID) + keys.key_id(public)


def _signed(header: bytes, public: bytes, opening: Opening) -> bytes:
    return header + vec(public) + opening.key + u64(opening.made_ms) + vec(opening.client_uri.encode())


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + u8(last)


class Writer:
    """Writes records into a file, one piece after another; `close` marks the last one."""

    def __init__(self, out: BinaryIO, public: bytes, maker: Maker, made_ms: int, random: Random = os.urandom) -> None:
        self._out = out
        header = header_for(public)
        unsigned = Opening(random(KEY_BYTES), made_ms, maker.client_uri, b"")
        signature = sign_with_label(SUITE, maker.signature_private, LABEL, _signed(header, public, unsigned))
        opening = Opening(unsigned.key, made_ms, maker.client_uri, signature)
        sealed = keys.seal(public, opening.encode(), INFO + header)
        self._cipher = AESGCM(opening.key)
        self._buffer = bytearray()
        self._number = 0
        out.write(header + u16(len(sealed)) + sealed)

    def record(self, data: bytes) -> None:
        if len(data) > MAX_RECORD:
            raise BackupMalformed(f"a record has at most {MAX_RECORD} bytes, this one {len(data)}")
        self._buffer += len(data).to_bytes(4, "big") + data
        while len(self._buffer) > CHUNK:  # the last piece is never empty
            self._piece(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]

    def close(self) -> None:
        """The last piece. A file without it is no backup."""
        self._piece(bytes(self._buffer), last=True)

    def _piece(self, data: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), data, b""))
        self._number += 1


class Opened:
    """A backup whose maker is proven. `records` reads it from the beginning, as often as it is called."""

    __slots__ = ("_cipher", "_file", "_start", "client_uri", "made_ms", "user_uri")

    def __init__(self, file: BinaryIO, start: int, opening: Opening, user_uri: str) -> None:
        self._file = file
        self._start = start
        self._cipher = AESGCM(opening.key)
        self.client_uri = opening.client_uri
        self.made_ms = opening.made_ms
        self.user_uri = user_uri

    def check_whole(self) -> None:
        """Read it once to the end, so that nothing of a damaged backup counts. Raises what `records` raises."""
        for _ in self.records():
            pass

    def records(self) -> Iterator[tuple[int, bytes]]:
        """Bytes of the file that were read, and a record. Raises BackupDamaged, BackupTruncated, BackupTrailing."""
        buffer = bytearray()
        for done, piece in self._pieces():
            buffer += piece
            at = 0
            while len(buffer) - at >= 4:
                size = int.from_bytes(buffer[at : at + 4], "big")
                if size > MAX_RECORD:
                    raise BackupMalformed(f"a record has at most {MAX_RECORD} bytes, this one says {size}")
                if len(buffer) - at - 4 < size:
                    break
                yield done, bytes(buffer[at + 4 : at + 4 + size])
                at += 4 + size
            del buffer[:at]
        if buffer:
            raise BackupMalformed("the last record is cut short")

    def _pieces(self) -> Iterator[tuple[int, bytes]]:
        self._file.seek(self._start)
        number, done = 0, self._start
        piece = self._file.read(CHUNK + TAG)
        while True:
            following = self._file.read(CHUNK + TAG)
            done += len(piece)
            yield done, self._open(piece, number, last=not following)
            if not following:
                return
            piece, number = following, number + 1

    def _open(self, piece: bytes, number: int, *, last: bool) -> bytes:
        found = self._try(piece, number, last)
        if found is not None:
            return found
        if last and (len(piece) < TAG or self._try(piece, number, False) is not None):
            raise BackupTruncated("the end of the backup is missing; copy it again from where it was whole")
        if not last and self._try(piece, number, True) is not None:
            raise BackupTrailing("something stands behind the end of the backup")
        raise BackupDamaged(f"piece {number} of the backup was changed, moved, doubled or cut")

    def _try(self, piece: bytes, number: int, last: bool) -> bytes | None:
        try:
            return self._cipher.decrypt(_nonce(number, last), piece, b"")
        except (InvalidTag, ValueError):
            return None


def open_backup(file: BinaryIO, key: BackupKey, lists: tuple[DeviceList, ...]) -> Opened:
    """Open a backup that a device of these lists made: those of one account that were in force at some time.

    Raises NotABackup, WrongBackupKey, BackupTruncated, BackupDamaged, BackupMalformed, BackupOfAnother,
    BackupNotByDevice.
    """
    header, opening, start = _unsealed(file, key)
    if not any(_is_of(each, opening.client_uri) for each in lists):
        raise BackupOfAnother(f"the backup was made by {opening.client_uri[:200]}, which is of another account")
    return Opened(file, start, opening, _check_maker(header, key.public, opening, lists))


def check_readable(file: BinaryIO, key: BackupKey) -> None:
    """Whether this key opens it, to the end. Who made it is not known by that. Raises what `open_backup` raises."""
    _, opening, start = _unsealed(file, key)
    Opened(file, start, opening, "").check_whole()


def _unsealed(file: BinaryIO, key: BackupKey) -> tuple[bytes, Opening, int]:
    """The header, what was sealed, and where the pieces begin."""
    header = file.read(HEADER_BYTES)
    if not header.startswith(MAGIC):
        raise NotABackup("this file is no backup of a Privity account")
    length = file.read(2)
    if len(header) < HEADER_BYTES or len(length) < 2:
        raise BackupTruncated("the backup ends within its beginning")
    if header[len(MAGIC) : len(MAGIC) + 2] != u8(VERSION) + u8(SUITE_ID):
        version, suite_id = header[len(MAGIC) : len(MAGIC) + 2]
        raise NotABackup(f"a backup of version {version} and suite {suite_id}, this program reads 1 and 1")
    size = int.from_bytes(length, "big")
    sealed = file.read(size)
    if len(sealed) < size:
        raise BackupTruncated("the backup ends within its beginning")
    opened = key.open(sealed, header[-KEY_ID_BYTES:], INFO + header)
    try:
        opening = decode(Opening.read, opened)
    except CodecError as err:
        raise BackupMalformed(f"what is sealed in the beginning of the backup: {err}") from None
    return header, opening, HEADER_BYTES + 2 + size


def _is_of(devices: DeviceList, client_uri: str) -> bool:
    try:
        return user_of(parse_client_uri(client_uri)) == devices.user_uri
    except IdentityError as err:
        raise BackupMalformed(f"the backup names no device as its maker: {err}") from None


def _check_maker(header: bytes, public: bytes, opening: Opening, lists: tuple[DeviceList, ...]) -> str:
    """Whose device signed it. Raises BackupNotByDevice."""
    for each in lists:
        device = each.device(opening.client_uri)
        if device is None:
            continue
        try:
            verify_with_label(
                SUITE, device.mls_signature_key, LABEL, _signed(header, public, opening), opening.signature
            )
        except (BadSignature, BadPublicKey):
            continue
        return each.user_uri
    raise BackupNotByDevice(
        f"the backup says that {opening.client_uri} made it, and it is not signed by a device that this account has had"
    )
