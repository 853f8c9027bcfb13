# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What takes long says so on a terminal, and nowhere else."""

from __future__ import annotations

import asyncio
import io
import sys

import pytest

from privity.faces.commands import waiting as module
from privity.faces.commands.waiting import waiting
from tests.faces.test_files import Terminal


async def test_a_status_on_a_terminal_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module, "QUIET_S", 0.0)
    monkeypatch.setattr(module, "LOOK_S", 0.0)
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    asked = asyncio.Event()

    def what() -> str:
        asked.set()
        return "connecting to [hub]"

    async with waiting(what):
        await asked.wait()
    assert "connecting to [hub]" in screen.getvalue()


async def test_nothing_where_it_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    async with waiting(lambda: "connecting"):
        await asyncio.sleep(0)
    assert screen.getvalue() == ""


async def test_silence_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_S", 0.0)
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    async with waiting(lambda: "connecting"):
        for _ in range(10):
            await asyncio.sleep(0)
    assert pipe.getvalue() == ""
