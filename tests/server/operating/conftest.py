# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub of the rooms' tests, and a home that an operator has made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from privity.cli import app
from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub
from privity.server.init import write_fresh
from tests.server.rooms.conftest import world

__all__ = ["home", "spoken", "world"]

HOST = "hub.example"


@dataclass
class Home:
    """A folder with privity.toml, and the process that serves it once it is started."""

    folder: Path
    config: Path
    port: int
    metrics: int
    hub: Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "hub"

    def start(self) -> None:
        self.hub.start()
        wait_for_hub(self.url, self.hub)


def make_home(folder: Path, extra: str = "") -> Home:
    port, metrics = free_port(), free_port()
    section = write_fresh(folder, HOST, f"127.0.0.1:{port}").section.replace('"invite"', '"open"')
    config = folder / "privity.toml"
    config.write_text(f'{section}epoch_min_ms = 10\nmetrics = "127.0.0.1:{metrics}"\n{extra}')
    process = Process("hub", privity("serve", "--config", str(config)), folder / "hub.out")
    return Home(folder, config, port, metrics, process)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


class Said(NamedTuple):
    """What a command came to: its status, and what stood on its outputs."""

    status: int
    out: str
    err: str


Spoken = Callable[..., Said]


@pytest.fixture
def spoken(capsys: pytest.CaptureFixture[str]) -> Spoken:
    """`privity admin ...` in this process."""

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        status: object = 0
        words = ""
        try:
            app(["admin", *arguments], exit_on_error=False, print_error=False)
        except SystemExit as end:
            status = end.code or 0
            words = f"{end.code}\n" if isinstance(end.code, str) else ""
        shown = capsys.readouterr()
        return Said(status if isinstance(status, int) else 1, shown.out, shown.err + words)

    return run
