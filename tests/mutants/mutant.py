# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One change to one module: what it is called, and the module's code with it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from tests.mutants.changes import changes
from tests.mutants.places import Place, places
from tests.mutants.signatures import Signatures

_STATEMENT = 120


@dataclass(frozen=True)
class Mutant:
    """`file` is the path below the source root; `place` and `change` count within the module."""

    file: str
    function: str
    text: str
    line: int
    last_line: int
    line_of_function: int
    place: int
    change: int

    @property
    def name(self) -> str:
        """What it is known by: no line number, so that it outlives changes elsewhere."""
        return f"{self.file} {self.function}: {self.text}"


@dataclass(frozen=True)
class Source:
    """A module's text. `signatures` come from the whole package, a folder below the root."""

    root: Path
    package: str
    file: str
    text: str
    signatures: Signatures

    @property
    def module(self) -> str:
        """Its dotted name."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def path(self) -> Path:
        return self.root / self.file

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def mutants(self) -> Iterator[Mutant]:
        """All of them, in the order of the source; where two look the same, the later ones are counted."""
        seen: dict[tuple[str, str], int] = {}
        for number, place in enumerate(places(ast.parse(self.text))):
            for which, changed in enumerate(changes(place, self.signatures)):
                text = f"{_shown(place.node)} -> {_shown(changed)}"
                count = seen[place.scope, text] = seen.get((place.scope, text), 0) + 1
                if count > 1:
                    text += f" ({count})"
                line, last = _lines(place)
                yield Mutant(self.file, place.scope, text, line, last, place.line_of_scope, number, which)

    def changed(self, mutant: Mutant) -> CodeType:
        """The module's code with this change in it."""
        tree = ast.parse(self.text)
        place = next(each for number, each in enumerate(places(tree)) if number == mutant.place)
        changed = next(each for which, each in enumerate(changes(place, self.signatures)) if which == mutant.change)
        place.put(changed)
        return compile(ast.fix_missing_locations(tree), str(self.path), "exec", dont_inherit=True)


def _lines(place: Place) -> tuple[int, int]:
    """The lines that run when this place does; of a compound statement only its head."""
    located = place.node if hasattr(place.node, "lineno") else place.parent
    first = getattr(located, "lineno", place.line_of_scope)
    end = located.test if isinstance(located, ast.If) else located
    return first, getattr(end, "end_lineno", None) or first


def _shown(node: ast.AST) -> str:
    """A node in one line; of a compound statement only its head."""
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    if isinstance(node, ast.Raise):
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return "raise" if error is None else f"raise {ast.unparse(error)}"
    if isinstance(node, ast.comprehension):
        return ast.unparse(node).strip()
    shown = " ".join(ast.unparse(node).split())
    return shown if len(shown) <= _STATEMENT else shown[: _STATEMENT - 3] + "..."
