# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether another rule, that rests on something else, has held for an account of late."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.signals.ladder import store
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.evidence import Signal, differ, signals_of
from privity.desk.signals.language.errors import RuleError
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.rule_set import compile_rules
from privity.desk.signals.lifecycle import store as versions

CAMPAIGN: Final = frozenset({Signal.TOGETHER})
"""What the search for campaigns rests on."""


def is_one(db: Db, rule: Rule, subject: str, since_ms: int) -> bool:
    """Whether something that agrees with the rule has held for the account since then."""
    others = store.other_rules(db, rule.digest, subject, since_ms)
    return any(differ(signals_of(rule), _signals(db, version, digest)) for version, digest in others)


def _signals(db: Db, version: int | None, digest: bytes) -> frozenset[Signal]:
    """Nothing for a rule of which this desk no longer knows what it says: that agrees with none."""
    if version is None:
        return CAMPAIGN
    found = versions.find(db, version)
    return frozenset() if found is None else _of_text(found.text).get(digest, frozenset())


@lru_cache(maxsize=16)
def _of_text(text: str) -> dict[bytes, frozenset[Signal]]:
    """By digest. Versions are few, and their text never changes."""
    try:
        rules = compile_rules(text, CATALOGUE).rules
    except RuleError:
        return {}
    return {rule.digest: signals_of(rule) for rule in rules}
