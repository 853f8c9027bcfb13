# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Any bytes to any endpoint: a refusal by name, never a bug, and an honest pair still talks afterwards.

The routes are the router's own, so that a new one for which nothing is tried here fails the walk.
"""

from __future__ import annotations

import json
import os
import random
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from privity.identity.consent import Op
from privity.identity.report_key import ReportKey
from privity.identity.uris import id_of
from privity.message.report import WRAPPED_BYTES
from privity.server.app import SLICES, build_app
from privity.server.metrics.routes import metrics_app
from privity.wire import rest, socket
from privity.wire.errors import Code
from tests.attacks.open_hub import Heard, OpenHub, open_hub, request, say, signed, wire
from tests.server.contacts.people import signed_entry
from tests.server.core.people import HOST, NOW_MS, Person, key_package, text
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device

PROVE_BODIES = int(os.environ.get("PRIVITY_PROVE_BODIES", "2000"))
"""Bodies for each route at the full count."""
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")
NUMBERS = (-1, 0, 1 << 31, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 64, 10**40, -(10**40), 0.5, 1e308)
VALUES: tuple[Any, ...] = (None, True, "", "\0", "=", "A" * 3, "ÿ" * 9, "A" * 9000, [], {}, [[]], [None], *NUMBERS)
SHAPES = (b"", b"{", b"null", b"[]", b"{}", b"0", b'"x"', b"\xff\xfe", b"[" * 9999, b'{"a":' * 9999, b'{"\\ud800":1}')
HEADERS = (
    [("Content-Type", "application/x-www-form-urlencoded")],
    [("Content-Type", 'multipart/form-data; boundary="'), ("Content-Encoding", "gzip")],
    [("Content-Encoding", "deflate")],
    [("Content-Encoding", "br, zstd")],
    [("Expect", "100-continue")],
    [("Expect", "a miracle")],
    [("Range", "bytes=9-"), ("If-Range", '"x"')],
    [("If-Match", '"x"')],
    [("Upgrade", "websocket"), ("Connection", "upgrade"), ("Sec-WebSocket-Version", "12")],
    [("Upgrade", "h2c"), ("Connection", "Upgrade, HTTP2-Settings"), ("HTTP2-Settings", "")],
    [("Cookie", "a=b; " * 100), ("Accept", "text/html"), ("X-Forwarded-For", "'; --, \udcff%:")],
    [("Privity-Session", "\udcff"), ("Privity-Count", "٣"), ("Privity-Mac", "é" * 32)],
    [("Privity-Staff-Time", "9" * 15), ("Privity-Staff-Nonce", "0" * 32), ("Privity-Staff-Signature", "f" * 128)],
)
NO_REQUESTS = (
    b"\0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /v1/server HTTP/9.9\r\n\r\n",
    b"GET /v1/\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
    b"GET /v1/server HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
    b"GET /v1/server HTTP/1.1\r\nA: " + b"b" * 9000 + b"\r\n\r\n",
    b"GET /v1/server HTTP/1.1\r\nA\0: b\r\n\r\n",
    b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: -2\r\n\r\n{}",
    b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


class Walk:
    """Somebody with an account, a room and valid keys, and what they would say at each route if they were honest."""

    def __init__(self, hub: OpenHub, mallory: Device, other: Device, room: str, blob: str) -> None:
        self.hub = hub
        self.mallory = mallory
        self.room, self.blob, self.code = room, blob, "abcdefgh"
        self.target = other
        nonce, key = text(bytes(32)), text(bytes(32))
        opening = {"key": key, "device_id": "a" * 26, "nonce": nonce}
        listed = text(mallory.person.list.encode())
        packages = rest.PutKeyPackages([key_package(mallory.keys)], key_package(mallory.keys, last_resort=True))
        pending = mallory.pending(room, force_path=True)
        entry = {"entry": signed_entry(mallory.person, Op.REQUEST, other.user_uri, at_ms=NOW_MS)}
        frank = [key, 1, key, 1, text(bytes(64))]
        self.honest: dict[tuple[str, str], Any] = {
            ("POST", "/v1/accounts"): Person("walker").registration(),
            ("PUT", "/v1/account/device-list"): {"value": listed},
            ("POST", "/v1/account/letters"): {"client_uri": mallory.keys.client_uri, "letter": key},
            ("POST", "/v1/recovery/lists"): {"handle": "mallory"},
            ("POST", "/v1/recovery"): {"device_list": listed},
            ("POST", "/v1/resets"): {"code": "a" * 32, "device_list": listed},
            ("POST", "/v1/keylog/lookup"): {"label": f"u:{mallory.user_uri}", "from_version": 0, "from_size": 0},
            ("POST", "/v1/keylog/returns"): {"label": f"u:{mallory.user_uri}", "values": [listed]},
            ("POST", "/v1/keylog/own-returns"): {
                "handle": "mallory",
                "values": [listed],
                "client_uri": mallory.keys.client_uri,
                "signature": text(bytes(64)),
            },
            ("POST", "/v1/key-packages"): plain(packages),
            ("POST", "/v1/users/{id}/claim"): {"suites": [1, 3]},
            ("POST", "/v1/blobs"): None,
            ("PUT", "/v1/blocks/{id}"): None,
            ("POST", "/v1/links"): {"commitment": key},
            ("PUT", "/v1/links/{code}/answer"): {
                "nonce": nonce,
                "device_list": listed,
                "handle": "mallory",
                "intake_key": None,
            },
            ("PUT", "/v1/links/{code}/opening"): opening,
            ("PUT", "/v1/links/{code}/verdict"): {"opening": opening, "same": True},
            ("PUT", "/v1/links/{code}/outcome"): {"device_list": None},
            ("POST", "/v1/rooms/{id}/links"): {"hash": key, "expires_ms": hub.world.clock.now + 60_000},
            ("POST", "/v1/rooms/{id}/knocks"): {"link_id": key, "at_ms": 1, "mac": key, "signature": text(bytes(64))},
            ("PUT", "/v1/device/report-key"): {
                "key": text(ReportKey.sign(mallory.keys.client_uri, mallory.keys.private, 1, bytes(32)).encode())
            },
            ("POST", "/v1/rooms/{id}/reports"): {
                "sealed": key,
                "wrapped": [{"client_uri": mallory.keys.client_uri, "wrapped": text(bytes(WRAPPED_BYTES))}],
            },
            ("POST", "/v1/franks/attest"): {
                "room_uri": room,
                "franks": [
                    {
                        "sender_uri": mallory.user_uri,
                        "tag": key,
                        "ts_ms": NOW_MS,
                        "server_frank": key,
                        "ciphersuite": 1,
                        "signature": text(bytes(64)),
                    }
                ],
            },
            ("POST", "/v1/rooms"): plain(mallory.creation(mallory.new_group())),
            ("POST", "/v1/rooms/{id}/commit"): plain(mallory.body(pending)),
            ("POST", "/v1/rooms/{id}/leave"): None,
            ("POST", "/v1/rooms/{id}/broken"): plain(mallory.notice(room, 0, b"x")),
            ("POST", "/v1/contacts/requests"): entry,
            ("PUT", "/v1/contacts/{id}"): entry,
            ("POST", "/v1/contacts/codes"): {"code_hash": key, "purpose": "contact"},
            ("POST", "/v1/contacts/codes/find"): {"code_hash": key},
            ("POST", "/v1/contacts/codes/use"): {"code_hash": key, **entry},
            ("PUT", "/v1/profile"): {"name": "m", "bio": "", "picture": None, "listed": False},
            ("PUT", "/v1/account/age"): {"band": "adult"},
            ("PUT", "/v1/wards/{id}/asks/{asker}"): entry,
            ("PUT", "/v1/wards/{id}/age"): {"band": "minor", "adult_from_ms": None},
            ("POST", "/v1/rooms/{id}/invitations"): entry,
            ("PUT", "/v1/rooms/{id}/invitation"): entry,
            ("POST", "/v1/reports"): {"sealed": key},
            ("POST", "/staff/v1/keylog/lookup"): {"label": f"s:{HOST}", "from_version": 0, "from_size": 0},
            ("POST", "/staff/v1/reports/forget"): {"receipts": ["x"]},
            ("POST", "/staff/v1/verify"): {"reports": [[mallory.user_uri, mallory.user_uri, room, [frank]]]},
            ("POST", "/staff/v1/tell"): {"user_uri": mallory.user_uri, "text": "thank you"},
            ("POST", "/staff/v1/effects"): {
                "id": "0" * 32,
                "order": 1,
                "verb": "warn",
                "subject": other.user_uri,
                "params": {"decision": "D-1"},
            },
            ("POST", "/staff/v1/account"): {"user_uri": mallory.user_uri},
            ("POST", "/staff/v1/profile"): {"address": mallory.user_uri},
            ("POST", "/staff/v1/collect"): {
                "data_class": "account_state",
                "kind": "account",
                "identifier": mallory.user_uri,
                "key": key,
            },
            # Forms of people, tried in tests/server/notices.
            ("POST", "/notice"): None,
            ("POST", "/notice/status"): None,
            ("POST", "/notice/appeal"): None,
        }

    def honest_body(self, method: str, pattern: str) -> Any:
        """None where a route takes no JSON. A route that takes some and is not listed above was not thought of."""
        if method in ("POST", "PUT"):
            return self.honest[method, pattern]
        return None

    def path(self, pattern: str) -> str:
        known = id_of(self.room) if pattern.startswith("/v1/rooms") else self.target.person.id
        values = {"id": known, "code": self.code, "sha256": self.blob, "user": self.target.person.id, "table": "device"}
        return pattern.format(
            **values, handle="mallory", index=0, seq=1, target="mallory", asker=self.mallory.person.id
        )

    def headers(self, method: str, target: str, body: bytes, *, known: bool) -> dict[str, str]:
        """Of the desk on its own routes, of Mallory elsewhere; none for a stranger."""
        if not known:
            return {}
        if target.startswith("/staff/"):
            return self.hub.world.staff_headers(method, target, body)
        return signed(self.mallory.line, method, target, body)

    async def ask(
        self, method: str, target: str, body: bytes, extra: list[tuple[str, str]] | None = None, *, known: bool = True
    ) -> Heard:
        pairs = [*self.headers(method, target, body, known=known).items(), *(extra or [])]
        heard = await say(self.hub.port, request(method, target, pairs, body), head=method == "HEAD")
        heard.check((method, target, body[:80], extra, known), head=method == "HEAD")
        return heard

    async def still_stands(self) -> None:
        """Mallory's session does, so that what was tried was not tried as a stranger."""
        await self.mallory.send(socket.Submit(b"r" * 16, "nowhere", b""))
        assert isinstance(await self.mallory.until_answer(), socket.Refused)
        assert (await self.ask("GET", "/v1/rooms", b"")).status == 200


def plain(value: msgspec.Struct) -> Any:
    return json.loads(msgspec.json.encode(value))


def routes(hub: OpenHub) -> list[tuple[str, str]]:
    """(method, pattern) of everything that the application serves."""
    app = build_app(hub.world.context, (*SLICES, hub.world.parts))
    found = {(route.method, str(route.resource.canonical)) for route in app.router.routes() if route.resource}
    assert len(found) > 30
    return sorted(found)


async def walk_of(hub: OpenHub) -> tuple[Walk, Callable[[], Any]]:
    """Mallory's walk, and the honest pair that talks after it."""
    room, (anna, ben) = await room_of(hub.world, "anna", "ben")
    own, (mallory,) = await room_of(hub.world, "mallory")
    _, stored = await mallory.line.request("POST", "/v1/blobs", data=b"ciphertext")
    blob = msgspec.convert(stored, rest.BlobStored).sha256.hex()
    heard = 0

    async def still_talks() -> None:
        nonlocal heard
        heard += 1
        for one, other in ((anna, ben), (ben, anna)):
            await one.say(room, b"still here")
            assert await other.hear(heard) == [b"still here"] * heard
        assert hub.bugs() == []

    return Walk(hub, mallory, ben, own, blob), still_talks


def mutated(honest: Any, chosen: random.Random) -> bytes:
    """The honest body with one thing wrong, or right as it is."""
    value = dict(honest)
    name = chosen.choice(list(value))
    match chosen.randrange(6):
        case 0:
            del value[name]
        case 1:
            value["unknown"] = chosen.choice(VALUES)
        case 2:
            raw = bytearray(json.dumps(value).encode())
            raw[chosen.randrange(len(raw))] ^= 1 << chosen.randrange(8)
            return bytes(raw)
        case 3 if isinstance(value[name], str) and len(value[name]) > 4:
            at = chosen.randrange(len(value[name]) - 4)
            value[name] = value[name][:at] + "AAAA" + value[name][at + 4 :]
        case 4 if isinstance(value[name], list):
            value[name] = [chosen.choice(VALUES)] * chosen.choice((1, 5, 300))
        case _:
            value[name] = chosen.choice(VALUES)
    return json.dumps(value).encode()


def bodies(honest: Any, chosen: random.Random, count: int) -> list[bytes]:
    made = [chosen.randbytes(chosen.randrange(200)) for _ in range(count)]
    if honest is not None:
        made += [mutated(honest, chosen) for _ in range(count)]
        fields = [name for name in honest if isinstance(honest[name], int | list)]
        made += [json.dumps({**honest, name: value}).encode() for name in fields for value in NUMBERS]
        made += [json.dumps({**honest, name: [value]}).encode() for name in fields for value in NUMBERS]
    return [*SHAPES, *made]


async def try_bodies(hub: OpenHub, seed: int, count: int) -> None:
    walk, still_talks = await walk_of(hub)
    chosen = random.Random(seed)
    for method, pattern in routes(hub):
        if method == "HEAD":
            continue
        for known in (True, False):
            for body in bodies(walk.honest_body(method, pattern), chosen, count if known else 2):
                await walk.ask(method, walk.path(pattern), body, known=known)
        await still_talks()
        await walk.still_stands()


async def test_any_body_at_every_route_is_answered_by_name(hub: OpenHub) -> None:
    await try_bodies(hub, seed=1, count=8)


@pytest.mark.prove
async def test_any_body_at_every_route_is_answered_by_name_at_the_full_count(hub: OpenHub) -> None:
    await try_bodies(hub, seed=2, count=PROVE_BODIES)


async def test_any_header_and_any_method_at_every_route_is_answered_by_name(hub: OpenHub) -> None:
    walk, still_talks = await walk_of(hub)
    for method, pattern in routes(hub):
        path = walk.path(pattern)
        for known in (True, False):
            for extra in HEADERS:
                await walk.ask(method, path, b"{}", extra, known=known)
            for other in METHODS:
                await walk.ask(other, path, b"", known=known)
        await still_talks()
        await walk.still_stands()


async def test_any_path_and_query_is_answered_by_name(hub: OpenHub) -> None:
    walk, still_talks = await walk_of(hub)
    for _, pattern in routes(hub):
        path = walk.path(pattern)
        for target in (
            path + "/",
            path + "%00",
            path.replace("/v1", "/v1/%2e%2e/v1"),
            path.replace("/v1/", "/v1%2F"),
            path.replace("/v1/", "//v1///"),
            path[:-1] + "%ff",
            path + ";a=b",
            f"{path}?from=-1&from=%00&{'a=b&' * 500}",
            f"{path}?from=9999999999999999",
            f"{path}?from=999999999999999",
            f"{path}?%ed%a0%80=%",
            f"http://elsewhere.example:1{path}",
        ):
            for method in ("GET", "PUT"):
                await walk.ask(method, target, b"")
                await walk.ask(method, target, b"", known=False)
        await still_talks()
        await walk.still_stands()


async def test_no_path_without_a_session_reaches_a_route_that_needs_one(hub: OpenHub) -> None:
    """The layer that asks for the session and the router read one path: no spelling is public to one alone."""
    walk, still_talks = await walk_of(hub)
    for prefix in ("/staff/v1", "/v1/server", f"/v1/links/{walk.code}", "/v1/socket"):
        for way in (
            "/../../v1/rooms",
            "/%2e%2e/%2e%2e/v1/rooms",
            "/..%2f..%2fv1/rooms",
            "%2f..%2f../v1/rooms",
            "\\..\\rooms",
        ):
            heard = await walk.ask("GET", prefix + way, b"", known=False)
            assert heard.error.code in (Code.UNAUTHENTICATED, Code.NOT_FOUND, Code.MALFORMED)
    heard = await walk.ask("GET", "/v1/%72ooms", b"", known=False)
    assert heard.error.code is Code.UNAUTHENTICATED
    await still_talks()


@pytest.mark.parametrize("data", NO_REQUESTS, ids=range(len(NO_REQUESTS)))
async def test_what_is_no_request_is_refused_by_name_and_not_repeated(hub: OpenHub, data: bytes) -> None:
    for port in (hub.port, hub.metrics_port):
        async with wire(port) as connection:
            await connection.send(data)
            heard = await connection.answer()
            assert (heard.status, heard.error.code) == (400, Code.MALFORMED)
            assert b"expected an HTTP/1.1 request" in heard.body
            assert await connection.ended()


async def test_random_bytes_are_refused_by_name(hub: OpenHub) -> None:
    chosen = random.Random(3)
    for _ in range(100):
        heard = await say(hub.port, chosen.randbytes(chosen.randrange(1, 300)).replace(b"\n", b"") + b"\r\n\r\n")
        assert (heard.status, heard.error.code) == (400, Code.MALFORMED)


async def test_bodies_of_another_length_than_they_say_are_refused_or_forgotten(hub: OpenHub) -> None:
    walk, still_talks = await walk_of(hub)
    for method, pattern in routes(hub):
        if method not in ("POST", "PUT"):
            continue
        path = walk.path(pattern)
        for known in (True, False):
            headers = walk.headers(method, path, b"{}", known=known)
            chunked = request(method, path, {**headers, "Transfer-Encoding": "chunked"}, b"2\r\n{}\r\n0\r\n\r\n")
            heard = await say(hub.port, chunked)
            assert heard.error.code in (Code.MALFORMED, Code.UNAUTHENTICATED), (method, path)
            heard = await say(hub.port, request(method, path, {**headers, "Content-Length": str(1 << 40)}))
            assert heard.error.code in (Code.TOO_LARGE, Code.UNAUTHENTICATED), (method, path)
            async with wire(hub.port) as connection:
                await connection.send(request(method, path, {**headers, "Content-Length": "9"}, b"{}"))
            async with wire(hub.port) as connection:
                await connection.send(request(method, path, {**headers, "Content-Length": "9"}, b"{}"))
                connection.writer.write_eof()
                heard = await connection.answer()
                assert heard.status == 0 or heard.error.code is not Code.INTERNAL, (method, path)
    await still_talks()


async def test_headers_of_a_session_that_stand_twice_or_are_missing_open_nothing(hub: OpenHub) -> None:
    walk, still_talks = await walk_of(hub)
    for name in ("Privity-Session", "Privity-Count", "Privity-Mac"):
        good = walk.headers("GET", "/v1/rooms", b"", known=True)
        without = {other: value for other, value in good.items() if other != name}
        heard = await say(hub.port, request("GET", "/v1/rooms", without))
        assert heard.error.code is Code.UNAUTHENTICATED
        wrong_first = [(name, "0"), *good.items()]
        heard = await say(hub.port, request("GET", "/v1/rooms", wrong_first))
        assert heard.error.code is Code.UNAUTHENTICATED
        joined = {**good, name: f"{good[name]}, {good[name]}"}
        heard = await say(hub.port, request("GET", "/v1/rooms", joined))
        assert heard.error.code is Code.UNAUTHENTICATED
    await still_talks()


async def test_a_packed_body_is_not_unpacked(hub: OpenHub) -> None:
    """30 KiB that would be 30 MiB; and bytes that are not packed at all."""
    for encoding, body in (("deflate", zlib.compress(bytes(30 << 20))), ("gzip", b"no"), ("identity", b"{}")):
        heard = await say(hub.port, request("POST", "/v1/accounts", {"Content-Encoding": encoding}, body))
        assert heard.error.code is Code.MALFORMED
        assert "Content-Encoding" in heard.error.message


async def test_a_part_of_a_blob_is_not_served(hub: OpenHub) -> None:
    walk, _ = await walk_of(hub)
    for path in (f"/v1/blobs/{walk.blob}", f"/staff/v1/blobs/{walk.blob}"):
        assert (await walk.ask("GET", path, b"")).body == b"ciphertext"
        for name in ("Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"):
            heard = await walk.ask("GET", path, b"", [(name, "bytes=2-5")])
            assert heard.error.code is Code.MALFORMED


async def test_the_metrics_listener_answers_anything_by_name(hub: OpenHub) -> None:
    app = metrics_app(hub.world.context)
    patterns = {route.resource.canonical for route in app.router.routes() if route.resource}
    assert patterns == {"/metrics", "/health"}
    for path in ("/metrics", "/metrics/", "/metrics%00", "//metrics", "/health", "/health/", "/v1/rooms", "*"):
        for method in METHODS:
            for extra in HEADERS:
                heard = await say(hub.metrics_port, request(method, path, extra, b"{}"), head=method == "HEAD")
                heard.check((method, path, extra), head=method == "HEAD")
                assert heard.status != 200 or path in ("/metrics", "/health")


async def test_a_bug_below_the_routes_is_named_and_says_nothing_of_what_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> web.UrlMappingMatchInfo:
        raise RuntimeError("secret words of a caller")

    async with open_hub(tmp_path) as hub:
        with monkeypatch.context() as here:
            here.setattr(web.UrlDispatcher, "resolve", broken)
            heard = await say(hub.port, request("GET", "/v1/server", {}))
        assert (heard.status, heard.error.code) == (500, Code.INTERNAL)
        assert len(hub.bugs()) == 1
        assert "RuntimeError" in hub.bugs()[0]
        assert "secret" not in hub.log.read_text()
        assert (await say(hub.port, request("GET", "/v1/server", {}))).status == 200
