# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The envelope of a statement (DSSE): its bytes and the signatures over them and their type.

DSSE is one line of framing, so it is written here over keys of the house rather than by a library that brings its own
formats of keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privity.production import canonical
from privity.production.errors import WrongSigners
from privity.production.model import UNTIL_FURTHER, Key, Kind, Use
from privity.production.standalone.verify_package import TYPES

_OPERATOR: Final = (Use.LEGAL_TEAM, Use.SERVICE)
_PARTICIPANT: Final = (Use.DEVICE,)


class Signer(Protocol):
    """Whatever holds a key that signs statements: a file, or a module that never gives it away."""

    @property
    def key(self) -> Key:
        """Its public half, as it stands in `keys.json`."""

    def sign(self, data: bytes) -> bytes:
        """The signature: Ed25519, or ECDSA on P-256 with SHA-256 in DER."""


class KeySigner:
    """A signer whose Ed25519 key is at hand."""

    __slots__ = ("_key", "_private")

    def __init__(self, use: Use, private: Ed25519PrivateKey, valid_from: str, valid_until: str = UNTIL_FURTHER) -> None:
        public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self._private = private
        self._key = Key(
            use=use,
            id=hashlib.sha256(public).hexdigest(),
            public_key=canonical.base64_of(public),
            valid_from=valid_from,
            valid_until=valid_until,
        )

    @property
    def key(self) -> Key:
        return self._key

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)


def framed(payload: bytes) -> bytes:
    """What is signed (the PAE of DSSE version 1)."""
    kind = TYPES[0].encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def letter_claim(dsse: bytes, letter: bytes) -> bytes:
    """What the service's key signs of a letter: that it is this one, and goes with this envelope and no other."""
    return f"letter {canonical.sha256(dsse)} {canonical.sha256(letter)}".encode()


def sign(kind: Kind, payload: bytes, signers: Sequence[Signer]) -> bytes:
    """The envelope. Raises WrongSigners unless each of those who sign this kind signs once, with a key of its own."""
    needed = _PARTICIPANT if kind is Kind.PARTICIPANT_DISCLOSURE else _OPERATOR
    by_use = {signer.key.use: signer for signer in signers}
    if len(signers) != len(needed) or set(by_use) != set(needed):
        came = ", ".join(signer.key.use.value for signer in signers) or "nobody"
        raise WrongSigners(f"a {kind} is signed by {' and '.join(needed)} once each, here by {came}")
    if len({signer.key.public_key for signer in signers}) != len(needed):
        raise WrongSigners("each signer has a key of its own, here one key would sign twice")
    data = framed(payload)
    signatures = [{"keyid": by_use[use].key.id, "sig": canonical.base64_of(by_use[use].sign(data))} for use in needed]
    return canonical.encode(
        {"payload": canonical.base64_of(payload), "payloadType": TYPES[0], "signatures": signatures}
    )
