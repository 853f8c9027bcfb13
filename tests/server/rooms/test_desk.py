# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk asks the hub: sealed reports, franks, presence, omissions; and who else may ask (nobody)."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64decode
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from privity.desk import limits as desk_limits
from privity.message.franking import make_tag
from privity.message.sealed_report import MAX_SEALED
from privity.wire import keylog, rest, socket, staff
from privity.wire.errors import Code
from privity.wire.staff import FrankOutcome
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import World

DAY_MS = 86_400_000


async def asked_about(world: World, text: bytes = b"bad") -> staff.ReportQuestion:
    """Ben reports what Anna said."""
    room, (anna, ben) = await room_of(world, "anna", "ben")
    accepted = await anna.say(room, text)
    await ben.hear(1)
    return staff.ReportQuestion(ben.user_uri, anna.user_uri, room, [question_on(accepted, text)])


def question_on(accepted: socket.Accepted, text: bytes) -> staff.FrankQuestion:
    frank = accepted.frank
    tag = make_tag(text, b"s" * 16)
    return staff.FrankQuestion(tag, accepted.ts_ms, frank.server_frank, frank.ciphersuite, frank.signature)


def bent(genuine: staff.ReportQuestion, **changes: Any) -> staff.ReportQuestion:
    """The same question with something changed, in itself or in its only frank."""
    own = {name: changes.pop(name) for name in ("sender_uri", "room_uri") if name in changes}
    (frank,) = genuine.franks
    return msgspec.structs.replace(genuine, franks=[msgspec.structs.replace(frank, **changes)], **own)


async def answers(world: World, *asked: staff.ReportQuestion) -> list[staff.ReportAnswer]:
    status, answer = await world.staff("POST", "/staff/v1/verify", staff.VerifyReports(list(asked)))
    assert status == 200, answer
    return msgspec.convert(answer, staff.ReportsVerified).answers


async def outcome(world: World, asked: staff.ReportQuestion) -> str:
    (answer,) = await answers(world, asked)
    (found,) = answer.outcomes
    return found


async def test_genuine_frank_is_verified(world: World) -> None:
    assert await outcome(world, await asked_about(world)) == FrankOutcome.VERIFIED


async def test_every_changed_field_is_a_mismatch(world: World) -> None:
    genuine = await asked_about(world)
    (frank,) = genuine.franks
    flipped = bytes([frank.server_frank[0] ^ 1]) + frank.server_frank[1:]
    changes: list[dict[str, Any]] = [
        {"tag": make_tag(b"other", b"s" * 16)},
        {"tag": b""},
        {"sender_uri": genuine.sender_uri[:-1] + "x"},
        {"room_uri": genuine.room_uri + "/"},
        {"ts_ms": frank.ts_ms + 1},
        {"ts_ms": -1},
        {"server_frank": flipped},
        {"server_frank": b""},
    ]
    for changed in changes:
        assert await outcome(world, bent(genuine, **changed)) == FrankOutcome.MISMATCH, changed


async def test_frank_with_another_signature_is_told_apart(world: World) -> None:
    genuine = await asked_about(world)
    changes: list[dict[str, Any]] = [{"signature": b"x" * 64}, {"signature": b""}]
    for changed in (*changes, *({"ciphersuite": suite} for suite in (2, 3, 99))):
        assert await outcome(world, bent(genuine, **changed)) == FrankOutcome.BAD_SIGNATURE


async def test_frank_expires_with_the_key_of_its_day(world: World) -> None:
    genuine = await asked_about(world)
    world.clock.now += 180 * DAY_MS
    assert await outcome(world, genuine) == FrankOutcome.VERIFIED
    world.clock.now += DAY_MS
    assert await outcome(world, genuine) == FrankOutcome.EXPIRED
    periods, day = world.parts.franker.periods, genuine.franks[0].ts_ms // DAY_MS
    assert periods.find(day) is not None
    assert periods.forget_before(day + 1) == [day]
    assert periods.find(day) is None
    world.clock.now -= 2 * DAY_MS
    world.parts.franker.periods._keys.clear()
    assert await outcome(world, genuine) == FrankOutcome.EXPIRED


async def test_key_of_a_day_is_random_stays_and_is_readable_by_the_hub_alone(world: World) -> None:
    periods = world.parts.franker.periods
    key = periods.current(1)
    assert len(key) == 32
    assert periods.current(1) == key
    assert periods.current(2) != key
    file = world.context.keys.periods / "1.key"
    assert file.stat().st_mode & 0o077 == 0
    assert key.hex() not in repr(periods)
    assert repr(key) not in repr(world.parts.franker)


async def test_report_is_relayed_with_its_receipt_until_the_desk_holds_it(world: World) -> None:
    anna = await world.join("anna")
    sealed = secrets.token_bytes(500)
    receipt = (await anna.call("POST", "/v1/reports", rest.SealedReport(sealed), rest.ReportReceived)).receipt
    again = await anna.call("POST", "/v1/reports", rest.SealedReport(sealed), rest.ReportReceived)
    assert again.receipt == receipt
    status, answer = await world.staff("GET", "/staff/v1/reports")
    assert status == 200
    (report,) = msgspec.convert(answer, staff.RelayedReports, strict=False).reports
    assert (report.reporter_uri, report.receipt) == (anna.user_uri, receipt)
    assert report.sealed == sealed
    await world.staff("POST", "/staff/v1/reports/forget", staff.ForgetReports(["another receipt"]))
    _, answer = await world.staff("GET", "/staff/v1/reports")
    assert len(answer["reports"]) == 1
    await world.staff("POST", "/staff/v1/reports/forget", staff.ForgetReports([report.receipt]))
    _, answer = await world.staff("GET", "/staff/v1/reports")
    assert answer["reports"] == []


async def test_more_receipts_than_one_answer_has_are_refused(world: World) -> None:
    many = staff.ForgetReports([f"receipt-{number}" for number in range(staff.RELAYED + 1)])
    status, answer = await world.staff("POST", "/staff/v1/reports/forget", many)
    assert (status, answer["code"]) == (400, Code.MALFORMED)


async def test_reports_are_limited_in_number_and_size(world: World) -> None:
    anna = await world.join("anna")
    assert (await anna.refused("POST", "/v1/reports", rest.SealedReport(b""))).code == Code.TOO_LARGE
    too_large = await anna.refused("POST", "/v1/reports", rest.SealedReport(bytes(MAX_SEALED + 1)))
    assert (too_large.code, str(MAX_SEALED) in too_large.message) == (Code.TOO_LARGE, True)
    await anna.call("POST", "/v1/reports", rest.SealedReport(bytes(MAX_SEALED)), rest.ReportReceived)
    for number in range(49):
        await anna.call("POST", "/v1/reports", rest.SealedReport(b"%d" % number), rest.ReportReceived)
    error = await anna.refused("POST", "/v1/reports", rest.SealedReport(b"more"))
    assert (error.code, error.limit) == (Code.TOO_MANY, "report.submit")


async def test_one_answer_holds_what_a_desk_takes_at_once(world: World) -> None:
    """Three reports of the largest size would be too much; a report never waits for ever because it is large."""
    anna = await world.join("anna")
    sizes = [MAX_SEALED, MAX_SEALED, 500, MAX_SEALED - 4096, 500]
    for number, size in enumerate(sizes):
        await anna.call("POST", "/v1/reports", rest.SealedReport(bytes([number]) * size), rest.ReportReceived)
    pages = []
    while True:
        _, answer = await world.staff("GET", "/staff/v1/reports")
        reports = msgspec.convert(answer, staff.RelayedReports, strict=False).reports
        if not reports:
            break
        assert len(msgspec.json.encode(staff.RelayedReports(reports))) <= desk_limits.MAX_PAGE_BYTES
        pages.append([len(report.sealed) for report in reports])
        await world.staff("POST", "/staff/v1/reports/forget", staff.ForgetReports([r.receipt for r in reports]))
    assert pages == [[MAX_SEALED], [MAX_SEALED, 500], [MAX_SEALED - 4096, 500]]


async def test_participation_is_remembered_after_removal(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    inside = await anna.say(room, b"x")
    world.clock.now += 1_000
    await anna.commit(room, anna.removal(room, ben))
    world.clock.now += 1_000
    after = await anna.say(room, b"x")
    franks = [question_on(inside, b"x"), question_on(after, b"x"), question_on(after, b"y")]
    of_ben, of_anna, of_nobody = await answers(
        world,
        *(
            staff.ReportQuestion(reporter, anna.user_uri, room, franks)
            for reporter in (ben.user_uri, anna.user_uri, anna.user_uri[:-1] + "x")
        ),
    )
    assert of_ben.participated == [True, False, None]
    assert of_anna.participated == [True, True, None]
    assert of_nobody.participated == [False, False, None]


async def test_omitted_messages_are_counted_between_verified_ones_alone(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    said = [question_on(await anna.say(room, b"x"), b"x") for _ in range(6)]
    forged = msgspec.structs.replace(said[0], tag=bytes(32))
    for franks, expected in (
        ([said[0], said[1]], 0),
        ([said[0], said[5]], 4),
        ([said[1], said[2], said[4]], 1),
        ([said[3]], 0),
        ([forged, said[4], said[4]], 0),
        ([forged], None),
        ([], None),
    ):
        (answer,) = await answers(world, staff.ReportQuestion(ben.user_uri, anna.user_uri, room, franks))
        assert answer.omitted == expected


async def test_a_page_is_answered_in_order_and_has_a_limit(world: World) -> None:
    genuine = await asked_about(world)
    forged = bent(genuine, tag=bytes(32))
    page = [genuine if number % 3 else forged for number in range(staff.ASKED)]
    found = await answers(world, *page)
    assert [answer.outcomes[0] is FrankOutcome.VERIFIED for answer in found] == [one is genuine for one in page]
    for asked in ([forged] * (staff.ASKED + 1), [msgspec.structs.replace(forged, franks=[])] * (staff.ASKED + 1)):
        status, answer = await world.staff("POST", "/staff/v1/verify", staff.VerifyReports(asked))
        assert (status, answer["code"]) in ((400, Code.MALFORMED), (413, Code.TOO_LARGE))


async def test_a_desk_that_waits_is_answered_when_a_report_comes(world: World) -> None:
    anna = await world.join("anna")
    waiting = asyncio.create_task(world.staff("GET", "/staff/v1/reports?wait=20"))
    async with asyncio.timeout(60):
        while not world.context.arrivals.waiting:
            await asyncio.sleep(0)
        receipt = (await anna.call("POST", "/v1/reports", rest.SealedReport(b"x"), rest.ReportReceived)).receipt
        _, answer = await waiting
    assert [report["receipt"] for report in answer["reports"]] == [receipt]


async def test_a_desk_that_waits_is_answered_when_the_hub_ends(world: World) -> None:
    waiting = asyncio.create_task(world.staff("GET", "/staff/v1/reports?wait=20"))
    async with asyncio.timeout(60):
        while not world.context.arrivals.waiting:
            await asyncio.sleep(0)
        world.context.arrivals.stop()
        status, answer = await waiting
        assert (status, answer["reports"]) == (200, [])
        assert (await world.staff("GET", "/staff/v1/reports?wait=20"))[1]["reports"] == []


@pytest.mark.parametrize("wait", ["21", "-1", "x", "", "1.5", "100"])
async def test_nobody_waits_for_longer_than_the_limit(world: World, wait: str) -> None:
    status, answer = await world.staff("GET", f"/staff/v1/reports?wait={wait}")
    assert (status, answer["code"]) == (400, Code.MALFORMED)


async def test_receipts_are_forgotten_wherever_they_wait_and_the_others_stay(world: World) -> None:
    anna = await world.join("anna")
    receipts = [
        (await anna.call("POST", "/v1/reports", rest.SealedReport(b"%d" % number), rest.ReportReceived)).receipt
        for number in range(8)
    ]
    assert len({*receipts}) == 8
    gone = [receipts[0], receipts[7], "unknown"]
    await world.staff("POST", "/staff/v1/reports/forget", staff.ForgetReports(gone))
    _, answer = await world.staff("GET", "/staff/v1/reports")
    assert [report["receipt"] for report in answer["reports"]] == receipts[1:7]


async def test_line_to_the_reporter_reaches_each_device(world: World) -> None:
    anna = await world.join("anna")
    second = await world.second_device(anna)
    status, _ = await world.staff("POST", "/staff/v1/tell", staff.TellReporter(anna.user_uri, "We acted."))
    assert status == 200
    for device in (anna, second):
        while not any(f.kind == socket.InboxKind.REPORT_OUTCOME for f in device.seen if isinstance(f, socket.Inbox)):
            await device.until(socket.Inbox)
        last = device.seen[-1]
        assert isinstance(last, socket.Inbox)
        assert last.body == b"We acted."


async def test_desk_looks_up_device_lists(world: World) -> None:
    anna = await world.join("anna")
    asked = keylog.Lookup(f"u:{anna.user_uri}", 0, 0)
    status, answer = await world.staff("POST", "/staff/v1/keylog/lookup", asked)
    assert status == 200
    assert [b64decode(value) for value in answer["values"]] == [anna.person.list.encode()]


@pytest.mark.parametrize("broken", ["none", "key", "path", "old", "future", "replay", "body"])
async def test_staff_request_that_the_desk_did_not_sign_now_is_refused(world: World, broken: str) -> None:
    path = "/staff/v1/reports"
    if broken == "none":
        async with world.http.get(path) as response:
            assert response.status == 401
        return
    if broken == "key":
        other = replace(world, staff_private=secrets.token_bytes(32))
        assert (await other.staff("GET", path))[0] == 401
        return
    if broken == "replay":
        nonce = secrets.token_bytes(16)
        assert (await world.staff("GET", path, nonce=nonce))[0] == 200
        status, answer = await world.staff("GET", path, nonce=nonce)
        assert (status, answer["code"]) == (401, Code.REPLAYED)
        return
    if broken in ("old", "future"):
        desk = replace(world, clock=type(world.clock)(world.clock.now + (61_000 if broken == "future" else -61_000)))
        status, answer = await desk.staff("GET", path)
        assert (status, answer["code"]) == (401, Code.REPLAYED)
        return
    data = msgspec.json.encode(staff.ForgetReports(["receipt-1"]))
    headers = world.staff_headers("POST", "/staff/v1/reports/forget", data)
    target = "/staff/v1/tell" if broken == "path" else "/staff/v1/reports/forget"
    changed = data if broken == "path" else data.replace(b"receipt-1", b"receipt-2")
    async with world.http.post(target, data=changed, headers=headers) as response:
        assert response.status == 401
