# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The proof of a device on a fresh socket: Challenge, Prove, Ready (`wire.session`, `wire.socket`).

The device signs what only this connection has (nonce and both shares), so no signature fits a second connection.
"""

from __future__ import annotations

from typing import Final

from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.mls.crypto import verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature
from privity.policy.room_suites import ORDINARY
from privity.server.context import HubContext
from privity.server.devices import service as devices
from privity.server.limits import address_key
from privity.server.sessions.model import Session
from privity.server.sessions.pending import Place
from privity.server.sessions.requests import caller_address
from privity.server.sessions.upgrade import DeviceSocket
from privity.wire.errors import Code, Refusal
from privity.wire.session import SESSION_LABEL, BadShare, request_key, session_tbs
from privity.wire.socket import BadFrame, Challenge, Closed, Prove, Ready, decode_from_device, encode

PROVE_TIMEOUT_S: Final = 10.0
"""A device answers a challenge at once; who does not only holds a connection."""

_SUITE: Final = ORDINARY
"""Devices sign with Ed25519, which every suite of rooms has."""
_PINGS: Final = (WSMsgType.PING, WSMsgType.PONG)
_UNPROVEN: Final = "the proof does not show possession of the key of a device of this hub"
"""The same words for an unknown device and a wrong signature: nobody learns which devices exist."""


async def open_socket(request: web.Request, context: HubContext) -> DeviceSocket:
    """Accept a WebSocket within the limits of the address. Raises Refusal before anything is switched."""
    context.limits.take("session.open", address_key(caller_address(request, context.config)))
    ws = DeviceSocket()
    await ws.prepare(request)
    return ws


async def prove(ws: DeviceSocket, context: HubContext) -> Session:
    """Challenge the device and register its session, which the caller must `end` when the socket closes.

    A failure sends `Closed`, closes the socket and raises the Refusal. An older session of the device is closed.
    """
    try:
        with context.sessions.pending.place() as place:
            session = await _prove(ws, context, place)
    except Refusal as refusal:
        context.metrics.refused(refusal.code)
        await close(ws, refusal.code, refusal.body.message)
        raise
    context.sessions.add(session)
    ws.say(encode(Ready(session.name, context.now_ms())))
    return session


def end(context: HubContext, session: Session) -> None:
    """The session ends with its connection; harmless when it has ended before."""
    session.deliver = None
    context.sessions.remove(session)


async def close(ws: DeviceSocket, code: Code, message: str) -> None:
    """Say why, and close. Harmless on a connection that is gone."""
    if ws.closed:
        return
    try:
        ws.say(encode(Closed(code, message)))
        await ws.close(drain=False)
    except (ConnectionError, RuntimeError):  # the device was faster
        return


async def _prove(ws: DeviceSocket, context: HubContext, place: Place) -> Session:
    nonce = context.random(32)
    own = X25519PrivateKey.from_private_bytes(context.random(32))
    hub_share = own.public_key().public_bytes_raw()
    ws.say(encode(Challenge(nonce, hub_share)))
    frame = await _receive_prove(ws, place)
    changes = context.sessions.drops
    device = await context.db.read(lambda reader: devices.find(reader, frame.client_uri))
    tbs = session_tbs(context.config.host, nonce, hub_share, frame.share, frame.client_uri)
    if device is None:
        raise Refusal(Code.UNAUTHENTICATED, _UNPROVEN)
    try:
        verify_with_label(_SUITE, device.signature_key, SESSION_LABEL.encode(), tbs, frame.signature)
        name = context.sessions.new_name(context.random)
        key = request_key(own, frame.share, nonce, name)
    except (BadSignature, BadPublicKey, BadShare):
        raise Refusal(Code.UNAUTHENTICATED, _UNPROVEN) from None
    context.limits.take("session.prove", device.client_uri)
    while changes != context.sessions.drops:  # a list dropped devices meanwhile; was it this one?
        changes = context.sessions.drops
        if await context.db.read(lambda reader: devices.find(reader, frame.client_uri)) != device:
            raise Refusal(Code.UNAUTHENTICATED, _UNPROVEN)
    return Session(name, device.client_uri, device.user_uri, key, lambda code, message: close(ws, code, message))


async def _receive_prove(ws: DeviceSocket, place: Place) -> Prove:
    async with place.silent(PROVE_TIMEOUT_S):
        while (message := await ws.receive()).type in _PINGS:
            if message.type is WSMsgType.PING:
                await ws.pong(message.data)
    if message.type is not WSMsgType.BINARY:
        raise Refusal(Code.MALFORMED, "expected a binary frame with a Prove")
    try:
        frame = decode_from_device(message.data)
    except BadFrame as err:
        raise Refusal(Code.MALFORMED, str(err)) from None
    if not isinstance(frame, Prove):
        raise Refusal(Code.MALFORMED, f"expected a Prove, got a {type(frame).__name__}")
    return frame
