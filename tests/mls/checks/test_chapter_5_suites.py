# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Cipher suites, public keys, signatures, sealing, references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from privity.mls.crypto import (
    SigningKey,
    check_hpke_key,
    check_signature_key,
    generate_signature_key,
    ref_hash,
    sign_with_label,
    verify_with_label,
)
from privity.mls.messages.commit import ProposalRef
from privity.mls.messages.envelope import decode_welcome
from privity.mls.messages.framing import PROPOSAL_REF_LABEL
from privity.mls.messages.proposals import Remove
from privity.mls.messages.welcome import Welcome
from privity.mls.rules import LeafUse
from privity.mls.schedule import hpke
from privity.mls.suites import POST_QUANTUM, check_admitted, numbered, suite, table
from privity.mls.validation.group_info import verify_group_info
from privity.mls.validation.leaf_node import check_leaf
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid import flipped, followed, talking
from tests.mls.group.builders import Member, randomness
from tests.mls.public.builders import NOW, SUITE, TestRules, leaf, party

P256 = suite(2)


@shows("5.1-1")
def test_a_group_of_a_suite_that_nobody_knows() -> None:
    room = followed()
    tree = room.group.tree.encode()

    def enter(number: int) -> None:
        context = replace(room.group.context, cipher_suite=number)
        verify_group_info(room.sign_group_info(context, 0), tree, room.rules, NOW)

    breaks("5.1-1", enter, 1, 0x0BAD)


@shows("5.1-2")
def test_a_group_of_a_suite_that_the_application_does_not_admit() -> None:
    room = followed()
    info, tree = room.group_info(), room.group.tree.encode()

    def enter(admitted: Any) -> None:
        room.rules.suites = admitted
        verify_group_info(info, tree, room.rules, NOW)

    breaks("5.1-2", enter, table(SUITE, P256), table(P256))


@shows("5.1-3")
def test_a_suite_under_a_number_that_means_another() -> None:
    ours = table(numbered(POST_QUANTUM, 0xF001))
    breaks("5.1-3", lambda entry: check_admitted(entry, ours), numbered(POST_QUANTUM, 0xF001), numbered(SUITE, 0xF001))


# Public keys


def keys(number: int) -> tuple[bytes, bytes]:
    """A key to encrypt to and one to verify with."""
    chosen = suite(number)
    random = randomness(f"keys of suite {number}")
    return hpke.generate_key_pair(chosen, random)[1], generate_signature_key(chosen, random)[1]


@pytest.mark.parametrize("length", [0, 31, 33, 65])
@shows("5.1.1-1")
def test_the_length_of_an_x25519_key(length: int) -> None:
    breaks("5.1.1-1", partial(check_hpke_key, SUITE), keys(1)[0], bytes([9]) * length)


@pytest.mark.parametrize("point", [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"])
@shows("5.1.1-2")
def test_low_order_x25519_keys(point: bytes) -> None:
    breaks("5.1.1-2", partial(check_hpke_key, SUITE), keys(1)[0], point)


def compressed(point: bytes) -> bytes:
    return bytes([2 + (point[-1] & 1)]) + point[1:33]


@shows("5.1.1-3")
def test_a_compressed_p256_key() -> None:
    good = keys(2)[0]
    breaks("5.1.1-3", partial(check_hpke_key, P256), good, compressed(good))


@shows("5.1.1-4")
def test_a_p256_key_off_the_curve() -> None:
    good = keys(2)[0]
    breaks("5.1.1-4", partial(check_hpke_key, P256), good, flipped(good))


@pytest.mark.parametrize("length", [0, 31, 33, 57])
@shows("5.1.1-5")
def test_the_length_of_an_ed25519_key(length: int) -> None:
    breaks("5.1.1-5", partial(check_signature_key, SUITE), keys(1)[1], bytes(length))


@shows("5.1.1-6")
def test_a_compressed_signature_key() -> None:
    good = keys(2)[1]
    breaks("5.1.1-6", partial(check_signature_key, P256), good, compressed(good))


@shows("5.1.1-7")
def test_a_signature_key_off_the_curve() -> None:
    good = keys(2)[1]
    breaks("5.1.1-7", partial(check_signature_key, P256), good, flipped(good))


@pytest.mark.parametrize(
    ("number", "key"),
    [
        pytest.param("5.1.1-8", b"\x01" + bytes(31), marks=shows("5.1.1-8")),
        pytest.param("5.1.1-8", bytes(31) + b"\x80", marks=shows("5.1.1-8")),
        pytest.param("5.1.1-9", b"\xee" + b"\xff" * 30 + b"\x7f", marks=shows("5.1.1-9")),
    ],
)
def test_ed25519_keys_that_make_verifiers_disagree(number: str, key: bytes) -> None:
    breaks(number, partial(check_signature_key, SUITE), keys(1)[1], key)


# Signatures


@shows("5.1.2-1")
def test_a_leaf_with_a_key_of_another_algorithm() -> None:
    def check(key: bytes) -> None:
        node = leaf(ana, signature_key=key)
        check_leaf(node, LeafUse.ADD, suite=SUITE, rules=TestRules(), now=NOW)

    ana = party("ana")
    breaks("5.1.2-1", check, ana.public, keys(2)[1])


Signed = tuple[bytes, bytes, bytes, bytes]
"""Key, label, content and signature."""


def signature(number: int) -> Signed:
    private, public = generate_signature_key(suite(number), randomness("signer"))
    return public, b"Label", b"content", sign_with_label(suite(number), private, b"Label", b"content")


def side_by_side(der: bytes) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def unreduced(half: bytes) -> bytes:
    """The same number modulo the order of the group, and more than it."""
    order = (1 << 252) + 27742317777372353535851937790883648493
    return (int.from_bytes(half, "little") + order).to_bytes(32, "little")


BREAKS: list[tuple[str, tuple[int, ...], Callable[[Signed], Signed]]] = [
    ("5.1.2-2", (1, 2), lambda it: (it[0], it[1], b"another", it[3])),
    ("5.1.2-3", (1, 2), lambda it: (it[0], it[1], it[2], flipped(it[3], 20))),
    ("5.1.2-4", (1, 2), lambda it: (it[0], b"Level", it[2], it[3])),
    ("5.1.2-5", (1, 2), lambda it: (it[0], it[1], it[2], b"")),
    ("5.1.2-6", (1,), lambda it: (it[0], it[1], it[2], it[3][:-1])),
    ("5.1.2-6", (1,), lambda it: (it[0], it[1], it[2], it[3] + b"\x00")),
    ("5.1.2-9", (1,), lambda it: (it[0], it[1], it[2], it[3][:32] + unreduced(it[3][32:]))),
    ("5.1.2-10", (1,), lambda it: (it[0], it[1], it[2], b"\x01" + bytes(31) + it[3][32:])),
    ("5.1.2-7", (2,), lambda it: (it[0], it[1], it[2], side_by_side(it[3]))),
    ("5.1.2-7", (2,), lambda it: (it[0], it[1], it[2], it[3] + b"\x00")),
]


@pytest.mark.parametrize(
    ("number", "chosen", "change"),
    [pytest.param(number, each, change, marks=shows(number)) for number, them, change in BREAKS for each in them],
)
def test_signatures(number: str, chosen: int, change: Callable[[Signed], Signed]) -> None:
    good = signature(chosen)
    breaks(number, lambda it: verify_with_label(suite(chosen), *it), good, change(good))


@pytest.mark.parametrize("chosen", [1, 2])
@shows("5.1.2-3")
def test_another_signer(chosen: int) -> None:
    public, label, content, made = signature(chosen)
    other = keys(chosen)[1]
    breaks("5.1.2-3", lambda key: verify_with_label(suite(chosen), key, label, content, made), public, other)


@pytest.mark.parametrize(("chosen", "private"), [(1, b"\x07" * 31), (1, b""), (2, bytes(32)), (2, b"\xff" * 32)])
@shows("5.1.2-8")
def test_a_private_key_of_another_algorithm(chosen: int, private: bytes) -> None:
    breaks("5.1.2-8", partial(SigningKey, suite(chosen)), b"\x07" * 32, private)


# Sealing


@pytest.mark.parametrize("chosen", [1, 2, 3])
@shows("5.1.3-1", "5.1.3-2", "5.1.3-3", "5.1.3-4", "5.1.3-5")
def test_what_was_sealed(chosen: int) -> None:
    s, random = suite(chosen), randomness("sealer")
    private, key = hpke.generate_key_pair(s, random)
    other, _ = hpke.generate_key_pair(s, random)
    kem_output, ciphertext = hpke.encrypt_with_label(s, key, b"Label", b"context", b"secret", random)

    def opening(
        private: bytes = private,
        label: bytes = b"Label",
        context: bytes = b"context",
        kem_output: bytes = kem_output,
        ciphertext: bytes = ciphertext,
    ) -> bytes:
        return hpke.decrypt_with_label(s, private, label, context, kem_output, ciphertext)

    assert opening() == b"secret"
    with raises_check("5.1.3-1"):
        opening(label=b"Level")
    with raises_check("5.1.3-2"):
        opening(context=b"contexts")
    with raises_check("5.1.3-3"):
        opening(private=other)
    for broken in (flipped(ciphertext), ciphertext[:-1], ciphertext + b"\x00", b""):
        with raises_check("5.1.3-4"):
            opening(ciphertext=broken)
    for broken in (kem_output[:-1], kem_output + b"\x00", b""):
        with raises_check("5.1.3-5"):
            opening(kem_output=broken)


@pytest.mark.parametrize(
    ("number", "chosen", "change"),
    [
        pytest.param("5.1.3-6", 1, lambda good: bytes(32), marks=shows("5.1.3-6")),
        pytest.param("5.1.3-7", 2, flipped, marks=shows("5.1.3-7")),
    ],
)
def test_a_kem_output_that_is_no_key(number: str, chosen: int, change: Callable[[bytes], bytes]) -> None:
    s, random = suite(chosen), randomness("sealer")
    private, key = hpke.generate_key_pair(s, random)
    kem_output, ciphertext = hpke.seal(s, key, b"", b"", b"secret", random)
    breaks(number, lambda it: hpke.open_sealed(s, private, it, b"", b"", ciphertext), kem_output, change(kem_output))


@pytest.mark.parametrize(("chosen", "broken"), [(1, bytes(32)), (1, bytes(31)), (2, bytes(65)), (2, b"\x04" * 65)])
@shows("5.1.3-8")
def test_sealing_to_what_is_no_key(chosen: int, broken: bytes) -> None:
    s = suite(chosen)
    breaks("5.1.3-8", lambda key: hpke.seal(s, key, b"", b"", b"", randomness("sealer")), keys(chosen)[0], broken)


@pytest.mark.parametrize(("chosen", "broken"), [(1, bytes(31)), (1, b""), (2, bytes(32)), (2, b"\xff" * 32)])
@shows("5.1.3-9")
def test_opening_with_what_is_no_key(chosen: int, broken: bytes) -> None:
    s, random = suite(chosen), randomness("sealer")
    private, key = hpke.generate_key_pair(s, random)
    kem_output, ciphertext = hpke.seal(s, key, b"", b"", b"secret", random)
    breaks("5.1.3-9", lambda it: hpke.open_sealed(s, it, kem_output, b"", b"", ciphertext), private, broken)


# References


@shows("5.2-1")
def test_a_welcome_for_another_key_package() -> None:
    ana, newcomer = talking("ana")[0], Member("zoe")
    pending = ana.commit(adds=[newcomer.bundle.key_package])
    assert pending.welcome is not None
    good = decode_welcome(pending.welcome)
    (ours,) = good.secrets
    unsigned = replace(newcomer.bundle.key_package, signature=b"")

    def join(welcome: Welcome) -> None:
        newcomer.join(welcome, pending.ratchet_tree)

    for reference in (unsigned.reference(), flipped(ours.new_member), b""):
        breaks("5.2-1", join, good, replace(good, secrets=(replace(ours, new_member=reference),)))


@shows("5.2-2")
def test_a_proposal_by_another_hash() -> None:
    room = followed()
    proposal = Remove(3)
    queued = room.queue(room.propose(1, proposal))

    def commit(reference: bytes) -> None:
        room.group.process(room.commit(0, [ProposalRef(reference)]), NOW)

    bare = ref_hash(SUITE, PROPOSAL_REF_LABEL, proposal.encode())
    unsigned = replace(queued.auth, signature=b"").reference(SUITE)
    for wrong in (bare, unsigned, flipped(queued.reference)):
        breaks("5.2-2", commit, queued.reference, wrong)
