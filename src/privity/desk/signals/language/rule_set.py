# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A text of rules, checked and translated: what the rest of the desk uses."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from privity.desk.signals.language.catalogue import Catalogue, EffectKind, Parameter
from privity.desk.signals.language.checking import Checker, in_order
from privity.desk.signals.language.errors import (
    NeverUsed,
    OutOfRange,
    UnknownName,
    WrongArguments,
    WrongType,
)
from privity.desk.signals.language.measuring import Sizes, features_in
from privity.desk.signals.language.nodes import Node
from privity.desk.signals.language.python_code import evaluator, lazy_evaluator, single
from privity.desk.signals.language.reading import (
    Written,
    WrittenRule,
    place,
    read,
    read_condition,
    words,
)
from privity.desk.signals.language.rule import Effect, Rule
from privity.desk.signals.language.types import Type
from privity.desk.signals.language.which_can_hold import can_hold
from privity.desk.signals.language.written_out import written_out


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule held for one event: what a decision says and keeps.

    Attributes:
        rule: Its name.
        digest: Of the rule.
        because: The sentence for people.
        values: What it looked at, by feature.
    """

    rule: str
    digest: bytes
    because: str
    values: Mapping[str, bool | int | float | str]


@dataclass(frozen=True)
class RuleSet:
    """Checked rules.

    Attributes:
        text: As it was written.
        catalogue: What it was checked against.
        names: What each name stands for.
        rules: In the order in which they are written.
        sizes: Of what each name stands for.
        source: The Python that `ask` was made of, for people to read.
        ask: Takes the values of all features in the order of the catalogue, in one sequence; bit i is set where rule i
            holds.
    """

    text: str
    catalogue: Catalogue
    names: Mapping[str, Node]
    rules: tuple[Rule, ...]
    sizes: Sizes
    source: str
    ask: Callable[[Sequence[Any]], int]

    def evaluate(self, *values: Any) -> int:
        """`ask` of values one by one."""
        return self.ask(values)

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 over the text and the catalogue."""
        return hashlib.sha256(self.catalogue.digest + self.text.encode()).digest()

    def lazily(
        self, readers: Mapping[str, Callable[[Any], Any]], by: str, values: Iterable[str]
    ) -> Mapping[str, Callable[[Any], int]]:
        """`evaluate` of an event: each feature is found by its reader, where a rule comes to it, and once at the most.

        There is a function for each value of the text feature `by` with which any rule can hold: it asks those alone.
        """
        found: dict[str, Callable[[Any], int]] = {}
        for value in values:
            asked = [i for i, rule in enumerate(self.rules) if can_hold(rule, self.names, by, value)]
            if asked:
                found[value] = lazy_evaluator(self.catalogue, self.names, self.rules, self.sizes, readers, asked)
        return found

    def held(self, hits: int) -> tuple[Rule, ...]:
        """The rules whose bits are set."""
        return tuple(rule for i, rule in enumerate(self.rules) if hits >> i & 1)

    def reasons(self, hits: int, values: Sequence[Any]) -> tuple[Reason, ...]:
        """What is to be said of the rules that held, from the values that `evaluate` was given."""
        known = {feature.name: value for feature, value in zip(self.catalogue.features, values, strict=True)}
        return tuple(
            Reason(
                rule.name,
                rule.digest,
                "".join(part(*values) for part in self._sentences[rule.name]),
                {name: known[name] for name in sorted(rule.features)},
            )
            for rule in self.held(hits)
        )

    @cached_property
    def _sentences(self) -> Mapping[str, tuple[Callable[..., str], ...]]:
        return {rule.name: tuple(self._part(part) for part in rule.because) for rule in self.rules}

    def _part(self, part: str | Node) -> Callable[..., str]:
        if isinstance(part, str):
            return lambda *_values: part
        value = single(self.catalogue, self.names, part, self.sizes)
        return lambda *values: _shown(value(*values))


def compile_rules(text: str, catalogue: Catalogue) -> RuleSet:
    """The rules of a text, or the RuleError that says what is wrong and where."""
    written = read(text)
    checker = Checker(catalogue, written.rules)
    sizes = Sizes(catalogue)
    for name in in_order(written, catalogue):
        named = written.names[name]
        checker.name(named)
        sizes.name(name, checker.names[name], *place(named.value))
    effects = _effects(written, catalogue)
    rules = tuple(_rule(rule, checker, sizes, effects, catalogue) for rule in written.rules.values())
    _check_used(written)
    ask, source = evaluator(catalogue, checker.names, rules, sizes)
    return RuleSet(text, catalogue, checker.names, rules, sizes, source, ask)


def compile_condition(text: str, catalogue: Catalogue) -> Node:
    """One condition alone, as it is written into a search; it uses features and functions, and no names."""
    written = read_condition(text)
    node = Checker(catalogue).condition(written)
    Sizes(catalogue).checked(node, *place(written))
    return node


def _rule(
    written: WrittenRule,
    checker: Checker,
    sizes: Sizes,
    effects: Mapping[str, tuple[Effect, ...]],
    catalogue: Catalogue,
) -> Rule:
    when = tuple(checker.condition(condition) for condition in written.when)
    steps = 0
    for node, condition in zip(when, written.when, strict=True):
        steps += sizes.checked(node, *place(condition)).steps
    sizes.check_steps(steps, written.line)
    because = tuple(part if isinstance(part, str) else _sayable(checker, part) for part in written.because)
    follows = effects.get(written.name, ())
    if not follows:
        raise NeverUsed(f"nothing follows from rule {written.name}: name it in WhenRules(any=[...])", written.line, 1)
    features = frozenset().union(*(features_in(node, checker.names) for node in when))
    said = frozenset().union(*(features_in(part, checker.names) for part in because if not isinstance(part, str)))
    restricts = any(catalogue.effect[effect.kind].restricts for effect in follows)
    whole = written_out(when, because, follows, checker.names)
    digest = hashlib.sha256(catalogue.digest + whole.encode()).digest()
    return Rule(written.name, when, because, follows, features | said, restricts, digest, written.line)


def _sayable(checker: Checker, written: ast.Name) -> Node:
    node = checker.expression(written)
    if node.type is Type.TRUTH:
        raise WrongType(f"in a sentence stand numbers and texts, {written.id} is {node.type}", *place(written))
    return node


def _effects(written: Written, catalogue: Catalogue) -> Mapping[str, tuple[Effect, ...]]:
    follows: dict[str, list[Effect]] = {}
    for block in written.effects:
        effects = [_effect(call, catalogue) for call in block.effects]
        for name in block.rules:
            if name.id not in written.rules:
                raise UnknownName(f"no rule is called {name.id}", *place(name))
            there = follows.setdefault(name.id, [])
            there.extend(effect for effect in effects if effect not in there)
    return {name: tuple(effects) for name, effects in follows.items()}


def _effect(call: ast.Call, catalogue: Catalogue) -> Effect:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    kind = catalogue.effect.get(name)
    if kind is None:
        known = ", ".join(sorted(catalogue.effect))
        raise UnknownName(f"no effect is called {name}; there are {known}", *place(call))
    given = _given(call, kind)
    return Effect(
        name, {parameter.name: _fitting(given[parameter.name], parameter, name) for parameter in kind.parameters}
    )


def _given(call: ast.Call, kind: EffectKind) -> dict[str, ast.expr]:
    expected = [parameter.name for parameter in kind.parameters]
    given = dict(zip(expected, call.args, strict=False))
    by_name = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    fits = len(call.args) <= len(expected) and len(by_name) == len(call.keywords) and not given.keys() & by_name.keys()
    given |= by_name
    if not fits or given.keys() != set(expected):
        wanted = ", ".join(expected) or "nothing"
        raise WrongArguments(f"{kind.name} takes {wanted}, each once; got {words(call)}", *place(call))
    return given


def _fitting(written: ast.expr, parameter: Parameter, effect: str) -> int | str:
    value = written.value if isinstance(written, ast.Constant) else None
    if parameter.bounds is not None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise WrongType(f"{parameter.name} of {effect} is {Type.WHOLE}, got {words(written)}", *place(written))
        if not parameter.bounds.low <= value <= parameter.bounds.high:
            raise OutOfRange(
                f"{parameter.name} of {effect} is {parameter.bounds}, got {words(written)}", *place(written)
            )
        return value
    if not isinstance(value, str) or value not in parameter.words:
        known = ", ".join(parameter.words)
        raise WrongArguments(f"{parameter.name} of {effect} is one of {known}; got {words(written)}", *place(written))
    return value


def _check_used(written: Written) -> None:
    used: set[str] = set()
    for named in written.names.values():
        used |= {node.id for node in ast.walk(named.value) if isinstance(node, ast.Name)}
    for rule in written.rules.values():
        used |= {node.id for condition in rule.when for node in ast.walk(condition) if isinstance(node, ast.Name)}
        used |= {part.id for part in rule.because if isinstance(part, ast.Name)}
    for name, named in written.names.items():
        if name not in used:
            raise NeverUsed(f"{name} is used nowhere", *place(named.value))


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
