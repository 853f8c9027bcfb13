# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever asked is here and may still ask, or there is no first person; and the owner of the machine is one person."""

from __future__ import annotations

import pytest

from privity.desk.staff.errors import AskerLeft
from privity.desk.staff.rights import Right
from privity.desk.staff.two_people import must_stand, same_person
from tests.desk.house import House


@pytest.fixture
def senior(house: House) -> House:
    """Member 11, who may ask."""
    house.db.execute(
        "INSERT INTO staff_member (number, name, handle, state, invited_ms)"
        " VALUES (11, 'An Example', randomblob(32), 'active', 0)"
    )
    house.db.execute("INSERT INTO staff_role (member, role) VALUES (11, 'senior')")
    return house


@pytest.mark.parametrize("right", [Right.WRITE_RULES, Right.MANAGE_LISTS])
def test_a_member_who_may_ask_and_a_command_stand(senior: House, right: Right) -> None:
    for who in ("staff:11", "command:rules", "command:lists"):
        must_stand(senior.db, who, right, "this")


@pytest.mark.parametrize(
    "change",
    ["UPDATE staff_member SET state = 'ended', ended_ms = 2", "UPDATE staff_role SET role = 'moderator'"],
)
def test_who_may_not_ask_any_more_does_not(senior: House, change: str) -> None:
    senior.db.execute(change)
    with pytest.raises(AskerLeft, match="staff:11, who asked for version 3, may not ask any more; end that and ask"):
        must_stand(senior.db, "staff:11", Right.WRITE_RULES, "version 3")


@pytest.mark.parametrize(
    "who", ["staff:12", "staff:", "staff:-11", "staff:x", "staff:١١", "11", "desk", "", "commands"]
)
def test_who_is_nobody_of_the_staff_does_not(senior: House, who: str) -> None:
    with pytest.raises(AskerLeft, match="is not on the staff; end that and ask anew"):
        must_stand(senior.db, who, Right.WRITE_RULES, "version 3")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("staff:1", "staff:1", True),
        ("staff:1", "staff:11", False),
        ("staff:1", "command:rules", False),
        ("command:rules", "command:lists", True),
    ],
)
def test_whoever_owns_the_machine_is_one_person_by_whatever_command(first: str, second: str, same: bool) -> None:
    assert same_person(first, second) is same_person(second, first) is same
