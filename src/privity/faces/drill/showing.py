# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How a drill is told: a line for each attack as it ends, and a table of who noticed what, how, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.attack import Attack, Noticed

MAX_SAID = 150
"""Characters of a refusal in the table; the whole sentence stands where it was raised."""
LATER = "LATER"
"""How the last column begins where an attack works for a while."""
_URI = re.compile(r"mimi://[^/\s]+/([ud])/([a-z2-7]{26})(?:/[a-z2-7]{26})?")


@dataclass(slots=True)
class Telling:
    """What was noticed so far, and what was not."""

    console: Console
    rows: list[tuple[str, Noticed]] = field(default_factory=list)
    failures: list[CheckFailed] = field(default_factory=list)
    passed: int = 0

    def noticed(self, attack: Attack, found: list[Noticed], names: Mapping[str, str], seconds: float) -> None:
        self.passed += 1
        self.rows += [(attack.name, row._replace(how=_short(_named(row.how, names)))) for row in found]
        self._line("ok", "green", f"{attack.name}: {attack.tries}", seconds)

    def failed(self, err: CheckFailed, attack: Attack, seconds: float) -> None:
        self.failures.append(err)
        self._line("--", "red", f"{attack.name}: {attack.tries}", seconds)

    def end(self, attacks: int) -> None:
        """The table, each failure by its name, and the count."""
        if self.rows:
            self.console.print(self._table())
        for err in self.failures:
            head = Text("FAILED", style="red").append(f" {err.check}: {err}", style="default")
            self.console.print(head, highlight=False, soft_wrap=True)
        self.console.print(f"drill ghost: {self.passed} of {attacks}", highlight=False)

    def _line(self, mark: str, style: str, text: str, seconds: float) -> None:
        line = Text(mark, style=style).append(f" {text} ", style="default").append(f"({seconds:.1f} s)", style="dim")
        self.console.print(line, highlight=False, soft_wrap=True)

    def _table(self) -> Table:
        table = Table("attack", "who noticed", "how", "after", show_lines=False, pad_edge=False)
        before = ""
        for name, row in self.rows:
            if name != before:
                table.add_section()
            after = Text(row.after, style="yellow" if row.after.startswith(LATER) else "")
            table.add_row(name if name != before else "", Text(row.who), Text(row.how), after)
            before = name
        return table


def _named(text: str, names: Mapping[str, str]) -> str:
    """The text with people's names instead of their addresses."""
    known = {user_uri.rsplit("/", 1)[-1]: name for user_uri, name in names.items()}

    def name(found: re.Match[str]) -> str:
        person = known.get(found[2], "somebody")
        return person if found[1] == "u" else f"a device of {person}"

    return _URI.sub(name, text)


def _short(text: str) -> str:
    return text if len(text) <= MAX_SAID else f"{text[:MAX_SAID].rsplit(' ', 1)[0]} ..."
