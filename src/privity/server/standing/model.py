# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the standing slice as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.wire.standing import StandingState

DAY_MS: Final = 86_400_000
STATEMENT_KEPT_MS: Final = 365 * DAY_MS
"""How long a statement of reasons stays with the hub: twice as long as an appeal is taken."""
EFFECT_KEPT_MS: Final = 365 * DAY_MS
"""How long an effect is known as done: no desk asks again after so long."""
BAN_KEPT_MS: Final = 365 * DAY_MS
"""How long a closed account that was banned bars its handle and its recovery phrase from a new account."""


class What(StrEnum):
    """What a restriction takes: the first three from an account, in this order; the profile from others; or a room."""

    LIMITED = "limited"
    SUSPENDED = "suspended"
    BANNED = "banned"
    HIDDEN = "hidden"
    """The profile is kept and shown to nobody else."""
    CLOSED = "closed"
    """Nobody sends or comes into the room."""
    UNLINKED = "unlinked"
    """No link opens the room."""


STANDINGS: Final = {
    What.LIMITED: StandingState.LIMITED,
    What.SUSPENDED: StandingState.SUSPENDED,
    What.BANNED: StandingState.BANNED,
}


@dataclass(frozen=True, slots=True)
class Restriction:
    """What stands against a subject by one decision, until a time or without end."""

    subject: str
    what: What
    decision: str
    since_ms: int
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account stands, and by which restriction; none in good standing."""

    state: StandingState
    by: Restriction | None
