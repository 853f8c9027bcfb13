# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Telling the supervisor how it goes (sd_notify(3), which systemd and others speak): begun, alive, ending.

Alive is a hub whose writer answers, be it with a refusal: a full disk is no reason to be started anew. One whose writer
stands still does not say so, and one whose event loop does says nothing at all: it is ended when `WatchdogSec` has
passed.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from typing import Final

from privity.server.context import HubContext
from privity.server.health import service

READY: Final = b"READY=1"
ALIVE: Final = b"WATCHDOG=1"
ENDING: Final = b"STOPPING=1"
TURNING: Final = b"X_TURNS=1"
"""The event loop turns, and the writer does not answer. systemd ignores the word and goes on counting; the command that
started several workers tells by it what is wrong with one."""


class Supervisor:
    """`NOTIFY_SOCKET` and `WATCHDOG_USEC` as the supervisor set them; without them nothing is said."""

    __slots__ = ("_address", "interval_s")

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        microseconds = environment.get("WATCHDOG_USEC", "")
        self.interval_s = int(microseconds) / 2_000_000 if self._address and microseconds.isdecimal() else None
        """Half of the time after which silence counts as death; None where nobody counts."""

    def say(self, state: bytes) -> None:
        """A supervisor that has gone is no reason to go too."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            try:
                line.sendto(state, socket.MSG_DONTWAIT, self._address)
            except OSError:
                return


async def say_alive(context: HubContext, supervisor: Supervisor) -> None:
    """For good: alive as long as the writer answers."""
    if supervisor.interval_s is None:
        return
    while True:
        beat = await service.look(context)
        supervisor.say(TURNING if beat.stuck else ALIVE)
        await asyncio.sleep(supervisor.interval_s)
