# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Keys that reports are sealed to: signed by the device that they name, in one form."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity import errors as e
from privity.identity.device_list import SUITE
from privity.identity.report_key import MAX_NUMBER, ReportKey
from privity.identity.uris import new_client_uri, new_user_uri
from privity.message import sealing
from privity.mls.crypto import signature_public_key
from tests.message.world import seeded

RND = seeded(7)
CLIENT, OTHER = (new_client_uri(new_user_uri("hub.example", RND), RND) for _ in range(2))
KEY, PRIVATE = RND(32), RND(32)
PUBLIC = signature_public_key(SUITE, KEY)
MADE = ReportKey.sign(CLIENT, KEY, 7, PRIVATE)


def test_a_key_says_whose_it_is_and_has_one_form() -> None:
    MADE.check(PUBLIC)
    assert ReportKey.decode(MADE.encode()) == MADE and MADE.public == sealing.public_half(PRIVATE)
    assert PRIVATE not in MADE.encode()


def test_a_key_that_its_device_did_not_sign_is_refused() -> None:
    changed = [replace(MADE, number=8), replace(MADE, client_uri=OTHER), replace(MADE, public=sealing.public_half(KEY))]
    for key in (*changed, replace(MADE, signature=bytes(64))):
        with pytest.raises(e.ReportKeyNotSigned):
            key.check(PUBLIC)
    with pytest.raises(e.ReportKeyNotSigned):
        MADE.check(signature_public_key(SUITE, RND(32)))


def test_numbers_have_an_end() -> None:
    ReportKey.decode(ReportKey.sign(CLIENT, KEY, MAX_NUMBER, PRIVATE).encode())
    with pytest.raises(e.BadReportKey, match="at most"):
        ReportKey.decode(ReportKey.sign(CLIENT, KEY, MAX_NUMBER + 1, PRIVATE).encode())


@given(st.binary(max_size=200))
def test_what_is_no_key_is_refused(data: bytes) -> None:
    with pytest.raises(e.BadReportKey):
        ReportKey.decode(data)
    with pytest.raises(e.BadReportKey):
        ReportKey.decode(MADE.encode() + data + b"x")
