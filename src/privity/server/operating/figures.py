# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Counts of what the hub keeps, for whoever plans a disk: how much and how old, never whose."""

from __future__ import annotations

import msgspec

from privity.server.config import HubConfig
from privity.server.db.database import Query
from privity.server.keylog import store as keylog
from privity.server.operating import store
from privity.server.reports import store as reports


class Stats(msgspec.Struct, frozen=True):
    accounts: int
    devices: int
    rooms: int
    members: int
    """Devices in rooms, each as often as it is in one."""
    messages_waiting: int
    """Kept for devices that are away."""
    message_bytes: int
    oldest_waiting_ms: int | None
    inbox_frames: int
    inbox_bytes: int
    blobs: int
    blob_bytes: int
    keylog_entries: int
    keylog_waiting: int
    reports_waiting: int
    database_bytes: int | None
    """With its write-ahead log. None where PostgreSQL keeps it."""


def stats(query: Query, config: HubConfig) -> Stats:
    waiting, message_bytes, oldest_ms = store.waiting_messages(query)
    return Stats(
        store.count(query, "account"),
        store.count(query, "device"),
        store.count(query, "room"),
        store.count(query, "room_member"),
        waiting,
        message_bytes,
        oldest_ms,
        *store.inboxes(query),
        *store.blobs(query),
        keylog.size(query),
        keylog.waiting(query),
        reports.count(query),
        None if config.store is not None else _file_bytes(config),
    )


def _file_bytes(config: HubConfig) -> int:
    files = (config.database, config.database.with_name("hub.db-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
