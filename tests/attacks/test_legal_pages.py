# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every route of the legal desk and of the agencies' door at once: other sites, other browsers, sessions that are over.

The routes come out of the table of pages, so that one that is added tomorrow is attacked tomorrow.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

import pytest

from privity.desk.console.headers import HEADERS
from privity.desk.console.pages import Open, Page
from privity.desk.console.table import TABLE
from privity.desk.limits import SESSION_IDLE_MS, SESSION_MS
from privity.desk.staff import service as staff
from privity.desk.staff.rights import Role
from tests.desk.console.conftest import OWNER
from tests.desk.console.legal_scene import BOUNDARY, LegalPages, desk, fresh, multipart
from tests.desk.console.test_matrix import path_of
from tests.desk.console.visitor import DOOR, SESSION, Answer, Visitor

__all__ = ["desk", "fresh"]

LEGAL: Final = tuple(page for page in TABLE if page.path.startswith(("/legal", "/agencies", "/agency")))
OPEN: Final = tuple(page for page in LEGAL if page.needs is Open.TO_EVERYBODY)
ACTS: Final = tuple(page for page in LEGAL if page.method == "POST")
ROLES: Final = (Role.LEGAL_CLERK, Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER, Role.AUDITOR)
"""All that opens any of these pages, in one person: whatever is refused below is refused for another reason."""
AS_A_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
WITH_FILES: Final = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


async def send(visitor: Visitor, page: Page, fields: dict[str, str | list[str]], more: dict[str, str]) -> Answer:
    """A form as a browser would send it to this page."""
    if page.files:
        return await visitor.send(path_of(page), multipart(fields), WITH_FILES | more)
    return await visitor.send(path_of(page), urlencode(fields, doseq=True).encode(), AS_A_FORM | more)


def changed(desk: LegalPages) -> int:
    return int(desk.db.total_changes)


def test_the_routes_that_are_attacked_here_are_there() -> None:
    assert len(LEGAL) >= 80 and len(ACTS) >= 55 and len(OPEN) >= 13, (len(LEGAL), len(ACTS), len(OPEN))
    assert {page.path.partition("/")[2].partition("/")[0] for page in LEGAL} == {"legal", "agencies", "agency"}


async def test_no_form_is_taken_without_the_token_of_the_browser_that_it_was_shown_to(desk: LegalPages) -> None:
    desk.work.submitted()
    visitor, other, nobody = await desk.visitor(*ROLES), await desk.visitor(*ROLES), desk.browser()
    foreign = {"none": None, "empty": "", "zeros": "0" * 64, "a colleague's": await other.token()}
    foreign["the door's"] = await nobody.token()
    own, before = await visitor.token(), changed(desk)
    for page in ACTS:
        for what, token in foreign.items():
            answer = await send(visitor, page, {} if token is None else {"csrf": token}, {})
            assert answer.status == 403 and "ForeignRequest" in answer.text, (page.path, what, answer.status)
        twice = await send(visitor, page, {"csrf": [own, own]}, {})
        assert twice.status == 400 and "csrf came 2 times" in twice.text, page.path
    for page in OPEN:
        if page.method == "POST":
            answer = await send(nobody, page, {"csrf": own}, {})
            assert answer.status == 403 and "ForeignRequest" in answer.text, page.path
    assert changed(desk) == before, "nothing was written by any of it"


@pytest.mark.parametrize(
    "from_elsewhere",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://desk.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
    ],
    ids=["another-origin", "no-origin", "without-tls", "cross-site", "same-site", "another-name"],
)
async def test_a_page_of_another_site_does_nothing_here(desk: LegalPages, from_elsewhere: dict[str, str]) -> None:
    """The browser brings its cookie and, as if it had leaked, the token of its forms."""
    desk.work.submitted()
    visitor = await desk.visitor(*ROLES)
    token, before = await visitor.token(), changed(desk)
    for page in ACTS:
        answer = await send(visitor, page, {"csrf": token}, from_elsewhere)
        assert answer.status in (403, 421), (page.path, answer.status)
    for page in LEGAL:
        if page.method == "GET" and "Sec-Fetch-Site" in from_elsewhere:
            framed = from_elsewhere | {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
            assert (await visitor.get(path_of(page), framed)).status == 403, page.path
    assert changed(desk) == before


async def opens_none(desk: LegalPages, what: str, visitor: Visitor) -> None:
    """Every page leads to the way in, and nothing is written."""
    before = changed(desk)
    for page in LEGAL:
        if page.needs is Open.TO_EVERYBODY:
            continue
        if page.method == "GET":
            answer = await visitor.get(path_of(page))
        else:
            answer = await send(visitor, page, {"csrf": "0" * 64}, {})
        assert (answer.status, answer.location) == (303, "/sign-in"), (what, page.path)
    assert changed(desk) == before, what


async def test_a_session_that_is_over_opens_none_of_them(desk: LegalPages) -> None:
    desk.work.submitted()
    idle, late, ended, left = [await desk.visitor(*ROLES) for _ in range(4)]
    stolen = dict(left.cookies)
    await left.submit("/help", "/sign-out")
    left.cookies = stolen
    await opens_none(desk, "signed out", left)
    staff.end(desk.db, OWNER, ended.number, "left the team", desk.clock.now_ms)
    await opens_none(desk, "who was ended", ended)
    began, step = desk.clock.now_ms, SESSION_IDLE_MS - 60_000
    for at in range(began + step, began + SESSION_MS, step):
        desk.clock.now_ms = at
        assert (await late.get("/help")).status == 200, "in use all day long"
        if at == began + 2 * step:
            await opens_none(desk, "left alone for half an hour", idle)
    desk.clock.now_ms = began + SESSION_MS
    await opens_none(desk, "after twelve hours", late)


async def test_every_answer_says_that_it_is_kept_nowhere_framed_nowhere_and_is_what_it_says(desk: LegalPages) -> None:
    desk.work.submitted()
    visitor, nobody = await desk.visitor(*ROLES), desk.browser()
    seen = set()
    for page in LEGAL:
        for who in (visitor, nobody):
            if page.method == "GET":
                answer = await who.get(path_of(page))
            else:
                answer = await send(who, page, {"csrf": await who.token()}, {})
            for name, value in HEADERS.items():
                assert answer.headers.get(name) == value, (page.method, page.path, name)
            seen.add(answer.status)
    assert HEADERS["Cache-Control"] == "no-store" and HEADERS["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in HEADERS["Content-Security-Policy"]
    assert {200, 303, 400} <= seen, "answers of many kinds were looked at"


async def test_cookies_are_for_this_host_alone_and_for_no_script(desk: LegalPages) -> None:
    visitor, nobody = desk.browser(), desk.browser()
    number, code = desk.invite(Role.LEGAL_CLERK)
    page = await visitor.submit("/join", "/join", code=code)
    joined = await visitor.fill(page.form("/join/passkey"), label="a key")
    door = await nobody.get("/agency")
    officer = Visitor(desk.client, passkey=desk.work.bureau.keys[desk.work.team.officer])
    came = await officer.submit("/agency", "/agency/in")
    for answer, name in ((joined, SESSION), (door, DOOR), (came, DOOR)):
        said = [each.strip() for each in answer.headers["Set-Cookie"].split(";")]
        assert re.fullmatch(f"{name}=[0-9a-f]{{64}}", said[0]), said
        assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= set(said), said
        assert not [each for each in said if each.lower().startswith(("domain", "expires", "max-age"))], said
    assert number
