# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Estimates as a picture (SVG, no scripts): lines of names, and panels beside each other with dots and their intervals.

Black on white, so that it can be printed: what is compared is told apart by a full and an empty dot, and every number
stands beside them. An axis may be of the square root, so that victims of one and of sixty are both to be seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup, escape

from privity.lab.intervals import Interval

_LETTER: Final = 6.9
"""About the width of one."""
_TOP: Final = 64
_ROW: Final = 30
_AXIS: Final = 130
_NUMBERS: Final = 78
"""Room for the numbers right of an axis."""
_GAP: Final = 18
_MARK: Final = 16
"""Between the numbers of an axis."""
_FOOT: Final = 48
_STYLE: Final = Markup(
    "<style>text{font:12px sans-serif;fill:#000}.head{font-weight:bold}.name{text-anchor:end}.mark{font-size:10px;"
    "text-anchor:middle}.said{font-size:11px}.grid{stroke:#ccc}.line{stroke:#000;stroke-width:1.6}"
    ".full{fill:#000}.empty{fill:#fff;stroke:#000;stroke-width:1.6}</style>"
)


@dataclass(frozen=True, slots=True)
class Panel:
    """One axis: its title and unit, what a full and an empty dot are. It ends at the first of the marks beyond all that
    is shown; what lies beyond the last stands there."""

    title: str
    unit: str
    full: str
    empty: str | None
    marks: tuple[float, ...]
    root: bool = True


@dataclass(frozen=True, slots=True)
class Estimate:
    """The full and the empty dot of a line in a panel; None where there is none."""

    full: Interval | None
    empty: Interval | None = None


def picture(title: str, panels: Sequence[Panel], lines: Mapping[str, Sequence[Estimate]]) -> str:
    """One estimate of each line for each panel, in order."""
    left = 12 + _LETTER * max(len(name) for name in lines)
    step = _AXIS + _NUMBERS + _GAP
    width, bottom = left + len(panels) * step, _TOP + len(lines) * _ROW
    drawn: list[Markup] = []
    for place, name in enumerate(lines):
        drawn.append(_text(left - 10, _middle(place) + 4, name, "name"))
    for number, each in enumerate(panels):
        x, panel = left + number * step, _fitted(each, [estimates[number] for estimates in lines.values()])
        drawn += _axis(panel, x, bottom)
        for place, estimates in enumerate(lines.values()):
            drawn += _estimate(panel, x, _middle(place), estimates[number])
    return str(
        Markup(
            "<!-- SPDX-FileCopyrightText: 2026 The Privity authors -->\n<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1}" width="{0:.0f}" height="{1}" role="img" '
            'aria-labelledby="title"><title id="title">{2}</title>{3}'
            '<rect width="100%" height="100%" fill="#fff"/>\n{4}\n</svg>\n'
        ).format(width, bottom + _FOOT, title, _STYLE, Markup("\n").join(drawn))
    )


def _fitted(panel: Panel, shown: Sequence[Estimate]) -> Panel:
    """With the marks that are needed, and of these such as have room for their numbers."""
    most = max((one.high for each in shown for one in (each.full, each.empty) if one is not None), default=0.0)
    whole = [mark for place, mark in enumerate(panel.marks) if place < 2 or panel.marks[place - 1] < most]
    fitted, kept = replace(panel, marks=tuple(whole)), [whole[-1]]
    for mark in reversed(whole[1:-1]):
        if min(_at(fitted, 0, kept[0]) - _at(fitted, 0, mark), _at(fitted, 0, mark)) >= _MARK:
            kept.insert(0, mark)
    return replace(panel, marks=(whole[0], *kept))


def _middle(place: int) -> int:
    return _TOP + place * _ROW + _ROW // 2


def _at(panel: Panel, x: float, value: float) -> float:
    share = min(max(value, 0.0), panel.marks[-1]) / panel.marks[-1]
    return x + _AXIS * (math.sqrt(share) if panel.root else share)


def _axis(panel: Panel, x: float, bottom: int) -> Iterator[Markup]:
    yield _text(x, 16, panel.title, "head")
    yield _dot(x + 5, 28, "full")
    yield _text(x + 14, 32, panel.full, "said")
    if panel.empty is not None:
        yield _dot(x + 5, 44, "empty")
        yield _text(x + 14, 48, panel.empty, "said")
    for mark in panel.marks:
        at = _at(panel, x, mark)
        line = Markup('<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>')
        yield line.format(at, _TOP, bottom)
        yield _text(at, bottom + 14, f"{mark:g}", "mark")
    yield _text(x + _AXIS / 2, bottom + 32, panel.unit, "mark")


def _estimate(panel: Panel, x: float, y: int, found: Estimate) -> Iterator[Markup]:
    both = (("full", found.full, -5), ("empty", found.empty, 6))
    for kind, one, beside in both:
        if one is None:
            continue
        at = y if found.full is None or found.empty is None else y + beside
        ends = Markup('<line class="line" x1="{0:.1f}" x2="{1:.1f}" y1="{2}" y2="{2}"/>')
        yield ends.format(_at(panel, x, one.low), _at(panel, x, one.high), at)
        yield _dot(_at(panel, x, one.mean), at, kind)
    said = " / ".join("-" if one is None else _number(one.mean) for one in _shown(panel, found))
    yield _text(x + _AXIS + 10, y + 4, said, "said")


def _shown(panel: Panel, found: Estimate) -> tuple[Interval | None, ...]:
    return (found.full,) if panel.empty is None else (found.full, found.empty)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 99.5 else f"{value:.2g}"


def _dot(x: float, y: float, kind: str) -> Markup:
    return Markup('<circle class="{}" cx="{:.1f}" cy="{}" r="4"/>').format(kind, x, y)


def _text(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, x, y, escape(text))
