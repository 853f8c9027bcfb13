# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A member that leaves by SelfRemove is let go by whoever commits next, a joiner included (extensions draft)."""

from __future__ import annotations

import pytest

from privity.mls.errors import (
    BadSignature,
    MlsError,
    NotAllowedExternally,
    OwnRemove,
    SameLeafTwice,
    SelfRemoveByValue,
    SenderNotAllowed,
    SuccessorRefused,
    UnsupportedProposal,
    UsageError,
    WrongWireFormat,
)
from privity.mls.group import Group, PendingJoin
from privity.mls.group.commit import seal_handshake
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_group_info, decode_public_message
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.proposals import Remove, SelfRemove
from privity.mls.public_group import PublicGroup
from privity.mls.validation.commit import stage_commit
from privity.mls.validation.content import verify_content
from privity.mls.validation.lists import check_external_list, check_member_list
from privity.mls.validation.proposals import QueuedProposal
from tests.mls.group.builders import NOW, Member, OpenRules, accept, agree, capabilities, room, snapshot


def leaves(member: Member, *others: Member) -> bytes:
    message = member.group.propose_self_remove(random=member.random, now=NOW)
    member.save()
    for other in others:
        assert isinstance(other.process(message), QueuedProposal)
    return message


def refused(member: Member, message: bytes, error: type[MlsError]) -> None:
    before = snapshot(member)
    with pytest.raises(error) as caught:
        member.process(message)
    assert type(caught.value) is error
    assert snapshot(member) == before


def enter(newcomer: Member, through: Member, *pending: bytes, replace: int | None = None) -> PendingJoin:
    return Group.join_external(
        decode_group_info(through.group.group_info(with_tree=True)),
        ratchet_tree=None,
        identity=newcomer.identity,
        capabilities=capabilities(newcomer.identity.suite.id),
        rules=newcomer.rules,
        now=NOW,
        random=newcomer.random,
        replace=replace,
        self_removes=pending,
    )


def test_a_member_leaves_and_another_commits_it() -> None:
    members = ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    leaves(cyd, ana, ben)
    pending = ben.commit()
    assert pending.staged.change.path is not None
    outcome = cyd.process(pending.message)
    assert outcome.self_removed
    accept(pending, members)
    assert cyd.group.removed
    assert agree([ana, ben])
    assert [index for index, _ in ana.group.members()] == [0, 1]


def test_it_waits_through_a_reload() -> None:
    members = ana, _, cyd = room("ana", "ben", "cyd")
    leaves(cyd, *members[:2])
    ana.reload()
    accept(ana.commit(), members)
    assert cyd.group.removed


def test_a_joiner_takes_it_up() -> None:
    members = ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    info = decode_group_info(ana.group.group_info(with_tree=True))
    server = PublicGroup.from_group_info(info, None, OpenRules(), NOW)
    message = leaves(cyd, ana, ben)
    queued = server.process(decode_public_message(message), NOW)
    assert isinstance(queued, QueuedProposal)
    server.queue(queued)
    eve = Member("eve")
    joined = enter(eve, ana, message)
    staged = server.process(decode_public_message(joined.message), NOW)
    assert not isinstance(staged, QueuedProposal)
    server.merge(staged)
    for member in members:
        member.follow(joined.message)
    eve.group = joined.merge()
    assert cyd.group.removed
    assert agree([ana, ben, eve])
    assert server.context == eve.group.context
    assert eve.group.own_leaf == 2, "the leaf that became free"


def test_who_comes_back_does_not_take_up_its_own() -> None:
    members = ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    message = leaves(cyd, ana, ben)
    joined = enter(cyd, ana, message, replace=2)
    for member in members[:2]:
        member.follow(joined.message)
    cyd.group = joined.merge()
    assert agree(members)


def test_who_leaves_need_not_be_the_one_who_joins() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    message = leaves(cyd, ana, ben)
    joined = enter(Member("ben"), ana, message, replace=1)
    ana.follow(joined.message)
    assert [leaf.credential.identity for _, leaf in ana.group.members()] == [b"ana", b"ben"]
    with pytest.raises(SuccessorRefused):
        enter(Member("eve"), ana, replace=0)


# What is not made


def test_once_in_an_epoch_is_enough() -> None:
    ana, ben = room("ana", "ben")
    leaves(ben, ana)
    with pytest.raises(UsageError, match="already"):
        leaves(ben)


def test_all_members_must_know_it() -> None:
    ana, old = Member("ana"), Member("old")
    plain = capabilities(1)
    old.bundle = old.new_bundle(capabilities=type(plain)(cipher_suites=(1,), extensions=plain.extensions))
    ana.create()
    accept(ana.commit(adds=[old.bundle.key_package]), [ana], [old])
    with pytest.raises(UsageError, match="not all"):
        leaves(ana)
    leaves(old, ana)
    pending = ana.commit()
    assert [gone.leaf_index for gone in pending.staged.removed] == [1], "whoever goes need not list it"


def test_a_group_in_which_somebody_who_stays_does_not_know_it_ignores_it() -> None:
    ana, ben, old = Member("ana"), Member("ben"), Member("old")
    plain = capabilities(1)
    old.bundle = old.new_bundle(capabilities=type(plain)(cipher_suites=(1,), extensions=plain.extensions))
    ana.create()
    accept(ana.commit(adds=[ben.bundle.key_package, old.bundle.key_package]), [ana], [ben, old])
    message = by_hand(ben, SelfRemove())
    queued = ana.process(message)
    assert ana.commit().staged.removed == ()
    ana.group.clear_pending()
    with pytest.raises(UnsupportedProposal):
        ana.commit(by_reference=[queued.reference])


# What is not taken in


def by_hand(member: Member, body: SelfRemove | Commit, wire_format: int = 1) -> bytes:
    state = member.group._state
    epoch = state.epoch
    content = FramedContent(epoch.group_id, epoch.number, Sender.member(epoch.own_leaf), b"", body)
    auth = AuthenticatedContent.signed(epoch.suite, state.signer, content, epoch.context, wire_format)
    if isinstance(body, Commit):
        auth = auth.with_confirmation_tag(bytes(32))
    return seal_handshake(state, auth, 0, member.random)[0]


def test_by_hand_it_is_taken_in_as_a_public_message_only() -> None:
    ana, ben = room("ana", "ben")
    refused(ana, by_hand(ben, SelfRemove(), PRIVATE_MESSAGE), WrongWireFormat)
    assert isinstance(ana.process(by_hand(ben, SelfRemove())), QueuedProposal)


def test_a_commit_holds_none_by_value() -> None:
    ana, ben = room("ana", "ben")
    refused(ana, by_hand(ben, Commit((SelfRemove(),), None)), SelfRemoveByValue)


def test_a_committer_takes_up_none_of_its_own() -> None:
    ana, ben = room("ana", "ben")
    leaves(ben, ana)
    (reference,) = ben.group.proposals
    with pytest.raises(OwnRemove):
        ben.commit(by_reference=[reference])
    assert ben.commit().staged.removed == ()


def test_beside_a_remove_of_the_same_leaf_it_has_no_place() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd")
    ben.process(ana.group.propose_remove(2, random=ana.random, now=NOW))
    leaves(cyd, ana, ben)
    with pytest.raises(SameLeafTwice):
        ben.commit(by_reference=list(ben.group.proposals))
    pending = ben.commit()
    assert [type(sent.proposal) for sent in pending.staged.proposals] == [SelfRemove], "it wins over the Remove"
    sent = tuple(each.sent for each in ben.group.proposals.values())
    with pytest.raises(SameLeafTwice):
        check_member_list(sent, 1)


def test_an_external_commit_names_no_other_kind() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd")
    removal = ana.group.propose_remove(2, random=ana.random, now=NOW)
    with pytest.raises(SenderNotAllowed):
        enter(Member("eve"), ana, removal)
    message = leaves(cyd, ana, ben)
    joined = enter(Member("eve"), ana, message)
    verified = verify_content(ana.group._state.epoch.public, decode_public_message(joined.message).authenticated)
    queue = ana.group.proposals
    stage_commit(ana.group._state.epoch.public, verified, queue, ana.rules, NOW)
    (reference,) = [name for name, each in queue.items() if isinstance(each.sent.proposal, SelfRemove)]
    (other,) = [each for each in queue.values() if isinstance(each.sent.proposal, Remove)]
    swapped = {reference: QueuedProposal(other.auth, reference)}
    with pytest.raises(NotAllowedExternally):
        stage_commit(ana.group._state.epoch.public, verified, swapped, ana.rules, NOW)
    with pytest.raises(NotAllowedExternally):
        check_external_list([other.sent])


def test_a_joiner_takes_up_none_that_nobody_signed() -> None:
    ana, _, cyd = room("ana", "ben", "cyd")
    message = decode_public_message(leaves(cyd))
    forged = MLSMessage(PublicMessage(message.content, bytes(64), None, message.membership_tag)).encode()
    with pytest.raises(BadSignature):
        enter(Member("eve"), ana, forged)


def test_nobody_else_sends_one_for_a_member() -> None:
    ana, ben, cyd = room("ana", "ben", "cyd")
    message = decode_public_message(by_hand(cyd, SelfRemove()))
    content = FramedContent(message.content.group_id, message.content.epoch, Sender.member(1), b"", SelfRemove())
    state = cyd.group._state
    auth = AuthenticatedContent.signed(state.epoch.suite, state.signer, content, state.epoch.context)
    refused(ana, seal_handshake(state, auth, 0, cyd.random)[0], BadSignature)
    assert ben.group.proposals == {}
