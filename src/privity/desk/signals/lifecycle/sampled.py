# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A few of those for whom a rule would have held, so that who agrees to it sees whom it finds before it does anything.

Whom people have found harmless come first, because a rule that finds them errs. The others are drawn with a key that
nobody chooses: neither the first of a look back nor those that its author would show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.signals.ladder.model import Done
from privity.desk.signals.ladder.protection import long_known, minor_acted_upon
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.rule_set import RuleSet
from privity.desk.signals.lifecycle import samples_store
from privity.desk.signals.lifecycle.model import Case
from privity.desk.signals.lifecycle.replaying import AskedAbout

MOST: Final = 10
"""Accounts of one rule: as many as somebody looks at."""
MOST_HARMLESS: Final = 5
"""Of these, so many at the most whom people have found harmless: the others would not be seen for them."""


@dataclass(slots=True)
class Sample:
    """Of one rule, while a look back goes on. `harmless`: whom people have looked at and found nothing wrong with."""

    rules: RuleSet = field(repr=False)
    number: int
    key: bytes = field(repr=False)
    harmless: frozenset[str] = field(repr=False)
    _harmless: dict[str, tuple[bytes, Case]] = field(default_factory=dict, repr=False)
    _others: dict[str, tuple[bytes, Case]] = field(default_factory=dict, repr=False)

    def offer(self, asked: AskedAbout, named: Mapping[str, Any]) -> None:
        """The rule held. Kept where the draw has no room for somebody else; of an account, the first time."""
        drawn, most = (self._harmless, MOST_HARMLESS) if asked.subject in self.harmless else (self._others, MOST)
        if asked.subject in drawn:
            return
        place = hashlib.blake2b(asked.subject.encode(), key=self.key, digest_size=16).digest()
        if len(drawn) == most:
            last = max(drawn, key=lambda subject: drawn[subject][0])
            if place > drawn[last][0]:
                return
            del drawn[last]
        drawn[asked.subject] = (place, self._case(asked, named))

    def cases(self) -> tuple[Case, ...]:
        """Those who were found harmless first."""
        first = [case for _, case in sorted(self._harmless.values(), key=lambda one: one[0])]
        others = [case for _, case in sorted(self._others.values(), key=lambda one: one[0])]
        return (*first, *others[: MOST - len(first)])

    def _case(self, asked: AskedAbout, named: Mapping[str, Any]) -> Case:
        rule = self.rules.rules[self.number]
        (reason,) = self.rules.reasons(1 << self.number, asked.values)
        return Case(rule.name, asked.subject, asked.at_ms, reason.because, reason.values, _would(rule, named))


def forget_over(db: Db, now_ms: int) -> int:
    """Delete what is as old as observations become; how many. The caller owns the transaction."""
    return samples_store.drop(db, now_ms)


def _would(rule: Rule, named: Mapping[str, Any]) -> Done:
    if not rule.restricts:
        return Done.ACTED
    if minor_acted_upon(named):
        return Done.MINOR
    return Done.PROTECTED if long_known(named) else Done.ACTED
