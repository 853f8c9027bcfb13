# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""No function of a store without a contract: each is called by a test of this folder, on both engines."""

from __future__ import annotations

import ast
from pathlib import Path

import privity.server

HERE = Path(__file__).parent
STORES = sorted(Path(privity.server.__file__).parent.glob("*/store.py"))
NO_DATABASE = {"franking"}
"""Keys in files."""
FILES_ONLY = {"blobs": {"write_file", "remove_drafts", "free_bytes"}}
"""Functions without SQL, tried with the files they are about."""


def test_every_function_of_every_store_is_tried() -> None:
    assert len(STORES) >= 22
    called = _called()
    missing = [
        f"{store.parent.name}.{node.name}"
        for store in STORES
        if store.parent.name not in NO_DATABASE
        for node in ast.parse(store.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.name not in FILES_ONLY.get(store.parent.name, ())
        and (store.parent.name, node.name) not in called
    ]
    assert missing == []


def _called() -> set[tuple[str, str]]:
    """(slice, function) of each call of a function of a store."""
    found = set()
    for file in HERE.glob("test_*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        names = {
            alias.asname or alias.name: (node.module or "").rpartition(".")[2]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.name == "store"
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
                found.add((names[node.value.id], node.attr))
    return found
