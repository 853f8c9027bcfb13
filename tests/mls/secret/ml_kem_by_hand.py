# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Encapsulation of ML-KEM-768 (FIPS 203) in plain integers, with its randomness as an argument.

`cryptography` draws that by itself, so that nothing made with it comes out the same twice. This is slow, runs in no
constant time, and is for vectors alone: it makes them, and it is a second opinion on the library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

Q = 3329
K = 3
ETA = 2
DU, DV = 10, 4
Poly = list[int]


def _reversed7(i: int) -> int:
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, _reversed7(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * _reversed7(i) + 1, Q) for i in range(128)]


def encapsulate(public: bytes, message: bytes) -> tuple[bytes, bytes]:
    """(shared secret, ciphertext) for a public key of 1,184 bytes and 32 bytes of randomness."""
    both = hashlib.sha3_512(message + hashlib.sha3_256(public).digest()).digest()
    return both[:32], _encrypt(public, message, both[32:])


def _encrypt(public: bytes, message: bytes, randomness: bytes) -> bytes:
    t = [_decoded(public[384 * i : 384 * (i + 1)], 12) for i in range(K)]
    rho = public[384 * K :]
    noise = (_noise(randomness, n) for n in range(2 * K + 1))
    y = [_ntt(next(noise)) for _ in range(K)]
    e1 = [next(noise) for _ in range(K)]
    e2 = next(noise)
    u = []
    for i in range(K):
        products = [_multiplied(_sampled(rho + bytes((i, j))), y[j]) for j in range(K)]
        u.append(_sum(_inverse(_sum(*products)), e1[i]))
    said = [(Q + 1) // 2 * bit for bit in _decoded(message, 1)]
    v = _sum(_inverse(_sum(*(_multiplied(t[j], y[j]) for j in range(K)))), e2, said)
    return b"".join(_encoded(_compressed(each, DU), DU) for each in u) + _encoded(_compressed(v, DV), DV)


def _sum(*polys: Poly) -> Poly:
    return [sum(column) % Q for column in zip(*polys, strict=True)]


def _decoded(data: bytes, bits: int) -> Poly:
    whole, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [whole >> bits * i & mask for i in range(256)]


def _encoded(poly: Poly, bits: int) -> bytes:
    return sum(value << bits * i for i, value in enumerate(poly)).to_bytes(32 * bits, "little")


def _compressed(poly: Poly, bits: int) -> Poly:
    return [((value << bits) + Q // 2) // Q % (1 << bits) for value in poly]


def _noise(seed: bytes, n: int) -> Poly:
    """SamplePolyCBD: the difference of two sums of ETA bits each."""
    bits = _decoded(hashlib.shake_256(seed + bytes((n,))).digest(64 * ETA), 2 * ETA)
    return [((each & 1) + (each >> 1 & 1) - (each >> 2 & 1) - (each >> 3)) % Q for each in bits]


def _sampled(seed: bytes) -> Poly:
    """SampleNTT: uniform coefficients, those that are too large left out."""
    found: Poly = []
    for value in _twelve_bits(hashlib.shake_128(seed).digest(3 * 512)):
        if value < Q:
            found.append(value)
        if len(found) == 256:
            break
    return found


def _twelve_bits(stream: bytes) -> Iterator[int]:
    for a, b, c in zip(stream[::3], stream[1::3], stream[2::3], strict=True):
        yield a + 256 * (b % 16)
        yield b // 16 + 16 * c


def _ntt(poly: Poly) -> Poly:
    f, i, length = list(poly), 1, 128
    while length >= 2:
        for start in range(0, 256, 2 * length):
            for j in range(start, start + length):
                t = ZETAS[i] * f[j + length] % Q
                f[j + length], f[j] = (f[j] - t) % Q, (f[j] + t) % Q
            i += 1
        length //= 2
    return f


def _inverse(poly: Poly) -> Poly:
    f, i, length = list(poly), 127, 2
    while length <= 128:
        for start in range(0, 256, 2 * length):
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % Q
                f[j + length] = ZETAS[i] * (f[j + length] - t) % Q
            i -= 1
        length *= 2
    return [value * pow(128, -1, Q) % Q for value in f]


def _multiplied(one: Poly, other: Poly) -> Poly:
    product: Poly = []
    for i, gamma in enumerate(GAMMAS):
        (a0, a1), (b0, b1) = one[2 * i : 2 * i + 2], other[2 * i : 2 * i + 2]
        product += [(a0 * b0 + a1 * b1 * gamma) % Q, (a0 * b1 + a1 * b0) % Q]
    return product
