# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What takes long, one at a time: under way, or made and waiting to be fetched. A lock of its account ends it.

What an errand makes is whole or not given out: nobody can fetch anything of it before it has come to its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Final

import msgspec

from privity.client.errors import SaveRefused
from privity.faces.app.errors import ErrandUnderWay, NotThere
from privity.faces.app.port.errands import ErrandChanged, ErrandKind, ErrandShown, ErrandState
from privity.faces.app.port.happened import Event
from privity.faces.app.problems import BUG, FORESEEN, problem_of
from privity.server.web import log_bug

TOLD_S: Final = 0.2
"""Between two words about how far it has come."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an errand, in words, and the file that it has made, if it has."""

    text: str
    file: BinaryIO | None = None
    filename: str = ""


Work = Callable[[Progress], Coroutine[object, object, Outcome]]
Spawn = Callable[[Coroutine[object, object, None]], asyncio.Task[None]]


class Errands:
    """Those of one open account. `spawn` begins what ends with the account."""

    def __init__(
        self, account: str, announce: Callable[[Event], None], spawn: Spawn, now_ms: Callable[[], int]
    ) -> None:
        self._account = account
        self._announce = announce
        self._spawn = spawn
        self._now_ms = now_ms
        self._last: ErrandShown | None = None
        self._task: asyncio.Task[None] | None = None
        self._file: BinaryIO | None = None

    @property
    def last(self) -> ErrandShown | None:
        return self._last

    def begin(self, kind: ErrandKind, work: Work, brought: BinaryIO | None = None) -> ErrandShown:
        """Begin it; what an earlier one has made is dropped. `brought` is closed at its end. Raises ErrandUnderWay."""
        if self._task is not None and not self._task.done():
            _drop(brought)
            raise ErrandUnderWay("something else is under way on this account: wait for its end, or stop it first")
        self.close()
        number = 1 if self._last is None else self._last.number + 1
        shown = ErrandShown(
            number=number,
            kind=kind,
            state=ErrandState.UNDER_WAY,
            done=0,
            total=0,
            began_ms=self._now_ms(),
            text="",
            filename="",
        )
        self._become(shown)
        self._task = self._spawn(self._run(shown, work))
        self._task.add_done_callback(lambda _: _drop(brought))
        return shown

    async def stop(self, number: int) -> None:
        """End it, and drop what it has made. One that has ended stays as it is."""
        if self._last is None or self._last.number != number:
            raise NotThere("this is no longer under way")
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._last.number == number and self._last.state in (ErrandState.UNDER_WAY, ErrandState.READY):
            self.close()
            self._change(state=ErrandState.STOPPED)

    def made(self, number: int) -> tuple[BinaryIO, str]:
        """The file that an errand has made, at its beginning, and what to call it. Raises NotThere."""
        last = self._last
        if last is None or last.number != number or last.state is not ErrandState.READY or self._file is None:
            raise NotThere("there is nothing to fetch: it was fetched before, or dropped by a lock")
        self._file.seek(0)
        return self._file, last.filename

    def fetched(self, number: int) -> None:
        """The page has all of it."""
        if self._last is not None and self._last.number == number and self._last.state is ErrandState.READY:
            self.close()
            self._change(state=ErrandState.DONE)

    def close(self) -> None:
        """Drop what was made and nobody fetched."""
        file, self._file = self._file, None
        _drop(file)

    async def _run(self, shown: ErrandShown, work: Work) -> None:
        loop = asyncio.get_running_loop()

        told_s, done, total = 0.0, 0, 0

        def moved(now_done: int, now_total: int) -> None:
            nonlocal told_s, done, total
            done, total = now_done, now_total
            if loop.time() - told_s >= TOLD_S:
                told_s = loop.time()
                self._change(done=done, total=total)

        try:
            outcome = await work(moved)
        except asyncio.CancelledError:
            self._change(state=ErrandState.STOPPED)
            raise
        except FORESEEN as err:
            self._change(state=ErrandState.FAILED, text=problem_of(err).text)
        except Exception as err:  # noqa: BLE001  # where a bug ends: whoever waits for it learns that there was one
            log_bug(err)
            self._change(state=ErrandState.FAILED, text=BUG.text)
        else:
            self._file = outcome.file
            state = ErrandState.DONE if outcome.file is None else ErrandState.READY
            self._change(state=state, text=outcome.text, filename=outcome.filename, done=done, total=total)

    def _change(self, **to: object) -> None:
        if self._last is not None:
            self._become(msgspec.structs.replace(self._last, **to))

    def _become(self, shown: ErrandShown) -> None:
        self._last = shown
        self._announce(ErrandChanged(account=self._account, errand=shown))


def _drop(file: BinaryIO | None) -> None:
    if file is not None:
        with suppress(SaveRefused):  # what its buffer still held is not wanted
            file.close()
