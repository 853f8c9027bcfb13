# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's host: a fresh folder with hub and desk, their processes, and what was said there."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from privity.faces.demo.launch import launched
from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub
from privity.server.init import new_invite
from privity.wire import rest
from privity.wire.structs import settle_structs

WITNESS = "watch.example/witness"


@dataclass(slots=True)
class Home:
    """What no file of the hub may hold: `canaries` (words), `contents` (files by name), `secrets` (keys)."""

    folder: Path
    broken: Sequence[str] = ()
    host: str = "localhost"
    canaries: list[str] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict, repr=False)
    secrets: set[bytes] = field(default_factory=set, repr=False)
    invites: list[str] = field(default_factory=list, repr=False)
    port: int = field(default_factory=free_port)
    witness_port: int = field(default_factory=free_port)
    desk_port: int = field(default_factory=free_port)
    witness_key: str = ""
    hub: Process = field(init=False)
    desk: Process = field(init=False)
    witness: Process = field(init=False)
    _written: str = ""

    def __post_init__(self) -> None:
        settle_structs()
        hub = launched(self.broken, "hub", "privity.cli", "serve", "--config", str(self.config))
        desk = launched(self.broken, "desk", "privity.cli", "desk", "--config", str(self.config))
        self.hub = Process("hub", [sys.executable, *hub], self.folder / "hub.out")
        self.desk = Process("desk", [sys.executable, *desk], self.folder / "desk.out")
        self.witness = Process("witness", privity("witness", "serve", str(self.watch)), self.folder / "witness.out")

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def watch(self) -> Path:
        """The folder of the witness, which is another operator's."""
        return self.folder / "watch"

    @property
    def config(self) -> Path:
        return self.home / "privity.toml"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def init(self, *, watched: bool = True) -> str:
        """`privity init`, and `privity witness init` and `add` elsewhere if it is watched; returns the first invite."""
        pages = f"127.0.0.1:{self.desk_port}"
        out = _run("init", str(self.home), "--listen", f"127.0.0.1:{self.port}", "--desk-listen", pages)
        if watched:
            self._init_witness(log_key=out.split("key log: ")[1].split()[0])
        written = self.config.read_text().replace("[hub]\n", "[hub]\nepoch_min_ms = 100\n")
        self._written = written.replace("[desk]\n", "[desk]\npoll_interval_s = 0.2\n")  # nobody watches a demo wait
        self.write_config(watched=watched)
        return out.split("): ")[1].split()[0]

    def _init_witness(self, log_key: str) -> None:
        listen = f"127.0.0.1:{self.witness_port}"
        self.witness_key = _run("witness", "init", str(self.watch), "--name", WITNESS, "--listen", listen).strip()
        _run("witness", "add", str(self.watch), "--log", log_key, "--hub", self.url)

    def write_config(self, *, watched: bool) -> None:
        """What `privity init` wrote, with the witness as hub and desk are told of it, or without."""
        if not watched:
            self.config.write_text(self._written)
            return
        written = self._written.replace("[hub]\n", "[hub]\nquorum = 1\n").replace("[desk]\n", "[desk]\nquorum = 1\n")
        self.config.write_text(
            f'{written}\n[[hub.witness]]\nkey = "{self.witness_key}"\n'
            f'url = "http://127.0.0.1:{self.witness_port}"\naudits = true\n'
            f'\n[[desk.witness]]\nkey = "{self.witness_key}"\n'
        )

    def put_aside(self) -> None:
        """Keep the stopped hub's database as it is now."""
        shutil.copy2(self.home / "hub" / "hub.db", self.folder / "true.db")

    def put_back(self) -> None:
        """The database of `put_aside` again. What a write-ahead log beside it holds belongs to the other one."""
        for name in ("hub.db-wal", "hub.db-shm"):
            (self.home / "hub" / name).unlink(missing_ok=True)
        shutil.copy2(self.folder / "true.db", self.home / "hub" / "hub.db")

    def invite(self) -> str:
        """What `privity invite` prints, while the hub runs."""
        return new_invite(self.config).code

    def invite_staff(self, name: str, *roles: str) -> str:
        """`privity desk invite`: the address, with the code in it, for one member of the desk's staff."""
        chosen = [argument for role in roles for argument in ("--role", role)]
        out = _run("desk", "invite", name, *chosen, "--config", str(self.config))
        return next(word for word in out.split() if "/join#" in word)

    def desk_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Any command of the desk's machine, with what it printed; the caller looks at the status."""
        command = privity(*arguments, "--config", str(self.config))
        return subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own command

    def start_hub(self) -> None:
        self.hub.start()
        wait_for_hub(self.url, self.hub)

    def stop(self) -> None:
        self.desk.stop()
        self.hub.stop()
        self.witness.stop()

    def server_info(self) -> rest.ServerInfo:
        """What the hub says of itself to anyone."""
        with urllib.request.urlopen(f"{self.url}/v1/server", timeout=5) as answer:  # noqa: S310 - a loopback http url
            return msgspec.json.decode(answer.read(), type=rest.ServerInfo)

    def reports(self) -> list[dict[str, Any]]:
        """`privity desk reports --json`."""
        command = privity("desk", "reports", "--json", "--config", str(self.config))
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - as above
        if done.returncode:
            return []  # the desk has not made its database yet
        found: list[dict[str, Any]] = json.loads(done.stdout)["reports"]
        return found

    def canary(self, what: str) -> str:
        """A sentence with a random word in it that is looked for later."""
        word = f"canary-{secrets.token_hex(8)}"
        self.canaries.append(word)
        return f"{what} {word}"


def _run(*arguments: str) -> str:
    """What one of our own commands prints."""
    command = privity(*arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own command
