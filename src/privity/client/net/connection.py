# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One connection to the hub: the socket with its proof, and REST requests under the MAC key of that session."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.client.engine.calls import Call
from privity.client.errors import HandshakeRefused, HubUnreachable
from privity.mls.crypto import sign_with_label
from privity.mls.suites import suite
from privity.wire import socket
from privity.wire.errors import ErrorBody, Refusal
from privity.wire.rest import Answer
from privity.wire.session import (
    COUNT_HEADER,
    MAC_HEADER,
    SESSION_HEADER,
    SESSION_LABEL,
    BadShare,
    request_key,
    request_mac,
    session_tbs,
)

A = TypeVar("A", bound=Answer)

PROOF_TIMEOUT_S = 20
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=60)
HEARTBEAT_S = 30

NETWORK = (aiohttp.ClientError, TimeoutError, OSError)
"""What a network does; everything else is a bug or a refusal."""


async def ask_open(http: aiohttp.ClientSession, base: str, method: str, path: str, body: bytes, kind: type[A]) -> A:
    """A request without a session (`ServerInfo`, `Register`). Raises HubUnreachable or Refusal."""
    try:
        async with http.request(method, base + path, data=body or None, timeout=REQUEST_TIMEOUT) as response:
            return decode_answer(response.status, await response.read(), kind)
    except NETWORK as err:
        raise HubUnreachable(f"the hub at {base} does not answer: {type(err).__name__}") from err


def decode_answer(status: int, data: bytes, kind: type[A]) -> A:
    """The answer, or the Refusal in it. Raises HandshakeRefused for what is neither."""
    try:
        if status < 400:
            return msgspec.json.decode(data, type=kind)
        body = msgspec.json.decode(data, type=ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise HandshakeRefused(f"the hub answered {status} with something that is no {kind.__name__}") from None
    raise Refusal(
        body.code,
        body.message,
        limit=body.limit,
        retry_after_ms=body.retry_after_ms,
        current_epoch=body.current_epoch,
        room_uri=body.room_uri,
    )


class Connection:
    """A proven session. It ends with its socket."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base: str,
        ws: aiohttp.ClientWebSocketResponse,
        ready: socket.Ready,
        key: bytes,
    ) -> None:
        self._http = http
        self._base = base
        self._ws = ws
        self._session = ready.session
        self._key = key
        self._counts = itertools.count(1)
        self.hub_now_ms = ready.now_ms

    def __repr__(self) -> str:
        return f"<Connection to {self._base}>"

    @classmethod
    async def open(
        cls,
        http: aiohttp.ClientSession,
        base: str,
        *,
        host: str,
        client_uri: str,
        signature_private: bytes,
        random: Callable[[int], bytes],
    ) -> Connection:
        """Connect and prove the device. Raises HubUnreachable, HandshakeRefused."""
        try:
            ws = await http.ws_connect(
                base + "/v1/socket", max_msg_size=socket.MAX_FRAME, heartbeat=HEARTBEAT_S, compress=0
            )
        except NETWORK as err:
            raise HubUnreachable(f"the hub at {base} does not answer: {type(err).__name__}") from err
        try:
            challenge = await _receive(ws, socket.Challenge)
            own = X25519PrivateKey.from_private_bytes(random(32))
            share = own.public_key().public_bytes_raw()
            tbs = session_tbs(host, challenge.nonce, challenge.share, share, client_uri)
            signature = sign_with_label(suite(1), signature_private, SESSION_LABEL.encode(), tbs)
            await ws.send_bytes(socket.encode(socket.Prove(client_uri, share, signature)))
            ready = await _receive(ws, socket.Ready)
            key = request_key(own, challenge.share, challenge.nonce, ready.session)
        except BadShare as err:
            await ws.close()
            raise HandshakeRefused(f"the hub's share: {err}") from None
        except BaseException:
            await ws.close()
            raise
        return cls(http, base, ws, ready, key)

    async def frames(self) -> AsyncIterator[socket.FromHub]:
        """Frames until the connection ends. Raises HandshakeRefused for bytes that are no frame."""
        async for message in self._ws:
            if message.type is not aiohttp.WSMsgType.BINARY:
                raise HandshakeRefused("the hub sent a frame that is not binary")
            try:
                frame = socket.decode_from_hub(message.data)
            except socket.BadFrame as err:
                raise HandshakeRefused(str(err)) from None
            if isinstance(frame, socket.Closed):
                return
            yield frame

    async def send(self, frame: socket.FromDevice) -> None:
        """Send a frame; on a dead socket this does nothing, for everything is sent again on the next one."""
        if not self._ws.closed:
            try:
                await self._ws.send_bytes(socket.encode(frame))
            except NETWORK:
                await self._ws.close()

    async def ask(self, call: Call) -> Answer:
        """A request of the engine. Raises HubUnreachable or Refusal."""
        body = b"" if call.body is None else msgspec.json.encode(call.body)
        status, data = await self.raw(call.method, call.path, body)
        return decode_answer(status, data, call.answer)

    async def raw(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """A request with its MAC: status and body of the answer."""
        count = next(self._counts)
        headers = {
            SESSION_HEADER: self._session,
            COUNT_HEADER: str(count),
            MAC_HEADER: request_mac(self._key, method, path, count, body).hex(),
        }
        try:
            async with self._http.request(
                method, self._base + path, data=body or None, headers=headers, timeout=REQUEST_TIMEOUT
            ) as response:
                return response.status, await response.read()
        except NETWORK as err:
            raise HubUnreachable(f"the hub at {self._base} does not answer: {type(err).__name__}") from err

    async def close(self) -> None:
        await self._ws.close()


F = TypeVar("F", socket.Challenge, socket.Ready)


async def _receive(ws: aiohttp.ClientWebSocketResponse, kind: type[F]) -> F:
    try:
        message = await ws.receive(timeout=PROOF_TIMEOUT_S)
        if message.type is not aiohttp.WSMsgType.BINARY:
            raise HandshakeRefused(f"expected {kind.__name__}, the hub ended the connection")
        frame = socket.decode_from_hub(message.data)
    except NETWORK as err:
        raise HubUnreachable(f"the connection broke: {type(err).__name__}") from err
    except socket.BadFrame as err:
        raise HandshakeRefused(str(err)) from None
    if isinstance(frame, socket.Closed):
        raise HandshakeRefused(f"the hub refused this device: {frame.code.value}: {frame.message}")
    if not isinstance(frame, kind):
        raise HandshakeRefused(f"expected {kind.__name__}, got {type(frame).__name__}")
    return frame
