# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What only some jobs need is loaded when one of them runs: not when the desk starts, nor for a command."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"numpy", "scipy", "numba", "duckdb", "psycopg", "threatexchange"}
LOADED = """
import importlib, json, sys
from privity.cli import app, TABLE as COMMANDS
from privity.desk.commands import TABLE
from privity.server.operating.commands import TABLE as ADMIN

heavy = set(json.loads(sys.argv[1]))
found = {}
wheres = {name: where for name, (where, _) in {**TABLE, **ADMIN}.items()}
for name, where in {"the desk": "privity.desk.main:run", **wheres}.items():
    module = where.partition(":")[0]
    importlib.import_module(module)
    found[name] = sorted(heavy & sys.modules.keys())
json.dump(found, sys.stdout)
"""
"""One process for all of them: the first that loads something is the first that is told of it."""


def test_neither_the_desk_nor_a_command_of_an_operator_loads_them() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, json.dumps(sorted(HEAVY))], capture_output=True, text=True, check=True
    )
    found = json.loads(ran.stdout)
    assert len(found) > 20
    assert {name: loaded for name, loaded in found.items() if loaded} == {}


def test_the_witness_would_see_them() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "import numpy\n" + LOADED, json.dumps(sorted(HEAVY))],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(ran.stdout)["the desk"] == ["numpy"]
