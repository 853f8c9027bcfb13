# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Statements of reasons: whole batches, each statement once whatever is lost, nothing personal, nothing private."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import msgspec
import pytest
from tests.desk.clearinghouse.fake_others import TOKEN, FakeDatabase
from tests.desk.clearinghouse.made import MODERATOR, SENDER, T0
from tests.desk.clearinghouse.senders import at_once, line, outbox, run_out

from privity.desk.clearinghouse import service, store
from privity.desk.clearinghouse.documents.statement import (
    Automated,
    ContentType,
    Ground,
    Source,
    StatementOfReasons,
    Surface,
    Visibility,
    YesNo,
    check,
)
from privity.desk.clearinghouse.drafting import Desk
from privity.desk.clearinghouse.drivers.statements import BATCH, StatementsDriver
from privity.desk.clearinghouse.drivers.steps import HttpAnswer, Outcome, Parcel
from privity.desk.clearinghouse.errors import BadStatement, NotInThatState, PersonalData, StatedAlready, TextTooLong
from privity.desk.clearinghouse.model import Destination, Item, ItemState, ReferralState, Verb
from privity.desk.clearinghouse.outbox import Outbox
from privity.desk.clearinghouse.transport import bearer
from privity.desk.db.transaction import Db


def statement(number: int, **changes: object) -> StatementOfReasons:
    base = StatementOfReasons(
        surface=Surface.PROFILE,
        puid=f"decision-{number}",
        decision_ground=Ground.INCOMPATIBLE,
        category="STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        content_type=[ContentType.TEXT],
        content_date="2026-11-20",
        application_date="2026-11-21",
        decision_facts="The profile sold teapots that do not exist.",
        source_type=Source.ARTICLE_16,
        automated_detection=YesNo.NO,
        automated_decision=Automated.NOT,
        decision_visibility=[Visibility.REMOVED],
        incompatible_content_ground="Rule 4: no fraud",
        incompatible_content_explanation="Selling what does not exist is fraud.",
    )
    return msgspec.structs.replace(base, **changes)


@pytest.fixture
async def database() -> AsyncIterator[FakeDatabase]:
    database = FakeDatabase()
    async with database.serving():
        yield database


def stated(db: Db, desk: Desk, count: int, first: int = 1) -> int:
    for number in range(first, first + count):
        n = service.state_reasons(db, desk, MODERATOR, statement(number), number, T0).n
    service.approve(db, desk, SENDER, n, T0)
    return n


def sender_of(db: Db, desk: Desk, session: aiohttp.ClientSession, url: str, total_s: float = 20.0) -> Outbox:
    one = line(session, desk, url, Destination.STATEMENTS, total_s=total_s, authorization=bearer(TOKEN))
    return outbox(db, desk, one)


async def test_a_hundred_go_in_one_call_and_the_next_one_begins_another_batch(
    db: Db, desk: Desk, database: FakeDatabase, session: aiohttp.ClientSession
) -> None:
    first = [service.state_reasons(db, desk, MODERATOR, statement(number), 1, T0).n for number in range(1, BATCH + 2)]
    assert len(set(first)) == 2
    for n in set(first):
        service.approve(db, desk, SENDER, n, T0)
    await run_out(sender_of(db, desk, session, database.url), db)
    assert sorted(database.batches) == [1, BATCH]
    assert store.counts(db) == {ReferralState.FINISHED: 2}


@pytest.mark.parametrize("fault", ["lost", "unheard", "silence", "500", "503", "429", "200"])
async def test_after_silence_each_puid_is_looked_up_and_none_is_sent_twice(
    db: Db, desk: Desk, database: FakeDatabase, session: aiohttp.ClientSession, fault: str
) -> None:
    n = stated(db, desk, 3)
    database.once = [fault]
    await run_out(sender_of(db, desk, session, database.url, 0.3 if fault == "silence" else 20.0), db)
    assert store.read(db, n).state is ReferralState.FINISHED
    assert len(database.statements) == 3
    assert database.batches == [3]
    assert database.seen["GET statement"] == (0 if fault in ("503", "429") else 3)


async def test_what_is_there_already_is_left_out(
    db: Db, desk: Desk, database: FakeDatabase, session: aiohttp.ClientSession
) -> None:
    n = stated(db, desk, 3)
    database.statements["decision-2"] = {}
    await run_out(sender_of(db, desk, session, database.url), db)
    assert store.read(db, n).state is ReferralState.FINISHED
    assert sorted(database.statements) == ["decision-1", "decision-2", "decision-3"]
    assert database.batches == [2]


async def test_a_page_to_sign_in_is_no_proof_that_a_statement_is_there(
    db: Db, desk: Desk, database: FakeDatabase, session: aiohttp.ClientSession
) -> None:
    n = stated(db, desk, 1)
    database.once = ["unheard"]
    database.signs_in = True
    sender = sender_of(db, desk, session, database.url)
    for _ in range(3):
        await sender.step()
        at_once(db)
    assert store.read(db, n).state is ReferralState.APPROVED
    database.signs_in = False
    await run_out(sender, db)
    assert list(database.statements) == ["decision-1"]


async def test_a_batch_that_is_refused_twice_waits_for_a_person(
    db: Db, desk: Desk, database: FakeDatabase, session: aiohttp.ClientSession
) -> None:
    n = stated(db, desk, 2)
    database.once = ["422", "", "", "422"]
    await run_out(sender_of(db, desk, session, database.url), db)
    assert store.read(db, n).state is ReferralState.BLOCKED
    assert database.statements == {}


async def test_a_refused_token_stops_this_queue(
    db: Db, desk: Desk, database: FakeDatabase, session: aiohttp.ClientSession
) -> None:
    stated(db, desk, 1)
    one = line(session, desk, database.url, Destination.STATEMENTS, authorization=bearer("other"))
    await outbox(db, desk, one).step()
    assert list(service.stopped(db)) == [Destination.STATEMENTS]


@pytest.mark.parametrize(
    ("verb", "status", "outcome"),
    [
        (Verb.LOOK_UP, 500, Outcome.AGAIN),
        (Verb.LOOK_UP, 400, Outcome.BLOCKED),
        (Verb.OPEN, 401, Outcome.STOP_QUEUE),
        (Verb.OPEN, 400, Outcome.BLOCKED),
    ],
)
def test_what_else_can_be_answered(verb: Verb, status: int, outcome: Outcome) -> None:
    driver = StatementsDriver()
    state = ItemState.UNKNOWN if verb is Verb.LOOK_UP else ItemState.WAITING
    step = driver.next_step(parcel(Item(1, state, None, None)))
    assert step.verb is verb
    assert driver.read(step, HttpAnswer(status, b"")).outcome is outcome
    assert driver.lost(step).outcome is Outcome.AGAIN


def parcel(*items: Item) -> Parcel:
    return Parcel(ReferralState.APPROVED, None, False, items, One())


class One:
    """Stands for contents: every item is one statement."""

    def document(self) -> bytes:
        return b""

    def facts(self, item: int) -> bytes:
        return msgspec.json.encode(statement(item))

    def file(self, item: int) -> bytes:
        return b""

    def viewed(self, item: int) -> bool:
        return False


def test_there_is_no_step_after_all_are_there() -> None:
    with pytest.raises(NotInThatState):
        StatementsDriver().next_step(parcel(Item(1, ItemState.SENT, None, None)))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"puid": "has blanks"}, BadStatement),
        ({"puid": "x" * 501}, BadStatement),
        ({"decision_visibility": []}, BadStatement),
        ({"content_type": []}, BadStatement),
        ({"category": ""}, BadStatement),
        ({"content_date": "yesterday"}, BadStatement),
        ({"decision_facts": " "}, BadStatement),
        ({"decision_facts": "x" * 5001}, TextTooLong),
        ({"incompatible_content_ground": "x" * 501}, TextTooLong),
        ({"incompatible_content_explanation": "x" * 2001}, TextTooLong),
        ({"decision_facts": "The person mimi://hub.example/u/abc sold teapots"}, PersonalData),
        ({"decision_facts": "Write to ada@teapots.example"}, PersonalData),
        ({"incompatible_content_explanation": "Call +44 20 7946 0000"}, PersonalData),
        ({"decision_ground": Ground.ILLEGAL}, BadStatement),
    ],
)
def test_what_the_database_would_refuse_or_must_not_have(
    db: Db, desk: Desk, changes: dict[str, object], error: type[Exception]
) -> None:
    check(statement(1))
    with pytest.raises(error):
        service.state_reasons(db, desk, MODERATOR, statement(1, **changes), 1, T0)
    assert store.counts(db) == {}


def test_a_decision_is_stated_once(db: Db, desk: Desk) -> None:
    n = service.state_reasons(db, desk, MODERATOR, statement(1), 1, T0).n
    with pytest.raises(StatedAlready):
        service.state_reasons(db, desk, MODERATOR, statement(1), 1, T0)
    service.withdraw(db, MODERATOR, n, "the decision was undone", T0)
    assert service.state_reasons(db, desk, MODERATOR, statement(1), 1, T0).n != n


def test_a_conversation_is_no_surface() -> None:
    plain = msgspec.to_builtins(statement(1)) | {"surface": "conversation"}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(plain, StatementOfReasons)
    assert "surface" not in statement(1).sent()


def test_the_composed_batch_says_what_is_sent(db: Db, desk: Desk) -> None:
    n = service.state_reasons(db, desk, MODERATOR, statement(1), 1, T0).n
    seen = service.preview(db, desk, SENDER, n)
    assert (seen.problem, seen.missing) == ("", ())
    assert replace(seen.referral, n=0).kind == service.STATEMENTS_KIND
