# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lists of proposals in the commits of members and of those who join, as a receiver meets them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.errors import PolicyRefused, SuccessorRefused
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.commit import ProposalOrRef
from privity.mls.messages.envelope import PublicMessage
from privity.mls.messages.leaf_node import LeafSource
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
)
from privity.mls.messages.psk import ExternalPsk
from tests.mls.checks.showing import shows
from tests.mls.checks.valid_room import five, queued, refuses, refuses_list, update
from tests.mls.public.builders import NOW, Party, Room, capabilities, hpke_key, key_package, leaf, party

ZOE, EVE = party("zoe"), party("eve")
PSK = PreSharedKey(ExternalPsk(b"psk", b"n" * 32))
INIT = ExternalInit(hpke_key())


@pytest.fixture
def room() -> Room:
    return five()


# By members


@shows("12.2-1")
def test_a_proposal_that_is_not_valid(room: Room) -> None:
    refuses_list(room, "12.2-1", [PSK, Remove(2)], [PSK, Remove(6)])


@shows("12.2-2")
def test_an_update_of_ones_own(room: Room) -> None:
    other, own = queued(room, 2, update(room, 2)), queued(room, 3, update(room, 3))
    refuses_list(room, "12.2-2", [other], [other, own], by=3)
    refuses_list(room, "12.2-2", [other], [other, update(room, 3)], by=3)


@shows("12.2-3")
def test_a_removal_of_oneself(room: Room) -> None:
    refuses_list(room, "12.2-3", [Remove(1)], [Remove(1), Remove(0)])
    proposed = queued(room, 3, Remove(0))
    refuses_list(room, "12.2-3", [], [proposed])
    room.accept(room.commit(1, [proposed]))


@shows("12.2-4")
def test_a_leaf_that_two_proposals_change(room: Room) -> None:
    first, second = queued(room, 3, update(room, 3)), queued(room, 3, update(room, 3))
    removal = queued(room, 1, Remove(3))
    by_value = Remove(3)
    pairs: tuple[list[ProposalOrRef], ...] = (
        [first, second],
        [first, removal],
        [first, by_value],
        [removal, by_value],
        [by_value, by_value],
    )
    for pair in pairs:
        refuses_list(room, "12.2-4", pair[:1], pair)


@shows("12.2-5")
def test_a_client_that_is_added_twice(room: Room) -> None:
    adds: list[ProposalOrRef] = [Add(key_package(ZOE)), Add(key_package(ZOE))]
    refuses_list(room, "12.2-5", adds[:1], adds)
    refuses_list(room, "12.2-5", adds[:1], [queued(room, 2, Add(key_package(ZOE))), *adds[1:]])


@shows("12.2-6")
def test_a_member_that_is_added(room: Room) -> None:
    add = Add(key_package(room.parties[2]))
    refuses_list(room, "12.2-6", [add, Remove(2)], [add])
    refuses_list(room, "12.2-6", [Remove(2), add], [Remove(1), add])


@shows("12.2-7")
def test_a_psk_that_is_named_twice(room: Room) -> None:
    other_nonce = PreSharedKey(ExternalPsk(b"psk", b"m" * 32))
    refuses_list(room, "12.2-7", [PSK, other_nonce], [PSK, other_nonce, PSK])
    refuses_list(room, "12.2-7", [PSK, other_nonce], [PSK, queued(room, 1, PSK)])


@shows("12.2-8")
def test_extensions_that_are_replaced_twice(room: Room) -> None:
    same = GroupContextExtensions(room.extensions)
    refuses_list(room, "12.2-8", [same], [same, same])
    refuses_list(room, "12.2-8", [same], [same, GroupContextExtensions(())])


@shows("12.2-9")
def test_a_reinit_in_company(room: Room) -> None:
    reinit = ReInit(b"next", 1, 1, ())
    for other in (PSK, Remove(2), Add(key_package(ZOE)), replace(reinit, group_id=b"another")):
        refuses_list(room, "12.2-9", [reinit], [reinit, other])
        refuses_list(room, "12.2-9", [reinit], [other, reinit])


@shows("12.2-10")
def test_an_external_init_of_a_member(room: Room) -> None:
    refuses_list(room, "12.2-10", [PSK], [PSK, INIT])


def poor(who: Party) -> Add:
    """Somebody who knows no proposal types but the default ones."""
    return Add(key_package(who, leaf_node=leaf(who, capabilities=capabilities(proposals=()))))


@shows("12.2-11")
def test_a_type_that_a_member_does_not_know(room: Room) -> None:
    room.accept(room.commit(0, [poor(ZOE)]))
    change = AppDataUpdate(7, b"x")
    refuses_list(room, "12.2-11", [change, Remove(5)], [change])


@shows("12.2-11")
def test_a_type_that_the_committer_gives_up_as_it_uses_it(room: Room) -> None:
    def by_ana(own: Capabilities) -> PublicMessage:
        return room.commit(0, [AppDataUpdate(7, b"x")], leaf_changes={"capabilities": own})

    refuses(room, "12.2-11", by_ana, capabilities(), capabilities(proposals=()))


@shows("12.2-21")
def test_who_joins_by_commit_need_not_know_the_types_in_it(room: Room) -> None:
    plain = {"capabilities": capabilities(proposals=())}
    staged = room.accept(room.external_commit(ZOE, [INIT, AppDataUpdate(7, b"x")], leaf_changes=plain))
    assert staged.committer == 5
    assert not staged.tree.leaf(5).capabilities.proposals


@shows("12.2-21")
def test_who_comes_or_goes_need_not_know_the_types(room: Room) -> None:
    change = AppDataUpdate(7, b"x")
    staged = room.accept(room.commit(0, [change, poor(ZOE)]))
    assert [member.leaf_index for member in staged.added] == [5]
    room.accept(room.commit(0, [change, Remove(5)]))


@shows("12.2-12")
def test_a_result_that_repeats_an_encryption_key(room: Room) -> None:
    taken = room.group.tree.leaf(3).encryption_key
    fresh, stale = update(room, 2), update(room, 2, encryption_key=taken)
    refuses_list(room, "12.2-12", [queued(room, 2, fresh)], [queued(room, 2, stale)])
    add, copy = Add(key_package(ZOE)), Add(key_package(ZOE, leaf_node=leaf(ZOE, encryption_key=taken)))
    refuses_list(room, "12.2-12", [add], [copy])
    twin = Add(key_package(EVE, leaf_node=leaf(EVE, encryption_key=add.key_package.leaf_node.encryption_key)))
    refuses_list(room, "12.2-12", [add], [add, twin])


@shows("12.2-13")
def test_a_result_that_repeats_a_signature_key(room: Room) -> None:
    def renewed(key: Party) -> ProposalOrRef:
        node = leaf(key, LeafSource.UPDATE, leaf_index=2, credential=room.parties[2].credential)
        return queued(room, 2, Update(node))

    refuses_list(room, "12.2-13", [renewed(ZOE)], [renewed(room.parties[3])])


@shows("12.2-14")
def test_a_result_with_a_leaf_that_lacks_an_extension(room: Room) -> None:
    room.accept(room.commit(0, [AppDataUpdate(7, b"x")]))
    without = capabilities(extensions=())
    good, bad = update(room, 2), update(room, 2, capabilities=without)
    refuses_list(room, "12.2-14", [queued(room, 2, good)], [queued(room, 2, bad)])
    lacking = Add(key_package(ZOE, leaf_node=leaf(ZOE, capabilities=without)))
    refuses_list(room, "12.2-14", [Add(key_package(ZOE))], [lacking])


# By those who join


def refuses_joining(
    room: Room, number: str, valid: list[ProposalOrRef], broken: list[ProposalOrRef], who: Party = ZOE
) -> None:
    refuses(room, number, lambda proposals: room.external_commit(who, proposals), valid, broken)


@shows("12.2-15")
def test_no_external_init_or_two(room: Room) -> None:
    refuses_joining(room, "12.2-15", [INIT], [])
    refuses_joining(room, "12.2-15", [INIT], [INIT, ExternalInit(hpke_key())])
    refuses_joining(room, "12.2-15", [INIT, PSK], [PSK])


@shows("12.2-16")
def test_two_removals_by_a_joiner(room: Room) -> None:
    back = replace(room.parties[4], name="eva")
    refuses_joining(room, "12.2-16", [INIT, Remove(4)], [INIT, Remove(4), Remove(3)], back)


@shows("12.2-17")
def test_what_a_joiner_may_not_commit(room: Room) -> None:
    others: tuple[ProposalOrRef, ...] = (
        Add(key_package(EVE)),
        update(room, 2),
        GroupContextExtensions(room.extensions),
        ReInit(b"next", 1, 1, ()),
    )
    for other in others:
        refuses_joining(room, "12.2-17", [INIT, PSK], [INIT, PSK, other])


@shows("12.2-18")
def test_a_returning_leaf_with_its_old_key(room: Room) -> None:
    old = room.group.tree.leaf(4).encryption_key

    def returning(key: bytes) -> PublicMessage:
        return room.external_commit(room.parties[4], [INIT, Remove(4)], leaf_changes={"encryption_key": key})

    refuses(room, "12.2-18", returning, hpke_key(), old)


@shows("12.2-19")
def test_a_psk_that_a_joiner_names_twice(room: Room) -> None:
    refuses_joining(room, "12.2-19", [INIT, PSK], [INIT, PSK, PSK])


@shows("12.2-20")
def test_a_member_that_joins_beside_itself(room: Room) -> None:
    refuses_joining(room, "12.2-20", [INIT, Remove(4)], [INIT], room.parties[4])


@shows("12.2-22")
def test_a_joiner_takes_only_its_own_place(room: Room) -> None:
    room.group.process(room.external_commit(room.parties[4], [INIT, Remove(4)]), NOW)
    with pytest.raises(SuccessorRefused):
        room.group.process(room.external_commit(ZOE, [INIT, Remove(4)]), NOW)


@shows("12.2-24")
def test_the_application_has_the_last_word(room: Room) -> None:
    for message in (room.commit(0, [Remove(4)]), room.external_commit(ZOE, [INIT])):
        room.group.process(message, NOW)
        room.rules.refuse_commit = PolicyRefused("not here")
        with pytest.raises(PolicyRefused):
            room.group.process(message, NOW)
        room.rules.refuse_commit = None
