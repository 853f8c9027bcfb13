# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A new version on its page: looked at without keeping it, handed in, and looked back in the background."""

from __future__ import annotations

import asyncio
import re

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from privity.desk.signals import shipped
from privity.desk.signals.lifecycle import backtest, service
from privity.desk.signals.lifecycle.model import Stage
from tests.desk.console.signals_scene import WRITER, Rules, rules
from tests.desk.signals.ladder.rule_house import ASKS, LOOKS

__all__ = ["rules"]


async def test_a_text_is_checked_and_nothing_is_kept(rules: Rules) -> None:
    senior = await rules.senior()
    changes = rules.pages.db.total_changes
    fine = await senior.post("/rules/new", do="check", name="asks", text=ASKS)
    assert fine.status == 200 and "It is a set of 2 rules. Nothing was kept yet" in fine.text
    assert "(messages_1h &gt; 100)" in fine.text
    wrong = await senior.post("/rules/new", do="check", name="asks", text=ASKS.replace("> 100", '> "x"'))
    assert "WrongType: line 3, column" in wrong.text and "<mark>" in wrong.text
    assert "&#34;x&#34;" in wrong.text, "what was written is still in its field"
    hard = 'A = Rule(when=[election, messages_1h > 50], because="x")\nWhenRules(any=[A], then=[Demote("spam", days=2)])'
    harder = await senior.post("/rules/new", do="check", name="asks", text=hard)
    assert "TooHardInElection" in harder.text
    clock = 'A = Rule(when=[account_hours > 50], because="x")\nWhenRules(any=[A], then=[Review("spam", priority=2)])'
    assert "TellsWhen" in (await senior.post("/rules/new", do="check", name="asks", text=clock)).text
    assert rules.pages.db.total_changes == changes


async def test_a_text_is_handed_in_as_it_was_written(rules: Rules) -> None:
    senior = await rules.senior()
    made = await senior.post("/rules/new", do="keep", name="asks", text=ASKS)
    assert made.location == "/rules/1"
    version = service.existing(rules.pages.db, 1)
    assert (version.stage, version.text, version.made_by) == (Stage.TYPED, ASKS, f"staff:{senior.number}")
    name = await senior.post("/rules/new", do="keep", name="No Name", text=ASKS)
    assert name.status == 409 and "NameRefused" in name.text
    neither = await senior.post("/rules/new", do="publish", name="asks", text=ASKS)
    assert neither.status == 400
    assert len(service.listed(rules.pages.db, WRITER)) == 1


async def test_the_page_begins_with_a_set_of_the_house_or_with_a_version(rules: Rules) -> None:
    senior = await rules.senior()
    rules.typed(LOOKS, "looks")
    for query, name, piece in (("shipped=contact", "contact", "ContactUnwanted"), ("version=1", "looks", "knocks_1h")):
        form = (await senior.get(f"/rules/new?{query}")).form("/rules/new")
        fields = dict(form.fields)
        assert fields["name"] == name and piece in fields["text"], query
    nothing = dict((await senior.get("/rules/new?shipped=nobody")).form("/rules/new").fields)
    assert (nothing["name"], nothing["text"].strip()) == ("", "")


async def test_every_set_of_the_house_comes_through_the_form_unchanged(rules: Rules) -> None:
    senior = await rules.senior()
    for number, (name, text) in enumerate(shipped.texts().items(), 1):
        answer = await senior.post("/rules/new", do="keep", name=name, text=text)
        assert answer.location == f"/rules/{number}", name
        assert service.existing(rules.pages.db, number).text == text


async def test_a_look_back_runs_beside_the_other_pages_and_its_result_stands_with_the_version(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtest, "STEP", 5)
    senior = await rules.senior()
    rules.observed(count=3_000)
    rules.typed()
    begun = await senior.submit("/rules/1", "/rules/1/look-back", days="7")
    assert begun.location == "/rules/1/looking"
    page = await senior.get("/rules/1/looking")
    assert page.status == 200, "it is not done within one request"
    assert "observations were looked at" in page.text and "<progress" in page.text
    assert "http-equiv" not in page.text and page.headers.get("Refresh") is None
    again = await senior.post("/rules/1/look-back", days="7")
    assert again.status == 409 and "StillLooking" in again.text
    assert 'action="/rules/1/look-back"' not in (await senior.get("/rules/1")).text
    async with asyncio.timeout(60):
        while rules.pages.shared.looks.now is not None:
            await asyncio.sleep(0.01)
    assert (await senior.get("/rules/1/looking")).location == "/rules/1"
    version = service.existing(rules.pages.db, 1)
    assert (version.stage, version.steps[-1].who) == (Stage.TESTED, f"staff:{senior.number}")
    text = (await senior.get("/rules/1")).text
    assert "3,030 observations of" in text
    assert re.search(r"Asks</th><td [^>]*>0</td><td [^>]*>1</td><td [^>]*>20,000 \([0-9,]+ to", text)


async def test_a_look_back_that_finds_nothing_kept_says_so(rules: Rules) -> None:
    senior = await rules.senior()
    rules.typed()
    await senior.submit("/rules/1", "/rules/1/look-back", days="7")
    async with asyncio.timeout(60):
        while rules.pages.shared.looks.now is not None:
            await asyncio.sleep(0.01)
    assert "there is no observation to try it on" in (await senior.get("/rules/1")).text
    assert service.existing(rules.pages.db, 1).stage is Stage.TYPED
    for wrong in ("0", "8", "x"):
        assert (await senior.post("/rules/1/look-back", days=wrong)).status == 400, wrong


async def test_a_look_back_that_is_cut_off_leaves_nothing(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest, "STEP", 5)
    senior, looks = await rules.senior(), rules.pages.shared.looks
    rules.observed(count=3_000)
    rules.typed()
    await senior.submit("/rules/1", "/rules/1/look-back", days="7")
    assert looks.now is not None and looks.now.count > 0
    changes = rules.db.total_changes
    await looks.stop(web.Application())
    assert looks.now is None and rules.db.total_changes == changes
    assert service.existing(rules.db, 1).stage is Stage.TYPED
    assert service.newest_test(rules.db, WRITER, 1) is None
    assert (await senior.submit("/rules/1", "/rules/1/look-back", days="7")).status == 303, "it is begun anew"


async def test_a_bug_in_a_look_back_is_said_without_its_words(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("an account that nobody may read in a log")

    monkeypatch.setattr(backtest.Looking, "_take", broken)
    senior = await rules.senior()
    rules.observed(count=10)
    rules.typed()
    with capture_logs() as logged:
        await senior.submit("/rules/1", "/rules/1/look-back", days="7")
        async with asyncio.timeout(60):
            while rules.pages.shared.looks.now is not None:
                await asyncio.sleep(0.01)
    (said,) = [each for each in logged if each["event"] == "desk.bug"]
    assert said["error"] == "RuntimeError" and "account" not in str(said)
    assert "something went wrong in the desk itself; nothing was kept" in (await senior.get("/rules/1")).text


async def test_no_key_of_one_letter_does_anything_that_needs_no_words(rules: Rules) -> None:
    """`d` presses the button that has it: each such button belongs to a form in which something must be written."""
    rules.proposed()
    rules.tried(name="tried")
    rules.typed(name="typed")
    senior = await rules.senior()
    await senior.submit("/rules/election", "/rules/election/ask", days="3", words="The vote")
    other = await rules.senior()
    for path in ("/rules/1", "/rules/2", "/rules/3", "/rules/election"):
        for form in (await other.get(path)).text.split("<form")[1:]:
            inside = form.split("</form>")[0]
            assert 'data-key="d"' not in inside or "<textarea" in inside, path
