# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proposals from outside of the group: by those whom it lists, and by those who would like to come in."""

from __future__ import annotations

import pytest

from privity.mls.crypto import SigningKey
from privity.mls.errors import CredentialRefused, PolicyRefused
from privity.mls.messages.codepoints import (
    PRIVATE_MESSAGE,
    PUBLIC_MESSAGE,
)
from privity.mls.messages.envelope import PublicMessage, decode_public_message
from privity.mls.messages.extensions import (
    Extension,
    ExternalSender,
    external_senders_extension,
)
from privity.mls.messages.framing import AuthenticatedContent, Sender
from privity.mls.messages.outside import propose_from_outside, propose_to_join
from privity.mls.messages.proposals import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
)
from privity.mls.messages.psk import ExternalPsk
from privity.mls.validation.content import verify_content
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid_room import five, refuses, refuses_proposal, update
from tests.mls.public.builders import (
    NOW,
    Party,
    Room,
    hpke_key,
    key_package,
    party,
)

ZOE = party("zoe")
PSK = PreSharedKey(ExternalPsk(b"psk", b"n" * 32))
REINIT = ReInit(b"next room", 1, 1, ())


@pytest.fixture
def room() -> Room:
    return five()


@pytest.mark.parametrize("index", [1, (1 << 32) - 1])
@shows("12.1.8-1")
def test_an_external_sender_that_is_not_listed(room: Room, index: int) -> None:
    refuses(room, "12.1.8-1", lambda at: room.propose_from_hub(Remove(3), at), 0, index)


@shows("12.1.8-1")
def test_an_external_sender_of_a_group_that_lists_none(room: Room) -> None:
    room.group.process(room.propose_from_hub(Remove(3)), NOW)
    room.accept(room.commit(0, [GroupContextExtensions(())]))
    refuses(
        room,
        "12.1.8-1",
        lambda sender: room.sign(room.parties[1] if sender.type == 1 else room.hub, sender, Remove(3)),
        Sender.member(1),
        Sender.external(0),
    )


@shows("12.1.8-2")
def test_an_external_proposal_signed_by_another_key(room: Room) -> None:
    refuses(room, "12.1.8-2", lambda who: room.sign(who, Sender.external(0), Remove(3)), room.hub, room.parties[0])


@shows("12.1.8-3")
def test_what_an_external_sender_may_not_propose(room: Room) -> None:
    for broken in (update(room, 2), ExternalInit(hpke_key())):
        refuses(room, "12.1.8-3", room.propose_from_hub, Remove(3), broken)
    for good in (Add(key_package(ZOE)), PSK, REINIT, GroupContextExtensions(room.extensions)):
        room.group.process(room.propose_from_hub(good), NOW)


@shows("12.1.8-4")
def test_a_commit_from_outside(room: Room) -> None:
    commit = room.commit(0).content.body
    refuses(room, "12.1.8-4", lambda body: room.sign(room.hub, Sender.external(0), body), Remove(3), commit)


@shows("12.1.8-5")
def test_an_external_proposal_as_private_message(room: Room) -> None:
    content = room.propose_from_hub(Remove(3)).content

    def take(wire_format: int) -> object:
        suite, key = room.suite, room.hub.private
        return verify_content(room.group.state, AuthenticatedContent.signed(suite, key, content, None, wire_format))

    breaks("12.1.8-5", take, PUBLIC_MESSAGE, PRIVATE_MESSAGE)


@shows("12.1.8-6")
def test_what_a_newcomer_may_not_propose(room: Room) -> None:
    for broken in (Remove(3), update(room, 2), PSK, REINIT, GroupContextExtensions(())):
        refuses(
            room,
            "12.1.8-6",
            lambda body: room.sign(ZOE, Sender.new_member_proposal(), body),
            Add(key_package(ZOE)),
            broken,
        )


@shows("12.1.8-7")
def test_a_newcomer_whose_proposal_another_signed(room: Room) -> None:
    add = Add(key_package(ZOE))
    refuses(room, "12.1.8-7", lambda who: room.sign(who, Sender.new_member_proposal(), add), ZOE, party("eve"))


@shows("12.1.8-8")
def test_the_application_is_asked_about_outsiders(room: Room) -> None:
    from_hub = room.propose_from_hub(Remove(3))
    room.group.process(from_hub, NOW)
    room.rules.refuse_external_sender = PolicyRefused("not this")
    with pytest.raises(PolicyRefused):
        room.group.process(from_hub, NOW)
    asks = room.sign(ZOE, Sender.new_member_proposal(), Add(key_package(ZOE)))
    room.group.process(asks, NOW)
    room.rules.refused = frozenset({b"zoe"})
    with pytest.raises(CredentialRefused):
        room.group.process(asks, NOW)


def listing(key: bytes) -> GroupContextExtensions:
    spy = party("spy")
    return GroupContextExtensions((external_senders_extension([ExternalSender(key, spy.credential)]),))


@pytest.mark.parametrize("key", [b"", b"short", ZOE.public + b"\x00"], ids=["empty", "short", "long"])
@shows("12.1.8.1-1")
def test_a_listed_key_of_another_kind(room: Room, key: bytes) -> None:
    refuses_proposal(room, "12.1.8.1-1", listing(ZOE.public), listing(key))


@shows("12.1.8.1-2")
def test_a_list_of_senders_that_cannot_be_read(room: Room) -> None:
    (good,) = listing(ZOE.public).extensions
    broken = Extension(good.type, good.data[:-1])
    refuses_proposal(room, "12.1.8.1-2", GroupContextExtensions((good,)), GroupContextExtensions((broken,)))


# Who proposes from outside


def propose(room: Room, proposal: Proposal, who: Party) -> PublicMessage:
    message = propose_from_outside(room.suite, room.group.context, proposal, SigningKey(room.suite, who.private))
    return decode_public_message(message)


@shows("12.1.8-9")
def test_who_is_not_listed_proposes_nothing(room: Room) -> None:
    breaks("12.1.8-9", lambda who: room.queue(propose(room, Remove(3), who)), room.hub, ZOE)


@shows("12.1.8-10")
def test_who_is_listed_proposes_what_it_may(room: Room) -> None:
    def take(proposal: Proposal) -> object:
        return room.queue(propose(room, proposal, room.hub))

    add: Proposal = Add(key_package(ZOE))
    for other in (update(room, 2), ExternalInit(hpke_key())):
        breaks("12.1.8-10", take, add, other)


@shows("12.1.8-10")
def test_a_newcomer_proposes_itself(room: Room) -> None:
    def take(who: Party) -> object:
        key = SigningKey(room.suite, who.private)
        return room.queue(decode_public_message(propose_to_join(room.suite, room.group.context, key_package(ZOE), key)))

    breaks("12.1.8-10", take, ZOE, party("eve"))
