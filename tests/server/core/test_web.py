# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever comes in, what goes out is an ErrorBody by name: no traceback, no 500, no words of a caller in the log."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privity.server.logs import open_log
from privity.wire.errors import STATUS, Code, ErrorBody
from tests.server.core.conftest import Hub
from tests.server.core.people import Line, Person

HOSTILE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["handle", "device_list", "invite", "value", "key_packages", "last_resort", "suites", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=8,
)
BODY = st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode())


def endpoints(person: Person) -> list[tuple[str, str]]:
    return [
        ("GET", "/v1/server"),
        ("GET", "/v1/handles/alice"),
        ("GET", f"/v1/users/{person.id}/handle"),
        ("PUT", "/v1/account/device-list"),
        ("POST", "/v1/recovery/lists"),
        ("POST", "/v1/recovery"),
        ("POST", "/v1/resets"),
        ("POST", "/v1/keylog/lookup"),
        ("GET", "/v1/keylog/checkpoint"),
        ("GET", "/v1/keylog/consistency"),
        ("GET", "/v1/keylog/audit/0"),
        ("GET", "/v1/keylog/evidence"),
        ("POST", "/v1/key-packages"),
        ("GET", "/v1/key-packages"),
        ("POST", f"/v1/users/{person.id}/claim"),
        ("POST", "/v1/blobs"),
        ("GET", "/v1/blobs/" + "00" * 32),
        ("GET", "/v1/blocks"),
        ("PUT", f"/v1/blocks/{person.id}"),
        ("DELETE", f"/v1/blocks/{person.id}"),
        ("GET", "/v1/socket"),
        ("PATCH", "/v1/blocks"),
        ("GET", "/v1/nothing"),
    ]


def is_named(status: int, answer: object) -> bool:
    if status < 400:
        return True
    error = msgspec.convert(answer, ErrorBody)
    return STATUS[error.code] == status and error.code is not Code.INTERNAL


async def test_bad_bytes_at_every_endpoint_are_refused_by_name(hub: Hub) -> None:
    person, line = await hub.join("alice")

    async def attack(line: Line, data: bytes) -> None:
        for method, path in endpoints(person):
            hub.clock.now += 3_600_000
            status, answer = await line.request(method, path, data=data)
            assert is_named(status, answer), (method, path, data)
        async with hub.http.post("/v1/accounts", data=data) as response:
            assert is_named(response.status, await response.json()), data

    for data in (
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 9999,
        b'{"suites":[1e999]}',
        b'{"value":"="}',
    ):
        await attack(line, data)

    examples: list[bytes] = []
    given(BODY)(HOSTILE(lambda data: examples.append(data)))()
    for data in examples:
        await attack(line, data)


async def test_bad_headers_are_refused_by_name(hub: Hub) -> None:
    _, line = await hub.join("alice")
    good = line.headers("GET", "/v1/blocks", 1, b"")
    for name in good:
        for value in ("", "0" * 64, "é", "-1", "9" * 400, "1e3"):
            status, answer = await line.raw("GET", "/v1/blocks", b"", good | {name: value})
            assert status == 401 and is_named(status, answer), (name, value)


async def test_body_without_length_and_too_long_is_refused(hub: Hub) -> None:
    _, line = await hub.join("alice")
    headers = line.headers("POST", "/v1/key-packages", 1, b"")

    async def chunks() -> object:
        yield b"x"

    async with hub.http.post("/v1/key-packages", data=chunks(), headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["code"] == "malformed"
    status, answer = await line.request("POST", "/v1/key-packages", data=bytes(5 << 20))
    assert (status, answer["code"]) == (413, "too_large")
    async with hub.http.post("/v1/accounts", data=bytes(70_000)) as response:
        assert response.status == 413


async def test_bug_tells_the_caller_and_the_log_nothing_of_what_came(hub: Hub, tmp_path: Path) -> None:
    _, line = await hub.join("alice")
    with open_log(tmp_path / "logs" / "hub.log"):
        status, answer = await line.request("GET", "/v1/bug")
    assert (status, answer) == (500, {"code": "internal", "message": "a bug of the hub; nothing was acknowledged"})
    lines = (tmp_path / "logs" / "hub.log").read_text().splitlines()
    assert len(lines) == 1
    logged = json.loads(lines[0])
    assert logged["error"] == "RuntimeError"
    assert "conftest.py" in logged["where"][-1]
    assert "secret" not in lines[0]


async def test_request_limit_of_a_device_is_named(hub: Hub) -> None:
    _, line = await hub.join("alice")
    answers = [await line.request("GET", "/v1/blocks") for _ in range(605)]
    assert [status for status, _ in answers].count(429) == 5
    assert answers[-1][1]["limit"] == "request"
