# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why nothing is deleted now: the clock may be wrong, and what is deleted does not come back.

DeskError
+-- ClockDoubted
    +-- ClockJumped     more time has passed since the last look than the desk believes by itself
    +-- ClockWentBack   the time is before one that was believed already
    +-- ClocksApart     the hub's clock shows another time
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class ClockDoubted(DeskError):
    """Nothing is deleted until the clock is right again, or the operator says that it is."""


class ClockJumped(ClockDoubted):
    """The clock was set ahead, or the desk did not run for long."""


class ClockWentBack(ClockDoubted):
    """The clock was set back, or was ahead before."""


class ClocksApart(ClockDoubted):
    """Desk and hub do not have the same time."""
