# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The queue: what waits, in which order, until when, and for whom."""

from __future__ import annotations

import re
import time

from privity.desk.intake.findings import Level
from privity.desk.staff.rights import Role
from privity.message.report import Reason
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import Scene
from tests.desk.console.visitor import Answer

HOUR_MS = 3_600_000


def cases_in(page: Answer) -> list[int]:
    return [int(number) for number in re.findall(r'href="/case/(\d+)"', page.text)]


def reported(pages: Pages, level: Level = Level.HUB, reason: Reason = Reason.SPAM) -> int:
    scene = Scene(pages)
    return scene.report(scene.text("invented words"), level=level, reason=reason)[1]


async def test_the_most_urgent_is_first_and_says_why_and_until_when(console: Pages) -> None:
    spam, threat = reported(console), reported(console, Level.AUTHORSHIP, Reason.THREAT)
    page = await (await console.visitor(Role.MODERATOR)).get("/queue")
    assert cases_in(page) == [threat, spam]
    assert "threat, proven by the sender" in page.text
    assert "3 h 59 min left" in page.text or "4 h 0 min left" in page.text or "4 h 1 min left" in page.text
    assert "DSA Art. 18" in page.text
    assert "2 open, 0 taken, 0 overdue" in page.text


async def test_levels_differ_by_word_mark_and_shape(console: Pages) -> None:
    for level in Level:
        reported(console, level)
    text = (await (await console.visitor(Role.MODERATOR)).get("/queue")).text
    for number, mark, word, shape in (
        (0, "??", "tip", "circle"),
        (1, "#-", "hub", "rect"),
        (2, "##", "signed", "path"),
    ):
        badge = text.split(f'level level-{number}"')[1].split("</div>")[0]
        assert mark in badge
        assert word in badge
        assert f"<{shape}" in badge


async def test_mine_overdue_and_search(console: Pages) -> None:
    first, second = reported(console), reported(console, reason=Reason.THREAT)
    moderator = await console.visitor(Role.MODERATOR)
    await moderator.post(f"/case/{first}/take")
    assert cases_in(await moderator.get("/queue?view=mine")) == [first]
    assert "You have taken no case" in (await (await console.visitor(Role.MODERATOR)).get("/queue?view=mine")).text
    assert cases_in(await moderator.get("/queue?view=overdue")) == []
    console.clock.pass_ms(5 * HOUR_MS)
    await moderator.sign_in()
    overdue = await moderator.get("/queue?view=overdue")
    assert cases_in(overdue) == [second]
    assert "overdue</strong>" in overdue.text
    assert cases_in(await moderator.get(f"/queue?view=search&text={first}")) == [first]
    assert cases_in(await moderator.get("/queue?view=search&text=nobody")) == []


async def test_pages_go_on_where_the_last_one_ended(console: Pages) -> None:
    made = {reported(console) for _ in range(70)}
    moderator = await console.visitor(Role.MODERATOR)
    first = await moderator.get("/queue")
    onward = re.findall(r'class="next" href="([^"]+)"', first.text)[0].replace("&amp;", "&")
    second = await moderator.get(onward)
    assert len(cases_in(first)) == 50
    assert 'class="next"' not in second.text
    assert {*cases_in(first), *cases_in(second)} == made
    assert not set(cases_in(first)) & set(cases_in(second))


async def test_nothing_else_can_be_asked(console: Pages) -> None:
    moderator = await console.visitor(Role.MODERATOR)
    for query in ("view=all", "view=open&view=mine", "priority=9", "number=-1", "wild=1", "text=" + "x" * 600):
        assert (await moderator.get(f"/queue?{query}")).status == 400


async def test_a_search_stays_text(console: Pages) -> None:
    page = await (await console.visitor(Role.MODERATOR)).get('/queue?view=search&text="><script>{{7*7}}')
    assert page.status == 200
    assert "<script>{{" not in page.text
    assert "49" not in page.text.split("<main")[1]
    assert "&lt;script&gt;{{7*7}}" in page.text


async def test_the_places_say_how_much_waits(console: Pages) -> None:
    reported(console)
    page = await (await console.visitor(Role.MODERATOR)).get("/help")
    assert re.search(r'href="/queue".*?class="count">1<', page.text, re.S)


async def test_a_full_queue_is_shown_at_once(console: Pages) -> None:
    reported(console)
    db = console.db
    columns = [row[1] for row in db.execute("PRAGMA table_info(safety_case)") if row[1] != "number"]
    names = ", ".join(columns)
    for _ in range(13):
        db.execute(f"INSERT INTO safety_case ({names}) SELECT {names} FROM safety_case")
    moderator = await console.visitor(Role.MODERATOR)
    await moderator.get("/queue")
    began = time.process_time()
    page = await moderator.get("/queue")
    spent = time.process_time() - began
    assert "8192 open" in page.text
    assert spent < 0.2
