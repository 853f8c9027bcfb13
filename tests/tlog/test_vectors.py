# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""spec/vectors/tlog.json is what the code makes, and whoever reads it can check all of it."""

from __future__ import annotations

import json

from privity.tlog.add_checkpoint import AddCheckpoint
from privity.tlog.note import SignedNote, decode_signatures
from privity.tlog.quorum import LogPolicy, Witness, open_checkpoint
from privity.tlog.tree import Frontier, leaf_hash, verify_consistency, verify_inclusion
from privity.tlog.verifier_key import VerifierKey
from tests.tlog import vectors

V = json.loads(vectors.FILE.read_text())
ROOTS = [bytes.fromhex(root) for root in V["roots"]]


def test_the_file_is_what_the_code_makes() -> None:
    assert vectors.FILE.read_text() == vectors.text()


def test_the_proofs_of_the_file_verify() -> None:
    for v in V["inclusions"]:
        leaf = leaf_hash(bytes.fromhex(V["entries"][v["index"]]))
        verify_inclusion(leaf, v["index"], v["size"], [bytes.fromhex(h) for h in v["proof"]], ROOTS[v["size"]])
    for v in V["consistencies"]:
        proof = [bytes.fromhex(h) for h in v["proof"]]
        verify_consistency(v["old"], ROOTS[v["old"]], v["size"], ROOTS[v["size"]], proof)
    assert [Frontier.decode(bytes.fromhex(f)).root() for f in V["frontiers"]] == ROOTS[1:]


def test_the_notes_of_the_file_open() -> None:
    witness = Witness(VerifierKey.decode(V["witness"]), True)
    policy = LogPolicy(VerifierKey.decode(V["log"]), (witness,), 1)
    for text in V["notes"]:
        opened = open_checkpoint(SignedNote.decode(text.encode()), policy, V["time_s"], 0)
        assert opened.checkpoint.root == ROOTS[opened.checkpoint.size]


def test_the_request_and_answer_of_the_file_belong_together() -> None:
    request = AddCheckpoint.decode(V["request"].encode())
    checkpoint = SignedNote.decode(V["notes"][2].encode())
    assert request.note.text == checkpoint.text
    verify_consistency(request.old_size, ROOTS[request.old_size], 8, ROOTS[8], request.proof)
    assert decode_signatures(V["answer"].encode()) == checkpoint.signatures[1:]


def test_the_example_of_the_specification_is_that_of_the_file() -> None:
    page = (vectors.FILE.parents[1] / "checkpoints.md").read_text()
    assert f"POST /add-checkpoint\n\n{V['request']}```\n" in page
    assert f"200\n\n{V['answer']}```\n" in page
