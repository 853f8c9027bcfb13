# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Clusters as the desk keeps them, and what of a found one is new."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.desk.signals.coordination.model import Cluster

SAME: Final = 0.5
"""Of the smaller of two clusters: then it is one that is there already."""
FORGIVEN: Final = 0.8
"""Of a found cluster among those who were judged harmless: then it does not come again."""


class State(StrEnum):
    """What people have said of a cluster."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    BENIGN = "benign"


@dataclass(frozen=True, slots=True)
class Kept:
    """A cluster of the desk. It says of nobody that they did anything: it is there to be looked at as a whole."""

    number: int
    state: State
    case_number: int
    found_ms: int
    seen_ms: int
    """When it was found last."""
    cluster: Cluster
    judged_by: str | None = None
    judged_ms: int | None = None
    words: str = ""


def known_as(found: Cluster, kept: list[Kept]) -> Kept | None:
    """The cluster that a found one is again, if it is one.

    One that was judged harmless covers what its members did then: new members, or another kind of acts, are new.
    """
    members = {each.account for each in found.members}
    for each in kept:
        before = {member.account for member in each.cluster.members}
        common = len(members & before)
        if each.state is State.BENIGN:
            kinds = {shared.kind for shared in each.cluster.shared}
            if (
                common >= FORGIVEN * len(members)
                and {shared.kind for shared in found.shared if shared.outward} <= kinds
            ):
                return each
        elif common >= SAME * min(len(members), len(before)):
            return each
    return None
