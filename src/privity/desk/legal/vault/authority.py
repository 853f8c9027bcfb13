# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What lets anybody read: a request that is scoped, judged not too long ago, and whose requester is in force.

It is looked up anew for each file and kept nowhere, so that nothing can be read with what was true before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.desk.db.transaction import Db
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import AuthorityExpired, OnHold
from privity.desk.legal.requests.model import ScopeLine
from privity.desk.legal.requests.model import State as RequestState
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.vault.errors import NoAuthority, OutsideScope
from privity.desk.legal.vault.model import Hold
from privity.desk.legal.vault.shares import Leave
from privity.production.classes import Releasable

READING: Final = frozenset({RequestState.SCOPED, RequestState.COLLECTED, RequestState.REVIEWED})
"""From its scope to the look before approval: later nobody needs to read what was kept."""


@dataclass(frozen=True, slots=True)
class CaseToken:
    """One request's leave to read, at one moment."""

    request: int
    lines: tuple[ScopeLine, ...]

    def must_hold(self, data_class: Releasable, target: Target) -> None:
        """Raise OutsideScope unless this class of this target is in the scope."""
        if not any(line.data_class is data_class and line.target == target for line in self.lines):
            raise OutsideScope(f"the scope of request {self.request} does not hold {data_class} of this target")


def token(db: Db, request: int, now_ms: int) -> CaseToken:
    """Raises NoAuthority, AuthorityExpired, OnHold or RequestUnknown."""
    found = requests.of(db, request)
    if found.state not in READING:
        raise NoAuthority(f"request {request} is {found.state}; files are read while it is {_listed()}")
    requests.must_hold(db, request, now_ms)
    return CaseToken(request, requests.scope_of(db, request))


def leave(db: Db, request: int) -> Leave:
    """For what officers' shares are used now. Raises RequestUnknown."""
    return Leave(requests.of(db, request).number, len(requests.moves(db, request)))


def waits(db: Db, hold: Hold, now_ms: int) -> bool:
    """Whether a case that the hold was released to in time has yet to take its copy."""
    if hold.released_to is None:
        return False
    if requests.of(db, hold.released_to).state is not RequestState.SCOPED:
        return False
    try:
        requests.must_hold(db, hold.released_to, now_ms)
    except (AuthorityExpired, OnHold):
        return False
    return True


def _listed() -> str:
    return ", ".join(sorted(state.value for state in READING))
