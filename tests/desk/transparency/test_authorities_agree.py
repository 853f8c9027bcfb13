# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Requests of authorities: log and tables say the same, or there is no report; and nothing is taken out of the log."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.desk.audit import export, log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.audit.errors import AuditBroken, BadEntry
from privity.desk.audit.verify import verify
from privity.desk.db.database import open_database
from privity.desk.db.transaction import transaction
from privity.desk.legal.notices import service as noticed
from privity.desk.legal.releasing import delivering
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Ending, State
from privity.desk.transparency import service
from privity.desk.transparency.authorities import reading
from privity.desk.transparency.compute import compute_exactly
from privity.desk.transparency.errors import EntryUnreadable, ReportDisagrees
from tests.desk.audit.logs import KEY, noted, rewritten
from tests.desk.legal.notices.post import REVIEWER, Post
from tests.desk.legal.releasing.floor import DAY_MS
from tests.desk.transparency.requests_made import PERIOD, Year


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Read by many tests, and changed by none."""
    year = Year.at(tmp_path_factory.mktemp("year")).everything()
    yield year
    year.db.close()


@pytest.fixture
def again(whole: Year, tmp_path: Path) -> Iterator[Year]:
    """The same desk on a copy of its disk, for whoever changes something behind its back."""
    (path,) = (file for _, name, file in whole.db.execute("PRAGMA database_list").fetchall() if name == "main")
    whole.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(path, tmp_path / "desk.db")
    floor = copy.copy(whole.floor)
    floor.db = open_database(tmp_path / "desk.db", floor.keys)
    floor.db.execute("PRAGMA foreign_keys = OFF")
    yield Year(Post(floor))
    floor.db.close()


def test_what_the_services_do_is_what_is_counted(whole: Year) -> None:
    exact = compute_exactly(whole.entries, PERIOD).exact
    rows = {(row.country, row.instrument): row for row in exact.asked}
    subpoena = rows["US", "us.sca.subpoena"]
    assert (exact.filed, subpoena.received, subpoena.rejected, subpoena.produced_in_full) == (9, 4, 1, 1)
    assert (subpoena.accounts, subpoena.preserved) == (1, 0)
    assert rows["NO", "any.foreign_direct"].rejected == 1
    assert (rows["AT", "eu.epoc"].clarified, rows["AT", "eu.epoc_pr"].preserved) == (1, 1)
    assert sum(row.received for row in exact.asked) == 7, "two came from whom nobody could verify"
    classes = {row.data_class: row for row in exact.classes}
    assert (classes["subscriber"].asked, classes["subscriber"].released, classes["subscriber"].denied) == (7, 1, 2)
    assert {(row.of, row.code) for row in exact.rejected} >= {("ground", "overbroad_time")}
    notices = exact.notices
    assert (notices.people, notices.told, notices.objections, notices.goes_on, notices.gagged) == (1, 1, 1, 1, 2)
    assert notices.gag_days == pytest.approx(90, abs=0.1)
    assert (exact.fraud.forged, exact.fraud.unverified, exact.fetched) == (1, 1, 1)
    assert [(row.kind, row.ordered, row.taken) for row in exact.holds] == [("term", 1, 1)]
    (produced,) = [row for row in exact.waited if (row.what, row.instrument) == ("produced", "")]
    assert produced.count == 1 and 0 <= produced.median_h == produced.max_h < 1


def test_a_bar_that_was_lifted_barred_to_that_day_and_no_longer(again: Year) -> None:
    """What the auditor counts is how long people were really not told."""
    before = compute_exactly(again.entries, PERIOD).exact.notices.gag_days
    for number in [entry.said["bar"] for entry in again.entries if entry.act is Act.LEGAL_BARRED]:
        (request,) = again.db.execute("SELECT request FROM legal_bar WHERE n = ?", (number,)).fetchone()
        now_ms = again.floor.later()
        said = noticed.lift(again.db, REVIEWER, request, int(str(number)), "the court", now_ms, now_ms)
        noticed.lift_confirmed(again.db, again.floor.senior, request, said.bar, said.number, again.floor.later())
    after = compute_exactly(again.entries, PERIOD).exact.notices.gag_days
    assert before is not None and after is not None and after < 2 < before
    again.report()
    again.db.execute("DROP TRIGGER legal_bar_lifted_loses_none")
    again.db.execute("DELETE FROM legal_bar_lifted WHERE bar = 1")
    with pytest.raises(ReportDisagrees, match="bars lifted"):
        again.report()


def test_that_others_are_named_is_counted_from_the_log_and_agrees(again: Year) -> None:
    number = again.post.collected()
    decision = requests.of(again.db, number).decision
    for trigger in ("legal_naming_takes_two", "legal_naming_is_no_wider", "legal_naming_is_settled_once"):
        again.db.execute(f"DROP TRIGGER {trigger}")
    entry = again.entries[-1].n
    again.db.execute(
        "INSERT INTO legal_naming_confirmed VALUES (?, ?, 'staff:1', ?)", (decision, again.floor.later(), entry)
    )
    with pytest.raises(ReportDisagrees, match="others are named"):
        again.report()


def test_lp_29_totals_recompute_from_the_log_and_agree_with_the_tables(whole: Year) -> None:
    made = whole.report()
    assert made.authorities and made.orders_counted
    assert compute_exactly(whole.entries, PERIOD).report.authorities == made.authorities
    counted = compute_exactly(whole.entries, PERIOD).exact.counted
    for what in (
        *(f"moves: {state}" for state in ("submitted", "verified", "rejected", "released", "delivered", "closed")),
        "requests filed",
        "requests received",
        "decisions: preserve",
        "verdicts that release subscriber",
        "productions released: production",
        "downloads",
        "holds taken",
        "bars: order",
        "people to be told",
        "notices sent",
        "people told",
        "objections",
        "objections answered: goes_on",
    ):
        assert counted[what] > 0, f"{what} is compared with nothing"


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE legal_request SET received_ms = 1 WHERE n = 2", "requests filed"),
        ("DELETE FROM legal_move WHERE new = 'rejected' AND request = 2", "moves: rejected"),
        ("UPDATE legal_move SET at_ms = 1 WHERE new = 'released'", "moves: released"),
        ("UPDATE legal_move SET request = 2 WHERE new = 'rejected'", "requests rejected"),
        ("UPDATE legal_verdict SET action = 'refer' WHERE n = 1", "verdicts: "),
        (
            "DELETE FROM legal_release WHERE verdict = 1 AND data_class = 'subscriber'",
            "verdicts that release subscriber",
        ),
        ("UPDATE legal_decision SET outcome = 'accept' WHERE outcome = 'clarify'", "decisions: "),
        ("UPDATE production SET kind = 'refusal' WHERE n = 1", "productions "),
        ("UPDATE production SET logged_ms = 1, approved_ms = 1 WHERE n = 1", "productions released: production"),
        ("DELETE FROM production_download", "downloads"),
        ("UPDATE legal_hold SET taken_ms = 1", "holds taken"),
        ("UPDATE legal_bar SET kind = 'law' WHERE kind = 'order'", "bars: "),
        ("UPDATE legal_notice_plan SET people = people + 1 WHERE people > 0", "people to be told"),
        ("UPDATE legal_notice_sent SET at_ms = 1", "notices sent"),
        ("UPDATE legal_notice_told SET at_ms = 1", "people told"),
        ("UPDATE legal_objection SET lodged_ms = 1", "objections"),
        ("UPDATE legal_objection_answer SET answer = 'stopped'", "objections answered: "),
    ],
)
def test_lp_29_a_changed_table_ends_the_report_by_name(again: Year, statement: str, says: str) -> None:
    table = statement.removeprefix("DELETE FROM ").removeprefix("UPDATE ").partition(" ")[0]
    guards = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    for (name,) in again.db.execute(guards, (table,)).fetchall():
        again.db.execute(f"DROP TRIGGER {name}")
    assert again.db.execute(statement).rowcount > 0
    with pytest.raises(ReportDisagrees, match=says):
        again.report()


COMPARED = (
    Act.LEGAL_FILED,
    Act.LEGAL_MOVED,
    Act.LEGAL_EVALUATED,
    Act.LEGAL_JUDGED,
    Act.PRODUCTION_REVIEWED,
    Act.PRODUCTION_RELEASED,
    Act.PRODUCTION_RELEASED_BY,
    Act.PRODUCTION_READY,
    Act.PRODUCTION_FETCHED,
    Act.HOLD_TAKEN,
    Act.LEGAL_BARRED,
    Act.LEGAL_NOTICES_PLANNED,
    Act.LEGAL_NOTICE_SENT,
    Act.LEGAL_NOTICE_TOLD,
    Act.LEGAL_OBJECTED,
    Act.LEGAL_OBJECTION_ANSWERED,
)


@pytest.mark.parametrize("act", COMPARED, ids=str)
def test_lp_29_an_entry_that_was_left_out_ends_the_report_by_name(again: Year, act: Act) -> None:
    """Rewritten whole by the owner of the key, so that the log by itself holds: the tables still say what happened."""
    entries = again.entries
    place = next(at for at, entry in enumerate(entries) if entry.act is act)
    rewritten(again.db, [_at(n, one).encode() for n, one in enumerate([*entries[:place], *entries[place + 1 :]])])
    with pytest.raises((ReportDisagrees, EntryUnreadable)):
        again.report()


@pytest.mark.parametrize("act", COMPARED, ids=str)
def test_lp_29_an_entry_without_an_act_ends_the_report_by_name(again: Year, act: Act) -> None:
    entries = again.entries
    genuine = next(entry for entry in entries if entry.act is act)
    rewritten(again.db, [*(one.encode() for one in entries), _at(len(entries), genuine).encode()])
    with pytest.raises(ReportDisagrees):
        again.report()


@pytest.mark.parametrize("act", sorted(reading.OF_REQUESTS - {Act.LEGAL_NOBODY_TOLD, Act.LEGAL_AUTHORITY_INFORMS}))
def test_an_entry_that_says_too_little_ends_the_report_by_name(whole: Year, act: Act) -> None:
    """Each member that the report reads is needed: without any of them there is no report, not another one."""
    found = next((entry for entry in whole.entries if entry.act is act), None)
    kind = reading._READ[act]
    if found is None or not kind.__struct_fields__ or kind is reading.Moved:
        return
    needed = [name for name, default in zip(kind.__struct_fields__, _defaults(kind), strict=True) if default]
    assert needed
    for name in needed:
        said = {key: value for key, value in found.said.items() if key != name}
        with pytest.raises(EntryUnreadable, match=act.value.replace(".", r"\.")):
            reading.read(Entry(found.n, found.at_ms, found.who, act, found.about, said))


def _defaults(kind: type[reading.Fact]) -> list[bool]:
    """Whether each member has to be there."""
    count = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
    return [at < count for at in range(len(kind.__struct_fields__))]


def test_a_verified_request_says_what_it_is(whole: Year) -> None:
    entry = next(one for one in whole.entries if one.said.get("to") == State.VERIFIED)
    said = {key: value for key, value in entry.said.items() if key != "emergency"}
    with pytest.raises(EntryUnreadable, match="says whether it is an emergency"):
        reading.read(Entry(entry.n, entry.at_ms, entry.who, entry.act, entry.about, said))


@pytest.mark.parametrize("about", ["", "case:1"])
def test_an_entry_about_no_request_ends_the_report(whole: Year, about: str) -> None:
    entry = next(one for one in whole.entries if one.act is Act.LEGAL_MOVED)
    with pytest.raises(EntryUnreadable, match="which request it is about"):
        reading.read(Entry(entry.n, entry.at_ms, entry.who, entry.act, about, entry.said))


def test_who_has_the_exported_log_computes_the_same(whole: Year, tmp_path: Path) -> None:
    size = log.size(whole.db)
    with transaction(whole.db):
        note = log.sign(whole.db, whole.floor.office.log.name, whole.floor.keys.audit)
    export.write(tmp_path / "audit.jsonl", note, log.entries(whole.db, 0, size))
    found = service.of_export(tmp_path / "audit.jsonl", PERIOD, whole.floor.office.log)
    assert found.authorities == whole.report().authorities


def test_lp_30_every_change_of_an_entry_about_a_request_is_found(whole: Year) -> None:
    """Each entry left out, put behind the next, or said otherwise; by whoever holds the key, who signs it all anew."""
    entries = whole.entries
    genuine = [entry.encode() for entry in entries]
    kept = noted(genuine)
    verify(genuine, KEY, [kept])
    legal = [entry for entry in entries if reading.read(entry) is not None]
    assert len({entry.act for entry in legal}) >= 15
    for entry in legal:
        at = entry.n
        left_out = [*genuine[:at], *genuine[at + 1 :]]
        swapped = [*genuine[:at], *genuine[at : at + 2][::-1], *genuine[at + 2 :]]
        otherwise = Entry(at, entry.at_ms, entry.who, entry.act, entry.about, {**entry.said, "why": "another story"})
        edited = [*genuine[:at], otherwise.encode(), *genuine[at + 1 :]]
        for changed in (left_out, _renumbered(left_out), swapped, _renumbered(swapped), edited):
            if changed != genuine:
                assert _found_out(changed, kept), (at, entry.act)


def _found_out(changed: list[bytes], kept: object) -> bool:
    try:
        verify(changed, KEY, [kept, noted(changed)])  # type: ignore[list-item]
    except (AuditBroken, BadEntry):
        return True
    return False


def _renumbered(entries: list[bytes]) -> list[bytes]:
    return [_at(n, Entry.decode(data)).encode() for n, data in enumerate(entries)]


def _at(n: int, entry: Entry) -> Entry:
    return Entry(n, entry.at_ms, entry.who, entry.act, entry.about, entry.said)


def test_lp_29_a_request_that_was_purged_since_agrees_with_the_log_all_the_same(again: Year) -> None:
    """What it was about is gone from the tables; how often something happened is not."""
    requests.step(again.db, again.floor.later(60 * DAY_MS), (noticed.purge, delivering.purge))
    (purged,) = again.db.execute("SELECT count(*) FROM legal_request WHERE state = 'purged'").fetchone()
    assert purged >= 3
    assert again.report().authorities


def test_what_ended_unverified_is_told_apart_from_what_was_forged(tmp_path: Path) -> None:
    year = Year.at(tmp_path)
    for why in (Ending.FORGED, Ending.FORGED, Ending.UNVERIFIED, Ending.DUPLICATE):
        year.ended(why)
    exact = compute_exactly(year.entries, PERIOD).exact
    assert (exact.filed, exact.fraud.forged, exact.fraud.unverified, exact.asked) == (4, 2, 1, [])
    year.report()
    year.db.close()
