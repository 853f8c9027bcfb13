# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""While a file travels: a bar where somebody looks, silence in a pipe."""

from __future__ import annotations

import io
import sys

import pytest

from privity.faces.commands.files import moving


class Terminal(io.StringIO):
    """A screen that remembers."""

    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with moving("sending") as moved:
        assert moved is not None
        moved(50_000, 100_000)
        moved(100_000, 100_000)
    assert "sending" in screen.getvalue()
    assert "100.0/100.0 kB" in screen.getvalue()


def test_silence_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with moving("sending") as moved:
        assert moved is None
    assert pipe.getvalue() == ""
