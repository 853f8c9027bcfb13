# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented people with real keys: device lists, KeyPackages, and a socket that proves itself."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.identity.credential import make_credential
from privity.identity.device_list import Device, DeviceList
from privity.identity.uris import id_of, new_client_uri, new_user_uri
from privity.mls.crypto import generate_signature_key, sign_with_label
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import LAST_RESORT
from privity.mls.messages.extensions import Extension
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.mls.suites import POST_QUANTUM, suite
from privity.wire.session import (
    COUNT_HEADER,
    MAC_HEADER,
    SESSION_HEADER,
    SESSION_LABEL,
    request_key,
    request_mac,
    session_tbs,
)
from privity.wire.socket import Challenge, Prove, Ready, decode_from_hub, encode

SUITE = suite(1)
NOW_MS = 1_800_000_000_000
DAY_S = 86_400
HOST = "hub.example"


@dataclass
class Keys:
    """A device of a person."""

    client_uri: str
    private: bytes
    public: bytes

    def listed(self) -> Device:
        return Device(self.client_uri, self.public, NOW_MS)  # type: ignore[arg-type]  # new_client_uri made it


class Person:
    """An account key, a recovery key, devices, and the newest list."""

    def __init__(self, handle: str, host: str = HOST) -> None:
        self.handle = handle
        self.user_uri = new_user_uri(host, secrets.token_bytes)
        self.account_private, self.recovery_private = _private(), _private()
        self.devices = [self.new_device()]
        self.list = DeviceList.sign(
            self.user_uri, _listed(self.devices), self.account_private, recovery_private=self.recovery_private
        )

    @property
    def id(self) -> str:
        return id_of(self.user_uri)

    @property
    def device(self) -> Keys:
        return self.devices[0]

    def new_device(self) -> Keys:
        private, public = generate_signature_key(SUITE, secrets.token_bytes)
        return Keys(new_client_uri(self.user_uri, secrets.token_bytes), private, public)

    def next_list(self, devices: list[Keys], in_force: DeviceList | None = None) -> DeviceList:
        """A continuation; one that drops a device brings a new account key."""
        old = self.account_private
        kept = {one.client_uri for one in devices}
        if any(one.client_uri not in kept for one in (in_force or self.list).devices):
            self.account_private = _private()
        self.devices = devices
        self.list = DeviceList.sign(
            self.user_uri,
            _listed(devices),
            self.account_private,
            previous=self.list,
            in_force=in_force,
            previous_account_private=None if old == self.account_private else old,
        )
        return self.list

    def recovery(self, devices: list[Keys], in_force: DeviceList | None = None) -> DeviceList:
        """By the phrase: a new account key, and any devices."""
        self.account_private, self.devices = _private(), devices
        self.list = DeviceList.sign(
            self.user_uri,
            _listed(devices),
            self.account_private,
            recovery_private=self.recovery_private,
            previous=self.list,
            in_force=in_force,
        )
        return self.list

    def reset(self, devices: list[Keys], in_force: DeviceList | None = None) -> DeviceList:
        """What anybody could sign: new keys of both kinds. The person's own keys stay as they were."""
        return DeviceList.sign(
            self.user_uri,
            _listed(devices),
            _private(),
            recovery_private=_private(),
            previous=self.list,
            in_force=in_force,
            reset=True,
        )

    def registration(self, invite: str | None = None) -> dict[str, Any]:
        """As an adult whom others find by the handle."""
        return {
            "handle": self.handle,
            "device_list": text(self.list.encode()),
            "invite": invite,
            "age": "adult",
            "listed": True,
        }


def _private() -> bytes:
    return generate_signature_key(SUITE, secrets.token_bytes)[0]


def _listed(devices: list[Keys]) -> tuple[Device, ...]:
    return tuple(one.listed() for one in devices)


def text(value: bytes) -> str:
    return b64encode(value).decode()


def raw(value: str) -> bytes:
    return b64decode(value)


def key_package(
    device: Keys,
    *,
    last_resort: bool = False,
    not_before: int = NOW_MS // 1000 - 60,
    not_after: int = NOW_MS // 1000 + 30 * DAY_S,
    signer: bytes | None = None,
    number: int = 1,
) -> bytes:
    """A KeyPackage that is valid unless an argument breaks it."""
    chosen = suite(number)
    private = signer or device.private
    leaf = LeafNode.signed(
        chosen,
        private,
        encryption_key=_hpke_public(number),
        signature_key=device.public,
        credential=make_credential(device.client_uri),
        capabilities=Capabilities(cipher_suites=(1, 3, POST_QUANTUM.id), extensions=(LAST_RESORT,)),
        source=LeafSource.KEY_PACKAGE,
        lifetime=Lifetime(not_before, not_after),
    )
    extensions = (Extension(LAST_RESORT, b""),) if last_resort else ()
    return KeyPackage.signed(
        chosen, private, init_key=_hpke_public(number), leaf_node=leaf, extensions=extensions
    ).encode()


def _hpke_public(number: int) -> bytes:
    x25519 = X25519PrivateKey.generate().public_key().public_bytes_raw()
    if number != POST_QUANTUM.id:
        return x25519
    return MLKEM768PrivateKey.generate().public_key().public_bytes_raw() + x25519


class Line:
    """A proven socket, and REST requests under its session."""

    def __init__(self, http: ClientSession, ws: ClientWebSocketResponse, session: str, key: bytes) -> None:
        self.http = http
        self.ws = ws
        self.session = session
        self.key = key
        self.count = 0

    async def request(self, method: str, path: str, body: Any = None, *, data: bytes | None = None) -> Any:
        """(status, decoded answer)."""
        self.count += 1
        sent = data if data is not None else (b"" if body is None else json.dumps(body).encode())
        return await self.raw(method, path, sent, self.headers(method, path, self.count, sent))

    def headers(self, method: str, path: str, count: int, body: bytes) -> dict[str, str]:
        mac = request_mac(self.key, method, path, count, body).hex()
        return {SESSION_HEADER: self.session, COUNT_HEADER: str(count), MAC_HEADER: mac}

    async def raw(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Any:
        async with self.http.request(method, path, data=body, headers=headers) as response:
            data = await response.read()
            is_json = response.content_type == "application/json"
            return response.status, json.loads(data) if is_json else data


async def challenged(http: ClientSession) -> tuple[ClientWebSocketResponse, Challenge]:
    ws = await http.ws_connect("/v1/socket")
    frame = decode_from_hub(await ws.receive_bytes(timeout=60))
    assert isinstance(frame, Challenge)
    return ws, frame


def proof(device: Keys, challenge: Challenge, own: X25519PrivateKey, host: str = HOST) -> Prove:
    share = own.public_key().public_bytes_raw()
    tbs = session_tbs(host, challenge.nonce, challenge.share, share, device.client_uri)
    return Prove(device.client_uri, share, sign_with_label(SUITE, device.private, SESSION_LABEL.encode(), tbs))


async def connect(http: ClientSession, device: Keys) -> Line:
    """Prove the device on a new socket."""
    ws, challenge = await challenged(http)
    own = X25519PrivateKey.generate()
    await ws.send_bytes(encode(proof(device, challenge, own)))
    ready = decode_from_hub(await ws.receive_bytes(timeout=60))
    assert isinstance(ready, Ready), ready
    return Line(http, ws, ready.session, request_key(own, challenge.share, challenge.nonce, ready.session))
