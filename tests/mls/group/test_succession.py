# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Groups that continue another one under new parameters, with all its members, after a ReInit (RFC 9420, 11.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.errors import (
    CodecError,
    DecryptionFailed,
    GroupClosed,
    MemberLost,
    MisplacedExtension,
    NotLinked,
    NotReInitialised,
    PskUsage,
    ReInitNotAlone,
    SelfRemoved,
    StrangerInSuccessor,
    UnknownCipherSuite,
    UsageError,
    WrongSuccessorEpoch,
    WrongSuccessorParameters,
)
from privity.mls.group import Group, PendingCommit
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, RATCHET_TREE
from privity.mls.messages.extensions import Extension
from privity.mls.messages.grease import without_grease
from privity.mls.messages.proposals import ReInit
from privity.mls.messages.psk import PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.validation.succession import check_reinit
from tests.mls.group.builders import (
    GROUP_ID,
    LIFETIME,
    NOW,
    Member,
    OpenRules,
    accept,
    agree,
    capabilities,
    randomness,
    room,
    snapshot,
)
from tests.mls.group.successors import EXTENSIONS, NEXT_ID, cannot_enter, enter, packages


def reinit(number: int = 1) -> ReInit:
    return ReInit(NEXT_ID, 1, number, EXTENSIONS)


def closed(*names: str, number: int = 1) -> list[Member]:
    """A group that a ReInit to suite `number` has ended."""
    members = room(*names, update=True)
    accept(members[0].commit(reinit=reinit(number)), members)
    return members


def again(members: Sequence[Member], number: int = 1) -> list[Member]:
    """The same people with new keys, their old groups kept apart."""
    return [Member(member.name, number) for member in members]


def start(maker: Member, old: Group, others: Sequence[Member]) -> PendingCommit:
    group, pending = old.start_successor(
        packages(others), identity=maker.identity, lifetime_s=LIFETIME, random=maker.random, now=NOW, rules=maker.rules,
        capabilities=maker.bundle.key_package.leaf_node.capabilities,
    )  # fmt: skip
    maker.group = group
    return pending


# ReInit


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("stored", [False, True])
def test_a_group_goes_on_under_new_parameters(number: int, stored: bool) -> None:
    members = closed("ana", "ben", "cyd", number=number)
    assert all(member.group.closed for member in members)
    if stored:
        for member in members:
            member.reload()
    olds = [member.group for member in members]
    ana, ben, cyd = new = again(members, number)
    pending = start(ben, olds[1], [ana, cyd])
    if stored:
        ben.reload()
    ben.follow(pending.message)
    enter(ana, pending, olds[0])
    enter(cyd, pending, olds[2])
    assert agree(new)
    context = ana.group.context
    assert (context.group_id, context.cipher_suite, context.epoch) == (NEXT_ID, number, 1)
    assert context.extensions == EXTENSIONS
    accept(cyd.commit(force_path=True), new)
    assert ben.read(ana.say(b"here we are")).plaintext == b"here we are"


def test_a_reinit_is_proposed_by_one_and_committed_by_whoever_names_it() -> None:
    members = ana, ben, cyd = room("ana", "ben", "cyd")
    proposal = ben.group.propose_reinit(reinit(), random=ben.random, now=NOW)
    ana.follow(proposal)
    cyd.follow(proposal)
    (reference,) = ana.group.proposals
    pending = ana.commit()
    assert pending.staged.proposals == (), "nobody ends a group by accident"
    ana.group.clear_pending()
    with pytest.raises(ReInitNotAlone):
        ana.commit(by_reference=[reference], removes=[1])
    accept(ana.commit(by_reference=[reference]), members)
    assert agree(members)
    for call in (
        lambda: ana.group.encrypt(b"x", random=ana.random),
        lambda: ana.commit(),
        lambda: ana.group.propose_update(random=ana.random, now=NOW),
        lambda: ana.group.group_info(),
    ):
        with pytest.raises(GroupClosed):
            call()


def test_after_a_reinit_only_late_messages_are_read() -> None:
    ana, ben = room("ana", "ben")
    late = ben.say(b"late")
    accept(ana.commit(reinit=reinit()), [ana, ben])
    assert ana.read(late).plaintext == b"late"
    state = ben.group._state
    state.epoch = replace(state.epoch, reinit=None)
    talks_on = [
        ben.say(b"talks on"),
        ben.group.propose_update(random=ben.random, now=NOW),
        ben.group.propose_update(random=ben.random, now=NOW, private=True),
    ]
    before = snapshot(ana)
    for message in talks_on:
        with pytest.raises(GroupClosed):
            ana.process(message)
    assert snapshot(ana) == before


def test_a_reinit_to_what_no_group_can_be_is_refused() -> None:
    ana, ben = room("ana", "ben")
    for bad, error in (
        (replace(reinit(), cipher_suite=99), UnknownCipherSuite),
        (replace(reinit(), extensions=(Extension(RATCHET_TREE, b""),)), MisplacedExtension),
        (replace(reinit(), extensions=(Extension(APP_DATA_DICTIONARY, b"\x01"),)), CodecError),
    ):
        with pytest.raises(error):
            ana.commit(reinit=bad)
    assert ben.group.epoch == ana.group.epoch


def test_a_reinit_beside_others_is_not_made() -> None:
    ana, ben = room("ana", "ben")
    before = snapshot(ana)
    with pytest.raises(ReInitNotAlone):
        ana.commit(reinit=reinit(), removes=[ben.group.own_leaf])
    assert snapshot(ana) == before


def test_only_a_member_of_a_closed_group_continues_it() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd")
    with pytest.raises(UsageError, match="ReInit"):
        start(ana, ana.group, again([ben, cyd]))
    accept(ana.commit(removes=[2]), [ana, ben, cyd])
    with pytest.raises(SelfRemoved):
        start(cyd, cyd.group, again([ana, ben]))
    accept(ana.commit(reinit=reinit(2)), [ana, ben])
    with pytest.raises(UsageError, match="suite"):
        start(ana, ana.group, again([ben], 2))


def test_who_continues_a_group_takes_all_its_members_and_nobody_else() -> None:
    members = closed("ana", "ben", "cyd")
    ana, ben, cyd = again(members)
    eve = Member("eve")
    old = members[0].group
    before = snapshot(members[0])
    for others, error in (
        ([ben], MemberLost),
        ([ben, cyd, eve], StrangerInSuccessor),
        ([ben, eve], StrangerInSuccessor),
    ):
        with pytest.raises(error):
            start(ana, old, others)
    assert snapshot(members[0]) == before
    start(ana, old, [ben, cyd])


class Continued:
    """A group that is closed, and a successor made by hand so that one thing in it can be wrong."""

    def __init__(self) -> None:
        self.members = closed("ana", "ben")
        self.maker, self.joiner = again(self.members)
        self.old = self.members[1].group

    def link(self, **changes: object) -> ResumptionPsk:
        link = ResumptionPsk(ResumptionUsage.REINIT, GROUP_ID, self.old.epoch, bytes(32))
        return replace(link, **changes)  # type: ignore[arg-type]  # each caller names real fields

    def psks(self, name: PreSharedKeyID) -> bytes | None:
        named = self.members[0].group.resumption_psk(name)
        return named or b"another key that somebody else holds"

    def successor(
        self, *links: PreSharedKeyID, adds: Sequence[Member] = (), first: bool = False, **changes: object
    ) -> PendingCommit:
        group = Group.create(
            self.maker.identity,
            **{  # type: ignore[arg-type]  # each caller names real options
                "group_id": NEXT_ID,
                "extensions": EXTENSIONS,
                "capabilities": self.maker.bundle.key_package.leaf_node.capabilities,
                "lifetime_s": LIFETIME,
                "now": NOW,
                "rules": self.maker.rules,
                "random": self.maker.random,
                **changes,
            },
        )
        self.maker.group = group
        if first:
            accept(self.maker.commit(force_path=True), [self.maker])
        return self.maker.group.commit(
            adds=packages([self.joiner, *adds]),
            psk_ids=links,
            psks=self.psks,
            force_path=True,
            random=self.maker.random,
            now=NOW,
        )


def test_a_successor_made_by_hand_is_entered() -> None:
    made = Continued()
    enter(made.joiner, made.successor(made.link()), made.old)
    assert made.joiner.group.epoch == 1


def test_a_successor_that_is_not_tied_to_its_predecessor() -> None:
    made = Continued()
    cannot_enter(NotLinked, made.joiner, made.successor(), made.old)
    external = made.successor(ResumptionPsk(ResumptionUsage.APPLICATION, GROUP_ID, made.old.epoch, bytes(32)))
    cannot_enter(NotLinked, made.joiner, external, made.old)


def test_a_successor_that_is_tied_to_another_group_or_epoch() -> None:
    made = Continued()
    cannot_enter(NotLinked, made.joiner, made.successor(made.link(group_id=b"another")), made.old, psks=made.psks)
    before = made.old.epoch - 1
    cannot_enter(NotLinked, made.joiner, made.successor(made.link(epoch=before)), made.old, psks=made.psks)


def test_a_successor_without_its_predecessor_is_not_entered() -> None:
    made = Continued()
    cannot_enter(PskUsage, made.joiner, made.successor(made.link()), None, psks=made.psks)


def test_two_links_in_one_commit() -> None:
    made = Continued()
    with pytest.raises(PskUsage):
        made.successor(made.link(), made.link(nonce=b"n" * 32))


def test_a_link_in_a_group_past_its_first_commit() -> None:
    made = Continued()
    with pytest.raises(PskUsage):
        made.successor(made.link(), first=True)


def test_a_successor_of_a_group_that_was_not_re_initialised() -> None:
    made = Continued()
    ana, ben = room("ana", "ben", update=True)
    assert ana.group.epoch == made.old.epoch - 1
    accept(ana.commit(force_path=True), [ana, ben])
    cannot_enter(NotReInitialised, made.joiner, made.successor(made.link()), ben.group)


@pytest.mark.parametrize("changes", [{"group_id": b"elsewhere"}, {"extensions": ()}])
def test_a_successor_with_other_parameters_than_the_reinit(changes: dict[str, Any]) -> None:
    made = Continued()
    cannot_enter(WrongSuccessorParameters, made.joiner, made.successor(made.link(), **changes), made.old)


def test_a_successor_that_leaves_somebody_out_or_brings_somebody_in() -> None:
    made = Continued()
    cannot_enter(StrangerInSuccessor, made.joiner, made.successor(made.link(), adds=[Member("eve")]), made.old)
    made.members = closed("ana", "ben", "cyd")
    made.old = made.members[1].group
    cannot_enter(MemberLost, made.joiner, made.successor(made.link()), made.old)


def test_a_successor_of_another_suite_or_a_later_epoch() -> None:
    made = Continued()
    enter(made.joiner, made.successor(made.link()), made.old)
    state = made.joiner.group._state.epoch.public
    members = [leaf for _, leaf in made.old.members()]
    check_reinit(reinit(), members, state, made.joiner.rules)
    with pytest.raises(WrongSuccessorParameters):
        check_reinit(reinit(3), members, state, made.joiner.rules)
    later = replace(state, context=replace(state.context, epoch=2))
    with pytest.raises(WrongSuccessorEpoch):
        check_reinit(reinit(), members, later, made.joiner.rules)


def test_a_link_whose_key_is_another_does_not_open() -> None:
    made = Continued()
    pending = made.successor(made.link())
    ana, ben = room("ana", "ben", update=True)
    ana.random = randomness("elsewhere")
    accept(ana.commit(reinit=reinit(), force_path=True), [ana, ben])
    assert ben.group.epoch == made.old.epoch
    cannot_enter(DecryptionFailed, made.joiner, pending, ben.group)


def test_without_a_new_suite_everything_of_ours_is_taken_over() -> None:
    members = closed("ana", "ben")
    _, ben = again(members)
    old = members[0].group
    group, pending = old.start_successor(packages([ben]), lifetime_s=LIFETIME, random=members[0].random, now=NOW)
    group.merge_pending()
    enter(ben, pending, members[1].group)
    assert group.epoch_authenticator == ben.group.epoch_authenticator
    assert pending.staged.change.path is not None, "nobody who knows old keys alone reads on"
    mine, before = group.tree.leaf(0), old.tree.leaf(0)
    assert (mine.signature_key, mine.credential) == (before.signature_key, before.credential)
    assert without_grease(mine.capabilities) == without_grease(before.capabilities)
    assert group._state.rules is members[0].rules


def test_what_the_continuing_member_brings_along_is_used() -> None:
    members = closed("ana", "ben", number=3)
    ana, ben = again(members, 3)
    richer = replace(capabilities(3), extensions=(*capabilities(3).extensions, 0xF321))
    others = OpenRules()
    group, _ = members[0].group.start_successor(
        packages([ben]),
        identity=ana.identity,
        capabilities=richer,
        rules=others,
        lifetime_s=LIFETIME,
        random=ana.random,
        now=NOW,
    )
    assert without_grease(group.tree.leaf(0).capabilities) == richer
    assert group.tree.leaf(0).signature_key == ana.identity.signature_public
    assert group._state.rules is others
