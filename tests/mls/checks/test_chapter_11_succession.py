# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Groups that follow another one: after a ReInit, and as branches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.group import Group
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.extensions import Extensions, external_senders_extension
from privity.mls.messages.proposals import ReInit
from privity.mls.messages.psk import ExternalPsk, ResumptionPsk, ResumptionUsage
from privity.mls.schedule.psk import PskLookup
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid_arrival import Arrival, Invitation
from tests.mls.group.builders import LIFETIME, NOW, Member, accept, agree, capabilities, room

NEXT = ReInit(b"next room", 1, 1, (AppDataDictionary().extension(),))


class Succession(Invitation):
    """Ana makes a group that follows the one she is in with ben and cyd; ben is invited into it."""

    def __init__(self, make: Callable[[Member, Sequence[Member]], Any], *, closed: bool) -> None:
        ana, ben, cyd = self.members = room("ana", "ben", "cyd", update=True)
        if closed:
            accept(ana.commit(reinit=NEXT), self.members)
        for member in (ben, cyd):
            member.bundle = member.new_bundle()
        self.old = ben.group
        self.founded, pending = make(ana, [ben, cyd])
        super().__init__(ana, ben, pending, self.held)

    @property
    def held(self) -> PskLookup:
        return self.old.resumption_psk

    def arrival(self, welcome: Any = None, **changes: Any) -> Arrival:
        return super().arrival(welcome, **{"predecessor": self.old, "psks": None, **changes})

    def with_context(self, **changes: Any) -> Arrival:
        """The group has another context, and ana signs it and tags it rightly."""
        context = replace(self.info.group_context, **changes)
        return self.arrival(self.sealed(self.signed(group_context=context)))

    def with_link(self, **changes: Any) -> Arrival:
        """The Welcome names another link than the right one."""
        (link,) = self.secrets.psks
        return self.arrival(self.sealed(secrets=replace(self.secrets, psks=(replace(link, **changes),))))


def start(ana: Member, others: Sequence[Member]) -> Any:
    packages = [each.bundle.key_package for each in others]
    return ana.group.start_successor(packages, lifetime_s=LIFETIME, random=ana.random, now=NOW)


def branch(ana: Member, others: Sequence[Member]) -> Any:
    packages = [each.bundle.key_package for each in others]
    return ana.group.branch(b"side room", packages, lifetime_s=LIFETIME, random=ana.random, now=NOW)


def by_hand(
    made: Succession, *others: Member, usage: ResumptionUsage, group_id: bytes, extensions: Extensions = ()
) -> Arrival:
    """What ben is handed when ana makes the new group without the checks of her own."""
    ana = made.members[0]
    old = ana.group
    link = ResumptionPsk(usage, old.group_id, old.epoch, ana.random(32))
    new = Group.create(
        ana.identity,
        group_id,
        extensions=extensions,
        capabilities=capabilities(1),
        lifetime_s=LIFETIME,
        now=NOW,
        rules=ana.rules,
        random=ana.random,
    )
    adds = [each.bundle.key_package for each in others]
    pending = new.commit(adds=adds, psk_ids=[link], psks=old.resumption_psk, random=ana.random, now=NOW)
    return made.arrival(Invitation(ana, made.guest, pending, made.held).welcome, tree=pending.ratchet_tree)


def continuing(made: Succession, *others: Member, **changes: Any) -> Arrival:
    args = {"usage": ResumptionUsage.REINIT, "group_id": NEXT.group_id, "extensions": NEXT.extensions}
    return by_hand(made, *others, **{**args, **changes})


def branching(made: Succession, *others: Member, group_id: bytes = b"side room") -> Arrival:
    return by_hand(made, *others, usage=ResumptionUsage.BRANCH, group_id=group_id)


@pytest.fixture
def continued() -> Succession:
    return Succession(start, closed=True)


@pytest.fixture
def branched() -> Succession:
    return Succession(branch, closed=False)


def test_both_are_entered_and_agree(continued: Succession, branched: Succession) -> None:
    for made in (continued, branched):
        entered = made.enter(made.arrival())
        made.founded.merge_pending()
        assert entered.epoch_authenticator == made.founded.epoch_authenticator
        assert entered.epoch == 1


# What comes after a ReInit


@shows("11.2-1")
def test_parameters_that_the_reinit_did_not_name(continued: Succession) -> None:
    _, *others = continued.members
    valid = continuing(continued, *others)
    continued.refuses("11.2-1", continuing(continued, *others, group_id=b"another room"), valid)
    continued.refuses("11.2-1", continuing(continued, *others, extensions=()), valid)
    continued.refuses("11.2-1", continued.with_context(extensions=()))
    continued.refuses("11.2-1", continued.with_context(extensions=(external_senders_extension(()), *NEXT.extensions)))


@pytest.mark.parametrize("epoch", [0, 2, 1 << 40])
@shows("11.2-2")
def test_another_epoch_than_the_first(continued: Succession, epoch: int) -> None:
    continued.refuses("11.2-2", continued.with_context(epoch=epoch))


@shows("11.2-3")
def test_a_welcome_without_link_to_the_old_group(continued: Succession) -> None:
    continued.refuses("11.2-3", continued.with_link(group_id=b"some other group"))
    without = continued.sealed(secrets=replace(continued.secrets, psks=()))
    continued.refuses("11.2-3", continued.arrival(without))
    other = continued.sealed(secrets=replace(continued.secrets, psks=(ExternalPsk(b"psk", bytes(32)),)))
    continued.refuses("11.2-3", continued.arrival(other))


@pytest.mark.parametrize("by", [-1, 1])
@shows("11.2-4")
def test_a_link_to_another_epoch(continued: Succession, by: int) -> None:
    (link,) = continued.secrets.psks
    assert isinstance(link, ResumptionPsk)
    continued.refuses("11.2-4", continued.with_link(epoch=link.epoch + by))


@shows("11.2-5")
def test_a_group_that_was_not_re_initialised(branched: Succession) -> None:
    branched.refuses("11.2-5", branched.with_link(usage=ResumptionUsage.REINIT))


@shows("11.2-6")
def test_a_member_that_was_left_behind(continued: Succession) -> None:
    ana, ben, cyd = continued.members
    with raises_check("11.2-6"):
        start(ana, [ben])
    continued.refuses("11.2-6", continuing(continued, ben), continuing(continued, ben, cyd))


@shows("11.2-7")
def test_a_stranger_in_the_new_group(continued: Succession) -> None:
    ana, *others = continued.members
    eve = Member("eve")
    with raises_check("11.2-7"):
        start(ana, [*others, eve])
    continued.refuses("11.2-7", continuing(continued, *others, eve), continuing(continued, *others))
    continued.refuses("11.2-7", continuing(continued, others[0], eve), continuing(continued, *others))


@shows("11.2-8")
def test_a_continuation_that_was_not_asked_for(continued: Succession) -> None:
    continued.refuses("11.2-8", continued.arrival(predecessor=None, psks=continued.held), continued.arrival())


@shows("11.2-10")
def test_who_was_removed_continues_nothing() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    accept(ana.commit(removes=[2]), [ana, ben, cyd])
    accept(ana.commit(reinit=NEXT), [ana, ben])
    for member in (ana, ben):
        member.bundle = member.new_bundle()
    start(ana, [ben])
    with raises_check("11.2-10"):
        start(cyd, [ana, ben])


@shows("11.2-9")
def test_a_continuation_under_another_suite(continued: Succession) -> None:
    ana, *others = continued.members
    other = Member("ana", 3)

    def take(identity: Any) -> object:
        packages = [each.bundle.key_package for each in others]
        return ana.group.start_successor(packages, identity=identity, lifetime_s=LIFETIME, random=ana.random, now=NOW)

    breaks("11.2-9", take, ana.identity, other.identity)


# What is branched off


@shows("11.3-1")
def test_a_branch_under_the_old_id(branched: Succession) -> None:
    ben = branched.guest
    branched.refuses("11.3-1", branching(branched, ben, group_id=branched.old.group_id), branching(branched, ben))


@pytest.mark.parametrize("epoch", [0, 2])
@shows("11.3-2")
def test_a_branch_at_another_epoch(branched: Succession, epoch: int) -> None:
    branched.refuses("11.3-2", branched.with_context(epoch=epoch))


@shows("11.3-3")
def test_a_stranger_in_a_branch(branched: Succession) -> None:
    ana, ben, _ = branched.members
    eve = Member("eve")
    branch(ana, [ben])
    with raises_check("11.3-3"):
        branch(ana, [ben, eve])
    branched.refuses("11.3-3", branching(branched, ben, eve), branching(branched, ben))


@shows("11.3-4")
def test_a_branch_off_an_epoch_that_is_forgotten(branched: Succession) -> None:
    (link,) = branched.secrets.psks
    assert isinstance(link, ResumptionPsk)
    for epoch in (0, link.epoch + 1):
        branched.refuses("11.3-4", branched.with_link(epoch=epoch))


@shows("11.3-5")
def test_a_branch_that_was_not_asked_for(branched: Succession) -> None:
    branched.refuses("11.3-5", branched.arrival(predecessor=None, psks=branched.held), branched.arrival())


@shows("11.3-6")
def test_every_link_has_a_nonce_of_its_own(branched: Succession) -> None:
    ana, *others = branched.members
    nonces = {branched.secrets.psks[0].nonce}
    for _ in range(4):
        _, pending = branch(ana, others)
        nonces.add(Invitation(ana, branched.guest, pending, branched.held).secrets.psks[0].nonce)
    assert len(nonces) == 5
    assert {len(nonce) for nonce in nonces} == {32}


@pytest.mark.parametrize(("make", "closed"), [(branch, False), (start, True)])
@shows("12.1.4-4")
def test_the_nonce_of_a_link_is_what_was_drawn(
    make: Callable[[Member, Sequence[Member]], Any], closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[bytes] = []

    def noting(ana: Member, others: Sequence[Member]) -> Any:
        random = ana.random

        def draw(size: int) -> bytes:
            drawn.append(random(size))
            return drawn[-1]

        monkeypatch.setattr(ana, "random", draw)
        return make(ana, others)

    follows = Succession(noting, closed=closed)
    (link,) = follows.secrets.psks
    assert link.nonce in drawn
    assert drawn.count(link.nonce) == 1


@shows("12.4.3.1-5")
def test_two_links(branched: Succession) -> None:
    (link,) = branched.secrets.psks
    for other in (replace(link, nonce=b"n" * 32), ResumptionPsk(ResumptionUsage.REINIT, b"old", 1, bytes(32))):
        both = replace(branched.secrets, psks=(link, other))
        branched.refuses("12.4.3.1-5", branched.arrival(branched.sealed(secrets=both)))


@shows("12.4.1-8")
def test_any_member_can_continue_a_closed_group(continued: Succession) -> None:
    ana, ben, cyd = continued.members
    for member in (ana, cyd):
        member.bundle = member.new_bundle()
    founded, pending = start(ben, [ana, cyd])
    old = cyd.group
    invited = Invitation(ben, cyd, pending, old.resumption_psk)
    cyd.group = invited.enter(invited.arrival(predecessor=old, psks=None))
    founded.merge_pending()
    ben.group = founded
    assert agree([ben, cyd])
    assert cyd.group.context.extensions == NEXT.extensions
