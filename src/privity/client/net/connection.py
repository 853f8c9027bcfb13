# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One proven connection to the hub: the socket, and REST requests under its session (`wire.session`)."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.client.engine.calls import Call
from privity.client.engine.state import Own
from privity.client.errors import AnswerTooLong, CertificateRefused, DeviceNotKnown, HandshakeRefused, HubUnreachable
from privity.mls.crypto import sign_with_label
from privity.mls.suites import suite
from privity.wire import rest, socket
from privity.wire.errors import MAX_SAID, Code, ErrorBody, Refusal
from privity.wire.hub_url import OWN_AUTHORITY, why_refused
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

A = TypeVar("A", bound=rest.Answer)

_SESSION = re.compile(r"[!-~]{1,200}")
"""Names of sessions: what stands in a header as it is."""

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) while a file travels."""

ANSWER_LIMIT = 64 << 20
"""Bytes of one answer: a blob or a large room's tree fit; a hub that sends more is cut off."""
REFUSAL_LIMIT = 1 << 16
"""Bytes of an answer that says why not."""
CHUNK = 1 << 16
TIMEOUT = aiohttp.ClientTimeout(total=60, connect=10)
FILE_TIMEOUT = aiohttp.ClientTimeout(total=900, connect=10, sock_read=60)
"""For a file: the largest over a slow line, but never a minute without a byte."""


@dataclass(slots=True, repr=False)
class Connection:
    """`hub_now_ms` is the hub's clock at the start. Requests may run side by side; frames are read by one reader."""

    http: aiohttp.ClientSession
    url: str
    ws: aiohttp.ClientWebSocketResponse
    session: str
    key: bytes
    hub_now_ms: int
    counter: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __repr__(self) -> str:
        return f"<Connection to {self.url}>"

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, url: str, own: Own) -> Connection:
        """Connect and prove this device. Raises HubUnreachable, HandshakeRefused, DeviceNotKnown."""
        try:
            ws = await http.ws_connect(
                f"{url}/v1/socket", max_msg_size=socket.MAX_FRAME, heartbeat=30, timeout=_CLOSING
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as err:
            raise _unreachable(url, err) from None
        async with AsyncExitStack() as undo:
            undo.push_async_callback(ws.close)
            connection = await cls._prove(http, url, ws, own)
            undo.pop_all()
        return connection

    @classmethod
    async def _prove(
        cls, http: aiohttp.ClientSession, url: str, ws: aiohttp.ClientWebSocketResponse, own: Own
    ) -> Connection:
        challenge = await _receive(ws)
        if not isinstance(challenge, socket.Challenge):
            raise HandshakeRefused(f"expected a Challenge, got {_said(challenge)}")
        share = X25519PrivateKey.generate()
        public = share.public_key().public_bytes_raw()
        tbs = session_tbs(own.hub_host, challenge.nonce, challenge.share, public, own.client_uri)
        signature = sign_with_label(suite(1), own.signature_private, SESSION_LABEL.encode(), tbs)
        try:
            await ws.send_bytes(socket.encode(socket.Prove(own.client_uri, public, signature)))
        except (aiohttp.ClientError, ConnectionError) as err:
            raise _unreachable(url, err) from None
        ready = await _receive(ws)
        if isinstance(ready, socket.Closed) and ready.code is Code.UNAUTHENTICATED:
            raise DeviceNotKnown(
                f"the hub at {url} knows no device with these keys: it was taken off its account, or the hub lost it"
            )
        if not isinstance(ready, socket.Ready):
            raise HandshakeRefused(f"expected Ready, got {_said(ready)}")
        if _SESSION.fullmatch(ready.session) is None:
            raise HandshakeRefused("the hub's name of the session is not of the form that a request can carry")
        try:
            key = request_key(share, challenge.share, challenge.nonce, ready.session)
        except BadShare as err:
            raise HandshakeRefused(f"the hub's challenge: {err}") from None
        return cls(http, url, ws, ready.session, key, ready.now_ms)

    async def send(self, frame: socket.FromDevice) -> None:
        """Raises HubUnreachable when the connection is gone."""
        try:
            await self.ws.send_bytes(socket.encode(frame))
        except (aiohttp.ClientError, ConnectionError) as err:
            raise HubUnreachable(f"the connection is gone: {err}") from None

    async def frames(self) -> AsyncIterator[socket.FromHub]:
        """Frames until the connection ends. Raises HandshakeRefused when the hub closes it with a reason."""
        async for message in self.ws:
            if message.type is not aiohttp.WSMsgType.BINARY:
                return
            frame = socket.decode_from_hub(message.data)
            if isinstance(frame, socket.Closed):
                raise HandshakeRefused(f"the hub ended the connection: {_said(frame)}")
            yield frame

    async def call(self, call: Call) -> rest.Answer:
        """One REST request. Raises Refusal, HubUnreachable."""
        body = b"" if call.body is None else msgspec.json.encode(call.body)
        data = await self.request(call.method, call.path, body, "application/json")
        return decode(data, call.answer)

    async def request(self, method: str, path: str, body: bytes, content_type: str) -> bytes:
        """The body of a good answer. Raises Refusal, HubUnreachable."""
        headers = self._headers(method, path, body) | {"Content-Type": content_type}
        return await exchange(self.http, method, self.url + path, body, headers)

    async def upload(self, data: bytes, progress: Progress | None) -> rest.BlobStored:
        """Put a blob. The same bytes again are harmless. Raises Refusal, HubUnreachable."""
        headers = self._headers("POST", BLOBS, data) | {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(len(data)),
        }
        url, body = self.url + BLOBS, _pieces(data, progress)
        answer = await exchange(self.http, "POST", url, body, headers, timeout=FILE_TIMEOUT)
        return decode(answer, rest.BlobStored)

    async def download(self, sha256: bytes, size: int, progress: Progress | None) -> bytes:
        """Get a blob of this size from this hub. Raises AnswerTooLong as soon as more came, Refusal, HubUnreachable."""
        path = f"{BLOBS}/{sha256.hex()}"
        headers = self._headers("GET", path, b"") | {"Accept-Encoding": "identity"}

        def came(done: int) -> None:
            if progress is not None:
                progress(done, size)

        return await exchange(
            self.http, "GET", self.url + path, b"", headers, timeout=FILE_TIMEOUT, limit=size, came=came
        )

    def _headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """The session and the MAC of one request."""
        count = next(self.counter)
        mac = request_mac(self.key, method, path, count, body)
        return {SESSION_HEADER: self.session, COUNT_HEADER: str(count), MAC_HEADER: mac.hex()}

    async def close(self) -> None:
        await self.ws.close()


BLOBS = "/v1/blobs"
JSON = {"Content-Type": "application/json"}
_CLOSING = aiohttp.ClientWSTimeout(ws_close=2.0)


async def exchange(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    body: bytes | AsyncIterable[bytes],
    headers: dict[str, str],
    *,
    timeout: aiohttp.ClientTimeout = TIMEOUT,
    limit: int = ANSWER_LIMIT,
    came: Callable[[int], None] | None = None,
) -> bytes:
    """One HTTP request; the body of a good answer, of at most `limit` bytes. `came` hears how many are there.

    A redirect is not followed: whoever it names would get a request that is meant for the hub.
    Raises Refusal, HubUnreachable; AnswerTooLong without reading on.
    """
    try:
        async with http.request(
            method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as answer:
            if answer.status == 200:
                return await _whole(answer, limit, came)
            data, status = await _whole(answer, REFUSAL_LIMIT, None), answer.status
    except (aiohttp.ClientError, TimeoutError, OSError) as err:
        raise _unreachable(url.split("/v1/")[0], err) from None
    raise _refusal(status, data)


async def _whole(answer: aiohttp.ClientResponse, limit: int, came: Callable[[int], None] | None) -> bytes:
    data = bytearray()
    async for piece in answer.content.iter_chunked(CHUNK):
        data += piece
        if len(data) > limit:
            raise AnswerTooLong(f"an answer of the hub is over {limit} bytes")
        if came is not None:
            came(len(data))
    return bytes(data)


async def _pieces(data: bytes, progress: Progress | None) -> AsyncIterator[bytes]:
    """The bytes in pieces, each reported once the one before is on its way."""
    for at in range(0, len(data), CHUNK):
        piece = data[at : at + CHUNK]
        yield piece
        if progress is not None:
            progress(at + len(piece), len(data))


def decode(data: bytes, kind: type[A]) -> A:
    """The typed answer. Raises HubUnreachable when the hub does not speak this API."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
        raise HubUnreachable(f"the hub's answer is no {kind.__name__}: {str(err)[:MAX_SAID]}") from None


def _unreachable(base: str, err: Exception) -> HubUnreachable:
    why = why_refused(err)
    if why is not None:
        return CertificateRefused(f"the certificate of {base} is refused: {why}; nothing was sent; {OWN_AUTHORITY}")
    return HubUnreachable(f"the hub at {base} does not answer ({type(err).__name__})")


def _refusal(status: int, data: bytes) -> Exception:
    try:
        body = msgspec.json.decode(data, type=ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return HubUnreachable(f"the hub answered status {status} without saying why")
    if body.code in (Code.UNAUTHENTICATED, Code.UNAVAILABLE):
        return HubUnreachable(f"{body.code}: {body.message[:MAX_SAID]}")
    return Refusal(
        body.code,
        body.message[:MAX_SAID],
        limit=body.limit,
        retry_after_ms=body.retry_after_ms,
        current_epoch=body.current_epoch,
        room_uri=body.room_uri,
        reference=body.reference,
        until_ms=body.until_ms,
        puzzle=body.puzzle,
    )


async def _receive(ws: aiohttp.ClientWebSocketResponse) -> socket.FromHub:
    try:
        message = await ws.receive(timeout=10)
    except TimeoutError:
        raise HubUnreachable("the hub does not speak within ten seconds") from None
    if message.type is not aiohttp.WSMsgType.BINARY:
        raise HubUnreachable("the hub ended the connection before it was proven")
    return socket.decode_from_hub(message.data)


def _said(frame: socket.FromHub) -> str:
    return (
        f"{frame.code.value}: {frame.message[:MAX_SAID]}" if isinstance(frame, socket.Closed) else type(frame).__name__
    )
