# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Deciding by the pages: looked at before it counts, by a second person where it must be, and taken back."""

from __future__ import annotations

import re
from html import unescape

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.decisions import outbox
from privity.desk.decisions.outbox import EffectState
from privity.desk.intake.findings import Level
from privity.desk.staff.rights import Role
from privity.message.report import Reason
from privity.wire.staff import Verb
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import Scene, somebody
from tests.desk.console.visitor import Answer, Visitor

WHY = "You insulted people again and again."


async def at_work(pages: Pages, level: Level = Level.AUTHORSHIP) -> tuple[Visitor, int, int]:
    """A moderator who has taken a case, its number, and that of its report."""
    scene = Scene(pages)
    number, case = scene.report(scene.text("an invented insult"), level=level)
    moderator = await pages.visitor(Role.MODERATOR)
    await moderator.submit(f"/case/{case}", f"/case/{case}/take")
    return moderator, case, number


async def looked_at(moderator: Visitor, case: int, **fields: str | list[str]) -> Answer:
    """Fill in the form beside the case."""
    given: dict[str, str | list[str]] = {"policy": "harassment", "action": "warn", "reason": WHY}
    return await moderator.submit(f"/case/{case}", f"/case/{case}/preview", **(given | fields))


async def decided(moderator: Visitor, case: int, **fields: str | list[str]) -> Answer:
    page = await looked_at(moderator, case, **fields)
    assert page.status == 200, page.text
    return await moderator.fill(page.form(f"/case/{case}/decide"))


def decisions(pages: Pages) -> list[tuple[str, str]]:
    """(act, who) of all that was said about decisions."""
    found = (Entry.decode(data) for data in log.entries(pages.db))
    return [(entry.act.value, entry.who) for entry in found if entry.about.startswith("decision:")]


async def test_nothing_counts_before_it_was_looked_at(console: Pages) -> None:
    moderator, case, number = await at_work(console)
    page = await looked_at(moderator, case, action="suspend", days="7", evidence=f"{number}:0")
    assert page.status == 200
    text = unescape(page.text)
    assert "Nothing has been decided yet." in text
    assert "Until 28 September 2026 you can send nothing." in text
    assert WHY in text
    assert "not needed: it takes effect at once and can be undone" in text
    assert "<dt>It needs</dt><dd>no proof</dd>" in (await looked_at(moderator, case)).text
    assert decisions(console) == []


async def test_the_page_shows_the_words_that_then_go_out(console: Pages) -> None:
    moderator, case, number = await at_work(console)
    page = await looked_at(moderator, case, action="suspend", days="7", evidence=f"{number}:0")
    (before,) = re.findall(r'<pre class="statement"[^>]*>(.*?)</pre>', page.text, re.S)
    await moderator.fill(page.form(f"/case/{case}/decide"))
    (after,) = re.findall(r'<pre class="statement"[^>]*>(.*?)</pre>', (await moderator.get("/decision/1")).text, re.S)
    assert re.sub(r"Reference: .*", "", before) == re.sub(r"Reference: .*", "", after)


async def test_one_person_decides_what_can_be_undone_and_undoes_it(console: Pages) -> None:
    moderator, case, number = await at_work(console)
    assert (await decided(moderator, case, action="warn", evidence=f"{number}:0")).location == f"/case/{case}"
    assert "decided" in (await moderator.get(f"/case/{case}")).text
    page = (await moderator.get("/decision/1")).text
    assert "<strong>effective</strong>" in page
    assert "warn: <strong>waiting</strong>" in page
    answer = await moderator.submit("/decision/1", "/decision/1/undo", words="It was somebody else.")
    assert answer.location == "/decision/1"
    assert "<strong>undone</strong>" in (await moderator.get("/decision/1")).text
    who = f"staff:{moderator.number}"
    assert decisions(console) == [
        (Act.DECISION_PROPOSED.value, who),
        (Act.DECISION_EFFECTIVE.value, who),
        (Act.DECISION_UNDONE.value, who),
    ]


async def test_a_ban_waits_for_a_second_person_with_a_passkey(console: Pages) -> None:
    moderator, case, number = await at_work(console)
    page = await looked_at(moderator, case, action="ban", evidence=f"{number}:0")
    assert "somebody else has to agree before anything happens" in page.text
    await moderator.fill(page.form(f"/case/{case}/decide"))
    senior = await console.visitor(Role.SENIOR)
    assert "Decision 1" in (await senior.get("/second")).text
    assert "signed by the sender’s device" in (await senior.get("/decision/1")).text
    without = await senior.post("/decision/1/confirm", words="I agree.")
    assert without.status == 403
    assert "<strong>proposed</strong>" in (await senior.get("/decision/1")).text
    answer = await senior.submit("/decision/1", "/decision/1/confirm", words="I looked at the message myself.")
    assert (answer.status, answer.location) == (303, "/decision/1")
    assert "<strong>effective</strong>" in (await senior.get("/decision/1")).text
    assert "Nothing waits." in (await senior.get("/second")).text


async def test_nobody_is_their_own_second_person(console: Pages) -> None:
    scene = Scene(console)
    number, case = scene.report(scene.text("x"))
    senior = await console.visitor(Role.SENIOR)
    await senior.submit(f"/case/{case}", f"/case/{case}/take")
    await decided(senior, case, action="ban", evidence=f"{number}:0")
    page = await senior.get("/decision/1")
    assert "You proposed this." in page.text
    assert not [form for form in page.forms if form.action.endswith(("/confirm", "/refuse"))]
    assert "SamePerson" in (await senior.post("/decision/1/refuse", words="no")).text


async def test_a_second_person_may_refuse(console: Pages) -> None:
    moderator, case, number = await at_work(console)
    await decided(moderator, case, action="ban", evidence=f"{number}:0")
    senior = await console.visitor(Role.SENIOR)
    await senior.submit("/decision/1", "/decision/1/refuse", words="Too hard for what was said.")
    page = (await senior.get("/decision/1")).text
    assert "<strong>refused</strong>" in page
    assert "Too hard for what was said." in page
    assert not re.search(r'action="/decision/1/(confirm|refuse|undo)"', page)


@pytest.mark.parametrize(
    ("level", "fields", "name"),
    [
        (Level.HUB, {"action": "ban", "evidence": "1:0"}, "EvidenceTooWeak"),
        (Level.TIP, {"action": "suspend", "days": "7", "evidence": "1:0"}, "EvidenceTooWeak"),
        (Level.AUTHORSHIP, {"action": "ban"}, "EvidenceMissing"),
        (Level.AUTHORSHIP, {"action": "suspend", "evidence": "1:0"}, "DaysRefused"),
        (Level.AUTHORSHIP, {"action": "warn", "evidence": "9:0"}, "EvidenceNotInCase"),
        (Level.AUTHORSHIP, {"action": "close_room", "evidence": "1:0"}, "WrongTarget"),
        (Level.AUTHORSHIP, {"action": "warn", "reason": " "}, "TextRefused"),
    ],
)
async def test_what_may_not_be_decided_is_said_and_what_was_written_stays(
    console: Pages, level: Level, fields: dict[str, str], name: str
) -> None:
    moderator, case, _ = await at_work(console, level)
    page = await looked_at(moderator, case, **fields)
    assert page.status == 409
    assert f"{name}:" in page.text
    assert f'action="/case/{case}/decide"' not in page.text
    again = dict(page.form(f"/case/{case}/preview").fields)
    assert again["action"] == fields["action"]
    assert again["reason"] == fields.get("reason", WHY)
    assert (
        await moderator.post(f"/case/{case}/decide", {"policy": "harassment", "reason": WHY} | fields)
    ).status == 409
    assert decisions(console) == []


async def test_words_that_go_out_name_no_reporter(console: Pages) -> None:
    scene, reporter = Scene(console), somebody()
    number, case = scene.report(scene.text("x"), reporter=reporter)
    moderator = await console.visitor(Role.MODERATOR)
    await moderator.submit(f"/case/{case}", f"/case/{case}/take")
    page = await looked_at(moderator, case, reason=f"{reporter} has told us.", evidence=f"{number}:0")
    assert "NamesAReporter" in page.text
    good = await looked_at(moderator, case, evidence=f"{number}:0")
    assert reporter not in good.text
    assert reporter not in (await moderator.get(f"/case/{case}")).text


async def test_abuse_of_reporting_is_decided_about_a_reporter_by_number(console: Pages) -> None:
    scene, reporter = Scene(console), somebody()
    number, case = scene.report(scene.text("x"), level=Level.TIP, reporter=reporter)
    moderator = await console.visitor(Role.MODERATOR)
    await moderator.submit(f"/case/{case}", f"/case/{case}/take")
    page = await moderator.get(f"/case/{case}")
    (value,) = re.findall(r'<option value="(\d+)">reporter 1</option>', page.text)
    fields = {"policy": "abuse_of_reporting", "against": value, "evidence": f"{number}:-1"}
    answer = await decided(moderator, case, **fields)
    assert answer.location == f"/case/{case}"
    assert reporter in (await moderator.get("/decision/1")).text
    assert (await looked_at(moderator, case, against="49")).status == 400


async def test_a_mandatory_referral_is_said_first(console: Pages) -> None:
    scene = Scene(console)
    _, case = scene.report(scene.text("x"), level=Level.TIP, reason=Reason.CHILD_SAFETY)
    moderator = await console.visitor(Role.MODERATOR)
    await moderator.submit(f"/case/{case}", f"/case/{case}/take")
    page = (await moderator.get(f"/case/{case}")).text
    assert "needs no proof: refer it first" in page
    assert '<option value="child_safety" selected>' in page


async def test_hostile_reasons_stay_words(console: Pages) -> None:
    moderator, case, number = await at_work(console)
    hostile = "</pre></textarea><script>alert(1)</script>{{7*7}}"
    page = await looked_at(moderator, case, reason=hostile, evidence=f"{number}:0")
    assert "<script>alert" not in page.text
    await moderator.fill(page.form(f"/case/{case}/decide"))
    for path in ("/decision/1", f"/case/{case}"):
        text = (await moderator.get(path)).text
        assert "<script>alert" not in text
        assert "{{7*7}}" in text


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "explode"},
        {"policy": "none"},
        {"evidence": "1"},
        {"evidence": "1:x"},
        {"days": "0"},
        {"reason": "x" * 2001},
        {"wild": "1"},
    ],
)
async def test_what_no_form_holds_is_refused(console: Pages, fields: dict[str, str]) -> None:
    moderator, case, _ = await at_work(console)
    given = {"policy": "harassment", "action": "warn", "reason": WHY} | fields
    for path in ("preview", "decide"):
        assert (await moderator.post(f"/case/{case}/{path}", given)).status == 400
    assert decisions(console) == []


async def test_an_effect_that_the_hub_refused_can_be_asked_again(console: Pages) -> None:
    moderator, case, number = await at_work(console)
    await decided(moderator, case, action="warn", evidence=f"{number}:0")
    for asked in outbox.of_decision(console.db, 1):
        if asked.effect.verb is Verb.WARN:
            outbox.settle(console.db, asked.number, EffectState.REFUSED, "unknown subject", console.clock.now_ms)
    page = await moderator.get("/decision/1")
    assert "<strong>refused</strong> (unknown subject)" in page.text
    waits = (await moderator.get("/attention")).text
    assert '<a href="/decision/1">Warn</a>' in waits
    assert "unknown subject" in waits
    (again,) = [form for form in page.forms if form.action.endswith("/again")]
    assert (await moderator.fill(again)).location == "/decision/1"
    assert "warn: <strong>waiting</strong>" in (await moderator.get("/decision/1")).text


async def test_what_was_escalated_waits_for_somebody(console: Pages) -> None:
    moderator, case, _ = await at_work(console)
    await decided(moderator, case, action="escalate", to="legal")
    page = (await (await console.visitor(Role.SENIOR)).get("/attention")).text
    (legal,) = re.findall(r"<h2>Escalated: legal</h2>(.*?)<h2>", page, re.S)
    assert f'<a href="/case/{case}">Case {case}</a>' in legal
    assert WHY in legal
