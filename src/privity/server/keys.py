# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's private keys, each in a file of its own that only the hub's user can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.keylog.vrf import vrf_public
from privity.mls.crypto import SigningKey
from privity.policy.room_suites import ORDINARY
from privity.server.errors import AlreadyInitialised, KeysInvalid
from privity.tlog.verifier_key import KeyKind, VerifierKey

FRANKING: Final = "franking.key"
EXTERNAL_SENDER: Final = "external-sender.key"
LOG: Final = "log.key"
VRF: Final = "vrf.key"
PERIODS: Final = "periods"
"""Folder of the franking MAC keys K_e, one file per period; deleting a file ends reportability of its period."""

SUITE: Final = ORDINARY
"""Franking and external-sender keys are Ed25519, which suites 1 and 3 share."""


@dataclass(frozen=True, slots=True, repr=False)
class HubKeys:
    """Open keys. `franking` signs franks, `external_sender` the hub's proposals, `log` the checkpoints of the key log.

    `vrf` hides whose leaf is whose in the log. `periods` is a folder.
    """

    franking: SigningKey
    franking_public: bytes
    external_sender: SigningKey
    external_sender_public: bytes
    periods: Path
    log: bytes
    vrf: bytes
    vrf_public: bytes

    def log_verifier(self, origin: str) -> VerifierKey:
        """What readers of the log know it by."""
        return VerifierKey.of(origin, KeyKind.ED25519, self.log)

    def __repr__(self) -> str:
        return "<HubKeys>"


def write_fresh(folder: Path, random: Callable[[int], bytes]) -> None:
    """Make the keys folder with fresh keys. Raises AlreadyInitialised rather than touch existing ones."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    (folder / PERIODS).mkdir(mode=0o700, exist_ok=True)
    for name in (FRANKING, EXTERNAL_SENDER, LOG, VRF):
        _write_new(folder / name, random(32))
    _sync(folder)


def write_log_keys(folder: Path, random: Callable[[int], bytes]) -> list[str]:
    """The key log's keys for a hub from before there was one; returns which were made. Only without any log yet."""
    made = [name for name in (LOG, VRF) if not (folder / name).exists()]
    for name in made:
        _write_new(folder / name, random(32))
    _sync(folder)
    return made


def open_keys(folder: Path) -> HubKeys:
    """Read the keys. Raises KeysInvalid when one is missing, damaged, or readable by others."""
    franking = SigningKey(SUITE, _read(folder / FRANKING))
    external_sender = SigningKey(SUITE, _read(folder / EXTERNAL_SENDER))
    log, vrf = _read(folder / LOG), _read(folder / VRF)
    periods = folder / PERIODS
    if not periods.is_dir():
        raise KeysInvalid(
            f"the folder {PERIODS} is missing beside the hub's keys: put it back. If it is lost, make an empty"
            " one (mode 0700); what was sent before cannot be verified then"
        )
    return HubKeys(
        franking,
        franking.public_key(),
        external_sender,
        external_sender.public_key(),
        periods,
        log,
        vrf,
        vrf_public(vrf),
    )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_new(path: Path, secret: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise AlreadyInitialised(f"{path.name} exists already; keys are never overwritten") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        secret = path.read_bytes()
    except OSError as err:
        raise KeysInvalid(f"cannot read {path.name}: {err.strerror}; `privity init` writes it") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeysInvalid(f"{path.name} is open to other users (mode {stat.S_IMODE(mode):04o}); run chmod 600 on it")
    if len(secret) != 32:
        raise KeysInvalid(f"{path.name} must hold 32 bytes, it holds {len(secret)}")
    return secret
