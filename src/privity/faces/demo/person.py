# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device of the demo as its conductor sees it: a process that is asked things by name (`device`)."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from privity.faces.demo.asking import LINE_LIMIT, Answer, Refused, Request
from privity.faces.demo.launch import launched
from privity.faces.demo.steps import CheckFailed
from privity.faces.demo.throwaway import PASSPHRASE

WAIT_S = 60.0
STOP_S = 60.0
ANSWER_S = 90.0
"""How long one thing that is asked may take: three times as long as a device gives itself to catch up with its hub."""


@dataclass(slots=True)
class Person:
    """One device. `user_uri` is known once it has an account."""

    name: str
    folder: Path
    hub: str
    broken: Sequence[str] = ()
    answer_s: float = ANSWER_S
    user_uri: str = ""
    _child: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, asyncio.Future[Any]] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".out")

    async def start(self) -> None:
        command = launched(self.broken, "device", "privity.faces.demo.device", str(self.folder), self.hub)
        environment = {**os.environ, "PRIVITY_PASSPHRASE": PASSPHRASE}
        with self.log.open("ab") as out:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=out,
                env=environment,
                limit=LINE_LIMIT,
            )
        self._reading = asyncio.create_task(self._read(self._child))

    async def stop(self) -> None:
        """End the process as its person would: it saves what there is to save."""
        if self._child is None or self._child.stdin is None:
            return
        self._child.stdin.close()
        try:
            await asyncio.wait_for(self._child.wait(), STOP_S)
        except TimeoutError:
            self._child.kill()
            await self._child.wait()
        self._child = None

    async def ask(self, verb: str, **given: object) -> Any:
        """Raises Refused; CheckFailed when the process is gone, or says nothing."""
        child = self._child
        if child is None or child.stdin is None or child.returncode is not None:
            raise CheckFailed("processes", f"the device process of {self.name} is not running; see {self.log.name}")
        number = next(self._numbers)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        child.stdin.write(msgspec.json.encode(Request(number, verb, given)) + b"\n")
        try:
            async with asyncio.timeout(self.answer_s):
                await child.stdin.drain()
                return await future
        except TimeoutError:
            self._waiting.pop(number, None)
            raise CheckFailed(
                "processes",
                f"{self.name} did not answer {verb!r} within {self.answer_s:g} s, and the process still runs; look at"
                f" the end of {self.log}, and run the demo again: on a busy machine it may only have been slow",
            ) from None

    async def items(self, room: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.ask("items", room=room)
        return found

    async def texts(self, room: str) -> list[str]:
        """What the person reads, oldest first."""
        return [item["text"] for item in await self.items(room) if item["kind"] == "message"]

    async def hidden(self, room: str) -> int:
        """How many messages are hidden because they could not be verified."""
        return sum(item["kind"] == "hidden" for item in await self.items(room))

    async def _read(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None  # it was made with a pipe
        while line := await child.stdout.readline():
            answer = msgspec.json.decode(line, type=Answer)
            future = self._waiting.pop(answer.number, None)
            if future is None or future.done():
                continue
            if answer.error:
                future.set_exception(Refused(answer.error, answer.said))
            else:
                future.set_result(answer.value)
        for future in self._waiting.values():
            if not future.done():
                tail = self.log.read_text(errors="replace")[-2000:]
                future.set_exception(CheckFailed("processes", f"the device process of {self.name} ended:\n{tail}"))


async def until(happened: Callable[[], Awaitable[bool]], check: str, what: str, wait_s: float = WAIT_S) -> None:
    """Return when it has happened; raise CheckFailed after the wait."""
    deadline = time.monotonic() + wait_s
    while not await happened():
        if time.monotonic() > deadline:
            raise CheckFailed(check, f"waited {wait_s:g} s for {what}")
        await asyncio.sleep(0.03)
