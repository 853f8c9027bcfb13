# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's host: a fresh folder with hub and desk, their processes, and what was said there."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privity.desk.audit import beside
from privity.desk.db.transaction import DbError
from privity.desk.errors import DeskError
from privity.desk.intake.findings import findings
from privity.desk.staff import commands as staff
from privity.desk.staff.rights import Role
from privity.faces import new_home
from privity.faces.demo.asking_a_hub import server_info
from privity.faces.demo.launch import launched
from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub
from privity.server.init import new_invite
from privity.tlog.verifier_key import VerifierKey
from privity.wire import rest
from privity.wire.structs import settle_structs
from privity.witness import setting_up
from privity.witness.config import WatchedLog

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
        """As `privity init`, and `privity witness init` and `add` elsewhere if it is watched; the first invite."""
        pages = f"127.0.0.1:{self.desk_port}"
        made = new_home.write_fresh(self.home, self.host, f"127.0.0.1:{self.port}", desk_listen=pages)
        if watched:
            self._init_witness(VerifierKey.decode(made.key_log))
        written = self.config.read_text().replace("[hub]\n", "[hub]\nepoch_min_ms = 100\n")
        self._written = written.replace("[desk]\n", "[desk]\npoll_interval_s = 0.2\n")  # nobody watches a demo wait
        self.write_config(watched=watched)
        return made.invite_code

    def _init_witness(self, log: VerifierKey) -> None:
        self.witness_key = setting_up.begin(self.watch, WITNESS, f"127.0.0.1:{self.witness_port}").encode()
        setting_up.also_watch(self.watch, WatchedLog(log, self.url))

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
        """As `privity desk invite`: the address, with the code in it, for one member of the desk's staff."""
        return staff.invited(self.config, name, [Role(role) for role in roles]).address

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
        return server_info(self.url)

    def reports(self) -> list[dict[str, Any]]:
        """What `privity desk reports --json` shows."""
        try:
            with beside.desk(self.config) as here:
                shown = findings(here.db).json()
        except (DeskError, DbError):
            return []  # the desk has not made its database yet
        found: list[dict[str, Any]] = json.loads(shown)["reports"]
        return found

    def canary(self, what: str) -> str:
        """A sentence with a random word in it that is looked for later."""
        word = f"canary-{secrets.token_hex(8)}"
        self.canaries.append(word)
        return f"{what} {word}"
