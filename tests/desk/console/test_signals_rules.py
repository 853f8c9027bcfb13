# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages of rules: what stands where, who may do what, and that two people are two."""

from __future__ import annotations

import re

import pytest

from privity.desk.audit import reading
from privity.desk.signals.features.catalogue import FEATURES
from privity.desk.signals.ladder.effects import EFFECTS
from privity.desk.signals.language.catalogue import Catalogue
from privity.desk.signals.lifecycle import backtest, keeping_in, service
from privity.desk.signals.lifecycle.model import DAY_MS, SHADOW_MS, Stage
from privity.desk.staff.rights import Role
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import Scene, somebody
from tests.desk.console.signals_scene import SECOND, WRITER, Rules, rules
from tests.desk.signals.ladder.rule_house import LOOKS

__all__ = ["rules"]


def acts(console: Pages, number: int) -> list[str]:
    found = reading.page(console.db, after=-1, limit=100, about=f"rules:{number}")
    return [entry.act for entry in found]


async def test_without_rules_the_page_says_how_to_begin(rules: Rules) -> None:
    senior, moderator = await rules.senior(), await rules.moderator()
    assert "Begin with one of the house" in (await senior.get("/rules")).text
    page = await moderator.get("/rules")
    assert "There are no rules yet" in page.text and "/rules/new" not in page.text


async def test_the_list_has_what_waits_first_and_what_runs_with_its_numbers(rules: Rules) -> None:
    rules.live(name="first")
    live = service.existing(rules.pages.db, 1)
    rules.proposed(name="second")
    senior = await rules.senior()
    rules.happens(live, somebody(), asked_24h=12, acceptance_upper=0.2, messages_1h=200)
    keeping_in.pause(rules.pages.db, WRITER, 1, "Sends", "It errs on Sundays.", rules.now_ms)
    page = (await senior.get("/rules")).text
    assert page.index("second, version 2") < page.index("first, version 1")
    assert "held 2 times within a week" in page
    assert re.search(r"acted today:\s+2 of 100", page)
    assert '<meter min="0" max="100" value="2"' in page
    assert "Sends is paused: It errs on Sundays." in page
    assert re.search(r'href="/rules"[^>]*>\s*<span>Rules</span>\s*<span class="count">1<', page), "one waits"


async def test_a_version_is_read_out_with_budgets_history_and_text(rules: Rules) -> None:
    version = rules.live()
    moderator = await rules.moderator()
    rules.happens(version, somebody(), asked_24h=12, acceptance_upper=0.2)
    page = (await moderator.get("/rules/1")).text
    assert "<code>(asked_24h &gt;= 10)</code>" in page
    assert "<strong>Slow: about spam, hours 24</strong>. For some hours the account asks nobody" in page
    assert "“{asked_24h} people asked, {accepted_7d} accepted”" in page
    assert "I have looked at it too." in page and "It found what it should." in page
    assert re.search(r"Asks</th><td class=\"number\">1</td><td>\s*1 of 50", page)
    assert 'role="img" aria-labelledby="by-day-title"' in page and 'aria-labelledby="rates-title"' in page
    assert "   2  Asks = Rule" in page, "the text has numbers of lines"
    assert "style=" not in page
    assert 'action="/rules/1/' not in page, "a moderator looks and does nothing"


async def test_a_refused_text_shows_the_place(rules: Rules) -> None:
    senior = await rules.senior()
    rules.typed("Asks = Rule(when=[asked_24 >= 10], because='x')\nWhenRules(any=[Asks], then=[Review('spam', 2)])")
    page = (await senior.get("/rules/1")).text
    assert "UnknownName: line 1, column 19:" in page
    assert "   1  Asks = Rule(when=[<mark>asked_24 &gt;= 10]" in page.replace("&#39;", "'")
    assert 'action="/rules/1/' not in page, "nothing comes after a refused text"


async def test_what_a_text_says_is_markup_nowhere(rules: Rules) -> None:
    senior = await rules.senior()
    hostile = "</pre><script>alert(1)</script>{{7*7}}"
    rules.typed(LOOKS.replace('knocks"', f'{hostile.replace("{", "{{").replace("}", "}}")}"'))
    for page in (await senior.get("/rules/1"), await senior.get("/rules"), await senior.get("/rules/new?version=1")):
        assert page.status == 200
        assert "<script>alert" not in page.text and "49" not in re.sub(r"[0-9a-f]{64}", "", page.text)
    assert "&lt;script&gt;alert(1)" in (await senior.get("/rules/1")).text


async def test_one_asks_and_another_agrees_with_a_passkey(rules: Rules) -> None:
    one, other = await rules.senior(), await rules.senior()
    rules.shadow()
    page = await one.get("/rules/1")
    assert "It is watched for a day at least" in page.text
    assert 'action="/rules/1/propose"' not in page.text
    early = await one.post("/rules/1/propose", words="At once, please.")
    assert early.status == 409 and "TooEarly" in early.text
    rules.pages.clock.pass_ms(SHADOW_MS)
    await one.sign_in()
    await other.sign_in()
    assert (await one.submit("/rules/1", "/rules/1/propose", words="A week without an error.")).location == "/rules/1"
    own = await one.get("/rules/1")
    assert "You asked that it goes live. Somebody else agrees." in own.text
    assert 'action="/rules/1/agree"' not in own.text
    asked = await one.post("/rules/1/agree", words="I agree with myself.")
    assert asked.status == 403 and "agree rules:1" in asked.text, "a passkey is asked for first"
    refused = await one.fill(asked.form("/rules/1/agree"))
    assert refused.status == 409 and "SecondPerson" in refused.text
    assert service.existing(rules.pages.db, 1).stage is Stage.PROPOSED
    without = await other.post("/rules/1/agree", words="I looked.")
    assert without.status == 403 and service.existing(rules.pages.db, 1).stage is Stage.PROPOSED
    assert (await other.submit("/rules/1", "/rules/1/agree", words="I looked at all of it.")).location == "/rules/1"
    live = service.existing(rules.pages.db, 1)
    assert live.stage is Stage.LIVE
    assert [step.who for step in live.steps[-2:]] == [f"staff:{one.number}", f"staff:{other.number}"]
    assert acts(rules.pages, 1)[-2:] == ["rules.proposed", "rules.live"]


async def test_who_disagrees_leaves_it_in_shadow(rules: Rules) -> None:
    rules.proposed()
    senior = await rules.senior()
    await senior.submit("/rules/1", "/rules/1/withdraw", words="Too wide.")
    assert service.existing(rules.pages.db, 1).stage is Stage.SHADOW
    assert "Too wide." in (await senior.get("/rules/1")).text


async def test_a_rule_is_paused_resumed_and_given_less(rules: Rules) -> None:
    rules.live()
    senior = await rules.senior()
    await senior.submit("/rules/1", "/rules/1/pause", rule="Sends", words="It errs.")
    page = await senior.get("/rules/1")
    assert "paused</span> since" in page.text and "It errs." in page.text
    twice = await senior.post("/rules/1/pause", rule="Sends", words="It errs.")
    assert twice.status == 409 and "NotPaused" in twice.text
    await senior.submit("/rules/1", "/rules/1/resume", rule="Sends", words="A fair.")
    assert keeping_in.paused(rules.pages.db, SECOND, 1) == ()
    await senior.submit("/rules/1", "/rules/1/budget", rule="Asks", most="20")
    assert keeping_in.budgets(rules.pages.db, SECOND, 1) == {"Asks": 20, "Sends": 50}
    more = await senior.post("/rules/1/budget", rule="Asks", most="21")
    assert more.status == 409 and "BudgetRefused" in more.text
    unknown = await senior.post("/rules/1/budget", rule="Nobody", most="1")
    assert unknown.status == 409 and "RuleUnknown" in unknown.text
    assert acts(rules.pages, 1)[-3:] == ["rules.paused", "rules.resumed", "rules.budget_set"]


async def test_a_version_is_ended_with_a_reason_and_never_without(rules: Rules) -> None:
    rules.live()
    senior = await rules.senior()
    nothing = await senior.post("/rules/1/end", words="  ")
    assert nothing.status == 409 and "WordsMissing" in nothing.text
    await senior.submit("/rules/1", "/rules/1/end", words="A newer one is better.")
    assert service.existing(rules.pages.db, 1).stage is Stage.ENDED
    assert 'action="/rules/1/' not in (await senior.get("/rules/1")).text


async def test_what_was_found_is_shown_with_reasons_and_harmless_people_first(rules: Rules) -> None:
    moderator, scene = await rules.moderator(), Scene(rules.pages)
    version = rules.shadow()
    other = somebody()
    rules.happens(version, scene.accused, asked_24h=31, acceptance_upper=0.2)
    rules.pages.clock.pass_ms(DAY_MS)
    rules.happens(version, other, asked_24h=44, acceptance_upper=0.2)
    rules.pages.clock.pass_ms(DAY_MS)
    await moderator.sign_in()
    page = (await moderator.get("/rules/1/found")).text
    assert page.index(other) < page.index(scene.accused), "the newest day first"
    assert "31 people asked, 0 accepted" in page and "Nothing: only watched" in page
    _, case = scene.report(scene.text("an invented message"))
    await moderator.submit(f"/case/{case}", f"/case/{case}/take")
    rules.pages.db.execute("UPDATE safety_case SET outcome = 'dismissed' WHERE number = ?", (case,))
    page = (await moderator.get("/rules/1/found")).text
    assert page.index(scene.accused) < page.index(other), "who was found harmless comes first"
    assert page.count("found harmless by people") == 1
    account = re.search(r'href="(/account\?uri=[^"]+)"', page)
    assert account is not None
    about = (await moderator.get(account[1])).text
    assert scene.accused in about and f'href="/case/{case}"' in about and "31 people asked" in about


async def test_an_account_shows_rules_to_those_alone_who_may_see_them(rules: Rules) -> None:
    version = rules.live()
    subject = somebody()
    rules.happens(version, subject, asked_24h=31, acceptance_upper=0.2)
    appeals, moderator = await rules.pages.visitor(Role.APPEALS), await rules.moderator()
    assert "unwelcome" in (await moderator.get(f"/account?uri={subject}")).text
    page = await appeals.get(f"/account?uri={subject}")
    assert page.status == 200 and "unwelcome" not in page.text and "31 people" not in page.text
    for wrong in ("", "nobody", "mimi://hub.example/r/x", "%3Cscript%3E"):
        assert (await moderator.get(f"/account?uri={wrong}")).status == 404, wrong


async def test_an_unknown_version_is_no_page(rules: Rules) -> None:
    senior = await rules.senior()
    for path in ("/rules/99", "/rules/99/found", "/rules/99/looking", "/rules/x"):
        assert (await senior.get(path)).status == 404, path


async def test_a_text_that_an_older_desk_took_is_named_and_does_not_break_a_page(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules.shadow()
    newer = Catalogue(tuple(each for each in FEATURES if each.name != "asked_24h"), EFFECTS)
    monkeypatch.setattr(service, "CATALOGUE", newer)
    monkeypatch.setattr(backtest, "CATALOGUE", newer)
    senior = await rules.senior()
    for path in ("/rules", "/rules/1"):
        page = await senior.get(path)
        assert page.status == 200 and "version 1 was checked by an older desk, and this one refuses it" in page.text
    for path, fields in (("look-back", {"days": "7"}), ("budget", {"rule": "Asks", "most": "1"})):
        answer = await senior.post(f"/rules/1/{path}", fields)
        assert answer.status == 409 and "WrongStage" in answer.text, path
    assert rules.pages.shared.looks.now is None
    await senior.submit("/rules/1", "/rules/1/end", words="Another text is in its place.")
    assert service.existing(rules.db, 1).stage is Stage.ENDED


async def test_the_page_of_a_decision_says_that_it_rests_on_a_rule(rules: Rules) -> None:
    """Not on messages that somebody would have to vouch for, and for as many hours as the rule says."""
    version, moderator = rules.live(), await rules.moderator()
    rules.happens(version, somebody(), asked_24h=31, acceptance_upper=0.2)
    page = (await moderator.get("/decision/1")).text
    assert "limit for 24 hours" in page and "rule Asks (" in page
    assert "verified" not in page.partition("What the person was told")[0]
    assert "31 people asked, 0 accepted" in (await moderator.get("/case/1")).text
