# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A linked device, seen from the page: it knows what its group is called, and a no of the other side reaches it."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.faces.app.port.asked import (
    AnswerLink,
    AnswerOffer,
    BeginLink,
    Conversations,
    CreateGroup,
    Done,
    Invite,
    OfferDevice,
    Overview,
)
from privity.faces.app.port.happened import AccountGone, ConversationChanged, LinkCheck, LinkEnded
from tests.client.town import run
from tests.faces.app.pages import PASSPHRASE
from tests.faces.app.scenes import Scene, scene


async def offered(at: Scene, account: str) -> None:
    """A new device of this account, whose digits both sides show."""
    link = BeginLink(account="new", hub=at.town.url, passphrase=PASSPHRASE)
    code = (await at.page.ask(link)).code
    await at.page.ask(OfferDevice(account=account, code=code))
    await at.page.until(lambda e: isinstance(e, LinkCheck))


@pytest.mark.parametrize("account", ["ann", "bob"])
def test_a_linked_device_knows_what_its_group_is_called(tmp_path: Path, account: str) -> None:
    """Also where the account is no admin, so that others would not believe it."""

    async def story() -> None:
        async with scene(tmp_path) as at:
            room = (await at.page.ask(CreateGroup(account="ann", name="Walks"))).room_uri
            await at.page.ask(Invite(account="ann", room_uri=room, user_uri=at.bob))
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.title) == ("bob", "Walks")
            )
            await offered(at, account)
            assert isinstance(await at.page.ask(AnswerLink(account="new", same=True)), Done)
            assert isinstance(await at.page.ask(AnswerOffer(account=account, same=True)), Done)
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.title) == ("new", "Walks")
            )
            rows = (await at.page.ask(Conversations(account="new"))).conversations
            assert [each.title for each in rows] == ["Walks"]

    run(story())


def test_a_no_of_the_other_device_is_told_before_anybody_answers_here(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await offered(at, "ann")
            await at.page.ask(AnswerOffer(account="ann", same=False))
            ended = await at.page.until(lambda e: isinstance(e, LinkEnded) and e.account == "new")
            assert "declined" in ended.text
            await at.page.until(lambda e: isinstance(e, AccountGone) and e.account == "new")
            assert {each.account for each in (await at.page.ask(Overview())).accounts} == {"ann", "bob"}
            assert not (tmp_path / "home" / "accounts" / "new").exists()

    run(story())
