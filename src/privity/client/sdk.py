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
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from privity.client import attachments, forwarding, recovering, registration
from privity.client.adding import Offered
from privity.client.attachments import File
from privity.client.backup.backups import Backups
from privity.client.blocks import Blocks
from privity.client.checked import Checked
from privity.client.contacts import Contacts, How
from privity.client.engine import consent, inputs, own_devices, verbs
from privity.client.engine.consent import Archive
from privity.client.engine.profile import is_message
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Shown, decode_item
from privity.client.engine.timeline import is_reaction, plain_text
from privity.client.errors import ClientError, CommandRefused, DeviceNotKnown, HubUnreachable
from privity.client.export.exports import Exports
from privity.client.forwarding import Forwarded
from privity.client.guarding import Guarding
from privity.client.history import History
from privity.client.host import Host, wall_ms
from privity.client.leaving import Leaving
from privity.client.linking import NewDevice
from privity.client.mentions import with_links
from privity.client.names import Names
from privity.client.net.connection import Progress
from privity.client.offices import Offices
from privity.client.preferences import Preferences
from privity.client.profiles import Profiles
from privity.client.receipts import Receipts
from privity.client.registration import HUB_KEY
from privity.client.room_links import RoomLinks
from privity.client.safety import Safety
from privity.client.search import Search
from privity.client.store.database import Store
from privity.client.store.header import Cost
from privity.client.watching import Watching
from privity.identity.device_list import Device as ListedDevice
from privity.identity.device_list import DeviceList
from privity.identity.recovery import root_of
from privity.identity.safety_number import safety_number
from privity.message import compose
from privity.message.content import REACTION, MimiContent, NullPart, Part, SinglePart
from privity.message.report import Reason
from privity.policy.roles import Role
from privity.wire.age import AgeBand

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
        self.backups = Backups(self._host, self._names)
        self.exports = Exports(self._host, self._names)
        self.history = History(store)
        self.search = Search(store)
        self.preferences = Preferences(store)
        self.blocks = Blocks(self._host)
        self.checked = Checked(self._host, self._key_log)
        self.contacts = Contacts(self._host)
        self.profiles = Profiles(self._host)
        self.guarding = Guarding(self._host)
        self.receipts = Receipts(self._host, self.preferences)
        self.offices = Offices(self._host)
        self.room_links = RoomLinks(self._host)
        self.safety = Safety(self._host)

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
        theirs, own = await self._devices(user_uri), await self._devices(self.user_uri)
        return safety_number(self.user_uri, own.recovery_key, user_uri, theirs.recovery_key)

    async def block(self, user_uri: str, blocked: bool = True) -> None:
        await self.blocks.set_blocked(user_uri, blocked)

    # Devices of this account

    async def devices(self, user_uri: str | None = None) -> tuple[ListedDevice, ...]:
        """The devices of this account, or of another user: the verified, pinned list."""
        return (await self._devices(user_uri or self.user_uri)).devices

    async def offered(self, code: str) -> Offered:
        """The new device behind a code that `link` gave. Compare its `check`, then `accept` or `decline`.

        Raises CommandRefused on a device that waits for the account key, LinkRefused, WrongOpening, Refusal,
        HubUnreachable.
        """
        return await Offered.answer(self._host, lambda: self._devices(self.user_uri), code)

    async def remove_device(self, client_uri: str) -> None:
        """Sign the list without another device of this account, under a new account key; it leaves every conversation.

        Raises CommandRefused.
        """
        await self._host.do(lambda n: inputs.RemoveDevice(n, client_uri))

    @property
    def holds_account_key(self) -> bool:
        """Whether this device has the account key in force, as every device of the account has a moment after it was
        linked, or after another one changed the key. Without it, it can change no list but by the recovery phrase.
        """
        return own_devices.holds_account_key(self._host.engine.device)

    async def given_account_key(self, limit_s: float = CATCH_UP_S) -> bool:
        """Wait until another device of the account has given this one the account key. Whether it has."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not self.holds_account_key:
                    await asyncio.sleep(SETTLE_POLL_S)
        return self.holds_account_key

    def reset_pending_until(self, user_uri: str | None = None) -> int | None:
        """When a reset of this or another account takes effect unless it is cancelled (ms), as seen last; or None."""
        account = self._host.engine.device.pins.account(user_uri or self.user_uri)
        return None if account is None or account.newest.closes else account.in_force_at_ms

    @property
    def leaving(self) -> Leaving:
        """The end of this account, or of another one."""
        return Leaving(self._host)

    async def cancel_reset(self) -> None:
        """Say no to a reset or the closing of this account. Raises CommandRefused without one, or without the key."""
        await self._host.do(inputs.CancelReset)

    async def recover(self, phrase: str, remove: tuple[str, ...] = ()) -> None:
        """Make a new account key on this device, by the recovery phrase; drop devices with it.

        Whoever held the account key until now, on a stolen device perhaps, signs nothing more. It also cancels a reset.
        Raises BadPhrase, WrongPhrase, CommandRefused.
        """
        recovery_private = root_of(phrase).recovery_private()
        await self._host.do(lambda n: inputs.RecoverAccount(n, recovery_private, remove))

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

    async def create_group(self) -> str:
        return str(await self._host.do(inputs.CreateGroup))

    async def direct(self, user_uri: str) -> str:
        """The conversation with a contact, begun now if there is none. Raises NotAContact."""
        return str(await self._host.do(lambda n: inputs.CreateDirect(n, user_uri)))

    async def invite(self, room_uri: str, user_uri: str) -> How:
        """Add a contact to a group; let somebody else be asked whether they want to come. Raises NotAContact."""
        return await self.contacts.invite(room_uri, user_uri)

    async def remove(self, room_uri: str, user_uri: str) -> None:
        await self._host.do(lambda n: inputs.RemoveUser(n, room_uri, user_uri))

    async def leave(self, room_uri: str) -> None:
        await self._host.do(lambda n: inputs.Leave(n, room_uri))

    # Who keeps a copy of a group

    def archives(self, room_uri: str) -> list[Archive]:
        """Who keeps a copy, as the group itself says; nobody while this device is not in the conversation."""
        room = self._host.engine.room(room_uri)
        return [] if room.group is None else consent.archives(room.record, room.group.context)

    async def declare_archive(self, room_uri: str, user_uri: str, policy: str) -> None:
        """Let an account keep a copy of everything sent from now on; `policy` says what it does with it.

        Everybody else sends nothing more before they accept that. Raises CommandRefused, PolicyRefused, Refusal.
        """
        await self._host.do(lambda n: inputs.DeclareArchive(n, room_uri, user_uri, policy))

    async def withdraw_archive(self, room_uri: str, user_uri: str) -> None:
        await self._host.do(lambda n: inputs.WithdrawArchive(n, room_uri, user_uri))

    def to_accept(self, room_uri: str) -> tuple[str, bytes] | None:
        """What changed in the policy of a conversation since its person agreed, and what to `accept`; None if nothing.

        Until then sending raises ConsentNeeded, and what waited waits. An archive sends nothing, and is not asked.
        """
        room = self._host.engine.room(room_uri)
        if room.group is None or not consent.is_missing(room.record, room.group.context):
            return None
        if any(each.user_uri == self.user_uri for each in self.archives(room_uri)):
            return None
        return consent.what_is_new(room.record, room.group.context), consent.policy_hash(room.group.context)

    async def accept(self, room_uri: str, policy_hash: bytes) -> None:
        """Agree to the policy that `to_accept` showed. Raises CommandRefused when it is another one by now."""
        await self._host.do(lambda n: inputs.AcceptPolicy(n, room_uri, policy_hash))

    def waiting(self, room_uri: str) -> list[str]:
        """The messages that wait to be sent, as text, oldest first."""
        return [text for _, text in self.waiting_tokens(room_uri)]

    def waiting_tokens(self, room_uri: str) -> list[tuple[str, str]]:
        """The same with the token by which each was asked for, empty where there was none.

        What changes another message, or only tells devices something, waits too and is none.
        """
        entries = [entry for _, entry in self._host.engine.room(room_uri).outbox.entries()]
        contents = [(entry.token, MimiContent.decode(entry.content)) for entry in entries]
        return [(token, plain_text(content.part)) for token, content in contents if _is_message(content)]

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
        part = _text(self._mentioning(room_uri, text))
        return await self._send(room_uri, part, in_reply_to=in_reply_to, expires=expires, token=token)

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
        verbs.check_may_send(self._host.engine.room(room_uri))  # before anything is at the hub
        part, hashes = await attachments.upload(
            self._host, room_uri, source, filename, content_type=content_type, caption=caption, progress=progress
        )
        hashed = tuple(hashes.items())
        return await self._send(room_uri, part, in_reply_to=in_reply_to, plaintext_hashes=hashed, token=token)

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
        what = forwarding.forwarded(self._host.engine.room(room_uri).timeline.item(message_id), len(to_rooms))
        for each in to_rooms:
            verbs.check_may_send(self._host.engine.room(each))  # all, or none
        if what.file_index is None:
            return [await self._send(each, what.part, forwarded=what.hops) for each in to_rooms]
        file = await self.fetch(room_uri, message_id, what.file_index)
        return [await self._pass_on(each, file, what) for each in to_rooms]

    async def edit(self, room_uri: str, message_id: bytes, text: str) -> bytes:
        return await self._send(room_uri, _text(self._mentioning(room_uri, text)), replaces=message_id)

    async def delete(self, room_uri: str, message_id: bytes) -> bytes:
        return await self._send(room_uri, NullPart(), replaces=message_id)

    async def react(self, room_uri: str, message_id: bytes, emoji: str) -> bytes:
        return await self._send(room_uri, SinglePart(compose.PLAIN, emoji.encode(), REACTION), in_reply_to=message_id)

    async def take_back(self, room_uri: str, message_id: bytes, reaction_id: bytes) -> bytes:
        """Take an own reaction to a message back."""
        return await self._send(room_uri, NullPart(REACTION), in_reply_to=message_id, replaces=reaction_id)

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
        return _message_id(await self._host.do(lambda n: inputs.Rename(n, room_uri, name)))

    async def disappear_after(self, room_uri: str, seconds: int) -> bytes:
        """Let every new message of a conversation disappear so long after it was sent; 0 for never. As above."""
        return _message_id(await self._host.do(lambda n: inputs.DisappearAfter(n, room_uri, seconds)))

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

    # Helpers

    def _mentioning(self, room_uri: str, text: str) -> str:
        """A text with links in place of the handles of others there; of one that two people have, neither's."""
        if "@" not in text or not self._host.engine.room(room_uri).record.member:
            return text
        handles = {each: self._names.handle(each) for each in self.people(room_uri) if each != self.user_uri}
        return with_links(text, {name: each for each, name in handles.items() if name and self._is_alone(name)})

    def _is_alone(self, handle: str) -> bool:
        return len(self._names.bearers(handle)) == 1

    async def _send(
        self,
        room_uri: str,
        part: Part,
        *,
        in_reply_to: bytes | None = None,
        replaces: bytes | None = None,
        expires: tuple[bool, int] | None = None,
        plaintext_hashes: tuple[tuple[int, bytes], ...] = (),
        token: str = "",
        forwarded: int = 0,
    ) -> bytes:
        make = inputs.Send
        sent = await self._host.do(
            lambda n: make(n, room_uri, part, in_reply_to, replaces, expires, plaintext_hashes, token, forwarded)
        )
        return _message_id(sent)

    async def _pass_on(self, room_uri: str, file: File, what: Forwarded) -> bytes:
        """The file of a forwarded message, under a new key."""
        part, hashes = await attachments.upload(
            self._host,
            room_uri,
            file.plaintext,
            file.filename,
            content_type=file.content_type,
            caption=what.caption,
            progress=None,
        )
        return await self._send(room_uri, part, plaintext_hashes=tuple(hashes.items()), forwarded=what.hops)

    async def _devices(self, user_uri: str) -> DeviceList:
        found = await self._host.do(lambda n: inputs.FetchDevices(n, user_uri))
        if not isinstance(found, DeviceList):
            raise ClientError("the engine finished a fetch without a device list")
        return found


def _message_id(sent: object) -> bytes:
    if not isinstance(sent, bytes):
        raise ClientError("the engine finished a send without a message id")
    return sent


def _is_message(content: MimiContent) -> bool:
    return content.replaces is None and is_message(content.part) and not is_reaction(content.part)


def _text(text: str) -> SinglePart:
    return SinglePart(compose.MARKDOWN, text.encode())
