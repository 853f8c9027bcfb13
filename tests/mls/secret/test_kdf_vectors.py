# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""HKDF against the test vectors of RFC 5869 (appendices A.1 and A.2): one block and a piece, and three blocks."""

from __future__ import annotations

import pytest

from privity.mls.schedule import kdf
from privity.mls.suites import suite

ONE_AND_A_PIECE = (
    bytes([0x0B]) * 22,
    bytes(range(0x0D)),
    bytes(range(0xF0, 0xFA)),
    "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
)
THREE = (
    bytes(range(0x50)),
    bytes(range(0x60, 0xB0)),
    bytes(range(0xB0, 0x100)),
    "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
    "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
    "cc30c58179ec3e87c14c01d5c1f3434f1d87",
)


@pytest.mark.parametrize(("material", "salt", "info", "prk", "okm"), [ONE_AND_A_PIECE, THREE])
def test_published_vectors(material: bytes, salt: bytes, info: bytes, prk: str, okm: str) -> None:
    secret = kdf.extract(suite(1), salt, material)
    assert secret.hex() == prk
    wanted = bytes.fromhex(okm)
    for length in (1, 31, 32, 33, len(wanted)):
        assert kdf.expand(suite(1), secret, info, length) == wanted[:length]


def test_the_longest_output_and_one_byte_more() -> None:
    assert len(kdf.expand(suite(1), bytes(32), b"", 255 * 32)) == 255 * 32
    with pytest.raises(ValueError, match="at most 8160 bytes, asked for 8161"):
        kdf.expand(suite(1), bytes(32), b"", 255 * 32 + 1)


def test_several_at_once_are_each_what_it_is_alone() -> None:
    wanted = [(b"one", 1), (b"two", 16), (b"three", 31), (b"four", 32)]
    secret = bytes(range(32))
    alone = [kdf.expand(suite(1), secret, info, length) for info, length in wanted]
    assert kdf.expand_each(suite(1), secret, wanted) == alone
    labelled = [kdf.expand_with_label(suite(1), secret, label, b"context", length) for label, length in wanted]
    assert kdf.expand_with_labels(suite(1), secret, b"context", wanted) == labelled
    with pytest.raises(ValueError, match="one block of HKDF has 32 bytes, asked for 33"):
        kdf.expand_each(suite(1), secret, [(b"", 33)])
