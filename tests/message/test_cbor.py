# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Deterministic CBOR: one value, one encoding, and every other byte string refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.message import cbor
from privity.message import errors as e

REFUSED = [
    ("9fff", e.NotDeterministic, "indefinite array"),
    ("5f4100ff", e.NotDeterministic, "indefinite bytes"),
    ("1817", e.NotDeterministic, "23 in two bytes"),
    ("1900ff", e.NotDeterministic, "255 in three bytes"),
    ("580100", e.NotDeterministic, "a long head for one byte"),
    ("a201000100", e.NotDeterministic, "a doubled key"),
    ("a202000100", e.NotDeterministic, "unsorted keys"),
    ("a2616100200 0".replace(" ", ""), e.NotDeterministic, "text before a negative integer"),
    ("0000", e.TrailingBytes, "two items"),
    ("", e.NotCbor, "nothing"),
    ("61ff", e.NotCbor, "text that is not UTF-8"),
    ("4200", e.NotCbor, "bytes that end early"),
    ("9bffffffffffffffff", e.NotCbor, "an array that claims to be huge"),
    ("1c", e.NotCbor, "a reserved head"),
    ("c000", e.ForbiddenType, "a tag"),
    ("f93c00", e.ForbiddenType, "a float"),
    ("f7", e.ForbiddenType, "undefined"),
    ("f820", e.ForbiddenType, "a simple value"),
    ("a1f500", e.ForbiddenType, "a map key that is no integer or text"),
    ("1b0020000000000000", e.IntegerOutOfRange, "2^53"),
    ("3b001fffffffffffff", e.IntegerOutOfRange, "-2^53"),
    ("81" * 25 + "00", e.TooDeep, "25 nested arrays"),
]


@pytest.mark.parametrize(("data", "error", "what"), REFUSED, ids=[row[2] for row in REFUSED])
def test_each_deviation_has_its_error(data: str, error: type[e.CborError], what: str) -> None:
    with pytest.raises(error):
        cbor.decode(bytes.fromhex(data))


def test_bytes_over_the_limit_are_refused() -> None:
    with pytest.raises(e.TooLong):
        cbor.decode(bytes.fromhex("4100"), max_bytes=1)


@pytest.mark.parametrize("value", [1 << 53, 1.5, "\udc00", {b"x": 1}, {True: 1}, object()])
def test_what_the_format_cannot_hold_is_our_own_mistake(value: object) -> None:
    with pytest.raises(e.UsageError):
        cbor.encode(value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-cbor.MAX_INT, cbor.MAX_INT) | st.text(max_size=8) | st.binary(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.integers(-300, 300) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_encoded_comes_back(value: object) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(st.binary(max_size=64))
def test_decode_is_total_and_canonical(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except e.CborError:
        return
    assert cbor.encode(value) == data
