# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of the key log: epochs, lookups, proofs, audits, growth. `make bench-keylog BENCH_ARGS="--quick"`."""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.clock import cpu_us, percentile
from bench.format import Row, commit_of, show
from bench.keylog_hub import hub_rows
from bench.machine import Machine
from bench.page import PAGE, Section
from bench.published import NOW_MS, Published, grown_tree, random_leaves
from privity.keylog.audit import EMPTY, AuditState, AuditUpdate, audit, make_update
from privity.keylog.prefix_proof import prove, verify
from privity.keylog.prefix_tree import insert, root_of
from privity.keylog.publish import lookup
from privity.keylog.verify import View, verify_lookup
from privity.tlog.tree import root_at

COMMAND: Final = 'make bench-keylog BENCH_ARGS="--write"'
TITLE: Final = "The key log"
ABOUT: Final = """
The rows that begin with "hub" are of a real hub process with its database, over loopback, without witnesses. The others
cross no network and no disk: they are the costs of the log itself, in memory, on one core. The log has an
entry for each minute of a year (2^19 - 1, for which proofs are at their longest), three witnesses, and values that are
signed lists of two devices; a reader comes back after a week. What peers have published is not measured here, and their
logs are larger: Google's is for 10^9 users."""
GOOGLE: Final = "Google KT design note, 1 G users, as published"
CONIKS: Final = "CONIKS, USENIX Security 2015, as published"
LOOKUP_BYTES: Final = 2000.0
MONITOR_BYTES: Final = 20_000.0
LADDERS: Final = (0, 1, 2, 6, 50)
EPOCH: Final = 1_000
"""Changes in one epoch."""
LOOKS_A_DAY: Final = 4
"""An owner looks its own label up every six hours."""


@dataclass(frozen=True, slots=True)
class Sizes:
    labels: int
    epochs: int
    week: int
    """Entries that a reader has missed."""
    samples: int
    growth: Sequence[int]
    lookups: int
    """Of a real hub."""


FULL: Final = Sizes(100_000, (1 << 19) - 1 - len(LADDERS), 10_080, 25, (10_000, 100_000, 1_000_000), 2_000)
QUICK: Final = Sizes(100_000, 5_000, 100, 5, (10_000, 100_000), 400)


def epoch_rows(log: Published, sizes: Sizes) -> list[Row]:
    """What it costs to cut an epoch of a thousand changes, and what others pay to check it."""
    leaves = random_leaves(log.random, EPOCH)
    changes = [log.change(log.new_label(), 0) for _ in range(EPOCH)]
    update = make_update(log.nodes, NOW_MS, leaves).encode()
    before = AuditState(root_of(log.nodes), 0, EMPTY.frontier)
    steps: dict[str, Callable[[], object]] = {
        "insert": lambda: insert(log.nodes, leaves),
        "cut": lambda: log.cut(changes),
        "audit": lambda: audit(before, AuditUpdate.decode(update)),
    }
    us = cpu_us(steps, samples=sizes.samples, calls=1)
    name = f"{EPOCH:,} changes into {sizes.labels:,} labels"
    audited_s = us["audit"] / 1e6
    return [
        Row(f"tree: {name}", us["insert"] / 1000, "cpu_ms"),
        Row(f"epoch: {name}, with their VRF outputs and the auditors' update", us["cut"] / 1000, "cpu_ms"),
        Row(f"auditor: {name}", us["audit"] / 1000, "cpu_ms"),
        Row("auditor: such an epoch each minute, times real time", 60 / audited_s, "x", "ours >= 50"),
        Row("auditor: such an epoch each second, times real time", 1 / audited_s, "x"),
        Row("auditor: bytes of such an epoch", len(update), "bytes"),
    ]


def proof_rows(log: Published, sizes: Sizes) -> list[Row]:
    """The prefix tree's proofs alone, for one key that is not there."""
    out = log.random.randbytes(32)
    proof, root = prove(log.nodes, [out]), root_of(log.nodes)
    steps: dict[str, Callable[[], object]] = {
        "make": lambda: prove(log.nodes, [out]),
        "check": lambda: verify(root, {out: None}, proof),
    }
    us = cpu_us(steps, samples=sizes.samples, calls=100)
    return [
        Row(f"prefix proof at {sizes.labels:,} labels: made", us["make"], "cpu_us"),
        Row(f"prefix proof at {sizes.labels:,} labels: checked", us["check"], "cpu_us"),
        Row(f"prefix proof at {sizes.labels:,} labels", len(proof.encode()), "bytes"),
    ]


def lookup_rows(log: Published, sizes: Sizes) -> list[Row]:
    """Answers about labels of several greatest versions, made, checked and weighed."""
    old = View(log.size - sizes.week, root_at(log.node_at, log.size - sizes.week), NOW_MS - sizes.week * 1000)
    labels = {n: log.add_versions(n + 1) for n in LADDERS}
    answers = {n: lookup(log, log.vrf_private, label, old.size).encode() for n, label in labels.items()}
    keys = log.keys

    def checks(n: int) -> Callable[[], object]:
        return lambda: verify_lookup(answers[n], labels[n], keys, old, NOW_MS)

    us = cpu_us({str(n): checks(n) for n in LADDERS}, samples=sizes.samples, calls=10)
    rows: list[Row] = []
    for n, label in labels.items():
        name = f"lookup of version {n}"
        made = [_timed_ms(log, label, old.size) for _ in range(sizes.samples * 10)]
        rows.append(Row(f"{name}: made, p95", percentile(made, 95), "ms", "ours <= 50"))
        rows.append(Row(f"{name}: checked", us[str(n)] / 1000, "cpu_ms", "ours <= 5" if n <= 6 else None))
        peer, published = (GOOGLE, LOOKUP_BYTES) if n == 0 else (None, None)
        bar = "ours <= 5000" if n <= 2 else None
        rows.append(Row(f"{name}: proof and value", len(answers[n]), "bytes", bar, peer, published))
    monitored = LOOKS_A_DAY * len(answers[2])
    name = f"an owner's own label at version 2, {LOOKS_A_DAY} times a day"
    rows.append(Row(name, monitored, "bytes", None, CONIKS, MONITOR_BYTES))
    return rows


def growth_rows(sizes: Sizes) -> list[Row]:
    """What a tree weighs, and what an epoch costs, as the labels grow: each in a process of its own."""
    rows: list[Row] = []
    for labels in sizes.growth:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = pool.apply(_grow, (labels,))
        name = f"{labels:,} labels"
        rows.append(Row(f"{name}: grown from nothing", found.grown_s, "cpu_s"))
        rows.append(Row(f"{name}: {EPOCH:,} more", found.more_ms, "cpu_ms"))
        rows.append(Row(f"{name}: memory of the tree, all of it held", found.memory_mb, "MB"))
        rows.append(Row(f"{name}: stored for each, paths and contents", found.stored / labels, "bytes"))
    return rows


@dataclass(frozen=True, slots=True)
class Growth:
    grown_s: float
    more_ms: float
    memory_mb: float
    stored: int


def _grow(labels: int) -> Growth:
    rnd = Published(0, 0).random
    before, start = _resident_mb(), time.process_time()
    nodes = grown_tree(rnd, labels)
    grown, memory = time.process_time() - start, _resident_mb() - before
    leaves = random_leaves(rnd, EPOCH)
    start = time.process_time()
    insert(nodes, leaves)
    more = time.process_time() - start
    return Growth(grown, more * 1000, memory, sum(len(path) + len(content) for path, content in nodes.items()))


def _resident_mb() -> float:
    """Memory of this process now: its peak would count that of the process it was made from."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def _timed_ms(log: Published, label: bytes, from_size: int) -> float:
    start = time.perf_counter()
    lookup(log, log.vrf_private, label, from_size)
    return (time.perf_counter() - start) * 1000


def rows(sizes: Sizes) -> list[Row]:
    """The log by itself, and then on a hub."""
    log = Published(sizes.labels, sizes.epochs)
    alone = [*epoch_rows(log, sizes), *proof_rows(log, sizes), *lookup_rows(log, sizes), *growth_rows(sizes)]
    return [*alone, *hub_rows(sizes.labels, sizes.lookups)]


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table and the line of JSON, and write the section of the page when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.keylog", description="What the key log costs.")
    parser.add_argument("--quick", action="store_true", help="fewer samples, a smaller log; says so in the JSON")
    parser.add_argument("--write", action="store_true", help=f"write what was measured to {PAGE.name}")
    found = parser.parse_args(arguments)
    if found.quick and found.write:
        parser.error("a quick run is not written down: leave out --quick")
    before = Machine.look()
    measured = rows(QUICK if found.quick else FULL)
    commit = commit_of(Path(__file__).parent)
    if found.write:
        Section(TITLE, ABOUT, COMMAND, commit, before, Machine.look(), measured).write(PAGE)
    show("keylog", commit, not found.quick, measured)


if __name__ == "__main__":
    main()
