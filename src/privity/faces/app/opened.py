# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One open account: its device, what is shown of it, and the work under way. Ending it drops its keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

from privity.client.adding import Offered
from privity.client.engine.records import Table
from privity.client.engine.shown import (
    AccountClosed,
    AccountReset,
    CaughtUp,
    ChoicesChanged,
    ClosingPending,
    ContactsChanged,
    DevicesChanged,
    HeardFromDesk,
    Item,
    ResetPending,
    RoomChanged,
    RoomReportArrived,
    Shown,
    SomebodyTypes,
    Working,
    decode_item,
)
from privity.client.engine.typing import LASTS_MS
from privity.client.errors import CommandRefused
from privity.client.host import Host
from privity.client.mentions import without_links
from privity.client.sdk import Device
from privity.faces.app.brought import BroughtFiles
from privity.faces.app.conversations import all_rooms, named, rooms_with, row, was_in
from privity.faces.app.entries import entry
from privity.faces.app.errands import Errands
from privity.faces.app.errors import AccountLocked
from privity.faces.app.port import happened
from privity.faces.app.port.happened import (
    AccountChanged,
    ConversationChanged,
    ConversationGone,
    EntryChanged,
    Event,
    Progress,
    WaitingChanged,
)
from privity.faces.app.port.room_reports import RoomReportsChanged
from privity.faces.app.port.shown import AccountShown, Conversation, Lock, Waiting, WorkShown
from privity.faces.app.port.writing import TypingShown
from privity.faces.app.previews import Previews
from privity.faces.app.problems import FORESEEN, problem_of
from privity.faces.app.scratch import scratch
from privity.faces.app.telling import told
from privity.faces.commands.naming import people_in
from privity.mls.codec import u64
from privity.server.web import log_bug
from privity.wire.standing import StandingState

T = TypeVar("T")
INDEX: Final = "index"
"""The token under which it is told how far the index of an older store has come; in messages, not bytes."""
LOCKED: Final = "the account was locked meanwhile; what was written to be sent is sent when it is opened again"
Announce = Callable[[Event], None]


class Opened:
    """`announce` hears of everything that changes. `brought` are files of the page that wait for an errand."""

    def __init__(self, name: str, folder: Path, device: Device, announce: Announce, brought: BroughtFiles) -> None:
        self.name = name
        self.device = device
        self.announce = announce
        self.brought = brought
        self.errands = Errands(name, announce, self._spawn, device.host.now_ms)
        self.offered: Offered | None = None
        """A new device whose digits wait to be compared."""
        self.previews = Previews()
        self._folder = folder
        self._rows: dict[str, Conversation] = {}
        self._waited: dict[str, tuple[Waiting, ...]] = {}
        self._shown: AccountShown | None = None
        self._asked: set[str] = set()
        """People whose names the hub was asked for on this connection."""
        self._sending: dict[tuple[str, str], asyncio.Task[bytes]] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._work: WorkShown | None = None
        self._queue = device.host.follow()
        self._over = False

    async def begin(self) -> None:
        """Connect, and pass on what happens from now on."""
        for room_uri in all_rooms(self.device):
            self._rows[room_uri] = row(self.device, room_uri)
        self._spawn(self._follow())
        await self.device.connect()
        self._spawn(self.device.receipts.run())
        self._spawn(self.device.search.build(self._indexed))
        self._connected()

    async def end(self) -> None:
        """Stop everything and drop the keys. What waited is sent when the account is opened again."""
        self._over = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.errands.close()
        await self.device.close()

    @property
    def host(self) -> Host:
        return self.device.host

    async def do(self, work: Coroutine[object, object, T]) -> T:
        """Work on this account, which ends with it. Raises AccountLocked when the account is locked meanwhile."""
        if self._over:  # a file may take long to come in from the page
            work.close()
            raise AccountLocked(LOCKED)
        task = self._spawn(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                raise  # whoever asked has gone; what was begun is done
            raise AccountLocked(LOCKED) from None

    def scratch(self) -> BinaryIO:
        """A file for what an errand makes, which nobody can read on disk. Raises SaveRefused."""
        return scratch(self._folder)

    async def sent_once(self, room_uri: str, token: str, send: Callable[[], Coroutine[object, object, bytes]]) -> bytes:
        """Send under a token. A page that lost its connection asks again, and both get the one answer."""
        if not token:
            return await send()
        key = (room_uri, token)
        task = self._sending.get(key)
        if task is None:
            task = self._sending[key] = self._spawn(send())
            task.add_done_callback(lambda _: self._sending.pop(key, None))
            await asyncio.sleep(0)  # the message is in the outbox once its task has run
            self.look_at_waiting(room_uri)
        try:
            return await asyncio.shield(task)
        finally:
            if self.device.host.engine.rooms.get(room_uri) is not None:
                self.look_at_waiting(room_uri)

    # What is shown

    def shown(self) -> AccountShown:
        own, host = self.host.engine.device.own, self.host
        standing = self.device.safety.kept_standing()
        restricted = standing is not None and standing.standing is not StandingState.GOOD
        connected = host.connection is not None
        err = host.last_error
        return AccountShown(
            account=self.name,
            lock=Lock.OPEN,
            handle=own.handle,
            user_uri=own.user_uri,
            hub=host.base,
            connected=connected,
            problem="" if connected or err is None else problem_of(err).text,
            unread=sum(each.mentions if each.muted else each.unread for each in self._rows.values()),
            standing=standing.standing.value if standing is not None and restricted else "",
            standing_until_ms=standing.until_ms if standing is not None and restricted else None,
            work=self._work,
        )

    def look(self) -> None:
        """Tell it if the account looks different than before."""
        shown = self.shown()
        if shown != self._shown:
            reconnected = shown.connected and self._shown is not None and not self._shown.connected
            self._shown = shown
            self.announce(AccountChanged(account=shown))
            if reconnected:
                self._asked.clear()
                self._connected()

    def conversations(self) -> tuple[Conversation, ...]:
        """All of them, the newest first."""
        return tuple(sorted(self._rows.values(), key=lambda each: (each.last_ms, each.room_uri), reverse=True))

    def refresh(self, room_uris: Iterable[str]) -> None:
        """Tell which of these conversations look different than before."""
        for room_uri in room_uris:
            try:
                new = row(self.device, room_uri) if was_in(self.device, room_uri) else None
            except CommandRefused:
                new = None
            if new is None:
                if self._rows.pop(room_uri, None) is not None:
                    self.announce(ConversationGone(account=self.name, room_uri=room_uri))
                continue
            if new != self._rows.get(room_uri):
                self._rows[room_uri] = new
                self.announce(ConversationChanged(account=self.name, conversation=new))
        self.look()

    def refresh_all(self) -> None:
        """The same of every conversation: much came back at once."""
        self.refresh(all_rooms(self.device))

    def waiting(self, room_uri: str) -> tuple[Waiting, ...]:
        """What was asked to be sent there and is not at the hub."""
        return tuple(
            Waiting(token=token, text=without_links(text, self.device.names.handle))
            for token, text in self.device.waiting_tokens(room_uri)
        )

    def look_at_waiting(self, room_uri: str) -> None:
        """Tell what waits there if that is something else than before."""
        waiting = self.waiting(room_uri)
        if waiting != self._waited.get(room_uri, ()):
            self._waited[room_uri] = waiting
            self.announce(WaitingChanged(account=self.name, room_uri=room_uri, waiting=waiting))

    def learn(self, user_uris: Iterable[str], items: Iterable[Item] = ()) -> None:
        """Ask the hub in the background what people are called who have no name here, each once in a connection. The
        `items` of theirs are then told again."""
        new = [each for each in user_uris if each not in self._asked and self.device.names.handle(each) is None]
        if new and self.host.connection is not None:
            self._asked.update(new)
            self._spawn(self._learn(new, tuple(items)))

    def _connected(self) -> None:
        """Ask for what is only known at the hub."""
        self.learn(named(self.device, self._rows))
        if self.host.connection is not None:
            self._spawn(self.device.blocks.refresh())
            self._spawn(self.look_at_standing())

    async def look_at_standing(self) -> bool:
        """Ask the hub where the account stands, and tell it if that is something else than before; whether it said."""
        try:
            await self.device.safety.standing()
        except FORESEEN:  # a hub that is away, or knows no standing; what is known stays
            return False
        self.look()
        return True

    def safety_changed(self) -> None:
        """Tell that reports, decisions or appeals are others than before."""
        self.announce(happened.SafetyChanged(account=self.name))

    def room_reports_changed(self, room_uri: str) -> None:
        """Tell that what came to who looks after a conversation is something else than before."""
        self.announce(RoomReportsChanged(account=self.name, room_uri=room_uri))
        self.refresh([room_uri])

    def _indexed(self, done: int, total: int) -> None:
        self.announce(Progress(account=self.name, token=INDEX, done=done, total=total))

    async def _learn(self, user_uris: list[str], items: tuple[Item, ...]) -> None:
        await self.device.names.learn(user_uris)
        for item in items:
            now = self.host.store.get(Table.TIMELINE, item.room_uri, u64(item.seq))  # it may have changed meanwhile
            if now is not None and not set(user_uris).isdisjoint(people_in([item])):
                self._tell_entry(decode_item(now))
        self.refresh({room_uri for each in user_uris for room_uri in rooms_with(self.device, each)})

    async def _follow(self) -> None:
        while True:
            shown = [await self._queue.get()]
            while not self._queue.empty():
                shown.append(self._queue.get_nowait())
            try:
                self._pass_on(shown)
            except Exception as err:  # noqa: BLE001  # where a bug ends: what comes next is told all the same
                log_bug(err)

    def _pass_on(self, shown: list[Shown]) -> None:
        """What came together is told together: of each entry the last state, of each conversation one row."""
        items = {(each.room_uri, each.seq): each for each in shown if isinstance(each, Item)}
        rooms = dict.fromkeys(room_uri for room_uri, _ in items)
        for what in shown:
            match what:
                case Item() | CaughtUp():
                    pass
                case SomebodyTypes():
                    self._types(what)
                case Working(done, parts, left_s):
                    self._work = None if left_s is None else WorkShown(done=done, parts=parts, left_s=left_s)
                    self.look()
                case RoomChanged(room_uri):
                    rooms[room_uri] = None
                case ChoicesChanged():
                    rooms.update(dict.fromkeys(all_rooms(self.device)))
                case RoomReportArrived(room_uri):
                    rooms[room_uri] = None
                    self.announce(RoomReportsChanged(account=self.name, room_uri=room_uri))
                case (
                    DevicesChanged(user_uri)
                    | ResetPending(user_uri)
                    | AccountReset(user_uri)
                    | ClosingPending(user_uri)
                    | AccountClosed(user_uri)
                ):
                    rooms.update(dict.fromkeys(rooms_with(self.device, user_uri)))
            sentence = told(self.name, self.device, what)
            if sentence is not None:
                self.announce(sentence)
        if any(isinstance(each, ContactsChanged | ChoicesChanged) for each in shown):
            self.announce(happened.ContactsChanged(account=self.name))
        if any(isinstance(each, ChoicesChanged) for each in shown):
            self.announce(happened.ChoicesChanged(account=self.name))
        if any(isinstance(each, HeardFromDesk) for each in shown):
            self.safety_changed()
            if any(isinstance(each, HeardFromDesk) and each.reference for each in shown):
                self._spawn(self.look_at_standing())
        for item in items.values():
            self._tell_entry(item)
        for room_uri in rooms:
            with suppress(CommandRefused):
                self.look_at_waiting(room_uri)
        self.refresh(rooms)
        self.learn([*people_in(items.values()), *named(self.device, rooms)], items.values())

    def _types(self, what: SomebodyTypes) -> None:
        """Of whom this person blocked it is not shown."""
        if not self.device.blocks.blocked(what.user_uri):
            self.announce(
                TypingShown(account=self.name, room_uri=what.room_uri, user_uri=what.user_uri, lasts_ms=LASTS_MS)
            )

    def _tell_entry(self, item: Item) -> None:
        self.announce(EntryChanged(account=self.name, room_uri=item.room_uri, entry=entry(self.device, item)))

    def _spawn(self, work: Coroutine[object, object, T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        err = None if task.cancelled() else task.exception()
        if err is not None and not isinstance(err, FORESEEN):
            log_bug(err)
