# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A rule with every name written out, as one text: two rules of the same meaning and another layout have one digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from privity.desk.signals.language.rule import Effect


def written_out(
    when: Sequence[Node], because: Sequence[str | Node], effects: Sequence[Effect], names: Mapping[str, Node]
) -> str:
    """All of a rule but its name."""
    said = [repr(part) if isinstance(part, str) else expression(part, names) for part in because]
    follows = [
        f"{effect.kind}({', '.join(f'{name}={value!r}' for name, value in effect.given.items())})" for effect in effects
    ]
    return "\n".join(
        [
            f"when {'; '.join(expression(node, names) for node in when)}",
            f"because {' '.join(said)}",
            f"then {'; '.join(follows)}",
        ]
    )


def expression(node: Node, names: Mapping[str, Node]) -> str:
    """An expression as people read it."""
    match node:
        case Constant(value=value):
            return repr(value)
        case Read(feature=feature):
            return feature
        case Use(name=name):
            return expression(names[name], names)
        case Arithmetic(sign=sign, left=left, right=right) | Compare(sign=sign, left=left, right=right):
            return f"({expression(left, names)} {sign} {expression(right, names)})"
        case OneOf(left=left, among=among):
            return f"({expression(left, names)} in [{', '.join(repr(member.value) for member in among)}])"
        case Together(word=word, parts=together):
            return f"({f' {word} '.join(expression(part, names) for part in together)})"
        case Not(part=part):
            return f"(not {expression(part, names)})"
        case Call(function=function, arguments=arguments):
            return f"{function.name}({', '.join(expression(argument, names) for argument in arguments)})"
