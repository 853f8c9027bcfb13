# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk retention`: make a pass now, show what would go and when, or say that the clock is right."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress

from privity.desk import config as desk_config
from privity.desk.audit import beside
from privity.desk.audit.beside import DEFAULT, Config
from privity.desk.db.transaction import Db
from privity.desk.periods import RULES, Periods
from privity.desk.retention import clock
from privity.desk.retention.outlook import Row, outlook
from privity.desk.retention.sweep import Retention


def retention(
    *,
    dry_run: Annotated[
        bool, Parameter(help="Only show the periods, and what would go when.", negative="", show_default=False)
    ] = False,
    i_am_sure: Annotated[
        bool,
        Parameter(help="The clock was looked at and is right: go on after an alarm.", negative="", show_default=False),
    ] = False,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
    config: Config = DEFAULT,
) -> None:
    """Shred what is over now, as the running desk does every hour.

    Example: privity desk retention --dry-run
    """
    with beside.named(), beside.desk(config) as here:
        loaded = desk_config.load(config)
        periods = loaded.periods
        now_ms = beside.now_ms()
        if dry_run:
            _show(here.db, periods, outlook(here.db, periods, now_ms), json=json)
            return
        if i_am_sure:
            clock.sure(here.db, now_ms)
        work = Retention(here.db, periods, beside.now_ms, matches_ms=loaded.matching.matches_ms)
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("shredding", total=None)
            while work.work():
                bar.update(task, description=f"shredding: {work.gone:,} records")
        alarm = clock.alarm(here.db)
    if alarm:
        sys.exit(f"privity: {alarm}")
    told = msgspec.json.encode({"gone": work.gone}).decode() if json else f"{work.gone:,} records were shredded"
    sys.stdout.write(f"{told}\n")


def _show(db: Db, periods: Periods, rows: list[Row], *, json: bool) -> None:
    alarm = clock.alarm(db)
    if json:
        days = {rule.name: periods.days(rule.name) for rule in RULES}
        sys.stdout.write(msgspec.json.encode({"alarm": alarm, "days": days, "outlook": rows}).decode() + "\n")
        return
    for rule in RULES:
        sys.stdout.write(f"{rule.name}: {rule.what}: {periods.days(rule.name)} days {rule.begins}\n")
    sys.stdout.write("\n")
    for row in rows:
        counts = f"{row.now:,} now, {row.soon:,} within 30 days, {row.later:,} later, {row.waits:,} without a day yet"
        sys.stdout.write(f"{row.what}: {counts}\n")
    if alarm:
        sys.stdout.write(f"\nnothing is deleted now: {alarm}\n")
