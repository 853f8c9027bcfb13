# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Work that needs answers of the hub, written as generators: they yield a Call and are sent the Answer. A puzzle of the
hub's is asked of whoever runs them, in the same way.

A flow holds no thread and no socket; whoever runs it may keep it waiting as long as it likes. A Refusal of the hub is
thrown into it at the place where it asked.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

from privity.client.engine.calls import Call
from privity.client.errors import ClientError, WorkStopped
from privity.identity.errors import IdentityError
from privity.message.errors import MessageError
from privity.mls.errors import MlsError
from privity.wire.errors import Refusal
from privity.wire.rest import Answer
from privity.wire.work import Puzzle

T = TypeVar("T")
A = TypeVar("A", bound=Answer)


class Answers(Answer, frozen=True):
    """Of a puzzle: one for each part."""

    answers: list[int]


@dataclass(frozen=True, slots=True)
class Solve:
    """A puzzle that is to be solved here, beside everything else."""

    puzzle: Puzzle


Flow = Generator[Call | Solve, Answer, T]

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


def solve(puzzle: Puzzle) -> Flow[list[int]]:
    """The answers to a puzzle. Raises WorkStopped where the person does not want to wait."""
    answer = yield Solve(puzzle)
    if not isinstance(answer, Answers):
        raise WrongAnswer(f"expected Answers, got {type(answer).__name__}")
    return answer.answers


@dataclass(slots=True)
class Running:
    """A flow under way and what to do at its end."""

    flow: Flow[object]
    done: Callable[[object], None]
    failed: Callable[[Exception], None]


class Runner:
    """Runs flows and remembers what each waits for. A request that was not answered is made again on reconnection; work
    on a puzzle goes on meanwhile.
    """

    __slots__ = ("_next", "_request", "_waiting")

    def __init__(self, request: Callable[[int, Call | Solve], None]) -> None:
        self._request = request
        self._waiting: dict[int, tuple[Call | Solve, Running]] = {}
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
        waiting, self._waiting = self._waiting, {n: each for n, each in self._waiting.items() if _is_work(each)}
        for each in waiting.values():
            if not _is_work(each):
                self._ask(*each)

    def stop_work(self) -> list[int]:
        """End every flow that waits for a puzzle, with WorkStopped; the numbers of what needs no answer any more."""
        stopped = [number for number, each in self._waiting.items() if _is_work(each)]
        for number in stopped:
            _, running = self._waiting.pop(number)
            self._advance(running, None, WorkStopped("stopped before the work was done; nothing was begun"))
        return stopped

    def _ask(self, call: Call | Solve, running: Running) -> None:
        number, self._next = self._next, self._next + 1
        self._waiting[number] = (call, running)
        self._request(number, call)

    def _advance(self, running: Running, answer: Answer | None, refusal: Refusal | WorkStopped | None) -> None:
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


def _is_work(waiting: tuple[Call | Solve, Running]) -> bool:
    return isinstance(waiting[0], Solve)
