# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody who judges requests looks at what the collectors of this version read, before any of them runs."""

from __future__ import annotations

from dataclasses import dataclass

from privity.desk.db.transaction import Db
from privity.desk.legal.collecting import capabilities, running
from privity.desk.legal.collecting.capabilities import Capabilities
from privity.desk.legal.collecting.errors import CapabilitiesDiffer, ManifestUnseen
from privity.desk.legal.collecting.running import Running
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


@dataclass(frozen=True, slots=True)
class Look:
    """What a person sees before they say that they have looked."""

    running: Running
    before: Running | None
    """The last one that somebody has looked at."""
    changes: tuple[str, ...]
    """What it reads that the one before did not, and whatever else is another; all there is where none was before."""


def waits(db: Db) -> str:
    """Why nothing is collected and kept apart for anybody; empty where somebody has looked at the collectors."""
    try:
        running.must_be_seen(db)
    except ManifestUnseen as err:
        return str(err)
    return ""


def look(db: Db, acting: Acting) -> Look:
    """Raises ManifestUnseen where the desk never ran."""
    acting.must(Right.SEE_LEGAL)
    now, before = running.current(db), running.last_seen(db)
    return Look(now, before, capabilities.changes(capabilities.decoded(now.manifest), _known(before)))


def seen(db: Db, acting: Acting, sha256: str, now_ms: int) -> Running:
    """They have looked at this manifest: collectors run. `sha256`: the one that they saw. Raises ManifestUnseen."""
    acting.must(Right.JUDGE_LEGAL)
    return running.seen(db, acting.who, sha256, now_ms)


def _known(before: Running | None) -> Capabilities | None:
    """None as well where it is of a format that this version does not read: then everything is shown."""
    try:
        return None if before is None else capabilities.decoded(before.manifest)
    except CapabilitiesDiffer:
        return None
