# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The REST surface against its own document: `python -m tests.fuzz.api EXAMPLES`, so many for each route.

Requests are made from spec/openapi.json as the code generates it, valid ones and broken ones, and sent to a hub with an
account, a room and a blob, signed as a device or as the desk signs. Each answer must be one that the document has, of
its schema, and no bug. What fails is printed with the request.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
from base64 import b64decode
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from privity.identity.uris import id_of
from privity.wire import openapi, rest
from privity.wire.api import ROUTES, Caller
from privity.wire.errors import Code, ErrorBody
from tests.attacks.open_hub import OpenHub, open_hub, signed
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device

CHECKS: Final = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES: Final = 60
PATIENCE_S: Final = 20
SKIPPED: Final = {"/v1/socket": "a WebSocket (tests/attacks/test_any_bytes_to_the_socket.py)"}
T = TypeVar("T")


class Loop:
    """An event loop in a thread, for a hub that is asked from outside of it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        made: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return made.result(60)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Asker:
    """Somebody with a session, and the desk; and what is there to ask for."""

    def __init__(self, hub: OpenHub, device: Device, known: dict[str, str]) -> None:
        self.hub, self.device, self.known = hub, device, known
        self.base = f"http://127.0.0.1:{hub.port}"
        self.http = requests.Session()
        self.http.trust_env = False

    def ask(self, caller: Caller, arguments: dict[str, Any]) -> requests.Response:
        """One request as its caller signs it: over what really goes out."""
        prepared = self.http.prepare_request(requests.Request(**arguments))
        body = prepared.body or b""
        data = body.encode() if isinstance(body, str) else body
        assert isinstance(data, bytes)
        prepared.body = data
        prepared.headers["Content-Length"] = str(len(data))
        method, path = str(prepared.method), prepared.path_url
        if caller is Caller.DEVICE:
            prepared.headers.update(signed(self.device.line, method, path, data))
        elif caller is Caller.DESK:
            prepared.headers.update(self.hub.world.staff_headers(method, path, data))
        return self.http.send(prepared, timeout=PATIENCE_S, allow_redirects=False)


async def listen(device: Device) -> None:
    """As a device does, or the hub takes it for gone."""
    async for _ in device.line.ws:
        continue


@contextmanager
def asker(folder: Path) -> Iterator[Asker]:
    """A hub, and somebody who talks to a friend in a room, has a blob, and is the one who asks."""
    loop = Loop()
    opened = open_hub(folder)
    reading: list[asyncio.Task[None]] = []

    async def begin() -> Asker:
        hub = await opened.__aenter__()
        room, (anna, ben) = await room_of(hub.world, "anna", "ben")
        _, stored = await anna.line.request("POST", "/v1/blobs", data=b"ciphertext")
        await ben.call("POST", "/v1/key-packages", rest.PutKeyPackages([ben.package().key_package.encode()]), object)
        reading.append(asyncio.create_task(listen(anna)))
        known = {"id": id_of(room), "user": ben.person.id, "handle": "ben", "target": "ben", "table": "device"}
        return Asker(hub, anna, {**known, "sha256": b64decode(stored["sha256"]).hex()})

    found = loop.run(begin())
    try:
        yield found
        assert found.hub.bugs() == [], found.hub.bugs()
    finally:
        for task in reading:
            task.cancel()
        loop.run(opened.__aexit__(None, None, None))
        loop.close()


def check(asker: Asker, caller: Caller, case: schemathesis.Case[Any]) -> None:
    """Send one request, and hold the answer to the document."""
    arguments = case.as_transport_kwargs(base_url=asker.base)
    response = asker.ask(caller, arguments)
    if response.status_code >= 400 and response.headers["Content-Type"].startswith("application/json"):
        refused = msgspec.json.decode(response.content, type=ErrorBody)
        assert refused.code is not Code.INTERNAL, (case.method, case.path, response.text)
    case.validate_response(response, checks=CHECKS, excluded_checks=[not_a_server_error])


def one(asker: Asker, operation: schemathesis.APIOperation[Any, Any, Any, Any], caller: Caller, examples: int) -> None:
    """So many requests to one route; in half of them the path names what is there."""

    @seed(8)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=st.booleans())
    def run(case: schemathesis.Case[Any], known: bool) -> None:
        if known and case.path_parameters:
            case.path_parameters.update(
                {name: asker.known[name] for name in case.path_parameters if name in asker.known}
            )
        check(asker, caller, case)

    run()


def every(examples: int, say: Callable[[str], object]) -> int:
    """All routes; how many of them broke."""
    schema = schemathesis.openapi.from_dict(openapi.document())
    callers = {(route.method, route.path): route.caller for route in ROUTES}
    asked = broken = 0
    with tempfile.TemporaryDirectory() as folder, asker(Path(folder)) as found:
        for result in schema.get_all_operations():
            if isinstance(result, Err):
                raise result.err()
            operation = result.ok()
            name = f"{operation.method.upper()} {operation.path}"
            if operation.path in SKIPPED:
                say(f"{name}: left out, {SKIPPED[operation.path]}")
                continue
            asked += 1
            try:
                one(found, operation, callers[operation.method.upper(), operation.path], examples)
            except Exception as err:  # noqa: BLE001  # the next route is tried all the same
                broken += 1
                say(f"{name}: {type(err).__name__}: {err}")
    say(f"fuzz: {asked} routes, {examples} requests each, {broken} broken")
    return broken


def main(arguments: list[str]) -> int:
    examples = int(arguments[0]) if arguments else EXAMPLES
    return 1 if every(examples, lambda line: sys.stderr.write(f"{line}\n")) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
