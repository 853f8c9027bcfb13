# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of what is made of requests. No decisions here; the caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.legal.releasing.model import Approved, Production, Receipt, Stage, Turn
from privity.production.model import Kind

_PRODUCTION: Final = (
    "SELECT n, request, kind, name, decision, supersedes, hold, stage, manifest_sha256, basis_sha256, senior,"
    " reviewed_ms, reviewed_by, approved_ms, logged_ms, entry, ready_ms, dsse_sha256, package_sha256, size,"
    " delivered_ms, gone_ms, void_ms, void_why, tries, stuck FROM production"
)
_LEFT: Final = (
    "(stage IN ('ready', 'delivered') AND gone_ms IS NULL) OR (stage = 'void' AND EXISTS"
    " (SELECT 1 FROM production_part AS p WHERE p.production = production.n AND p.gone_ms IS NULL))"
)
_APPROVAL: Final = (
    "SELECT part, member, passkey, at_ms, key, authenticator_data, client_data, signature FROM production_approval"
)


def add(
    db: Db,
    request: int,
    kind: Kind,
    name: str,
    decision: int | None,
    supersedes: int | None,
    hold: int | None,
    manifest_sha256: bytes,
    basis_sha256: bytes,
    senior: bool,
    who: str,
    now_ms: int,
) -> int:
    (number,) = db.execute(
        "INSERT INTO production (request, kind, name, decision, supersedes, hold, manifest_sha256, basis_sha256,"
        " senior, reviewed_by, reviewed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n",
        (
            request,
            kind.value,
            name,
            decision,
            supersedes,
            hold,
            manifest_sha256,
            basis_sha256,
            int(senior),
            who,
            now_ms,
        ),
    ).fetchone()
    return int(number)


def production(db: Db, number: int) -> Production | None:
    row = db.execute(f"{_PRODUCTION} WHERE n = ?", (number,)).fetchone()
    return None if row is None else _production(row)


def named(db: Db, name: str) -> Production | None:
    row = db.execute(f"{_PRODUCTION} WHERE name = ?", (name,)).fetchone()
    return None if row is None else _production(row)


def productions(db: Db, request: int) -> tuple[Production, ...]:
    """All that was ever made of a request, the oldest first."""
    rows = db.execute(f"{_PRODUCTION} WHERE request = ? ORDER BY n", (request,)).fetchall()
    return tuple(_production(row) for row in rows)


def in_stage(db: Db, *stages: Stage) -> tuple[Production, ...]:
    """The oldest first."""
    marks = ", ".join("?" * len(stages))
    rows = db.execute(f"{_PRODUCTION} WHERE stage IN ({marks}) ORDER BY n", [one.value for one in stages]).fetchall()
    return tuple(_production(row) for row in rows)


def due(db: Db, now_ms: int) -> Production | None:
    """The release that waits longest for its package."""
    row = db.execute(
        f"{_PRODUCTION} WHERE stage = 'logged' AND next_ms <= ? ORDER BY next_ms, n LIMIT 1", (now_ms,)
    ).fetchone()
    return None if row is None else _production(row)


def kept(db: Db) -> tuple[Production, ...]:
    """Those that were made and whose copy is still here, and those that came to nothing and left something."""
    return tuple(_production(row) for row in db.execute(f"{_PRODUCTION} WHERE {_LEFT} ORDER BY n").fetchall())


def approved(db: Db, number: int, at_ms: int) -> None:
    db.execute("UPDATE production SET stage = 'approved', approved_ms = ? WHERE n = ?", (at_ms, number))


def logged(db: Db, number: int, entry: int, now_ms: int) -> None:
    db.execute(
        "UPDATE production SET stage = 'logged', entry = ?, logged_ms = ?, next_ms = ? WHERE n = ?",
        (entry, now_ms, now_ms, number),
    )


def ready(db: Db, number: int, dsse_sha256: bytes, package_sha256: bytes, size: int, now_ms: int) -> None:
    db.execute(
        "UPDATE production SET stage = 'ready', dsse_sha256 = ?, package_sha256 = ?, size = ?, ready_ms = ?, stuck = ''"
        " WHERE n = ?",
        (dsse_sha256, package_sha256, size, now_ms, number),
    )


def stuck(db: Db, number: int, why: str, next_ms: int) -> None:
    db.execute(
        "UPDATE production SET tries = tries + 1, stuck = ?, next_ms = ? WHERE n = ? AND stage = 'logged'",
        (why, next_ms, number),
    )


def delivered(db: Db, number: int, now_ms: int) -> None:
    db.execute("UPDATE production SET stage = 'delivered', delivered_ms = ? WHERE n = ?", (now_ms, number))


def handed(db: Db, number: int) -> tuple[str, int] | None:
    """To whom it was given on a medium, and when."""
    row: tuple[str, int] | None = db.execute(
        "SELECT who, at_ms FROM production_handed WHERE production = ?", (number,)
    ).fetchone()
    return row


def hand(db: Db, number: int, recipient: int, who: str, now_ms: int) -> None:
    db.execute(
        "INSERT INTO production_handed (production, recipient, who, at_ms) VALUES (?, ?, ?, ?)",
        (number, recipient, who, now_ms),
    )


def void(db: Db, number: int, why: str, now_ms: int) -> None:
    """With the approvals: they were of something that does not count any more."""
    db.execute("UPDATE production SET stage = 'void', void_ms = ?, void_why = ? WHERE n = ?", (now_ms, why, number))
    drop_approvals(db, number)


def drop_approvals(db: Db, number: int) -> None:
    db.execute("DELETE FROM production_approval WHERE production = ?", (number,))


def gone(db: Db, number: int, now_ms: int) -> None:
    db.execute("UPDATE production SET gone_ms = ? WHERE n = ? AND gone_ms IS NULL", (now_ms, number))


def add_approval(db: Db, number: int, made: Approved) -> None:
    db.execute(
        "INSERT INTO production_approval (production, part, member, passkey, at_ms, key, authenticator_data,"
        " client_data, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            made.turn.value,
            made.member,
            made.passkey,
            made.at_ms,
            made.key,
            made.authenticator_data,
            made.client_data,
            made.signature,
        ),
    )


def approvals(db: Db, number: int) -> tuple[Approved, ...]:
    """In the order in which they were given."""
    rows = db.execute(f"{_APPROVAL} WHERE production = ? ORDER BY at_ms, part", (number,)).fetchall()
    return tuple(
        Approved(Turn(turn), member, bytes(passkey), at_ms, key, bytes(about), bytes(client), bytes(signature))
        for turn, member, passkey, at_ms, key, about, client, signature in rows
    )


def released_to(db: Db, agency: int) -> bool:
    """Whether anything was ever released to this agency."""
    row = db.execute(
        "SELECT 1 FROM production AS p JOIN legal_request AS r ON r.n = p.request"
        " WHERE r.agency = ? AND p.kind = 'production' AND p.stage IN ('ready', 'delivered') LIMIT 1",
        (agency,),
    ).fetchone()
    return row is not None


def downloads(db: Db, number: int) -> int:
    (count,) = db.execute("SELECT count(*) FROM production_download WHERE production = ?", (number,)).fetchone()
    return int(count)


def receipts(db: Db, number: int) -> tuple[Receipt, ...]:
    """In the order in which it was fetched."""
    rows = db.execute("SELECT n, officer, at_ms FROM production_download WHERE production = ? ORDER BY n", (number,))
    return tuple(Receipt(*row) for row in rows.fetchall())


def add_download(db: Db, number: int, n: int, officer: int, now_ms: int) -> None:
    db.execute(
        "INSERT INTO production_download (production, n, officer, at_ms) VALUES (?, ?, ?, ?)",
        (number, n, officer, now_ms),
    )


def publish(db: Db, lines: Iterable[str], now_ms: int) -> None:
    """A line that was published before stays as it was."""
    db.executemany(
        "INSERT INTO production_published (line, first_ms) VALUES (?, ?) ON CONFLICT (line) DO NOTHING",
        [(line, now_ms) for line in lines],
    )


def published(db: Db) -> tuple[str, ...]:
    return tuple(str(line) for (line,) in db.execute("SELECT line FROM production_published ORDER BY line").fetchall())


def _production(row: Any) -> Production:
    number, request, kind, name, decision, supersedes, hold, stage, manifest, basis, senior, reviewed_ms, by, *rest = (
        row
    )
    approved_ms, logged_ms, entry, ready_ms, dsse, package, size, delivered_ms, gone_ms, void_ms, why, tries, stuck_ = (
        rest
    )
    return Production(
        number=int(number),
        request=int(request),
        kind=Kind(kind),
        name=name,
        decision=decision,
        supersedes=supersedes,
        hold=hold,
        stage=Stage(stage),
        manifest_sha256=bytes(manifest),
        basis_sha256=bytes(basis),
        senior=bool(senior),
        reviewed_ms=reviewed_ms,
        reviewed_by=by,
        approved_ms=approved_ms,
        logged_ms=logged_ms,
        entry=entry,
        ready_ms=ready_ms,
        dsse_sha256=None if dsse is None else bytes(dsse),
        package_sha256=None if package is None else bytes(package),
        size=size,
        delivered_ms=delivered_ms,
        gone_ms=gone_ms,
        void_ms=void_ms,
        void_why=why,
        tries=tries,
        stuck=stuck_,
    )
