# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an auditor's page counts is what the log says, entry by entry; a look reads none of them."""

from __future__ import annotations

import random as seeded
import sqlite3
from importlib.resources import files
from typing import Any

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.legal import auditing
from privity.desk.legal.errors import TallyDisagrees
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from tests.desk.contents import contents
from tests.desk.legal.casework import Casework

AUDITOR = Acting.command("audit", Right.SEE_AUDIT)
COUNTS = ("legal_story", "legal_tally")
ACTS = (Act.LEGAL_FILED, Act.LEGAL_MOVED, Act.LEGAL_EVALUATED, Act.LEGAL_JUDGED, Act.LEGAL_READ, Act.HOLD_REFUSED)


def busy(work: Casework, seed: int, count: int = 120) -> None:
    """Acts in any order, of requests, of cases and of nothing."""
    random = seeded.Random(seed)
    for n in range(count):
        said: dict[str, Any] = {
            "to": random.choice(["scoped", "collected", "closed"]),
            "action": random.choice(["proceed", "refer"]),
            "codes": random.sample(["US-W3", "G14", "EU-12"], random.randrange(3)),
            "outcome": random.choice(["accept", "reject"]),
            "grounds": random.sample(["rulebook", "overbroad_time"], random.randrange(2)),
        }
        about = random.choice(["legal:1", "legal:2", "legal:30", "case:1", "", "LP-2026-TEAPOT", "legal:x"])
        who = f"staff:{random.randrange(3)}"
        log.add(work.db, at_ms=work.now_ms + n, who=who, act=random.choice(ACTS), about=about, **said)


@pytest.mark.parametrize("seed", range(3))
def test_counts_of_the_database_are_those_of_the_log(work: Casework, seed: int) -> None:
    busy(work, seed)
    work.scoped()
    legal = [entry for entry in work.log() if entry.about.removeprefix("legal:").isdecimal()]
    assert auditing.must_agree(work.db) == len(legal) > 20
    found = auditing.overview(work.db, AUDITOR)
    assert found.requests == len({entry.about for entry in legal})
    assert sum(found.verdicts.values()) == sum(entry.act is Act.LEGAL_EVALUATED for entry in legal)
    assert sum(found.outcomes.values()) == sum(entry.act is Act.LEGAL_JUDGED for entry in legal)
    for each in found.listed:
        moved = [
            entry.said["to"]
            for entry in legal
            if entry.about == f"legal:{each.number}" and entry.act is Act.LEGAL_MOVED
        ]
        assert each.state == (moved[-1] if moved else "")
    opened = sum(count for party in found.openings for _, count in party.acts)
    assert opened == sum(entry.act in (Act.LEGAL_READ, Act.HOLD_REFUSED) for entry in legal)


def test_a_database_of_before_is_counted_when_it_is_brought_up_to_date(work: Casework) -> None:
    busy(work, 7)
    work.scoped()
    before = {name: contents(work.db)[name] for name in COUNTS}
    for statement in (
        "DROP TRIGGER audit_entry_is_counted",
        "DROP VIEW legal_counted",
        "DROP TABLE legal_tally",
        "DROP TABLE legal_story",
    ):
        work.db.execute(statement)
    text = files("privity.desk.db").joinpath("sql/0027_releases.sql").read_text()
    pending = ""
    for line in text[text.index("CREATE TABLE legal_story") :].splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            work.db.execute(pending)
            pending = ""
    assert {name: contents(work.db)[name] for name in COUNTS} == before
    busy(work, 8, 5)
    auditing.must_agree(work.db)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE legal_story SET state = 'closed' WHERE request = 1", "of the requests"),
        ("UPDATE legal_story SET entries = entries + 1 WHERE request = 2", "of the requests"),
        ("DELETE FROM legal_story WHERE request = 1", "of the requests"),
        ("UPDATE legal_tally SET count = count - 1 WHERE what = 'outcome'", "how often"),
        ("DELETE FROM legal_tally WHERE request = 1", "how often"),
        ("INSERT INTO legal_tally VALUES (0, 'code', '', 'G99', 1)", "how often"),
    ],
)
def test_counts_that_somebody_changed_are_found_by_who_counts_anew(work: Casework, statement: str, says: str) -> None:
    busy(work, 9)
    assert work.db.execute(statement).rowcount > 0
    with pytest.raises(TallyDisagrees, match=says):
        auditing.must_agree(work.db)


def test_a_look_reads_no_entry_however_long_the_log_is(work: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(work, 10)
    asked: list[str] = []
    work.db.set_trace_callback(asked.append)
    monkeypatch.setattr(Entry, "decode", lambda data: pytest.fail("a look reads no entry"))
    found = auditing.overview(work.db, AUDITOR)
    work.db.set_trace_callback(None)
    assert found.requests == 3 and len(found.listed) <= auditing.LISTED
    assert asked and not [each for each in asked if "audit_entry" in each]


def test_what_is_no_entry_at_all_is_counted_as_nothing(work: Casework) -> None:
    """Somebody writes past the code: the log does not hold then, but what it counts goes on."""
    busy(work, 11, 20)
    before = {name: contents(work.db)[name] for name in COUNTS}
    (n,) = work.db.execute("SELECT max(n) + 1 FROM audit_entry").fetchone()
    for at, data in enumerate((b"no entry", b"\xff\xfe", b'{"about":"legal:x"}', b"[]")):
        work.db.execute("INSERT INTO audit_entry (n, entry) VALUES (?, ?)", (n + at, data))
    assert {name: contents(work.db)[name] for name in COUNTS} == before
