# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every page and every role: who may not is told so, and nothing in the database is another than before."""

from __future__ import annotations

import re
from typing import Final

import pytest

from privity.desk.console.pages import Open, Page
from privity.desk.console.table import TABLE
from privity.desk.staff import rights
from privity.desk.staff.rights import RIGHTS, Right, Role
from tests.desk.console.conftest import Pages
from tests.desk.contents import contents

PATHS: Final = {"name": "desk.css"}
"""What stands in a path where it is no number."""


def path_of(page: Page) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", lambda part: PATHS.get(part[1], "1"), page.path)


def may(role: Role, page: Page) -> bool:
    return isinstance(page.needs, Open) or page.needs in RIGHTS[role]


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_does_not_do_the_acts_of_another(console: Pages, role: Role) -> None:
    visitor = await console.visitor(role)
    token = await visitor.token()
    before, changes = contents(console.db), console.db.total_changes
    for page in TABLE:
        if may(role, page):
            continue
        if page.method == "GET":
            answer = await visitor.get(path_of(page))
        else:
            answer = await visitor.post(path_of(page), csrf=token)
        assert answer.status == 403, (page.method, page.path, answer.status)
        assert isinstance(page.needs, Right)
        assert f"You may not {page.needs.value}." in answer.text
        assert console.db.total_changes == changes, (page.method, page.path)
    assert contents(console.db) == before


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_is_not_refused_its_own_pages(console: Pages, role: Role) -> None:
    """What is refused to none of those who may: an empty form is told that it is empty, not that they may not."""
    visitor = await console.visitor(role)
    for page in TABLE:
        if not may(role, page) or page.path == "/sign-out":
            continue
        answer = await (visitor.get if page.method == "GET" else visitor.post)(path_of(page))
        assert answer.status < 500, (page.method, page.path, answer.text)
        assert "NotYourRole" not in answer.text, (page.method, page.path)
        assert answer.location != "/sign-in" or page.needs is Open.TO_EVERYBODY, (page.method, page.path)


async def test_without_a_session_every_page_leads_to_the_door(console: Pages) -> None:
    await console.visitor(Role.ADMIN)
    nobody = console.browser()
    token = await nobody.token()
    before, changes = contents(console.db), console.db.total_changes
    for page in TABLE:
        if page.needs is Open.TO_EVERYBODY:
            continue
        if page.method == "GET":
            answer = await nobody.get(path_of(page))
        else:
            answer = await nobody.post(path_of(page), csrf=token)
        assert (answer.status, answer.location) == (303, "/sign-in"), (page.method, page.path)
        assert console.db.total_changes == changes, (page.method, page.path)
    assert contents(console.db) == before


async def test_a_role_that_is_taken_away_counts_no_more_with_the_next_request(console: Pages) -> None:
    admin, visitor = await console.visitor(Role.ADMIN), await console.visitor(Role.MODERATOR, Role.AUDITOR)
    assert (await visitor.get("/audit")).status == 200
    await admin.submit(f"/staff/{visitor.number}", f"/staff/{visitor.number}/roles", role=["moderator"])
    assert (await visitor.get("/audit")).status == 403


def test_no_page_stands_in_the_table_twice_and_only_the_ways_in_are_open() -> None:
    places = [(page.method, page.path) for page in TABLE]
    assert len(places) == len(set(places))
    assert {(page.method, page.path) for page in TABLE if page.needs is Open.TO_EVERYBODY} == {
        ("GET", "/"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("GET", "/join"),
        ("POST", "/join"),
        ("POST", "/join/passkey"),
        ("GET", "/static/{name}"),
        ("GET", "/agency"),
        ("POST", "/agency/in"),
        ("POST", "/agency/out"),
        ("GET", "/agency/join"),
        ("POST", "/agency/join"),
        ("POST", "/agency/join/passkey"),
        ("POST", "/agency/sign"),
        ("POST", "/agency/signed"),
        ("GET", "/agency/file"),
        ("POST", "/agency/file/sign"),
        ("POST", "/agency/file"),
        ("GET", "/agency/letters"),
        ("POST", "/agency/letters/{letter:[0-9]+}"),
        ("GET", "/agency/letters/{letter:[0-9]+}/answer"),
        ("POST", "/agency/letters/{letter:[0-9]+}/answer"),
        ("POST", "/agency/letters/{letter:[0-9]+}/answered"),
        ("GET", "/agency/download/{name}"),
        ("POST", "/agency/download/{name}"),
    }
    assert {page.method for page in TABLE} == {"GET", "POST"}


def test_every_right_is_somebodys_and_no_role_has_all() -> None:
    assert set().union(*RIGHTS.values()) == set(Right)
    assert all(RIGHTS[role] != set(Right) for role in Role)
    assert set(rights.RIGHTS) == set(Role)
    for role in (Role.ADMIN, Role.AUDITOR):
        assert not RIGHTS[role] & {Right.SEE_CASE, Right.OPEN_EVIDENCE, Right.SEE_QUEUE, Right.DECIDE}
