# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A checked rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privity.desk.signals.language.nodes import Node


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows from a rule: the kind of effect and what it was given, by name."""

    kind: str
    given: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a set.

    Attributes:
        name: As it is written.
        when: Conditions that must all hold.
        because: Texts, and between them expressions whose values are put there.
        effects: What follows.
        features: Names of all that it looks at.
        restricts: One of its effects takes something from somebody.
        digest: SHA-256 over all of this with every name written out, and over the catalogue: what a decision quotes.
        line: Where it is written.
    """

    name: str
    when: tuple[Node, ...]
    because: tuple[str | Node, ...]
    effects: tuple[Effect, ...]
    features: frozenset[str]
    restricts: bool
    digest: bytes
    line: int
