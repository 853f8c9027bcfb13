# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""KeyPackages: only valid ones are kept, each is handed out once, and nobody drains a victim."""

from __future__ import annotations

import asyncio
from typing import Any

from privity.policy.room_suites import HYBRID
from privity.server.limits import LIMITS
from tests.server.core.conftest import Hub
from tests.server.core.people import DAY_S, NOW_MS, Line, Person, connect, key_package, raw, text


async def put(line: Line, *packages: bytes, last_resort: bytes | None = None) -> tuple[int, dict[str, object]]:
    body: dict[str, object] = {"key_packages": [text(one) for one in packages]}
    if last_resort is not None:
        body["last_resort"] = text(last_resort)
    status, answer = await line.request("POST", "/v1/key-packages", body)
    return status, answer


async def claim(line: Line, target: Person, suites: list[int] | None = None) -> list[tuple[str, bytes | None]]:
    status, answer = await line.request("POST", f"/v1/users/{target.id}/claim", {"suites": suites or [1]})
    assert status == 200, answer
    return [(one["status"], raw(one["key_package"]) if one["key_package"] else None) for one in answer["devices"]]


def left(count: int, *, last_resort: bool = False, used: bool = False) -> dict[str, Any]:
    """What the hub says of a stock of suite 1 alone."""
    said = {"left": count, "has_last_resort": last_resort}
    return {**said, "suites": [{"suite": 1, **said, "last_resort_used": used}] if count or last_resort else []}


async def contacts(hub: Hub) -> tuple[Person, Line, Line]:
    """Alice, her line, and the line of Bob, who is a contact of hers."""
    alice, line = await hub.join("alice")
    bob, other = await hub.join("bob")
    await hub.befriend(alice, bob)
    return alice, line, other


async def test_each_key_package_is_handed_out_once(hub: Hub) -> None:
    alice, line, bob = await contacts(hub)
    stock = [key_package(alice.device) for _ in range(5)]
    assert await put(line, *stock) == (200, left(5))
    handed = await asyncio.gather(*(claim(bob, alice) for _ in range(7)))
    got = [value for ((_, value),) in handed if value is not None]
    assert sorted(got) == sorted(stock)
    assert [one[0] for (one,) in handed].count("exhausted") == 2
    status, _ = await put(line, *stock)
    assert status == 200
    assert await claim(bob, alice) == [("exhausted", None)], "an old one came back by a second upload"


async def test_last_resort_comes_last_and_stays(hub: Hub) -> None:
    alice, line, bob = await contacts(hub)
    once, last = key_package(alice.device), key_package(alice.device, last_resort=True)
    assert await put(line, once, last_resort=last) == (200, left(1, last_resort=True))
    assert [(await claim(bob, alice))[0][1] for _ in range(3)] == [once, last, last]
    assert await line.request("GET", "/v1/key-packages") == (200, left(0, last_resort=True, used=True))
    newer = key_package(alice.device, last_resort=True)
    assert await put(line, last_resort=newer) == (200, left(0, last_resort=True))
    assert (await claim(bob, alice))[0][1] == newer


async def test_last_resorts_are_made_rarely(hub: Hub) -> None:
    """Each is remembered until it expires, so that none is handed out twice; the stock does not bound them."""
    alice, line = await hub.join("alice")
    one = key_package(alice.device, last_resort=True)
    for _ in range(LIMITS["key_package.last_resort"].burst):
        assert (await put(line, last_resort=one))[0] == 200
    status, said = await put(line, last_resort=one)
    assert (status, said["limit"]) == (429, "key_package.last_resort")
    assert (await put(line, key_package(alice.device)))[0] == 200


async def test_claim_answers_for_each_device_and_in_order_of_suites(hub: Hub) -> None:
    alice, line, bob = await contacts(hub)
    phone = alice.new_device()
    both = alice.next_list([alice.device, phone])
    await line.request("PUT", "/v1/account/device-list", {"value": text(both.encode())})
    one, three = key_package(alice.device), key_package(alice.device, number=3)
    await put(line, one, three)
    assert sorted(status for status, _ in await claim(bob, alice, [3, 1])) == ["exhausted", "success"]
    assert {value for _, value in await claim(bob, alice, [3, 1])} == {one, None}
    other = await connect(hub.http, phone)
    assert await put(other, key_package(phone)) == (200, left(1))


async def test_each_suite_has_a_stock_of_its_own(hub: Hub) -> None:
    alice, line, bob = await contacts(hub)
    ordinary, hybrid = key_package(alice.device), key_package(alice.device, number=HYBRID.id)
    last = key_package(alice.device, number=HYBRID.id, last_resort=True)
    assert len(hybrid) > 2_400
    await put(line, ordinary, hybrid, last_resort=key_package(alice.device, last_resort=True))
    status, said = await put(line, last_resort=last)
    assert (status, said["left"], said["has_last_resort"]) == (200, 1, True)
    assert said["suites"] == [
        {"suite": 1, "left": 1, "has_last_resort": True, "last_resort_used": False},
        {"suite": HYBRID.id, "left": 1, "has_last_resort": True, "last_resort_used": False},
    ]
    got = [(await claim(bob, alice, [HYBRID.id]))[0][1] for _ in range(3)]
    assert got == [hybrid, last, last], "never one of another suite in its place"
    assert await claim(bob, alice, [1]) == [("success", ordinary)]


async def test_a_suite_that_no_room_has_is_refused(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    good = key_package(alice.device, number=HYBRID.id)
    other = good[:2] + (0xF47B).to_bytes(2, "big") + good[4:]
    status, answer = await put(line, other)
    assert (status, answer["code"]) == (422, "key_package_refused")
    assert "62587" in str(answer["message"])
    assert (await put(line, good))[0] == 200


async def test_one_caller_cannot_drain_a_victim(hub: Hub) -> None:
    alice, line, bob = await contacts(hub)
    assert (await put(line, *(key_package(alice.device) for _ in range(40))))[0] == 200
    answers = [await bob.request("POST", f"/v1/users/{alice.id}/claim", {"suites": [1]}) for _ in range(35)]
    refused = [answer for status, answer in answers if status == 429]
    assert len(refused) == 5
    assert refused[0]["limit"] == "key_package.claim_target"
    assert refused[0]["retry_after_ms"] > 0
    assert (await line.request("GET", "/v1/key-packages"))[1]["left"] == 10


async def test_invalid_key_packages_are_refused_together_with_their_neighbours(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    bob = await hub.register("bob")
    good, now = key_package(alice.device), NOW_MS // 1000
    phone = alice.new_device()
    for reason, bad in {
        "another user's": key_package(bob.device),
        "a device that no list names": key_package(phone),
        "signed by another key": key_package(alice.device, signer=phone.private),
        "trailing byte": good + b"\0",
        "cut": good[:-1],
        "empty": b"",
        "bent": good[:40] + bytes([good[40] ^ 1]) + good[41:],
        "over": key_package(alice.device, not_before=now - 10, not_after=now - 1),
        "nearly over": key_package(alice.device, not_after=now + 60),
        "not yet": key_package(alice.device, not_before=now + 3600),
        "too long": key_package(alice.device, not_after=now + 400 * DAY_S),
        "last resort among others": key_package(alice.device, last_resort=True),
        "too large": bytes(20_000),
    }.items():
        status, answer = await put(line, good, bad)
        assert (status, answer["code"]) == (422, "key_package_refused"), reason
    status, answer = await put(line, last_resort=good)
    assert (status, answer["code"]) == (422, "key_package_refused")
    assert (await line.request("GET", "/v1/key-packages"))[1] == left(0)


async def test_expired_key_package_is_not_handed_out(hub: Hub) -> None:
    alice, line, bob = await contacts(hub)
    short = key_package(alice.device, not_after=NOW_MS // 1000 + 7200)
    long = key_package(alice.device)
    await put(line, short, long)
    hub.clock.now += 3 * 3_600_000
    assert await claim(bob, alice) == [("success", long)]
    assert await claim(bob, alice) == [("exhausted", None)]


async def test_stock_is_bounded(hub: Hub) -> None:
    _, line = await hub.join("alice")
    status, answer = await put(line, *(b"" for _ in range(201)))
    assert (status, answer["limit"]) == (429, "key_package.stock")


async def test_dropped_device_leaves_no_key_packages(hub: Hub) -> None:
    alice, line, bob = await contacts(hub)
    phone = alice.new_device()
    both = alice.next_list([alice.device, phone])
    await line.request("PUT", "/v1/account/device-list", {"value": text(both.encode())})
    other = await connect(hub.http, phone)
    await put(other, key_package(phone), last_resort=key_package(phone, last_resort=True))
    one = alice.next_list([alice.device])
    await line.request("PUT", "/v1/account/device-list", {"value": text(one.encode())})
    assert await claim(bob, alice) == [("exhausted", None)]


async def test_claim_of_nobody_or_nothing_is_refused(hub: Hub) -> None:
    _, line = await hub.join("alice")
    assert (await line.request("POST", f"/v1/users/{Person('x').id}/claim", {"suites": [1]}))[0] == 404
    bob = await hub.register("bob")
    for suites in ([], [1] * 17):
        assert (await line.request("POST", f"/v1/users/{bob.id}/claim", {"suites": suites}))[0] == 400
