# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Backups of one open device: making one, and bringing one in."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from privity.client import saving
from privity.client.backup import format, keys, making, restoring
from privity.client.backup.format import Opened, open_backup
from privity.client.backup.keys import BackupKey
from privity.client.backup.making import Progress
from privity.client.backup.passing import Passing
from privity.client.backup.restoring import Restored, Restoring
from privity.client.engine import inputs
from privity.client.engine.records import Table
from privity.client.errors import BackupRefused
from privity.client.host import Host
from privity.client.names import Names
from privity.client.reading import Given, given_file
from privity.identity.device_list import DeviceList
from privity.identity.recovery import root_of
from privity.identity.undated import once_in_force

NAME = "privity.backup"
"""What a backup is called where a folder is named."""


class Backups:
    """`progress` is called with the bytes done and in all."""

    __slots__ = ("_host", "_names")

    def __init__(self, host: Host, names: Names) -> None:
        self._host = host
        self._names = names

    @property
    def has_key(self) -> bool:
        """Whether this device can make backups. One that was linked must hear the recovery phrase once."""
        return self._host.store.get(Table.OWN, "", keys.PUBLIC_KEY) is not None

    def hear_phrase(self, phrase: str) -> None:
        """Keep the public key of the account's phrase, and nothing else of it. Raises BadPhrase, WrongPhrase."""
        root = root_of(phrase)
        device = self._host.engine.device
        keys.check_phrase(root, device.pins.account(device.own.user_uri))
        self._host.store.save(keys.kept_rows(root))

    async def make(self, to: Path, progress: Progress | None = None) -> Path:
        """Write a new, encrypted file that the recovery phrase opens; where it is. It needs no hub.

        Raises CommandRefused without the key, SaveRefused; then nothing is left of it.
        """
        keys.kept_public(self._host.store)  # before a file is begun
        with saving.drafted(NAME, to) as (file, target):
            await self.write(file, progress)
        return target

    async def write(self, out: BinaryIO, progress: Progress | None = None) -> None:
        """The same into an open file. Raises CommandRefused without the key."""
        host, public = self._host, keys.kept_public(self._host.store)
        await making.make(host.store, host.engine.device, public, host.now_ms(), out, progress)

    @staticmethod
    async def check_readable(backup: Given, phrase: str) -> None:
        """Whether these words open this file, to its end: before a recovery by the same words, say.

        Raises BadPhrase, FileRefused, BackupRefused.
        """
        key = BackupKey.of(root_of(phrase))
        with given_file(backup) as file:
            await asyncio.to_thread(format.check_readable, file, key)

    async def heed(self, backup: Given, phrase: str) -> int:
        """Check a whole backup, and heed what its device had seen: to be called before a new device connects for the
        first time. How many conversations it brings.

        Raises BadPhrase, FileRefused, BackupRefused, LogRefused; then nothing has changed.
        """
        key = BackupKey.of(root_of(phrase))
        with given_file(backup) as file:
            opened = await asyncio.to_thread(self._opened, file, key, self._own_lists())
            return await restoring.heed(self._host, opened)

    async def restore(self, backup: Given, phrase: str, progress: Progress | None = None) -> Restored:
        """Bring a backup of this account in. The device is connected, and has caught up.

        Raises what `heed` raises, and LogNotFresh where the key log is not as long as it was.
        """
        key = BackupKey.of(root_of(phrase))
        with given_file(backup) as file:
            return await self._bring_in(file, key, progress)

    # History for a device that was just linked

    async def ask_history(self, progress: Progress | None = None) -> Restored:
        """On the new device, connected: ask the other ones for the history, wait for it, and bring it in.

        It waits until a person has another device `give_history`, and goes on with that when it is called again. Raises
        what `restore` raises.
        """
        passing = Passing(self._host)
        room_uri = await passing.ask()
        try:
            with tempfile.TemporaryFile() as file:
                key = await passing.fetched(room_uri, file, progress)
                done = await self._bring_in(file, key, progress)
        except BackupRefused:  # the same again would be the same
            await passing.done(room_uri)
            raise
        await passing.done(room_uri)
        return done

    async def give_history(self, client_uri: str, progress: Progress | None = None) -> None:
        """On a device that has the history: wait until this new device of the account asks, and pass it on."""
        await Passing(self._host).give(client_uri, progress)

    async def _bring_in(self, file: BinaryIO, key: BackupKey, progress: Progress | None) -> Restored:
        own_uri = self._host.engine.device.own.user_uri
        await self._host.do(lambda n: inputs.KeyHistory(n, own_uri))
        file.seek(0)
        opened = await asyncio.to_thread(self._opened, file, key, self._own_lists())
        rooms = await restoring.heed(self._host, opened)
        size = file.seek(0, os.SEEK_END)
        done = await Restoring(self._host, self._names, opened, size, progress).run()
        done.rooms = rooms
        return done

    def _own_lists(self) -> tuple[DeviceList, ...]:
        """Those of this account that were in force at some time, as this device has them."""
        device = self._host.engine.device
        first, values = device.pins.own_lists.newest_run()
        in_force = device.pins.get(device.own.user_uri)
        whole = once_in_force(values, device.own.user_uri) if first == 0 and values else ()
        return whole if in_force is None else (*whole, in_force)

    @staticmethod
    def _opened(file: BinaryIO, key: BackupKey, lists: tuple[DeviceList, ...]) -> Opened:
        opened = open_backup(file, key, lists)
        opened.check_whole()
        return opened
