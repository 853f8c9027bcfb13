# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to moderators at the hub: whose keys it hands to whom, who may send what to whom, and what stays behind."""

from __future__ import annotations

from typing import Any

import pytest

from privity.identity.report_key import ReportKey
from privity.message.report import MAX_RECIPIENTS, MAX_ROOM_REPORT, WRAPPED_BYTES
from privity.policy.standing import Deed
from privity.server.limits import LIMITS
from privity.server.standing.deeds import FREE, deed_of
from privity.wire import rest
from privity.wire.errors import Code
from privity.wire.socket import Inbox, InboxKind
from tests.server.rooms.test_knocks import give, next_inbox
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World
from tests.server.staff.deciding import Desk

KEY_PATH = "/v1/device/report-key"


def key_of(device: Device, number: int = 1) -> bytes:
    private = bytes([number]) * 32
    return ReportKey.sign(device.keys.client_uri, device.keys.private, number, private).encode()


async def put(device: Device, number: int = 1) -> None:
    await device.call("PUT", KEY_PATH, rest.PutReportKey(key_of(device, number)), rest.Done)


async def moderators(device: Device, room: str) -> list[bytes]:
    return (await device.call("GET", device.path(room, "moderators"), None, rest.RoomModerators)).keys


def report_to(*devices: Device | str, sealed: bytes = b"sealed", wrapped: int = WRAPPED_BYTES) -> rest.RoomReport:
    uris = [each if isinstance(each, str) else each.keys.client_uri for each in devices]
    return rest.RoomReport(sealed, [rest.WrappedKey(uri, bytes([n]) * wrapped) for n, uri in enumerate(uris)])


async def send(device: Device, room: str, body: rest.RoomReport) -> None:
    await device.call("POST", device.path(room, "reports"), body, rest.Done)


async def refused(device: Device, room: str, body: rest.RoomReport) -> Code:
    return (await device.refused("POST", device.path(room, "reports"), body)).code


async def test_the_keys_of_those_in_charge_are_for_people_of_the_room(world: World) -> None:
    room, (anna, ben, mona) = await room_of(world, "anna", "ben", "mona")
    zoe = await world.join("zoe")
    await give(anna, room, mona, 5)
    for device in (anna, ben, mona, zoe):
        await put(device)
    assert await moderators(ben, room) == sorted((key_of(anna), key_of(mona)), key=lambda key: key[:60])
    assert await moderators(anna, room) == [key_of(mona)], "nobody reports to themselves"
    nowhere = room[:-26] + "a" * 26
    refusals = [await zoe.refused("GET", zoe.path(where, "moderators"), None) for where in (room, nowhere)]
    refusals.append(await ben.refused("GET", ben.path(nowhere, "moderators"), None))
    refusals += [await zoe.refused("POST", zoe.path(where, "reports"), report_to(anna)) for where in (room, nowhere)]
    assert {(each.code, each.message) for each in refusals} == {(Code.NOT_FOUND, "no such room of yours")}
    await give(anna, room, mona, 2)
    assert await moderators(ben, room) == [key_of(anna)]


async def test_who_stands_in_for_the_admins_takes_reports_and_a_room_of_two_has_nobody(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    for device in (anna, ben, carl):
        await put(device)
    await anna.call("POST", anna.path(room, "leave"), None, rest.Done)
    await ben.until_seq(room, 3)
    await ben.commit(room, ben.pending(room))
    assert await moderators(carl, room) == [key_of(ben)]
    pair = await carl.create(ben.user_uri)
    assert await moderators(carl, pair) == []
    assert await refused(carl, pair, report_to(ben)) is Code.CONFLICT


async def test_a_device_puts_keys_of_its_own_in_rising_order(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    for number in (1, 3, 3):
        await put(anna, number)
    assert await moderators(ben, room) == [key_of(anna, 3)]
    signed_by_ben = ReportKey.sign(anna.keys.client_uri, ben.keys.private, 9, bytes(32)).encode()
    same_number = ReportKey.sign(anna.keys.client_uri, anna.keys.private, 3, bytes(32)).encode()
    for key, code in (
        (key_of(anna, 2), Code.CONFLICT),
        (same_number, Code.CONFLICT),
        (key_of(ben, 9), Code.NOT_ALLOWED),
        (signed_by_ben, Code.MALFORMED),
        (key_of(anna, 9)[:-1], Code.MALFORMED),
        (b"", Code.MALFORMED),
    ):
        assert (await anna.refused("PUT", KEY_PATH, rest.PutReportKey(key))).code is code
    assert await moderators(ben, room) == [key_of(anna, 3)]


async def test_a_report_comes_to_the_devices_it_names_and_leaves_nothing_else_behind(world: World) -> None:
    room, (anna, ben, mona) = await room_of(world, "anna", "ben", "mona")
    await give(anna, room, mona, 5)
    await ben.until_seq(room, 2)
    second = await world.second_device(mona)
    await second.join_external(room)
    for device in (anna, mona, ben):
        await device.until_seq(room, second.cursors[room])
    before = await world.context.db.read(lambda query: query.all("SELECT COUNT(*) FROM event"))
    sealed = b"\x01" + bytes(range(200))
    await send(ben, room, report_to(mona, second, sealed=sealed))
    for number, device in enumerate((mona, second)):
        frame = await reported(device)
        assert (frame.room_uri, frame.room_seq) == (room, 0)
        assert frame.body == bytes([number]) * WRAPPED_BYTES + sealed
    await anna.silent()
    await ben.silent()
    assert await world.context.db.read(lambda query: query.all("SELECT COUNT(*) FROM event")) == before
    assert await world.context.db.read(lambda query: query.all("SELECT COUNT(*) FROM report")) == [(0,)]


async def reported(device: Device) -> Inbox:
    """The next report in an inbox, whatever else comes before it."""
    while True:
        frame = await next_inbox(device)
        if frame.kind is InboxKind.ROOM_REPORT:
            return frame


async def test_all_of_it_is_for_those_in_charge_or_nobody_gets_any(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    zoe = await world.join("zoe")
    for body in (
        report_to(anna, carl),
        report_to(anna, zoe),
        report_to(anna, ben),
        report_to(anna, "mimi://hub.example/d/nobody/x"),
        report_to(carl),
    ):
        assert await refused(ben, room, body) is Code.CONFLICT
    assert await refused(anna, room, report_to(anna)) is Code.CONFLICT
    await anna.silent()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (lambda anna: report_to(anna, sealed=b""), Code.TOO_LARGE),
        (lambda anna: report_to(anna, sealed=bytes(MAX_ROOM_REPORT + 1)), Code.TOO_LARGE),
        (lambda anna: report_to(), Code.MALFORMED),
        (lambda anna: report_to(anna, anna), Code.MALFORMED),
        (lambda anna: report_to(anna, wrapped=WRAPPED_BYTES - 1), Code.MALFORMED),
        (lambda anna: report_to(*(f"d{n}" for n in range(MAX_RECIPIENTS + 1))), Code.MALFORMED),
    ],
    ids=["empty", "too large", "to nobody", "twice", "short key", "to too many"],
)
async def test_what_has_no_form_is_refused_before_it_counts(world: World, body: Any, code: Code) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    assert await refused(ben, room, body(anna)) is code
    await send(ben, room, report_to(anna, sealed=bytes(MAX_ROOM_REPORT)))
    assert len((await reported(anna)).body) == WRAPPED_BYTES + MAX_ROOM_REPORT


async def test_who_is_out_reports_to_the_desk_and_not_here(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    await anna.commit(room, anna.removal(room, ben))
    await carl.call("POST", carl.path(room, "leave"), None, rest.Done)
    for device in (ben, carl):
        assert await refused(device, room, report_to(anna)) is Code.NOT_FOUND
        assert (await device.refused("GET", device.path(room, "moderators"), None)).code is Code.NOT_FOUND


async def test_a_flood_ends_at_the_reporters_own_limit(world: World) -> None:
    room, (anna, ben, carl) = await room_of(world, "anna", "ben", "carl")
    limit = LIMITS["report.moderators"]
    for _ in range(limit.burst):
        await send(ben, room, report_to(anna))
    error = await ben.refused("POST", ben.path(room, "reports"), report_to(anna))
    assert (error.code, error.limit) == (Code.TOO_MANY, "report.moderators")
    await send(carl, room, report_to(anna))
    assert [(await reported(anna)).kind for _ in range(limit.burst + 1)] == [InboxKind.ROOM_REPORT] * (limit.burst + 1)


async def test_a_suspended_account_reports_as_it_does_to_the_desk(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await put(anna)
    await Desk(world).suspend(ben.user_uri)
    assert await moderators(ben, room) == [key_of(anna)]
    await send(ben, room, report_to(anna))
    await reported(anna)
    await put(ben)
    for method, pattern in (
        ("PUT", KEY_PATH),
        ("GET", "/v1/rooms/{id}/moderators"),
        ("POST", "/v1/rooms/{id}/reports"),
    ):
        assert deed_of(method, pattern) is FREE is deed_of("POST", "/v1/reports")
    assert deed_of("POST", "/v1/rooms/{id}/unknown") is Deed.SEND


async def test_the_key_goes_with_its_device(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    second = await world.second_device(anna)
    await second.join_external(room)
    for device in (anna, second):
        await put(device)
    assert len(await moderators(ben, room)) == 2
    await anna.put_list([anna.keys])
    assert await moderators(ben, room) == [key_of(anna)]
    left = await world.context.db.read(lambda query: query.all("SELECT client_uri FROM report_key"))
    assert left == [(anna.keys.client_uri,)]
