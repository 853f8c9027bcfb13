# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A file without a name, under a key that is in memory alone: what is too large for memory and must not be readable on
disk. However the program ends, nothing is left of it but noise.

It is written from its beginning to its end and never over what is there, so that no two texts meet under one stream.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from privity.client.errors import SaveRefused

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

BLOCK: Final = 16
BUFFER: Final = 1 << 18


def scratch(folder: Path) -> BinaryIO:
    """A new one, whose bytes lie on the file system of this folder. Raises SaveRefused, also when it is written."""
    try:
        file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - whoever asked closes it
    except OSError as err:
        raise _full(err) from None
    return io.BufferedRandom(_Sealed(file), BUFFER)


class _Sealed(io.RawIOBase):
    """AES-256 in counter mode at the place that is read or written."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._key = os.urandom(32)
        self._at = 0
        self._end = 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._end}[whence]
        if start + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        self._file.seek(self._at)
        sealed = self._file.read(len(view)) or b""
        view[: len(sealed)] = self._stream(sealed)
        self._at += len(sealed)
        return len(sealed)

    def write(self, data: ReadableBuffer) -> int:
        if self._at != self._end:
            raise io.UnsupportedOperation("a scratch file is written at its end alone")
        sealed = self._stream(bytes(data))
        try:
            self._file.seek(self._at)
            written = self._file.write(sealed)
        except OSError as err:
            raise _full(err) from None
        self._at += written
        self._end = self._at
        return written

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._file.close()
            self._key = b""

    def _stream(self, data: bytes) -> bytes:
        counter, skipped = divmod(self._at, BLOCK)
        cipher = Cipher(algorithms.AES256(self._key), modes.CTR(counter.to_bytes(BLOCK, "big"))).encryptor()
        cipher.update(bytes(skipped))
        return cipher.update(data)


def _full(err: OSError) -> SaveRefused:
    return SaveRefused(f"there is no room on disk to prepare this: {err.strerror or type(err).__name__}")
