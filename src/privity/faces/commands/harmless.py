# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Text of strangers on a terminal.

It must not steer the terminal: it could hide a line, or draw one that somebody else seems to have written. So nothing
of it moves the cursor or turns the direction of writing, and only its first line begins at the margin.
"""

from __future__ import annotations

import unicodedata

TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates: they can show a name's ending in front, and reach into what follows."""
_LINE_ENDS = frozenset("\n\u2028\u2029")
_INDENT = "\n" + 17 * " "


def harmless(text: str) -> str:
    """Text that a terminal shows and does nothing else with."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _LINE_ENDS:
        return _INDENT
    if character in TURNING or (unicodedata.category(character) in ("Cc", "Cs") and character != "\t"):
        return "\N{REPLACEMENT CHARACTER}"
    return character
