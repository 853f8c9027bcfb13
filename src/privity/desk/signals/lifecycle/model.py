# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A version of a set of rules, what happened to it, and what was found by looking back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from privity.desk.signals.ladder.model import Done
from privity.desk.signals.language.python_functions import wilson_high, wilson_low

DAY_MS: Final = 86_400_000
SHADOW_MS: Final = DAY_MS
"""For so long at least a version is watched before it may act."""
MOST_A_DAY: Final = 50
"""Accounts that a rule does something to in a day, where nobody said another number."""
MILLION: Final = 1_000_000


class Stage(StrEnum):
    """What a version is. The value stands in the database."""

    DRAFT = "draft"
    """The language refuses it; the error is kept with its place."""
    TYPED = "typed"
    TESTED = "tested"
    SHADOW = "shadow"
    """Asked about every event; what it would have done is written down, and nothing is done."""
    PROPOSED = "proposed"
    """As in shadow, and waits for a second person."""
    LIVE = "live"
    ENDED = "ended"


class PauseWhy(StrEnum):
    """Why a rule stopped. The value stands in the database."""

    BUDGET = "budget"
    VOLUME = "volume"
    OVERTURNED = "overturned"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class HappenedStep:
    """One thing that happened to a version."""

    stage: Stage
    at_ms: int
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Version:
    """A text of rules as somebody handed it in; it never changes."""

    number: int
    name: str
    text: str = field(repr=False)
    digest: bytes
    """Of the text and the catalogue against which it was checked; of the text alone where it was refused."""
    restricts: bool
    made_ms: int
    made_by: str
    error: str
    """Why the language refuses it; empty where it does not."""
    line: int
    column: int
    steps: tuple[HappenedStep, ...]

    @property
    def stage(self) -> Stage:
        return self.steps[-1].stage

    @property
    def stage_ms(self) -> int:
        """Since when it is that."""
        return self.steps[-1].at_ms

    @property
    def proposed_by(self) -> str | None:
        """Who asked that it goes live, while that waits."""
        return self.steps[-1].who if self.stage is Stage.PROPOSED else None

    @property
    def asked_ms(self) -> int | None:
        """When it was last asked that it goes live; None where it never was."""
        proposed = [step.at_ms for step in self.steps if step.stage is Stage.PROPOSED]
        live = [step.at_ms for step in self.steps if step.stage is Stage.LIVE]
        return max(proposed or live, default=None)

    def since_ms(self, stage: Stage) -> int | None:
        """When it first came to this stage."""
        return next((step.at_ms for step in self.steps if step.stage is stage), None)


@dataclass(frozen=True, slots=True)
class RuleTried:
    """What one rule would have done in the time that was looked at."""

    rule: str
    hits: int
    """Events for which it held."""
    accounts: int
    """Different accounts for which it held."""
    account_days: int
    """Accounts on different days: as often it would have acted."""
    benign: int
    """Of the accounts, those at which people have looked and found nothing wrong."""
    protected: int
    """Of the account-days, those of people whom one rule alone never restricts."""
    shared: int
    """Of the account-days, those that a live rule finds as well."""
    busiest: int
    """Account-days of the busiest day: what a budget must hold."""

    @property
    def overlap(self) -> float:
        """The share of what it finds that live rules find already."""
        return self.shared / self.account_days if self.account_days else 0.0


@dataclass(frozen=True, slots=True)
class TriedDay:
    """What one rule would have done on one day that was looked at."""

    rule: str
    day: int
    """Days since 1970, in UTC."""
    hits: int
    accounts: int
    protected: int
    """Of the accounts, those of people whom one rule alone never restricts."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """A look back: a version of rules, asked about what is kept of observations."""

    number: int
    version: int
    at_ms: int
    who: str
    first_ms: int
    """Of the oldest observation."""
    last_ms: int
    observations: int
    events: int
    """How often the rules were asked: a block is an event for two accounts."""
    accounts: int
    """Different accounts about which they were asked."""
    rows: tuple[RuleTried, ...]
    by_day: tuple[TriedDay, ...] = ()
    """Days on which a rule held; none of a look back that was made before they were kept."""

    @property
    def days(self) -> float:
        """How much time was looked at, an hour at least."""
        return max((self.last_ms - self.first_ms) / DAY_MS, 1 / 24)

    def per_million(self, row: RuleTried) -> tuple[float, float, float]:
        """Accounts that the rule finds of a million, with the bounds of Wilson's interval at 95 %."""
        if not self.accounts:
            return 0.0, 0.0, 0.0
        low, high = wilson_low(row.accounts, self.accounts), wilson_high(row.accounts, self.accounts)
        return row.accounts / self.accounts * MILLION, low * MILLION, high * MILLION

    def a_day(self, row: RuleTried) -> float:
        """How often a day it would act."""
        return row.account_days / self.days


@dataclass(frozen=True, slots=True)
class Case:
    """The first time that a rule would have held for an account."""

    rule: str
    subject: str
    at_ms: int
    because: str
    facts: Mapping[str, bool | int | float | str]
    """What the rule looked at, by feature."""
    would: Done
    """ACTED where it would have done all that it says; otherwise why it would have taken nothing."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A rule that stopped, and has not gone on."""

    version: int
    rule: str
    why: PauseWhy
    at_ms: int
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class RuleDay:
    """For a plot: one rule on one day."""

    rule: str
    day: int
    """Days since 1970, in UTC."""
    hits: int
    acted: int
    held_back: int
    """Paused, protected, or too late."""
