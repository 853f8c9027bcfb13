# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A set of rules read out: what each looks at, when it holds, what it says and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privity.desk.signals.language.catalogue import Catalogue
from privity.desk.signals.language.nodes import Node
from privity.desk.signals.language.rule import Effect, Rule
from privity.desk.signals.language.rule_set import RuleSet
from privity.desk.signals.language.written_out import expression


@dataclass(frozen=True, slots=True)
class Effected:
    """One thing that follows: as rules write it, and what it does."""

    written: str
    does: str


@dataclass(frozen=True, slots=True)
class ReadOut:
    """One rule."""

    name: str
    conditions: tuple[str, ...]
    """All of them must hold; every name that stands for something is written out."""
    says: str
    """Why, as a case will have it; a value stands as its name in braces."""
    looks_at: tuple[tuple[str, str], ...]
    """Features by name, and what each means."""
    follows: tuple[Effected, ...]
    restricts: bool
    digest: str


def read_out(rules: RuleSet) -> tuple[ReadOut, ...]:
    """All rules of a set, in the order in which they are written."""
    return tuple(_rule(rule, rules.names, rules.catalogue) for rule in rules.rules)


def _rule(rule: Rule, names: Mapping[str, Node], catalogue: Catalogue) -> ReadOut:
    return ReadOut(
        rule.name,
        tuple(expression(node, names) for node in rule.when),
        "".join(part if isinstance(part, str) else f"{{{expression(part, names)}}}" for part in rule.because),
        tuple((name, catalogue.feature[name].says) for name in sorted(rule.features)),
        tuple(_effect(effect, catalogue) for effect in rule.effects),
        rule.restricts,
        rule.digest.hex(),
    )


def _effect(effect: Effect, catalogue: Catalogue) -> Effected:
    given = ", ".join(f"{name} {value}" for name, value in effect.given.items())
    return Effected(f"{effect.kind}: {given}", catalogue.effect[effect.kind].says)
