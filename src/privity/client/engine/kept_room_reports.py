# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports that came to this device because its person looks after a group: what is kept of them, and how many.

What one person sends pushes out nothing of what others sent.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Final

import msgspec

from privity.client.engine.records import Batch, Table, View
from privity.message.report import AbuseReport

REPORTS: Final = "room-report"
EVIDENCE: Final = "room-report-evidence"
"""Scopes of `Table.OWN`, both by id."""
MAX_KEPT: Final = 500
MAX_OF_ONE: Final = 50
"""Reports of one reporter: more than anybody has to say about one group before somebody looks."""


class Proof(StrEnum):
    """How a reported message stands here. The three are never to look alike."""

    SEEN = "seen"
    """The same bytes came to this device as a message of this room."""
    FRANKED = "franked"
    """A device of the accused signed these bytes for this room, and the hub has marked a message of theirs then."""
    UNPROVEN = "unproven"
    """The reporter says so."""


class How(StrEnum):
    """What became of a report, as whoever looked at it says."""

    DELETED = "deleted"
    REMOVED = "removed"
    BANNED = "banned"
    PASSED_ON = "passed on"
    NOTHING = "nothing to do"


class KeptMessage(msgspec.Struct, frozen=True):
    message_id: bytes
    proof: Proof


class KeptRoomReport(msgspec.Struct, frozen=True):
    """`key` is what it is known by here. `how` is empty while it waits."""

    key: bytes
    room_uri: str
    reporter_uri: str
    accused_uri: str
    at_ms: int
    may_name: bool
    messages: tuple[KeptMessage, ...]
    subject: int
    how: str = ""

    def __repr__(self) -> str:
        return f"<KeptRoomReport {self.key.hex()} {self.how or 'waiting'}>"


def all_of(view: View) -> list[KeptRoomReport]:
    """The newest first."""
    rows = view.scan(Table.OWN, REPORTS)
    found = [msgspec.msgpack.decode(value, type=KeptRoomReport) for _, value in rows]
    return sorted(found, key=lambda each: (each.at_ms, each.key), reverse=True)


def find(view: View, key: bytes) -> KeptRoomReport | None:
    value = view.get(Table.OWN, REPORTS, key)
    return None if value is None else msgspec.msgpack.decode(value, type=KeptRoomReport)


def report_of(view: View, kept: KeptRoomReport) -> AbuseReport:
    """What the reporter sent, as it came."""
    value = view.get(Table.OWN, EVIDENCE, kept.key)
    assert value is not None  # kept and let go with the report itself
    return AbuseReport.decode(value)


def put(batch: Batch, kept: KeptRoomReport) -> None:
    batch.put(Table.OWN, REPORTS, kept.key, msgspec.msgpack.encode(kept))


def add(batch: Batch, kept: KeptRoomReport, made: AbuseReport) -> None:
    """One more. Where there are too many, one goes of whoever has sent most: a settled one, or else the oldest."""
    put(batch, kept)
    batch.put(Table.OWN, EVIDENCE, kept.key, made.encode())
    found = all_of(batch)
    own = [each for each in found if each.reporter_uri == kept.reporter_uri]
    if len(own) > MAX_OF_ONE:
        forget(batch, _first_to_go(own))
    elif len(found) > MAX_KEPT:
        most, _ = Counter(each.reporter_uri for each in found).most_common(1)[0]
        forget(batch, _first_to_go([each for each in found if each.reporter_uri == most]))


def settled(kept: KeptRoomReport, how: How) -> KeptRoomReport:
    """The same once somebody has said what became of it."""
    return msgspec.structs.replace(kept, how=how.value)


def forget(batch: Batch, kept: KeptRoomReport) -> None:
    batch.delete(Table.OWN, REPORTS, kept.key)
    batch.delete(Table.OWN, EVIDENCE, kept.key)


def _first_to_go(found: list[KeptRoomReport]) -> KeptRoomReport:
    return min(found, key=lambda each: (not each.how, each.at_ms, each.key))
