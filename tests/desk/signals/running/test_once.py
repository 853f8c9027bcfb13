# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each effect once, whenever the process ends; and the same counters afterwards as if it had not."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from privity.desk.signals.counters.state import AccountState
from privity.desk.signals.running import desk_store
from privity.desk.signals.running.hits import Hit
from tests.desk.signals.running.running_parts import RULES, Acting, acted, opened, pages, runner, stream

COUNT = 3_000
ROOT = Path(__file__).parents[4]


def _whole(path: Path) -> tuple[list[tuple[object, ...]], dict[str, bytes], desk_store.Position | None]:
    """What it comes to when nothing happens in between."""
    db = opened(path)
    one = runner(db, stream(COUNT))
    assert sum(pages(one)) == COUNT
    one.keep()
    return acted(db), dict(desk_store.accounts(db)), desk_store.position(db)


def test_rules_hold_and_are_silent_for_the_rest_of_the_day(tmp_path: Path) -> None:
    found, accounts, position = _whole(tmp_path / "whole.db")
    assert {rule for _, rule, _, _ in found} == {"Asks", "Sends", "Blocked", "Farm"}
    assert len(found) > 100
    assert len({day for *_, day in found}) >= 2
    assert len(accounts) > 40
    assert position is not None
    assert position.number == COUNT
    assert position.key == b"k" * 32


class _Ends(Exception):
    """The process would end here."""


class _EndsAt(Acting):
    """Ends in the middle of acting, now and then."""

    def __init__(self, db: object, draw: random.Random) -> None:
        super().__init__(db)
        self._draw = draw

    def take(self, hit: Hit) -> None:
        super().take(hit)
        if self._draw.random() < 0.03:
            raise _Ends


def test_an_end_while_acting_undoes_that_page_alone(tmp_path: Path) -> None:
    whole = _whole(tmp_path / "whole.db")
    db, draw = opened(tmp_path / "ends.db"), random.Random(3)
    one = runner(db, stream(COUNT))
    one.sink = _EndsAt(db, draw)
    ends, counted = 0, 1
    while counted:
        try:
            counted = one.work(50)
        except _Ends:
            ends += 1
            if ends % 2:  # the object goes on, or another one begins
                one = runner(db, stream(COUNT))
                one.sink = _EndsAt(db, draw)
    one.keep()
    assert ends > 3
    assert acted(db) == whole[0]
    assert dict(desk_store.accounts(db)).keys() == whole[1].keys()
    assert desk_store.position(db) == whole[2]


class _Counts(Acting):
    """How often each was handed on."""

    def __init__(self, db: object) -> None:
        super().__init__(db)
        self.came: list[tuple[str, str, int]] = []

    def take(self, hit: Hit) -> None:
        self.came += [(rule.name, hit.account, hit.at_ms // 86_400_000) for rule in RULES.held(hit.hits)]
        super().take(hit)


def test_between_ends_nothing_is_handed_on_twice(tmp_path: Path) -> None:
    db = opened(tmp_path / "desk.db")
    one = runner(db, stream(COUNT))
    sink = _Counts(db)
    one.sink = sink
    assert sum(pages(one)) == COUNT
    assert len(sink.came) == len(set(sink.came)) == len(acted(db))


def test_a_process_that_is_killed_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """A real one: what SIGKILL leaves behind is what the next one finds."""
    path = tmp_path / "killed.db"
    opened(path).close()
    for pages_before in (3, 17, 1_000_000):
        command = [sys.executable, "-m", "tests.desk.signals.running.running_parts", str(path), str(COUNT)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        for number, line in enumerate(process.stdout, 1):
            if number == pages_before or line == "done\n":
                break
        process.kill()
        process.wait()
        process.stdout.close()
    whole, db = _whole(tmp_path / "whole.db"), opened(path)
    assert acted(db) == whole[0]
    assert dict(desk_store.accounts(db)) == whole[1]
    assert desk_store.position(db) == whole[2]


def test_counters_that_do_not_read_begin_anew(tmp_path: Path) -> None:
    db = opened(tmp_path / "desk.db")
    one = runner(db, stream(COUNT))
    assert sum(pages(one)) == COUNT
    one.keep()
    account = next(account for account, _ in desk_store.accounts(db))
    db.execute("UPDATE signal_account SET counters = x'c0' WHERE account = ?", (account,))
    db.execute("UPDATE signal_position SET commons = x'c0'")
    again = runner(db, stream(COUNT))
    assert again.work() == 0
    again.keep()
    assert account not in dict(desk_store.accounts(db))
    for _, counters in desk_store.accounts(db):
        AccountState.decode(counters)


def test_rules_that_change_are_asked_from_the_next_page_on(tmp_path: Path) -> None:
    db = opened(tmp_path / "desk.db")
    one = runner(db, stream(COUNT))
    in_force: Sequence[object] = ()
    told: list[int] = []
    force = one.in_force

    def now() -> Sequence[object]:
        return in_force

    def before(page: Iterable[object]) -> None:
        told.append(len(list(page)))

    one.in_force, one.before = now, before  # type: ignore[assignment]  # any object with a number and rules
    assert one.work(1_000) == 1_000
    assert acted(db) == []
    in_force = force()
    assert one.work(500) == 500
    assert acted(db)
    assert told == [1_000, 500]


@pytest.mark.parametrize("bits", [1, 0b1010, 1 << 400])
def test_a_hit_is_written_down_and_read(bits: int) -> None:
    hit = Hit(3, "mimi://h/u/1", 5, 6, bits, ("asked", 1, 2.0, True))
    assert Hit.unpacked(hit.packed()) == hit
