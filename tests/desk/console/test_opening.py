# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A case of the desk's own on the pages: opened, the profile looked at and kept, decided within what needs no proof."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import profiles
from privity.desk.clearinghouse.viewed import was_viewed
from privity.desk.console.app import build_app
from privity.desk.decisions.actions import ACTIONS
from privity.desk.errors import HubUnreachable
from privity.desk.staff.rights import Role
from privity.identity.uris import new_room_uri
from privity.preview import sandbox
from privity.wire.errors import Code, Refusal
from privity.wire.staff import ProfileFacts
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import HOST, Scene, random, somebody
from tests.desk.console.visitor import Answer, Visitor
from tests.desk.contents import contents
from tests.preview.pictures import bomb, picture

HOSTILE = "</div><script>alert(1)</script>{{7*7}}\u202egpj.exe"
WHY = "The profile sells what is not theirs. An invented case."


class Hub:
    """What a hub shows of one account, by its handle or its address."""

    def __init__(self) -> None:
        self.uri = somebody()
        self.shown = ProfileFacts(self.uri, "teapot", "An invented name", "I like teapots", None, True, False)
        self.fails: Exception | None = None
        self.asked: list[str] = []

    async def profile(self, address: str) -> ProfileFacts:
        self.asked.append(address)
        if self.fails is not None:
            raise self.fails
        if address not in (self.uri, "@teapot", "teapot"):
            raise Refusal(Code.NOT_FOUND, "no such account")
        return self.shown


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
async def console(console: Pages, hub: Hub) -> AsyncIterator[Pages]:
    shared = replace(console.shared, profile=hub.profile)
    async with TestClient(TestServer(build_app(shared))) as client:
        yield replace(console, shared=shared, client=client)


async def opened(visitor: Visitor, subject: str = "@teapot", reason: str = "7", words: str = WHY) -> Answer:
    return await visitor.submit("/open", "/open", subject=subject, reason=reason, words=words)


def acts(pages: Pages, *wanted: Act) -> list[Entry]:
    return [one for one in map(Entry.decode, log.entries(pages.db)) if one.act in wanted]


async def test_from_a_handle_to_a_decision(console: Pages, hub: Hub) -> None:
    maren = await console.visitor(Role.MODERATOR)
    assert 'href="/open"' in (await maren.get("/queue")).text
    assert (await opened(maren)).location == "/case/1"
    queue = (await maren.get("/queue")).text
    assert "Nobody reported it" in queue and "opened by the desk itself" in queue
    page = await maren.get("/case/1")
    assert hub.uri in page.text and WHY in page.text
    assert "copy 1" in page.text and 'href="/case/1/refer"' in page.text
    await maren.fill(page.form("/case/1/take"))
    page = await maren.get("/case/1")
    assert "Nobody has reported anything here" in page.text
    offered = set(re.findall(r'<option value="(\w+)"', page.text.split('name="action"')[1].split("</select>")[0]))
    assert offered == {action.value for action, rule in ACTIONS.items() if rule.own}
    for action in ("ban", "suspend", "limit"):
        fields = {"policy": "illegal_goods", "action": action, "reason": "x", "days": "7" if action != "ban" else ""}
        before = contents(console.db)
        refused = await maren.post("/case/1/decide", fields)
        assert refused.status == 409 and "NobodyReported" in refused.text
        assert contents(console.db) == before
    looked = await maren.fill(
        page.form("/case/1/preview"), policy="illegal_goods", action="remove_public", reason="You offer stolen teapots."
    )
    assert "nobody reported it" in looked.text
    assert (await maren.fill(looked.form("/case/1/decide"))).location == "/case/1"
    assert "remove public: <strong>effective</strong>" in (await maren.get("/case/1")).text


async def test_a_conversation_is_opened_by_its_address_without_the_hub(console: Pages, hub: Hub) -> None:
    maren = await console.visitor(Role.MODERATOR)
    room = new_room_uri(HOST, random)
    assert (await opened(maren, f" {room} ")).location == "/case/1"
    page = (await maren.get("/case/1")).text
    assert room in page and "What the account shows" not in page
    assert "A referral is about an account" in page and 'href="/case/1/refer"' not in page
    assert hub.asked == []
    assert "NobodyThere" in (await maren.post("/case/1/profile")).text


@pytest.mark.parametrize(
    ("subject", "reason", "words", "status"),
    [
        ("@nobody", "7", WHY, 409),
        ("mimi://hub.example/u/x", "7", WHY, 409),
        (HOSTILE, "7", WHY, 409),
        ("@teapot", "99", WHY, 400),
        ("@teapot", "", WHY, 400),
        ("@teapot", "x", WHY, 400),
        ("", "7", WHY, 400),
        ("x" * 513, "7", WHY, 400),
        ("@teapot", "7", "", 400),
        ("@teapot", "7", " ", 409),
        ("@teapot", "7", "x" * 1001, 400),
    ],
)
async def test_what_cannot_be_opened_opens_nothing(
    console: Pages, subject: str, reason: str, words: str, status: int
) -> None:
    maren = await console.visitor(Role.MODERATOR)
    before = contents(console.db)
    answer = await opened(maren, subject, reason, words)
    assert answer.status == status, answer.text
    assert "<script>alert" not in answer.text
    assert contents(console.db) == before


async def test_an_open_case_is_named_instead_of_a_second_one(console: Pages) -> None:
    maren = await console.visitor(Role.MODERATOR)
    await opened(maren)
    answer = await opened(maren, "teapot")
    assert answer.status == 409 and "Case 1 is about the same" in answer.text
    assert len(profiles.copies(console.db, 1)) == 1


@pytest.mark.parametrize(
    ("fails", "says"),
    [
        (HubUnreachable("the hub does not answer"), "HubUnreachable"),
        (Refusal(Code.UNAVAILABLE, "secret words of the hub"), "WithoutHub"),
        (Refusal(Code.ACCOUNT_CLOSED, "gone"), "NobodyThere"),
    ],
)
async def test_a_hub_that_does_not_say_who_that_is(console: Pages, hub: Hub, fails: Exception, says: str) -> None:
    maren = await console.visitor(Role.MODERATOR)
    hub.fails = fails
    answer = await opened(maren)
    assert answer.status == 409 and says in answer.text and "secret words" not in answer.text
    assert acts(console, Act.CASE_OPENED) == []


async def test_without_a_hub_the_page_says_so(console: Pages) -> None:
    async with TestClient(TestServer(build_app(replace(console.shared, profile=None)))) as client:
        maren = await replace(console, client=client).visitor(Role.MODERATOR)
        assert "WithoutHub" in (await opened(maren)).text


async def test_a_profile_is_asked_for_kept_and_shown_as_it_was(console: Pages, hub: Hub) -> None:
    _, case = Scene(console, accused=hub.uri).report(b"x")
    hub.shown = replace_facts(hub.shown, name=HOSTILE, bio=HOSTILE)
    maren = await console.visitor(Role.MODERATOR)
    page = await maren.submit(f"/case/{case}", f"/case/{case}/profile")
    assert page.status == 200 and "As the hub answered just now" in page.text
    assert "&lt;script&gt;alert(1)" in page.text and "<script>alert" not in page.text
    assert "{{7*7}}" in page.text and "U+202E" in page.text
    hub.shown = replace_facts(hub.shown, name="Somebody else entirely", bio="")
    again = await maren.submit(f"/case/{case}", f"/case/{case}/profile")
    assert "Somebody else entirely" in again.text
    old = await maren.submit(f"/case/{case}", f"/case/{case}/profile/copy", copy="0", words="before it was changed")
    assert "&lt;script&gt;alert(1)" in old.text and "As it was when this copy was kept" in old.text
    seen = acts(console, Act.PROFILE_SEEN)
    assert [one.who for one in seen] == [f"staff:{maren.number}"] * 2
    assert acts(console, Act.EVIDENCE_OPENED)[-1].said["reason"] == "before it was changed"
    assert (await maren.post(f"/case/{case}/profile/copy", copy="7", words="x")).status == 409
    assert (await maren.post(f"/case/{case}/profile/copy", copy="70", words="x")).status == 400


async def test_a_hub_that_shows_somebody_else_is_not_believed(console: Pages, hub: Hub) -> None:
    _, case = Scene(console, accused=hub.uri).report(b"x")
    hub.shown = replace_facts(hub.shown, user_uri=somebody())
    maren = await console.visitor(Role.MODERATOR)
    answer = await maren.submit(f"/case/{case}", f"/case/{case}/profile")
    assert answer.status == 409 and "NotAboutThem" in answer.text
    assert profiles.copies(console.db, case) == ()


@pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")
async def test_its_picture_is_revealed_like_any_other_and_costs_as_much(console: Pages, hub: Hub) -> None:
    hub.shown = replace_facts(hub.shown, picture=picture("PNG"))
    maren = await console.visitor(Role.MODERATOR)
    await opened(maren)
    page = await maren.submit("/case/1", "/case/1/profile/copy", copy="0", words="what do they show?")
    assert "/picture/" not in page.text, "nothing is shown before somebody asks"
    before = console.shared.pictures
    shown = await maren.fill(page.form("/case/1/profile/picture"), stage="small", words="is it theirs?")
    assert shown.status == 200 and "the profile, copy 1" in shown.text
    (address,) = re.findall(r'src="(/picture/[0-9a-f]{64})"', shown.text)
    got = await maren.get(address)
    assert got.body.startswith(b"\x89PNG") and (await maren.get(address)).status == 409
    (viewed,) = acts(console, Act.MEDIA_VIEWED)
    assert (viewed.said["report"], viewed.said["case"], viewed.said["stage"]) == (None, 1, "small")
    assert viewed.about == f"evidence:{profiles.copies(console.db, 1)[0].picture}"
    left = console.shared.config.exposure.views_a_day - 1
    assert f"{left} of today" in shown.text and before is console.shared.pictures
    assert (await maren.post("/case/1/profile/picture", copy="0", stage="small", words=" ")).status == 409
    admin = await console.visitor(Role.ADMIN)
    assert (await admin.post("/case/1/profile/picture", copy="0", stage="small", words="x")).status == 403


@pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")
@pytest.mark.parametrize("data", [bomb(100_000, 100_000), b"<svg onload='alert(1)'/>", b"\x00" * 999])
async def test_a_picture_that_is_a_bomb_ends_in_the_child(console: Pages, hub: Hub, data: bytes) -> None:
    hub.shown = replace_facts(hub.shown, picture=data)
    maren = await console.visitor(Role.MODERATOR)
    await opened(maren)
    answer = await maren.post("/case/1/profile/picture", copy="0", stage="larger", words="look")
    assert answer.status == 409 and "CannotBeShown" in answer.text


@pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")
@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (picture("PNG"), True),
        (picture("WEBP", save_all=True, append_images=[Image.new("RGB", (40, 30), "red")]), False),
        (b"no picture", False),
    ],
    ids=["one image", "several images", "none"],
)
async def test_a_picture_counts_as_viewed_only_if_all_of_it_was_shown(
    console: Pages, hub: Hub, data: bytes, whole: bool
) -> None:
    hub.shown = replace_facts(hub.shown, picture=data)
    maren = await console.visitor(Role.MODERATOR)
    await opened(maren)
    await maren.post("/case/1/profile/picture", copy="0", stage="small", words="look")
    assert len(acts(console, Act.MEDIA_VIEWED)) == 1
    assert was_viewed(console.db, profiles.copies(console.db, 1)[0].picture or 0) is whole


async def test_where_there_is_no_picture_nothing_counts(console: Pages) -> None:
    maren = await console.visitor(Role.MODERATOR)
    await opened(maren)
    assert "CannotBeShown" in (await maren.post("/case/1/profile/picture", copy="0", stage="small", words="x")).text
    assert acts(console, Act.MEDIA_VIEWED) == []


def replace_facts(facts: ProfileFacts, **changes: object) -> ProfileFacts:
    return ProfileFacts(**({name: getattr(facts, name) for name in facts.__struct_fields__} | changes))
