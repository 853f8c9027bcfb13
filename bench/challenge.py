# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the work costs that a challenged account's device does: the device, a native program, and the hub.

`make bench-challenge`. A native program is `openssl speed` with the same hash over blocks of the same size, times the
tries that a puzzle takes on average; without it that row says so.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

from bench.format import Row, commit_of, show
from privity.policy.work import BLOCK_BYTES, PARTS, check_answers, search, tries
from privity.server.limits import CHALLENGE_BITS

PUZZLES: Final = 5
QUICK_BITS: Final = 10
CHECKS: Final = 200
SLICE: Final = 4_096


def solved(seed: bytes, bits: int) -> list[int]:
    """The answers to one puzzle, found as a device finds them."""
    answers = []
    for part in range(PARTS):
        found, first = None, 0
        while found is None:
            found = search(seed, bits, part, first, SLICE)
            first += SLICE
        answers.append(found)
    return answers


def rows(*, quick: bool) -> list[Row]:
    bits = QUICK_BITS if quick else CHALLENGE_BITS
    spent, tried = [], 0
    answers: list[int] = []
    seed = b""
    for number in range(PUZZLES):
        seed = hashlib.sha256(b"an invented puzzle %d" % number).digest()
        began = time.process_time()
        answers = solved(seed, bits)
        spent.append(time.process_time() - began)
        tried += sum(answers) + PARTS
    began = time.process_time()
    for _ in range(CHECKS):
        check_answers(seed, bits, answers)
    check_us = (time.process_time() - began) / CHECKS * 1e6
    mean_s = sum(spent) / tried * tries(bits)
    native_s = _native_s(bits)
    peer = "openssl speed, one core"
    return [
        Row(f"a puzzle of {PARTS} parts of {bits} bits, on average", mean_s, "cpu_s", peer=peer, peer_value=native_s),
        Row(f"the longest of {PUZZLES}", max(spent), "cpu_s"),
        Row("the check at the hub", check_us, "us", bar="ours < 1000"),
    ]


def _native_s(bits: int) -> float | None:
    """None where there is no `openssl`."""
    program = shutil.which("openssl")
    if program is None:
        return None
    said = subprocess.run(  # fixed arguments
        [program, "speed", "-seconds", "2", "-bytes", str(BLOCK_BYTES), "-evp", "sha256"],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    found = re.search(r"^sha256\s+([0-9.]+)k", said, re.IGNORECASE | re.MULTILINE)
    return None if found is None else tries(bits) * BLOCK_BYTES / (float(found[1]) * 1000)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.challenge", description="What a challenge costs.")
    parser.add_argument("--quick", action="store_true", help="an easy puzzle; says so in the JSON")
    found = parser.parse_args(arguments)
    show("challenge", commit_of(Path(__file__).parent), not found.quick, rows(quick=found.quick))


if __name__ == "__main__":
    main()
