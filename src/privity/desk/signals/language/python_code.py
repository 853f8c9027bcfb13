# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Expressions -> one Python function for a whole set of rules.

The source is made of checked parts alone: names of features become positions, texts and patterns become constants
beside it, and no character of what somebody wrote reaches Python's compiler. Conditions of a rule stand in the order of
what they cost. What several rules share and what is dear is worked out once for an event, and only if a rule comes to
it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from privity.desk.signals.language.catalogue import Catalogue
from privity.desk.signals.language.measuring import Sizes, features_in
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
    parts,
)
from privity.desk.signals.language.patterns import pattern
from privity.desk.signals.language.python_functions import PYTHON
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.types import Type
from privity.desk.signals.language.which_can_hold import besides, decided_by, demanded

DEAR: Final = 6
"""From this cost on what several rules share is kept: below, looking for it costs as much as working it out."""


class PythonCode:
    """Writes expressions as Python, and collects the constants beside them."""

    def __init__(
        self,
        catalogue: Catalogue,
        names: Mapping[str, Node],
        sizes: Sizes,
        kept: frozenset[str] = frozenset(),
        position: Mapping[str, str] | None = None,
    ) -> None:
        self._sizes = sizes
        self._position = position or {feature.name: f"f[{i}]" for i, feature in enumerate(catalogue.features)}
        self._names = names
        self.kept = {name: f"n{i}" for i, name in enumerate(sorted(kept))}
        self.beside: dict[str, Any] = {}

    def of(self, node: Node) -> str:
        """The source of one expression, in parentheses where it needs them."""
        match node:
            case Constant(value=value, type=kind):
                return self._beside(value) if kind is Type.TEXT else repr(value)
            case Read(feature=feature):
                return self._position[feature]
            case Use(name=name):
                inner = self.of(self._names[name])
                kept = self.kept.get(name)
                return inner if kept is None else f"({kept} if {kept} is not None else ({kept} := {inner}))"
            case Arithmetic(sign=sign, left=left, right=right) | Compare(sign=sign, left=left, right=right):
                return f"({self.of(left)} {sign} {self.of(right)})"
            case OneOf(left=left, among=among):
                return f"({self.of(left)} in {self._beside(frozenset(member.value for member in among))})"
            case Together(word=word, parts=together):
                return f"({f' {word} '.join(self.cheapest_first(together))})"
            case Not(part=part):
                return f"(not {self.of(part)})"
            case Call(function=function, arguments=arguments):
                return self._call(function.name, arguments)

    def place(self, feature: str) -> str:
        """The source of a feature's value."""
        return self._position[feature]

    def text(self, value: str) -> str:
        """The name under which a text lies beside the source."""
        return self._beside(value)

    def cheapest_first(self, conditions: Sequence[Node]) -> list[str]:
        """The sources of conditions whose order means nothing: none of them can fail or change anything."""
        return [self.of(node) for node in sorted(conditions, key=lambda node: self._sizes.of(node).cost)]

    def _call(self, name: str, arguments: tuple[Node, ...]) -> str:
        self.beside[name] = PYTHON[name]
        last = arguments[-1]
        if name == "matches":
            assert isinstance(last, Constant)
            return f"{name}({self.of(arguments[0])}, {self._beside(pattern(str(last.value)))})"
        return f"{name}({', '.join(self.of(argument) for argument in arguments)})"

    def _beside(self, value: object) -> str:
        name = f"k{len(self.beside)}"
        self.beside[name] = value
        return name


def evaluator(
    catalogue: Catalogue, names: Mapping[str, Node], rules: Sequence[Rule], sizes: Sizes
) -> tuple[Callable[[Sequence[Any]], int], str]:
    """One function for all rules, and its source.

    The function takes the values of all features in the order of the catalogue, as one sequence; bit i of its answer is
    set where rule i holds. Rules that demand certain values of a text are asked only where it has one of them.
    """
    code = PythonCode(catalogue, names, sizes, _shared(names, rules, sizes))
    body = [f"    {' = '.join(code.kept.values())} = None"] if code.kept else []
    body.append("    hits = 0")
    by = decided_by(rules, names)
    apart: dict[str, list[str]] = {}
    for i, rule in enumerate(rules):
        values = () if by is None else demanded(rule, names, by)
        when = besides(rule, by, values) if by is not None and values else rule.when
        line = f"if {' and '.join(code.cheapest_first(when)) or 'True'}: hits |= {1 << i}"
        for value in values:
            apart.setdefault(value, []).append(line)
        if not values:
            body.append(f"    {line}")
    for word, (value, lines) in zip(("if", *["elif"] * len(apart)), apart.items(), strict=False):
        body.append(f"    {word} {code.place(str(by))} == {code.text(value)}:")
        body.extend(f"        {line}" for line in lines)
    body.append("    return hits")
    source = "\n".join(["def ask(f):", *body])
    return _compiled(source, "ask", code.beside), source


def lazy_evaluator(
    catalogue: Catalogue,
    names: Mapping[str, Node],
    rules: Sequence[Rule],
    sizes: Sizes,
    readers: Mapping[str, Callable[[Any], Any]],
    asked: Sequence[int],
) -> Callable[[Any], int]:
    """The same, of an event instead of values: a feature is read when a rule comes to it, and once at the most.

    Args:
        readers: For each feature, what finds its value in an event.
        asked: Which rules are asked, by their places; the bits of the others are never set.
    """
    some = [rules[i] for i in asked]
    places = {feature.name: i for i, feature in enumerate(catalogue.features)}
    looked_at = sorted(features_of(some, names), key=places.__getitem__)
    position = {
        name: f"(f{i} if f{i} is not None else (f{i} := r{i}(event)))" for name in looked_at for i in (places[name],)
    }
    code = PythonCode(catalogue, names, sizes, _shared(names, some, sizes), position)
    code.beside.update({f"r{places[name]}": readers[name] for name in looked_at})
    unknown = [*code.kept.values(), *(f"f{places[name]}" for name in looked_at)]
    body = [f"    {' = '.join(unknown)} = None", "    hits = 0"]
    for i, rule in zip(asked, some, strict=True):
        body.append(f"    if {' and '.join(code.cheapest_first(rule.when))}: hits |= {1 << i}")
    body.append("    return hits")
    return _compiled("\n".join(["def evaluate(event):", *body]), "evaluate", code.beside)


def features_of(rules: Sequence[Rule], names: Mapping[str, Node]) -> frozenset[str]:
    """The features that the conditions of rules look at."""
    return frozenset[str]().union(*(features_in(node, names) for rule in rules for node in rule.when))


def single(catalogue: Catalogue, names: Mapping[str, Node], node: Node, sizes: Sizes) -> Callable[..., Any]:
    """A function that works one expression out, from the values of all features."""
    code = PythonCode(catalogue, names, sizes)
    inner = code.of(node)
    return _compiled(f"def value(*f):\n    return {inner}", "value", code.beside)


def _compiled(source: str, name: str, beside: Mapping[str, Any]) -> Callable[..., Any]:
    space: dict[str, Any] = {"__builtins__": {}, **beside}
    exec(compile(source, "<rules>", "exec"), space)  # noqa: S102  # made of checked parts alone
    function: Callable[..., Any] = space[name]
    return function


def _shared(names: Mapping[str, Node], rules: Sequence[Rule], sizes: Sizes) -> frozenset[str]:
    uses: Counter[str] = Counter()
    waiting: list[Node] = [node for rule in rules for node in rule.when]
    waiting.extend(names.values())
    while waiting:
        part = waiting.pop()
        if isinstance(part, Use):
            uses[part.name] += 1
        waiting.extend(parts(part))
    return frozenset(name for name, count in uses.items() if count > 1 and sizes.of(names[name]).cost >= DEAR)
