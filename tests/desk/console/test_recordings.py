# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Films and sounds on the pages: what they are first, then stills and parts for a reason, each counted and logged."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.clearinghouse.viewed import was_viewed
from privity.desk.config import Budget
from privity.desk.console import recordings
from privity.desk.console.errors import NotHeardWhole
from privity.desk.console.headers import HEADERS, HEARING, POLICY
from privity.desk.console.recordings import TO_BEGIN_S, missing_s
from privity.desk.staff.rights import Role
from privity.preview import sandbox
from privity.preview.errors import PreviewRefused
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import Scene
from tests.desk.console.visitor import Answer, Visitor
from tests.preview.pictures import picture
from tests.preview.recordings import film, of_samples, sound, tone

pytestmark = pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")

WHY = "an invented reason"
CSP = "Content-Security-Policy"


@dataclass
class Stand:
    """Somebody before a case whose report brings one file."""

    pages: Pages
    visitor: Visitor
    case: int
    report: int

    async def ask(self, what: str, fields: Mapping[str, str] | None = None, by: Visitor | None = None) -> Answer:
        given = {"report": str(self.report), "position": "0", "part": "0", "words": WHY} | dict(fields or {})
        return await (by or self.visitor).post(f"/case/{self.case}/{what}", given)

    async def read(self) -> Answer:
        """The report with its words."""
        return await self.visitor.post(f"/case/{self.case}/words", report=str(self.report), words=WHY)

    async def still(self, number: int = 0, stage: str = "small") -> Answer:
        return await self.ask("still", {"still": str(number), "of": "2", "stage": stage})

    async def hear(self, from_s: int = 0, seconds: int = 20, by: Visitor | None = None) -> Answer:
        return await self.ask("sound", {"from_s": str(from_s), "seconds": str(seconds)}, by)

    def acts(self, *acts: Act) -> list[Entry]:
        found = (Entry.decode(data) for data in log.entries(self.pages.db))
        return [entry for entry in found if entry.act in acts]

    @property
    def evidence(self) -> int:
        (about,) = {entry.about for entry in self.acts(Act.EVIDENCE_OPENED) if entry.said["kind"] == "attachment"}
        return int(about.split(":")[1])

    def budget(self, views: int) -> None:
        self.pages.shared.recordings._budget = Budget(views_a_day=views, in_a_row=10, pause_ms=60_000)


async def stand(pages: Pages, data: bytes, content_type: str) -> Stand:
    scene = Scene(pages)
    content, ciphertext = scene.file(data, filename="teapot.bin", content_type=content_type)
    report, case = scene.report(content, files=[ciphertext])
    return Stand(pages, await pages.visitor(Role.MODERATOR), case, report)


def address(page: Answer, kind: str) -> str:
    (found,) = re.findall(rf'src="(/{kind}/[0-9a-f]{{64}})"', page.text)
    return str(found)


async def test_a_file_is_its_hash_first_and_is_asked_about_by_what_it_says_it_is(console: Pages) -> None:
    here = await stand(console, film(), "video/mp4")
    page = await here.read()
    assert "video/mp4" in page.text
    first, other = [form.action for form in page.forms if form.action.endswith(("/recording", "/picture"))]
    assert (first, other) == (f"/case/{here.case}/recording", f"/case/{here.case}/picture")  # a type may be wrong
    assert "<details><summary>Its type may be wrong" in page.text
    assert not re.search("<(img|audio|video)", page.text)


async def test_what_a_film_is_shows_and_costs_nothing(console: Pages) -> None:
    data = film("mp4", "libx264", sounding="aac")
    here = await stand(console, data, "video/mp4")
    page = await here.visitor.fill((await here.read()).form(f"/case/{here.case}/recording"), words=WHY)
    assert page.status == 200
    assert page.text.index(sha256(data).hexdigest()) < page.text.index("H.264, 64 × 48, 30 frames")
    assert "AAC, 2 channels, 48000 samples a second, 0:03 decoded" in page.text
    assert "0:03, as the file says" in page.text
    assert "30 of today’s views are left" in page.text
    assert not re.search("<(img|audio|video)", page.text)
    assert "alert(1)" not in page.text  # nothing that its maker wrote into it
    assert page.headers[CSP] == POLICY
    assert here.acts(Act.MEDIA_VIEWED) == []
    opened = here.acts(Act.EVIDENCE_OPENED)[-2:]
    assert [(entry.said["kind"], entry.said["reason"]) for entry in opened] == [("report", WHY), ("attachment", WHY)]


async def test_stills_come_one_at_a_time_blurred_first_and_each_is_logged(console: Pages) -> None:
    here = await stand(console, film(), "video/mp4")
    page = await here.ask("recording")
    blurred = await here.visitor.fill(page.form(f"/case/{here.case}/still"), still="0", stage="blurred")
    assert "30 of today’s views are left" in blurred.text
    larger, following = [form for form in blurred.forms if form.action.endswith("/still")]
    small = await here.visitor.fill(larger)
    assert "Still 1 of 2, small" in small.text
    assert "29 of today’s views are left" in small.text
    assert small.headers["Refresh"] == f"20; url=/case/{here.case}"
    second = await here.visitor.fill(following)
    assert "Still 2 of 2, blurred" in second.text
    assert "The next still" not in second.text
    shown = await here.visitor.get(address(small, "picture"))
    assert Image.open(io.BytesIO(shown.body)).mode == "L"
    assert Image.open(io.BytesIO(shown.body)).size == (160, 120)
    assert (await here.visitor.get(address(small, "picture"))).status == 409  # once
    seen = [(entry.said["still"], entry.said["stage"], entry.said["part"]) for entry in here.acts(Act.MEDIA_VIEWED)]
    assert seen == [(0, "blurred", 0), (0, "small", 0), (1, "blurred", 0)]


async def test_a_film_seen_as_stills_is_none_that_was_viewed(console: Pages) -> None:
    here = await stand(console, film("mp4", "libx264", sounding="aac"), "video/mp4")
    for number in (0, 1):
        assert (await here.still(number, "larger")).status == 200
    assert (await here.hear()).status == 200
    refused = await here.ask("heard")
    assert (refused.status, "stills are not all of it" in refused.text) == (409, True)
    assert not was_viewed(console.db, here.evidence)


async def test_a_sound_is_heard_in_parts_that_count_by_their_length(console: Pages) -> None:
    here = await stand(console, sound(seconds=45.0), "audio/wav")
    page = await here.ask("recording")
    assert page.text.count("<rect ") == 240
    assert re.findall(r'<option value="(\d+)">0:\d\d', page.text) == ["0", "20", "40"]
    heard = await here.visitor.fill(page.form(f"/case/{here.case}/sound"), from_s="0", seconds="40")
    assert "28 of today’s views are left" in heard.text
    assert re.search(r"<audio[^>]* controls", heard.text)
    assert "autoplay" not in heard.text
    assert heard.headers[CSP] == HEARING
    assert heard.headers["Refresh"] == f"{40 + TO_BEGIN_S}; url=/case/{here.case}"
    (entry,) = here.acts(Act.MEDIA_VIEWED)
    assert (entry.said["stage"], entry.said["from_s"], entry.said["seconds"]) == ("heard", 0, 40)
    at = address(heard, "sound")
    for _ in range(2):  # a player may go back in it
        given = await here.visitor.get(at)
        assert (given.status, given.headers["Content-Type"]) == (200, "audio/wav")
        assert len(given.body) == 44 + 40 * 64_000
        assert given.headers[CSP] == HEADERS[CSP]
    colleague = await console.visitor(Role.SENIOR)
    assert (await colleague.get(at)).status == 409
    assert (await here.visitor.get(at.replace("sound", "picture"))).status == 409
    console.clock.pass_ms((40 + TO_BEGIN_S) * 1000 + 1)
    assert "time for this sound is over" in (await here.visitor.get(at)).text


async def test_who_heard_every_part_may_say_so_and_nobody_else(console: Pages) -> None:
    here = await stand(console, sound(seconds=45.0), "audio/wav")
    colleague = await console.visitor(Role.SENIOR)
    assert "from second 0 on" in (await here.ask("heard")).text
    assert (await here.hear(0, 20)).status == (await here.hear(40, 20)).status == 200
    assert (await here.hear(20, 20, by=colleague)).status == 200
    assert "from second 20 on" in (await here.ask("heard")).text
    assert "from second 0 on" in (await here.ask("heard", by=colleague)).text
    assert not was_viewed(console.db, here.evidence)
    assert (await here.hear(20, 20)).status == 200
    assert not was_viewed(console.db, here.evidence)  # to be given it is not to have heard it
    page = await here.ask("recording")
    done = await here.visitor.fill(page.form(f"/case/{here.case}/heard"))
    assert (done.status, done.location) == (303, f"/case/{here.case}")
    (entry,) = here.acts(Act.MEDIA_HEARD)
    assert (entry.who, entry.about, entry.said["seconds"], entry.said["reason"]) == (
        f"staff:{here.visitor.number}",
        f"evidence:{here.evidence}",
        45,
        WHY,
    )
    assert was_viewed(console.db, here.evidence)


async def test_of_what_is_only_partly_heard_here_nobody_heard_all(console: Pages) -> None:
    here = await stand(console, of_samples([tone(1)] * 3), "audio/wav")
    assert "heard here as 2 channels" in (await here.ask("recording")).text
    assert (await here.hear()).status == 200
    refused = await here.ask("heard")
    assert NotHeardWhole.__name__ in refused.text and "nobody has heard all of it" in refused.text
    assert not was_viewed(console.db, here.evidence)


async def test_a_view_is_logged_before_anything_is_opened(console: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    here = await stand(console, film(), "video/mp4")
    seen = []

    async def instead(*_: object) -> bytes:
        seen.append([entry.act for entry in here.acts(Act.MEDIA_VIEWED, Act.EVIDENCE_OPENED)])
        raise PreviewRefused("an invented refusal")

    monkeypatch.setattr(recordings, "make_still", instead)
    monkeypatch.setattr(recordings, "make_audible", instead)
    assert "an invented refusal; it is evidence all the same" in (await here.still()).text.lower()
    assert seen == [[Act.MEDIA_VIEWED, Act.EVIDENCE_OPENED, Act.EVIDENCE_OPENED]]
    await here.hear()
    assert seen[1][3:] == seen[0]


async def test_a_spent_budget_opens_nothing(console: Pages) -> None:
    here = await stand(console, film("mp4", "libx264", sounding="aac"), "video/mp4")
    here.budget(2)
    before = here.acts(*Act)
    refused = await here.hear(0, 60)
    assert "ExposureSpent" in refused.text
    assert "2 of today" in refused.text
    assert here.acts(*Act) == before
    assert (await here.hear(0, 40)).status == 200
    for again in (await here.still(), await here.hear()):
        assert "ExposureSpent" in again.text
    assert len(here.acts(Act.MEDIA_VIEWED)) == 1
    assert (await here.still(stage="blurred")).status == 200


OTHERS: Final = (
    ("recording", {"words": ""}, 400),
    ("recording", {"words": " "}, 409),
    ("recording", {"report": "99"}, 409),
    ("recording", {"part": "7"}, 409),
    ("recording", {"position": "3"}, 409),
    ("recording", {"more": "1"}, 400),
    ("still", {"still": "0", "of": "2"}, 400),
    ("still", {"still": "12", "of": "2", "stage": "small"}, 400),
    ("still", {"still": "-1", "of": "2", "stage": "small"}, 400),
    ("still", {"still": "0", "of": "99", "stage": "small"}, 400),
    ("still", {"still": "0", "of": "2", "stage": "heard"}, 400),
    ("sound", {"from_s": "0", "seconds": "61"}, 400),
    ("sound", {"from_s": "0", "seconds": "30"}, 400),
    ("sound", {"from_s": "0", "seconds": "0"}, 400),
    ("sound", {"from_s": "-1", "seconds": "20"}, 400),
    ("sound", {"from_s": "99999", "seconds": "20"}, 400),
    ("heard", {"words": ""}, 400),
)


async def test_no_other_form_is_taken(console: Pages) -> None:
    here = await stand(console, film(), "video/mp4")
    for what, fields, status in OTHERS:
        assert ((await here.ask(what, fields)).status, what, fields) == (status, what, fields)
    assert here.acts(Act.MEDIA_VIEWED, Act.MEDIA_HEARD) == []


@pytest.mark.parametrize(
    ("data", "content_type"),
    [(picture("PNG"), "video/mp4"), (b"<html><script>alert(1)</script>", "audio/mpeg"), (film()[:60], "video/mp4")],
    ids=["picture", "page", "cut"],
)
async def test_what_is_none_is_refused_by_name_and_stays_evidence(
    console: Pages, data: bytes, content_type: str
) -> None:
    here = await stand(console, data, content_type)
    for answer in (await here.ask("recording"), await here.still(), await here.hear(), await here.ask("heard")):
        assert answer.status == 409
        assert "CannotBeShown" in answer.text
        assert "evidence all the same" in answer.text
    assert not was_viewed(console.db, here.evidence)


async def test_a_film_that_says_it_is_a_picture_can_be_looked_at_as_what_it_is(console: Pages) -> None:
    here = await stand(console, film(), "image/png")
    refused = await here.visitor.fill((await here.read()).form(f"/case/{here.case}/picture"), words=WHY, stage="small")
    assert "CannotBeShown" in refused.text
    assert not was_viewed(console.db, here.evidence)  # a view of which nothing came
    page = await here.visitor.fill((await here.read()).form(f"/case/{here.case}/recording"), words=WHY)
    assert "H.264" in page.text


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=12), st.integers(1, 80))
def test_a_second_that_was_not_given_is_missed(heard: list[tuple[int, int]], seconds: int) -> None:
    given = {second for start, length in heard for second in range(start, start + length)}
    missing = [second for second in range(seconds) if second not in given]
    assert missing_s(heard, seconds) == (missing[0] if missing else None)
