# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Work as the format says it: the vectors, what solves a puzzle and what does not."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from privity.policy.work import (
    BLOCK_BYTES,
    LAST_COUNTER,
    MAX_BITS,
    PARTS,
    PuzzleTooHard,
    WorkWrong,
    check_answers,
    check_puzzle,
    search,
    tries,
)
from tests.policy.work_vectors import VECTORS, block, work_vectors

FILE: dict[str, Any] = json.loads(VECTORS.read_text())
SEED = bytes.fromhex(FILE["puzzles"][1]["seed"])


def test_the_file_is_what_the_command_makes() -> None:
    assert work_vectors() == FILE, "run: python -m tests.policy.work_vectors"


@pytest.mark.parametrize("puzzle", FILE["puzzles"], ids=lambda puzzle: f"{puzzle['bits']} bits")
def test_the_first_answers_solve_a_puzzle(puzzle: dict[str, Any]) -> None:
    seed, bits = bytes.fromhex(puzzle["seed"]), puzzle["bits"]
    check_answers(seed, bits, puzzle["answers"])
    for part, counter in enumerate(puzzle["answers"]):
        hashes = [hashlib.sha256(block(seed, part, each)).digest() for each in range(counter + 1)]
        zero = [int.from_bytes(each, "big") >> (256 - bits) == 0 for each in hashes]
        assert zero == [False] * counter + [True], "the first, and one"


@pytest.mark.parametrize("refused", FILE["refused"], ids=lambda refused: refused["what"])
def test_what_is_no_answer(refused: dict[str, Any]) -> None:
    with pytest.raises(WorkWrong):
        check_answers(bytes.fromhex(refused["seed"]), refused["bits"], refused["answers"])


def test_a_search_goes_on_where_it_was() -> None:
    (answer,) = {search(SEED, 6, 0, 0, 1 << 16)}
    assert answer is not None and answer > 0
    assert search(SEED, 6, 0, 0, answer) is None
    assert search(SEED, 6, 0, answer, 1) == answer
    again = search(SEED, 6, 0, answer + 1, 1 << 16)
    assert again is not None and again > answer


def test_a_negative_answer_is_none() -> None:
    answers = list(FILE["puzzles"][1]["answers"])
    for wrong in (-1, LAST_COUNTER + 1):
        with pytest.raises(WorkWrong, match="answer 0 is out of range"):
            check_answers(SEED, 6, [wrong, *answers[1:]])


def test_what_a_device_works_on() -> None:
    check_puzzle(SEED, 1)
    check_puzzle(SEED, MAX_BITS)
    for seed, bits in ((SEED, 0), (SEED, MAX_BITS + 1), (SEED[1:], 6), (SEED + b"\0", 6), (b"", 6)):
        with pytest.raises(PuzzleTooHard):
            check_puzzle(seed, bits)


def test_one_bit_more_is_twice_the_work() -> None:
    assert [tries(bits) for bits in (1, 2, 18)] == [32, 64, PARTS * 262_144]
    assert len(block(SEED, 0, 0)) == BLOCK_BYTES == 4096
