# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a hub takes only together with work: asked without, and again with the work for the puzzle that it answers.

It is asked for before anybody is told, and what it was asked for is not kept: whoever ends the program meanwhile has
begun nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from privity.client.engine.calls import Call
from privity.client.engine.flow import A, Flow, ask, solve
from privity.client.errors import PuzzleRefused
from privity.policy.work import PuzzleTooHard, check_puzzle
from privity.wire.errors import Refusal
from privity.wire.work import Puzzle, Work

MAX_PUZZLES: Final = 3
"""For one deed: a puzzle may have become too old meanwhile. A hub that is never content is believed no longer."""


def ask_with_work(made: Callable[[Work | None], Call], kind: type[A]) -> Flow[A]:
    """One request, with as much work as the hub asks for.

    Raises PuzzleRefused, WorkStopped, and what the hub refuses.
    """
    work: Work | None = None
    for _ in range(MAX_PUZZLES):
        try:
            return (yield from ask(made(work), kind))
        except Refusal as refusal:
            if refusal.body.puzzle is None:
                raise
            puzzle = refusal.body.puzzle
        work = yield from _work(puzzle)
    try:
        return (yield from ask(made(work), kind))
    except Refusal as refusal:
        if refusal.body.puzzle is None:
            raise
        raise PuzzleRefused(f"the hub took none of {MAX_PUZZLES} puzzles' work, and asks for more") from None


def _work(puzzle: Puzzle) -> Flow[Work]:
    try:
        check_puzzle(puzzle.seed, puzzle.bits)
    except PuzzleTooHard as err:
        raise PuzzleRefused(f"PuzzleTooHard: {err}") from None
    answers = yield from solve(puzzle)
    return Work(puzzle.seed, puzzle.bits, puzzle.made_ms, answers)
