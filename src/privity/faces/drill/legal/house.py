# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The house of the drill: a folder with hub and desk as `privity init` makes it, the legal desk in it, both running."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from privity.desk import config as desk_config
from privity.desk import init as desk_init
from privity.desk.config import DeskConfig
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.keys import KEY_BYTES, DeskKeys, open_keys, write_key
from privity.faces.demo.processes import Process, free_port, wait_for_hub
from privity.faces.drill.legal import rules
from privity.faces.drill.legal.authority import Authority
from privity.faces.drill.legal.launch import DESK, launched
from privity.server import init as hub_init

HOST: Final = "localhost"
NAME: Final = "Invented House"
CONTACT: Final = "legal@house.example"
PUBLISHED: Final = "https://house.example/keys.json"
EPOCH_MIN_MS: Final = 10
POLL_S: Final = 0.1
WAIT_S: Final = 60.0
"""For what hub and desk do by themselves within a second or two; a busy machine is slower."""


@dataclass(slots=True)
class House:
    """`clock` is the file of the drill's clock, `broken` names the steps that a process leaves out."""

    folder: Path
    clock: Path
    authority: Authority
    broken: frozenset[str] = frozenset()
    port: int = field(default_factory=free_port)
    desk_port: int = field(default_factory=free_port)
    log_key: str = ""
    vrf_key: str = ""
    hub: Process = field(init=False)
    desk: Process = field(init=False)

    def __post_init__(self) -> None:
        self.hub = self._process("hub", "serve")
        self.desk = self._process(DESK, "desk")

    @property
    def config(self) -> Path:
        return self.folder / "privity.toml"

    @property
    def rulebook(self) -> Path:
        return self.folder / "rulebook.yaml"

    @property
    def roots(self) -> Path:
        return self.folder / "roots.pem"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def make(self, now_ms: int) -> None:
        """Keys, rulebook, certificates and configuration."""
        self.folder.mkdir(parents=True)
        first = hub_init.write_fresh(self.folder, HOST, f"127.0.0.1:{self.port}")
        public = desk_init.write_fresh(self.folder / "desk" / "keys")
        self.log_key, self.vrf_key = first.log_key, first.vrf_key.hex()
        for name in ("legal-service.key", "legal-team.key"):
            write_key(self.folder / "desk" / "keys" / name, os.urandom(KEY_BYTES))
        key, certificate = self.authority.sealing(NAME)
        today = datetime.fromtimestamp(now_ms // 1000, UTC).date()
        for file, content in (
            (self.folder / "desk" / "keys" / "letter.pem", key),
            (self.folder / "desk" / "keys" / "letter.crt", certificate),
            (self.roots, self.authority.roots),
            (self.rulebook, rules.rulebook(today)),
            (self.folder / "profile.yaml", rules.profile()),
        ):
            file.write_bytes(content)
        hub = first.section.replace('"invite"', '"open"').rstrip()
        lines = [
            hub,
            f"epoch_min_ms = {EPOCH_MIN_MS}",
            f'staff_public_key = "{public.staff_public_key.hex()}"',
            f'intake_public_key = "{public.intake_public_key.hex()}"',
            "[desk]",
            f"hub_url = {json.dumps(self.url)}",
            f'listen = "127.0.0.1:{self.desk_port}"',
            f"poll_interval_s = {POLL_S}",
            f'log_key = "{self.log_key}"',
            f'vrf_key = "{self.vrf_key}"',
            "[desk.legal]",
            'profile = "profile.yaml"',
            f'contact = "{CONTACT}"',
            f"rulebook = {json.dumps(self.rulebook.name)}",
            "[desk.legal.releasing]",
            f'operator = "{NAME}"',
            f'published = "{PUBLISHED}"',
            f'tsa_url = "{self.authority.url}"',
            f"tsa_roots = {json.dumps(self.roots.name)}",
        ]
        self.config.write_text("\n".join(lines) + "\n")

    def open(self) -> tuple[DeskConfig, DeskKeys, Db]:
        """The desk's database, as a command beside the running desk has it; made here, before the desk runs."""
        loaded = desk_config.load(self.config)
        keys = open_keys(loaded)
        return loaded, keys, open_database(loaded.database, keys)

    async def start(self) -> None:
        self.hub.start()
        self.desk.start()
        await asyncio.to_thread(wait_for_hub, self.url, self.hub, WAIT_S)

    def stop(self) -> None:
        self.desk.stop()
        self.hub.stop()

    def _process(self, kind: str, command: str) -> Process:
        arguments = launched(kind, self.broken, self.clock, "privity.cli", command, "--config", str(self.config))
        return Process(kind, [sys.executable, *arguments], self.folder.with_name(f"{kind}.out"))
