# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The numbers of a release, and when a third person has to approve. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from privity.desk.legal.releasing.model import Weighs
from privity.desk.legal.rulebook.facts import Facts
from privity.production.classes import CONTENT, Releasable

DAY_MS: Final = 86_400_000
TOGETHER_MS: Final = DAY_MS
"""From the first approval to the release: who looked at it still knows what they saw."""
OFFERED_MS: Final = 14 * DAY_MS
"""How long a package can be fetched."""
DOWNLOADS: Final = 3
KEPT_MS: Final = 30 * DAY_MS
"""How long the desk keeps its copy after it was fetched, or after nobody could fetch it any more."""
MANY_TARGETS: Final = 25
"""More than so many, and a third person looks."""
MAX_PACKAGE_BYTES: Final = 256 << 20
"""What the desk keeps in one piece, and holds in memory a few times over while it makes it."""
WITNESSED_MS: Final = DAY_MS
"""How long a release waits for the witnesses that its package names; then it is looked at anew, without who is gone."""
RETRY_MS: Final = 60_000
"""Before a package that could not be finished is tried again."""

_PRIVILEGED: Final = frozenset({"journalist", "lawyer", "clergy", "medical", "legislator"})


def weighs(
    facts: Facts, released: frozenset[Releasable], targets: int, *, emergency: bool, first_of_agency: bool
) -> frozenset[Weighs]:
    """Why this takes a third person; empty where two are enough."""
    found = set()
    if first_of_agency:
        found.add(Weighs.FIRST_OF_AGENCY)
    if targets > MANY_TARGETS:
        found.add(Weighs.MANY_TARGETS)
    if facts.words("flags") & _PRIVILEGED or facts.shown("excepted_data_suspected"):
        found.add(Weighs.PRIVILEGE)
    if emergency and released & CONTENT:
        found.add(Weighs.CONTENT_IN_EMERGENCY)
    return frozenset(found)


def time_of(at_ms: int) -> str:
    """As statements write it: a moment that is not after this one."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
