# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who counts as a minor, and who may change that."""

from __future__ import annotations

from itertools import product

import pytest

from privity.mls.errors import PolicyRefused
from privity.policy.age import Authority, band_now, check_band_change, check_guardian, is_minor
from privity.wire.age import AgeBand


def test_who_has_said_nothing_is_a_minor() -> None:
    assert [is_minor(band) for band in AgeBand] == [True, True, False]


@pytest.mark.parametrize("band", list(AgeBand))
def test_a_day_of_adulthood_comes_to_the_millisecond(band: AgeBand) -> None:
    assert [band_now(band, 1000, at) for at in (0, 999)] == [band] * 2
    assert [band_now(band, 1000, at) for at in (1000, 1 << 52)] == [AgeBand.ADULT] * 2
    assert band_now(band, None, 1 << 52) is band


def test_nobody_lifts_their_own_protection() -> None:
    refused = set()
    for old, new, authority in product(AgeBand, AgeBand, Authority):
        try:
            check_band_change(old, new, authority)
        except PolicyRefused:
            refused.add((old, new, authority))
    own = Authority.SELF
    assert refused == {(AgeBand.UNKNOWN, AgeBand.ADULT, own), (AgeBand.MINOR, AgeBand.ADULT, own)}


def test_only_adults_are_guardians() -> None:
    check_guardian(AgeBand.ADULT)
    for band in (AgeBand.UNKNOWN, AgeBand.MINOR):
        with pytest.raises(PolicyRefused):
            check_guardian(band)
