# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A NATS server of this test alone, from Debian's package, on loopback. Where it is missing, tests that need it are
skipped by name, or fail where PRIVITY_REQUIRE names nats.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from privity.faces.demo.processes import free_port

REQUIRE = os.environ.get("PRIVITY_REQUIRE", "").split(",")
START_S: Final = 60


def need_nats() -> None:
    """Skip, or fail where it is required, without the server and its client."""
    try:
        import nats  # noqa: F401  # whether it is there
    except ImportError:
        missing = "nats-py (constraints/postgres.txt)"
    else:
        if _program() is not None:
            return
        missing = "nats-server (apt-get install nats-server)"
    if "nats" in REQUIRE:
        pytest.fail(f"nats is required and missing: {missing}")
    pytest.skip(f"missing: {missing}")


class NatsServer:
    """One server. `start` and `kill` may alternate: the port stays."""

    def __init__(self, *options: str, address: str = "127.0.0.1") -> None:
        self.port = free_port()
        self._options = options
        self._address = address
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://{self._address}:{self.port}"

    def start(self) -> None:
        program = _program()
        assert program is not None
        self._process = subprocess.Popen(
            [program, "-a", self._address, "-p", str(self.port), *self._options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + START_S
        while True:
            try:
                with socket.create_connection((self._address, self.port), timeout=1):
                    return
            except OSError:
                assert self._process.poll() is None, "nats-server ended by itself"
                assert time.monotonic() < until, "nats-server does not answer"
                time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@contextmanager
def nats_server(*options: str, address: str = "127.0.0.1") -> Iterator[NatsServer]:
    """A running one."""
    need_nats()
    server = NatsServer(*options, address=address)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _program() -> str | None:
    return shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
