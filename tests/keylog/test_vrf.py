# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The VRF: RFC 9381's examples, one output per input, and no second key or proof that would give another."""

from __future__ import annotations

import random

import pytest
from nacl.bindings import crypto_core_ed25519_add

from privity.keylog import errors as e
from privity.keylog.vrf import encode_to_curve, point_of, vrf_output, vrf_prove, vrf_public, vrf_verify

# RFC 9381, appendix B.3: private key, public key, alpha, H, pi, beta.
EXAMPLES = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "91bbed02a99461df1ad4c6564a5f5d829d0b90cfc7903e7a5797bd658abf3318",
        "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f"
        "26f8a57ccaed74ee1b190bed1f479d97"
        "27d2d0f9b005a6e456a35d4fb0daab1268a1b0db10836d9826a528ca76567805",
        "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff"
        "66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "5b659fc3d4e9263fd9a4ed1d022d75eaacc20df5e09f9ea937502396598dc551",
        "f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed593"
        "3bf0864a62558b3ed7f2fea45c92a465"
        "301b3bbf5e3e54ddf2d935be3b67926da3ef39226bbc355bdc9850112c8f4b02",
        "eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb"
        "5e33821bc613efb94db5e5b54c70a848a0bef4553a41befc57663b56373a5031",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "bf4339376f5542811de615e3313d2b36f6f53c0acfebb482159711201192576a",
        "9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf80"
        "96bb474e53895c362d8628ee9f9ea3c0"
        "e52c7a5c691b6c18c9979866568add7a2d41b00b05081ed0f58ee5e31b3a970e",
        "645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c45"
        "2118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f",
    ),
]
ORDER = (1 << 252) + 27742317777372353535851937790883648493
SMALL_ORDER = [
    bytes.fromhex(point)
    for point in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
]
SECOND_ENCODINGS = [
    bytes.fromhex("01" + "00" * 30 + "80"),  # the identity with a sign
    bytes.fromhex("ee" + "ff" * 30 + "7f"),  # the identity, the prime added
    bytes.fromhex("ed" + "ff" * 30 + "7f"),  # a point of order 4, the prime added
    bytes.fromhex("ff" * 31 + "7f"),
]
RND = random.Random(5).randbytes
PRIVATE = RND(32)
PUBLIC = vrf_public(PRIVATE)
OUT, PROOF = vrf_prove(PRIVATE, b"label")


@pytest.mark.parametrize("example", EXAMPLES, ids=("16", "17", "18"))
def test_examples_of_the_rfc(example: tuple[str, ...]) -> None:
    private, public, alpha, h, pi, beta = (bytes.fromhex(field) for field in example)
    assert vrf_public(private) == public
    assert encode_to_curve(public, alpha) == h
    assert vrf_prove(private, alpha) == (beta[:32], pi)
    assert vrf_output(private, alpha) == beta[:32]
    assert vrf_verify(public, alpha, pi) == beta[:32]


def test_outputs_are_proven_whatever_the_input() -> None:
    """Inputs for which the first tries are no points are among them: every second one is."""
    outs = set()
    for length in range(40):
        alpha = RND(length)
        out, proof = vrf_prove(PRIVATE, alpha)
        assert vrf_verify(PUBLIC, alpha, proof) == out == vrf_output(PRIVATE, alpha)
        outs.add(out)
    assert len(outs) == 40


def test_proof_for_another_input_or_key_is_refused() -> None:
    for public, alpha in ((PUBLIC, b"labem"), (PUBLIC, b"label\0"), (vrf_public(RND(32)), b"label")):
        with pytest.raises(e.BadVrfProof):
            vrf_verify(public, alpha, PROOF)


def test_every_flipped_bit_of_a_proof_is_refused() -> None:
    for bit in range(0, len(PROOF) * 8, 3):
        bent = bytearray(PROOF)
        bent[bit // 8] ^= 1 << bit % 8
        with pytest.raises(e.BadVrfProof):
            vrf_verify(PUBLIC, b"label", bytes(bent))


@pytest.mark.parametrize("length", [0, 79, 81])
def test_proof_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(e.BadVrfProof, match=f"80 bytes, got {length}"):
        vrf_verify(PUBLIC, b"label", (PROOF + b"\0")[:length])


def test_second_form_of_the_scalar_is_refused() -> None:
    """s + q multiplies to the same points: without the check there would be two proofs of one output."""
    s = int.from_bytes(PROOF[48:], "little") + ORDER
    with pytest.raises(e.BadVrfProof, match="group order"):
        vrf_verify(PUBLIC, b"label", PROOF[:48] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("torsion", SMALL_ORDER[1:], ids=lambda point: point.hex()[:6])
def test_output_point_with_a_part_of_small_order_is_refused(torsion: bytes) -> None:
    """Eight times such a point is the same, so it would be another proof of the same output."""
    with pytest.raises(e.BadVrfProof):
        vrf_verify(PUBLIC, b"label", crypto_core_ed25519_add(PROOF[:32], torsion) + PROOF[32:])


@pytest.mark.parametrize("point", SMALL_ORDER + SECOND_ENCODINGS, ids=lambda point: point.hex()[:2] + point.hex()[-2:])
def test_output_point_of_small_order_is_refused(point: bytes) -> None:
    with pytest.raises(e.BadVrfProof):
        vrf_verify(PUBLIC, b"label", point + PROOF[32:])


@pytest.mark.parametrize("scalar", [0, 1, ORDER - 1])
def test_made_up_scalar_is_refused(scalar: int) -> None:
    with pytest.raises(e.BadVrfProof):
        vrf_verify(PUBLIC, b"label", PROOF[:48] + scalar.to_bytes(32, "little"))
    with pytest.raises(e.BadVrfProof):
        vrf_verify(PUBLIC, b"label", PROOF[:32] + bytes(16) + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize("key", SMALL_ORDER + SECOND_ENCODINGS, ids=lambda point: point.hex()[:2] + point.hex()[-2:])
def test_key_of_small_order_is_refused(key: bytes) -> None:
    """Under such a key a log could give one label several places in the tree."""
    with pytest.raises(e.BadVrfKey):
        vrf_verify(key, b"label", PROOF)


@pytest.mark.parametrize("torsion", SMALL_ORDER[1:], ids=lambda point: point.hex()[:6])
def test_key_with_a_part_of_small_order_is_refused(torsion: bytes) -> None:
    with pytest.raises(e.BadVrfKey):
        vrf_verify(crypto_core_ed25519_add(PUBLIC, torsion), b"label", PROOF)


@pytest.mark.parametrize("key", [b"", PUBLIC[:31], PUBLIC + b"\0", b"\x02" + bytes(31)])
def test_key_that_is_no_point_is_refused(key: bytes) -> None:
    with pytest.raises(e.BadVrfKey):
        vrf_verify(key, b"label", PROOF)


@pytest.mark.parametrize("hashed", SMALL_ORDER + SECOND_ENCODINGS, ids=lambda point: point.hex()[:2] + point.hex()[-2:])
def test_hash_never_becomes_a_point_of_small_order_or_by_a_second_encoding(hashed: bytes) -> None:
    assert point_of(hashed) is None


def test_private_key_has_32_bytes() -> None:
    for private in (b"", bytes(31), bytes(64)):
        with pytest.raises(e.UsageError):
            vrf_prove(private, b"label")
