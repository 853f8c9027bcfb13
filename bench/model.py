# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A model of what people take of a hub, out of what the bench measured and of what is assumed, each in one table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.errors import CannotRun
from bench.ways import ON_POSTGRESQL, TWO_WORKERS

DAY_S: Final = 86_400
WORLD: Final = 100e9
"""Messages a day of the largest messenger there is."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """One number that nobody measured here."""

    what: str
    value: float
    source: str
    confidence: str


ASSUMED: Final[Mapping[str, Assumed]] = {
    "messages": Assumed("messages a person writes in a day", 50, "100 billion a day by 2 billion people", "medium"),
    "receipts": Assumed("receipts, reactions and the like for each", 1, "one receipt for most messages", "low"),
    "group": Assumed("share of messages to groups", 0.3, "a guess", "low"),
    "people": Assumed("people in such a group", 8, "a guess: most groups are families", "low"),
    "devices": Assumed("devices of a person", 1.5, "a phone, every other person a computer", "medium"),
    "connected": Assumed("share of devices that are connected", 1.0, "the worst case: all of them", "high"),
    "connects": Assumed("connections a device opens in a day", 24, "one an hour: networks change", "low"),
    "peak": Assumed("the busiest hour over the average one", 3, "common for one time zone", "medium"),
    "load": Assumed("share of a core that may be busy then", 0.5, "so that waiting stays short", "high"),
    "kept": Assumed("days until all devices have a message", 3, "most in minutes, some after a weekend", "low"),
    "frames": Assumed("bytes on the wire over those of a frame", 1.1, "headers of TCP, TLS and WebSocket", "medium"),
}

OF_WORKERS: Final = f", {TWO_WORKERS.name}"
FIGURES: Final[Mapping[str, tuple[str, str]]] = {
    "send": (
        "a message stored, franked and delivered to one device",
        r"hub: durable franked 1:1 send, \d+ devices in turn",
    ),
    "fanout": ("each further delivery", r"hub: fan-out to a group of \d+"),
    "connect": ("a connection opened and resumed", r"hub: connect and resume, \d+ at once, [\d,]+ of them"),
    "idle": ("memory of a connection", r"hub: memory of an idle authenticated connection, [\d,]+ of them, no TLS"),
    "stored": ("disk of a message, indexes included", r"hub: its database, per message of \d+"),
    "written": ("written to the disk for a message, 4 in flight of each device", r"hub: written to the disk, per .*"),
    "syncs": ("syncs of a message that shares none", r"hub: syncs of a message sent alone"),
    "sync": ("one sync of the disk, p50", r"disk: one page appended and synced, p50"),
    "sent": ("a message as it is sent", r"a message of 1 KiB as it is sent, .*"),
    "delivered": ("a message as it is delivered", r"the same as it is delivered, .*"),
}
"""What of the bench the model uses: in words, and the name of the row."""
BY_WAY: Final = ("send", "fanout", "connect", "idle")
"""What differs between one hub on SQLite and workers on PostgreSQL. Their rows are called like those of the hub."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What one way to run a hub takes, all of its servers included. CPU in seconds, memory in bytes."""

    send_s: float
    fanout_s: float
    connect_s: float
    idle_bytes: float

    def of_many(self, one: Costs, workers: float) -> Costs:
        """What so many workers take, where these are the costs of two and `one` those of a worker alone.

        Of two workers chosen by chance, the sender's and the room's differ once in two, and so do the room's and the
        reader's: one crossing for a message. Of many they differ nearly always: up to two crossings, at the same cost.
        """
        more = 2 * (workers - 1) / workers

        def grown(own: float, alone: float) -> float:
            return alone + max(0.0, own - alone) * more

        return Costs(
            grown(self.send_s, one.send_s), grown(self.fanout_s, one.fanout_s), self.connect_s, self.idle_bytes
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """What the bench measured. Sizes in bytes."""

    file: Costs
    postgresql: Costs
    workers: Costs
    stored_bytes: float
    written_bytes: float
    syncs: float
    sync_s: float
    sent_bytes: float
    delivered_bytes: float
    commit: str

    @classmethod
    def of(cls, line: str) -> Figures:
        """From the last line of the bench. Raises CannotRun where a row is missing or has no number."""
        found = json.loads(line)
        rows = found["rows"]

        def costs(way: str) -> Costs:
            send, fanout, connect, idle = (_value(rows, FIGURES[key][1] + re.escape(way)) for key in BY_WAY)
            return Costs(send / 1000, fanout / 1e6, connect / 1000, idle * 1000)

        values = {key: _value(rows, name) for key, (_, name) in FIGURES.items() if key not in BY_WAY}
        return cls(
            costs(""),
            costs(f", {ON_POSTGRESQL.name}"),
            costs(OF_WORKERS),
            values["stored"],
            values["written"],
            values["syncs"],
            values["sync"] / 1000,
            values["sent"],
            values["delivered"],
            found["commit"] + ("" if found["full"] else ", a quick run"),
        )

    def of_many(self, workers: float) -> Costs:
        return self.workers.of_many(self.postgresql, workers)


def _value(rows: Sequence[Mapping[str, object]], name: str) -> float:
    for row in rows:
        if re.fullmatch(name, str(row["name"])):
            if isinstance(row["ours"], int | float):
                return float(row["ours"])
            raise CannotRun(f"the row {row['name']!r} has no number: {row.get('skipped')}")
    raise CannotRun(f"no row of the bench is called {name!r}")


@dataclass(frozen=True, slots=True)
class Person:
    """What one person takes in a day."""

    sends: float
    deliveries: float
    connects: float
    connections: float
    cpu_s: float
    memory_bytes: float
    disk_bytes: float
    written_bytes: float
    syncs: float
    wire_bytes: float

    @classmethod
    def of(cls, figures: Figures, costs: Costs, assumed: Mapping[str, Assumed] = ASSUMED) -> Person:
        a = {key: one.value for key, one in assumed.items()}
        sends = a["messages"] * (1 + a["receipts"])
        others = (1 - a["group"]) * 2 + a["group"] * a["people"]
        deliveries = sends * (others * a["devices"] - 1)
        connects = a["devices"] * a["connects"]
        connections = a["devices"] * a["connected"]
        # The measured send delivers to one device already.
        cpu = sends * costs.send_s + (deliveries - sends) * costs.fanout_s + connects * costs.connect_s
        return cls(
            sends,
            deliveries,
            connects,
            connections,
            cpu,
            connections * costs.idle_bytes,
            sends * a["kept"] * figures.stored_bytes,
            sends * figures.written_bytes,
            sends * figures.syncs,
            (sends * figures.sent_bytes + deliveries * figures.delivered_bytes) * a["frames"],
        )


def people_per_core(person: Person, assumed: Mapping[str, Assumed] = ASSUMED) -> float:
    """Whom one core carries in the busiest hour."""
    return assumed["load"].value * DAY_S / (person.cpu_s * assumed["peak"].value)


@dataclass(frozen=True, slots=True)
class Holding:
    """So many cores, hub and database and bus together, and who lives on them. `writers` sync on their own."""

    people: float
    cores: float
    writers: float
    person: Person

    @classmethod
    def of_cores(cls, cores: float, writers: float, person: Person) -> Holding:
        return cls(cores * people_per_core(person), cores, writers, person)

    def rows(self, figures: Figures, assumed: Mapping[str, Assumed] = ASSUMED) -> dict[str, str]:
        peak = assumed["peak"].value / DAY_S
        person, people = self.person, self.people
        shared = people * person.syncs * peak * figures.sync_s / self.writers
        return {
            "people": short(people),
            "cores, of hubs, databases and bus": short(self.cores),
            "messages a day, receipts included": short(people * person.sends),
            "messages a second, busiest hour": short(people * person.sends * peak),
            "deliveries a second, busiest hour": short(people * person.deliveries * peak),
            "connections opened a second, busiest hour": short(people * person.connects * peak),
            "connections held": short(people * person.connections),
            "memory of connections": in_bytes(people * person.memory_bytes),
            "disk of what waits": in_bytes(people * person.disk_bytes),
            "written to disks in a day": in_bytes(people * person.written_bytes),
            "messages that share a sync, busiest hour, at least": short(max(1.0, shared)),
            "network, busiest hour, both ways": f"{in_bytes(people * person.wire_bytes * peak)} a second",
        }


MANY: Final = 10


def holdings(figures: Figures, assumed: Mapping[str, Assumed] = ASSUMED) -> list[tuple[str, ...]]:
    """Rows: what; one process on one machine, ten machines, a hundred billion messages a day."""
    one = Holding.of_cores(1, 1, Person.of(figures, figures.file, assumed))
    ten = Holding.of_cores(MANY, 1, Person.of(figures, figures.of_many(MANY), assumed))
    # Many systems of ten, each with a database of its own: a room is in one, and most of what is said stays there.
    people = WORLD / assumed["messages"].value
    systems = people / ten.people
    world = Holding(people, systems * ten.cores, systems, ten.person)
    found = [each.rows(figures, assumed) for each in (one, ten, world)]
    return [(name, *(each[name] for each in found)) for name in found[0]]


def short(number: float) -> str:
    """Two digits: an assumption is no better than that."""
    rounded = float(f"{number:.2g}")
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if rounded >= size:
            return f"{rounded / size:g} {name}"
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def in_bytes(number: float) -> str:
    rounded = float(f"{number:.2g}")
    for size, name in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if rounded >= size:
            return f"{rounded / size:g} {name}"
    return f"{rounded:.0f} bytes"
