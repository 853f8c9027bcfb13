# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL and files of blobs. A file is complete and on the disk before its row is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from privity.server.blobs.model import Blob, path_of
from privity.server.db.database import Query, Tx


def find(query: Query, sha256: bytes) -> Blob | None:
    row = query.one("SELECT sha256, size FROM blob WHERE sha256 = ?", (sha256,))
    return Blob(bytes(row[0]), int(row[1])) if row is not None else None


def stock(query: Query, user_uri: str) -> int:
    """Bytes that an account has put, one blob counted once."""
    row = query.one(
        "SELECT COALESCE(SUM(blob.size), 0) FROM blob_owner JOIN blob USING (sha256) WHERE blob_owner.user_uri = ?",
        (user_uri,),
    )
    return int(row[0]) if row is not None else 0


def total(query: Query) -> int:
    """Bytes of all blobs."""
    row = query.one("SELECT COALESCE(SUM(size), 0) FROM blob")
    return int(row[0]) if row is not None else 0


def owns(query: Query, sha256: bytes, user_uri: str) -> int:
    """1 when the account has put this blob before, else 0."""
    row = query.one("SELECT COUNT(*) FROM blob_owner WHERE sha256 = ? AND user_uri = ?", (sha256, user_uri))
    return int(row[0]) if row is not None else 0


def add(tx: Tx, blob: Blob, user_uri: str, now_ms: int) -> None:
    tx.execute(
        "INSERT INTO blob (sha256, size, stored_ms) VALUES (?, ?, ?) ON CONFLICT (sha256) DO NOTHING",
        (blob.sha256, blob.size, now_ms),
    )
    tx.execute(
        "INSERT INTO blob_owner (sha256, user_uri) VALUES (?, ?) ON CONFLICT (sha256, user_uri) DO NOTHING",
        (blob.sha256, user_uri),
    )


def orphans(query: Query, limit: int) -> list[bytes]:
    """Blobs that no account owns."""
    rows = query.all(
        "SELECT sha256 FROM blob WHERE NOT EXISTS (SELECT 1 FROM blob_owner o WHERE o.sha256 = blob.sha256) LIMIT ?",
        (limit,),
    )
    return [bytes(row[0]) for row in rows]


def remove(tx: Tx, sha256: bytes) -> None:
    tx.execute("DELETE FROM blob WHERE sha256 = ?", (sha256,))


def free_bytes(folder: Path) -> int:
    """Of the disk that the folder is on."""
    return shutil.disk_usage(folder).free


def write_file(folder: Path, sha256: bytes, data: bytes, suffix: str) -> None:
    """Put the bytes in place durably. `suffix` is random: two writers of one blob must not share a draft."""
    target = path_of(folder, sha256)
    if target.exists():
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{suffix}.draft")
    with draft.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
    for made in (target.parent, folder):
        descriptor = os.open(made, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_drafts(folder: Path) -> None:
    """What a killed process left half written. Only at the start, before anything writes."""
    for draft in folder.glob("*/*.draft"):
        draft.unlink(missing_ok=True)
