# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Entering by a commit of one's own: what the group refuses, and what the one who enters does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from privity.mls.group import Group
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.codepoints import EXTERNAL_PUB, PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit, ProposalOrRef
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_group_info
from privity.mls.messages.extensions import external_pub_extension
from privity.mls.messages.framing import AuthenticatedContent, Sender, SenderType
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.proposals import Add, ExternalInit, PreSharedKey
from privity.mls.messages.psk import ExternalPsk
from privity.mls.validation.content import verify_content
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid_commit import Conversation, flipped, public
from tests.mls.checks.valid_commit import refuses as member_refuses
from tests.mls.checks.valid_room import five, queued, refuses
from tests.mls.group.builders import GROUP_ID, NOW, Member, agree, capabilities
from tests.mls.public.builders import Room, hpke_key, key_package, party

ZOE = party("zoe")
INIT = ExternalInit(hpke_key())
PSK = PreSharedKey(ExternalPsk(b"psk", b"n" * 32))


@pytest.fixture
def room() -> Room:
    return five()


@shows("12.4.3.2-1")
def test_an_external_commit_without_path(room: Room) -> None:
    refuses(room, "12.4.3.2-1", lambda path: room.external_commit(ZOE, [INIT], with_path=path), True, False)


@shows("12.4.3.2-2")
def test_an_external_commit_with_a_reference(room: Room) -> None:
    waiting = queued(room, 1, PSK)
    valid: list[ProposalOrRef] = [INIT, PSK]
    broken: list[ProposalOrRef] = [INIT, waiting]
    refuses(room, "12.4.3.2-2", lambda proposals: room.external_commit(ZOE, proposals), valid, broken)


@shows("12.4.3.2-3")
def test_an_external_commit_signed_by_somebody_else(room: Room) -> None:
    good = room.external_commit(ZOE, [INIT])
    sender = Sender.new_member_commit()
    for signature in (flipped(good.signature), b"", room.sign(party("eve"), sender, good.content.body).signature):
        refuses(room, "12.4.3.2-3", lambda message: message, good, replace(good, signature=signature))


@shows("12.4.3.2-4")
def test_an_external_commit_under_another_kind_of_sender(room: Room) -> None:
    body = room.external_commit(ZOE, [INIT]).content.body

    def sent_as(sender: Sender) -> PublicMessage:
        return room.sign(room.hub if sender.type == SenderType.EXTERNAL else ZOE, sender, body)

    for kind in (Sender.new_member_proposal(), Sender.external(0)):
        refuses(room, "12.4.3.2-4", sent_as, Sender.new_member_commit(), kind)


@shows("12.4.3.2-5")
def test_a_new_member_commit_that_is_none(room: Room) -> None:
    commit = room.external_commit(ZOE, [INIT]).content.body
    for body in (Add(key_package(ZOE)), PSK, INIT):
        refuses(room, "12.4.3.2-5", lambda body: room.sign(ZOE, Sender.new_member_commit(), body), commit, body)


@shows("12.4.3.2-6")
def test_an_external_commit_as_private_message(room: Room) -> None:
    content = room.external_commit(ZOE, [INIT]).content

    def take(wire_format: int) -> object:
        auth = AuthenticatedContent.signed(room.suite, ZOE.private, content, room.group.context, wire_format)
        return verify_content(room.group.state, auth.with_confirmation_tag(b"\x0c" * 32))

    breaks("12.4.3.2-6", take, PUBLIC_MESSAGE, PRIVATE_MESSAGE)


# With secrets


def entering(talk: Conversation, who: Member, info: GroupInfo, **changes: Any) -> Any:
    args: dict[str, Any] = {
        "ratchet_tree": talk.ana.group.tree.encode(),
        "identity": who.identity,
        "capabilities": capabilities(who.identity.suite.id),
        "rules": who.rules,
        "now": NOW,
        "random": who.random,
    }
    return Group.join_external(info, **{**args, **changes})


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


@pytest.fixture
def info(talk: Conversation) -> GroupInfo:
    return decode_group_info(talk.ana.group.group_info())


def with_init(talk: Conversation, who: Member, message: bytes, kem_output: bytes) -> bytes:
    """An external commit with another ExternalInit, signed anew."""
    auth = public(message).authenticated
    body = auth.content.body
    assert isinstance(body, Commit)
    changed = Commit((ExternalInit(kem_output), *body.proposals[1:]), body.path)
    signed = talk.signed(who, changed, sender=auth.content.sender)
    return MLSMessage(PublicMessage.of(signed.with_confirmation_tag(auth.confirmation_tag or b""), None)).encode()


@shows("12.4.3.2-7", "12.4.3.2-8")
def test_an_init_secret_of_another_kind(talk: Conversation, info: GroupInfo) -> None:
    new = Member("new")
    pending = entering(talk, new, info)
    new._group = talk.ana.group  # it knows the context that it signs under
    for kem_output in (hpke_key(), info.extensions[0].data[1:]):
        member_refuses("12.4.3.2-7", talk.ben, pending.message, with_init(talk, new, pending.message, kem_output))
    for kem_output in (b"", hpke_key()[1:], bytes(32)):
        member_refuses("12.4.3.2-8", talk.ben, pending.message, with_init(talk, new, pending.message, kem_output))


@shows("12.4.3.2-12")
def test_all_begin_with_the_secret_that_was_sealed_to_the_group(talk: Conversation, info: GroupInfo) -> None:
    new = Member("new")
    pending = entering(talk, new, info)
    for member in talk.members:
        member.follow(pending.message)
    new.group = pending.merge()
    assert agree([*talk.members, new])


def resigned(talk: Conversation, info: GroupInfo, **changes: Any) -> GroupInfo:
    """The GroupInfo with parts changed, signed by ana."""
    draft = replace(info, **changes)
    return GroupInfo.signed(
        talk.ana.identity.suite,
        talk.ana.identity.signature_private,
        group_context=draft.group_context,
        extensions=draft.extensions,
        confirmation_tag=draft.confirmation_tag,
        signer=draft.signer,
    )


def refuses_entering(number: str, talk: Conversation, valid: GroupInfo, broken: GroupInfo) -> None:
    breaks(number, lambda info: entering(talk, Member("new"), info), valid, broken)


@shows("12.4.3.2-9")
def test_a_group_that_offers_no_key(talk: Conversation, info: GroupInfo) -> None:
    without = tuple(each for each in info.extensions if each.type != EXTERNAL_PUB)
    refuses_entering("12.4.3.2-9", talk, info, resigned(talk, info, extensions=without))


@pytest.mark.parametrize("key", [b"", bytes(32), b"\x12" * 31, b"\x04" + bytes(64)])
@shows("12.4.3.2-10")
def test_a_key_of_another_kind(talk: Conversation, info: GroupInfo, key: bytes) -> None:
    broken = resigned(talk, info, extensions=(external_pub_extension(key),))
    refuses_entering("12.4.3.2-10", talk, info, broken)


@shows("12.4.3.2-11")
def test_an_identity_of_another_suite(talk: Conversation, info: GroupInfo) -> None:
    breaks("12.4.3.2-11", lambda who: entering(talk, who, info), Member("new"), Member("new", 3))


@shows("12.4.3-2")
def test_a_group_that_we_are_in_already(talk: Conversation, info: GroupInfo) -> None:
    def take(known: set[bytes]) -> object:
        return entering(talk, Member("new"), info, known_groups=known)

    breaks("12.4.3-2", take, {b"another"}, {b"another", GROUP_ID})
    entering(talk, talk.ben, info, known_groups={GROUP_ID}, replace=1)


@shows("12.4.3-3", "12.4.3-4")
def test_a_group_info_that_no_member_signed(talk: Conversation, info: GroupInfo) -> None:
    for signature in (flipped(info.signature), b""):
        refuses_entering("12.4.3-3", talk, info, replace(info, signature=signature))
    refuses_entering("12.4.3-3", talk, info, replace(info, signer=1))
    refuses_entering("12.4.3-4", talk, info, resigned(talk, info, signer=2))


@shows("12.4.3-1")
def test_an_extension_of_the_group_that_we_do_not_support(talk: Conversation) -> None:
    narrow, wide = replace(capabilities(1), extensions=()), capabilities(1)
    pending = talk.ana.commit(group_context_extensions=(AppDataDictionary().extension(),))
    for member in talk.members:
        member.follow(pending.message)
    new = decode_group_info(talk.ana.group.group_info())
    breaks("12.4.3-1", lambda own: entering(talk, Member("new"), new, capabilities=own), wide, narrow)
