# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`[desk.signals]`: where rules about behaviour count, and in how many processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from privity.desk.errors import ConfigInvalid

MAX_ACCOUNTS: Final = 10_000_000
MAX_PARTITIONS: Final = 256


class SignalsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.signals]`."""

    accounts: int = 200_000
    """Accounts about which one process counts at once, of each partition where there are several."""
    store: str | None = None
    """postgresql://USER@HOST/DATABASE: then `privity desk signals run` counts, in as many processes as are started."""
    partitions: int = 8
    """Parts of all accounts, each counted by one process at a time. It stays what it was when the database was made."""
    key: str = "desk/keys/signals.key"
    """AES key under which everything in that database is sealed."""


@dataclass(frozen=True, slots=True)
class CountingAt:
    """The same, checked."""

    accounts: int = 200_000
    store: str | None = field(default=None, repr=False)
    """None where the desk counts by itself. A password may stand in it."""
    partitions: int = 8
    key: Path = Path("signals.key")


def check_signals(section: SignalsSection, folder: Path) -> CountingAt:
    """Raises ConfigInvalid, which says nothing of what stands in `store`."""
    for name, most in (("accounts", MAX_ACCOUNTS), ("partitions", MAX_PARTITIONS)):
        found = getattr(section, name)
        if not 1 <= found <= most:
            raise ConfigInvalid(f"signals.{name} must be 1 to {most}, got {found}")
    if section.store is not None:
        try:
            parts = urlsplit(section.store)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme != "postgresql" or not parts.path.strip("/"):
            raise ConfigInvalid(
                "signals.store must be postgresql://USER@HOST/DATABASE; without it the desk counts by itself"
            )
    if not section.key:
        raise ConfigInvalid("signals.key must name a path, it is empty")
    return CountingAt(section.accounts, section.store, section.partitions, folder / section.key)
