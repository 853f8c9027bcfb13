# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk that has begun with its manifest of collectors, and a reviewer who has looked at it."""

from __future__ import annotations

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal import overseeing
from privity.desk.legal.collecting import running, running_store
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role

REVIEWER = Acting.member(4, frozenset({Role.LEGAL_REVIEWER}))


def looked_at(db: Db, now_ms: int, sha256: str | None = None) -> None:
    """`sha256`: of an invented manifest, for collections that a test invents; without it that of the program."""
    last = running_store.newest(db)
    if sha256 is None:
        overseeing.seen(db, REVIEWER, running.begin(db, now_ms).sha256, now_ms)
    elif last is None or last.sha256 != sha256:
        with transaction(db):
            began, seen = (log.add(db, at_ms=now_ms, who="desk", act=act) for act in ACTS)
            running_store.add(db, sha256, b"{}", now_ms, began)
            running_store.see(db, 1 if last is None else last.number + 1, REVIEWER.who, now_ms, seen)


ACTS = (Act.COLLECTORS_CHANGED, Act.COLLECTORS_SEEN)
