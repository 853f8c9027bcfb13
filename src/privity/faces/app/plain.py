# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Text of strangers for a page: nothing in it can hide, turn the direction of what follows, or pile up on a line."""

from __future__ import annotations

import unicodedata
from typing import Final

from privity.faces.app.limits import MAX_MARKS
from privity.faces.commands.harmless import TURNING

_LINE_ENDS: Final = {"\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n"}


def visible(text: str) -> str:
    """The text with a sign in place of every character that steers instead of showing."""
    shown: list[str] = []
    marks = 0
    for character in text.replace("\r\n", "\n").replace("\r", "\n"):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MAX_MARKS:
            continue
        if character in _LINE_ENDS:
            shown.append("\n")
        elif character in TURNING or (category in ("Cc", "Cs") and character not in "\n\t"):
            shown.append("\N{REPLACEMENT CHARACTER}")
        else:
            shown.append(character)
    return "".join(shown)


def one_line(text: str, limit: int) -> str:
    """The beginning of a text on one line."""
    words = " ".join(visible(text[: 4 * limit]).split())
    return words if len(words) <= limit else f"{words[: limit - 1]}…"
