# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Leaf nodes and KeyPackages: start with a valid one, break one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from privity.mls.errors import (
    BadPublicKey,
    BadSignature,
    CredentialRefused,
    DuplicateExtension,
    InitKeyReused,
    LifetimeNotStarted,
    LifetimeOver,
    LifetimeTooLong,
    MisplacedExtension,
    ProtocolError,
    UnknownVersion,
    UnsupportedCredential,
    UnsupportedExtension,
    UnsupportedProposal,
    UnsupportedSuite,
    UnsupportedVersion,
    WrongCipherSuite,
    WrongLeafSource,
)
from privity.mls.messages.codepoints import APPLICATION_ID, EXTERNAL_SENDERS, LAST_RESORT, RATCHET_TREE
from privity.mls.messages.credential import Credential
from privity.mls.messages.extensions import Extension
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.mls.rules import LeafUse
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.key_package import check_key_package
from privity.mls.validation.leaf_node import check_agreement, check_leaf
from tests.mls.public.builders import (
    GROUP_ID,
    NOW,
    SUITE,
    TestRules,
    capabilities,
    flip,
    key_package,
    leaf,
    party,
    required,
)

ANA = party("ana")


def check(node: LeafNode, use: LeafUse = LeafUse.ADD, **changes: Any) -> None:
    args: dict[str, Any] = {"suite": SUITE, "rules": TestRules(), "now": NOW, **changes}
    check_leaf(node, use, **args)


def check_package(package: KeyPackage, rules: TestRules | None = None) -> None:
    check_key_package(package, suite=SUITE, rules=rules or TestRules(), now=NOW)


def test_valid() -> None:
    check(leaf(ANA))
    check(leaf(ANA, LeafSource.UPDATE, leaf_index=3), LeafUse.UPDATE, group_id=GROUP_ID, leaf_index=3)
    check(leaf(ANA, LeafSource.COMMIT, leaf_index=3, parent_hash=b""), LeafUse.COMMIT, group_id=GROUP_ID, leaf_index=3)
    check(leaf(ANA, extensions=(Extension(APPLICATION_ID, b"app"),)))
    check_package(key_package(ANA))


BAD_LEAVES: list[tuple[type[ProtocolError], dict[str, Any]]] = [
    (UnsupportedVersion, {"capabilities": capabilities(versions=(2,))}),
    (UnsupportedSuite, {"capabilities": capabilities(cipher_suites=(2, 3))}),
    (UnsupportedCredential, {"capabilities": capabilities(credentials=(2,))}),
    (UnsupportedExtension, {"extensions": (Extension(0xF00F, b""),)}),
    (MisplacedExtension, {"extensions": (Extension(RATCHET_TREE, b""),)}),
    (MisplacedExtension, {"extensions": (Extension(EXTERNAL_SENDERS, b""),)}),
    (DuplicateExtension, {"extensions": (Extension(APPLICATION_ID, b"a"), Extension(APPLICATION_ID, b"b"))}),
    (BadPublicKey, {"encryption_key": b"\x01" + b"\x00" * 31}),
    (BadPublicKey, {"encryption_key": b"\x12" * 31}),
    (BadPublicKey, {"signature_key": b"\x12" * 33}),
    (BadSignature, {"signature_key": party("eve").public}),
    (LifetimeNotStarted, {"lifetime": Lifetime(NOW + 1, NOW + 60)}),
    (LifetimeOver, {"lifetime": Lifetime(NOW - 60, NOW - 1)}),
    (LifetimeTooLong, {"lifetime": Lifetime(NOW - 1, NOW + 31_536_001)}),
    (LifetimeTooLong, {"lifetime": Lifetime(NOW + 60, NOW - 60)}),
    (LifetimeTooLong, {"lifetime": Lifetime(0, (1 << 64) - 1)}),
]


@pytest.mark.parametrize(("error", "changes"), BAD_LEAVES)
def test_one_thing_wrong_with_a_leaf(error: type[ProtocolError], changes: dict[str, Any]) -> None:
    with pytest.raises(error):
        check(leaf(ANA, **changes))
    with pytest.raises(error):
        check_package(key_package(ANA, leaf_node=leaf(ANA, **changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": b""},
        {"credential": Credential.basic(b"eve")},
        {"extensions": (Extension(APPLICATION_ID, b"x"),)},
        {"lifetime": Lifetime(NOW - 5, NOW + 5)},
        {"encryption_key": b"\x12" * 32},
    ],
)
def test_a_leaf_changed_after_signing(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        check(replace(leaf(ANA), **changes))
    with pytest.raises(BadSignature):
        check(LeafNode.decode(replace(leaf(ANA), **changes).encode()))


@pytest.mark.parametrize(("group_id", "index"), [(b"another room", 3), (GROUP_ID, 4), (None, None)])
def test_a_leaf_moved_to_another_place(group_id: bytes | None, index: int | None) -> None:
    moved = leaf(ANA, LeafSource.UPDATE, leaf_index=3)
    with pytest.raises(BadSignature):
        check(moved, LeafUse.UPDATE, group_id=group_id, leaf_index=index)


@pytest.mark.parametrize(
    ("source", "use"),
    [
        (LeafSource.KEY_PACKAGE, LeafUse.UPDATE),
        (LeafSource.KEY_PACKAGE, LeafUse.COMMIT),
        (LeafSource.UPDATE, LeafUse.ADD),
        (LeafSource.UPDATE, LeafUse.COMMIT),
        (LeafSource.COMMIT, LeafUse.UPDATE),
        (LeafSource.UPDATE, LeafUse.EXTERNAL_JOIN),
    ],
)
def test_a_leaf_from_the_wrong_source(source: LeafSource, use: LeafUse) -> None:
    extra: dict[str, Any] = {"parent_hash": b""} if source == LeafSource.COMMIT else {}
    with pytest.raises(WrongLeafSource):
        check(leaf(ANA, source, **extra), use)


def test_the_application_is_asked() -> None:
    rules = TestRules(refused=frozenset({b"ana"}))
    with pytest.raises(CredentialRefused):
        check(leaf(ANA), rules=rules)
    assert rules.uses == [LeafUse.ADD]


def test_a_member_of_a_tree_may_be_past_its_lifetime() -> None:
    check(leaf(ANA), LeafUse.TREE, now=NOW + 10 * 31_536_000)


# KeyPackages


def test_a_key_package_for_another_suite() -> None:
    with pytest.raises(WrongCipherSuite):
        check_package(replace(key_package(ANA), cipher_suite=3))


def test_a_key_package_for_another_version() -> None:
    with pytest.raises(UnknownVersion):
        check_package(replace(key_package(ANA), version=2))


def test_a_key_package_signed_by_another() -> None:
    with pytest.raises(BadSignature):
        check_package(replace(key_package(ANA), signature=key_package(ANA).signature))
    valid = key_package(ANA)
    with pytest.raises(BadSignature):
        check_package(replace(valid, signature=flip(valid.signature, 9)))


def test_a_key_package_whose_init_key_is_the_leaf_key() -> None:
    own = leaf(ANA)
    with pytest.raises(InitKeyReused):
        check_package(key_package(ANA, leaf_node=own, init_key=own.encryption_key))


def test_a_key_package_with_a_useless_init_key() -> None:
    with pytest.raises(BadPublicKey):
        check_package(key_package(ANA, init_key=b"\x00" * 32))


def test_a_key_package_with_the_wrong_leaf() -> None:
    with pytest.raises(WrongLeafSource):
        check_package(key_package(ANA, leaf_node=leaf(ANA, LeafSource.UPDATE, leaf_index=0)))


def test_extensions_of_key_packages() -> None:
    with pytest.raises(UnsupportedExtension):
        check_package(key_package(ANA, extensions=(Extension(LAST_RESORT, b""),)))
    with pytest.raises(MisplacedExtension):
        check_package(key_package(ANA, extensions=(Extension(RATCHET_TREE, b""),)))
    with pytest.raises(DuplicateExtension):
        check_package(key_package(ANA, extensions=(Extension(0xF000, b""), Extension(0xF000, b""))))
    willing = leaf(ANA, capabilities=capabilities(extensions=(6, LAST_RESORT)))
    last = key_package(ANA, leaf_node=willing, extensions=(Extension(LAST_RESORT, b""),))
    check_package(last)
    assert last.last_resort


# What members must have in common


@pytest.mark.parametrize(
    ("error", "extensions"),
    [
        (UnsupportedExtension, (Extension(0xF000, b""),)),
        (UnsupportedExtension, (required(extensions=(0xF000,)).extension(),)),
        (UnsupportedProposal, (required(proposals=(0xF000,)).extension(),)),
        (UnsupportedCredential, (required(credentials=(3,)).extension(),)),
    ],
)
def test_groups_ask_no_more_than_members_support(error: type[ProtocolError], extensions: tuple[Extension, ...]) -> None:
    tree = RatchetTree.of_leaf(SUITE, leaf(ANA))
    check_agreement(tree, ())
    with pytest.raises(error):
        check_agreement(tree, extensions)


def test_default_types_need_no_listing() -> None:
    tree = RatchetTree.of_leaf(SUITE, leaf(ANA, capabilities=capabilities(extensions=(), proposals=())))
    check_agreement(tree, (required(extensions=(1, 5), proposals=(1, 7), credentials=(1,)).extension(),), (3,))


def test_a_credential_that_another_member_does_not_know() -> None:
    narrow = leaf(party("ben"), capabilities=capabilities(credentials=(1,)))
    wide = leaf(ANA, credential=Credential.x509((b"certificate",)))
    with pytest.raises(UnsupportedCredential):
        check_agreement(RatchetTree(SUITE, [narrow, None, wide]), ())


def test_a_proposal_type_that_a_member_does_not_know() -> None:
    tree = RatchetTree.of_leaf(SUITE, leaf(ANA))
    with pytest.raises(UnsupportedProposal):
        check_agreement(tree, (), (0xF000,))
