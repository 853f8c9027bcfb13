# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`docs/benchmarks.md`: the tables of full runs with what is needed to read them. Written by the commands alone.

The table of the main job comes first; the other benches have a section each, which the commands of the others leave.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.format import HEAD, Row, cells
from bench.machine import Machine

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEADING: Final = """# Benchmarks

Written by `{command}`, never by hand. The bars are ours: what a server may cost that
authenticates, checks membership, franks, limits and syncs to the disk before it acknowledges.

Peers run as Debian packages them, privately on loopback, in the same run and in turns with the hub, and carry the same
1 KiB of text between as many people. CPU time is that of the server process alone; what the load generators cost is
not counted. Peers that are marked *not durable* store nothing, and none of them franks. A ratio is ours over theirs:
below 1 the hub needs less, except where a row counts per second. A number is the median of the rounds.
"""


@dataclass(frozen=True, slots=True)
class Page:
    command: str
    commit: str
    before: Machine
    after: Machine
    rows: Sequence[Row]

    def text(self) -> str:
        measured = _measured(self.commit, self.before, self.after, self.rows)
        return "\n".join([HEADING.format(command=self.command), *measured])

    def write(self, path: Path) -> None:
        """In the place of the main table; the sections stay as they are."""
        _, sections = _parts(path.read_text() if path.exists() else "")
        path.write_text(_joined(self.text(), sections))


@dataclass(frozen=True, slots=True)
class Section:
    """The table of another bench, under a heading of its own."""

    title: str
    about: str
    command: str
    commit: str
    before: Machine
    after: Machine
    rows: Sequence[Row]

    def text(self) -> str:
        said = f"## {self.title}\n\nWritten by `{self.command}`.\n{self.about}\n"
        return "\n".join([said, *_measured(self.commit, self.before, self.after, self.rows)])

    def write(self, path: Path) -> None:
        """In the place of the section of this title, or behind all others."""
        main, sections = _parts(path.read_text())
        path.write_text(_joined(main, {**sections, self.title: self.text()}))


def _parts(text: str) -> tuple[str, dict[str, str]]:
    """The main part, and the sections by title."""
    main, *sections = re.split("^(?=## )", text, flags=re.MULTILINE)
    return main, {section.partition("\n")[0].removeprefix("## "): section for section in sections}


def _joined(main: str, sections: dict[str, str]) -> str:
    return "\n".join(f"{part.rstrip()}\n" for part in (main, *sections.values()))


def _measured(commit: str, before: Machine, after: Machine, rows: Sequence[Row]) -> list[str]:
    return [*_facts(commit, before, after), "", *_table(rows), *_missing(rows)]


def _facts(commit: str, one: Machine, other: Machine) -> list[str]:
    """The machine, and how quiet it was."""
    facts = {
        "commit": f"`{commit}`",
        "date": f"{one.when:%Y-%m-%d %H:%M} to {other.when:%H:%M} UTC",
        "machine": f"{one.cores} cores of {one.processor}; {one.system}; {one.disk}",
        "software": f"{one.python}; {one.libraries}",
        "noise": f"load average {one.load:.1f} before and {other.load:.1f} after, the bench itself included",
    }
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items())]


def _table(rows: Sequence[Row]) -> list[str]:
    align = ["---", "---:", "---", "---", "---:", "---:", "---", "---"]
    return [_line(HEAD), _line(align), *(_line(cells(row)) for row in rows), ""]


def _missing(rows: Sequence[Row]) -> list[str]:
    """Why a row has no number."""
    found = [f"- {row.name}: {row.skipped}" for row in rows if row.skipped is not None]
    return ["Not measured:", "", *found, ""] if found else []


def _line(values: Sequence[str]) -> str:
    return "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"
