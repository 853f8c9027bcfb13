# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A member that only listens follows the groups of the official passive-client vectors, PSKs included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from privity.mls.group import Group, Identity, KeyPackageBundle, StagedCommit
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID
from privity.mls.messages.welcome import Welcome
from privity.mls.suites import suite
from tests.mls.group.builders import OpenRules
from tests.mls.vectors import load, unhex


@dataclass
class VectorRules(OpenRules):
    """The vectors' KeyPackages live for ever, and their clients change names at will."""

    max_lifetime_s: int = 1 << 64

    def check_successor(self, old: LeafNode, new: LeafNode) -> None:
        pass


def follow(case: dict[str, Any]) -> None:
    s = suite(case["cipher_suite"])
    known = {unhex(psk["psk_id"]): unhex(psk["psk"]) for psk in case["external_psks"]}

    def psks(name: PreSharedKeyID) -> bytes | None:
        return known.get(name.psk_id) if isinstance(name, ExternalPsk) else None

    package = MLSMessage.decode(unhex(case["key_package"])).body
    welcome = MLSMessage.decode(unhex(case["welcome"])).body
    assert isinstance(package, KeyPackage)
    assert isinstance(welcome, Welcome)
    leaf = package.leaf_node
    assert leaf.lifetime is not None
    now = min(leaf.lifetime.not_after, leaf.lifetime.not_before + 10)
    identity = Identity(s, leaf.credential, unhex(case["signature_priv"]), leaf.signature_key)
    bundle = KeyPackageBundle(package, unhex(case["init_priv"]), unhex(case["encryption_priv"]))
    tree = unhex(case["ratchet_tree"]) if case["ratchet_tree"] else None
    group = Group.join(welcome, bundle, identity, ratchet_tree=tree, rules=VectorRules(), now=now, psks=psks)
    assert group.epoch_authenticator == unhex(case["initial_epoch_authenticator"])
    for epoch in case["epochs"]:
        for proposal in epoch["proposals"]:
            group.process(unhex(proposal), now=now, psks=psks)
        staged = group.process(unhex(epoch["commit"]), now=now, psks=psks)
        assert isinstance(staged, StagedCommit)
        group.merge(staged)
        assert group.epoch_authenticator == unhex(epoch["epoch_authenticator"])


@pytest.mark.parametrize("name", ["passive-client-welcome", "passive-client-handling-commit", "passive-client-random"])
def test_a_listening_member_reaches_every_epoch_of_the_vectors(name: str) -> None:
    cases = load(name)
    assert cases
    for case in cases:
        follow(case)
