# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin backup`: the hub's database at one moment and the blobs that it names, there whole or not at all.

The database comes first: what is stored after that moment is not named by the copy, and a blob's file is on the disk
before its row is. What an account's end swept meanwhile is missing, and counted.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.server.blobs.model import path_of
from privity.server.config import HubConfig
from privity.server.operating import durable
from privity.server.operating.backup import copying, last, manifest
from privity.server.operating.backup.copying import Moment
from privity.server.operating.backup.manifest import BLOBS, FORMAT, POSTGRESQL, SQLITE, Manifest
from privity.server.operating.errors import BackupFailed
from privity.server.operating.shown import Told
from privity.server.version import VERSION

BEGUN: Final = "privity-backup-begun"
"""Marks a folder that a broken-off backup left, and that the next one may take away."""


@dataclass(frozen=True, slots=True)
class Made:
    folder: Path
    manifest: Manifest
    keys: Path | None


def make(config: HubConfig, config_file: Path, folder: Path, keys: Path | None, now_ms: int, told: Told) -> Made:
    """Write `folder`, and the keys into `keys`. Both are new, and there whole or not at all.

    Raises BackupFailed, ToolMissing or StorageError.
    """
    if keys is not None and keys.absolute().is_relative_to(folder.absolute()):
        raise BackupFailed(f"the keys would lie beside what they protect: choose another folder than {keys}")
    try:
        part = _begin(folder)
        keys_part = None if keys is None else _begin(keys)
        try:
            made = _write(config, part, now_ms, told)
            if keys is not None and keys_part is not None:
                _copy_keys(config, config_file, keys_part)
                _end(keys_part, keys)
            _end(part, folder)
        finally:
            for one in (part, keys_part):
                if one is not None and one.exists():
                    shutil.rmtree(one)
        last.note(config, now_ms)
    except OSError as err:
        raise BackupFailed(f"cannot write the backup: {err.strerror}: {Path(str(err.filename)).name}") from None
    return Made(folder, made, keys)


def _begin(folder: Path) -> Path:
    if folder.exists():
        raise BackupFailed(f"{folder} exists already; a backup never overwrites anything")
    part = folder.with_name(f"{folder.name}.part")
    if part.exists():
        if not (part / BEGUN).is_file():
            raise BackupFailed(f"{part} is in the way, and no backup that was broken off: move it away")
        shutil.rmtree(part)
    part.mkdir(mode=0o700)
    (part / BEGUN).touch()
    return part


def _end(part: Path, folder: Path) -> None:
    (part / BEGUN).unlink()
    for inner in [one for one in part.rglob("*") if one.is_dir()]:
        durable.sync(inner)
    durable.sync(part)
    if folder.exists():
        raise BackupFailed(f"{folder} has come to be meanwhile; nothing was overwritten")
    part.rename(folder)
    durable.sync(folder.absolute().parent)


def _write(config: HubConfig, part: Path, now_ms: int, told: Told) -> Manifest:
    name = SQLITE if config.store is None else POSTGRESQL
    database = part / name
    if config.store is None:
        if not config.database.exists():
            raise BackupFailed(f"{config.database} is not there: nothing to back up")
        moment = copying.copy_sqlite(config.database, database, told)
    else:
        moment = copying.dump_postgres(config, database, told)
    durable.sync(database)
    count, size, missing = _copy_blobs(config, part / BLOBS, moment, told)
    made = Manifest(
        format=FORMAT,
        host=config.host,
        version=VERSION,
        made_ms=now_ms,
        database=name,
        sha256=durable.digest(database),
        bytes=database.stat().st_size,
        migration=moment.migration,
        rows=moment.rows,
        blobs=count,
        blob_bytes=size,
        missing=missing,
    )
    manifest.write(part, made)
    return made


def _copy_blobs(config: HubConfig, to: Path, moment: Moment, told: Told) -> tuple[int, int, int]:
    """How many, their bytes, and how many had no file. Raises BackupFailed for one that is not what its name says."""
    to.mkdir(mode=0o700)
    count = size = missing = 0
    for number, (sha256, length) in enumerate(moment.blobs):
        told("attachments", number, len(moment.blobs))
        source, target = path_of(config.blobs, sha256), path_of(to, sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            found = durable.link_or_copy(source, target)
        except FileNotFoundError:
            missing += 1
            continue
        if found != sha256.hex():
            raise BackupFailed(f"the file of blob {sha256.hex()} is damaged; `privity admin doctor` names all of them")
        count, size = count + 1, size + length
    return count, size, missing


def _copy_keys(config: HubConfig, config_file: Path, to: Path) -> None:
    """Without the franking keys of the days: a copy of one would outlive the window in which it may be asked."""
    durable.copy(config_file, to / "privity.toml")
    (to / "keys").mkdir(mode=0o700)
    for key in sorted(config.keys.glob("*.key")):
        durable.copy(key, to / "keys" / key.name)
