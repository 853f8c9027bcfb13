# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The page of a case: everything but the words, and what can be done with it; each act is said in the audit log."""

from __future__ import annotations

import json
import re

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.intake.findings import Level, Source, Subject
from privity.desk.staff.rights import Role
from privity.message.report import Reason
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import Scene, somebody
from tests.desk.console.visitor import Visitor

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{% raw %}'


def acts(pages: Pages, about: str) -> list[tuple[str, str]]:
    found = (Entry.decode(data) for data in log.entries(pages.db))
    return [(entry.act.value, entry.who) for entry in found if entry.about == about]


async def taken(pages: Pages, *levels: Level) -> tuple[Scene, Visitor, int]:
    """A case with a report of each level, and whoever has taken it."""
    scene = Scene(pages)
    for level in levels or (Level.AUTHORSHIP,):
        _, case = scene.report(scene.text("a secret word about teapots"), level=level)
    moderator = await pages.visitor(Role.MODERATOR)
    assert (await moderator.submit(f"/case/{case}", f"/case/{case}/take")).location == f"/case/{case}"
    return scene, moderator, case


async def test_a_case_shows_everything_but_words_and_names_of_reporters(console: Pages) -> None:
    scene = Scene(console)
    reporters = [somebody(), somebody()]
    picture, ciphertext = scene.file(b"not a real picture")
    scene.report(
        scene.text("a secret word"), scene.text("another"), reporter=reporters[0], omitted=37, note="a secret note"
    )
    number, case = scene.report(picture, reporter=reporters[1], level=Level.HUB, files=[ciphertext])
    scene.report(scene.text("a third"), reporter=reporters[0], level=Level.TIP, reason=Reason.SPAM)
    page = (await (await console.visitor(Role.MODERATOR)).get(f"/case/{case}")).text
    assert scene.accused in page
    assert "37 messages between the reported ones were not reported." in page
    for words in ("signed by the sender’s device", "verified by the hub", "tip, not verified"):
        assert words in page
    assert re.search(r"<code>01[0-9a-f]{62}</code>", page)
    assert re.search(r"file in part 0: OK, evidence \d+", page)
    assert f"Report {number}" in page
    assert page.index("reporter 1, whose word counts 50%") < page.index("reporter 2, whose word counts 50%")
    for hidden in ("secret", "teapot.png", *reporters):
        assert hidden not in page


async def test_who_is_not_at_work_on_it_gets_no_form_to_decide(console: Pages) -> None:
    _, moderator, case = await taken(console)
    assert f'action="/case/{case}/preview"' in (await moderator.get(f"/case/{case}")).text
    colleague = await console.visitor(Role.SENIOR)
    page = (await colleague.get(f"/case/{case}")).text
    assert f'action="/case/{case}/preview"' not in page
    assert f'action="/case/{case}/take"' not in page
    assert "taken, by Member 1" in page
    assert (await colleague.post(f"/case/{case}/take")).status == 409


async def test_each_act_on_a_case_is_an_event_and_an_entry(console: Pages) -> None:
    _, moderator, case = await taken(console)
    page = f"/case/{case}"
    await moderator.submit(page, f"{page}/note", words="a note of mine")
    await moderator.submit(page, f"{page}/priority", priority="0", words="somebody is in danger")
    await moderator.submit(page, f"{page}/release")
    text = (await moderator.get(page)).text
    for said in ("a note of mine", "somebody is in danger", "(set by Member 1)", ">released<"):
        assert said in text
    who = f"staff:{moderator.number}"
    assert acts(console, f"case:{case}") == [
        (Act.CASE_TAKEN.value, who),
        (Act.CASE_NOTED.value, who),
        (Act.CASE_PRIORITISED.value, who),
        (Act.CASE_RELEASED.value, who),
    ]


async def test_two_cases_about_one_subject_become_one(console: Pages) -> None:
    _, moderator, case = await taken(console)
    columns = ", ".join(row[1] for row in console.db.execute("PRAGMA table_info(safety_case)") if row[1] != "number")
    console.db.execute(f"INSERT INTO safety_case ({columns}) SELECT {columns} FROM safety_case")
    other = Scene(console)
    _, elsewhere = other.report(other.text("x"))
    assert "CasesDiffer" in (await moderator.submit(f"/case/{case}", f"/case/{case}/join", into=str(elsewhere))).text
    assert (
        await moderator.submit(f"/case/{case}", f"/case/{case}/join", into=str(case + 1))
    ).location == f"/case/{case + 1}"
    assert f"joined to case {case + 1}" in (await moderator.get(f"/case/{case}")).text


async def test_an_export_needs_a_reason_says_so_in_the_log_and_holds_no_words(console: Pages) -> None:
    scene, moderator, case = await taken(console)
    reporter, first = somebody(), somebody()
    scene.report(scene.text("x"), reporter=reporter, escalated_for=first)
    assert (await moderator.post(f"/case/{case}/export")).status == 400
    assert (await moderator.post(f"/case/{case}/export", words=" ")).status == 409
    assert Act.CASE_EXPORTED.value not in [act for act, _ in acts(console, f"case:{case}")]
    answer = await moderator.submit(f"/case/{case}", f"/case/{case}/export", words="for the court")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="case-{case}.json"'
    found = json.loads(answer.text)
    assert found["case"]["number"] == case
    assert found["reports"][0]["messages"][0]["level"] == 2
    assert [report["reporter_uri"] for report in found["reports"]] == ["reporter 1", "reporter 2"]
    for hidden in ("secret", reporter, first, "receipt-"):
        assert hidden not in answer.text
    named = await moderator.submit(f"/case/{case}", f"/case/{case}/export", words="for the court", names="true")
    assert reporter in named.text
    said = [Entry.decode(data).said for data in log.entries(console.db)][-2:]
    assert said == [{"reason": "for the court", "names": False}, {"reason": "for the court", "names": True}]
    assert acts(console, f"case:{case}")[-1] == (Act.CASE_EXPORTED.value, f"staff:{moderator.number}")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("note", {"words": ""}),
        ("note", {"words": "x" * 1001}),
        ("priority", {"priority": "5", "words": "why"}),
        ("priority", {"priority": "0"}),
        ("join", {"into": "x"}),
        ("take", {"wild": "1"}),
    ],
)
async def test_what_no_form_holds_is_refused(console: Pages, path: str, fields: dict[str, str]) -> None:
    _, moderator, case = await taken(console)
    before = acts(console, f"case:{case}")
    assert (await moderator.post(f"/case/{case}/{path}", fields)).status == 400
    assert acts(console, f"case:{case}") == before


async def test_what_is_not_there_is_named(console: Pages) -> None:
    moderator = await console.visitor(Role.MODERATOR)
    for answer in (await moderator.get("/case/99"), await moderator.post("/case/99/take")):
        assert (answer.status, "CaseUnknown" in answer.text) == (409, True)
    assert (await moderator.get("/case/x")).status == 404


async def test_hostile_words_stay_words(console: Pages) -> None:
    scene, moderator, case = await taken(console)
    scene.report(scene.text("x"), detail=HOSTILE)
    await moderator.post(f"/case/{case}/note", words=HOSTILE)
    await moderator.post(f"/case/{case}/priority", priority="1", words=HOSTILE)
    for path in (f"/case/{case}", "/queue"):
        text = (await moderator.get(path)).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "{{7*7}}" in text


async def test_a_report_says_what_it_is_about_and_how_it_came(console: Pages) -> None:
    scene = Scene(console)
    _, case = scene.report(level=Level.TIP, subject=Subject.PROFILE)
    scene.report(scene.text("x"), source=Source.MODERATORS, escalated_for=somebody())
    page = (await (await console.visitor(Role.MODERATOR)).get(f"/case/{case}")).text
    assert "about the profile" in page
    assert "passed on by a moderator of the conversation, who names the first reporter" in page
    assert scene.room in page


async def test_a_decided_case_is_decided_further_by_anybody_who_decides(console: Pages) -> None:
    _, moderator, case = await taken(console)
    page = await moderator.submit(
        f"/case/{case}", f"/case/{case}/preview", action="dismiss", reason="No rule was broken."
    )
    await moderator.fill(page.form(f"/case/{case}/decide"))
    text = (await (await console.visitor(Role.SENIOR)).get(f"/case/{case}")).text
    assert "decided: dismissed" in text
    assert "Decide further" in text
    assert re.search(r"Deadline</dt><dd>was <time", text)


async def test_a_cluster_is_a_sentence(console: Pages) -> None:
    scene = Scene(console)
    for _ in range(12):
        _, case = scene.report(level=Level.TIP, reason=Reason.HATE)
    page = (await (await console.visitor(Role.MODERATOR)).get(f"/case/{case}")).text
    assert "12 of 12 reporters never reported before and reported within" in page


async def test_many_reports_are_lines_beyond_the_first(console: Pages) -> None:
    scene = Scene(console)
    for number in range(34):
        last, case = scene.report(scene.text(f"word {number}"), level=Level.HUB if number == 33 else Level.TIP)
    moderator = await console.visitor(Role.MODERATOR)
    page = await moderator.get(f"/case/{case}")
    assert "<summary>4 more reports</summary>" in page.text
    assert page.text.count('<li class="report"') == 30
    assert f'id="report-{last}"' in page.text  # the one that proves something is among those
    form = page.forms[[form.action for form in page.forms].index(f"/case/{case}/words", 30)]
    assert "word 32" in (await moderator.fill(form, report=str(last - 1))).text


async def test_any_time_that_a_reporter_claims_is_shown(console: Pages) -> None:
    scene = Scene(console)
    _, case = scene.report(scene.text("x"), level=Level.TIP)
    console.db.execute("UPDATE reported_message SET ts_ms = ?", ((1 << 53) - 1,))
    page = await (await console.visitor(Role.MODERATOR)).get(f"/case/{case}")
    assert "9999-12-31" in page.text
    assert "as claimed" in page.text
