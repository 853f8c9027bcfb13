# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Statements -> typed, bounded, ordered expressions: everything that can be wrong with a rule is said here."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Final

from privity.desk.signals.language.catalogue import Catalogue
from privity.desk.signals.language.errors import (
    AlwaysTheSame,
    AssignedTwice,
    GoesInACircle,
    NotInTheLanguage,
    OutOfRange,
    UnknownName,
    WrongArguments,
    WrongType,
)
from privity.desk.signals.language.functions import FUNCTIONS, Function
from privity.desk.signals.language.limits import MAX_LITERAL, MAX_REAL, MAX_WHOLE
from privity.desk.signals.language.nodes import (
    Arithmetic,
    Call,
    Compare,
    Constant,
    Node,
    Not,
    OneOf,
    Read,
    Together,
    Use,
)
from privity.desk.signals.language.patterns import pattern
from privity.desk.signals.language.reading import RULE, WHEN_RULES, Named, Written, place, words
from privity.desk.signals.language.types import Bounds, Type

_COMPARES: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_COUNTS: Final[Mapping[type[ast.operator], str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def in_order(written: Written, catalogue: Catalogue) -> tuple[str, ...]:
    """The names of a text, each after those that it is explained by."""
    taken = {*FUNCTIONS, *catalogue.feature, *catalogue.effect, RULE, WHEN_RULES}
    for name, named in written.names.items():
        if name in taken:
            raise AssignedTwice(f"{name} already means something outside of this text", *place(named.value))
    for name, rule in written.rules.items():
        if name in taken:
            raise AssignedTwice(f"{name} already means something outside of this text", rule.line, 1)
    needs = {name: _used(named.value) & written.names.keys() for name, named in written.names.items()}
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = error.args[1]
        raise GoesInACircle(" needs ".join(circle), *place(written.names[circle[0]].value)) from None


def _used(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


class Checker:
    """Checks expressions against a catalogue and the names that were checked before."""

    def __init__(self, catalogue: Catalogue, rules: Iterable[str] = ()) -> None:
        self._catalogue = catalogue
        self._rules = frozenset(rules)
        self.names: dict[str, Node] = {}

    def name(self, named: Named) -> None:
        """Check what a name stands for, and remember it."""
        self.names[named.name] = self.expression(named.value)

    def condition(self, written: ast.expr) -> Node:
        """An expression that holds or does not."""
        node = self.expression(written)
        if node.type is not Type.TRUTH:
            raise WrongType(f"expected {Type.TRUTH}, got {node.type}: {words(written)}", *place(written))
        if isinstance(node, Constant):
            raise AlwaysTheSame(f"this is {node.value} for every event", *place(written))
        return node

    def expression(self, written: ast.expr) -> Node:
        """Any expression."""
        match written:
            case ast.Constant():
                return _constant(written)
            case ast.Name():
                return self._called_name(written)
            case ast.BoolOp(op=op, values=values):
                word = "and" if isinstance(op, ast.And) else "or"
                return Together(word, tuple(self.condition(value) for value in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.condition(operand))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as operand):
                return _negative(_constant(operand), written)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _COUNTS:
                return _arithmetic(_COUNTS[type(op)], self.expression(left), self.expression(right), written)
            case ast.Compare():
                return self._comparison(written)
            case ast.Call():
                return self._call(written)
        raise NotInTheLanguage(f"{words(written)} is not a part of this language", *place(written))

    def _called_name(self, written: ast.Name) -> Node:
        if written.id in self.names:
            known = self.names[written.id]
            return known if isinstance(known, Constant) else Use(written.id, known.type, known.bounds)
        if written.id in self._catalogue.feature:
            feature = self._catalogue.feature[written.id]
            return Read(feature.name, feature.type, feature.bounds)
        if written.id in self._rules:
            raise WrongType(f"{written.id} is a rule, not {Type.TRUTH}; give its condition a name", *place(written))
        raise UnknownName(f"nothing is called {written.id}", *place(written))

    def _comparison(self, written: ast.Compare) -> Node:
        sides = [self.expression(side) for side in (written.left, *written.comparators[:-1])]
        found: list[Node] = []
        for position, (op, right) in enumerate(zip(written.ops, written.comparators, strict=True)):
            left = sides[position]
            if isinstance(op, ast.In | ast.NotIn):
                if len(written.ops) > 1:
                    raise NotInTheLanguage("`in` stands alone, not in a chain", *place(written))
                one_of = self._one_of(left, right, written)
                return Not(one_of) if isinstance(op, ast.NotIn) else one_of
            if type(op) not in _COMPARES:
                raise NotInTheLanguage("`is` is not a part of this language; write ==", *place(written))
            found.append(_compared(_COMPARES[type(op)], left, self.expression(right), written))
        return found[0] if len(found) == 1 else Together("and", tuple(found))

    def _one_of(self, left: Node, among: ast.expr, written: ast.expr) -> OneOf:
        if not isinstance(among, ast.List) or not 1 <= len(among.elts) <= MAX_LITERAL:
            raise WrongArguments(f"after `in` stands a list of 1 to {MAX_LITERAL:,} literals", *place(among))
        members = []
        for element in among.elts:
            member = self.expression(element)
            if not isinstance(member, Constant):
                raise WrongArguments(f"expected a literal, got {words(element)}", *place(element))
            _check_alike(left, member, written)
            members.append(member)
        return OneOf(left, tuple(members))

    def _call(self, written: ast.Call) -> Call:
        name = written.func.id if isinstance(written.func, ast.Name) else ""
        function = FUNCTIONS.get(name)
        if function is None:
            known = ", ".join(sorted(FUNCTIONS))
            raise UnknownName(f"no function is called {words(written.func)}; there are {known}", *place(written))
        if written.keywords or len(written.args) != len(function.takes):
            raise WrongArguments(f"{name} takes {len(function.takes)} values, not by name", *place(written))
        arguments = tuple(self.expression(argument) for argument in written.args)
        for argument, wanted, where in zip(arguments, function.takes, written.args, strict=True):
            fits = argument.type is wanted or (wanted is Type.REAL and argument.type.number)
            if not fits:
                raise WrongType(f"{name} takes {wanted}, got {argument.type}: {words(where)}", *place(where))
            if function.counts and argument.bounds is not None and argument.bounds.low < 0:
                raise OutOfRange(f"{name} takes counts, {words(where)} can be {argument.bounds}", *place(where))
        if function.quoted:
            _check_quoted(function, arguments[-1], written)
        return _called(function, arguments)


def _called(function: Function, arguments: tuple[Node, ...]) -> Call:
    kind = function.gives
    if function.keeps_whole and all(argument.type is Type.WHOLE for argument in arguments):
        kind = Type.WHOLE
    bounds = None
    if function.bounds is not None:
        bounds = function.bounds(*(argument.bounds for argument in arguments if argument.bounds is not None))
    return Call(function, arguments, kind, bounds)


def _check_quoted(function: Function, last: Node, written: ast.Call) -> None:
    if not isinstance(last, Constant):
        raise WrongArguments(f"the last value of {function.name} is a text in quotes", *place(written.args[-1]))
    if last.value == "":
        raise AlwaysTheSame("an empty text stands in every text", *place(written.args[-1]))
    if function.name == "matches":
        try:
            pattern(str(last.value))
        except ValueError as error:
            raise WrongArguments(f"RE2 does not take this pattern: {error}", *place(written.args[-1])) from None


def _constant(written: ast.Constant) -> Constant:
    value = written.value
    if isinstance(value, bool):
        return Constant(value, Type.TRUTH, None)
    if isinstance(value, int):
        if value > MAX_WHOLE:
            raise OutOfRange(f"a whole number is at most {MAX_WHOLE:,}, got a larger one", *place(written))
        return Constant(value, Type.WHOLE, Bounds(value, value))
    if isinstance(value, float):
        if not value <= MAX_REAL:
            raise OutOfRange(f"a number is at most {MAX_REAL:g}, got {value:g}", *place(written))
        return Constant(value, Type.REAL, Bounds(value, value))
    if isinstance(value, str):
        if len(value) > MAX_LITERAL or "\0" in value or not value.isprintable():
            raise OutOfRange(
                f"a text in quotes has at most {MAX_LITERAL:,} characters, all of which can be seen", *place(written)
            )
        return Constant(value, Type.TEXT, None)
    raise NotInTheLanguage(f"{words(written)} is not a part of this language", *place(written))


def _negative(constant: Constant, written: ast.expr) -> Constant:
    if isinstance(constant.value, bool | str):
        raise WrongType(f"expected a number after -, got {constant.type}", *place(written))
    value = -constant.value
    return Constant(value, constant.type, Bounds(value, value))


def _arithmetic(sign: str, left: Node, right: Node, written: ast.expr) -> Arithmetic:
    if left.bounds is None or right.bounds is None:
        other = right if left.bounds is not None else left
        raise WrongType(f"{sign} stands between numbers, got {other.type}: {words(written)}", *place(written))
    whole = left.type is right.type is Type.WHOLE and sign != "/"
    if sign == "/" and right.bounds.reaches_zero:
        raise OutOfRange(
            f"{words(written)} could divide by zero, the divisor is {right.bounds}; share(k, n) always has an answer",
            *place(written),
        )
    over = {"+": left.bounds.plus, "-": left.bounds.minus, "*": left.bounds.times, "/": left.bounds.over}
    bounds = over[sign](right.bounds)
    most = MAX_WHOLE if whole else MAX_REAL
    if not -most <= bounds.low <= bounds.high <= most:
        raise OutOfRange(f"{words(written)} could be {bounds}, at most {most:,} is counted alike", *place(written))
    return Arithmetic(sign, left, right, Type.WHOLE if whole else Type.REAL, bounds)


def _check_alike(left: Node, right: Node, written: ast.expr) -> None:
    if left.type is right.type is Type.TEXT or (left.type.number and right.type.number):
        return
    raise WrongType(
        f"numbers are compared with numbers and texts with texts, got {left.type} and {right.type}: {words(written)}",
        *place(written),
    )


def _compared(sign: str, left: Node, right: Node, written: ast.expr) -> Compare:
    _check_alike(left, right, written)
    if left.type is Type.TEXT and sign not in ("==", "!="):
        raise WrongType(f"texts are the same or not, {sign} has no meaning between them", *place(written))
    if isinstance(left, Constant) and isinstance(right, Constant):
        raise AlwaysTheSame(f"{words(written)} says the same for every event", *place(written))
    if left.bounds is not None and right.bounds is not None:
        _check_undecided(sign, left.bounds, right.bounds, written)
    return Compare(sign, left, right)


def _check_undecided(sign: str, left: Bounds, right: Bounds, written: ast.expr) -> None:
    never = {
        "<": left.low >= right.high,
        "<=": left.low > right.high,
        ">": left.high <= right.low,
        ">=": left.high < right.low,
        "==": left.high < right.low or left.low > right.high,
        "!=": left.low == left.high == right.low == right.high,
    }
    always = {
        "<": left.high < right.low,
        "<=": left.high <= right.low,
        ">": left.low > right.high,
        ">=": left.low >= right.high,
        "==": never["!="],
        "!=": never["=="],
    }
    if never[sign] or always[sign]:
        holds = "never" if never[sign] else "always"
        raise AlwaysTheSame(f"{words(written)} {holds} holds: {left} beside {right}", *place(written))
