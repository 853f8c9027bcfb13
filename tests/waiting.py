# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Waiting for an event with a limit and a name, for tests of real processes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

LIMIT_S = 60.0


def wait_until(happened: Callable[[], bool], what: str, limit_s: float = LIMIT_S) -> None:
    """Return when `happened()`; fail by name when it has not within the limit."""
    deadline = time.monotonic() + limit_s
    pause = threading.Event()
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {limit_s:g} s for {what}")
        pause.wait(0.02)


def accepts(port: int) -> bool:
    """Whether somebody on loopback listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
