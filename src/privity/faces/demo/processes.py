# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Real processes on loopback for the demo: a hub and a desk started like an operator starts them, and killed."""

from __future__ import annotations

import atexit
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from privity.faces.demo.asking_a_hub import server_info
from privity.faces.demo.steps import CheckFailed

START_LIMIT_S = 60.0
"""A process that does not answer by then will not: importing and opening the database take well below two seconds, and
ten times as long on a machine that has other things to do."""


_reserved: list[socket.socket] = []


def free_port() -> int:
    """A loopback port for one server that is to come, and come again: nobody else is given it while this process lives.

    It is below those that systems give to connections meanwhile. The socket that holds it never listens, so that a
    server which reuses addresses, as ours do, listens there all the same.
    """
    while True:
        port, held = 20_000 + secrets.randbelow(12_000), socket.socket()
        try:
            held.bind(("127.0.0.1", port))
        except OSError:
            held.close()
            continue
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _reserved.append(held)
        return port


@atexit.register
def _give_back() -> None:
    """What is held to the end is closed there, and no interpreter complains that it was forgotten."""
    for each in _reserved:
        each.close()


@dataclass(slots=True)
class Process:
    """One child process with its output in a file."""

    name: str
    command: list[str]
    log: Path
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own modules
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, "NO_COLOR": "1"},
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    @property
    def pid(self) -> int | None:
        return None if self.child is None else self.child.pid

    def stop(self) -> None:
        """SIGTERM, and wait."""
        if self.child is not None and self.running:
            self.child.terminate()
            self.child.wait(timeout=START_LIMIT_S)

    def kill(self) -> None:
        """SIGKILL: the process gets no chance to save anything."""
        if self.child is not None and self.running:
            self.child.send_signal(signal.SIGKILL)
            self.child.wait(timeout=START_LIMIT_S)


def privity(*arguments: str) -> list[str]:
    """The command line of this installation."""
    return [sys.executable, "-m", "privity.cli", *arguments]


def wait_for_hub(url: str, process: Process, limit_s: float = START_LIMIT_S) -> None:
    """Return when the hub answers; raise with its last output when it does not."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline and process.running:
        try:
            server_info(url, 2)
            return
        except (OSError, HTTPException):
            time.sleep(0.05)
    tail = process.log.read_text(errors="replace")[-2000:]
    raise CheckFailed("hub-starts", f"the hub does not answer at {url}; its last output:\n{tail}")
