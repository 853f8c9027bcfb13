# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The new device's side of a link (spec/linking.md): a code, a check, and then a device of the account, or nothing.

Its keys are on disk before anyone learns them, and what the other device answered is on disk before the opening leaves,
so that a link goes on after a crash and can never be opened towards two answers. A link that comes to nothing takes
its store with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Generic, Self, TypeVar

import aiohttp
import msgspec

from privity.client.apart import apart, close
from privity.client.engine import calls
from privity.client.engine.key_log import KEYS
from privity.client.engine.own_lists import fresh_rows
from privity.client.engine.records import Table
from privity.client.engine.state import OWN_KEY, Own
from privity.client.engine.trust import unproven
from privity.client.errors import (
    ClientError,
    CommandRefused,
    HandshakeRefused,
    HubUnreachable,
    LinkDeclined,
    LinkExpired,
    LinkRefused,
    StoreExists,
)
from privity.client.mailbox import Mailbox, open_mailbox, shown_code
from privity.client.net.connection import Connection
from privity.client.net.server_info import log_keys, server_info
from privity.client.registration import HUB_KEY, checked_hub
from privity.client.store.database import Store
from privity.client.store.header import Cost
from privity.identity.account import Account
from privity.identity.device_list import DeviceList
from privity.identity.errors import IdentityError
from privity.identity.linking import HubView, Meeting, Opening, first_sight, take_outcome
from privity.keylog.labels import user_label
from privity.keylog.verify import LogKeys
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.keylog import Looked
from privity.wire.rest import LinkState
from privity.wire.socket import BadFrame

LINK_KEY = b"link"
ENDED = (Code.CONFLICT, Code.NOT_FOUND)
"""What the hub says when the link has gone on without us or is over; `Mailbox.wait` then says how."""
D = TypeVar("D")


class Pending(msgspec.Struct, frozen=True):
    """A link under way, as the new device keeps it. `answer` is there once it was answered, and never changes then."""

    base: str
    code: str
    private: bytes
    opening: rest.OpenLink
    host: str
    external_sender_key: bytes
    franking_key: bytes
    log_keys: bytes
    answer: rest.AnswerLink | None = None
    agreed: bool = False

    def __repr__(self) -> str:
        return f"<Pending link {'answered' if self.answer else 'offered'}>"

    def meeting(self) -> Meeting:
        """What this device has seen. Raises an IdentityError for an answer that cannot be one."""
        if self.answer is None:
            raise CommandRefused("the other device has not answered yet; wait for the check first")
        log = LogKeys.decode(self.log_keys)
        hub = HubView(
            self.host,
            self.external_sender_key,
            self.franking_key,
            log.policy.log.public,
            log.vrf_public,
            self.answer.intake_key,
        )
        opening = Opening(self.opening.key, self.opening.device_id, self.opening.nonce)
        return Meeting(hub, first_sight(self.answer.device_list), self.answer.handle, self.answer.nonce, opening)


class NewDevice(Generic[D]):
    """A link under way. Show `code`; await `check`; then `accept` or `decline`. `close` keeps it for later."""

    def __init__(
        self, folder: Path, store: Store, http: aiohttp.ClientSession, pending: Pending, opened: Callable[[Store], D]
    ) -> None:
        self._folder = folder
        self._store = store
        self._http = http
        self._pending = pending
        self._opened = opened
        self._mailbox = Mailbox(http, pending.base, pending.code)
        self._ended = False

    @classmethod
    async def begin(
        cls, folder: Path, passphrase: str, hub: str, opened: Callable[[Store], D], cost: Cost | None = None
    ) -> Self:
        """Ask the hub for a code, or go on with the link that this folder holds.

        `opened` makes a device of a finished store, whose passphrase has this `cost`. Raises Refusal, HubUnreachable,
        StoreError.
        """
        base = checked_hub(hub)
        async with AsyncExitStack() as undo:
            http = await undo.enter_async_context(aiohttp.ClientSession())
            link = await cls._resume(folder, passphrase, http, base, opened) if Store.exists(folder) else None
            if link is None:
                pending = await _offer(http, base)
                store = await apart(
                    lambda: Store.create(folder, passphrase, cost=cost), lambda made: _discard(made, folder)
                )
                undo.callback(_discard, store, folder)
                link = cls(folder, store, http, pending, opened)
                link._save(pending)
            undo.pop_all()
        return link

    @classmethod
    async def _resume(
        cls, folder: Path, passphrase: str, http: aiohttp.ClientSession, base: str, opened: Callable[[Store], D]
    ) -> Self | None:
        """The link in this folder; None when it came to nothing, and then it is gone. Raises StoreExists."""
        async with AsyncExitStack() as undo:
            store = await apart(lambda: Store.open(folder, passphrase), close)
            undo.callback(store.close)
            if store.get(Table.OWN, "", OWN_KEY) is not None:
                raise StoreExists(f"{folder} holds a device already; choose another folder")
            value = store.get(Table.OWN, "", LINK_KEY)
            if value is None:  # it ended before its first line
                undo.pop_all()
                _discard(store, folder)
                return None
            pending = msgspec.msgpack.decode(value, type=Pending)
            if pending.base != base:
                raise CommandRefused(
                    f"{folder} holds a link with {pending.base}; go on with that, or remove the folder"
                )
            link = cls(folder, store, http, pending, opened)
            if not pending.agreed:  # whoever agreed may be in the list by now: `accept` finds out
                try:
                    await link._mailbox.wait(LinkState.OFFERED)
                except LinkRefused:
                    undo.pop_all()
                    _discard(store, folder)
                    return None
            undo.pop_all()
        return link

    @classmethod
    async def kept(cls, folder: Path, passphrase: str, opened: Callable[[Store], D]) -> Self:
        """The link in this folder as it stands, with no word to the hub. Raises CommandRefused where there is none."""
        async with AsyncExitStack() as undo:
            store = await apart(lambda: Store.open(folder, passphrase), close)
            undo.callback(store.close)
            value = store.get(Table.OWN, "", LINK_KEY)
            if value is None:
                raise CommandRefused(f"{folder} holds no link that has not ended; nothing was forgotten")
            http = await undo.enter_async_context(aiohttp.ClientSession())
            link = cls(folder, store, http, msgspec.msgpack.decode(value, type=Pending), opened)
            undo.pop_all()
        return link

    @property
    def ended(self) -> bool:
        """Whether it came to something, came to nothing, or was closed."""
        return self._ended

    @property
    def code(self) -> str:
        """What the person types on the other device."""
        return shown_code(self._pending.code)

    @property
    def user_uri(self) -> str:
        """Whose device this would become, once `check` was awaited."""
        return self._pending.meeting().devices.user_uri

    @property
    def handle(self) -> str:
        """The name of that account."""
        return self._pending.meeting().handle

    async def check(self) -> str:
        """Wait for the answer of the other device, and open towards it: the digits that both must show.

        Raises LinkDeclined, LinkExpired, IdentityError; then nothing is kept. After HubUnreachable begin again.
        """
        if not self._pending.agreed:
            try:
                await self._open()
            except LinkRefused:
                await self._drop()
                raise
            except IdentityError:
                await self._say_no()
                await self._drop()
                raise
        return self._pending.meeting().check()

    async def _open(self) -> None:
        if self._pending.answer is None:
            link = await self._mailbox.wait(LinkState.ANSWERED)
            if link.answer is None:
                raise LinkRefused("the hub says that the link is answered, and shows no answer")
            answered = msgspec.structs.replace(self._pending, answer=link.answer)
            answered.meeting()
            self._save(answered)
        try:
            await self._mailbox.say("opening", self._pending.opening)
        except Refusal as refusal:
            if refusal.code not in ENDED:
                raise
            await self._mailbox.wait(LinkState.OPENED)

    async def declined(self) -> None:
        """Wait for a no of the other device, while this one's person has not spoken; then nothing is kept here.

        Raises LinkDeclined, LinkExpired, HubUnreachable. Ends where this person has agreed before: `accept` hears the
        rest.
        """
        if self._pending.agreed:
            return
        try:
            await self._mailbox.wait(LinkState.AGREED)
        except LinkRefused:
            await self._drop()
            raise

    async def accept(self) -> D:
        """The digits are the same. Wait for the other device's yes; the device, not yet connected.

        Raises LinkDeclined, LinkExpired, IdentityError; then nothing is kept. After HubUnreachable begin again.
        """
        pending = self._pending
        meeting = pending.meeting()
        self._save(msgspec.structs.replace(pending, agreed=True))
        try:
            devices = await self._outcome(meeting)
        except (LinkRefused, IdentityError):
            await self._drop()
            raise
        own = self._own(meeting)
        # In one transaction: either the link goes on from here, or this is the device.
        self._store.save(
            {
                (Table.OWN, "", OWN_KEY): own.encode(),
                (Table.OWN, "", HUB_KEY): pending.base.encode(),
                (Table.LOG, "", KEYS): pending.log_keys,
                (Table.PIN, "", own.user_uri.encode()): unproven(Account.of(devices)),
                (Table.OWN, "", LINK_KEY): None,
                **fresh_rows((meeting.devices, devices)),
            }
        )
        self._ended = True
        await self._http.close()
        return self._opened(self._store)

    async def decline(self) -> None:
        """The digits differ, or the person has thought better of it. Nothing is kept here.

        Raises LinkRefused when the other device has added this one already: then it is to be removed there.
        """
        listed = await self._say_no()
        await self._drop()
        if listed:
            raise LinkRefused("the other device has added this one already: remove it there with `privity devices`")

    async def close(self) -> None:
        """Stop for now. The store keeps a link that has not ended, and `begin` with the same folder goes on with it."""
        if not self._ended:
            self._ended = True
            self._store.close()
            await self._http.close()

    async def _outcome(self, meeting: Meeting) -> DeviceList:
        """The verified list that names this device."""
        try:
            await self._mailbox.say("verdict", rest.JudgeLink(self._pending.opening, True))
        except Refusal as refusal:
            if refusal.code not in ENDED:
                raise
        try:
            link = await self._mailbox.wait(LinkState.LISTED)
        except LinkExpired:
            return await self._late_outcome(meeting)
        if link.device_list is None:
            raise LinkDeclined("the hub says that this device was added, and shows no list")
        return take_outcome(meeting.devices, [link.device_list], meeting.client_uri, meeting.opening.key)

    async def _late_outcome(self, meeting: Meeting) -> DeviceList:
        """The link is gone. If the list names this device all the same, it can prove itself and read the list."""
        try:
            connection = await Connection.open(self._http, self._pending.base, self._own(meeting))
        except (HandshakeRefused, BadFrame):
            raise LinkExpired("the code's ten minutes are over, and this device was not added; begin anew") from None
        try:
            label = user_label(meeting.devices.user_uri).decode()
            answer = await connection.call(calls.lookup(label, meeting.devices.version, 0))
        finally:
            await connection.close()
        if not isinstance(answer, Looked):
            raise ClientError(f"expected Looked, got {type(answer).__name__}")
        return take_outcome(meeting.devices, answer.values, meeting.client_uri, meeting.opening.key)

    async def _say_no(self) -> bool:
        """Tell the other side. Whether it had added this device before."""
        try:
            await self._mailbox.say("verdict", rest.JudgeLink(self._pending.opening, False))
        except HubUnreachable:
            return False  # the link expires by itself
        except Refusal:
            with suppress(ClientError, Refusal):
                return (await self._mailbox.look()).state is LinkState.LISTED
        return False

    async def _drop(self) -> None:
        self._ended = True
        _discard(self._store, self._folder)
        await self._http.close()

    def _save(self, pending: Pending) -> None:
        self._store.save({(Table.OWN, "", LINK_KEY): msgspec.msgpack.encode(pending)})
        self._pending = pending

    def _own(self, meeting: Meeting) -> Own:
        return Own(
            meeting.devices.user_uri,
            meeting.client_uri,
            meeting.handle,
            self._pending.private,
            meeting.opening.key,
            None,
            meeting.hub.host,
            meeting.hub.external_sender_key,
            meeting.hub.franking_key,
            meeting.hub.intake_key,
        )


def _discard(store: Store, folder: Path) -> None:
    store.discard(folder)
    with suppress(OSError):  # something else is in it
        folder.rmdir()


async def _offer(http: aiohttp.ClientSession, base: str) -> Pending:
    """Fresh keys, and a mailbox that knows no more of them than a commitment."""
    info = await server_info(http, base)
    private, public = generate_signature_key(suite(1), os.urandom)
    opening = Opening.new(public, os.urandom)
    mailbox = await open_mailbox(http, base, opening.commitment())
    return Pending(
        base,
        mailbox.code,
        private,
        rest.OpenLink(opening.key, opening.device_id, opening.nonce),
        info.host,
        info.external_sender_public_key,
        info.franking_public_key,
        log_keys(info).encode(),
    )
