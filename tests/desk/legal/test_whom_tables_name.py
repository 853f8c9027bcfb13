# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever the desk notes of an account says so in the inventory: what authorities get of it, and when it goes.

A desk is filled with everything that rules, campaigns and matching note of invented people, and then each value of each
table is looked through for them. A table that names an account and claims to be about nobody is found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

import pytest

from privity.desk.db.transaction import transaction
from privity.desk.legal.collecting import capabilities
from privity.desk.legal.collecting.model import Source
from privity.desk.periods import DAY_MS
from privity.desk.signals.joined import asking
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.taking import store as taken
from privity.desk.signals.taking.service import Taking
from privity.wire.age import AgeBand
from privity.wire.inventory import Inventory
from privity.wire.observed import Observed, ObservedKind, ObservedPage
from tests.desk.house import House
from tests.desk.retention.noted import due, note
from tests.desk.retention.years import Years

INVENTORY: Final = Inventory.decode(resources.files("privity.desk").joinpath("db/inventory.toml").read_bytes())
FIRST: Final = 29
"""Of the migrations that brought rules about behaviour and lists of hashes."""
NAMES: Final = {
    "observed": ("account", "other"),
    "signal_account": ("account",),
    "rule_hit": ("subject",),
    "rule_sample": ("subject",),
    "account_label": ("subject",),
    "reporter_agreement": ("user_uri",),
    "coordination_member": ("account",),
    "coordination_shared": ("object",),
    "coordination_seen": ("account",),
    "media": ("account",),
    "matching_due": ("account",),
    "match": ("about",),
}
"""Every table of rules, campaigns and matching that names an account, and where. None has it for ever."""
HANDED_OVER: Final = frozenset({"observed"})
"""Of those, what a legal request can reach; of each other one the inventory says why none does."""
_CREATED: Final = re.compile(r"CREATE TABLE (\w+)")


def newer() -> set[str]:
    """The tables that the migrations since `FIRST` have brought."""
    folder = Path(str(resources.files("privity.desk.db").joinpath("sql")))
    return {
        name
        for file in folder.glob("*.sql")
        if int(file.name[:4]) >= FIRST
        for name in _CREATED.findall(file.read_text("utf-8"))
    }


def named(house: House, account: str) -> Iterator[tuple[str, str]]:
    """Each table and column in which an account stands, as text or as bytes."""
    for table in INVENTORY.tables:
        cursor = house.db.execute(f'SELECT * FROM "{table}"')
        columns = [each[0] for each in cursor.description]
        for row in cursor.fetchall():
            for column, value in zip(columns, row, strict=True):
                found = value.encode() if isinstance(value, str) else value
                if isinstance(found, bytes) and account.encode() in found:
                    yield table, column


class NoHub:
    async def observed(self, after: int, wait_s: int = 0) -> ObservedPage:
        raise AssertionError("nothing is asked of the hub here")


def counters(house: House) -> None:
    """What was observed is counted."""
    taking = Taking(house.db, NoHub(), lambda: house.clock)
    runner = asking(house.db, taking.more, Compiled(), lambda: house.clock, house.random).runner
    assert runner.work() > 0
    runner.keep()


@pytest.fixture
def whom(house: House) -> tuple[str, str]:
    """Somebody of whom everything is noted, and whoever was on the other side of it."""
    user, other = note(house), house.user()
    with transaction(house.db):
        seen = [
            Observed(0, house.clock, kind, user, house.clock - 1, AgeBand.ADULT, other=other)
            for kind in (ObservedKind.ASKED, ObservedKind.BLOCKED, ObservedKind.REPORTED)
        ]
        taken.add(
            house.db,
            [*seen, Observed(0, house.clock, ObservedKind.SENT, user, 1, AgeBand.ADULT, count=20)],
            house.clock,
        )
        house.db.execute("UPDATE coordination_shared SET object = ? WHERE object LIKE '%/u/0'", (f"asked:{other}",))
    counters(house)
    due(house, user)
    return user, other


def test_every_table_that_names_an_account_is_known_to_name_it(house: House, whom: tuple[str, str]) -> None:
    found: dict[str, set[str]] = {}
    for account in whom:
        for table, column in named(house, account):
            found.setdefault(table, set()).add(column)
    assert {table: set(columns) for table, columns in NAMES.items()} == {
        table: columns for table, columns in found.items() if table in newer()
    }
    for table, columns in found.items():
        assert columns <= INVENTORY.tables[table].of.keys(), f"{table} names an account where the inventory says nobody"


def test_every_newer_table_says_whom_it_names_or_is_listed_here() -> None:
    """A new table that is about people is put into `NAMES`, into what `noted` fills, and into what is forgotten."""
    about_people = {name for name in newer() if INVENTORY.tables[name].of}
    assert about_people == set(NAMES)
    for name, columns in NAMES.items():
        assert set(columns) == set(INVENTORY.tables[name].of), name


def test_authorities_get_what_was_observed_and_are_told_why_nothing_else() -> None:
    manifest = capabilities.shipped()
    collected = {one.table for one in manifest.collectors if one.store is Source.DESK}
    refused = {one.table: one.why for one in manifest.not_read if one.store is Source.DESK and not one.column}
    assert collected & newer() == HANDED_OVER
    assert {name for name in NAMES if refused.get(name)} == set(NAMES) - HANDED_OVER


def test_none_of_it_is_kept_for_ever(house: House, whom: tuple[str, str]) -> None:
    """Two years later nothing of rules, campaigns and matching names them; what was observed last is not theirs."""
    years = Years(house)
    assert not any("for ever" in INVENTORY.tables[name].kept for name in NAMES)
    house.db.execute("DELETE FROM matching_due")  # looked at, within a minute
    years.pass_days(8)
    assert {table for account in whom for table, _ in named(house, account)} & {"observed"} == set()
    years.pass_days(733)
    with transaction(house.db):
        later = Observed(0, house.clock, ObservedKind.SENT, house.user(), 1, AgeBand.ADULT, count=20)
        taken.add(house.db, [later], house.clock)
    counters(house)
    left = {table for account in whom for table, _ in named(house, account)}
    assert left & newer() == set(), f"{house.clock // DAY_MS} days"
