# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is put in a place instead of what stands there. Each change is small, and wrong unless the code is redundant."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from tests.mutants.places import Place
from tests.mutants.signatures import Signatures, swappable

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_MAKES_BYTES = {
    "vec",
    "u8",
    "u16",
    "u32",
    "u64",
    "encode",
    "vector_of",
    "numbers",
    "length",
    "encode_auth",
    "tbs",
    "bytes",
}


def changes(place: Place, known: Signatures) -> Iterator[ast.AST]:
    """All that can stand in this place instead."""
    node = place.node
    if isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp):
        yield from _conditions(node)
    elif isinstance(node, ast.BinOp):
        yield from _sums(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from _constants(node, place)
    elif isinstance(node, ast.If | ast.IfExp):
        yield from _branches(node)
    elif isinstance(node, ast.comprehension):
        yield from _filters(node)
    elif isinstance(node, ast.Call):
        yield from _swapped(node, known)
    yield from _dropped(node)


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for at, operator in enumerate(node.ops):
        changed = copy.deepcopy(node)
        changed.ops[at] = _COMPARE[type(operator)]()
        yield changed


def _conditions(node: ast.BoolOp) -> Iterator[ast.AST]:
    changed = copy.deepcopy(node)
    changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield changed
    for at in range(len(node.values)):
        rest = node.values[:at] + node.values[at + 1 :]
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _sums(node: ast.BinOp) -> Iterator[ast.AST]:
    of_bytes = isinstance(node.op, ast.Add) and (_bytes(node.left) or _bytes(node.right))
    if of_bytes:
        yield node.left
        yield node.right
        yield ast.BinOp(node.right, ast.Add(), node.left)
    elif type(node.op) in _ARITHMETIC:
        yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)


def _bytes(node: ast.AST) -> bool:
    """Whether this plainly gives bytes."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bytes)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (_bytes(node.left) or _bytes(node.right))
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name in _MAKES_BYTES
    return False


def _constants(node: ast.Constant, place: Place) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, bytes):
        yield ast.Constant(value + b"!")
    elif isinstance(value, str) and isinstance(place.parent, ast.Compare | ast.Dict):
        yield ast.Constant(value + "!")


def _branches(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    only_raises = (
        isinstance(node, ast.If) and not node.orelse and all(isinstance(each, ast.Raise) for each in node.body)
    )
    for outcome in (True, False):
        if outcome is False and only_raises:
            continue  # the same as the raise dropped
        changed = copy.deepcopy(node)
        changed.test = ast.Constant(outcome)
        yield changed


def _filters(node: ast.comprehension) -> Iterator[ast.AST]:
    for at in range(len(node.ifs)):
        changed = copy.deepcopy(node)
        del changed.ifs[at]
        yield changed


def _swapped(node: ast.Call, known: Signatures) -> Iterator[ast.AST]:
    for at in swappable(node, known):
        changed = copy.deepcopy(node)
        changed.args[at], changed.args[at + 1] = changed.args[at + 1], changed.args[at]
        yield changed


def _dropped(node: ast.AST) -> Iterator[ast.AST]:
    """A statement that does something for others to see: raises, calls, changes what it was given."""
    if isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Raise | ast.Delete | ast.AugAssign | ast.Break) or _calls(node) or _changes_others(node):
        yield ast.Pass()


def _calls(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _changes_others(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(at, ast.Attribute | ast.Subscript) for at in node.targets)
