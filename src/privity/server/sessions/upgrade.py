# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The switch of a connection from HTTP to WebSocket (RFC 6455, section 4.2), and what is said on it before its device
is proven.

Reading stays aiohttp's. Its answer is not used: the headers that every answer of HTTP has, built anew for each socket,
cost as much as what proves a device (ADR 49).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import WebSocketWriter

from privity.server.frames import ws_frame
from privity.wire.errors import Code, Refusal
from privity.wire.socket import MAX_FRAME

VERSION: Final = "13"
KEY_BYTES: Final = 16
_ANSWER: Final = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: "
)
_KEY_SUFFIX: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""Section 1.3: who answers with the hash over it speaks WebSocket."""


class DeviceSocket(web.WebSocketResponse):
    """A WebSocket whose answer goes out with the first frame that is said on it, in one write."""

    __slots__ = ("_answer",)

    def __init__(self) -> None:
        super().__init__(max_msg_size=MAX_FRAME, autoping=False, compress=False)
        self.force_close()
        self._answer = b""
        """What is still to be written before anything else."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Switch; `say` has to come next. Raises MALFORMED where it was not asked for, and ConnectionResetError where
        nobody is there."""
        if self._payload_writer is None:
            accepted = accept(request)
            protocol = request.protocol
            transport = protocol.transport
            if transport is None:
                raise ConnectionResetError("the connection is gone")
            self._loop = request._loop
            self._req = request
            self._payload_writer = request._payload_writer
            self._answer = _ANSWER + accepted + b"\r\n\r\n"
            self._post_start(request, None, WebSocketWriter(protocol, transport, limit=self._writer_limit))
        return self._payload_writer

    def say(self, frame: bytes) -> None:
        """Write one binary frame; nothing where the connection ends, which whoever reads from it learns."""
        transport = None if self._req is None else self._req.transport
        if transport is not None and not transport.is_closing():
            transport.write(self._answer + ws_frame(frame))
            self._answer = b""


def accept(request: web.BaseRequest) -> bytes:
    """What the answer proves (section 4.2.2), or a MALFORMED Refusal."""
    headers = request.headers
    if (
        not request._message.upgrade  # the head said so, and aiohttp reads no HTTP after it
        or headers.get(hdrs.UPGRADE, "").strip().lower() != "websocket"
        or headers.get(hdrs.SEC_WEBSOCKET_VERSION) != VERSION
    ):
        raise Refusal(Code.MALFORMED, "this path is a WebSocket")
    key = headers.get(hdrs.SEC_WEBSOCKET_KEY, "")
    try:
        size = len(base64.b64decode(key))
    except (binascii.Error, ValueError):
        size = 0
    if size != KEY_BYTES:
        raise Refusal(Code.MALFORMED, "this path is a WebSocket")
    return base64.b64encode(hashlib.sha1(key.encode() + _KEY_SUFFIX, usedforsecurity=False).digest())
