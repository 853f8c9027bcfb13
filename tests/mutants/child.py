# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A process that runs some tests on a changed program and says by its exit status whether one of them noticed."""

from __future__ import annotations

import mmap
import os
import resource
import signal
import time
from collections.abc import Callable, Sequence

import pytest

SURVIVED, KILLED, UNFIT, TIMEOUT = 0, 10, 11, 12
MEMORY = 6 << 30
ENDED = (signal.SIGVTALRM, signal.SIGXCPU, signal.SIGKILL)
"""How a process dies that took too long."""

_PATIENCE = 20
"""Seconds of waiting for each second of work, on a machine that does other things meanwhile."""


class EndsAtOnce:
    """The first test that fails ends the process."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os._exit(KILLED)


class Shared:
    """A number that a forked process shows to its parent: the position of the test that it runs."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 4)

    def show(self, number: int) -> None:
        self._memory[:4] = number.to_bytes(4, "big")

    @property
    def shown(self) -> int:
        return int.from_bytes(self._memory[:4], "big")


def limit(seconds: float) -> None:
    """A change may make a program run for ever, or eat all memory."""
    most = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(items: Sequence[pytest.Item], seconds: Sequence[float], shared: Shared | None = None) -> None:
    """These tests in this order, as pytest would; each is given its own CPU time, and what takes longer is ended."""
    for at, (item, following, most) in enumerate(zip(items, [*items[1:], None], seconds, strict=True)):
        if shared is not None:
            shared.show(at)
        signal.setitimer(signal.ITIMER_VIRTUAL, most)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def forked(work: Callable[[], None], seconds: float) -> int:
    """The exit status of `work` in a child: SURVIVED when it returns, TIMEOUT after `seconds` of CPU time."""
    child = os.fork()
    if child == 0:
        try:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            limit(seconds)
            work()
            os._exit(SURVIVED)
        except BaseException:  # noqa: BLE001  # whatever it is, this process must not go on as a second parent
            os._exit(KILLED)
    return _status(child, time.monotonic() + _PATIENCE * seconds)


def _status(child: int, until: float) -> int:
    pause = 0.001
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return TIMEOUT
        time.sleep(pause)
        pause = min(0.02, pause * 1.5)
    if os.WIFSIGNALED(status):
        return TIMEOUT if os.WTERMSIG(status) in ENDED else KILLED
    return os.WEXITSTATUS(status)
