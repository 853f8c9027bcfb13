# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One account of the home: locked, being opened, open, or begun and not finished. Nothing else opens its folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Final

from privity.client.apart import apart, close
from privity.client.backup.backups import Backups
from privity.client.errors import CommandRefused, RecoveryUnknown, RegistrationUnknown, StoreError
from privity.client.linking import NewDevice
from privity.client.registration import kept_phrase
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.faces.app.brought import BroughtFiles
from privity.faces.app.errors import AccountLocked, AccountOpen, NothingToAnswer, TooSoon
from privity.faces.app.keeping import bringing_back
from privity.faces.app.lock import Attempts
from privity.faces.app.opened import Announce, Opened
from privity.faces.app.port.errands import ErrandKind
from privity.faces.app.port.happened import AccountChanged, AccountGone, LinkCheck, LinkEnded
from privity.faces.app.port.shown import AccountShown, Lock
from privity.faces.app.problems import FORESEEN, problem_of
from privity.identity.handle import typed_handle
from privity.identity.recovery import new_phrase
from privity.wire.age import AgeBand

UNFINISHED: Final = (RegistrationUnknown, RecoveryUnknown)


class Account:
    """`name` is that of its folder. What was asked of it one after another is done one after another."""

    def __init__(self, name: str, folder: Path, attempts: Attempts, announce: Announce, brought: BroughtFiles) -> None:
        self.name = name
        self._folder = folder
        self._attempts = attempts
        self._announce = announce
        self._brought = brought
        self._busy = asyncio.Lock()
        self._lock = Lock.LOCKED
        self._problem = ""
        self._opened: Opened | None = None
        self._link: NewDevice[Device] | None = None
        self._linking: asyncio.Task[None] | None = None
        self._compared = False
        """Whether the digits of a link are here, for the person to compare."""
        self._changer: asyncio.Task[object] | None = None

    @property
    def opened(self) -> Opened:
        """Raises AccountLocked."""
        if self._opened is None:
            raise AccountLocked(f"the account {self.name} is locked; open it with its passphrase")
        return self._opened

    @property
    def exists(self) -> bool:
        """Whether anything of it is on disk, or about to be."""
        return self._lock is not Lock.LOCKED or Store.exists(self._folder)

    def shown(self) -> AccountShown:
        if self._opened is not None:
            return self._opened.shown()
        return AccountShown(account=self.name, lock=self._lock, wait_s=self._attempts.wait_s(), problem=self._problem)

    def look(self) -> None:
        """Tell it if an open account looks different than before."""
        if self._opened is not None:
            self._opened.look()

    async def unlock(self, passphrase: str) -> None:
        """Raises TooSoon, WrongPassphrase and what `Device.open` raises."""
        _check_said(passphrase)
        async with self._changing(unfinished=(CommandRefused,)):
            self._attempts.begin()
            try:
                device = await self._device(passphrase)
            except CommandRefused:  # what is refused stands in the store: the passphrase has opened it
                self._attempts.right()
                raise
            self._attempts.right()
            await self._open(device)

    async def create(self, passphrase: str, hub: str, handle: str, invite: str, *, age: AgeBand, listed: bool) -> str:
        """A new account, or one gone on with; its recovery phrase. Raises what `Device.register` raises."""
        name = typed_handle(handle)
        async with self._changing():
            await self._prove(passphrase)
            kept = await apart(lambda: kept_phrase(self._folder, passphrase), lambda _: None)
            phrase = kept or new_phrase(os.urandom)
            device = await Device.register(
                self._folder,
                passphrase,
                hub,
                handle=name,
                phrase=phrase,
                invite=invite.strip() or None,
                age=age,
                listed=listed,
            )
            await self._open(device)
        return phrase

    async def restore(self, passphrase: str, hub: str, handle: str, phrase: str, backup: BinaryIO | None) -> None:
        """A new device, alone in the list; what a backup holds comes in as an errand of the open account.

        Raises what `Device.recovered` raises, and BackupRefused before anything is lost by it.
        """
        name = typed_handle(handle)
        async with self._changing():
            await self._prove(passphrase)
            if backup is not None:
                await Backups.check_readable(backup, phrase)
            device = await Device.recovered(self._folder, passphrase, hub, handle=name, phrase=phrase)
            if backup is not None:
                await self._heed(device, backup, phrase)
            await self._open(device)
            if backup is not None:
                work = bringing_back(self.opened, backup, phrase)
                self.opened.errands.begin(ErrandKind.RESTORE, work, backup)

    @staticmethod
    async def _heed(device: Device, backup: BinaryIO, phrase: str) -> None:
        """Before the device connects for the first time. Raises BackupRefused, LogRefused."""
        with ExitStack() as undo:
            undo.callback(device.host.store.close)
            await device.backups.heed(backup, phrase)
            undo.pop_all()

    async def begin_link(self, passphrase: str, hub: str) -> str:
        """The code for the other device. Its digits follow as an event. Raises what `Device.link` raises."""
        async with self._changing():
            await self._prove(passphrase)
            self._link = await Device.link(self._folder, passphrase, hub)
            self._become(Lock.UNFINISHED)
            self._linking = asyncio.ensure_future(self._await_check(self._link))
            return self._link.code

    async def forget_link(self, passphrase: str) -> None:
        """Take a link back that has not ended. The other device hears a no, if the hub answers.

        After a restart the passphrase has to show that a link is all that is here. Raises AccountOpen, TooSoon,
        WrongPassphrase, CommandRefused, LinkRefused.
        """
        link, self._link = self._link, None
        stays = (StoreError, CommandRefused, TooSoon) if self._lock is Lock.UNFINISHED else ()
        async with self._changing(unfinished=stays), AsyncExitStack() as undo:
            if link is None or link.ended:
                await self._prove(passphrase)
                link = await Device.kept_link(self._folder, passphrase)
            undo.push_async_callback(link.close)
            await link.decline()
            self._become(Lock.LOCKED)

    def answer_link(self, same: bool) -> None:
        """What the person says about the digits. What follows is told by events. Raises NothingToAnswer."""
        if self._link is None or not self._compared:
            raise NothingToAnswer("there are no digits to compare yet")
        self._compared = False
        self._linking = asyncio.ensure_future(self._finish_link(self._link, same, self._linking))

    async def lock(self) -> None:
        """Drop everything that opening the account has brought into memory. An opening that is under way ends."""
        if self._changer is not None:
            self._changer.cancel()
        async with self._busy:
            await self._close()

    async def _close(self) -> None:
        linking, link, opened = self._linking, self._link, self._opened
        self._linking = self._link = self._opened = None
        self._compared = False
        if linking is not None:
            linking.cancel()
            await asyncio.gather(linking, return_exceptions=True)
        if link is not None:
            await link.close()
        if opened is not None:
            await opened.end()
        self._problem = ""
        if link is not None or opened is not None:
            self._become(Lock.LOCKED)

    # Helpers

    @asynccontextmanager
    async def _changing(self, unfinished: tuple[type[Exception], ...] = UNFINISHED) -> AsyncIterator[None]:
        """One change at a time, and only of an account that is not open. Raises AccountOpen.

        After an error of `unfinished` there is something to go on with.
        """
        async with self._busy:
            if self._opened is not None:
                raise AccountOpen(f"the account {self.name} is open already")
            await self._close()
            self._become(Lock.OPENING)
            self._changer = asyncio.current_task()
            try:
                yield
            except asyncio.CancelledError:
                await self._close()
                self._become(Lock.LOCKED)
                raise AccountLocked("the account was locked while it was being opened") from None
            except Exception as err:
                begun = isinstance(err, unfinished)
                self._problem = problem_of(err).text if begun else ""
                self._become(Lock.UNFINISHED if begun else Lock.LOCKED)
                raise
            finally:
                self._changer = None

    async def _device(self, passphrase: str) -> Device:
        return await apart(lambda: Device.open(self._folder, passphrase), lambda device: device.host.store.close())

    async def _prove(self, passphrase: str) -> None:
        """Where something was begun before, try the passphrase first, so that no way around guesses faster.

        Raises TooSoon, WrongPassphrase.
        """
        _check_said(passphrase)
        if Store.exists(self._folder):
            self._attempts.begin()
            (await apart(lambda: Store.open(self._folder, passphrase), close)).close()
            self._attempts.right()

    async def _open(self, device: Device) -> None:
        opened = Opened(self.name, self._folder, device, self._announce, self._brought)
        self._opened = opened
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._abandon, opened)
            await opened.begin()
            undo.pop_all()
        self._lock, self._problem = Lock.OPEN, ""
        opened.look()

    async def _abandon(self, opened: Opened) -> None:
        self._opened = None
        await opened.end()

    def _become(self, lock: Lock) -> None:
        self._lock = lock
        gone = lock is Lock.LOCKED and not Store.exists(self._folder)
        self._announce(AccountGone(account=self.name) if gone else AccountChanged(account=self.shown()))

    # A link under way

    async def _await_check(self, link: NewDevice[Device]) -> None:
        async def wait() -> None:
            check = await link.check()
            self._compared = True
            self._announce(LinkCheck(account=self.name, check=check, handle=link.handle))
            await link.declined()

        await self._or_ended(link, wait)

    async def _finish_link(self, link: NewDevice[Device], same: bool, waiting: asyncio.Task[None] | None) -> None:
        """`waiting` is for a no of the other side."""
        if waiting is not None:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        if link.ended:
            if self._link is link:
                self._ended("The other device said no: nothing was added, and nothing is kept here.")
            return

        async def finish() -> None:
            if not same:
                await link.decline()
                self._ended("You said that the digits differ: nothing was added, and nothing is kept here.")
                return
            device = await link.accept()
            self._link = None
            await self._open(device)

        await self._or_ended(link, finish)

    async def _or_ended(self, link: NewDevice[Device], step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except FORESEEN as err:
            await link.close()
            self._ended(problem_of(err).text)

    def _ended(self, text: str) -> None:
        self._link = None
        self._compared = False
        self._announce(LinkEnded(account=self.name, text=text))
        self._become(Lock.UNFINISHED if Store.exists(self._folder) else Lock.LOCKED)


def _check_said(passphrase: str) -> None:
    if not passphrase:
        raise CommandRefused("an empty passphrase protects nothing; nothing was done")
