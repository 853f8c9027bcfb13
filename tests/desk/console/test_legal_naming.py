# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Naming other people on the pages: offered where law and order allow it, decided by one, confirmed by another."""

from __future__ import annotations

from typing import Final

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import State
from privity.desk.legal.requests.office import Rules
from privity.desk.staff.rights import Role
from privity.production.classes import Releasable
from tests.desk.console.legal_scene import LegalPages, desk, fresh
from tests.desk.legal.casework import WARRANT
from tests.desk.legal.rulebook.bases import NAMES, PROFILE, naming

__all__ = ["desk", "fresh"]

STATE: Final = Releasable.ACCOUNT_STATE
HOSTILE: Final = "page 2: <b>with</b> {{7*7}} the names\u202egpj"


@pytest.fixture(autouse=True)
def _rules(desk: LegalPages) -> None:
    """An operator's rulebook, by which a warrant can have others named in two classes."""
    desk.work.rules = Rules(naming(WARRANT, STATE, Releasable.DELIVERY_METADATA), PROFILE)
    object.__setattr__(desk.legal, "rules", desk.work.rules)


def seen(desk: LegalPages) -> int:
    (before,) = desk.db.execute("SELECT count(*) FROM legal_request").fetchone()
    number = desk.work.submitted(WARRANT, {"contact": f"desk {before}", **NAMES})
    desk.work.verified(number)
    desk.work.confirmed(number, names_third_parties=True)
    return number


async def test_a_reviewer_ticks_what_the_order_says_and_another_person_confirms_it(desk: LegalPages) -> None:
    number, reviewer, releaser = seen(desk), await desk.reviewer(), await desk.releaser()
    at = f"/legal/{number}"
    await reviewer.submit(at, f"{at}/evaluate")
    page = await reviewer.get(at)
    assert "name     account_state: the order can have others named in it" in page.text
    form = page.form(f"{at}/accept")
    assert not [value for name, value in form.fields if name == "named"], "nobody is named unless somebody ticks it"
    assert (
        page.text.count('name="named" value="account_state"') == 2
        and 'name="named" value="subscriber"' not in page.text
    )
    assert (await reviewer.fill(form, named=["account_state"])).status == 409, "without what the order says"
    answer = await reviewer.fill(form, named=["account_state"], named_why=HOSTILE)
    assert (answer.status, requests.of(desk.db, number).state) == (303, State.SCOPED), answer.text
    page = await reviewer.get(at)
    assert "<b>with</b>" not in page.text and "{{7*7}}" in page.text and "right-to-left override" in page.text
    assert "Nothing is collected before a second person has confirmed it." in page.text
    assert not [each for each in page.forms if each.action == f"{at}/naming"], "whoever decided is not asked"
    assert f"Request {number}</a>: that other people are named waits" in (await releaser.get("/legal/deadlines")).text
    page = await releaser.get(at)
    assert "By this decision other people are named in account state" in page.text
    answer = await releaser.fill(page.form(f"{at}/naming"))
    assert answer.status == 303, answer.text
    found = requests.naming_of(desk.db, number)
    assert found is not None and found.confirmed_by == f"staff:{releaser.number}"
    page = await releaser.get(at)
    assert "that other people are named" not in (await releaser.get("/legal/deadlines")).text
    assert "Confirmed by" in page.text and not [each for each in page.forms if each.action == f"{at}/naming"]


async def test_what_is_not_offered_is_refused_whoever_sends_it(desk: LegalPages) -> None:
    number, reviewer = seen(desk), await desk.reviewer()
    at = f"/legal/{number}"
    await reviewer.submit(at, f"{at}/evaluate")
    form = (await reviewer.get(at)).form(f"{at}/accept")
    for data_class in ("subscriber", "content_reported", "content_profile"):
        answer = await reviewer.fill(form, named=[data_class, "account_state"], named_why="page 2")
        assert answer.status == 409 and "Wider" in answer.text, data_class
    assert (await reviewer.fill(form, named=["content_e2ee"], named_why="page 2")).status == 400
    narrow = (await reviewer.get(at)).form(f"{at}/narrow")
    answer = await reviewer.fill(
        narrow,
        classes=["subscriber"],
        named=["account_state"],
        named_why="page 2",
        words="less",
        target=["0"],
        grounds=["rulebook"],
    )
    assert answer.status == 409 and "Wider" in answer.text
    silent = desk.work.ready(WARRANT)
    await reviewer.submit(f"/legal/{silent}", f"/legal/{silent}/evaluate")
    page = await reviewer.get(f"/legal/{silent}")
    assert 'name="named"' not in page.text
    answer = await reviewer.fill(page.form(f"/legal/{silent}/accept"), named=["account_state"], named_why="page 2")
    assert answer.status == 409 and requests.of(desk.db, silent).state is State.VERIFIED


async def test_one_person_alone_confirms_nothing_and_no_passkey_counts_for_another_decision(desk: LegalPages) -> None:
    number = seen(desk)
    at = f"/legal/{number}"
    alone = await desk.visitor(Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER)
    await alone.submit(at, f"{at}/evaluate")
    await alone.fill((await alone.get(at)).form(f"{at}/accept"), named=["account_state"], named_why="page 2")
    page = await alone.get(at)
    assert "You decided so. Somebody else confirms it." in page.text
    other = seen(desk)
    releaser = await desk.releaser()
    await alone.submit(f"/legal/{other}", f"/legal/{other}/evaluate")
    theirs = (await alone.get(f"/legal/{other}")).form(f"/legal/{other}/accept")
    await alone.fill(theirs, named=["account_state"], named_why="page 2")
    form = (await releaser.get(at)).form(f"{at}/naming")
    assert form.passkey == "get"
    given = {name: value for name, value in form.fields if name != "answer"}
    answer = releaser.passkey.get(form.options, releaser.origin)
    assert (await releaser.post(f"{at}/naming", given)).status != 303, "it takes a passkey now"
    moved = await releaser.post(f"/legal/{other}/naming", {**given, "answer": answer})
    assert moved.status != 303 and requests.naming_of(desk.db, other).confirmed_by is None  # type: ignore[union-attr]  # it waits
    for who in (alone, await desk.reviewer(), await desk.clerk()):
        assert (await who.post(f"{at}/naming", {"answer": answer})).status != 303
    assert desk.work.log(Act.LEGAL_NAMING_CONFIRMED) == []


@pytest.mark.parametrize("path", ["/legal/77/naming", "/legal/x/naming"])
async def test_what_is_not_there_is_refused(desk: LegalPages, path: str) -> None:
    releaser = await desk.releaser()
    assert (await releaser.post(path)).status in (404, 409)
