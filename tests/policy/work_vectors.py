# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/vectors/challenge.json: `python -m tests.policy.work_vectors`."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

from privity.policy.work import BLOCK_BYTES, PARTS, SEED_BYTES, search

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "challenge.json"


def block(seed: bytes, part: int, counter: int) -> bytes:
    """As spec/challenge.md says it, without the code that is tested."""
    own = hashlib.sha256(seed + bytes([part])).digest()
    return (counter.to_bytes(8, "big") + own * BLOCK_BYTES)[:BLOCK_BYTES]


def first_answers(seed: bytes, bits: int) -> list[int]:
    found = [search(seed, bits, part, 0, 1 << 20) for part in range(PARTS)]
    return [each for each in found if each is not None]


def work_vectors() -> dict[str, Any]:
    """Puzzles with the first answer to each part, and answers that are none."""
    rnd = random.Random("privity challenge vectors").randbytes
    solved = [(bits, seed, first_answers(seed, bits)) for bits in (1, 6, 10) if (seed := rnd(SEED_BYTES))]
    _, seed, found = solved[1]
    late = next(part for part, answer in enumerate(found) if answer > 0)
    refused = [
        ("an answer is missing", found[:-1]),
        ("one answer too many", [*found, 0]),
        ("an answer to another part", [found[1], found[0], *found[2:]]),
        ("a try that came before the answer", [*found[:late], found[late] - 1, *found[late + 1 :]]),
        ("an answer beyond 2^53 - 1", [1 << 53, *found[1:]]),
    ]
    return {
        "block": {
            "seed": seed.hex(),
            "part": 3,
            "counter": 258,
            "sha256": hashlib.sha256(block(seed, 3, 258)).hexdigest(),
        },
        "puzzles": [{"seed": seed.hex(), "bits": bits, "answers": answers} for bits, seed, answers in solved],
        "refused": [{"what": what, "seed": seed.hex(), "bits": 6, "answers": answers} for what, answers in refused],
    }


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(work_vectors(), indent=1) + "\n")
