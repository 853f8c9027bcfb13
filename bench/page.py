# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`docs/benchmarks.md`: the table of a full run with what is needed to read it. Written by the command alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.format import HEAD, Row, cells
from bench.machine import Machine

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
        return "\n".join([HEADING.format(command=self.command), *self._facts(), "", *self._table(), *self._missing()])

    def _facts(self) -> list[str]:
        """The machine, and how quiet it was."""
        one, other = self.before, self.after
        facts = {
            "commit": f"`{self.commit}`",
            "date": f"{one.when:%Y-%m-%d %H:%M} to {other.when:%H:%M} UTC",
            "machine": f"{one.cores} cores of {one.processor}; {one.system}; {one.disk}",
            "software": f"{one.python}; {one.libraries}",
            "noise": f"load average {one.load:.1f} before and {other.load:.1f} after, the bench itself included",
        }
        return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items())]

    def _table(self) -> list[str]:
        align = ["---", "---:", "---", "---", "---:", "---:", "---", "---"]
        return [_line(HEAD), _line(align), *(_line(cells(row)) for row in self.rows), ""]

    def _missing(self) -> list[str]:
        """Why a row has no number."""
        found = [f"- {row.name}: {row.skipped}" for row in self.rows if row.skipped is not None]
        return ["Not measured:", "", *found, ""] if found else []


def _line(values: Sequence[str]) -> str:
    return "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"
