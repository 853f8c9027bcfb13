# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""KeyPackages: each is first added by a commit, by hand and by a server that follows, then broken in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.mls.codec import decode
from privity.mls.errors import MlsError
from privity.mls.group.identity import generate_key_package
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import EXTERNAL_SENDERS, LAST_RESORT
from privity.mls.messages.envelope import MLSMessage, decode_key_package
from privity.mls.messages.extensions import Extension
from privity.mls.messages.grease import VALUES as GREASE
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafSource, Lifetime
from privity.mls.messages.proposals import Add
from privity.mls.validation.key_package import check_key_package
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid_room import five
from tests.mls.group import builders as members
from tests.mls.public.builders import NOW, SUITE, TestRules, capabilities, flip, hpke_key, key_package, leaf, party

Take = Callable[[KeyPackage], object]

ZOE = party("zoe")
VALID = key_package(ZOE)
UNKNOWN = 0xF00F


def by_hand(package: KeyPackage) -> object:
    """A member that fetched a KeyPackage looks at it."""
    return check_key_package(package, suite=SUITE, rules=TestRules(), now=NOW)


def proposed(package: KeyPackage) -> object:
    """Everybody looks at the one in an Add proposal."""
    room = five()
    return room.group.process(room.propose(1, Add(package)), NOW)


def committed(package: KeyPackage) -> object:
    """Everybody looks at the one that a commit adds."""
    room = five()
    return room.group.process(room.commit(1, [Add(package)]), NOW)


def added(package: KeyPackage) -> object:
    """The committer looks at what it is asked to add, and keeps nothing of a refused one."""
    ana = members.Member("ana").create()
    ana.rules.max_lifetime_s = TestRules.max_lifetime_s
    before = members.snapshot(ana)
    try:
        return ana.commit(adds=[package])
    except MlsError:
        assert members.snapshot(ana) == before
        raise


TAKERS = pytest.mark.parametrize("take", [by_hand, proposed, committed, added])


@TAKERS
@shows("10-1")
def test_a_signature_that_does_not_verify(take: Take) -> None:
    breaks("10-1", take, VALID, replace(VALID, signature=flip(VALID.signature)))
    breaks("10-1", take, VALID, replace(VALID, signature=b""))


@TAKERS
@shows("10-2")
def test_an_init_key_of_another_kind(take: Take) -> None:
    breaks("10-2", take, VALID, key_package(ZOE, init_key=hpke_key()[1:]))
    breaks("10-2", take, VALID, key_package(ZOE, init_key=bytes(32)))


@TAKERS
@shows("10-3")
def test_an_encryption_key_of_another_kind(take: Take) -> None:
    breaks("10-3", take, VALID, key_package(ZOE, leaf_node=leaf(ZOE, encryption_key=b"\x04" + bytes(64))))


@TAKERS
@shows("10-4")
def test_a_signature_key_of_another_kind(take: Take) -> None:
    breaks("10-4", take, VALID, key_package(ZOE, leaf_node=leaf(ZOE, signature_key=ZOE.public + b"\x00")))


@shows("10-5")
def test_a_version_that_the_message_around_it_does_not_name() -> None:
    good = MLSMessage(VALID).encode()
    assert good[:2] == good[4:6] == b"\x00\x01"
    breaks("10-5", decode_key_package, good, good[:4] + b"\x00\x02" + good[6:])
    breaks("10-5", decode_key_package, good, b"\x00\x02" + good[2:])


@TAKERS
@shows("10-6")
def test_a_leaf_that_comes_from_an_update(take: Take) -> None:
    moved = key_package(ZOE, leaf_node=leaf(ZOE, LeafSource.UPDATE, leaf_index=5))
    breaks("10-6", take, VALID, moved)


def listing(*more: int) -> Capabilities:
    return capabilities(extensions=(*capabilities().extensions, *more))


@TAKERS
@shows("10-7")
def test_an_extension_that_the_leaf_does_not_list(take: Take) -> None:
    extensions = (Extension(UNKNOWN, b"x"),)
    valid = key_package(ZOE, leaf_node=leaf(ZOE, capabilities=listing(UNKNOWN)), extensions=extensions)
    breaks("10-7", take, valid, key_package(ZOE, extensions=extensions))


@shows("10-10")
def test_an_extension_that_the_capabilities_of_its_maker_do_not_list() -> None:
    zoe = members.Member("zoe")

    def make(capabilities: Capabilities) -> object:
        extensions = (Extension(UNKNOWN, b"x"),)
        return by_hand(zoe.new_bundle(capabilities=capabilities, extensions=extensions).key_package)

    breaks("10-10", make, listing(UNKNOWN), listing())


@TAKERS
@shows("10-8")
def test_an_extension_of_the_leaf_that_it_does_not_list(take: Take) -> None:
    extensions = (Extension(UNKNOWN, b"x"),)
    valid = key_package(ZOE, leaf_node=leaf(ZOE, capabilities=listing(UNKNOWN), extensions=extensions))
    breaks("10-8", take, valid, key_package(ZOE, leaf_node=leaf(ZOE, extensions=extensions)))


@TAKERS
@shows("10-9")
def test_an_extension_that_belongs_elsewhere(take: Take) -> None:
    breaks("10-9", take, VALID, key_package(ZOE, extensions=(Extension(EXTERNAL_SENDERS, b"\x00"),)))


@TAKERS
@shows("10.1-1")
def test_another_suite(take: Take) -> None:
    other = replace(VALID, cipher_suite=3)
    signed = KeyPackage.signed(replace(SUITE, id=3), ZOE.private, init_key=other.init_key, leaf_node=other.leaf_node)
    breaks("10.1-1", take, VALID, signed)


@shows("10.1-2")
def test_another_version() -> None:
    breaks("10.1-2", by_hand, VALID, replace(VALID, version=2))


@TAKERS
@shows("10.1-3")
def test_a_leaf_changed_after_it_was_signed(take: Take) -> None:
    changed = replace(VALID.leaf_node, encryption_key=hpke_key())
    breaks("10.1-3", take, VALID, key_package(ZOE, leaf_node=changed))


@TAKERS
@shows("10.1-4")
def test_a_signature_of_somebody_else(take: Take) -> None:
    forged = KeyPackage.signed(SUITE, party("eve").private, init_key=hpke_key(), leaf_node=VALID.leaf_node)
    breaks("10.1-4", take, VALID, forged)


@TAKERS
@shows("10.1-5")
def test_one_key_for_both(take: Take) -> None:
    breaks("10.1-5", take, VALID, key_package(ZOE, init_key=VALID.leaf_node.encryption_key, leaf_node=VALID.leaf_node))


@TAKERS
@shows("10.1-6")
def test_a_leaf_that_does_not_speak_the_suite(take: Take) -> None:
    poor = leaf(ZOE, capabilities=capabilities(cipher_suites=(2, 3)))
    breaks("10.1-6", take, VALID, key_package(ZOE, leaf_node=poor))


@TAKERS
@shows("10.1-7")
def test_a_lifetime_that_is_over(take: Take) -> None:
    over = leaf(ZOE, lifetime=Lifetime(NOW - 60, NOW - 1))
    breaks("10.1-7", take, VALID, key_package(ZOE, leaf_node=over))


# Duties


@shows("10-11")
def test_every_key_of_every_key_package_is_another_one() -> None:
    zoe = members.Member("zoe")
    bundles = [zoe.new_bundle() for _ in range(20)]
    keys = {key for each in bundles for key in (each.key_package.init_key, each.key_package.leaf_node.encryption_key)}
    assert len(keys) == 40


@TAKERS
@shows("10-13")
def test_unknown_extensions_are_passed_over(take: Take) -> None:
    unknown = tuple(Extension(kind, bytes(kind & 0x1F)) for kind in (UNKNOWN, 0x0A0A, 0xEAEA))
    listed = leaf(ZOE, capabilities=listing(*(each.type for each in unknown)), extensions=unknown[1:])
    package = key_package(ZOE, leaf_node=listed, extensions=unknown)
    take(package)
    assert decode(KeyPackage.read, package.encode()) == package


@shows("10-14")
def test_one_extension_of_ours_means_nothing() -> None:
    zoe = members.Member("zoe")
    numbers = set()
    for _ in range(20):
        package = zoe.new_bundle().key_package
        (number,) = {extension.type for extension in package.extensions} & set(GREASE)
        assert number in package.leaf_node.capabilities.extensions
        by_hand(package)
        numbers.add(number)
    assert len(numbers) > 3
    plain = zoe.new_bundle(grease=False).key_package
    assert plain.extensions == ()
    by_hand(plain)


def test_what_we_make_ourselves_passes() -> None:
    zoe = members.Member("zoe")
    bundle = generate_key_package(
        zoe.identity,
        now=NOW,
        lifetime_s=3600 * 24,
        capabilities=members.capabilities(1),
        last_resort=True,
        random=zoe.random,
    )
    assert [each.type for each in bundle.key_package.extensions if each.type == LAST_RESORT] == [LAST_RESORT]
    by_hand(bundle.key_package)
