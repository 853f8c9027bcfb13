# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which records there are, without opening any: what a page may show before somebody gives a reason."""

from __future__ import annotations

from dataclasses import dataclass

from privity.desk.db.transaction import Db
from privity.desk.evidence.records import WHOLE, Kind, of_report


@dataclass(frozen=True, slots=True)
class Listed:
    """A record as it lies there. `size` is that of its ciphertext."""

    number: int
    kind: Kind
    position: int
    part: int
    size: int


def listed(db: Db, report: int) -> tuple[Listed, ...]:
    """The records of a report that are still there, in the order in which they were kept."""
    return belonging(db, of_report(report))


def belonging(db: Db, about: str) -> tuple[Listed, ...]:
    """The records of anything, by how the audit log names it, that are still there."""
    rows = db.execute(
        "SELECT id, kind, position, part, length(ciphertext) FROM evidence WHERE about = ? AND gone_ms IS NULL"
        " ORDER BY id",
        (about,),
    ).fetchall()
    return tuple(Listed(number, Kind(kind), position, part, size) for number, kind, position, part, size in rows)


def gone_ms(db: Db, report: int) -> int | None:
    """When the last of its records that are gone was shredded; None where all are still there."""
    (found,) = db.execute("SELECT max(gone_ms) FROM evidence WHERE about = ?", (of_report(report),)).fetchone()
    return None if found is None else int(found)


def why_none(db: Db, report: int) -> str:
    """Why a report has no record that could be opened, as the beginning of a sentence."""
    why = "could not be opened" if gone_ms(db, report) is None else "was deleted when its time was over"
    return f"report {report} {why}"


def size(db: Db, number: int) -> int:
    """Bytes of a record's ciphertext."""
    (found,) = db.execute("SELECT length(ciphertext) FROM evidence WHERE id = ?", (number,)).fetchone()
    return int(found)


def find(db: Db, report: int, kind: Kind, position: int = WHOLE, part: int = WHOLE) -> Listed | None:
    """The record of this kind at this place of a report, if there is one."""
    at = (
        record for record in listed(db, report) if (record.kind, record.position, record.part) == (kind, position, part)
    )
    return next(at, None)
