# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Approvals: what two people's passkeys answered when they were asked about exactly this manifest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, decode_credential_public_key
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey, DecodedOKPPublicKey
from webauthn.helpers.exceptions import WebAuthnException

from privity.desk.legal.releasing.errors import NotApproved
from privity.desk.staff.ceremony import Place
from privity.production import canonical
from privity.production.model import UNTIL_FURTHER, Key, Use
from privity.production.standalone.verify_package import holds

NEEDED: Final = 2
_PRESENT_AND_VERIFIED: Final = 0x05


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's answer. The ceremony at the desk verified it; the package's own verifier does so again."""

    key: Key
    authenticator_data: bytes
    client_data: bytes
    signature: bytes


class _Response(msgspec.Struct, frozen=True):
    clientDataJSON: str
    authenticatorData: str
    signature: str


class _Answer(msgspec.Struct, frozen=True):
    rawId: str
    response: _Response


def approval(answer: str, key: Key) -> Approval:
    """Out of what a browser answered. Raises NotApproved."""
    try:
        found = msgspec.json.decode(answer, type=_Answer)
        raw = [
            base64url_to_bytes(each)
            for each in (found.response.authenticatorData, found.response.clientDataJSON, found.response.signature)
        ]
        named = canonical.base64_of(base64url_to_bytes(found.rawId))
    except (msgspec.DecodeError, UnicodeError, ValueError):
        raise NotApproved("an approval is what a passkey answered, this is not") from None
    if named != key.id:
        raise NotApproved(f"the answer is by the passkey {named}, expected that of {key.person}")
    return Approval(key, *raw)


def passkey(person: str, credential_id: bytes, cose: bytes, place: Place, valid_from: str) -> Key:
    """The line of `keys.json` for a passkey as the desk keeps it. Raises NotApproved."""
    return Key(
        use=Use.PASSKEY,
        id=canonical.base64_of(credential_id),
        public_key=canonical.base64_of(_subject_public_key(cose)),
        valid_from=valid_from,
        valid_until=UNTIL_FURTHER,
        person=person,
        rp_id=place.host,
        origin=place.origin,
    )


def check(found: Approval, challenge: bytes) -> None:
    """Raise NotApproved unless this is the person's answer to the challenge. Place and counter are the ceremony's."""
    try:
        said = json.loads(found.client_data)["challenge"]
        holds(canonical.builtins(found.key), found.signature, found.authenticator_data + _hash(found.client_data))
    except (InvalidSignature, ValueError, LookupError, TypeError):
        raise NotApproved(f"the approval by {found.key.person} does not hold") from None
    if said != bytes_to_base64url(challenge):
        raise NotApproved(f"{found.key.person} approved another manifest than this")
    if (
        not found.authenticator_data[32:33]
        or found.authenticator_data[32] & _PRESENT_AND_VERIFIED != _PRESENT_AND_VERIFIED
    ):
        raise NotApproved(f"the passkey of {found.key.person} did not verify who held it")


def encode(approvals: tuple[Approval, ...]) -> bytes:
    """`approvals.json`. Raises NotApproved unless at least two people approved, each with an own passkey."""
    people, keys = {each.key.person for each in approvals}, {each.key.public_key for each in approvals}
    if len(approvals) < NEEDED or not len(people) == len(keys) == len(approvals):
        raise NotApproved(
            f"{NEEDED} people have to approve, each with a passkey of their own;"
            f" here are {len(approvals)} approvals by {len(people)} people with {len(keys)} passkeys"
        )
    return canonical.encode(
        {
            "approvals": [
                {
                    "authenticator_data": canonical.base64_of(each.authenticator_data),
                    "client_data": canonical.base64_of(each.client_data),
                    "credential_id": each.key.id,
                    "signature": canonical.base64_of(each.signature),
                }
                for each in approvals
            ]
        }
    )


def _subject_public_key(cose: bytes) -> bytes:
    try:
        found = decode_credential_public_key(cose)
        if isinstance(found, DecodedEC2PublicKey):
            x, y = int.from_bytes(found.x, "big"), int.from_bytes(found.y, "big")
            key: EllipticCurvePublicKey | Ed25519PublicKey = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
        elif isinstance(found, DecodedOKPPublicKey):
            key = Ed25519PublicKey.from_public_bytes(found.x)
        else:
            raise NotApproved("a passkey for approvals is of ES256 or Ed25519, this one is RSA")
    except (WebAuthnException, ValueError, TypeError, LookupError, AttributeError):
        raise NotApproved("the passkey's public key cannot be read") from None
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
