# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub attests to a participant that franks are its own: to what it would tell its desk, and to nobody else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from privity.message.errors import BadFrankSignature
from privity.message.franking import Frank, make_tag, verify_attestation
from privity.wire import socket
from privity.wire.attest import MAX_ATTESTED, Attest, Attested, AttestOutcome, FranksAttested, FrankToAttest
from privity.wire.errors import Code
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World

DAY_MS = 86_400_000
PATH = "/v1/franks/attest"


def question(accepted: socket.Accepted, sender: Device, text: bytes) -> FrankToAttest:
    frank = accepted.frank
    tag = make_tag(text, b"s" * 16)
    return FrankToAttest(sender.user_uri, tag, accepted.ts_ms, frank.server_frank, frank.ciphersuite, frank.signature)


async def said(world: World, text: bytes = b"the teapot is hot") -> tuple[str, Device, Device, FrankToAttest]:
    """Anna says something that Ben hears."""
    room, (anna, ben) = await room_of(world, "anna", "ben")
    accepted = await anna.say(room, text)
    await ben.hear(1)
    return room, anna, ben, question(accepted, anna, text)


async def ask(by: Device, room: str, *franks: FrankToAttest) -> FranksAttested:
    return await by.call("POST", PATH, Attest(room, list(franks)), FranksAttested)


def check(world: World, room: str, asked: FrankToAttest, answer: FranksAttested, attested: Attested) -> None:
    """Raise unless the hub's key signed exactly this."""
    frank = Frank(asked.server_frank, asked.ciphersuite, asked.signature)
    assert attested.signature is not None
    key = world.context.keys.franking_public
    verify_attestation(attested.signature, frank, key, asked.tag, asked.sender_uri, room, asked.ts_ms, answer.at_ms)


async def test_a_participant_gets_a_signature_over_tag_sender_room_and_time(world: World) -> None:
    room, _, ben, asked = await said(world)
    world.clock.now += 5_000
    answer = await ask(ben, room, asked)
    (attested,) = answer.attested
    assert (answer.at_ms, attested.outcome) == (world.clock.now, AttestOutcome.VERIFIED)
    check(world, room, asked, answer, attested)
    others: list[dict[str, Any]] = [{"tag": bytes(32)}, {"ts_ms": asked.ts_ms + 1}, {"sender_uri": ben.user_uri}]
    for changed in others:
        with pytest.raises(BadFrankSignature):
            check(world, room, msgspec.structs.replace(asked, **changed), answer, attested)
    with pytest.raises(BadFrankSignature):
        check(world, room, asked, msgspec.structs.replace(answer, at_ms=answer.at_ms + 1), attested)


async def test_nothing_but_a_frank_of_its_own_is_attested(world: World) -> None:
    room, anna, ben, asked = await said(world)
    bad: list[tuple[dict[str, Any], AttestOutcome]] = [
        ({"tag": make_tag(b"other", b"s" * 16)}, AttestOutcome.MISMATCH),
        ({"tag": asked.tag[:31]}, AttestOutcome.MISMATCH),
        ({"tag": asked.tag + b"\0"}, AttestOutcome.MISMATCH),
        ({"sender_uri": ben.user_uri}, AttestOutcome.MISMATCH),
        ({"server_frank": bytes(32)}, AttestOutcome.MISMATCH),
        ({"server_frank": b""}, AttestOutcome.MISMATCH),
        ({"signature": bytes(64)}, AttestOutcome.BAD_SIGNATURE),
        ({"ciphersuite": 3}, AttestOutcome.BAD_SIGNATURE),
    ]
    answer = await ask(ben, room, *(msgspec.structs.replace(asked, **changed) for changed, _ in bad), asked)
    assert [each.outcome for each in answer.attested] == [outcome for _, outcome in bad] + [AttestOutcome.VERIFIED]
    assert [each.signature is None for each in answer.attested] == [True] * len(bad) + [False]
    assert anna.user_uri == asked.sender_uri


async def test_who_was_not_there_learns_nothing(world: World) -> None:
    """A genuine frank in a stranger's hands, a room that is not there, and a time before one came: one answer."""
    room, anna, ben, asked = await said(world)
    carol = await world.join("carol")
    for by, where in ((carol, room), (ben, room[:-1] + ("e" if room.endswith("a") else "a")), (ben, "nowhere")):
        assert (await ask(by, where, asked)).attested == [Attested(AttestOutcome.NOT_THERE)]
    world.clock.now += 1_000
    await anna.invite(room, carol)
    assert (await ask(carol, room, asked)).attested == [Attested(AttestOutcome.NOT_THERE)]


async def test_who_was_removed_gets_it_for_what_came_before(world: World) -> None:
    room, anna, ben, asked = await said(world)
    world.clock.now += 1_000
    await anna.commit(room, anna.removal(room, ben))
    world.clock.now += 1_000
    later = question(await anna.say(room, b"later"), anna, b"later")
    answer = await ask(ben, room, asked, later)
    assert [each.outcome for each in answer.attested] == [AttestOutcome.VERIFIED, AttestOutcome.NOT_THERE]


async def test_it_ends_with_the_key_of_the_day(world: World) -> None:
    room, _, ben, asked = await said(world)
    world.clock.now += 180 * DAY_MS
    assert (await ask(ben, room, asked)).attested[0].outcome is AttestOutcome.VERIFIED
    world.clock.now += DAY_MS
    assert (await ask(ben, room, asked)).attested == [Attested(AttestOutcome.EXPIRED)]


async def test_LP_27_the_hub_keeps_nothing_of_who_asks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room, _, ben, asked = await said(world)

    async def no_writing(*_: object) -> None:
        raise AssertionError("the hub wrote something")

    monkeypatch.setattr(type(world.context.db), "write", no_writing)
    assert (await ask(ben, room, asked)).attested[0].outcome is AttestOutcome.VERIFIED


async def test_a_flood_is_refused(world: World) -> None:
    room, _, ben, asked = await said(world)
    too_many = {"room_uri": room, "franks": msgspec.to_builtins([asked] * (MAX_ATTESTED + 1))}
    assert (await ben.refused("POST", PATH, too_many)).code is Code.MALFORMED
    assert (await ben.refused("POST", PATH, {"room_uri": room, "franks": []})).code is Code.MALFORMED
    for _ in range(60):
        await ask(ben, room, asked)
    assert (await ben.refused("POST", PATH, Attest(room, [asked]))).code is Code.TOO_MANY
