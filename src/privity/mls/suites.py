# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The cipher suites of RFC 9420, section 17.1 that this package speaks, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from privity.mls.errors import UnknownCipherSuite

Kem = Literal["x25519", "p256"]
Aead = Literal["aes128gcm", "chacha20poly1305"]
Signature = Literal["ed25519", "ecdsa_p256"]


@dataclass(frozen=True, slots=True)
class CipherSuite:
    """What a suite number stands for. Sizes are in bytes: nh hash and MAC, nk AEAD key, nn AEAD nonce."""

    id: int
    name: str
    hash_name: str
    nh: int
    kem: Kem
    aead: Aead
    nk: int
    nn: int
    signature: Signature


SUITES: Final[dict[int, CipherSuite]] = {
    entry.id: entry
    for entry in (
        CipherSuite(
            1,
            "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
            "sha256",
            32,
            "x25519",
            "aes128gcm",
            16,
            12,
            "ed25519",
        ),
        CipherSuite(
            2,
            "MLS_128_DHKEMP256_AES128GCM_SHA256_P256",
            "sha256",
            32,
            "p256",
            "aes128gcm",
            16,
            12,
            "ecdsa_p256",
        ),
        CipherSuite(
            3,
            "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
            "sha256",
            32,
            "x25519",
            "chacha20poly1305",
            32,
            12,
            "ed25519",
        ),
    )
}


def suite(number: int) -> CipherSuite:
    """The suite with this number, or UnknownCipherSuite."""
    try:
        return SUITES[number]
    except KeyError:
        known = ", ".join(str(known) for known in SUITES)
        raise UnknownCipherSuite(f"cipher suite {number} is unknown, expected one of {known}") from None
