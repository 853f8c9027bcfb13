# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that comes back with another key for franks: it proposes it to every room, takes no word before that is
committed, and answers for what the earlier key signed."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import msgspec
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from privity.message.errors import BadFrankSignature
from privity.message.franking import Frank, make_tag, verify_frank_signature
from privity.mls.crypto import SigningKey, generate_signature_key
from privity.mls.suites import suite
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import RoomState
from privity.server.app import SLICES, build_app
from privity.server.limits import Limits
from privity.server.rooms import franking_agent, store
from privity.server.rooms.parts import RoomParts, make_parts
from privity.server.sessions.model import Sessions
from privity.wire import socket, staff
from privity.wire.errors import Code
from privity.wire.socket import EventKind
from privity.wire.staff import FrankOutcome
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World


@asynccontextmanager
async def again(world: World, *devices: Device) -> AsyncIterator[World]:
    """The same hub with a new key for franks, over the same database; these devices have connected to it."""
    private, public = generate_signature_key(suite(1), secrets.token_bytes)
    keys = replace(world.context.keys, franking=SigningKey(suite(1), private), franking_public=public)
    parts = make_parts(keys, world.clock, secrets.token_bytes, world.context.config.report_window_days)
    changed = {"keys": keys, "hooks": parts.hooks, "sessions": Sessions(), "limits": Limits(world.clock)}
    context = replace(world.context, **changed)  # type: ignore[arg-type]  # fields by name
    slices = tuple(part for part in SLICES if not isinstance(part, RoomParts))
    server = TestServer(build_app(context, (*slices, parts)))
    await server.start_server()
    async with ClientSession(server.make_url("/")) as http:
        restarted = World(context, parts, world.clock, http, world.staff_private)
        restarted.devices = world.devices
        for device in devices:
            await device.disconnect()
            device.world = restarted
            device.rules = RoomRules(world.check_device, lambda key: None)
            for group in device.groups.values():
                group._state.rules = device.rules
            await device.connect()
        yield restarted
    await server.close()


def agent(device: Device, room: str) -> bytes:
    return RoomState.of(device.groups[room].context).franking_key


async def refused(device: Device, room: str, text: bytes) -> socket.Refused:
    await device.send(socket.Submit(secrets.token_bytes(16), room, device.sealed(room, text)))
    answer = await device.until_answer()
    assert isinstance(answer, socket.Refused), answer
    return answer


def question(device: Device, room: str, text: bytes, accepted: socket.Accepted) -> staff.ReportQuestion:
    frank = accepted.frank
    signed = (frank.server_frank, frank.ciphersuite, frank.signature)
    asked = staff.FrankQuestion(make_tag(text, b"s" * 16), accepted.ts_ms, *signed)
    return staff.ReportQuestion(device.user_uri, device.user_uri, room, [asked])


async def outcome(world: World, asked: staff.ReportQuestion) -> str:
    status, answer = await world.staff("POST", "/staff/v1/verify", staff.VerifyReports([asked]))
    assert status == 200, answer
    ((found,),) = (one.outcomes for one in msgspec.convert(answer, staff.ReportsVerified).answers)
    return str(found)


def signed_by(asked: staff.ReportQuestion, key: bytes) -> None:
    (one,) = asked.franks
    frank = Frank(one.server_frank, one.ciphersuite, one.signature)
    verify_frank_signature(frank, key, asked.sender_uri, asked.room_uri, one.ts_ms)


async def test_no_word_is_taken_before_the_room_names_the_new_key(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    old = agent(anna, room)
    await anna.say(room, b"before")
    async with again(world, anna, ben) as now:
        answer = await refused(anna, room, b"too early")
        assert answer.code is Code.WRONG_EPOCH
        assert answer.current_epoch == anna.groups[room].epoch
        await refused(ben, room, b"too early as well")
        assert len((await anna.state(room)).proposals) == 1
        while not anna.groups[room].proposals:
            await anna.until(socket.Event)
        done = await anna.commit(room, anna.pending(room))
        await ben.until_seq(room, done.seq)
        assert sum(isinstance(each, socket.Event) and each.kind is EventKind.PROPOSAL for each in anna.seen) == 1
        assert agent(anna, room) == agent(ben, room) == now.context.keys.franking_public != old
        asked = question(anna, room, b"after", await anna.say(room, b"after"))
        signed_by(asked, now.context.keys.franking_public)
        with pytest.raises(BadFrankSignature):
            signed_by(asked, old)


async def test_what_the_earlier_key_signed_verifies_and_what_no_room_named_does_not(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    before = question(anna, room, b"before", await anna.say(room, b"before"))
    async with again(world, anna, ben) as now:
        assert await outcome(now, before) == FrankOutcome.VERIFIED
        await franking_agent.propose_everywhere(now.context, now.parts.proposer)
        await anna.until(socket.Event)
        await anna.commit(room, anna.pending(room))
        after = question(anna, room, b"after", await anna.say(room, b"after"))
        assert await outcome(now, after) == FrankOutcome.VERIFIED
        assert await outcome(now, before) == FrankOutcome.VERIFIED
        (frank,) = before.franks
        mixed = msgspec.structs.replace(frank, signature=after.franks[0].signature)
        foreign = msgspec.structs.replace(before, franks=[mixed])
        assert await outcome(now, foreign) == FrankOutcome.BAD_SIGNATURE


async def test_a_commit_without_the_pending_key_is_refused(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    async with again(world, anna, ben) as now:
        early = anna.pending(room)
        await franking_agent.propose_everywhere(now.context, now.parts.proposer)
        error = await anna.refused("POST", anna.path(room, "commit"), anna.body(early))
        assert error.code is Code.PENDING_REMOVE_OMITTED


async def test_after_an_entry_from_outside_the_key_is_proposed_again(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    async with again(world, anna, ben) as now:
        await franking_agent.propose_everywhere(now.context, now.parts.proposer)
        await anna.until(socket.Event)
        epoch = (await ben.join_external(room, replace=True)).epoch
        state = await ben.state(room)
        assert len(state.proposals) == 1
        while len(ben.groups[room].proposals) == 0 or anna.groups[room].epoch < epoch:
            await (ben if not ben.groups[room].proposals else anna).until(socket.Event)
        await ben.commit(room, ben.pending(room))
        assert agent(ben, room) == now.context.keys.franking_public


async def test_one_pass_reaches_every_room_a_few_at_a_time_and_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(franking_agent, "AT_ONCE", 2)
    anna, ben = await world.join("anna"), await world.join("ben")
    rooms = [await anna.create() for _ in range(5)]
    rooms.append(await anna.create(ben.user_uri))
    async with again(world, anna) as now:
        fresh = await anna.create()
        for _ in range(2):
            await franking_agent.propose_everywhere(now.context, now.parts.proposer)
        for room in rooms:
            assert len((await anna.state(room)).proposals) == 1
        assert (await anna.state(fresh)).proposals == []
        logs = await now.context.db.read(lambda query: [store.find(query, room) for room in (*rooms, fresh)])
        assert [found and found.last_seq for found in logs] == [1] * len(rooms) + [0], "proposed once"


async def test_a_new_room_names_the_key_of_now(world: World) -> None:
    anna = await world.join("anna")
    late = anna.new_group()
    async with again(world, anna):
        error = await anna.refused("POST", "/v1/rooms", anna.creation(late))
        assert error.code is Code.INVALID_COMMIT
        assert "franking agent" in error.message


def test_the_hub_cannot_propose_a_key_that_it_does_not_sign_with(world: World) -> None:
    rules = world.parts.proposer.cache.rules()
    rules._check_franking_key(world.context.keys.franking_public)
    with pytest.raises(Exception, match="not the key that the hub signs"):
        rules._check_franking_key(b"o" * 32)
