# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Wrong passphrases cost time that no restart gives back; a sleep or an idle hour locks."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.faces.app.errors import TooSoon
from privity.faces.app.limits import FIRST_WAIT_S, FREE_TRIES, LONGEST_WAIT_S
from privity.faces.app.lock import Attempts, Running, Vigil, asleep_s, running


class Clock:
    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.ms


def no_start() -> Running | None:
    """A system that does not tell how long it has been running."""
    return None


def failed(file: Path, clock: Clock, times: int) -> None:
    """So many wrong passphrases, each as soon as it is allowed, each in a program of its own."""
    for _ in range(times):
        attempts = Attempts(file, clock, no_start)
        clock.ms += 1000 * attempts.wait_s()
        attempts.begin()


def test_the_first_mistakes_are_free_and_then_waits_double(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "ann.json"
    failed(file, clock, FREE_TRIES)
    waits = []
    for _ in range(10):
        waits.append(Attempts(file, clock, no_start).wait_s())
        failed(file, clock, 1)
    assert waits[:3] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert waits[-1] == LONGEST_WAIT_S


def test_a_restart_does_not_shorten_the_wait(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "ann.json"
    failed(file, clock, FREE_TRIES)
    with pytest.raises(TooSoon, match="nothing was tried"):
        Attempts(file, clock, no_start).begin()
    clock.ms += 1000 * FIRST_WAIT_S - 1
    with pytest.raises(TooSoon):
        Attempts(file, clock, no_start).begin()
    clock.ms += 1
    Attempts(file, clock, no_start).begin()


def test_the_right_one_clears_the_past(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "ann.json"
    failed(file, clock, FREE_TRIES + 3)
    Attempts(file, clock, no_start).right()
    assert Attempts(file, clock, no_start).wait_s() == 0
    assert not file.exists()


def test_a_try_counts_before_it_is_made(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "ann.json"
    for _ in range(FREE_TRIES):
        Attempts(file, clock, no_start).begin()  # and the program ends here, before it knows
    assert Attempts(file, clock, no_start).wait_s() == FIRST_WAIT_S


def test_a_clock_that_was_set_back_neither_frees_nor_locks_out(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "ann.json"
    failed(file, clock, FREE_TRIES)
    clock.ms -= 365 * 86_400_000
    assert Attempts(file, clock, no_start).wait_s() == FIRST_WAIT_S
    clock.ms += 1000 * FIRST_WAIT_S
    assert Attempts(file, clock, no_start).wait_s() == 0


def test_a_clock_that_was_set_forward_frees_nobody_before_the_next_start(tmp_path: Path) -> None:
    clock, file, since = Clock(), tmp_path / "ann.json", [7_000]
    started = lambda: Running("one", since[0])  # noqa: E731 - a clock
    for _ in range(FREE_TRIES):
        Attempts(file, clock, started).begin()
    for moved in (86_400_000, -2 * 86_400_000):
        clock.ms += moved
        assert Attempts(file, clock, started).wait_s() == FIRST_WAIT_S
        with pytest.raises(TooSoon):
            Attempts(file, clock, started).begin()
    since[0] += 1000 * FIRST_WAIT_S - 1
    assert Attempts(file, clock, started).wait_s() == 1
    since[0] += 1
    Attempts(file, clock, started).begin()
    since[0] = 0  # another start: there only the clock on the wall goes on
    other = lambda: Running("two", since[0])  # noqa: E731 - a clock
    assert Attempts(file, clock, other).wait_s() == 2 * FIRST_WAIT_S
    clock.ms += 2000 * FIRST_WAIT_S
    assert Attempts(file, clock, other).wait_s() == 0


def test_this_machine_tells_how_long_it_has_been_running() -> None:
    first, second = running(), running()
    assert first is not None and second is not None
    assert first.boot == second.boot and 0 < first.ms <= second.ms


@pytest.mark.parametrize("left", [b"", b"{", b'{"failed":-', b"\xff\xff"])
def test_a_file_that_was_torn_means_a_wait_and_not_none(tmp_path: Path, left: bytes) -> None:
    clock, file = Clock(), tmp_path / "ann.json"
    file.write_bytes(left)
    with pytest.raises(TooSoon):
        Attempts(file, clock, no_start).begin()
    clock.ms += 1000 * FIRST_WAIT_S
    Attempts(file, clock, no_start).begin()


def test_an_idle_hour_locks_once() -> None:
    now = [0.0]
    vigil = Vigil(3600.0, lambda: now[0], lambda: 0.0)
    now[0] = 3599.0
    assert not vigil.is_over()
    vigil.touch()
    now[0] = 7198.0
    assert not vigil.is_over()
    now[0] = 7199.0
    assert vigil.is_over()
    assert not vigil.is_over()


def test_a_sleep_of_the_machine_locks_however_short_the_idle_time() -> None:
    slept = [100.0]
    vigil = Vigil(0.0, lambda: 0.0, lambda: slept[0])
    assert not vigil.is_over()
    slept[0] = 101.0  # clocks drift
    assert not vigil.is_over()
    slept[0] = 110.0
    assert vigil.is_over()
    assert not vigil.is_over()


def test_the_clocks_of_this_machine_are_read() -> None:
    assert asleep_s() > -1.0
