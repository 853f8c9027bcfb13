# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo passes as it stands and can be looked into afterwards; `tests/e2e` takes its defences away."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from privity.faces.demo.asking_a_hub import server_info
from privity.faces.demo.keeping import SOUGHT
from privity.faces.demo.launch import BREAKS
from privity.faces.demo.scenario import BEGINNING, CHECKS, chosen
from tests.faces import broken as begun
from tests.faces.broken import Done, each_of_its_own
from tests.faces.shell import Shell
from tests.waiting import wait_until


def run(*arguments: str) -> Done:
    return begun.run("demo", *arguments)


def test_the_demo_passes_with_files_of_ones_own_and_lets_a_stranger_look(tmp_path: Path) -> None:
    picture, empty_words = tmp_path / "an invented picture.png", tmp_path / "zeros"
    picture.write_bytes(os.urandom(300_000))
    empty_words.write_bytes(bytes(70_000))
    done = run("--file", str(picture), "--file", str(empty_words), "--keep")
    folder, pids = _kept(done.stdout)
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.fullmatch(r"demo: \d+ checks passed", done.stdout.strip().splitlines()[-1])
        assert "an invented picture.png (300,000 bytes)" in done.stdout
        assert "zeros has no part that could be told from chance" in done.stdout
        assert len(pids) == 3
        _hub_answers(done.stdout)
        look = ["grep", "-raFf", str(folder / SOUGHT), str(folder / "home"), str(folder / "hub.out")]
        assert subprocess.run(look, capture_output=True, check=False).returncode == 1  # nothing found
        shell = {**os.environ, "PRIVITY_PASSPHRASE": _passphrase(done.stdout)}
        asked = [sys.executable, "-m", "privity.cli", "room", "list", "--device", str(folder / "carol")]
        listed = subprocess.run(asked, capture_output=True, text=True, env=shell, timeout=60, check=False)
        assert listed.returncode == 0, listed.stderr
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        for pid in pids:
            wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists(), f"process {pid} to end")  # type: ignore[misc]  # a default in a lambda
        shutil.rmtree(folder)


@pytest.mark.prove
@pytest.mark.parametrize("name", each_of_its_own([name] for name in BREAKS))
def test_a_defence_disabled_alone_fails_the_check_that_watches_it(name: str) -> None:
    """Nothing else is gone by which the check might fail."""
    done = run("--break", name)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"FAILED {BREAKS[name].check}: "), done.stdout
    assert done.stdout.count("FAILED ") == 1, done.stdout


def test_every_defence_is_listed_and_an_unknown_one_is_named(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    listed = shell.ok("demo", "--break", "list")
    assert [line.split()[0] for line in listed.splitlines()] == list(BREAKS)
    assert "no defence is named 'everything'" in shell.refused("demo", "--break", "everything")
    assert shell.ok("demo", "--only", "list").splitlines() == list(CHECKS)
    assert "no check is named 'everything'" in shell.refused("demo", "--only", "everything")
    unseen = shell.refused("demo", "--only", "kill", "--break", "durability", "--break", "removal")
    assert "removal is seen by the check 'remove', which --only does not name" in unseen
    twice = shell.refused("demo", "--break", "session-proof", "--break", "request-mac")
    assert "one defence at a time is gone of what one check watches" in twice


def test_of_one_check_is_played_what_it_needs_and_each_chapter_for_something() -> None:
    everything = [check for chapter in chosen(()) for check in chapter.checks]
    assert everything == list(CHECKS) and len(set(CHECKS)) == len(CHECKS)
    assert {one.check for one in BREAKS.values()} <= set(CHECKS)
    beginning = [chapter.checks for chapter in BEGINNING]
    assert [chapter.checks for chapter in chosen(["remove"])] == beginning
    assert [chapter.checks[0] for chapter in chosen(["appeal"])][len(beginning) :] == ["report", "decision"]
    assert [chapter.checks[0] for chapter in chosen(["first-contact", "kill"])][len(beginning) :] == [
        "kill",
        "substitution",
    ]


def test_a_file_that_is_not_there_is_named_before_anything_starts(tmp_path: Path) -> None:
    refused = Shell(tmp_path).run("demo", "--file", str(tmp_path / "nowhere"))
    assert refused.returncode == 1
    assert "NotAFile" in refused.stderr
    assert refused.stdout == ""


def _kept(output: str) -> tuple[Path, list[int]]:
    folder = re.search(r"^kept: (\S+)$", output, re.MULTILINE)
    stop = re.search(r"^stop and remove: kill ([\d ]*); rm", output, re.MULTILINE)
    assert folder is not None and stop is not None, output
    return Path(folder[1]), [int(pid) for pid in stop[1].split()]


def _hub_answers(output: str) -> None:
    url = re.search(r"^hub (http\S+) with its data", output, re.MULTILINE)
    assert url is not None, output
    assert server_info(url[1]).version


def _passphrase(output: str) -> str:
    found = re.search(r"passphrase of each: (.+)$", output, re.MULTILINE)
    assert found is not None, output
    return found[1]
