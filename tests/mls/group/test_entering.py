# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever makes or enters a group does so with a suite that the application admits, and finds its own leaf there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.errors import TooManyPsks, UnknownCipherSuite
from privity.mls.group import Group
from privity.mls.group.errors import GroupKnown, NotInTree
from privity.mls.group.join import _check_psks, check_group_unknown, find_own_leaf
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.psk import ExternalPsk
from privity.mls.suites import X25519_CHACHA20POLY1305, numbered, suite, table
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.group.builders import NOW, Member, OpenRules, capabilities, room

ANA, BEN = Member("ana"), Member("ben")


def tree(*leaves: LeafNode) -> RatchetTree:
    nodes = [leaves[0], None, leaves[1]] if len(leaves) == 2 else [leaves[0]]
    return RatchetTree(suite(1), list(nodes))


def test_our_leaf_is_found_and_one_that_only_has_our_key_is_not() -> None:
    first, second = (each.bundle.key_package.leaf_node for each in (ANA, BEN))
    package = BEN.bundle.key_package
    assert find_own_leaf(tree(first, second), package) == 1
    with pytest.raises(NotInTree):
        find_own_leaf(tree(first), package)
    with pytest.raises(NotInTree):
        find_own_leaf(tree(first, replace(second, extensions=())), package)


def test_only_a_group_that_we_are_in_is_known() -> None:
    check_group_unknown(b"new", {b"old"})
    check_group_unknown(b"new", ())
    with pytest.raises(GroupKnown):
        check_group_unknown(b"old", {b"old", b"other"})


def test_no_more_keys_are_named_than_can_be_counted() -> None:
    names = tuple(ExternalPsk(number.to_bytes(3, "big"), bytes(32)) for number in range(0x10000))
    _check_psks(suite(1), names[1:])
    with pytest.raises(TooManyPsks):
        _check_psks(suite(1), names)


def elsewhere() -> OpenRules:
    """Rules by which the number of our suite means another one, with which a group goes just as well."""
    return OpenRules(suites=table(numbered(X25519_CHACHA20POLY1305, 1)))


def test_a_suite_that_means_another_is_not_made_with() -> None:
    eva = Member("eva").create()
    eva.rules = elsewhere()
    with pytest.raises(UnknownCipherSuite, match="is MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 here, expected"):
        eva.create()


def test_a_suite_that_means_another_is_not_joined_with() -> None:
    (ana,) = room("ana")
    eva = Member("eva")
    pending = ana.commit(adds=[eva.bundle.key_package])
    eva.join(pending.welcome, pending.ratchet_tree)
    eva.rules = elsewhere()
    with pytest.raises(UnknownCipherSuite, match="is MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 here, expected"):
        eva.join(pending.welcome, pending.ratchet_tree)


def test_a_suite_that_means_another_is_not_entered_with() -> None:
    (ana,) = room("ana")
    info = MLSMessage.decode(ana.group.group_info(with_tree=True)).body
    assert isinstance(info, GroupInfo)
    eva = Member("eva")

    def enter(rules: OpenRules) -> None:
        Group.join_external(
            info,
            ratchet_tree=None,
            identity=eva.identity,
            capabilities=capabilities(1),
            rules=rules,
            now=NOW,
            random=eva.random,
        )

    enter(eva.rules)
    with pytest.raises(UnknownCipherSuite, match="is MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 here, expected"):
        enter(elsewhere())


def test_the_rules_of_the_joiner_are_asked_about_its_own_commit() -> None:
    (ana,) = room("ana")
    info = MLSMessage.decode(ana.group.group_info(with_tree=True)).body
    assert isinstance(info, GroupInfo)
    eva = Member("eva")
    Group.join_external(
        info,
        ratchet_tree=None,
        identity=eva.identity,
        capabilities=capabilities(1),
        rules=eva.rules,
        now=NOW,
        random=eva.random,
        aad=b"hello",
    )
    (view,) = eva.rules.views
    assert (view.committer, view.external, view.authenticated_data) == (1, True, b"hello")
