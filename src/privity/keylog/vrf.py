# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381): one output per input, which the key's holder can compute and prove.

The group operations are libsodium's. Secret scalars pass only through its scalar functions, which take the same time
for all of them; what is public (keys, proofs, hashes of labels that a reader asks for) may take any time.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_is_valid_point,
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_reduce,
    crypto_core_ed25519_sub,
    crypto_scalarmult_ed25519,
    crypto_scalarmult_ed25519_base,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)
from nacl.exceptions import RuntimeError as NotAPoint

from privity.keylog.errors import BadVrfKey, BadVrfProof, UsageError

KEY_BYTES: Final = 32
PROOF_BYTES: Final = 80
OUT_BYTES: Final = 32
"""The output is cut to the length of a key of the prefix tree."""

_SUITE: Final = b"\x03"
_CHALLENGE_BYTES: Final = 16
_ORDER: Final = (1 << 252) + 27742317777372353535851937790883648493
_PRIME: Final = (1 << 255) - 19
_IDENTITY: Final = b"\x01" + bytes(31)


def vrf_public(private: bytes) -> bytes:
    """The public key of a private one of 32 bytes."""
    return crypto_scalarmult_ed25519_base(_expanded(private)[:32])


def vrf_prove(private: bytes, alpha: bytes) -> tuple[bytes, bytes]:
    """(output of 32 bytes, proof of 80 bytes). Deterministic: no randomness can go wrong."""
    expanded = _expanded(private)
    public = crypto_scalarmult_ed25519_base(expanded[:32])
    h = encode_to_curve(public, alpha)
    gamma = crypto_scalarmult_ed25519(expanded[:32], h)
    nonce = crypto_core_ed25519_scalar_reduce(_sha512(expanded[32:] + h))
    u, v = crypto_scalarmult_ed25519_base_noclamp(nonce), crypto_scalarmult_ed25519_noclamp(nonce, h)
    challenge = _challenge(public, h, gamma, u, v)
    secret = crypto_core_ed25519_scalar_reduce(_clamped(expanded[:32]) + bytes(32))
    product = crypto_core_ed25519_scalar_mul(challenge + bytes(16), secret)
    return _output(gamma), gamma + challenge + crypto_core_ed25519_scalar_add(nonce, product)


def vrf_output(private: bytes, alpha: bytes) -> bytes:
    """The output alone, at half the price."""
    scalar = _expanded(private)[:32]
    return _output(crypto_scalarmult_ed25519(scalar, encode_to_curve(crypto_scalarmult_ed25519_base(scalar), alpha)))


@lru_cache(maxsize=16)  # a reader has one log, and the check costs a tenth of a verification
def check_vrf_key(public: bytes) -> None:
    """Raise BadVrfKey unless outputs under this key are unique (section 5.4.5): no point of small order, none mixed."""
    if len(public) != KEY_BYTES or not crypto_core_ed25519_is_valid_point(public):
        raise BadVrfKey("the VRF key is no point of prime order in its one encoding")


def vrf_verify(public: bytes, alpha: bytes, proof: bytes) -> bytes:
    """The output that the proof is for. Raises BadVrfKey, BadVrfProof."""
    check_vrf_key(public)
    if len(proof) != PROOF_BYTES:
        raise BadVrfProof(f"a proof has {PROOF_BYTES} bytes, got {len(proof)}")
    gamma, challenge, s = proof[:32], proof[32:48], proof[48:]
    if int.from_bytes(s, "little") >= _ORDER:
        raise BadVrfProof("the proof's scalar is not below the group order")
    h, c = encode_to_curve(public, alpha), challenge + bytes(16)
    try:
        # Multiplication refuses a point of another than the prime order, or in a second encoding.
        u = crypto_core_ed25519_sub(
            crypto_scalarmult_ed25519_base_noclamp(s), crypto_scalarmult_ed25519_noclamp(c, public)
        )
        v = crypto_core_ed25519_sub(
            crypto_scalarmult_ed25519_noclamp(s, h), crypto_scalarmult_ed25519_noclamp(c, gamma)
        )
    except NotAPoint:
        raise BadVrfProof("the proof names a point that is not in the group") from None
    if _challenge(public, h, gamma, u, v) != challenge:
        raise BadVrfProof("the proof is not for this key and input")
    return _output(gamma)


def encode_to_curve(public: bytes, alpha: bytes) -> bytes:
    """Try and increment (section 5.4.1.1): the first counter whose hash is a point, times the cofactor."""
    for counter in range(256):
        point = point_of(_sha512(_SUITE + b"\x01" + public + alpha + bytes([counter, 0]))[:32])
        if point is not None:
            return point
    raise UsageError("no counter of a byte gives a point: this happens for one input in 2^256")


def point_of(hashed: bytes) -> bytes | None:
    """Eight times the point that these bytes encode; None if they encode none, or that is the identity.

    Below the group's prime: libsodium would take a second encoding (RFC 8032, section 5.1.3 does not). Its
    `is_valid_point` is no use here, for it refuses points that only the multiplication brings to the prime order.
    """
    if int.from_bytes(hashed, "little") & ((1 << 255) - 1) >= _PRIME:
        return None
    try:
        point = _times_cofactor(hashed)
    except NotAPoint:
        return None
    return None if point == _IDENTITY else point


def _times_cofactor(point: bytes) -> bytes:
    """Eight times a point: the first doubling also refuses what is none."""
    twice = crypto_core_ed25519_add(point, point)
    four = crypto_core_ed25519_add(twice, twice)
    return crypto_core_ed25519_add(four, four)


def _challenge(*points: bytes) -> bytes:
    return _sha512(_SUITE + b"\x02" + b"".join(points) + b"\x00")[:_CHALLENGE_BYTES]


def _output(gamma: bytes) -> bytes:
    return _sha512(_SUITE + b"\x03" + _times_cofactor(gamma) + b"\x00")[:OUT_BYTES]


def _expanded(private: bytes) -> bytes:
    """Scalar (not clamped yet: libsodium does it) and nonce prefix of a private key (RFC 8032, section 5.1.5)."""
    if len(private) != KEY_BYTES:
        raise UsageError(f"a private VRF key has {KEY_BYTES} bytes, got {len(private)}")
    return _sha512(private)


def _clamped(scalar: bytes) -> bytes:
    return bytes([scalar[0] & 0xF8]) + scalar[1:31] + bytes([scalar[31] & 0x7F | 0x40])


def _sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()
