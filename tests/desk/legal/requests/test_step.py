# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk does by itself: nobody presses anything, and nothing happens a moment too early."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, IntegrityError
from privity.desk.legal.living import Living
from privity.desk.legal.requests import documents, filing, listing, service
from privity.desk.legal.requests.clocks import DAY_MS, midnight
from privity.desk.legal.requests.errors import DocumentGone
from privity.desk.legal.requests.listing import Late, Wanted
from privity.desk.legal.requests.model import Filing, Outcome, State
from tests.desk.legal.casework import CLERK, GUARD, RULES, T0, Casework, written
from tests.desk.legal.rulebook.bases import TODAY
from tests.desk.retention.years import decrypted


def after_day(count: int) -> int:
    """The midnight with which that day ends."""
    return midnight(TODAY) + (count + 1) * DAY_MS


def state_after(work: Casework, number: int, at_ms: int) -> State:
    service.step(work.db, at_ms)
    return work.of(number).state


def test_a_draft_that_nobody_hands_in_ends(work: Casework) -> None:
    found = filing.file(work.db, work.key, RULES, CLERK, Filing(written()), T0, work.random, draft=True)
    assert state_after(work, found.number, after_day(14) - 1) is State.DRAFT
    assert state_after(work, found.number, after_day(14)) is State.CLOSED
    assert work.log()[-1].said["why"] == "never_handed_in"


def test_a_question_that_nobody_answers_is_overdue_for_two_weeks_and_then_ends_the_request(work: Casework) -> None:
    number = work.ready()
    work.judged(number, Outcome.CLARIFY)
    assert state_after(work, number, after_day(5)) is State.CLARIFY
    overdue = listing.waiting(work.db, CLERK, Wanted(late=Late.OVERDUE), None, 50, after_day(5)).rows
    assert [(row.request.number, row.due and row.due.clock) for row in overdue] == [(number, "clarification")]
    assert state_after(work, number, after_day(5) + service.LEFT_MS - 1) is State.CLARIFY
    assert state_after(work, number, after_day(5) + service.LEFT_MS) is State.CLOSED
    assert work.log()[-1].said["why"] == "not_clarified"
    assert work.log()[-1].who == "desk"


def test_lp_18_what_has_ended_is_purged_after_day_30(work: Casework) -> None:
    number = work.scoped()
    hashes = [one.sha256 for one in service.papers(work.db, CLERK, number)]
    service.close(work.db, CLERK, number, "withdrawn", T0)
    for day in (29, 30):
        assert state_after(work, number, after_day(day) - 1) is State.CLOSED
    assert service.facts_of(work.db, work.key, number).targets()
    assert state_after(work, number, after_day(30)) is State.PURGED
    left = service.papers(work.db, CLERK, number)
    assert [one.sha256 for one in left] == hashes
    assert {(one.name, one.gone_ms) for one in left} == {("", after_day(30))}
    with pytest.raises(DocumentGone):
        service.facts_of(work.db, work.key, number)
    with pytest.raises(DocumentGone):
        service.verdict_of(work.db, work.key, number)
    for one in left:
        with pytest.raises(DocumentGone):
            service.read(work.db, work.key, CLERK, number, one.number, after_day(30))
    assert service.scope_of(work.db, number) == ()
    rows = str(work.db.execute("SELECT * FROM legal_asked").fetchall())
    assert "pot.collector" not in rows
    assert work.log(Act.LEGAL_MOVED)[-1].said["documents"] == len(left)


def test_what_was_purged_is_in_no_page_of_the_file(work: Casework, tmp_path: Path) -> None:
    """Every page is decrypted, the free ones included, and searched for the names and for every wrapped key."""
    work.scoped(change={"docket": "another"})
    number = work.scoped(change={"targets": [{"kind": "handle", "value": f"pot.{at}.collector"} for at in range(20)]})
    secrets = [f"pot.{at}.collector".encode() for at in range(20)]
    for (key,) in work.db.execute(
        "SELECT wrapped_key FROM legal_document_key JOIN legal_document AS d ON d.n = document WHERE d.request = ?",
        (number,),
    ).fetchall():
        secrets.append(bytes(key))
    work.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before = decrypted(tmp_path / "desk.db", work.keys)
    assert all(secret in before for secret in secrets), "the pages are read rightly"
    service.close(work.db, CLERK, number, "withdrawn", T0)
    service.step(work.db, after_day(30))
    after = decrypted(tmp_path / "desk.db", work.keys)
    assert [secret for secret in secrets if secret in after] == []
    assert b"pot.collector" in after  # the other request stays


def test_each_room_shreds_what_it_keeps_before_the_request_is_purged(work: Casework) -> None:
    number = work.submitted()
    service.close(work.db, CLERK, number, "forged", T0)
    seen = []

    def shred(db: Db, which: int, at_ms: int) -> None:
        seen.append((which, at_ms, service.of(db, which).state, db.in_transaction))

    def broken(*_: object) -> None:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        service.step(work.db, after_day(30), (shred, broken))
    assert work.of(number).state is State.CLOSED
    assert documents.opened(work.db, work.key, 1)
    assert service.step(work.db, after_day(30), (shred,)) == 1
    assert seen == [(number, after_day(30), State.CLOSED, True)] * 2
    assert service.step(work.db, after_day(31), (shred,)) == 0


def test_nothing_is_purged_while_any_of_it_is_there(work: Casework) -> None:
    number = work.scoped()
    service.close(work.db, CLERK, number, "withdrawn", T0)
    with pytest.raises(Exception, match="what a purged request was made of is gone"):
        service.move(work.db, number, State.PURGED, "desk", T0)
    for sql in (
        "UPDATE legal_document SET gone_ms = 1",
        "UPDATE legal_document SET gone_ms = 1, ciphertext = x'', name = ''",
        "DELETE FROM legal_document",
        "DELETE FROM legal_document_key",
        "UPDATE legal_document_key SET wrapped_key = randomblob(length(wrapped_key))",
    ):
        with pytest.raises(IntegrityError, match=GUARD):
            work.db.execute(sql)


def test_what_is_not_closed_is_not_shredded(work: Casework) -> None:
    work.submitted()
    for sql in (
        "UPDATE legal_document_key SET wrapped_key = zeroblob(length(wrapped_key))",
        "UPDATE legal_document SET gone_ms = 1, ciphertext = x'', name = ''",
    ):
        with pytest.raises(IntegrityError, match=GUARD):
            work.db.execute(sql)


def test_what_cannot_be_purged_does_not_keep_the_others(work: Casework) -> None:
    stuck, number = work.submitted(), work.submitted()
    work.db.execute(
        f"CREATE TRIGGER something_is_there BEFORE UPDATE OF state ON legal_request WHEN NEW.state = 'purged'"
        f" AND NEW.n = {stuck} BEGIN SELECT RAISE(ABORT, 'a room keeps something still'); END"
    )
    for each in (stuck, number):
        service.close(work.db, CLERK, each, "forged", T0)
    assert service.step(work.db, after_day(30)) == 1
    assert (work.of(stuck).state, work.of(number).state) == (State.CLOSED, State.PURGED)
    assert {one.gone_ms for one in service.papers(work.db, CLERK, stuck)} == {None}


async def test_a_clock_that_is_not_believed_ends_nothing(work: Casework) -> None:
    number = work.submitted()
    service.close(work.db, CLERK, number, "forged", T0)
    believed = False
    at = after_day(40)
    living = Living(work.db, lambda: at, lambda ms: believed and ms == at, (service.step,))
    assert await living.step() == 0
    assert work.of(number).state is State.CLOSED
    believed = True
    assert await living.step() == 0
    assert work.of(number).state is State.PURGED
