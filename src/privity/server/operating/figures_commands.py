# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity admin stats`, `limits` and `retention`."""

from __future__ import annotations

import sys
import time

import msgspec

from privity.message.franking import PERIOD_MS
from privity.server import config as configuration
from privity.server import init
from privity.server.limits import LIMITS
from privity.server.operating import figures
from privity.server.operating.beside import DEFAULT, Config, Json, as_json, named, span
from privity.server.retention import service as kept_service


class LimitRow(msgspec.Struct, frozen=True):
    name: str
    per: str
    burst: int
    refill_ms: int
    why: str


class LimitTable(msgspec.Struct, frozen=True):
    limits: list[LimitRow]


class RetentionRow(msgspec.Struct, frozen=True):
    data: str
    what: str
    table: str
    kept_days: float
    held: int
    overdue: int


class RetentionTable(msgspec.Struct, frozen=True):
    classes: list[RetentionRow]
    overdue: int


def stats(*, config: Config = DEFAULT, json: Json = False) -> None:
    """Count what the hub keeps: how much and how old, never whose.

    Example: privity admin stats --config home/privity.toml
    """
    now_ms = time.time_ns() // 1_000_000
    with named():
        loaded = configuration.load(config)
        found = init.look_beside(config, lambda query: figures.stats(query, loaded))
    if json:
        as_json(found)
        return
    for field in msgspec.structs.fields(found):
        value = getattr(found, field.name)
        if field.name == "oldest_waiting_ms":
            said = "-" if value is None else f"{span(max(now_ms - value, 0))} ago"
            sys.stdout.write(f"{'oldest_waiting':18} {said:>16}\n")
        else:
            sys.stdout.write(f"{field.name:18} {'-' if value is None else f'{value:,}':>16}\n")


def limits(*, json: Json = False) -> None:
    """Show every limit: how many at once, how often one more, whose, and why.

    Example: privity admin limits --json
    """
    rows = [LimitRow(name, one.per, one.burst, one.refill_ms, one.why) for name, one in LIMITS.items()]
    if json:
        as_json(LimitTable(rows))
        return
    for row in rows:
        often = f"{row.burst:,} at once, one more every {span(row.refill_ms)}"
        sys.stdout.write(f"{row.name:24} {often:40} per {row.per}: {row.why}\n")


def retention(*, config: Config = DEFAULT, json: Json = False) -> None:
    """Show how long each class of data is kept, how many rows there are, and how many
    should have gone: that is looked up in the database itself. Status 1 if any should.

    Example: privity admin retention --config home/privity.toml
    """
    now_ms = time.time_ns() // 1_000_000
    with named():
        window = configuration.load(config).report_window_days
        found = init.look_beside(config, lambda query: kept_service.standings(query, now_ms, window))
    rows = [
        RetentionRow(
            one.kept.data,
            one.kept.what,
            one.kept.table,
            (now_ms - one.kept.before_ms(now_ms, window)) / PERIOD_MS,
            one.held,
            one.overdue,
        )
        for one in found
    ]
    overdue = sum(row.overdue for row in rows)
    if json:
        as_json(RetentionTable(rows, overdue))
    else:
        for row in rows:
            days = f"{row.kept_days:.3g} d" if row.kept_days else "until over"
            sys.stdout.write(
                f"{row.data:20} {days:>10}  {row.held:>12,} in {row.table:16} {row.overdue:>8,} overdue  {row.what}\n"
            )
    if overdue:
        sys.exit(f"privity: {overdue:,} rows are overdue: does the hub run? Its hourly pass says why not in hub.log")
