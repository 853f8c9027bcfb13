# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The inbox of a device that is away is bounded: nothing in it is lost, and nobody is kept from what must reach it."""

from __future__ import annotations

import pytest

from privity.message.report import WRAPPED_BYTES
from privity.server.db.database import Tx
from privity.server.delivery import inboxes, log, store
from privity.server.delivery.model import Effect
from privity.wire import rest, socket
from privity.wire.errors import Code, ErrorBody
from privity.wire.socket import InboxKind
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World

MOST = 5


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "MAX_INBOX", MOST)


async def waiting(device: Device) -> int:
    db, client_uri = device.world.context.db, device.keys.client_uri
    return await db.read(lambda reader: store.inbox_waiting(reader, client_uri, 1_000))


async def fill(device: Device, size: int = 10) -> None:
    """As letters of its own person do, up to the bound."""

    def write(tx: Tx) -> None:
        effects: list[Effect] = []
        while not inboxes.is_full(tx, device.keys.client_uri, size):
            log.tell_device(tx, device.keys.client_uri, InboxKind.LETTER, "", 0, bytes(size), effects)

    await device.world.context.db.write(write)


async def away(world: World, name: str) -> Device:
    """Somebody whose device is away, and has read all that there was."""
    device = await world.join(name)
    await device.disconnect()
    assert await waiting(device) == 0
    return device


def is_inbox(error: ErrorBody) -> bool:
    return (error.code, error.limit) == (Code.TOO_MANY, "inbox")


async def test_a_letter_to_a_full_inbox_is_refused_and_what_waits_comes(world: World) -> None:
    first = await world.join("anna")
    second = await world.second_device(first)
    await second.disconnect()
    await fill(second)
    letter = rest.SendLetter(second.keys.client_uri, b"more")
    assert is_inbox(await first.refused("POST", "/v1/account/letters", letter))
    assert await waiting(second) == MOST
    await second.connect()
    letters = [frame for frame in second.seen if isinstance(frame, socket.Inbox) and frame.kind is InboxKind.LETTER]
    assert len(letters) >= MOST - 1
    await second.send(socket.Ack({}, second.inbox))
    await second.silent()
    assert await first.call("POST", "/v1/account/letters", letter, rest.Done) == rest.Done()


async def test_nobody_is_added_whose_welcome_has_no_room_and_the_room_stays_as_it_was(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    carl = await away(world, "carl")
    await fill(carl)
    pending = anna.invitation(room, carl)
    assert is_inbox(await anna.refused("POST", anna.path(room, "commit"), anna.body(pending)))
    anna.groups[room].clear_pending()
    assert (await anna.state(room)).seq == anna.cursors[room]
    await anna.say(room, b"we talk on")
    assert await ben.hear(1) == [b"we talk on"]
    assert await waiting(carl) == MOST


async def test_a_claim_has_nothing_of_a_device_whose_inbox_is_full(world: World) -> None:
    anna, carl = await world.join("anna"), await world.join("carl")
    await carl.call(
        "POST",
        "/v1/key-packages",
        rest.PutKeyPackages([carl.package().key_package.encode() for _ in range(2)]),
        rest.KeyPackagesLeft,
    )
    path, asked = f"/v1/users/{carl.person.id}/claim", rest.Claim([1])
    (handed,) = (await anna.call("POST", path, asked, rest.Claimed)).devices
    assert handed.status is rest.ClaimStatus.SUCCESS
    await carl.disconnect()
    await fill(carl)
    (handed,) = (await anna.call("POST", path, asked, rest.Claimed)).devices
    assert (handed.status, handed.key_package) == (rest.ClaimStatus.EXHAUSTED, None)
    await carl.connect()
    assert (await carl.call("GET", "/v1/key-packages", None, rest.KeyPackagesLeft)).left == 1


async def test_what_only_says_look_again_is_left_out_and_a_removal_is_told(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    await carl.send(socket.Ack({}, carl.inbox))
    await carl.silent()
    await carl.disconnect()
    await fill(carl)
    for _ in range(3):
        await ben.put_list(list(ben.person.devices))
    assert await waiting(carl) == MOST
    await anna.commit(room, anna.removal(room, carl))
    assert await waiting(carl) == MOST + 1
    carl.seen.clear()
    await carl.connect()
    kinds = [frame.kind for frame in carl.seen if isinstance(frame, socket.Inbox)]
    assert kinds == [InboxKind.LETTER] * MOST + [InboxKind.REMOVED]


async def test_a_list_change_is_told_while_there_is_room(world: World) -> None:
    _, (_, ben, carl) = await room_of(world, "anna", "ben", "carl")
    await carl.send(socket.Ack({}, carl.inbox))
    await carl.silent()
    await carl.disconnect()
    before = await waiting(carl)
    await ben.put_list(list(ben.person.devices))
    assert await waiting(carl) == before + 1


async def test_bytes_are_bounded_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "MAX_INBOX", 1_000)
    monkeypatch.setattr(inboxes, "MAX_INBOX_BYTES", 5_000)
    monkeypatch.setattr(inboxes, "_FEW", 2)
    first = await world.join("anna")
    second = await world.second_device(first)
    await second.disconnect()
    await fill(second, size=1_000)
    assert 3 < await waiting(second) < 6
    refused = await first.refused("POST", "/v1/account/letters", rest.SendLetter(second.keys.client_uri, bytes(1_000)))
    assert is_inbox(refused)


async def test_filling_one_moderators_inbox_silences_nobody(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    pending = anna.pending(room, app_data_updates=anna.update(room, {ben.user_uri: 5}))
    await anna.commit(room, pending)
    for device in (anna, ben):
        await device.send(socket.Ack({}, device.inbox))
        await device.silent() if device is anna else await device.until(socket.Event)
        await device.disconnect()
    wrapped = [rest.WrappedKey(each.keys.client_uri, bytes(WRAPPED_BYTES)) for each in (anna, ben)]
    report = rest.RoomReport(b"sealed", wrapped)
    await fill(anna)
    before = await waiting(ben)
    assert await carl.call("POST", carl.path(room, "reports"), report, rest.Done) == rest.Done()
    assert (await waiting(anna), await waiting(ben)) == (MOST, before + 1)
    await fill(ben)
    assert is_inbox(await carl.refused("POST", carl.path(room, "reports"), report))


def test_every_kind_has_a_rule() -> None:
    always = {InboxKind.REMOVED, InboxKind.REPORT_OUTCOME, InboxKind.STATEMENT}
    assert always | inboxes.OF_OTHERS | inboxes.LOOK_AGAIN == set(InboxKind)
    assert not always & inboxes.OF_OTHERS
    assert not inboxes.LOOK_AGAIN & (always | inboxes.OF_OTHERS)
