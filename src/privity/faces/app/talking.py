# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One page, or one program on the socket: its requests are answered side by side, and it hears what happens."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from privity.faces.app.errors import Malformed
from privity.faces.app.house import House
from privity.faces.app.limits import MAX_QUEUED, MAX_UNDER_WAY
from privity.faces.app.port.envelopes import Answered, Asked, Failed, Happened, Problem, ToPage
from privity.faces.app.port.happened import Event
from privity.faces.app.problems import BUG, FORESEEN, problem_of
from privity.faces.app.verbs.table import answer
from privity.server.web import log_bug

BUSY: Final = Problem(
    name="TooManyRequests", text="The page asks for more at once than it should. This was not done; try again."
)
_decoder: Final = msgspec.json.Decoder(Asked)


class Talk:
    """`next` is what is to be sent, in order. What is asked here and not answered yet is bounded, and so is what waits
    for the other side to read it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._under_way: set[asyncio.Task[None]] = set()
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._queued = 0
        house.listen(self._hear)

    def close(self) -> None:
        """Nothing more is sent. What was asked for is done all the same: a page may go any moment."""
        self._house.unlisten(self._hear)

    async def next(self) -> bytes | None:
        """What to send now; None for one who reads too slowly, and is to be cut off."""
        data = await self._queue.get()
        if self._queued > MAX_QUEUED:
            return None
        self._queued -= len(data)
        return data

    def ask(self, data: bytes | str) -> None:
        """One request as it came. Raises Malformed."""
        try:
            asked = _decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
            raise Malformed(f"this is nothing that can be asked: {_where(err)}") from None
        if len(self._under_way) >= MAX_UNDER_WAY:
            self._say(Failed(number=asked.number, problem=BUSY))
            return
        task = asyncio.ensure_future(self._answer(asked))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer(self, asked: Asked) -> None:
        try:
            result = await answer(self._house, asked.request)
        except FORESEEN as err:
            self._say(Failed(number=asked.number, problem=problem_of(err)))
        except Exception as err:  # noqa: BLE001  # where a bug ends: the page learns that there was one, and no more
            log_bug(err)
            self._say(Failed(number=asked.number, problem=BUG))
        else:
            self._say(Answered(number=asked.number, result=result))  # type: ignore[arg-type]  # a test compares them

    def _hear(self, event: Event) -> None:
        self._say(Happened(event=event))  # type: ignore[arg-type]  # as above

    def _say(self, what: ToPage) -> None:
        if self._queued > MAX_QUEUED:
            return  # it is cut off
        data = msgspec.json.encode(what)
        self._queued += len(data)
        if self._queued > MAX_QUEUED:
            self.close()
        self._queue.put_nowait(data)


def _where(err: Exception) -> str:
    """What is wrong and where, without a word of what came."""
    return str(err) if isinstance(err, msgspec.ValidationError) else "not JSON"
