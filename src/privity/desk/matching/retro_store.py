# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for looking back: what came to lists, and what was kept of public media. No decisions here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from privity.desk.db.transaction import Db

_CAME: Final = (
    "SELECT e.n, e.value FROM list_change AS c JOIN list_entry AS e ON e.n = c.entry"
    " WHERE c.sequence > :after AND c.sequence <= :until AND c.added = 1 AND e.removed_ms IS NULL AND e.kind = :kind"
)
_SHOWED: Final = {
    "sha256": "SELECT account FROM media WHERE sha256 = ?",
    "md5": "SELECT account FROM media WHERE md5 = ?",
}


def added(db: Db, after: int, until: int, kind: str = "pdq") -> dict[int, bytes]:
    """The hashes of this kind of entries that came with these changes, and are there still."""
    rows = db.execute(_CAME, {"after": after, "until": until, "kind": kind}).fetchall()
    return {entry: bytes(value) for entry, value in rows}


def same_bytes(db: Db, after: int, until: int) -> set[str]:
    """Whoever showed a file of which the hash of all bytes came with these changes."""
    return {
        account
        for kind, showed in _SHOWED.items()
        for value in added(db, after, until, kind).values()
        for (account,) in db.execute(showed, (value,))
    }


def kept(db: Db, at_once: int) -> Iterator[tuple[list[str], bytes]]:
    """All hashes of media that are kept, in pages: whose each is, and the hashes one after the other, 32 bytes each."""
    last = (0, -1)
    while True:
        rows = db.execute(
            "SELECT h.media, h.at, m.account, h.pdq FROM media_hash AS h JOIN media AS m ON m.number = h.media"
            " WHERE (h.media, h.at) > (?, ?) ORDER BY h.media, h.at LIMIT ?",
            (*last, at_once),
        ).fetchall()
        if rows:
            yield [row[2] for row in rows], b"".join(row[3] for row in rows)
        if len(rows) < at_once:
            return
        last = (rows[-1][0], rows[-1][1])
