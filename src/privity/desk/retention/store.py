# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of retention, across the tables of other slices: what a thing is still needed for is one question to all of them.

No decisions here; the caller owns the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from privity.desk.cases.joined import NOBODY
from privity.desk.db.transaction import Db
from privity.desk.evidence.records import REPORT

_UNHELD: Final = "gone_ms IS NULL AND NOT EXISTS (SELECT 1 FROM evidence_hold AS h WHERE h.evidence_id = e.id)"


@dataclass(frozen=True, slots=True)
class Clock:
    """The time that was believed last, and why the clock is doubted; empty where it is not."""

    believed_ms: int
    alarm: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A believed time, and the highest numbers of that moment."""

    at_ms: int
    events: int
    reports: int
    referrals: int


@dataclass(frozen=True, slots=True)
class FullCase:
    """A decided case that nothing was deleted of, or not everything."""

    number: int
    outcome: str | None
    last_ms: int
    """The last thing that happened in it; cases that were joined to it are not looked at."""


@dataclass(frozen=True, slots=True)
class Held:
    """A record that is still there. `held`: something forbids that it goes."""

    number: int
    about: str
    kind: str
    position: int
    held: bool

    @property
    def report(self) -> int | None:
        return int(self.about.removeprefix(REPORT)) if self.about.startswith(REPORT) else None


@dataclass(frozen=True, slots=True)
class Alone:
    """A report that is in no case."""

    number: int
    recorded_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A referral that has ended, and the last that is known of it."""

    number: int
    last_ms: int


def clock(db: Db) -> Clock | None:
    row = db.execute("SELECT believed_ms, alarm FROM retention_clock").fetchone()
    return None if row is None else Clock(*row)


def believe(db: Db, now_ms: int) -> None:
    db.execute(
        "INSERT INTO retention_clock (only_one, believed_ms) VALUES (1, ?)"
        " ON CONFLICT (only_one) DO UPDATE SET believed_ms = excluded.believed_ms, alarm = '', alarm_ms = NULL",
        (now_ms,),
    )


def doubt(db: Db, alarm: str, now_ms: int) -> None:
    db.execute("UPDATE retention_clock SET alarm = ?, alarm_ms = coalesce(alarm_ms, ?)", (alarm, now_ms))


def add_mark(db: Db, now_ms: int) -> None:
    db.execute(
        "INSERT INTO retention_mark (at_ms, events, reports, referrals) SELECT ?,"
        " (SELECT coalesce(max(n), 0) FROM case_event), (SELECT coalesce(max(seq), 0) FROM report),"
        " (SELECT coalesce(max(n), 0) FROM referral)",
        (now_ms,),
    )


def drop_marks_after(db: Db, at_ms: int) -> None:
    """What was believed and was not yet."""
    db.execute("DELETE FROM retention_mark WHERE at_ms > ?", (at_ms,))


def newest_mark_ms(db: Db) -> int | None:
    (found,) = db.execute("SELECT max(at_ms) FROM retention_mark").fetchone()
    return None if found is None else int(found)


def marks(db: Db) -> list[Mark]:
    """Oldest first."""
    rows = db.execute("SELECT at_ms, events, reports, referrals FROM retention_mark ORDER BY at_ms").fetchall()
    return [Mark(*row) for row in rows]


def full_cases(db: Db, after: int, limit: int) -> list[FullCase]:
    """Cases that were decided, of which something is left."""
    return _decided(db, "emptied_ms IS NULL", after, limit)


def named_cases(db: Db, after: int, limit: int) -> list[FullCase]:
    """Cases of which everything else is gone, and that still say who reported."""
    return _decided(db, "emptied_ms IS NOT NULL AND nameless_ms IS NULL", after, limit)


def forget_reporters(db: Db, case: int, now_ms: int) -> int:
    """In place of each a word that is the same for the same person in this case alone; how many reports that were."""
    rows = db.execute(
        "SELECT report_seq, reporter_uri FROM case_report WHERE case_number = ? ORDER BY report_seq", (case,)
    ).fetchall()
    words: dict[str, str] = {}
    for report, uri in rows:
        words.setdefault(uri, uri if uri.startswith(NOBODY) else f"{NOBODY}{report}")
    changed = [(words[uri], report) for report, uri in rows]
    db.executemany("UPDATE case_report SET reporter_uri = ? WHERE report_seq = ?", changed)
    db.executemany(
        "UPDATE report SET reporter_uri = ?, escalated_for = iif(escalated_for IS NULL, NULL, '') WHERE seq = ?",
        changed,
    )
    db.execute("UPDATE safety_case SET nameless_ms = ? WHERE number = ?", (now_ms, case))
    return len(changed)


def forget_told(db: Db, cases: Sequence[int]) -> None:
    """To whom a line about these cases was sent, and its words; not while it is on its way."""
    db.execute(
        "UPDATE effect SET subject = ? || n, params = CAST('{}' AS BLOB) WHERE verb = 'tell' AND state <> 'waiting'"
        " AND decision IN (SELECT n FROM decision WHERE case_n IN (SELECT value FROM json_each(?)))",
        (NOBODY, _listed(cases)),
    )


def forget_reporter_of(db: Db, report: int) -> None:
    """Of a report that is in no case."""
    db.execute("UPDATE report SET reporter_uri = ? WHERE seq = ?", (f"{NOBODY}{report}", report))


def case_state(db: Db, number: int) -> tuple[str, str | None]:
    """State and outcome."""
    state, outcome = db.execute("SELECT state, outcome FROM safety_case WHERE number = ?", (number,)).fetchone()
    return str(state), None if outcome is None else str(outcome)


def last_event(db: Db, cases: Sequence[int]) -> tuple[int, int]:
    """The highest number and the latest time of what happened in these cases."""
    n, at_ms = db.execute(
        "SELECT coalesce(max(n), 0), coalesce(max(at_ms), 0) FROM case_event"
        " WHERE case_number IN (SELECT value FROM json_each(?))",
        (_listed(cases),),
    ).fetchone()
    return int(n), int(at_ms)


def unsettled(db: Db, cases: Sequence[int]) -> bool:
    """Whether a decision of these cases waits for somebody, or an appeal against one has no answer."""
    row = db.execute(
        "SELECT 1 FROM decision AS d WHERE d.case_n IN (SELECT value FROM json_each(?))"
        " AND (NOT EXISTS (SELECT 1 FROM decision_event AS e WHERE e.decision = d.n)"
        " OR EXISTS (SELECT 1 FROM appeal AS a WHERE a.decision = d.n"
        " AND NOT EXISTS (SELECT 1 FROM appeal_answer AS x WHERE x.appeal = a.n))) LIMIT 1",
        (_listed(cases),),
    ).fetchone()
    return row is not None


def reports_of(db: Db, case: int, after: int, limit: int) -> list[int]:
    rows = db.execute(
        "SELECT report_seq FROM case_report WHERE case_number = ? AND report_seq > ? ORDER BY report_seq LIMIT ?",
        (case, after, limit),
    )
    return [int(number) for (number,) in rows.fetchall()]


def appeals_of(db: Db, cases: Sequence[int]) -> list[int]:
    rows = db.execute(
        "SELECT a.n FROM appeal AS a JOIN decision AS d ON d.n = a.decision"
        " WHERE d.case_n IN (SELECT value FROM json_each(?))",
        (_listed(cases),),
    )
    return [int(number) for (number,) in rows.fetchall()]


def records_of(db: Db, abouts: Sequence[str]) -> list[Held]:
    """Everything of these that is still there."""
    rows = db.execute(
        f"SELECT id, about, kind, position, NOT ({_UNHELD}) FROM evidence AS e"  # noqa: S608  # a constant of this file
        " WHERE gone_ms IS NULL AND about IN (SELECT value FROM json_each(?)) ORDER BY id",
        (_listed(abouts),),
    ).fetchall()
    return [Held(number, about, kind, position, bool(held)) for number, about, kind, position, held in rows]


def records_still_there(db: Db) -> int:
    (found,) = db.execute("SELECT count(*) FROM evidence WHERE gone_ms IS NULL").fetchone()
    return int(found)


def also_in(db: Db, report: int, position: int) -> list[int]:
    """The other cases in which the same message was reported: a file of it is kept once for all of them."""
    rows = db.execute(
        "SELECT DISTINCT c.case_number FROM reported_message AS m"
        " JOIN reported_message AS same ON same.ts_ms = m.ts_ms AND same.message_id = m.message_id"
        " JOIN case_report AS c ON c.report_seq = same.report_seq"
        " WHERE m.report_seq = ? AND m.position = ? AND same.report_seq <> m.report_seq",
        (report, position),
    ).fetchall()
    return [int(number) for (number,) in rows]


def emptied(db: Db, case: int, now_ms: int) -> None:
    db.execute("UPDATE safety_case SET emptied_ms = ? WHERE number = ?", (now_ms, case))


def alone(db: Db, after: int, stop: int) -> list[Alone]:
    """Those with numbers above `after`, up to `stop`, that have something left."""
    rows = db.execute(
        "SELECT seq, recorded_ms FROM report AS r WHERE seq > ? AND seq <= ?"
        " AND NOT EXISTS (SELECT 1 FROM case_report AS c WHERE c.report_seq = r.seq)"
        " AND EXISTS (SELECT 1 FROM evidence AS e WHERE e.about = 'report:' || r.seq AND e.gone_ms IS NULL)"
        " ORDER BY seq",
        (after, stop),
    ).fetchall()
    return [Alone(*row) for row in rows]


def last_report(db: Db) -> int:
    (found,) = db.execute("SELECT coalesce(max(seq), 0) FROM report").fetchone()
    return int(found)


def campaign_marks(db: Db, after: bytes, limit: int) -> list[tuple[bytes, int]]:
    rows = db.execute(
        "SELECT mark, case_number FROM campaign_mark WHERE mark > ? ORDER BY mark LIMIT ?", (after, limit)
    )
    return [(bytes(mark), int(case)) for mark, case in rows.fetchall()]


def drop_campaign_marks(db: Db, marks: Iterable[bytes]) -> None:
    db.executemany("DELETE FROM campaign_mark WHERE mark = ?", [(mark,) for mark in marks])


def drop_reporters(db: Db, before_ms: int, limit: int) -> int:
    """Who has reported nothing since; not where a report of theirs is being worked on, which their word counts in."""
    return int(
        db.execute(
            "DELETE FROM reporter WHERE user_uri IN (SELECT user_uri FROM reporter WHERE reported_ms < ?"
            " AND user_uri NOT IN (SELECT c.reporter_uri FROM safety_case AS s JOIN case_report AS c"
            " ON c.case_number = s.number WHERE s.state IN ('open', 'taken')) LIMIT ?)",
            (before_ms, limit),
        ).rowcount
    )


def drop_exposure(db: Db, before_ms: int) -> int:
    return int(db.execute("DELETE FROM exposure WHERE at_ms < ?", (before_ms,)).rowcount)


def ended_referrals(db: Db, after: int, limit: int) -> list[Ended]:
    """Those with something left."""
    rows = db.execute(
        "SELECT n, max(drafted_ms, coalesce(approved_ms, 0), coalesce(opened_ms, 0), coalesce(touched_ms, 0),"
        " coalesce(finished_ms, 0)) FROM referral AS r WHERE state IN ('finished', 'withdrawn') AND n > ?"
        " AND EXISTS (SELECT 1 FROM referral_sealed AS s WHERE s.referral = r.n AND s.gone_ms IS NULL)"
        " ORDER BY n LIMIT ?",
        (after, limit),
    ).fetchall()
    return [Ended(*row) for row in rows]


def shred_referral(db: Db, number: int, now_ms: int) -> int:
    """As `evidence.shredding` does it."""
    db.execute(
        "UPDATE referral_key SET wrap_nonce = zeroblob(length(wrap_nonce)),"
        " wrapped_key = zeroblob(length(wrapped_key))"
        " WHERE sealed_id IN (SELECT id FROM referral_sealed WHERE referral = ?)",
        (number,),
    )
    gone = db.execute(
        "UPDATE referral_sealed SET nonce = x'', ciphertext = x'', gone_ms = ? WHERE referral = ? AND gone_ms IS NULL",
        (now_ms, number),
    )
    return int(gone.rowcount)


def truncate_journal(db: Db) -> None:
    """What was overwritten stands in the journal still, until it is written into the file and cut off."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _decided(db: Db, that: str, after: int, limit: int) -> list[FullCase]:
    """`that` is the condition of an index, word for word."""
    rows = db.execute(
        "SELECT number, outcome, (SELECT coalesce(max(at_ms), 0) FROM case_event WHERE case_number = number)"  # noqa: S608  # the callers in this file
        f" FROM safety_case WHERE state = 'decided' AND {that} AND number > ? ORDER BY number LIMIT ?",
        (after, limit),
    ).fetchall()
    return [FullCase(*row) for row in rows]


def _listed(values: Sequence[int] | Sequence[str]) -> str:
    """As one value of a question, however many there are."""
    return msgspec.json.encode(list(values)).decode()
