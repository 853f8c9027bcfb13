# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What sending and delivering cost a real hub process, everything on, and its peers beside it in the same runs."""

from __future__ import annotations

import gc
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from aiohttp import ClientError

from bench import hub, postgres
from bench import workers as two_workers
from bench.contest import BODY, FULL, IN_FLIGHT, RATES, Contender, Sizes, Supply, measure
from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.hub import HubProcess
from bench.line import Line
from bench.load import Load
from bench.peers.all import PEERS
from bench.peers.peer import Peer
from bench.people import MARK_BYTES, PlannedRoom, consent, plan_direct, plan_group, seal
from bench.residents import Residents
from privity.identity.consent import Op
from privity.message.errors import BadFrankSignature
from privity.message.franking import Frank, verify_frank_signature
from privity.wire.contacts import Ask, ContactMade, Grant
from privity.wire.rest import Committed, RoomCreated, ServerInfo
from privity.wire.socket import CaughtUp, Resume, encode

ON_POSTGRESQL: Final = "on PostgreSQL"
OF_WORKERS: Final = "two workers over the bus"
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


def beside(sizes: Sizes) -> dict[str, Goal]:
    """The rows that every peer gets too; its bar for sending is its own."""
    own = goals(sizes)
    found = {
        "send": Goal(f"1:1 send, {sizes.people} devices in turn", own["send"].unit),
        "fanout": Goal(f"fan-out to a group of {sizes.people}", own["fanout"].unit),
    }
    return found | {f"{p}@{rate}": Goal(own[f"{p}@{rate}"].name, "ms") for rate in RATES for p in ("p50", "p99")}


async def rows(sizes: Sizes, peers: Sequence[Peer] = PEERS, *, postgresql: bool = False) -> list[Row]:
    """Start a hub and its peers, measure in turns, stop them. What could not be measured says why.

    With `postgresql` a second hub on a PostgreSQL of its own takes part, and a third of two workers, with own rows.
    """
    reasons: dict[str, str] = {}
    ours: Contender | None = None
    second: Contender | None = None
    workers: Contender | None = None
    theirs: dict[str, Contender] = {}
    async with AsyncExitStack() as stack:
        try:
            process = await stack.enter_async_context(hub.running())
            ours = await stack.enter_async_context(_contender(process, sizes))
        except (CannotRun, ClientError, OSError) as err:
            reasons[""] = f"{type(err).__name__}: {err}"
        if postgresql and ours is not None:
            try:
                server = await stack.enter_async_context(postgres.running())
                process = await stack.enter_async_context(hub.running(postgres=server))
                second = await stack.enter_async_context(_contender(process, sizes))
            except (CannotRun, ClientError, OSError) as err:
                reasons[ON_POSTGRESQL] = f"{type(err).__name__}: {err}"
            try:
                process = await stack.enter_async_context(two_workers.running())
                workers = await stack.enter_async_context(_contender(process, sizes))
            except (CannotRun, ClientError, OSError) as err:
                reasons[OF_WORKERS] = f"{type(err).__name__}: {err}"
        for peer in peers if ours is not None else ():
            try:
                theirs[peer.name] = await stack.enter_async_context(peer.running(sizes))
            except (CannotRun, OSError) as err:
                reasons[peer.name] = f"{type(err).__name__}: {err}"
        gc.collect()
        gc.freeze()  # all that was prepared stays: the collector need not look at it while latencies are taken
        stack.callback(gc.unfreeze)
        await measure([one for one in (ours, second, workers, *theirs.values()) if one is not None], sizes)
    found = [_own_row(goal, ours, key, reasons.get("")) for key, goal in goals(sizes).items()]
    if postgresql:
        for one, way, beside_what, other, bar in (
            (second, ON_POSTGRESQL, "the same on SQLite", ours, "ratio <= 1.5"),
            (workers, OF_WORKERS, "one process on PostgreSQL", second, "ratio <= 1.8"),
        ):
            found += _rows_of(sizes, one, way, reasons.get("") or reasons.get(way))
            found.append(_send_beside(sizes, one, way, other, beside_what, bar))
    for key, goal in beside(sizes).items():
        for peer in peers:
            own_bar = peer.bar if key == "send" and sizes.people >= FULL.people else None
            reason = reasons.get("") or reasons.get(peer.name)
            found.append(
                _row_beside(Goal(goal.name, goal.unit, own_bar), ours, theirs.get(peer.name), peer, key, reason)
            )
    return found


def _own_row(goal: Goal, ours: Contender | None, key: str, reason: str | None) -> Row:
    value = None if ours is None else ours.measured(key)
    if value is None:
        return goal.skipped(reason or (ours and (ours.failure or ours.left_out.get(key))) or "not reached")
    return goal.row(value)


def _rows_of(sizes: Sizes, one: Contender | None, name: str, reason: str | None) -> list[Row]:
    """Of another way to run the hub. Without bars: it has one, which is about both ways."""
    return [_own_row(Goal(f"{goal.name}, {name}", goal.unit), one, key, reason) for key, goal in goals(sizes).items()]


def _send_beside(
    sizes: Sizes, one: Contender | None, name: str, other: Contender | None, beside_what: str, bar: str
) -> Row:
    goal = Goal(f"1:1 send, {sizes.people} devices in turn, {name}, all servers included", "cpu_s_per_1000", bar)
    value, other_value = (None if each is None else each.measured("send") for each in (one, other))
    if value is None or other_value is None:
        return goal.skipped("one of the two was not measured")
    return Row(goal.name, value, goal.unit, bar, beside_what, other_value)


def _row_beside(
    goal: Goal, ours: Contender | None, theirs: Contender | None, peer: Peer, key: str, reason: str | None
) -> Row:
    goal = Goal(f"{goal.name}, beside {peer.name}", goal.unit, goal.bar)
    value = None if ours is None else ours.measured(key)
    peer_value = None if theirs is None else theirs.measured(key)
    if value is None or peer_value is None or theirs is None:
        failures = [one.failure or one.left_out.get(key) for one in (theirs, ours) if one is not None]
        return goal.skipped(reason or next((one for one in failures if one), "not reached"))
    return Row(goal.name, value, goal.unit, goal.bar, theirs.name, peer_value)


def _sealed(rooms: Sequence[PlannedRoom], each: int) -> Supply:
    return Supply(
        {
            speaker.person.client_uri: [seal(speaker, BODY, secrets.token_bytes) for _ in range(each)]
            for room in rooms
            for speaker in room.speakers
        }
    )


@asynccontextmanager
async def _contender(process: HubProcess, sizes: Sizes) -> AsyncIterator[Contender]:
    """Register, connect, make the rooms and seal every message, before anything is measured."""
    if sizes.busiest > PER_DEVICE:
        raise CannotRun(f"a device would send {sizes.busiest} messages, the hub takes {PER_DEVICE} at once")
    async with Residents.of(process) as residents:
        people = await residents.register(sizes.people)
        info = residents.info
        direct = [plan_direct(info, *pair, secrets.token_bytes) for pair in zip(people[::2], people[1::2], strict=True)]
        group = plan_group(info, people, sizes.speakers, secrets.token_bytes)
        lines = {person.client_uri: await residents.connect(person) for person in people}
        for room in (*direct, group):
            await make_room(lines, room, info.now_ms)
        for line in lines.values():
            await line.send(encode(Resume({}, 0)))
            await line.expect(CaughtUp)
        load = Load(list(lines.values()), acknowledged=True)
        supplies = _sealed(direct, sizes.direct), _sealed([group], sizes.group)
        try:
            first = await load.in_turn(supplies[0].take(1), 1)
            for line in lines.values():
                check_frank(line, info, {mark: lines[name].person.user_uri for mark, (_, name) in first.sent.items()})
            yield Contender("hub", process.cpu_s, load, *supplies, pipelined=True)
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
