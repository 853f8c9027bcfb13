# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever agrees to a version sees its days and its budget, people it would find, and the live version beside it."""

from __future__ import annotations

import html
import re

from privity.desk.signals.lifecycle import keeping_in, service
from privity.desk.signals.lifecycle.model import DAY_MS, Version
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from tests.desk.console.scene import Scene, somebody
from tests.desk.console.signals_scene import WRITER, Rules, person, rules
from tests.desk.signals.ladder.rule_house import ASKS

__all__ = ["rules"]

KNOCKS = """
Knocks = Rule(when=[knocks_1h >= 3], because=f"{knocks_1h} <b>rooms</b>")
WhenRules(any=[Knocks], then=[Slow("spam", hours=2)])
"""


def knocked(rules: Rules, people: list[str], days_ago: int) -> list[Observed]:
    at_ms = rules.now_ms - days_ago * DAY_MS
    return [
        Observed(0, at_ms + number * 1000 + room, ObservedKind.KNOCKED, one, at_ms - 9 * DAY_MS, AgeBand.ADULT,
                 room=f"mimi://hub.example/r/{room}")
        for number, one in enumerate(people)
        for room in range(3)
    ]  # fmt: skip


def looked_back(rules: Rules, seen: list[Observed], text: str = KNOCKS, name: str = "knocks") -> Version:
    made = rules.typed(text, name)
    service.test(rules.db, WRITER, made.number, seen, rules.now_ms)
    return made


async def test_each_rule_is_shown_day_by_day_with_its_budget(rules: Rules) -> None:
    people = [person(at) for at in range(12)]
    made = looked_back(rules, [*knocked(rules, people, 3), *knocked(rules, people[:4], 1)])
    keeping_in.set_budget(rules.db, WRITER, made.number, "Knocks", 10, rules.now_ms)
    service.shadow(rules.db, WRITER, made.number, rules.now_ms)
    rules.clock.pass_ms(DAY_MS)
    for at in range(6):
        rules.happens(service.existing(rules.db, made.number), person(at), knocks_1h=4)
    meanwhile = (await (await rules.moderator()).get("/rules/1")).text
    assert re.findall(r'<td>shadow</td><td class="number">(\d+)</td>', meanwhile) == ["0", "0"], "its day is not over"
    rules.clock.pass_ms(DAY_MS)
    moderator = await rules.moderator()
    page = (await moderator.get("/rules/1")).text
    says = re.search(r"<summary><strong>Knocks</strong>: ([^<]*)", page)
    assert says is not None
    assert says[1].strip() == "look back 5.3 a day, shadow 2.0 a day; budget 10, and it stops by itself at 34"
    assert "more than the budget on some day" in page
    assert '<line class="limit"' in page and ">budget 10</text>" in page
    assert len(re.findall(r"<td>look back</td>", page)) == 3
    assert re.findall(r'<td>shadow</td><td class="number">(\d+)</td>', page) == ["0", "6", "0"]
    assert "style=" not in page and "<script>" not in page


async def test_a_rule_that_found_nobody_has_no_picture(rules: Rules) -> None:
    rules.tried()
    moderator = await rules.moderator()
    page = (await moderator.get("/rules/1")).text
    assert "Each rule against its budget" not in page and "The look back" in page


async def test_people_whom_it_would_find_are_shown_with_what_was_seen(rules: Rules) -> None:
    moderator, scene = await rules.moderator(), Scene(rules.pages)
    _, case = scene.report(scene.text("an invented message"))
    await moderator.submit(f"/case/{case}", f"/case/{case}/take")
    rules.db.execute("UPDATE safety_case SET outcome = 'dismissed' WHERE number = ?", (case,))
    other = somebody()
    looked_back(rules, knocked(rules, [other, scene.accused], 2))
    assert 'href="/rules/1/cases">Look at whom it would find (2)</a>' in (await moderator.get("/rules/1")).text
    page = (await moderator.get("/rules/1/cases")).text
    assert page.index(scene.accused) < page.index(other), "who was found harmless comes first"
    assert page.count("found harmless by people</span>") == 1
    assert "3 &lt;b&gt;rooms&lt;/b&gt;" in page and "<b>rooms" not in page
    assert "(knocks_1h): 3" in html.unescape(page)
    assert "It would have done all that it says" in page
    assert 'action="/rules' not in page, "there is nothing to do here"
    rules.clock.pass_ms(8 * DAY_MS)
    await moderator.sign_in()
    gone = (await moderator.get("/rules/1/cases")).text
    assert other not in gone and "more than seven days ago" in gone


async def test_a_version_stands_beside_the_one_that_is_live(rules: Rules) -> None:
    live = rules.live()
    for at in range(5):
        rules.happens(live, person(at), asked_24h=12, acceptance_upper=0.2)
    rules.clock.pass_ms(DAY_MS)
    newer = looked_back(rules, knocked(rules, [person(at) for at in range(7)], 1), f"{ASKS}{KNOCKS}", "asks")
    moderator = await rules.moderator()
    page = (await moderator.get(f"/rules/{newer.number}")).text
    assert "Beside the version that is live" in page and 'aria-labelledby="beside-title"' in page
    table = page[page.index("Version 2, this one</th>") :]
    assert re.findall(r'<td class="number">([^<]*)</td>', table)[:2] == ["7", "5"]
    assert "Beside the version" not in (await moderator.get(f"/rules/{live.number}")).text


async def test_a_word_takes_two_and_the_page_says_so(rules: Rules) -> None:
    text = KNOCKS.replace('Slow("spam", hours=2)', 'Label("watched", days=2)')
    rules.shadow(text, "words")
    rules.clock.pass_ms(DAY_MS)
    senior = await rules.senior()
    page = (await senior.get("/rules/1")).text
    assert "once two people have agreed" in page and "Ask a second person" in page
    await senior.submit("/rules/1", "/rules/1/propose", words="They are worth a look.")
    assert "You asked that it goes live" in (await senior.get("/rules/1")).text
