# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What one worker says to the command that started it: what it would say to systemd, in its words (sd_notify(3))."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SPEAK_S: Final = 3.0
"""How often a worker says that it lives."""
MOST_BYTES: Final = 4096
MOST_AT_ONCE: Final = 100
"""Words of one look: a worker that says more cannot hold up the others."""


class Ear:
    """A socket of one process's life: what an earlier process of the place still says is not taken for its word."""

    __slots__ = ("_line", "_path")

    def __init__(self, folder: Path, name: str) -> None:
        """`folder` is nobody else's: whoever could write there could speak for the worker."""
        self._path = folder / name
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.setblocking(False)
        self._line.bind(str(self._path))

    def environment(self) -> Mapping[str, str]:
        """What tells the process where to speak, and how often: twice in the time that is named."""
        return {"NOTIFY_SOCKET": str(self._path), "WATCHDOG_USEC": str(int(2_000_000 * SPEAK_S))}

    def hear(self) -> list[bytes]:
        """What was said since the last time."""
        said = []
        for _ in range(MOST_AT_ONCE):
            try:
                said.append(self._line.recv(MOST_BYTES))
            except BlockingIOError:
                break
        return said

    def close(self) -> None:
        self._line.close()
        self._path.unlink(missing_ok=True)
