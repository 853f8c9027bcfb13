# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Subgroups branched off a group with some of its members (RFC 9420, 11.3), and resumption keys for other purposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.errors import (
    GroupClosed,
    NotLinked,
    PskUsage,
    StrangerInSuccessor,
    UnknownPsk,
    WrongSuccessorEpoch,
    WrongSuccessorParameters,
)
from privity.mls.group import Group, GroupKnown, PendingCommit, StagedCommit
from privity.mls.messages.proposals import ReInit
from privity.mls.messages.psk import ResumptionPsk, ResumptionUsage
from privity.mls.validation.succession import check_branch
from tests.mls.group.builders import GROUP_ID, LIFETIME, NOW, Member, accept, agree, capabilities, room
from tests.mls.group.successors import EXTENSIONS, NEXT_ID, cannot_enter, enter, packages


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_subgroup_is_branched_off(number: int) -> None:
    members = ana, ben, cyd = room("ana", "ben", "cyd", number=number, update=True)
    old = [member.group for member in members]
    ana.bundle, ben.bundle = ana.new_bundle(), ben.new_bundle()
    group, pending = ana.group.branch(
        NEXT_ID, packages([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW, tree_in_welcome=True
    )
    ana.group = group
    assert pending.staged.change.path is not None
    ana.follow(pending.message)
    enter(ben, pending, old[1], known_groups=[GROUP_ID])
    assert agree([ana, ben])
    assert ana.group.context.extensions == old[0].context.extensions
    assert ben.read(ana.say(b"between us")).plaintext == b"between us"
    assert cyd.group is old[2]
    assert not cyd.group.closed


def test_a_late_joiner_enters_a_branch_of_a_past_epoch_it_remembers() -> None:
    members = ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    ben.bundle = ben.new_bundle()
    new, pending = ana.group.branch(NEXT_ID, packages([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW)
    accept(ben.commit(removes=[2]), members)
    old = ben.group
    enter(ben, pending, old)
    new.merge_pending()
    assert ben.group.epoch_authenticator == new.epoch_authenticator
    ben.group = old
    ben.bundle = ben.new_bundle()
    _, pending = cyd_branch = ana.group.branch(
        NEXT_ID, packages([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW
    )
    assert cyd_branch
    for _ in range(ben.rules.past_epochs + 1):
        accept(ana.commit(force_path=True), [ana, ben])
    cannot_enter(NotLinked, ben, pending, ben.group)
    assert cyd.group.removed


def test_a_branch_may_have_extensions_of_its_own() -> None:
    ana, ben = room("ana", "ben", extensions=EXTENSIONS)
    ben.bundle = ben.new_bundle()
    for extensions, expected in ((None, EXTENSIONS), ((), ())):
        group, _ = ana.group.branch(
            NEXT_ID, packages([ben]), extensions=extensions, lifetime_s=LIFETIME, random=ana.random, now=NOW
        )
        assert group.context.extensions == expected


def test_a_branch_brings_nobody_from_outside() -> None:
    ana, ben = room("ana", "ben")
    ben.bundle = ben.new_bundle()
    for others in ([Member("eve")], [ben, Member("eve")]):
        with pytest.raises(StrangerInSuccessor):
            ana.group.branch(NEXT_ID, packages(others), lifetime_s=LIFETIME, random=ana.random, now=NOW)
    with pytest.raises(WrongSuccessorParameters):
        ana.group.branch(GROUP_ID, packages([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW)


def test_what_a_branch_must_have_in_common_with_its_origin() -> None:
    ana, ben = room("ana", "ben")
    ben.bundle = ben.new_bundle()
    _, pending = ana.group.branch(NEXT_ID, packages([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW)
    new = pending.staged.change.state()
    members = [leaf for _, leaf in ana.group.members()]
    check_branch(ana.group.context, members, new, ana.rules)
    with pytest.raises(WrongSuccessorParameters):
        check_branch(replace(ana.group.context, cipher_suite=3), members, new, ana.rules)
    with pytest.raises(WrongSuccessorEpoch):
        check_branch(ana.group.context, members, replace(new, context=replace(new.context, epoch=0)), ana.rules)
    with pytest.raises(StrangerInSuccessor):
        check_branch(ana.group.context, members[:1], new, ana.rules)


def test_a_branch_is_entered_by_members_of_its_origin_only() -> None:
    ana, ben = room("ana", "ben")
    ben.bundle = ben.new_bundle()
    _, pending = ana.group.branch(NEXT_ID, packages([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW)
    cannot_enter(PskUsage, ben, pending, None)
    cannot_enter(GroupKnown, ben, pending, ben.group, known_groups=[GROUP_ID, NEXT_ID])
    enter(ben, pending, ben.group)


def test_a_closed_group_is_not_branched() -> None:
    ana, ben = members = room("ana", "ben")
    accept(ana.commit(reinit=ReInit(NEXT_ID, 1, 1, ())), members)
    with pytest.raises(GroupClosed):
        ana.group.branch(NEXT_ID, packages([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW)


class MadeByHand:
    """A branch of a group, made without the checks of who makes one."""

    def __init__(self) -> None:
        self.members = room("ana", "ben", "cyd", update=True)
        self.ana, self.ben, self.cyd = self.members
        self.ben.bundle = self.ben.new_bundle()
        self.old = self.ben.group

    def branch(self, others: Sequence[Member], **changes: Any) -> PendingCommit:
        old = self.ana.group
        group = Group.create(
            self.ana.identity,
            changes.pop("group_id", NEXT_ID),
            capabilities=capabilities(1),
            lifetime_s=LIFETIME,
            now=NOW,
            rules=self.ana.rules,
            random=self.ana.random,
        )
        link = ResumptionPsk(ResumptionUsage.BRANCH, GROUP_ID, old.epoch, bytes(32))
        return group.commit(
            adds=packages(others),
            psk_ids=[replace(link, **changes)],
            psks=old.resumption_psk,
            force_path=True,
            random=self.ana.random,
            now=NOW,
        )


def test_a_branch_made_by_hand_is_entered() -> None:
    made = MadeByHand()
    enter(made.ben, made.branch([made.ben]), made.old)


def test_a_branch_with_somebody_from_outside_is_not_entered() -> None:
    made = MadeByHand()
    cannot_enter(StrangerInSuccessor, made.ben, made.branch([made.ben, Member("eve")]), made.old)
    cannot_enter(WrongSuccessorParameters, made.ben, made.branch([made.ben], group_id=GROUP_ID), made.old)


def test_who_was_a_member_when_it_was_branched_off_may_be_in_it() -> None:
    made = MadeByHand()
    made.cyd.bundle = made.cyd.new_bundle()
    pending = made.branch([made.ben, made.cyd])
    accept(made.ana.commit(removes=[2]), made.members)
    enter(made.ben, pending, made.old)
    later = made.branch([made.cyd, made.ben])
    cannot_enter(StrangerInSuccessor, made.ben, later, made.old)


def test_a_branch_of_a_group_that_was_closed_since_is_still_a_branch() -> None:
    made = MadeByHand()
    pending = made.branch([made.ben])
    accept(made.ana.commit(reinit=ReInit(b"elsewhere", 1, 1, ())), made.members)
    enter(made.ben, pending, made.old)


# Resumption PSKs for other purposes


def test_a_resumption_key_of_one_group_is_mixed_into_another() -> None:
    ana, ben = room("ana", "ben", update=True)
    one = [member.group for member in (ana, ben)]
    ben.bundle = ben.new_bundle()
    ana.group, pending = one[0].branch(
        NEXT_ID, packages([ben]), lifetime_s=LIFETIME, random=ana.random, now=NOW, extensions=()
    )
    ana.follow(pending.message)
    enter(ben, pending, one[1])
    name = ResumptionPsk(ResumptionUsage.APPLICATION, b"unheard of", 1, bytes(32))
    with pytest.raises(UnknownPsk):
        ana.group.commit(psk_ids=[name], psks=one[0].resumption_psk, random=ana.random, now=NOW)
    name = replace(name, group_id=GROUP_ID, epoch=one[0].epoch - 1)
    pending = ana.group.commit(psk_ids=[name], psks=one[0].resumption_psk, random=ana.random, now=NOW)
    with pytest.raises(UnknownPsk):
        ben.process(pending.message)
    staged = ben.group.process(pending.message, now=NOW, psks=one[1].resumption_psk)
    assert isinstance(staged, StagedCommit)
    ben.group.merge(staged)
    ana.follow(pending.message)
    assert agree([ana, ben])
    assert one[0].resumption_psk(replace(name, epoch=99)) is None


@pytest.mark.parametrize("grease", [True, False])
def test_a_branch_says_things_that_mean_nothing_where_the_group_does(grease: bool) -> None:
    ana = Member("ana")
    real = capabilities(1)
    group = Group.create(
        ana.identity,
        GROUP_ID,
        capabilities=real,
        lifetime_s=LIFETIME,
        now=NOW,
        rules=ana.rules,
        random=ana.random,
        grease=grease,
    )
    branch, _ = group.branch(NEXT_ID, [], lifetime_s=LIFETIME, random=ana.random, now=NOW)
    assert (branch.tree.leaf(0).capabilities != real) is grease
