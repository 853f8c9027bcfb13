# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of the vault. No decisions here; the caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.legal.vault.custody import Holder, Wrapped
from privity.desk.legal.vault.model import Because, HeldClass, HeldFile, Hold, Kind, State
from privity.desk.legal.vault.sealing import Piece
from privity.production.classes import Releasable

_FIELDS: Final = tuple(field.name for field in fields(Hold))
_SELECT: Final = f"SELECT {', '.join(_FIELDS).replace('number', 'n', 1)} FROM legal_hold"  # noqa: S608  # own names
_LIVE: Final = "state IN ('ordered', 'held', 'renewed', 'released_to_case')"


def add(db: Db, hold: Hold, classes: Iterable[Releasable]) -> int:
    """An ordered hold; its number comes back."""
    (number,) = db.execute(
        "INSERT INTO legal_hold (id, request, agency, kind, instrument, custody, ordered_ms, due_ms, from_ms, days,"
        " renew_days, until_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n",
        (
            hold.id,
            hold.request,
            hold.agency,
            hold.kind.value,
            hold.instrument,
            hold.custody,
            hold.ordered_ms,
            hold.due_ms,
            hold.from_ms,
            hold.days,
            hold.renew_days,
            hold.until_ms,
        ),
    ).fetchone()
    db.executemany(
        "INSERT INTO legal_hold_class (hold, data_class) VALUES (?, ?)", [(number, each.value) for each in classes]
    )
    return int(number)


def find(db: Db, number: int) -> Hold | None:
    row = db.execute(f"{_SELECT} WHERE n = ?", (number,)).fetchone()
    return None if row is None else _hold(row)


def of_request(db: Db, request: int) -> list[Hold]:
    """Oldest first."""
    return _holds(db.execute(f"{_SELECT} WHERE request = ? ORDER BY n", (request,)).fetchall())


def released_to(db: Db, request: int) -> list[Hold]:
    rows = db.execute(
        f"{_SELECT} WHERE released_to = ? AND state = 'released_to_case' ORDER BY n", (request,)
    ).fetchall()
    return _holds(rows)


def everything(db: Db, after: int, limit: int) -> list[Hold]:
    return _holds(db.execute(f"{_SELECT} WHERE n > ? ORDER BY n LIMIT ?", (after, limit)).fetchall())


def live(db: Db, limit: int) -> list[Hold]:
    """Those that have not ended: what ends first, and last what no time ends."""
    rows = db.execute(f"{_SELECT} WHERE {_LIVE} ORDER BY until_ms IS NULL, until_ms, n LIMIT ?", (limit,)).fetchall()
    return _holds(rows)


def ordered(db: Db, after: int, limit: int) -> list[Hold]:
    """Those that wait for their snapshot."""
    rows = db.execute(f"{_SELECT} WHERE state = 'ordered' AND n > ? ORDER BY n LIMIT ?", (after, limit)).fetchall()
    return _holds(rows)


def late(db: Db, now_ms: int) -> list[Hold]:
    """Those that should have been taken already."""
    rows = db.execute(f"{_SELECT} WHERE state = 'ordered' AND due_ms <= ? ORDER BY due_ms, n", (now_ms,)).fetchall()
    return _holds(rows)


def unseen(db: Db, limit: int) -> list[Hold]:
    return _holds(db.execute(f"{_SELECT} WHERE {_LIVE} AND seen_ms IS NULL ORDER BY n LIMIT ?", (limit,)).fetchall())


def over(db: Db, now_ms: int, after: int, limit: int) -> list[Hold]:
    """Live ones whose time is over."""
    rows = db.execute(
        f"{_SELECT} WHERE {_LIVE} AND until_ms <= ? AND n > ? ORDER BY n LIMIT ?", (now_ms, after, limit)
    ).fetchall()
    return _holds(rows)


def open_ended(db: Db, after: int, limit: int) -> list[Hold]:
    """Live ones that no time ends."""
    rows = db.execute(
        f"{_SELECT} WHERE {_LIVE} AND kind = 'until_withdrawn' AND n > ? ORDER BY n LIMIT ?", (after, limit)
    ).fetchall()
    return _holds(rows)


def emptying(db: Db, limit: int) -> list[Hold]:
    """Those whose keys are gone and whose contents may be there still."""
    return _holds(db.execute(f"{_SELECT} WHERE state = 'expired' ORDER BY n LIMIT ?", (limit,)).fetchall())


def update(db: Db, number: int, **changed: object) -> None:
    """The columns by name, all at once: triggers look at them together."""
    names = ", ".join(f"{name} = ?" for name in changed)
    db.execute(f"UPDATE legal_hold SET {names} WHERE n = ?", (*changed.values(), number))  # noqa: S608  # own names


def classes(db: Db, hold: int) -> list[HeldClass]:
    rows = db.execute(
        "SELECT data_class, manifest_nonce, manifest, manifest_sha256, dropped_ms FROM legal_hold_class"
        " WHERE hold = ? ORDER BY data_class",
        (hold,),
    ).fetchall()
    return [HeldClass(Releasable(data_class), *rest) for data_class, *rest in rows]


def keep_manifest(db: Db, hold: int, data_class: Releasable, piece: Piece, sha256: bytes) -> None:
    db.execute(
        "UPDATE legal_hold_class SET manifest_nonce = ?, manifest = ?, manifest_sha256 = ?"
        " WHERE hold = ? AND data_class = ?",
        (piece.nonce, piece.ciphertext, sha256, hold, data_class.value),
    )


def drop_class(db: Db, hold: int, data_class: Releasable, now_ms: int) -> None:
    """Its key is overwritten first."""
    whose = (hold, data_class.value)
    db.execute(
        "UPDATE legal_hold_class SET dropped_ms = ? WHERE hold = ? AND data_class = ? AND dropped_ms IS NULL",
        (now_ms, *whose),
    )
    shred_keys(db, hold, data_class)
    db.execute(
        "UPDATE legal_hold_class SET manifest = x'' WHERE hold = ? AND data_class = ? AND manifest IS NOT NULL", whose
    )


def add_keys(db: Db, hold: int, data_class: Releasable, rows: Iterable[Wrapped]) -> None:
    db.executemany(
        "INSERT INTO legal_hold_key (hold, data_class, holder, nonce, wrapped) VALUES (?, ?, ?, ?, ?)",
        [(hold, data_class.value, row.holder.value, row.nonce, row.wrapped) for row in rows],
    )


def keys(db: Db, hold: int, data_class: Releasable) -> list[Wrapped]:
    rows = db.execute(
        "SELECT holder, nonce, wrapped FROM legal_hold_key WHERE hold = ? AND data_class = ? ORDER BY n",
        (hold, data_class.value),
    ).fetchall()
    return [Wrapped(Holder(holder), nonce, wrapped) for holder, nonce, wrapped in rows]


def shred_keys(db: Db, hold: int, data_class: Releasable | None = None) -> None:
    """As `evidence.shredding` does it: overwritten where they stand."""
    db.execute(
        "UPDATE legal_hold_key SET nonce = zeroblob(length(nonce)), wrapped = zeroblob(length(wrapped))"
        " WHERE hold = ? AND (? IS NULL OR data_class = ?)",
        (hold, data_class, data_class),
    )


def add_file(
    db: Db, hold: int, data_class: Releasable, mark: bytes, name: str, size: int, pieces: Iterable[Piece]
) -> None:
    found = list(pieces)
    (number,) = db.execute(
        "INSERT INTO legal_hold_file (hold, data_class, target_mark, name, size, pieces) VALUES (?, ?, ?, ?, ?, ?)"
        " RETURNING n",
        (hold, data_class.value, mark, name, size, len(found)),
    ).fetchone()
    db.executemany(
        "INSERT INTO legal_hold_piece (file, position, nonce, ciphertext) VALUES (?, ?, ?, ?)",
        [(number, position, piece.nonce, piece.ciphertext) for position, piece in enumerate(found)],
    )


def files(db: Db, hold: int) -> list[HeldFile]:
    rows = db.execute(
        "SELECT n, hold, data_class, target_mark, name, size, pieces FROM legal_hold_file WHERE hold = ? ORDER BY n",
        (hold,),
    ).fetchall()
    return [HeldFile(n, of, Releasable(data_class), *rest) for n, of, data_class, *rest in rows]


def find_file(db: Db, hold: int, mark: bytes, name: str) -> HeldFile | None:
    row = db.execute(
        "SELECT n, hold, data_class, target_mark, name, size, pieces FROM legal_hold_file"
        " WHERE hold = ? AND target_mark = ? AND name = ?",
        (hold, mark, name),
    ).fetchone()
    if row is None:
        return None
    n, of, data_class, *rest = row
    return HeldFile(n, of, Releasable(data_class), *rest)


def pieces_of(db: Db, file: int) -> list[Piece]:
    rows = db.execute(
        "SELECT nonce, ciphertext FROM legal_hold_piece WHERE file = ? ORDER BY position", (file,)
    ).fetchall()
    return [Piece(nonce, ciphertext) for nonce, ciphertext in rows]


def drop_files(db: Db, hold: int, limit: int) -> int:
    """Some of the files whose key is overwritten; how many went."""
    numbers = [
        (n,)
        for (n,) in db.execute(
            "SELECT f.n FROM legal_hold_file AS f WHERE f.hold = ? AND NOT EXISTS (SELECT 1 FROM legal_hold_key AS k"
            " WHERE k.hold = f.hold AND k.data_class = f.data_class AND k.wrapped <> zeroblob(length(k.wrapped)))"
            " ORDER BY f.n LIMIT ?",
            (hold, limit),
        ).fetchall()
    ]
    db.executemany("DELETE FROM legal_hold_piece WHERE file = ?", numbers)
    db.executemany("DELETE FROM legal_hold_file WHERE n = ?", numbers)
    return len(numbers)


def drop_manifests(db: Db, hold: int) -> None:
    db.execute("UPDATE legal_hold_class SET manifest = x'' WHERE hold = ? AND manifest IS NOT NULL", (hold,))


def half_dropped(db: Db, limit: int) -> list[int]:
    """Holds that go on and of which a class was dropped whose files may be there still."""
    rows = db.execute(
        "SELECT DISTINCT f.hold FROM legal_hold_class AS c JOIN legal_hold_file AS f"
        " ON f.hold = c.hold AND f.data_class = c.data_class WHERE c.dropped_ms IS NOT NULL ORDER BY 1 LIMIT ?",
        (limit,),
    ).fetchall()
    return [int(number) for (number,) in rows]


def _holds(rows: Iterable[Any]) -> list[Hold]:
    return [_hold(row) for row in rows]


def _hold(row: Sequence[Any]) -> Hold:
    found = dict(zip(_FIELDS, row, strict=True))
    because = found["ended_because"]
    found |= {"kind": Kind(found["kind"]), "state": State(found["state"])}
    return Hold(**found | {"ended_because": None if because is None else Because(because)})
