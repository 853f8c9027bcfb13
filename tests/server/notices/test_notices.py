# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Public notices from the form to the desk and back: receipt, what became of it, appeal; and what the hub keeps."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import quote_plus

import pytest

from privity.identity.room_links import SECRET_BYTES, RoomLink
from privity.message.appeal import About, Appeal
from privity.message.notice import PublicNotice, Target
from privity.message.report import Reason
from privity.server.delivery.retention import maintain
from privity.server.notices.model import APPEAL_MS, KEPT_MS, Handed
from privity.server.reports import service as reports
from privity.wire.staff import Source, Verb
from tests import stores
from tests.attacks.open_hub import OpenHub
from tests.server.notices.visiting import FORM, Page, Visitor, opened, relayed
from tests.server.rooms.test_rooms import room_of
from tests.server.staff.deciding import REFUSED, Desk


async def test_a_notice_reaches_the_desk_as_it_was_written(hub: OpenHub, visitor: Visitor) -> None:
    mallory = await hub.world.join("mallory")
    page = await visitor.notify(
        words="  line one\r\nline two ‮ اللغة  ", name="Zoë", email="zoe@example.org", formal="yes"
    )
    assert (page.status, page.title) == (200, "Your notice has been received")
    (found,) = await relayed(hub.world)
    assert (found.source, found.reporter_uri, found.receipt) == (
        Source.PUBLIC,
        f"notice:{page.handed.receipt}",
        page.handed.receipt,
    )
    assert opened(found) == PublicNotice(
        target=Target.ACCOUNT,
        address="mallory",
        found_uri=mallory.user_uri,
        reason=Reason.HATE,
        words="line one\nline two ‮ اللغة",
        name="Zoë",
        email="zoe@example.org",
        formal=True,
        language="en",
    )


async def test_each_target_and_reason_is_offered_and_taken(hub: OpenHub, visitor: Visitor) -> None:
    form = (await visitor.get()).text
    wanted = [(Target(number % len(Target)), reason) for number, reason in enumerate(Reason)]
    assert {target for target, _ in wanted} == set(Target)
    for target, reason in wanted:
        assert f'name="about" id="about-{list(Target).index(target)}"' in form
        assert f'<option value="{reason.value}">' in form
        await visitor.made(about=str(target.value), reason=str(reason.value))
        hub.world.clock.now += 600_000
    found = [opened(one) for one in await relayed(hub.world)]
    assert [(notice.target, notice.reason) for notice in found] == wanted


async def test_what_stands_under_an_address_is_found_for_the_desk_and_told_to_nobody(
    hub: OpenHub, visitor: Visitor
) -> None:
    room, (anna,) = await room_of(hub.world, "anna")
    link = RoomLink(room, secrets.token_bytes(SECRET_BYTES), hub.world.clock.now + 1000, "the pot")
    gone = RoomLink(room[:-26] + "a" * 26, secrets.token_bytes(SECRET_BYTES), hub.world.clock.now + 1000)
    wanted = {
        ("0", "anna"): anna.user_uri,
        ("0", " @Anna "): anna.user_uri,
        ("2", anna.user_uri): anna.user_uri,
        ("0", "nobody"): "",
        ("0", "mimi://elsewhere.example/u/" + "a" * 26): "",
        ("0", "x" * 900): "",
        ("1", link.text()): room,
        ("1", gone.text()): "",
        ("1", "https://elsewhere.example/"): "",
    }
    pages = []
    for number, (about, address) in enumerate(wanted):
        page = await visitor.notify(about=about, address=address)
        hub.world.clock.now += 600_000 * (1 + number % 2)
        pages.append(page.without_codes())
    assert len(set(pages)) == 1
    assert [opened(one).found_uri for one in await relayed(hub.world)] == list(wanted.values())


async def test_what_the_desk_says_is_seen_with_number_and_code(hub: OpenHub, visitor: Visitor) -> None:
    handed = await visitor.made()
    first = await visitor.look_up(handed)
    assert "Nobody has decided yet." in first.text and "appeal" not in first.text
    desk = Desk(hub.world)
    asked = desk.effect(Verb.TELL, f"notice:{handed.receipt}", text="The account was suspended <b>for 7 days</b>.")
    for _ in range(3):
        await desk.send(asked)
    page = await visitor.look_up(handed)
    assert page.text.count("The account was suspended &lt;b&gt;for 7 days&lt;/b&gt;.") == 1
    assert 'action="/notice/appeal"' in page.text
    typed = Handed(handed.receipt.upper(), f" {handed.code[:8]} {handed.code[8:]} ".upper())
    assert (await visitor.look_up(typed)).text.count("suspended") == 1


async def test_one_appeal_against_each_word_of_the_desk(hub: OpenHub, visitor: Visitor) -> None:
    handed = await visitor.made()
    assert (await visitor.appeal(handed)).refused == "conflict"
    desk = Desk(hub.world)
    subject = f"notice:{handed.receipt}"
    await desk.done(Verb.TELL, subject, text="Nothing was found.")
    assert (await visitor.appeal(handed, "Look <again>.")).title == "Your appeal has been received"
    assert (await visitor.appeal(handed)).refused == "conflict"
    again = await visitor.look_up(handed)
    assert 'action="/notice/appeal"' not in again.text and "out-of-court dispute settlement" in again.text
    notice, appeal = await relayed(hub.world)
    assert (appeal.source, appeal.reporter_uri) == (Source.PUBLIC, notice.reporter_uri)
    assert appeal.receipt != notice.receipt
    assert opened(appeal) == Appeal(About.NOTICE, handed.receipt, "", "Look <again>.")
    hub.world.clock.now += 60_000
    await desk.done(Verb.TELL, subject, text="It stands.")
    hub.world.clock.now += APPEAL_MS - 1
    assert (await visitor.appeal(handed)).status == 200
    await desk.done(Verb.TELL, subject, text="It stands, still.")
    hub.world.clock.now += APPEAL_MS
    assert (await visitor.appeal(handed)).refused == "conflict"


async def test_nothing_of_a_notice_can_be_read_on_the_hubs_disk(hub: OpenHub, visitor: Visitor) -> None:
    canaries = {
        "address": "canaryaddress",
        "words": "canary words of a victim",
        "name": "Canary Name",
        "email": "canary@example.org",
    }
    handed = await visitor.made(**canaries)
    await Desk(hub.world).done(Verb.TELL, f"notice:{handed.receipt}", text="Nothing was found.")
    await visitor.appeal(handed, "canary text of an appeal")
    await visitor.notify(words="", address="canaryaddress")
    needles = [*canaries.values(), "canary text of an appeal", handed.code, "127.0.0.1"]
    files = stores.on_disk(hub.world.context.config)
    assert "hub.db" in files
    for name, data in files.items():
        for needle in needles:
            for form in (needle.encode(), quote_plus(needle).encode(), base64.b64encode(needle.encode())[:-4]):
                assert form not in data, (name, needle)
    assert handed.receipt.encode() in b"".join(files.values()), "the search finds what is there"


async def test_a_wrong_code_and_an_unknown_number_are_one_answer(hub: OpenHub, visitor: Visitor) -> None:
    handed = await visitor.made()
    answers = set()
    for guess in (
        Handed(handed.receipt, "a" * 32),
        Handed(handed.receipt, ""),
        Handed("0" * 32, handed.code),
        Handed("0" * 32, "a" * 32),
        Handed("", ""),
        Handed("' OR 1=1 --", "x"),
    ):
        page = await visitor.look_up(guess)
        kept = {name: value for name, value in page.headers.items() if name != "Date"}
        answers.add((page.status, page.text, str(sorted(kept.items()))))
    assert len(answers) == 1
    (one,) = answers
    assert one[0] == 404 and "No notice has this number and this code." in one[1]
    assert (await visitor.appeal(Handed(handed.receipt, "a" * 32))).status == 404


async def test_codes_are_not_guessed_and_forms_not_flooded(hub: OpenHub, visitor: Visitor) -> None:
    handed = await visitor.made()
    found = [await visitor.look_up(Handed(handed.receipt, f"{guess:032}")) for guess in range(25)]
    assert [page.status for page in found] == [404] * 20 + [429] * 5
    assert int(found[-1].headers["Retry-After"]) == 60
    assert (await visitor.look_up(handed)).status == 429
    flood = [(await visitor.notify()).status for _ in range(8)]
    assert flood == [200] * 4 + [429] * 4
    assert len(await relayed(hub.world)) == 5
    hub.world.clock.now += 600_000
    assert (await visitor.look_up(handed)).status == 200
    assert (await visitor.notify()).status == 200


async def test_a_flood_from_many_addresses_fills_no_disk_and_hinders_no_report(
    hub: OpenHub, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MAX_NOTICES_WAITING", 4)
    for number in range(6):
        hub.world.clock.now += 600_000
        page = await visitor.notify()
        assert page.status == (200 if number < 4 else 503), page.text
    assert page.refused == "unavailable"
    anna = await hub.world.join("anna")
    await anna.call("POST", "/v1/reports", {"sealed": "AAAA"}, object)
    found = await relayed(hub.world)
    assert [one.source for one in found] == [Source.PUBLIC] * 4 + [Source.USER]


async def test_the_house_forgets_a_notice_a_year_after_the_last_word(hub: OpenHub, visitor: Visitor) -> None:
    silent, told = await visitor.made(), await visitor.made()
    hub.world.clock.now += 1000
    desk = Desk(hub.world)
    await desk.done(Verb.TELL, f"notice:{told.receipt}", text="It was removed.")
    hub.world.clock.now += KEPT_MS - 1000
    await maintain(hub.world.context, hub.world.parts.franker)
    assert [(await visitor.look_up(one)).status for one in (silent, told)] == [404, 200]
    hub.world.clock.now += 1000
    await maintain(hub.world.context, hub.world.parts.franker)
    assert (await visitor.look_up(told)).status == 404
    done = await desk.do(Verb.TELL, f"notice:{told.receipt}", text="Once more.")
    assert done.outcome is REFUSED


def said(page: Page, *sentences: str) -> None:
    for sentence in sentences:
        assert f">{sentence}</p>" in page.text and f">{sentence}</a></li>" in page.text


async def test_what_is_missing_is_named_and_nothing_typed_is_lost(hub: OpenHub, visitor: Visitor) -> None:
    page = await visitor.post("/notice", {"name": "Zoë", "formal": "yes", "email": "no address"})
    assert page.status == 400
    said(
        page,
        "Choose what it is about.",
        "Say which account, profile or link.",
        "Choose what is wrong.",
        "Say what happened and why it is illegal.",
        "Confirm that you believe what you say.",
    )
    assert 'value="Zoë"' in page.text
    page = await visitor.notify(formal="yes", name="Zoë")
    said(page, "A formal notice needs your e-mail address.")
    said(await visitor.notify(email="zoe"), "This is not an e-mail address. Correct it, or leave it empty.")
    assert FORM["words"] in page.text and 'value="8" selected' in page.text
    assert (await visitor.notify(formal="yes", reason=str(Reason.CHILD_SAFETY.value))).status == 200
    for field, most in (("words", 8192), ("address", 1024), ("name", 256), ("email", 320)):
        page = await visitor.notify(**{field: "ä" * (most // 2 + 1)})
        assert page.status == 400 and "This is too long" in page.text
    assert len(await relayed(hub.world)) == 1
