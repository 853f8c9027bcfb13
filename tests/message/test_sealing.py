# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Sealing to a key: what opens, what does not, and that sizes tell little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.message import errors as e
from privity.message import sealing
from tests.message.world import seeded

RND = seeded(3)
PRIVATE = RND(32)
PUBLIC = sealing.public_half(PRIVATE)


def test_what_is_sealed_opens_with_the_key_for_the_purpose_alone() -> None:
    sealed = sealing.seal(PUBLIC, b"teapot", b"purpose")
    own = sealing.private_key(PRIVATE)
    assert len(sealed) == 6 + sealing.OVERHEAD
    assert sealing.unseal(own, sealed, b"purpose") == b"teapot"
    flipped = bytes([sealed[0] ^ 1]) + sealed[1:]
    for key, data, info in (
        (sealing.private_key(RND(32)), sealed, b"purpose"),
        (own, sealed, b"another"),
        (own, sealed[:-1], b"purpose"),
        (own, flipped, b"purpose"),
        (own, b"", b"purpose"),
    ):
        with pytest.raises(e.DoesNotOpen):
            sealing.unseal(key, data, info)


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(32), (1).to_bytes(32, "little")], ids=len)
def test_keys_that_nothing_can_be_sealed_to_are_refused(public: bytes) -> None:
    with pytest.raises(e.UnusableKey):
        sealing.check_usable(public)
    sealing.check_usable(PUBLIC)


def test_what_is_no_private_key_is_refused() -> None:
    with pytest.raises(e.UnusableKey, match="32 bytes, got 31"):
        sealing.public_half(bytes(31))


@given(st.binary(max_size=300), st.integers(1, 64))
def test_padding_comes_off_as_it_was_put_on(data: bytes, step: int) -> None:
    body = sealing.pad(data, step)
    assert len(body) % step == 0 and sealing.unpad(body, step) == data


@given(st.binary(max_size=80))
def test_only_one_padding_is_right(body: bytes) -> None:
    try:
        data = sealing.unpad(body, 16)
    except e.BadPadding:
        return
    assert sealing.pad(data, 16) == body
