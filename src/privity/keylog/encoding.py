# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How this room reads bytes: strictly, within limits, and with one name for whatever is not an encoding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from privity.keylog.errors import Malformed
from privity.mls import codec
from privity.mls.codec import Reader, vec
from privity.mls.errors import CodecError

HASH_BYTES: Final = 32
MAX_LOG_HASHES: Final = 64
"""Hashes in a proof of the log tree: one for each level of a log of 2^63 entries, and one more for consistency."""

T = TypeVar("T")


def decode(read: Callable[[Reader], T], data: bytes) -> T:
    """Read one struct that takes up all of `data`. Raises Malformed."""
    try:
        return codec.decode(read, data)
    except CodecError as err:
        raise Malformed(str(err)) from None


def read_hash(r: Reader) -> bytes:
    return r.fixed(HASH_BYTES)


def read_hashes(r: Reader, most: int = MAX_LOG_HASHES) -> tuple[bytes, ...]:
    return r.vector_of(read_hash, most * HASH_BYTES)


def hashes(values: Sequence[bytes]) -> bytes:
    """A vector of hashes."""
    return vec(b"".join(values))
