# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All accounts of a home, and everybody who hears what happens in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from privity.faces.app.account import Account
from privity.faces.app.brought import BroughtFiles
from privity.faces.app.errors import NoAccount, TooManyAccounts
from privity.faces.app.home import Home, checked_name
from privity.faces.app.limits import MAX_ACCOUNTS, WATCH_S
from privity.faces.app.lock import Attempts, Vigil
from privity.faces.app.opened import Opened
from privity.faces.app.port.happened import Event
from privity.faces.app.port.shown import AccountShown
from privity.server.web import log_bug


class House:
    """The accounts by name. One that was never begun stands for nothing."""

    def __init__(self, home: Home, vigil: Vigil, now_ms: Callable[[], int]) -> None:
        self._home = home
        self._vigil = vigil
        self._now_ms = now_ms
        self.brought = BroughtFiles(home.folder)
        self._listeners: set[Callable[[Event], None]] = set()
        self._accounts = {name: self._account(name) for name in home.names()}

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Hear every event from now on."""
        self._listeners.add(listener)

    def unlisten(self, listener: Callable[[Event], None]) -> None:
        self._listeners.discard(listener)

    def announce(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)

    def shown(self) -> tuple[AccountShown, ...]:
        return tuple(each.shown() for _, each in sorted(self._accounts.items()) if each.exists)

    def account(self, name: str) -> Account:
        """Raises BadName, NoAccount."""
        account = self._accounts.get(checked_name(name))
        if account is None or not account.exists:
            raise NoAccount(f"there is no account {name} in this home")
        return account

    def opened(self, name: str) -> Opened:
        """Raises BadName, NoAccount, AccountLocked."""
        return self.account(name).opened

    def begun(self, name: str) -> Account:
        """An account that is to be made, or to be gone on with. Raises BadName, TooManyAccounts."""
        account = self._accounts.get(checked_name(name))
        if account is None:
            if sum(each.exists for each in self._accounts.values()) >= MAX_ACCOUNTS:
                raise TooManyAccounts(f"this home has {MAX_ACCOUNTS} accounts, and takes no more")
            account = self._accounts[name] = self._account(name)
        return account

    def touch(self) -> None:
        """A person did something."""
        self._vigil.touch()

    async def lock_all(self) -> None:
        """Drop the keys of every account."""
        self.brought.drop()
        await asyncio.gather(*(each.lock() for each in self._accounts.values()))

    async def watch(self) -> None:
        """Lock when it is time, and tell of connections that come and go. Ends with the daemon."""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                if self._vigil.is_over():
                    await self.lock_all()
                for each in self._accounts.values():
                    each.look()
            except Exception as err:  # noqa: BLE001  # where a bug ends: the next hour locks all the same
                log_bug(err)

    def _account(self, name: str) -> Account:
        attempts = Attempts(self._home.attempts / f"{name}.json", self._now_ms)
        return Account(name, self._home.device(name), attempts, self.announce, self.brought)
