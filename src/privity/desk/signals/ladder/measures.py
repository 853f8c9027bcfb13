# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an effect does: a decision with its statement and its appeal, a case for people, or a word of the desk's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from privity.desk.cases import by_machine
from privity.desk.db.transaction import Db
from privity.desk.decisions import by_rule
from privity.desk.decisions.actions import Action
from privity.desk.decisions.model import ByRule
from privity.desk.decisions.policies import PolicyName
from privity.desk.signals.ladder import store
from privity.desk.signals.ladder.effects import REASONS, REMOVED_HOURS, REMOVED_PRIORITY, EffectName
from privity.desk.signals.ladder.model import Label
from privity.desk.signals.language.rule import Effect
from privity.identity.uris import Random

DAY_MS: Final = 86_400_000
INSTEAD_PRIORITY: Final = 3
"""Of a case that asks people where a rule alone must not restrict somebody."""
MAX_WORDS: Final = 1_500
"""Characters of what a case and a statement say in a rule's words."""


@dataclass(frozen=True, slots=True)
class Why:
    """On what a measure rests."""

    rule: str
    digest: bytes = field(repr=False)
    because: str
    """For the staff: all that was seen."""
    told: str
    """For whom it concerns: nothing of others."""
    facts: tuple[str, ...]

    @property
    def words(self) -> str:
        """For the staff."""
        return f"rule {self.rule} ({self.digest.hex()[:16]}): {self.because}"[:MAX_WORDS]


def do(db: Db, subject: str, effect: Effect, why: Why, now_ms: int, random: Random) -> None:
    """The caller owns the transaction."""
    match effect.kind:
        case EffectName.LABEL:
            until_ms = now_ms + int(effect.given["days"]) * DAY_MS
            label = Label(subject, str(effect.given["word"]), now_ms, until_ms, why.digest, why.because)
            store.put_label(db, label, now_ms)
        case EffectName.REVIEW:
            _case(db, subject, _about(effect.given), why, int(effect.given["priority"]), now_ms, waits=True)
        case EffectName.CHALLENGE:
            hours = int(effect.given["days"]) * 24
            restrict(db, subject, _about(effect.given), Action.CHALLENGE, hours, why, now_ms, random)
        case EffectName.SLOW:
            hours = int(effect.given["hours"])
            restrict(db, subject, _about(effect.given), Action.LIMIT, hours, why, now_ms, random)
        case EffectName.DEMOTE:
            hours = int(effect.given["days"]) * 24
            restrict(db, subject, _about(effect.given), Action.REMOVE_PUBLIC, hours, why, now_ms, random)
        case EffectName.REMOVE:
            about = _about(effect.given)
            _case(db, subject, about, why, REMOVED_PRIORITY, now_ms, waits=True)
            restrict(db, subject, about, Action.REMOVE_PUBLIC, REMOVED_HOURS, why, now_ms, random)


def restrict(
    db: Db, subject: str, about: PolicyName, action: Action, hours: int, why: Why, now_ms: int, random: Random
) -> bool:
    """Nothing, and False, where the same is in force already, by whomever: restrictions do not add up."""
    if by_rule.in_force(db, subject, action, now_ms):
        return False
    case = _case(db, subject, about, why, INSTEAD_PRIORITY, now_ms, waits=False)
    rule = ByRule(why.rule, why.digest, hours, why.facts)
    by_rule.decide(db, case, subject, about, action, rule, why.told[:MAX_WORDS], now_ms, random)
    return True


def ask_instead(db: Db, subject: str, effect: Effect, why: Why, now_ms: int) -> None:
    """People look where the rule alone must not restrict."""
    _case(db, subject, _about(effect.given), why, INSTEAD_PRIORITY, now_ms, waits=True)


def _case(
    db: Db, subject: str, about: PolicyName, why: Why, priority: int, now_ms: int, *, waits: bool
) -> int:  # fmt: skip
    return by_machine.open_or_note(db, subject, REASONS[about], why.words, priority, now_ms, waits=waits)


def _about(given: Mapping[str, int | str]) -> PolicyName:
    return PolicyName(str(given["about"]))
