# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Evidence on the pages: words only on a click, pictures only for a reason, each logged, and nothing of it acts."""

from __future__ import annotations

import re

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.config import Budget
from privity.desk.evidence.records import WHOLE, Kind, Record
from privity.desk.intake.findings import Level, Source, State, Subject
from privity.desk.intake.model import Assessment
from privity.desk.staff.rights import Role
from privity.message import compose
from privity.message.content import CHOOSE_ONE, MultiPart, SinglePart
from privity.message.notice import PublicNotice, Target
from privity.message.report import Reason
from privity.preview import sandbox
from privity.preview.making import PNG
from privity.wire.staff import RelayedReport
from tests.desk.console.conftest import NOW_MS, Pages
from tests.desk.console.scene import Scene, random
from tests.desk.console.visitor import Answer, Visitor
from tests.preview.pictures import picture

HOSTILE = "</div><script>alert(1)</script> {{7*7}} [a](javascript:alert(1)) https://evil.example \u202egpj.exe"


def openings(pages: Pages) -> list[Entry]:
    found = (Entry.decode(data) for data in log.entries(pages.db))
    return [entry for entry in found if entry.act in (Act.EVIDENCE_OPENED, Act.MEDIA_VIEWED)]


async def words(visitor: Visitor, case: int, report: int, why: str = "an invented reason") -> Answer:
    return await visitor.post(f"/case/{case}/words", report=str(report), words=why)


async def pictured(pages: Pages) -> tuple[Visitor, int, int]:
    """Somebody before a case whose report brings a picture."""
    scene = Scene(pages)
    content, ciphertext = scene.file(picture("PNG", (400, 300)), filename="teapot\u202egnp.exe")
    number, case = scene.report(content, level=Level.HUB, files=[ciphertext])
    return await pages.visitor(Role.MODERATOR), case, number


async def reveal(visitor: Visitor, case: int, number: int, **fields: str) -> Answer:
    given = {
        "report": str(number),
        "position": "0",
        "part": "0",
        "stage": "small",
        "words": "an invented reason",
    } | fields
    return await visitor.post(f"/case/{case}/picture", given)


async def test_words_are_shown_on_a_click_and_the_log_says_so(console: Pages) -> None:
    scene = Scene(console)
    number, case = scene.report(scene.text("a secret word"), note="a secret note", omitted=2)
    moderator = await console.visitor(Role.MODERATOR)
    form = next(form for form in (await moderator.get(f"/case/{case}")).forms if form.action == f"/case/{case}/words")
    page = await moderator.fill(form)
    assert page.status == 200
    assert "a secret word" in page.text
    assert "a secret note" in page.text
    assert "2 messages between the reported ones were not reported." in page.text
    (entry,) = openings(console)
    assert (entry.who, entry.said["reason"]) == (f"staff:{moderator.number}", f"work on case {case}")
    assert number == 1


async def test_no_words_without_a_reason_a_right_or_their_case(console: Pages) -> None:
    scene, other = Scene(console), Scene(console)
    number, case = scene.report(scene.text("a secret word"))
    foreign, _ = other.report(other.text("a secret word"))
    moderator, admin = await console.visitor(Role.MODERATOR), await console.visitor(Role.ADMIN)
    refused = [
        await words(moderator, case, number, ""),
        await words(moderator, case, number, " "),
        await words(moderator, case, number, "x" * 1001),
        await words(moderator, case, foreign),
        await words(moderator, case, 99),
        await words(admin, case, number),
        await moderator.get(f"/case/{case}/words"),
    ]
    assert [answer.status for answer in refused] == [400, 409, 400, 409, 409, 403, 405]
    assert all("secret" not in answer.text for answer in refused)
    assert openings(console) == []


async def test_hostile_words_stay_words(console: Pages) -> None:
    scene = Scene(console)
    number, case = scene.report(
        scene.text(HOSTILE), scene.text(HOSTILE, "text/html"), scene.text("a" + "\u0301" * 30), note=HOSTILE
    )
    page = await words(await console.visitor(Role.MODERATOR), case, number)
    body = page.text.split("<main")[1]
    assert "<script>" not in body
    assert "49" not in re.sub(r"[0-9a-f]{16,}", "", body)
    assert body.count("&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} [a](javascript:alert(1))") == 3
    assert not re.search(r'(href|src|action)="[^"/#]', body)
    assert "\u202e" not in page.text
    assert body.count('<span class="sign">U+202E right-to-left override</span>') == 3
    assert '<span class="sign">24 more marks</span>' in body


async def test_every_alternative_and_what_is_unknown_is_listed(console: Pages) -> None:
    scene = Scene(console)
    several = MultiPart(
        CHOOSE_ONE, (SinglePart("text/plain", b"a kind word"), SinglePart("application/x-teapot", b"\x01\x02"))
    )
    message = compose.message(scene.author, several, random=random, extensions={"org.teapot": b"\xfe"})
    number, case = scene.report(message, b"no message at all", level=Level.TIP)
    text = (await words(await console.visitor(Role.MODERATOR), case, number)).text
    for said in (
        "a kind word",
        "0102",
        "an app shows one of them",
        "extension org.teapot",
        "41fe",
        "No message that can be read",
    ):
        assert said in text


async def test_a_file_is_its_hash_size_and_type_first(console: Pages) -> None:
    moderator, case, number = await pictured(console)
    text = (await words(moderator, case, number)).text
    assert re.search(r'<code class="address">[0-9a-f]{64}</code>', text)
    assert "image/png" in text
    assert 'teapot<span class="sign">U+202E right-to-left override</span>gnp.exe' in text
    assert "<img" not in text
    assert "30 of today’s views are left" in text


@pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")
async def test_a_picture_is_revealed_for_a_reason_closes_by_itself_and_counts(console: Pages) -> None:
    moderator, case, number = await pictured(console)
    page = await words(moderator, case, number)
    answer = await moderator.fill(page.form(f"/case/{case}/picture"), words="is it the teapot?", stage="larger")
    assert answer.headers["Refresh"] == f"20; url=/case/{case}"
    assert "29 of today’s views are left" in answer.text
    (address,) = re.findall(r'<img src="(/picture/[0-9a-f]{64})"', answer.text)
    colleague = await console.visitor(Role.SENIOR)
    assert (await colleague.get(address)).status == 409
    shown = await moderator.get(address)
    assert (shown.status, shown.headers["Content-Type"]) == (200, "image/png")
    assert shown.body.startswith(PNG)
    assert shown.headers["Cache-Control"] == "no-store"
    assert (await moderator.get(address)).status == 409  # once
    viewed = [entry for entry in openings(console) if entry.act is Act.MEDIA_VIEWED]
    assert [(entry.who, entry.said["stage"], entry.said["reason"]) for entry in viewed] == [
        (f"staff:{moderator.number}", "larger", "is it the teapot?")
    ]


@pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")
async def test_a_blurred_look_leads_to_the_next_stage(console: Pages) -> None:
    moderator, case, number = await pictured(console)
    blurred = await reveal(moderator, case, number, stage="blurred")
    assert "30 of today’s views are left" in blurred.text
    small = await moderator.fill(blurred.form(f"/case/{case}/picture"))
    assert "Picture, small" in small.text
    larger = await moderator.fill(small.form(f"/case/{case}/picture"))
    assert f'action="/case/{case}/picture"' not in larger.text


@pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")
async def test_a_spent_budget_is_refused_by_name(console: Pages) -> None:
    moderator, case, number = await pictured(console)
    console.shared.pictures._budget = Budget(views_a_day=3, in_a_row=2, pause_ms=60_000)
    for _ in range(2):
        assert (await reveal(moderator, case, number)).status == 200
    assert "PauseNeeded" in (await reveal(moderator, case, number)).text
    console.clock.pass_ms(60_000)
    assert (await reveal(moderator, case, number)).status == 200
    console.clock.pass_ms(60_000)
    before = len(openings(console))
    spent = await reveal(moderator, case, number)
    assert (spent.status, "ExposureSpent" in spent.text) == (409, True)
    assert len(openings(console)) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"words": ""},
        {"stage": "original"},
        {"position": "-1"},
        {"part": "x"},
        {"wild": "1"},
    ],
)
async def test_what_no_form_holds_is_refused_before_anything_is_opened(console: Pages, fields: dict[str, str]) -> None:
    moderator, case, number = await pictured(console)
    assert (await reveal(moderator, case, number, **fields)).status == 400
    assert openings(console) == []


async def test_a_picture_of_another_case_or_none_is_not_revealed(console: Pages) -> None:
    moderator, case, number = await pictured(console)
    other = Scene(console)
    foreign, _ = other.report(other.text("x"))
    assert "NotOfThisCase" in (await reveal(moderator, case, foreign)).text
    assert openings(console) == []
    assert "CannotBeShown" in (await reveal(moderator, case, number, part="3")).text
    assert (await moderator.get("/picture/" + "0" * 64)).status == 409


async def test_a_public_notice_is_read_the_same_way(console: Pages) -> None:
    notice = PublicNotice(
        Target.PROFILE, "ann@hub.example", "", Reason.FRAUD, HOSTILE, "<b>Ann</b>", "ann@mail.example", True, "en"
    )
    scene = Scene(console)
    found = Assessment(
        State.ASSESSED,
        "",
        scene.accused,
        None,
        int(Reason.FRAUD),
        None,
        (),
        (Record(Kind.NOTICE, WHOLE, WHOLE, notice.encode()),),
        Subject.NOTICE,
        Source.PUBLIC,
    )
    number, case = scene.take(found, RelayedReport("notice:R1", NOW_MS, b"", "R1"), NOW_MS)
    moderator = await console.visitor(Role.MODERATOR)
    assert "public notice" in (await moderator.get(f"/case/{case}")).text
    text = (await words(moderator, case, number)).text
    assert "ann@mail.example" in text
    assert "&lt;b&gt;Ann&lt;/b&gt;" in text
    assert "<script>alert" not in text
