# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`[desk.matching]`: how much may follow from a list of hashes in a day, and how long hashes stay."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from privity.desk.errors import ConfigInvalid

DAY_MS: Final = 86_400_000
MAX_DAYS: Final = 366
MAX_ACCOUNTS: Final = 1_000_000


class MatchingSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.matching]`."""

    list_a_day: int = 50
    """Accounts for which something may follow from one list within a day; then it is paused."""
    entry_a_day: int = 10
    """The same of one entry; further matches are only written down."""
    turned: bool = True
    """Whether turned and mirrored pictures are looked for, too: eight look-ups in place of one."""
    kept_days: int = 90
    """How long hashes of what was public are kept for lists that grow later."""
    matches_days: int = 730
    """How long it is kept what matched."""
    index: str = ""
    """Folder of the index, which is not encrypted; without it one in memory (/dev/shm), made anew after a restart."""


MATCHES_MS: Final = MatchingSection().matches_days * DAY_MS


@dataclass(frozen=True, slots=True)
class ListLimits:
    """The same, checked."""

    list_a_day: int
    entry_a_day: int
    turned: bool
    kept_days: int
    matches_days: int
    index: Path | None

    @property
    def matches_ms(self) -> int:
        return self.matches_days * DAY_MS


def check_matching(section: MatchingSection, folder: Path) -> ListLimits:
    """Raises ConfigInvalid."""
    for name, most in (
        ("list_a_day", MAX_ACCOUNTS),
        ("entry_a_day", MAX_ACCOUNTS),
        ("kept_days", MAX_DAYS),
        ("matches_days", 10 * MAX_DAYS),
    ):
        found = getattr(section, name)
        if not 1 <= found <= most:
            raise ConfigInvalid(f"matching.{name} must be 1 to {most}, got {found}")
    return ListLimits(
        section.list_a_day,
        section.entry_a_day,
        section.turned,
        section.kept_days,
        section.matches_days,
        folder / section.index if section.index else None,
    )
