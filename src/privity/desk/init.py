# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""First set-up of a desk: its four keys, and the public halves that others need."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.desk.durable import sync
from privity.desk.errors import AlreadyInitialised
from privity.desk.keys import KEY_BYTES, STAFF_SUITE, write_key
from privity.mls.crypto import generate_signature_key
from privity.tlog.verifier_key import signing_key

INTAKE: Final = "intake.key"
STAFF: Final = "staff.key"
EVIDENCE: Final = "evidence.key"
AUDIT: Final = "audit.key"


@dataclass(frozen=True, slots=True)
class DeskPublic:
    """The public halves; the hub's configuration needs `intake_public_key` and `staff_public_key`, as hex."""

    intake_public_key: bytes
    staff_public_key: bytes
    audit_public_key: bytes
    """By which others verify the checkpoints of the audit log."""


def write_fresh(folder: Path, random: Callable[[int], bytes] = os.urandom) -> DeskPublic:
    """Make the keys folder (0700) with four fresh keys (0600). Raises AlreadyInitialised and then writes nothing."""
    for name in (INTAKE, STAFF, EVIDENCE, AUDIT):
        if (folder / name).exists():
            raise AlreadyInitialised(f"{name} exists already; keys are never overwritten")
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    intake = random(KEY_BYTES)
    staff, staff_public = generate_signature_key(STAFF_SUITE, random)
    write_key(folder / INTAKE, intake)
    write_key(folder / STAFF, staff)
    write_key(folder / EVIDENCE, random(KEY_BYTES))
    audit_public = write_audit_key(folder / AUDIT, random)
    return DeskPublic(
        intake_public_key=X25519PrivateKey.from_private_bytes(intake).public_key().public_bytes_raw(),
        staff_public_key=staff_public,
        audit_public_key=audit_public,
    )


def write_signals_key(path: Path, random: Callable[[int], bytes] = os.urandom) -> None:
    """A fresh key for counters on a database beside the desk. Raises AlreadyInitialised."""
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    write_key(path, random(KEY_BYTES))
    sync(path.parent)


def write_audit_key(path: Path, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """A fresh key for the audit log of a desk that has none; returns its public half. Raises AlreadyInitialised."""
    audit = random(KEY_BYTES)
    write_key(path, audit)
    sync(path.parent)
    return signing_key(audit).public_key().public_bytes_raw()
