# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Promise 1 as a build rule: an import of anything that decrypts, in any file of hub or desk, fails the check."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = (
    "privity.mls.schedule",
    "privity.mls.group",
    "privity.message.room_report",
    "privity.client",
    "privity.faces",
)
GUARDED = ("server", "desk")


def guarded_files() -> list[Path]:
    return sorted(path for room in GUARDED for path in (ROOT / "src/privity" / room).rglob("*.py"))


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_tree_as_it_stands_keeps_the_arrows(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("room", GUARDED)
def test_injected_import_fails_the_check(copy: Path, room: str) -> None:
    files = sorted((copy / "src/privity" / room).rglob("*.py"))
    victim = random.Random(2026).choice(files)
    victim.write_text(victim.read_text() + "\nimport privity.mls.schedule.hpke\n")
    done = lint(copy)
    assert done.returncode != 0
    assert "cannot import anything that decrypts" in done.stdout


def test_no_file_of_hub_or_desk_is_outside_the_rule() -> None:
    graph = grimp.build_graph("privity")
    for path in guarded_files():
        parts = path.relative_to(ROOT / "src").with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        assert module in graph.modules, f"{module} is not in the import graph: a missing __init__.py hides it"
        room = ".".join(module.split(".")[:2])
        for target in FORBIDDEN:
            if target not in graph.modules:
                continue
            assert not graph.chain_exists(importer=room, imported=target, as_packages=True), f"{room} reaches {target}"
            graph.add_import(importer=module, imported=target)
            assert graph.chain_exists(importer=room, imported=target, as_packages=True)
            graph.remove_import(importer=module, imported=target)


def test_contract_has_no_exceptions() -> None:
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()
