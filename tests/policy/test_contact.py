# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may begin a conversation with whom: every case there is, against the sentence that allows it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from privity.mls.errors import PolicyRefused
from privity.policy.contact import (
    Audience,
    Standing,
    audience,
    check_addition,
    check_contact,
    check_entry,
    check_invitation,
)

BOTH = (False, True)


def allows(check: Callable[..., None], *given: Any, **named: Any) -> bool:
    try:
        check(*given, **named)
    except PolicyRefused:
        return False
    return True


def every_standing(minor: bool) -> list[Standing]:
    return [Standing(minor, *facts) for facts in product(BOTH, repeat=5)]


def test_an_adult_is_a_contact_of_whom_they_met_or_whom_both_want() -> None:
    for one in every_standing(minor=False):
        wanted = one.met or (one.wanted and (one.asked or one.granted))
        assert allows(check_contact, one) == wanted, one


def test_a_minor_is_reached_by_three_ways_only() -> None:
    """They met, the minor asked for that person, or a guardian agreed to what the minor said yes to."""
    for one in every_standing(minor=True):
        ways = (one.met, one.wanted and one.asked, one.wanted and one.granted and one.vouched)
        assert allows(check_contact, one) == any(ways), one


def test_what_makes_a_minor_a_contact_makes_an_adult_one() -> None:
    for young, grown in zip(every_standing(minor=True), every_standing(minor=False), strict=True):
        assert not allows(check_contact, young) or allows(check_contact, grown)


def test_nobody_is_made_a_contact_by_what_the_other_does_alone() -> None:
    for minor, vouched in product(BOTH, repeat=2):
        assert not allows(check_contact, Standing(minor, vouched=vouched, wanted=True))


@pytest.mark.parametrize("minor", BOTH)
def test_who_is_shown_a_request(minor: bool) -> None:
    for vouched, blocked, listed, share_room, guarded in product(BOTH, repeat=5):
        found = audience(
            Standing(minor, vouched=vouched),
            blocked=blocked,
            listed=listed,
            share_room=share_room,
            guarded=guarded,
        )
        if blocked:
            assert found is Audience.NOBODY
        elif minor:
            assert found is (Audience.PERSON if vouched else Audience.GUARDIAN if guarded else Audience.NOBODY)
        else:
            assert found is (Audience.PERSON if listed or share_room else Audience.NOBODY)


def test_who_is_added_to_a_group_at_once() -> None:
    for contact, minor, invited, strangers in product(BOTH, BOTH, BOTH, (0, 1, 99)):
        given = {"contact": contact, "minor": minor, "invited": invited, "strangers": strangers}
        wanted = contact and (invited or strangers == 0) if minor else contact or invited
        assert allows(check_addition, **given) == wanted, given


def test_who_is_shown_an_invitation() -> None:
    for contact, minor, blocked, reachable in product(BOTH, repeat=4):
        given = {"contact": contact, "minor": minor, "blocked": blocked, "reachable": reachable}
        wanted = not blocked and (contact or (reachable and not minor))
        assert allows(check_invitation, **given) == wanted, given


def test_which_rooms_a_device_enters_by_itself() -> None:
    for direct, accepted, others in product(BOTH, BOTH, (0, 1, 2, 5)):
        for contacts in range(others + 1):
            given = {"direct": direct, "contacts": contacts, "others": others, "accepted": accepted}
            known = contacts == others if direct else contacts > 0
            assert allows(check_entry, **given) == (accepted or others == 0 or known), given
