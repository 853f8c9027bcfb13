# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Signatures, keys and suites."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from privity.mls.crypto import (
    LOW_ORDER_X25519,
    SigningKey,
    check_hpke_key,
    check_signature_key,
    generate_signature_key,
    sign_with_label,
    signature_public_key,
    verify_with_label,
)
from privity.mls.errors import BadPublicKey, BadSignature, UnknownCipherSuite, UsageError
from privity.mls.suites import SUITES, CipherSuite, suite
from tests.mls.public.builders import flip, noise

ALL = list(SUITES.values())


@pytest.mark.parametrize("chosen", ALL, ids=str)
def test_signature(chosen: CipherSuite) -> None:
    private, public = generate_signature_key(chosen, noise())
    assert signature_public_key(chosen, private) == public
    signature = sign_with_label(chosen, private, b"label", b"content")
    verify_with_label(chosen, public, b"label", b"content", signature)
    other = generate_signature_key(chosen, lambda n: b"\x07" * n)[1]
    broken = [
        (other, b"label", b"content", signature),
        (public, b"Label", b"content", signature),
        (public, b"label", b"contents", signature),
        (public, b"label", b"content", flip(signature, 20)),
        (public, b"label", b"content", b""),
        (public, b"label", b"content", signature + b"\x00"),
    ]
    for args in broken:
        with pytest.raises(BadSignature):
            verify_with_label(chosen, *args)


@pytest.mark.parametrize("chosen", ALL, ids=str)
def test_keys_of_wrong_length(chosen: CipherSuite) -> None:
    public = generate_signature_key(chosen, noise())[1]
    for bad in (b"", public[:-1], public + b"\x00"):
        with pytest.raises(BadPublicKey):
            check_signature_key(chosen, bad)
        with pytest.raises(BadPublicKey):
            check_hpke_key(chosen, bad)
        with pytest.raises(BadPublicKey):
            verify_with_label(chosen, bad, b"l", b"c", b"s")


def test_a_point_off_the_curve() -> None:
    public = generate_signature_key(suite(2), noise())[1]
    check_hpke_key(suite(2), public)
    with pytest.raises(BadPublicKey):
        check_hpke_key(suite(2), flip(public, 40))


@pytest.mark.parametrize("u", sorted(LOW_ORDER_X25519))
@pytest.mark.parametrize("top", [0, 1])
def test_small_points_are_refused_and_really_small(u: int, top: int) -> None:
    key = (u | top << 255).to_bytes(32, "little")
    with pytest.raises(BadPublicKey):
        check_hpke_key(suite(1), key)
    with pytest.raises(ValueError, match=r"shared"):
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(key))


def test_unknown_suites() -> None:
    for number in (0, 4, 0xFFFF):
        with pytest.raises(UnknownCipherSuite):
            suite(number)


def test_a_signing_key_hides_and_checks_itself() -> None:
    private = b"\x05" * 32
    assert private.hex() not in repr(SigningKey(suite(1), private))
    with pytest.raises(UsageError):
        SigningKey(suite(1), b"\x05" * 31)
    with pytest.raises(UsageError):
        SigningKey(suite(2), b"\x00" * 32)
