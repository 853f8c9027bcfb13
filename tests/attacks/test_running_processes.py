# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Promise 1 at run time: real `serve` and `desk` processes hold none of the modules that could open a message."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privity.faces.demo.processes import free_port, privity
from tests.attacks.test_no_back_door import FORBIDDEN
from tests.waiting import wait_until

WITNESS = """
import json, os, sys, threading, time
from pathlib import Path

def watch(asked=Path(sys.argv[1]), told=Path(sys.argv[2])):
    while not asked.exists():
        time.sleep(0.02)
    part = told.with_suffix(".part")
    part.write_text(json.dumps(sorted(sys.modules)))
    os.replace(part, told)

threading.Thread(target=watch, daemon=True).start()
sys.argv = ["privity", *sys.argv[3:]]
from privity.cli import main
main()
"""
"""Runs the command line as it is, and tells on request which modules the process holds at that moment."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    ports = ("--listen", f"127.0.0.1:{free_port()}", "--desk-listen", f"127.0.0.1:{free_port()}")
    subprocess.run(privity("init", str(tmp_path / "home"), *ports), check=True, capture_output=True)
    return tmp_path / "home"


@pytest.fixture
def start(tmp_path: Path, home: Path) -> Iterator[Callable[[str], Callable[[], set[str]]]]:
    """`start(command)` runs one of the two processes; what it returns asks for its modules."""
    children: list[subprocess.Popen[bytes]] = []

    def begin(command: str) -> Callable[[], set[str]]:
        asked, told = tmp_path / f"{command}.asked", tmp_path / f"{command}.told"
        arguments = [str(asked), str(told), command, "--config", str(home / "privity.toml")]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with (tmp_path / f"{command}.out").open("wb") as out:
            child = subprocess.Popen(
                [sys.executable, "-c", WITNESS, *arguments], stdout=out, stderr=out, env=environment
            )
        children.append(child)

        def modules() -> set[str]:
            asked.touch()
            wait_until(told.exists, f"{command} to tell its modules (exit status {child.poll()})")
            assert child.poll() is None, (tmp_path / f"{command}.out").read_text()
            return set(json.loads(told.read_text()))

        return modules

    yield begin
    for child in children:
        child.terminate()
        child.wait(timeout=60)


def forbidden_in(modules: set[str]) -> list[str]:
    return sorted(name for name in modules if any(name == bad or name.startswith(bad + ".") for bad in FORBIDDEN))


def answers(home: Path) -> bool:
    listen = (home / "privity.toml").read_text().split('listen = "')[1].split('"')[0]
    try:
        with urllib.request.urlopen(f"http://{listen}/v1/server", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def test_running_hub_and_desk_hold_no_forbidden_module(
    home: Path, start: Callable[[str], Callable[[], set[str]]]
) -> None:
    hub = start("serve")
    wait_until(lambda: answers(home), "the hub to answer")
    desk = start("desk")
    wait_until((home / "desk" / "desk.db").exists, "the desk to open its database")
    for modules, own in ((hub(), "privity.server.main"), (desk(), "privity.desk.main")):
        assert own in modules, "the witness looked at another process"
        assert forbidden_in(modules) == []
    assert "privity.desk.intake" not in hub()
    assert "privity.server.app" not in desk()


def test_witness_would_see_them() -> None:
    assert forbidden_in({"privity.mls.group.join", "privity.mls.codec", "privity.client"}) == [
        "privity.client",
        "privity.mls.group.join",
    ]
    assert forbidden_in({"privity.mls.groups", "privity.clients"}) == []
