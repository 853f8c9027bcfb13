# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A long bench in parts, each kept on the disk when it is measured, so that a run that was broken off can go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench.format import Row

Said = Callable[[str], None]


class CannotResume(Exception):
    """What was kept is of another run than the one that is asked for."""


@dataclass(frozen=True, slots=True)
class Part:
    """`minutes` is about what it takes in full, for the bar alone. `measure` is given whom to tell what it does."""

    name: str
    minutes: float
    measure: Callable[[Said], list[Row]]


@dataclass(slots=True)
class Kept:
    """The rows of the parts that are measured. `asked` is what a run that goes on must have been asked for, too."""

    path: Path
    asked: dict[str, Any]
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def load(self) -> None:
        """What an earlier run kept. Raises CannotResume when there is nothing, or something else was asked for."""
        try:
            found = json.loads(self.path.read_text())
        except FileNotFoundError:
            raise CannotResume(f"{self.path} is not there: no run was broken off") from None
        if found["asked"] != self.asked:
            other = [f"{name} {found['asked'].get(name)!r}" for name in self.asked]
            raise CannotResume(f"{self.path} is of another run: {', '.join(other)}")
        self.began = datetime.fromisoformat(found["began"])
        self.rows = {name: [Row.of_json(row) for row in rows] for name, rows in found["parts"].items()}

    def add(self, name: str, rows: list[Row]) -> None:
        """One more part, on the disk when this returns."""
        self.rows[name] = rows
        parts = {one: [row.json() for row in found] for one, found in self.rows.items()}
        self.path.parent.mkdir(exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps({"asked": self.asked, "began": self.began.isoformat(), "parts": parts}))
        new.replace(self.path)

    def done(self) -> None:
        """Nothing is left to go on with."""
        self.path.unlink(missing_ok=True)


def measured(parts: Sequence[Part], kept: Kept) -> list[Row]:
    """The rows of all parts in their order; those that are kept are not measured again.

    A bar shows what is measured and how many parts are left, or lines where nobody looks on.
    """
    console = Console(stderr=True)
    columns = (BarColumn(), TextColumn("{task.fields[left]}"), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=sum(part.minutes for part in parts), left="")
        for number, part in enumerate(parts, 1):
            if part.name not in kept.rows:
                left = f"part {number} of {len(parts)}"
                bar.update(task, left=left)

                def said(what: str, begin: str = f"{left}: {part.name}", name: str = part.name) -> None:
                    bar.update(task, description=f"{name}: {what}" if what else name)
                    if not console.is_terminal:
                        console.print(f"{begin}: {what}" if what else begin, highlight=False, soft_wrap=True)

                said("")
                kept.add(part.name, part.measure(said))
            bar.advance(task, part.minutes)
    return [row for part in parts for row in kept.rows[part.name]]
