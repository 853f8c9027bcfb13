# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the Ed25519 forms no other test noticed: the edges of the field and of the group."""

from __future__ import annotations

import pytest

from privity.mls.ed25519 import check_key, check_signature
from privity.mls.errors import BadPublicKey, BadSignature

P = 57896044618658097711785492504343953926634992332820282019728792003956564819949
ORDER = 7237005577332262213973186563042994240857116359379907606001950938285454250989
ORDER_8 = (
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
)
SMALL = [0, 1, P - 1, *(int.from_bytes(bytes.fromhex(each), "little") for each in ORDER_8)]
LARGE = [2, 3, P - 2, P - 3, *(y + 1 for y in SMALL[3:]), *(y - 1 for y in SMALL[3:])]
UNREDUCED = [P, P + 1, P + 2, P + 18]


def point(y: int, sign: int = 0) -> bytes:
    """As it is encoded: y, and the sign of x in the highest bit."""
    return (y | sign << 255).to_bytes(32, "little")


def number(value: int) -> bytes:
    return value.to_bytes(32, "little")


@pytest.mark.parametrize("sign", [0, 1])
def test_keys_at_the_edges(sign: int) -> None:
    for y in LARGE:
        check_key(point(y, sign))
    for y in SMALL:
        with pytest.raises(BadPublicKey, match="small order"):
            check_key(point(y, sign))
    for y in UNREDUCED:
        with pytest.raises(BadPublicKey, match="reduced"):
            check_key(point(y, sign))


@pytest.mark.parametrize("sign", [0, 1])
def test_first_halves_at_the_edges(sign: int) -> None:
    for y in LARGE:
        check_signature(point(y, sign) + number(5))
    for y in (*SMALL, *UNREDUCED):
        with pytest.raises(BadSignature, match="first half"):
            check_signature(point(y, sign) + number(5))


def test_second_halves_at_the_edges() -> None:
    for value in (0, 1, 1 << 252, ORDER - 1):
        check_signature(point(2) + number(value))
    for value in (ORDER, ORDER + 1, 1 << 253, (1 << 256) - 1):
        with pytest.raises(BadSignature, match="second half"):
            check_signature(point(2) + number(value))


@pytest.mark.parametrize("size", [0, 1, 31, 33, 63, 64, 65])
def test_lengths(size: int) -> None:
    whole = (point(2) + number(5) + number(0))[:size]
    with pytest.raises(BadPublicKey, match="32 bytes"):
        check_key(whole)
    if size == 64:
        check_signature(whole)
        return
    with pytest.raises(BadSignature, match="64 bytes"):
        check_signature(whole)
