# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The witness's private key, in a file that only its user can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from privity.tlog.verifier_key import KEY_BYTES
from privity.witness.errors import AlreadyInitialised, KeyInvalid
from privity.witness.files import sync_folder


def write_fresh(path: Path, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """A new key, on the disk when this returns. Raises AlreadyInitialised."""
    secret = random(KEY_BYTES)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise AlreadyInitialised(f"{path} exists already; a key is never overwritten") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return secret


def read(path: Path) -> bytes:
    """Raises KeyInvalid when the key is missing, damaged, or readable by others."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            secret = file.read(KEY_BYTES + 1)
    except OSError as err:
        raise KeyInvalid(f"cannot read {path}: {err.strerror}; `privity witness init` writes it") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyInvalid(f"{path} is open to other users (mode {stat.S_IMODE(mode):04o}); run chmod 600 on it")
    if len(secret) != KEY_BYTES:
        raise KeyInvalid(f"{path} must hold {KEY_BYTES} bytes, and does not")
    return secret
