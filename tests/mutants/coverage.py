# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which test runs which line. Only the package's own files are traced, each function until all of it was seen."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

Line = tuple[str, int]


@dataclass
class Seen:
    """What one test runs, how long it takes (seconds of CPU time, watched), and whether it fails on its own."""

    lines: set[Line] = field(default_factory=set)
    seconds: float = 0.0
    fails: bool = False


def save(path: Path, seen: Mapping[str, Seen]) -> None:
    """For a later run on the same program. Whoever reads meanwhile reads the old file or the new one."""
    numbers: dict[Line, int] = {}
    tests = {
        name: [each.seconds, each.fails, sorted(numbers.setdefault(line, len(numbers)) for line in each.lines)]
        for name, each in seen.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps({"lines": list(numbers), "tests": tests}))
    fresh.replace(path)


def load(path: Path) -> dict[str, Seen]:
    """What earlier runs saved, if one did."""
    if not path.exists():
        return {}
    said = json.loads(path.read_text())
    lines = [(file, line) for file, line in said["lines"]]
    return {
        name: Seen({lines[number] for number in numbers}, seconds, fails)
        for name, (seconds, fails, numbers) in said["tests"].items()
    }


@dataclass
class Coverage:
    """Tests are known by their number in the order of collection."""

    tests: dict[Line, set[int]] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    failing: set[int] = field(default_factory=set)

    def add(self, test: int, seen: Seen) -> None:
        """A test that fails without any change notices nothing, so it counts as one that runs no line."""
        self.seconds[test] = seen.seconds
        if seen.fails:
            self.failing.add(test)
            return
        for line in seen.lines:
            self.tests.setdefault(line, set()).add(test)

    def covering(self, file: str, first: int, last: int) -> set[int]:
        """The tests that run any of these lines."""
        return set[int]().union(*(self.tests.get((file, line), set()) for line in range(first, last + 1)))

    def near(self, file: str) -> set[int]:
        """The tests that run anything of a file."""
        return {test for (name, _), tests in self.tests.items() if name == file for test in tests}

    def fit(self) -> set[int]:
        """Every test that passes on the unchanged program."""
        return self.seconds.keys() - self.failing


@dataclass
class Watcher:
    """Sees which lines of files below `root` run."""

    root: Path
    _files: dict[str, str | None] = field(default_factory=dict)

    @contextmanager
    def watching(self, lines: set[Line]) -> Iterator[None]:
        """Note what runs meanwhile."""
        left: dict[CodeType, set[int]] = {}

        def of_line(frame: FrameType, event: str, argument: Any) -> Any:
            todo = left[frame.f_code]
            if frame.f_lineno in todo:
                todo.discard(frame.f_lineno)
                lines.add((self._known(frame.f_code), frame.f_lineno))
            return of_line if todo else None

        def of_call(frame: FrameType, event: str, argument: Any) -> Any:
            code = frame.f_code
            if self._name(code.co_filename) is None:
                return None
            todo = left.get(code)
            if todo is None:
                todo = left[code] = {line for _, _, line in code.co_lines() if line is not None}
                todo.discard(code.co_firstlineno)
                lines.add((self._known(code), code.co_firstlineno))  # the line of `def` runs with the call itself
            return of_line if todo else None

        before = sys.gettrace()
        sys.settrace(of_call)
        try:
            yield
        finally:
            sys.settrace(before)

    def _known(self, code: CodeType) -> str:
        name = self._files[code.co_filename]
        assert name is not None
        return name

    def _name(self, filename: str) -> str | None:
        if filename not in self._files:
            path = Path(filename)
            inside = path.is_relative_to(self.root)
            self._files[filename] = path.relative_to(self.root).as_posix() if inside else None
        return self._files[filename]
