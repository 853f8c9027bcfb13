# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A session is a proven connection: what a thief of its name, its traffic or its challenge can do is nothing."""

from __future__ import annotations

import asyncio

from aiohttp import ClientWebSocketResponse
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.mls.crypto import sign_with_label
from privity.server.sessions.model import CountWindow
from privity.wire.errors import Code, Refusal
from privity.wire.session import COUNT_HEADER, COUNT_WINDOW, MAC_HEADER, SESSION_HEADER, SESSION_LABEL, session_tbs
from privity.wire.socket import Ack, Closed, Prove, Ready, decode_from_hub, encode
from tests.server.core.conftest import Hub
from tests.server.core.people import SUITE, Person, challenged, connect, proof


async def closed_with(ws: ClientWebSocketResponse) -> Code:
    frame = decode_from_hub(await ws.receive_bytes(timeout=60))
    assert isinstance(frame, Closed), frame
    return frame.code


async def test_proven_device_gets_answers(hub: Hub) -> None:
    _, line = await hub.join("alice")
    status, answer = await line.request("GET", "/v1/blocks")
    assert (status, answer) == (200, {"user_uris": []})


async def test_no_headers_is_unauthenticated_even_for_unknown_paths(hub: Hub) -> None:
    for path in ("/v1/blocks", "/v1/no-such-thing", "/"):
        async with hub.http.get(path) as response:
            assert response.status == 401
            assert (await response.json())["code"] == "unauthenticated"


async def test_stolen_session_name_without_key_opens_nothing(hub: Hub) -> None:
    _, line = await hub.join("alice")
    headers = line.headers("GET", "/v1/blocks", 1, b"")
    headers[MAC_HEADER] = "00" * 32
    status, answer = await line.raw("GET", "/v1/blocks", b"", headers)
    assert (status, answer["code"]) == (401, "unauthenticated")
    del headers[MAC_HEADER]
    assert (await line.raw("GET", "/v1/blocks", b"", headers))[0] == 401
    assert (await line.request("GET", "/v1/blocks"))[0] == 200, "a thief's guess burns no counter"


async def test_replayed_counter_is_refused(hub: Hub) -> None:
    _, line = await hub.join("alice")
    headers = line.headers("GET", "/v1/blocks", 7, b"")
    assert (await line.raw("GET", "/v1/blocks", b"", headers))[0] == 200
    status, answer = await line.raw("GET", "/v1/blocks", b"", headers)
    assert (status, answer["code"]) == (401, "replayed")


async def test_overtaken_counter_is_taken_once_within_the_window(hub: Hub) -> None:
    _, line = await hub.join("alice")
    for count, expected in ((5000, 200), (4999, 200), (4999, 401), (5000 - COUNT_WINDOW, 401), (4001, 200)):
        status, _ = await line.raw("GET", "/v1/blocks", b"", line.headers("GET", "/v1/blocks", count, b""))
        assert status == expected, count


async def test_altered_body_path_method_and_counter_are_refused(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    bob = await hub.register("bob")
    await hub.befriend(alice, bob)
    body = b'{"suites":[1]}'
    path = f"/v1/users/{bob.id}/claim"
    good = line.headers("POST", path, 9, body)
    for method, where, sent, headers in (
        ("POST", path, body + b" ", good),
        ("POST", path + "?x=1", body, good),
        ("PUT", path, body, good),
        ("POST", path, body, good | {COUNT_HEADER: "10"}),
        ("POST", path, body, good | {COUNT_HEADER: "-1"}),
        ("POST", path, body, good | {MAC_HEADER: good[MAC_HEADER].upper()}),
        ("POST", path, body, good | {SESSION_HEADER: line.session[:-1] + "x"}),
    ):
        status, answer = await line.raw(method, where, sent, headers)
        assert (status, answer["code"]) == (401, "unauthenticated"), (method, where)
    assert (await line.raw("POST", path, body, good))[0] == 200


async def test_proof_for_another_connection_is_refused(hub: Hub) -> None:
    person = await hub.register("alice")
    first, challenge = await challenged(hub.http)
    second, _ = await challenged(hub.http)
    stolen = encode(proof(person.device, challenge, X25519PrivateKey.generate()))
    await second.send_bytes(stolen)
    assert await closed_with(second) is Code.UNAUTHENTICATED
    await first.send_bytes(stolen)
    assert isinstance(decode_from_hub(await first.receive_bytes(timeout=60)), Ready)


async def test_proof_with_another_share_host_or_key_is_refused(hub: Hub) -> None:
    person = await hub.register("alice")
    other = Person("mallory")
    for bend in ("share", "host", "key", "low order"):
        ws, challenge = await challenged(hub.http)
        own = X25519PrivateKey.generate()
        frame = proof(person.device, challenge, own, "other.example" if bend == "host" else "hub.example")
        if bend == "share":
            frame = Prove(
                frame.client_uri, X25519PrivateKey.generate().public_key().public_bytes_raw(), frame.signature
            )
        if bend == "key":
            frame = Prove(frame.client_uri, frame.share, proof(other.device, challenge, own).signature)
        if bend == "low order":
            tbs = session_tbs("hub.example", challenge.nonce, challenge.share, bytes(32), frame.client_uri)
            signature = sign_with_label(SUITE, person.device.private, SESSION_LABEL.encode(), tbs)
            frame = Prove(frame.client_uri, bytes(32), signature)
        await ws.send_bytes(encode(frame))
        assert await closed_with(ws) is Code.UNAUTHENTICATED, bend
        await ws.close()
    assert len(hub.context.sessions) == 0
    async with asyncio.timeout(60):
        while hub.context.sessions.pending:
            await asyncio.sleep(0.01)


async def test_device_that_is_in_no_list_is_refused_with_the_same_words(hub: Hub) -> None:
    person = await hub.register("alice")
    words = set()
    for device in (Person("stranger").device, person.new_device()):
        ws, challenge = await challenged(hub.http)
        await ws.send_bytes(encode(proof(device, challenge, X25519PrivateKey.generate())))
        words.add(await ws.receive_bytes(timeout=60))
    ws, challenge = await challenged(hub.http)
    frame = proof(person.device, challenge, X25519PrivateKey.generate())
    await ws.send_bytes(encode(Prove(frame.client_uri, frame.share, bytes(64))))
    words.add(await ws.receive_bytes(timeout=60))
    assert len(words) == 1


async def test_anything_but_a_proof_ends_the_connection(hub: Hub) -> None:
    for data in (b"", b"\xc1", b"\x93\x02\x01\x02", encode(Ack({}, 0)), b"\x91" * 5000):
        ws, _ = await challenged(hub.http)
        await ws.send_bytes(data)
        assert await closed_with(ws) is Code.MALFORMED
    ws, _ = await challenged(hub.http)
    await ws.send_str("hello")
    assert await closed_with(ws) is Code.MALFORMED


async def test_session_ends_with_its_connection(hub: Hub) -> None:
    _, line = await hub.join("alice")
    await line.ws.close()
    assert (await line.request("GET", "/v1/blocks"))[0] == 401
    assert len(hub.context.sessions) == 0


async def test_new_connection_does_not_wait_for_a_dead_one(hub: Hub) -> None:
    person, first = await hub.join("alice")
    session = hub.context.sessions.named(first.session)
    assert session is not None

    async def never(code: Code, message: str) -> None:
        await asyncio.Event().wait()

    session.close = never
    async with asyncio.timeout(60):
        second = await connect(hub.http, person.device)
    assert (await second.request("GET", "/v1/blocks"))[0] == 200
    hub.context.sessions.forget_closing()


async def test_second_connection_of_a_device_ends_the_first(hub: Hub) -> None:
    person, first = await hub.join("alice")
    second = await connect(hub.http, person.device)
    assert await closed_with(first.ws) is Code.UNAUTHENTICATED
    assert (await first.request("GET", "/v1/blocks"))[0] == 401
    assert (await second.request("GET", "/v1/blocks"))[0] == 200
    assert len(hub.context.sessions) == 1


def test_counters_agree_with_a_plain_set() -> None:
    import random

    seeded, window, taken, highest = random.Random(2026), CountWindow(), set(), -1
    for _ in range(20_000):
        count = max(0, highest + seeded.randint(-1100, 40))
        if seeded.random() < 0.001:
            count += 3000
        fresh = count not in taken and count > highest - COUNT_WINDOW
        try:
            window.take(count)
        except Refusal:
            assert not fresh
        else:
            assert fresh
            taken.add(count)
            highest = max(highest, count)


async def test_session_and_line_show_nothing(hub: Hub) -> None:
    _, line = await hub.join("alice")
    session = hub.context.sessions.named(line.session)
    assert repr(session) == "<Session>"
    assert repr(hub.context.keys) == "<HubKeys>"
