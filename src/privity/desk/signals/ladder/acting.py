# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A rule held: what follows, once for each rule, account and day, however often the same is handed over.

All of it is written in the transaction of whoever hands over what was counted, so that a crash between the two does
nothing twice. Where one rule alone must not restrict somebody, people are asked to look instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.ladder import confirmed, measures, second_opinions, store
from privity.desk.signals.ladder.effects import EffectName
from privity.desk.signals.ladder.measures import Why
from privity.desk.signals.ladder.model import Done, Hit
from privity.desk.signals.ladder.protection import long_known, minor_acted_upon
from privity.desk.signals.ladder.sentences import facts, told
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.rule_set import Reason
from privity.desk.signals.lifecycle import keeping_in
from privity.desk.signals.lifecycle.model import DAY_MS, Pause, PauseWhy
from privity.desk.signals.lifecycle.running import Running, band_of, budgets_of
from privity.identity.uris import Random

DESK: Final = "desk"
LATE_MS: Final = DAY_MS
"""What the desk hears of later than this restricts nobody any more."""
TOGETHER_MS: Final = DAY_MS
"""Two rules that hold within this time, and agree, restrict also whom one alone does not."""


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that held for an account."""

    running: Running
    rule: Rule
    reason: Reason
    subject: str
    at_ms: int
    values: dict[str, Any]

    @property
    def day(self) -> int:
        return self.at_ms // DAY_MS


class Ladder:
    """What follows from rules. One of it is enough, and several do no harm."""

    def __init__(self, random: Random, now_ms: Callable[[], int]) -> None:
        self._random = random
        self._now_ms = now_ms

    def take(self, db: Db, running: Running, subject: str, at_ms: int, hits: int, values: Sequence[Any]) -> None:
        """In the transaction that is open, or one of its own.

        `hits` and `values`: as `running.rules.evaluate` gave them and was given.
        """
        catalogue = running.rules.catalogue
        named = dict(zip((feature.name for feature in catalogue.features), values, strict=True))
        for rule, reason in zip(running.rules.held(hits), running.rules.reasons(hits, values), strict=True):
            self._take_one(db, Held(running, rule, reason, subject, at_ms, named))

    def _take_one(self, db: Db, held: Held) -> None:
        rule, subject = held.rule, held.subject
        with transaction(db):
            if store.hit(db, rule.digest, subject, held.day) is not None:
                return
            if not confirmed.stands(db, rule, subject, held.values, self._now_ms()):
                return
            done = self._follow(db, held) if held.running.live else Done.SHADOW
            number, because = held.running.number, held.reason.because
            store.add_hit(db, Hit(rule.digest, subject, held.day, number, rule.name, held.at_ms, because, done))

    def _follow(self, db: Db, held: Held) -> Done:
        if keeping_in.is_paused(db, held.running.number, held.rule.name) or self._stops(db, held):
            return Done.PAUSED
        now_ms = self._now_ms()
        done = self._kept_from(db, held, now_ms)
        rule, reason = held.rule, held.reason
        seen = (*facts(held.running.rules, rule, reason), *confirmed.told(db, rule, held.subject, now_ms))
        why = Why(rule.name, rule.digest, reason.because, told(held.running.rules, rule, reason), seen)
        for effect in sorted(held.rule.effects, key=lambda one: one.kind != EffectName.REVIEW):  # into one case
            if done is Done.ACTED or effect.kind in (EffectName.LABEL, EffectName.REVIEW):
                measures.do(db, held.subject, effect, why, now_ms, self._random)
            elif done is not Done.LATE:
                measures.ask_instead(db, held.subject, effect, why, now_ms)
        return done

    def _stops(self, db: Db, held: Held) -> bool:
        """Whether the rule has done enough for this day, or holds far too often: then it stops with this."""
        number, rule = held.running.number, held.rule.name
        counted, acted = store.counted(db, number, rule, held.day)
        budget = budgets_of(db, number, held.running.rules)[rule]
        if acted >= budget:
            self._stop(db, held, PauseWhy.BUDGET, f"it has acted on {acted:,} accounts of a day, as many as it may")
            return True
        band = band_of(db, number, rule)
        if counted >= band:
            words = f"it has held for {counted:,} accounts of a day; the look back said {band:,} at the very most"
            self._stop(db, held, PauseWhy.VOLUME, words)
            return True
        return False

    def _stop(self, db: Db, held: Held, why: PauseWhy, words: str) -> None:
        keeping_in.stop(db, Pause(held.running.number, held.rule.name, why, self._now_ms(), DESK, words))

    @staticmethod
    def _kept_from(db: Db, held: Held, now_ms: int) -> Done:
        if not held.rule.restricts:
            return Done.ACTED
        if now_ms - held.at_ms > LATE_MS:
            return Done.LATE
        if minor_acted_upon(held.values):
            return Done.MINOR
        if long_known(held.values) and not second_opinions.is_one(
            db, held.rule, held.subject, held.at_ms - TOGETHER_MS
        ):
            return Done.PROTECTED
        return Done.ACTED
