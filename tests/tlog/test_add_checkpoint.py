# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a log and a witness say to each other: one form of each request, and sizes that are numbers."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privity.tlog.add_checkpoint import AddCheckpoint, decode_known_size
from privity.tlog.errors import MalformedRequest
from privity.tlog.tree import MAX_LEVELS, MAX_SIZE
from tests.tlog.people import cosigned

REQUEST = AddCheckpoint(2, (bytes(32), b"\x01" * 32), cosigned())


def test_a_request_comes_back_from_its_bytes() -> None:
    for request in (REQUEST, AddCheckpoint(0, (), cosigned(7)), AddCheckpoint(MAX_SIZE, (bytes(32),) * 63, cosigned())):
        assert AddCheckpoint.decode(request.encode()) == request
    assert REQUEST.encode().startswith(b"old 2\n" + base64.b64encode(bytes(32)) + b"\n")


def test_a_proof_longer_than_any_is_refused() -> None:
    with pytest.raises(MalformedRequest, match="at most 63"):
        AddCheckpoint.decode(AddCheckpoint(2, (bytes(32),) * (MAX_LEVELS + 1), cosigned()).encode())


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="old 0129\n=A", max_size=40).map(str.encode)))
@example(REQUEST.encode())
@example(REQUEST.encode().replace(b"old 2", b"old 02"))
@example(REQUEST.encode().replace(b"old 2", b"Old 2"))
@example(REQUEST.encode().replace(b"\n\n", b"\n\n\n", 1))
def test_requests_decode_totally_and_canonically(data: bytes) -> None:
    try:
        request = AddCheckpoint.decode(data)
    except MalformedRequest:
        return
    assert request.encode() == data


@given(st.data())
def test_a_request_with_a_changed_byte_is_another_one_or_none(data: st.DataObject) -> None:
    whole = REQUEST.encode()
    at, flip = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    damaged = whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :]
    try:
        request = AddCheckpoint.decode(damaged)
    except MalformedRequest:
        return
    assert request != REQUEST and request.encode() == damaged


def test_the_size_in_a_conflict_is_a_number() -> None:
    assert decode_known_size(b"20852014\n") == 20852014
    assert decode_known_size(b"0\n") == 0
    for wrong in (
        b"",
        b"1",
        b"\n",
        b"1\n\n",
        b"01\n",
        b"-1\n",
        b"1 \n",
        "\N{ARABIC-INDIC DIGIT ONE}\n".encode(),
        b"\xff\n",
        b"9" * 20,
    ):
        with pytest.raises(MalformedRequest):
            decode_known_size(wrong)
