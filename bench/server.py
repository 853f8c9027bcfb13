# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of the server: what one hub holds, on SQLite and on PostgreSQL, beside its peers, and through kills.

`make bench-server BENCH_ARGS="--quick"`. The last line is also kept in build/, where `make bench-scale` reads it.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import uvloop

from bench import connections, contest, crowd, delivery, disk, kills
from bench.format import Goal, Row, commit_of, last_line, show
from bench.machine import Machine
from bench.page import PAGE, Section
from bench.peers.all import PEERS
from bench.peers.peer import Peer

COMMAND: Final = 'make bench-server BENCH_ARGS="--write"'
KEPT: Final = Path(__file__).resolve().parents[1] / "build" / "bench-server.json"
ABOUT: Final = """
The bars are those of a hub that authenticates, checks membership, standing and contact, franks, limits, counts, and
syncs to the disk before it acknowledges. CPU time is that of the server's processes alone, PostgreSQL's included where
it keeps the database. Peers run as Debian packages them and take turns with the hub; those marked *not durable* store
nothing, and none of them franks. A ratio is ours over theirs. Half the speed per core of a peer is a ratio of 2.
"""
SKIPPED: Final = (
    (
        Goal("1:1 send beside Synapse, to-device, PostgreSQL", "cpu_s_per_1000", "ratio <= 0.01"),
        "not built: the load speaks XMPP, MQTT and ours, not Matrix",
    ),
    (
        Goal("1:1 send beside Synapse, room, PostgreSQL", "cpu_s_per_1000", "ratio <= 0.00222"),
        "not built: the load speaks XMPP, MQTT and ours, not Matrix",
    ),
)
"""Rows of the table that nothing here measures."""


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write the section when asked to."""
    names = sorted({name_of(peer) for peer in PEERS})
    parser = argparse.ArgumentParser(prog="python -m bench.server", description="What one hub holds.")
    parser.add_argument("--quick", action="store_true", help="fewer samples and smaller crowds; says so in the JSON")
    parser.add_argument("--write", action="store_true", help=f"write what was measured to {PAGE.name}")
    parser.add_argument("--peers", default=",".join(names), help="with commas, or an empty word for none")
    parser.add_argument("--kills", type=int, help="of hub and device while people talk; 0 for none")
    found = parser.parse_args(arguments)
    if found.quick and found.write:
        parser.error("a quick run is not written down: leave out --quick")
    wanted = [name for name in found.peers.split(",") if name]
    if unknown := sorted({*wanted} - {*names, "synapse"}):
        parser.error(f"unknown peers {', '.join(unknown)}: there are {', '.join(names)}")
    peers = [peer for peer in PEERS if name_of(peer) in wanted]
    count = (2 if found.quick else 100) if found.kills is None else found.kills
    before = Machine.look()
    rows = measure(found.quick, peers, count)
    commit = commit_of(Path(__file__).parent)
    if found.write:
        Section("The server", ABOUT, COMMAND, commit, before, Machine.look(), rows).write(PAGE)
    show("server", commit, not found.quick, rows)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(last_line("server", commit, not found.quick, rows) + "\n")


def measure(quick: bool, peers: Sequence[Peer], kill: int) -> list[Row]:
    """Every row, in the order of the page."""
    sizes, idle, many = (
        (contest.QUICK, connections.QUICK, crowd.QUICK) if quick else (contest.FULL, connections.FULL, crowd.FULL)
    )
    rows = disk.rows(quick=quick)
    rows += uvloop.run(delivery.rows(sizes, peers, postgresql=True))
    for postgresql in (False, True):
        rows += uvloop.run(connections.rows(idle, postgresql=postgresql))
    rows += uvloop.run(crowd.rows(many))
    rows += asyncio.run(kills.rows(kill)) if kill else []  # its proxy is written for this loop
    return [*rows, *(goal.skipped(reason) for goal, reason in SKIPPED)]


def name_of(peer: Peer) -> str:
    """As `--peers` calls it."""
    return peer.name.partition(" ")[0].rstrip(",").lower()


if __name__ == "__main__":
    main()
