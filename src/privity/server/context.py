# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What every slice of the hub works with, put together once by `main` (or a test) and passed to each `routes`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from privity.server.config import HubConfig
from privity.server.db.database import Database, Tx
from privity.server.keys import HubKeys
from privity.server.limits import (
    ACCOUNT_BODIES_BYTES,
    ADDRESS_BODIES_BYTES,
    ALL_BODIES_BYTES,
    STRANGER_BODIES_BYTES,
    Bodies,
    Limits,
)
from privity.server.metrics.model import Metrics
from privity.server.sessions.model import Sessions


class DeviceHooks(Protocol):
    """What other slices do when a device list changes, inside the transaction that stores the new list.

    Runs in the writer thread. For the event loop (waking connections) use `tx.after_commit`.
    """

    def devices_removed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        """These devices are no longer in the user's list (never called with none)."""

    def device_list_changed(self, tx: Tx, user_uri: str) -> None:
        """The user's list has a new version; called once for each, after `devices_removed`."""


class NoDeviceHooks:
    """For tests of slices that have no rooms."""

    def devices_removed(self, tx: Tx, user_uri: str, client_uris: Sequence[str]) -> None:
        return None

    def device_list_changed(self, tx: Tx, user_uri: str) -> None:
        return None


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
    bodies: Bodies = field(default_factory=lambda: Bodies(ACCOUNT_BODIES_BYTES, ALL_BODIES_BYTES))
    """Of accounts."""
    stranger_bodies: Bodies = field(default_factory=lambda: Bodies(ADDRESS_BODIES_BYTES, STRANGER_BODIES_BYTES))
