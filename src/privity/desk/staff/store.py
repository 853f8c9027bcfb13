# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of the staff. No decisions here; the caller owns the transaction."""

from __future__ import annotations

from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.staff.model import Kind, Member, Passkey, Proposal, Recovery, Session, State
from privity.desk.staff.rights import Role

_MEMBER: Final = (
    "SELECT m.number, m.name, m.handle, m.state, m.letter_keys, m.invited_ms, m.ended_ms,"
    " (SELECT group_concat(role) FROM staff_role AS r WHERE r.member = m.number) FROM staff_member AS m"
)
_PASSKEY: Final = "SELECT id, member, public_key, sign_count, label, added_ms, used_ms FROM staff_passkey"
_SESSION: Final = "SELECT token_hash, member, passkey, began_ms, seen_ms FROM staff_session"
_RECOVERY: Final = "SELECT number, member, first, first_ms, second, half FROM staff_recovery"
_PROPOSAL: Final = (
    "SELECT p.number, p.kind, p.member, coalesce(p.name, m.name), p.roles, p.half, p.proposed_by, p.proposed_ms"
    " FROM staff_proposal AS p LEFT JOIN staff_member AS m ON m.number = p.member"
)


def add_member(db: Db, name: str, handle: bytes, roles: frozenset[Role], now_ms: int) -> int:
    (number,) = db.execute(
        "INSERT INTO staff_member (name, handle, state, invited_ms) VALUES (?, ?, 'invited', ?) RETURNING number",
        (name, handle, now_ms),
    ).fetchone()
    set_roles(db, int(number), roles)
    return int(number)


def set_roles(db: Db, number: int, roles: frozenset[Role]) -> None:
    db.execute("DELETE FROM staff_role WHERE member = ?", (number,))
    for role in sorted(roles):
        db.execute("INSERT INTO staff_role (member, role) VALUES (?, ?)", (number, role.value))


def set_state(db: Db, number: int, state: State, ended_ms: int | None) -> None:
    db.execute("UPDATE staff_member SET state = ?, ended_ms = ? WHERE number = ?", (state.value, ended_ms, number))


def set_letter_keys(db: Db, number: int, on: bool) -> None:
    db.execute("UPDATE staff_member SET letter_keys = ? WHERE number = ?", (int(on), number))


def member(db: Db, number: int) -> Member | None:
    row = db.execute(f"{_MEMBER} WHERE m.number = ?", (number,)).fetchone()
    return None if row is None else _member(row)


def members(db: Db) -> tuple[Member, ...]:
    """Everybody: those who are here first, then the invited, then the ended, each in the order they came."""
    rows = db.execute(
        f"{_MEMBER} ORDER BY CASE m.state WHEN 'active' THEN 0 WHEN 'invited' THEN 1 ELSE 2 END, m.number"
    ).fetchall()
    return tuple(_member(row) for row in rows)


def active_admins(db: Db) -> frozenset[int]:
    rows = db.execute(
        "SELECT m.number FROM staff_member AS m JOIN staff_role AS r ON r.member = m.number"
        " WHERE m.state = 'active' AND r.role = 'admin'"
    ).fetchall()
    return frozenset(int(number) for (number,) in rows)


def put_code(db: Db, number: int, digest: bytes, expires_ms: int) -> None:
    """The one before, if there was one, works no more."""
    db.execute(
        "INSERT INTO staff_code (member, hash, expires_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (member) DO UPDATE SET hash = excluded.hash, expires_ms = excluded.expires_ms",
        (number, digest, expires_ms),
    )


def whose_code(db: Db, digest: bytes, now_ms: int, latest_ms: int) -> int | None:
    """`latest_ms`: what ends after it was made under a clock that was wrong, and is not taken."""
    row = db.execute(
        "SELECT member FROM staff_code WHERE hash = ? AND expires_ms > ? AND expires_ms <= ?",
        (digest, now_ms, latest_ms),
    ).fetchone()
    return None if row is None else int(row[0])


def drop_code(db: Db, number: int) -> None:
    db.execute("DELETE FROM staff_code WHERE member = ?", (number,))


def add_passkey(db: Db, passkey: Passkey) -> None:
    db.execute(
        "INSERT INTO staff_passkey (id, member, public_key, sign_count, label, added_ms, used_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            passkey.id,
            passkey.member,
            passkey.public_key,
            passkey.sign_count,
            passkey.label,
            passkey.added_ms,
            passkey.used_ms,
        ),
    )


def passkey(db: Db, passkey_id: bytes) -> Passkey | None:
    row = db.execute(f"{_PASSKEY} WHERE id = ?", (passkey_id,)).fetchone()
    return None if row is None else Passkey(*row)


def passkeys(db: Db, number: int) -> tuple[Passkey, ...]:
    rows = db.execute(f"{_PASSKEY} WHERE member = ? ORDER BY added_ms, id", (number,)).fetchall()
    return tuple(Passkey(*row) for row in rows)


def passkey_used(db: Db, passkey_id: bytes, sign_count: int, now_ms: int) -> None:
    db.execute("UPDATE staff_passkey SET sign_count = ?, used_ms = ? WHERE id = ?", (sign_count, now_ms, passkey_id))


def drop_passkey(db: Db, passkey_id: bytes) -> None:
    """Its sessions end with it."""
    db.execute("DELETE FROM staff_passkey WHERE id = ?", (passkey_id,))


def drop_passkeys(db: Db, number: int) -> int:
    """All of somebody's, and every session with them; how many there were."""
    return int(db.execute("DELETE FROM staff_passkey WHERE member = ?", (number,)).rowcount)


def add_session(db: Db, session: Session) -> None:
    db.execute(
        "INSERT INTO staff_session (token_hash, member, passkey, began_ms, seen_ms) VALUES (?, ?, ?, ?, ?)",
        (session.token_hash, session.member, session.passkey, session.began_ms, session.seen_ms),
    )


def session(db: Db, token_hash: bytes) -> Session | None:
    row = db.execute(f"{_SESSION} WHERE token_hash = ?", (token_hash,)).fetchone()
    return None if row is None else Session(*row)


def sessions(db: Db, number: int) -> tuple[Session, ...]:
    rows = db.execute(f"{_SESSION} WHERE member = ? ORDER BY began_ms DESC, token_hash", (number,)).fetchall()
    return tuple(Session(*row) for row in rows)


def session_seen(db: Db, token_hash: bytes, now_ms: int) -> None:
    db.execute("UPDATE staff_session SET seen_ms = ? WHERE token_hash = ?", (now_ms, token_hash))


def drop_session(db: Db, token_hash: bytes) -> None:
    db.execute("DELETE FROM staff_session WHERE token_hash = ?", (token_hash,))


def drop_sessions(db: Db, number: int, but: bytes = b"") -> int:
    """All of somebody's sessions but one; how many there were."""
    gone = db.execute("DELETE FROM staff_session WHERE member = ? AND token_hash <> ?", (number, but))
    return int(gone.rowcount)


def drop_old_codes(db: Db, now_ms: int) -> None:
    db.execute("DELETE FROM staff_code WHERE expires_ms <= ?", (now_ms,))


def drop_old_sessions(db: Db, began_before_ms: int, seen_before_ms: int) -> None:
    db.execute("DELETE FROM staff_session WHERE began_ms <= ? OR seen_ms <= ?", (began_before_ms, seen_before_ms))


def add_recovery(db: Db, number: int, first: int, half: bytes, now_ms: int) -> int:
    (recovery,) = db.execute(
        "INSERT INTO staff_recovery (member, first, first_ms, half, state) VALUES (?, ?, ?, ?, 'waiting')"
        " RETURNING number",
        (number, first, now_ms, half),
    ).fetchone()
    return int(recovery)


def waiting_recovery(db: Db, number: int) -> Recovery | None:
    row = db.execute(f"{_RECOVERY} WHERE member = ? AND state = 'waiting'", (number,)).fetchone()
    return None if row is None else Recovery(*row)


def waiting_recoveries(db: Db) -> tuple[Recovery, ...]:
    rows = db.execute(f"{_RECOVERY} WHERE state = 'waiting' ORDER BY number").fetchall()
    return tuple(Recovery(*row) for row in rows)


def grant_recovery(db: Db, recovery: int, second: int, now_ms: int) -> None:
    db.execute(
        "UPDATE staff_recovery SET second = ?, second_ms = ?, state = 'granted' WHERE number = ?",
        (second, now_ms, recovery),
    )


def end_recovery_of(db: Db, number: int) -> None:
    db.execute("UPDATE staff_recovery SET state = 'over' WHERE member = ? AND state <> 'over'", (number,))


def recoveries_vouched_by(db: Db, number: int) -> tuple[Recovery, ...]:
    """Those that are not over, and that would not be without this voucher."""
    rows = db.execute(
        f"{_RECOVERY} WHERE state <> 'over' AND (first = ? OR second = ?) ORDER BY number", (number, number)
    ).fetchall()
    return tuple(Recovery(*row) for row in rows)


def add_proposal(
    db: Db,
    kind: Kind,
    member: int | None,
    name: str | None,
    roles: frozenset[Role],
    half: bytes | None,
    by: int,
    now_ms: int,
) -> int:
    (number,) = db.execute(
        "INSERT INTO staff_proposal (kind, member, name, roles, half, proposed_by, proposed_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number",
        (kind.value, member, name, ",".join(sorted(roles)), half, by, now_ms),
    ).fetchone()
    return int(number)


def proposal(db: Db, number: int) -> Proposal | None:
    row = db.execute(f"{_PROPOSAL} WHERE p.number = ?", (number,)).fetchone()
    return None if row is None else _proposal(row)


def proposals(db: Db) -> tuple[Proposal, ...]:
    """The oldest first."""
    return tuple(_proposal(row) for row in db.execute(f"{_PROPOSAL} ORDER BY p.number").fetchall())


def drop_proposal(db: Db, number: int) -> None:
    db.execute("DELETE FROM staff_proposal WHERE number = ?", (number,))


def drop_proposal_about(db: Db, member: int) -> None:
    db.execute("DELETE FROM staff_proposal WHERE member = ?", (member,))


def drop_proposals_with(db: Db, member: int) -> None:
    """Those about somebody, and what they asked for."""
    db.execute("DELETE FROM staff_proposal WHERE member = ? OR proposed_by = ?", (member, member))


def drop_old_proposals(db: Db, before_ms: int) -> None:
    db.execute("DELETE FROM staff_proposal WHERE proposed_ms <= ?", (before_ms,))


def _proposal(row: Any) -> Proposal:
    number, kind, member, name, roles, half, by, at_ms = row
    return Proposal(number, Kind(kind), member, name, frozenset(map(Role, roles.split(","))), half, by, at_ms)


def _member(row: Any) -> Member:
    number, name, handle, state, letter_keys, invited_ms, ended_ms, roles = row
    return Member(
        int(number),
        name,
        bytes(handle),
        State(state),
        frozenset(Role(role) for role in (roles or "").split(",") if role),
        bool(letter_keys),
        invited_ms,
        ended_ms,
    )
