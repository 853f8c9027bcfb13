# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What this worker's transactions did, for the devices of other workers; and what theirs did, for the devices here.

What is not heard shows by its number, at the latest by the number that each worker says once a second. Then every
device here looks at the database again, and every session asks whether its device still is one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from privity.server.bus.model import Bus
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.model import Effect, Enter, Part, Publish, ToDevice
from privity.server.sessions.model import Sessions
from privity.server.workers.hearing import Heard, Hearing
from privity.server.workers.words import (
    TOLD,
    Arrived,
    Connected,
    Counted,
    Dropped,
    Due,
    Passing,
    Published,
    Taken,
    Told,
    Word,
    decode,
    encode,
)

NUMBER_S: Final = 1.0
"""How long a last word that was lost goes unnoticed."""
MAX_WORDS_BYTES: Final = 512 << 10
"""Of one message on the bus: NATS takes a MiB."""


class Telling:
    """One worker's mouth and ears."""

    __slots__ = (
        "_arrived",
        "_bus",
        "_counted",
        "_due",
        "_fanout",
        "_hearing",
        "_look_again",
        "_name",
        "_number",
        "_published",
        "_sessions",
    )

    def __init__(
        self,
        bus: Bus,
        name: str,
        fanout: Fanout,
        sessions: Sessions,
        *,
        due: Callable[[], None],
        published: Callable[[], None],
        arrived: Callable[[], None],
        look_again: Callable[[], None],
        counted: Callable[[str, str, int], None],
    ) -> None:
        """The calls are made when another worker said so. `look_again`: something was not heard, whatever it was."""
        self._bus = bus
        self._name = name
        self._number = 0
        self._hearing = Hearing()
        self._fanout = fanout
        self._sessions = sessions
        self._due = due
        self._published = published
        self._arrived = arrived
        self._look_again = look_again
        self._counted = counted

    async def begin(self) -> None:
        """Hear from now on."""
        await self._bus.listen(TOLD, self._hear)
        self._bus.when_back(self._look_again)

    def tell(self, words: Sequence[Word]) -> None:
        """To every other worker."""
        batch: list[Word] = []
        size = 0
        for word in words:
            batch.append(word)
            size += _size(word)
            if size >= MAX_WORDS_BYTES:
                self._say(batch)
                batch, size = [], 0
        if batch:
            self._say(batch)

    async def say_number(self) -> None:
        """For good: so that others notice when they missed the last thing that was said."""
        while True:
            await asyncio.sleep(NUMBER_S)
            self._bus.say(TOLD, encode(Told(self._name, self._number, [])))

    def _say(self, words: list[Word]) -> None:
        self._number += 1
        self._bus.say(TOLD, encode(Told(self._name, self._number, words)))

    def _hear(self, data: bytes) -> None:
        told = decode(data, Told)
        heard = self._hearing.take(told.worker, told.number)
        if heard is Heard.AGAIN:
            return
        effects: list[Effect] = []
        for word in told.words:
            if isinstance(word, Publish | Enter | Part | ToDevice):
                effects.append(word)
            else:
                self._take(word)
        self._fanout.hear(effects)
        if heard is Heard.GAP or not told.words:
            self._look_again()

    def _take(self, word: Word) -> None:
        match word:
            case Dropped(client_uri, why):
                self._sessions.hear_drop(client_uri, why)
            case Connected(client_uri):
                self._sessions.hear_add(client_uri)
            case Passing(room_uri, frame):
                self._fanout.hear_passing(room_uri, frame)
            case Due():
                self._due()
            case Published():
                self._published()
            case Arrived():
                self._arrived()
            case Taken():
                self._look_again()
            case Counted(limit, caller, tokens):
                self._counted(limit, caller, tokens)


def _size(word: Word) -> int:
    match word:
        case Publish():
            return len(word.frame) + len(word.answer or b"") + 200
        case ToDevice() | Passing():
            return len(word.frame) + 200
    return 200
