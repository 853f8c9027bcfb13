# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which messages were chosen, and how many stand between them that were not."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from privity.client.disclosing.wanted import MAX_MESSAGES, Chosen
from privity.client.engine import evidence
from privity.client.engine.evidence import EvidenceRecord
from privity.client.engine.records import Table
from privity.client.engine.room import Room
from privity.client.engine.shown import REJOINED_TEXT, Item, Kind, State, decode_item
from privity.client.errors import CommandRefused
from privity.client.store.database import Store
from privity.message.content import MimiContent

PAUSE: Final = 200
"""Entries between two pauses, in which the connection goes on."""
DELETED: Final = "it was deleted"
EXPIRED: Final = "its time was over"
UNPROVEN: Final = "nothing on this device proves it"
_GONE: Final = {State.DELETED: DELETED, State.EXPIRED: EXPIRED}


@dataclass(frozen=True, slots=True)
class Picked:
    """One message to hand over. `record` is missing only for own words that came back from a backup; `item` is the
    entry that it made or changed, `at` its place in the conversation."""

    message_id: bytes
    data: bytes = field(repr=False)
    record: EvidenceRecord | None
    item: Item | None
    at: int


@dataclass(slots=True)
class Chart:
    """The places of a conversation as this device has it: what it shows as a message, what was taken out, and where it
    knows that it lacks something."""

    messages: list[int] = field(default_factory=list)
    times: list[tuple[int, int]] = field(default_factory=list)
    """(ms, place) of every entry."""
    holes: list[int] = field(default_factory=list)
    joined: int = 0
    """Where this device came in. What stands before came as history, of which parts may not have been proven."""

    def place(self, ts_ms: int) -> int:
        """Where something of this time stands that is no entry of its own."""
        before = bisect_right(self.times, (ts_ms, 1 << 63))
        return self.times[before - 1][1] if before else 0

    def between(self, one: int, other: int) -> int | None:
        """Messages that stand after one place and before another; None where some may be missing."""
        if one < self.joined or _any_between(self.holes, one, other):
            return None
        return max(0, bisect_left(self.messages, other) - bisect_right(self.messages, one))


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, in the order of the conversation; what of it stays out, and why; and the places of all."""

    picked: tuple[Picked, ...]
    left_out: tuple[tuple[bytes, str], ...]
    chart: Chart


async def choose(store: Store, room: Room, chosen: Chosen) -> Choice:
    """Raises CommandRefused where an id is of no message here, or is of one that nothing proves."""
    entries, chart = await _read(store, room, chosen)
    left_out: list[tuple[bytes, str]] = []
    picked: dict[bytes, Picked] = {}
    if chosen.ids:
        for message_id in chosen.ids:
            picked.update({each.message_id: each for each in _named(room, message_id, chart)})
    else:
        for item in entries:
            why = _GONE.get(item.state)
            found = [] if why is not None else _versions(room, item)
            if not found:
                left_out.append((item.message_id, why or UNPROVEN))
            picked.update({each.message_id: each for each in found})
    if not picked:
        raise CommandRefused("nothing that was chosen can be handed over: this device has no proof of any of it")
    if len(picked) > MAX_MESSAGES:
        raise CommandRefused(f"{len(picked)} messages were chosen, a disclosure holds at most {MAX_MESSAGES}")
    return Choice(tuple(sorted(picked.values(), key=_order)), tuple(left_out), chart)


def gaps(choice: Choice) -> list[int | None]:
    """For each message but the last: how many stand between it and the next that are not here."""
    here = [each.at for each in choice.picked]
    return [choice.chart.between(one, other) for one, other in pairwise(here)]


async def _read(store: Store, room: Room, chosen: Chosen) -> tuple[list[Item], Chart]:
    """The entries of the range that was chosen, and the chart of the whole conversation."""
    chart = Chart(joined=room.record.joined_seq)
    first = 0 if chosen.since is None else _entry(room, chosen.since).seq
    last = (1 << 63) if chosen.until is None else _entry(room, chosen.until).seq
    if last < first:
        raise CommandRefused("the range ends before it begins")
    entries: list[Item] = []
    for count, (_, value) in enumerate(store.each(Table.TIMELINE, room.uri), 1):
        item = decode_item(value)
        chart.times.append((item.ts_ms, item.seq))
        if item.kind is Kind.MESSAGE:
            chart.messages.append(item.seq)
            if first <= item.seq <= last and not chosen.ids:
                entries.append(item)
        if item.kind is Kind.HIDDEN or item.from_backup or REJOINED_TEXT in item.text:
            chart.holes.append(item.seq)
        if count % PAUSE == 0:
            await asyncio.sleep(0)
    chart.messages = sorted({*chart.messages, *room.timeline.places()})
    chart.times.sort()
    return entries, chart


def _entry(room: Room, message_id: bytes) -> Item:
    item = room.timeline.item(message_id)
    if item is None:
        raise CommandRefused("no message of this conversation has this id")
    return item


def _named(room: Room, message_id: bytes, chart: Chart) -> list[Picked]:
    """A message by its id with its versions, or what is no entry of its own, such as a reaction."""
    item = room.timeline.item(message_id)
    if item is not None:
        found = _versions(room, item)
    else:
        record = evidence.find(room.device, room.uri, message_id)
        found = [] if record is None else [_alone(room, message_id, record, chart)]
    if not found:
        raise CommandRefused("this device has no evidence of one of these messages (any more): leave it out")
    return found


def _alone(room: Room, message_id: bytes, record: EvidenceRecord, chart: Chart) -> Picked:
    target = MimiContent.decode(record.data).in_reply_to
    item = None if target is None else room.timeline.item(target)
    return Picked(message_id, record.data, record, item, chart.place(record.ts_ms))


def _versions(room: Room, item: Item) -> list[Picked]:
    """The entry with each version of which there is evidence, the oldest first; none where the newest has none."""
    texts = {item.version_id: item.content, **{each.message_id: each.content for each in item.versions}}
    found: list[Picked] = []
    for message_id in dict.fromkeys((item.message_id, *reversed(item.version_ids()))):
        record = evidence.find(room.device, room.uri, message_id)
        if record is not None:
            found.append(Picked(message_id, record.data, record, item, item.seq))
        elif item.mine and texts.get(message_id):
            found.append(Picked(message_id, texts[message_id], None, item, item.seq))
    return found if any(each.message_id == item.version_id for each in found) else []


def _order(picked: Picked) -> tuple[int, int]:
    record = picked.record
    return picked.at, 0 if record is None else record.ts_ms


def _any_between(places: Sequence[int], one: int, other: int) -> bool:
    return bisect_right(places, one) < bisect_left(places, other)
