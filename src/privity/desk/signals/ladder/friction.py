# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same friction for what no rule finds but another method, such as clusters of accounts that act together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.decisions.actions import Action
from privity.desk.decisions.policies import PolicyName
from privity.desk.signals.ladder import measures, store
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.measures import Why
from privity.desk.signals.ladder.model import Done, Hit
from privity.desk.signals.ladder.sentences import seen
from privity.identity.uris import Random

DAY_MS: Final = 86_400_000
MOST_HOURS: Final = 24


def slow(
    db: Db,
    subject: str,
    about: PolicyName,
    hours: int,
    because: str,
    values: Mapping[str, Any],
    digest: bytes,
    name: str,
    now_ms: int,
    random: Random,
) -> bool:
    """Slow an account down for some hours, once a day; whether that was done now. The caller owns the transaction.

    `values`: what was seen, by feature where it is one; `digest`: 32 bytes that say by which method.
    `because` is told to whom it concerns, so it says nothing of others. Whoever calls
    has looked that the account is nobody whom one finding alone must not restrict. Raises NotByRule.
    """
    day = now_ms // DAY_MS
    if store.hit(db, digest, subject, day) is not None:
        return False
    why = Why(name, digest, because, because, seen(values, CATALOGUE.feature))
    done = measures.restrict(db, subject, about, Action.LIMIT, min(hours, MOST_HOURS), why, now_ms, random)
    store.add_hit(db, Hit(digest, subject, day, None, name, now_ms, because, Done.ACTED))
    return done
