# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The vectors of spec/keylog.md are what the code makes, and reader and auditor take and refuse them as they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privity.keylog import errors as e
from privity.keylog.audit import EMPTY, AuditUpdate, audit
from privity.keylog.commitment import commit, stamp
from privity.keylog.ladder import base_binary_ladder
from privity.keylog.prefix_tree import insert
from privity.keylog.verify import LogKeys, View, verify_lookup
from privity.keylog.vrf import vrf_public, vrf_verify
from tests.keylog.vectors import PATH, keylog_vectors

VECTORS: dict[str, Any] = json.loads(PATH.read_text())
KEYS = LogKeys.decode(bytes.fromhex(VECTORS["keys"]["encoded"]))


def test_the_vectors_are_those_that_the_script_writes() -> None:
    assert keylog_vectors() == VECTORS


def test_keys_and_ladders() -> None:
    keys = VECTORS["keys"]
    assert KEYS.policy.log.encode() == keys["log_key"]
    assert vrf_public(bytes.fromhex(keys["vrf_private"])) == KEYS.vrf_public == bytes.fromhex(keys["vrf_public"])
    assert [one.key.encode() for one in KEYS.policy.witnesses] == [one["key"] for one in keys["witnesses"]]
    for n, rungs in VECTORS["ladders"].items():
        assert base_binary_ladder(int(n)) == rungs


def test_leaves_make_the_trees_of_the_epochs() -> None:
    nodes: dict[bytes, bytes] = {}
    for leaf in VECTORS["leaves"]:
        given = {name: bytes.fromhex(leaf[name]) for name in ("vrf_input", "vrf_proof", "out", "opening", "value")}
        assert vrf_verify(KEYS.vrf_public, given["vrf_input"], given["vrf_proof"]) == given["out"]
        committed = commit(given["opening"], leaf["label"].encode(), leaf["version"], given["value"])
        stamped = stamp(committed, leaf["epoch"])
        assert (committed.hex(), stamped.hex()) == (leaf["commitment"], leaf["stamped"])
        done = insert(nodes, [(given["out"], stamped)])
        nodes.update(done.changes)
        assert done.root.hex() == VECTORS["epochs"][leaf["epoch"]]["prefix_root"]


def test_epochs_are_audited() -> None:
    state = EMPTY
    for epoch in VECTORS["epochs"]:
        state = audit(state, AuditUpdate.decode(bytes.fromhex(epoch["update"])))
        assert state.encode().hex() == epoch["state"]
        assert state.frontier.root().hex() == epoch["log_root"]


@pytest.mark.parametrize("vector", VECTORS["lookups"], ids=range(len(VECTORS["lookups"])))
def test_answers_are_verified(vector: dict[str, Any]) -> None:
    view = None if vector["view"] is None else View.decode(bytes.fromhex(vector["view"]))
    found = verify_lookup(bytes.fromhex(vector["proof"]), vector["label"].encode(), KEYS, view, vector["now_ms"])
    value = None if found.value is None else found.value.hex()
    assert (found.version, value, found.epoch) == (vector["version"], vector["value"], vector["epoch"])
    assert {str(n): [one.epoch, one.timestamp_ms] for n, one in found.dated.items()} == vector["dated"]
    assert found.view.encode().hex() == vector["new_view"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["what"])
def test_broken_answers_are_refused_by_name(vector: dict[str, Any]) -> None:
    with pytest.raises(getattr(e, vector["error"])):
        verify_lookup(
            bytes.fromhex(vector["proof"]), vector["label"].encode(), KEYS, None, VECTORS["lookups"][0]["now_ms"]
        )
