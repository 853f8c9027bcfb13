# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub, a daemon with two accounts on it, and a page that sees both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privity.client.sdk import Device
from privity.faces.app.port.asked import Begin, Begun, Done, Entries, SendText, Sent
from privity.faces.app.port.asked import Page as PageOf
from privity.faces.app.port.contacts import (
    AcceptContact,
    AskContact,
    CodeMade,
    ContactAsked,
    Contacts,
    ContactsShown,
    MakeCode,
)
from privity.faces.app.port.happened import (
    AccountChanged,
    ConversationChanged,
    EntryChanged,
)
from privity.faces.app.port.opening import Create, Created
from privity.faces.app.port.shown import EntryState
from privity.faces.app.routes import Door
from privity.wire.age import AgeBand
from privity.wire.contacts import Purpose
from tests.client.town import Town, town
from tests.faces.app.pages import LIMIT_S, PASSPHRASE, Page, daemon, page


@dataclass(slots=True)
class Scene:
    """A hub, a daemon with the accounts ann and bob, connected, and a page."""

    town: Town
    door: Door
    page: Page
    ann: str
    bob: str

    async def direct(self) -> str:
        """The conversation of the two, who are contacts by then and both in it."""
        await befriend(self.page, "ann", "bob")
        begun = await self.page.ask(Begin(account="ann", user_uri=self.bob))
        assert isinstance(begun, Begun), begun
        room_uri = begun.room_uri
        await self.page.until(
            lambda e: isinstance(e, ConversationChanged) and e.account == "bob" and e.conversation.room_uri == room_uri
        )
        return room_uri

    async def say(self, account: str, room_uri: str, text: str, token: str = "", **named: Any) -> bytes:
        sent = await self.page.ask(SendText(account=account, room_uri=room_uri, text=text, token=token, **named))
        assert isinstance(sent, Sent), sent
        return sent.message_id

    async def shown(self, account: str, message_id: bytes, state: EntryState = EntryState.SHOWN) -> Any:
        """The entry of a message on the page, in a state."""
        event = await self.page.until(
            lambda e: (
                isinstance(e, EntryChanged)
                and (e.account, e.entry.message_id, e.entry.state) == (account, message_id, state)
            )
        )
        return event.entry

    async def entries(self, account: str, room_uri: str) -> Any:
        found = await self.page.ask(PageOf(account=account, room_uri=room_uri))
        assert isinstance(found, Entries), found
        return found


@asynccontextmanager
async def scene(folder: Path, *, challenge_bits: int = 4) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(town(folder / "hub", challenge_bits=challenge_bits))
        door = await stack.enter_async_context(daemon(folder))
        opened = await stack.enter_async_context(page(door))
        uris = [await made(door, opened, hub, name) for name in ("ann", "bob")]
        yield Scene(hub, door, opened, *uris)


async def made(
    door: Door, opened: Page, hub: Town, name: str, *, age: AgeBand = AgeBand.ADULT, listed: bool = True
) -> str:
    """A new account; its user URI."""
    create = Create(account=name, hub=hub.url, handle=f"{name}.x", passphrase=PASSPHRASE, age=age, listed=listed)
    created = await opened.ask(create)
    assert isinstance(created, Created), created
    assert len(created.phrase.split()) == 12
    opened_event = await opened.until(
        lambda e: isinstance(e, AccountChanged) and e.account.account == name and e.account.connected
    )
    await door.house.opened(name).device.caught_up()
    return str(opened_event.account.user_uri)


async def befriend(opened: Page, one: str, other: str) -> None:
    """`one` asks for `other`, who says yes; both know it."""
    asked = await opened.ask(AskContact(account=one, target=f"{other}.x"))
    assert isinstance(asked, ContactAsked), asked
    if not asked.connected:
        (wish,) = (await contacts_until(opened, other, lambda found: bool(found.requests))).requests
        assert wish.card.handle == f"{one}.x"
        assert isinstance(await opened.ask(AcceptContact(account=other, user_uri=wish.card.user_uri)), Done)
    for account in (one, other):
        await contacts_until(opened, account, lambda found: bool(found.contacts))


async def meet(opened: Page, account: str, other: Device) -> None:
    """An account of the page and a device that is none of it become contacts, by a code."""
    code = await opened.ask(MakeCode(account=account, purpose=Purpose.CONTACT))
    assert isinstance(code, CodeMade), code
    before = len((await contacts_until(opened, account, lambda _: True)).contacts)
    heard = other.host.follow()
    try:
        await other.contacts.use_code(code.code)
        await contacts_until(opened, account, lambda found: len(found.contacts) > before)
        while not any(each.how == "met" for each in other.contacts.people()):
            await heard.get()
    finally:
        other.host.unfollow(heard)


async def contacts_until(
    opened: Page, account: str, holds: Callable[[ContactsShown], bool], limit_s: float = LIMIT_S
) -> ContactsShown:
    """What an account knows of contacts, once it is so."""
    async with asyncio.timeout(limit_s):
        while True:
            heard = opened.count(account)
            found = await opened.ask(Contacts(account=account))
            assert isinstance(found, ContactsShown), found
            if holds(found):
                return found
            await opened.more(account, heard)


def words(entry: Any) -> str:
    return "".join(run.text for block in entry.blocks for run in block.runs)


async def problem(opened: Page, request: Any) -> str:
    found = await opened.ask(request)
    assert hasattr(found, "name"), found
    return str(found.name)
