# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person chose about others, told from one of their devices to another (spec/choices.md). Devices only.

A choice is made and taken back at times. Two devices that know different times agree on the later of each, so in
whichever order they hear of each other, however often, they come to the same; and what a device took back without
knowing that another had chosen it anew stays chosen. A telling is as long as every other one, whatever is in it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from privity.identity.credential import check_listed, make_credential
from privity.identity.device_list import SUITE, DeviceList
from privity.identity.errors import BadLetter, BadUri, TellingDoesNotOpen, TellingNotSigned
from privity.identity.uris import ID_BYTES, ClientUri, host_of, id_of, make_user_uri, parse_client_uri
from privity.message import sealing
from privity.message.errors import DoesNotOpen, UnusableKey
from privity.mls.codec import Reader, decode, u8, u64, vec
from privity.mls.crypto import sign_with_label, verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature, CodecError

TELLING: Final = 3
"""The kind of such a letter, beside those of `account_key`."""
LETTER_BYTES: Final = 1_024
"""Of every telling."""
LABEL: Final = b"PrivityChoices"
INFO: Final = b"privity choices"
MAX_URI: Final = 256
MAX_ABOUT: Final = 40
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
DIGEST_BYTES: Final = 32
LATEST_MS: Final = (1 << 63) - 1
"""Beyond it nothing was chosen; so there is always a later moment to choose again."""
_HEAD: Final = 8 + DIGEST_BYTES + 1
_PADDING: Final = "="


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen about somebody (`about`, such as `frozen`), when it was chosen last, and what was taken back.

    `undone_ms` is not when it was taken back, but the newest choice that whoever took it back knew of.
    """

    user_uri: str
    about: str
    chosen_ms: int
    undone_ms: int = 0

    @property
    def holds(self) -> bool:
        return self.chosen_ms > self.undone_ms

    def made(self, now_ms: int) -> Choice:
        """Chosen now, after everything that was chosen or taken back before, whatever the clock says."""
        at_ms = max(now_ms, self.chosen_ms, self.undone_ms + 1)
        return Choice(self.user_uri, self.about, min(at_ms, LATEST_MS), self.undone_ms)

    def undone(self) -> Choice:
        return Choice(self.user_uri, self.about, self.chosen_ms, self.chosen_ms)

    def merged(self, other: Choice) -> Choice:
        """With what another device knows of the same."""
        chosen_ms = max(self.chosen_ms, other.chosen_ms)
        return Choice(self.user_uri, self.about, chosen_ms, max(self.undone_ms, other.undone_ms))

    def encode(self) -> bytes:
        about = self.about.encode()
        return _raw_id(self.user_uri) + u64(self.chosen_ms) + u64(self.undone_ms) + vec(about)


def digest(choices: Iterable[Choice]) -> bytes:
    """The same on two devices that know the same choices."""
    hashed = hashlib.sha256()
    for each in sorted(choice.encode() for choice in choices):
        hashed.update(vec(each))
    return hashed.digest()


@dataclass(frozen=True, slots=True)
class Content:
    """What is sealed. `number` rises with each telling of a device to another; `digest` is of all that it knows."""

    number: int
    digest: bytes
    choices: tuple[Choice, ...] = field(repr=False)

    def encode(self) -> bytes:
        """What `decode_content` takes, with any number of zeros behind it."""
        choices = b"".join(each.encode() for each in self.choices)
        return u64(self.number) + self.digest + u8(len(self.choices)) + choices


@dataclass(frozen=True, slots=True)
class Telling:
    """As the hub sees it: from whom, to which key, and bytes."""

    client_uri: ClientUri
    public: bytes
    sealed: bytes = field(repr=False)

    def encode(self) -> bytes:
        return _header(self.client_uri, self.public) + self.sealed


def is_telling(letter: bytes) -> bool:
    return letter[:1] == u8(TELLING)


def fitting(client_uri: str, choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """The first of these that one telling of this device has room for."""
    room = _body_bytes(client_uri) - _HEAD
    found = []
    for each in choices:
        room -= len(each.encode())
        if room < 0:
            break
        found.append(each)
    return tuple(found)


def seal(client_uri: str, signature_private: bytes, to: str, public: bytes, content: Content) -> Telling:
    """From one device of an account `to` another, under the key of its wish. Content that `fitting` gave.

    Raises BadLetter for a key that nothing can be sealed to. Randomness is the operating system's, inside HPKE.
    """
    own = parse_client_uri(client_uri)
    written = content.encode()
    body = written + bytes(_body_bytes(own) - len(written))
    info = _info(own, to, public)
    signature = sign_with_label(SUITE, signature_private, LABEL, info + body)
    try:
        return Telling(own, public, sealing.seal(public, signature + body, info))
    except UnusableKey:
        raise BadLetter(f"{to} wishes for letters under a key that nothing can be sealed to") from None


def decode_telling(letter: bytes) -> Telling:
    """Raises BadLetter."""
    if len(letter) != LETTER_BYTES:
        raise BadLetter(f"what is told between devices has {LETTER_BYTES} bytes, this letter {len(letter)}")
    try:
        return decode(_read, letter)
    except (CodecError, BadUri, UnicodeDecodeError) as err:
        raise BadLetter(f"not a letter between devices: {type(err).__name__}: {err}") from None


def open_telling(telling: Telling, to: str, private: bytes, devices: DeviceList) -> Content:
    """What another device tells the device `to`; `devices` is their account's list in force.

    Raises OtherUser or KeyNotListed for whoever is not in it, TellingDoesNotOpen, TellingNotSigned, BadLetter.
    """
    listed = devices.device(telling.client_uri)
    check_listed(make_credential(telling.client_uri), listed.mls_signature_key if listed else b"", devices)
    assert listed is not None  # what `check_listed` has found
    info = _info(telling.client_uri, to, telling.public)
    try:
        plain = sealing.unseal(sealing.private_key(private), telling.sealed, info)
    except (DoesNotOpen, UnusableKey):
        raise TellingDoesNotOpen(f"what {telling.client_uri} tells does not open under this device's wish") from None
    signature, body = plain[:SIGNATURE_BYTES], plain[SIGNATURE_BYTES:]
    try:
        verify_with_label(SUITE, listed.mls_signature_key, LABEL, info + body, signature)
    except (BadSignature, BadPublicKey):
        raise TellingNotSigned(f"{telling.client_uri} did not sign what is told in its name") from None
    return decode_content(body, host_of(to))


def decode_content(body: bytes, host: str) -> Content:
    """What was sealed, with the zeros behind it; `host`: of the accounts that it names. Raises BadLetter."""
    try:
        return decode(lambda r: _read_content(r, host), body)
    except (CodecError, BadUri, UnicodeDecodeError) as err:
        raise BadLetter(f"these are no choices: {type(err).__name__}: {err}") from None


def _header(client_uri: str, public: bytes) -> bytes:
    return u8(TELLING) + vec(client_uri.encode()) + public


def _body_bytes(client_uri: str) -> int:
    around = len(_header(client_uri, bytes(KEY_BYTES))) + sealing.OVERHEAD + SIGNATURE_BYTES
    return LETTER_BYTES - around


def _info(client_uri: str, to: str, public: bytes) -> bytes:
    return vec(INFO) + vec(client_uri.encode()) + vec(to.encode()) + public


def _read(r: Reader) -> Telling:
    kind = r.u8()
    if kind != TELLING:
        raise CodecError(f"expected kind {TELLING}, got {kind}")
    client_uri = parse_client_uri(r.vec(MAX_URI).decode())
    return Telling(client_uri, r.fixed(KEY_BYTES), r.fixed(r.remaining))


def _read_content(r: Reader, host: str) -> Content:
    number, known, count = r.u64(), r.fixed(DIGEST_BYTES), r.u8()
    choices = tuple(_read_choice(r, host) for _ in range(count))
    if any(r.fixed(r.remaining)):
        raise CodecError("expected zeros behind the last choice")
    return Content(number, known, choices)


def _read_choice(r: Reader, host: str) -> Choice:
    user_uri = make_user_uri(host, _text_id(r.fixed(ID_BYTES)))
    chosen_ms, undone_ms, about = r.u64(), r.u64(), r.vec(MAX_ABOUT).decode("ascii")
    if not undone_ms <= chosen_ms <= LATEST_MS:
        raise CodecError(f"expected a choice that is undone up to {chosen_ms} at most, got {undone_ms}")
    return Choice(user_uri, about, chosen_ms, undone_ms)


def _raw_id(uri: str) -> bytes:
    text = id_of(uri).upper()
    return base64.b32decode(text + _PADDING * (-len(text) % 8))


def _text_id(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip(_PADDING).lower()
