# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proposals from outside: external senders and newcomers make them, members and the server queue and commit them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from privity.mls.crypto import SigningKey
from privity.mls.errors import (
    BadSignature,
    CredentialRefused,
    MlsError,
    PolicyRefused,
    SenderNotAllowed,
    UnknownSender,
    UsageError,
    WrongEpoch,
)
from privity.mls.messages.app_data import AppDataDictionary, ComponentData, SafeAAD
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_group_info, decode_public_message
from privity.mls.messages.extensions import ExternalSender, RequiredCapabilities, external_senders_extension
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.outside import propose_from_outside, propose_to_join
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
    SelfRemove,
    Update,
)
from privity.mls.messages.psk import ExternalPsk
from privity.mls.public_group import PublicGroup
from privity.mls.rules import LeafUse
from privity.mls.validation.proposals import QueuedProposal
from tests.mls.group.builders import NOW, Member, OpenRules, accept, agree, room, snapshot

HUB = Member("hub")
OTHER = Member("other service")
LISTED = external_senders_extension(
    [ExternalSender(each.identity.signature_public, each.identity.credential) for each in (OTHER, HUB)]
)


def key(member: Member) -> SigningKey:
    return SigningKey(member.identity.suite, member.identity.signature_private)


def from_hub(context: GroupContext, proposal: Proposal) -> bytes:
    return propose_from_outside(HUB.identity.suite, context, proposal, key(HUB))


class Served:
    """Three members and a server that follows them, all of whom hear the same messages."""

    def __init__(self, *extensions: object) -> None:
        self.members = room("ana", "ben", "cyd", extensions=(LISTED, *extensions))  # type: ignore[arg-type]  # Extension
        info = decode_group_info(self.members[0].group.group_info(with_tree=True))
        self.server = PublicGroup.from_group_info(info, None, OpenRules(), NOW)

    @property
    def context(self) -> GroupContext:
        return self.server.context

    def tell(self, message: bytes) -> None:
        for member in self.members:
            assert isinstance(member.process(message), QueuedProposal)
            member.save()
        queued = self.server.process(decode_public_message(message), NOW)
        assert isinstance(queued, QueuedProposal)
        self.server.queue(queued)

    def refuse(self, message: bytes, error: type[MlsError]) -> None:
        for member in self.members:
            before = snapshot(member)
            with pytest.raises(error) as caught:
                member.process(message)
            assert type(caught.value) is error
            assert snapshot(member) == before
        stored = self.server.encode()
        with pytest.raises(error):
            self.server.process(decode_public_message(message), NOW)
        assert self.server.encode() == stored

    def commit(self, newcomers: Sequence[Member] = (), by: int = 0, **changes: object) -> None:
        pending = self.members[by].commit(**changes)
        staged = self.server.process(decode_public_message(pending.message), NOW)
        assert not isinstance(staged, QueuedProposal)
        stays = [member for member in self.members if not _goes(member, pending.message)]
        accept(pending, stays, newcomers)
        self.server.merge(staged)
        self.members = [*stays, *newcomers]
        assert agree(self.members)
        assert self.server.context == self.members[0].group.context


def _goes(member: Member, message: bytes) -> bool:
    outcome = member.process(message)
    return bool(getattr(outcome, "self_removed", False))


def test_an_external_sender_has_somebody_added() -> None:
    served, eve = Served(), Member("eve")
    served.tell(from_hub(served.context, Add(eve.bundle.key_package)))
    served.commit([eve], by=1)
    assert len(served.members) == 4


def test_an_external_sender_has_somebody_removed() -> None:
    served = Served()
    served.tell(from_hub(served.context, Remove(2)))
    served.commit()
    assert len(served.members) == 2


def test_an_external_sender_changes_the_extensions_of_the_group() -> None:
    served = Served()
    served.tell(from_hub(served.context, GroupContextExtensions((LISTED, RequiredCapabilities().extension()))))
    served.commit(by=2)
    assert len(served.context.extensions) == 2


def test_an_external_sender_updates_a_component() -> None:
    served = Served()
    served.tell(from_hub(served.context, AppDataUpdate(0x8001, b"word")))
    served.commit()
    assert AppDataDictionary.of(served.context.extensions).get(0x8001) == b"word"


def test_an_external_sender_has_a_pre_shared_key_mixed_in() -> None:
    served = Served()
    served.tell(from_hub(served.context, PreSharedKey(ExternalPsk(b"word", bytes(32)))))
    pending = served.members[0].commit(psks=lambda name: b"the word")
    assert [type(sent.proposal) for sent in pending.staged.proposals] == [PreSharedKey]


def test_an_external_sender_asks_to_start_anew() -> None:
    served = Served()
    served.tell(from_hub(served.context, ReInit(b"next", 1, 1, ())))
    (reference,) = served.members[0].group.proposals
    served.commit(by_reference=[reference])
    assert served.server.closed
    assert all(member.group.closed for member in served.members)


def test_a_newcomer_asks_to_be_added() -> None:
    served, eve = Served(), Member("eve")
    served.tell(propose_to_join(HUB.identity.suite, served.context, eve.bundle.key_package, key(eve)))
    served.commit([eve])
    assert served.members[-1].group.added_by == 0


class NoStrangers(OpenRules):
    """Nobody joins unasked."""

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        if use is LeafUse.SELF_ADD:
            raise CredentialRefused("members invite")


class NoHub(OpenRules):
    """External senders may propose nothing."""

    def check_external_sender(self, proposals: Sequence[Proposal], sender_index: int) -> None:
        raise PolicyRefused(f"not from {sender_index}")


def test_the_application_decides_about_newcomers_and_external_senders() -> None:
    eve = Member("eve")
    ana, ben = Member("ana", rules=NoStrangers()), Member("ben")
    ana.create((LISTED,))
    accept(ana.commit(adds=[ben.bundle.key_package]), [ana], [ben])
    asked = propose_to_join(HUB.identity.suite, ana.group.context, eve.bundle.key_package, key(eve))
    told = propose_from_outside(HUB.identity.suite, ana.group.context, Remove(1), key(HUB))
    assert [decode_public_message(each).content.authenticated_data for each in (asked, told)] == [b"", b""]
    assert isinstance(ben.process(asked), QueuedProposal)
    with pytest.raises(CredentialRefused):
        ana.process(asked)
    ana.rules = NoHub()
    ana.reload()
    removal = from_hub(ana.group.context, Remove(1))
    assert isinstance(ben.process(removal), QueuedProposal)
    with pytest.raises(PolicyRefused, match="from 1"):
        ana.process(removal)


# What is not made


@pytest.mark.parametrize(
    "proposal",
    [SelfRemove(), ExternalInit(b"k"), Update(HUB.bundle.key_package.leaf_node)],
    ids=lambda p: type(p).__name__,
)
def test_what_external_senders_cannot_propose(proposal: Proposal) -> None:
    served = Served()
    with pytest.raises(UsageError):
        from_hub(served.context, proposal)
    served.refuse(by_hand(served.context, HUB, Sender.external(1), proposal), SenderNotAllowed)


def test_who_is_not_listed_proposes_nothing() -> None:
    served, eve = Served(), Member("eve")
    with pytest.raises(UnknownSender):
        propose_from_outside(HUB.identity.suite, served.context, Remove(1), key(eve))
    with pytest.raises(UsageError):
        propose_to_join(HUB.identity.suite, served.context, eve.bundle.key_package, key(HUB))


def test_in_a_group_of_components_authenticated_data_is_framed() -> None:
    served = Served(AppDataDictionary((ComponentData(0x02, b"\x00"),)).extension())
    with pytest.raises(UsageError, match="SafeAAD"):
        propose_from_outside(HUB.identity.suite, served.context, Remove(1), key(HUB), aad=b"plain words")
    served.tell(propose_from_outside(HUB.identity.suite, served.context, Remove(1), key(HUB), aad=SafeAAD().encode()))


# What is not taken in


def by_hand(
    context: GroupContext, who: Member, sender: Sender, proposal: Proposal, change: Callable[[bytes], bytes] = bytes
) -> bytes:
    content = FramedContent(context.group_id, context.epoch, sender, b"", proposal)
    auth = AuthenticatedContent.signed(who.identity.suite, key(who), content, context)
    return MLSMessage(PublicMessage(content, change(auth.signature), None, None)).encode()


def test_proposals_by_hand_are_accepted() -> None:
    served = Served()
    served.tell(by_hand(served.context, HUB, Sender.external(1), Remove(1)))


def test_proposals_signed_by_somebody_else() -> None:
    served, eve = Served(), Member("eve")
    served.refuse(by_hand(served.context, eve, Sender.external(1), Remove(1)), BadSignature)
    served.refuse(by_hand(served.context, HUB, Sender.external(0), Remove(1)), BadSignature)
    served.refuse(by_hand(served.context, HUB, Sender.external(1), Remove(1), lambda good: b""), BadSignature)
    newcomer = Sender.new_member_proposal()
    served.refuse(by_hand(served.context, HUB, newcomer, Add(eve.bundle.key_package)), BadSignature)


def test_senders_that_are_not_listed() -> None:
    served = Served()
    served.refuse(by_hand(served.context, HUB, Sender.external(2), Remove(1)), UnknownSender)


def test_newcomers_propose_nothing_but_themselves() -> None:
    served, eve = Served(), Member("eve")
    served.refuse(by_hand(served.context, eve, Sender.new_member_proposal(), Remove(1)), SenderNotAllowed)
    served.refuse(
        by_hand(served.context, eve, Sender.new_member_commit(), Add(eve.bundle.key_package)), SenderNotAllowed
    )


def test_proposals_of_another_epoch() -> None:
    served = Served()
    message = from_hub(served.context, Remove(1))
    served.commit()
    served.refuse(message, WrongEpoch)
