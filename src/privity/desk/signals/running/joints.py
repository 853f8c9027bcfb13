# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Three joints behind which it does not matter where observations come from and where counters are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.running.hits import Hit
from privity.wire.observed import Observed


@dataclass(frozen=True, slots=True)
class Unreadable:
    """In place of an observation that no version of this house wrote; the others go on.

    Attributes:
        number: Of the observation.
        why: The name of what is wrong with it.
    """

    number: int
    why: str


class Source(Protocol):
    """Observations of one partition, by their growing numbers. What was read can be read again until it is kept."""

    def after(self, number: int, most: int) -> Sequence[Observed | Unreadable]:
        """The next ones, oldest first."""


class Sink(Protocol):
    """Whoever acts. The same hit may come again after a crash, and must not be acted upon twice: it is the same where
    rule digest, account and day (UTC) are."""

    def take(self, hit: Hit) -> None:
        """Act, in the transaction that is open."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Counters as they were when `number` was the last observation that they had counted."""

    number: int
    accounts: Accounts
    commons: Commons


class Keeper(Protocol):
    """Where counters are kept, together with the number of the last observation in them."""

    def load(self) -> Kept:
        """What was kept last, or empty counters."""

    def transaction(self) -> AbstractContextManager[None]:
        """All that is kept and acted upon inside, or nothing."""

    def keep(
        self, number: int, changed: Iterable[tuple[str, bytes]], gone: Sequence[str], commons: bytes | None
    ) -> None:
        """Keep what has changed since the last time, in the transaction that is open; `commons` where they have."""
