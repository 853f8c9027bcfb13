# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the word of a reporter counts: the mean of a Beta distribution over how their earlier reports ended."""

from __future__ import annotations

from typing import Final

PRIOR: Final = 1
"""Reports that somebody unknown is taken to have had upheld, and as many dismissed: they begin in the middle."""

ABUSE: Final = 4
"""How many dismissed reports one counts that was itself the abuse."""


def weight(upheld: int, dismissed: int, abusive: int) -> float:
    """Between 0 and 1, and never either: nobody is believed blindly, and nobody is silenced."""
    good, bad = PRIOR + upheld, PRIOR + dismissed + ABUSE * abusive
    return good / (good + bad)
