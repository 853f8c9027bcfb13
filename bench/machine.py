# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The machine that measured, as far as its numbers depend on it."""

from __future__ import annotations

import os
import platform
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.backends.openssl.backend import backend

from bench.errors import CannotRun
from bench.hub import disk_folder, file_system


@dataclass(frozen=True, slots=True)
class Machine:
    """`load` is how many processes wanted a core in the last minute."""

    when: datetime
    processor: str
    cores: int
    system: str
    python: str
    libraries: str
    disk: str
    load: float

    @classmethod
    def look(cls) -> Machine:
        return cls(
            datetime.now(UTC),
            _processor(),
            len(os.sched_getaffinity(0)),
            f"{platform.system()} {platform.release().partition('-')[0]} on {platform.machine()}",
            f"{platform.python_implementation()} {platform.python_version()}",
            f"SQLite {sqlite3.sqlite_version}, {' '.join(backend.openssl_version_text().split()[:2])}",
            _disk(),
            os.getloadavg()[0],
        )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return "unknown"


def _disk() -> str:
    try:
        return file_system(disk_folder(), Path("/proc/self/mounts").read_text())
    except CannotRun as err:
        return str(err)
