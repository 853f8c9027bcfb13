# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a message must look like, and whose content it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from privity.mls.messages.codepoints import PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import (
    MLSMessage,
    PublicMessage,
    decode_group_info,
    decode_key_package,
    decode_public_message,
    decode_welcome,
)
from privity.mls.messages.extensions import Extensions
from privity.mls.messages.framing import AuthenticatedContent, Body, FramedContent, Sender, content_tbs
from privity.mls.messages.leaf_node import LeafSource
from privity.mls.messages.proposals import Add, ExternalInit, GroupContextExtensions, Remove, Update
from privity.mls.validation.content import verify_content
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid import content, encoded, followed, public, sealed, signed, tagged, taking, talking
from tests.mls.group.builders import Member, accept
from tests.mls.public.builders import GROUP_ID, NOW, SUITE, Room, flip, key_package, leaf, party

INIT = ExternalInit(b"k" * 32)


def proposal() -> tuple[Room, PublicMessage]:
    room = followed()
    return room, room.propose(0, Remove(1))


# The shape of a message


def at_type(message: PublicMessage) -> int:
    """Where the type of the content stands in the encoded MLSMessage."""
    head = replace(message.content, body=b"").encode()
    return 4 + len(head) - 2


@pytest.mark.parametrize(
    ("number", "place", "value"),
    [
        pytest.param("6-1", lambda _: 1, 2, marks=shows("6-1")),
        pytest.param("6-1", lambda _: 0, 1, marks=shows("6-1")),
        pytest.param("6-2", lambda _: 3, 0, marks=shows("6-2")),
        pytest.param("6-2", lambda _: 3, 6, marks=shows("6-2")),
        pytest.param("6-3", at_type, 0, marks=shows("6-3")),
        pytest.param("6-3", at_type, 4, marks=shows("6-3")),
        pytest.param("6-4", lambda _: 4 + 1 + len(GROUP_ID) + 8, 0, marks=shows("6-4")),
        pytest.param("6-4", lambda _: 4 + 1 + len(GROUP_ID) + 8, 5, marks=shows("6-4")),
    ],
)
def test_one_byte_of_a_message(number: str, place: Callable[[PublicMessage], int], value: int) -> None:
    message = proposal()[1]
    good = encoded(message)
    at = place(message)
    breaks(number, MLSMessage.decode, good, good[:at] + bytes([value]) + good[at + 1 :])


@pytest.mark.parametrize("value", [0, 4, 255])
@shows("6-5")
def test_the_announced_content_of_a_private_message(value: int) -> None:
    good = talking("ana", "ben")[0].say(b"hello")
    at = 4 + 1 + len(GROUP_ID) + 8
    breaks("6-5", MLSMessage.decode, good, good[:at] + bytes([value]) + good[at + 1 :])


@pytest.mark.parametrize("wire_format", [0, 3, 5])
@shows("6-6", "6-18")
def test_content_of_another_wire_format(wire_format: int) -> None:
    room, message = proposal()
    good = message.authenticated
    breaks("6-18", lambda it: verify_content(room.group.state, it), good, replace(good, wire_format=wire_format))
    breaks("6-6", AuthenticatedContent.decode, good.encode(), replace(good, wire_format=wire_format).encode())


@shows("6-7")
def test_application_data_in_the_clear() -> None:
    """The same bytes as a PrivateMessage and as a PublicMessage, both rightly signed and tagged."""
    ana, ben = talking("ana", "ben")
    framed = content(ana, b"hello")
    hidden = sealed(ana, signed(ana, framed))
    breaks("6-7", taking(ben), hidden, tagged(ana, signed(ana, framed, wire_format=PUBLIC_MESSAGE)))


@pytest.mark.parametrize("sender", [Sender.external(0), Sender.new_member_proposal()])
@shows("6-8")
def test_a_private_message_of_who_is_no_member(sender: Sender) -> None:
    room = followed()
    zoe = party("zoe")
    who, body = (room.hub, Remove(1)) if sender.index == 0 else (zoe, Add(key_package(zoe)))
    framed = FramedContent(GROUP_ID, room.group.epoch, sender, b"", body)

    def verify(wire_format: int) -> None:
        verify_content(room.group.state, AuthenticatedContent.signed(SUITE, who.private, framed, None, wire_format))

    breaks("6-8", verify, PUBLIC_MESSAGE, PRIVATE_MESSAGE)


# Group and epoch


@shows("6-9")
def test_another_group_of_a_member() -> None:
    ana, ben = talking("ana", "ben")
    elsewhere = content(ana, b"hello", group_id=b"another room")
    breaks("6-9", taking(ben), sealed(ana, signed(ana, content(ana, b"hello"))), sealed(ana, signed(ana, elsewhere)))
    clear = content(ana, Remove(1), group_id=b"another room")
    with raises_check("6-9"):
        taking(ben)(tagged(ana, signed(ana, clear, wire_format=PUBLIC_MESSAGE)))


@shows("6-10")
def test_another_group_of_a_server() -> None:
    room, good = proposal()
    elsewhere = room.propose(0, Remove(1), group_id=b"another room")
    breaks("6-10", lambda message: room.group.process(message, NOW), good, elsewhere)


@pytest.mark.parametrize("step", [1, 1000])
@shows("6-11", "6-12")
def test_an_epoch_to_come(step: int) -> None:
    ana, ben = talking("ana", "ben")
    now = ana.group.epoch
    later = content(ana, b"hello", epoch=now + step)
    breaks("6-11", taking(ben), sealed(ana, signed(ana, content(ana, b"hello"))), sealed(ana, signed(ana, later)))

    def proposed(epoch: int) -> bytes:
        return tagged(ana, signed(ana, content(ana, Remove(0), epoch=epoch), wire_format=PUBLIC_MESSAGE))

    breaks("6-12", taking(ben), proposed(now), proposed(now + step))


@pytest.mark.parametrize("private", [False, True])
@shows("6-12")
def test_a_handshake_message_of_a_past_epoch(private: bool) -> None:
    ana, ben = talking("ana", "ben")
    late = ana.group.propose_remove(1, random=ana.random, now=NOW, private=private)
    taking(ben)(late)
    ahead = ben.commit(by_reference=[], force_path=True)
    ben.follow(ahead.message)
    with raises_check("6-12"):
        ben.process(late)


@shows("6-17")
def test_a_message_of_an_epoch_that_is_forgotten() -> None:
    """Rules remember three epochs."""
    ana, ben = talking("ana", "ben")
    late = ana.say(b"hello")
    for _ in range(3):
        accept(ana.commit(force_path=True), [ana, ben])
    taking(ben)(late)
    accept(ana.commit(force_path=True), [ana, ben])
    with raises_check("6-17"):
        taking(ben)(late)


@pytest.mark.parametrize("step", [-1, 1, 1000])
@shows("6-13")
def test_another_epoch_of_a_server(step: int) -> None:
    room, good = proposal()
    other = room.propose(0, Remove(1), epoch=room.group.epoch + step)
    breaks("6-13", lambda message: room.group.process(message, NOW), good, other)


# Kinds of messages


def kinds() -> dict[str, bytes]:
    """One valid message of every kind that has a reader of its own."""
    ana, zoe = talking("ana", "ben")[0], Member("zoe")
    pending = ana.commit(adds=[zoe.bundle.key_package])
    assert pending.welcome is not None
    return {
        "public": pending.message,
        "welcome": pending.welcome,
        "info": pending.group_info,
        "package": MLSMessage(zoe.bundle.key_package).encode(),
    }


@shows("6-14")
def test_what_is_no_message_to_a_group() -> None:
    ben, messages = talking("ana", "ben")[1], kinds()
    for kind in ("welcome", "info", "package"):
        breaks("6-14", taking(ben), messages["public"], messages[kind])


READERS: dict[str, Callable[[bytes], object]] = {
    "public": decode_public_message,
    "welcome": decode_welcome,
    "info": decode_group_info,
    "package": decode_key_package,
}


@pytest.mark.parametrize("kind", READERS)
@shows("6-15")
def test_a_message_of_another_kind(kind: str) -> None:
    messages = kinds()
    for other in READERS.keys() - {kind}:
        breaks("6-15", READERS[kind], messages[kind], messages[other])


# Whose content it is


def taken(room: Room) -> Callable[[PublicMessage], object]:
    return lambda message: room.group.process(message, NOW)


@shows("6.1-1")
def test_a_signature_of_another_member() -> None:
    room, good = proposal()
    breaks("6.1-1", taken(room), good, room.sign(room.parties[2], Sender.member(0), Remove(1)))


@pytest.mark.parametrize(
    ("number", "index"),
    [
        pytest.param("6.1-2", 6, marks=shows("6.1-2")),
        pytest.param("6.1-3", 8, marks=shows("6.1-3")),
        pytest.param("6.1-3", 0xFFFFFFFF, marks=shows("6.1-3")),
    ],
)
def test_a_sender_who_is_not_there(number: str, index: int) -> None:
    room, good = proposal()
    breaks(number, taken(room), good, room.sign(room.parties[0], Sender.member(index), Remove(1)))


@shows("6.1-4")
def test_a_signature_of_somebody_who_is_not_listed() -> None:
    room = followed()
    breaks("6.1-4", taken(room), room.propose_from_hub(Remove(1)), room.sign(party("x"), Sender.external(0), Remove(1)))


@shows("6.1-5")
def test_a_place_that_the_list_does_not_have() -> None:
    room = followed()
    good = room.propose_from_hub(Remove(1))
    for index in (1, 0xFFFFFFFF):
        breaks("6.1-5", taken(room), good, room.propose_from_hub(Remove(1), index))
    nobody: Extensions = ()
    room.accept(room.commit(0, [GroupContextExtensions(nobody)]))
    with raises_check("6.1-5"):
        room.group.process(room.propose_from_hub(Remove(1)), NOW)


@shows("6.1-6", "6.1-7")
def test_what_an_external_sender_may_not_send() -> None:
    room = followed()
    good = room.propose_from_hub(Remove(1))
    commit = room.sign(room.hub, Sender.external(0), Commit((), None))
    breaks("6.1-6", taken(room), good, commit)
    for body in (Update(leaf(room.hub, LeafSource.UPDATE, leaf_index=0)), INIT):
        breaks("6.1-7", taken(room), good, room.sign(room.hub, Sender.external(0), body))


@shows("6.1-8", "6.1-9", "6.1-10")
def test_who_joins_by_commit() -> None:
    room, zoe = followed(), party("zoe")
    good = room.external_commit(zoe, [INIT])
    body = good.content.body
    breaks("6.1-8", taken(room), good, room.sign(party("eve"), Sender.new_member_commit(), body))
    breaks("6.1-9", taken(room), good, room.sign(zoe, Sender.new_member_commit(), Add(key_package(zoe))))
    breaks("6.1-10", taken(room), good, room.sign(zoe, Sender.new_member_commit(), Commit((INIT,), None)))


@shows("6.1-11", "6.1-12", "6.1-13")
def test_who_proposes_itself() -> None:
    room, zoe = followed(), party("zoe")
    sender = Sender.new_member_proposal()

    def sent(body: Body, who: Any = zoe) -> PublicMessage:
        return room.sign(who, sender, body)

    good = sent(Add(key_package(zoe)))
    breaks("6.1-11", taken(room), good, sent(Add(key_package(zoe)), party("eve")))
    breaks("6.1-12", taken(room), good, sent(Commit((), None)))
    for body in (Remove(1), Update(leaf(zoe, LeafSource.UPDATE, leaf_index=0)), INIT):
        breaks("6.1-13", taken(room), good, sent(body))


@shows("6.1-14", "6.1-15", "6.1-16")
def test_fields_that_a_signature_covers() -> None:
    room, good = proposal()
    broken: dict[str, dict[str, Any]] = {
        "6.1-14": {"authenticated_data": b"more"},
        "6.1-15": {"body": Remove(2)},
        "6.1-16": {"sender": Sender.member(2)},
    }
    for number, change in broken.items():
        breaks(number, taken(room), good, replace(good, content=replace(good.content, **change)))


@shows("6.1-17")
def test_a_signature_covers_the_wire_format() -> None:
    """A proposal signed for a PublicMessage, sealed as a PrivateMessage by one who holds all keys but the signer's."""
    ana, ben, cyd = talking("ana", "ben", "cyd")
    framed = content(ana, Remove(1))
    for_clear = signed(ana, framed, wire_format=PUBLIC_MESSAGE)
    moved = replace(for_clear, wire_format=PRIVATE_MESSAGE)
    breaks("6.1-17", taking(cyd), sealed(ana, signed(ana, framed)), sealed(ben, moved))


@shows("6.1-18")
def test_a_members_signature_covers_the_context() -> None:
    room, good = proposal()
    elsewhere = replace(room.group.context, tree_hash=flip(room.group.context.tree_hash))
    auth = AuthenticatedContent.signed(SUITE, room.parties[0].private, good.content, elsewhere)
    breaks("6.1-18", lambda it: verify_content(room.group.state, it), good.authenticated, auth)


@shows("6.1-19")
def test_a_joiners_signature_covers_the_context() -> None:
    room, zoe = followed(), party("zoe")
    good = room.external_commit(zoe, [INIT])
    elsewhere = replace(room.group.context, confirmed_transcript_hash=bytes(32))
    auth = AuthenticatedContent.signed(SUITE, zoe.private, good.content, elsewhere)
    breaks("6.1-19", taken(room), good, replace(good, signature=auth.signature))


@shows("6.1-20", "6.1-21", "6.1-22")
def test_confirmation_tags_that_are_missing_or_too_many() -> None:
    room, good = proposal()
    commit = room.commit(0)
    breaks("6.1-20", lambda tag: replace(commit, confirmation_tag=tag), commit.confirmation_tag, None)
    auth = commit.authenticated
    breaks("6.1-21", lambda it: verify_content(room.group.state, it), auth, replace(auth, confirmation_tag=None))
    breaks("6.1-22", lambda tag: replace(good, confirmation_tag=tag), None, bytes(32))


@shows("6.1-23")
def test_a_confirmation_tag_of_another_epoch() -> None:
    """Tags of two commits to the same epoch number, exchanged."""
    ana, ben, cyd = talking("ana", "ben", "cyd")
    mine, other = (public(member.commit(force_path=True).message).authenticated for member in (ana, ben))
    assert mine.confirmation_tag is not None and other.confirmation_tag is not None
    for tag in (other.confirmation_tag, b"", mine.confirmation_tag[:-1]):
        breaks("6.1-23", taking(cyd), tagged(ana, mine), tagged(ana, mine.with_confirmation_tag(tag)))


@shows("6.1-25")
def test_a_signature_of_ours_without_the_context() -> None:
    room, good = proposal()
    for sender in (Sender.member(0), Sender.new_member_commit()):
        framed = replace(good.content, sender=sender)
        breaks("6.1-25", partial(content_tbs, PUBLIC_MESSAGE, framed), room.group.context, None)
    assert content_tbs(PUBLIC_MESSAGE, room.propose_from_hub(Remove(1)).content, None)


@shows("6.1-24")
def test_a_late_message_that_another_signed() -> None:
    ana, ben, cyd = talking("ana", "ben", "cyd")
    framed = content(ana, b"before the commit")
    good, forged = sealed(ana, signed(ana, framed)), sealed(ben, signed(ben, framed))
    accept(cyd.commit(force_path=True), [ana, ben, cyd])
    breaks("6.1-24", taking(cyd), good, forged)
