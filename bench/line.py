# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One device's connection to a hub, as thin as a load generator wants it: proof, requests with their MAC, frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bench.errors import CannotRun
from bench.load import Acknowledged, Delivered, Heard
from bench.people import MARK_BYTES, SUITE, Person
from privity.mls.crypto import sign_with_label
from privity.wire.rest import Answer, Body
from privity.wire.session import (
    COUNT_HEADER,
    MAC_HEADER,
    SESSION_HEADER,
    SESSION_LABEL,
    request_key,
    request_mac,
    session_tbs,
)
from privity.wire.socket import (
    MAX_FRAME,
    Accepted,
    BadFrame,
    Challenge,
    Closed,
    Event,
    EventKind,
    FromHub,
    Prove,
    Ready,
    Refused,
    decode_from_hub,
    encode,
)

A = TypeVar("A", bound=Answer)
F = TypeVar("F", bound=FromHub)

ANSWER_S = 30.0


class Line:
    """A proven device. Read its frames with `receive`; nothing else reads them."""

    __slots__ = ("_count", "_http", "_key", "_session", "_ws", "last", "person")

    def __init__(
        self, person: Person, http: ClientSession, ws: ClientWebSocketResponse, session: str, key: bytes
    ) -> None:
        self.person = person
        self._http = http
        self._ws = ws
        self._session = session
        self._key = key
        self._count = 0
        self.last: Event | None = None
        """The newest message that was delivered."""

    @property
    def name(self) -> str:
        return self.person.client_uri

    @classmethod
    async def open(cls, http: ClientSession, host: str, person: Person) -> Line:
        """Prove the device on a new socket. Raises CannotRun."""
        ws = await http.ws_connect("/v1/socket", max_msg_size=MAX_FRAME)
        challenge = await _expect(ws, Challenge)
        own = X25519PrivateKey.generate()
        share = own.public_key().public_bytes_raw()
        tbs = session_tbs(host, challenge.nonce, challenge.share, share, person.client_uri)
        signature = sign_with_label(SUITE, person.identity.signature_private, SESSION_LABEL.encode(), tbs)
        await ws.send_bytes(encode(Prove(person.client_uri, share, signature)))
        ready = await _expect(ws, Ready)
        key = request_key(own, challenge.share, challenge.nonce, ready.session)
        return cls(person, http, ws, ready.session, key)

    async def post(self, path: str, body: Body, answer: type[A]) -> A:
        """A request under the session's MAC. Raises CannotRun."""
        return await self._request("POST", path, body, answer)

    async def put(self, path: str, body: Body, answer: type[A]) -> A:
        """As `post`."""
        return await self._request("PUT", path, body, answer)

    async def _request(self, method: str, path: str, body: Body, answer: type[A]) -> A:
        self._count += 1
        data = msgspec.json.encode(body)
        headers = {
            SESSION_HEADER: self._session,
            COUNT_HEADER: str(self._count),
            MAC_HEADER: request_mac(self._key, method, path, self._count, data).hex(),
        }
        async with self._http.request(method, path, data=data, headers=headers) as response:
            raw = await response.read()
        return read_answer(method, path, response.status, raw, answer)

    async def send(self, frame: bytes) -> None:
        await self._ws.send_bytes(frame)

    async def receive(self) -> FromHub | None:
        """The next frame; None when the connection has ended. Raises CannotRun when the hub closes it by name."""
        message = await self._ws.receive()
        if message.type is not WSMsgType.BINARY:
            return None
        try:
            frame = decode_from_hub(message.data)
        except BadFrame as err:
            raise CannotRun(str(err)) from None
        if isinstance(frame, Closed):
            raise CannotRun(f"the hub closed a connection: {frame.code}: {frame.message}")
        return frame

    async def hear(self) -> Sequence[Heard] | None:
        """The next frame as a load takes it. Raises CannotRun, also when a message is refused."""
        match await self.receive():
            case None:
                return None
            case Event(kind=EventKind.APPLICATION) as event:
                self.last = event
                return (Delivered(event.message[-MARK_BYTES:]),)
            case Accepted():
                return (Acknowledged(),)
            case Refused(code=code, message=message):
                raise CannotRun(f"a message was refused: {code}: {message}")
            case _:
                return ()  # commits and inbox events of the rooms' making

    async def expect(self, kind: type[F]) -> F:
        """Read until a frame of this kind comes."""
        while not isinstance(frame := await self.receive(), kind):
            if frame is None:
                raise CannotRun(f"a connection ended before its {kind.__name__}")
        return frame

    async def close(self) -> None:
        await self._ws.close()


def read_answer(method: str, path: str, status: int, raw: bytes, kind: type[A]) -> A:
    """The answer's body, or CannotRun with what the hub said."""
    if status != 200:
        raise CannotRun(f"{method} {path}: status {status}: {raw.decode(errors='replace')[:200]}")
    return msgspec.json.decode(raw, type=kind)


async def _expect(ws: ClientWebSocketResponse, kind: type[F]) -> F:
    frame = decode_from_hub(await ws.receive_bytes(timeout=ANSWER_S))
    if not isinstance(frame, kind):
        raise CannotRun(f"expected a {kind.__name__} from the hub, got {frame!r}")
    return frame
