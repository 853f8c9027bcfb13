# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Cases wait for moderators, of whom there are few: how long an answer takes is what comes out, not what is put in."""

from __future__ import annotations

from typing import Final

from privity.lab.chances import chance, lognormal
from privity.lab.parameters import Parameters

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
BUSY: Final = 0.2
"""Share of their time that goes to cases of benign people, which come whatever abusers do."""


class Moderators:
    """One queue, in the order in which cases come; a world of fewer people has as many moderators fewer."""

    def __init__(self, seed: int, size: int, parameters: Parameters) -> None:
        at_work = parameters["desk.moderators"] * size / 1e6 * (1 - BUSY)
        self._each_ms = parameters["desk.minutes_a_case"] * MINUTE_MS / at_work
        self._seed, self._parameters = seed, parameters
        self._free_ms = 0.0
        self.cases = 0

    def decided_ms(self, now_ms: int, case: int, nth: int) -> int:
        """When a case that opens now is decided. At most as many are done in a time as people can do."""
        self.cases += 1
        u = chance(self._seed, "first look", case, nth)
        seen = now_ms + lognormal(self._parameters["desk.first_look_hours"], 0.7, u) * HOUR_MS
        self._free_ms = max(self._free_ms + self._each_ms, float(now_ms))
        return int(max(seen, self._free_ms))

    def acts(self, case: int, nth: int, *, reported: bool) -> bool:
        """Whether they act on an abuser."""
        right = self._parameters["desk.right" if reported else "desk.right_unreported"]
        return chance(self._seed, "decided", case, nth) < right
