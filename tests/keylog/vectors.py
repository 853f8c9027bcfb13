# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/vectors/keylog.json: `python -m tests.keylog.vectors`. The log of spec/keylog.md, from fixed seeds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from privity.keylog.audit import EMPTY, audit
from privity.keylog.commitment import commit, stamp
from privity.keylog.labels import server_label, user_label, vrf_input
from privity.keylog.ladder import base_binary_ladder
from privity.keylog.proof import LookupProof
from privity.keylog.verify import View, verify_lookup
from privity.keylog.vrf import vrf_prove
from tests.keylog.memory_log import MemoryLog

PATH = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "keylog.json"
START_MS = 1_767_225_600_000
"""1 January 2026."""
HOUR_MS = 3_600_000
HUB, ANN = server_label("hub.example"), user_label("mimi://hub.example/u/aaaaaaaaaaaaaaaaaaaaaaaaaa")
NOBODY = user_label("mimi://hub.example/u/baaaaaaaaaaaaaaaaaaaaaaaaa")
VALUES = [(HUB, b"the hub's keys"), (ANN, b"ann's first list"), (ANN, b"ann's second list")]


def example() -> MemoryLog:
    """Two labels: the hub's record, then two versions of Ann's list, one change an epoch, and an epoch without any."""
    log = MemoryLog(seed=2026)
    for epoch, (label, value) in enumerate(VALUES):
        log.put(label, value)
        log.cut(START_MS + epoch * HOUR_MS)
    log.cut(START_MS + len(VALUES) * HOUR_MS)
    return log


def keylog_vectors() -> dict[str, Any]:
    """Everything in the file."""
    log = example()
    return {
        "about": "A key log of four epochs; see spec/keylog.md. Keys and values are invented.",
        "keys": {
            "log_private": log.private.hex(),
            "log_key": log.keys.policy.log.encode(),
            "vrf_private": log.vrf_private.hex(),
            "vrf_public": log.keys.vrf_public.hex(),
            "witnesses": [
                {"key": one.witness.key.encode(), "private": one.private.hex(), "audits": one.witness.audits}
                for one in log.witnesses
            ],
            "quorum": log.quorum,
            "encoded": log.keys.encode().hex(),
        },
        "ladders": {str(n): base_binary_ladder(n) for n in (0, 1, 2, 3, 6, 7, 50, 299, (1 << 32) - 1)},
        "leaves": [_leaf(log, label, version) for label, version in ((HUB, 0), (ANN, 0), (ANN, 1))],
        "epochs": _epochs(log),
        "lookups": _lookups(log),
        "refused": _refused(log),
    }


def _leaf(log: MemoryLog, label: bytes, version: int) -> dict[str, Any]:
    held = log.held(label, version)
    out, proof = vrf_prove(log.vrf_private, vrf_input(label, version))
    return {
        "label": label.decode(),
        "version": version,
        "vrf_input": vrf_input(label, version).hex(),
        "vrf_proof": proof.hex(),
        "out": out.hex(),
        "opening": held.opening.hex(),
        "value": held.value.hex(),
        "commitment": commit(held.opening, label, version, held.value).hex(),
        "epoch": held.epoch,
        "stamped": stamp(held.commitment, held.epoch).hex(),
    }


def _epochs(log: MemoryLog) -> list[dict[str, Any]]:
    state, told = EMPTY, []
    for at, update in enumerate(log.updates):
        state = audit(state, update)
        told.append(
            {
                "update": update.encode().hex(),
                "entry": log.entry(at).encode().hex(),
                "prefix_root": state.prefix_root.hex(),
                "log_root": state.frontier.root().hex(),
                "state": state.encode().hex(),
            }
        )
    return told


def _lookups(log: MemoryLog) -> list[dict[str, Any]]:
    """Answers to a reader of the first epochs, and to one who has seen nothing."""
    old = View(2, log.node_at(1, 0), log.entry(1).timestamp_ms)
    return [
        _lookup(log, ANN, None, []),
        _lookup(log, ANN, old, [0, 1]),
        _lookup(log, HUB, old, [0]),
        _lookup(log, NOBODY, old, []),
    ]


def _lookup(log: MemoryLog, label: bytes, view: View | None, dated: list[int]) -> dict[str, Any]:
    now_ms = START_MS + 4 * HOUR_MS
    proof = log.lookup(label, view, dated)
    found = verify_lookup(proof, label, log.keys, view, now_ms)
    return {
        "label": label.decode(),
        "view": None if view is None else view.encode().hex(),
        "now_ms": now_ms,
        "proof": proof.hex(),
        "version": found.version,
        "value": None if found.value is None else found.value.hex(),
        "epoch": found.epoch,
        "dated": {str(number): [one.epoch, one.timestamp_ms] for number, one in found.dated.items()},
        "new_view": found.view.encode().hex(),
    }


Break = Callable[[MemoryLog, LookupProof], LookupProof]
BREAKS: list[tuple[str, str, Break]] = [
    ("a value that was not committed to", "WrongCommitment", lambda log, a: _revealing(a, b"another list")),
    ("a rung of the ladder left out", "WrongLadder", lambda log, a: replace(a, steps=a.steps[:-1])),
    ("two rungs changed over", "BadVrfProof", lambda log, a: replace(a, steps=(a.steps[1], a.steps[0], *a.steps[2:]))),
    ("the entry before the last", "WrongEntry", lambda log, a: replace(a, head=replace(a.head, entry=log.entry(2)))),
    (
        "a version dated by another epoch's entry",
        "WrongDate",
        lambda log, a: replace(a, dated=(replace(a.dated[0], entry=log.entry(2)), a.dated[1])),
    ),
    (
        "a prefix proof with a hash too many",
        "UnevenProof",
        lambda log, a: replace(a, prefix=replace(a.prefix, hashes=(*a.prefix.hashes, bytes(32)))),
    ),
    (
        "a prefix proof that leads elsewhere",
        "WrongPrefixRoot",
        lambda log, a: replace(a, prefix=replace(a.prefix, hashes=(bytes(32), *a.prefix.hashes[1:]))),
    ),
]


def _revealing(answer: LookupProof, value: bytes) -> LookupProof:
    assert answer.newest is not None
    return replace(answer, newest=replace(answer.newest, value=value))


def _refused(log: MemoryLog) -> list[dict[str, Any]]:
    """The answer about Ann with one thing broken, and the error that it must bring."""
    valid = log.answer(ANN, None, [0, 1])
    return [
        {"what": what, "label": ANN.decode(), "proof": bend(log, valid).encode().hex(), "error": error}
        for what, error, bend in BREAKS
    ]


if __name__ == "__main__":
    PATH.write_text(json.dumps(keylog_vectors(), indent=1) + "\n")
