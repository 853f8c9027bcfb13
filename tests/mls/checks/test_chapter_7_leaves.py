# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One leaf by itself: what it lists, how long it lives, what its signature covers, where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.group import Group
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE, APPLICATION_ID, MLS10
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import decode_group_info
from privity.mls.messages.extensions import Extension
from privity.mls.messages.grease import without_grease
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.mls.messages.proposals import Add, ExternalInit, Update
from privity.mls.rules import LeafUse
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.group_info import verify_group_info
from privity.mls.validation.key_package import check_key_package
from privity.mls.validation.leaf_node import check_leaf
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid import followed, talking, twin
from tests.mls.group.builders import LIFETIME, Member, accept
from tests.mls.public.builders import GROUP_ID, NOW, SUITE, TestRules, capabilities, hpke_key, key_package, leaf, party

ANA = party("ana")
UNKNOWN = Extension(0xF00F, b"")


def check(node: LeafNode) -> None:
    """Looks at a leaf where it belongs: in a KeyPackage, an Update, a commit of leaf 3."""
    use = {LeafSource.KEY_PACKAGE: LeafUse.ADD, LeafSource.UPDATE: LeafUse.UPDATE, LeafSource.COMMIT: LeafUse.COMMIT}
    check_leaf(node, use[node.source], suite=SUITE, rules=TestRules(), now=NOW, group_id=GROUP_ID, leaf_index=3)


def made(source: LeafSource, **changes: Any) -> LeafNode:
    if source == LeafSource.COMMIT:
        changes = {"parent_hash": b"", **changes}
    return leaf(ANA, source, **{"leaf_index": 3, **changes})


@pytest.mark.parametrize("source", [0, 4, 255])
@shows("7.2-1")
def test_a_leaf_from_nowhere(source: int) -> None:
    good = made(LeafSource.UPDATE, extensions=())
    at = len(good.encode()) - len(good.signature) - 2 - 1 - 1
    raw = good.encode()
    assert raw[at] == LeafSource.UPDATE
    breaks("7.2-1", LeafNode.decode, raw, raw[:at] + bytes([source]) + raw[at + 1 :])


# What a leaf of ours lists


def listing(**changes: Any) -> Capabilities:
    base = Capabilities(cipher_suites=(1,), extensions=(APP_DATA_DICTIONARY,), proposals=(APP_DATA_UPDATE,))
    return replace(base, **changes)


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5])
@shows("7.2-2", "7.2-4", "7.2-5")
def test_default_extensions_that_we_would_list(kind: int) -> None:
    no_defaults("7.2-2", listing(extensions=(APP_DATA_DICTIONARY, kind)))


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 6, 7])
@shows("7.2-3", "7.2-4", "7.2-5")
def test_default_proposals_that_we_would_list(kind: int) -> None:
    no_defaults("7.2-3", listing(proposals=(kind, APP_DATA_UPDATE)))


def no_defaults(number: str, broken: Capabilities) -> None:
    zoe = Member("zoe")
    info = decode_group_info(talking("ana", "ben")[0].group.group_info(with_tree=True))
    shared: dict[str, Any] = {"rules": zoe.rules, "now": NOW, "random": zoe.random}

    def create(chosen: Capabilities) -> None:
        Group.create(zoe.identity, b"new", capabilities=chosen, lifetime_s=LIFETIME, **shared)

    def enter(chosen: Capabilities) -> None:
        Group.join_external(info, ratchet_tree=None, identity=zoe.identity, capabilities=chosen, **shared)

    breaks(number, lambda chosen: zoe.new_bundle(capabilities=chosen), listing(), broken)
    breaks("7.2-4", create, listing(), broken)
    breaks("7.2-5", enter, listing(), broken)


@pytest.mark.parametrize("number", [1, 2, 3])
@shows("7.2-24")
def test_a_leaf_lists_what_its_application_supports(number: int) -> None:
    own = listing(cipher_suites=(number, 0xF00F), credentials=(1, 2, 0xF00F))
    ana, ben = Member("ana", number), Member("ben", number)
    shared: dict[str, Any] = {"capabilities": own, "now": NOW}
    ana.group = Group.create(ana.identity, b"room", lifetime_s=LIFETIME, rules=ana.rules, random=ana.random, **shared)
    ben.bundle = ben.new_bundle(**shared)
    accept(ana.commit(adds=[ben.bundle.key_package]), [ana], [ben])
    accept(ben.commit(force_path=True), [ana, ben])
    for _, node in ben.group.members():
        assert node.source is not LeafSource.UPDATE
        assert without_grease(node.capabilities) == own
    assert own.versions == (MLS10,)


@shows("7.2-25")
def test_what_nobody_knows_is_passed_over() -> None:
    odd = (0x0A0A, 0xEAEA, 0xF123)
    check(
        leaf(
            ANA,
            capabilities=Capabilities((1, *odd), (1, *odd), odd, odd, (1, *odd)),
        )
    )


@pytest.mark.parametrize("source", list(LeafSource))
@shows("7.2-6", "7.2-7", "7.2-8", "7.2-9", "7.2-23")
def test_what_a_leaf_must_list(source: LeafSource) -> None:
    good = made(source)
    broken: dict[str, dict[str, Any]] = {
        "7.2-6": {"capabilities": capabilities(versions=(2,))},
        "7.2-7": {"capabilities": capabilities(cipher_suites=(2, 3))},
        "7.2-8": {"extensions": (UNKNOWN,)},
        "7.2-9": {"capabilities": capabilities(credentials=(2,))},
        "7.2-23": {"encryption_key": bytes(32)},
    }
    for number, changes in broken.items():
        breaks(number, check, good, made(source, **changes))


# Lifetimes

DAY = 86_400


LIFETIMES = [
    ("7.2-10", Lifetime(NOW - 1, NOW + 31_536_000)),
    ("7.2-10", Lifetime(0, (1 << 64) - 1)),
    ("7.2-12", Lifetime(NOW + 1, NOW - 1)),
    ("7.3-19", Lifetime(NOW + 1, NOW + DAY)),
    ("7.3-20", Lifetime(NOW - DAY, NOW - 1)),
]


@pytest.mark.parametrize(("number", "lifetime"), [pytest.param(*case, marks=shows(case[0])) for case in LIFETIMES])
def test_lifetimes_of_those_who_are_added(number: str, lifetime: Lifetime) -> None:
    room, zoe = followed(), party("zoe")

    def propose(lifetime: Lifetime) -> None:
        package = key_package(zoe, leaf_node=leaf(zoe, lifetime=lifetime))
        room.group.process(room.propose(0, Add(package)), NOW)

    breaks(number, propose, Lifetime(NOW, NOW), lifetime)


@pytest.mark.parametrize("verb", ["proposing", "committing"])
@shows("7.3-17", "7.3-18")
def test_whom_we_add(verb: str) -> None:
    ana, zoe = talking("ana", "ben")[0], Member("zoe")

    def add(now: int) -> None:
        package = zoe.new_bundle(now=now).key_package
        if verb == "proposing":
            twin(ana).group.propose_add(package, random=ana.random, now=NOW)
        else:
            twin(ana).commit(adds=[package])

    breaks("7.3-17", add, NOW, NOW + LIFETIME)
    breaks("7.3-18", add, NOW, NOW - LIFETIME)


@pytest.mark.parametrize("longest", [1, DAY, 40 * DAY])
@shows("7.2-10", "7.2-26")
def test_the_longest_lifetime_is_the_applications(longest: int) -> None:
    def add(lifetime: Lifetime) -> None:
        rules = TestRules()
        rules.max_lifetime_s = longest
        package = key_package(ANA, leaf_node=leaf(ANA, lifetime=lifetime))
        check_key_package(package, suite=SUITE, rules=rules, now=NOW)

    breaks("7.2-10", add, Lifetime(NOW, NOW + longest), Lifetime(NOW, NOW + longest + 1))


@shows("7.2-11", "7.3-34")
def test_lifetimes_in_a_tree_to_join() -> None:
    def enter(lifetime: Lifetime) -> None:
        room = followed()
        tree = RatchetTree.of_leaf(SUITE, leaf(room.parties[0], lifetime=lifetime))
        info = room.group_info_of(tree, 0, b"")
        verify_group_info(info, tree.encode(), room.rules, NOW)

    enter(Lifetime(NOW - 2 * DAY, NOW - DAY))
    enter(Lifetime(NOW + DAY, NOW + 2 * DAY))
    breaks("7.2-11", enter, Lifetime(NOW, NOW + 31_536_000), Lifetime(NOW, NOW + 31_536_001))


# What the signature covers

COVERED: list[tuple[str, tuple[LeafSource, ...], dict[str, Any]]] = [
    ("7.2-13", tuple(LeafSource), {"encryption_key": hpke_key()}),
    ("7.2-14", tuple(LeafSource), {"signature_key": party("eve").public}),
    ("7.2-15", tuple(LeafSource), {"credential": Credential.basic(b"eve")}),
    ("7.2-16", tuple(LeafSource), {"capabilities": capabilities(proposals=(APP_DATA_UPDATE, 0xF001))}),
    ("7.2-17", (LeafSource.KEY_PACKAGE,), {"lifetime": Lifetime(NOW - 5, NOW + 5)}),
    ("7.2-18", tuple(LeafSource), {"extensions": (Extension(APPLICATION_ID, b"x"),)}),
    ("7.2-20", (LeafSource.COMMIT,), {"parent_hash": bytes(32)}),
]


@pytest.mark.parametrize(
    ("number", "source", "change"),
    [pytest.param(number, each, change, marks=shows(number)) for number, them, change in COVERED for each in them],
)
def test_what_a_leaf_signature_covers(number: str, source: LeafSource, change: dict[str, Any]) -> None:
    good = made(source)
    breaks(number, check, good, replace(good, **change))
    breaks(number, check, good, LeafNode.decode(replace(good, **change).encode()))


@shows("7.2-19")
def test_a_leaf_signature_covers_the_source() -> None:
    good = made(LeafSource.UPDATE)
    breaks("7.2-19", check, good, replace(good, source=LeafSource.COMMIT, parent_hash=b""))


@pytest.mark.parametrize("source", [LeafSource.UPDATE, LeafSource.COMMIT])
@shows("7.2-21", "7.2-22")
def test_a_leaf_of_another_group_or_place(source: LeafSource) -> None:
    breaks("7.2-21", check, made(source), made(source, group_id=b"another room"))
    breaks("7.2-22", check, made(source), made(source, leaf_index=4))


# Where it stands


@shows("7.3-1", "7.3-2", "7.3-3")
def test_leaves_that_nobody_signed() -> None:
    room = followed()
    zoe, ben = party("zoe"), room.parties[1]

    def unsigned(node: LeafNode) -> LeafNode:
        return replace(node, signature=bytes(64))

    def take(message: Any) -> None:
        room.group.process(message, NOW)

    added = leaf(zoe)
    updated = leaf(ben, LeafSource.UPDATE, leaf_index=1)
    path = room.path(room.parties[0], room.group.tree, 0)

    def proposed(node: LeafNode) -> Any:
        return room.propose(0, Add(key_package(zoe, leaf_node=node)))

    breaks("7.3-1", take, proposed(added), proposed(unsigned(added)))
    breaks("7.3-2", take, room.propose(1, Update(updated)), room.propose(1, Update(unsigned(updated))))
    bad = replace(path, leaf_node=unsigned(path.leaf_node))
    breaks("7.3-3", take, room.commit(0, path=path), room.commit(0, path=bad))


@shows("7.3-4")
def test_a_tree_with_a_leaf_that_nobody_signed() -> None:
    """The last of five; whoever invites signs the GroupInfo over it all the same."""
    room = followed()
    nodes = list(room.group.tree.nodes)
    node = nodes[8]
    assert isinstance(node, LeafNode)

    def enter(last: LeafNode) -> None:
        tree = RatchetTree(SUITE, [*nodes[:8], last, *nodes[9:]])
        context = replace(room.group.context, tree_hash=tree.tree_hash)
        verify_group_info(room.sign_group_info(context, 0), tree.encode(), room.rules, NOW)

    breaks("7.3-4", enter, node, replace(node, signature=bytes(64)))


SOURCES: list[tuple[str, LeafUse, LeafSource]] = [
    ("7.3-21", LeafUse.ADD, LeafSource.UPDATE),
    ("7.3-21", LeafUse.ADD, LeafSource.COMMIT),
    ("7.3-22", LeafUse.UPDATE, LeafSource.KEY_PACKAGE),
    ("7.3-22", LeafUse.UPDATE, LeafSource.COMMIT),
    ("7.3-23", LeafUse.COMMIT, LeafSource.KEY_PACKAGE),
    ("7.3-23", LeafUse.COMMIT, LeafSource.UPDATE),
    ("7.3-24", LeafUse.EXTERNAL_JOIN, LeafSource.KEY_PACKAGE),
    ("7.3-24", LeafUse.EXTERNAL_JOIN, LeafSource.UPDATE),
]


@pytest.mark.parametrize(
    ("number", "use", "source"),
    [pytest.param(*case, marks=shows(case[0])) for case in SOURCES],
)
def test_leaves_from_another_source(number: str, use: LeafUse, source: LeafSource) -> None:
    """Each source can be sent in each place: the message is built, and looked at by a server."""
    room = followed()
    zoe, ben = party("zoe"), room.parties[1]
    right = (
        LeafSource.KEY_PACKAGE
        if use is LeafUse.ADD
        else LeafSource.UPDATE
        if use is LeafUse.UPDATE
        else LeafSource.COMMIT
    )
    build: dict[LeafUse, Callable[[LeafSource], Any]] = {
        LeafUse.ADD: lambda it: room.propose(0, Add(key_package(zoe, leaf_node=from_source(zoe, it, 5)))),
        LeafUse.UPDATE: lambda it: room.propose(1, Update(from_source(ben, it, 1))),
        LeafUse.COMMIT: lambda it: room.commit(0, leaf_changes=as_source(it)),
        LeafUse.EXTERNAL_JOIN: lambda it: room.external_commit(
            zoe, [ExternalInit(b"k" * 32)], leaf_changes=as_source(it)
        ),
    }
    breaks(number, lambda message: room.group.process(message, NOW), build[use](right), build[use](source))


def from_source(who: Any, source: LeafSource, index: int) -> LeafNode:
    parent_hash = b"" if source == LeafSource.COMMIT else None
    return leaf(who, source, leaf_index=index, parent_hash=parent_hash)


def as_source(source: LeafSource) -> dict[str, Any]:
    if source == LeafSource.COMMIT:
        return {}
    lifetime = Lifetime(NOW - 5, NOW + 5) if source == LeafSource.KEY_PACKAGE else None
    return {"source": source, "parent_hash": None, "lifetime": lifetime}
