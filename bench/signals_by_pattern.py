# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`docs/developers/patterns.md`: every number of every pattern, without signals, with all, and with each left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.signals_picture import PICTURE
from bench.signals_worlds import (
    ALL,
    HELD,
    PATTERNS,
    WITHOUT,
    Measured,
    mean,
    precisions,
    rules_of,
    values,
    wrongly,
    wrongly_banned,
)
from privity.lab.intervals import Interval, interval
from privity.lab.metrics import Outcome

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "developers" / "patterns.md"
COLUMNS: Final[dict[str, Callable[[Outcome], float | None]]] = {
    "recall": lambda one: one.recall,
    "found before a report": lambda one: one.before_report,
    "victims of a case": lambda one: one.victims,
    "victims before action": lambda one: one.victims_before,
    "hours to action": lambda one: one.hours_to_action,
    "severe views of a case": lambda one: one.severe_mean,
}
WRONGLY: Final = ("precision", "wrongly restricted", "wrongly put before people")
HEAD: Final = """# What signals are worth, pattern by pattern

Written by `{command}`, which draws the picture as well.
{worlds} invented worlds of {people}, each played without signals, with all, and with each left out in turn.
The same command gives the same page on any machine. What the worlds are, and what they are not, stands in
[the lab](lab.md). The attackers that are held back from whoever writes rules come last.

![Recall, victims before action, time to action and people found wrongly, for each pattern]({picture})

In the picture lines are these intervals, as far as they lie above nothing, and numbers are means: full dot / empty dot.

- Means over worlds, with the interval in which they lie with 95 % (Student's t): an end below nothing, or above a share
  of 1, means that the worlds differ much. A **bold** number differs from that with all signals in the same worlds, by
  the same measure; a signal without which no number changes has no line.
- *Wrongly restricted*, and *put before people*: of a million benign people, within {days} days; counted among
  {benign}, with exact ends (Poisson).
  They are found by a rule that finds cases of the pattern in any world; a rule that finds several counts for each.
  With a signal left out the other rules are taken as they were beside it, which is the most that they can find.
  A restriction by a rule is reversible and short.
- *Precision*: of all whom these rules find, abusers of any kind among them, the share that are none of the benign.
- *Victims before action*: before anything was done about the case; all, where nothing was. *Hours to action*: to the
  first restriction, by rules or people; without signals people act on reports alone."""


def page(worlds: Sequence[Measured], people: int, days: int, command: str) -> str:
    """The whole page (Markdown)."""
    benign = sum(one.false.people for one in worlds)
    head = HEAD.format(
        command=command,
        worlds=len(worlds),
        people=f"{people:,} people for {days} days",
        days=days,
        benign=f"{benign:,} people of worlds without abusers",
        picture=f"pictures/{PICTURE.name}",
    )
    lines = [head, "", *_all(worlds)]
    for pattern in PATTERNS:
        lines += ["", f"## {pattern[0].upper()}{pattern[1:]}", "", *_pattern(pattern, worlds)]
    return "\n".join(lines) + "\n"


def _all(worlds: Sequence[Measured]) -> list[str]:
    restricted, reviewed = wrongly(worlds, None)
    return [
        f"All rules together restrict {restricted} benign people of a million, and put {reviewed} before people;",
        f"moderators who are as sure as the table of parameters says ban {wrongly_banned(reviewed)} of these.",
    ]


def _pattern(pattern: str, worlds: Sequence[Measured]) -> list[str]:
    wrong = WRONGLY[1:] if pattern.startswith(HELD) else WRONGLY
    lines = [f"| | {' | '.join((*COLUMNS, *wrong))} |", f"|---|{'---|' * (len(COLUMNS) + len(wrong))}"]
    with_all = _cells(ALL, pattern, worlds)
    for arm in [one for one in worlds[0].arms if pattern in worlds[0].arms[one]]:
        cells = _cells(arm, pattern, worlds)
        if arm in (WITHOUT, ALL) or cells != with_all:
            lines.append(f"| {arm if arm in (WITHOUT, ALL) else f'without {arm}'} | {' | '.join(cells)} |")
    return lines


def _cells(arm: str, pattern: str, worlds: Sequence[Measured]) -> list[str]:
    return [*(_cell(arm, pattern, worlds, of) for of in COLUMNS.values()), *_wrong(arm, pattern, worlds)]


def _cell(arm: str, pattern: str, worlds: Sequence[Measured], of: Callable[[Outcome], float | None]) -> str:
    found = mean(values(worlds, arm, pattern, of))
    if found is None:
        return "-"
    return f"**{found}**" if arm != ALL and _differs(arm, pattern, worlds, of) else str(found)


def _differs(arm: str, pattern: str, worlds: Sequence[Measured], of: Callable[[Outcome], float | None]) -> bool:
    """Whether the paired difference is on one side of nothing, in the worlds where it came about in both arms."""
    pairs = [(of(one.arms[arm][pattern].outcome), of(one.arms[ALL][pattern].outcome)) for one in worlds]
    differences = [one - other for one, other in pairs if one is not None and other is not None]
    if len(differences) < 2:
        return False
    found = interval(differences)
    return found.low > 0 or found.high < 0


def _wrong(arm: str, pattern: str, worlds: Sequence[Measured]) -> list[str]:
    rules = rules_of(worlds, arm, pattern)
    restricted, reviewed = wrongly(worlds, rules)
    counted = [str(restricted), str(reviewed)] if rules else ["-", "-"]
    return counted if pattern.startswith(HELD) else [_or_dash(precisions(worlds, arm, pattern)), *counted]


def _or_dash(found: Interval | None) -> str:
    return "-" if found is None else str(found)
