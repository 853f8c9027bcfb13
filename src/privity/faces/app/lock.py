# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""When keys are dropped by themselves, and how long one waits after wrong passphrases.

The waits are kept on disk, written before a passphrase is tried, so that ending the program gains nothing. They slow
down whoever sits at this machine. Against whoever copies the disk there is only the passphrase and Argon2id.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from privity.faces.app.errors import TooSoon
from privity.faces.app.limits import FIRST_WAIT_S, FREE_TRIES, LONGEST_WAIT_S
from privity.faces.app.whole import write_whole

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
SUSPENDED_S: Final = 2.0
"""Clocks that drift apart by more than this show that the machine slept."""


@dataclass(frozen=True, slots=True)
class Running:
    """A start of this machine, and how long ago that was, sleep included: a clock that nobody can set."""

    boot: str
    ms: int


def running() -> Running | None:
    """None on a system that does not tell."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    try:
        boot = BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return None if clock is None else Running(boot, int(1000 * time.clock_gettime(clock)))


class Tries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Passphrases that did not open an account, and when the last was tried (ms since 1970, and since the start)."""

    failed: int
    last_ms: int
    boot: str = ""
    boot_ms: int = 0


class Attempts:
    """What is remembered of one account's wrong passphrases."""

    __slots__ = ("_file", "_now_ms", "_running")

    def __init__(self, file: Path, now_ms: Callable[[], int], running: Callable[[], Running | None] = running) -> None:
        self._file = file
        self._now_ms = now_ms
        self._running = running

    def wait_s(self) -> int:
        """How long one still has to wait, 0 if not at all."""
        tries = self._read()
        if tries.failed < FREE_TRIES:
            return 0
        wait_s = min(FIRST_WAIT_S << min(tries.failed - FREE_TRIES, 16), LONGEST_WAIT_S)
        passed_ms = self._passed_ms(tries)
        if passed_ms < 0:  # the clock was set back: the wait begins now, and is no longer for it
            self._note(tries.failed)
            passed_ms = 0
        return max(0, -(-(wait_s * 1000 - passed_ms) // 1000))

    def _passed_ms(self, tries: Tries) -> int:
        """By the clock of the machine's start where it goes on from then; otherwise by the one on the wall."""
        running = self._running()
        if running is not None and running.boot == tries.boot:
            return running.ms - tries.boot_ms
        return self._now_ms() - tries.last_ms

    def begin(self) -> None:
        """A passphrase is about to be tried; it counts as wrong until it was right. Raises TooSoon."""
        wait_s = self.wait_s()
        if wait_s:
            raise TooSoon(f"after wrong passphrases the next one is taken in {wait_s} seconds; nothing was tried")
        self._note(self._read().failed + 1)

    def right(self) -> None:
        """It was the right one."""
        self._file.unlink(missing_ok=True)

    def _read(self) -> Tries:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Tries)
        except FileNotFoundError:
            return Tries(0, 0)
        except (msgspec.DecodeError, UnicodeDecodeError):  # half a line after a power cut counts as tries, not as none
            return self._note(FREE_TRIES)

    def _note(self, failed: int) -> Tries:
        running = self._running() or Running("", 0)
        tries = Tries(failed, self._now_ms(), running.boot, running.ms)
        write_whole(self._file, msgspec.json.encode(tries))
        return tries


def asleep_s() -> float:
    """How long this machine has slept since it started: the one clock counts that, the other does not."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return 0.0 if boot is None else time.clock_gettime(boot) - time.clock_gettime(time.CLOCK_MONOTONIC)


@dataclass(slots=True)
class Vigil:
    """Says when everything is to be locked: after a sleep of the machine, or when nobody did anything for long."""

    idle_s: float
    """0 for never."""
    now_s: Callable[[], float] = time.monotonic
    slept_s: Callable[[], float] = asleep_s
    _touched: float = 0.0
    _slept: float = 0.0

    def __post_init__(self) -> None:
        self._slept = self.slept_s()
        self.touch()

    def touch(self) -> None:
        """A person did something."""
        self._touched = self.now_s()

    def is_over(self) -> bool:
        """Whether to lock now. It is said once for each reason."""
        slept = self.slept_s()
        woke = slept - self._slept > SUSPENDED_S
        self._slept = slept
        idle = bool(self.idle_s) and self.now_s() - self._touched >= self.idle_s
        if woke or idle:
            self.touch()
        return woke or idle
