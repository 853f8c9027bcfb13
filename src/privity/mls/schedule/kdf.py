# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Labelled key derivation: HKDF and the three functions that MLS builds on it (RFC 9420 section 8)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from privity.mls.codec import u16, u32, vec
from privity.mls.suites import CipherSuite

_PREFIX = b"MLS 1.0 "
_HASHES: Final = {"sha256": SHA256()}


def extract(suite: CipherSuite, salt: bytes, key_material: bytes) -> bytes:
    """HKDF-Extract with the suite's hash."""
    return hmac.digest(salt, key_material, suite.hash_name)


def expand(suite: CipherSuite, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand with the suite's hash."""
    block = hmac.digest(secret, info + b"\x01", suite.hash_name)
    if length <= suite.nh:
        return block[:length]
    if length > 255 * suite.nh:
        raise ValueError(f"HKDF gives at most {255 * suite.nh} bytes, asked for {length}")
    output = block
    counter = 2
    while len(output) < length:
        block = hmac.digest(secret, block + info + bytes((counter,)), suite.hash_name)
        output += block
        counter += 1
    return output[:length]


def expand_each(suite: CipherSuite, secret: bytes, wanted: Iterable[tuple[bytes, int]]) -> list[bytes]:
    """HKDF-Expand for several (info, length), none longer than the hash. The secret is set up once, which is half of
    what an expansion costs."""
    keyed = HMAC(secret, _HASHES[suite.hash_name])
    found: list[bytes] = []
    for info, length in wanted:
        if length > suite.nh:
            raise ValueError(f"one block of HKDF has {suite.nh} bytes, asked for {length}")
        block = keyed.copy()
        block.update(info + b"\x01")
        found.append(block.finalize()[:length])
    return found


def expand_with_label(suite: CipherSuite, secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
    """ExpandWithLabel: the label says what the output is for, the context what it belongs to."""
    return expand(suite, secret, _head(label, length) + vec(context), length)


def expand_with_labels(
    suite: CipherSuite, secret: bytes, context: bytes, wanted: Iterable[tuple[bytes, int]]
) -> list[bytes]:
    """ExpandWithLabel for several (label, length) with one context, none longer than the hash."""
    tail = vec(context)
    return expand_each(suite, secret, [(_head(label, length) + tail, length) for label, length in wanted])


@lru_cache(maxsize=256)
def _head(label: bytes, length: int) -> bytes:
    """What comes before the context: labels and lengths are few, and no secrets."""
    return u16(length) + vec(_PREFIX + label)


def derive_secret(suite: CipherSuite, secret: bytes, label: bytes) -> bytes:
    """DeriveSecret: a full-length secret under a label, with no context."""
    return expand_with_label(suite, secret, label, b"", suite.nh)


def derive_tree_secret(suite: CipherSuite, secret: bytes, label: bytes, generation: int, length: int) -> bytes:
    """DeriveTreeSecret: as ExpandWithLabel, with a generation as the context (section 9)."""
    return expand_with_label(suite, secret, label, u32(generation), length)
