# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Threads that read: whoever asks is answered, also where all threads are busy, and at the end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from privity.server.db.database import Reader
from privity.server.db.readers import READERS, Readers


def look(fn: Callable[[Any], Any]) -> Any:
    return fn(None)


def whose(reader: Reader) -> str:
    return threading.current_thread().name


async def test_one_question_after_the_other_goes_to_the_same_thread() -> None:
    readers = Readers(look)
    assert len({await readers.read(whose) for _ in range(20)}) == 1
    await readers.close()


async def test_questions_at_once_are_answered_by_as_many_threads_as_there_are() -> None:
    readers = Readers(look)
    together = threading.Barrier(READERS)

    def meet(reader: Reader) -> str:
        together.wait(10)
        return whose(reader)

    found = await asyncio.gather(*(readers.read(meet) for _ in range(READERS)))
    assert len(set(found)) == READERS
    await readers.close()


async def test_what_no_thread_was_free_for_waits_and_is_answered_also_while_closing() -> None:
    readers = Readers(look)
    gate, order = threading.Event(), list[int]()

    def hold(reader: Reader) -> None:
        gate.wait(10)

    def note(number: int) -> Callable[[Reader], None]:
        return lambda reader: order.append(number)

    held = [asyncio.create_task(readers.read(hold)) for _ in range(READERS)]
    await asyncio.sleep(0)
    asked = [asyncio.create_task(readers.read(note(number))) for number in range(50)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(readers.close())
    await asyncio.sleep(0)
    assert order == []
    gate.set()
    await asyncio.gather(*held, *asked, closing)
    assert sorted(order) == list(range(50))


async def test_what_a_question_raises_is_the_askers_and_the_thread_goes_on() -> None:
    readers = Readers(look)

    def fail(reader: Reader) -> None:
        raise LookupError("not here")

    for _ in range(2 * READERS):
        with pytest.raises(LookupError, match="not here"):
            await readers.read(fail)
    assert await readers.read(whose)
    await readers.close()


async def test_an_asker_who_left_leaves_nothing_behind() -> None:
    readers = Readers(look)
    gate = threading.Event()
    left = asyncio.create_task(readers.read(lambda reader: gate.wait(10)))
    await asyncio.sleep(0)
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left
    gate.set()
    assert [await readers.read(whose) for _ in range(READERS)]
    await readers.close()
