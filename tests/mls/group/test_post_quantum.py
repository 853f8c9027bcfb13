# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Groups of the hybrid suite: all that other groups do, under whichever number the application gives it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.basic_rules import BasicRules
from privity.mls.crypto import XWING_BYTES
from privity.mls.errors import (
    BadPublicKey,
    BadSignature,
    UnknownCipherSuite,
    UnsupportedSuite,
    WrongCipherSuite,
)
from privity.mls.group import Group, PendingJoin
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE, LAST_RESORT
from privity.mls.messages.envelope import decode_group_info, decode_public_message
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.public_group import PublicGroup, StagedPublicCommit
from privity.mls.suites import POST_QUANTUM, RFC_9420, numbered, table
from privity.mls.validation.key_package import check_key_package
from tests.mls.group.builders import NOW, Member, OpenRules, accept, agree, capabilities
from tests.mls.group.successors import enter
from tests.mls.group.test_succession import again, closed, start

NUMBERS = (POST_QUANTUM.id, 0xF000)


def rules(number: int) -> OpenRules:
    return OpenRules(suites=table(*RFC_9420.values(), numbered(POST_QUANTUM, number)))


def member(name: str, number: int = POST_QUANTUM.id) -> Member:
    return Member(name, number, rules(number))


def join_from_outside(newcomer: Member, inside: Member, replaced: int | None = None) -> PendingJoin:
    return Group.join_external(
        decode_group_info(inside.group.group_info(with_tree=True)),
        ratchet_tree=None,
        identity=newcomer.identity,
        capabilities=capabilities(newcomer.identity.suite.id),
        rules=newcomer.rules,
        now=NOW,
        random=newcomer.random,
        replace=replaced,
    )


@pytest.mark.parametrize("number", NUMBERS)
def test_a_life_of_a_group(number: int) -> None:
    """Added, updated, entered from outside, put back from the store, removed; and somebody without keys follows it."""
    anna, ben, carl, dora = everybody = [member(name, number) for name in ("anna", "ben", "carl", "dora")]
    anna.create()
    observer = PublicGroup.from_group_info(
        decode_group_info(anna.group.group_info(with_tree=True)), None, rules(number), NOW
    )

    def followed(message: bytes) -> None:
        staged = observer.process(decode_public_message(message), NOW)
        assert isinstance(staged, StagedPublicCommit)
        observer.merge(staged)

    pending = anna.commit(adds=[each.bundle.key_package for each in (ben, carl)])
    followed(pending.message)
    accept(pending, [anna], [ben, carl])
    for each in (anna, ben, carl):
        pending = each.commit(force_path=True)
        followed(pending.message)
        accept(pending, [anna, ben, carl])
    entering = join_from_outside(dora, ben)
    entering = PendingJoin.decode(entering.encode(), dora.identity, dora.rules)
    followed(entering.message)
    for each in (anna, ben, carl):
        each.follow(entering.message)
    dora.group = entering.merge()
    assert agree(everybody)
    for each in everybody:
        each.reload()
    observer = PublicGroup.decode(observer.encode(), rules(number))
    for each in everybody:
        said = each.say(f"by {each.name}".encode())
        for other in everybody:
            if other is not each:
                assert other.read(said).plaintext == f"by {each.name}".encode()
    pending = dora.commit(removes=[anna.group.own_leaf])
    followed(pending.message)
    accept(pending, [ben, carl, dora])
    assert agree([ben, carl, dora])
    assert observer.context == ben.group.context
    assert ben.group.suite == numbered(POST_QUANTUM, number)
    assert len(ben.group.tree.leaf(ben.group.own_leaf).encryption_key) == XWING_BYTES


def test_it_is_not_admitted_unless_the_application_says_so() -> None:
    anna = member("anna").create()
    ordinary = BasicRules(authenticate=lambda credential, key: None)
    with pytest.raises(UnknownCipherSuite):
        Group.create(
            anna.identity,
            b"another",
            capabilities=capabilities(POST_QUANTUM.id),
            lifetime_s=1000,
            now=NOW,
            rules=ordinary,
            random=anna.random,
        )
    info = decode_group_info(anna.group.group_info(with_tree=True))
    with pytest.raises(UnknownCipherSuite):
        PublicGroup.from_group_info(info, None, ordinary, NOW)
    with pytest.raises(UnknownCipherSuite):
        PublicGroup.decode(PublicGroup.from_group_info(info, None, anna.rules, NOW).encode(), ordinary)
    with pytest.raises(UnknownCipherSuite):
        Group.load(anna.store, anna.identity, ordinary)
    ben = member("ben")
    pending = anna.commit(adds=[ben.bundle.key_package])
    ben.rules = OpenRules(suites=RFC_9420)
    with pytest.raises(UnknownCipherSuite):
        ben.join(pending.welcome, pending.ratchet_tree)
    with pytest.raises(UnknownCipherSuite):
        join_from_outside(ben, anna)


def test_two_numbers_are_two_suites() -> None:
    """A Welcome, a KeyPackage or a GroupInfo under another number is of another suite, whatever is behind it."""
    anna, other = member("anna").create(), member("ben", 0xF000)
    with pytest.raises(WrongCipherSuite):
        anna.commit(adds=[other.bundle.key_package])
    other.rules = OpenRules(suites=table(POST_QUANTUM, numbered(POST_QUANTUM, 0xF000)))
    with pytest.raises(WrongCipherSuite):
        join_from_outside(other, anna)


def test_nobody_is_added_with_keys_of_the_ordinary_suite() -> None:
    """A hub that hands out KeyPackages of suite 1 for a group of the hybrid suite weakens nothing."""
    anna, ben = member("anna").create(), Member("ben", 1, rules(POST_QUANTUM.id))
    with pytest.raises(WrongCipherSuite):
        anna.commit(adds=[ben.bundle.key_package])
    package = ben.bundle.key_package
    called_hybrid = replace(package, cipher_suite=POST_QUANTUM.id)
    with pytest.raises(BadPublicKey):
        anna.commit(adds=[KeyPackage.decode(called_hybrid.encode())])
    with_name = Capabilities(
        cipher_suites=(1, POST_QUANTUM.id),
        extensions=(APP_DATA_DICTIONARY, LAST_RESORT),
        proposals=(APP_DATA_UPDATE,),
    )
    signed_as_hybrid = KeyPackage.signed(
        POST_QUANTUM,
        ben.identity.signature_private,
        init_key=package.init_key,
        leaf_node=LeafNode.signed(
            POST_QUANTUM,
            ben.identity.signature_private,
            encryption_key=package.leaf_node.encryption_key,
            signature_key=ben.identity.signature_public,
            credential=ben.identity.credential,
            capabilities=with_name,
            source=LeafSource.KEY_PACKAGE,
            lifetime=package.leaf_node.lifetime,
        ),
    )
    with pytest.raises(BadPublicKey, match="X-Wing"):
        anna.commit(adds=[signed_as_hybrid])
    assert anna.group.epoch == 0


def test_the_number_is_signed() -> None:
    """An ordinary KeyPackage cannot be passed off as one of the hybrid suite, nor the other way round."""
    ben, other = member("ben"), numbered(POST_QUANTUM, 0xF000)
    both = Capabilities(cipher_suites=(POST_QUANTUM.id, other.id))
    package = ben.new_bundle(capabilities=both).key_package
    check_key_package(package, suite=POST_QUANTUM, rules=ben.rules, now=NOW)
    moved = KeyPackage.decode(replace(package, cipher_suite=other.id).encode())
    with pytest.raises(BadSignature):
        check_key_package(moved, suite=other, rules=rules(other.id), now=NOW)
    moved = KeyPackage.decode(replace(ben.bundle.key_package, cipher_suite=other.id).encode())
    with pytest.raises(UnsupportedSuite):
        check_key_package(moved, suite=other, rules=rules(other.id), now=NOW)


def test_an_ordinary_group_goes_on_as_one_of_the_hybrid_suite() -> None:
    """By ReInit, with all its members."""
    members = closed("ana", "ben", "cyd", number=POST_QUANTUM.id)
    olds = [each.group for each in members]
    ana, ben, cyd = again(members, POST_QUANTUM.id)
    pending = start(ana, olds[0], [ben, cyd])
    accept(pending, [ana])
    for newcomer, old in zip((ben, cyd), olds[1:], strict=True):
        enter(newcomer, pending, old)
    assert agree([ana, ben, cyd])
    assert ana.group.suite == POST_QUANTUM
    assert ben.read(ana.say(b"as before")).plaintext == b"as before"
