# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may send what: start with a valid message, break one thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.errors import (
    BadSignature,
    CodecError,
    MissingConfirmationTag,
    MissingPath,
    PolicyRefused,
    SenderNotAllowed,
    UnknownSender,
    WrongEpoch,
    WrongGroup,
    WrongWireFormat,
)
from privity.mls.messages.app_data import SAFE_AAD, AppDataDictionary, ComponentData, SafeAAD
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.leaf_node import LeafSource
from privity.mls.messages.proposals import Add, AppDataUpdate, ExternalInit, Remove, UnknownProposal, Update
from privity.mls.validation.content import verify_content
from tests.mls.public.builders import GROUP_ID, NOW, SUITE, Room, flip, key_package, leaf, party


def test_valid(room: Room) -> None:
    room.group.process(room.propose(0, Remove(1)), NOW)
    room.group.process(room.propose_from_hub(Remove(1)), NOW)
    zoe = party("zoe")
    room.group.process(room.sign(zoe, Sender.new_member_proposal(), Add(key_package(zoe))), NOW)


def test_another_group(room: Room) -> None:
    with pytest.raises(WrongGroup):
        room.group.process(room.propose(0, Remove(1), group_id=b"another"), NOW)


@pytest.mark.parametrize("step", [-1, 1, 1000])
def test_another_epoch(room: Room, step: int) -> None:
    with pytest.raises(WrongEpoch):
        room.group.process(room.propose(0, Remove(1), epoch=room.group.epoch + step), NOW)


def test_signature(room: Room) -> None:
    for message in (room.propose(0, Remove(1)), room.commit(0), room.propose_from_hub(Remove(1))):
        room.group.process(message, NOW)
        for bad in (flip(message.signature, 11), b""):
            with pytest.raises(BadSignature):
                room.group.process(replace(message, signature=bad), NOW)


def test_every_signed_field(room: Room) -> None:
    message = room.propose(0, Remove(1))
    for content in (
        replace(message.content, authenticated_data=b"more"),
        replace(message.content, sender=Sender.member(2)),
        replace(message.content, body=Remove(2)),
    ):
        with pytest.raises(BadSignature):
            room.group.process(replace(message, content=content), NOW)


def test_another_members_signature(room: Room) -> None:
    with pytest.raises(BadSignature):
        room.group.process(room.sign(room.parties[2], Sender.member(0), Remove(1)), NOW)


def test_a_signature_over_another_context(room: Room) -> None:
    other = replace(room.group.context, tree_hash=flip(room.group.context.tree_hash))
    content = FramedContent(GROUP_ID, room.group.epoch, Sender.member(0), b"", Remove(1))
    auth = AuthenticatedContent.signed(SUITE, room.parties[0].private, content, other)
    with pytest.raises(BadSignature):
        verify_content(room.group.state, auth)


@pytest.mark.parametrize("index", [7, 8, 0xFFFFFFFF])
def test_a_sender_who_is_not_there(room: Room, index: int) -> None:
    with pytest.raises(UnknownSender):
        room.group.process(room.sign(room.parties[0], Sender.member(index), Remove(1)), NOW)


def test_application_data_in_the_clear(room: Room) -> None:
    with pytest.raises(WrongWireFormat):
        room.group.process(room.sign(room.parties[0], Sender.member(0), b"hello"), NOW)


def test_private_messages_of_others_than_members(room: Room) -> None:
    content = FramedContent(GROUP_ID, room.group.epoch, Sender.external(0), b"", Remove(1))
    auth = AuthenticatedContent.signed(SUITE, room.hub.private, content, room.group.context, PRIVATE_MESSAGE)
    with pytest.raises(WrongWireFormat):
        verify_content(room.group.state, auth)
    with pytest.raises(WrongWireFormat):
        verify_content(room.group.state, replace(auth, wire_format=3))


def test_a_commit_without_confirmation_tag(room: Room) -> None:
    with pytest.raises(MissingConfirmationTag):
        verify_content(room.group.state, replace(room.commit(0).authenticated, confirmation_tag=None))


# External senders (section 12.1.8)


def test_an_unlisted_external_sender(room: Room) -> None:
    with pytest.raises(UnknownSender):
        room.group.process(room.propose_from_hub(Remove(1), index=1), NOW)
    with pytest.raises(BadSignature):
        room.group.process(room.sign(party("eve"), Sender.external(0), Remove(1)), NOW)


def test_what_external_senders_may_not_send(room: Room) -> None:
    own = leaf(room.hub, LeafSource.UPDATE, leaf_index=0)
    for body in (Update(own), ExternalInit(b"k" * 32), UnknownProposal(0xF000, b"")):
        with pytest.raises(SenderNotAllowed, match="an external sender cannot send"):
            room.group.process(room.sign(room.hub, Sender.external(0), body), NOW)
    with pytest.raises(SenderNotAllowed, match="only proposals"):
        room.group.process(room.sign(room.hub, Sender.external(0), Commit((), None)), NOW)
    with pytest.raises(WrongWireFormat):
        room.group.process(room.sign(room.hub, Sender.external(0), b"hello"), NOW)


def test_external_senders_may_update_components(room: Room) -> None:
    room.group.process(room.propose_from_hub(AppDataUpdate(0x21, b"agent")), NOW)


def test_the_application_is_asked_about_external_senders(room: Room) -> None:
    message = room.propose_from_hub(Remove(1))
    room.group.process(message, NOW)
    room.rules.refuse_external_sender = PolicyRefused("not this one")
    with pytest.raises(PolicyRefused):
        room.group.process(message, NOW)


# Newcomers


def test_newcomers_only_ask_to_be_added(room: Room) -> None:
    zoe = party("zoe")
    for body in (Remove(1), Commit((), None)):
        with pytest.raises(SenderNotAllowed):
            room.group.process(room.sign(zoe, Sender.new_member_proposal(), body), NOW)
    with pytest.raises(BadSignature):
        room.group.process(room.sign(party("eve"), Sender.new_member_proposal(), Add(key_package(zoe))), NOW)


def test_joiners_only_commit(room: Room) -> None:
    zoe = party("zoe")
    with pytest.raises(SenderNotAllowed):
        room.group.process(room.sign(zoe, Sender.new_member_commit(), Add(key_package(zoe))), NOW)
    with pytest.raises(MissingPath):
        room.group.process(room.external_commit(zoe, [ExternalInit(b"k" * 32)], with_path=False), NOW)


# Safe AAD


def test_safe_aad(room: Room) -> None:
    room.group.process(room.propose(0, Remove(1), authenticated_data=b"anything"), NOW)
    room.accept(room.commit(0, [AppDataUpdate(SAFE_AAD, b"on")]))
    safe = SafeAAD((ComponentData(5, b"x"),)).encode()
    room.group.process(room.propose(0, Remove(1), authenticated_data=safe), NOW)
    for bad in (b"anything", b"", safe + b"\x00"):
        with pytest.raises(CodecError):
            room.group.process(room.propose(0, Remove(1), authenticated_data=bad), NOW)
    assert AppDataDictionary.of(room.group.context.extensions).get(SAFE_AAD) == b"on"
