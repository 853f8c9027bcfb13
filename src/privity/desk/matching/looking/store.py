# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for matches and for hashes of what was public. No decisions here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.matching.lists.model import HashKind
from privity.desk.matching.looking.policy import Action, Surface

_MATCH: Final = (
    "SELECT number, at_ms, surface, about, content, entry, list, list_version, kind, distance, frames, policy, action,"
    " because, case_n FROM match"
)


_ACTED: Final = {
    "list": "SELECT count(DISTINCT about) FROM match WHERE list = ? AND at_ms >= ? AND action <> 'log'",
    "entry": "SELECT count(DISTINCT about) FROM match WHERE entry = ? AND at_ms >= ? AND action <> 'log'",
}


@dataclass(frozen=True, slots=True)
class Match:
    """A match as it was recorded."""

    number: int
    at_ms: int
    surface: Surface
    about: str
    """The account that shows it, or `report:N`."""
    content: bytes = field(repr=False)
    """SHA-256 of what was looked up."""
    entry: int
    list: int
    list_version: int
    kind: HashKind
    distance: int
    frames: int
    """How many shots match; 1 of a picture."""
    policy: int
    action: Action
    because: str
    case: int | None


def known(db: Db, surface: Surface, about: str, content: bytes, entry: int) -> Match | None:
    """The match of the same with the same, if it was recorded already."""
    row = db.execute(
        _MATCH + " WHERE surface = ? AND about = ? AND content = ? AND entry = ?",
        (surface.value, about, content, entry),
    ).fetchone()
    return None if row is None else _match(row)


def find(db: Db, number: int) -> Match | None:
    row = db.execute(_MATCH + " WHERE number = ?", (number,)).fetchone()
    return None if row is None else _match(row)


def cases_of(db: Db, of: int) -> tuple[int, ...]:
    """The cases that matches with a list opened, or were noted in."""
    rows = db.execute("SELECT DISTINCT case_n FROM match WHERE list = ? AND case_n IS NOT NULL ORDER BY case_n", (of,))
    return tuple(int(number) for (number,) in rows.fetchall())


def newest(db: Db, limit: int, before: int = 1 << 62) -> tuple[Match, ...]:
    rows = db.execute(_MATCH + " WHERE number < ? ORDER BY number DESC LIMIT ?", (before, limit)).fetchall()
    return tuple(_match(row) for row in rows)


def add(db: Db, match: Match) -> int:
    """Its number counts from the rows there are."""
    made = db.execute(
        "INSERT INTO match (at_ms, surface, about, content, entry, list, list_version, kind, distance, frames, policy,"
        " action, because, case_n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            match.at_ms,
            match.surface.value,
            match.about,
            match.content,
            match.entry,
            match.list,
            match.list_version,
            match.kind.value,
            match.distance,
            match.frames,
            match.policy,
            match.action.value,
            match.because,
            match.case,
        ),
    )
    return int(made.lastrowid)


def acted(db: Db, column: str, number: int, since_ms: int) -> int:
    """About how many different accounts or reports something followed since then from a `list`, or an `entry`."""
    (count,) = db.execute(_ACTED[column], (number, since_ms)).fetchone()
    return int(count)


def purge_matches(db: Db, before_ms: int, most: int) -> int:
    """Delete some matches that are older; how many that were."""
    sql = "DELETE FROM match WHERE number IN (SELECT number FROM match WHERE at_ms < ? LIMIT ?)"
    return int(db.execute(sql, (before_ms, most)).rowcount)


def keep_media(
    db: Db, account: str, sha256: bytes, md5: bytes, shots: Iterable[tuple[bytes, bool]], now_ms: int, expires_ms: int
) -> None:
    """What an account shows now. What it showed before stays until its time is over."""
    (number,) = db.execute(
        "INSERT INTO media (account, sha256, md5, seen_ms, expires_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (account, sha256) DO UPDATE SET seen_ms = excluded.seen_ms, expires_ms = excluded.expires_ms"
        " RETURNING number",
        (account, sha256, md5, now_ms, expires_ms),
    ).fetchone()
    db.execute("DELETE FROM media_hash WHERE media = ?", (number,))
    db.executemany(
        "INSERT INTO media_hash (media, at, pdq, sound) VALUES (?, ?, ?, ?)",
        [(number, at, bits, sound) for at, (bits, sound) in enumerate(shots)],
    )


def purge_media(db: Db, now_ms: int, most: int) -> int:
    """Delete hashes of some pictures whose time is over; of how many that were."""
    sql = "DELETE FROM media WHERE number IN (SELECT number FROM media WHERE expires_ms <= ? LIMIT ?)"
    return int(db.execute(sql, (now_ms, most)).rowcount)


def forget_media(db: Db, account: str) -> int:
    """Of an account that is gone."""
    return int(db.execute("DELETE FROM media WHERE account = ?", (account,)).rowcount)


def place(db: Db, what: str) -> int:
    """How far a loop has come in what it reads; 0 before it has begun."""
    row = db.execute("SELECT after FROM matching_place WHERE what = ?", (what,)).fetchone()
    return 0 if row is None else int(row[0])


def set_place(db: Db, what: str, after: int) -> None:
    db.execute(
        "INSERT INTO matching_place (what, after) VALUES (?, ?)"
        " ON CONFLICT (what) DO UPDATE SET after = excluded.after",
        (what, after),
    )


def _match(row: tuple[Any, ...]) -> Match:
    number, at_ms, surface, about, content, entry, of, version, kind, distance, frames, policy, action, why, case = row
    return Match(
        number,
        at_ms,
        Surface(surface),
        about,
        bytes(content),
        entry,
        of,
        version,
        HashKind(kind),
        distance,
        frames,
        policy,
        Action(action),
        why,
        case,
    )
