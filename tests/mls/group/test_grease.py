# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""We send numbers that mean nothing where others must ignore them, and nowhere else (RFC 9420, section 13.5)."""

from __future__ import annotations

import pytest

from privity.mls.errors import BadEnum, UnsupportedExtension, UnsupportedProposal, UsageError
from privity.mls.group import Group
from privity.mls.messages import grease
from privity.mls.messages.envelope import decode_group_info
from privity.mls.messages.extensions import Extension
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import UnknownProposal
from privity.mls.suites import RFC_9420
from privity.mls.validation.downgrade import check_best_suite
from tests.mls.group.builders import GROUP_ID, LIFETIME, NOW, Member, accept, agree, capabilities, room


def numbers(leaf: LeafNode) -> set[int]:
    sent = leaf.capabilities
    lists = (sent.cipher_suites, sent.extensions, sent.proposals, sent.credentials)
    found = [set(values) & set(grease.VALUES) for values in lists]
    found.append({extension.type for extension in leaf.extensions} & set(grease.VALUES))
    assert all(each == found[0] for each in found), "the same number everywhere"
    assert not set(sent.versions) & set(grease.VALUES)
    return found[0]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_leaf_of_ours_carries_one(number: int) -> None:
    members = room("ana", "ben", "cyd", number=number)
    eve = Member("eve", number)
    joined = Group.join_external(
        decode_group_info(members[0].group.group_info(with_tree=True)),
        ratchet_tree=None,
        identity=eve.identity,
        capabilities=capabilities(number),
        rules=eve.rules,
        now=NOW,
        random=eve.random,
    )
    for member in members:
        member.follow(joined.message)
    eve.group = joined.merge()
    accept(eve.commit(force_path=True), [*members, eve])
    for _, leaf in eve.group.members():
        assert len(numbers(leaf)) == 1
        assert grease.without_grease(leaf.capabilities) == capabilities(number)
    assert agree([*members, eve])


def test_key_packages_and_group_infos_carry_an_extension() -> None:
    ana, _ = room("ana", "ben")
    package = ana.new_bundle().key_package
    assert {extension.type for extension in package.extensions} == numbers(package.leaf_node)
    assert all(extension.data == b"" for extension in package.extensions)
    info = decode_group_info(ana.group.group_info())
    assert len({extension.type for extension in info.extensions} & set(grease.VALUES)) == 1


def test_it_can_be_left_out() -> None:
    ana = Member("ana")
    package = ana.new_bundle(grease=False).key_package
    assert package.leaf_node.capabilities == capabilities(1)
    assert package.extensions == ()
    group = Group.create(
        ana.identity,
        GROUP_ID,
        capabilities=capabilities(1),
        lifetime_s=LIFETIME,
        now=NOW,
        rules=ana.rules,
        random=ana.random,
        grease=False,
    )
    assert numbers(group.tree.leaf(0)) == set()


def test_different_keys_pick_different_numbers() -> None:
    ana = Member("ana")
    picked = {grease.pick(ana.new_bundle().key_package.leaf_node.encryption_key) for _ in range(60)}
    assert len(picked) > 8
    assert picked <= set(grease.VALUES)


def test_numbers_of_an_older_leaf_do_not_add_up() -> None:
    first = grease.with_grease(capabilities(1), 0x0A0A)
    again, extensions = grease.greased(first, (grease.grease_extension(0x0A0A),), 0x1A1A)
    assert again == grease.with_grease(capabilities(1), 0x1A1A)
    assert [extension.type for extension in extensions] == [0x1A1A]


@pytest.mark.parametrize("value", [0x0A0A, 0xEAEA])
def test_it_is_never_put_where_all_must_know_it(value: int) -> None:
    ana, _ = room("ana", "ben")
    for attempt in (
        lambda: ana.create((Extension(value, b""),)),
        lambda: ana.commit(group_context_extensions=(Extension(value, b""),)),
        lambda: ana.group.propose_group_context_extensions((Extension(value, b""),), random=ana.random, now=NOW),
    ):
        with pytest.raises(UsageError, match="means nothing"):
            attempt()


@pytest.mark.parametrize("value", [0x0A0A, 0xEAEA])
def test_what_comes_in_is_treated_as_any_other_unknown_number(value: int) -> None:
    ana, ben = room("ana", "ben")
    with pytest.raises(UnsupportedProposal):
        ben.group._propose(UnknownProposal(value, b""), ben.random, NOW, b"", False)
    with pytest.raises(BadEnum):
        LeafNode.decode(
            ana.group.tree.leaf(0).encode().replace(b"\x00\x01\x03ana", value.to_bytes(2, "big") + b"\x03ana")
        )
    lacking = Member("eve")
    package = lacking.new_bundle(grease=False, extensions=()).key_package
    accept(ana.commit(adds=[package]), [ana, ben])


def test_it_is_never_negotiated() -> None:
    ana, ben = room("ana", "ben")
    everybody = [leaf.capabilities for _, leaf in ana.group.members()]
    check_best_suite(ana.group.suite, everybody, [1, *RFC_9420])
    assert all(number not in RFC_9420 for number in grease.VALUES)
    with pytest.raises(UnsupportedExtension):
        ben.new_bundle(grease=False, extensions=(Extension(0x0A0A, b""),))
