# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages of rules, clusters and lists in Chromium: written, looked back, agreed to by two, and judged."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from privity.desk import config as desk_config
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, transaction
from privity.desk.keys import open_keys
from privity.desk.matching.lists import service as lists
from privity.desk.matching.lists.model import FILE, Category, HashKind, Incoming
from privity.desk.matching.looking import store as matches
from privity.desk.matching.looking.policy import POLICY, Action, Surface
from privity.desk.matching.looking.store import Match
from privity.desk.signals import shipped
from privity.desk.signals.coordination import service as coordination
from privity.desk.signals.lifecycle import keeping_in, service
from privity.desk.signals.lifecycle.model import DAY_MS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.faces.demo.home import Home
from tests.desk.console.conftest import Clock
from tests.desk.console.signals_scene import WRITER, Rules, person
from tests.desk.signals.coordination.made import Slowed, cluster, member
from tests.e2e.axe import need_axe
from tests.e2e.pictures import take
from tests.e2e.running import chromium
from tests.e2e.staff import Colleague, colleague, invite, without_scripts
from tests.e2e.test_desk_console import look_over, origin
from tests.waiting import accepts, wait_until

HOSTILE = "</p><script>alert(1)</script> {{7*7}}"
WRONG = shipped.texts()["bulk"].replace(" >= ", " => ", 1)
OWNER = Acting.command("lists", Right.MANAGE_LISTS)
HASH = bytes(range(16))
EAGER = """
Asked = Rule(when=[asked_24h >= 3], because=f"{asked_24h} people asked within a day")
WhenRules(any=[Asked], then=[Slow("spam", hours=6)])
"""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Home]:
    """A desk with versions of rules in every stage, a cluster, a list and a match; its hub is away."""
    home = Home(tmp_path)
    home.init(watched=False)
    config = desk_config.load(home.config)
    db = open_database(config.database, open_keys(config))
    try:
        filled(db)
    finally:
        db.close()
    home.desk.start()
    try:
        wait_until(lambda: accepts(home.desk_port), "the desk to listen")
        yield home
    finally:
        home.desk.stop()


def filled(db: Db) -> None:
    """What happened at this desk in the last days. Versions: 1 live, 2 waits, 3 in shadow, 4 refused, 5 looked back."""
    clock = Clock(int(time.time() * 1000) - 4 * DAY_MS)
    rules = Rules(db, clock)
    live = rules.live(name="asks")
    for at in range(9):
        clock.pass_ms(DAY_MS // 12)
        rules.happens(live, person(at), asked_24h=12 + at, acceptance_upper=0.2, messages_1h=90 + at)
    keeping_in.pause(db, WRITER, 1, "Sends", "It errs on Sundays, when choirs meet.", clock.now_ms)
    rules.proposed(shipped.texts()["contact"], "contact")
    rules.shadow(shipped.texts()["minors"], "minors")
    rules.typed(WRONG, "bulk")
    clock.now_ms = int(time.time() * 1000)
    rules.happens(live, person(77), asked_24h=44, acceptance_upper=0.2)
    rules.observed(count=2_000)
    eager(rules)
    members = (member(person(at), standing=at == 6) for at in range(7))
    coordination.keep(db, [cluster(*members)], Slowed(), election=False, now_ms=clock.now_ms)
    made = lists.add(
        db, OWNER, "known", "ncmec", Category.KNOWN_ILLEGAL, {}, trusted=True, now_ms=clock.now_ms - 2 * DAY_MS
    )
    lists.put(db, OWNER.who, made.number, [Incoming(HashKind.MD5, HASH, "one", 2, verified=True)], (), clock.now_ms)
    lists.add(db, OWNER, "own", FILE, Category.OWN, {}, trusted=True, now_ms=clock.now_ms)
    lists.pause(db, "desk", 2, "something followed for 20 accounts within a day", clock.now_ms)
    found = Match(
        0, clock.now_ms, Surface.PROFILE, person(3), bytes(range(32)), 1, 1, 1, HashKind.MD5, 0, 1, POLICY,
        Action.QUARANTINE, "known_illegal, seen by people", 1,
    )  # fmt: skip
    with transaction(db):
        matches.add(db, found)


def eager(rules: Rules) -> None:
    """Version 5: another text of what is live, that was looked back over four days and finds more than its budget."""
    seen = [
        rules.asked(rules.now_ms - (4 - day) * DAY_MS + 1000 * who + ask, who + 20 * day, 4_000 + ask)
        for day, people in enumerate((6, 14, 9, 23))
        for who in range(people)
        for ask in range(4)
    ]
    made = rules.typed(EAGER, "asks")
    service.test(rules.db, WRITER, made.number, seen, rules.now_ms)
    keeping_in.set_budget(rules.db, WRITER, made.number, "Asked", 20, rules.now_ms)


async def test_rules_clusters_and_lists_as_staff_see_them(desk: Home) -> None:
    need_axe()
    wrong: list[str] = []
    at = origin(desk)
    async with (
        chromium() as browser,
        colleague(browser, at) as ada,
        colleague(browser, at) as bo,
        colleague(browser, at) as mo,
    ):
        await ada.come(invite(desk, "Ada Example", "senior"))
        await bo.come(invite(desk, "Bo Example", "senior"))
        await mo.come(invite(desk, "Mo Example", "moderator"))
        await what_runs(mo, wrong)
        await a_new_version(ada, wrong)
        async with without_scripts(browser, ada) as plain:
            await by_hand(plain)
        await two_agree(ada, bo, wrong)
        await an_election(ada, bo, wrong)
        await a_cluster(mo, wrong)
        await lists_and_matches(ada, wrong)
        for one in (ada, bo, mo):
            assert one.complaints == [], one.complaints
    assert wrong == []


async def what_runs(mo: Colleague, wrong: list[str]) -> None:
    """A moderator reads all of it, and changes nothing."""
    await mo.open("/rules")
    await expect(mo.page.get_by_text("Sends is paused: It errs on Sundays, when choirs meet.")).to_be_visible()
    await look_over(mo, "rules", wrong)
    await mo.follow(mo.page.get_by_role("link", name="asks, version 1"))
    await expect(mo.heading("Today")).to_be_visible()
    await expect(mo.page.get_by_role("img", name="Accounts for which a rule held, by day")).to_be_visible()
    assert await mo.page.get_by_role("complementary").count() == 0, "there is nothing that they can do"
    await look_over(mo, "rules-live", wrong)
    await mo.follow(mo.page.get_by_role("link", name="Look at what it found"))
    await look_over(mo, "rules-found", wrong)
    await mo.follow(mo.page.get_by_role("link", name=person(77)).first)
    await expect(mo.heading("Rules that held for it")).to_be_visible()
    await look_over(mo, "account", wrong)
    await mo.open("/rules/5")
    await expect(
        mo.page.get_by_role("img", name="Asked: accounts for which it held, by day, and its budget")
    ).to_be_visible()
    await expect(mo.page.get_by_role("img", name="Accounts found by this version and by the one")).to_be_visible()
    await look_over(mo, "rules-beside", wrong)
    await mo.heading("Each rule against its budget").evaluate("heading => heading.scrollIntoView()")
    await take(mo.page, "rule-by-day-light")
    await mo.follow(mo.page.get_by_role("link", name="Look at whom it would find"))
    await expect(mo.page.get_by_text("It would have done all that it says").first).to_be_visible()
    await look_over(mo, "rules-would-find", wrong)
    await mo.open("/rules/4")
    await expect(mo.page.get_by_text("The language refuses it.")).to_be_visible()
    await look_over(mo, "rules-refused", wrong)


async def a_new_version(ada: Colleague, wrong: list[str]) -> None:
    await ada.open("/rules/new?shipped=cascade")
    text = ada.page.get_by_label("Its text")
    whole = await text.input_value()
    await text.fill(whole.replace("when=[", f'when=["{HOSTILE}", ', 1))
    await ada.press("Check it, keep nothing")
    await expect(ada.page.get_by_role("status")).to_contain_text("Nothing was kept.")
    await look_over(ada, "rules-wrong", wrong)
    await text.fill(whole)
    await ada.press("Check it, keep nothing")
    await expect(ada.page.get_by_role("status")).to_contain_text("It is a set of")
    await look_over(ada, "rules-checked", wrong)
    await ada.press("Hand it in")
    await expect(ada.heading("cascade, version 6")).to_be_visible()
    await ada.press("Look back")
    await expect(ada.heading("The look back")).to_be_visible()
    await expect(ada.page.get_by_role("img", name="Accounts of a million")).to_be_visible()
    await look_over(ada, "rules-tested", wrong)
    await ada.follow(ada.page.get_by_role("link", name="Look at whom it would find"))
    await look_over(ada, "rules-cases", wrong)
    await ada.open("/rules/6")
    await ada.press("Begin shadow")
    await expect(ada.page.get_by_text("It is watched for a day at least")).to_be_visible()


async def by_hand(plain: Colleague) -> None:
    """Without scripts a look back is followed by a link, and ends as it does with them."""
    await plain.open("/rules/6")
    await plain.press("Look back")
    while plain.page.url.endswith("/looking"):
        await plain.follow(plain.page.get_by_role("link", name="Look again"))
    await expect(plain.heading("The look back")).to_be_visible()


async def two_agree(ada: Colleague, bo: Colleague, wrong: list[str]) -> None:
    await bo.open("/rules/2")
    await look_over(bo, "rules-waits", wrong)
    agreeing = bo.page.locator('form[action$="/agree"]')
    await agreeing.get_by_label("Why you agree").fill("I looked at all that it found.")
    await bo.press("Agree: it goes live")
    await expect(bo.page.get_by_text("live: it acts").first).to_be_visible()
    await ada.open("/rules/2")
    await expect(ada.page.get_by_text("I looked at all that it found.")).to_be_visible()


async def an_election(ada: Colleague, bo: Colleague, wrong: list[str]) -> None:
    await ada.open("/rules/election")
    await ada.page.get_by_label("For how many days").fill("20")
    await ada.page.get_by_label("Which election").fill("The invented vote of the 17th")
    await ada.press("Ask a second person")
    await expect(ada.page.get_by_text("You asked for it. Somebody else agrees.")).to_be_visible()
    await bo.open("/rules/election")
    await look_over(bo, "election-waits", wrong)
    await bo.press("Agree: it is on at once")
    await expect(bo.page.get_by_text("Ada Example asked for it, Bo Example agreed.")).to_be_visible()
    await look_over(bo, "election", wrong)


async def a_cluster(mo: Colleague, wrong: list[str]) -> None:
    await mo.open("/clusters")
    await look_over(mo, "clusters", wrong)
    await mo.follow(mo.page.get_by_role("link", name="Cluster 1"))
    await expect(mo.page.get_by_role("link", name=person(6))).to_be_visible()
    await look_over(mo, "cluster", wrong)
    await mo.page.get_by_label("Who they are").fill("The choir of an invented town.")
    await mo.press("It is harmless")
    await expect(mo.page.get_by_text("The choir of an invented town.")).to_be_visible()
    await mo.follow(mo.page.get_by_role("main").get_by_role("link", name="Case "))
    await expect(mo.page.get_by_text("About the cluster of accounts")).to_be_visible()
    await look_over(mo, "case-of-cluster", wrong)


async def lists_and_matches(ada: Colleague, wrong: list[str]) -> None:
    await ada.open("/lists")
    await expect(ada.page.get_by_text("older than 24 hours")).to_be_visible()
    await look_over(ada, "lists", wrong)
    await ada.follow(ada.page.get_by_role("link", name="known"))
    await ada.page.get_by_label("Kind").select_option("md5")
    await ada.page.get_by_label("The whole hash").fill(HASH.hex())
    await ada.press("Look for it")
    await expect(ada.page.get_by_text("people have seen what it is of")).to_be_visible()
    await expect(ada.page.get_by_label("The whole hash")).to_have_value("")
    await look_over(ada, "list", wrong)
    await ada.follow(ada.page.get_by_role("link", name="Matches"))
    await look_over(ada, "matches", wrong)
    await ada.follow(ada.page.get_by_role("button", name="It is right"))
    await expect(ada.page.get_by_text("right 1 times")).to_be_visible()
