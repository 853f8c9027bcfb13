# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's host: a fresh folder with hub and desk, their processes, and what was said there."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from privity.faces.demo.launch import launched
from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub
from privity.wire import rest


@dataclass(slots=True)
class Home:
    """What no file of the hub may hold: `canaries` (words), `contents` (files by name), `secrets` (keys)."""

    folder: Path
    broken: str | None = None
    host: str = "localhost"
    canaries: list[str] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict, repr=False)
    secrets: set[bytes] = field(default_factory=set, repr=False)
    invites: list[str] = field(default_factory=list, repr=False)
    port: int = field(default_factory=free_port)
    hub: Process = field(init=False)
    desk: Process = field(init=False)

    def __post_init__(self) -> None:
        hub = launched(self.broken, "hub", "privity.cli", "serve", "--config", str(self.config))
        desk = launched(self.broken, "desk", "privity.cli", "desk", "--config", str(self.config))
        self.hub = Process("hub", [sys.executable, *hub], self.folder / "hub.out")
        self.desk = Process("desk", [sys.executable, *desk], self.folder / "desk.out")

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def config(self) -> Path:
        return self.home / "privity.toml"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def init(self) -> str:
        """`privity init`; returns the first invite."""
        command = privity("init", str(self.home), "--listen", f"127.0.0.1:{self.port}")
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own command
        return out.split("): ")[1].split()[0]

    def invite(self) -> str:
        """`privity invite`, while the hub runs."""
        command = privity("invite", "--config", str(self.config))
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - as above

    def start_hub(self) -> None:
        self.hub.start()
        wait_for_hub(self.url, self.hub)

    def stop(self) -> None:
        self.desk.stop()
        self.hub.stop()

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
