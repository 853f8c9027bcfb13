# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""QR codes in a terminal: the same squares, two rows a line."""

from __future__ import annotations

import re

import pytest

from privity.faces.commands import qr


@pytest.mark.parametrize("text", ["k", "1234567", "the code of a link is about as long as this is", "ä" * 90])
def test_the_lines_show_every_square(text: str) -> None:
    rows = qr.squares(text)
    halves = {" ": "00", "▀": "10", "▄": "01", "█": "11"}
    shown: list[str] = []
    for line in qr.lines(text):
        bare = re.sub(r"\x1b\[[\d;]*m", "", line)
        assert line.startswith("\x1b[") and line.endswith("\x1b[0m")
        shown += ["".join(halves[sign][half] for sign in bare) for half in (0, 1)]
    assert tuple(shown[: len(rows)]) == rows
    assert set("".join(shown[len(rows) :])) <= {"0"}
    assert all(row[: qr.BORDER] == row[-qr.BORDER :] == "0" * qr.BORDER for row in rows)
