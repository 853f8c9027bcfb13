# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A passkey in software: what a phone or a security key would answer, for people of the demo who have neither."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, Final, Self

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

ED25519: Final = -8
ES256: Final = -7
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass(slots=True)
class Passkey:
    """Ed25519 or ES256, without attestation (WebAuthn, level 3, sections 5.1.3, 5.1.4 and 6.1)."""

    id: bytes = field(default_factory=lambda: os.urandom(16))
    _key: Ed25519PrivateKey | EllipticCurvePrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)
    _count: int = 0

    @classmethod
    def es256(cls) -> Self:
        """As most phones and security keys make them."""
        return cls(_key=generate_private_key(SECP256R1()))

    def create(self, options: str, origin: str) -> str:
        """The answer to `navigator.credentials.create`."""
        asked = json.loads(options)
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(self._cose())
        about = self._about(asked["rp"]["id"], _ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": about})
        client = _client("webauthn.create", asked["challenge"], origin)
        return self._answer({"clientDataJSON": _text(client), "attestationObject": _text(attestation)})

    def get(self, options: str, origin: str) -> str:
        """The answer to `navigator.credentials.get`."""
        asked = json.loads(options)
        about = self._about(asked["rpId"], 0)
        client = _client("webauthn.get", asked["challenge"], origin)
        signature = self._sign(about + hashlib.sha256(client).digest())
        return self._answer(
            {"clientDataJSON": _text(client), "authenticatorData": _text(about), "signature": _text(signature)}
        )

    def _sign(self, signed: bytes) -> bytes:
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(signed)
        return self._key.sign(signed, ECDSA(SHA256()))

    def _cose(self) -> dict[int, int | bytes]:
        if isinstance(self._key, Ed25519PrivateKey):
            return {1: 1, 3: ED25519, -1: 6, -2: self._key.public_key().public_bytes_raw()}
        at = self._key.public_key().public_numbers()
        return {1: 2, 3: ES256, -1: 1, -2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")}

    def _about(self, rp_id: str, flags: int) -> bytes:
        self._count += 1
        flags |= _PRESENT | _VERIFIED
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self._count.to_bytes(4, "big")

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps({"id": _text(self.id), "rawId": _text(self.id), "type": "public-key", "response": response})


def _client(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
