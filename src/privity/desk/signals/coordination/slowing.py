# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The slower pace of young accounts in a cluster: through the ladder, with its statement of reasons and its appeal."""

from __future__ import annotations

from collections.abc import Callable

from privity.desk.db.transaction import Db
from privity.desk.decisions.policies import PolicyName
from privity.desk.signals.coordination.service import DIGEST, NAME, Slow
from privity.desk.signals.ladder import friction


def by_the_ladder(random: Callable[[int], bytes]) -> Slow:
    """What `service.keep` slows accounts with."""

    def slow(db: Db, account: str, hours: int, because: str, now_ms: int) -> bool:
        return friction.slow(db, account, PolicyName.SPAM, hours, because, {}, DIGEST, NAME, now_ms, random)

    return slow
