# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What one machine holds, what ten hold, and what a hundred billion messages a day would take: a model.

It is fed by the last line of `make bench-server` (build/bench-server.json) and by the assumptions below, and writes
the tables of docs/operators/scale.md. `make bench-scale BENCH_ARGS="--write"`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.errors import CannotRun

BUILD: Final = Path(__file__).resolve().parents[1] / "build"
MEASURED: Final = BUILD / "bench-server.json"
PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "operators" / "scale.md"
SERVER: Final = "`make bench-server`"
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
    "workers": Assumed("share of speed that workers keep side by side", 0.55, "the bar of two workers, 1.8x", "low"),
}

FIGURES: Final[Mapping[str, tuple[str, str]]] = {
    "send": (
        "a message stored, franked and delivered to one device",
        r"hub: durable franked 1:1 send, \d+ devices in turn",
    ),
    "fanout": ("each further delivery", r"hub: fan-out to a group of \d+"),
    "connect": ("a connection opened and resumed", r"hub: connect and resume, .*"),
    "idle": ("memory of a connection", r"hub: memory of an idle authenticated connection, [\d,]+ of them, no TLS"),
    "stored": ("disk of a message, indexes included", r"hub: its database, per message of \d+"),
    "sync": ("one sync of the disk, p50", r"disk: one page appended and synced, p50"),
}
"""What of the bench the model uses: in words, and the name of the row."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the bench measured. CPU in seconds, memory and disk in bytes."""

    send_s: float
    fanout_s: float
    connect_s: float
    idle_bytes: float
    stored_bytes: float
    sync_s: float
    commit: str

    @classmethod
    def of(cls, line: str) -> Figures:
        """From the last line of the bench. Raises CannotRun where a row is missing or has no number."""
        found = json.loads(line)
        values = {key: _value(found["rows"], name) for key, (_, name) in FIGURES.items()}
        return cls(
            values["send"] / 1000,
            values["fanout"] / 1e6,
            values["connect"] / 1000,
            values["idle"] * 1000,
            values["stored"],
            values["sync"] / 1000,
            found["commit"] + ("" if found["full"] else ", a quick run"),
        )


def _value(rows: Sequence[Mapping[str, object]], name: str) -> float:
    for row in rows:
        if re.fullmatch(name, str(row["name"])):
            if isinstance(row["ours"], int | float):
                return float(row["ours"])
            raise CannotRun(f"the row {row['name']!r} has no number: {row.get('skipped')}")
    raise CannotRun(f"no row of the bench is called {name!r}")


@dataclass(frozen=True, slots=True)
class Person:
    """What one person costs in a day."""

    sends: float
    deliveries: float
    connects: float
    connections: float
    cpu_s: float
    memory_bytes: float
    disk_bytes: float

    @classmethod
    def of(cls, figures: Figures, assumed: Mapping[str, Assumed] = ASSUMED) -> Person:
        a = {key: one.value for key, one in assumed.items()}
        sends = a["messages"] * (1 + a["receipts"])
        others = (1 - a["group"]) * 2 + a["group"] * a["people"]
        deliveries = sends * (others * a["devices"] - 1)
        connects = a["devices"] * a["connects"]
        connections = a["devices"] * a["connected"]
        # The measured send delivers to one device already.
        cpu = sends * figures.send_s + (deliveries - sends) * figures.fanout_s + connects * figures.connect_s
        return cls(
            sends,
            deliveries,
            connects,
            connections,
            cpu,
            connections * figures.idle_bytes,
            sends * a["kept"] * figures.stored_bytes,
        )


def people_per_core(person: Person, assumed: Mapping[str, Assumed] = ASSUMED) -> float:
    """Whom one core carries in the busiest hour."""
    return assumed["load"].value * DAY_S / (person.cpu_s * assumed["peak"].value)


def holdings(figures: Figures, assumed: Mapping[str, Assumed] = ASSUMED) -> list[tuple[str, ...]]:
    """Rows: what, one process on one machine, ten machines, a hundred billion messages a day."""
    person = Person.of(figures, assumed)
    one = people_per_core(person, assumed)
    kept = assumed["workers"].value
    ten = 10 * one * kept
    world = WORLD / assumed["messages"].value
    peak = assumed["peak"].value
    return [
        ("people", *(_short(n) for n in (one, ten, world))),
        ("processes, each with a core", "1", "10", _short(world / (one * kept))),
        ("messages a day, receipts included", *(_short(n * person.sends) for n in (one, ten, world))),
        ("messages a second, busiest hour", *(_short(n * person.sends / DAY_S * peak) for n in (one, ten, world))),
        (
            "deliveries a second, busiest hour",
            *(_short(n * person.deliveries / DAY_S * peak) for n in (one, ten, world)),
        ),
        ("connections", *(_short(n * person.connections) for n in (one, ten, world))),
        ("memory of connections", *(_bytes(n * person.memory_bytes) for n in (one, ten, world))),
        ("disk of what waits", *(_bytes(n * person.disk_bytes) for n in (one, ten, world))),
        (
            "messages that share a sync, busiest hour, at least",
            *(_short(max(1.0, n * person.sends / DAY_S * peak * figures.sync_s)) for n in (one, ten / 10, one * kept)),
        ),
    ]


def tables(figures: Figures) -> dict[str, list[str]]:
    """The tables of the page, by the names of their marks."""
    person = Person.of(figures)
    measured = {
        "send": f"{figures.send_s * 1e6:.0f} us of CPU",
        "fanout": f"{figures.fanout_s * 1e6:.1f} us of CPU",
        "connect": f"{figures.connect_s * 1e3:.2f} ms of CPU",
        "idle": f"{figures.idle_bytes / 1000:.1f} KB",
        "stored": f"{figures.stored_bytes:,.0f} bytes",
        "sync": f"{figures.sync_s * 1e3:.2f} ms",
    }
    a_day = [
        ("messages sent, receipts included", f"{person.sends:.0f}"),
        ("deliveries to other devices", f"{person.deliveries:.0f}"),
        ("connections opened", f"{person.connects:.0f}"),
        ("connections held", f"{person.connections:.1f}"),
        ("CPU", f"{person.cpu_s * 1000:.0f} ms"),
        ("memory held", _bytes(person.memory_bytes)),
        ("disk, while devices are away", _bytes(person.disk_bytes)),
    ]
    return {
        "measured": [
            *_table(
                ("measured", "value", "command"), [(FIGURES[key][0], one, SERVER) for key, one in measured.items()]
            ),
            "",
            f"At commit `{figures.commit}`.",
        ],
        "assumed": _table(
            ("assumption", "value", "source", "confidence"),
            [(one.what, f"{one.value:g}", one.source, one.confidence) for one in ASSUMED.values()],
        ),
        "person": _table(("of one person in a day", "`make bench-scale`"), a_day),
        "holdings": _table(
            ("`make bench-scale`", "one machine", "ten machines", "100 billion a day"), holdings(figures)
        ),
    }


def filled(page: str, found: Mapping[str, list[str]]) -> str:
    """The page with its tables in their places. Raises CannotRun where a place is missing."""
    for name, lines in found.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, mark, rest = page.partition(start)
        _, other, after = rest.partition(end)
        if not mark or not other:
            raise CannotRun(f"the page has no place for the table {name}")
        page = before + start + "\n".join(lines) + "\n" + end + after
    return page


def main(arguments: list[str] | None = None) -> None:
    """Print the tables, and write them into the page when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description="What one machine holds, and many.")
    parser.add_argument("--write", action="store_true", help=f"write the tables of {PAGE.name}")
    parser.add_argument("--measured", type=Path, default=MEASURED, help="the kept last line of `make bench-server`")
    asked = parser.parse_args(arguments)
    if not asked.measured.exists():
        parser.error(f"{asked.measured} is not there: run `make bench-server` first")
    figures = Figures.of(asked.measured.read_text())
    found = tables(figures)
    if asked.write:
        PAGE.write_text(filled(PAGE.read_text(), found))
    for lines in found.values():
        print("\n".join(lines), end="\n\n")
    rows = [dict(zip(("name", "one", "ten", "world"), row, strict=True)) for row in holdings(figures)]
    print(json.dumps({"bench": "scale", "commit": figures.commit, "rows": rows}))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows)]


def _short(number: float) -> str:
    """Two digits: an assumption is no better than that."""
    rounded = float(f"{number:.2g}")
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if rounded >= size:
            return f"{rounded / size:g} {name}"
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def _bytes(number: float) -> str:
    rounded = float(f"{number:.2g}")
    for size, name in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if rounded >= size:
            return f"{rounded / size:g} {name}"
    return f"{rounded:.0f} bytes"


if __name__ == "__main__":
    main()
