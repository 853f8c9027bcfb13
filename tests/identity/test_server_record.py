# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The record of a hub's keys: one encoding, one chain, and a name for each way to break them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity.errors import BrokenRecordChain, MalformedRecord, OtherHost, RecordError
from privity.identity.server_record import ServerRecord, first_record, next_record
from privity.message import cbor

HOST = "hub.example"
FIRST = ServerRecord(HOST, 0, b"f" * 32, b"e" * 32, None, None)
SECOND = replace(FIRST, version=1, intake_key=b"i" * 32, prev=FIRST.hash())
FIELDS = {
    "host": HOST,
    "version": 0,
    "franking_key": b"f" * 32,
    "external_sender_key": b"e" * 32,
    "intake_key": None,
    "prev": None,
}


def test_a_chain_is_taken_version_by_version() -> None:
    first = first_record(FIRST.encode(), HOST)
    assert first == FIRST
    assert next_record(first, SECOND.encode()) == SECOND


@pytest.mark.parametrize(
    "change",
    [
        {"host": "NOT A HOST"},
        {"host": b"hub.example"},
        {"version": -1},
        {"version": 1 << 32},
        {"version": True},
        {"version": "0"},
        {"franking_key": b"f" * 31},
        {"franking_key": None},
        {"external_sender_key": b"e" * 33},
        {"external_sender_key": "e"},
        {"intake_key": b""},
        {"prev": b"p"},
        {"more": 1},
    ],
)
def test_a_bent_field_is_refused(change: dict[str, object]) -> None:
    assert ServerRecord.decode(cbor.encode(FIELDS)) == FIRST
    with pytest.raises(MalformedRecord):
        ServerRecord.decode(cbor.encode(FIELDS | change))


@pytest.mark.parametrize("name", FIELDS)
def test_a_missing_field_is_refused(name: str) -> None:
    with pytest.raises(MalformedRecord):
        ServerRecord.decode(cbor.encode({key: value for key, value in FIELDS.items() if key != name}))


def test_another_host_is_refused() -> None:
    with pytest.raises(OtherHost):
        first_record(FIRST.encode(), "other.example")
    with pytest.raises(OtherHost):
        next_record(FIRST, replace(SECOND, host="other.example").encode())


@pytest.mark.parametrize("broken", [SECOND, replace(FIRST, prev=b"p" * 32), replace(FIRST, version=7)])
def test_what_is_no_first_record_is_refused(broken: ServerRecord) -> None:
    with pytest.raises(BrokenRecordChain):
        first_record(broken.encode(), HOST)


@pytest.mark.parametrize(
    "broken", [FIRST, replace(SECOND, version=2), replace(SECOND, prev=None), replace(SECOND, prev=b"p" * 32)]
)
def test_what_does_not_follow_is_refused(broken: ServerRecord) -> None:
    with pytest.raises(BrokenRecordChain):
        next_record(FIRST, broken.encode())


@given(st.binary(max_size=64) | st.integers(0, len(SECOND.encode()) - 1).map(lambda at: _flipped(SECOND.encode(), at)))
def test_decoding_is_total_and_canonical(data: bytes) -> None:
    try:
        found = ServerRecord.decode(data)
    except RecordError:
        return
    assert found.encode() == data


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
