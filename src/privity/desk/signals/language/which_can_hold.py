# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which rules can hold at all where one text feature has a known value: the others need not be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from privity.desk.signals.language.nodes import Compare, Constant, Node, OneOf, Read, Together, Use
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.types import Type


def can_hold(rule: Rule, names: Mapping[str, Node], feature: str, value: str) -> bool:
    """False only where one of the conditions that must all hold says that the feature is something else."""
    return all(_allows(part, feature, value) for node in rule.when for part in all_of(node, names))


def decided_by(rules: Sequence[Rule], names: Mapping[str, Node]) -> str | None:
    """The text feature for which most rules demand certain values; None where hardly any two do."""
    found: Counter[str] = Counter()
    for rule in rules:
        found.update({feature for feature, _ in _demands(rule, names)})
    most = found.most_common(1)
    return most[0][0] if most and most[0][1] > 1 else None


def demanded(rule: Rule, names: Mapping[str, Node], feature: str) -> tuple[str, ...]:
    """The values of a text feature without which the rule does not hold; none where it demands nothing of it."""
    return next((values for name, values in _demands(rule, names) if name == feature), ())


def besides(rule: Rule, feature: str, values: tuple[str, ...]) -> tuple[Node, ...]:
    """Its conditions without those that say just that the feature has one of these values."""
    return tuple(node for node in rule.when if _demand(node) != (feature, values))


def _demands(rule: Rule, names: Mapping[str, Node]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in rule.when:
        for part in all_of(node, names):
            demand = _demand(part)
            if demand is not None:
                yield demand


def _demand(node: Node) -> tuple[str, tuple[str, ...]] | None:
    match node:
        case Compare(sign="==", left=Read(feature=name), right=Constant(value=str(value))):
            return name, (value,)
        case Compare(sign="==", left=Constant(value=str(value)), right=Read(feature=name)):
            return name, (value,)
        case OneOf(left=Read(feature=name, type=Type.TEXT), among=among):
            return name, tuple(sorted({str(member.value) for member in among}))
    return None


def all_of(node: Node, names: Mapping[str, Node]) -> Iterator[Node]:
    """Conditions that must all hold, through names and through `and`."""
    if isinstance(node, Use):
        yield from all_of(names[node.name], names)
    elif isinstance(node, Together) and node.word == "and":
        for part in node.parts:
            yield from all_of(part, names)
    else:
        yield node


def _allows(node: Node, feature: str, value: str) -> bool:
    match node:
        case Compare(sign="==", left=Read(feature=name), right=Constant(value=wanted)) if name == feature:
            return wanted == value
        case Compare(sign="==", left=Constant(value=wanted), right=Read(feature=name)) if name == feature:
            return wanted == value
        case Compare(sign="!=", left=Read(feature=name), right=Constant(value=other)) if name == feature:
            return other != value
        case OneOf(left=Read(feature=name), among=among) if name == feature:
            return any(member.value == value for member in among)
    return True
