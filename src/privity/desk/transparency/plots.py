# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of counts as SVG without scripts: one message each, axes with units, every bar with its number.

Whatever a picture shows is told apart by its place and by words, not by colour alone: parts of a bar stand in the order
of the words above it and carry their numbers. The colours are three that people with any kind of colour vision keep
apart (Okabe and Ito); the page gives them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 720
_LETTER: Final = 7.2
"""About the width of one."""
_RIGHT: Final = 96
_ROW: Final = 30
_BAR: Final = 18
_THIN: Final = 17
"""A bar of two, and the space below it."""
_PAIR: Final = 2 * _THIN + 12
_TOP: Final = 12
_AXIS: Final = 46
_ROOM: Final = 34
"""A part narrower than this has no room for its number."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a picture: its name and its parts, in the order of the names of the parts."""

    name: str
    parts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """One line of a picture of times: from the median to the 95th of 100."""

    name: str
    middle: float
    end: float
    of: int


@dataclass(frozen=True, slots=True)
class Interval:
    """One line of a picture of estimates: what was measured, and the bounds within which it lies."""

    name: str
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across a picture that bars are not to pass: what it is, and where."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of a picture that compares two: its name and a number of each, None where there is none."""

    name: str
    values: tuple[float | None, float | None]


def bars(
    key: str, title: str, unit: str, rows: Sequence[Bar], parts: Sequence[str] = (), limit: Limit | None = None
) -> Markup:
    """Bars from the left, side by side where they have parts; what each part means stands above. `key` names it."""
    most = max((sum(row.parts) for row in rows), default=0)
    if limit is not None:
        most = max(most, limit.at)
    scale = _Scale(most, [row.name for row in rows], whole=True)
    drawn = [_legend(parts)] if parts else []
    top = _TOP + (28 if parts else 0) + (20 if limit is not None else 0)
    for place, row in enumerate(rows):
        y = top + place * _ROW
        drawn.append(_name(row.name, scale, y))
        x = scale.left
        for number, part in enumerate(row.parts):
            wide = scale.width(part)
            drawn.append(_rect(x, y, wide, number, parts[number] if parts else "", part))
            if parts and wide >= _ROOM:
                drawn.append(_text(x + wide / 2, y + _BAR - 4, _number(part), f"in in{number}"))
            x += wide
        drawn.append(_text(x + 6, y + _BAR - 4, _number(sum(row.parts)), "value"))
    if limit is not None:
        drawn.append(_limit(limit, scale, top, top + len(rows) * _ROW))
    return _picture(key, title, unit, drawn, scale, top, len(rows))


def paired(key: str, title: str, unit: str, rows: Sequence[Pair], names: tuple[str, str]) -> Markup:
    """Two bars in each line, one below the other, in the order of the names above."""
    most = max((value for row in rows for value in row.values if value is not None), default=0)
    scale = _Scale(most, [row.name for row in rows], whole=True)
    drawn, top = [_legend(names)], _TOP + 28
    for place, row in enumerate(rows):
        y = top + place * _PAIR
        drawn.append(_name(row.name, scale, y + _THIN // 2))
        for number, value in enumerate(row.values):
            at = y + number * _THIN
            said = "not asked" if value is None else _number(value)
            drawn.append(_rect(scale.left, at, scale.width(value or 0), number, names[number], value or 0, _THIN - 2))
            drawn.append(_text(scale.left + scale.width(value or 0) + 6, at + _THIN - 4, said, "value"))
    return _picture(key, title, unit, drawn, scale, top, len(rows), _PAIR)


def spans(key: str, title: str, unit: str, rows: Sequence[Span]) -> Markup:
    """A dot at the median, a band from there to the 95th of 100."""
    names = [f"{row.name} ({row.of})" for row in rows]
    scale = _Scale(max((row.end for row in rows), default=0), names, whole=False)
    drawn = []
    for place, (row, name) in enumerate(zip(rows, names, strict=True)):
        y = _TOP + place * _ROW
        middle, end = scale.at(row.middle), scale.at(row.end)
        drawn.append(_name(name, scale, y))
        drawn.append(
            Markup('<rect class="band" x="{:.1f}" y="{}" width="{:.1f}" height="8"/>').format(
                middle, y + 5, end - middle
            )
        )
        drawn.append(Markup('<circle class="dot" cx="{:.1f}" cy="{}" r="6"/>').format(middle, y + 9))
        said = f"{_number(row.middle)} to {_number(row.end)}"
        drawn.append(_text(end + 10, y + _BAR - 4, said, "value"))
    return _picture(key, title, unit, drawn, scale, _TOP, len(rows))


def intervals(key: str, title: str, unit: str, rows: Sequence[Interval]) -> Markup:
    """A dot at what was measured, a band between its bounds."""
    scale = _Scale(max((row.high for row in rows), default=0), [row.name for row in rows], whole=True)
    drawn = []
    for place, row in enumerate(rows):
        y = _TOP + place * _ROW
        low, middle, high = scale.at(row.low), scale.at(row.middle), scale.at(row.high)
        band = Markup('<rect class="band" x="{:.1f}" y="{}" width="{:.1f}" height="8"/>')
        drawn.append(_name(row.name, scale, y))
        drawn.append(band.format(low, y + 5, high - low))
        drawn.append(Markup('<circle class="dot" cx="{:.1f}" cy="{}" r="6"/>').format(middle, y + 9))
        drawn.append(_text(high + 10, y + _BAR - 4, f"{row.middle:,.0f}", "value"))
    return _picture(key, title, unit, drawn, scale, _TOP, len(rows))


class _Scale:
    """From nothing, right of the longest name, to a round number at the right end."""

    def __init__(self, most: float, names: Sequence[str], *, whole: bool) -> None:
        self.left = 20 + _LETTER * max((len(name) for name in names), default=0)
        self.step = _round_up(most / 4) if most else 1
        if whole:
            self.step = max(1, self.step)
        self.end = self.step * max(1, math.ceil(most / self.step))

    def width(self, value: float) -> float:
        return (WIDTH - self.left - _RIGHT) * value / self.end

    def at(self, value: float) -> float:
        return self.left + self.width(value)

    def marks(self) -> Iterator[float]:
        for number in range(round(self.end / self.step) + 1):
            yield number * self.step


def _round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, ..."""
    size = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 2, 5, 10) if step * size >= value * (1 - 1e-9))


def _picture(
    key: str, title: str, unit: str, drawn: Sequence[Markup], scale: _Scale, top: int, rows: int, row: int = _ROW
) -> Markup:
    bottom = top + rows * row
    axis = []
    for mark in scale.marks():
        x = scale.at(mark)
        axis.append(
            Markup('<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>').format(x, top - 4, bottom)
        )
        axis.append(_text(x, bottom + 16, _number(mark), "mark"))
    axis.append(_text(scale.at(scale.end / 2), bottom + 36, unit, "mark"))
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title" xmlns="http://www.w3.org/2000/svg">'
        '<title id="{}-title">{}</title>{}{}</svg>'
    ).format(WIDTH, bottom + _AXIS, key, key, title, Markup("").join(axis), Markup("").join(drawn))


def _legend(parts: Sequence[str]) -> Markup:
    drawn, x = [], 0.0
    for number, part in enumerate(parts):
        drawn.append(_rect(x, _TOP, 14, number, "", 0))
        drawn.append(_text(x + 20, _TOP + 13, part, "value"))
        x += 40 + _LETTER * len(part)
    return Markup("").join(drawn)


def _limit(limit: Limit, scale: _Scale, top: int, bottom: int) -> Markup:
    x = scale.at(limit.at)
    line = Markup('<line class="limit" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>').format(x, top - 6, bottom)
    return line + _text(x, top - 10, f"{limit.name} {_number(limit.at)}", "limit-name")


def _rect(x: float, y: float, width: float, number: int, part: str, value: float, height: float = _BAR) -> Markup:
    title = Markup("<title>{}: {}</title>").format(part, _number(value)) if part else ""
    return Markup('<rect class="part{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}">{}</rect>').format(
        number, x, y, width, height, title
    )


def _name(name: str, scale: _Scale, y: int) -> Markup:
    return _text(scale.left - 10, y + _BAR - 4, name, "name")


def _text(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, x, y, escape(text))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"
