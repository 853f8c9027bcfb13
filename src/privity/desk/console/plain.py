# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Text of strangers for a page of evidence: nothing in it hides, turns direction, or piles up; what would is named.

A messenger shows such a character as a neutral sign. Here it is evidence: a moderator sees which one stands where.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

MAX_MARKS: Final = 6
"""Combining marks on one letter that are shown; every script is content with fewer."""
MAX_TEXT: Final = 1 << 16
"""Characters of one text: no message holds more."""
MAX_LINE: Final = 200
"""Characters of a name, an address or a title."""
MAX_SIGNS: Final = 400
"""Signs of one text that are named; a text of nothing else would fill the page with their names."""
_LINE_ENDS: Final = frozenset("\n\u2028\u2029\x0b\x0c\x85")
_JOINERS: Final = frozenset("\u200c\u200d")
"""Between the letters of some scripts, and within emoji, they belong to the writing."""
_BLANK: Final = frozenset("\u00ad\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters that look like nothing at all."""
_HIDING: Final = ("Cc", "Cf", "Cs", "Co", "Cn")
_ORDINARY: Final = re.compile(r"[\t -~]+")
"""Nothing of ASCII hides but its control characters: most of what is shown is looked at a stretch at a time."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text. Where `sign` is set it is the name of a character that is not drawn."""

    text: str
    sign: bool = False


def runs(text: str, limit: int = MAX_TEXT) -> tuple[Run, ...]:
    """A text as it may be drawn, line by line as it was written."""
    return tuple(_joined(_signs(text[:limit].replace("\r\n", "\n").replace("\r", "\n"), "\n"), len(text) - limit))


def line(text: str, limit: int = MAX_LINE) -> tuple[Run, ...]:
    """A text on one line."""
    return tuple(_joined(_signs(text[:limit], " "), len(text) - limit))


def _signs(text: str, line_end: str) -> Iterator[Run]:
    at = 0
    for ordinary in _ORDINARY.finditer(text):
        yield from _looked_at(text[at : ordinary.start()], line_end)
        yield Run(ordinary[0])
        at = ordinary.end()
    yield from _looked_at(text[at:], line_end)


def _looked_at(text: str, line_end: str) -> Iterator[Run]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category not in ("Mn", "Me"):
            if marks > MAX_MARKS:
                yield Run(f"{marks - MAX_MARKS} more marks", sign=True)
            marks = 0
        else:
            marks += 1
            if marks > MAX_MARKS:
                continue
        if character in _LINE_ENDS:
            yield Run(line_end)
        elif character in _BLANK or (category in _HIDING and character not in "\t" and character not in _JOINERS):
            yield Run(_name(character), sign=True)
        else:
            yield Run(character)
    if marks > MAX_MARKS:
        yield Run(f"{marks - MAX_MARKS} more marks", sign=True)


def _joined(signs: Iterator[Run], left: int) -> Iterator[Run]:
    """Neighbours of one kind as one run, and at the end how much is left out."""
    drawn: list[str] = []
    named = 0
    for sign, alike in groupby(signs, lambda run: run.text if run.sign else None):
        if sign is None:
            drawn += (run.text for run in alike)
            continue
        count = sum(1 for _ in alike)
        named += 1
        if named > MAX_SIGNS:
            drawn.append("\N{REPLACEMENT CHARACTER}" * min(count, MAX_MARKS))
            continue
        if drawn:
            yield Run("".join(drawn))
            drawn = []
        yield Run(sign if count == 1 else f"{count} × {sign}", sign=True)
    if drawn:
        yield Run("".join(drawn))
    if left > 0:
        yield Run(f"{left} more characters", sign=True)


def _name(character: str) -> str:
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X} {name}".rstrip()
