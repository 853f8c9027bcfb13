# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Work that needs answers of the hub, written as generators: they yield a Call and are sent the Answer.

A flow holds no thread and no socket; whoever runs it may keep it waiting as long as it likes. A Refusal of the hub is
thrown into it at the place where it asked.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

from privity.client.engine.calls import Call
from privity.client.errors import ClientError
from privity.identity.errors import IdentityError
from privity.message.errors import MessageError
from privity.mls.errors import MlsError
from privity.wire.errors import Refusal
from privity.wire.rest import Answer

T = TypeVar("T")
A = TypeVar("A", bound=Answer)

Flow = Generator[Call, Answer, T]

EXPECTED = (ClientError, MlsError, MessageError, IdentityError, Refusal)
"""Failures that belong to the work and end it; anything else is a bug and ends the engine."""


class WrongAnswer(ClientError):
    """The host gave an answer of another type than the call names. A bug on this side."""


def ask(call: Call, kind: type[A]) -> Flow[A]:
    """One request within a flow."""
    answer = yield call
    if not isinstance(answer, kind):
        raise WrongAnswer(f"expected {kind.__name__}, got {type(answer).__name__}")
    return answer


@dataclass(slots=True)
class Running:
    """A flow under way and what to do at its end."""

    flow: Flow[object]
    done: Callable[[object], None]
    failed: Callable[[Exception], None]


class Runner:
    """Runs flows and remembers what each waits for. A request that was not answered is made again on reconnection."""

    __slots__ = ("_next", "_request", "_waiting")

    def __init__(self, request: Callable[[int, Call], None]) -> None:
        self._request = request
        self._waiting: dict[int, tuple[Call, Running]] = {}
        self._next = 1

    def start(self, flow: Flow[T], done: Callable[[object], None], failed: Callable[[Exception], None]) -> None:
        self._advance(Running(flow, done, failed), None, None)

    def answer(self, number: int, answer: Answer) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            self._advance(waiting[1], answer, None)

    def decline(self, number: int, refusal: Refusal) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            self._advance(waiting[1], None, refusal)

    @property
    def idle(self) -> bool:
        """Whether no flow waits for an answer."""
        return not self._waiting

    def ask_again(self) -> None:
        """Make all open requests again, under new numbers: an answer to the old one is ignored."""
        waiting, self._waiting = self._waiting, {}
        for call, running in waiting.values():
            self._ask(call, running)

    def _ask(self, call: Call, running: Running) -> None:
        number, self._next = self._next, self._next + 1
        self._waiting[number] = (call, running)
        self._request(number, call)

    def _advance(self, running: Running, answer: Answer | None, refusal: Refusal | None) -> None:
        try:
            if refusal is not None:
                call = running.flow.throw(refusal)
            elif answer is not None:
                call = running.flow.send(answer)
            else:
                call = next(running.flow)
        except StopIteration as stop:
            running.done(stop.value)
        except EXPECTED as err:
            running.failed(err)
        else:
            self._ask(call, running)
