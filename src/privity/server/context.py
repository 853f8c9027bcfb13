# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What every slice of the hub works with, put together once by `main` (or a test) and passed to each `routes`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from privity.server.bodies import Bodies
from privity.server.config import HubConfig
from privity.server.db.database import Database, Query, Tx
from privity.server.health.model import Pulse
from privity.server.keylog.model import Epochs
from privity.server.keys import HubKeys
from privity.server.limits import (
    ACCOUNT_BODIES_BYTES,
    ACCOUNT_LARGE_BYTES,
    ADDRESS_BODIES_BYTES,
    ALL_BODIES_BYTES,
    ALL_LARGE_BYTES,
    MAX_DOWNLOADS,
    MAX_DOWNLOADS_OF_ACCOUNT,
    STRANGER_BODIES_BYTES,
    Limits,
)
from privity.server.load import Load
from privity.server.metrics.model import Metrics
from privity.server.observing.model import Observing
from privity.server.reports.model import Arrivals
from privity.server.sessions.model import Sessions


class DeviceHooks(Protocol):
    """What other slices do when a user's devices change, inside the transaction that changes them.

    Runs in the writer thread. For the event loop (waking connections) use `tx.after_commit`.
    """

    def devices_removed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        """These devices are no longer in the user's list (never called with none); others are or will be."""

    def account_reset(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        """A reset took effect: these devices are gone, and whoever holds the account now stands in no room."""

    def account_closed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        """The account ended: these devices are gone, who shares a room hears of it, and the person is in no room."""

    def device_list_changed(self, tx: Tx, user_uri: str) -> None:
        """The user's devices changed, or a list with a new version was published; called after the others."""

    def contacts_changed(self, tx: Tx, user_uris: Sequence[str]) -> None:
        """What these people are shown of their contacts is another now; their devices ask for it."""


class NoDeviceHooks:
    """For tests of slices that have no rooms."""

    def devices_removed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        return None

    def account_reset(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        return None

    def account_closed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        return None

    def device_list_changed(self, tx: Tx, user_uri: str) -> None:
        return None

    def contacts_changed(self, tx: Tx, user_uris: Sequence[str]) -> None:
        return None


class Sharing(Protocol):
    """Where several processes are one hub: what this one has in common with the others."""

    def owned(self, query: Query, room_uris: Collection[str], /) -> Collection[str]:
        """Which of these rooms this process may write messages to, within this transaction."""

    @property
    def name(self) -> str:
        """Of this process among them."""

    def silent(self, query: Query, /) -> Mapping[str, int]:
        """Other processes that have fallen silent without leaving, and for how many ms."""

    async def lead(self) -> None:
        """Wait until this process is the one that does what only one does."""


@dataclass(frozen=True, slots=True)
class HubContext:
    """`now_ms` is the only clock and `random` the only source of randomness the slices may use."""

    config: HubConfig
    db: Database
    now_ms: Callable[[], int]
    random: Callable[[int], bytes]
    limits: Limits
    keys: HubKeys
    sessions: Sessions
    hooks: DeviceHooks
    metrics: Metrics = field(default_factory=Metrics)
    epochs: Epochs = field(default_factory=Epochs)
    arrivals: Arrivals = field(default_factory=Arrivals)
    observing: Observing = field(default_factory=Observing)
    load: Load = field(default_factory=Load)
    pulse: Pulse = field(default_factory=Pulse)
    bodies: Bodies = field(default_factory=lambda: Bodies(ACCOUNT_BODIES_BYTES, ALL_BODIES_BYTES))
    """Of accounts."""
    large_bodies: Bodies = field(default_factory=lambda: Bodies(ACCOUNT_LARGE_BYTES, ALL_LARGE_BYTES))
    """Of accounts, those over `MAX_BODY_BYTES`."""
    sharing: Sharing | None = None
    """None where this process is the whole hub."""
    downloads: Bodies = field(
        default_factory=lambda: Bodies(MAX_DOWNLOADS_OF_ACCOUNT, MAX_DOWNLOADS, "downloads", "downloads")
    )
    stranger_bodies: Bodies = field(default_factory=lambda: Bodies(ADDRESS_BODIES_BYTES, STRANGER_BODIES_BYTES))
