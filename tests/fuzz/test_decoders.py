# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every decoder is total and canonical: a small random share here, hours of it in `make fuzz`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.decoder import Decoder
from tests.fuzz.decoders import all_decoders

DECODERS = all_decoders()


def test_decoders_were_found() -> None:
    names = {decoder.name for decoder in DECODERS}
    assert {
        "mls.messages.key_package.KeyPackage",
        "mls.messages.welcome.Welcome",
        "mls.group.records.EpochHead",
    } <= names


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda d: d.name)
def test_any_bytes_are_refused_by_name_or_canonical(decoder: Decoder) -> None:
    @settings(max_examples=60, deadline=None, database=None)
    @given(
        st.binary(max_size=120) | st.lists(st.sampled_from([0, 1, 2, 3, 4, 32, 64, 128, 255]), max_size=60).map(bytes)
    )
    def check(data: bytes) -> None:
        decoder.check(data)

    check()
