# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A stranger's words inside a sentence of the desk's: on one line, short, and without letters that nobody sees.

Whoever names an agency or a case number writes no further paragraph of a notice that way, and turns no text around.
"""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_QUOTED: Final = 200
"""Characters of a name, a number or a provision."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK: Final = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters that look like nothing at all."""


def quoted(text: str, limit: int = MAX_QUOTED) -> str:
    """The words as they may stand in a sentence; empty where nothing is left that could be read."""
    kept = "".join(
        " " if letter.isspace() or unicodedata.category(letter) in _UNSEEN or letter in _BLANK else letter
        for letter in text[: limit * 4]
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
