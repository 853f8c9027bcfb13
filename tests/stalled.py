# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A machine that has other things to do, drawn from a seed, so that a test that depends on who is first shows itself.

Off unless asked for: `PRIVITY_TEST_STALL=SEED` with any run of pytest, or `SEED:MS` for stops up to so many
milliseconds. What happens then may happen to anybody: a process that a test has started, or that such a one has, gets
no turn for a while; a timer goes off late; a thread begins late; bytes that have come are read later. Nothing is lost,
and nothing overtakes anything on one connection.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from asyncio import base_events, selector_events
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import pytest

ASKED: Final = os.environ.get("PRIVITY_TEST_STALL", "")
LONGEST_MS: Final = 1_500
OFTEN: Final = 0.05
"""How many of all timers, threads and reads are late: what is always late finds an order of its own."""
LATE: Final = 0.1
"""How late they are at most, as a part of the longest stop."""


@dataclass(frozen=True)
class Stall:
    seed: int
    longest_ms: int = LONGEST_MS

    @classmethod
    def read(cls, text: str) -> Stall | None:
        """None where nothing is asked for. Raises ValueError."""
        if not text:
            return None
        seed, _, longest = text.partition(":")
        return cls(int(seed), int(longest) if longest else LONGEST_MS)


STALL: Final = Stall.read(ASKED)


@contextmanager
def stalled(stall: Stall) -> Iterator[None]:
    """All that this process starts, and much of what it does itself, is late now and then."""
    chance, over = random.Random(stall.seed), threading.Event()

    def late_s() -> float:
        return chance.uniform(0, LATE * stall.longest_ms) / 1_000 if chance.random() < OFTEN else 0.0

    stops = threading.Thread(target=_stop_one_after_another, args=(stall, over), name="stalls")
    with pytest.MonkeyPatch.context() as patch:
        _timers(patch, late_s)
        _threads(patch, late_s, over)
        _reads(patch, late_s)
        stops.start()
        try:
            yield
        finally:
            over.set()
            stops.join()


def _timers(patch: pytest.MonkeyPatch, late_s: Callable[[], float]) -> None:
    at = base_events.BaseEventLoop.call_at

    def later(self: Any, when: float, *given: Any, **named: Any) -> Any:
        return at(self, when + late_s(), *given, **named)

    patch.setattr(base_events.BaseEventLoop, "call_at", later)


def _threads(patch: pytest.MonkeyPatch, late_s: Callable[[], float], over: threading.Event) -> None:
    submit = ThreadPoolExecutor.submit

    def later(self: ThreadPoolExecutor, what: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
        wait_s = late_s()

        def begin() -> Any:
            if wait_s:
                over.wait(wait_s)
            return what(*given, **named)

        return submit(self, begin)

    patch.setattr(ThreadPoolExecutor, "submit", later)


def _reads(patch: pytest.MonkeyPatch, late_s: Callable[[], float]) -> None:
    transport = cast(Any, selector_events)._SelectorSocketTransport
    ready = transport._read_ready

    def later(self: Any) -> None:
        wait_s = late_s()
        if not wait_s or self._conn_lost or not self.is_reading():
            ready(self)
            return
        self.pause_reading()
        self._loop.call_later(wait_s, self.resume_reading)

    patch.setattr(transport, "_read_ready", later)


def _stop_one_after_another(stall: Stall, over: threading.Event) -> None:
    chance = random.Random(stall.seed)
    while not over.wait(chance.uniform(0, stall.longest_ms) / 1_000):
        if not (there := descendants()):
            continue
        number = chance.choice(there)
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGSTOP)
            try:
                over.wait(chance.uniform(0, stall.longest_ms) / 1_000)
            finally:
                os.kill(number, signal.SIGCONT)


def descendants() -> list[int]:
    """Whom this process has started, and whom they have, by number; none that has ended."""
    children = defaultdict(list)
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has gone meanwhile
            state, parent = each.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                children[int(parent)].append(int(each.parent.name))
    found, look = [], [os.getpid()]
    while look:
        found += (next_ones := children[look.pop()])
        look += next_ones
    return sorted(found)
