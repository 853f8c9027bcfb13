# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The door of the pages: other names, other sites, forged forms, and bytes that are no form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privity.desk.console import forms
from privity.desk.console.errors import FormInvalid
from privity.desk.console.headers import HEADERS
from privity.desk.staff.rights import Role
from tests.desk.console.conftest import Pages
from tests.desk.console.visitor import ORIGIN, SESSION, Answer, Visitor
from tests.desk.contents import contents


def check_headers(answer: Answer) -> None:
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, (name, answer.status)


async def test_every_kind_of_answer_says_what_the_browser_must_obey(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    for answer in (
        await visitor.get("/help"),
        await visitor.get("/static/desk.css"),
        await visitor.get("/static/none.css"),
        await visitor.get("/audit"),
        await visitor.get("/"),
        await visitor.get("/nowhere"),
        await visitor.get("/staff/x"),
        await visitor.get("/help", {"Host": "evil.example"}),
        await visitor.post("/staff/invite"),
        await visitor.post("/help"),
        await visitor.send("/me/letters", b"\xff"),
        await console.browser().get("/help"),
    ):
        check_headers(answer)


async def test_the_policy_allows_nothing_in_line_and_nothing_from_elsewhere(console: Pages) -> None:
    visitor = await console.visitor(*Role)
    policy = HEADERS["Content-Security-Policy"]
    for rule in (
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "form-action 'self'",
        "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'",
    ):  # fmt: skip
        assert rule in policy.split("; ")
    assert "unsafe" not in policy and "*" not in policy and "data:" not in policy
    for path in ("/sign-in", "/join", "/help", "/staff", f"/staff/{visitor.number}", "/me", "/audit"):
        text = (await visitor.get(path)).text
        assert " style=" not in text and "<style" not in text and " onclick=" not in text, path
        assert text.count("<script") == text.count('<script src="/static/'), path
        assert "http://" not in text and "https://" not in text, path


@pytest.mark.parametrize(
    "host", ["evil.example", "desk.example.evil.example", "127.0.0.1:8441", "desk.example:444", ""]
)
async def test_another_name_is_not_this_desk(console: Pages, host: str) -> None:
    """A name of the attacker's that points to this machine makes their page the same origin to a browser."""
    visitor = await console.visitor(Role.ADMIN)
    answer = await visitor.get("/staff", {"Host": host})
    assert answer.status == 421
    assert "Member" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://desk.example"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_a_form_of_another_site_does_nothing(console: Pages, headers: dict[str, str]) -> None:
    visitor, _ = await console.visitor(Role.ADMIN), await console.visitor(Role.ADMIN)
    body = urlencode({"csrf": await visitor.token(), "name": "Mallory", "role": "admin"}).encode()
    before = contents(console.db)
    assert (await visitor.send("/staff/invite", body, headers)).status == 403
    assert contents(console.db) == before
    assert (await visitor.send("/staff/invite", body)).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_site_cannot_load_a_page_as_a_picture_or_a_script(console: Pages, site: str) -> None:
    visitor = await console.visitor(Role.ADMIN)
    for dest in ("image", "script", "iframe", "empty"):
        loading = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": "no-cors"}
        assert (await visitor.get("/staff", loading)).status == 403
    framing = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    assert (await visitor.get("/staff", framing)).status == 403
    following = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert (await visitor.get("/staff", following)).status == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "é", "a b"])
async def test_a_form_without_the_token_of_this_browser_does_nothing(console: Pages, token: str) -> None:
    visitor = await console.visitor(Role.ADMIN)
    before = contents(console.db)
    answer = await visitor.post("/staff/invite", csrf=token, name="Mallory", role="admin")
    assert answer.status == 403
    assert contents(console.db) == before


async def test_the_token_of_another_browser_is_none(console: Pages) -> None:
    visitor, other = await console.visitor(Role.ADMIN), await console.visitor(Role.ADMIN)
    answer = await visitor.post("/staff/invite", csrf=await other.token(), name="Mallory", role="admin")
    assert answer.status == 403


async def test_signing_somebody_in_as_somebody_else_takes_a_form_of_their_own_browser(console: Pages) -> None:
    """A stranger's page would sign the victim in as the stranger, to see what the victim does there."""
    stranger = await console.visitor(Role.MODERATOR)
    page = await console.browser().get("/sign-in")
    victim = console.browser()
    await victim.get("/sign-in")
    victim.passkey = stranger.passkey
    assert (await victim.fill(page.form("/sign-in"))).status == 403
    assert SESSION not in victim.cookies


async def test_a_form_holds_what_the_page_asks_for_and_nothing_else(console: Pages) -> None:
    visitor = await console.visitor(Role.ADMIN)
    wrong: list[tuple[dict[str, str | list[str]], str]] = [
        ({"name": "Bo", "role": "admin", "state": "active"}, "state"),
        ({"name": ["Bo", "Bob"], "role": "admin"}, "name came 2 times"),
        ({"name": "Bo", "role": "emperor"}, "emperor"),
        ({"name": "x" * 81, "role": "admin"}, "80"),
        ({"role": "admin"}, "name"),
        ({"name": "", "role": "admin"}, "name"),
        ({"csrf": ["a", "b"]}, "csrf came 2 times"),
    ]
    for fields, said in wrong:
        answer = await visitor.post("/staff/invite", fields)
        assert answer.status == 400, fields
        assert said in answer.text.replace("&#39;", "'"), (fields, answer.text)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"csrf=%ff", "application/x-www-form-urlencoded", 400),
        (b"csrf", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 1001, "application/x-www-form-urlencoded", 400),
        (b"csrf=x", "text/plain", 400),
        (b'{"csrf": "x"}', "application/json", 400),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 400),
        (b"csrf=" + b"x" * (forms.MAX_FORM_BYTES + 1), "application/x-www-form-urlencoded", 413),
        (b"", "application/x-www-form-urlencoded", 403),
    ],
)
async def test_bytes_that_are_no_form_are_refused_by_name(console: Pages, body: bytes, kind: str, status: int) -> None:
    visitor = await console.visitor(Role.ADMIN)
    answer = await visitor.send("/staff/invite", body, {"Content-Type": kind})
    assert answer.status == status, answer.text
    check_headers(answer)


async def test_a_body_without_a_length_is_bounded_too(console: Pages) -> None:
    visitor = await console.visitor(Role.ADMIN)

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"csrf=" + b"x" * 65536

    headers = {
        "Host": "desk.example",
        "Origin": ORIGIN,
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{SESSION}={visitor.cookies[SESSION]}",
    }
    async with console.client.post("/staff/invite", data=parts(), headers=headers) as response:
        assert response.status == 413


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_fields_or_refused_by_name(body: bytes) -> None:
    try:
        found = forms.fields_of(body)
    except FormInvalid:
        return
    assert all(isinstance(value, str) for values in found.values() for value in values)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(alphabet="/abc.%{}:?#0123456789-_~é\u202e ", max_size=40))
async def test_any_path_is_answered_and_no_bug(console: Pages, path: str) -> None:
    nobody = Visitor(console.client)
    answer = await nobody.get("/" + path.lstrip("/"))
    assert answer.status < 500, (path, answer.text)


async def test_a_bug_is_a_page_without_details(console: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = await console.visitor(Role.ADMIN)

    def broken(*_: object) -> None:
        raise RuntimeError("the secret word is teapot")

    monkeypatch.setattr("privity.desk.staff.service.members", broken)
    answer = await visitor.get("/staff")
    assert answer.status == 500
    assert "teapot" not in answer.text and "RuntimeError" not in answer.text and "Traceback" not in answer.text
    check_headers(answer)


async def test_what_is_refused_says_what_happened_and_the_next_step(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    answer = await visitor.get("/audit")
    assert "may not read the audit log" in answer.text and "An admin gives roles" in answer.text
    missing = await visitor.get("/staff/77")
    assert (missing.status, "Nobody here has the number 77" in missing.text) == (404, True)
