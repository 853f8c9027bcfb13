# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A national agency behind the same outbox: each step may be lost, and one report is submitted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from tests.desk.clearinghouse.fake_others import TOKEN, FakeAgency
from tests.desk.clearinghouse.made import SENDER, approved, gradient, uri
from tests.desk.clearinghouse.senders import line, now_ms, outbox, run_out

from privity.desk.clearinghouse import service, store
from privity.desk.clearinghouse.drafting import Desk
from privity.desk.clearinghouse.model import Destination, ReferralState
from privity.desk.clearinghouse.outbox import Outbox
from privity.desk.clearinghouse.transport import bearer
from privity.desk.db.transaction import Db

STEPS = ("open", "material", "facts", "submit")


@pytest.fixture
async def agency() -> AsyncIterator[FakeAgency]:
    agency = FakeAgency()
    async with agency.serving():
        yield agency


def sender_of(db: Db, desk: Desk, session: aiohttp.ClientSession, url: str, total_s: float = 20.0) -> Outbox:
    one = line(session, desk, url, Destination.AGENCY, total_s=total_s, authorization=bearer(TOKEN))
    return outbox(db, desk, one)


def drafted(db: Db, desk: Desk, files: int = 1) -> int:
    return approved(db, desk, 1, files, Destination.AGENCY)


async def test_a_report_goes_all_the_way_and_names_no_reporter(
    db: Db, desk: Desk, agency: FakeAgency, session: aiohttp.ClientSession
) -> None:
    n = drafted(db, desk)
    assert await sender_of(db, desk, session, agency.url).step() == 4
    (reference,) = agency.submitted
    assert store.read(db, n).remote_id == reference
    assert agency.material == {(reference, "1"): gradient(10)}
    assert agency.facts[reference, "1"]["viewed_by_staff"] is False
    said = str(agency.reports[reference])
    assert uri(1) in said
    assert uri(900_001) not in said


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", ["lost", "unheard", "silence", "500", "429", "nonsense"])
async def test_whatever_is_lost_one_report_is_submitted(
    db: Db, desk: Desk, agency: FakeAgency, session: aiohttp.ClientSession, step: str, fault: str
) -> None:
    n = drafted(db, desk)
    agency.once = [""] * STEPS.index(step) + [fault]
    await run_out(sender_of(db, desk, session, agency.url, 0.3 if fault == "silence" else 20.0), db)
    assert store.read(db, n).state is ReferralState.FINISHED
    assert len(agency.submitted) == 1


async def test_a_forgotten_report_is_begun_again(
    db: Db, desk: Desk, agency: FakeAgency, session: aiohttp.ClientSession
) -> None:
    n = drafted(db, desk)
    agency.once = ["", "500"]
    sender = sender_of(db, desk, session, agency.url)
    await sender.step()
    agency.forget()
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.FINISHED
    assert len(store.abandoned(db, n)) == 1
    assert len(agency.submitted) == 1


async def test_a_file_that_arrives_as_another_one_is_not_submitted(
    db: Db, desk: Desk, agency: FakeAgency, session: aiohttp.ClientSession
) -> None:
    n = drafted(db, desk)
    agency.spoil_upload = True
    sender = sender_of(db, desk, session, agency.url)
    await sender.step()
    assert "SHA-256" in store.read(db, n).why
    assert agency.submitted == []
    agency.spoil_upload = False
    await run_out(sender, db)
    assert len(agency.submitted) == 1


async def test_taken_back_there(db: Db, desk: Desk, agency: FakeAgency, session: aiohttp.ClientSession) -> None:
    n = drafted(db, desk)
    agency.once = ["", "500"]
    sender = sender_of(db, desk, session, agency.url)
    await sender.step()
    service.withdraw(db, SENDER, n, "another teapot", now_ms())
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.WITHDRAWN
    assert list(agency.state.values()) == ["withdrawn"]


@pytest.mark.parametrize(("status", "state"), [("400", ReferralState.BLOCKED), ("422", ReferralState.BLOCKED)])
async def test_a_refusal_waits_for_a_person(
    db: Db, desk: Desk, agency: FakeAgency, session: aiohttp.ClientSession, status: str, state: ReferralState
) -> None:
    n = drafted(db, desk)
    agency.once = [status]
    await run_out(sender_of(db, desk, session, agency.url), db)
    assert store.read(db, n).state is state
