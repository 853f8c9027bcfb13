# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What lies in the data folder: keys, rights, room on the disk, attachments, the newest backup; and who serves it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from privity.server.config import HubConfig
from privity.server.errors import AlreadyRunning, KeysInvalid
from privity.server.keys import open_keys
from privity.server.main import held
from privity.server.operating.backup import last, unfinished
from privity.server.operating.doctor.finding import Finding, look, ok, wrong

MIB: Final = 1 << 20
FREE_LOOK: Final = (1 << 30, 0.10)
FREE_WRONG: Final = (200 * MIB, 0.02)
"""Bytes, and share of the disk: below either of them."""
BACKUP_DAYS: Final = 7
DAY_MS: Final = 86_400_000
UNDER_WAY_MS: Final = 3_600_000
"""A file comes before its row: younger ones may still get theirs."""
SHOWN: Final = 3


def keys(config: HubConfig) -> Finding:
    try:
        open_keys(config.keys)
    except KeysInvalid as err:
        return wrong("keys", str(err), "put the right file back: docs/operators/keys.md")
    owner = config.data.stat().st_uid
    if owner != os.geteuid():
        return look(
            "keys", f"the folder is of the user {owner}, you are {os.geteuid()}", "run this as who runs the hub"
        )
    for folder in (config.data, config.keys):
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o077:
            return look("keys", f"{folder} is open to other users (mode {mode:04o})", f"chmod 700 {folder}")
    return ok("keys", "readable by this user only")


def served(config: HubConfig) -> Finding:
    if not (config.data / "hub.lock").exists():
        return look("process", "the hub has never run here", "privity serve")
    try:
        with held(config.data / "hub.lock"):
            return look("process", "no hub serves this folder", "privity serve")
    except AlreadyRunning:
        return ok("process", "a hub serves this folder")


def disk(config: HubConfig) -> Finding:
    used = shutil.disk_usage(config.data)
    said = f"{used.free // MIB:,} MiB free of {used.total // MIB:,}"
    then = "free some, or move the data folder to a larger disk; a full one refuses messages"
    if used.free < FREE_WRONG[0] or used.free < used.total * FREE_WRONG[1]:
        return wrong("disk", said, then)
    if used.free < FREE_LOOK[0] or used.free < used.total * FREE_LOOK[1]:
        return look("disk", said, then)
    return ok("disk", said)


def attachments(config: HubConfig, named: set[str], now_ms: int) -> Iterator[Finding]:
    """`named`: hashes of the rows, in hex."""
    files = {path.name: path for path in config.blobs.glob("*/*") if path.is_file()}
    whole = {name for name in files if not name.endswith(".draft")}
    lost = sorted(named - whole)
    unknown = sorted(name for name in files.keys() - named if _older(files[name], now_ms - UNDER_WAY_MS))
    if lost:
        yield wrong("attachments", f"{len(lost):,} without a file: {_some(lost)}", "take them out of a backup, by name")
    if unknown:
        yield look(
            "attachments",
            f"{len(unknown):,} files that no row names: {_some(unknown)}",
            "after a restore they are newer than the copy; nobody can ask for them: delete them",
        )
    if not lost and not unknown:
        yield ok("attachments", f"{len(named):,}, each with its file")


def backup(config: HubConfig, now_ms: int) -> Finding:
    made_ms = last.made_ms(config)
    if made_ms is None:
        return look("backup", "no backup was made here that this version knows of", "privity admin backup FOLDER")
    days = (now_ms - made_ms) // DAY_MS
    said = f"the newest is {days} days old"
    return look("backup", said, "privity admin backup FOLDER") if days >= BACKUP_DAYS else ok("backup", said)


def put_back(config: HubConfig) -> Iterator[Finding]:
    if unfinished.waits(config):
        yield wrong("restore", "the database was put back, and its rooms are not marked yet", "privity restored")


def _older(path: Path, than_ms: int) -> bool:
    try:
        return path.stat().st_mtime * 1000 < than_ms
    except FileNotFoundError:  # the hub swept it meanwhile
        return False


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")
