# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What sending and delivering cost a real hub process, everything on, and its peers beside it in the same runs."""

from __future__ import annotations

import asyncio
import gc
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Final

from aiohttp import ClientError

from bench.contest import BODY, FULL, IN_FLIGHT, RATES, Contender, Sizes, Supply, measure, unheard
from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.hub import HubProcess
from bench.line import Line
from bench.load import Load
from bench.peers.all import PACKAGED
from bench.peers.peer import Peer
from bench.people import MARK_BYTES, PlannedRoom, consent, plan_direct, plan_group, seal
from bench.residents import Residents
from bench.ways import ON_A_FILE, ON_POSTGRESQL, TWO_WORKERS, Way
from privity.identity.consent import Op
from privity.message.errors import BadFrankSignature
from privity.message.franking import Frank, verify_frank_signature
from privity.wire.contacts import Ask, ContactMade, Grant
from privity.wire.rest import Committed, RoomCreated, ServerInfo
from privity.wire.socket import CaughtUp, Resume, encode

BESIDE: Final = {
    ON_POSTGRESQL.name: (ON_A_FILE.name, "the same on SQLite", "ratio <= 1.5"),
    TWO_WORKERS.name: (ON_POSTGRESQL.name, "one process on PostgreSQL", "ratio <= 1.8"),
}
"""Beside which way another one is judged, and by which bar."""
JUDGED: Final = ("send", "fanout")
PER_DEVICE: Final = 200
"""Messages that the hub takes from one device at once."""


def goals(sizes: Sizes) -> dict[str, Goal]:
    """The hub's own rows in their order. The bar of the fan-out is for a hundred members."""
    people = sizes.people
    found = {
        "send": Goal(f"hub: durable franked 1:1 send, {people} devices in turn", "cpu_s_per_1000", "ours <= 0.15"),
        "speed": Goal(f"hub: durable franked 1:1 sends, {people} devices in turn", "messages_per_s"),
        "spread": Goal("hub: the same, from the cheapest to the dearest round", "percent_of_median"),
        "send_more": Goal(
            f"hub: durable franked 1:1 send, {people} devices with {IN_FLIGHT} in flight each", "cpu_s_per_1000"
        ),
        "syncs": Goal("hub: syncs of a message sent alone", "syncs"),
        "fanout": Goal(
            f"hub: fan-out to a group of {people}",
            "cpu_ms_per_1000_deliveries",
            "ours <= 7" if people >= FULL.people else None,
        ),
    }
    for rate in RATES:
        bars = ("ours <= 2.5", "ours <= 10") if rate == 200 else (None, None)
        found[f"p50@{rate}"] = Goal(f"send to receive, p50 at {rate}/s", "ms", bars[0])
        found[f"p99@{rate}"] = Goal(f"send to receive, p99 at {rate}/s", "ms", bars[1])
        found[f"cpu@{rate}"] = Goal(f"hub: durable franked 1:1 send at {rate}/s", "cpu_s_per_1000")
    return found


def of_frames() -> dict[str, Goal]:
    """How large a message is on its way, which is the same in every way."""
    return {
        "sent": Goal("a message of 1 KiB as it is sent, frank and TLS not included", "bytes"),
        "delivered": Goal("the same as it is delivered, with its frank", "bytes"),
    }


def beside(sizes: Sizes) -> dict[str, Goal]:
    """The rows that every peer gets too; its bar for sending is its own."""
    own = goals(sizes)
    found = {
        "send": Goal(f"1:1 send, {sizes.people} devices in turn", own["send"].unit),
        "fanout": Goal(f"fan-out to a group of {sizes.people}", own["fanout"].unit),
        "syncs": Goal("syncs of a message sent alone", own["syncs"].unit),
    }
    return found | {f"{p}@{rate}": Goal(own[f"{p}@{rate}"].name, "ms") for rate in RATES for p in ("p50", "p99")}


@dataclass(slots=True)
class _Found:
    """Who took part, by the name of the way or the peer, and why the others did not."""

    servers: dict[str, Contender] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def value(self, name: str, key: str) -> float | str:
        """A number, or why there is none."""
        one = self.servers.get(name)
        if one is None:
            return self.reasons.get(name, "not reached")
        value = one.measured(key)
        return (one.failure or one.left_out.get(key) or "not reached") if value is None else value

    def row(self, goal: Goal, name: str, key: str) -> Row:
        value = self.value(name, key)
        return goal.skipped(value) if isinstance(value, str) else goal.row(value)

    def row_beside(self, goal: Goal, name: str, other: str, key: str, other_name: str = "") -> Row:
        """Beside another server, which is called `other_name` or by the name that it gave itself."""
        for value in (theirs := self.value(other, key), ours := self.value(name, key)):
            if isinstance(value, str):
                return goal.skipped(value)
        assert isinstance(ours, float) and isinstance(theirs, float)
        return Row(goal.name, ours, goal.unit, goal.bar, other_name or self.servers[other].name, theirs)


async def rows(
    sizes: Sizes,
    peers: Sequence[Peer] = PACKAGED,
    ways: Sequence[Way] = (ON_A_FILE,),
    said: Callable[[str], None] = unheard,
) -> list[Row]:
    """Start a hub in each of these ways and its peers, measure in turns, stop them. What was not measured says why."""
    found = _Found()
    async with AsyncExitStack() as stack:
        for name, running in [(way.name, partial(_way, way, sizes)) for way in ways] + [
            (peer.name, partial(peer.running, sizes)) for peer in peers
        ]:
            if ON_A_FILE.name not in found.servers and name != ON_A_FILE.name:  # nothing to compare with
                found.reasons[name] = found.reasons[ON_A_FILE.name]
                continue
            said(f"starting: {name or 'hub'}")
            try:
                found.servers[name] = await stack.enter_async_context(running())
            except (CannotRun, ClientError, OSError) as err:
                found.reasons[name] = f"{type(err).__name__}: {err}"
        gc.collect()
        gc.freeze()  # all that was prepared stays: the collector need not look at it while latencies are taken
        stack.callback(gc.unfreeze)
        await measure(list(found.servers.values()), sizes, said)
    return [*_own_rows(found, sizes, ways), *_rows_beside(found, sizes, peers)]


def _own_rows(found: _Found, sizes: Sizes, ways: Sequence[Way]) -> list[Row]:
    """What a message costs in another way than the first has no bar of its own: how much more it is has one."""
    rows = [found.row(goal, ON_A_FILE.name, key) for key, goal in of_frames().items()]
    for way in ways:
        for key, goal in goals(sizes).items():
            bar = None if way.name in BESIDE and key in JUDGED else goal.bar
            rows.append(found.row(way.goal(Goal(goal.name, goal.unit, bar)), way.name, key))
        if way.name in BESIDE:
            other, called, bar = BESIDE[way.name]
            for key in JUDGED:
                goal = way.goal(beside(sizes)[key])
                goal = Goal(f"{goal.name}, all servers included", goal.unit, bar)
                rows.append(found.row_beside(goal, way.name, other, key, called))
    return rows


def _rows_beside(found: _Found, sizes: Sizes, peers: Sequence[Peer]) -> list[Row]:
    return [
        found.row_beside(
            Goal(
                f"{goal.name}, beside {peer.name}",
                goal.unit,
                peer.bar if key == "send" and sizes.people >= FULL.people else None,
            ),
            ON_A_FILE.name,
            peer.name,
            key,
        )
        for key, goal in beside(sizes).items()
        for peer in peers
    ]


async def _sealed(rooms: Sequence[PlannedRoom], each: int) -> Supply:
    """Others may answer their servers in between: it takes a while."""
    found = {}
    for room in rooms:
        for speaker in room.speakers:
            found[speaker.person.client_uri] = [seal(speaker, BODY, secrets.token_bytes) for _ in range(each)]
            await asyncio.sleep(0)
    return Supply(found)


@asynccontextmanager
async def heard_by_nobody(lines: Iterable[Line]) -> AsyncIterator[None]:
    """What comes meanwhile is thrown away, and heartbeats are answered: a hub lets go of who is silent for long."""

    async def hear(line: Line) -> None:
        while await line.receive() is not None:
            pass

    tasks = [asyncio.create_task(hear(line)) for line in lines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _way(way: Way, sizes: Sizes) -> AsyncIterator[Contender]:
    async with way.running() as process, _contender(way.name or "hub", process, sizes) as found:
        yield found


@asynccontextmanager
async def _contender(name: str, process: HubProcess, sizes: Sizes) -> AsyncIterator[Contender]:
    """Register, connect, make the rooms and seal every message, before anything is measured."""
    if sizes.busiest > PER_DEVICE:
        raise CannotRun(f"a device would send {sizes.busiest} messages, the hub takes {PER_DEVICE} at once")
    async with Residents.of(process) as residents:
        people = await residents.register(sizes.people)
        info = residents.info
        direct = [plan_direct(info, *pair, secrets.token_bytes) for pair in zip(people[::2], people[1::2], strict=True)]
        group = plan_group(info, people, sizes.speakers, secrets.token_bytes)
        lines = {person.client_uri: await residents.connect(person) for person in people}
        async with heard_by_nobody(lines.values()):
            for room in (*direct, group):
                await make_room(lines, room, info.now_ms)
        for line in lines.values():
            await line.send(encode(Resume({}, 0)))
            await line.expect(CaughtUp)
        load = Load(list(lines.values()), acknowledged=True)
        supplies = await _sealed(direct, sizes.direct), await _sealed([group], sizes.group)
        try:
            opening = supplies[0].take(1)
            first = await load.in_turn(opening, 1)
            for line in lines.values():
                check_frank(line, info, {mark: lines[name].person.user_uri for mark, (_, name) in first.sent.items()})
            found = Contender(name, process.cpu_s, load, *supplies, pipelined=True, pids=process.pids)
            found.add("sent", median(len(message.frame) for own in opening.values() for message in own))
            found.add("delivered", median(len(encode(line.last)) for line in lines.values() if line.last is not None))
            yield found
        finally:
            await load.close()


async def make_room(lines: Mapping[str, Line], room: PlannedRoom, now_ms: int) -> None:
    """Contact first, by a request and a yes, then the creator makes the room. `lines` are by device.

    One person may ask few people: the maker of many rooms of two asks in each, all of a group ask its creator.
    """
    creator, line = room.creator, lines[room.creator.client_uri]
    for other in room.others:
        asker, asked = (creator, other) if len(room.others) == 1 else (other, creator)
        asking = Ask(consent(Op.REQUEST, asker, asked, now_ms))
        await lines[asker.client_uri].post("/v1/contacts/requests", asking, ContactMade)
        path = f"/v1/contacts/{asker.user_uri.rpartition('/')[2]}"
        await lines[asked.client_uri].put(path, Grant(consent(Op.GRANT, asked, asker, now_ms)), ContactMade)
    await line.post("/v1/rooms", room.create, RoomCreated)
    await line.post(f"/v1/rooms/{room.room_uri.rpartition('/')[2]}/commit", room.commit, Committed)


def check_frank(line: Line, info: ServerInfo, senders: dict[bytes, str]) -> None:
    """Raise CannotRun unless what was delivered is franked: without franks it would be another number."""
    event = line.last
    if event is None:
        raise CannotRun("nothing was delivered")
    if event.frank is None:
        raise CannotRun("the hub delivered a message without a frank")
    word = Frank(event.frank.server_frank, event.frank.ciphersuite, event.frank.signature)
    sender = senders[event.message[-MARK_BYTES:]]
    try:
        verify_frank_signature(word, info.franking_public_key, sender, event.room_uri, event.ts_ms)
    except BadFrankSignature as err:
        raise CannotRun(f"the frank does not verify: {err}") from None
