# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of supervisors and officers, their passkeys, codes and encryption keys. The caller owns the transaction."""

from __future__ import annotations

from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.legal.agencies.model import Officer, Part, Person, Standing
from privity.desk.staff.model import Passkey

_PERSON: Final = "SELECT n, agency, part, name, handle, state, named_ms, used_ms, ended_ms FROM agency_person"
_OFFICER: Final = (
    "SELECT p.n, p.agency, p.part, p.name, p.handle, p.state, p.named_ms, p.used_ms, p.ended_ms, o.supervisor,"
    " r.recipient FROM agency_officer AS o JOIN agency_person AS p ON p.n = o.n"
    " LEFT JOIN agency_recipient AS r ON r.officer = o.n AND r.ended_ms IS NULL"
)
_PASSKEY: Final = "SELECT id, person, public_key, sign_count, label, added_ms, used_ms FROM agency_passkey"


def add_person(db: Db, agency: int, part: Part, name: str, handle: bytes, now_ms: int) -> int:
    (number,) = db.execute(
        "INSERT INTO agency_person (agency, part, name, handle, state, named_ms) VALUES (?, ?, ?, ?, 'named', ?)"
        " RETURNING n",
        (agency, part.value, name, handle, now_ms),
    ).fetchone()
    return int(number)


def add_officer(db: Db, number: int, agency: int, supervisor: int) -> None:
    db.execute("INSERT INTO agency_officer (n, agency, supervisor) VALUES (?, ?, ?)", (number, agency, supervisor))


def set_supervisor(db: Db, officer: int, supervisor: int) -> None:
    db.execute("UPDATE agency_officer SET supervisor = ? WHERE n = ?", (supervisor, officer))


def person(db: Db, number: int) -> Person | None:
    row = db.execute(f"{_PERSON} WHERE n = ?", (number,)).fetchone()
    return None if row is None else _person(row)


def supervisors(db: Db, agency: int) -> tuple[Person, ...]:
    rows = db.execute(f"{_PERSON} WHERE agency = ? AND part = 'supervisor' ORDER BY n", (agency,)).fetchall()
    return tuple(map(_person, rows))


def officer(db: Db, number: int) -> Officer | None:
    row = db.execute(f"{_OFFICER} WHERE o.n = ?", (number,)).fetchone()
    return None if row is None else _officer(row)


def officers(db: Db, agency: int) -> tuple[Officer, ...]:
    return tuple(map(_officer, db.execute(f"{_OFFICER} WHERE o.agency = ? ORDER BY o.n", (agency,)).fetchall()))


def active_officers(db: Db) -> tuple[Officer, ...]:
    """Of all agencies."""
    return tuple(map(_officer, db.execute(f"{_OFFICER} WHERE p.state = 'active' ORDER BY o.n").fetchall()))


def set_state(db: Db, number: int, state: Standing) -> None:
    db.execute("UPDATE agency_person SET state = ? WHERE n = ?", (state.value, number))


def activate(db: Db, number: int, now_ms: int) -> None:
    db.execute("UPDATE agency_person SET state = 'active', used_ms = ? WHERE n = ?", (now_ms, number))


def used(db: Db, number: int, now_ms: int) -> None:
    db.execute("UPDATE agency_person SET used_ms = ? WHERE n = ?", (now_ms, number))


def end(db: Db, number: int, now_ms: int) -> None:
    db.execute("UPDATE agency_person SET state = 'ended', ended_ms = ? WHERE n = ?", (now_ms, number))


def put_code(db: Db, number: int, digest: bytes, expires_ms: int) -> None:
    """The one before, if there was one, works no more."""
    db.execute(
        "INSERT INTO agency_code (person, hash, expires_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, expires_ms = excluded.expires_ms",
        (number, digest, expires_ms),
    )


def whose_code(db: Db, digest: bytes, now_ms: int, latest_ms: int) -> Person | None:
    """`latest_ms`: what ends after it was made under a clock that was wrong, and is not taken."""
    row = db.execute(
        "SELECT person FROM agency_code WHERE hash = ? AND expires_ms > ? AND expires_ms <= ?",
        (digest, now_ms, latest_ms),
    ).fetchone()
    return None if row is None else person(db, int(row[0]))


def drop_code(db: Db, number: int) -> int:
    return int(db.execute("DELETE FROM agency_code WHERE person = ?", (number,)).rowcount)


def drop_old_codes(db: Db, now_ms: int) -> None:
    db.execute("DELETE FROM agency_code WHERE expires_ms <= ?", (now_ms,))


def add_passkey(db: Db, made: Passkey) -> None:
    db.execute(
        "INSERT INTO agency_passkey (id, person, public_key, sign_count, label, added_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (made.id, made.member, made.public_key, made.sign_count, made.label, made.added_ms),
    )


def passkey(db: Db, passkey_id: bytes) -> Passkey | None:
    """`member` is the number of somebody of an agency."""
    row = db.execute(f"{_PASSKEY} WHERE id = ?", (passkey_id,)).fetchone()
    return None if row is None else Passkey(*row)


def passkeys(db: Db, number: int) -> tuple[Passkey, ...]:
    rows = db.execute(f"{_PASSKEY} WHERE person = ? ORDER BY added_ms, id", (number,)).fetchall()
    return tuple(Passkey(*row) for row in rows)


def passkey_used(db: Db, passkey_id: bytes, sign_count: int, now_ms: int) -> None:
    db.execute("UPDATE agency_passkey SET sign_count = ?, used_ms = ? WHERE id = ?", (sign_count, now_ms, passkey_id))


def drop_passkeys(db: Db, number: int) -> int:
    return int(db.execute("DELETE FROM agency_passkey WHERE person = ?", (number,)).rowcount)


def knows_recipient(db: Db, recipient: str) -> bool:
    """Whether anybody ever had this key."""
    return db.execute("SELECT 1 FROM agency_recipient WHERE recipient = ?", (recipient,)).fetchone() is not None


def put_recipient(db: Db, officer_number: int, recipient: str, now_ms: int) -> None:
    """The one before is ended."""
    end_recipient(db, officer_number, now_ms)
    db.execute(
        "INSERT INTO agency_recipient (recipient, officer, added_ms) VALUES (?, ?, ?)",
        (recipient, officer_number, now_ms),
    )


def end_recipient(db: Db, officer_number: int, now_ms: int) -> int:
    ended = db.execute(
        "UPDATE agency_recipient SET ended_ms = ? WHERE officer = ? AND ended_ms IS NULL", (now_ms, officer_number)
    )
    return int(ended.rowcount)


def _person(row: Any) -> Person:
    number, agency, part, name, handle, state, *times = row
    return Person(number, agency, Part(part), name, bytes(handle), Standing(state), *times)


def _officer(row: Any) -> Officer:
    *person_row, supervisor, recipient = row
    return Officer(_person(person_row), supervisor, recipient)
