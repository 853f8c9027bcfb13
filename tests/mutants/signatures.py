# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which neighbouring arguments of a call have the same type, so that nothing but a test would notice them swapped."""

from __future__ import annotations

import ast
from collections.abc import Iterable

Signatures = dict[str, list[str]]


def signatures(trees: Iterable[ast.Module]) -> Signatures:
    """The types of the positional parameters of all functions and dataclasses, by their bare names.

    A name that stands for two different lists is left out.
    """
    found: Signatures = {}
    twice: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                types = _of_function(node)
            elif isinstance(node, ast.ClassDef):
                types = _of_fields(node)
            else:
                continue
            if found.setdefault(node.name, types) != types:
                twice.add(node.name)
    return {name: types for name, types in found.items() if name not in twice}


def _of_function(node: ast.FunctionDef) -> list[str]:
    taken = [*node.args.posonlyargs, *node.args.args]
    if taken and taken[0].arg in {"self", "cls"}:
        taken = taken[1:]
    return [ast.unparse(each.annotation) if each.annotation is not None else "" for each in taken]


def _of_fields(node: ast.ClassDef) -> list[str]:
    return [ast.unparse(each.annotation) for each in node.body if isinstance(each, ast.AnnAssign)]


def swappable(call: ast.Call, known: Signatures) -> list[int]:
    """The positions whose argument could trade places with the one after it."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    types = known.get(name, [])
    out = []
    for at in range(min(len(call.args), len(types)) - 1):
        first, second = call.args[at], call.args[at + 1]
        if isinstance(first, ast.Starred) or isinstance(second, ast.Starred):
            break
        if types[at] and types[at] == types[at + 1] and ast.dump(first) != ast.dump(second):
            out.append(at)
    return out
