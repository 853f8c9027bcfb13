# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports that did not open on the pages: why, tried again, put aside, and found from where somebody looks."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases.gathering import Gathering
from privity.desk.console.app import build_app
from privity.desk.db.transaction import transaction
from privity.desk.intake import store
from privity.desk.intake.again import Again
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.opening import Unread, open_page
from privity.desk.staff.rights import Role
from privity.message import sealed_report
from privity.message.report import AbuseReport, Reason, Subject
from privity.message.sealed_report import IntakeKey
from privity.wire.errors import Code, Refusal
from privity.wire.staff import RelayedReport
from tests.desk.console.conftest import NOW_MS, Pages
from tests.desk.console.scene import random, somebody
from tests.desk.contents import contents

OLD = X25519PrivateKey.from_private_bytes(b"\x07" * 32)
"""The key that people sealed to before it was lost here."""
HOSTILE = "</code><script>alert(1)</script>{{7*7}}\u202e"


def take(pages: Pages, sealed: bytes, reporter: str = "") -> int:
    """A report that this desk cannot open, as the intake takes it; its number."""
    relayed = RelayedReport(reporter or somebody(), NOW_MS, sealed, f"receipt-{random(8).hex()}")
    (one,) = open_page([relayed], IntakeKey(pages.keys.intake))
    assert isinstance(one, Unread)
    with transaction(pages.db):
        (number,) = store.record(pages.db, pages.keys.evidence, os.urandom, [(relayed, one.assessment)], now_ms=NOW_MS)
    return number


def sealed_before(reporter: str) -> bytes:
    report = AbuseReport(reporter, somebody(), "", Reason.HARASSMENT, "an invented note", (), Subject.PERSON)
    return sealed_report.seal(OLD.public_key().public_bytes_raw(), report)


def acts(pages: Pages, *wanted: Act) -> list[Entry]:
    return [one for one in map(Entry.decode, log.entries(pages.db)) if one.act in wanted]


@pytest.fixture
async def console(console: Pages) -> AsyncIterator[Pages]:
    """Pages of a desk to which the older key was put back. No message is asked about, so no hub is."""
    keys = replace(console.keys, older_intake=(OLD.private_bytes_raw(),))
    nobody: Any = None
    key_log = KeyLog(console.db, None, console.clock)
    again = Again(console.db, nobody, keys, key_log, os.urandom, Gathering({}).again, lambda *_: None)
    shared = replace(console.shared, again=again)
    async with TestClient(TestServer(build_app(shared))) as client:
        yield replace(console, shared=shared, client=client)


async def test_it_says_why_and_where_trying_again_helps(console: Pages) -> None:
    reporter = somebody()
    take(console, sealed_before(reporter), reporter)
    take(console, b"garbage")
    page = await (await console.visitor(Role.MODERATOR)).get("/unopened")
    assert "2 wait for somebody" in page.text
    assert "sealed to a key that this desk does not have" in page.text and "WrongIntakeKey" in page.text
    assert "These bytes are no sealed report." in page.text
    assert reporter in page.text and "evidence 1" in page.text
    assert [form.action for form in page.forms if form.action.endswith("/again")] == ["/unopened/1/again"]


async def test_tried_again_it_leads_to_its_case(console: Pages) -> None:
    reporter = somebody()
    take(console, sealed_before(reporter), reporter)
    maren = await console.visitor(Role.MODERATOR)
    assert (await maren.submit("/unopened", "/unopened/1/again")).location == "/case/1"
    assert "Report 1: harassment" in (await maren.get("/case/1")).text
    assert "Every report could be opened and read." in (await maren.get("/unopened")).text
    (entry,) = acts(console, Act.REPORT_READ_LATER)
    assert entry.who == f"staff:{maren.number}"
    assert "NotUnopened" in (await maren.post("/unopened/1/again")).text


async def test_what_still_does_not_open_says_so_and_stays(console: Pages) -> None:
    take(console, b"garbage")
    maren = await console.visitor(Role.MODERATOR)
    page = await maren.post("/unopened/1/again")
    assert page.status == 200 and "it still does not open with any key of this desk" in page.text
    assert "1 waits for somebody" in page.text


async def test_put_aside_with_a_reason_and_never_lost(console: Pages) -> None:
    take(console, b"garbage")
    maren = await console.visitor(Role.MODERATOR)
    for words, status in (("", 400), (" ", 409), ("x" * 1001, 400)):
        assert (await maren.post("/unopened/1/aside", words=words)).status == status
    assert (await maren.submit("/unopened", "/unopened/1/aside", words=f"a test {HOSTILE}")).location == "/unopened"
    assert "Every report could be opened and read." in (await maren.get("/unopened")).text
    aside = (await maren.get("/unopened?aside=true")).text
    assert "a test &lt;/code&gt;&lt;script&gt;" in aside and "<script>alert" not in aside
    assert "AsideAlready" in (await maren.post("/unopened/1/aside", words="again")).text
    assert console.db.execute("SELECT count(*) FROM evidence").fetchone() == (1,)


async def test_it_is_found_from_the_queue_and_from_what_needs_somebody(console: Pages) -> None:
    moderator, odo = await console.visitor(Role.MODERATOR), await console.visitor(Role.APPEALS)
    for path in ("/queue", "/attention"):
        assert 'href="/unopened"' not in (await moderator.get(path)).text
    take(console, b"garbage")
    assert '<a href="/unopened">1 report that did not open</a>' in (await moderator.get("/queue")).text
    assert '<a href="/unopened">1 report did not open</a>' in (await moderator.get("/attention")).text
    assert "/unopened" not in (await odo.get("/attention")).text


async def test_what_the_hub_says_of_a_sender_stays_text(console: Pages) -> None:
    number = take(console, b"garbage")
    console.db.execute("UPDATE report SET reporter_uri = ?, detail = ? WHERE seq = ?", (HOSTILE, HOSTILE, number))
    page = (await (await console.visitor(Role.MODERATOR)).get("/unopened")).text
    assert "<script>alert" not in page and page.count("&lt;script&gt;alert(1)") == 2 and "{{7*7}}" in page


async def test_a_hub_that_does_not_answer_is_named(console: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    take(console, b"garbage")
    maren = await console.visitor(Role.MODERATOR)

    async def refuses(*_: object) -> None:
        raise Refusal(Code.UNAVAILABLE, "secret words of the hub")

    monkeypatch.setattr(Again, "try_again", refuses)
    answer = await maren.post("/unopened/1/again")
    assert answer.status == 409 and "WithoutHub" in answer.text and "secret words" not in answer.text


async def test_without_a_hub_nothing_is_tried(console: Pages) -> None:
    take(console, b"garbage")
    async with TestClient(TestServer(build_app(replace(console.shared, again=None)))) as client:
        maren = await replace(console, client=client).visitor(Role.MODERATOR)
        before = contents(console.db)
        assert "WithoutHub" in (await maren.post("/unopened/1/again")).text
        assert contents(console.db) == before
