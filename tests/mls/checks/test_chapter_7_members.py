# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a leaf owes to the other members: to support what is in use, and to have keys of its own."""

from __future__ import annotations

from typing import Any

import pytest

from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE
from privity.mls.messages.commit import ProposalRef
from privity.mls.messages.credential import Credential
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.messages.proposals import Add, ExternalInit, GroupContextExtensions, Update
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid import followed
from tests.mls.checks.valid_trees import changed, eight, enter, replacing
from tests.mls.public.builders import (
    NOW,
    SUITE,
    Party,
    Room,
    capabilities,
    key_package,
    leaf,
    party,
    required,
)

LACKING: dict[str, Capabilities] = {
    "extension": capabilities(extensions=()),
    "proposal": capabilities(proposals=()),
    "credential": capabilities(credentials=(1,)),
}
"""Capabilities without one of what `demanding` requires."""


def demanding() -> Room:
    """A room that requires all that its members list."""
    room = followed()
    wants = required(extensions=(APP_DATA_DICTIONARY,), proposals=(APP_DATA_UPDATE,), credentials=(1, 2))
    room.accept(room.commit(0, [GroupContextExtensions((*room.group.context.extensions, wants.extension()))]))
    return room


def updating(room: Room, node: LeafNode) -> Any:
    """A commit by leaf 0 of an Update that leaf 1 proposed."""
    queued = room.queue(room.propose(1, Update(node)))
    return room.commit(0, [ProposalRef(queued.reference)])


@pytest.mark.parametrize(
    ("lacking", "numbers"),
    [
        pytest.param("extension", numbers := ("7.3-5", "7.3-8", "7.3-11"), marks=shows(*numbers)),
        pytest.param("proposal", numbers := ("7.3-6", "7.3-9", "7.3-12"), marks=shows(*numbers)),
        pytest.param("credential", numbers := ("7.3-7", "7.3-10", "7.3-13"), marks=shows(*numbers)),
    ],
)
def test_what_the_group_requires(lacking: str, numbers: tuple[str, str, str]) -> None:
    room, zoe = demanding(), party("zoe")
    ben = room.parties[1]

    def added(chosen: Capabilities) -> None:
        room.group.process(room.commit(0, [Add(key_package(zoe, leaf_node=leaf(zoe, capabilities=chosen)))]), NOW)

    def updated(chosen: Capabilities) -> None:
        room.group.process(updating(room, leaf(ben, LeafSource.UPDATE, leaf_index=1, capabilities=chosen)), NOW)

    def committed(chosen: Capabilities) -> None:
        room.group.process(room.commit(0, leaf_changes={"capabilities": chosen}), NOW)

    for number, take in zip(numbers, (added, updated, committed), strict=True):
        breaks(number, take, capabilities(), LACKING[lacking])


@shows("7.3-14")
def test_what_a_group_to_join_requires() -> None:
    room = demanding()
    eva = room.parties[4]

    def last_with(chosen: Capabilities) -> RatchetTree:
        members = [leaf(room.parties[0]), None, leaf(eva, capabilities=chosen)]
        return RatchetTree(SUITE, list(members))

    breaks("7.3-14", lambda tree: enter(room, tree), last_with(capabilities()), last_with(LACKING["extension"]))


def with_narrow_member() -> Room:
    """A room with somebody who knows basic credentials only."""
    room = followed()
    nora = party("nora")
    narrow = leaf(nora, capabilities=LACKING["credential"])
    room.accept(room.commit(0, [Add(key_package(nora, leaf_node=narrow))]))
    return room


@shows("7.3-15")
def test_a_credential_that_a_member_does_not_know() -> None:
    from tests.mls.checks.test_chapter_5_credentials import ANA, CHAIN

    package = key_package(ANA, leaf_node=leaf(ANA, credential=Credential.x509(CHAIN)))
    wide, narrow = followed(), with_narrow_member()
    breaks("7.3-15", lambda room: room.group.process(room.commit(1, [Add(package)]), NOW), wide, narrow)


@shows("7.3-16")
def test_a_newcomer_who_does_not_know_a_credential_in_use() -> None:
    from tests.mls.checks.test_chapter_5_credentials import ANA, CHAIN

    room, nora = followed(), party("nora")
    room.accept(room.commit(1, [Add(key_package(ANA, leaf_node=leaf(ANA, credential=Credential.x509(CHAIN))))]))

    def add(chosen: Capabilities) -> None:
        room.group.process(room.commit(1, [Add(key_package(nora, leaf_node=leaf(nora, capabilities=chosen)))]), NOW)

    breaks("7.3-16", add, capabilities(), LACKING["credential"])


# Keys of one's own


def take(room: Room) -> Any:
    return lambda message: room.group.process(message, NOW)


@shows("7.3-25")
def test_an_update_that_changes_no_key() -> None:
    room = followed()
    ben, old = room.parties[1], room.group.tree.leaf(1).encryption_key
    new = leaf(ben, LeafSource.UPDATE, leaf_index=1)
    same = leaf(ben, LeafSource.UPDATE, leaf_index=1, encryption_key=old)
    breaks("7.3-25", take(room), room.propose(1, Update(new)), room.propose(1, Update(same)))


def as_(name: str, other: Party) -> Party:
    """Somebody who uses the signature key of another: that of a second device, or of an accomplice."""
    return Party(name, other.private, other.public)


@shows("7.3-26", "7.3-27", "7.3-28", "7.3-33")
def test_signature_keys_of_other_members() -> None:
    room, zoe = followed(), party("zoe")
    cyd = room.parties[2]

    def added(who: Party) -> None:
        room.group.process(room.commit(0, [Add(key_package(who))]), NOW)

    def updated(who: Party) -> None:
        room.group.process(updating(room, leaf(who, LeafSource.UPDATE, leaf_index=1)), NOW)

    def committed(who: Party) -> None:
        room.group.process(room.commit(0, path=room.path(who, room.group.tree, 0)), NOW)

    def entered(who: Party) -> None:
        room.group.process(room.external_commit(who, [ExternalInit(b"k" * 32)]), NOW)

    breaks("7.3-26", added, zoe, as_("zoe", cyd))
    breaks("7.3-27", updated, as_("ben", zoe), as_("ben", cyd))
    breaks("7.3-28", committed, as_("ana", zoe), as_("ana", cyd))
    breaks("7.3-33", entered, zoe, as_("zoe", cyd))


@shows("7.3-30", "7.3-31")
def test_encryption_keys_of_the_tree() -> None:
    room, zoe = followed(), party("zoe")
    nodes = room.group.tree.nodes
    ben = room.parties[1]
    for taken in (node.encryption_key for node in (nodes[6], nodes[3]) if node is not None):
        good, bad = leaf(zoe), leaf(zoe, encryption_key=taken)
        packages = [key_package(zoe, leaf_node=node) for node in (good, bad)]
        breaks("7.3-30", take(room), *[room.commit(4, [Add(package)], path=False) for package in packages])
    taken = room.group.tree.leaf(3).encryption_key
    room.group.process(updating(room, leaf(ben, LeafSource.UPDATE, leaf_index=1)), NOW)
    with raises_check("7.3-31"):
        room.group.process(updating(room, leaf(ben, LeafSource.UPDATE, leaf_index=1, encryption_key=taken)), NOW)


@shows("7.3-29", "7.3-32")
def test_keys_that_occur_twice_in_a_tree_to_join() -> None:
    room = eight()
    first = room.group.tree.leaf(0)

    def pair(second: LeafNode) -> RatchetTree:
        return RatchetTree(SUITE, [leaf(room.parties[0]), None, second])

    def join(tree: RatchetTree) -> None:
        enter(room, tree)

    breaks("7.3-29", join, pair(leaf(room.parties[1])), pair(leaf(as_("ben", room.parties[0]))))
    breaks("7.3-32", join, room.group.tree, changed(room, replacing(3, encryption_key=first.encryption_key)))
