# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How large a rule is once every name in it is written out, and what it costs to look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privity.desk.signals.language.catalogue import Catalogue
from privity.desk.signals.language.errors import TooLarge
from privity.desk.signals.language.limits import MAX_NESTING, MAX_STEPS
from privity.desk.signals.language.nodes import Call, Node, OneOf, Read, Use, parts


@dataclass(frozen=True, slots=True)
class Size:
    """Of an expression with its names written out.

    Attributes:
        steps: Parts in it.
        nesting: Parts within parts.
        cost: Steps, a dear function counted as many.
    """

    steps: int
    nesting: int
    cost: int


class Sizes:
    """Sizes of names, each measured once, and of what uses them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._names: dict[str, Size] = {}

    def name(self, name: str, node: Node, line: int, column: int) -> None:
        """Measure what a name stands for; TooLarge where no rule could use it."""
        self._names[name] = self.checked(node, line, column)

    def checked(self, node: Node, line: int, column: int) -> Size:
        """The size of an expression that fits, or TooLarge."""
        size = self.of(node)
        self.check_steps(size.steps, line, column)
        if size.nesting > MAX_NESTING:
            raise TooLarge(
                f"at most {MAX_NESTING} expressions within each other with every name written out, got {size.nesting}",
                line,
                column,
            )
        return size

    @staticmethod
    def check_steps(steps: int, line: int, column: int = 1) -> None:
        """TooLarge where so many steps are not for one rule."""
        if steps > MAX_STEPS:
            raise TooLarge(f"at most {MAX_STEPS} steps with every name written out, got {steps:,}", line, column)

    def of(self, node: Node) -> Size:
        """The size of an expression."""
        if isinstance(node, Use):
            return self._names[node.name]
        inner = [self.of(part) for part in parts(node)]
        own = 1
        if isinstance(node, Call):
            own = node.function.cost
        elif isinstance(node, Read):
            own = self._catalogue.feature[node.feature].cost
        elif isinstance(node, OneOf):
            own = 2
        return Size(
            1 + sum(part.steps for part in inner),
            1 + max((part.nesting for part in inner), default=0),
            own + sum(part.cost for part in inner),
        )


def features_in(node: Node, names: Mapping[str, Node]) -> frozenset[str]:
    """Every feature that an expression looks at, through names, too."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Read):
            found.add(part.feature)
        elif isinstance(part, Use):
            if part.name not in seen:
                seen.add(part.name)
                waiting.append(names[part.name])
        else:
            waiting.extend(parts(part))
    return frozenset(found)
