# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub and three witnesses of a drill: real processes on loopback, set up as their operators would."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from privity.faces.demo.processes import START_LIMIT_S, Process, free_port, wait_for_hub
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.launch import BREAKS, launched
from privity.server import init as hub_init
from privity.tlog.verifier_key import VerifierKey
from privity.witness import key as witness_key
from privity.witness import setting_up
from privity.witness.config import WatchedLog

HOST = "localhost"
WITNESSES = ("one.example/witness", "two.example/witness", "three.example/witness")
QUORUM = 2
EPOCH_MIN_MS = 10


@dataclass(slots=True)
class Witness:
    """One witness, with its folder; its private key is its own, unless it works with the operator."""

    name: str
    folder: Path
    port: int
    process: Process
    key: VerifierKey | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def short(self) -> str:
        """How a table calls it."""
        return self.name.partition(".")[0]

    @property
    def private(self) -> bytes:
        return witness_key.read(self.folder / "witness.key")


@dataclass(slots=True)
class Installation:
    """`broken` names the defences that are gone, each in the process where it lives."""

    folder: Path
    clock: Path
    broken: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    witnesses: list[Witness] = field(default_factory=list)
    hub: Process = field(init=False)

    def __post_init__(self) -> None:
        self.hub = self._process("hub", self.folder, "privity.cli", "serve", "--config", str(self.config))

    @property
    def config(self) -> Path:
        return self.folder / "privity.toml"

    @property
    def data(self) -> Path:
        return self.folder / "hub"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def make(self, audit_url: str) -> None:
        """Write keys and configurations. Auditors fetch the hub's epochs from `audit_url`."""
        self.folder.mkdir(parents=True)
        first = hub_init.write_fresh(self.folder, HOST, f"127.0.0.1:{self.port}")
        log = VerifierKey.decode(first.log_key)
        for name in WITNESSES:
            self.witnesses.append(self._witness(name, WatchedLog(log, audit_url)))
        self.write_config(first.section)

    def write_config(self, section: str) -> None:
        """Anybody may register, whose addresses are the wire's invention; and two of the three must have cosigned."""
        lines = [
            section.replace('"invite"', '"open"').rstrip(),
            "behind_proxy = true",
            f"epoch_min_ms = {EPOCH_MIN_MS}",
            f"quorum = {QUORUM}",
        ]
        for witness in self.witnesses:
            assert witness.key is not None  # made with its folder
            lines += [
                "[[hub.witness]]",
                f"key = {json.dumps(witness.key.encode())}",
                f"url = {json.dumps(witness.url)}",
            ]
            lines.append("audits = true")
        self.config.write_text("\n".join(lines) + "\n")

    async def start(self) -> None:
        """Witnesses first: a hub asks them where its log stands before it signs anything."""
        await asyncio.gather(*(self.start_witness(witness) for witness in self.witnesses))
        await self.start_hub()

    async def start_witness(self, witness: Witness) -> None:
        witness.process.start()
        await asyncio.to_thread(_wait_for_port, witness.port, witness.process)

    async def start_hub(self) -> None:
        self.hub.start()
        await asyncio.to_thread(wait_for_hub, self.url, self.hub)

    def reset_code(self, handle: str) -> str:
        """`privity reset-code`, by the drill's clock."""
        command = launched((), self.clock, "privity.cli", "reset-code", handle, "--config", str(self.config))
        done = subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True)  # noqa: S603 - ours
        return done.stdout.strip()

    def answers(self) -> bool:
        """Whether somebody listens at the hub's port."""
        return _listens(self.port)

    def stop(self) -> None:
        for process in (self.hub, *(witness.process for witness in self.witnesses)):
            process.stop()

    def copy(self, to: Path) -> Installation:
        """Another folder with everything that is on the hub's disk now, to be run beside it with the same witnesses."""
        other = Installation(to, self.clock, self.broken, witnesses=self.witnesses)
        to.mkdir(parents=True)
        shutil.copytree(self.data, other.data, ignore=shutil.ignore_patterns("hub.db*", "hub.lock"))
        with (
            closing(sqlite3.connect(self.data / "hub.db")) as db,
            closing(sqlite3.connect(other.data / "hub.db")) as copy,
        ):
            db.backup(copy)
        other.config.write_text(self.config.read_text().replace(f':{self.port}"', f':{other.port}"'))
        return other

    def _witness(self, name: str, watched: WatchedLog) -> Witness:
        folder, port = self.folder / name.partition(".")[0], free_port()
        own = setting_up.begin(folder, name, f"127.0.0.1:{port}")
        setting_up.also_watch(folder, watched)
        return Witness(
            name, folder, port, self._process("witness", folder, "privity.cli", "witness", "serve", str(folder)), own
        )

    def _process(self, kind: str, folder: Path, *arguments: str) -> Process:
        broken = [name for name in self.broken if BREAKS[name].process == kind]
        return Process(kind, [sys.executable, *launched(broken, self.clock, *arguments)], folder.with_suffix(".out"))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for_port(port: int, process: Process) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.running:
        if _listens(port):
            return
        time.sleep(0.05)
    tail = process.log.read_text(errors="replace")[-2000:]
    raise CheckFailed("witness-starts", f"a witness does not answer at port {port}; its last output:\n{tail}")
