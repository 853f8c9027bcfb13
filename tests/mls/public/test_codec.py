# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The codec accepts what the encoder writes and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.errors import (
    BadOptional,
    LimitExceeded,
    NonMinimalLength,
    TrailingBytes,
    Truncated,
    UsageError,
    VectorMisaligned,
)


@given(st.binary(max_size=80))
def test_vectors_come_back(data: bytes) -> None:
    assert codec.decode(Reader.vec, codec.vec(data)) == data


@given(st.integers(0, codec.MAX_LENGTH))
def test_lengths_come_back(value: int) -> None:
    assert Reader(codec.length(value)).length() == value


@pytest.mark.parametrize("header", ["4000", "403f", "80000000", "80003fff", "c0", "ffffffffffffffff"])
def test_a_longer_header_than_needed_is_refused(header: str) -> None:
    with pytest.raises(NonMinimalLength):
        Reader(bytes.fromhex(header)).length()


@pytest.mark.parametrize("data", ["", "40", "800040", "02aa", "4041aa"])
def test_missing_bytes_are_refused(data: str) -> None:
    with pytest.raises(Truncated):
        Reader(bytes.fromhex(data)).vec()


def test_a_vector_over_its_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(LimitExceeded):
        Reader(codec.length(17)).vec(limit=16)


def test_trailing_bytes_are_refused() -> None:
    with pytest.raises(TrailingBytes):
        codec.decode(Reader.u8, b"\x01\x02")


@pytest.mark.parametrize("byte", [2, 0xFF])
def test_a_presence_byte_is_zero_or_one(byte: int) -> None:
    with pytest.raises(BadOptional):
        Reader(bytes([byte, 0])).optional(Reader.u8)


def test_an_item_cannot_reach_past_its_vector() -> None:
    with pytest.raises(Truncated):
        Reader(codec.vec(b"\x00\x01\x02") + b"\x03").vector_of(Reader.u16)


def test_items_without_bytes_do_not_loop_for_ever() -> None:
    with pytest.raises(VectorMisaligned):
        Reader(codec.vec(b"\x00")).vector_of(lambda r: None)


def test_numbers_that_do_not_fit_are_our_own_mistake() -> None:
    with pytest.raises(UsageError):
        codec.u8(256)
    with pytest.raises(UsageError):
        codec.length(1 << 30)
