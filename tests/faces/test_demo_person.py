# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device of the demo that does not answer is not waited for without end, and is named."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from privity.faces.demo.person import Person
from privity.faces.demo.steps import CheckFailed

SILENT = "import sys; sys.stdin.read()"
DEAF = "import threading; threading.Event().wait()"
LATE = "import sys, json; lines = [json.loads(sys.stdin.readline()) for _ in 'ab']\n" + "".join(
    f"print(json.dumps(dict(number=lines[{at}]['number'], value={value!r})), flush=True)\n"
    for at, value in ((0, "of the first"), (1, "of the second"))
)


@asynccontextmanager
async def person(tmp_path: Path, program: str, answer_s: float) -> AsyncIterator[Person]:
    """Somebody whose process is this program."""
    made = Person("alice", tmp_path / "alice", "http://127.0.0.1:1", answer_s=answer_s)
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    made._child = child
    made._reading = asyncio.create_task(made._read(child))
    try:
        yield made
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()
        await made._reading


async def test_who_says_nothing_is_named_with_what_was_asked_and_what_to_do(tmp_path: Path) -> None:
    async with person(tmp_path, SILENT, 0.05) as alice:
        with pytest.raises(CheckFailed) as failed:
            await alice.ask("send", room="tea", text="x")
        said = str(failed.value)
        assert "alice did not answer 'send' within 0.05 s" in said and "alice.out" in said and "again" in said
        assert alice._waiting == {}


async def test_who_reads_nothing_does_not_hold_up_whoever_asks(tmp_path: Path) -> None:
    async with person(tmp_path, DEAF, 0.2) as alice:
        with pytest.raises(CheckFailed, match="alice did not answer 'send'"):
            await alice.ask("send", room="tea", text="x" * (8 << 20))


async def test_an_answer_that_comes_too_late_is_none_to_the_next_question(tmp_path: Path) -> None:
    async with person(tmp_path, LATE, 0.05) as alice:
        with pytest.raises(CheckFailed):
            await alice.ask("first")
        alice.answer_s = 30
        assert await alice.ask("second") == "of the second"
