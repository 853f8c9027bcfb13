# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a backup says of itself: `manifest.json`, written last and read first."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from privity.server.operating import durable
from privity.server.operating.errors import BackupDamaged

NAME: Final = "manifest.json"
FORMAT: Final = 1
SQLITE: Final = "hub.db"
POSTGRESQL: Final = "hub.dump"
BLOBS: Final = "blobs"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rows` are those of each table at the moment of the copy; `missing` are blobs that had no file any more."""

    format: int
    host: str
    version: str
    made_ms: int
    database: str
    """`hub.db`, which SQLite opens, or `hub.dump` for pg_restore."""
    sha256: str
    bytes: int
    migration: int
    rows: dict[str, int]
    blobs: int
    blob_bytes: int
    missing: int


def write(folder: Path, manifest: Manifest) -> None:
    durable.write(folder / NAME, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def read(folder: Path) -> Manifest:
    """Raises BackupDamaged."""
    try:
        found = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except OSError as err:
        raise BackupDamaged(f"{folder} is no backup: cannot read {NAME}: {err.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise BackupDamaged(f"{folder / NAME}: {err}") from None
    if found.format != FORMAT or found.database not in {SQLITE, POSTGRESQL}:
        raise BackupDamaged(
            f"{folder / NAME}: expected format {FORMAT} of {SQLITE} or {POSTGRESQL}, got {found.format}"
        )
    return found


def check(folder: Path, manifest: Manifest) -> Path:
    """The database's file, once it is what the manifest says. Raises BackupDamaged."""
    path = folder / manifest.database
    try:
        found = durable.digest(path)
    except OSError as err:
        raise BackupDamaged(f"cannot read {path}: {err.strerror}") from None
    if found != manifest.sha256:
        raise BackupDamaged(f"{path} has the SHA-256 {found}, its manifest says {manifest.sha256}")
    return path
