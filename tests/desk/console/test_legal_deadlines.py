# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is due, over all requests: in words, the first first, with packages, holds and agencies among it."""

from __future__ import annotations

import re

import pytest

from privity.desk.console.legal_deadlines import COUNTED
from privity.desk.console.legal_lists import CLOCKS, mark
from privity.desk.legal.requests.clocks import Clock, Due
from tests.desk.console.legal_floor import House, Vault, approve, fresh, house, vault
from tests.desk.legal.releasing.floor import DAY_MS, HOUR_MS

__all__ = ["fresh", "house", "vault"]

PAGE = "/legal/deadlines"


def rows(page: str) -> list[str]:
    """The text of each line, in order."""
    found = re.findall(r'<li data-row class="row">(.*?)</li>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", each).split()) for each in found]


async def test_the_first_to_end_comes_first_and_how_far_it_is_stands_in_words(house: House) -> None:
    clerk = await house.clerk()
    assert "Nothing is due." in (await clerk.get(PAGE)).text
    number = house.floor.collected()
    lines = rows((await clerk.get(PAGE)).text)
    ends = [re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", line) for line in lines]
    assert [each[0] for each in ends if each] == sorted(each[0] for each in ends if each) and all(ends)
    assert any(line.startswith(f"Request {number} ") and "in time" in line for line in lines)
    house.floor.later(60 * DAY_MS)
    page = (await (await house.clerk()).get(PAGE)).text
    overdue = [line for line in rows(page) if "overdue overdue, " in line]
    assert overdue and overdue == rows(page)[: len(overdue)], "what is over stands on top"
    assert f"{len(overdue)} overdue" in page


async def test_a_package_that_waits_says_until_when_its_approvals_count(house: House) -> None:
    made = await house.reviewed()
    clerk = await house.clerk()
    assert not [line for line in rows((await clerk.get(PAGE)).text) if line.startswith("Package")]
    await approve(clerk, made)
    (line,) = [line for line in rows((await clerk.get(PAGE)).text) if line.startswith("Package")]
    assert "1 d 0 h left" in line
    house.floor.later(20 * HOUR_MS)
    (line,) = [line for line in rows((await (await house.clerk()).get(PAGE)).text) if line.startswith("Package")]
    assert "nearly due: four fifths of the time are gone" in line


async def test_an_agency_says_when_it_lapses(house: House) -> None:
    house.floor.team()
    lines = rows((await (await house.clerk()).get(PAGE)).text)
    found = [line for line in lines if line.startswith(house.floor.team().agency.name)]
    assert len(found) == 2 and "idle until then" in found[0] and "not attested by then" in found[1]
    assert " 90 d " in found[0]
    house.floor.revoke()
    lines = rows((await (await house.clerk()).get(PAGE)).text)
    assert not [line for line in lines if line.startswith(house.floor.team().agency.name)]


async def test_what_about_notices_waits_for_a_person_stands_on_top(house: House) -> None:
    number = house.post.collected(gag_requested=True, gag_basis="order 17", gag_until="2027-02-01")
    page = (await (await house.clerk()).get(PAGE)).text
    assert "Somebody has to look" in page and "say whether people are told, or what bars it" in page
    assert f"/legal/{number}/notice" in page


async def test_a_hold_ends_by_itself_and_says_when(vault: Vault) -> None:
    hold = vault.cellar.held()
    (line,) = [line for line in rows((await vault.clerk.get(PAGE)).text) if line.startswith("Hold")]
    assert line.startswith(f"Hold {hold.number} ") and "is shredded then 90 d " in line and "in time" in line
    vault.cellar.pass_days(80)
    (line,) = [line for line in rows((await (await vault.anew(vault.clerk)).get(PAGE)).text) if line.startswith("Hold")]
    assert "nearly due" in line


@pytest.mark.parametrize(
    ("now_ms", "said"),
    [
        (0, "in-time"),
        (499, "in-time"),
        (500, "half"),
        (799, "half"),
        (800, "nearly"),
        (999, "nearly"),
        (1000, "overdue"),
    ],
)
def test_half_and_four_fifths_of_a_time_are_marks(now_ms: int, said: str) -> None:
    assert mark(Due(0, 1000), "it is over", now_ms).style == said


def test_every_clock_has_words_and_every_mark_a_count() -> None:
    assert set(CLOCKS) == set(Clock)
    assert {mark(Due(0, 1000), "", now_ms).style for now_ms in (0, 500, 800, 1000)} == {each for each, _ in COUNTED}
