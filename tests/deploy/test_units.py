# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The systemd units: systemd takes them, they leave no right that is not needed, and a hub speaks as they expect."""

from __future__ import annotations

import configparser
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from privity.cli import app
from privity.faces.demo.processes import wait_for_hub
from privity.server.health.supervised import ALIVE, ENDING, READY
from privity.server.main import DRAIN_S
from tests.deploy.tools import DEPLOY, needed, run
from tests.server.operating.conftest import make_home

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
WORST = "20"
"""In tenths: systemd calls up to 2.0 well protected."""
WITHOUT_WRITABLE_CODE = """
import ctypes, sys
assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0
sys.argv = ["privity", *sys.argv[1:]]
from privity.cli import main
main()
"""

ASKED = "import ctypes, sys; sys.exit(ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0)"
"""Whether this kernel has PR_SET_MDWE (Linux 6.3)."""


def service(unit: Path) -> dict[str, str]:
    parsed = configparser.RawConfigParser(strict=False)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]  # names of settings keep their case
    parsed.read(unit)
    return dict(parsed["Service"])


def test_there_is_one_for_each_process() -> None:
    assert [unit.stem for unit in UNITS] == ["privity-desk", "privity-hub", "privity-witness"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_it_without_a_word(unit: Path, tmp_path: Path) -> None:
    """With a program where ours will be: systemd looks for it."""
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/privity/bin/privity", sys.executable))
    done = run(needed("systemd-analyze"), "verify", "--man=no", str(copy))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    copy.write_text(copy.read_text().replace("[Service]", "[Service]\nRestrictEverything=yes"))
    assert "RestrictEverything" in run(needed("systemd-analyze"), "verify", "--man=no", str(copy)).stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_its_exposure_is_low_and_would_be_seen_to_grow(unit: Path, tmp_path: Path) -> None:
    command = (needed("systemd-analyze"), "security", "--offline=yes", f"--threshold={WORST}")
    assert run(*command, str(unit)).returncode == 0
    weaker = tmp_path / unit.name
    weaker.write_text(unit.read_text().replace("CapabilityBoundingSet=\n", "").replace("PrivateUsers=yes\n", ""))
    assert run(*command, str(weaker)).returncode != 0


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_what_it_starts_is_a_command_of_ours_that_can_end_in_time(unit: Path) -> None:
    found = service(unit)
    program, *arguments = shlex.split(found["ExecStart"])
    assert program == "/opt/privity/bin/privity"
    app.parse_args(arguments, exit_on_error=False, print_error=False)
    assert int(found["TimeoutStopSec"]) > 2 * DRAIN_S
    assert found["User"] == "privity"


def test_a_hub_tells_its_supervisor_that_it_is_ready_alive_and_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that it works under `MemoryDenyWriteExecute=yes`, by the kernel's own switch for it where there is one."""
    unit = service(DEPLOY / "systemd" / "privity-hub.service")
    assert (unit["Type"], unit["MemoryDenyWriteExecute"]) == ("notify", "yes")
    home = make_home(tmp_path / "home")
    if subprocess.run([sys.executable, "-c", ASKED], check=False).returncode == 0:
        home.hub.command = [sys.executable, "-c", WITHOUT_WRITABLE_CODE, "serve", "--config", str(home.config)]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.settimeout(20)
        heard.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        home.hub.start()
        assert heard.recv(100) == READY
        wait_for_hub(home.url, home.hub)
        assert [heard.recv(100) for _ in range(2)] == [ALIVE, ALIVE]
        assert home.hub.child is not None
        home.hub.child.send_signal(signal.SIGTERM)
        said = heard.recv(100)
        while said == ALIVE:
            said = heard.recv(100)
        assert said == ENDING
        assert home.hub.child.wait(DRAIN_S + 5) == 0
