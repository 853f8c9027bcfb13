# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A process that is forked from a loaded one is what a process from nothing is."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from privity.faces.demo.processes import Process, free_port, privity
from privity.witness import setting_up
from tests import warm_start
from tests.waiting import accepts, wait_until

pytestmark = pytest.mark.skipif(not warm_start.possible(), reason="not on this system, or PRIVITY_TEST_START=cold")

DRAWS = """
import os, random, uuid

def main():
    print(random.random(), uuid.uuid4(), os.urandom(16).hex())
"""


@pytest.fixture
def witness(tmp_path: Path) -> Process:
    """One that is set up, and not started."""
    port = free_port()
    setting_up.begin(tmp_path / "w", "watch.example/witness", f"127.0.0.1:{port}")
    return Process(f"http://127.0.0.1:{port}", privity("witness", "serve", str(tmp_path / "w")), tmp_path / "out")


def listens(process: Process) -> bool:
    return accepts(urlsplit(process.name).port or 0)


def said(process: Process) -> list[str]:
    """The arguments by which the system knows it."""
    return Path(f"/proc/{process.pid}/cmdline").read_text().split("\0")


def status(process: Process, name: str) -> str:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))


def test_it_says_and_ends_as_one_from_nothing(tmp_path: Path) -> None:
    command = privity("witness", "serve", str(tmp_path / "missing"))
    cold, warm = (
        kind(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
        for kind in (warm_start.COLD, warm_start.Popen)
    )
    expected = cold.communicate(timeout=60)
    assert "missing" in expected[1]
    assert warm.communicate(timeout=60) == expected
    assert warm.returncode == cold.returncode == 1


def test_it_is_a_child_of_this_process_and_leads_its_own_session(witness: Process) -> None:
    witness.start()
    try:
        wait_until(lambda: listens(witness), "the witness to listen")
        assert witness.pid is not None
        assert (status(witness, "PPid"), os.getsid(witness.pid)) == (str(os.getpid()), witness.pid)
        assert "privity.cli" not in said(witness), "forked, for that is what is tested here"
    finally:
        witness.kill()
    assert witness.child is not None
    assert witness.child.returncode == -signal.SIGKILL
    assert not listens(witness)


def test_it_takes_a_signal_and_comes_again(witness: Process) -> None:
    numbers = set()
    for _ in range(2):
        witness.start()
        wait_until(lambda: listens(witness), "the witness to listen")
        numbers.add(witness.pid)
        witness.stop()
        assert witness.child is not None
        assert witness.child.returncode == 0
    assert len(numbers) == 2


def test_with_other_variables_for_the_interpreter_one_starts_from_nothing(
    witness: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    witness.start()
    try:
        wait_until(lambda: listens(witness), "the witness to listen")
        assert "privity.cli" in said(witness)
    finally:
        witness.kill()


async def test_the_event_loop_starts_one_too(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        *privity("witness", "serve", str(tmp_path)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(child.communicate(), 60)
    assert (child.returncode, out) == (1, b"")
    assert b"witness.toml" in err


def test_two_forks_share_no_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "privity"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "cli.py").write_text(DRAWS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    loaded, drawn = warm_start.Loaded("random,uuid"), []
    for number in range(2):
        file = tmp_path / f"drawn{number}"
        with file.open("wb") as out, Path(os.devnull).open("rb") as nothing:
            files = [nothing.fileno(), out.fileno(), out.fileno()]
            child = loaded.fork(warm_start.Start([], str(tmp_path), dict(os.environ), False), files)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        drawn += file.read_text().split()
    loaded.asked.close()
    assert loaded.process.wait(60) == 0
    assert len(set(drawn)) == len(drawn) == 6
