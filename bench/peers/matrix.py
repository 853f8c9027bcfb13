# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A thin Matrix client (client-server API, v3) for loading a homeserver on loopback: it looks for marks alone.

Everybody reads by `/sync` that waits, as Matrix clients do. What is sent is an event of type m.room.encrypted: to
devices, where one request to many carries a copy for each, or to a room.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from bench.contest import BODY
from bench.errors import CannotRun
from bench.load import Acknowledged, Delivered, Heard, Message
from bench.peers.overlooked import Overlooked

API: Final = "/_matrix/client/v3"
REGISTER: Final = "/_synapse/admin/v1/register"
TYPE: Final = "m.room.encrypted"
MARK: Final = re.compile(rb'"ciphertext":\s*"([0-9a-f]{16}):')
PASSWORD: Final = "load"  # noqa: S105  # of invented people on loopback
ANSWER_S: Final = 120.0
WAIT_MS: Final = 600_000
FILTER: Final = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "timeline": {"limit": 1000},  # a smaller one leaves out messages where many come at once
            "state": {"lazy_load_members": True},
            "ephemeral": {"types": []},
            "account_data": {"types": []},
        },
    }
)

Json = Mapping[str, Any]


class MatrixLine:
    """A device of an account of its own."""

    __slots__ = ("_heard", "_http", "_listening", "_overlooked", "_since", "_tasks", "_wait_ms", "name")

    def __init__(self, http: ClientSession, name: str) -> None:
        self.name = name
        """The id of the user."""
        self._http = http
        self._overlooked: Overlooked | None = None
        self._listening: asyncio.Task[None] | None = None
        self._heard: asyncio.Queue[Sequence[Heard] | CannotRun] = asyncio.Queue()
        self._since = ""
        self._wait_ms = WAIT_MS
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, http: ClientSession, user: str, shared_secret: str) -> MatrixLine:
        """Register by the secret that homeserver and operator share, and log in. Raises CannotRun."""
        line = cls(http, "")
        nonce = (await line.ask("GET", REGISTER))["nonce"]
        words = b"\0".join(word.encode() for word in (nonce, user, PASSWORD, "notadmin"))
        mac = hmac.new(shared_secret.encode(), words, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": user, "password": PASSWORD, "admin": False, "mac": mac}
        await line.ask("POST", REGISTER, body)
        identifier = {"type": "m.id.user", "user": user}
        login = {"type": "m.login.password", "identifier": identifier, "password": PASSWORD, "device_id": "load"}
        found = await line.ask("POST", f"{API}/login", login)
        line.name = found["user_id"]
        http.headers["Authorization"] = f"Bearer {found['access_token']}"
        return line

    async def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """The answer to a request. Raises CannotRun."""
        return dict(json.loads(await self._raw(method, path, b"" if body is None else json.dumps(body).encode())))

    async def _raw(
        self, method: str, path: str, body: bytes = b"", parameters: Mapping[str, str] | None = None
    ) -> bytes:
        try:
            patience = ClientTimeout(total=ANSWER_S + (WAIT_MS / 1000 if parameters else 0))
            async with self._http.request(
                method, path, data=body or None, params=parameters, timeout=patience
            ) as response:
                raw = await response.read()
        except (ClientError, OSError) as err:
            raise CannotRun(f"{method} {path}: {type(err).__name__}: {err}") from None
        if response.status != 200:
            raise CannotRun(f"{method} {path}: status {response.status}: {raw.decode(errors='replace')[:200]}")
        return raw

    async def listen(self, overlooked: Overlooked | None = None) -> None:
        """Take what is there already for known, and hear what comes from now on. Raises CannotRun."""
        await self._sync(0)
        self._overlooked = overlooked
        self.ask_again()

    def ask_again(self) -> None:
        """Give up the request that waits, for one that differs: equal ones would get the same answer."""
        if self._listening is not None:
            self._listening.cancel()
        self._wait_ms += 1
        self._listening = self._start(self._listen())

    async def _sync(self, wait_ms: int) -> list[bytes]:
        asked = {"timeout": str(wait_ms), "filter": FILTER} | ({"since": self._since} if self._since else {})
        raw = await self._raw("GET", f"{API}/sync", parameters=asked)
        self._since = json.loads(raw)["next_batch"]
        return MARK.findall(raw)

    async def _listen(self) -> None:
        while True:
            marks = await self._sync(self._wait_ms)
            if self._overlooked is not None:
                for mark in marks:
                    self._overlooked.heard(self.name, mark)
            self._heard.put_nowait([Delivered(mark) for mark in marks])

    async def send(self, frame: bytes) -> None:
        """The answer is the acknowledgement, and is heard."""
        path, _, body = frame.partition(b"\n")
        self._start(self._put(path.decode(), body))

    async def _put(self, path: str, body: bytes) -> None:
        await self._raw("PUT", path, body)
        if self._overlooked is not None:
            for name in json.loads(body)["messages"]:
                self._overlooked.stored(name, path.rpartition("/")[2].encode())
        self._heard.put_nowait((Acknowledged(),))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (err := task.exception()) is not None:
            self._heard.put_nowait(err if isinstance(err, CannotRun) else CannotRun(f"{type(err).__name__}: {err}"))

    async def hear(self) -> Sequence[Heard] | None:
        found = await self._heard.get()
        if isinstance(found, CannotRun):
            raise found
        return found

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.close()


async def make_room(creator: MatrixLine, others: Sequence[MatrixLine]) -> str:
    """A private room that all of them are in; its id. Raises CannotRun."""
    invited = [other.name for other in others]
    made = await creator.ask("POST", f"{API}/createRoom", {"preset": "private_chat", "invite": invited})
    for other in others:
        await other.ask("POST", f"{API}/join/{made['room_id']}", {})
    return str(made["room_id"])


def to_room(room_id: str) -> Message:
    """The words that the hub carries, marked at their beginning, as an event of a room."""
    return _message(lambda mark: f"rooms/{room_id}/send/{TYPE}/{mark}", lambda content: content)


def to_devices(people: Sequence[str]) -> Message:
    """The same to all devices of these people: a copy for each."""
    return _message(
        lambda mark: f"sendToDevice/{TYPE}/{mark}",
        lambda content: {"messages": {user_id: {"*": content} for user_id in people}},
    )


def _message(path: Callable[[str], str], body: Callable[[Json], Json]) -> Message:
    mark = secrets.token_hex(8)
    content = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": f"{mark}:{BODY}"}
    return Message(f"{API}/{path(mark)}\n{json.dumps(body(content))}".encode(), mark.encode())
