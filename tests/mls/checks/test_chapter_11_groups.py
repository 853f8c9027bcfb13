# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""New groups and what they require of their members."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from privity.mls.group import Group
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.extensions import Extension, Extensions, RequiredCapabilities
from privity.mls.messages.proposals import Add, GroupContextExtensions
from privity.mls.suites import suite
from privity.mls.validation.downgrade import check_best_suite
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid_room import five, queued, refuses_list, update
from tests.mls.group.builders import LIFETIME, Member, accept
from tests.mls.group.builders import NOW as MEMBERS_NOW
from tests.mls.group.builders import capabilities as members_capabilities
from tests.mls.public.builders import Party, Room, capabilities, key_package, leaf, party, required

ZOE = party("zoe")


def create(ana: Member | None = None, group_id: bytes = b"room", **changes: Any) -> Group:
    ana = ana or Member("ana")
    args: dict[str, Any] = {
        "capabilities": members_capabilities(1),
        "lifetime_s": LIFETIME,
        "now": MEMBERS_NOW,
        "rules": ana.rules,
        "random": ana.random,
    }
    return Group.create(ana.identity, group_id, **{**args, **changes})


@shows("11-1")
def test_a_creator_that_does_not_speak_the_suite() -> None:
    breaks("11-1", lambda own: create(capabilities=own), members_capabilities(1), members_capabilities(3))


@shows("11-2")
def test_a_creator_that_does_not_support_an_extension() -> None:
    def take(extensions: Extensions) -> object:
        return create(extensions=extensions)

    breaks("11-2", take, (AppDataDictionary().extension(),), (Extension(0xF00F, b""),))


@shows("11-3")
def test_a_suite_that_is_not_the_best() -> None:
    everybody = [Capabilities(cipher_suites=numbers) for numbers in ((1, 2, 3), (3, 1), (0x0A0A, 1, 3))]

    def take(preferred: tuple[int, ...]) -> None:
        check_best_suite(suite(1), everybody, preferred)

    for best in ((1, 3, 2), (2, 1, 3), (0xF00F, 1), ()):
        breaks("11-3", take, best, (3, 1))


@shows("11-6")
def test_somebody_who_does_not_speak_the_chosen_suite() -> None:
    wide = Capabilities(cipher_suites=(1, 3))
    for narrow in (Capabilities(cipher_suites=(3,)), Capabilities(cipher_suites=())):
        breaks("11-6", lambda all_: check_best_suite(suite(1), all_, (1, 3)), [wide, wide], [wide, narrow])


@shows("11-4")
def test_a_group_begins_with_its_creator_alone() -> None:
    one = create()
    assert (one.epoch, one.own_leaf, one.context.confirmed_transcript_hash) == (0, 0, b"")
    assert [index for index, _ in one.members()] == [0]
    assert one.context.tree_hash == one.tree.tree_hash
    other = create(random=Member("someone else's randomness").random)
    assert one.epoch_authenticator != other.epoch_authenticator
    asked: list[int] = []
    ana = Member("ana")

    def random(size: int) -> bytes:
        asked.append(size)
        return ana.random(size)

    create(random=random)
    assert one.suite.nh in asked


@shows("11-5")
def test_a_group_has_the_id_that_its_creator_drew() -> None:
    ana, ben = Member("ana"), Member("ben")
    drawn = ana.random(16)
    ana.group = create(ana, drawn)
    accept(ana.commit(adds=[ben.bundle.key_package]), [ana], [ben])
    for member in (ana, ben):
        assert member.group.group_id == member.group.context.group_id == drawn


# What a group requires (11.1)

WIDE = capabilities(extensions=(6, 0xF00F), proposals=(8, 0xF00F), credentials=(1, 2, 0xF00F))
REQUIRED = [
    pytest.param("11.1-1", required(extensions=(0xF00F,)), replace(WIDE, extensions=(6,)), marks=shows("11.1-1")),
    pytest.param("11.1-2", required(proposals=(0xF00F,)), replace(WIDE, proposals=(8,)), marks=shows("11.1-2")),
    pytest.param("11.1-3", required(credentials=(0xF00F,)), replace(WIDE, credentials=(1, 2)), marks=shows("11.1-3")),
]


def demanding(demand: RequiredCapabilities) -> Room:
    """A group that requires this of everybody."""
    room = five()
    changes = [queued(room, index, update(room, index, capabilities=WIDE)) for index in range(1, 5)]
    room.accept(room.commit(0, changes, leaf_changes={"capabilities": WIDE}))
    room.accept(
        room.commit(
            0,
            [GroupContextExtensions((*room.extensions, demand.extension()))],
            leaf_changes={"capabilities": WIDE},
        )
    )
    return room


def adding(who: Party, own: Capabilities) -> Add:
    return Add(key_package(who, leaf_node=leaf(who, capabilities=own)))


@pytest.mark.parametrize(("number", "demand", "poor"), REQUIRED)
def test_a_newcomer_that_lacks_what_is_required(number: str, demand: RequiredCapabilities, poor: Capabilities) -> None:
    room = demanding(demand)

    def commit_by_ana(add: Add) -> object:
        message = room.commit(0, [add], leaf_changes={"capabilities": WIDE})
        return room.group.process(message, MEMBERS_NOW)

    breaks(number, commit_by_ana, adding(ZOE, WIDE), adding(ZOE, poor))


@shows("11.1-4")
def test_a_creator_that_lacks_what_it_requires() -> None:
    def take(demand: RequiredCapabilities) -> object:
        return create(extensions=(demand.extension(),))

    breaks("11.1-4", take, required(proposals=(8,), extensions=(6,)), required(proposals=(8, 0xF00F)))


@shows("11.1-5")
def test_a_member_that_stops_supporting_what_is_required() -> None:
    room = five()
    room.accept(room.commit(0, [GroupContextExtensions((*room.extensions, required(proposals=(8,)).extension()))]))
    good, bad = update(room, 2), update(room, 2, capabilities=capabilities(proposals=()))
    refuses_list(room, "11.1-5", [queued(room, 2, good)], [queued(room, 2, bad)])
