# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The cipher suites that this package speaks, in one table: those of RFC 9420, section 17.1, and a hybrid one.

The hybrid exchanges keys by X-Wing, that is ML-KEM-768 and X25519 together, and is otherwise suite 1
(draft-ietf-mls-pq-ciphersuites). No number is assigned to it yet. Here it has one of the range for private use; an
application that needs another one says so in its `Rules.suites`, with `numbered`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from privity.mls.errors import UnknownCipherSuite

Kem = Literal["x25519", "p256", "xwing"]
Aead = Literal["aes128gcm", "chacha20poly1305"]
Signature = Literal["ed25519", "ecdsa_p256"]

PRIVATE_USE: Final = range(0xF000, 0x10000)
"""The numbers that nobody assigns (section 17.1)."""


VerifyEd25519 = Callable[[bytes, bytes, bytes], None]
"""(public key, signature, data): raises BadSignature or BadPublicKey unless the signature is good. It is called with
forms that `privity.mls.ed25519` has let through, and must verify without cofactor, as RFC 8032 allows."""

SignEd25519 = Callable[[bytes], Callable[[bytes], bytes]]
"""A private key of 32 bytes becomes the function that signs with it, as RFC 8032 says. Raises ValueError for no key."""


@dataclass(frozen=True, slots=True)
class CipherSuite:
    """What a suite number stands for. Sizes are in bytes: nh hash and MAC, nk AEAD key, nn AEAD nonce.

    `verify_ed25519` and `sign_ed25519` are faster ones that the application has; None takes those of `cryptography`.
    """

    id: int
    name: str
    hash_name: str
    nh: int
    kem: Kem
    aead: Aead
    nk: int
    nn: int
    signature: Signature
    verify_ed25519: VerifyEd25519 | None = field(default=None, compare=False, repr=False)
    sign_ed25519: SignEd25519 | None = field(default=None, compare=False, repr=False)


Suites = Mapping[int, CipherSuite]
"""Suites by their numbers."""

X25519_AES128GCM: Final = CipherSuite(
    1,
    "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    "sha256",
    32,
    "x25519",
    "aes128gcm",
    16,
    12,
    "ed25519",
)
P256_AES128GCM: Final = CipherSuite(
    2,
    "MLS_128_DHKEMP256_AES128GCM_SHA256_P256",
    "sha256",
    32,
    "p256",
    "aes128gcm",
    16,
    12,
    "ecdsa_p256",
)
X25519_CHACHA20POLY1305: Final = CipherSuite(
    3,
    "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
    "sha256",
    32,
    "x25519",
    "chacha20poly1305",
    32,
    12,
    "ed25519",
)
POST_QUANTUM: Final = CipherSuite(
    0xF47A,
    "MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519",
    "sha256",
    32,
    "xwing",
    "aes128gcm",
    16,
    12,
    "ed25519",
)


def table(*entries: CipherSuite) -> Suites:
    """These suites by their numbers, for `Rules.suites`."""
    found = MappingProxyType({entry.id: entry for entry in entries})
    if len(found) != len(entries):
        raise ValueError(f"two suites have the same number: {[entry.id for entry in entries]}")
    return found


def with_verifier(suites: Suites, verify_ed25519: VerifyEd25519) -> Suites:
    """The same suites with a verifier of the application, for `Rules.suites`."""
    return table(*(replace(entry, verify_ed25519=verify_ed25519) for entry in suites.values()))


def with_signer(suites: Suites, sign_ed25519: SignEd25519) -> Suites:
    """The same suites with a signer of the application, for `Rules.suites` and `Identity`."""
    return table(*(replace(entry, sign_ed25519=sign_ed25519) for entry in suites.values()))


RFC_9420: Final = table(X25519_AES128GCM, P256_AES128GCM, X25519_CHACHA20POLY1305)
"""The suites of RFC 9420 that this package speaks."""

SUITES: Final = table(*RFC_9420.values(), POST_QUANTUM)
"""All that this package speaks."""


def suite(number: int, admitted: Suites = SUITES) -> CipherSuite:
    """The suite with this number among the admitted ones, or UnknownCipherSuite."""
    try:
        return admitted[number]
    except KeyError:
        known = ", ".join(str(known) for known in admitted)
        raise UnknownCipherSuite(f"cipher suite {number} is unknown, expected one of {known}") from None


def check_admitted(entry: CipherSuite, admitted: Suites) -> None:
    """Raise UnknownCipherSuite unless this very suite is admitted under its number."""
    if suite(entry.id, admitted) != entry:
        raise UnknownCipherSuite(f"cipher suite {entry.id} is {entry.name} here, expected {admitted[entry.id].name}")


def numbered(entry: CipherSuite, number: int) -> CipherSuite:
    """The same suite under another number, 16 bits, on which all members of a group must have agreed."""
    if not 0 < number < 1 << 16:
        raise ValueError(f"a suite has a number of 16 bits, not {number}")
    return replace(entry, id=number)
