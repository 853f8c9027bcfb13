# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL for notices, bars and objections. Rows are added and never changed; the caller owns the transaction."""

from __future__ import annotations

from typing import Any, Final

from privity.desk.db.transaction import Db
from privity.desk.evidence.sealing import Sealed
from privity.desk.legal.notices.model import Answer, Answered, Bar, BarKind, How, Lift, Notice, Objection, Told

_BAR: Final = (
    "SELECT b.n, b.request, b.kind, b.basis, b.at_ms, c.until_ms, c.look_by_ms, b.who FROM legal_bar AS b"
    " JOIN legal_bar_counts AS c ON c.bar = b.n"
)
_LIFT: Final = (
    "SELECT l.n, l.bar, l.basis, l.from_ms, l.at_ms, l.who, d.until_ms, d.who FROM legal_bar_lift AS l"
    " JOIN legal_bar AS b ON b.n = l.bar LEFT JOIN legal_bar_lifted AS d ON d.lift = l.n"
)
_NOTICE: Final = (
    "SELECT o.n, o.request, o.decision, o.user_uri, o.reference, o.window_days, o.made_ms,"
    " s.effect, s.at_ms, s.until_ms, s.too_late, t.at_ms, t.until_ms, m.notice FROM legal_notice AS o"
    " LEFT JOIN legal_notice_sent AS s ON s.notice = o.n"
    " LEFT JOIN legal_notice_told AS t ON t.notice = o.n"
    " LEFT JOIN legal_notice_nobody AS m ON m.notice = o.n"
)
_OBJECTION: Final = (
    "SELECT o.n, o.notice, i.request, o.receipt, o.evidence, o.lodged_ms, a.answer, a.at_ms, a.who, a.words"
    " FROM legal_objection AS o JOIN legal_notice AS i ON i.n = o.notice"
    " LEFT JOIN legal_objection_answer AS a ON a.objection = o.n"
)

# Bars.


def add_bar(db: Db, request: int, kind: BarKind, basis: str, at_ms: int, until_ms: int, who: str) -> int:
    made = db.execute(
        "INSERT INTO legal_bar (request, kind, basis, at_ms, until_ms, who) VALUES (?, ?, ?, ?, ?, ?) RETURNING n",
        (request, kind.value, basis, at_ms, until_ms, who),
    )
    return int(made.fetchone()[0])


def add_review(db: Db, bar: int, at_ms: int, who: str, words: str) -> None:
    db.execute("INSERT INTO legal_bar_review (bar, at_ms, who, words) VALUES (?, ?, ?, ?)", (bar, at_ms, who, words))


def bars(db: Db, request: int) -> tuple[Bar, ...]:
    """Oldest first."""
    return tuple(_bar(row) for row in db.execute(_BAR + " WHERE b.request = ? ORDER BY b.n", (request,)).fetchall())


def find_bar(db: Db, number: int) -> Bar | None:
    row = db.execute(_BAR + " WHERE b.n = ?", (number,)).fetchone()
    return None if row is None else _bar(row)


def counting(db: Db, now_ms: int) -> tuple[Bar, ...]:
    """Every bar that counts now, the first to end first."""
    rows = db.execute(_BAR + " WHERE c.until_ms > ? ORDER BY c.until_ms, b.n", (now_ms,)).fetchall()
    return tuple(_bar(row) for row in rows)


def forget_basis(db: Db, request: int) -> None:
    """Once nothing of the request waits for its bar to end."""
    if db.execute("SELECT 1 FROM legal_notice WHERE request = ? AND user_uri IS NOT NULL", (request,)).fetchone():
        return
    db.execute("UPDATE legal_bar SET basis = '' WHERE request = ? AND basis <> ''", (request,))
    db.execute(
        "UPDATE legal_bar_lift SET basis = '' WHERE basis <> '' AND bar IN (SELECT n FROM legal_bar WHERE request = ?)",
        (request,),
    )


# Bars that end early.


def add_lift(db: Db, bar: int, basis: str, from_ms: int, at_ms: int, who: str) -> int:
    made = db.execute(
        "INSERT INTO legal_bar_lift (bar, basis, from_ms, at_ms, who) VALUES (?, ?, ?, ?, ?) RETURNING n",
        (bar, basis, from_ms, at_ms, who),
    )
    return int(made.fetchone()[0])


def add_lifted(db: Db, bar: int, lift: int, at_ms: int, until_ms: int, who: str) -> None:
    db.execute(
        "INSERT INTO legal_bar_lifted (bar, lift, at_ms, until_ms, who) VALUES (?, ?, ?, ?, ?)",
        (bar, lift, at_ms, until_ms, who),
    )


def lifts(db: Db, request: int) -> tuple[Lift, ...]:
    """Of all bars of a request, oldest first."""
    rows = db.execute(_LIFT + " WHERE b.request = ? ORDER BY l.n", (request,)).fetchall()
    return tuple(Lift(*row) for row in rows)


def newest_lift(db: Db, bar: int) -> Lift | None:
    row = db.execute(_LIFT + " WHERE l.bar = ? ORDER BY l.n DESC LIMIT 1", (bar,)).fetchone()
    return None if row is None else Lift(*row)


def unconfirmed(db: Db, now_ms: int) -> tuple[tuple[int, int, int], ...]:
    """Request, bar, and when it was said last, of bars that count and that somebody has said are lifted."""
    rows = db.execute(
        "SELECT c.request, c.bar, max(l.at_ms) FROM legal_bar_lift AS l JOIN legal_bar_counts AS c ON c.bar = l.bar"
        " WHERE c.until_ms > ? AND NOT EXISTS (SELECT 1 FROM legal_bar_lifted WHERE bar = l.bar)"
        " GROUP BY c.request, c.bar ORDER BY c.bar",
        (now_ms,),
    ).fetchall()
    return tuple((int(request), int(bar), int(at_ms)) for request, bar, at_ms in rows)


# Who tells.


def add_informs(db: Db, decision: int, request: int, basis: str, at_ms: int, who: str) -> None:
    db.execute(
        "INSERT INTO legal_informs (decision, request, basis, at_ms, who) VALUES (?, ?, ?, ?, ?)",
        (decision, request, basis, at_ms, who),
    )


def informs(db: Db, decision: int) -> bool:
    return db.execute("SELECT 1 FROM legal_informs WHERE decision = ?", (decision,)).fetchone() is not None


def add_plan(db: Db, decision: int, request: int, people: int, at_ms: int, who: str) -> None:
    db.execute(
        "INSERT INTO legal_notice_plan (decision, request, people, at_ms, who) VALUES (?, ?, ?, ?, ?)",
        (decision, request, people, at_ms, who),
    )


def planned(db: Db, decision: int) -> int | None:
    """How many people a decision is about; None where nobody has counted yet."""
    row = db.execute("SELECT people FROM legal_notice_plan WHERE decision = ?", (decision,)).fetchone()
    return None if row is None else int(row[0])


# Notices.


def next_notice(db: Db) -> int:
    """No number is given twice, so that no two things are ever sealed to the same place."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'legal_notice'").fetchone()
    return 1 if row is None else int(row[0]) + 1


def add_notice(
    db: Db,
    number: int,
    request: int,
    decision: int,
    user_uri: str,
    reference: str,
    window_days: int,
    made_ms: int,
    sealed: Sealed,
) -> None:
    db.execute(
        "INSERT INTO legal_notice (n, request, decision, user_uri, reference, window_days, made_ms, nonce, ciphertext)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, request, decision, user_uri, reference, window_days, made_ms, sealed.nonce, sealed.ciphertext),
    )
    db.execute(
        "INSERT INTO legal_notice_key (notice, wrap_nonce, wrapped_key) VALUES (?, ?, ?)",
        (number, sealed.wrap_nonce, sealed.wrapped_key),
    )


def sealed_words(db: Db, number: int) -> Sealed:
    row = db.execute(
        "SELECT k.wrap_nonce, k.wrapped_key, o.nonce, o.ciphertext FROM legal_notice AS o"
        " JOIN legal_notice_key AS k ON k.notice = o.n WHERE o.n = ?",
        (number,),
    ).fetchone()
    return Sealed(*row)


def shred_notice(db: Db, number: int) -> None:
    """The key where it stands, then the words and whose they were."""
    db.execute(
        "UPDATE legal_notice_key SET wrap_nonce = zeroblob(length(wrap_nonce)),"
        " wrapped_key = zeroblob(length(wrapped_key)) WHERE notice = ?",
        (number,),
    )
    db.execute("UPDATE legal_notice SET user_uri = NULL, nonce = x'', ciphertext = x'' WHERE n = ?", (number,))


def notice(db: Db, number: int) -> Notice | None:
    row = db.execute(_NOTICE + " WHERE o.n = ?", (number,)).fetchone()
    return None if row is None else _notice(row)


def by_reference(db: Db, reference: str) -> Notice | None:
    row = db.execute(_NOTICE + " WHERE o.reference = ?", (reference,)).fetchone()
    return None if row is None else _notice(row)


def of_request(db: Db, request: int) -> tuple[Notice, ...]:
    """Oldest first, those of earlier decisions included."""
    rows = db.execute(_NOTICE + " WHERE o.request = ? ORDER BY o.n", (request,)).fetchall()
    return tuple(_notice(row) for row in rows)


def unsent(db: Db, now_ms: int, limit: int) -> tuple[Notice, ...]:
    """Those that nothing bars now, of the decision that counts, oldest first."""
    rows = db.execute(
        _NOTICE + " JOIN legal_request AS r ON r.n = o.request AND r.decision = o.decision"  # noqa: S608  # own names
        " WHERE s.notice IS NULL AND o.user_uri IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM legal_informs AS f WHERE f.decision = o.decision)"
        " AND NOT EXISTS (SELECT 1 FROM legal_bar_counts AS b WHERE b.request = o.request AND b.until_ms > ?)"
        " ORDER BY o.n LIMIT ?",
        (now_ms, limit),
    ).fetchall()
    return tuple(_notice(row) for row in rows)


def untold(db: Db, limit: int) -> tuple[Notice, ...]:
    """Those that were sent and that the hub has not said it has."""
    rows = db.execute(
        _NOTICE + " WHERE s.notice IS NOT NULL AND t.notice IS NULL AND m.notice IS NULL ORDER BY o.n LIMIT ?", (limit,)
    ).fetchall()
    return tuple(_notice(row) for row in rows)


def over(db: Db, limit: int) -> tuple[tuple[int, int], ...]:
    """Those whose words are kept for nothing, and their requests: these are purged, and the people were told."""
    rows = db.execute(
        "SELECT o.n, o.request FROM legal_notice AS o JOIN legal_request AS r ON r.n = o.request AND r.state = 'purged'"
        " WHERE o.user_uri IS NOT NULL AND (EXISTS (SELECT 1 FROM legal_notice_told AS t WHERE t.notice = o.n)"
        " OR EXISTS (SELECT 1 FROM legal_notice_nobody AS m WHERE m.notice = o.n)) ORDER BY o.n LIMIT ?",
        (limit,),
    ).fetchall()
    return tuple((int(number), int(request)) for number, request in rows)


def add_sent(db: Db, number: int, effect: int, at_ms: int, until_ms: int, *, too_late: bool) -> None:
    db.execute(
        "INSERT INTO legal_notice_sent (notice, effect, at_ms, until_ms, too_late) VALUES (?, ?, ?, ?, ?)",
        (number, effect, at_ms, until_ms, int(too_late)),
    )


def add_told(db: Db, number: int, effect: int, at_ms: int, until_ms: int) -> None:
    db.execute(
        "INSERT INTO legal_notice_told (notice, effect, at_ms, until_ms) VALUES (?, ?, ?, ?)",
        (number, effect, at_ms, until_ms),
    )


def add_nobody(db: Db, number: int, at_ms: int, who: str, words: str) -> None:
    db.execute(
        "INSERT INTO legal_notice_nobody (notice, at_ms, who, words) VALUES (?, ?, ?, ?)", (number, at_ms, who, words)
    )


def add_done(db: Db, request: int, decision: int, how: How, bar: int | None, at_ms: int) -> None:
    """Of the move by which it was approved."""
    db.execute(
        "INSERT INTO legal_notice_done (move, request, decision, how, bar, at_ms)"
        " SELECT max(n), ?, ?, ?, ?, ? FROM legal_move WHERE request = ?",
        (request, decision, how.value, bar, at_ms, request),
    )


# Objections.


def add_objection(db: Db, number: int, notice_number: int, receipt: str, evidence: int, lodged_ms: int) -> None:
    db.execute(
        "INSERT INTO legal_objection (n, notice, receipt, evidence, lodged_ms) VALUES (?, ?, ?, ?, ?)",
        (number, notice_number, receipt, evidence, lodged_ms),
    )


def next_objection(db: Db) -> int:
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'legal_objection'").fetchone()
    return 1 if row is None else int(row[0]) + 1


def objection(db: Db, number: int) -> Objection | None:
    row = db.execute(_OBJECTION + " WHERE o.n = ?", (number,)).fetchone()
    return None if row is None else _objection(row)


def objection_to(db: Db, notice_number: int) -> Objection | None:
    row = db.execute(_OBJECTION + " WHERE o.notice = ?", (notice_number,)).fetchone()
    return None if row is None else _objection(row)


def objections(db: Db, request: int) -> tuple[Objection, ...]:
    rows = db.execute(_OBJECTION + " WHERE i.request = ? ORDER BY o.n", (request,)).fetchall()
    return tuple(_objection(row) for row in rows)


def open_objections(db: Db, limit: int) -> tuple[Objection, ...]:
    """Those without an answer, oldest first."""
    rows = db.execute(_OBJECTION + " WHERE a.objection IS NULL ORDER BY o.n LIMIT ?", (limit,)).fetchall()
    return tuple(_objection(row) for row in rows)


def add_answer(db: Db, number: int, answer: Answer, at_ms: int, who: str, words: str) -> None:
    db.execute(
        "INSERT INTO legal_objection_answer (objection, answer, at_ms, who, words) VALUES (?, ?, ?, ?, ?)",
        (number, answer.value, at_ms, who, words),
    )


def _bar(row: tuple[Any, ...]) -> Bar:
    number, request, kind, *rest = row
    return Bar(number, request, BarKind(kind), *rest)


def _notice(row: tuple[Any, ...]) -> Notice:
    effect, sent, until, too_late, told, open_until, nobody = row[7:]
    far = None if effect is None else Told(effect, sent, until, bool(too_late), told, open_until)
    number, request, decision, user_uri, reference, window_days, made_ms = row[:7]
    return Notice(number, request, decision, user_uri, reference, window_days, made_ms, far, nobody is not None)


def _objection(row: tuple[Any, ...]) -> Objection:
    number, notice_number, request, receipt, evidence, lodged_ms, answer, at_ms, who, words = row
    answered = None if answer is None else Answered(Answer(answer), at_ms, who, words)
    return Objection(number, notice_number, request, receipt, evidence, lodged_ms, answered)
