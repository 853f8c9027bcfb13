# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a guess at the passphrase of a stolen store costs: the same for every command, and less for no real device."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import privity
from privity.client.store.database import HEADER
from privity.client.store.header import Cost, Header
from privity.faces.demo.home import Home
from privity.faces.demo.throwaway import COST
from tests.faces.shell import Shell
from tests.faces.test_devices import linking, unwatched
from tests.faces.test_recovering import register, reset_code, typed

SOURCES = Path(privity.__path__[0])
RECOMMENDED = Cost(time=3, memory_kib=64 * 1024, lanes=4)
"""RFC 9106, section 4, the second recommended option."""
THROWAWAY = "privity.faces.demo.throwaway"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    home.invites.append(unwatched(home))
    home.start_hub()
    yield home
    home.stop()


def cost_of(folder: Path) -> Cost:
    header = Header.decode((folder / HEADER).read_bytes())
    return Cost(header.time, header.memory_kib, header.lanes)


def test_every_command_that_makes_a_store_asks_the_full_cost(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privity.client.store.database.Cost", Cost)  # as it is outside of tests
    words = register(home)
    new, old = linking(home)
    new.say("y\n")
    assert old.end("y\n")[0] == 0 and new.end("")[0] == 0
    assert typed(Shell(home.folder / "recovered"), words, "recover", home.url, "alice.b")[0] == 0
    Shell(home.folder / "begun anew").ok("reset", home.url, "alice.b", "--code", reset_code(home, "alice.b"))
    made = [path.parent for path in home.folder.rglob(HEADER)]
    assert sorted(folder.name for folder in made) == ["alice", "begun anew", "phone", "recovered"]
    assert [cost_of(folder) for folder in made] == [RECOMMENDED] * len(made)


def test_only_demo_and_drill_say_a_cost_of_their_own() -> None:
    cheaper = {path for path in SOURCES.rglob("*.py") if THROWAWAY in _imports(path)}
    assert {path.parent.relative_to(SOURCES).as_posix() for path in cheaper} == {"faces/demo", "faces/drill"}
    assert {path.name for path in SOURCES.rglob("*.py") if _makes_costs(path)} == {
        "header.py",  # reads what a header says
        "database.py",  # the full one
        "throwaway.py",
    }
    assert COST != RECOMMENDED


def _imports(path: Path) -> set[str]:
    nodes = _nodes_of(path, THROWAWAY.rpartition(".")[2])
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module is not None}


def _makes_costs(path: Path) -> bool:
    nodes = _nodes_of(path, Cost.__name__)
    return any(isinstance(node, ast.Call) and ast.unparse(node.func) == Cost.__name__ for node in nodes)


def _nodes_of(path: Path, word: str) -> list[ast.AST]:
    """Of a file in which the word stands at all: to parse every file takes seconds."""
    text = path.read_text()
    return list(ast.walk(ast.parse(text))) if word in text else []
