# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Accounts of abusers as hub and desk have them, and the people behind them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from privity.lab.attacker import Attacker
from privity.lab.telling import Teller
from privity.lab.truth import ViewTruth
from privity.wire.standing import StandingState


class Stage(StrEnum):
    """How far hub and desk were with an account when somebody met something severe from it."""

    UNSEEN = "no rule had held"
    WAITING = "a rule had held, no person had decided"
    LIMITED = "limited, in a conversation that had begun"
    LEFT = "a moderator had looked and left it"


class Since(StrEnum):
    """Whether an account is one of those with which somebody began, or came after a ban."""

    FIRST = "before a ban"
    BACK = "after a ban, from a new account"


@dataclass(slots=True)
class Account:
    """One account of an abuser, as hub and desk have it."""

    number: int
    case: Case
    nth: int
    """Of the accounts of its case, from 0: chances hang on it, since `number` changes with what others do."""
    born_ms: int
    teller: Teller
    limited_until: int = 0
    hidden_until: int = 0
    banned: bool = False
    left: bool = False
    """A moderator looked at it, and did nothing."""
    since: Since = Since.FIRST
    found: bool = False
    """A rule or a list held for it."""
    talks: dict[int, int] = field(default_factory=dict)
    """With whom it has a conversation, and since when: while it is limited it goes on in these, and begins none."""
    frozen: set[int] = field(default_factory=set)
    """Who froze it, each on their own device: neither it nor the hub is told."""
    asked: int = 0
    refused: int = 0
    contacts: list[int] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    asked_own: set[int] = field(default_factory=set)
    """Accounts of the same case that it has asked and that have not answered."""
    shows: bool = False
    reported: bool = False

    def standing(self, now_ms: int) -> StandingState:
        if self.banned:
            return StandingState.BANNED
        return StandingState.LIMITED if self.limited_until > now_ms else StandingState.GOOD

    def stage(self, now_ms: int) -> Stage:
        if self.limited_until > now_ms:
            return Stage.LIMITED
        if self.left:
            return Stage.LEFT
        return Stage.WAITING if self.found else Stage.UNSEEN


@dataclass(slots=True)
class Case:
    """The person behind some accounts, and what became of them. Times are None where it did not happen."""

    number: int
    attacker: Attacker
    begins_ms: int
    accounts: list[Account] = field(default_factory=list)
    first_act_ms: int | None = None
    found_ms: int | None = None
    found_by: set[str] = field(default_factory=set)
    reported_ms: int | None = None
    acted_ms: int | None = None
    views: list[ViewTruth] = field(default_factory=list)
    severe_at: Counter[tuple[Since, Stage]] = field(default_factory=Counter)
    """Severe views, by which account of theirs it was and how far hub and desk were with that one."""
    returns: int = 0
    reached: set[int] = field(default_factory=set)
