# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Verifier keys (C2SP signed-note): a public key with the name and the kind of signature that it verifies."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from enum import IntEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.bindings import crypto_core_ed25519_is_valid_point

from privity.tlog.errors import BadVerifierKey, MalformedNote, UsageError
from privity.tlog.note import KEY_ID_BYTES, check_key_name, decode_base64

KEY_BYTES = 32
MAX_ENCODED = 1024
"""Characters of an encoded key: its name is that of a host and a few words."""


class KeyKind(IntEnum):
    """The signature type byte."""

    ED25519 = 1
    """Ed25519 over the text of the note: how a log signs."""
    COSIGNATURE = 4
    """Ed25519 over the time and the text: how a witness cosigns."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Raises BadVerifierKey where the name is none or the bytes are no key that anybody could sign with."""

    name: str
    kind: KeyKind
    public: bytes

    def __post_init__(self) -> None:
        try:
            check_key_name(self.name)
        except MalformedNote as err:
            raise BadVerifierKey(str(err)) from None
        if len(self.public) != KEY_BYTES:
            raise BadVerifierKey(f"an Ed25519 key has {KEY_BYTES} bytes, that of {self.name} {len(self.public)}")
        if not crypto_core_ed25519_is_valid_point(self.public):
            raise BadVerifierKey(f"the key of {self.name} is no point of the large group: it would verify anything")

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:KEY_ID_BYTES]

    @classmethod
    def of(cls, name: str, kind: KeyKind, private: bytes) -> VerifierKey:
        """The key that verifies what this private key signs."""
        return cls(name, kind, signing_key(private).public_key().public_bytes_raw())

    def encode(self) -> str:
        """NAME+KEYID+BASE64, one line for configurations."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def decode(cls, text: str) -> VerifierKey:
        """Raises BadVerifierKey."""
        if len(text) > MAX_ENCODED:
            raise BadVerifierKey(f"a verifier key has at most {MAX_ENCODED} characters, this one {len(text)}")
        parts = text.split("+", 2)
        material = decode_base64(parts[2]) if len(parts) == 3 else None
        if not material:
            raise BadVerifierKey("a verifier key is NAME+KEYID+BASE64, this is not")
        try:
            kind = KeyKind(material[0])
        except ValueError:
            raise BadVerifierKey(f"kinds of keys known here are 1 and 4, this one is of kind {material[0]}") from None
        key = cls(parts[0], kind, material[1:])
        if key.key_id.hex() != parts[1]:
            raise BadVerifierKey(f"the key ID of {key.name} is {key.key_id.hex()}, the line says another")
        return key


def signing_key(private: bytes) -> Ed25519PrivateKey:
    """Raises UsageError unless these are the 32 bytes of an Ed25519 private key."""
    try:
        return Ed25519PrivateKey.from_private_bytes(private)
    except ValueError:
        raise UsageError(f"an Ed25519 private key has {KEY_BYTES} bytes, got {len(private)}") from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
