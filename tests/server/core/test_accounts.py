# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Registration, handles, device lists, blocks."""

from __future__ import annotations

from privity.identity.device_list import DeviceList
from privity.server.limits import LIMITS
from privity.wire.socket import Closed, decode_from_hub
from tests import stores
from tests.server.core.conftest import Hub
from tests.server.core.people import Person, connect, raw, text


async def post(hub: Hub, body: object) -> tuple[int, str]:
    async with hub.http.post("/v1/accounts", json=body) as response:
        answer = await response.json()
        return response.status, answer.get("code", "")


async def test_server_info_names_public_keys_only(hub: Hub) -> None:
    async with hub.http.get("/v1/server") as response:
        info = await response.json()
    assert raw(info["franking_public_key"]) == hub.context.keys.franking_public
    assert raw(info["external_sender_public_key"]) == hub.context.keys.external_sender_public
    assert info["intake_public_key"] is None
    assert info["registration"] == "invite"
    assert info["now_ms"] == hub.clock.now


async def test_invite_admits_one_account(hub: Hub) -> None:
    invite = await hub.invite()
    assert (await post(hub, Person("alice").registration(invite)))[0] == 200
    assert await post(hub, Person("bob").registration(invite)) == (403, "bad_invite")
    assert await post(hub, Person("bob").registration("no such invite")) == (403, "bad_invite")
    assert await post(hub, Person("bob").registration()) == (403, "bad_invite")


async def test_expired_invite_is_refused(hub: Hub) -> None:
    invite = await hub.invite()
    hub.clock.now += 31 * 86_400_000
    assert await post(hub, Person("alice").registration(invite)) == (403, "bad_invite")


async def test_refused_registration_leaves_the_invite_and_no_account(hub: Hub) -> None:
    await hub.register("alice")
    invite = await hub.invite()
    assert await post(hub, Person("alice").registration(invite)) == (409, "handle_taken")
    person = Person("carol")
    assert await post(hub, person.registration("wrong")) == (403, "bad_invite")
    assert (await post(hub, person.registration(invite)))[0] == 200


async def test_repeated_registration_gets_the_same_answer_and_costs_no_invite(hub: Hub) -> None:
    invite = await hub.invite()
    person = Person("alice")
    assert (await post(hub, person.registration(invite)))[0] == 200
    assert (await post(hub, person.registration(invite)))[0] == 200
    person.handle = "alice2"
    assert await post(hub, person.registration(await hub.invite())) == (409, "conflict")


async def test_hub_keeps_no_invite_code(hub: Hub) -> None:
    invite = await hub.invite()
    assert all(invite.encode() not in data for data in stores.on_disk(hub.context.config).values())


async def test_bad_handles_and_foreign_hosts_are_refused(hub: Hub) -> None:
    for handle in ("", "ab", "Alice", "a" * 33, "_alice", "alice.", "al ice", "a..lice", "ａｌｉｃｅ"):
        person = Person("x")
        person.handle = handle
        assert (await post(hub, person.registration(await hub.invite())))[0] == 400, handle
        hub.clock.now += 3_600_000
    foreign = Person("alice", "other.example")
    assert await post(hub, foreign.registration(await hub.invite())) == (422, "device_list_refused")


async def test_bent_device_list_is_refused(hub: Hub) -> None:
    person = Person("alice")
    good = person.list.encode()
    body = person.registration(await hub.invite())
    for bad in (b"", good + b"\0", good[:-1], good.replace(person.list.sig, bytes(64))):
        assert await post(hub, body | {"device_list": text(bad)}) == (422, "device_list_refused")
    person.next_list(person.devices)
    assert await post(hub, body | {"device_list": text(person.list.encode())}) == (422, "device_list_refused")


async def test_registrations_of_one_address_are_limited(hub: Hub) -> None:
    codes = [(await post(hub, {"handle": "x", "device_list": ""}))[0] for _ in range(12)]
    assert codes.count(429) == 2
    hub.clock.now += 10 * 60_000
    assert (await post(hub, {"handle": "x", "device_list": ""}))[0] == 400


async def test_handle_points_to_its_user(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    assert await line.request("GET", "/v1/handles/alice") == (200, {"user_uri": alice.user_uri})
    assert (await line.request("GET", "/v1/handles/nobody"))[0] == 404


async def test_user_has_the_handle_it_registered(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    _, line = await hub.join("bob")
    assert await line.request("GET", f"/v1/users/{alice.id}/handle") == (200, {"handle": "alice"})
    assert (await line.request("GET", f"/v1/users/{Person('x').id}/handle"))[0] == 404
    assert (await line.request("GET", "/v1/users/nobody/handle"))[0] == 404
    async with hub.http.get(f"/v1/users/{alice.id}/handle") as response:
        assert response.status == 401


async def test_handles_told_to_one_account_are_limited(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    limit = LIMITS["handle.tell"]
    hub.context.limits.take("handle.tell", alice.user_uri, limit.burst)
    status, answer = await line.request("GET", f"/v1/users/{alice.id}/handle")
    assert (status, answer["code"], answer["limit"]) == (429, "too_many", "handle.tell")
    hub.clock.now += limit.refill_ms
    assert (await line.request("GET", f"/v1/users/{alice.id}/handle"))[0] == 200


async def test_device_lists_are_looked_up_from_a_version_on(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    first = alice.list
    second = alice.next_list([*alice.devices, alice.new_device()])
    assert (await line.request("PUT", "/v1/account/device-list", {"value": text(second.encode())}))[0] == 200
    asked = {"label": f"u:{alice.user_uri}", "from_version": 0, "from_size": 0}
    for version, wanted in ((0, [first, second]), (1, [second]), (2, [])):
        _, answer = await line.request("POST", "/v1/keylog/lookup", asked | {"from_version": version})
        assert [raw(value) for value in answer["values"]] == [one.encode() for one in wanted]
    assert (await line.request("POST", "/v1/keylog/lookup", asked | {"from_version": -1}))[0] == 400


async def test_list_of_another_user_or_out_of_turn_is_refused(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    bob = await hub.register("bob")
    first = alice.list
    second = alice.next_list([*alice.devices, alice.new_device()])
    rival = DeviceList.sign(
        alice.user_uri, (*second.devices, alice.new_device().listed()), alice.account_private, previous=second
    )
    for value in (bob.list, bob.next_list([bob.device]), rival):
        status, answer = await line.request("PUT", "/v1/account/device-list", {"value": text(value.encode())})
        assert (status, answer["code"]) == (422, "device_list_refused")
    for _ in range(2):
        assert (await line.request("PUT", "/v1/account/device-list", {"value": text(second.encode())}))[0] == 200
    assert hub.removals.changed == [alice.user_uri]
    status, _ = await line.request("PUT", "/v1/account/device-list", {"value": text(first.encode())})
    assert status == 422


async def test_dropped_device_loses_session_and_proof_at_once(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    phone = alice.new_device()
    both = alice.next_list([alice.device, phone])
    await line.request("PUT", "/v1/account/device-list", {"value": text(both.encode())})
    lost = await connect(hub.http, phone)
    one = alice.next_list([alice.device])
    assert (await line.request("PUT", "/v1/account/device-list", {"value": text(one.encode())}))[0] == 200
    assert (await lost.request("GET", "/v1/blocks"))[0] == 401
    assert isinstance(decode_from_hub(await lost.ws.receive_bytes(timeout=60)), Closed)
    assert hub.removals.removed == [(alice.user_uri, (phone.client_uri,))]
    try:
        await connect(hub.http, phone)
    except AssertionError as err:
        assert "Closed" in str(err)
    else:
        raise AssertionError("a dropped device proved itself")
    assert (await line.request("GET", "/v1/blocks"))[0] == 200


async def test_blocks_are_private_and_end_contact(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    bob, other = await hub.join("bob")
    await hub.befriend(alice, bob)
    assert (await other.request("POST", f"/v1/users/{alice.id}/claim", {"suites": [1]}))[0] == 200
    assert (await line.request("PUT", f"/v1/blocks/{bob.id}"))[0] == 200
    assert (await line.request("PUT", f"/v1/blocks/{bob.id}"))[0] == 200
    assert (await line.request("GET", "/v1/blocks"))[1] == {"user_uris": [bob.user_uri]}
    assert (await other.request("GET", "/v1/blocks"))[1] == {"user_uris": []}
    nobody = await other.request("POST", f"/v1/users/{Person('x').id}/claim", {"suites": [1]})
    assert nobody[0] == 404
    assert await other.request("POST", f"/v1/users/{alice.id}/claim", {"suites": [1]}) == nobody
    assert await line.request("POST", f"/v1/users/{bob.id}/claim", {"suites": [1]}) == nobody
    assert (await line.request("DELETE", f"/v1/blocks/{bob.id}"))[0] == 200
    assert await other.request("POST", f"/v1/users/{alice.id}/claim", {"suites": [1]}) == nobody, "a block is no pause"
    assert (await line.request("PUT", f"/v1/blocks/{alice.id}"))[0] == 403
    assert (await line.request("PUT", f"/v1/blocks/{Person('x').id}"))[0] == 404
