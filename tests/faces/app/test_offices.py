# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Roles, bans and links over a real hub, as the page asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from privity.faces.app.port.asked import (
    CreateGroup,
    Delete,
    Details,
    Done,
    Invite,
    Remove,
    Rename,
    RoomDetails,
)
from privity.faces.app.port.asked import Page as PageOf
from privity.faces.app.port.happened import ConversationChanged
from privity.faces.app.port.offices import (
    AnswerKnock,
    Ban,
    GiveRole,
    JoinByLink,
    Knocking,
    KnockingShown,
    LinkMade,
    LinkSeen,
    LookAtLink,
    MakeLink,
    RevokeLink,
    TakeKnockBack,
    Unban,
)
from privity.faces.app.port.shown import EntryState, RoomLink
from tests.client.town import LIMIT_S, run
from tests.faces.app.scenes import Scene, befriend, problem, scene, words


async def group(there: Scene, name: str = "Boat builders") -> str:
    return str((await there.page.ask(CreateGroup(account="ann", name=name))).room_uri)


async def details(there: Scene, account: str, room: str) -> RoomDetails:
    found = await there.page.ask(Details(account=account, room_uri=room))
    assert isinstance(found, RoomDetails), found
    return found


async def link_into(there: Scene, room: str, *, asks: bool) -> RoomLink:
    made = await there.page.ask(MakeLink(account="ann", room_uri=room, asks=asks, days=7))
    assert isinstance(made, LinkMade), made
    return made.link


async def until(there: Scene, account: str, room: str, what: Callable[[RoomDetails], bool]) -> None:
    """Whatever the account is told meanwhile."""
    async with asyncio.timeout(LIMIT_S):
        while not what(await details(there, account, room)):
            await asyncio.sleep(0.01)


async def changed(there: Scene, account: str, room: str, what: Any) -> None:
    await there.page.until(
        lambda e: (
            isinstance(e, ConversationChanged)
            and (e.account, e.conversation.room_uri) == (account, room)
            and what(e.conversation)
        )
    )


def test_somebody_comes_by_a_link_and_a_yes(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as there:
            room = await group(there)
            link = await link_into(there, room, asks=True)
            seen = await there.page.ask(LookAtLink(account="bob", text=f" {link.text}\n"))
            assert isinstance(seen, LinkSeen)
            assert (seen.name, seen.hub, seen.here) == ("Boat builders", "hub.example", False)
            await there.page.ask(JoinByLink(account="bob", text=link.text))
            waiting = await there.page.ask(Knocking(account="bob"))
            assert isinstance(waiting, KnockingShown)
            assert [(each.room_uri, each.name) for each in waiting.at] == [(room, "Boat builders")]
            await changed(there, "ann", room, lambda row: row.knocks == 1)
            asked = await details(there, "ann", room)
            assert [each.user_uri for each in asked.knocks] == [there.bob]
            assert [each.link_id for each in asked.links] == [link.link_id]
            await there.page.ask(AnswerKnock(account="ann", room_uri=room, user_uri=there.bob, yes=True))
            await changed(there, "bob", room, lambda row: row.member)
            assert (await there.page.ask(Knocking(account="bob"))).at == ()
            inside = await details(there, "bob", room)
            assert {each.person.user_uri: each.role for each in inside.members} == {
                there.ann: "admin",
                there.bob: "member",
            }
            assert (inside.may_change, inside.may_name, inside.may_delete, inside.links) == (False, False, False, ())
            assert (await there.page.ask(LookAtLink(account="bob", text=link.text))).here

    run(story())


def test_a_link_is_revoked_and_opens_nothing_as_one_that_was_never_made(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as there:
            room = await group(there)
            link, other = await link_into(there, room, asks=False), await link_into(there, room, asks=True)
            await there.page.ask(JoinByLink(account="bob", text=other.text))
            await there.page.ask(TakeKnockBack(account="bob", room_uri=room))
            await there.page.ask(RevokeLink(account="ann", room_uri=room, link_id=link.link_id))
            assert await problem(there.page, JoinByLink(account="bob", text=link.text)) == "LinkIsOver"
            assert await problem(there.page, JoinByLink(account="bob", text="privity:join/AAAA")) == "BadRoomLink"
            assert await problem(there.page, LookAtLink(account="bob", text="hello")) == "BadRoomLink"
            assert (await there.page.ask(Knocking(account="bob"))).at == ()
            days = MakeLink(account="ann", room_uri=room, asks=False, days=91)
            assert await problem(there.page, days) == "CommandRefused"

    run(story())


def test_a_moderator_deletes_what_an_admin_said_and_gives_no_roles(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as there:
            room = await group(there)
            link = await link_into(there, room, asks=False)
            assert await there.page.ask(JoinByLink(account="bob", text=link.text)) == Done()
            await changed(there, "bob", room, lambda row: row.member)
            await until(there, "ann", room, lambda seen: len(seen.members) == 2)
            give = GiveRole(account="ann", room_uri=room, user_uri=there.bob, role="moderator")
            assert await problem(
                there.page, GiveRole(account="ann", room_uri=room, user_uri=there.bob, role="king")
            ) == ("Malformed")
            assert await there.page.ask(give) == Done()
            await until(there, "bob", room, lambda seen: seen.may_delete)
            read = await there.page.ask(PageOf(account="bob", room_uri=room, before=None, limit=50))
            assert any("moderator" in words(each) for each in read.entries)
            hers = await there.say("ann", room, "a slip")
            await there.shown("bob", hers)
            await there.page.ask(Delete(account="bob", room_uri=room, message_id=hers))
            gone = await there.shown("ann", hers, EntryState.DELETED)
            assert (gone.deleted_by, gone.deleted_as, gone.blocks) == (there.bob, "moderator", ())
            await until(there, "bob", room, lambda seen: bool(seen.links))
            inside = await details(there, "bob", room)
            assert (inside.may_change, inside.may_name, inside.may_delete) == (True, False, True)
            assert [each.link_id for each in inside.links] == [link.link_id], "whoever comes into charge hears of links"
            mine = next(each for each in inside.members if each.person.me)
            theirs = next(each for each in inside.members if not each.person.me)
            assert (mine.can_give, mine.can_take_out) == (("member",), False)
            assert (theirs.can_give, theirs.can_take_out) == ((), False)
            up = GiveRole(account="bob", room_uri=room, user_uri=there.bob, role="admin")
            assert await problem(there.page, up) == "PolicyRefused"
            assert (
                await problem(there.page, Remove(account="bob", room_uri=room, user_uri=there.ann)) == "PolicyRefused"
            )
            assert await problem(there.page, Rename(account="bob", room_uri=room, name="Mine")) == "CommandRefused"
            down = GiveRole(account="ann", room_uri=room, user_uri=there.ann, role="member")
            assert await problem(there.page, down) == "PolicyRefused"

    run(story())


def test_a_banned_person_is_out_and_stays_out_until_the_ban_is_lifted(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as there:
            await befriend(there.page, "ann", "bob")
            room = await group(there)
            await there.page.ask(Invite(account="ann", room_uri=room, user_uri=there.bob))
            await changed(there, "bob", room, lambda row: row.member)
            link = await link_into(there, room, asks=False)
            await there.page.ask(Ban(account="ann", room_uri=room, user_uri=there.bob))
            await changed(there, "bob", room, lambda row: not row.member)
            left = await details(there, "ann", room)
            assert [each.user_uri for each in left.banned] == [there.bob]
            assert [each.person.user_uri for each in left.members] == [there.ann]
            invite = Invite(account="ann", room_uri=room, user_uri=there.bob)
            assert await problem(there.page, invite) == "CommandRefused"
            assert await problem(there.page, JoinByLink(account="bob", text=link.text)) == "LinkIsOver"
            await there.page.ask(Unban(account="ann", room_uri=room, user_uri=there.bob))
            await there.page.ask(JoinByLink(account="bob", text=link.text))
            await changed(there, "bob", room, lambda row: row.member)

    run(story())


def test_in_a_conversation_of_two_there_is_nothing_to_give(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as there:
            room = await there.direct()
            for request in (
                GiveRole(account="ann", room_uri=room, user_uri=there.bob, role="admin"),
                Ban(account="ann", room_uri=room, user_uri=there.bob),
                MakeLink(account="ann", room_uri=room, asks=False, days=1),
            ):
                assert await problem(there.page, request) == "CommandRefused"
            two = await details(there, "ann", room)
            assert not any(each.can_give or each.can_take_out for each in two.members)

    run(story())
