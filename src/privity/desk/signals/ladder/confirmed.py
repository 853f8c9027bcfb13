# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The word that people put on accounts which act together: how it comes and ends, and what whoever carries it reads.

By itself it does nothing. A rule that asks for it acts only while it stands at the desk: whoever counts may be hours
behind, and what they found before the word was taken back comes to nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.decisions.statement import day
from privity.desk.signals.ladder import store
from privity.desk.signals.ladder.model import Label
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.lifecycle.running import Running

WORD: Final = "coordinated"
FEATURE: Final = f"labelled_{WORD}"
_PEOPLE: Final = hashlib.sha256(b"Privity confirmed cluster 1").digest()[:24]
"""In place of the digest of a rule: it was people, in this way; then the number of the cluster in eight bytes."""


def put(db: Db, cluster: int, accounts: Iterable[str], because: str, now_ms: int, until_ms: int) -> None:
    """The word on each of them. The caller owns the transaction.

    `because` is read by whoever carries it, too.
    """
    for account in accounts:
        store.put_label(db, Label(account, WORD, now_ms, until_ms, _digest(cluster), because), now_ms)


def take_back(db: Db, cluster: int, now_ms: int) -> int:
    """End the word wherever it is there for this cluster, whoever is in it now; how many. The caller owns the
    transaction."""
    return store.end_labels_put_by(db, _digest(cluster), now_ms)


def end_undone(db: Db, running: Iterable[Running], now_ms: int) -> int:
    """End the word where people have undone what a rule did that asks for it: otherwise the rule held again the next
    day."""
    asking = {rule.digest for one in running for rule in one.rules.rules if FEATURE in rule.features}
    return store.end_word_undone(db, WORD, asking, now_ms) if asking else 0


def stands(db: Db, rule: Rule, subject: str, values: Mapping[str, Any], now_ms: int) -> bool:
    """Whether a rule that found the word on an account, as `values` have it, would find it there now."""
    if FEATURE not in rule.features or not values[FEATURE]:
        return True
    return _label(db, subject, now_ms) is not None


def told(db: Db, rule: Rule, subject: str, now_ms: int) -> tuple[str, ...]:
    """For the statement: what people confirmed, and until when. Nothing of a word that a rule noted, whose reason may
    say what others did."""
    label = _label(db, subject, now_ms) if FEATURE in rule.features else None
    if label is None or not label.digest.startswith(_PEOPLE):
        return ()
    return (
        f"On {day(label.since_ms)} two people of the staff had looked at this account together with others, and said"
        f" that they act as one: {label.because}. This stays noted until {day(label.until_ms)}.",
    )


def _label(db: Db, subject: str, now_ms: int) -> Label | None:
    return next((label for label in store.labels_of(db, subject, now_ms) if label.word == WORD), None)


def _digest(cluster: int) -> bytes:
    return _PEOPLE + cluster.to_bytes(8)
