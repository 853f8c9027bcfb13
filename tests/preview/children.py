# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The children that decode, watched from outside."""

from __future__ import annotations

import asyncio

import pytest


def watched(monkeypatch: pytest.MonkeyPatch) -> list[asyncio.subprocess.Process]:
    """Every child that is started from now on."""
    born = []
    start = asyncio.create_subprocess_exec

    async def noted(*arguments: str, **named: object) -> asyncio.subprocess.Process:
        child = await start(*arguments, **named)  # type: ignore[arg-type]  # what the asker passes
        born.append(child)
        return child

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    return born
