# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Legal requests in Chromium: an agency comes in, its officer signs, staff verify and judge, and all are revoked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect
from pyrage import x25519

from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT
from privity.faces.demo.home import Home
from privity.faces.drill.legal import rules
from tests.desk.legal.agencies.bureau import TEAPOTS
from tests.desk.legal.casework import written
from tests.e2e.axe import need_axe
from tests.e2e.running import chromium
from tests.e2e.staff import Colleague, colleague, invite, without_scripts
from tests.e2e.test_desk_cases import letter, tab_to
from tests.e2e.test_desk_console import look_over, origin
from tests.waiting import accepts, wait_until

HOSTILE = "</dd><script>alert(1)</script> {{7*7}} invoice\u202egpj.exe"
NO_ICON = "Failed to load resource: the server responded with a status of 404 (Not Found)"
"""A browser looks for the icon of a text at an address of its own, for a text has no head that could name one."""
TODAY = datetime.now(UTC).date()
TWO = [{"kind": "handle", "value": "pot.collector"}, {"kind": "handle", "value": "kettle.thief"}]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Home]:
    """A desk that answers legal requests, by a rulebook in force; its hub is away, which no page minds."""
    home = Home(tmp_path)
    home.init(watched=False)
    (home.home / "profile.yaml").write_bytes(rules.profile())
    (home.home / "rulebook.yaml").write_bytes(rules.rulebook(TODAY))
    section = '[desk.legal]\nprofile = "profile.yaml"\nrulebook = "rulebook.yaml"\ncontact = "legal@hub.example"\n'
    home.config.write_text(f"{home.config.read_text()}\n{section}")
    home.desk.start()
    try:
        wait_until(lambda: accepts(home.desk_port), "the desk to listen")
        yield home
    finally:
        home.desk.stop()


async def test_a_request_from_an_agency_that_comes_in_to_a_decision(desk: Home) -> None:
    need_axe()
    wrong: list[str] = []
    at = origin(desk)
    async with (
        chromium() as browser,
        colleague(browser, at) as clerk,
        colleague(browser, at) as reviewer,
        colleague(browser, at) as releaser,
        colleague(browser, at) as supervisor,
        colleague(browser, at) as officer,
    ):
        for one, name, role in (
            (clerk, "Cleo Clerk", "legal_clerk"),
            (reviewer, "Rae Reviewer", "legal_reviewer"),
            (releaser, "Rolf Releaser", "legal_releaser"),
        ):
            await one.come(invite(desk, name, role))
        await clerk.open("/legal")
        await look_over(clerk, "legal-none", wrong)
        await an_agency_comes_in(clerk, releaser, supervisor, officer, wrong)
        await the_officer_signs(officer, wrong)
        await the_clerk_finds_out_who_asks(clerk, wrong)
        await the_reviewer_judges(reviewer, wrong)
        async with without_scripts(browser, clerk) as plain:
            await by_a_form_without_scripts(plain)
        await clerk.open("/legal/file")
        await look_over(clerk, "legal-file", wrong)
        await all_are_revoked(releaser, wrong)
        await clerk.open("/legal/1")
        await expect(clerk.page.get_by_text("Held: who asks is not active any more.")).to_be_visible()
        await look_over(clerk, "legal-held", wrong)
        for one in (clerk, reviewer, supervisor, officer):
            assert one.complaints == [], one.complaints
    assert wrong == []


async def an_agency_comes_in(
    clerk: Colleague, releaser: Colleague, supervisor: Colleague, officer: Colleague, wrong: list[str]
) -> None:
    await clerk.open("/agencies")
    await tab_to(clerk, clerk.page.locator("summary", has_text="Found in a register"))
    await clerk.page.keyboard.press("Enter")
    for label, value in (
        ("Name, as the register has it", TEAPOTS.name),
        ("Country, in two letters", "DE"),
        ("Its domain in the register", TEAPOTS.domain),
        ("Its number in the register", TEAPOTS.switchboard),
        ("Which register", TEAPOTS.register),
        ("Where the entry stands", HOSTILE.replace("\u202e", "")),
    ):
        await clerk.page.get_by_label(label).fill(value)
    await clerk.page.get_by_label("What kind of authority").select_option("public_prosecutor")
    await look_over(clerk, "agencies-enrol", wrong)
    await clerk.press("Begin to enrol it")
    await expect(clerk.page.get_by_text("Next: Send a code to its domain")).to_be_visible()
    await look_over(clerk, "agency-mail", wrong)
    await clerk.press("Make a code to send")
    await look_over(clerk, "agency-code", wrong)
    code = await clerk.code()
    await clerk.follow(clerk.page.get_by_role("link", name="Done"))
    await clerk.page.get_by_label("The code that came back").fill(code)
    await clerk.page.get_by_label("The domain that it came from").fill(TEAPOTS.domain)
    await clerk.page.get_by_label("the mail passed DMARC for that domain").check()
    await clerk.press("It came back")
    await clerk.press("Make a code to have read back")
    code = await clerk.code()
    await clerk.follow(clerk.page.get_by_role("link", name="Done"))
    await clerk.page.get_by_label("The code that was read back").fill(code)
    await clerk.page.get_by_label("The number that you called").fill(TEAPOTS.switchboard)
    await clerk.press("They read it back")
    await clerk.page.get_by_label("Whom the switchboard put through").fill("Sam Supervisor")
    await clerk.press("Name them")
    await look_over(clerk, "agency-invited", wrong)

    await supervisor.page.goto(await clerk.code())
    await expect(supervisor.page.get_by_label("One-time code")).not_to_have_value("")
    await look_over(supervisor, "agency-join", wrong)
    await supervisor.press("Go on")
    await look_over(supervisor, "agency-passkey", wrong)
    await supervisor.press("Make a passkey")
    await supervisor.page.get_by_label("Their name").fill("Olga Officer")
    await supervisor.press("Name them")
    await look_over(supervisor, "agency-sign", wrong)
    await supervisor.press("Sign it with my passkey")
    await expect(supervisor.heading("A code for Olga Officer")).to_be_visible()

    await officer.page.goto(await supervisor.code())
    await officer.press("Go on")
    await officer.press("Make a passkey")
    await officer.page.get_by_label("The public key, which begins with age1").fill(
        str(x25519.Identity.generate().to_public())
    )
    await officer.press("Enrol this key")
    await officer.press("Sign it with my passkey")
    await expect(officer.page.get_by_text("Your supervisor confirms you next.")).to_be_visible()
    await look_over(officer, "agency-officer", wrong)
    await supervisor.open("/agency")
    await look_over(supervisor, "agency-supervisor", wrong)
    await supervisor.press("Confirm Olga Officer")
    await supervisor.press("Sign it with my passkey")
    await expect(supervisor.page.get_by_text("Olga Officer, officer:2: active")).to_be_visible()

    await releaser.open("/agencies")
    await letter(releaser, "j")
    await letter(releaser, "o")
    await expect(releaser.page.get_by_text("Next: A second member of staff")).to_be_visible()
    await look_over(releaser, "agency-confirm", wrong)
    await tab_to(releaser, releaser.page.get_by_role("button", name="I have looked at all of it, and confirm"))
    await releaser.page.keyboard.press("Enter")
    await expect(releaser.page.get_by_text("May file")).to_be_visible()


async def the_officer_signs(officer: Colleague, wrong: list[str]) -> None:
    await officer.open("/agency/file")
    await look_over(officer, "agency-file", wrong)
    change = {"offence": HOSTILE, "return_date": (TODAY + timedelta(days=14)).isoformat(), "targets": TWO}
    await officer.page.get_by_label("Or its text").fill(written("us.sca.subpoena", change).decode())
    await officer.press("Go on")
    await expect(officer.heading("Sign the request")).to_be_visible()
    await officer.page.get_by_label("What goes with it").set_input_files(
        {"name": "order.txt", "mimeType": "text/plain", "buffer": b"An invented order."}
    )
    await look_over(officer, "agency-file-sign", wrong)
    await officer.press("Sign it and hand it in")
    shown = officer.page.locator("pre")
    await expect(shown).to_have_text(ACKNOWLEDGEMENT.decode().strip())
    await officer.open("/agency")
    assert set(officer.complaints) <= {NO_ICON}, officer.complaints
    officer.complaints.clear()


async def the_clerk_finds_out_who_asks(clerk: Colleague, wrong: list[str]) -> None:
    main = clerk.page.get_by_role("main")
    await clerk.open("/legal")
    await look_over(clerk, "legal", wrong)
    await letter(clerk, "j")
    await letter(clerk, "o")
    await expect(clerk.heading("Request 1")).to_be_visible()
    await expect(main).to_contain_text("</dd><script>alert(1)</script> {{7*7}} invoice")
    await expect(main.locator(".sign").first).to_have_text("U+202E right-to-left override")
    await letter(clerk, "d")
    await expect(clerk.page.get_by_role("button", name="Check what the passkey answered")).to_be_visible()
    await look_over(clerk, "legal-verifying", wrong)
    await clerk.press("Check what the passkey answered")
    await expect(main).to_contain_text("Olga Officer")
    await called(clerk, "+49 30 999999")
    await expect(clerk.page.get_by_text("NotTheRegistersNumber")).to_be_visible()
    clerk.complaints.clear()  # the refusal's status
    await clerk.open("/legal/1")
    await called(clerk, TEAPOTS.switchboard)
    await expect(main).to_contain_text("yes, since it was last begun to find out who asks")
    await clerk.press("It is known who asks")
    await expect(main).to_contain_text("It is known who asks; nobody has judged it")
    await tab_to(clerk, clerk.page.locator("summary", has_text="Facts").first)
    await clerk.page.keyboard.press("Enter")
    group = clerk.page.get_by_role("group", name="I have seen that this is there")
    for box in await group.get_by_role("checkbox").all():
        await box.check()
    await clerk.page.get_by_label("Where, and how").fill("On the paper.")
    await look_over(clerk, "legal-facts", wrong)
    await clerk.press("I have seen it")
    await clerk.page.locator("summary", has_text="Facts").first.click()
    await clerk.page.get_by_label("none, and I looked").first.check()
    await clerk.page.get_by_label("Whether it is in a language that the operator accepts").check()
    await clerk.page.get_by_label("Why").last.scroll_into_view_if_needed()
    await clerk.page.locator('form[action$="/facts"] textarea[name="why"]').fill("I looked.")
    await clerk.press("Set these facts")
    await expect(main).to_contain_text("A clerk set facts: I looked.")
    await clerk.press("Open document 1")
    await expect(clerk.page.get_by_role("region", name="The document, exactly")).to_be_visible()
    await look_over(clerk, "legal-paper", wrong)


async def called(clerk: Colleague, number: str) -> None:
    await clerk.page.get_by_label("The number that you called").fill(number)
    await clerk.page.get_by_label("What was read back").fill("teapot")
    await clerk.page.get_by_label("Who confirmed it").fill("Sam Supervisor")
    await clerk.press("They confirmed it")


async def the_reviewer_judges(reviewer: Colleague, wrong: list[str]) -> None:
    main = reviewer.page.get_by_role("main")
    await reviewer.open("/legal/1")
    await tab_to(reviewer, reviewer.page.get_by_role("button", name="Ask the rulebook", exact=True))
    await reviewer.page.keyboard.press("Enter")
    await expect(main).to_contain_text("verdict: proceed")
    await reviewer.page.locator("summary", has_text="Accept less").click()
    await look_over(reviewer, "legal-judging", wrong)
    await reviewer.page.get_by_role("group", name="Targets that stay").get_by_label("kettle.thief").uncheck()
    narrowing = reviewer.page.locator('form[action$="/narrow"]')
    await narrowing.get_by_label("Too many are named").check()
    await narrowing.get_by_label("Why").fill("One of them suffices.")
    await reviewer.press("Accept this and no more")
    await expect(main).to_contain_text("Narrowed (this counts)")
    await expect(main.get_by_role("table")).not_to_contain_text("kettle.thief")
    await look_over(reviewer, "legal-scoped", wrong)
    await reviewer.open("/legal/1/letter")
    await reviewer.page.locator('select[name="sort"]').select_option("not_held")
    await reviewer.press("Show the letter")
    await expect(reviewer.page.get_by_role("region", name="The letter")).to_contain_text(
        "It therefore cannot produce such conversations"
    )
    await look_over(reviewer, "legal-letter", wrong)


async def by_a_form_without_scripts(plain: Colleague) -> None:
    await plain.open("/legal/file")
    await plain.page.locator("summary", has_text="By a form").click()
    await plain.page.get_by_label("On which day it was issued").fill("yesterday")
    await plain.follow(plain.page.locator('form[action="/legal/file/form"]').get_by_role("button", name="Hand it in"))
    await expect(plain.page.get_by_text("issue_date: expected a day such as 2026-01-31")).to_be_visible()
    plain.complaints.clear()  # the refusal's status
    await plain.page.get_by_label("On which day it was issued").fill(TODAY.isoformat())
    form = plain.page.locator('form[action="/legal/file/form"]')
    await form.get_by_label("What came with it").set_input_files(
        {"name": "order.pdf", "mimeType": "application/pdf", "buffer": json.dumps(HOSTILE).encode()}
    )
    await plain.follow(form.get_by_role("button", name="Hand it in"))
    await expect(plain.heading("Request 2")).to_be_visible()


async def all_are_revoked(releaser: Colleague, wrong: list[str]) -> None:
    await releaser.open("/agencies/revoke")
    await look_over(releaser, "agencies-revoke", wrong)
    await releaser.page.locator("form", has_text="Revoke every agency").get_by_label("Reason").fill("stolen keys")
    await releaser.press("Revoke every agency")
    await expect(releaser.page.get_by_text("revoke agencies: all")).to_be_visible()
    await look_over(releaser, "agencies-revoke-prove", wrong)
    releaser.complaints.clear()  # that it is asked again has a status of its own
    await releaser.press("Go on with my passkey")
    await expect(releaser.heading("Revoked")).to_be_visible()
    await look_over(releaser, "agencies-revoked", wrong)
    await releaser.open("/agencies")
    await look_over(releaser, "agencies", wrong)
    assert releaser.complaints == []
