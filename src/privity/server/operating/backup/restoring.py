# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin restore`: a hub's home out of a backup. Nothing is overwritten; run again after a break, it goes on.

The database gets its name last: until then the hub would find none.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privity.server import config as configuration
from privity.server.blobs.model import path_of
from privity.server.config import HubConfig
from privity.server.db import migrations, sqlite
from privity.server.db import open as opening
from privity.server.errors import AlreadyInitialised, MigrationUnknown
from privity.server.keys import PERIODS
from privity.server.operating import durable
from privity.server.operating.backup import copying, manifest, unfinished
from privity.server.operating.backup.copying import Moment
from privity.server.operating.backup.manifest import BLOBS, SQLITE, Manifest
from privity.server.operating.errors import BackupDamaged, RestoreRefused
from privity.server.operating.shown import Told

CONFIG: Final = "privity.toml"
_BLOB: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Restored:
    manifest: Manifest
    keys: bool
    """Whether keys were put back, too."""
    fresh_periods: bool
    """No key of a day was there: what was sent before can be proven no more."""


def restore(folder: Path, config_file: Path, keys: Path | None, told: Told) -> Restored:
    """Raises BackupDamaged, RestoreRefused or StorageError."""
    found = manifest.read(folder)
    source = manifest.check(folder, found)
    known = max(one.number for one in migrations.shipped())
    if found.migration > known:
        raise MigrationUnknown(
            f"the backup was made by {found.version} with migration {found.migration}, this version knows {known}"
        )
    try:
        if keys is not None and not config_file.exists():
            config_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.copy(keys / CONFIG, config_file)
        config = configuration.load(config_file)
        _check_target(config, found)
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        put = keys is not None and _put_keys(config, keys)
        fresh = not (config.keys / PERIODS).is_dir() and config.keys.is_dir()
        if fresh:
            (config.keys / PERIODS).mkdir(mode=0o700)
        _put_blobs(config, folder / BLOBS, told)
        told("the database", 0, 1)
        unfinished.note(config)
        _put_database(config, source, found)
    except OSError as err:
        raise RestoreRefused(f"cannot write: {err.strerror}: {err.filename}") from None
    return Restored(found, put, fresh)


def _check_target(config: HubConfig, found: Manifest) -> None:
    if found.host != config.host:
        raise RestoreRefused(f"the backup is of the hub {found.host}, the configuration of {config.host}")
    if (config.store is None) != (found.database == SQLITE):
        raise RestoreRefused(
            f"the backup holds {found.database}, this hub is on {'SQLite' if config.store is None else 'PostgreSQL'}:"
            " restore it where it was made, and use `privity admin move-store` then"
        )
    for name in ("hub.db", "hub.db-wal", "hub.db-shm") if config.store is None else ():
        if (config.data / name).exists():  # an old log beside a new file would be taken for the new file's
            raise RestoreRefused(f"{config.data / name} is there; move hub.db, hub.db-wal and hub.db-shm away together")
    try:
        opening.check_fresh(config)
    except AlreadyInitialised as err:
        raise RestoreRefused(str(err)) from None


def _put_keys(config: HubConfig, keys: Path) -> bool:
    """Whether any was put: those that are the same are there already."""
    config.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    put = False
    for key in sorted((keys / "keys").glob("*.key")):
        target = config.keys / key.name
        if not target.exists():
            durable.copy(key, target)
            put = True
        elif target.read_bytes() != key.read_bytes():
            raise RestoreRefused(f"{target} is another key than the one in the backup; keys are never overwritten")
    return put


def _put_blobs(config: HubConfig, source: Path, told: Told) -> None:
    config.blobs.mkdir(mode=0o700, exist_ok=True)
    files = sorted(path for path in source.glob("*/*") if path.is_file())
    for number, path in enumerate(files):
        told("attachments", number, len(files))
        if _BLOB.fullmatch(path.name) is None:
            raise BackupDamaged(f"{path} is no blob")
        target = path_of(config.blobs, bytes.fromhex(path.name))
        target.parent.mkdir(mode=0o700, exist_ok=True)
        if target.exists():
            continue
        part = target.with_name(f"{target.name}.restore.draft")  # what a hub takes away at its start
        part.unlink(missing_ok=True)
        if durable.link_or_copy(path, part) != path.name:
            part.unlink()
            raise BackupDamaged(f"{path} is not what its name says")
        part.rename(target)
    for folder in {file.parent for file in source.glob("*/*")}:
        durable.sync(config.blobs / folder.name)
    durable.sync(config.blobs)


def _put_database(config: HubConfig, source: Path, found: Manifest) -> None:
    if config.store is not None:
        copying.restore_postgres(config.store, source)
        _compare(opening.read_beside(config, copying.moment), found)
        return
    part = config.database.with_name(f"{SQLITE}.part")
    part.unlink(missing_ok=True)
    shutil.copyfile(source, part)
    part.chmod(0o600)
    durable.sync(part)
    _compare(sqlite.read_beside(part, copying.moment), found)
    part.rename(config.database)
    durable.sync(config.data)


def _compare(moment: Moment, found: Manifest) -> None:
    for table, rows in found.rows.items():
        if moment.rows.get(table) != rows:
            raise BackupDamaged(f"{table} has {moment.rows.get(table, 0)} rows, the manifest says {rows}")
