# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Passkeys as browsers speak of them (WebAuthn): what they are asked, and whether the answer proves anything.

The signature counter is looked at by the caller, after the signature: a number that nobody signed says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from privity.desk.limits import CHALLENGE_MS, MAX_CEREMONY_BYTES
from privity.desk.staff.errors import ChallengeRefused, PasskeyRefused

NAME: Final = "Privity desk"
_FORMATS: Final = frozenset({AttestationFormat.NONE, AttestationFormat.PACKED})
"""No maker's certificate is asked for; some authenticators then sign with the new key itself."""
_LIBRARY_RAISES: Final = (WebAuthnException, UnsupportedAlgorithm, ValueError, TypeError, KeyError, AttributeError)
"""What the library and what is below it raise for bytes that are no credential."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys of this desk are made and shown: at one origin, and for the host in it."""

    origin: str
    host: str


class Somebody(Protocol):
    """Who makes a passkey."""

    @property
    def name(self) -> str: ...

    @property
    def handle(self) -> bytes: ...


class Known(Protocol):
    """A passkey that is known."""

    @property
    def id(self) -> bytes: ...

    @property
    def public_key(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that was made for this desk."""

    id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int


class _ClientData(msgspec.Struct, frozen=True):
    challenge: str
    crossOrigin: bool = False
    """Whether the page stood inside one of another site."""


class _Response(msgspec.Struct, frozen=True):
    clientDataJSON: str


class _Credential(msgspec.Struct, frozen=True):
    rawId: str
    response: _Response


def creation_options(place: Place, somebody: Somebody, challenge: bytes, known: Iterable[Known]) -> str:
    """What the browser is asked to make, as JSON."""
    return options_to_json(
        generate_registration_options(
            rp_id=place.host,
            rp_name=NAME,
            user_name=somebody.name,
            user_id=somebody.handle,
            challenge=challenge,
            timeout=CHALLENGE_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(each.id) for each in known],
        )
    )


def request_options(place: Place, challenge: bytes, known: Iterable[Known] = ()) -> str:
    """What the browser is asked to prove, as JSON; with any passkey of this desk, or one of those named."""
    return options_to_json(
        generate_authentication_options(
            rp_id=place.host,
            challenge=challenge,
            timeout=CHALLENGE_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(each.id) for each in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def answered(answer: str) -> tuple[bytes, bytes]:
    """The challenge and the passkey's id that an answer names, before anything of it is believed.

    Raises PasskeyRefused or ChallengeRefused.
    """
    credential = _credential(answer)
    try:
        said = msgspec.json.decode(base64url_to_bytes(credential.response.clientDataJSON), type=_ClientData)
        challenge, passkey_id = base64url_to_bytes(said.challenge), base64url_to_bytes(credential.rawId)
    except (msgspec.DecodeError, ValueError):
        raise ChallengeRefused("the answer of the browser does not say what was asked") from None
    if said.crossOrigin:
        raise PasskeyRefused("the passkey was asked for inside a page of another site")
    return challenge, passkey_id


def verify_made(place: Place, challenge: bytes, answer: str) -> Made:
    """Raises PasskeyRefused unless a passkey was made here, for this desk, by somebody whom it verified."""
    try:
        found = verify_registration_response(
            credential=_object(answer),
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except _LIBRARY_RAISES as err:
        raise PasskeyRefused(f"no passkey was made for this desk: {_why(err)}") from None
    if found.fmt not in _FORMATS:
        raise PasskeyRefused("the passkey came with a certificate of its maker, which was not asked for")
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


def verify_shown(place: Place, challenge: bytes, passkey: Known, answer: str) -> int:
    """The counter it says. Raises PasskeyRefused unless this passkey answered here, by somebody whom it verified."""
    try:
        found = verify_authentication_response(
            credential=_object(answer),
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _LIBRARY_RAISES as err:
        raise PasskeyRefused(f"this proves no passkey of this desk: {_why(err)}") from None
    return found.new_sign_count


def _credential(answer: str) -> _Credential:
    if len(answer) > MAX_CEREMONY_BYTES:
        raise PasskeyRefused(f"the answer of a browser has at most {MAX_CEREMONY_BYTES} letters, it has {len(answer)}")
    try:
        return msgspec.json.decode(answer, type=_Credential)
    except (msgspec.DecodeError, UnicodeError):
        raise PasskeyRefused("a passkey is needed here, and the browser gave no answer of one") from None


def _object(answer: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer)
    return found


def _why(err: Exception) -> str:
    """The library's own sentences name origins and flags, never keys."""
    return str(err) if isinstance(err, WebAuthnException) else "it cannot be read"
