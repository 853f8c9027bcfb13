# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""TreeKEM and Welcome agree with the official MLS vectors."""

from __future__ import annotations

from typing import Any

from privity.mls.crypto import verify_with_label
from privity.mls.group.identity import KeyPackageBundle
from privity.mls.group.join import open_group_info, open_group_secrets
from privity.mls.messages.codepoints import MLS10
from privity.mls.messages.commit import UpdatePath
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import LABEL
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.messages.welcome import Welcome
from privity.mls.schedule import hpke, key_schedule
from privity.mls.schedule.path_secrets import derive_path, new_path, open_path, seal_path
from privity.mls.suites import suite
from privity.mls.tree.path import apply_update_path, merge_path, path_parents
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.group.builders import randomness
from tests.mls.vectors import load, unhex


def private_keys(tree: RatchetTree, leaf: dict[str, Any]) -> dict[int, bytes]:
    keys = {2 * leaf["index"]: unhex(leaf["encryption_priv"])}
    for each in leaf["path_secrets"]:
        derived = derive_path(tree.suite, [each["node"]], unhex(each["path_secret"]))
        node = tree.parent_node(each["node"])
        assert node is not None
        assert derived.public_keys == (node.encryption_key,)
        keys |= derived.keys()
    return keys


def context_of(case: dict[str, Any], tree: RatchetTree) -> bytes:
    confirmed = unhex(case["confirmed_transcript_hash"])
    return GroupContext(
        MLS10, tree.suite.id, unhex(case["group_id"]), case["epoch"], tree.tree_hash, confirmed, ()
    ).encode()


def test_paths_of_the_vectors_open_for_every_member() -> None:
    for case in load("treekem"):
        s = suite(case["cipher_suite"])
        tree = RatchetTree.decode(s, unhex(case["ratchet_tree"]))
        members = {leaf["index"]: private_keys(tree, leaf) for leaf in case["leaves_private"]}
        for raw in case["update_paths"]:
            path = UpdatePath.decode(unhex(raw["update_path"]))
            after = apply_update_path(tree, raw["sender"], path, ())
            assert after.tree_hash == unhex(raw["tree_hash_after"])
            for index, keys in members.items():
                if index == raw["sender"]:
                    continue
                opened = open_path(tree, raw["sender"], index, path, (), keys, context_of(case, after))
                assert opened.commit_secret == unhex(raw["commit_secret"])
                assert opened.secrets[0] == unhex(raw["path_secrets"][index])


def test_our_paths_in_the_trees_of_the_vectors_open_for_every_member() -> None:
    for case in load("treekem")[:20]:
        s = suite(case["cipher_suite"])
        random = randomness(case["group_id"])
        tree = RatchetTree.decode(s, unhex(case["ratchet_tree"]))
        members = {leaf["index"]: private_keys(tree, leaf) for leaf in case["leaves_private"]}
        sender = case["leaves_private"][0]
        secrets = new_path(tree, sender["index"], random)
        parents, parent_hash = path_parents(tree, sender["index"], secrets.public_keys)
        old = tree.leaf(sender["index"])
        leaf = LeafNode.signed(
            s,
            unhex(sender["signature_priv"]),
            encryption_key=hpke.generate_key_pair(s, random)[1],
            signature_key=old.signature_key,
            credential=old.credential,
            capabilities=old.capabilities,
            source=LeafSource.COMMIT,
            parent_hash=parent_hash,
            group_id=unhex(case["group_id"]),
            leaf_index=sender["index"],
        )
        after = merge_path(tree, sender["index"], leaf, parents)
        context = context_of(case, after)
        nodes = seal_path(tree, sender["index"], secrets, (), context, random)
        path = UpdatePath.decode(UpdatePath(leaf, nodes).encode())
        for index, keys in members.items():
            if index != sender["index"]:
                opened = open_path(tree, sender["index"], index, path, (), keys, context)
                assert opened.commit_secret == secrets.commit_secret


def test_welcomes_of_the_vectors_open_and_their_confirmation_tags_hold() -> None:
    for case in load("welcome"):
        s = suite(case["cipher_suite"])
        package = MLSMessage.decode(unhex(case["key_package"])).body
        welcome = MLSMessage.decode(unhex(case["welcome"])).body
        assert isinstance(package, KeyPackage)
        assert isinstance(welcome, Welcome)
        secrets = open_group_secrets(s, welcome, KeyPackageBundle(package, unhex(case["init_priv"]), b""))
        no_psk = key_schedule.no_psk(s)
        info = open_group_info(s, welcome, secrets.joiner_secret, no_psk)
        verify_with_label(s, unhex(case["signer_pub"]), LABEL, info.tbs(), info.signature)
        context = info.group_context
        new = key_schedule.new_epoch(s, secrets.joiner_secret, no_psk, context.encode())
        key_schedule.check_confirmation_tag(
            s, new.secrets.confirmation_key, context.confirmed_transcript_hash, info.confirmation_tag
        )
