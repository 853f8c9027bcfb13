# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The lists of legal requests: what is due first, page after page without a gap, and quickly however many there are."""

from __future__ import annotations

import os
import re
import time

import pytest

from privity.desk.db.transaction import transaction
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests import listing, service
from privity.desk.legal.requests.clocks import DAY_MS, HOUR_MS, Clock
from privity.desk.legal.requests.listing import BY_ITSELF, Late, Place, Wanted
from privity.desk.legal.requests.model import State
from tests.desk.console.legal_scene import LegalPages, desk, fresh
from tests.desk.console.visitor import Answer
from tests.desk.legal.casework import CLERK, T0, Casework
from tests.desk.legal.conftest import work

__all__ = ["desk", "fresh", "work"]

MANY = 500
PROVE = int(os.environ.get("PRIVITY_PROVE_OPEN_REQUESTS", "10000"))
PAGE_MS = 200


def numbers(page: Answer) -> list[int]:
    return [int(each) for each in re.findall(r'<a href="/legal/([0-9]+)">Request', page.text)]


def filled(work: Casework, count: int) -> None:
    """Open requests with two clocks each, due in an order that is not that of their numbers."""
    db = work.db
    with transaction(db):
        rows = [(f"LP-2026-{at:010}", bytes(32), T0, T0) for at in range(count)]
        db.executemany(
            "INSERT INTO legal_request (pseudonym, request_sha256, received_ms, changed_ms) VALUES (?, ?, ?, ?)", rows
        )
        clocks = []
        for number in range(1, count + 1):
            due = T0 + (number * 7919 % count) * 60_000
            clocks += [
                (number, Clock.FIRST_LOOK.value, T0, due, T0, T0),
                (number, Clock.PRODUCE.value, T0, due + DAY_MS, T0, T0),
            ]
        db.executemany(
            "INSERT INTO legal_clock (request, clock, from_ms, due_ms, warn_ms, page_ms) VALUES (?, ?, ?, ?, ?, ?)",
            clocks,
        )


async def test_what_is_due_first_stands_first_with_its_mark_in_words(desk: LegalPages) -> None:
    clerk, work = await desk.clerk(), desk.work
    calm = work.submitted()
    emergency = work.submitted("us.sca.emergency")
    verified = work.submitted("eu.epoc")
    work.verified(verified)
    page = await clerk.get("/legal")
    assert numbers(page)[0] == emergency and set(numbers(page)) == {calm, emergency, verified}
    assert "in time" in page.text and "emergency</span>" in page.text
    assert "instrument and country: said once it is known who asks" in page.text
    title = work.rules.rulebook.instruments["eu.epoc"].title
    assert f"{title}, AT" in page.text, "what the log tells of it"
    assert "pot.collector" not in page.text, "whom it is about stands in no list"
    desk.clock.pass_ms(16 * 60_000)
    assert "half of the time is gone" in (await clerk.get("/legal")).text
    desk.clock.pass_ms(9 * 60_000)
    assert "nearly due: four fifths of the time are gone" in (await clerk.get("/legal")).text
    desk.clock.pass_ms(5 * 60_000)
    assert "overdue. By" in (await clerk.get("/legal")).text
    late = await clerk.get("/legal?late=overdue")
    assert numbers(late) == [emergency]


async def test_fewer_are_shown_by_state_emergency_hold_and_country(desk: LegalPages) -> None:
    clerk, work = await desk.clerk(), desk.work
    calm, emergency, ready = work.submitted(), work.submitted("us.sca.emergency"), work.ready()
    for query, expected in (
        ("state=submitted", {calm, emergency}),
        ("state=verified", {ready}),
        ("emergency=true", {emergency}),
        ("country=DE", {ready}),
        ("country=FR", set()),
        ("held=true", set()),
        ("state=&late=&country=", {calm, emergency, ready}),
    ):
        assert set(numbers(await clerk.get(f"/legal?{query}"))) == expected, query
    work.bureau.revoke(Whom.all())
    assert numbers(await clerk.get("/legal?held=true")) == [ready]
    for wrong in ("state=opened", "late=very", "country=DEU", "after=x", "due=-1"):
        assert (await clerk.get(f"/legal?{wrong}")).status == 400, wrong


async def test_a_request_is_found_by_its_number_and_by_its_name(desk: LegalPages) -> None:
    clerk, number = await desk.clerk(), desk.work.submitted()
    name = desk.work.of(number).pseudonym
    for text in (str(number), name, name.lower(), f"%20{name}%20"):
        assert (await clerk.get(f"/legal/find?text={text}")).location == f"/legal/{number}", text
    for text in ("", "999", "LP-2026-NOBODY", "%27%20OR%201=1"):
        answer = await clerk.get(f"/legal/find?text={text}")
        assert answer.status == 409 and "RequestUnknown" in answer.text, text


async def test_pages_follow_each_other_without_a_gap_and_without_a_row_twice(desk: LegalPages) -> None:
    clerk, work = await desk.clerk(), desk.work
    filled(work, 120)
    quiet = [work.submitted() for _ in range(2)]
    for number in quiet:
        for clock in Clock:
            service.stop_clock(desk.db, number, clock, work.now_ms)
    seen: list[int] = []
    path = "/legal"
    while path:
        page = await clerk.get(path)
        seen += numbers(page)
        more = re.search(r'class="next" href="([^"]+)"', page.text)
        path = more[1].replace("&amp;", "&") if more else ""
    order = sorted(range(1, 121), key=lambda number: number * 7919 % 120)
    assert seen == [*order, *quiet], "what has no deadline comes at the end"


async def test_what_has_ended_has_a_page_of_its_own(desk: LegalPages) -> None:
    clerk, work = await desk.clerk(), desk.work
    ended = [work.submitted() for _ in range(3)]
    still = work.submitted()
    for number in ended:
        service.close(desk.db, CLERK, number, "withdrawn", work.now_ms)
    assert numbers(await clerk.get("/legal")) == [still]
    assert numbers(await clerk.get("/legal/closed")) == ended[::-1]
    assert numbers(await clerk.get(f"/legal/closed?before={ended[2]}")) == [ended[1], ended[0]]


async def test_the_place_on_every_page_says_how_many_are_open_and_what_is_due_first(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    assert 'class="count"' not in (await clerk.get("/help")).text
    desk.work.submitted("us.sca.emergency")
    assert "30 min left" in (await clerk.get("/help")).text
    found = listing.counts(desk.db, desk.work.now_ms + HOUR_MS)
    assert (found.open, found.overdue, found.first_ms) == (1, 1, desk.work.now_ms + 30 * 60_000)


def test_what_the_desk_does_by_itself_is_what_the_list_leaves_out() -> None:
    """The clocks stand in the statements as words: they are the same ones."""
    words = {f"'{each}'" for each in BY_ITSELF}
    for statement in (listing._DUE, listing._NOT_DUE, listing._OVERDUE, listing._FIRST):
        for found in re.findall(r"clock NOT IN \(([^)]*)\)", statement):
            assert set(found.split(", ")) == words
    assert set(BY_ITSELF) < set(Clock)


def quickest(work: Casework, wanted: Wanted, after: Place | None) -> float:
    took = []
    for _ in range(3):
        begun = time.process_time()
        found = listing.waiting(work.db, CLERK, wanted, after, 50, T0 + DAY_MS)
        listing.counts(work.db, T0 + DAY_MS)
        took.append((time.process_time() - begun) * 1000)
    assert found.rows
    return min(took)


@pytest.mark.parametrize("count", [MANY, pytest.param(PROVE, marks=pytest.mark.prove)], ids=["some", "many"])
def test_any_page_of_many_open_requests_is_quick(work: Casework, count: int) -> None:
    filled(work, count)
    middle = Place(T0 + count // 2 * 60_000, 0)
    for wanted, after in (
        (Wanted(), None),
        (Wanted(), middle),
        (Wanted(state=State.DRAFT), middle),
        (Wanted(late=Late.OVERDUE), None),
        (Wanted(), Place(T0 + (count - 1) * 60_000 - 1, 0)),
    ):
        took = quickest(work, wanted, after)
        assert took < PAGE_MS, (wanted, after, took)


@pytest.mark.prove
async def test_the_page_of_many_open_requests_is_quick(desk: LegalPages) -> None:
    """From the request of a browser to the last byte, with the places and counts on its left."""
    filled(desk.work, PROVE)
    clerk = await desk.clerk()
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        page = await clerk.get("/legal")
        took.append((time.perf_counter() - begun) * 1000)
    assert len(numbers(page)) == 50 and min(took) < PAGE_MS, took
