# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Texts as QR codes: squares for whoever draws them, and lines for a terminal."""

from __future__ import annotations

from typing import Final

BORDER: Final = 4
"""Squares around a code that stay light, so that a camera finds its corners."""
_HALVES: Final = {"00": " ", "10": "▀", "01": "▄", "11": "█"}
_INK, _END = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
"""Black on white, whatever the terminal's own colours are: many cameras do not read a code that is light on dark."""


def squares(text: str) -> tuple[str, ...]:
    """The rows of a code with its border, `1` for each dark square."""
    import segno  # not at the start of every command: it takes as long as some of them

    code = segno.make_qr(text.encode("utf-8", "replace"), error="m")
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.matrix_iter(border=BORDER))


def lines(text: str) -> list[str]:
    """The code for a terminal, two rows of squares in each line."""
    rows = squares(text)
    pairs = zip(rows[::2], (*rows[1::2], "0" * len(rows[0])), strict=False)
    return [f"{_INK}{''.join(_HALVES[up + down] for up, down in zip(*pair, strict=True))}{_END}" for pair in pairs]
