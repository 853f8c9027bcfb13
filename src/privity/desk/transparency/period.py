# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whole months in UTC, from the first to the last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from privity.desk.transparency.errors import PeriodInvalid

HOUR_MS: Final = 3_600_000
_MONTH: Final = re.compile("(?P<year>20[0-9]{2})-(?P<month>0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of the first month to the end of the last."""

    first: str
    """`2026-01`."""
    last: str

    def __post_init__(self) -> None:
        for word in (self.first, self.last):
            if _MONTH.fullmatch(word) is None:
                raise PeriodInvalid(f"expected a month such as 2026-01, got {word!r}")
        if self.first > self.last:
            raise PeriodInvalid(f"a period does not end before it begins: {self.first} to {self.last}")

    @property
    def start_ms(self) -> int:
        return _begins(self.first)

    @property
    def end_ms(self) -> int:
        """The first moment that is not part of it."""
        return _begins(_after(self.last))

    @property
    def last_day(self) -> date:
        return (datetime.fromtimestamp(self.end_ms / 1000, UTC) - timedelta(days=1)).date()

    @property
    def first_day(self) -> date:
        return datetime.fromtimestamp(self.start_ms / 1000, UTC).date()

    def months(self) -> list[str]:
        found, month = [], self.first
        while month <= self.last:
            found.append(month)
            month = _after(month)
        return found

    def holds(self, at_ms: int) -> bool:
        return self.start_ms <= at_ms < self.end_ms


def month_of(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m}"


def hours(ms: float) -> float:
    """As reports say how long something took."""
    return round(ms / HOUR_MS, 2)


def _begins(month: str) -> int:
    return int(datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC).timestamp()) * 1000


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02}"
