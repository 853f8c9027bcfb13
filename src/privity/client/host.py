# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Runs one engine: performs its effects in order against the store and the network, and keeps the connection up."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TypeVar

import aiohttp

from privity.client.engine import effects as fx
from privity.client.engine import inputs
from privity.client.engine.calls import Call
from privity.client.engine.engine import Engine
from privity.client.engine.flow import Answers
from privity.client.engine.shown import CaughtUp, Notice, Shown
from privity.client.errors import ClientError, DeviceNotKnown, HandshakeRefused, HubUnreachable
from privity.client.net.backoff import delay_ms
from privity.client.net.connection import Connection
from privity.client.own_returns import bring_back_own
from privity.client.solving import Solving
from privity.client.store.database import Store
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.socket import BadFrame
from privity.wire.structs import settle_structs
from privity.wire.work import Puzzle

A = TypeVar("A", bound=rest.Answer)

JITTER_MS = 10_000
"""Members commit what the hub proposed within ten seconds, so that they do not all try at once."""
FOLLOW_LIMIT = 10_000
SHORTEST_SLEEP_S = 0.02
LONGEST_SLEEP_S = 3_600
"""A device that waits for anything looks at the time once an hour: the clocks it waits for may have moved."""
LASTING_S = 30
"""A connection that stood so long was a good one: the next attempt is made at once."""
SHORT_ATTEMPT = 4
"""A hub that ends connections as soon as it has opened them is asked again after seconds, not at once."""

RETURN_S = 3_600
"""A hub that does not know this device is given its account's lists at once, and then once an hour: it may have dropped
it for good."""


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Host:
    """One engine on one store. `start` connects in the background; `close` ends everything."""

    def __init__(self, store: Store, base: str, now_ms: Callable[[], int] = wall_ms) -> None:
        """`now_ms` is this device's clock."""
        settle_structs()
        self.store = store
        self.now_ms = now_ms
        self.engine = Engine(store, random=os.urandom, jitter=lambda: int.from_bytes(os.urandom(2), "big") % JITTER_MS)
        self.base = base
        self.connection: Connection | None = None
        self.last_error: Exception | None = None
        self.caught_up = asyncio.Event()
        self._http: aiohttp.ClientSession | None = None
        self._commands = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[object]] = {}
        self._followers: set[asyncio.Queue[Shown]] = set()
        self._outgoing: asyncio.Queue[fx.Transmit] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._solves: dict[int, asyncio.Task[None]] = {}
        self._solving = Solving(lambda how_far: self._perform(fx.Show(how_far)))
        self._wakes: list[int] = []
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self._broken: BaseException | None = None
        self._returned: float | None = None

    async def start(self) -> None:
        self._http = aiohttp.ClientSession()
        self._spawn(self._stay_connected(self._http))

    async def close(self) -> None:
        self._closing = True
        self._wakes.clear()
        self._set_timer()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
        await asyncio.to_thread(self.store.close)  # which may take seconds, where texts were let go

    async def do(self, make: Callable[[int], inputs.Command]) -> object:
        """Give a command and wait for its end. Raises what it failed with."""
        number = next(self._commands)
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self.step(make(number))
            return await future
        finally:
            self._waiting.pop(number, None)

    async def ask(self, call: Call, kind: type[A]) -> A:
        """One request beside the engine, which keeps nothing of it. Raises Refusal, HubUnreachable."""
        answer = await self.connected().call(call)
        if not isinstance(answer, kind):
            raise ClientError(f"expected {kind.__name__}, got {type(answer).__name__}")
        return answer

    def connected(self) -> Connection:
        """The connection that stands. Raises HubUnreachable."""
        if self.connection is None:
            raise HubUnreachable(f"not connected: {self.last_error}")
        return self.connection

    def follow(self) -> asyncio.Queue[Shown]:
        """What is shown from now on. Give it back to `unfollow`."""
        queue: asyncio.Queue[Shown] = asyncio.Queue(FOLLOW_LIMIT)
        self._followers.add(queue)
        return queue

    def unfollow(self, queue: asyncio.Queue[Shown]) -> None:
        self._followers.discard(queue)

    def step(self, event: inputs.Input) -> None:
        """One step of the engine. Its Save is on disk before anything else happens; after a failure nothing goes on."""
        if self._broken is not None:
            raise ClientError("this device stopped after a failure; open it again") from self._broken
        try:
            for effect in self.engine.step(event, self.now_ms()):
                self._perform(effect)
        except BaseException as err:  # whatever it was, the engine's memory may be ahead of the disk: stop here
            self._broken = err
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(ClientError(f"this device stopped: {type(err).__name__}"))
            raise

    def _perform(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Save(changes):
                self.store.save(changes)
            case fx.Transmit():
                self._outgoing.put_nowait(effect)
            case fx.RequestRest(number, call):
                self._spawn(self._ask(number, call))
            case fx.Solve(number, puzzle):
                task = self._spawn(self._solve(number, puzzle))
                self._solves[number] = task
                task.add_done_callback(lambda _: self._solves.pop(number, None))
            case fx.StopSolving(number):
                if number in self._solves:
                    self._solves[number].cancel()
            case fx.Show(what):
                if isinstance(what, CaughtUp):
                    self.caught_up.set()
                for queue in self._followers:
                    with suppress(asyncio.QueueFull):  # a follower that sleeps reads the timeline later
                        queue.put_nowait(what)
            case fx.Finished(command, result):
                future = self._waiting.get(command)
                if future is not None and not future.done():
                    future.set_result(result)
            case fx.Failed(command, err):
                future = self._waiting.get(command)
                if future is not None and not future.done():
                    future.set_exception(err)
            case fx.WakeAt(at_ms):
                if at_ms not in self._wakes:
                    heapq.heappush(self._wakes, at_ms)
                    self._set_timer()

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _set_timer(self) -> None:
        """One timer for the first of all wishes: however many there are, and for whatever, it rings once."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._wakes:
            delay = min(max(SHORTEST_SLEEP_S, (self._wakes[0] - self.now_ms()) / 1000), LONGEST_SLEEP_S)
            self._timer = asyncio.get_running_loop().call_later(delay, lambda: self._spawn(self._tick()))

    async def _tick(self) -> None:
        now_ms = self.now_ms()
        while self._wakes and self._wakes[0] <= now_ms:
            heapq.heappop(self._wakes)
        self.step(inputs.Tick())
        self._set_timer()

    async def _ask(self, number: int, call: Call) -> None:
        connection = self.connection
        if connection is None:
            self.step(inputs.Unanswered(number))
            return
        try:
            answer = await connection.call(call)
        except Refusal as refusal:
            self.step(inputs.Declined(number, refusal))
        except HubUnreachable as err:
            self.last_error = err
            self.step(inputs.Unanswered(number))
            await connection.close()  # the request is made again on the next connection
        else:
            self.step(inputs.Answered(number, answer))

    async def _solve(self, number: int, puzzle: Puzzle) -> None:
        answers = await self._solving.solve(puzzle)
        self.step(inputs.Answered(number, Answers(answers)))

    async def _stay_connected(self, http: aiohttp.ClientSession) -> None:
        attempt = 0
        while not self._closing:
            began = time.monotonic()
            try:
                connection = await Connection.open(http, self.base, self.engine.device.own)
            except (HubUnreachable, HandshakeRefused, BadFrame) as err:
                self.last_error = err
                if isinstance(err, DeviceNotKnown) and await self._came_back(http):
                    continue
            else:
                attempt = min(attempt, SHORT_ATTEMPT)
                await self._converse(connection)
                if time.monotonic() - began >= LASTING_S:
                    attempt = 0
            await asyncio.sleep(delay_ms(attempt, os.urandom) / 1000)
            attempt += 1

    async def _came_back(self, http: aiohttp.ClientSession) -> bool:
        """Whether the hub had lost this device's account, or its newest lists, and has them again now."""
        now = time.monotonic()
        if self._returned is not None and now - self._returned < RETURN_S:
            return False
        self._returned = now
        device = self.engine.device
        text = f"the hub has lost this account, and {device.own.handle} is somebody else by now: ask its operator"
        try:
            taken = await bring_back_own(http, self.base, device.own, device.pins.own_lists)
        except HubUnreachable:
            return False
        except Refusal as refusal:
            if refusal.code is not Code.HANDLE_TAKEN:
                return False
            taken = 0
        else:
            text = f"the hub had lost {taken} of this account's device lists and has them again: connecting"
            if not taken:
                return False
        self._perform(fx.Show(Notice(text)))
        return taken > 0

    async def _converse(self, connection: Connection) -> None:
        self.connection = connection
        self._outgoing = asyncio.Queue()
        writer = asyncio.ensure_future(self._write(connection, self._outgoing))
        try:
            self.step(inputs.Connected(connection.hub_now_ms))
            async for frame in connection.frames():
                self.step(inputs.Received(frame))
        except (HandshakeRefused, BadFrame) as err:
            self.last_error = err
        finally:
            writer.cancel()
            self.connection = None
            self.caught_up.clear()
            await connection.close()
            if not self._closing and self._broken is None:
                self.step(inputs.Disconnected())

    async def _write(self, connection: Connection, outgoing: asyncio.Queue[fx.Transmit]) -> None:
        while True:
            try:
                await connection.send((await outgoing.get()).frame)
            except HubUnreachable as err:
                self.last_error = err  # everything is sent again on the next connection
                await connection.close()
                return
