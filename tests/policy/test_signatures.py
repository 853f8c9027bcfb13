# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two verifiers, one verdict: on every signature that somebody could make to split a room, they say the same."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity.mls.crypto import (
    check_signature_key,
    generate_signature_key,
    sign_with_label,
    signed_content,
    verify_with_label,
)
from privity.mls.errors import BadPublicKey, BadSignature, UsageError
from privity.mls.suites import RFC_9420, X25519_AES128GCM, CipherSuite, suite
from privity.policy.room_suites import ROOM_SUITES
from privity.policy.signatures import sign_ed25519, verify_ed25519
from tests.policy.edwards import ORDER, TORSION, P, encodings_of_small_order, sign_with

PLAIN = X25519_AES128GCM
FAST = suite(1, ROOM_SUITES)
LABEL = b"Test"
SHORT = 1 << 40
"""Secrets as short as this are as good here, and quicker to multiply with."""
Case = tuple[bytes, bytes, bytes]
"""Key, signature, content."""


def verdict(chosen: CipherSuite, case: Case) -> str:
    key, signature, content = case
    try:
        verify_with_label(chosen, key, LABEL, content, signature)
    except (BadPublicKey, BadSignature) as err:
        return type(err).__name__
    return "good"


def small_order() -> Iterator[Case]:
    """Every pair of encodings of small order as key and nonce: ZIP 215 takes all of them, with S = 0."""
    for key in encodings_of_small_order():
        for nonce in encodings_of_small_order():
            yield key, nonce + bytes(32), b"Zcash"


def mixed_order() -> Iterator[Case]:
    """Keys and nonces with a part of small order beside the large one; some hold without the cofactor, most do not."""
    random = Random(7)
    for twist in TORSION:
        for nonce_twist in TORSION:
            content = random.randbytes(8)
            data = signed_content(LABEL, content)
            key, signature = sign_with(random.randrange(1, SHORT), twist, random.randrange(1, SHORT), nonce_twist, data)
            yield key, signature, content
    for nonce_twist in TORSION:  # a nonce that is of small order alone, under an honest key
        data = signed_content(LABEL, b"nonce")
        key, signature = sign_with(random.randrange(1, SHORT), TORSION[0], 0, nonce_twist, data)
        yield key, signature, b"nonce"


def honest() -> tuple[bytes, bytes, bytes]:
    private, public = generate_signature_key(PLAIN, Random(3).randbytes)
    return public, sign_with_label(PLAIN, private, LABEL, b"content"), b"content"


def broken() -> Iterator[Case]:
    """An honest signature with one thing broken."""
    key, signature, content = honest()
    yield key, signature, content + b"."
    for cut in (0, 1, 32, 63):
        yield key, signature[:cut], content
    yield key, signature + b"\0", content
    for wrong in (b"", key[:31], key + b"\0", bytes(range(32)), b"\xff" * 32):
        yield wrong, signature, content
    for at in (0, 31, 32, 63):
        changed = bytearray(signature)
        changed[at] ^= 0x80
        yield key, bytes(changed), content
    last = int.from_bytes(signature[32:], "little")
    for more in range(1, 16):
        if last + more * ORDER < 1 << 256:
            yield key, signature[:32] + (last + more * ORDER).to_bytes(32, "little"), content
    for y in range(P, 1 << 255):  # the nineteen that are not reduced, as keys and as nonces
        for sign in (0, 1):
            odd = (y | sign << 255).to_bytes(32, "little")
            yield odd, signature, content
            yield key, odd + signature[32:], content


def test_an_honest_signature_is_good_for_both() -> None:
    assert verdict(PLAIN, honest()) == verdict(FAST, honest()) == "good"
    assert FAST.verify_ed25519 is verify_ed25519 and PLAIN.verify_ed25519 is None
    assert FAST == PLAIN, "which does not make it another suite"


def test_both_make_the_same_signature() -> None:
    """There is one only: nothing in it is drawn at random."""
    random = Random(5)
    for length in (0, 1, 64, 1000):
        private, public = generate_signature_key(PLAIN, random.randbytes)
        content = random.randbytes(length)
        made = sign_with_label(FAST, private, LABEL, content)
        assert made == sign_with_label(PLAIN, private, LABEL, content)
        assert made == sign_ed25519(private)(signed_content(LABEL, content))
        assert verdict(PLAIN, (public, made, content)) == verdict(FAST, (public, made, content)) == "good"
    assert FAST.sign_ed25519 is sign_ed25519 and PLAIN.sign_ed25519 is None


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_private_key_of_another_length_signs_nothing(length: int) -> None:
    for chosen in (PLAIN, FAST):
        with pytest.raises(UsageError, match="does not fit ed25519"):
            sign_with_label(chosen, bytes(length), LABEL, b"content")
    with pytest.raises(ValueError, match="has 32 bytes, this one"):
        sign_ed25519(bytes(length))


@pytest.mark.parametrize("cases", [small_order, mixed_order, broken])
def test_both_say_the_same_of_every_signature(cases: object) -> None:
    assert callable(cases)
    found = [(case, verdict(PLAIN, case), verdict(FAST, case)) for case in cases()]
    assert [each for each in found if each[1] != each[2]] == []
    good = sum(each[1] == "good" for each in found)
    assert (good > 0) == (cases is mixed_order), "a twist of key and nonce may cancel out; nothing else is let through"


def test_without_the_check_of_forms_the_two_would_disagree() -> None:
    """Why it is there: what only `cryptography` takes would split a room from those who verify by libsodium."""
    split = [case for case in (*small_order(), *mixed_order()) if _raw(case) != _raw_fast(case)]
    assert split
    assert {verdict(PLAIN, case) for case in split} <= {"BadPublicKey", "BadSignature"}


def test_random_damage_is_seen_alike() -> None:
    random = Random(11)
    key, signature, content = honest()
    for _ in range(300):
        changed = bytearray(key + signature)
        for _ in range(random.randrange(1, 4)):
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
        case = bytes(changed[:32]), bytes(changed[32:]), content
        assert verdict(PLAIN, case) == verdict(FAST, case) != "good"


@pytest.mark.parametrize("key", encodings_of_small_order(), ids=bytes.hex)
def test_a_key_that_anybody_can_sign_for_is_no_key(key: bytes) -> None:
    for chosen in (PLAIN, FAST):
        with pytest.raises(BadPublicKey):
            check_signature_key(chosen, key)


@pytest.mark.parametrize(("key", "signature", "error"), [(31, 64, BadPublicKey), (32, 63, BadSignature)])
def test_the_fast_one_reads_no_byte_beyond_what_it_is_given(key: int, signature: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        verify_ed25519(bytes(key), bytes(signature), b"")


def test_other_suites_are_as_they_were() -> None:
    assert set(RFC_9420) & set(ROOM_SUITES) == {1, 3}
    assert all(entry.signature == "ed25519" for entry in ROOM_SUITES.values())


def _raw(case: Case) -> bool:
    key, signature, content = case
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed_content(LABEL, content))
    except (InvalidSignature, ValueError):
        return False
    return True


def _raw_fast(case: Case) -> bool:
    key, signature, content = case
    try:
        verify_ed25519(key, signature, signed_content(LABEL, content))
    except BadSignature:
        return False
    return True
