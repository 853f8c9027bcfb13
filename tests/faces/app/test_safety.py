# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports, decisions and appeals as the page asks for them, and what it is told about somebody new."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from privity.client.engine.from_desk import Line, OwnAppeal, OwnReport
from privity.client.engine.held_back import HeldBack
from privity.client.engine.inputs import TakeFromDesk
from privity.client.helping import help_for
from privity.faces.app.port.asked import CreateGroup, Done, Invite, Leave, LookAt, Page
from privity.faces.app.port.contacts import AskContact, Contacts
from privity.faces.app.port.happened import (
    AccountChanged,
    ContactsChanged,
    ConversationChanged,
    EntryChanged,
    SafetyChanged,
    Told,
)
from privity.faces.app.port.safety import (
    Appeal,
    Appealed,
    HeedStranger,
    HelpShown,
    Report,
    Reported,
    Reports,
    Standing,
)
from privity.message.appeal import About
from privity.message.report import Reason, Subject
from privity.server.accounts import routes
from privity.wire.rest import HelpLine
from privity.wire.staff import EffectParams, Verb
from privity.wire.standing import StatementKind
from tests.client.town import run
from tests.faces.app.scenes import Scene, problem, scene
from tests.hub_effects import DECISION, NOTICE, asked_for, does, limited

HOUR_MS = 3_600_000


def told(at: Scene, **more: Any) -> Report:
    named: dict[str, Any] = {"account": "bob", "subject": "person", "reason": "harassment", "user_uri": at.ann}
    return Report(**(named | more))


def test_a_person_is_reported_and_blocked_in_one_act_and_the_report_is_listed(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await at.direct()
            reported = await at.page.ask(told(at, note="invented", block=True))
            assert isinstance(reported, Reported) and reported.undone == ""
            assert any("trust" in each.text for each in reported.help)
            assert (await at.page.ask(LookAt(account="bob", user_uri=at.ann))).person.blocked
            (shown,) = (await at.page.ask(Reports(account="bob"))).reports
            assert (shown.receipt, shown.subject, shown.reason) == (reported.receipt, "person", "harassment")
            assert (shown.person.user_uri, shown.messages, shown.lines) == (at.ann, 0, ())
            (found,) = [await at.town.desk.only()]
            assert (found.accused_uri, found.level) == (at.ann, 0)
            assert (await at.page.ask(Reports(account="ann"))).reports == ()

    run(story())


def test_help_that_the_server_names_comes_marked_and_nothing_else_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = routes._server_info
    lines = [
        HelpLine("A line for teapots.", ["harassment"], "https://help.teapots.example/"),
        HelpLine("Come here.", [], "javascript:alert(1)"),
        HelpLine("Come here.", [], "https://stopncii.org.teapots.example/"),
        HelpLine("Come\u202ehere.", []),
    ]
    monkeypatch.setattr(routes, "_server_info", lambda context: structs.replace(honest(context), help=lines))

    async def story() -> None:
        async with scene(tmp_path) as at:
            await at.direct()
            reported = await at.page.ask(told(at, note="invented"))
            assert isinstance(reported, Reported)
            own = [HelpShown(text=one.text, url=one.url) for one in help_for(Reason.HARASSMENT)]
            named = HelpShown(text="A line for teapots.", url="https://help.teapots.example/", by_server=True)
            assert list(reported.help) == [*own, named]

    run(story())


def test_a_group_is_reported_with_its_messages_and_left(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await at.direct()
            room = (await at.page.ask(CreateGroup(account="ann", name="Teapots"))).room_uri
            await at.page.ask(Invite(account="ann", room_uri=room, user_uri=at.bob))
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and e.account == "bob" and e.conversation.room_uri == room
            )
            said = [await at.say("ann", room, f"teapot {number}") for number in range(3)]
            await at.shown("bob", said[-1])
            more = {"subject": "messages", "user_uri": "", "room_uri": room, "message_ids": tuple(said)}
            reported = await at.page.ask(told(at, **more, leave=True))
            assert isinstance(reported, Reported) and reported.undone == ""
            assert len((await at.town.desk.only()).messages) == 3
            row = await at.page.until(
                lambda e: (
                    isinstance(e, ConversationChanged)
                    and e.account == "bob"
                    and e.conversation.room_uri == room
                    and not e.conversation.member
                )
            )
            (shown,) = (await at.page.ask(Reports(account="bob"))).reports
            assert (shown.messages, shown.title, row.conversation.title) == (3, "Teapots", row.conversation.title)

    run(story())


def test_a_request_is_reported_and_declined(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await at.page.ask(AskContact(account="ann", target="bob.x"))
            await at.page.until(lambda e: isinstance(e, ContactsChanged) and e.account == "bob")
            reported = await at.page.ask(told(at, subject="invitation", reason="spam", leave=True, block=True))
            assert isinstance(reported, Reported) and reported.undone == ""
            assert (await at.page.ask(Contacts(account="bob"))).requests == ()
            assert (await at.town.desk.only()).subject.value == "invitation"

    run(story())


def test_what_cannot_be_done_beside_a_report_is_said_and_the_report_stands(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await at.direct()
            room = (await at.page.ask(CreateGroup(account="bob", name="Teapots"))).room_uri
            assert await at.page.ask(Leave(account="bob", room_uri=room)) == Done()
            reported = await at.page.ask(told(at, subject="room", user_uri="", room_uri=room, leave=True))
            assert isinstance(reported, Reported)
            assert reported.receipt and reported.undone.startswith("You are still there")
            assert (await at.town.desk.only()).room_uri == room

    run(story())


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"reason": "dislike"}, "Malformed"),
        ({"subject": "teapot"}, "Malformed"),
        ({"note": "x" * 8193}, "Malformed"),
        ({"user_uri": "ann"}, "BadUri"),
        ({"subject": "room", "room_uri": "mimi://hub.example/r/nowhere"}, "NotThere"),
        ({"subject": "messages", "room_uri": "mimi://hub.example/r/nowhere"}, "NotThere"),
        ({"subject": "invitation", "room_uri": "nowhere"}, "BadUri"),
    ],
)
def test_what_nobody_could_report_is_refused_by_name(tmp_path: Path, more: dict[str, Any], name: str) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            assert await problem(at.page, told(at, **more)) == name
            assert await problem(at.page, told(at, user_uri=at.bob)) == "CommandRefused"
            assert (await at.page.ask(Reports(account="bob"))).reports == ()

    run(story())


def test_an_outcome_comes_to_the_page_and_one_can_disagree_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            receipt = (await at.page.ask(told(at))).receipt
            hostile = "closed \u202egpj.exe"
            await does(at.town.desk.hub, 1, Verb.TELL, at.bob, EffectParams(text=hostile, receipt=receipt))
            said = await at.page.until(lambda e: isinstance(e, Told) and "The safety desk" in e.text)
            await at.page.until(lambda e: isinstance(e, SafetyChanged) and e.account == "bob")
            (shown,) = (await at.page.ask(Reports(account="bob"))).reports
            assert len(shown.lines) == 1 and shown.open and shown.appeal is None
            assert "\u202e" not in shown.lines[0].text + said.text and not said.alarm
            made = Appeal(account="bob", about="report", reference=receipt, text="look again")
            assert isinstance(await at.page.ask(made), Appealed)
            (appealed,) = (await at.page.ask(Reports(account="bob"))).reports
            assert (appealed.appeal.text, appealed.appeal.lines, appealed.open) == ("look again", (), False)
            assert await problem(at.page, made) == "CommandRefused"
            unknown = Appeal(account="bob", about="report", reference="0" * 32, text="look again")
            assert await problem(at.page, unknown) == "CommandRefused"
            for about, text in (("teapot", "x"), ("decision", " "), ("decision", "x" * 8193)):
                wrong = Appeal(account="bob", about=about, reference=DECISION, text=text)
                assert await problem(at.page, wrong) in ("Malformed", "CommandRefused")

    run(story())


def test_a_decision_is_shown_with_its_reasons_stands_above_the_page_and_can_be_appealed(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            good = await at.page.ask(Standing(account="bob"))
            assert (good.state, good.known, good.statements) == ("good", True, ())
            until_ms = at.door.house.opened("bob").host.now_ms() + HOUR_MS
            reasons = limited(until_ms, "Too many teapots.")
            await does(at.town.desk.hub, 1, Verb.LIMIT, at.bob, EffectParams(decision=DECISION, until_ms=until_ms))
            await does(at.town.desk.hub, 2, Verb.STATEMENT, at.bob, EffectParams(decision=DECISION, statement=reasons))
            assert (await at.page.until(lambda e: isinstance(e, Told) and "decided about your account" in e.text)).alarm
            changed = await at.page.until(
                lambda e: isinstance(e, AccountChanged) and e.account.account == "bob" and e.account.standing != ""
            )
            assert (changed.account.standing, changed.account.standing_until_ms) == ("limited", until_ms)
            shown = await at.page.ask(Standing(account="bob"))
            (statement,) = shown.statements
            assert (shown.state, shown.until_ms, shown.reference) == ("limited", until_ms, DECISION)
            assert (statement.text, statement.open, statement.appeal) == ("Too many teapots.", True, None)
            refused = await at.page.ask(CreateGroup(account="bob", name="More teapots"))
            assert refused.name == "Restricted" and "until" in refused.text and "Decisions about you" in refused.text
            invented = OwnAppeal(int(About.DECISION), DECISION, 1, "a-1", "out of a backup")
            heard_of = OwnReport("r-1", 1, int(Subject.PERSON), at.ann, lines=(Line(1, "they were warned"),))
            await at.door.house.opened("bob").host.do(lambda n: TakeFromDesk(n, (invented, heard_of)))
            (statement,) = (await at.page.ask(Standing(account="bob"))).statements
            assert statement.appeal.from_backup and statement.open, (
                "what a backup alone says keeps nobody from appealing"
            )
            (report,) = (await at.page.ask(Reports(account="bob"))).reports
            assert report.from_backup and report.open
            await at.page.ask(Appeal(account="bob", about="decision", reference=DECISION, text="It was one."))
            (appealed,) = (await at.page.ask(Standing(account="bob"))).statements
            assert appealed.appeal.text == "It was one." and not appealed.open and not appealed.appeal.from_backup
            assert (await at.page.ask(Standing(account="ann"))).state == "good"

    run(story())


def test_a_legal_request_is_shown_with_help_and_can_be_objected_to_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = routes._server_info
    lines = [HelpLine("A line for teapots.", [], "https://help.teapots.example/"), HelpLine("Not this.", ["spam"])]
    monkeypatch.setattr(routes, "_server_info", lambda context: structs.replace(honest(context), help=lines))

    async def story() -> None:
        async with scene(tmp_path) as at:
            assert (await at.page.ask(Standing(account="bob"))).help == ()
            until_ms = at.door.house.opened("bob").host.now_ms() + HOUR_MS
            notice = asked_for(until_ms, "Asked \u202egpj.exe")
            await does(at.town.desk.hub, 1, Verb.LEGAL_NOTICE, at.bob, EffectParams(statement=notice))
            said = await at.page.until(lambda e: isinstance(e, Told) and "legal request" in e.text)
            assert said.alarm and "Decisions about you" in said.text
            shown = await at.page.ask(Standing(account="bob"))
            (statement,) = shown.statements
            assert (shown.state, statement.kind, statement.open) == ("good", "legal_request", True)
            assert "\u202e" not in statement.text
            assert shown.help == (
                HelpShown(text="A line for teapots.", url="https://help.teapots.example/", by_server=True),
            )
            made = Appeal(account="bob", about="objection", reference=NOTICE, text="It is another teapot.")
            as_decision = structs.replace(made, about="objection", reference=DECISION)
            assert await problem(at.page, as_decision) == "CommandRefused"
            assert isinstance(await at.page.ask(made), Appealed)
            (objected,) = (await at.page.ask(Standing(account="bob"))).statements
            assert objected.appeal.text == "It is another teapot." and not objected.open
            assert await problem(at.page, made) == "CommandRefused"
            answer = structs.replace(notice, kind=StatementKind.LEGAL_ANSWER, text="We looked.", appeal_until_ms=None)
            await does(at.town.desk.hub, 2, Verb.LEGAL_NOTICE, at.bob, EffectParams(statement=answer))
            await at.page.until(lambda e: isinstance(e, Told) and "legal request" in e.text)
            kinds = {each.kind: each.open for each in (await at.page.ask(Standing(account="bob"))).statements}
            assert kinds == {"legal_request": False, "legal_answer": False}
            assert (await at.page.ask(Standing(account="ann"))).statements == ()

    run(story())


def test_somebody_new_is_told_once_and_what_they_ask_for_stands_below(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            sent = await at.say("ann", room, "let us go on in another program: https://teapots.example")
            entry = await at.shown("bob", sent)
            assert entry.cautions == ("link", "elsewhere")
            own = await at.page.until(
                lambda e: isinstance(e, EntryChanged) and e.account == "ann" and e.entry.message_id == sent
            )
            assert own.entry.cautions == (), "what one writes oneself is not warned of"
            row = await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and e.account == "bob" and e.conversation.stranger
            )
            assert row.conversation.room_uri == room
            assert await at.page.ask(HeedStranger(account="bob", user_uri=at.ann)) == Done()
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and e.account == "bob" and not e.conversation.stranger
            )
            entries = (await at.page.ask(Page(account="bob", room_uri=room))).entries
            assert entries[-1].cautions == ("link", "elsewhere"), "the words stay what they are"

    run(story())


def test_a_conversation_one_was_brought_into_is_reported_and_left(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await at.direct()
            room = (await at.page.ask(CreateGroup(account="ann", name="Teapots"))).room_uri
            await at.page.ask(Invite(account="ann", room_uri=room, user_uri=at.bob))
            await at.shown("bob", await at.say("ann", room, "nobody agreed to this"))
            at.door.house.opened("bob").host.engine.room(room).hold(HeldBack("", (at.ann,)))
            more = {"subject": "invitation", "user_uri": "", "room_uri": room}
            reported = await at.page.ask(told(at, **more, leave=True, block=True))
            assert isinstance(reported, Reported) and reported.undone == ""
            assert (await at.page.ask(Contacts(account="bob"))).held == ()
            assert (await at.town.desk.only()).subject.value == "room", "nobody said who brought them in"

    run(story())
