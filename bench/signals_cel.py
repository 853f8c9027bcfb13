# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same rules in the Common Expression Language, compiled by a library in Rust and called from Python."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from bench.format import Row, skipped
from privity.desk.signals.features.catalogue import FEATURES
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
from privity.desk.signals.language.python_code import features_of
from privity.desk.signals.language.rule_set import RuleSet

NAME: Final = "rules: the same"
PEER: Final = "CEL, compiled, in Rust"
BAR: Final = "ratio >= 500"
EVENTS: Final = 300
"""It takes a good part of a millisecond for each, most of it to convert what it is given."""


def cel_row(rules: RuleSet, events: Sequence[Sequence[Any]], ours: float) -> Row:
    """Skipped where the library is not installed."""
    if find_spec("cel") is None:
        return skipped(NAME, "events/s", "common-expression-language is not installed (make .venv/.bench)", BAR)
    compiled = [import_module("cel").compile(_all(rule.when, rules.names)) for rule in rules.rules]
    used = features_of(rules.rules, rules.names)
    looked_at = [(i, feature.name) for i, feature in enumerate(FEATURES) if feature.name in used]
    some = [{name: values[i] for i, name in looked_at} for values in events[:EVENTS]]
    start = time.process_time_ns()
    hits = [sum(1 << i for i, one in enumerate(compiled) if one.execute(known)) for known in some]
    rate = len(some) / (time.process_time_ns() - start) * 1e9
    if hits != [rules.ask(values) for values in events[:EVENTS]]:
        return skipped(NAME, "events/s", "the library says something else of these rules", BAR)
    return Row(NAME, ours, "events/s", BAR, PEER, rate)


def _all(when: Sequence[Node], names: Mapping[str, Node]) -> str:
    return " && ".join(_cel(node, names) for node in when)


def _cel(node: Node, names: Mapping[str, Node]) -> str:
    match node:
        case Constant(value=value):
            return json.dumps(value)
        case Read(feature=feature):
            return feature
        case Use(name=name):
            return _cel(names[name], names)
        case Arithmetic(sign=sign, left=left, right=right) | Compare(sign=sign, left=left, right=right):
            return f"({_cel(left, names)} {sign} {_cel(right, names)})"
        case OneOf(left=left, among=among):
            return f"({_cel(left, names)} in {json.dumps([member.value for member in among])})"
        case Together(word=word, parts=parts):
            return f"({(' && ' if word == 'and' else ' || ').join(_cel(part, names) for part in parts)})"
        case Not(part=part):
            return f"(!{_cel(part, names)})"
        case Call(function=function, arguments=(k, n)) if function.name == "share":
            below = _cel(n, names)
            return f"({below} > 0 ? double({_cel(k, names)}) / double({below}) : 0.0)"
    raise ValueError(f"the rules of this bench do not use {node}")
