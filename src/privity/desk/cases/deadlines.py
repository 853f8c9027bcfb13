# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How long a case may wait, by what is reported; and why. Defaults of this desk: an operator may change them.

The days are the desk's own choice, not the law's, except where the basis names one. Counsel decides what applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from privity.message.report import Reason

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long after the hub took the first report, and on what that rests, in words for the page."""

    after_ms: int
    basis: str


_DEFAULT: Final = Deadline(7 * DAY_MS, "house rule: within a week")

DEADLINES: Final[Mapping[Reason, Deadline]] = {
    Reason.CHILD_SAFETY: Deadline(
        24 * HOUR_MS, "US 18 USC 2258A: as soon as reasonably possible after knowledge; house rule: within 24 hours"
    ),
    Reason.THREAT: Deadline(
        4 * HOUR_MS, "EU DSA Art. 18: threats to life are told at once; house rule: within four hours"
    ),
    Reason.SELF_HARM: Deadline(4 * HOUR_MS, "house rule: somebody may need help, within four hours"),
    Reason.INTIMATE_IMAGERY: Deadline(48 * HOUR_MS, "house rule: within 48 hours"),
    Reason.ILLEGAL_GOODS: Deadline(3 * DAY_MS, "EU DSA Art. 16: without undue delay; house rule: within three days"),
    Reason.HATE: Deadline(3 * DAY_MS, "EU DSA Art. 16: without undue delay; house rule: within three days"),
    Reason.FRAUD: Deadline(3 * DAY_MS, "house rule: within three days"),
}
"""What is not here has a week."""


def deadline_of(reason: int, received_ms: int, hours: Mapping[str, int]) -> tuple[int, str]:
    """Until when, and why. `hours` are the operator's own, by the name of the reason in lower case."""
    known = Reason(reason)
    own = hours.get(known.name.lower())
    if own is not None:
        return received_ms + own * HOUR_MS, f"set by the operator: within {own} hours"
    rule = DEADLINES.get(known, _DEFAULT)
    return received_ms + rule.after_ms, rule.basis
