# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A checked expression: every part has a type, and every number its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from privity.desk.signals.language.functions import Function
from privity.desk.signals.language.types import Bounds, Type


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text or a truth that is written in the rule."""

    value: bool | int | float | str
    type: Type
    bounds: Bounds | None


@dataclass(frozen=True, slots=True)
class Read:
    """A feature of the event."""

    feature: str
    type: Type
    bounds: Bounds | None


@dataclass(frozen=True, slots=True)
class Use:
    """A name that the text assigns elsewhere."""

    name: str
    type: Type
    bounds: Bounds | None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers: `+`, `-`, `*` or `/`."""

    sign: str
    left: Node
    right: Node
    type: Type
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language."""

    function: Function
    arguments: tuple[Node, ...]
    type: Type
    bounds: Bounds | None


@dataclass(frozen=True, slots=True)
class Compare:
    """Two numbers or two texts: `<`, `<=`, `>`, `>=`, `==` or `!=`."""

    sign: str
    left: Node
    right: Node
    type: Type = Type.TRUTH
    bounds: None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Whether a number or a text stands in a list."""

    left: Node
    among: tuple[Constant, ...]
    type: Type = Type.TRUTH
    bounds: None = None


@dataclass(frozen=True, slots=True)
class Together:
    """Conditions of which all (`and`) or at least one (`or`) must hold."""

    word: str
    parts: tuple[Node, ...]
    type: Type = Type.TRUTH
    bounds: None = None


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that must not hold."""

    part: Node
    type: Type = Type.TRUTH
    bounds: None = None


Node: TypeAlias = Constant | Read | Use | Arithmetic | Call | Compare | OneOf | Together | Not


def parts(node: Node) -> tuple[Node, ...]:
    """What it is directly made of."""
    match node:
        case Constant() | Read() | Use():
            return ()
        case Arithmetic() | Compare():
            return node.left, node.right
        case Call():
            return node.arguments
        case OneOf():
            return (node.left, *node.among)
        case Together():
            return node.parts
        case Not():
            return (node.part,)
