# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A worker is judged by what it says: that its loop turns, and that its writer answers."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from privity.server.health.supervised import ALIVE, ENDING, READY, TURNING, Supervisor
from privity.server.workers.ear import MOST_AT_ONCE, Ear
from privity.server.workers.vital import ENDS_S, SILENT_S, STARTS_S, WRITES_S, Vital


def ready(*, patient: bool = False) -> Vital:
    found = Vital(0.0, patient=patient)
    found.hear([READY], 10.0)
    return found


def test_one_that_speaks_is_well() -> None:
    found = ready()
    for second in range(10, 200, 10):
        found.hear([ALIVE], float(second))
        assert found.wrong(second + SILENT_S) is None


def test_silence_has_an_end() -> None:
    found = ready()
    assert found.wrong(10.0 + SILENT_S) is None
    assert found.wrong(10.1 + SILENT_S) == "says nothing"


def test_a_loop_that_turns_around_a_writer_that_does_not_answer_has_longer() -> None:
    found = ready()
    for second in range(10, int(10 + WRITES_S), 5):
        found.hear([TURNING], float(second))
    assert found.wrong(10.0 + WRITES_S) is None
    found.hear([TURNING], 10.0 + WRITES_S)
    assert found.wrong(10.1 + WRITES_S) == "cannot write"
    found.hear([ALIVE], 11.0 + WRITES_S)
    assert found.wrong(11.1 + WRITES_S) is None


def test_a_first_start_takes_as_long_as_it_takes() -> None:
    assert Vital(0.0, patient=True).wrong(1e6) is None
    later = Vital(0.0, patient=False)
    assert later.wrong(STARTS_S) is None
    assert later.wrong(STARTS_S + 1) == "does not begin"


def test_one_that_ends_may_take_its_time() -> None:
    found = ready()
    found.hear([ENDING], 20.0)
    assert found.wrong(20.0 + ENDS_S) is None
    assert found.wrong(20.1 + ENDS_S) == "does not end"


def test_what_nobody_listened_to_is_no_silence() -> None:
    found = ready()
    found.excuse(100.0)
    assert found.wrong(110.0 + SILENT_S) is None
    assert found.wrong(110.1 + SILENT_S) == "says nothing"


@pytest.mark.parametrize("word", [b"", b"READY", b"READY=1\nX=1", b"\xff" * 100])
def test_a_strange_word_is_a_sign_of_life_and_no_more(word: bytes) -> None:
    found = Vital(0.0, patient=False)
    found.hear([word], 100.0)
    assert not found.ready
    assert found.wrong(100.0 + STARTS_S) is None


def test_an_ear_takes_words_in_their_order_and_so_many_at_once() -> None:
    with tempfile.TemporaryDirectory() as made:  # tmp_path may be longer than the address of a socket
        folder = Path(made)
        ear = Ear(folder, "name")
        mouth = Supervisor(ear.environment())
        assert mouth.interval_s == 3.0
        assert ear.hear() == []
        mouth.say(READY)
        mouth.say(ALIVE)
        assert ear.hear() == [READY, ALIVE]
        for _ in range(2 * MOST_AT_ONCE):
            mouth.say(ALIVE)
        assert 0 < len(ear.hear()) <= MOST_AT_ONCE
        ear.close()
        assert list(folder.iterdir()) == []
        mouth.say(ALIVE)
