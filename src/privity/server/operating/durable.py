# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are whole and on the disk, or not there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

_PIECE: Final = 1 << 20


def sync(path: Path) -> None:
    """A file's bytes, or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path: Path, data: bytes) -> None:
    """Only for the owner; under its name once it is whole, in place of what had the name."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    sync(path.parent)


def digest(path: Path) -> str:
    """SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def link_or_copy(source: Path, target: Path) -> str:
    """The same bytes under another name, on the disk; the SHA-256 of what stands there now, in hex.

    On one disk both names are of one file: only for files that nobody ever changes.
    """
    try:
        os.link(source, target)
    except OSError:  # another disk, or one that knows no second name
        return copy(source, target)
    return digest(target)


def copy(source: Path, target: Path) -> str:
    """As `link_or_copy`, and always a file of its own."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as read, os.fdopen(descriptor, "wb") as file:
        while piece := read.read(_PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest(target)
