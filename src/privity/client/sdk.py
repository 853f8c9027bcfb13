# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The SDK: one device, opened with a folder and a passphrase.

phrase = new_phrase(os.urandom)
device = await Device.register(folder, "passphrase", "https://hub.example", handle="ann", phrase=phrase)
async with device:
    room = await device.direct(user_uri)
    await device.send(room, "hello")
    async for what in device.follow():
        print(what)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from privity.client import attachments, recovering, registration, sending
from privity.client.account import Account
from privity.client.archives import Archives
from privity.client.attachments import File
from privity.client.backup.backups import Backups
from privity.client.beginning_again import BeginningAgain
from privity.client.blocks import Blocks
from privity.client.checked import Checked
from privity.client.contacts import Contacts, How
from privity.client.device_lists import fetch_list
from privity.client.engine import inputs
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Shown, decode_item
from privity.client.errors import CommandRefused, DeviceNotKnown, HubUnreachable
from privity.client.export.exports import Exports
from privity.client.guarding import Guarding
from privity.client.history import History
from privity.client.host import Host, wall_ms
from privity.client.leaving import Leaving
from privity.client.linking import NewDevice
from privity.client.names import Names
from privity.client.net.connection import Progress
from privity.client.offices import Offices
from privity.client.preferences import Preferences
from privity.client.profiles import Profiles
from privity.client.receipts import Receipts
from privity.client.registration import HUB_KEY
from privity.client.room_links import RoomLinks
from privity.client.room_reports import RoomReports
from privity.client.safety import Safety
from privity.client.search import Search
from privity.client.sending import Sending
from privity.client.store.database import Store
from privity.client.store.header import Cost
from privity.client.watching import Watching
from privity.identity.device_list import Device as ListedDevice
from privity.identity.safety_number import safety_number
from privity.message import compose
from privity.message.content import REACTION, NullPart, SinglePart
from privity.message.report import Reason
from privity.policy.roles import Role
from privity.policy.room_suites import is_post_quantum
from privity.wire.age import AgeBand

if TYPE_CHECKING:
    from privity.client.disclosing.disclosures import Disclosures

CATCH_UP_S = 30
SETTLE_POLL_S = 0.02


class Device:
    """An open device. Use it as an async context manager; it connects by itself and stays connected."""

    def __init__(self, store: Store, now_ms: Callable[[], int] = wall_ms) -> None:
        base = store.get(Table.OWN, "", HUB_KEY)
        if base is None:
            raise CommandRefused("the store holds no device; register, or link it to the end")
        registration.require_finished(store)
        recovering.require_in_force(store)
        self._host = Host(store, base.decode(), now_ms)
        self._names = Names(self._host)
        self._key_log = Watching(self._host)
        self._sending = Sending(self._host, self._names, self.people)
        self.account = Account(self._host)
        self.archives = Archives(self._host)
        self.backups = Backups(self._host, self._names)
        self.exports = Exports(self._host, self._names)
        self.history = History(store)
        self.search = Search(store)
        self.preferences = Preferences(store, now_ms)
        self.blocks = Blocks(self._host)
        self.checked = Checked(self._host, self._key_log)
        self.contacts = Contacts(self._host)
        self.profiles = Profiles(self._host)
        self.guarding = Guarding(self._host)
        self.leaving = Leaving(self._host)
        self.receipts = Receipts(self._host, self.preferences)
        self.offices = Offices(self._host)
        self.beginning_again = BeginningAgain(self._host, self.contacts, self.offices)
        self.room_links = RoomLinks(self._host)
        self.safety = Safety(self._host)
        self.room_reports = RoomReports(self._host)

    @cached_property
    def disclosures(self) -> Disclosures:
        """Loaded where somebody hands something over: what makes packages is a fifth of all that a device loads."""
        from privity.client.disclosing.disclosures import Disclosures

        return Disclosures(self._host, self._names)

    # Opening

    @classmethod
    def open(cls, folder: Path, passphrase: str, *, now_ms: Callable[[], int] = wall_ms) -> Self:
        """The device in this folder, with this clock. Raises a StoreError that says what is wrong."""
        with ExitStack() as undo:
            store = Store.open(folder, passphrase)
            undo.callback(store.close)
            device = cls(store, now_ms)
            undo.pop_all()
        return device

    @classmethod
    async def register(
        cls,
        folder: Path,
        passphrase: str,
        hub: str,
        *,
        handle: str,
        phrase: str,
        invite: str | None = None,
        age: AgeBand = AgeBand.UNKNOWN,
        listed: bool = False,
        cost: Cost | None = None,
    ) -> Self:
        """A new account with this as its first device.

        Who says nothing of their `age` is protected as a minor; an adult who is `listed` is found by their handle.

        The recovery key comes from the recovery phrase (`identity.recovery.new_phrase`), which is kept nowhere once the
        hub has taken the account: show it to the person. Raises Refusal or HubUnreachable, and then nothing is left;
        RegistrationUnknown, and then the same call goes on. Also BadPhrase, StoreError, CommandRefused. A `cost` is for
        devices with nothing to lose: without one, guessing the passphrase of a stolen store costs what it should.
        """
        with ExitStack() as undo:
            store = await registration.register(
                folder, passphrase, hub, handle=handle, phrase=phrase, invite=invite, age=age, listed=listed, cost=cost
            )
            undo.callback(store.close)
            device = cls(store)
            undo.pop_all()
        return device

    @classmethod
    async def link(cls, folder: Path, passphrase: str, hub: str, *, cost: Cost | None = None) -> NewDevice[Self]:
        """A further device of an account, which another device of it must confirm (`offered`).

        Show the `code` of what comes back; await its `check`, compare, then `accept` or `decline`. With a folder that
        holds a link under way it goes on with that. Raises Refusal, HubUnreachable, StoreError, CommandRefused.
        A `cost` is what `register` says of it.
        """
        return await NewDevice.begin(folder, passphrase, hub, cls, cost)

    @classmethod
    async def kept_link(cls, folder: Path, passphrase: str) -> NewDevice[Self]:
        """The link that a folder holds and that has not ended, to be declined. Raises CommandRefused, StoreError."""
        return await NewDevice.kept(folder, passphrase, cls)

    @classmethod
    async def recovered(cls, folder: Path, passphrase: str, hub: str, *, handle: str, phrase: str) -> Self:
        """A new device of an account that has none left, by the recovery phrase. It takes the place of all others.

        Raises BadPhrase, WrongPhrase, Refusal or HubUnreachable, and then nothing is left; RecoveryUnknown, and then
        the same call goes on. Also StoreError, CommandRefused.
        """
        with ExitStack() as undo:
            store = await recovering.recover(folder, passphrase, hub, handle=handle, phrase=phrase)
            undo.callback(store.close)
            device = cls(store)
            undo.pop_all()
        return device

    @classmethod
    async def reset(cls, folder: Path, passphrase: str, hub: str, *, handle: str, phrase: str, code: str) -> int:
        """A new device of an account whose devices and phrase are lost, with a new phrase and the operator's code.

        It can be opened after the time that comes back (ms since 1970), unless a device of the account has cancelled
        the reset; all contacts see it. Raises what `recovered` raises.
        """
        return await recovering.reset(folder, passphrase, hub, handle=handle, phrase=phrase, code=code)

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def connect(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        await self._host.start()

    async def close(self) -> None:
        """Disconnect and close the store. What waited to be sent is sent when the device is opened again."""
        await self._host.close()

    @property
    def host(self) -> Host:
        """The engine's host, for programs that need more than the verbs below."""
        return self._host

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def caught_up(self, timeout_s: float = CATCH_UP_S) -> None:
        """Wait until everything that waited at the hub was read and dealt with, and others can add this device.

        Raises HubUnreachable, DeviceNotKnown.
        """
        try:
            await asyncio.wait_for(self._settled(), timeout_s)
        except TimeoutError:
            if isinstance(self._host.last_error, DeviceNotKnown):
                raise DeviceNotKnown(str(self._host.last_error)) from None
            raise HubUnreachable(f"not caught up within {timeout_s:.0f} s: {self._host.last_error}") from None

    async def _settled(self) -> None:
        await self._host.caught_up.wait()
        while not self._host.engine.idle:
            await asyncio.sleep(SETTLE_POLL_S)

    # Who

    @property
    def user_uri(self) -> str:
        return self._host.engine.device.own.user_uri

    @property
    def client_uri(self) -> str:
        return self._host.engine.device.own.client_uri

    async def find(self, handle: str) -> str:
        """The user URI behind a handle: of a listed adult, a contact, or somebody in a common conversation.

        Raises BadHandle, Refusal with NOT_FOUND for everybody else, HubUnreachable, HandleMoved.
        """
        return await self._names.find(handle)

    @property
    def names(self) -> Names:
        """What people are called. It proves nothing; `verify` does."""
        return self._names

    @property
    def key_log(self) -> Watching:
        """The hub's key log: who watches it, and what it shows of people's keys."""
        return self._key_log

    async def verify(self, user_uri: str) -> str:
        """The safety number with another person: sixty digits that both should see."""
        theirs, own = await fetch_list(self._host, user_uri), await fetch_list(self._host, self.user_uri)
        return safety_number(self.user_uri, own.recovery_key, user_uri, theirs.recovery_key)

    async def block(self, user_uri: str, blocked: bool = True) -> None:
        await self.blocks.set_blocked(user_uri, blocked)

    async def devices(self, user_uri: str | None = None) -> tuple[ListedDevice, ...]:
        """The devices of this account, or of another user: the verified, pinned list."""
        return (await fetch_list(self._host, user_uri or self.user_uri)).devices

    # Rooms

    def rooms(self) -> dict[str, str]:
        """Room URI and name of every conversation this device is in."""
        return {uri: room.record.name for uri, room in self._host.engine.rooms.items() if room.record.member}

    def left_rooms(self) -> dict[str, str]:
        """The same of those it is no longer in. What it has read of them stays readable, and can be reported."""
        rooms = self._host.engine.rooms.items()
        left = {uri: room.record for uri, room in rooms if not room.record.member}
        return {uri: record.name for uri, record in left.items() if record.held is None or record.epoch >= 0}

    def direct_with(self, room_uri: str) -> str | None:
        """The other person of a direct conversation; None in a group, or while this device is not in it."""
        room = self._host.engine.room(room_uri)
        if not room.record.direct or room.group is None or room.record.stopped:
            return None
        return next((user_uri for user_uri in self.people(room_uri) if user_uri != self.user_uri), None)

    def people(self, room_uri: str) -> list[str]:
        """User URIs of everyone in a conversation. Raises CommandRefused."""
        listed = self._host.engine.room(room_uri).state.participants.participants
        return [each.user_uri for each in listed if each.role != Role.BANNED]

    async def create_group(self, *, post_quantum: bool = False) -> str:
        """A group of this account alone. `post_quantum`: for as long as it lasts with keys that no quantum computer
        gets out of what was recorded (`docs/users/post-quantum.md`)."""
        return str(await self._host.do(lambda n: inputs.CreateGroup(n, post_quantum=post_quantum)))

    def is_post_quantum(self, room_uri: str) -> bool:
        """Whether a conversation was made so. Raises CommandRefused."""
        return is_post_quantum(self._host.engine.room(room_uri).record.suite)

    async def direct(self, user_uri: str) -> str:
        """The conversation with a contact, begun now if there is none. Raises NotAContact."""
        return str(await self._host.do(lambda n: inputs.CreateDirect(n, user_uri)))

    async def invite(self, room_uri: str, user_uri: str) -> How:
        """Add a contact to a group; let somebody else be asked whether they want to come. Raises NotAContact."""
        return await self.contacts.invite(room_uri, user_uri)

    async def stop_work(self) -> None:
        """Do not wait for the work that the hub asks for before something is begun with a stranger (`shown.Working`):
        what waits for it ends with WorkStopped, and the hub keeps nothing of it."""
        await self._host.do(inputs.StopWork)

    async def remove(self, room_uri: str, user_uri: str) -> None:
        await self._host.do(lambda n: inputs.RemoveUser(n, room_uri, user_uri))

    async def leave(self, room_uri: str) -> None:
        await self._host.do(lambda n: inputs.Leave(n, room_uri))

    def waiting(self, room_uri: str) -> list[str]:
        """The messages that wait to be sent, as text, oldest first."""
        return [text for _, text in self.waiting_tokens(room_uri)]

    def waiting_tokens(self, room_uri: str) -> list[tuple[str, str]]:
        """The same with the token by which each was asked for, empty where there was none."""
        return sending.waiting(self._host.engine.room(room_uri))

    # Messages. Each returns the message id once the hub has the message.

    async def send(
        self,
        room_uri: str,
        text: str,
        *,
        in_reply_to: bytes | None = None,
        expires: tuple[bool, int] | None = None,
        token: str = "",
    ) -> bytes:
        """Markdown, in which `@handle` names somebody in the conversation.

        With a `token`, the same call again is the same message, also after a crash.
        """
        return await self._sending.text(room_uri, text, in_reply_to=in_reply_to, expires=expires, token=token)

    async def attach(
        self,
        room_uri: str,
        source: bytes | Path,
        *,
        filename: str = "",
        content_type: str | None = None,
        caption: str = "",
        in_reply_to: bytes | None = None,
        progress: Progress | None = None,
        token: str = "",
    ) -> bytes:
        """Send a file: bytes, or what stands at a path. `filename` is the path's unless given.

        The ciphertext is at the hub before the message is put into the outbox. If this ends in between, nothing was
        said and nobody can open what lies there: attach it again. Afterwards the message is sent like any other, also
        after a crash. Raises FileRefused, CommandRefused, Refusal, HubUnreachable.
        """
        return await self._sending.file(
            room_uri,
            source,
            filename=filename,
            content_type=content_type,
            caption=caption,
            in_reply_to=in_reply_to,
            progress=progress,
            token=token,
        )

    async def fetch(
        self, room_uri: str, message_id: bytes, part_index: int | None = None, progress: Progress | None = None
    ) -> File:
        """The file of a message, after every check. The part may be left out where there is one file only.

        Raises CommandRefused, FileRefused, AttachmentError, Refusal, HubUnreachable; then nothing may be shown.
        """
        return await attachments.fetch(self._host, room_uri, message_id, part_index, progress)

    async def forward(self, room_uri: str, message_id: bytes, to_rooms: tuple[str, ...]) -> list[bytes]:
        """Send what a message says to other conversations; its content says how often that was done before.

        Raises CommandRefused, PolicyRefused for too many at once, and what `send`, `fetch` and `attach` raise.
        """
        return await self._sending.on(room_uri, message_id, to_rooms)

    async def edit(self, room_uri: str, message_id: bytes, text: str) -> bytes:
        return await self._sending.text(room_uri, text, replaces=message_id)

    async def delete(self, room_uri: str, message_id: bytes) -> bytes:
        return await self._sending.part(room_uri, NullPart(), replaces=message_id)

    async def react(self, room_uri: str, message_id: bytes, emoji: str) -> bytes:
        return await self._sending.part(
            room_uri, SinglePart(compose.PLAIN, emoji.encode(), REACTION), in_reply_to=message_id
        )

    async def take_back(self, room_uri: str, message_id: bytes, reaction_id: bytes) -> bytes:
        """Take an own reaction to a message back."""
        return await self._sending.part(room_uri, NullPart(REACTION), in_reply_to=message_id, replaces=reaction_id)

    async def forget(self, room_uri: str, message_id: bytes) -> None:
        """Take a message out of this device's history. Nobody hears of it; it can be reported for three more days."""
        await self._host.do(lambda n: inputs.Forget(n, room_uri, message_id))

    async def say_typing(self, room_uri: str) -> bool:
        """Let the others in a conversation see that this person writes there, at most every six seconds.

        Whether that was said: it is not where it is turned off, where nothing may be sent, and in large groups.
        """
        return bool(await self._host.do(lambda n: inputs.SayTyping(n, room_uri)))

    async def rename(self, room_uri: str, name: str) -> bytes:
        """Name a group. Raises CommandRefused for who is no admin, BadProfile, and what `send` raises."""
        return sending.id_of(await self._host.do(lambda n: inputs.Rename(n, room_uri, name)))

    async def disappear_after(self, room_uri: str, seconds: int) -> bytes:
        """Let every new message of a conversation disappear so long after it was sent; 0 for never. As above."""
        return sending.id_of(await self._host.do(lambda n: inputs.DisappearAfter(n, room_uri, seconds)))

    async def report(
        self, room_uri: str, message_ids: tuple[bytes, ...], reason: Reason, note: str = "", *, authorship: bool = True
    ) -> str:
        """Report messages of one person, sealed to the hub's desk; the receipt. What else can be reported: `safety`."""
        return await self.safety.report_messages(room_uri, message_ids, reason, note, authorship=authorship)

    def read(self, room_uri: str, limit: int = 50) -> list[Item]:
        """The last entries of a conversation, oldest first."""
        return [decode_item(value) for _, value in self._host.store.latest(Table.TIMELINE, room_uri, limit)]

    async def follow(self) -> AsyncIterator[Shown]:
        """Everything that is shown from now on."""
        queue = self._host.follow()
        try:
            while True:
                yield await queue.get()
        finally:
            self._host.unfollow(queue)
