# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's private keys, each in a file of its own that only the desk's user can read."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from privity.desk.config import DeskConfig
from privity.desk.errors import AlreadyInitialised, KeysInvalid
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite

KEY_BYTES: Final = 32
"""Every key: X25519, AES-256, and two Ed25519 seeds."""

STAFF_SUITE: Final = suite(1)
"""The staff key is Ed25519."""


@dataclass(frozen=True, slots=True, repr=False)
class DeskKeys:
    """Open keys."""

    intake: bytes = field(repr=False)
    staff: SigningKey = field(repr=False)
    evidence: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    older_intake: tuple[bytes, ...] = field(default=(), repr=False)
    """Of before: only what people sealed then opens with them."""

    def __repr__(self) -> str:
        return "<DeskKeys>"


def open_keys(config: DeskConfig) -> DeskKeys:
    """Read the four keys. Raises KeysInvalid when one is missing, damaged, or readable by others."""
    return DeskKeys(
        intake=read_key(config.intake_key),
        staff=SigningKey(STAFF_SUITE, read_key(config.staff_key)),
        evidence=read_key(config.evidence_key),
        audit=read_key(config.audit_key, made_by="privity desk make-audit-key"),
        older_intake=tuple(map(read_key, config.older_intake_keys)),
    )


def read_key(path: Path, made_by: str = "privity init") -> bytes:
    """One key file. Raises KeysInvalid, which says by what command it is made."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            secret = file.read(KEY_BYTES + 1)
    except OSError as err:
        raise KeysInvalid(f"cannot read {path.name}: {err.strerror}; `{made_by}` writes it") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeysInvalid(f"{path.name} is open to other users (mode {stat.S_IMODE(mode):04o}); run chmod 600 on it")
    if len(secret) != KEY_BYTES:
        found = f"{len(secret)}" if len(secret) < KEY_BYTES else "more"
        raise KeysInvalid(f"{path.name} must hold {KEY_BYTES} bytes, it holds {found}")
    return secret


def write_key(path: Path, secret: bytes) -> None:
    """Write a new key file, mode 0600, on the disk when this returns. Raises AlreadyInitialised."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise AlreadyInitialised(f"{path.name} exists already; keys are never overwritten") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
