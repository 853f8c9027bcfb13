# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the codec and of signatures no other test noticed: edges of numbers, frames and keys."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from privity.mls import codec
from privity.mls.crypto import (
    P256_ORDER,
    SigningKey,
    check_hpke_key,
    check_signature_key,
    generate_signature_key,
    sign_with_label,
    signature_public_key,
    verify_with_label,
)
from privity.mls.errors import (
    BadEnum,
    BadPublicKey,
    BadSignature,
    LimitExceeded,
    Truncated,
    UsageError,
    VectorMisaligned,
)
from privity.mls.messages.commit import Ciphertexts, Commit, HPKECiphertext, ProposalRef
from privity.mls.messages.extensions import external_pub, external_pub_extension
from privity.mls.messages.proposals import Remove
from privity.mls.schedule import hpke
from privity.mls.suites import POST_QUANTUM, RFC_9420, CipherSuite, suite, with_verifier

WRITERS = [(codec.u8, 1), (codec.u16, 2), (codec.u32, 4), (codec.u64, 8)]


@pytest.mark.parametrize(("write", "size"), WRITERS)
def test_a_number_fits_or_is_refused(write: Callable[[int], bytes], size: int) -> None:
    most = (1 << 8 * size) - 1
    assert write(most) == b"\xff" * size
    assert write(1) == bytes(size - 1) + b"\x01"
    for wrong in (most + 1, -1):
        with pytest.raises(UsageError):
            write(wrong)


def test_numbers_of_a_vector_fit_or_are_refused() -> None:
    assert codec.numbers([1, 0xFFFF], 2) == b"\x04\x00\x01\xff\xff"
    for wrong in (0x10000, -1):
        with pytest.raises(UsageError):
            codec.numbers([1, wrong], 2)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (0, "00"),
        (0x3F, "3f"),
        (0x40, "4040"),
        (0x3FFF, "7fff"),
        (0x4000, "80004000"),
        (codec.MAX_LENGTH, "bfffffff"),
    ],
)
def test_lengths_at_their_edges(value: int, data: str) -> None:
    assert codec.length(value).hex() == data
    assert codec.decode(codec.Reader.length, bytes.fromhex(data)) == value


@pytest.mark.parametrize("value", [-1, codec.MAX_LENGTH + 1])
def test_lengths_beyond_their_edges(value: int) -> None:
    with pytest.raises(UsageError):
        codec.length(value)


@pytest.mark.parametrize("size", [0, 1, 0x3F, 0x40, 0x41, 0x3FFF, 0x4000])
def test_a_vector_is_its_length_and_its_bytes(size: int) -> None:
    assert codec.vec(b"x" * size) == codec.length(size) + b"x" * size
    assert codec.decode(codec.Reader.vec, codec.vec(b"x" * size)) == b"x" * size


def test_limits_are_what_they_say() -> None:
    assert (codec.MAX_VECTOR, codec.MAX_MESSAGE, codec.MAX_LENGTH) == (1_048_576, 67_108_864, 1_073_741_823)
    assert codec.decode(lambda r: r.vec(3), b"\x03abc") == b"abc"
    with pytest.raises(LimitExceeded):
        codec.decode(lambda r: r.vec(2), b"\x03abc")


def test_an_item_takes_bytes() -> None:
    with pytest.raises(VectorMisaligned):
        codec.decode(lambda r: r.vector_of(lambda each: each.position), b"\x01a")


# Ciphertexts of a path: frames are walked without a reader where vectors are short

SIZES = (0, 1, 2, 63, 64, 65)


def test_each_ciphertext_is_found_again() -> None:
    items = [HPKECiphertext(bytes([1]) * kem, bytes([2]) * sealed) for kem, sealed in product(SIZES, SIZES)]
    for rotated in range(0, len(items), 5):
        turned = items[rotated:] + items[:rotated]
        made = Ciphertexts.of(turned)
        read = codec.decode(Ciphertexts.read, made.encode())
        assert len(read) == len(made) == len(items)
        assert [read[at] for at in range(len(read))] == [made[at] for at in range(len(made))] == turned
        assert read == made
        assert made.encode() == codec.vector_of(turned)


@pytest.mark.parametrize("raw", ["00", "0500000000", "050000000000", "02aabb03aabb", "00000000 01", "0001ff00"])
def test_a_frame_that_is_cut_is_refused(raw: str) -> None:
    with pytest.raises(Truncated):
        codec.decode(Ciphertexts.read, codec.vec(bytes.fromhex(raw)))


def test_every_proposal_of_a_commit_stands_for_itself() -> None:
    one, two = ProposalRef(b"r" * 32), Remove(7)
    data = Commit((one, two), None).encode()
    assert data == codec.vec(b"\x02" + one.encode() + b"\x01" + two.encode()) + b"\x00"
    assert Commit.decode(data) == Commit((one, two), None)


# Signatures


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_signature_is_the_same_each_time(number: int) -> None:
    """No randomness of the moment goes into it, so a bad source of it gives nothing away."""
    private, public = generate_signature_key(suite(number), lambda size: b"\x07" * size)
    first = sign_with_label(suite(number), private, b"label", b"content")
    assert sign_with_label(suite(number), SigningKey(suite(number), private), b"label", b"content") == first
    assert signature_public_key(suite(number), private) == public
    verify_with_label(suite(number), public, b"label", b"content", first)
    with pytest.raises(BadSignature):
        verify_with_label(suite(number), public, b"labe", b"lcontent", first)


def drawn(*values: int) -> Callable[[int], bytes]:
    left = list(values)

    def draw(size: int) -> bytes:
        assert size == 32
        return left.pop(0).to_bytes(32, "big")

    return draw


@pytest.mark.parametrize("outside", [0, P256_ORDER, P256_ORDER + 1, (1 << 256) - 1])
def test_a_p256_key_outside_of_the_group_is_drawn_anew(outside: int) -> None:
    private, public = generate_signature_key(suite(2), drawn(outside, outside, 5))
    assert int.from_bytes(private, "big") == 5
    assert public == signature_public_key(suite(2), private)


@pytest.mark.parametrize("inside", [1, P256_ORDER - 1])
def test_a_p256_key_at_the_edge_of_the_group_is_kept(inside: int) -> None:
    private, _ = generate_signature_key(suite(2), drawn(inside))
    assert int.from_bytes(private, "big") == inside


def test_an_ed25519_key_may_be_any_bytes() -> None:
    private, _ = generate_signature_key(suite(1), drawn((1 << 256) - 1))
    assert private == b"\xff" * 32


@pytest.mark.parametrize("length", [0, 31, 33])
def test_an_ed25519_key_of_another_length(length: int) -> None:
    private, public = generate_signature_key(suite(1), drawn(9))
    signature = sign_with_label(suite(1), private, b"l", b"c")
    with pytest.raises(BadPublicKey):
        verify_with_label(suite(1), (public * 2)[:length], b"l", b"c", signature)


def test_a_verifier_of_the_application_is_the_one_that_is_asked() -> None:
    asked: list[tuple[bytes, bytes, bytes]] = []

    def verify(public_key: bytes, signature: bytes, data: bytes) -> None:
        asked.append((public_key, signature, data))
        if b"refused" in data:
            raise BadSignature("the verifier says no")

    chosen: CipherSuite = with_verifier(RFC_9420, verify)[1]
    private, public = generate_signature_key(suite(1), drawn(9))
    signature = sign_with_label(chosen, private, b"l", b"c")
    verify_with_label(chosen, public, b"l", b"c", signature)
    assert asked == [(public, signature, codec.vec(b"MLS 1.0 l") + codec.vec(b"c"))]
    with pytest.raises(BadSignature):
        verify_with_label(chosen, public, b"l", b"refused", sign_with_label(chosen, private, b"l", b"refused"))


def test_a_p256_key_is_an_uncompressed_point() -> None:
    _, public = generate_signature_key(suite(2), drawn(9))
    compressed = bytes([2 + (public[-1] & 1)]) + public[1:33]
    hybrid = bytes([6 + (public[-1] & 1)]) + public[1:]
    for check in (check_signature_key, check_hpke_key):
        check(suite(2), public)
        for wrong in (
            compressed,
            hybrid,
            public[:-1],
            public + b"\x00",
            public[:-1] + bytes([public[-1] ^ 1]),
            b"\x00",
        ):
            with pytest.raises(BadPublicKey):
                check(suite(2), wrong)


def test_both_halves_of_a_hybrid_key_are_good() -> None:
    _, public = hpke.generate_key_pair(POST_QUANTUM, lambda size: b"\x05" * size)
    check_hpke_key(POST_QUANTUM, public)
    mlkem, x25519 = public[:-32], public[-32:]
    for wrong in (public[:-1], public + b"\x00", mlkem + bytes(32), b"\xff" * len(mlkem) + x25519):
        with pytest.raises(BadPublicKey):
            check_hpke_key(POST_QUANTUM, wrong)


def test_a_commit_names_a_proposal_or_brings_it() -> None:
    data = Commit((ProposalRef(b"r"),), None).encode()
    assert data[:2] == b"\x03\x02"
    for kind in (0, 3):
        with pytest.raises(BadEnum):
            Commit.decode(data[:1] + bytes([kind]) + data[2:])


def test_without_the_extension_there_is_no_external_key() -> None:
    assert external_pub(()) is None
    assert external_pub((external_pub_extension(b"key"),)) == b"key"
