# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The systemd units: systemd takes them, they leave no right that is not needed, and a hub speaks as they expect."""

from __future__ import annotations

import configparser
import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from privity.cli import app
from privity.faces.demo.processes import wait_for_hub
from privity.server.health.supervised import ALIVE, ENDING, READY, TURNING
from privity.server.main import DRAIN_S
from tests.deploy.tools import DEPLOY, needed, run
from tests.server.operating.conftest import make_home

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
RUNNING = [unit for unit in UNITS if unit.stem != "privity-backup"]
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
    assert [unit.stem for unit in UNITS] == ["privity-backup", "privity-desk", "privity-hub", "privity-witness"]
    assert {unit.stem for unit in RUNNING} == {"privity-desk", "privity-hub", "privity-witness"}


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


@pytest.mark.parametrize("unit", RUNNING, ids=lambda unit: unit.stem)
def test_what_it_starts_is_a_command_of_ours_that_can_end_in_time(unit: Path) -> None:
    found = service(unit)
    program, *arguments = shlex.split(found["ExecStart"])
    assert program == "/opt/privity/bin/privity"
    app.parse_args(arguments, exit_on_error=False, print_error=False)
    assert int(found["TimeoutStopSec"]) > 2 * DRAIN_S
    assert found["User"] == "privity"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_no_dump_of_its_memory_is_written_and_none_is_both_written_and_run(unit: Path) -> None:
    found = service(unit)
    assert (found["LimitCORE"], found["MemoryDenyWriteExecute"]) == ("0", "yes")


def test_copies_are_made_by_commands_of_ours_and_old_ones_go_only_after_new_ones_came(tmp_path: Path) -> None:
    """The line is run as systemd would, with a program that notes what it is told, and once with one that fails."""
    line = (DEPLOY / "systemd" / "privity-backup.service").read_text().replace("\\\n", "")
    (command,) = [one for one in line.splitlines() if one.startswith("ExecStart=")]
    shell, flags, script = shlex.split(command.removeprefix("ExecStart=").replace("$$", "$").replace("%%", "%"))
    assert (shell, flags) == ("/bin/sh", "-euc")
    told, program = tmp_path / "told", tmp_path / "privity"
    script = script.replace("/opt/privity/bin/privity", str(program))
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "desk.db").touch()
    old = tmp_path / "copies" / "old"
    old.mkdir(parents=True)
    os.utime(old, (0, 0))

    def made(answer: str) -> int:
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {told}\n{answer}\n')
        program.chmod(0o700)
        return subprocess.run([shell, flags, script], cwd=tmp_path, check=False).returncode

    assert made("exit 1") != 0
    assert old.exists()
    told.unlink()
    assert made("") == 0
    assert not old.exists()
    commands = told.read_text().splitlines()
    assert [one.split()[:2] for one in commands] == [["admin", "backup"], ["desk", "backup"]]
    for one in commands:
        app.parse_args(shlex.split(one), exit_on_error=False, print_error=False)


def test_copies_have_a_time_of_their_own(tmp_path: Path) -> None:
    timer = DEPLOY / "systemd" / "privity-backup.timer"
    copy = tmp_path / timer.name
    copy.write_text(timer.read_text())
    (tmp_path / "privity-backup.service").write_text("[Service]\nExecStart=/bin/true\n")
    done = run(needed("systemd-analyze"), "verify", "--man=no", str(copy))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


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
        heard.settimeout(60)
        heard.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        home.hub.start()
        assert heard.recv(100) == READY
        wait_for_hub(home.url, home.hub)
        beats = [heard.recv(100) for _ in range(2)]
        while ALIVE not in beats:  # a machine that is busy takes longer than a second for a write
            beats.append(heard.recv(100))
        assert set(beats) <= {ALIVE, TURNING}
        assert home.hub.child is not None
        (dump,) = [
            one
            for one in Path(f"/proc/{home.hub.child.pid}/limits").read_text().splitlines()
            if one.startswith("Max core")
        ]
        assert dump.split()[4:6] == ["0", "0"]
        home.hub.child.send_signal(signal.SIGTERM)
        said = heard.recv(100)
        while said in (ALIVE, TURNING):
            said = heard.recv(100)
        assert said == ENDING
        assert home.hub.child.wait(DRAIN_S + 5) == 0
