# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One worker as a whole: its leases, its ears and mouth, and what it does for the others."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from privity.server.bus.model import Bus
from privity.server.bus.nats import NatsBus
from privity.server.bus.sealing import BusKey
from privity.server.context import HubContext
from privity.server.db.database import Query, Reader
from privity.server.delivery.service import Submissions
from privity.server.devices import service as devices
from privity.server.rooms.parts import RoomParts
from privity.server.sessions import requests
from privity.server.workers.counting import Counting
from privity.server.workers.keeper import Keeper
from privity.server.workers.leases import Holding
from privity.server.workers.routing import Routing
from privity.server.workers.same_files import SameFiles
from privity.server.workers.seat import Seat
from privity.server.workers.telling import Telling
from privity.server.workers.vouching import Vouching
from privity.server.workers.words import Arrived, Connected, Dropped, Due, Passing, Published, Taken
from privity.wire.errors import Refusal

AT_ONCE: Final = 500
"""Devices that one look at the database asks about."""
WHY_DROPPED: Final = "the device is none of its account's any more"


class Sharing:
    """What this process has in common with the other workers of its hub (context.Sharing)."""

    def __init__(self, context: HubContext, parts: RoomParts, seat: Seat, bus: Bus) -> None:
        self._context = context
        self._parts = parts
        self._seat = seat
        self._bus = bus
        self._keeper = Keeper(context.db, seat.name, self._changed)
        self._vouching = Vouching(bus, seat.name, context.sessions, partial(requests.take, context))
        self._telling = Telling(
            bus,
            seat.name,
            parts.fanout,
            context.sessions,
            due=context.epochs.hear_due,
            published=context.epochs.hear_published,
            arrived=context.arrivals.hear,
            look_again=self._look_again,
            counted=context.limits.hear,
        )
        self._counting = Counting(context.limits, self._telling.tell)
        self._files = SameFiles(
            bus, context.db, seat.name, {"keys/periods": context.keys.periods, "blobs": context.config.blobs}
        )
        self._routing: Routing | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._looking: asyncio.Task[None] | None = None
        self._look_once_more = False
        self._connect_calls()

    @classmethod
    async def connect(cls, context: HubContext, parts: RoomParts, seat: Seat) -> Sharing:
        """Reach the bus. Raises BusUnreachable or DriverMissing."""
        bus = await NatsBus.connect(context.config.bus or "", context.config.host, BusKey(context.keys.log))
        return cls(context, parts, seat, bus)

    def joined(self) -> tuple[HubContext, RoomParts]:
        """Context and parts of a hub that is shared."""
        return replace(self._context, sharing=self), replace(self._parts, route=self._route)

    async def begin(self) -> None:
        """From now on this worker hears, answers, owns rooms and may lead. The application is built by then.

        Raises FilesNotShared or WorkerSilent, and then it owns nothing.
        """
        await self._telling.begin()
        self._counting.begin()
        await self._vouching.begin()
        if self._routing is not None:
            await self._routing.begin()
        await self._files.begin()
        await self._files.prove()
        await self._keeper.join(self._seat.predecessor)
        self._tasks = [asyncio.create_task(self._keeper.keep()), asyncio.create_task(self._telling.say_number())]

    async def leave(self) -> None:
        """Give the rooms up. What is still queued here for them is refused, and sent again to who owns them then."""
        for task in self._tasks:
            task.cancel()
        with suppress(Refusal):  # the database is away: the leases end by themselves
            await self._keeper.leave()
        self._telling.tell([Taken()])

    async def close(self) -> None:
        """After everything else: say what is left to say, and end the bus."""
        self._counting.end()
        if self._looking is not None:
            self._looking.cancel()
        await self._bus.close()

    def owned(self, query: Query, room_uris: Collection[str]) -> Collection[str]:
        return self._keeper.owned(query, room_uris)

    @property
    def name(self) -> str:
        return self._keeper.name

    def silent(self, query: Query) -> Mapping[str, int]:
        return self._keeper.silent(query)

    async def lead(self) -> None:
        await self._keeper.lead()

    def _route(self, own: Submissions) -> Routing:
        self._routing = Routing(self._bus, self._keeper, own, self._parts.fanout.answer)
        return self._routing

    def _connect_calls(self) -> None:
        """Whatever happens here that others must hear of."""
        fanout, sessions, tell = self._parts.fanout, self._context.sessions, self._telling.tell
        fanout.on_apply = tell
        fanout.on_pass = lambda room_uri, frame: tell([Passing(room_uri, frame)])
        sessions.elsewhere = self._vouching
        sessions.on_add = lambda client_uri: tell([Connected(client_uri)])
        sessions.on_drop = lambda client_uri, why: tell([Dropped(client_uri, why)])
        self._context.epochs.on_due = lambda: tell([Due()])
        self._context.epochs.on_published = lambda: tell([Published()])
        self._context.arrivals.on_arrived = lambda: tell([Arrived()])

    def _changed(self, holding: Holding) -> None:
        """Shards have another owner: its predecessor may have stored what nobody was told of."""
        if holding.taken:
            self._telling.tell([Taken()])
            self._look_again()

    def _look_again(self) -> None:
        """Something was not heard. Once at a time, and once more for what was missed meanwhile."""
        if self._looking is not None and not self._looking.done():
            self._look_once_more = True
            return
        self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        context = self._context
        while True:
            self._look_once_more = False
            for connection in self._parts.fanout.connections():
                connection.fall_behind()
            context.epochs.hear_due()
            context.epochs.hear_published()
            context.arrivals.hear()
            try:
                await self._drop_strangers()
            except Refusal:  # the database is away, and with it whatever could be missed: look when it is back
                self._look_once_more = True
                await asyncio.sleep(1)
            if not self._look_once_more:
                return

    async def _drop_strangers(self) -> None:
        """End sessions of devices that are none any more."""
        sessions = self._context.sessions
        here = sessions.devices()
        for first in range(0, len(here), AT_ONCE):
            asked = here[first : first + AT_ONCE]

            def known(reader: Reader, asked: list[str] = asked) -> set[str]:
                return devices.which(reader, asked)

            still = await self._context.db.read(known)
            for client_uri in asked:
                if client_uri not in still:
                    sessions.hear_drop(client_uri, WHY_DROPPED)
