# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person said about contact with another, signed by one of their devices (MIMI protocol, consent entries).

The hub keeps and relays these entries, and obeys them. That it also could not have made them is for devices: nobody
comes into a conversation of a person on the word of the hub alone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from privity.identity.device_list import DeviceList
from privity.identity.errors import (
    BadCode,
    BadHandle,
    BadUri,
    ConsentNotSigned,
    MalformedConsent,
    UsageError,
    WrongCodeProof,
)
from privity.identity.handle import parse_handle
from privity.identity.uris import parse_client_uri, parse_room_uri, parse_user_uri, user_of
from privity.message import cbor
from privity.message.errors import CborError
from privity.mls.codec import Reader, decode, vec
from privity.mls.crypto import SigningKey, sign_with_label, verify_with_label
from privity.mls.errors import CodecError, ProtocolError
from privity.mls.suites import suite

LABEL = b"PrivityConsentTBS"
CODE_LABEL = b"PrivityContactCode"
PROOF_LABEL = b"PrivityContactCodeProof"
CODE_BYTES: Final = 10
"""Random bytes of a one-time code: sixteen letters of base32, which the hub that holds their hash cannot try out."""
PROOF_BYTES: Final = 32
MAX_VALUE: Final = 1 << 10
MAX_TIME_MS: Final = (1 << 53) - 1
MAX_TYPED: Final = 64
"""Characters of a typed code that are looked at."""
_FIELDS: Final = 8
_CODE = re.compile(r"[a-z2-7]{16}")


class Op(IntEnum):
    """What is said. REQUEST and GRANT are MIMI's."""

    REQUEST = 1
    """`user` would like contact with `other`, who may be named by a handle; with a room: invites `other` to it."""
    GRANT = 2
    """`user` agrees to contact with `other`; with a room: to be added to it by `other`."""
    MEET = 3
    """As GRANT, because one used the other's one-time code."""
    VOUCH = 4
    """`user`, a guardian, agrees that `ward` has contact with `other` if the ward wants it."""
    GUARD = 5
    """`user` takes `other`, whose one-time code they used, as guardian."""


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One entry. `at_ms` is the time of the device that signed; `proof` stands in MEET and GUARD (`code_proof`)."""

    op: Op
    user_uri: str
    other: str
    """A user URI; in a REQUEST without a room it may be a handle."""
    room_uri: str
    """Empty where no room is meant."""
    ward_uri: str
    """Only in VOUCH."""
    proof: bytes
    at_ms: int
    client_uri: str
    """The device that signed."""

    def __post_init__(self) -> None:
        """Raise MalformedConsent unless every field has its one form."""
        try:
            parse_user_uri(self.user_uri)
            if user_of(parse_client_uri(self.client_uri)) != self.user_uri:
                raise MalformedConsent("the device that signed is not one of the user")
            if self.op is Op.REQUEST and not self.room_uri and "/" not in self.other:
                parse_handle(self.other)
            else:
                parse_user_uri(self.other)
            if self.room_uri:
                parse_room_uri(self.room_uri)
            if self.ward_uri:
                parse_user_uri(self.ward_uri)
        except (BadUri, BadHandle) as err:
            raise MalformedConsent(str(err)) from None
        if self.room_uri and self.op not in (Op.REQUEST, Op.GRANT):
            raise MalformedConsent(f"{self.op.name} names no room")
        if (self.op is Op.VOUCH) != bool(self.ward_uri):
            raise MalformedConsent("VOUCH and only VOUCH names a ward")
        if len(self.proof) != (PROOF_BYTES if self.op in (Op.MEET, Op.GUARD) else 0):
            raise MalformedConsent(f"MEET and GUARD have a proof of {PROOF_BYTES} bytes, others none")
        if not 0 <= self.at_ms <= MAX_TIME_MS:
            raise MalformedConsent("at_ms: expected milliseconds since 1970")
        if self.user_uri in (self.other, self.ward_uri):
            raise MalformedConsent("nobody is their own contact or guardian")

    def content(self) -> bytes:
        """What is signed."""
        return cbor.encode(
            [
                int(self.op),
                self.user_uri,
                self.other,
                self.room_uri,
                self.ward_uri,
                self.proof,
                self.at_ms,
                self.client_uri,
            ]
        )

    def sign(self, key: SigningKey) -> bytes:
        """The entry as it travels: its content and the signature of the device, both length-prefixed."""
        content = self.content()
        return vec(content) + vec(sign_with_label(suite(1), key, LABEL, content))


@dataclass(frozen=True, slots=True)
class UnprovenEntry:
    """An entry that was decoded; nobody has looked at its signature yet."""

    claimed: ConsentEntry
    content: bytes
    signature: bytes

    def check(self, devices: Iterable[DeviceList], former: Iterable[tuple[str, bytes]] = ()) -> ConsentEntry:
        """The entry, if a device in one of these lists of its user signed it, or one that a list named once: `former`
        are client URIs and keys. Raises ConsentNotSigned."""
        keys = {key: None for client_uri, key in former if client_uri == self.claimed.client_uri}
        for listed in devices:
            if listed.user_uri != self.claimed.user_uri:
                raise UsageError("these are lists of another user")
            device = listed.device(self.claimed.client_uri)
            if device is not None:
                keys[device.mls_signature_key] = None
        why = "no list of the user names the device that is said to have signed"
        for key in keys:
            try:
                verify_with_label(suite(1), key, LABEL, self.content, self.signature)
            except ProtocolError as err:
                why = f"{type(err).__name__}: {err}"
            else:
                return self.claimed
        raise ConsentNotSigned(why)


def decode_entry(value: bytes) -> UnprovenEntry:
    """Raises MalformedConsent."""
    content, signature = _two(value)
    try:
        found = cbor.decode(content, max_bytes=MAX_VALUE, max_depth=1)
    except CborError as err:
        raise MalformedConsent(f"not a consent entry: {err}") from None
    if not isinstance(found, list) or len(found) != _FIELDS:
        raise MalformedConsent(f"a consent entry is an array of {_FIELDS} fields")
    op, user, other, room, ward, proof, at_ms, client = found
    if isinstance(op, bool) or not isinstance(op, int) or op not in set(Op):
        raise MalformedConsent(f"op: expected one of {[int(each) for each in Op]}")
    if not all(isinstance(text, str) for text in (user, other, room, ward, client)):
        raise MalformedConsent("the names of people, rooms and devices are texts")
    if not isinstance(proof, bytes) or isinstance(at_ms, bool) or not isinstance(at_ms, int):
        raise MalformedConsent("the proof is bytes, the time a number")
    return UnprovenEntry(ConsentEntry(Op(op), user, other, room, ward, proof, at_ms, client), content, signature)


def _two(value: bytes) -> tuple[bytes, bytes]:
    def read(reader: Reader) -> tuple[bytes, bytes]:
        return reader.vec(MAX_VALUE), reader.vec(MAX_VALUE)

    if len(value) > MAX_VALUE:
        raise MalformedConsent(f"a consent entry has at most {MAX_VALUE} bytes, got {len(value)}")
    try:
        return decode(read, value)
    except CodecError as err:
        raise MalformedConsent(f"not a consent entry: {err}") from None


def shown_code(code: bytes) -> str:
    """A one-time code as people read it: sixteen letters in groups of four."""
    if len(code) != CODE_BYTES:
        raise UsageError(f"a code has {CODE_BYTES} bytes, got {len(code)}")
    letters = b32encode(code).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def typed_code(text: str) -> bytes:
    """A one-time code as a person typed or scanned it: capitals, spaces and dashes do not matter. Raises BadCode."""
    letters = "".join(text[:MAX_TYPED].lower().replace("-", " ").split())
    if _CODE.fullmatch(letters) is None:
        raise BadCode("a code has sixteen letters a-z and digits 2-7, such as k3x7-m2qa-b4cd-e5fg")
    return b32decode(letters.upper())


def code_hash(code: bytes) -> bytes:
    """What the hub knows a one-time code by."""
    if len(code) != CODE_BYTES:
        raise UsageError(f"a code has {CODE_BYTES} bytes, got {len(code)}")
    return hashlib.sha256(vec(CODE_LABEL) + vec(code)).digest()


def code_proof(code: bytes, op: Op, user_uri: str, maker_uri: str) -> bytes:
    """Proves to whoever knows the code that `user_uri` knew it and used it for this. The hub has only its hash."""
    if len(code) != CODE_BYTES:
        raise UsageError(f"a code has {CODE_BYTES} bytes, got {len(code)}")
    said = vec(PROOF_LABEL) + bytes([op]) + vec(user_uri.encode()) + vec(maker_uri.encode())
    return hmac.digest(code, said, "sha256")


def check_code_proof(entry: ConsentEntry, code: bytes) -> None:
    """Raise WrongCodeProof unless whoever signed the entry knew this code of `entry.other`."""
    if not hmac.compare_digest(entry.proof, code_proof(code, entry.op, entry.user_uri, entry.other)):
        raise WrongCodeProof("the entry was not made with the code that this device gave out")
