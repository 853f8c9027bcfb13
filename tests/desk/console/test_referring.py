# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Referrals on the pages: drafted without waiting for proof, approved by somebody else, and followed to their end."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import profiles
from privity.desk.clearinghouse.drafting import Desk
from privity.desk.clearinghouse.drivers.agency import AgencyDriver
from privity.desk.clearinghouse.drivers.cybertip import CybertipDriver
from privity.desk.clearinghouse.drivers.statements import StatementsDriver
from privity.desk.clearinghouse.model import Destination
from privity.desk.console.app import build_app
from privity.desk.console.referrals import Referrals
from privity.desk.destinations import Office
from privity.desk.errors import HubMisbehaved, HubUnreachable
from privity.desk.evidence.shredding import shred
from privity.desk.intake.findings import Level, Subject
from privity.desk.staff.rights import Role
from privity.message.report import Reason
from privity.wire.age import AgeBand
from privity.wire.errors import Code, Refusal
from privity.wire.staff import AccountFacts, DeviceFacts, ProfileFacts
from privity.wire.standing import StandingState
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import Scene, somebody
from tests.desk.console.visitor import Visitor
from tests.preview.pictures import picture

HOSTILE = "</div><script>alert(1)</script>{{7*7}}"
ENTICEMENT = "Online Enticement of Children for Sexual Acts"


class Hub:
    """What a hub says of an account."""

    def __init__(self) -> None:
        self.fails: Exception | None = None
        self.shown: dict[str, Any] = {"name": "An invented name", "bio": "I like teapots", "picture": None}

    async def profile(self, user_uri: str) -> ProfileFacts:
        return ProfileFacts(user_uri, "teapot", **self.shown, listed=True, hidden=False)

    async def account(self, user_uri: str) -> AccountFacts:
        if self.fails is not None:
            raise self.fails
        profile = await self.profile(user_uri)
        device = DeviceFacts(user_uri.replace("/u/", "/d/") + "/" + "b" * 26, b"k" * 32, 1)
        return AccountFacts(profile, 1, AgeBand.ADULT, [device], StandingState.GOOD, [], 0)


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def office() -> Office:
    return Office("Teapot Talk", "Trust", "safety@teapots.example", "", "https://teapots.example/legal")


@pytest.fixture
async def console(console: Pages, hub: Hub, office: Office) -> AsyncIterator[Pages]:
    """Pages that have a hub and drivers."""
    drivers: tuple[Any, ...] = (CybertipDriver(office), AgencyDriver(office, "org-0042"), StatementsDriver())
    desk = Desk(console.keys.evidence, os.urandom, {driver.destination: driver for driver in drivers})
    shared = replace(console.shared, referrals=Referrals(desk, hub.account), profile=hub.profile)
    async with TestClient(TestServer(build_app(shared))) as client:
        yield replace(console, shared=shared, client=client)


async def drafted(pages: Pages, *also: Role) -> tuple[Visitor, int]:
    """Whoever drafted referral 1 from an unproven report, and its case."""
    scene = Scene(pages)
    content, ciphertext = scene.file(picture("PNG"))
    scene.report(content, files=[ciphertext], level=Level.TIP, reason=Reason.CHILD_SAFETY, note=HOSTILE)
    _, case = scene.report(scene.text(HOSTILE), level=Level.HUB, reason=Reason.CHILD_SAFETY)
    drafter = await pages.visitor(Role.MODERATOR, *also)
    answer = await drafter.submit(
        f"/case/{case}/refer",
        f"/case/{case}/refer",
        destination="cybertip",
        incident=ENTICEMENT,
        words="look",
        note="true",
    )
    assert answer.status == 303, answer.text
    return drafter, case


async def test_a_draft_never_waits_for_proof_and_stands_in_the_case(console: Pages) -> None:
    drafter, case = await drafted(console)
    assert "Referral 1 to cybertip: <strong>drafted</strong>" in (await drafter.get(f"/case/{case}")).text
    page = (await (await console.visitor(Role.REFERRALS)).get("/referral/1")).text
    assert "tip, not verified" in page
    assert "it never waits for proof" in page
    assert re.search(r"SHA-256 <code[^>]*>[0-9a-f]{64}</code>", page)


async def test_somebody_else_approves_it_with_a_passkey(console: Pages) -> None:
    await drafted(console)
    sender = await console.visitor(Role.REFERRALS)
    assert (await sender.post("/referral/1/approve", thin="true")).status == 403
    assert "<strong>drafted</strong>" in (await sender.get("/referrals")).text
    page = await sender.get("/referral/1")
    thin = {"thin": "true"} if 'name="thin"' in page.text else {}
    assert (await sender.fill(page.form("/referral/1/approve"), **thin)).location == "/referral/1"
    assert "<strong>approved</strong>" in (await sender.get("/referrals")).text


@pytest.mark.parametrize("office", [Office()], ids=["nobody to ask back"])
async def test_what_nobody_could_act_on_is_said_and_not_sent_by_mistake(console: Pages) -> None:
    await drafted(console)
    sender = await console.visitor(Role.REFERRALS)
    page = await sender.get("/referral/1")
    assert "Nobody could act on it yet" in page.text
    assert "contactPerson" in page.text
    refused = await sender.fill(page.form("/referral/1/approve"))
    assert (refused.status, "TooThin" in refused.text) == (409, True)


async def test_nobody_approves_their_own(console: Pages) -> None:
    drafter, _ = await drafted(console, Role.REFERRALS)
    page = await drafter.get("/referral/1")
    assert "Somebody else approves it." in page.text
    assert not [form for form in page.forms if form.action.endswith("/approve")]


async def test_the_document_is_read_for_a_reason_and_stays_text(console: Pages) -> None:
    await drafted(console)
    sender = await console.visitor(Role.REFERRALS)
    page = await sender.get("/referral/1")
    thin = {"thin": "true"} if 'name="thin"' in page.text else {}
    await sender.fill(page.form("/referral/1/approve"), **thin)
    assert (await sender.post("/referral/1/document", words=" ")).status == 409
    read = await sender.submit("/referral/1", "/referral/1/document")
    assert "&lt;?xml" in read.text
    assert "<script>alert" not in read.text
    assert "{{7*7}}" in read.text


async def test_it_is_taken_back_with_a_reason(console: Pages) -> None:
    drafter, _ = await drafted(console)
    assert (await drafter.post("/referral/1/withdraw", words="")).status == 409
    sender = await console.visitor(Role.REFERRALS)
    await sender.submit("/referral/1", "/referral/1/withdraw", words="It was about another account.")
    page = (await sender.get("/referral/1")).text
    assert "<strong>withdrawn</strong>" in page
    assert 'action="/referral/1/withdraw"' not in page


async def test_a_blocked_one_goes_on_or_is_drafted_again(console: Pages) -> None:
    await drafted(console)
    console.db.execute(
        "UPDATE referral SET state = 'blocked', before_blocked = 'approved', why = 'it said 4000',"
        " approved_ms = 1, approved_by = 'staff:9'"
    )
    sender = await console.visitor(Role.REFERRALS)
    page = await sender.get("/referrals")
    assert "it said 4000" in page.text
    await sender.submit("/referral/1", "/referral/1/release", words="The schema was mended.", redraft="true")
    assert "<strong>drafted</strong>" in (await sender.get("/referral/1")).text


async def test_a_queue_that_stands_still_says_why_and_goes_on(console: Pages) -> None:
    sender = await console.visitor(Role.REFERRALS)
    assert "NotInThatState" in (await sender.post("/clearinghouse/cybertip/resume")).text
    assert (await sender.post("/clearinghouse/elsewhere/resume")).status == 404


async def test_what_was_asked_and_answered_can_be_checked(console: Pages) -> None:
    await drafted(console)
    sender = await console.visitor(Role.REFERRALS)
    assert "All 0 requests and answers are there" in (await sender.post("/referral/1/check")).text


@pytest.mark.parametrize(
    "fails",
    [
        HubUnreachable("no connection"),
        HubMisbehaved("no JSON"),
        *(Refusal(code, "not now") for code in Code if code not in (Code.NOT_FOUND, Code.ACCOUNT_CLOSED)),
    ],
    ids=lambda fails: fails.code.value if isinstance(fails, Refusal) else type(fails).__name__,
)
async def test_a_fault_of_the_hub_drafts_nothing_and_the_next_step_is_named(
    console: Pages, hub: Hub, fails: Exception
) -> None:
    scene = Scene(console)
    number, case = scene.report(scene.text("x"))
    moderator = await console.visitor(Role.MODERATOR)
    hub.fails = fails
    fields = {"destination": "agency", "incident": ENTICEMENT, "report": str(number)}
    answer = await moderator.post(f"/case/{case}/refer", fields)
    assert (answer.status, "WithoutHub" in answer.text) == (409, True)
    assert "nothing was drafted" in answer.text and "Draft it again" in answer.text
    assert not [one for one in map(Entry.decode, log.entries(console.db)) if one.act is Act.REFERRAL_DRAFTED]


@pytest.mark.parametrize(
    ("code", "words"),
    [(Code.NOT_FOUND, "had no account at this address"), (Code.ACCOUNT_CLOSED, "the account was closed by its person")],
)
async def test_an_account_that_is_gone_is_drafted_with_what_is_here(
    console: Pages, hub: Hub, code: Code, words: str
) -> None:
    hub.fails = Refusal(code, "no such account")
    drafter, case = await drafted(console)
    assert "the hub had no such account" in (await drafter.get(f"/case/{case}")).text
    sender = await console.visitor(Role.REFERRALS)
    page = await sender.get("/referral/1")
    assert f"The hub had no such account when case {case} was drafted" in page.text
    assert "It lacks: screenName, account status." in page.text
    assert (await sender.fill(page.form("/referral/1/approve"), thin="true")).status == 303
    read = (await sender.submit("/referral/1", "/referral/1/document")).text
    assert words in read and "Account made" not in read


async def test_an_account_that_is_there_is_not_said_to_be_gone(console: Pages) -> None:
    drafter, case = await drafted(console)
    for page in (await drafter.get(f"/case/{case}"), await (await console.visitor(Role.REFERRALS)).get("/referral/1")):
        assert "no such account" not in page.text


async def test_a_conversation_that_was_reported_is_not_referred_and_the_way_is_named(console: Pages, hub: Hub) -> None:
    scene = Scene(console)
    number, case = scene.report(subject=Subject.ROOM, accused_uri=None)
    moderator = await console.visitor(Role.MODERATOR)
    page = await moderator.get(f"/case/{case}")
    assert f'href="/case/{case}/refer"' not in page.text
    assert "the reports here are about the conversation. Open a case about the account" in page.text
    asked = await moderator.get(f"/case/{case}/refer")
    assert "Open a case about the account" in asked.text
    assert not [form for form in asked.forms if form.action == f"/case/{case}/refer"]
    hub.fails = Refusal(Code.NOT_FOUND, "a conversation is no account")
    fields = {"destination": "agency", "incident": ENTICEMENT, "report": str(number)}
    answer = await moderator.post(f"/case/{case}/refer", fields)
    assert "NobodyThere" in answer.text and "open a case about the account" in answer.text
    assert not [one for one in map(Entry.decode, log.entries(console.db)) if one.act is Act.REFERRAL_DRAFTED]


@pytest.mark.parametrize(
    "fields",
    [
        {"destination": "moon"},
        {"incident": ""},
        {"incident": "x"},
        {"report": "x"},
        {"copy": "x"},
        {"copy": "-1"},
        {"classified": "1:Z9"},
        {"words": "x" * 2001},
        {"recipient": "me"},
        {"wild": "1"},
    ],
)
async def test_what_no_form_holds_is_refused(console: Pages, fields: dict[str, str]) -> None:
    moderator = await console.visitor(Role.MODERATOR)
    given = {"destination": Destination.CYBERTIP.value, "incident": ENTICEMENT, "report": "1"} | fields
    assert (await moderator.post("/case/1/refer", given)).status == 400


async def own_case(pages: Pages, visitor: Visitor) -> str:
    """Where a case is that was opened about an account; what it shows is kept then, once."""
    words = "Seen in the search. An invented case."
    answer = await visitor.submit("/open", "/open", subject=somebody(), reason="1", words=words)
    assert answer.status == 303, answer.text
    return answer.location


async def test_what_an_account_shows_is_referred_without_a_report(console: Pages, hub: Hub) -> None:
    hub.shown |= {"name": HOSTILE, "bio": HOSTILE, "picture": picture("PNG")}
    moderator = await console.visitor(Role.MODERATOR)
    case = await own_case(console, moderator)
    hub.shown |= {"name": "Somebody else", "bio": "", "picture": None}
    assert (await moderator.submit(case, f"{case}/profile")).status == 200
    page = await moderator.get(f"{case}/refer")
    assert f'href="{case}/refer"' in (await moderator.get(case)).text
    assert "copy 1, " in page.text and "copy 2, " in page.text and "Reports that go along" not in page.text
    first, second = re.findall(r'name="copy" value="(\d+)" checked', page.text)
    (pictured,) = set(re.findall(r'value="(\d+):B2"', page.text))
    fields: dict[str, str | list[str]] = {"destination": "cybertip", "incident": ENTICEMENT}
    answer = await moderator.fill(page.form(f"{case}/refer"), **fields, copy=first, classified=f"{pictured}:B2")
    assert answer.status == 303, answer.text
    (drafted,) = [one for one in map(Entry.decode, log.entries(console.db)) if one.act is Act.REFERRAL_DRAFTED]
    assert (drafted.said["source"], drafted.said["copies"]) == ("own", [int(first)])
    assert "NothingToRefer" in (await moderator.fill(page.form(f"{case}/refer"), **fields, copy=first)).text
    sender = await console.visitor(Role.REFERRALS)
    page = await sender.get("/referral/1")
    assert "tip, not verified" in page.text and f"evidence {pictured}" in page.text
    assert (await sender.fill(page.form("/referral/1/approve"))).status == 303
    read = (await sender.submit("/referral/1", "/referral/1/document")).text
    assert "{{7*7}}" in read and "<script>alert" not in read
    assert "The service itself saw it" in read
    assert second != first and "Copy 2" not in read


async def test_without_anything_to_refer_the_page_says_what_to_do_first(console: Pages) -> None:
    moderator = await console.visitor(Role.MODERATOR)
    case = await own_case(console, moderator)
    fields = {"destination": "cybertip", "incident": ENTICEMENT}
    refused = await moderator.post(f"{case}/refer", fields)
    assert refused.status == 409 and "NothingToRefer" in refused.text and "ook at the profile first" in refused.text
    now_ms = console.clock.now_ms
    shred(console.db, [copy.words for copy in profiles.copies(console.db, 1)], now_ms)
    page = await moderator.get(f"{case}/refer")
    assert "ask the hub on the page of the case" in page.text
    assert not [form for form in page.forms if form.action == f"{case}/refer"]
    gone = await moderator.post(f"{case}/refer", fields | {"copy": "1"})
    assert gone.status == 409 and "deleted when its time was over" in gone.text


async def test_a_copy_of_another_case_is_refused_on_the_page(console: Pages) -> None:
    moderator = await console.visitor(Role.MODERATOR)
    mine, theirs = await own_case(console, moderator), await own_case(console, moderator)
    page = await moderator.get(f"{mine}/refer")
    (number,) = re.findall(r'name="copy" value="(\d+)"', (await moderator.get(f"{theirs}/refer")).text)
    answer = await moderator.fill(page.form(f"{mine}/refer"), destination="cybertip", incident=ENTICEMENT, copy=number)
    assert (answer.status, "NothingToRefer" in answer.text) == (409, True)


async def test_beside_reports_a_copy_goes_along_where_it_is_chosen(console: Pages) -> None:
    scene = Scene(console)
    _, case = scene.report(scene.text("x"))
    moderator = await console.visitor(Role.MODERATOR)
    await moderator.submit(f"/case/{case}", f"/case/{case}/profile")
    page = await moderator.get(f"/case/{case}/refer")
    assert re.findall(r'name="copy" value="\d+"( checked)?', page.text) == [""]
    assert re.findall(r'name="report" value="\d+"( checked)?', page.text) == [" checked"]


async def hidden(pages: Pages) -> Visitor:
    """A moderator who took a profile from public surfaces: decision 1."""
    scene = Scene(pages)
    _, case = scene.report(level=Level.TIP, reason=Reason.IMPERSONATION)
    moderator = await pages.visitor(Role.MODERATOR)
    await moderator.submit(f"/case/{case}", f"/case/{case}/take")
    page = await moderator.submit(
        f"/case/{case}",
        f"/case/{case}/preview",
        policy="impersonation",
        action="remove_public",
        reason="Your profile names another person.",
    )
    await moderator.fill(page.form(f"/case/{case}/decide"))
    return moderator


async def test_what_was_public_is_stated_in_public_without_a_word_about_anybody(console: Pages) -> None:
    moderator = await hidden(console)
    fields = {"surface": "profile", "content": "CONTENT_TYPE_TEXT", "facts": "The profile named another person."}
    refused = await moderator.submit("/decision/1", "/decision/1/state", **fields | {"facts": "Ask ann@mail.example"})
    assert "PersonalData" in refused.text
    answer = await moderator.submit("/decision/1", "/decision/1/state", **fields)
    assert answer.location == "/decision/1", answer.text
    page = await moderator.get("/decision/1")
    assert "Stated in the EU database by referral 1." in page.text
    assert 'action="/decision/1/state"' not in page.text
    assert "StatedAlready" in (await moderator.post("/decision/1/state", fields)).text
    sender = await console.visitor(Role.REFERRALS)
    assert "to eu statements: statement of reasons" in (await sender.get("/referrals")).text
    page = await sender.get("/referral/1")
    assert (await sender.fill(page.form("/referral/1/approve"))).status == 303
    read = (await sender.submit("/referral/1", "/referral/1/document")).text
    assert "The profile named another person." in read
    assert "STATEMENT_CATEGORY_SCAMS_AND_FRAUD" in read
    assert "mimi://" not in read.split("The document</h2>")[1].split("</div>")[0]


async def test_what_was_not_public_is_stated_to_nobody(console: Pages) -> None:
    moderator = await hidden(console)
    await moderator.submit("/decision/1", "/decision/1/undo", words="It was a parody.")
    page = await moderator.get("/decision/1")
    assert 'action="/decision/1/state"' not in page.text
    fields = {"surface": "profile", "content": "CONTENT_TYPE_TEXT", "facts": "words"}
    assert "NotPublic" in (await moderator.post("/decision/1/state", fields)).text
    assert (await moderator.post("/decision/1/state", fields | {"surface": "conversation"})).status == 400
