# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the database says: that it is whole, how far it was migrated, its newest times, its log, what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from privity.server.config import HubConfig
from privity.server.db import migrations
from privity.server.db.database import Query
from privity.server.errors import HubError
from privity.server.keylog import standing
from privity.server.keylog import store as keylog
from privity.server.keylog.model import origin_of
from privity.server.keys import HubKeys
from privity.server.operating import store
from privity.server.operating.backup import store as backups
from privity.server.operating.doctor.finding import Finding, look, ok, wrong
from privity.server.operating.moving.half import HALF
from privity.server.retention import service as retention

AHEAD_MS: Final = 60_000
"""What rooms bear: beyond it they refuse messages (CLOCK_AHEAD)."""
LOG_LOOK_MS: Final = 2 * 3_600_000
LOG_WRONG_MS: Final = 24 * 3_600_000
"""A running hub cuts an epoch an hour at least; devices refuse a log of a day."""
WAITS_LOOK_MS: Final = 10 * 60_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What one snapshot showed, with the hashes of the attachments that it names."""

    findings: list[Finding]
    blobs: set[str]
    log_size: int


def see(query: Query, config: HubConfig, keys: HubKeys | None, now_ms: int) -> Seen:
    findings = [*_whole(query, config), _migrated(query), _clock(query, now_ms), _retention(query, config, now_ms)]
    findings += _log(query, config, keys, now_ms)
    return Seen(findings, store.blob_hashes(query), keylog.size(query))


def _whole(query: Query, config: HubConfig) -> Iterator[Finding]:
    if config.store is not None:
        yield ok("database", "PostgreSQL answers; its pages are checked by its own checksums")
        return
    row = query.one("PRAGMA quick_check(1)")
    said = "" if row is None else str(row[0])
    if said == "ok":
        yield ok("database", "opens, and its pages are whole")
    else:
        yield wrong("database", f"quick_check says {said}", "stop the hub and restore the newest backup")


def _migrated(query: Query) -> Finding:
    here, known = backups.migration(query), max(one.number for one in migrations.shipped())
    if here == HALF:
        return wrong("migrations", "this database is half moved", "`privity admin move-store` again, as before")
    if here > known:
        return wrong("migrations", f"the database is at {here}, this version knows {known}", "run the newer version")
    if here < known:
        return look("migrations", f"the database is at {here}, this version brings {known}", "start this version")
    return ok("migrations", f"at {here}")


def _clock(query: Query, now_ms: int) -> Finding:
    newest = store.newest_ms(query)
    if newest is not None and newest - now_ms > AHEAD_MS:
        return wrong(
            "clock",
            f"something happened {(newest - now_ms) // 1000:,} s after what this machine's clock says now",
            "set the clock; until then rooms refuse messages (clock_ahead)",
        )
    return ok("clock", "not behind anything that happened")


def _retention(query: Query, config: HubConfig, now_ms: int) -> Finding:
    overdue = [one for one in retention.standings(query, now_ms, config.report_window_days) if one.overdue]
    if overdue:
        said = ", ".join(f"{one.overdue:,} {one.kept.data}" for one in overdue)
        return wrong("retention", f"overdue: {said}", "let the hub run; its hourly pass says in hub.log what stops it")
    return ok("retention", "nothing is overdue")


def _log(query: Query, config: HubConfig, keys: HubKeys | None, now_ms: int) -> Iterator[Finding]:
    size = keylog.size(query)
    newest = keylog.entry(query, size - 1)
    if newest is None:
        yield look("key log", "has not begun", "privity serve")
        return
    if keys is not None:
        try:
            standing.check_keys(query, keys, keys.log_verifier(origin_of(config.host)))
        except HubError as err:
            yield wrong("key log", str(err), "docs/operators/keys.md")
            return
    age_ms = now_ms - newest.timestamp_ms
    lost = keylog.count_lost(query)
    said = f"{size:,} epochs, the newest {max(age_ms, 0) // 60_000:,} min old"
    if age_ms > LOG_WRONG_MS:
        yield wrong("key log", f"{said}: devices refuse it", "start the hub; see keylog lines in hub.log")
    elif age_ms > LOG_LOOK_MS:
        yield look("key log", said, "a running hub cuts one an hour: see keylog lines in hub.log")
    else:
        yield ok("key log", said)
    oldest = keylog.waiting(query) and store.oldest_change_ms(query)
    if oldest and now_ms - oldest > WAITS_LOOK_MS:
        yield look("key log", f"changes wait for {(now_ms - oldest) // 60_000:,} min", "do the witnesses answer?")
    if lost:
        yield look("key log", f"{lost:,} values are lost", "their owners' devices bring them back when they connect")
