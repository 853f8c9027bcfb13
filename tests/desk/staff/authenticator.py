# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A passkey in software, with a browser around it: answers what a desk asks, and lies where a test tells it to."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

ES256: Final = -7
ED25519: Final = -8
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def data(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey of one person, made by `create`. The fields are what a test may bend before it answers."""

    algorithm: int = ES256
    origin: str | None = None
    """What the browser says where it is; None: where the desk is."""
    rp_id: str | None = None
    """For whom it signs; None: for whom it was asked."""
    verifies: bool = True
    """Whether it asked for a finger or a number."""
    counts: int | None = None
    """What it counts next; None: one more each time."""
    framed: bool = False
    """Whether the page stands inside one of another site."""
    id: bytes = field(default_factory=lambda: os.urandom(16))
    count: int = 0
    _key: EllipticCurvePrivateKey | Ed25519PrivateKey | None = None

    def create(self, options: str, origin: str) -> str:
        """What a browser answers to `navigator.credentials.create`."""
        asked = json.loads(options)
        assert {"type": "public-key", "alg": self.algorithm} in asked["pubKeyCredParams"]
        self._key = Ed25519PrivateKey.generate() if self.algorithm == ED25519 else generate_ec(SECP256R1())
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(self._cose())
        attestation = cbor2.dumps(
            {"fmt": "none", "attStmt": {}, "authData": self._about(asked["rp"]["id"], _ATTESTED) + attested}
        )
        return self._answer(
            {
                "clientDataJSON": text(self._client("webauthn.create", asked["challenge"], origin)),
                "attestationObject": text(attestation),
            }
        )

    def get(self, options: str, origin: str) -> str:
        """What a browser answers to `navigator.credentials.get`."""
        asked = json.loads(options)
        about = self._about(asked["rpId"], 0)
        client = self._client("webauthn.get", asked["challenge"], origin)
        return self._answer(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(about),
                "signature": text(self.sign(about + hashlib.sha256(client).digest())),
            }
        )

    def sign(self, signed: bytes) -> bytes:
        assert self._key is not None, "make it first"
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(signed)
        return self._key.sign(signed, ECDSA(SHA256()))

    def copy(self) -> Authenticator:
        """A second one with the same key, as a thief would have it."""
        return Authenticator(self.algorithm, id=self.id, count=self.count, _key=self._key)

    def _about(self, rp_id: str, flags: int) -> bytes:
        self.count = self.count + 1 if self.counts is None else self.counts
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        return hashlib.sha256((self.rp_id or rp_id).encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, origin: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin or origin, "crossOrigin": self.framed}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response})

    def _cose(self) -> dict[int, Any]:
        if isinstance(self._key, Ed25519PrivateKey):
            return {1: 1, 3: ED25519, -1: 6, -2: self._key.public_key().public_bytes_raw()}
        assert self._key is not None
        numbers = self._key.public_key().public_numbers()
        return {1: 2, 3: ES256, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
