# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an account said of its person's age, and what others decided."""

from __future__ import annotations

from dataclasses import dataclass

from privity.policy.age import band_now, is_minor
from privity.wire.age import AgeBand


@dataclass(frozen=True, slots=True)
class StoredAge:
    """`review_ms`: since when the person asks to be treated as an adult, if they do."""

    user_uri: str
    band: AgeBand
    adult_from_ms: int | None = None
    review_ms: int | None = None

    def now(self, now_ms: int) -> AgeBand:
        return band_now(self.band, self.adult_from_ms, now_ms)

    def minor(self, now_ms: int) -> bool:
        return is_minor(self.now(now_ms))
