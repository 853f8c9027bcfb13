# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of suites, and which of them an application admits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privity.mls.crypto import SigningKey
from privity.mls.errors import UnknownCipherSuite
from privity.mls.suites import (
    POST_QUANTUM,
    PRIVATE_USE,
    RFC_9420,
    SUITES,
    X25519_AES128GCM,
    check_admitted,
    numbered,
    suite,
    table,
    with_signer,
    with_verifier,
)


def test_the_table() -> None:
    assert list(RFC_9420) == [1, 2, 3]
    assert set(SUITES) - set(RFC_9420) == {POST_QUANTUM.id}
    assert all(entry.id == number for number, entry in SUITES.items())
    assert POST_QUANTUM.id == 0xF47A
    assert POST_QUANTUM.id in PRIVATE_USE, "no number is assigned to it"
    assert (PRIVATE_USE[0], PRIVATE_USE[-1]) == (0xF000, 0xFFFF)


def test_what_each_number_stands_for() -> None:
    dh, p256, chacha, hybrid = SUITES.values()
    assert (dh.name, p256.name, chacha.name, hybrid.name) == (
        "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
        "MLS_128_DHKEMP256_AES128GCM_SHA256_P256",
        "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
        "MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519",
    )
    assert [(each.kem, each.aead, each.signature) for each in (dh, p256, chacha, hybrid)] == [
        ("x25519", "aes128gcm", "ed25519"),
        ("p256", "aes128gcm", "ecdsa_p256"),
        ("x25519", "chacha20poly1305", "ed25519"),
        ("xwing", "aes128gcm", "ed25519"),
    ]
    assert {(each.hash_name, each.nh, each.nn) for each in SUITES.values()} == {("sha256", 32, 12)}
    assert [each.nk for each in SUITES.values()] == [16, 16, 32, 16]


def test_a_verifier_of_the_application_makes_no_other_suite() -> None:
    def verify(public: bytes, signature: bytes, data: bytes) -> None: ...

    fast = with_verifier(RFC_9420, verify)
    assert dict(fast) == dict(RFC_9420)
    assert all(each.verify_ed25519 is verify for each in fast.values())
    assert "verify" not in repr(fast[1])


def test_a_signer_of_the_application_makes_no_other_suite() -> None:
    def sign(private: bytes) -> Callable[[bytes], bytes]:
        return lambda data: private + data

    def verify(public: bytes, signature: bytes, data: bytes) -> None: ...

    fast = with_signer(with_verifier(RFC_9420, verify), sign)
    assert dict(fast) == dict(RFC_9420)
    assert all(each.sign_ed25519 is sign and each.verify_ed25519 is verify for each in fast.values())
    assert "sign_" not in repr(fast[1])
    private = bytes(range(32))
    assert SigningKey(fast[1], private).sign(b"data") == private + b"data"
    assert SigningKey(fast[1], private).public_key() == SigningKey(RFC_9420[1], private).public_key()
    assert len(SigningKey(fast[2], private).sign(b"data")) > 64, "P-256 is not asked of it"


def test_the_hybrid_differs_from_suite_1_in_its_kem_alone() -> None:
    ordinary, hybrid = X25519_AES128GCM, POST_QUANTUM
    assert [name for name in ordinary.__slots__ if getattr(ordinary, name) != getattr(hybrid, name)] == [
        "id",
        "name",
        "kem",
    ]


def test_what_is_not_admitted_is_unknown() -> None:
    assert suite(POST_QUANTUM.id) is POST_QUANTUM
    with pytest.raises(UnknownCipherSuite, match="62586"):
        suite(POST_QUANTUM.id, RFC_9420)
    with pytest.raises(UnknownCipherSuite):
        suite(4)


def test_an_application_gives_the_hybrid_another_number() -> None:
    ours = numbered(POST_QUANTUM, 0xF000)
    admitted = table(*RFC_9420.values(), ours)
    assert suite(0xF000, admitted) == ours
    check_admitted(ours, admitted)
    with pytest.raises(UnknownCipherSuite):
        suite(POST_QUANTUM.id, admitted)
    with pytest.raises(UnknownCipherSuite, match="MLKEM768X25519"):
        check_admitted(X25519_AES128GCM, table(numbered(POST_QUANTUM, 1)))


def test_numbers_that_cannot_be() -> None:
    for number in (0, -1, 1 << 16):
        with pytest.raises(ValueError, match="16 bits"):
            numbered(POST_QUANTUM, number)
    with pytest.raises(ValueError, match="same number"):
        table(X25519_AES128GCM, numbered(POST_QUANTUM, 1))


def test_a_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        SUITES[9] = X25519_AES128GCM  # type: ignore[index]  # the attempt is what is tested
