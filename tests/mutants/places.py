# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where in a module something can be changed: every node of its syntax tree that does something at run time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

MODULE = "<module>"
_SILENT = {"__repr__", "__str__"}
_TYPE_NAMES = {"TypeVar", "Literal", "NewType", "cast"}


@dataclass(frozen=True)
class Place:
    """A node, and where it hangs. `scope` is the outermost function around it (qualified name), or the module."""

    node: ast.AST
    parent: ast.AST
    field: str
    position: int | None
    scope: str
    line_of_scope: int

    def put(self, node: ast.AST) -> None:
        """Hang another node here."""
        for inner in ast.walk(node):
            if not hasattr(inner, "lineno"):
                ast.copy_location(inner, self.node if hasattr(self.node, "lineno") else self.parent)
        if self.position is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.position] = node


def places(tree: ast.Module) -> Iterator[Place]:
    """In the order of the source. Annotations, decorators, imports, texts of errors and reprs are left out."""
    yield from _below(tree, MODULE, 0, "")


def _below(parent: ast.AST, scope: str, line: int, prefix: str) -> Iterator[Place]:
    for field, value in ast.iter_fields(parent):
        if _left_out(parent, field):
            continue
        nodes = value if isinstance(value, list) else [value]
        for position, node in enumerate(nodes):
            if isinstance(node, ast.AST):
                place = Place(node, parent, field, position if isinstance(value, list) else None, scope, line)
                yield from _at(place, prefix)


def _at(place: Place, prefix: str) -> Iterator[Place]:
    node, scope, line = place.node, place.scope, place.line_of_scope
    if isinstance(node, ast.Import | ast.ImportFrom | ast.expr_context) or _is_text(node) or _of_types(node):
        return
    if isinstance(node, ast.ClassDef):
        yield from _below(node, scope, line, f"{prefix}{node.name}.")
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        if node.name in _SILENT:
            return
        yield from _below(node.args, scope, line, prefix)  # defaults belong to who defines the function
        inside = (scope, line) if scope != MODULE else (prefix + node.name, _first_line(node))
        for position, statement in enumerate(node.body):
            yield from _at(Place(statement, node, "body", position, *inside), prefix)
        return
    yield place
    if isinstance(node, ast.Raise):
        return  # what an error says is no behaviour
    yield from _below(node, scope, line, prefix)


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _left_out(parent: ast.AST, field: str) -> bool:
    return field in {"annotation", "returns", "decorator_list", "type_comment", "bases"}


def _is_text(node: ast.AST) -> bool:
    """Docstrings, formatted strings, and `__slots__`."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id in {"__slots__", "__all__"} for target in node.targets)
    return isinstance(node, ast.JoinedStr)


def _of_types(node: ast.AST) -> bool:
    """`T = TypeVar("T")`, `Kind = Literal["a", "b"]`: for the type checker only."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _TYPE_NAMES
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in _TYPE_NAMES
