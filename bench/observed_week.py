# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Acts as the hub tells them to the desk, one by one: whoever agrees to what was asked does so in the next moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from privity.desk.signals.coordination.model import KINDS, UNSEEN, Acts, Kind
from privity.wire.observed import Observed, ObservedKind

OF: Final = {
    Kind.ASKED: ObservedKind.ASKED,
    Kind.KNOCKED: ObservedKind.KNOCKED,
    Kind.REPORTED: ObservedKind.REPORTED,
    Kind.SHOWED: ObservedKind.SHOWED,
}


def observations(acts: Acts, host: str = "hub.example") -> Iterator[Observed]:
    """A week, oldest first. Numbers are those of the acts."""
    for place in np.argsort(acts.at_ms, kind="stable").tolist():
        who, item, at_ms = int(acts.account[place]), int(acts.object[place]), int(acts.at_ms[place])
        kind, person, name = KINDS[int(acts.kind[item])], int(acts.person[item]), acts.accounts[who]
        whom = f"mimi://{host}/u/o{item}" if person == UNSEEN else acts.accounts[person]
        yield Observed(
            place + 1,
            at_ms,
            OF[kind],
            name,
            int(acts.born_ms[who]),
            other="" if kind is Kind.KNOCKED else whom,
            room=f"mimi://{host}/r/o{item}" if kind is Kind.KNOCKED else "",
            together=bool(acts.known[place]),
        )
        if acts.accepted[place]:
            yield Observed(place + 1, at_ms, ObservedKind.ACCEPTED, whom, 0, other=name)


def registrations(acts: Acts) -> Iterator[Observed]:
    """Of everybody whose network or inviter is known, before any act."""
    for who in np.flatnonzero((acts.network != UNSEEN) | (acts.inviter != UNSEEN)).tolist():
        inviter, born_ms = int(acts.inviter[who]), int(acts.born_ms[who])
        yield Observed(
            0,
            max(born_ms, int(acts.at_ms.min())),
            ObservedKind.REGISTERED,
            acts.accounts[who],
            born_ms,
            other="" if inviter == UNSEEN else acts.accounts[inviter],
            network="" if acts.network[who] == UNSEEN else str(acts.network[who]),
        )
