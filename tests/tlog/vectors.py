# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writes spec/vectors/tlog.json: `python -m tests.tlog.vectors`. A test compares the file with what this makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from privity.tlog.add_checkpoint import AddCheckpoint
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.note import SignedNote
from privity.tlog.tree import Frontier, consistency_proof, inclusion_proof, leaf_hash, root_at
from tests.tlog import naive
from tests.tlog.people import LOG, NAMES, NOW_S, ORIGIN, WITNESSES, private

FILE = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "tlog.json"
INCLUSIONS = [(0, 1), (0, 8), (5, 8), (2, 3), (1, 5), (4, 5), (6, 7)]
CONSISTENCIES = [(1, 1), (1, 8), (6, 8), (2, 5), (3, 7), (4, 8), (7, 8)]


def make() -> dict[str, Any]:
    entries = naive.KNOWN_ENTRIES
    node_at = naive.node_at(entries)
    frontier = Frontier(0, ())
    frontiers = []
    for entry in entries:
        frontier = frontier.append(leaf_hash(entry))
        frontiers.append(frontier.encode().hex())
    return {
        "about": "Trees of RFC 6962 and notes of C2SP, with test keys; see spec/checkpoints.md.",
        "entries": [entry.hex() for entry in entries],
        "roots": [root_at(node_at, size).hex() for size in range(len(entries) + 1)],
        "frontiers": frontiers,
        "inclusions": [
            {"index": index, "size": size, "proof": _hex(inclusion_proof(node_at, index, size))}
            for index, size in INCLUSIONS
        ],
        "consistencies": [
            {"old": old, "size": size, "proof": _hex(consistency_proof(node_at, old, size))}
            for old, size in CONSISTENCIES
        ],
        "log_private": private(ORIGIN).hex(),
        "log": LOG.encode(),
        "witness_private": private(NAMES[0]).hex(),
        "witness": WITNESSES[0].encode(),
        "time_s": NOW_S,
        "notes": [_cosigned(size).encode().decode() for size in (0, 6, 8)],
        "request": AddCheckpoint(6, tuple(consistency_proof(node_at, 6, 8)), _signed(8)).encode().decode(),
        "answer": _cosigned(8).signatures[1].line().decode(),
    }


def _signed(size: int) -> SignedNote:
    root = root_at(naive.node_at(naive.KNOWN_ENTRIES), size)
    return sign_checkpoint(private(ORIGIN), Checkpoint(ORIGIN, size, root))


def _cosigned(size: int) -> SignedNote:
    note = _signed(size)
    return SignedNote(note.text, (*note.signatures, cosign(private(NAMES[0]), NAMES[0], note.text, NOW_S)))


def _hex(hashes: list[bytes]) -> list[str]:
    return [value.hex() for value in hashes]


def text() -> str:
    return json.dumps(make(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
