# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What make says where something is missing, that it installs nothing twice, and that `prove` keeps its output."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"
TOOLS = ("sh", "make", "env", "test", "echo", "touch", "uname", "cat", "tee", "mkdir", "grep", "tail", "rm")
NO_VENV = """#!/bin/sh
case "$*" in *ensurepip*) echo "ModuleNotFoundError: No module named 'ensurepip'" >&2; exit 1;; esac
exec {python} "$@"
"""
TOO_OLD = """#!/bin/sh
exec {python} -c 'import sys; sys.version_info = (3, 10, 0, "final", 0); exec(sys.argv[2])' "$@"
"""
FAKE_VENV = """#!/bin/sh
echo "$*" >> "{log}"
case "$*" in
*pytest*) echo "the tests speak"; exit "$(cat {status})";;
*"-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python;;
*--version*) echo "Python 3.11.0";;
esac
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


class Machine:
    """A folder with the Makefile, and a PATH with nothing but what make needs and what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in (*TOOLS, "cp"):
            found = shutil.which(tool)
            assert found is not None, tool
            (self.bin / tool).symlink_to(found)
        shutil.copy(MAKEFILE, folder)
        for name in ("constraints/base.txt", "constraints/test.txt", "pyproject.toml"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).touch()

    def put(self, name: str, script: str) -> None:
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *arguments],
            cwd=self.folder,
            env={"PATH": str(self.bin), "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("target", ["demo", "test", "check", "prove", "fuzz", "interop", "mutants", "format"])
def test_without_python_make_says_what_to_install(machine: Machine, target: str) -> None:
    done = machine.make(target)
    assert done.returncode == 2
    assert "Python 3.11, 3.12 or 3.13 is missing" in done.stdout
    assert "apt-get install python3 python3-venv" in done.stdout


@pytest.mark.parametrize("name", ["python3", "python3.12"])
def test_without_venv_make_says_what_to_install(machine: Machine, name: str) -> None:
    machine.put(name, NO_VENV.format(python=sys.executable))
    done = machine.make("demo")
    assert done.returncode == 2
    assert f"{name} has no venv. On Debian or Ubuntu: apt-get install {name}-venv" in done.stdout
    assert not (machine.folder / ".venv").exists()


def test_an_older_python_is_none(machine: Machine) -> None:
    machine.put("python3", TOO_OLD.format(python=sys.executable))
    assert "is missing" in machine.make("demo").stdout


@pytest.mark.parametrize("named", ["python3", "nowhere/python"])
def test_a_named_python_that_does_not_fit_is_refused(machine: Machine, named: str) -> None:
    machine.put("python3", TOO_OLD.format(python=sys.executable))
    done = machine.make("demo", f"PYTHON={named}")
    assert done.returncode == 2
    assert f"{named} is not there, or not Python 3.11, 3.12 or 3.13" in done.stdout


def test_a_second_run_installs_nothing_again(machine: Machine) -> None:
    log, status = machine.folder / "log", machine.folder / "status"
    status.write_text("0")
    machine.put("python3", FAKE_VENV.format(log=log, status=status))
    assert machine.make("test").returncode == 0
    assert log.read_text().count("-m pip ") == 3
    log.write_text("")
    assert machine.make("test").returncode == 0
    assert "-m pip" not in log.read_text()
    assert "-m venv" not in log.read_text()
    os.utime(machine.folder / "constraints" / "test.txt", (2**31, 2**31))
    assert machine.make("test").returncode == 0
    assert log.read_text().count("-m pip ") == 1


@pytest.mark.parametrize(("pytest_status", "make_status"), [("0", 0), ("1", 2)])
def test_prove_keeps_its_output_and_its_status(machine: Machine, pytest_status: str, make_status: int) -> None:
    log, status = machine.folder / "log", machine.folder / "status"
    status.write_text(pytest_status)
    machine.put("python3", FAKE_VENV.format(log=log, status=status))
    done = machine.make("prove")
    assert done.returncode == make_status, done.stdout + done.stderr
    (kept,) = (machine.folder / "build").iterdir()
    assert "the tests speak" in done.stdout
    lines = kept.read_text().splitlines()
    assert lines[0].startswith("commit unknown, Python 3.11.0")
    assert lines[1:] == ["the tests speak", f"exit status {pytest_status}"]
