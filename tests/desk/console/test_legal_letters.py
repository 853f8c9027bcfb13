# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters on pages: seen before they are written, and logged when they are."""

from __future__ import annotations

from privity.desk.audit.acts import Act
from privity.desk.legal.requests import service
from privity.desk.legal.requests.model import Outcome, State
from tests.desk.console.legal_scene import LegalPages, desk, fresh

__all__ = ["desk", "fresh"]

HOSTILE = "<script>alert(1)</script>\u202e{{7*7}}"


async def test_a_letter_is_seen_as_it_would_be_sent_and_then_written(desk: LegalPages) -> None:
    reviewer, clerk = await desk.reviewer(), await desk.clerk()
    number = desk.work.ready(change={"investigation_ref": HOSTILE})
    desk.work.judged(number, Outcome.REJECT)
    at = f"/legal/{number}/letter"
    for visitor in (clerk, reviewer):
        page = await visitor.submit(at, at, sort="refusal", grounds=["overbroad_time"], remarks=HOSTILE)
        assert page.status == 200, page.text
        assert "The period" in page.text and desk.work.of(number).pseudonym in page.text
        assert "Name the days that the matter is about" in page.text, "the narrower request that would work"
        assert "<script>alert" not in page.text and "{{7*7}}" in page.text
    assert not desk.work.log(Act.LEGAL_ANSWERED), "looking writes nothing"
    assert at + "/write" not in [each.action for each in (await clerk.submit(at, at, sort="not_held")).forms]
    given = await reviewer.fill(page.form(f"{at}/write"))
    name = f"{desk.work.of(number).pseudonym}-refusal.html"
    assert given.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert given.headers["Content-Type"].startswith("application/octet-stream")
    assert b"The period" in given.body and b"<script>alert" not in given.body
    (entry,) = desk.work.log(Act.LEGAL_ANSWERED)
    assert entry.who == f"staff:{reviewer.number}" and str(entry.said["page_sha256"]) in page.text


async def test_what_is_not_held_is_stated_in_the_houses_own_words(desk: LegalPages) -> None:
    reviewer, number = await desk.reviewer(), desk.work.ready()
    desk.work.triaged(number)
    page = await reviewer.submit(f"/legal/{number}/letter", f"/legal/{number}/letter", sort="not_held")
    assert page.status == 200 and "no key with which they could be decrypted" in " ".join(page.text.split())


async def test_no_letter_is_written_before_it_is_known_who_asks_or_without_a_ground(desk: LegalPages) -> None:
    reviewer, number = await desk.reviewer(), desk.work.submitted()
    at = f"/legal/{number}/letter"
    refused = await reviewer.submit(at, at, sort="refusal", grounds=["rulebook"])
    assert refused.status == 409 and "NotJudged" in refused.text
    verified = desk.work.ready(change={"docket": "another"})
    desk.work.triaged(verified)
    at = f"/legal/{verified}/letter"
    for fields in (
        {"sort": "refusal"},
        {"sort": "form_3", "grounds": ["expired"]},
        {"sort": "refusal", "language": "xx"},
    ):
        assert (await reviewer.submit(at, at, **fields)).status == 409, fields
    assert (await reviewer.submit(at, at, sort="love")).status == 400


async def test_data_are_kept_apart_unseen_while_it_is_found_out_who_asks(desk: LegalPages) -> None:
    clerk, number = await desk.clerk(), desk.work.submitted()
    at = f"/legal/{number}"
    assert (await clerk.submit(at, f"{at}/quarantine")).location == at
    assert "What is kept apart" in (await clerk.get(at)).text
    again = await clerk.submit(at, f"{at}/quarantine")
    assert again.status == 409
    await clerk.submit(at, f"{at}/close", why="forged")
    assert service.of(desk.db, number).state is State.CLOSED
    page = await clerk.get(at)
    assert [
        each.action for each in page.forms if each.action.startswith(f"{at}/") and "/paper/" not in each.action
    ] == []
