# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same counts out of the tables of the legal desk, by SQL of its own.

It reads the tables of other slices on purpose, as `transparency.store` does. Countries and instruments stand in sealed
documents alone, so that these counts are not by them. What is removed when a request is purged, such as its scope, is
compared with nothing.
"""

from __future__ import annotations

from typing import Final

from privity.desk.db.transaction import Db


def _by(words: str, column: str, table: str, at: str) -> tuple[str, str]:
    return words, f"SELECT {column}, count(*) FROM {table} WHERE {at} >= ? AND {at} < ? GROUP BY 1"  # noqa: S608


def _all(words: str, table: str, at: str) -> tuple[str, str]:
    return words, f"SELECT count(*) FROM {table} WHERE {at} >= ? AND {at} < ?"  # noqa: S608  # our own words alone


QUESTIONS: Final = (
    _all("requests filed", "legal_request", "received_ms"),
    (
        "requests received",
        "SELECT count(*) FROM (SELECT min(at_ms) AS first FROM legal_move WHERE new = 'verified' GROUP BY request)"
        " WHERE first >= ? AND first < ?",
    ),
    (
        "requests {0}",
        "SELECT new, count(DISTINCT request) FROM legal_move WHERE at_ms >= ? AND at_ms < ?"
        " AND new IN ('rejected', 'clarify', 'challenged', 'referred', 'released') GROUP BY 1",
    ),
    _by("moves: {0}", "new", "legal_move", "at_ms"),
    _by("verdicts: {0}", "action", "legal_verdict", "at_ms"),
    (
        "verdicts that release {0}",
        "SELECT r.data_class, count(*) FROM legal_release AS r JOIN legal_verdict AS v ON v.n = r.verdict"
        " WHERE v.at_ms >= ? AND v.at_ms < ? GROUP BY 1",
    ),
    _by("decisions: {0}", "outcome", "legal_decision", "at_ms"),
    _by("productions looked at: {0}", "kind", "production", "reviewed_ms"),
    _by("productions released: {0}", "kind", "production", "logged_ms"),
    _by("productions ready: {0}", "kind", "production", "ready_ms"),
    _all("releases that those who asked can see", "production", "logged_ms"),
    _all("downloads", "production_download", "at_ms"),
    _all("holds taken", "legal_hold", "taken_ms"),
    _by("holds ended: {0}", "ended_because", "legal_hold", "ended_ms"),
    _by("bars: {0}", "kind", "legal_bar", "at_ms"),
    _all("bars lifted", "legal_bar_lifted", "at_ms"),
    _all("decisions that others are named, confirmed", "legal_naming_confirmed", "at_ms"),
    _all("decisions whose people were counted", "legal_notice_plan", "at_ms"),
    (
        "people to be told",
        "SELECT coalesce(sum(people), 0) FROM legal_notice_plan WHERE at_ms >= ? AND at_ms < ?",
    ),
    _all("notices sent", "legal_notice_sent", "at_ms"),
    _all("people told", "legal_notice_told", "at_ms"),
    _all("people who are not here any more", "legal_notice_nobody", "at_ms"),
    _all("requests of which the authority tells", "legal_informs", "at_ms"),
    _all("objections", "legal_objection", "lodged_ms"),
    _by("objections answered: {0}", "answer", "legal_objection_answer", "at_ms"),
)
"""What is counted, and how; the last column is the count, the one before it goes into the words."""


def counted(db: Db, start_ms: int, end_ms: int) -> dict[str, int]:
    """How often each thing happened in the period, by what the tables hold."""
    found: dict[str, int] = {}
    for words, question in QUESTIONS:
        for *of, count in db.execute(question, (start_ms, end_ms)).fetchall():
            found[words.format(*of)] = count
    return found
