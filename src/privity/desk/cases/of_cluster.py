# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One case for a cluster of accounts that acted as one: it is looked at as a whole, and nobody in it by that alone.

It is about no account. So a decision in it names whom it is about, rests on no message, and is mild (`decisions`).
"""

from __future__ import annotations

from typing import Final

from privity.desk.cases.model import DESK, SubjectKind
from privity.desk.cases.opening import Opening, open_new
from privity.desk.cases.priority import by_the_desk, priority
from privity.desk.db.transaction import Db
from privity.message.report import Reason

CLUSTER: Final = "cluster:"
"""Before a number, as the subject of a case."""


def open_case(db: Db, cluster: int, reason: Reason, words: str, now_ms: int) -> int:
    """Open it; its number. The caller owns the transaction."""
    found = priority([by_the_desk(reason)])
    return open_new(db, Opening(SubjectKind.PUBLIC, f"{CLUSTER}{cluster}", reason, DESK, words, found), now_ms)
