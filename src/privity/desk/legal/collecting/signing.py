# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The manifest of collectors under the signature of the house that runs them: one envelope, the manifest in it.

DSSE, as packages have it, by the same key that signs them as the releasing service, whose public half is published.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from privity.desk.legal.collecting.errors import ServiceKeyUnusable, SignatureRefused
from privity.production import canonical
from privity.production.envelope import Signer
from privity.production.model import Keys, Use

TYPE: Final = "application/vnd.privity.capabilities+json"


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: bytes


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"payload_type": "payloadType"}):
    payload: bytes
    payload_type: str
    signatures: tuple[_Signature, ...]


def sign(manifest: bytes, service: Signer) -> bytes:
    """The envelope."""
    signature = _Signature(service.key.id, service.sign(_framed(manifest)))
    return canonical.encode(_Envelope(manifest, TYPE, (signature,)))


def check(envelope: bytes, keys: bytes) -> bytes:
    """The manifest inside. `keys`: the published keys as a file, or one public key in base64 as it stands there.

    Raises ServiceKeyUnusable or SignatureRefused.
    """
    try:
        found = msgspec.json.decode(envelope, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise SignatureRefused(f"this is no signed manifest: {err}") from None
    if canonical.encode(found) != envelope or found.payload_type != TYPE or len(found.signatures) != 1:
        raise SignatureRefused("a signed manifest is written in one way only, this is another")
    (signature,) = found.signatures
    key = _key(keys, signature.keyid)
    try:
        key.verify(signature.sig, _framed(found.payload))
    except InvalidSignature:
        raise SignatureRefused("the signature does not verify") from None
    return found.payload


def _key(given: bytes, key_id: str) -> Ed25519PublicKey:
    """The service's key of this id. Raises ServiceKeyUnusable or SignatureRefused."""
    for text in _texts(given):
        try:
            spki = base64.b64decode(text, validate=True)
            key = load_der_public_key(spki)
        except (binascii.Error, ValueError, UnsupportedAlgorithm):
            raise ServiceKeyUnusable(
                "expected published keys, or one public key in base64 as it stands there"
            ) from None
        if canonical.sha256(spki) == key_id:
            if not isinstance(key, Ed25519PublicKey):
                raise ServiceKeyUnusable("a manifest is signed with an Ed25519 key, this is another kind")
            return key
    raise SignatureRefused(f"it was signed by the key {key_id}, which is none of these")


def _texts(given: bytes) -> tuple[str, ...]:
    text = given.strip()
    if not text.startswith(b"{"):
        return (text.decode("ascii", "replace"),)
    try:
        keys = msgspec.json.decode(text, type=Keys).keys
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise ServiceKeyUnusable(f"these are no published keys: {err}") from None
    return tuple(key.public_key for key in keys if key.use is Use.SERVICE)


def _framed(manifest: bytes) -> bytes:
    kind = TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(manifest), manifest)
