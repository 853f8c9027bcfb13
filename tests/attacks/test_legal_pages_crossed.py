# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What belongs to one request under the address of another, forms that are sent twice, two windows at one request."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.releasing.model import Stage
from privity.desk.legal.requests import service
from privity.desk.legal.requests.model import State
from privity.desk.staff.rights import Role
from tests.desk.console.legal_floor import House, approve, house, release
from tests.desk.console.legal_scene import LegalPages, desk, fresh, send_files
from tests.desk.console.visitor import Visitor
from tests.desk.contents import contents
from tests.desk.legal.casework import CLERK

__all__ = ["desk", "fresh", "house"]

DECIDING: Final = ("legal_request", "legal_move", "legal_decision", "legal_scope", "legal_part")
LEAVING: Final = ("legal_request", "legal_move", "production", "production_approval", "production_part", "legal_part")


def rows(pages: LegalPages | House, tables: tuple[str, ...]) -> dict[str, object]:
    there = contents(pages.db)
    return {name: there[name] for name in tables}


async def verdict(desk: LegalPages, reviewer: Visitor, number: int) -> str:
    at = f"/legal/{number}"
    await reviewer.submit(at, f"{at}/evaluate")
    form = (await reviewer.get(at)).form(f"{at}/refuse")
    return dict(form.fields)["verdict"]


JUDGING: Final[dict[str, dict[str, str | list[str]]]] = {
    "accept": {},
    "narrow": {"classes": ["subscriber"], "target": ["0"], "grounds": ["wrong_class"], "words": "less"},
    "refuse": {"outcome": "reject", "grounds": ["rulebook"], "words": "no"},
}


async def test_a_verdict_of_another_request_decides_nothing(desk: LegalPages) -> None:
    reviewer = await desk.reviewer()
    mine = desk.work.ready(change={"classes": ["subscriber"]})
    other = desk.work.ready(change={"docket": "another"})
    _, theirs = await verdict(desk, reviewer, mine), await verdict(desk, reviewer, other)
    before = rows(desk, DECIDING)
    for act, fields in JUDGING.items():
        for number in (theirs, "4711"):
            answer = await reviewer.post(f"/legal/{mine}/{act}", {"verdict": number, **fields})
            assert answer.status == 409, (act, number, answer.text)
    assert rows(desk, DECIDING) == before


async def test_a_paper_of_another_request_is_answered_like_one_that_there_is_not(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    mine, other = desk.work.submitted(), desk.work.submitted(change={"offence": "theft of the other teapot"})
    theirs = service.papers(desk.db, CLERK, other)[0].number
    before = len(desk.work.log(Act.LEGAL_READ))
    answers = [(number, await clerk.post(f"/legal/{mine}/paper/{number}")) for number in (theirs, 4711)]
    said = {(answer.status, answer.text.replace(f"document {number}", "document N")) for number, answer in answers}
    assert len(said) == 1 and answers[0][1].status in (404, 409)
    assert "the other teapot" not in answers[0][1].text
    assert len(desk.work.log(Act.LEGAL_READ)) == before, "and nothing was opened"
    opened = await clerk.post(f"/legal/{other}/paper/{theirs}")
    assert "the other teapot" in opened.text, "under its own address it is there"


async def test_a_package_is_acted_on_under_its_own_request_alone(house: House) -> None:
    mine, other = await house.approved(), await house.reviewed()
    house.floor.noticed(mine)
    clerk, releaser = await house.clerk(), await house.releaser()
    before = rows(house, LEAVING)
    for number, made in ((other.request, mine), (mine.request, other)):
        for act, who in (("approve", clerk), ("second", releaser), ("leave", releaser), ("withdraw", clerk)):
            answer = await who.post(f"{release(number)}/{made.number}/{act}")
            assert answer.status == 404, (act, answer.text)
        read = await clerk.post(f"{release(number)}/{made.number}/file", {"path": "data/index.html"})
        assert read.status == 404
        assert (await clerk.get(f"{release(number)}?made={made.number}")).status == 404
    assert rows(house, LEAVING) == before
    left = await releaser.submit(release(mine.request), f"{release(mine.request)}/{mine.number}/leave")
    assert left.status == 303, "under its own address it leaves"


async def test_a_correction_or_a_receipt_is_of_the_same_request(house: House) -> None:
    """`supersedes` and `hold` are hidden fields of a form: a browser sends what it likes."""
    done, own = await house.ready(), await house.ready()
    number = house.floor.collected()
    clerk = await house.clerk()
    before = rows(house, LEAVING)
    moved = await clerk.post(f"{release(own.request)}/review", {"kind": "production", "supersedes": str(done.number)})
    assert moved.status == 409 and "no package of request" in moved.text
    for fields in (
        {"kind": "production", "supersedes": str(done.number)},
        {"kind": "production", "supersedes": "4711"},
        {"kind": "production", "hold": "1"},
        {"kind": "preservation_receipt"},
        {"kind": "refusal"},
        {"kind": "participant_disclosure"},
    ):
        answer = await clerk.post(f"{release(number)}/review", fields)
        assert answer.status in (400, 404, 409), (fields, answer.text)
    assert rows(house, LEAVING) == before
    fields = {"kind": "production", "supersedes": str(own.number)}
    assert (await clerk.post(f"{release(own.request)}/review", fields)).status == 303, "its own is corrected"


async def test_a_form_that_is_sent_twice_acts_once(desk: LegalPages) -> None:
    """A second click, the reload of an answer, a proxy that sends again: the second finds that it was done."""
    clerk, reviewer = await desk.clerk(), await desk.reviewer()
    number = desk.work.submitted()
    at = f"/legal/{number}"
    begin = (await clerk.get(at)).form(f"{at}/verify")
    assert (await clerk.fill(begin)).status == 303
    before = rows(desk, DECIDING)
    assert (await clerk.fill(begin)).status == 409
    assert rows(desk, DECIDING) == before
    number = desk.work.ready()
    at = f"/legal/{number}"
    await reviewer.submit(at, f"{at}/evaluate")
    accept = (await reviewer.get(at)).form(f"{at}/accept")
    assert (await reviewer.fill(accept)).status == 303
    before = rows(desk, DECIDING)
    assert (await reviewer.fill(accept)).status == 409
    assert rows(desk, DECIDING) == before
    closing = (await clerk.get(at)).form(f"{at}/close")
    assert (await clerk.fill(closing, why="withdrawn")).status == 303
    before = rows(desk, DECIDING)
    assert (await clerk.fill(closing, why="answered")).status == 409
    assert rows(desk, DECIDING) == before


async def test_a_release_that_is_sent_twice_leaves_once(house: House) -> None:
    number = house.floor.collected()
    clerk, releaser = await house.clerk(), await house.releaser()
    (look,) = [each for each in (await clerk.get(release(number))).forms if each.action.endswith("/review")]
    assert (await clerk.fill(look)).status == 303
    assert (await clerk.fill(look)).status == 409
    (made,) = house.floor_made(number)
    await approve(clerk, made)
    second = next(each for each in (await releaser.get(release(number))).forms if each.action.endswith("/second"))
    answer = releaser.passkey.get(second.options, releaser.origin)
    assert (await releaser.fill(second, answer=answer)).status == 303
    assert (await releaser.fill(second, answer=answer)).status in (403, 409)
    house.floor.noticed(made)
    leave = (await releaser.get(release(number))).form(f"{release(number)}/{made.number}/leave")
    answer = releaser.passkey.get(leave.options, releaser.origin)
    assert (await releaser.fill(leave, answer=answer)).status == 303
    before = rows(house, LEAVING)
    assert (await releaser.fill(leave, answer=answer)).status in (403, 409)
    assert (await releaser.fill(leave)).status in (403, 409), "with a fresh answer, too"
    assert len(house.floor.acts(Act.PRODUCTION_RELEASED)) == 1
    assert rows(house, LEAVING) == before


async def test_the_proof_for_one_package_releases_no_other(house: House) -> None:
    """Two windows of one person: what the passkey answered in one counts for what stood there."""
    first, second = await house.approved(), await house.approved()
    house.floor.noticed(first)
    house.floor.noticed(second)
    releaser = await house.releaser()
    forms = {}
    for made in (first, second):
        here = release(made.request)
        forms[made.number] = (await releaser.get(here)).form(f"{here}/{made.number}/leave")
    answer = releaser.passkey.get(forms[first.number].options, releaser.origin)
    asked = await releaser.fill(forms[second.number], answer=answer)
    assert asked.status == 403 and "Your passkey, please" in asked.text
    assert [house.floor_made(made.request)[0].stage for made in (first, second)] == [Stage.APPROVED] * 2
    assert house.floor.acts(Act.PRODUCTION_RELEASED) == []


async def test_a_window_that_was_left_open_approves_nothing_that_was_taken_back_meanwhile(house: House) -> None:
    made = await house.reviewed()
    clerk, here = await house.clerk(), release(made.request)
    old = next(each for each in (await clerk.get(here)).forms if each.action.endswith("/approve"))
    leave = replace(old, action=f"{here}/{made.number}/leave", passkey=None)
    assert (await clerk.submit(here, f"{here}/{made.number}/withdraw")).status == 303
    assert (await clerk.fill(old)).status == 409
    assert (await clerk.fill(leave)).status == 403, "and who judges does not release"
    assert house.floor_made(made.request)[0].stage is Stage.VOID


async def test_facts_of_a_window_that_was_left_open_change_nothing_that_was_judged(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    number = desk.work.ready()
    at = f"/legal/{number}"
    page = await clerk.get(at)
    desk.work.judged(number)
    before = rows(desk, (*DECIDING, "legal_document"))
    changes = {"fact.offence": "something else", "why": "misread"}
    facts = await clerk.fill(page.form(f"{at}/facts"), **changes)
    attached = await send_files(clerk, f"{at}/attach", [("attachment", "late.txt", "text/plain", b"late")])
    assert (facts.status, attached.status) == (409, 409)
    assert "its facts were judged" in facts.text and "its facts were judged" in attached.text
    assert rows(desk, (*DECIDING, "legal_document")) == before
    assert service.of(desk.db, number).state is State.SCOPED


@pytest.mark.parametrize("number", ["4711", "0", "999999999999999", "9" * 40])
async def test_a_number_that_is_not_there_is_one_refusal_on_every_page(desk: LegalPages, number: str) -> None:
    """No page makes anything of it, and none breaks."""
    visitor = await desk.visitor(Role.LEGAL_CLERK, Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER)
    before = rows(desk, DECIDING)
    for path in ("", "/letter", "/notice"):
        assert (await visitor.get(f"/legal/{number}{path}")).status in (404, 409), path
    for path in ("verify", "answer", "verified", "evaluate", "quarantine", "hand-in", "notice/tell"):
        assert (await visitor.post(f"/legal/{number}/{path}")).status in (404, 409), path
    assert (await visitor.get(f"/agencies/{number}")).status in (404, 409)
    assert (await visitor.get(f"/legal/vault/{number}")).status in (404, 409)
    assert rows(desk, DECIDING) == before
