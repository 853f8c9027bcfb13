# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The ghost drill: every attack is noticed, and each succeeds, by its name, as soon as its defence is gone."""

from __future__ import annotations

import os
import re
import signal
import urllib.request
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from privity.faces.drill.attacks import ATTACKS
from privity.faces.drill.launch import BREAKS
from tests.faces import broken as begun
from tests.faces.broken import Done, each_of_its_own
from tests.faces.shell import Shell
from tests.waiting import wait_until


def runs() -> list[list[str]]:
    """Which defences are taken away in one run: of each attack one, and none of a hub or witness beside another."""
    found: list[list[str]] = []
    for name, one in BREAKS.items():
        fits = [
            names
            for names in found
            if {one.process, *(BREAKS[other].process for other in names)} == {"device"}
            and one.check not in {BREAKS[other].check for other in names}
        ]
        if fits:
            fits[0].append(name)
        else:
            found.append([name])
    return found


RUNS: Final = runs()


def run(*arguments: str, folder: Path | None = None) -> Done:
    """The drill; what it makes goes into the folder."""
    return begun.run("drill", "ghost", *arguments, **({} if folder is None else {"TMPDIR": str(folder)}))


@cache
def run_without(names: tuple[str, ...]) -> Done:
    """Only the attacks that these defences stop, each without its own. Nothing may be left of it."""
    options = [(("--only", BREAKS[name].check), ("--break", name)) for name in names]
    with TemporaryDirectory(prefix="privity-without-") as name:
        folder = Path(name)
        done = run(*(word for pair in options for option in pair for word in option), folder=folder)
        assert list(folder.iterdir()) == []
    return done


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
        with urllib.request.urlopen(f"{url[1]}/v1/server", timeout=5) as answer:  # noqa: S310 - a loopback http url
            assert answer.status == 200
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
    for pid in pids:
        wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists(), f"process {pid} to end")  # type: ignore[misc]  # a default in a lambda


@pytest.mark.parametrize("name", each_of_its_own(RUNS))
def test_an_attack_succeeds_by_its_name_where_a_defence_is_gone(name: str) -> None:
    together = next(names for names in RUNS if name in names)
    done = run_without(tuple(together))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    failed = [line for line in done.stdout.splitlines() if line.startswith(f"FAILED {BREAKS[name].check}: ")]
    assert len(failed) == 1, done.stdout
    assert "expected" not in failed[0], "the attack must succeed, and not only be refused by another name"
    assert done.stdout.splitlines()[-1] == f"drill ghost: 0 of {len(together)}"


def test_every_attack_has_a_defence_that_can_be_taken_away() -> None:
    assert {one.check for one in BREAKS.values()} == {attack.name for attack in ATTACKS}
    assert sorted(name for names in RUNS for name in names) == sorted(BREAKS)
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 21


def test_attacks_and_defences_are_listed_and_unknown_ones_named(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    for option, what, names in (
        ("--only", "attack", [each.name for each in ATTACKS]),
        ("--break", "defence", list(BREAKS)),
    ):
        assert [line.split()[0] for line in shell.ok("drill", "ghost", option, "list").splitlines()] == names
        assert f"no {what} is named 'everything'" in shell.refused("drill", "ghost", option, "everything")
