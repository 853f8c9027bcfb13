# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bench of MLS measures whole groups and says what it left out; how fast it was is not asserted."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from bench.errors import CannotRun
from bench.format import last_line
from bench.mls_child import OURS, OURS_IN_MEMORY
from bench.mls_memory import group_mb
from bench.mls_ours import Ours
from bench.mls_peers import MLS_RS, Answer, Contest, Measured, Round
from bench.mls_scenario import Clock, Library, Plan, fillers, steps

from bench import mls, mls_peers
from privity.client.engine.records import Table
from privity.client.store.database import Store

STEPS = {*mls.STEPS, *mls.REMOVALS, *mls.MESSAGES}


def taken(library: Library, plan: Plan) -> tuple[Clock, dict[str, int], list[str]]:
    """All steps of one group: times, bytes, and what was said before each step."""
    clock, wire = Clock(library.cpu_ns), dict[str, int]()
    return clock, wire, list(steps(library, clock, wire, plan))


def test_a_group_goes_through_every_step(tmp_path: Path) -> None:
    clock, wire, said = taken(Ours(tmp_path), Plan(9, messages=14, filled=True))
    assert set(clock.ms) == STEPS
    assert all(value >= 0 for values in clock.ms.values() for value in values)
    assert set(wire) == set(mls.WIRE)
    assert wire["update commit, filled"] < wire["update commit, blank"], "which is what filling is for"
    assert [what for what in said if "messages" in what] == ["messages, 14 to go", "messages, 4 to go"]
    assert len(clock.ms["encrypt"]) == 14 and len(clock.ms["update, filled"]) == 3


def test_what_is_measured_with_a_store_is_in_the_store(tmp_path: Path) -> None:
    library = Ours(tmp_path)
    clock, _, _ = taken(library, Plan(3, messages=2, filled=False))
    assert "update, filled" not in clock.ms
    library.close()
    store = Store.open(tmp_path / "first", "bench")
    assert any(key == b"group" for key, _ in store.scan(Table.MLS, "room"))
    store.close()


@pytest.mark.parametrize(
    ("size", "leaves"), [(1, []), (2, [1]), (9, [8, 4, 2, 1]), (999, [512, 256, 128, 64, 32, 16, 8, 4, 2, 1])]
)
def test_a_tree_is_filled_by_one_leaf_of_each_subtree(size: int, leaves: list[int]) -> None:
    assert fillers(size) == leaves


def test_a_clock_takes_the_time_of_its_library() -> None:
    ticks = iter([0, 5_000_000, 7_000_000, 8_000_000])
    clock = Clock(lambda: next(ticks))
    assert clock.take("one", lambda given: given, "back") == "back"
    clock.take("one", time.monotonic)
    assert clock.ms["one"] == [5.0, 1.0]


def filled_contest() -> Contest:
    """Times as they could be, of four sizes."""
    found = Contest(absent={"ts-mls": "not installed"})
    for size in (2, 100, 1_000, 10_000):
        for name, factor in ((OURS, 1.0), (OURS_IN_MEMORY, 0.25), (MLS_RS, 2.0)):
            measured = Measured(wire=dict.fromkeys(mls.WIRE, size))
            for step in STEPS:
                measured.ms[step] += [factor * size, factor * size, 9e9 if step == "add" else factor * size]
            found.measured[name, size] = measured
    return found


def test_bars_and_growth_have_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mls, "contest", lambda rounds: filled_contest())
    monkeypatch.setattr(mls, "group_mb", lambda size: 1.0)
    rows = {row.name: row for row in mls.rows(mls.SIZES, 10_000)}
    assert len(json.loads(last_line("mls", "c", True, list(rows.values())))["rows"]) == len(rows)
    assert [rows[f"join, N={size}"].bar for size in ("2", "100", "1,000", "10,000")] == [
        "ratio <= 1.5",
        "ratio <= 1",
        "ratio <= 0.75",
        "ratio <= 0.75",
    ]
    assert rows["add, N=2"].ratio == 0.5, "medians, whatever one turn cost"
    assert (
        rows["encrypt 1 KB, N=2"].bar == "ratio <= 0.7" and rows["encrypt 1 KB, in memory, N=2"].bar == "ratio <= 0.35"
    )
    assert rows["growth of process, filled"].ours == 10 and rows["growth of process, filled"].met
    assert rows["decrypt 1 KB, N=10,000 over N=2"].met is False
    assert rows["create, N=2, beside ts-mls"].skipped == "not installed"
    assert not any("beside" in name and "10,000" in name for name in rows)


def pretend(monkeypatch: pytest.MonkeyPatch, asked: list[str], falls_over: str = "") -> None:
    """Children that only write down whose turn it was; two steps make a group."""

    class Child:
        def __init__(self, name: str, each: Round) -> None:
            self.name = name
            self.taken = 0

        def __enter__(self) -> Child:
            return self

        def __exit__(self, *failed: object) -> None:
            pass

        def step(self) -> Answer:
            asked.append(self.name)
            if self.name == falls_over:
                raise CannotRun("it fell over")
            self.taken += 1
            return Answer({"add": [1.0]}, {"tree": 1}, whole=self.taken % 2 == 0)

        def end(self) -> None:
            pass

    monkeypatch.setattr(mls_peers, "Child", Child)


def test_a_library_that_is_not_there_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    pretend(monkeypatch, asked, falls_over="core-crypto")
    monkeypatch.setattr(mls_peers, "missing", lambda name: "missing: ts-mls" if name == "ts-mls" else None)
    found = mls_peers.contest([Round(2, 2, 1), Round(10_000, 1, 1)])
    assert found.absent == {"core-crypto": "it fell over", "ts-mls": "missing: ts-mls"}
    always = [OURS, OURS_IN_MEMORY, MLS_RS]
    by_groups = [name for name in always for _ in range(2)]
    by_steps = [*always, *always]
    assert asked == [*by_groups, "core-crypto", *by_groups, *by_steps]
    assert found.measured[OURS, 2].ms["add"] == [1.0, 1.0], "one for each group"
    assert found.measured[OURS, 10_000].ms["add"] == [1.0]
    assert found.of("ts-mls", 2, "add") is None


def test_a_peer_that_falls_over_between_steps_leaves_the_others_going(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    pretend(monkeypatch, asked, falls_over=MLS_RS)
    monkeypatch.setattr(mls_peers, "missing", lambda name: None)
    found = mls_peers.contest([Round(10_000, 2, 1)])
    assert asked == [OURS, OURS_IN_MEMORY, MLS_RS, OURS, OURS_IN_MEMORY, OURS, OURS_IN_MEMORY, OURS, OURS_IN_MEMORY]
    assert found.absent == {MLS_RS: "it fell over"} and found.of(OURS, 10_000, "add") == 1.0


def test_ours_that_falls_over_ends_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, [], falls_over=OURS)
    with pytest.raises(CannotRun, match="it fell over"):
        mls_peers.contest([Round(10_000, 1, 1)])


def test_who_starts_for_seconds_takes_fewer_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(mls_peers, "missing", lambda name: None)
    pretend(monkeypatch, asked)
    most = mls_peers.JAVASCRIPT_TURNS
    mls_peers.contest([Round(2, most + 2, 1)])
    assert {name: asked.count(name) // 2 for name in asked} == {
        OURS: most + 2,
        OURS_IN_MEMORY: most + 2,
        MLS_RS: most + 2,
        "core-crypto": most,
        "ts-mls": most,
    }
    asked.clear()
    mls_peers.contest([Round(1_000, 2, 1)])
    assert asked.count(MLS_RS) == 4 and asked.count("ts-mls") == 2


def test_ours_in_a_child_of_its_own_takes_turn_after_turn() -> None:
    with mls_peers.Child(OURS_IN_MEMORY, Round(5, 2, 2)) as child:
        for _ in range(2):
            answer = child.step()
            assert not answer.whole and set(answer.ms) == {"create"}
            while not answer.whole:
                answer = child.step()
            assert set(answer.ms) == STEPS and answer.wire["message of 1 KB"] > 1024
            assert len(answer.ms["add"]) == 1, "one group"
        child.end()


def test_a_child_can_be_ended_in_the_middle_of_a_group() -> None:
    with mls_peers.Child(OURS_IN_MEMORY, Round(5, 2, 2)) as child:
        assert not child.step().whole
        assert child.end() == 0


def test_a_child_that_falls_over_says_so() -> None:
    with mls_peers.Child("nobody", Round(3, 1, 2)) as child:
        for _ in range(2):
            with pytest.raises(CannotRun, match="nobody at 3 members: it ended with status 1"):
                child.step()


def test_a_group_weighs_something() -> None:
    assert 0 < group_mb(300) < 100


def test_quick_run_is_not_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mls, "PAGE", tmp_path / "page.md")
    with pytest.raises(SystemExit):
        mls.main(["--quick", "--write"])
    assert not (tmp_path / "page.md").exists()
