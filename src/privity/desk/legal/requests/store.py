# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The rows of legal requests; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.legal.requests.model import (
    Checked,
    Decided,
    Ground,
    LegalRequest,
    Move,
    Outcome,
    Part,
    ScopeLine,
    State,
)
from privity.desk.legal.rulebook.facts import Target
from privity.production.classes import Releasable

_REQUEST: Final = (
    "SELECT n, pseudonym, state, agency, officer, emergency, request_sha256, rulebook_sha256, received_ms, changed_ms,"
    " on_hold, verdict, decision FROM legal_request"
)
ENDED: Final = (State.CLOSED.value, State.PURGED.value)


def find(db: Db, number: int) -> LegalRequest | None:
    row = db.execute(_REQUEST + " WHERE n = ?", (number,)).fetchone()
    return None if row is None else _request(row)


def by_pseudonym(db: Db, pseudonym: str) -> LegalRequest | None:
    row = db.execute(_REQUEST + " WHERE pseudonym = ?", (pseudonym,)).fetchone()
    return None if row is None else _request(row)


def in_state(db: Db, state: State, after: int, limit: int) -> list[LegalRequest]:
    rows = db.execute(_REQUEST + " WHERE state = ? AND n > ? ORDER BY n LIMIT ?", (state.value, after, limit))
    return [_request(row) for row in rows.fetchall()]


def all_in(db: Db, state: State) -> list[LegalRequest]:
    rows = db.execute(_REQUEST + " WHERE state = ? ORDER BY n", (state.value,))
    return [_request(row) for row in rows.fetchall()]


def open_of(db: Db, column: str, number: int) -> list[LegalRequest]:
    """The requests of an agency or an officer that have not ended."""
    rows = db.execute(_REQUEST + f" WHERE {column} = ? AND state NOT IN (?, ?) ORDER BY n", (number, *ENDED))
    return [_request(row) for row in rows.fetchall()]


def held(db: Db, limit: int) -> list[LegalRequest]:
    rows = db.execute(
        _REQUEST + " WHERE on_hold = 1 AND state NOT IN (?, ?) ORDER BY n LIMIT ?", (*ENDED, limit)
    ).fetchall()
    return [_request(row) for row in rows]


def released_before(db: Db, agency: int) -> bool:
    """Whether anything was ever released to this agency."""
    row = db.execute(
        "SELECT 1 FROM legal_move AS m JOIN legal_request AS r ON r.n = m.request"
        " WHERE r.agency = ? AND m.new = ? LIMIT 1",
        (agency, State.RELEASED.value),
    ).fetchone()
    return row is not None


def add(db: Db, pseudonym: str, digest: bytes, now_ms: int) -> int:
    return int(
        db.execute(
            "INSERT INTO legal_request (pseudonym, request_sha256, received_ms, changed_ms) VALUES (?, ?, ?, ?)",
            (pseudonym, digest, now_ms, now_ms),
        ).lastrowid
    )


def set_emergency(db: Db, number: int, emergency: bool) -> None:
    db.execute("UPDATE legal_request SET emergency = ? WHERE n = ?", (int(emergency), number))


def set_requester(db: Db, number: int, agency: int | None, officer: int | None) -> None:
    db.execute("UPDATE legal_request SET agency = ?, officer = ? WHERE n = ?", (agency, officer, number))


def add_move(db: Db, number: int, move: Move) -> None:
    db.execute(
        "INSERT INTO legal_move (request, old, new, at_ms, who, audit_n) VALUES (?, ?, ?, ?, ?, ?)",
        (number, move.old.value, move.new.value, move.at_ms, move.who, move.audit_n),
    )


def moved(db: Db, number: int, to: State, at_ms: int, judged: tuple[int, int, str] | None) -> None:
    """`judged`: the verdict, the decision and the rulebook that count from now on. `verified` ends a hold."""
    if judged is not None:
        db.execute(
            "UPDATE legal_request SET state = ?, changed_ms = ?, verdict = ?, decision = ?, rulebook_sha256 = ?"
            " WHERE n = ?",
            (to.value, at_ms, *judged, number),
        )
    elif to is State.VERIFIED:
        db.execute(
            "UPDATE legal_request SET state = ?, changed_ms = ?, on_hold = 0 WHERE n = ?", (to.value, at_ms, number)
        )
    else:
        db.execute("UPDATE legal_request SET state = ?, changed_ms = ? WHERE n = ?", (to.value, at_ms, number))


def moves(db: Db, number: int) -> list[Move]:
    rows = db.execute("SELECT old, new, at_ms, who, audit_n FROM legal_move WHERE request = ? ORDER BY n", (number,))
    return [Move(State(old), State(new), *rest) for old, new, *rest in rows.fetchall()]


def last_move(db: Db, number: int) -> int:
    """The number of the newest move, to which a verification belongs."""
    (found,) = db.execute("SELECT max(n) FROM legal_move WHERE request = ?", (number,)).fetchone()
    return int(found)


def add_part(db: Db, number: int, who: str, part: Part) -> None:
    db.execute("INSERT OR IGNORE INTO legal_part (request, who, part) VALUES (?, ?, ?)", (number, who, part.value))


def parts(db: Db, number: int) -> frozenset[tuple[str, Part]]:
    rows = db.execute("SELECT who, part FROM legal_part WHERE request = ?", (number,))
    return frozenset((str(who), Part(part)) for who, part in rows.fetchall())


def add_fact(db: Db, number: int, document: int, who: str, now_ms: int) -> int:
    return int(
        db.execute(
            "INSERT INTO legal_fact (request, document, at_ms, who) VALUES (?, ?, ?, ?)",
            (number, document, now_ms, who),
        ).lastrowid
    )


def fact_documents(db: Db, number: int) -> list[tuple[int, int, int, str]]:
    """(number, document, when, by whom), in order: what came first, and what was corrected since."""
    rows = db.execute("SELECT n, document, at_ms, who FROM legal_fact WHERE request = ? ORDER BY n", (number,))
    return list(rows.fetchall())


def add_verification(
    db: Db, request: LegalRequest, kind: Checked, document: int, who: str, now_ms: int, *, call_back: bool
) -> None:
    db.execute(
        "INSERT INTO legal_verification (request, move, kind, call_back, agency, officer, document, at_ms, who)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            request.number,
            last_move(db, request.number),
            kind.value,
            int(call_back),
            request.agency,
            request.officer,
            document,
            now_ms,
            who,
        ),
    )


def verification(db: Db, number: int) -> tuple[int, Checked] | None:
    """The newest: its number, and how it was done."""
    row = db.execute(
        "SELECT n, kind FROM legal_verification WHERE request = ? ORDER BY n DESC LIMIT 1", (number,)
    ).fetchone()
    return None if row is None else (int(row[0]), Checked(row[1]))


def add_call_back(db: Db, number: int, agency: int, dialled: str, document: int, who: str, now_ms: int) -> None:
    db.execute(
        "INSERT INTO legal_call_back (request, move, agency, number, confirmed, document, called_ms, who)"
        " VALUES (?, ?, ?, ?, 1, ?, ?, ?)",
        (number, last_move(db, number), agency, dialled, document, now_ms, who),
    )


def called_back(db: Db, number: int) -> bool:
    """Whether the agency was called back since the request began to be verified, the last time."""
    row = db.execute(
        "SELECT 1 FROM legal_call_back WHERE request = ? AND move ="
        " (SELECT max(n) FROM legal_move WHERE request = ? AND new = 'verifying')",
        (number, number),
    ).fetchone()
    return row is not None


def add_verdict(db: Db, row: Sequence[object]) -> int:
    return int(
        db.execute(
            "INSERT INTO legal_verdict (request, fact, verification, rulebook_sha256, day, action, since_ms, until_ms,"
            " holds_until_ms, document, at_ms, who) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        ).lastrowid
    )


def add_asked(db: Db, verdict: int, classes: Iterable[Releasable], targets: Iterable[Target]) -> None:
    db.executemany(
        "INSERT INTO legal_release (verdict, data_class) VALUES (?, ?)", [(verdict, each.value) for each in classes]
    )
    db.executemany(
        "INSERT INTO legal_asked (verdict, kind, target) VALUES (?, ?, ?)",
        [(verdict, each.kind, each.value) for each in targets],
    )


def newest_verdict(db: Db, number: int) -> tuple[int, int, int, str] | None:
    """(number, fact, verification, rulebook) of the newest."""
    row = db.execute(
        "SELECT n, fact, verification, rulebook_sha256 FROM legal_verdict WHERE request = ? ORDER BY n DESC LIMIT 1",
        (number,),
    ).fetchone()
    return None if row is None else (int(row[0]), int(row[1]), int(row[2]), str(row[3]))


def verdicts(db: Db, number: int) -> list[int]:
    """The numbers of all of them, in the order in which they were made."""
    rows = db.execute("SELECT n FROM legal_verdict WHERE request = ? ORDER BY n", (number,)).fetchall()
    return [int(row[0]) for row in rows]


def verdict_document(db: Db, verdict: int) -> int:
    (found,) = db.execute("SELECT document FROM legal_verdict WHERE n = ?", (verdict,)).fetchone()
    return int(found)


def holds_until(db: Db, verdict: int) -> int:
    (found,) = db.execute("SELECT holds_until_ms FROM legal_verdict WHERE n = ?", (verdict,)).fetchone()
    return int(found)


def asked_range(db: Db, verdict: int) -> tuple[int, int] | None:
    since, until = db.execute("SELECT since_ms, until_ms FROM legal_verdict WHERE n = ?", (verdict,)).fetchone()
    return None if since is None else (int(since), int(until))


def released_classes(db: Db, verdict: int) -> tuple[Releasable, ...]:
    rows = db.execute("SELECT data_class FROM legal_release WHERE verdict = ?", (verdict,)).fetchall()
    found = {str(row[0]) for row in rows}
    return tuple(each for each in Releasable if each.value in found)


def asked_targets(db: Db, verdict: int) -> tuple[Target, ...]:
    rows = db.execute("SELECT kind, target FROM legal_asked WHERE verdict = ? ORDER BY kind, target", (verdict,))
    return tuple(Target(kind, value) for kind, value in rows.fetchall())


def add_decision(
    db: Db,
    number: int,
    verdict: int,
    outcome: Outcome,
    grounds: Sequence[Ground],
    document: int,
    who: str,
    at: tuple[int, int],
) -> int:
    """`at`: when, and the entry of the log."""
    return int(
        db.execute(
            "INSERT INTO legal_decision (request, verdict, outcome, grounds, document, who, at_ms, audit_n)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (number, verdict, outcome.value, msgspec.json.encode(list(grounds)).decode(), document, who, *at),
        ).lastrowid
    )


def decisions(db: Db, number: int) -> list[tuple[Decided, int]]:
    """Each with the document that holds its words."""
    rows = db.execute(
        "SELECT n, request, verdict, outcome, grounds, at_ms, who, document FROM legal_decision WHERE request = ?"
        " ORDER BY n",
        (number,),
    ).fetchall()
    return [
        (Decided(n, request, verdict, Outcome(outcome), _grounds(grounds), at_ms, who), document)
        for n, request, verdict, outcome, grounds, at_ms, who, document in rows
    ]


def add_scope(db: Db, decision: int, lines: Iterable[ScopeLine]) -> None:
    db.executemany(
        "INSERT INTO legal_scope (decision, data_class, kind, target, since_ms, until_ms) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (decision, line.data_class.value, line.target.kind, line.target.value, line.since_ms, line.until_ms)
            for line in lines
        ],
    )


def scope(db: Db, decision: int) -> tuple[ScopeLine, ...]:
    rows = db.execute(
        "SELECT data_class, kind, target, since_ms, until_ms FROM legal_scope WHERE decision = ? ORDER BY n",
        (decision,),
    ).fetchall()
    return tuple(
        ScopeLine(Releasable(data_class), Target(kind, target), since_ms, until_ms)
        for data_class, kind, target, since_ms, until_ms in rows
    )


def forget_targets(db: Db, number: int) -> None:
    """Whom a request was about, when it is purged."""
    db.execute("DELETE FROM legal_scope WHERE decision IN (SELECT n FROM legal_decision WHERE request = ?)", (number,))
    db.execute("DELETE FROM legal_asked WHERE verdict IN (SELECT n FROM legal_verdict WHERE request = ?)", (number,))


def _request(row: Sequence[Any]) -> LegalRequest:
    number, pseudonym, state, agency, officer, emergency, digest, rulebook, received, changed, hold, *judged = row
    return LegalRequest(
        number,
        pseudonym,
        State(state),
        agency,
        officer,
        bool(emergency),
        bytes(digest),
        rulebook,
        received,
        changed,
        bool(hold),
        *judged,
    )


def _grounds(text: str) -> tuple[Ground, ...]:
    return _GROUNDS.decode(text)


_GROUNDS: Final = msgspec.json.Decoder(tuple[Ground, ...])
