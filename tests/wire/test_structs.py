# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Threads that meet the same Struct for the first time at once must not end the process."""

from __future__ import annotations

import gc
import subprocess
import sys

import msgspec
import pytest

from privity.wire import rest, structs

ROUNDS = 100
RACE = f"""
import sys, threading, msgspec
from privity.wire.structs import settle_structs
sys.setswitchinterval(1e-6)
def made(number):
    class Inner(msgspec.Struct):
        a: int = 1
        b: list[str] = []
    fields = [(f"f{{i}}", Inner | None, None) for i in range(20)]
    return msgspec.defstruct(f"Outer{{number}}", fields, module="privity.invented")
for number in range({ROUNDS}):
    struct = made(number)
    if "settled" in sys.argv:
        settle_structs()
    start = threading.Barrier(4)
    def decode():
        start.wait()
        msgspec.convert({{"f1": {{"a": 1}}}}, struct)
    threads = [threading.Thread(target=decode) for _ in range(4)]
    [each.start() for each in threads]
    [each.join() for each in threads]
"""


def test_threads_that_decode_at_once_do_not_end_a_process_that_settled() -> None:
    done = subprocess.run([sys.executable, "-c", RACE, "settled"], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_every_struct_of_the_house_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    settled: set[type] = set()
    monkeypatch.setattr(msgspec.json, "Decoder", settled.add)
    structs.settle_structs()
    house = {
        each
        for each in gc.get_objects()
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__module__.startswith("privity.")
    }
    assert rest.ServerInfo in settled
    assert house <= settled
