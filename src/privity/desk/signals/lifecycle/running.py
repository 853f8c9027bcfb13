# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which versions are asked about each event now: those that act, and those that are watched in shadow."""

from __future__ import annotations

from dataclasses import dataclass, field

from privity.desk.db.transaction import Db
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.language.errors import RuleError
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.lifecycle import store
from privity.desk.signals.lifecycle.bands import most_held
from privity.desk.signals.lifecycle.checked import takes_two
from privity.desk.signals.lifecycle.clocks import check_clocks
from privity.desk.signals.lifecycle.errors import TellsWhen
from privity.desk.signals.lifecycle.model import MOST_A_DAY, Stage, Version

RUNNING = (Stage.SHADOW, Stage.PROPOSED, Stage.LIVE)


@dataclass(frozen=True, slots=True)
class Running:
    """A version that is asked about events.

    Attributes:
        number: Of the version.
        name: Of the set of rules.
        rules: Its rules.
        live: They act; otherwise what they find is only written down.
    """

    number: int
    name: str
    rules: RuleSet = field(repr=False)
    live: bool


class Compiled:
    """The versions that run, compiled once for as long as nothing happens to any of them."""

    def __init__(self) -> None:
        self._step = -1
        self._sets: dict[int, RuleSet | None] = {}
        self._now: tuple[Running, ...] = ()

    def now(self, db: Db) -> tuple[Running, ...]:
        """The oldest version first.

        A version that this desk no longer takes is left out; one that means something else with it than
        what was agreed to is watched and does not act, and so is one that acts by the word of one person, as an older
        desk let it.
        """
        step = store.last_step(db)
        if step != self._step:
            self._now = tuple(one for version in store.in_stages(db, *RUNNING) if (one := self._running(db, version)))
            self._step = step
        return self._now

    def _running(self, db: Db, version: Version) -> Running | None:
        if version.number not in self._sets:
            try:
                found = compile_rules(version.text, CATALOGUE)
                check_clocks(found)
                self._sets[version.number] = found
            except (RuleError, TellsWhen):
                self._sets[version.number] = None
        rules = self._sets[version.number]
        if rules is None:
            return None
        agreed = version.restricts or not takes_two(rules)
        live = version.stage is Stage.LIVE and rules.digest == version.digest and agreed
        return Running(version.number, version.name, rules, live)


def budgets_of(db: Db, number: int, rules: RuleSet) -> dict[str, int]:
    """By rule; the number that everybody begins with where nobody has said another."""
    known = store.budgets(db, number)
    return {rule.name: known.get(rule.name, MOST_A_DAY) for rule in rules.rules}


def band_of(db: Db, number: int, rule: str) -> int:
    """For how many accounts of a day a rule may hold: by the newest look back that there was when it was asked for.

    What somebody alone looks back over later tells people more, and lets a rule that acts do no more.
    """
    version = store.find(db, number)
    asked_ms = None if version is None else version.asked_ms
    test = store.newest_backtest(db, number, asked_ms)
    rows = () if test is None else test.rows
    return most_held(next((test.a_day(row) for row in rows if test is not None and row.rule == rule), 0.0))
