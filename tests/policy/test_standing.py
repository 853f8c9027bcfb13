# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What each standing leaves to a person: the whole table, so that a change of it is a change of this page."""

from __future__ import annotations

import itertools

import pytest

from privity.mls.errors import PolicyRefused
from privity.policy.standing import (
    Deed,
    check_hidden,
    check_in_closed_room,
    check_standing,
    check_unlinked,
    worst,
)
from privity.wire.standing import StandingState

LEFT = {
    StandingState.GOOD: set(Deed),
    StandingState.LIMITED: {Deed.SEND, Deed.TYPE, Deed.AGREE, Deed.VOUCH, Deed.SHOW, Deed.UPLOAD},
    StandingState.SUSPENDED: set(),
    StandingState.BANNED: set(),
}


@pytest.mark.parametrize(("standing", "deed"), list(itertools.product(StandingState, Deed)))
def test_a_standing_leaves_these_deeds_and_no_others(standing: StandingState, deed: Deed) -> None:
    if deed in LEFT[standing]:
        check_standing(standing, deed)
        return
    with pytest.raises(PolicyRefused, match=f"{standing.value} cannot {deed.value}"):
        check_standing(standing, deed)


def test_a_worse_standing_never_leaves_more() -> None:
    for better, worse in itertools.pairwise(StandingState):
        assert LEFT[better] >= LEFT[worse]


def test_the_worst_counts() -> None:
    assert worst([]) is StandingState.GOOD
    for one, other in itertools.product(StandingState, repeat=2):
        counted = worst([one, other])
        assert counted in (one, other)
        assert LEFT[counted] == LEFT[one] & LEFT[other]


def refused(check: object, deed: Deed) -> bool:
    assert callable(check)
    try:
        check(deed)
    except PolicyRefused:
        return True
    return False


def test_rooms_and_profiles_refuse_what_was_taken_from_them() -> None:
    said = {Deed.SEND, Deed.TYPE, Deed.INVITE, Deed.LINK, Deed.AGREE}
    assert {deed for deed in Deed if refused(check_in_closed_room, deed)} == said
    assert {deed for deed in Deed if refused(check_unlinked, deed)} == {Deed.LINK}
    assert {deed for deed in Deed if refused(check_hidden, deed)} == {Deed.SHOW}
