# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a run looks at: the modules of a package, the tests that must notice, the list of what may survive."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import Source
from tests.mutants.signatures import signatures


class NothingThere(Exception):
    """No module is at the path that a run was limited to."""


@dataclass(frozen=True)
class Plan:
    """`package` is a folder below `root`; `arguments` go to pytest before the paths of `tests`.

    `at_least` is how many seconds of CPU time a changed program may take for tests that took none.
    """

    root: Path
    package: str
    tests: Sequence[str]
    known: Path
    results: Path
    arguments: Sequence[str]
    at_least: float = 3.0

    def chosen(self, limits: Sequence[str]) -> list[Source]:
        """The modules at or below these paths (below the root), or all."""
        found = sources(self.root, self.package)
        if not limits:
            return found
        out = [each for each in found if any(_at(each.file, limit) for limit in limits)]
        missing = [limit for limit in limits if not any(_at(each.file, limit) for each in found)]
        if missing:
            raise NothingThere(f"no module of {self.package} is at {', '.join(missing)}")
        return out


def sources(root: Path, package: str) -> list[Source]:
    """All modules of a package, with the signatures of all of them."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted((root / package).rglob("*.py"))}
    known = signatures(ast.parse(text) for text in texts.values())
    return [Source(root, package, path.relative_to(root).as_posix(), text, known) for path, text in texts.items()]


def _at(file: str, limit: str) -> bool:
    wanted = limit.removeprefix("src/").rstrip("/")
    return file == wanted or file.startswith(f"{wanted}/")
