# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""With which manifest of collectors the desk runs: nothing is collected by one that nobody has looked at.

Another version of the program may read more. It stands in the log when the desk begins with it, and collectors wait
until a person has seen what changed (`legal.overseeing`).
"""

from __future__ import annotations

from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.collecting import capabilities, running_store
from privity.desk.legal.collecting.errors import ManifestUnseen
from privity.desk.legal.collecting.running_store import Running

__all__ = ["Running", "begin", "current", "last_seen", "must_be_seen", "seen"]

DESK: Final = "desk"


def begin(db: Db, now_ms: int) -> Running:
    """The desk runs with this manifest from now on; whatever is another than the last one waits for a person.

    Raises CapabilitiesDiffer where the file cannot be read as a manifest.
    """
    capabilities.shipped()
    sha256, last = capabilities.sha256(), running_store.newest(db)
    if last is not None and last.sha256 == sha256:
        return last
    with transaction(db):
        entry = log.add(
            db,
            at_ms=now_ms,
            who=DESK,
            act=Act.COLLECTORS_CHANGED,
            capabilities_sha256=sha256,
            before_sha256="" if last is None else last.sha256,
        )
        running_store.add(db, sha256, capabilities.shipped_bytes(), now_ms, entry)
    return current(db)


def must_be_seen(db: Db) -> None:
    """Raise ManifestUnseen unless the desk runs with a manifest that somebody has looked at."""
    last = running_store.newest(db)
    if last is None or last.sha256 != capabilities.sha256():
        raise ManifestUnseen("the desk has not begun with this manifest of collectors yet")
    if not last.seen:
        raise ManifestUnseen("nobody who judges requests has looked at the collectors of this version yet")


def current(db: Db) -> Running:
    """The one that the desk runs with. Raises ManifestUnseen where it never ran."""
    found = running_store.newest(db)
    if found is None:
        raise ManifestUnseen("the desk has not begun yet; its manifest of collectors is here once it runs")
    return found


def last_seen(db: Db) -> Running | None:
    """The last one that somebody has looked at."""
    return running_store.newest_seen(db)


def seen(db: Db, who: str, sha256: str, now_ms: int) -> Running:
    """Somebody who may has looked at this one; the first look counts. Raises ManifestUnseen where it is another."""
    with transaction(db):
        now = current(db)
        if now.sha256 != sha256:
            raise ManifestUnseen(f"the desk runs with the manifest {now.sha256}, what was looked at is another one")
        if now.seen:
            return now
        entry = log.add(db, at_ms=now_ms, who=who, act=Act.COLLECTORS_SEEN, capabilities_sha256=now.sha256)
        running_store.see(db, now.number, who, now_ms, entry)
    return current(db)
