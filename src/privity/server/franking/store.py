# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The MAC keys K_e, one random key per day in a file of its own, outside of the database and its backups.

Deleting a file ends the reportability of its day by construction: nothing else can answer for it again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

KEY_BYTES = 32


class PeriodKeys:
    """The keys of one folder. Used by the writer thread and by readers; its repr shows nothing."""

    __slots__ = ("_folder", "_keys", "_lock", "_random")

    def __init__(self, folder: Path, random: Callable[[int], bytes]) -> None:
        self._folder = folder
        self._random = random
        self._keys: dict[int, bytes] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "<PeriodKeys>"

    def current(self, period: int) -> bytes:
        """The key to make franks with; made, and on the disk before it is used, when the period is new."""
        with self._lock:
            return self._known(period) or self._make(period)

    def find(self, period: int) -> bytes | None:
        """The key of a past period, while it still exists."""
        with self._lock:
            return self._known(period)

    def forget_before(self, period: int) -> list[int]:
        """Delete the keys of all earlier periods; returns which."""
        with self._lock:
            gone = [held for held in self._periods() if held < period]
            for old in gone:
                self._path(old).unlink(missing_ok=True)
                self._keys.pop(old, None)
            if gone:
                self._sync_folder()
            return gone

    def _periods(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.key") if path.stem.isdecimal())

    def _known(self, period: int) -> bytes | None:
        key = self._keys.get(period)
        if key is None:
            try:
                key = self._path(period).read_bytes()
            except FileNotFoundError:
                return None
            if len(key) != KEY_BYTES:
                raise ValueError(f"the franking key of period {period} has {len(key)} bytes, expected {KEY_BYTES}")
            self._keys[period] = key
        return key

    def _make(self, period: int) -> bytes:
        """Written beside and given its name, so that a crash leaves no half key in its place; where another worker of
        the hub was faster, its key is the one."""
        key = self._random(KEY_BYTES)
        draft = self._folder / f"{period}.{os.getpid()}.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        try:
            self._path(period).hardlink_to(draft)
        except FileExistsError:
            return self._known(period) or key
        finally:
            draft.unlink()
        self._sync_folder()
        self._keys[period] = key
        return key

    def _path(self, period: int) -> Path:
        return self._folder / f"{period}.key"

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
