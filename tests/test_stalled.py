# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A stalled run is late everywhere, loses nothing, changes no order and leaves nobody stopped. Off unless asked for."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import stalled
from tests.stalled import LONGEST_MS, Stall, descendants
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux shows them")


@pytest.mark.parametrize(("text", "read"), [("", None), ("7", Stall(7, LONGEST_MS)), ("7:50", Stall(7, 50))])
def test_what_is_asked_for(text: str, read: Stall | None) -> None:
    assert Stall.read(text) == read


def state(number: int) -> str:
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]


def test_who_was_started_by_whom_we_started_is_stopped_too_and_goes_on_at_the_end() -> None:
    child = subprocess.Popen(["/bin/sh", "-c", "sleep 600 & wait"])
    try:
        there: list[int] = []

        def both() -> bool:
            there[:] = [each for each in descendants() if each == child.pid or parent(each) == child.pid]
            return len(there) == 2

        wait_until(both, "the child's own child")
        stopped = set[int]()

        def stopped_each() -> bool:
            stopped.update(each for each in there if state(each) == "T")
            return stopped == set(there)

        with stalled.stalled(Stall(1, 100)):
            wait_until(stopped_each, "both to have been stopped once")
        assert not any(state(each) == "T" for each in there)
    finally:
        for each in reversed(there):
            os.kill(each, 9)
        child.wait()
    assert child.pid not in descendants()


def parent(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has gone meanwhile
        return 0


def test_bytes_timers_and_threads_come_late_and_all_of_them_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stalled, "OFTEN", 0.5)

    async def talk() -> tuple[bytes, list[int]]:
        near, far = socket.socketpair()
        reader, ours = await asyncio.open_connection(sock=near)
        _, writer = await asyncio.open_connection(sock=far)
        for number in range(100):
            writer.write(bytes([number]))
            await asyncio.sleep(0)
        writer.close()
        read = await reader.read()
        ours.close()
        with ThreadPoolExecutor(1) as one:
            loop = asyncio.get_running_loop()
            return read, await asyncio.gather(*(loop.run_in_executor(one, abs, -number) for number in range(20)))

    with stalled.stalled(Stall(3, 20)):
        assert asyncio.run(talk()) == (bytes(range(100)), list(range(20)))
