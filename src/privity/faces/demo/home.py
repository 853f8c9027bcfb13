# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's host: a fresh folder with hub and desk, their processes, and what an operator could look at."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub


@dataclass(slots=True)
class Home:
    """`canaries` are strings that no file of the hub may hold; `secrets` raw keys that none may hold in any form."""

    folder: Path
    canaries: list[str] = field(default_factory=list)
    secrets: list[bytes] = field(default_factory=list, repr=False)
    port: int = field(default_factory=free_port)
    hub: Process = field(init=False)
    desk: Process = field(init=False)

    def __post_init__(self) -> None:
        config = str(self.home / "privity.toml")
        self.hub = Process("hub", privity("serve", "--config", config), self.folder / "hub.out")
        self.desk = Process("desk", privity("desk", "--config", config), self.folder / "desk.out")

    @property
    def home(self) -> Path:
        return self.folder / "home"

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
        command = privity("invite", "--config", str(self.home / "privity.toml"))
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - as above

    def start_hub(self) -> None:
        self.hub.start()
        wait_for_hub(self.url, self.hub)

    def stop(self) -> None:
        self.desk.stop()
        self.hub.stop()

    def reports(self) -> list[dict[str, Any]]:
        """`privity desk reports --json`."""
        command = privity("desk", "reports", "--json", "--config", str(self.home / "privity.toml"))
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

    def leaks(self) -> tuple[int, int, list[str]]:
        """(files, bytes, what was found where) of a search through all that the hub has written."""
        needles: dict[bytes, str] = {}
        for word in self.canaries:
            needles.update(dict.fromkeys(_forms(word.encode()), word))
        for number, secret in enumerate(self.secrets):
            needles.update(dict.fromkeys(_forms(secret), f"private key {number}"))
        files = [path for path in (self.home / "hub").rglob("*") if path.is_file()]
        files.append(self.hub.log)
        found: list[str] = []
        size = 0
        for path in files:
            data = path.read_bytes()
            size += len(data)
            found += [f"{what} in {path.name}" for needle, what in needles.items() if needle in data]
        return len(files), size, found


def _forms(raw: bytes) -> list[bytes]:
    """How bytes may stand in a file: as they are, as hex, as base64 at each of the three offsets."""
    encoded = [base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)]
    return [raw, raw.hex().encode(), *encoded]
