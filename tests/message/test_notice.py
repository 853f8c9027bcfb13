# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Public notices: what one holds, that nothing else decodes, and that a desk opens it as what it is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from privity.message import sealed_report
from privity.message.errors import BadReport, UsageError
from privity.message.notice import MAX_EMAIL, MAX_NAME, MAX_NOTICE, MAX_TARGET, MAX_URI, MAX_WORDS, PublicNotice
from privity.message.report import AbuseReport
from tests.message.notice_vectors import VECTORS, bad, good

FOUND = json.loads(VECTORS.read_text())
INTAKE = X25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_vectors_are_what_we_write() -> None:
    assert [notice.encode().hex() for notice in good()] == FOUND["good"]
    assert [PublicNotice.decode(bytes.fromhex(data)) for data in FOUND["good"]] == good()


@pytest.mark.parametrize("why", list(bad()))
def test_what_breaks_a_rule_does_not_decode(why: str) -> None:
    with pytest.raises(BadReport):
        PublicNotice.decode(bytes.fromhex(FOUND["bad"][why]))


def test_a_desk_opens_a_notice_as_a_notice() -> None:
    public = INTAKE.public_key().public_bytes_raw()
    for notice in good():
        assert sealed_report.open(INTAKE.private_bytes_raw(), sealed_report.seal(public, notice)) == notice
        with pytest.raises(BadReport):
            AbuseReport.decode(notice.encode())


def test_what_nobody_would_accept_is_not_encoded() -> None:
    wrongs: tuple[dict[str, Any], ...] = ({"words": ""}, {"email": "x"}, {"name": ""}, {"language": "english"})
    for changed in wrongs:
        with pytest.raises(UsageError):
            replace(good()[0], **changed).encode()


def test_the_largest_notice_fits_its_own_limit() -> None:
    largest = replace(
        good()[0],
        address="a" * MAX_TARGET,
        found_uri="a" * MAX_URI,
        words="a" * MAX_WORDS,
        name="a" * MAX_NAME,
        email="a" * 64 + "@" + "a" * 255,
    )
    assert len(largest.email) == MAX_EMAIL
    assert len(largest.encode()) < MAX_NOTICE


def test_its_repr_says_nothing_of_whoever_wrote_it() -> None:
    notice = replace(good()[0], address="canary-address", words="canary-words", name="canary", email="canary@x.org")
    assert "canary" not in repr(notice)


@given(st.binary(max_size=80))
def test_decoding_is_total(data: bytes) -> None:
    try:
        notice = PublicNotice.decode(data)
    except BadReport:
        return
    assert notice.encode() == data


@given(st.integers(0, 200), st.integers(0, 255))
def test_decoding_is_total_and_canonical_near_a_real_one(at: int, byte: int) -> None:
    data = bytearray(good()[0].encode())
    data[at % len(data)] = byte
    try:
        notice = PublicNotice.decode(bytes(data))
    except BadReport:
        return
    assert notice.encode() == bytes(data)
