# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""While one writes: naming somebody, being seen to write, and codes that a camera reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from privity.client.engine.typing import LASTS_MS
from privity.faces.app.limits import MAX_QR
from privity.faces.app.port.asked import (
    CreateGroup,
    Entries,
    FullText,
    Invite,
    LookAt,
    Receipts,
    Remove,
    Search,
    Seen,
    SetBlocked,
    SetMuted,
    SetReceipts,
)
from privity.faces.app.port.asked import Page as PageOf
from privity.faces.app.port.happened import AccountChanged, ConversationChanged
from privity.faces.app.port.writing import DrawQr, SayTyping, TypingShown
from privity.faces.app.text import markdown
from tests.client.town import run
from tests.faces.app.scenes import befriend, made, problem, scene, words

LIE = "mimi://hub.example/u/" + "a" * 26


def mentions(entry: Any) -> list[tuple[str, str]]:
    return [(run.text, run.user_uri) for block in entry.blocks for run in block.runs if run.user_uri]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"[@Ann]({LIE})", [("@Ann", LIE)]),
        (f"**[@Ann]({LIE})** [@Ann]({LIE})", [("@Ann", LIE), (" ", ""), ("@Ann", LIE)]),
        ("[@Ann](mimi://hub.example/r/" + "a" * 26 + ")", [("@Ann (mimi://hub.example/r/" + "a" * 26 + ")", "")]),
        ("[@Ann](mimi://hub.example/u/short)", [("@Ann (mimi://hub.example/u/short)", "")]),
        (f"`[@Ann]({LIE})`", [(f"[@Ann]({LIE})", "")]),
    ],
)
def test_a_link_to_a_person_is_a_mention_and_any_other_is_not(text: str, shown: list[tuple[str, str]]) -> None:
    (block,) = markdown(text).blocks
    assert [(run.text, run.user_uri) for run in block.runs] == shown
    assert all(run.url == "" for run in block.runs)


def test_a_mention_bears_the_readers_own_name_whatever_was_written(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            honest = await at.shown("bob", await at.say("ann", room, "what do you say, @bob.x?"))
            assert mentions(honest) == [("@you", at.bob)]
            assert words(honest) == "what do you say, @you?"
            lie = await at.shown("bob", await at.say("ann", room, f"[@bob.x]({at.ann}) owes you, [@the hub]({at.bob})"))
            assert mentions(lie) == [("@ann.x", at.ann), ("@you", at.bob)]
            assert "the hub" not in words(lie)
            text = await at.page.ask(FullText(account="bob", room_uri=room, seq=lie.seq))
            assert text.text == "@ann.x owes you, @bob.x"
            (hit,) = (await at.page.ask(Search(account="bob", text="owes"))).hits
            assert (hit.before, hit.match) == ("@ann.x ", "owes")
            own = (await at.entries("ann", room)).entries[-1]
            assert mentions(own)[0] == ("@you", at.ann)
            event = await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and e.account == "bob" and "owes" in e.conversation.preview
            )
            assert event.conversation.preview == "@ann.x owes you, @you"

    run(story())


def test_who_is_not_in_the_conversation_is_named_in_plain_text(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            carl = await made(at.door, at.page, at.town, "carl")
            for other in ("bob", "carl"):
                await befriend(at.page, "ann", other)
            begun = await at.page.ask(CreateGroup(account="ann", name="Friends"))
            room = begun.room_uri
            for who in (at.bob, carl):
                await at.page.ask(Invite(account="ann", room_uri=room, user_uri=who))
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.room_uri) == ("bob", room)
            )
            for account in ("ann", "bob"):
                await at.page.ask(LookAt(account=account, user_uri=carl))
            here = await at.shown("bob", await at.say("ann", room, "@carl.x is here"))
            assert mentions(here) == [("@carl.x", carl)]
            await at.page.ask(Remove(account="ann", room_uri=room, user_uri=carl))
            gone = await at.shown(
                "bob", await at.say("ann", room, f"[@bob.x]({carl}) has left, and [@boss]({LIE}) too")
            )
            assert mentions(gone) == []
            assert words(gone) == "@carl.x has left, and @boss too"
            page = await at.page.ask(PageOf(account="bob", room_uri=room))
            assert isinstance(page, Entries)
            assert not any(mentions(entry) for entry in page.entries)

    run(story())


def test_being_named_counts_where_a_conversation_is_muted(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            await at.page.ask(SetMuted(account="bob", room_uri=room, muted=True))
            await at.shown("bob", await at.say("ann", room, "nothing of note"))
            named = await at.shown("bob", await at.say("ann", room, "@bob.x, for you"))
            row = await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and e.account == "bob" and e.conversation.mentions > 0
            )
            assert (row.conversation.unread, row.conversation.mentions, row.conversation.muted) == (2, 1, True)
            await at.page.until(
                lambda e: isinstance(e, AccountChanged) and (e.account.account, e.account.unread) == ("bob", 1)
            )
            await at.page.ask(Seen(account="bob", room_uri=room, seq=named.seq))
            assert at.door.house.opened("bob").conversations()[0].mentions == 0

    run(story())


def test_somebody_writes_unless_it_is_off_or_they_are_blocked(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            await at.shown("bob", await at.say("ann", room, "hello"))
            await at.page.ask(SayTyping(account="ann", room_uri=room))
            event = await at.page.until(lambda e: isinstance(e, TypingShown))
            assert (event.account, event.room_uri, event.user_uri) == ("bob", room, at.ann)
            assert 6_000 <= event.lasts_ms == LASTS_MS <= 10_000
            ann = at.door.house.opened("ann").device
            assert not await ann.say_typing(room), "not within six seconds"
            assert (await at.page.ask(Receipts(account="ann"))).typing
            await at.page.ask(SetReceipts(account="ann", delivered=True, read=True, typing=False))
            assert not (await at.page.ask(Receipts(account="ann"))).typing
            at.page.events.clear()
            await at.shown("ann", await at.say("bob", room, "hello to you"))
            assert await at.door.house.opened("bob").device.say_typing(room)
            await at.shown("ann", await at.say("bob", room, "this comes after the notice"))
            assert not [event for event in at.page.events if isinstance(event, TypingShown)]

    run(story())


def test_of_whom_one_has_blocked_it_is_not_shown_in_a_group(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await befriend(at.page, "ann", "bob")
            room = (await at.page.ask(CreateGroup(account="ann", name="Friends"))).room_uri
            await at.page.ask(Invite(account="ann", room_uri=room, user_uri=at.bob))
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.room_uri) == ("bob", room)
            )
            await at.page.ask(SetBlocked(account="bob", user_uri=at.ann, blocked=True))
            assert await at.door.house.opened("ann").device.say_typing(room)
            await at.shown("bob", await at.say("ann", room, "this comes after the notice"))
            assert not [event for event in at.page.events if isinstance(event, TypingShown)]

    run(story())


def test_a_text_is_drawn_and_one_that_no_camera_reads_is_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            rows = (await at.page.ask(DrawQr(text="privity:join/invented"))).rows
            assert {len(row) for row in rows} == {len(rows)}
            assert set("".join(rows)) == {"0", "1"}
            assert set("".join(rows[:4])) == {"0"}, "the quiet border"
            assert await problem(at.page, DrawQr(text="")) == "TooLongToDraw"
            assert await problem(at.page, DrawQr(text="ä" * MAX_QR)) == "TooLongToDraw"

    run(story())
