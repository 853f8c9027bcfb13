# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which test runs which line. Only the package's own files are traced, each function until all of it was seen."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

Line = tuple[str, int]


@dataclass
class Coverage:
    """Tests are known by their number in the order of collection."""

    root: Path
    tests: dict[Line, set[int]] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    failing: dict[int, str] = field(default_factory=dict)
    _files: dict[str, str | None] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """For a later run on the same program and tests."""
        lines = [[file, line, sorted(tests)] for (file, line), tests in self.tests.items()]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"lines": lines, "seconds": self.seconds, "failing": self.failing}))

    @classmethod
    def load(cls, root: Path, path: Path) -> Coverage | None:
        """What an earlier run saved, if one did."""
        if not path.exists():
            return None
        said = json.loads(path.read_text())
        tests = {(file, line): set(tests) for file, line, tests in said["lines"]}
        seconds = {int(test): each for test, each in said["seconds"].items()}
        return cls(root, tests, seconds, {int(test): name for test, name in said["failing"].items()})

    def covering(self, file: str, first: int, last: int) -> list[int]:
        """The tests that run any of these lines, the quickest first."""
        found = set[int]().union(*(self.tests.get((file, line), set()) for line in range(first, last + 1)))
        return sorted(found, key=lambda test: (self.seconds[test], test))

    def all_for(self, file: str) -> list[int]:
        """Every test, those that run anything of a file first: what a constant is, a test may ask without a call."""
        near = {test for (name, _), tests in self.tests.items() if name == file for test in tests}
        fit = self.seconds.keys() - self.failing.keys()
        return sorted(fit, key=lambda test: (test not in near, self.seconds[test], test))

    def leave_out(self, test: int, name: str) -> None:
        """A test that fails without any change notices nothing."""
        self.failing[test] = name
        for tests in self.tests.values():
            tests.discard(test)

    @contextmanager
    def watching(self, test: int) -> Iterator[None]:
        """Note what runs meanwhile."""
        left: dict[CodeType, set[int]] = {}

        def of_line(frame: FrameType, event: str, argument: Any) -> Any:
            todo = left[frame.f_code]
            if frame.f_lineno in todo:
                todo.discard(frame.f_lineno)
                name = self._files[frame.f_code.co_filename]
                assert name is not None
                self.tests.setdefault((name, frame.f_lineno), set()).add(test)
            return of_line if todo else None

        def of_call(frame: FrameType, event: str, argument: Any) -> Any:
            code = frame.f_code
            if self._name(code.co_filename) is None:
                return None
            todo = left.get(code)
            if todo is None:
                todo = left[code] = {line for _, _, line in code.co_lines() if line is not None}
                self._seen(code, test, todo)
            return of_line if todo else None

        before = sys.gettrace()
        sys.settrace(of_call)
        try:
            yield
        finally:
            sys.settrace(before)

    def _seen(self, code: CodeType, test: int, todo: set[int]) -> None:
        """The line of `def` runs with the call itself."""
        name = self._files[code.co_filename]
        assert name is not None
        todo.discard(code.co_firstlineno)
        self.tests.setdefault((name, code.co_firstlineno), set()).add(test)

    def _name(self, filename: str) -> str | None:
        if filename not in self._files:
            path = Path(filename)
            inside = path.is_relative_to(self.root)
            self._files[filename] = path.relative_to(self.root).as_posix() if inside else None
        return self._files[filename]
