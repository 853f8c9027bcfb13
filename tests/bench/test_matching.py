# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bench of matching measures what it says, and would notice an index that misses something."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from bench.errors import CannotRun
from bench.matching_lists import RADIUS, TAIL, Tail, asked, hashes, last_of, moved

from bench import matching, matching_index, matching_pdq
from privity.desk.matching.index.index import Index, Match

ENTRIES = 3_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("matching")
    matching_index.build(folder, ENTRIES)
    return folder


def test_what_is_asked_is_half_near_something(folder: Path) -> None:
    listed = hashes(ENTRIES)
    assert listed[-1].tobytes() == last_of(ENTRIES).bits
    queries = asked(listed, 200, 1)
    near = [number for number, query in enumerate(queries) if matching_index._near(listed, np.frombuffer(query, "<u8"))]
    assert near == list(range(1, 200, 2))
    one, rnd = random.Random(2).randbytes(32), random.Random(3)
    assert [
        (int.from_bytes(moved(one, d, rnd), "big") ^ int.from_bytes(one, "big")).bit_count() for d in range(41)
    ] == list(range(41))


def test_a_process_that_begins_opens_what_was_built(folder: Path) -> None:
    found = matching_index.opened(folder, ENTRIES)
    assert found["wall_s"] >= found["cpu_s"] * 0.2 > 0
    assert found["memory_mb"] > found["mapped_mb"] > ENTRIES * 32 / 1e6
    index = Index(folder, Tail(last_of(ENTRIES), TAIL))
    assert len(index) == ENTRIES + TAIL


def test_an_index_that_misses_something_is_wrong(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = Tail(last_of(ENTRIES), 100)
    index, listed = Index(folder, changes), hashes(ENTRIES)
    added, removed = matching_index._visible(index, changes, listed)
    assert min(added, removed) > 0
    assert matching_index._wrong(index, listed, changes, 82) == 0
    within = Index.within

    def farther_is_missed(index: Index, bits: bytes, radius: int = RADIUS) -> list[Match]:
        return within(index, bits, 30)

    monkeypatch.setattr(Index, "within", farther_is_missed)
    assert matching_index._wrong(index, listed, changes, 82) == 2


def test_without_the_peer_the_rows_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> object:
        raise CannotRun(matching_pdq.MISSING)

    monkeypatch.setattr(matching_pdq, "apart", missing)
    found = matching_pdq.rows(10, 1)
    assert {row.skipped for row in found} == {matching_pdq.MISSING}
    assert [row.bar for row in found] == ["ours >= 98.5", *["ratio >= 5"] * 3]


def test_a_quick_run_is_not_written_down(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        matching.main(["--quick", "--write"])
    assert "a quick run is not written down" in capsys.readouterr().err
