# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The ghost drill: every attack is noticed; `tests/e2e` takes the defences away."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from privity.faces.demo.asking_a_hub import server_info
from privity.faces.drill.attacks import ATTACKS
from privity.faces.drill.launch import BREAKS
from tests.faces import broken as begun
from tests.faces.broken import Done
from tests.faces.shell import Shell
from tests.waiting import wait_until


def run(*arguments: str, folder: Path | None = None) -> Done:
    """The drill; what it makes goes into the folder."""
    return begun.run("drill", "ghost", *arguments, **({} if folder is None else {"TMPDIR": str(folder)}))


def test_every_attack_is_noticed_and_a_stranger_can_look_afterwards(tmp_path: Path) -> None:
    done = run("--keep", folder=tmp_path)
    stop = re.search(r"^stop and remove: kill ([\d ]*); rm", done.stdout, re.MULTILINE)
    url = re.search(r"^hub (http\S+) with its data", done.stdout, re.MULTILINE)
    pids = [] if stop is None else [int(pid) for pid in stop[1].split()]
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        assert done.stdout.splitlines()[-1] == f"drill ghost: {len(ATTACKS)} of {len(ATTACKS)}"
        for attack in ATTACKS:
            assert f"ok {attack.name}: {attack.tries}" in done.stdout
        assert len(pids) == 4
        assert url is not None
        assert server_info(url[1]).version
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
    for pid in pids:
        wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists(), f"process {pid} to end")  # type: ignore[misc]  # a default in a lambda


def test_every_attack_has_a_defence_that_can_be_taken_away() -> None:
    assert {one.check for one in BREAKS.values()} == {attack.name for attack in ATTACKS}
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 21


def test_attacks_and_defences_are_listed_and_unknown_ones_named(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    for option, what, names in (
        ("--only", "attack", [each.name for each in ATTACKS]),
        ("--break", "defence", list(BREAKS)),
    ):
        assert [line.split()[0] for line in shell.ok("drill", "ghost", option, "list").splitlines()] == names
        assert f"no {what} is named 'everything'" in shell.refused("drill", "ghost", option, "everything")
