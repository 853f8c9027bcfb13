# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One AES-128-GCM ciphertext that opens under two keys: the published attack on reports of attachments.

GHASH is a polynomial in H = AES_K(0). With blocks X, C1..Cn fixed but for X, equal tags under both keys are one linear
equation in X over GF(2^128): (y1*H1^2 + L*H1 + P1) + (y2*H2^2 + L*H2 + P2) = X * (H1^2 + H2^2) when X stands last.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_R = 0xE1 << 120


def multiply(x: int, y: int) -> int:
    """Product in GCM's field: bit 127 is the coefficient of x^0."""
    z = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            z ^= y
        y = y >> 1 ^ (_R if y & 1 else 0)
    return z


def invert(x: int) -> int:
    """x^(2^128 - 2)"""
    result, square = 1 << 127, x
    for _ in range(127):
        square = multiply(square, square)
        result = multiply(result, square)
    return result


def aes(key: bytes, block: bytes) -> int:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - GCM is built from single blocks
    return int.from_bytes(encryptor.update(block) + encryptor.finalize(), "big")


def ciphertext_for(key1: bytes, key2: bytes, nonce: bytes, blocks: int = 63) -> bytes:
    """`blocks` free blocks, the solved one, and the tag that is right under both keys."""
    body = b"\x5a" * 16 * blocks
    length = (blocks + 1) * 128
    sums, powers = [], []
    for key in (key1, key2):
        h = aes(key, bytes(16))
        y = 0
        for at in range(0, len(body), 16):
            y = multiply(y ^ int.from_bytes(body[at : at + 16], "big"), h)
        h2 = multiply(h, h)
        # tag = (y + X) * H^2 + L * H + P; y is the state before X is added, already multiplied by H once.
        sums.append(multiply(y, h2) ^ multiply(length, h) ^ aes(key, nonce + b"\0\0\0\1"))
        powers.append(h2)
    x = multiply(sums[0] ^ sums[1], invert(powers[0] ^ powers[1]))
    tag = sums[0] ^ multiply(x, powers[0])
    return body + x.to_bytes(16, "big") + tag.to_bytes(16, "big")
