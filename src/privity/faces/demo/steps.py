# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's record: what was attempted, what happened, how long it took, and where it stops."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console
from rich.text import Text

from privity.faces.demo.asking import Refused

LAST: Final = ("kill", "decision", "substitution")
"""Checks without which the story cannot go on: what follows them begins where they end."""


class CheckFailed(Exception):
    """A check of the demo did not hold. The message says what was expected and what came."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(message)
        self.check = check


@dataclass(slots=True)
class Step:
    """One attempt under way: say what happened with `happened`, hold promises with `expect`."""

    name: str
    lines: list[str] = field(default_factory=list)

    def happened(self, line: str) -> None:
        self.lines.append(line)

    def expect(self, holds: bool, line: str) -> None:
        """Note the line if it holds; otherwise the demo ends here."""
        if not holds:
            raise CheckFailed(self.name, f"did not hold: {line}")
        self.lines.append(line)


@dataclass(slots=True)
class Record:
    """All steps of one run; counts those that passed.

    `awaited` are checks whose defences are gone. Any that does not hold ends the demo, but one that was awaited while
    others still are.
    """

    console: Console
    awaited: set[str] = field(default_factory=set)
    passed: int = 0
    went_on: int = 0
    """How many did not hold without ending it."""

    @contextmanager
    def step(self, name: str, attempt: str) -> Iterator[Step]:
        """One check: `name` is what `--break` would name, `attempt` the sentence before it is tried."""
        step = Step(name)
        started = time.monotonic()
        try:
            with self.console.status(attempt):  # a moving line on a terminal, nothing in a pipe
                yield step
        except Refused as err:
            self._missed(CheckFailed(name, f"a device refused what it should do: {err}"))
        except CheckFailed as err:
            self._missed(err)
        else:
            self.passed += 1
            self._print(f"[green]ok[/] {attempt}", time.monotonic() - started, step.lines)

    def note(self, text: str, lines: list[str]) -> None:
        """Something that is told and not counted."""
        self._print(f"[yellow]--[/] {text}", None, lines)

    def failed(self, err: CheckFailed) -> None:
        """The one line that names a check that did not hold."""
        head = Text("FAILED", style="red").append(f" {err.check}: {err}", style="default")
        self.console.print(head, highlight=False, soft_wrap=True)

    def _missed(self, err: CheckFailed) -> None:
        goes_on = err.check in self.awaited and len(self.awaited) > 1 and err.check not in LAST
        self.awaited.discard(err.check)
        if not goes_on:
            raise err
        self.went_on += 1
        self.failed(err)

    def _print(self, head: str, seconds: float | None, lines: list[str]) -> None:
        took = "" if seconds is None else f" [dim]({seconds:.2f} s)[/]"
        self.console.print(head + took, highlight=False, soft_wrap=True)
        for line in lines:
            self.console.print(f"     {line}", highlight=False, markup=False, soft_wrap=True)
