# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Single proposals, as messages of their own and inside a commit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from privity.mls.messages.codepoints import (
    APPLICATION_ID,
    EXTERNAL_PUB,
    RATCHET_TREE,
    REQUIRED_CAPABILITIES,
)
from privity.mls.messages.envelope import PublicMessage
from privity.mls.messages.extensions import (
    Extension,
    Extensions,
    RequiredCapabilities,
)
from privity.mls.messages.framing import Sender
from privity.mls.messages.leaf_node import LeafSource
from privity.mls.messages.proposals import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
    decode_proposal,
)
from privity.mls.messages.psk import ExternalPsk, ResumptionPsk, ResumptionUsage
from privity.mls.rules import SentProposal
from privity.mls.validation.proposals import QueuedProposal, check_proposal
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid_room import five, queued, refuses, refuses_list, refuses_proposal, update
from tests.mls.public.builders import (
    GROUP_ID,
    NOW,
    Room,
    capabilities,
    flip,
    hpke_key,
    key_package,
    leaf,
    party,
    required,
)

ZOE = party("zoe")


@pytest.fixture
def room() -> Room:
    return five()


@shows("12.1-1")
def test_a_signature_that_does_not_verify(room: Room) -> None:
    good = room.propose(1, Remove(3))
    for signature in (flip(good.signature), b"", room.propose(1, Remove(2)).signature):
        refuses(room, "12.1-1", lambda message: message, good, replace(good, signature=signature))


@shows("12.1-1")
def test_a_proposal_in_the_name_of_another_member(room: Room) -> None:
    def from_ben(who: int) -> PublicMessage:
        return room.sign(room.parties[1], Sender.member(who), Remove(3))

    refuses(room, "12.1-1", from_ben, 1, 2)


@pytest.mark.parametrize("by", [-1, 1, 1 << 40])
@shows("12.1-2")
def test_a_proposal_of_another_epoch(room: Room, by: int) -> None:
    now = room.group.epoch
    refuses(room, "12.1-2", lambda epoch: room.propose(1, Remove(3), epoch=epoch), now, now + by)


@shows("12.1-3")
def test_a_proposal_is_kept_for_the_epoch(room: Room) -> None:
    reference = queued(room, 1, Remove(3))
    again = type(room.group).decode(room.group.encode(), room.rules)
    assert isinstance(again.proposals[reference.value], QueuedProposal)
    room.accept(room.commit(0, [reference]))
    assert not room.group.proposals


@shows("12.1-4")
def test_a_proposal_without_a_type() -> None:
    good = Remove(3).encode()
    breaks("12.1-4", decode_proposal, good, b"\x00\x00" + good[2:])


# Add


@shows("12.1.1-1")
def test_a_key_package_that_is_not_valid(room: Room) -> None:
    twice = hpke_key()
    broken = key_package(ZOE, init_key=twice, leaf_node=leaf(ZOE, encryption_key=twice))
    refuses_proposal(room, "12.1.1-1", Add(key_package(ZOE)), Add(broken))


@shows("12.1.1-2")
def test_newcomers_take_the_leftmost_free_leaves(room: Room) -> None:
    room.accept(room.commit(0, [Remove(1)]))
    staged = room.accept(room.commit(0, [Add(key_package(party(name))) for name in ("x", "y", "z", "u", "v", "w")]))
    assert [member.leaf_index for member in staged.added] == [1, 5, 6, 7, 8, 9]
    assert staged.tree.leaf_count == 16


# Update


@pytest.mark.parametrize("changes", [{"leaf_index": 3}, {"group_id": b"another"}])
@shows("12.1.2-1")
def test_a_leaf_signed_for_another_place(room: Room, changes: dict[str, Any]) -> None:
    refuses_proposal(room, "12.1.2-1", update(room, 2), update(room, 2, **changes), by=2)


@pytest.mark.parametrize("source", [LeafSource.KEY_PACKAGE, LeafSource.COMMIT])
@shows("12.1.2-2")
def test_a_leaf_that_comes_from_elsewhere(room: Room, source: LeafSource) -> None:
    changes = {} if source is LeafSource.KEY_PACKAGE else {"leaf_index": 2, "parent_hash": b""}
    broken = replace(update(room, 2), leaf_node=leaf(room.parties[2], source, **changes))
    refuses_proposal(room, "12.1.2-2", update(room, 2), broken, by=2)


@shows("12.1.2-3")
def test_a_leaf_that_keeps_its_key(room: Room) -> None:
    kept = room.group.tree.leaf(2).encryption_key
    refuses_proposal(room, "12.1.2-3", update(room, 2), update(room, 2, encryption_key=kept), by=2)


@shows("12.1.2-4")
def test_an_update_blanks_the_way_to_the_root(room: Room) -> None:
    reference = queued(room, 2, update(room, 2))
    tree = room.accept(room.commit(4, [reference])).tree
    assert (tree.nodes[5], tree.nodes[3]) == (None, None)
    assert tree.nodes[1] is not None
    assert tree.leaf(2).source is LeafSource.UPDATE


# Remove


@pytest.mark.parametrize("index", [5, 7, 8, (1 << 31) + 1, (1 << 32) - 1])
@shows("12.1.3-1")
def test_a_leaf_that_is_blank(room: Room, index: int) -> None:
    refuses_proposal(room, "12.1.3-1", Remove(4), Remove(index))


@shows("12.1.3-2")
def test_a_removal_blanks_and_halves(room: Room) -> None:
    tree = room.accept(room.commit(0, [Remove(4)])).tree
    assert tree.leaf_count == 4
    tree = room.accept(room.commit(0, [Remove(2)])).tree
    assert (tree.nodes[4], tree.nodes[5], tree.leaf_count) == (None, None, 4)


# PreSharedKey

GOOD_PSK = PreSharedKey(ExternalPsk(b"psk", b"n" * 32))


@pytest.mark.parametrize("nonce", [b"", b"n" * 31, b"n" * 33, b"n" * 64])
@shows("12.1.4-1")
def test_a_nonce_of_another_length(room: Room, nonce: bytes) -> None:
    refuses_proposal(room, "12.1.4-1", GOOD_PSK, PreSharedKey(ExternalPsk(b"psk", nonce)))
    resumed = ResumptionPsk(ResumptionUsage.APPLICATION, GROUP_ID, 1, b"n" * 32)
    refuses_proposal(room, "12.1.4-1", PreSharedKey(resumed), PreSharedKey(replace(resumed, nonce=nonce)))


@pytest.mark.parametrize(
    ("number", "usage"),
    [
        pytest.param("12.1.4-2", ResumptionUsage.REINIT, marks=shows("12.1.4-2")),
        pytest.param("12.1.4-3", ResumptionUsage.BRANCH, marks=shows("12.1.4-3")),
    ],
)
def test_a_psk_for_another_group(room: Room, number: str, usage: ResumptionUsage) -> None:
    good = ResumptionPsk(ResumptionUsage.APPLICATION, GROUP_ID, 1, b"n" * 32)
    refuses_proposal(room, number, PreSharedKey(good), PreSharedKey(replace(good, usage=usage)))


# ReInit

GOOD_REINIT = ReInit(b"next room", 1, 1, ())


@shows("12.1.5-1")
def test_a_lower_version(room: Room) -> None:
    def take(proposal: ReInit) -> None:
        check_proposal(room.group.state, SentProposal(proposal, Sender.member(0)), room.rules, NOW)

    breaks("12.1.5-1", take, GOOD_REINIT, replace(GOOD_REINIT, version=0))


@pytest.mark.parametrize("version", [0, 2, 0xFFFF])
@shows("12.1.5-2")
def test_a_version_that_is_not_known(version: int) -> None:
    breaks("12.1.5-2", decode_proposal, GOOD_REINIT.encode(), replace(GOOD_REINIT, version=version).encode())


@shows("12.1.5-3")
def test_a_suite_that_is_not_admitted(room: Room) -> None:
    refuses_proposal(room, "12.1.5-3", GOOD_REINIT, replace(GOOD_REINIT, cipher_suite=0x0BAD))


# ExternalInit


@shows("12.1.6-1")
def test_an_external_init_by_itself(room: Room) -> None:
    def alone(proposal: Proposal) -> PublicMessage:
        return room.propose(1, proposal)

    valid: Proposal = GOOD_PSK
    refuses(room, "12.1.6-1", alone, valid, ExternalInit(hpke_key()))


# GroupContextExtensions


def with_required(room: Room, demand: RequiredCapabilities, *more: Extension) -> GroupContextExtensions:
    return GroupContextExtensions((*room.extensions, demand.extension(), *more))


REQUIRED = [
    pytest.param("12.1.7-1", required(extensions=(6,)), required(extensions=(6, 0xF00F)), marks=shows("12.1.7-1")),
    pytest.param("12.1.7-2", required(proposals=(8,)), required(proposals=(8, 0xF00F)), marks=shows("12.1.7-2")),
    pytest.param("12.1.7-3", required(credentials=(1, 2)), required(credentials=(1, 3)), marks=shows("12.1.7-3")),
]


@pytest.mark.parametrize(("number", "valid", "broken"), REQUIRED)
def test_a_requirement_that_not_all_meet(
    room: Room, number: str, valid: RequiredCapabilities, broken: RequiredCapabilities
) -> None:
    refuses_list(room, number, [with_required(room, valid)], [with_required(room, broken)])


@shows("12.1.7-2")
def test_who_comes_with_the_same_commit_counts(room: Room) -> None:
    demand = with_required(room, required(proposals=(8,)))
    poor = key_package(ZOE, leaf_node=leaf(ZOE, capabilities=capabilities(proposals=())))
    refuses_list(room, "12.1.7-2", [demand, Add(key_package(ZOE))], [demand, Add(poor)])
    refuses_list(room, "12.1.7-2", [Add(key_package(ZOE)), demand], [Add(poor), demand])


@shows("12.1.7-2")
def test_who_goes_with_the_same_commit_does_not_count(room: Room) -> None:
    poor = key_package(ZOE, leaf_node=leaf(ZOE, capabilities=capabilities(proposals=())))
    room.accept(room.commit(0, [Add(poor)]))
    demand = with_required(room, required(proposals=(8,)))
    refuses_list(room, "12.1.7-2", [demand, Remove(5)], [demand])


@pytest.mark.parametrize("kind", [APPLICATION_ID, RATCHET_TREE, EXTERNAL_PUB])
@shows("12.1.7-4")
def test_an_extension_that_belongs_elsewhere(room: Room, kind: int) -> None:
    good: Extensions = room.extensions
    refuses_proposal(
        room, "12.1.7-4", GroupContextExtensions(good), GroupContextExtensions((*good, Extension(kind, b"")))
    )


@shows("12.1.7-5")
def test_requirements_that_cannot_be_read(room: Room) -> None:
    good = required(proposals=(8,)).encode()

    def to(data: bytes) -> GroupContextExtensions:
        return GroupContextExtensions((*room.extensions, Extension(REQUIRED_CAPABILITIES, data)))

    refuses_proposal(room, "12.1.7-5", to(good), to(good[:-1]))


@shows("12.1.7-6")
def test_extensions_are_replaced_as_a_whole(room: Room) -> None:
    room.accept(room.commit(0, [with_required(room, required(proposals=(8,)))]))
    room.accept(room.commit(0, [GroupContextExtensions(room.extensions)]))
    assert room.group.context.extensions == room.extensions
    room.accept(room.commit(0, [GroupContextExtensions(())]))
    assert room.group.context.extensions == ()
