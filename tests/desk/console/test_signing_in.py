# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Coming in by the pages: with a code, with a passkey, and what a session is worth afterwards."""

from __future__ import annotations

import re

from privity.desk.audit import reading
from privity.desk.audit.acts import Act
from privity.desk.limits import SESSION_IDLE_MS, SESSION_MS
from privity.desk.staff.rights import Role
from tests.desk.console.conftest import Pages
from tests.desk.console.visitor import DOOR, SESSION, Visitor
from tests.desk.contents import contents, stands_in
from tests.desk.staff.authenticator import Authenticator


async def signed_out(visitor: Visitor) -> bool:
    answer = await visitor.get("/help")
    return (answer.status, answer.location) == (303, "/sign-in")


async def test_a_code_makes_a_passkey_and_the_passkey_signs_in(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    assert (await visitor.get("/help")).status == 200
    again = console.browser()
    again.passkey = visitor.passkey
    assert (await again.sign_in()).location == "/"
    assert (await again.get("/staff")).status == 200


async def test_whoever_is_nobody_is_led_to_the_door(console: Pages) -> None:
    nobody = console.browser()
    assert (await nobody.get("/")).location == "/sign-in"
    assert await signed_out(nobody)
    assert "passkey" in (await nobody.get("/sign-in")).text


async def test_a_wrong_code_says_so_and_a_used_one_says_the_same(console: Pages) -> None:
    _, code = console.invite(Role.ADMIN)
    await console.browser().join(code)
    used, wrong = await console.browser().join(code), await console.browser().join("not a code")
    assert (used.status, wrong.status) == (409, 409)
    assert used.text == wrong.text
    assert "is not one of ours, was used, or is too old" in used.text


async def test_guessing_codes_is_stopped(console: Pages) -> None:
    nobody = console.browser()
    statuses = [(await nobody.post("/join", code=f"guess{n}")).status for n in range(25)]
    assert statuses == [409] * 20 + [429] * 5


async def test_a_token_that_was_there_before_signing_in_is_worth_nothing_after(console: Pages) -> None:
    """Fixation: somebody puts cookies of their choice into a browser, waits, and uses them."""
    visitor = await console.visitor(Role.MODERATOR)
    chosen = "ab" * 32
    victim = console.browser()
    victim.passkey = visitor.passkey
    victim.cookies = {SESSION: chosen, DOOR: "cd" * 32}
    assert (await victim.sign_in()).location == "/"
    assert victim.cookies[SESSION] != chosen
    assert DOOR not in victim.cookies
    for stolen in ({SESSION: chosen}, {SESSION: "cd" * 32}, {DOOR: chosen}):
        thief = console.browser()
        thief.cookies = dict(stolen)
        assert await signed_out(thief)


async def test_signing_in_again_ends_the_session_before(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    old = dict(visitor.cookies)
    _, code = console.invite(Role.MODERATOR)
    visitor.passkey = Authenticator()
    assert (await visitor.join(code)).location == "/"
    before = console.browser()
    before.cookies = old
    assert await signed_out(before)


async def test_signing_out_ends_the_session_at_the_desk_too(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    stolen = console.browser()
    stolen.cookies = dict(visitor.cookies)
    assert not await signed_out(stolen)
    answer = await visitor.submit("/help", "/sign-out")
    assert (answer.status, answer.location) == (303, "/sign-in")
    assert SESSION not in visitor.cookies
    assert await signed_out(stolen)
    assert [entry.act for entry in reading.page(console.db, limit=100)][-1] is Act.SIGNED_OUT


async def test_a_browser_that_is_left_alone_is_signed_out(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    console.clock.pass_ms(SESSION_IDLE_MS - 1)
    assert not await signed_out(visitor)
    console.clock.pass_ms(SESSION_IDLE_MS)
    assert await signed_out(visitor)


async def test_a_day_of_work_ends(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    for _ in range(SESSION_MS // (SESSION_IDLE_MS // 2) - 1):
        console.clock.pass_ms(SESSION_IDLE_MS // 2)
        assert not await signed_out(visitor)
    console.clock.pass_ms(SESSION_IDLE_MS // 2)
    assert await signed_out(visitor)


async def test_the_token_of_a_session_is_not_in_the_database(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR, name="Ada Example")
    token = visitor.cookies[SESSION]
    assert stands_in(console.db, "Ada Example") == ["staff_member"], "the search is not blind"
    assert stands_in(console.db, token) == []
    assert bytes.fromhex(token) not in [
        value for rows in contents(console.db).values() for row in rows for value in row
    ]


async def test_the_cookie_of_a_colleague_makes_nobody_two_people(console: Pages) -> None:
    """A form of one session does not pass with the cookie of another, and neither does an answer of a passkey."""
    admin, other = await console.visitor(Role.ADMIN), await console.visitor(Role.ADMIN)
    third = await console.visitor(Role.MODERATOR)
    form = (await admin.get(f"/staff/{third.number}")).form(f"/staff/{third.number}/end")
    taken = console.browser()
    taken.passkey, taken.cookies = admin.passkey, dict(other.cookies)
    answer = await taken.fill(form, reason="a trick")
    assert answer.status == 403
    form.fields = [("csrf", await other.token()) if name == "csrf" else (name, value) for name, value in form.fields]
    answer = await taken.fill(form, reason="a trick")
    assert answer.status == 403
    assert "something else than this" in answer.text
    assert not await signed_out(third)


async def test_cookies_are_for_this_host_over_tls_and_for_no_script(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    answer = await visitor.submit("/help", "/sign-out")
    for set_cookie in (answer.headers["Set-Cookie"], (await console.browser().get("/sign-in")).headers["Set-Cookie"]):
        assert set_cookie.startswith("__Host-privity-desk")
        for word in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/"):
            assert re.search(rf"; {word}(;|$)", set_cookie), set_cookie
        assert "Domain" not in set_cookie
