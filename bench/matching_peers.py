# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Look-ups beside PDQIndex of threatexchange and BinaryFlat of faiss: the same hashes and questions, in turns."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.errors import CannotRun
from bench.format import Row, skipped
from bench.matching_index import Sizes, apart
from bench.matching_lists import RADIUS, Tail, asked, hashes, last_of
from bench.matching_restart import resident_mb
from privity.desk.matching.index.index import Index
from privity.desk.matching.index.kernel import Words

MISSING: Final = "threatexchange and faiss are missing: make .venv/.exchanges"
PDQ_INDEX: Final = "threatexchange PDQIndex"
FLAT: Final = "faiss BinaryFlat"
ROUNDS: Final = 10


@dataclass(frozen=True, slots=True)
class Beside:
    """CPU microseconds of a look-up each; what the peer took to be built; look-ups to which the answers differ."""

    ours_us: float
    peer_us: float
    built_s: float
    memory_mb: float
    differ: int


def rows(folder: Path, sizes: Sizes) -> list[Row]:
    """Needs the index in the folder."""
    name = f"index of {sizes.entries:,}"
    found = []
    for peer, beside, asks in ((PDQ_INDEX, beside_pdq_index, 50), (FLAT, beside_flat, 20)):
        bar = "ratio >= 10" if peer == PDQ_INDEX else None
        try:
            it: Beside = apart(beside, folder, sizes.entries, asks)
        except (CannotRun, MemoryError) as err:
            found.append(skipped(f"{name}: single look-ups, in turns with {peer}", "per_cpu_s", str(err), bar))
            continue
        looked = f"{name}: single look-ups, in turns with {peer}"
        found += [
            Row(looked, 1e6 / it.ours_us, "per_cpu_s", bar, peer, 1e6 / it.peer_us),
            Row(f"{peer} with {sizes.entries:,}: built", it.built_s, "cpu_s"),
            Row(f"{peer} with {sizes.entries:,}: memory that this added", it.memory_mb, "MB"),
            Row(f"{name}: look-ups to which {peer} has another answer", it.differ, "look-ups", "ours <= 0"),
        ]  # fmt: skip
    return found


def beside_pdq_index(folder: Path, entries: int, asks: int) -> Beside:
    """Raises CannotRun."""
    try:
        import faiss
        from threatexchange.signal_type.pdq.pdq_index import PDQIndex
    except ImportError:
        raise CannotRun(MISSING) from None
    faiss.omp_set_num_threads(1)
    listed = hashes(entries)
    before, start = resident_mb()[0], time.process_time()
    index = PDQIndex((row.tobytes().hex(), entry) for entry, row in enumerate(listed, 1))
    built, memory = time.process_time() - start, resident_mb()[0] - before

    def ask(query: bytes) -> list[tuple[int, int]]:
        return sorted((match.similarity_info.distance, match.metadata) for match in index.query(query.hex()))

    return _in_turns(folder, listed, ask, asks, built, memory)


def beside_flat(folder: Path, entries: int, asks: int) -> Beside:
    """Raises CannotRun."""
    try:
        import faiss
    except ImportError:
        raise CannotRun(MISSING) from None
    faiss.omp_set_num_threads(1)
    listed = hashes(entries)
    before, start = resident_mb()[0], time.process_time()
    index = faiss.IndexBinaryFlat(256)
    index.add(listed.view(np.uint8))
    built, memory = time.process_time() - start, resident_mb()[0] - before

    def ask(query: bytes) -> list[tuple[int, int]]:
        _, distances, places = index.range_search(np.frombuffer(query, dtype=np.uint8)[None, :], RADIUS + 1)
        return sorted(zip(distances.astype(int).tolist(), (places + 1).tolist(), strict=True))

    return _in_turns(folder, listed, ask, asks, built, memory)


def _in_turns(
    folder: Path, listed: Words, ask: Callable[[bytes], list[tuple[int, int]]], asks: int, built: float, memory: float
) -> Beside:
    ours = Index.open(folder, Tail(last_of(len(listed)), 0))
    queries = asked(listed, asks * ROUNDS, 8)
    random.Random(8).shuffle(queries)
    ask(queries[0])
    ours.within(queries[0])
    spent = [0.0, 0.0]
    differ = 0
    for turn in range(ROUNDS):
        some = queries[turn * asks : (turn + 1) * asks]
        ours_said, ours_s = _timed(ours.within, some)
        peer_said, peer_s = _timed(ask, some)
        spent = [spent[0] + ours_s, spent[1] + peer_s]
        differ += sum(one != other for one, other in zip(ours_said, peer_said, strict=True))
    ours_us, peer_us = (seconds / len(queries) * 1e6 for seconds in spent)
    return Beside(ours_us, peer_us, built, memory, differ)


def _timed(ask: Callable[[bytes], Any], queries: Sequence[bytes]) -> tuple[list[Any], float]:
    start = time.process_time()
    found = [ask(query) for query in queries]
    return found, time.process_time() - start
