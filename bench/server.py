# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of the server: what one hub holds, on SQLite and on PostgreSQL, beside its peers, and through kills.

`make bench-server BENCH_ARGS="--quick"`. The last line is also kept in build/, where `make bench-scale` reads it.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import uvloop

from bench import connections, contest, crowd, delivery, disk, kills
from bench.errors import CannotRun
from bench.format import Row, commit_of, last_line, show
from bench.machine import Machine
from bench.page import PAGE, Section
from bench.parts import CannotResume, Kept, Part, Said, measured
from bench.peers import synapse
from bench.peers.all import PEERS
from bench.peers.peer import Peer
from bench.ways import WAYS, Way

COMMAND: Final = 'make bench-server BENCH_ARGS="--write"'
BUILD: Final = Path(__file__).resolve().parents[1] / "build"
KEPT: Final = BUILD / "bench-server.json"
"""The last line, for `make bench-scale`."""
UNFINISHED: Final = BUILD / "bench-server.part.json"
OF_WORKERS: Final = 4
"""By how much the kills of workers are fewer."""
ABOUT: Final = """
The bars are those of a hub that authenticates, checks membership, standing and contact, franks, limits, counts, and
syncs to the disk before it acknowledges. CPU time is that of the server's processes alone, PostgreSQL's and the bus's
included where they take part. A ratio is ours over theirs. Half the speed per core of a peer is a ratio of 2.

Peers take turns with the hub in one run and carry the same 1 KiB between as many people. Prosody, ejabberd and
mosquitto run as Debian packages them; those marked *not durable* store nothing, and none of them franks. An archive in
SQLite keeps two rows of a message, one of the sender and one of the receiver; that they are there is checked before
anything is measured. Synapse is that of PyPI, on a PostgreSQL of its own, its rate limits and presence off: a message
to a hundred devices is one request with a copy for each, one to a room is one event. Its devices wait in `/sync`;
where it does not wake them they ask again, once a second without news. Syncs are counted by strace, after everything
that is timed, while twenty messages are sent one after the other.
"""


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write the section when asked to."""
    names = sorted({name_of(peer) for peer in PEERS})
    parser = argparse.ArgumentParser(prog="python -m bench.server", description="What one hub holds.")
    parser.add_argument("--quick", action="store_true", help="fewer samples and smaller crowds; says so in the JSON")
    parser.add_argument("--write", action="store_true", help=f"write what was measured to {PAGE.name}")
    parser.add_argument("--peers", default=",".join(names), help="with commas, or an empty word for none")
    parser.add_argument("--kills", type=int, help="of hub and device while people talk; 0 for none")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was broken off, by whole parts")
    found = parser.parse_args(arguments)
    if found.quick and found.write:
        parser.error("a quick run is not written down: leave out --quick")
    wanted = [name for name in found.peers.split(",") if name]
    if unknown := sorted({*wanted} - {*names}):
        parser.error(f"unknown peers {', '.join(unknown)}: there are {', '.join(names)}")
    peers = [peer for peer in PEERS if name_of(peer) in wanted]
    count = (2 if found.quick else 100) if found.kills is None else found.kills
    commit = commit_of(Path(__file__).parent)
    kept = Kept(UNFINISHED, {"commit": commit, "quick": found.quick, "peers": sorted(wanted), "kills": count})
    if found.resume:
        try:
            kept.load()
        except CannotResume as err:
            parser.error(str(err))
    before = replace(Machine.look(), when=kept.began)
    rows = measured(parts(found.quick, peers, count), kept)
    if found.write:
        Section("The server", ABOUT, COMMAND, commit, before, Machine.look(), rows).write(PAGE)
    show("server", commit, not found.quick, rows)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(last_line("server", commit, not found.quick, rows) + "\n")
    kept.done()


def parts(quick: bool, peers: Sequence[Peer], kill: int) -> list[Part]:
    """What is measured, in the order of the page."""
    sizes, idle, many = (
        (contest.QUICK, connections.QUICK, crowd.QUICK) if quick else (contest.FULL, connections.FULL, crowd.FULL)
    )

    def sends(said: Said) -> list[Row]:
        if synapse.ROOM in peers or synapse.TO_DEVICE in peers:
            said("installing Synapse")
            with suppress(CannotRun):  # its rows say why
                synapse.install()
        return uvloop.run(delivery.rows(sizes, peers, WAYS, said))

    def connected(way: Way, said: Said) -> list[Row]:
        return uvloop.run(connections.rows(idle, way))

    def crowded(way: Way, said: Said) -> list[Row]:
        return uvloop.run(crowd.rows(many, way))

    def killed(count: int, way: Way, said: Said) -> list[Row]:
        return asyncio.run(kills.rows(count, way))

    found = [Part("the disk", 0.2, lambda said: disk.rows(quick=quick))]
    found.append(Part("sending, beside the peers", 12, sends))
    found += [Part(" ".join(("connections", way.name)).strip(), 1, partial(connected, way)) for way in WAYS]
    found += [Part(" ".join(("a crowd", way.name)).strip(), 2, partial(crowded, way)) for way in WAYS]
    # Their proxies are written for this loop. Two workers wait for the lease of one that was killed.
    counts = [count for count in (kill, kill, -(-kill // OF_WORKERS)) if count]
    found += [
        Part(" ".join((f"{count} kills", way.name)).strip(), 4, partial(killed, count, way))
        for count, way in zip(counts, WAYS, strict=False)
    ]
    return found


def name_of(peer: Peer) -> str:
    """As `--peers` calls it."""
    return peer.name.partition(" ")[0].rstrip(",").lower()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is stopped however it ends
    main()
