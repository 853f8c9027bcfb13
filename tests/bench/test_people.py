# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the load generator prepares is what real devices would send: the hub's half and other members take it."""

from __future__ import annotations

import random

from bench.people import MARK_BYTES, REF_BYTES, RULES, Person, PlannedRoom, make_person, plan_direct, plan_group, seal

from privity.message.franking import tag
from privity.message.safe_aad import tag_of
from privity.mls.crypto import generate_signature_key
from privity.mls.group import ApplicationMessage
from privity.mls.messages.envelope import decode_public_message
from privity.mls.messages.group_info import GroupInfo
from privity.mls.public_group import PublicGroup, StagedPublicCommit
from privity.mls.suites import suite
from privity.policy.room_state import RoomState, check_new_room
from privity.wire.rest import ServerInfo
from privity.wire.socket import Submit, decode_from_device

RANDOM = random.Random(11).randbytes
HOST = "hub.example"
NOW_MS = 1_800_000_000_000


def hub() -> ServerInfo:
    franking, sender = (generate_signature_key(suite(1), RANDOM)[1] for _ in range(2))
    return ServerInfo(HOST, "0", "open", franking, sender, None, 180, 1, NOW_MS, "", b"", [], 0)


def people(count: int) -> list[Person]:
    return [make_person(HOST, number, NOW_MS, RANDOM) for number in range(count)]


def accept(info: ServerInfo, room: PlannedRoom) -> StagedPublicCommit:
    """What the hub does with the two requests."""
    now = NOW_MS // 1000
    group = PublicGroup.from_group_info(GroupInfo.decode(room.create.group_info), room.create.ratchet_tree, RULES, now)
    state = RoomState.of(group.context)
    state.check_keys(hub_key=info.external_sender_public_key, franking_key=info.franking_public_key)
    check_new_room(state, room.creator.user_uri)
    staged = group.process(decode_public_message(room.commit.commit), now)
    assert isinstance(staged, StagedPublicCommit)
    staged.check_group_info(GroupInfo.decode(room.commit.group_info))
    return staged


def test_direct_room_and_its_messages_hold() -> None:
    info, (creator, friend) = hub(), people(2)
    room = plan_direct(info, creator, friend, RANDOM)
    assert len(accept(info, room).added) == 1
    one, other = room.speakers
    for sender, receiver in ((one, other), (other, one)):
        prepared = seal(sender, "an invented message", RANDOM)
        frame = decode_from_device(prepared.frame)
        assert isinstance(frame, Submit)
        assert (len(frame.ref), frame.room_uri) == (REF_BYTES, room.room_uri)
        assert frame.message[-MARK_BYTES:] == prepared.mark
        opened = receiver.group.process(frame.message, now=NOW_MS // 1000)
        assert isinstance(opened, ApplicationMessage)
        assert tag_of(opened.aad) == tag(opened.plaintext)


def test_group_brings_everybody_in_with_one_commit() -> None:
    info, members = hub(), people(7)
    room = plan_group(info, members, 3, RANDOM)
    staged = accept(info, room)
    assert list(RoomState.of(staged.context).participants.roles()) == [one.user_uri for one in members]
    assert [speaker.person for speaker in room.speakers] == members[:3]
    assert len({speaker.group.epoch_authenticator for speaker in room.speakers}) == 1
    marks = {seal(speaker, "x", RANDOM).mark for speaker in room.speakers for _ in range(5)}
    assert len(marks) == 15
