# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Appeals on the pages: read on a click, answered once, by somebody who had no part in the decision."""

from __future__ import annotations

import os
import re

import pytest

from privity.desk.appeals.lodging import lodge
from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.decisions import service as decisions
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from privity.message.appeal import About, Appeal
from privity.wire.staff import RelayedReport
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import Scene
from tests.desk.console.visitor import Visitor

WORDS = "It was my <b>brother</b>.<script>alert(1)</script> {{7*7}} \u202e"
DAY_MS = 86_400_000


async def appealed(pages: Pages, *also: Role) -> Visitor:
    """A warned person has appealed: appeal 1 against decision 1. Returns whoever decided."""
    scene = Scene(pages)
    number, case = scene.report(scene.text("an invented insult"))
    moderator = await pages.visitor(Role.MODERATOR, *also)
    await moderator.submit(f"/case/{case}", f"/case/{case}/take")
    page = await moderator.submit(
        f"/case/{case}", f"/case/{case}/preview", action="warn", reason="You insulted somebody.", evidence=f"{number}:0"
    )
    await moderator.fill(page.form(f"/case/{case}/decide"))
    made = decisions.decision(pages.db, Acting.member(1, frozenset({Role.MODERATOR})), 1)
    sealed = Appeal(About.DECISION, made.reference, scene.accused, WORDS)
    relayed = RelayedReport(scene.accused, pages.clock.now_ms, b"", "receipt-of-an-appeal")
    assert lodge(pages.db, pages.keys.evidence, os.urandom, sealed, relayed, pages.clock.now_ms) == 1
    return moderator


async def test_an_appeal_waits_with_a_deadline(console: Pages) -> None:
    await appealed(console)
    odo = await console.visitor(Role.APPEALS)
    page = (await odo.get("/appeals")).text
    assert '<a href="/appeal/1">Appeal 1</a>' in page
    assert "14 d 0 h left" in page
    assert re.search(r'href="/appeals".*?class="count">1<', page, re.S)


async def test_its_words_are_evidence(console: Pages) -> None:
    await appealed(console)
    odo = await console.visitor(Role.APPEALS)
    page = await odo.get("/appeal/1")
    assert "brother" not in page.text
    assert "You insulted somebody." in page.text  # the decision, and what was told
    read = await odo.fill(page.form("/appeal/1/words"))
    assert "It was my &lt;b&gt;brother&lt;/b&gt;.&lt;script&gt;" in read.text
    assert "{{7*7}}" in read.text
    assert "U+202E right-to-left override" in read.text
    opened = [Entry.decode(data) for data in log.entries(console.db)]
    assert [(entry.who, entry.said["reason"]) for entry in opened if entry.act is Act.EVIDENCE_OPENED] == [
        (f"staff:{odo.number}", "answering appeal 1")
    ]
    assert (await odo.post("/appeal/1/words", words=" ")).status == 409


@pytest.mark.parametrize(("answer", "state"), [("uphold", "effective"), ("overturn", "undone")])
async def test_it_is_answered_once(console: Pages, answer: str, state: str) -> None:
    await appealed(console)
    odo = await console.visitor(Role.APPEALS)
    done = await odo.submit("/appeal/1", "/appeal/1/answer", outcome=answer, words="I looked at it anew.")
    assert done.location == "/appeal/1"
    page = await odo.get("/appeal/1")
    assert "I looked at it anew." in page.text
    assert f"now {state}" in page.text
    assert not [form for form in page.forms if form.action.endswith("/answer")]
    assert "AnsweredAlready" in (await odo.post("/appeal/1/answer", outcome=answer, words="again")).text
    assert "Nobody waits for an answer." in (await odo.get("/appeals")).text


async def test_nobody_answers_about_their_own_decision(console: Pages) -> None:
    moderator = await appealed(console, Role.APPEALS)
    page = await moderator.get("/appeal/1")
    assert "Somebody else answers." in page.text
    assert not [form for form in page.forms if form.action.endswith("/answer")]
    assert "OwnDecision" in (await moderator.post("/appeal/1/answer", outcome="uphold", words="no")).text


async def test_too_little_is_answered_in_other_words_and_decided_by_somebody_else(console: Pages) -> None:
    moderator = await appealed(console, Role.APPEALS)
    (reporter, receipt) = console.db.execute("SELECT reporter_uri, receipt FROM report ORDER BY seq LIMIT 1").fetchone()
    sealed = Appeal(About.REPORT, receipt, reporter, "A warning is not enough. <b>")
    relayed = RelayedReport(reporter, console.clock.now_ms, b"", "receipt-of-a-complaint")
    assert lodge(console.db, console.keys.evidence, os.urandom, sealed, relayed, console.clock.now_ms) == 2
    odo, other = await console.visitor(Role.APPEALS), await console.visitor(Role.MODERATOR)
    page = await odo.get("/appeal/2")
    assert "finds that too little was done" in page.text and "was enough: nothing more is done" in page.text
    assert "is undone" not in page.text
    assert "You had a part in what was decided." in (await moderator.get("/appeal/2")).text
    done = await odo.submit("/appeal/2", "/appeal/2/answer", outcome="overturn", words="It went on for weeks.")
    assert done.location == "/appeal/2"
    page = await odo.get("/appeal/2")
    assert "The case was opened again" in page.text and "now effective" in page.text
    assert "Appeal 1" in (await odo.get("/appeals")).text, "whom it is about still waits"
    refusals = {}
    for who in (moderator, other):
        await who.submit("/case/1", "/case/1/take")
        refusals[who.number] = await who.submit(
            "/case/1", "/case/1/preview", action="limit", days="7", reason="You went on.", evidence="1:0"
        )
        await who.post("/case/1/release")
    assert "DecidedBefore" in refusals[moderator.number].text
    assert refusals[other.number].status == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"outcome": "maybe", "words": "x"}, 400),
        ({"words": "x"}, 400),
        ({"outcome": "uphold", "words": " "}, 409),
        ({"outcome": "uphold", "words": "x" * 2001}, 400),
    ],
)
async def test_what_is_no_answer_is_refused(console: Pages, fields: dict[str, str], status: int) -> None:
    await appealed(console)
    odo = await console.visitor(Role.APPEALS)
    assert (await odo.post("/appeal/1/answer", fields)).status == status
    assert "Appeal 1" in (await odo.get("/appeals")).text
    assert (await odo.get("/appeal/9")).status == 409


async def test_an_overdue_answer_says_so(console: Pages) -> None:
    await appealed(console)
    console.clock.pass_ms(15 * DAY_MS)
    odo = await console.visitor(Role.APPEALS)
    assert "1 d 0 h overdue" in (await odo.get("/appeals")).text
