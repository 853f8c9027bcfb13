# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was approved and does not stand any more ends here: nothing of it counts, and the request is looked at again."""

from __future__ import annotations

from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.db.transaction import Db
from privity.desk.legal.releasing import parts, store
from privity.desk.legal.releasing.model import Part, Production
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import State

DESK: Final = "desk"
_FOLLOWING: Final = frozenset({State.REVIEWED, State.APPROVED, State.NOTICE_DONE})


def void(db: Db, found: Production, who: str, why: str, now_ms: int) -> None:
    """Nothing that was approved counts any more; a request that had come so far is looked at again.

    `why` is a word for the log. The caller owns the transaction.
    """
    store.void(db, found.number, why, now_ms)
    parts.shred(db, found.number, (Part.PREPARED, Part.MANIFEST), now_ms)
    say(db, now_ms, who, Act.PRODUCTION_VOIDED, found, why=why)
    request = requests.of(db, found.request)
    goes_back = found.follows and request.state in _FOLLOWING and not request.on_hold
    if goes_back and now_ms < requests.authority(db, request.number).until_ms:
        requests.move(db, request.number, State.COLLECTED, who, now_ms, why=why)


def say(db: Db, now_ms: int, who: str, act: Act, found: Production, **said: Said) -> int:
    """Write an act about a production into the log; the entry's number."""
    return log.add(
        db,
        at_ms=now_ms,
        who=who,
        act=act,
        about=found.about,
        production=found.number,
        kind=found.kind.value,
        manifest_sha256=found.manifest_sha256.hex(),
        **said,
    )
