# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/operators/scale.md: what one machine holds, ten hold, and 100 billion messages a day would take.

The model (`bench.model`) is fed by the last line of `make bench-server` (build/bench-server.json).
`make bench-scale BENCH_ARGS="--write"`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.errors import CannotRun
from bench.model import ASSUMED, FIGURES, MANY, Figures, Person, holdings, in_bytes

BUILD: Final = Path(__file__).resolve().parents[1] / "build"
MEASURED: Final = BUILD / "bench-server.json"
PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "operators" / "scale.md"
SERVER: Final = "`make bench-server`"


def tables(figures: Figures) -> dict[str, list[str]]:
    """The tables of the page, by the names of their marks."""
    ways = (figures.file, figures.postgresql, figures.workers)
    measured = {
        "send": [f"{way.send_s * 1e6:,.0f} us of CPU" for way in ways],
        "fanout": [f"{way.fanout_s * 1e6:.1f} us of CPU" for way in ways],
        "connect": [f"{way.connect_s * 1e3:.2f} ms of CPU" for way in ways],
        "idle": [f"{way.idle_bytes / 1000:.1f} KB" for way in ways],
        "stored": [f"{figures.stored_bytes:,.0f} bytes"],
        "written": [f"{figures.written_bytes:,.0f} bytes"],
        "syncs": [f"{figures.syncs:g}"],
        "sync": [f"{figures.sync_s * 1e3:.2f} ms"],
        "sent": [f"{figures.sent_bytes:,.0f} bytes"],
        "delivered": [f"{figures.delivered_bytes:,.0f} bytes"],
    }
    people = [Person.of(figures, costs) for costs in (figures.file, figures.of_many(MANY))]
    a_day = {
        "messages sent, receipts included": [f"{one.sends:.0f}" for one in people],
        "deliveries to other devices": [f"{one.deliveries:.0f}" for one in people],
        "connections opened": [f"{one.connects:.0f}" for one in people],
        "connections held": [f"{one.connections:.1f}" for one in people],
        "CPU": [f"{one.cpu_s * 1000:.0f} ms" for one in people],
        "memory held": [in_bytes(one.memory_bytes) for one in people],
        "disk, while devices are away": [in_bytes(one.disk_bytes) for one in people],
        "written to the disk": [in_bytes(one.written_bytes) for one in people],
        "syncs, if no message shared one": [f"{one.syncs:.0f}" for one in people],
        "network, both ways": [in_bytes(one.wire_bytes) for one in people],
    }
    rows = {name: values for name, *values in holdings(figures)}
    answers = zip(
        ("one machine, one core", f"{MANY} machines, a core each", "100 billion messages a day"),
        rows["people"],
        rows["messages a day, receipts included"],
        rows["messages a second, busiest hour"],
        rows["cores, of hubs, databases and bus"],
        strict=True,
    )
    return {
        "answers": [
            f"- **{what}**: {people} people, {messages} messages a day, {busiest} a second in the busiest hour"
            + ("." if cores in ("1", str(MANY)) else f", {cores} cores.")
            for what, people, messages, busiest, cores in answers
        ],
        "measured": [
            *_table(
                (f"measured by {SERVER}", "one hub, SQLite", "one hub, PostgreSQL", "two workers"),
                [(FIGURES[key][0], *shown, *["as left"] * (len(ways) - len(shown))) for key, shown in measured.items()],
            ),
            "",
            f"At commit `{figures.commit}`.",
        ],
        "assumed": _table(
            ("assumption", "value", "source", "confidence"),
            [(one.what, f"{one.value:g}", one.source, one.confidence) for one in ASSUMED.values()],
        ),
        "person": _table(
            ("of one person in a day, by `make bench-scale`", "one machine", "ten machines"),
            [(name, *values) for name, values in a_day.items()],
        ),
        "holdings": _table(
            ("by `make bench-scale`", "one machine", "ten machines", "100 billion a day"), holdings(figures)
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
    try:
        figures = Figures.of(asked.measured.read_text())
    except CannotRun as err:
        parser.error(str(err))
    found = tables(figures)
    if asked.write:
        PAGE.write_text(filled(PAGE.read_text(), found))
    for lines in found.values():
        print("\n".join(lines), end="\n\n")
    rows = [dict(zip(("name", "one", "ten", "world"), row, strict=True)) for row in holdings(figures)]
    print(json.dumps({"bench": "scale", "commit": figures.commit, "rows": rows}))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows)]


if __name__ == "__main__":
    main()
