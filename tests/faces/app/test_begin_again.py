# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A conversation that is begun again, as the page asks for it and shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privity.faces.app.port.asked import CreateGroup, Details, Invite, RoomDetails
from privity.faces.app.port.continuing import BeginAgain, BegunAgain
from privity.faces.app.port.happened import ConversationChanged
from tests.client.town import run
from tests.faces.app.scenes import Scene, befriend, problem, scene


async def details(there: Scene, account: str, room: str) -> RoomDetails:
    found = await there.page.ask(Details(account=account, room_uri=room))
    assert isinstance(found, RoomDetails), found
    return found


async def changed(there: Scene, account: str, room: str, what: Any) -> None:
    await there.page.until(
        lambda e: (
            isinstance(e, ConversationChanged)
            and (e.account, e.conversation.room_uri) == (account, room)
            and what(e.conversation)
        )
    )


def test_the_page_shows_both_ends(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as there:
            await befriend(there.page, "ann", "bob")
            made = await there.page.ask(CreateGroup(account="ann", name="Boat builders"))
            old = str(made.room_uri)
            await there.page.ask(Invite(account="ann", room_uri=old, user_uri=there.bob))
            await changed(there, "bob", old, lambda row: row.title == "Boat builders")
            assert (await details(there, "ann", old)).may_begin_again
            assert not (await details(there, "bob", old)).may_begin_again
            assert await problem(there.page, BeginAgain(account="bob", room_uri=old)) == "CommandRefused"
            begun = await there.page.ask(BeginAgain(account="ann", room_uri=old))
            assert isinstance(begun, BegunAgain)
            assert (begun.asked, begun.left_out) == ((), ())
            new = begun.room_uri
            await changed(there, "bob", new, lambda row: row.continues == old and row.title == "Boat builders")
            for account in ("ann", "bob"):
                assert (await details(there, account, new)).conversation.continues == old
                assert (await details(there, account, old)).conversation.continued_in == new
            assert not (await details(there, "ann", old)).may_begin_again
            assert await problem(there.page, BeginAgain(account="ann", room_uri=old)) == "CommandRefused"

    run(story())
