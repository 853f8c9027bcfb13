# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Just enough of the curve of Ed25519 to make signatures that no honest signer makes (RFC 8032, section 5.1)."""

from __future__ import annotations

import hashlib
from typing import Final

P: Final = (1 << 255) - 19
ORDER: Final = (1 << 252) + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P
_ROOT_OF_MINUS_ONE: Final = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
NEUTRAL: Final[Point] = (0, 1)


def add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    both = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + both, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P


def times(count: int, point: Point) -> Point:
    found = NEUTRAL
    while count:
        if count & 1:
            found = add(found, point)
        point = add(point, point)
        count >>= 1
    return found


def with_y(y: int) -> Point:
    """The point with this y and an even x."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * _ROOT_OF_MINUS_ONE % P
    if x * x % P != square:
        raise ValueError(f"no point has the y-coordinate {y}")
    return (x if x % 2 == 0 else P - x), y


BASE: Final = with_y(4 * pow(5, -1, P) % P)
OF_ORDER_8: Final = with_y(2707385501144840649318225287225658788936804267575313519463743609750303402022)
TORSION: Final = tuple(times(count, OF_ORDER_8) for count in range(8))


def encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def encodings_of_small_order() -> list[bytes]:
    """Of the eight points every one that some decoder takes: also with a sign that zero has not, and not reduced."""
    found = {encode(point) for point in TORSION}
    for y in (0, 1, P - 1, P, P + 1):
        found |= {(y | sign << 255).to_bytes(32, "little") for sign in (0, 1)}
    return sorted(found)


def challenge(nonce: bytes, key: bytes, data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(nonce + key + data).digest(), "little") % ORDER


def sign_with(secret: int, twist: Point, nonce: int, nonce_twist: Point, data: bytes) -> tuple[bytes, bytes]:
    """(key, signature) of a key and a nonce with a part of small order each."""
    key = encode(add(times(secret, BASE), twist))
    first = encode(add(times(nonce, BASE), nonce_twist))
    last = (nonce + challenge(first, key, data) * secret) % ORDER
    return key, first + last.to_bytes(32, "little")
