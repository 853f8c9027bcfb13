# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Stretched time holds everything back and changes no order; it is off unless asked for."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from tests.e2e.stretched import LONGEST_MS, Line, Stretch


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", None),
        ("7", Stretch(7, LONGEST_MS, 1)),
        ("7:50", Stretch(7, 50, 1)),
        ("7:50:4", Stretch(7, 50, 4)),
    ],
)
def test_what_is_asked_for(text: str, read: Stretch | None) -> None:
    assert Stretch.read(text) == read


async def test_nothing_overtakes_what_was_said_before_it() -> None:
    delays = iter([0.05, 0.0, 0.02, 0.0])
    line, heard, last = Line(lambda: next(delays)), list[int](), asyncio.Event()
    for number in range(3):
        line.later(partial(heard.append, number))
    line.later(last.set)
    assert heard == [], "it is held back"
    await last.wait()
    assert heard == [0, 1, 2]
