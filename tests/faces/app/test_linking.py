# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A linked device, seen from the page: it knows what its group is called, a no of the other side reaches it, history is
passed on, and a link that has not ended is forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from privity.client.backup.passing import NAME
from privity.faces.app.port.asked import Conversations, CreateGroup, Done, Invite
from privity.faces.app.port.devices import AnswerOffer, Devices, OfferDevice
from privity.faces.app.port.errands import ErrandState, GiveHistory, StopErrand, TakeHistory
from privity.faces.app.port.happened import AccountGone, ConversationChanged, LinkCheck, LinkEnded
from privity.faces.app.port.opening import AnswerLink, BeginLink, ForgetLink, LockNow, Overview, Unlock
from privity.faces.app.port.shown import Lock
from tests.client.town import run
from tests.faces.app.errands import ended
from tests.faces.app.pages import PASSPHRASE
from tests.faces.app.scenes import Scene, befriend, problem, scene, words


async def offered(at: Scene, account: str) -> str:
    """A new device of this account, whose digits both sides show."""
    link = BeginLink(account="new", hub=at.town.url, passphrase=PASSPHRASE)
    code = (await at.page.ask(link)).code
    offer = await at.page.ask(OfferDevice(account=account, code=code))
    await at.page.until(lambda e: isinstance(e, LinkCheck))
    return str(offer.client_uri)


@pytest.mark.parametrize("account", ["ann", "bob"])
def test_a_linked_device_knows_what_its_group_is_called(tmp_path: Path, account: str) -> None:
    """Also where the account is no admin, so that others would not believe it."""

    async def story() -> None:
        async with scene(tmp_path) as at:
            await befriend(at.page, "ann", "bob")
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


def test_history_is_given_by_the_one_and_taken_by_the_other(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = (await at.page.ask(CreateGroup(account="ann", name="Walks"))).room_uri
            await at.say("ann", room, "before the tablet")
            client_uri = await offered(at, "ann")
            assert isinstance(await at.page.ask(AnswerLink(account="new", same=True)), Done)
            assert isinstance(await at.page.ask(AnswerOffer(account="ann", same=True)), Done)
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.title) == ("new", "Walks")
            )
            waiting = (await at.page.ask(TakeHistory(account="new"))).errand
            await at.page.until(lambda e: isinstance(e, ConversationChanged) and e.conversation.title == NAME)
            assert isinstance(await at.page.ask(StopErrand(account="new", number=waiting.number)), Done)
            taking = asyncio.ensure_future(ended(at.page, TakeHistory(account="new")))
            given = await ended(at.page, GiveHistory(account="ann", client_uri=client_uri))
            taken = await taking
            assert (given.state, taken.state) == (ErrandState.DONE, ErrandState.DONE), (given, taken)
            assert given.done == given.total > 0 and taken.done == taken.total > 0
            shown = (await at.entries("new", room)).entries
            assert any(words(each) == "before the tablet" for each in shown)
            rows = (await at.page.ask(Conversations(account="new"))).conversations
            assert {each.title for each in rows if not each.archived} == {"Walks"}
            assert await problem(at.page, GiveHistory(account="ann", client_uri="nobody")) == "BadUri"

    run(story())


def test_a_link_that_has_not_ended_is_forgotten_and_nothing_else_is(tmp_path: Path) -> None:
    async def story() -> None:
        folder = tmp_path / "home" / "accounts" / "new"
        async with scene(tmp_path) as at:
            assert await problem(at.page, ForgetLink(account="new")) == "NoAccount"
            assert await problem(at.page, ForgetLink(account="ann", passphrase=PASSPHRASE)) == "AccountOpen"
            await at.page.ask(LockNow(account="bob"))
            assert await problem(at.page, ForgetLink(account="bob", passphrase=PASSPHRASE)) == "CommandRefused"
            assert await at.page.ask(Unlock(account="bob", passphrase=PASSPHRASE)) == Done(), "a device is no link"
            begin = BeginLink(account="new", hub=at.town.url, passphrase=PASSPHRASE)
            await at.page.ask(begin)
            assert await at.page.ask(ForgetLink(account="new")) == Done(), "under way here, it needs no passphrase"
            assert not folder.exists()
            await offered(at, "ann")
            await at.page.ask(LockNow(account="new"))  # as a restart leaves it
            assert folder.exists()
            assert await problem(at.page, ForgetLink(account="new", passphrase="a guess")) == "WrongPassphrase"
            assert await problem(at.page, ForgetLink(account="new")) == "CommandRefused"
            assert await problem(at.page, Unlock(account="new", passphrase=PASSPHRASE)) == "CommandRefused"
            assert await problem(at.page, ForgetLink(account="new", passphrase="a guess")) == "WrongPassphrase"
            lock = next(e for e in (await at.page.ask(Overview())).accounts if e.account == "new").lock
            assert lock is Lock.UNFINISHED
            assert await at.page.ask(ForgetLink(account="new", passphrase=PASSPHRASE)) == Done()
            assert not folder.exists()
            assert {each.account for each in (await at.page.ask(Overview())).accounts} == {"ann", "bob"}
            assert await problem(at.page, AnswerOffer(account="ann", same=True)) == "LinkDeclined"
            assert len((await at.page.ask(Devices(account="ann"))).devices) == 1

    run(story())
