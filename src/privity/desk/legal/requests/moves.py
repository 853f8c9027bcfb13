# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From which state a request may go to which. The database holds the same table (`0019_legal_requests.sql`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from privity.desk.legal.requests.model import State

JUDGED_ANEW: Final = frozenset(
    {
        State.VERIFIED,
        State.CLARIFY,
        State.CHALLENGED,
        State.REFERRED,
        State.SCOPED,
        State.COLLECTED,
        State.REVIEWED,
        State.APPROVED,
        State.NOTICE_DONE,
    }
)
"""Where a request may be when a person judges it, for the first time or again."""

ACTED_ON: Final = frozenset(
    {State.SCOPED, State.COLLECTED, State.REVIEWED, State.APPROVED, State.NOTICE_DONE, State.RELEASED}
)
"""The states that nothing enters once the verdict has expired."""

UNVERIFIED: Final = frozenset({State.DRAFT, State.SUBMITTED, State.VERIFYING})
"""Where nobody knows yet whether they are who they say."""

FACTS_OPEN: Final = UNVERIFIED | {State.VERIFIED, State.CLARIFY, State.CHALLENGED, State.REFERRED}
"""Where a clerk may correct facts."""

_ON: Final[Mapping[State, frozenset[State]]] = {
    State.DRAFT: frozenset({State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.VERIFYING}),
    State.VERIFYING: frozenset({State.VERIFIED}),
    State.TRIAGED: frozenset({State.REJECTED, State.CLARIFY, State.CHALLENGED, State.REFERRED, State.SCOPED}),
    State.SCOPED: frozenset({State.COLLECTED}),
    State.COLLECTED: frozenset({State.REVIEWED, State.SCOPED}),
    State.REVIEWED: frozenset({State.APPROVED, State.COLLECTED}),
    State.APPROVED: frozenset({State.NOTICE_DONE, State.COLLECTED}),
    State.NOTICE_DONE: frozenset({State.RELEASED, State.COLLECTED}),
    State.RELEASED: frozenset({State.DELIVERED}),
}


def _from(state: State) -> frozenset[State]:
    to = set(_ON.get(state, ()))
    if state in JUDGED_ANEW:
        to.add(State.TRIAGED)
    if state in JUDGED_ANEW | {State.TRIAGED}:
        to.add(State.VERIFYING)
    if state is State.CLOSED:
        to.add(State.PURGED)
    elif state is not State.PURGED:
        to.add(State.CLOSED)
    return frozenset(to)


MOVES: Final[Mapping[State, frozenset[State]]] = {state: _from(state) for state in State}
"""Every move that there is. Whether it can be made now is for its guards to say."""
