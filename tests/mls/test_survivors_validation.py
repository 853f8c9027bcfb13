# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the checks no other test noticed: second lines, behind a check that refuses the same before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from privity.mls.errors import (
    BlankLeaf,
    ExternalInitCount,
    MissingPath,
    OwnUpdate,
    PolicyRefused,
    SameLeafTwice,
    SenderNotAllowed,
    StrangerInSuccessor,
    SuccessorRefused,
    TooManyPsks,
    UsageError,
)
from privity.mls.messages.commit import Commit, ProposalRef
from privity.mls.messages.framing import Body, FramedContent, Sender
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Add, ExternalInit, PreSharedKey, Proposal, Remove, SelfRemove
from privity.mls.messages.psk import ExternalPsk
from privity.mls.rules import LeafUse, SentProposal
from privity.mls.validation import lists
from privity.mls.validation.commit import provision, stage_commit
from privity.mls.validation.content import VerifiedContent
from privity.mls.validation.lists import check_external_list, check_member_list
from privity.mls.validation.proposals import QueuedProposal, check_proposal
from privity.mls.validation.succession import check_branch
from tests.mls.checks.valid_room import five, update
from tests.mls.public.builders import NOW, Room, TestRules, key_package, leaf, party

INIT = ExternalInit(b"k" * 32)


@pytest.fixture
def room() -> Room:
    return five()


def sent(proposal: Proposal, sender: Sender, reference: bytes | None = None) -> SentProposal:
    return SentProposal(proposal, sender, reference)


# Who makes a commit


@pytest.mark.parametrize("sender", [Sender.new_member_commit(), Sender.external(0), Sender.external(4)])
def test_only_members_commit_without_a_path(room: Room, sender: Sender) -> None:
    def stage(sender: Sender) -> object:
        auth = room.sign(room.parties[0], sender, Commit((), None)).authenticated
        return stage_commit(room.group.state, VerifiedContent(auth), {}, room.rules, NOW)

    with pytest.raises(MissingPath, match="these proposals"):
        stage(Sender.member(0))
    with pytest.raises(MissingPath, match="external commit"):
        stage(sender)


def provide(room: Room, proposals: tuple[SentProposal, ...], **who: Any) -> object:
    return provision(room.group.state, proposals, room.rules, NOW, **who)


def test_a_commit_comes_from_a_member_or_from_a_joiner(room: Room) -> None:
    removal, joining = (sent(each, Sender.member(0)) for each in (Remove(2), INIT))
    joiner = leaf(party("zoe"))
    provide(room, (removal,), committer=0)
    provide(room, (joining,), committer=None, joiner=joiner)
    with pytest.raises(ExternalInitCount):
        provide(room, (removal,), committer=None)
    for who in ({"committer": None}, {"committer": 0, "joiner": joiner}):
        with pytest.raises(UsageError):
            provide(room, (joining,), **who)


@pytest.mark.parametrize("index", [5, 8])
def test_a_committer_is_a_member(room: Room, index: int) -> None:
    removal = sent(Remove(2), Sender.member(0))
    provide(room, (removal,), committer=0)
    with pytest.raises(BlankLeaf):
        provide(room, (removal,), committer=index)


# Who sends what


def test_only_members_leave(room: Room) -> None:
    check_member_list([sent(SelfRemove(), Sender.member(2), b"reference")], 0)
    for sender in (Sender.external(2), Sender.new_member_proposal()):
        with pytest.raises(SenderNotAllowed, match="no leaf to leave"):
            check_member_list([sent(SelfRemove(), sender, b"reference")], 0)


def test_only_members_update(room: Room) -> None:
    good = update(room, 2)
    check_proposal(room.group.state, sent(good, Sender.member(2)), room.rules, NOW)
    for sender in (Sender.external(2), Sender.new_member_proposal()):
        with pytest.raises(SenderNotAllowed, match="no leaf to update"):
            check_proposal(room.group.state, sent(good, sender), room.rules, NOW)


@pytest.mark.parametrize("body", [b"text", Commit((), None)])
def test_only_proposals_are_looked_up(room: Room, body: Body) -> None:
    def queued(body: Body) -> QueuedProposal:
        auth = room.propose(2, Remove(1)).authenticated
        content = FramedContent(auth.content.group_id, auth.content.epoch, auth.content.sender, b"", body)
        return QueuedProposal(type(auth)(auth.wire_format, content, auth.signature, None), b"reference")

    assert queued(Remove(1)).sent.proposal == Remove(1)
    with pytest.raises(SenderNotAllowed):
        _ = queued(body).sent


# Lists


def test_an_update_comes_as_a_message_of_its_own(room: Room) -> None:
    check_member_list([sent(update(room, 2), Sender.member(2), b"reference")], 0)
    with pytest.raises(OwnUpdate):
        check_member_list([sent(update(room, 2), Sender.member(2))], 0)


def test_a_joiner_changes_no_leaf_twice() -> None:
    def leaving(index: int) -> SentProposal:
        return sent(SelfRemove(), Sender.member(index), b"reference")

    joiner = Sender.new_member_commit()
    for twice in (
        (sent(Remove(2), joiner), leaving(2)),
        (leaving(2), leaving(2)),
        (leaving(2), sent(Remove(2), joiner)),
    ):
        check_external_list([sent(INIT, joiner), twice[0], leaving(3)])
        with pytest.raises(SameLeafTwice):
            check_external_list([sent(INIT, joiner), *twice])


def test_keys_of_a_list_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [PreSharedKey(ExternalPsk(bytes([number]), bytes(32))) for number in range(4)]
    member, joiner = (
        [sent(each, sender) for each in names] for sender in (Sender.member(0), Sender.new_member_commit())
    )
    monkeypatch.setattr(lists, "MAX_PSKS", 3)
    check_member_list(member[:3], 0)
    check_external_list([sent(INIT, Sender.new_member_commit()), *joiner[:3]])
    with pytest.raises(TooManyPsks):
        check_member_list(member, 0)
    with pytest.raises(TooManyPsks):
        check_external_list([sent(INIT, Sender.new_member_commit()), *joiner])


# Whom the application is asked about


def test_only_external_senders_are_asked_about_as_such(room: Room) -> None:
    room.rules.refuse_external_sender = PolicyRefused("nobody outside")
    room.group.process(room.propose(2, Remove(1)), NOW)
    with pytest.raises(PolicyRefused):
        room.group.process(room.propose_from_hub(Remove(1)), NOW)


def test_who_asks_to_be_added_is_known_as_such(room: Room) -> None:
    zoe = party("zoe")
    room.rules.uses.clear()
    room.queue(room.sign(zoe, Sender.new_member_proposal(), Add(key_package(zoe))))
    room.queue(room.propose(0, Add(key_package(party("yan")))))
    assert room.rules.uses == [LeafUse.SELF_ADD, LeafUse.ADD]


def test_what_was_queued_is_not_looked_at_again(room: Room) -> None:
    reference = room.queue(room.propose(1, Add(key_package(party("zoe"))))).reference
    room.rules.uses.clear()
    room.accept(room.commit(0, [ProposalRef(reference), Add(key_package(party("yan")))]))
    assert room.rules.uses == [LeafUse.ADD, LeafUse.COMMIT]


# Who stands for whom in a group that follows


class Asked(TestRules):
    """Says who may follow whom by their names, and keeps what it was asked."""

    def __init__(self, **follows: str) -> None:
        super().__init__()
        self.follows = follows
        self.pairs: list[tuple[str, str]] = []

    def check_successor(self, old: LeafNode, new: LeafNode) -> None:
        pair = old.credential.identity.decode(), new.credential.identity.decode()
        self.pairs.append(pair)
        if self.follows.get(pair[0]) != pair[1]:
            raise SuccessorRefused(f"{pair[0]} is not {pair[1]}")


def branch(old: Room, names: tuple[str, ...], rules: Asked) -> None:
    """Checks a branch of these members."""
    state = Room(names, filled=False).group.state
    state = replace(state, context=replace(state.context, group_id=b"side room", epoch=1))
    check_branch(old.group.context, (leaf for _, leaf in old.group.members()), state, rules)


def test_the_old_leaf_of_the_same_name_is_asked_about_first(room: Room) -> None:
    rules = Asked(ana="ana", eva="eva", cyd="cyd")
    branch(room, ("eva", "ana"), rules)
    assert rules.pairs == [("eva", "eva"), ("ana", "ana")]


def test_others_are_asked_about_when_that_one_does_not_fit(room: Room) -> None:
    rules = Asked(ana="ana", ben="zoe", eva="dov")
    branch(room, ("zoe", "ana", "dov"), rules)
    assert rules.pairs == [
        ("ana", "zoe"),
        ("ben", "zoe"),
        ("ana", "ana"),
        ("dov", "dov"),
        ("cyd", "dov"),
        ("eva", "dov"),
    ]


def test_nobody_stands_for_two(room: Room) -> None:
    branch(room, ("zoe",), Asked(ben="zoe"))
    with pytest.raises(StrangerInSuccessor):
        branch(room, ("zoe", "zoe"), Asked(ben="zoe"))
