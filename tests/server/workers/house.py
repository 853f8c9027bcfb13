# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub of several workers: real processes over a private PostgreSQL and a private NATS server."""

from __future__ import annotations

import atexit
import os
import secrets
import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from privity.faces.demo.processes import Process, privity, wait_for_hub
from privity.server.init import write_fresh
from tests import postgres
from tests.nats_server import NatsServer, nats_server

HOST = "hub.example"
LIMIT_S = 60.0
"""A worker starts in a second; on a machine where much else runs, in twenty."""


class Hub(Process):
    """A command with all of its workers."""

    def kill_all(self) -> None:
        """SIGKILL for all of them at once."""
        self._signal(signal.SIGKILL)
        assert self.child is not None
        self.child.wait()

    def pause(self) -> None:
        """SIGSTOP: they live, and do nothing."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self.pid is not None
        os.killpg(self.pid, number)


@dataclass
class House:
    """`hubs` are commands `privity serve`, each on a port of its own, as on machines of their own."""

    folder: Path
    store: str
    nats: NatsServer
    urls: list[str]
    hubs: list[Hub]

    @property
    def config(self) -> Path:
        return self.folder / "privity.toml"


def shared_port() -> int:
    """A port on which several processes may listen together, and nobody else: it stays held, and never listens."""
    while True:
        port, held = 20_000 + secrets.randbelow(12_000), socket.socket()
        try:
            held.bind(("127.0.0.1", port))
        except OSError:
            held.close()
            continue
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        atexit.register(held.close)
        return port


@contextmanager
def house(folder: Path, *workers: int) -> Iterator[House]:
    """One command with so many workers for each number: (2,) is one machine, (1, 1) are two."""
    postgres.need_postgres()
    store = postgres.new_store()
    with nats_server() as nats:
        first = write_fresh(folder, HOST, "127.0.0.1:0", store=store)
        urls, hubs = [], []
        for index, count in enumerate(workers):
            port = shared_port()
            config = folder / ("privity.toml" if index == 0 else f"privity-{index}.toml")
            config.write_text(
                first.section.replace("127.0.0.1:0", f"127.0.0.1:{port}").replace('"invite"', '"open"')
                + f'bus = "{nats.url}"\nepoch_min_ms = 10\n'
            )
            command = privity("serve", "--workers", str(count), "--config", str(config))
            urls.append(f"http://127.0.0.1:{port}")
            hubs.append(Hub(f"hub {index}", command, folder / f"hub-{index}.log"))
        try:
            for url, hub in zip(urls, hubs, strict=True):
                hub.start()
                wait_for_hub(url, hub, LIMIT_S)
            yield House(folder, store, nats, urls, hubs)
        finally:
            for hub in hubs:
                if hub.running:
                    hub.wake()
                hub.stop()
            postgres.drop(store)


def answers(url: str) -> bool:
    """Whether a worker there serves."""
    try:
        with urllib.request.urlopen(f"{url}/v1/server", timeout=2) as answer:  # noqa: S310  # a loopback http url
            return bool(answer.status == 200)
    except OSError:
        return False
