# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The signature on the manifest of collectors, by a key that whoever makes a release holds, and no desk.

It stands beside the manifest: DSSE's framing over the type and the exact bytes, Ed25519, one canonical JSON object.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from privity.desk.legal.collecting.errors import ReleaseKeyUnusable, SignatureRefused
from privity.production import canonical

TYPE: Final = "application/vnd.privity.capabilities+json"


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`key_id`: SHA-256 of the public key, so that a receiver finds the one to check it with."""

    capabilities_sha256: str
    key_id: str
    payload_type: str
    signature: bytes


def sign(manifest: bytes, private_pem: bytes) -> bytes:
    """The signature as a file. Raises ReleaseKeyUnusable."""
    try:
        key = load_pem_private_key(private_pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ReleaseKeyUnusable("expected an Ed25519 private key in PEM, without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ReleaseKeyUnusable("a manifest is signed with an Ed25519 key, this is another kind")
    digest = hashlib.sha256(manifest).hexdigest()
    return canonical.encode(Signed(digest, _id(key.public_key()), TYPE, key.sign(_framed(manifest))))


def check(manifest: bytes, signature: bytes, public_pem: bytes) -> str:
    """The id of the key that signed this manifest. Raises ReleaseKeyUnusable or SignatureRefused."""
    try:
        key = load_pem_public_key(public_pem)
    except (ValueError, UnsupportedAlgorithm):
        raise ReleaseKeyUnusable("expected an Ed25519 public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ReleaseKeyUnusable("a manifest is checked with an Ed25519 key, this is another kind")
    try:
        found = msgspec.json.decode(signature, type=Signed)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise SignatureRefused(f"this is no signature of a manifest: {err}") from None
    if canonical.encode(found) != signature or found.payload_type != TYPE:
        raise SignatureRefused("a signature of a manifest is written in one way only, this is another")
    if found.key_id != _id(key):
        raise SignatureRefused(f"it was signed by the key {found.key_id}, expected {_id(key)}")
    if found.capabilities_sha256 != hashlib.sha256(manifest).hexdigest():
        raise SignatureRefused("another manifest was signed than the one of this release")
    try:
        key.verify(found.signature, _framed(manifest))
    except InvalidSignature:
        raise SignatureRefused("the signature does not verify") from None
    return found.key_id


def _framed(manifest: bytes) -> bytes:
    kind = TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(manifest), manifest)


def _id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
