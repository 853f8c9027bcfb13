# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The official RFC 9420 vectors, as far as they need no secret."""

from __future__ import annotations

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.crypto import ref_hash, sign_with_label, verify_with_label
from privity.mls.messages import codepoints
from privity.mls.messages.codepoints import MLS10
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import MLSMessage, decode_public_message
from privity.mls.messages.framing import LABEL, AuthenticatedContent
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.proposals import Add, Remove, Update, decode_proposal, read_proposal_body
from privity.mls.messages.welcome import GroupSecrets
from privity.mls.suites import suite
from privity.mls.transcript import confirmed_transcript_hash, interim_transcript_hash
from privity.mls.tree import math
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.tree.validate import check_tree
from tests.mls.vectors import load, unhex

PROPOSALS = {
    "add_proposal": codepoints.ADD,
    "update_proposal": codepoints.UPDATE,
    "remove_proposal": codepoints.REMOVE,
    "pre_shared_key_proposal": codepoints.PSK,
    "re_init_proposal": codepoints.REINIT,
    "external_init_proposal": codepoints.EXTERNAL_INIT,
    "group_context_extensions_proposal": codepoints.GROUP_CONTEXT_EXTENSIONS,
}


def test_tree_math() -> None:
    for case in load("tree-math"):
        leaves, top = case["n_leaves"], case["root"]
        assert math.node_width(leaves) == case["n_nodes"]
        assert math.root(leaves) == top
        for x in range(case["n_nodes"]):
            assert (math.left(x) if x & 1 else None) == case["left"][x]
            assert (math.right(x) if x & 1 else None) == case["right"][x]
            assert (None if x == top else math.parent(x)) == case["parent"][x]
            for child in (math.left(x), math.right(x)) if x & 1 else ():
                assert case["sibling"][child] == math.left(x) + math.right(x) - child


def test_deserialization() -> None:
    for case in load("deserialization"):
        header = unhex(case["vlbytes_header"])
        assert Reader(header).length() == case["length"]
        assert codec.length(case["length"]) == header


def test_messages_decode_and_encode_to_the_same_bytes() -> None:
    for case in load("messages"):
        for name, value in case.items():
            data = unhex(value)
            if name in PROPOSALS:
                reader = Reader(data)
                proposal = read_proposal_body(reader, PROPOSALS[name])
                reader.end()
                assert proposal.body() == data
            elif name == "commit":
                assert Commit.decode(data).encode() == data
            elif name == "group_secrets":
                assert GroupSecrets.decode(data).encode() == data
            elif name == "ratchet_tree":
                assert RatchetTree.decode(suite(1), data).encode() == data
            else:
                assert MLSMessage.decode(data).encode() == data


def test_crypto_basics() -> None:
    for case in load("crypto-basics"):
        chosen = suite(case["cipher_suite"])
        ref = case["ref_hash"]
        assert ref_hash(chosen, ref["label"].encode(), unhex(ref["value"])) == unhex(ref["out"])
        sign = case["sign_with_label"]
        label, content, public = sign["label"].encode(), unhex(sign["content"]), unhex(sign["pub"])
        verify_with_label(chosen, public, label, content, unhex(sign["signature"]))
        verify_with_label(chosen, public, label, content, sign_with_label(chosen, unhex(sign["priv"]), label, content))


def test_tree_operations() -> None:
    for case in load("tree-operations"):
        tree = RatchetTree.decode(suite(case["cipher_suite"]), unhex(case["tree_before"]))
        assert tree.tree_hash == unhex(case["tree_hash_before"])
        proposal = decode_proposal(unhex(case["proposal"]))
        editor = TreeEditor(tree)
        match proposal:
            case Add():
                editor.add(proposal.key_package.leaf_node)
            case Update():
                editor.update(case["proposal_sender"], proposal.leaf_node)
            case Remove():
                editor.remove(proposal.removed)
            case _:
                raise AssertionError(proposal)
        after = editor.done()
        assert after.encode() == unhex(case["tree_after"])
        assert after.tree_hash == unhex(case["tree_hash_after"])
        assert tree.encode() == unhex(case["tree_before"]), "the old tree must not change"


def test_tree_validation() -> None:
    for case in load("tree-validation"):
        tree = RatchetTree.decode(suite(case["cipher_suite"]), unhex(case["tree"]))
        assert tree.encode() == unhex(case["tree"])
        for x, expected in enumerate(case["tree_hashes"]):
            assert tree.node_hash(x) == unhex(expected)
            assert tree.resolution(x) == case["resolutions"][x]
        check_tree(tree)
        for index, leaf in tree.leaves():
            leaf.verify(tree.suite, unhex(case["group_id"]), index)


def test_transcript_hashes() -> None:
    for case in load("transcript-hashes"):
        chosen = suite(case["cipher_suite"])
        auth = AuthenticatedContent.decode(unhex(case["authenticated_content"]))
        assert auth.encode() == unhex(case["authenticated_content"])
        confirmed = confirmed_transcript_hash(chosen, unhex(case["interim_transcript_hash_before"]), auth)
        assert confirmed == unhex(case["confirmed_transcript_hash_after"])
        interim = interim_transcript_hash(chosen, confirmed, auth.confirmation_tag or b"")
        assert interim == unhex(case["interim_transcript_hash_after"])


def test_message_protection_signatures() -> None:
    for case in load("message-protection"):
        chosen = suite(case["cipher_suite"])
        context = GroupContext(
            MLS10,
            chosen.id,
            unhex(case["group_id"]),
            case["epoch"],
            unhex(case["tree_hash"]),
            unhex(case["confirmed_transcript_hash"]),
            (),
        )
        for name in ("proposal", "commit"):
            message = decode_public_message(unhex(case[f"{name}_pub"]))
            body = message.content.body
            assert not isinstance(body, bytes)
            assert body.encode() == unhex(case[name])
            auth = message.authenticated
            verify_with_label(chosen, unhex(case["signature_pub"]), LABEL, auth.tbs(context), auth.signature)
