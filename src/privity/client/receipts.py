# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letting others know that their messages came and were read: collected for a moment, then one message for many.

Each kind can be turned off (`preferences`); where receipts are owed at all is the engine's business (`receipting`).
Nothing is lost when it fails: a receipt that was not sent is simply not there.
"""

from __future__ import annotations

import asyncio

from privity.client.engine import inputs
from privity.client.engine.flow import EXPECTED
from privity.client.engine.receipting import MAX_AT_ONCE
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Kind, Shown, decode_item
from privity.client.host import Host
from privity.client.preferences import Preferences
from privity.client.unread import last_shown, note_shown
from privity.message.receipts import Status
from privity.mls.codec import u64

WINDOW_S = 2.0
"""How long receipts are collected: what comes in a burst is answered at once, and the hub learns less of when."""
MAX_REMEMBERED = 10_000
"""Messages of which this device knows that it has spoken: after that their entries say so."""


class Receipts:
    """The receipts of one device. They are sent while `run` is under way."""

    def __init__(self, host: Host, preferences: Preferences, window_s: float = WINDOW_S) -> None:
        self._host = host
        self._preferences = preferences
        self._window_s = window_s
        self._due: dict[str, dict[bytes, Status]] = {}
        self._said: dict[bytes, Status] = {}
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Answer what is shown from now on, until cancelled."""
        queue = self._host.follow()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._speak(group))
                while True:
                    self._note(await queue.get())
        finally:
            self._host.unfollow(queue)

    async def seen(self, room_uri: str, seq: int) -> None:
        """The entries of a conversation up to this one were on the screen."""
        store = self._host.store
        after = last_shown(store, room_uri)
        note_shown(store, room_uri, seq)
        rows = store.before(Table.TIMELINE, room_uri, u64(seq + 1), MAX_AT_ONCE)
        for key, value in rows:
            if after is None or key > after:
                self._add(decode_item(value), Status.READ)

    def _note(self, what: Shown) -> None:
        if isinstance(what, Item):
            self._add(what, Status.DELIVERED)

    def _add(self, item: Item, status: Status) -> None:
        if item.kind is not Kind.MESSAGE or item.mine or not self._preferences.sends(status):
            return
        if self._said.get(item.message_id, Status.UNREAD) >= status:
            return
        due = self._due.setdefault(item.room_uri, {})
        due[item.message_id] = max(status, due.get(item.message_id, status))
        self._wake.set()

    async def _speak(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._window_s)
            self._wake.clear()
            due, self._due = self._due, {}
            for room_uri, statuses in due.items():
                for status in filter(self._preferences.sends, (Status.READ, Status.DELIVERED)):
                    ids = tuple(message_id for message_id, each in statuses.items() if each is status)
                    for first in range(0, len(ids), MAX_AT_ONCE):
                        group.create_task(self._send(room_uri, status, ids[first : first + MAX_AT_ONCE]))

    async def _send(self, room_uri: str, status: Status, message_ids: tuple[bytes, ...]) -> None:
        if len(self._said) > MAX_REMEMBERED:
            self._said.clear()
        self._said.update(dict.fromkeys(message_ids, status))
        try:
            await self._host.do(lambda n: inputs.SendReceipts(n, room_uri, status, message_ids))
        except EXPECTED:
            return  # nothing may be sent here now; whoever opens the conversation sees why
