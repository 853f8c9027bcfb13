# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity lab ...`: make a world, and say what it is made of."""

from __future__ import annotations

import os
import sys
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import Progress

from privity.lab.parameters import page, shipped
from privity.lab.population import BEGIN_MS, DAY_MS
from privity.lab.whole_world import World

FEWEST: Final = 1_000
MOST: Final = 1_000_000
MOST_DAYS: Final = 365
LINES: Final = 10_000
"""So many are encoded and written at once."""
TRUTH: Final = ".truth"

app = App(
    name="lab",
    usage="Usage: privity lab COMMAND [OPTIONS]",
    help="Make worlds of invented people in which rules of the desk are measured.\n\nExample: privity lab parameters",
    help_format="plaintext",
)


@app.command
def world(
    *,
    out: Annotated[Path, Parameter(help="JSON lines go here, and the truth into the same name with .truth.")],
    accounts: Annotated[int, Parameter(help=f"How many people, {FEWEST:,} to {MOST:,}.")] = 10_000,
    days: Annotated[int, Parameter(help=f"How many days, 1 to {MOST_DAYS}.")] = 30,
    seed: Annotated[int, Parameter(help="The same seed gives the same bytes.")] = 1,
    activity: Annotated[float, Parameter(help="How much people write, as a multiple of the table's number.")] = 1.0,
    launch: Annotated[bool, Parameter(help="Everybody is new.", negative="", show_default=False)] = False,
) -> None:
    """Write what a hub would observe of an invented world, and the truth about it.

    Example: privity lab world --accounts 10000 --days 7 --out world.jsonl
    """
    _check(accounts, days, activity)
    made = World(seed, accounts, days, shipped(), activity=activity, launch=launch)
    truth = out.with_name(out.name + TRUTH)
    try:
        count = _written(made, out, truth, days)
    except OSError as err:
        sys.exit(f"privity: {err.filename or out} could not be written: {os.strerror(err.errno or 0)}")
    sys.stdout.write(f"{count:,} observations in {out}, the truth in {truth}\n")


@app.command
def parameters() -> None:
    """Show what the world is made of: each number, its range and its source.

    Example: privity lab parameters
    """
    sys.stdout.write(page(shipped()))


def _check(accounts: int, days: int, activity: float) -> None:
    if not FEWEST <= accounts <= MOST:
        sys.exit(f"privity: a world has {FEWEST:,} to {MOST:,} accounts, got {accounts:,}")
    if not 1 <= days <= MOST_DAYS:
        sys.exit(f"privity: a world lasts 1 to {MOST_DAYS} days, got {days}")
    if not 0 < activity <= 100:
        sys.exit(f"privity: activity is more than 0 and at most 100, got {activity:g}")


def _written(made: World, out: Path, truth: Path, days: int) -> int:
    encoder, count, rows = msgspec.json.Encoder(), 0, made.observed()
    console = Console(stderr=True)
    with (
        out.open("wb") as seen,
        truth.open("wb") as true,
        Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        task = bar.add_task("days", total=days)
        while chunk := list(islice(rows, LINES)):
            seen.write(encoder.encode_lines(chunk))
            true.write(encoder.encode_lines(made.truth))
            made.truth.clear()
            count += len(chunk)
            bar.update(task, completed=(chunk[-1].at_ms - BEGIN_MS) / DAY_MS)
        true.write(encoder.encode_lines(made.truth))
    return count
