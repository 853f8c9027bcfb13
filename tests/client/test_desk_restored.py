# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Own reports, appeals and decisions out of a backup: what one that was made up gains, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.client.backup import contents
from privity.client.backup.desk_records import MAX_RECORDS, checked
from privity.client.engine import from_desk, safety_inputs
from privity.client.engine.desk_restored import RESTORED_STATEMENTS
from privity.client.engine.from_backup import FromDesk
from privity.client.engine.from_desk import (
    MAX_APPEALS,
    MAX_FOREIGN,
    MAX_LINES,
    MAX_MADE,
    MAX_OUTCOME,
    MAX_STATEMENT,
    MAX_STATEMENTS,
    MAX_WORD,
    Line,
    OwnAppeal,
    OwnReport,
)
from privity.client.engine.inputs import TakeFromDesk
from privity.client.errors import BackupMalformed, CommandRefused
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message.appeal import MAX_TEXT, About
from privity.message.report import MAX_MESSAGES, Reason, Subject
from privity.wire.socket import InboxKind
from privity.wire.standing import Statement, StatementKind
from tests.client.fake_hub import Phone, World
from tests.client.test_from_desk import bring, line

RANDOM = Random(7)
NOW_MS = 1_800_000_000_000
REPORT = OwnReport(
    "r-1",
    NOW_MS,
    int(Subject.MESSAGES),
    new_user_uri("hub.example", RANDOM.randbytes),
    new_room_uri("hub.example", RANDOM.randbytes),
    int(Reason.FRAUD),
    3,
    escalated=True,
    lines=(Line(NOW_MS, "they were warned"),),
)
APPEAL = OwnAppeal(int(About.DECISION), "d-1", NOW_MS, "a-1", "the teapot was mine", (Line(NOW_MS, "it stands"),))
STATEMENT = Statement("d-1", StatementKind.DECIDED, NOW_MS, "warned", "spam", "forty teapots", None, NOW_MS + 90)


def take(phone: Phone, *records: FromDesk) -> int:
    taken = phone.do(lambda n: TakeFromDesk(n, records))
    assert isinstance(taken, int)
    return taken


def reports(phone: Phone) -> dict[str, OwnReport]:
    return {each.receipt: each for each in from_desk.reports(phone.view)}


def invented(many: int, subject: int | None = 0, at_ms: int = NOW_MS) -> Sequence[OwnReport]:
    return [OwnReport(f"invented-{number}", at_ms, subject) for number in range(many)]


def decided() -> list[Statement]:
    return [msgspec.structs.replace(STATEMENT, reference=f"d-{number}") for number in range(MAX_STATEMENTS + 5)]


def reported(phone: Phone, bob: Phone) -> str:
    make = safety_inputs.ReportUnread
    return str(phone.do(lambda n: make(n, Subject.PERSON, bob.user, "", Reason.SPAM, "teapots")))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Phone:
    return world.person()


def test_it_all_comes_back_as_from_a_backup_and_twice_is_harmless(alice: Phone) -> None:
    assert take(alice, REPORT, APPEAL, STATEMENT) == 3
    (report,), (appeal,) = from_desk.reports(alice.view), from_desk.appeals(alice.view)
    assert report == msgspec.structs.replace(REPORT, from_backup=True)
    assert appeal == msgspec.structs.replace(APPEAL, from_backup=True)
    assert from_desk.statements(alice.view) == [STATEMENT]
    assert take(alice, REPORT, APPEAL, STATEMENT) == 0


def test_what_stands_here_stays_as_it_is(world: World, alice: Phone) -> None:
    bob = world.person()
    receipt = reported(alice, bob)
    alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", "mine"))
    bring(world, alice, InboxKind.STATEMENT, msgspec.json.encode(STATEMENT))
    before = from_desk.reports(alice.view), from_desk.appeals(alice.view), from_desk.statements(alice.view)
    other = msgspec.structs.replace(STATEMENT, text="another text")
    assert take(alice, msgspec.structs.replace(REPORT, receipt=receipt), APPEAL, other) == 0
    assert (from_desk.reports(alice.view), from_desk.appeals(alice.view), from_desk.statements(alice.view)) == before


def test_a_report_of_which_only_the_outcome_came_says_what_was_reported(world: World, alice: Phone) -> None:
    bring(world, alice, InboxKind.REPORT_OUTCOME, line("r-1", "somebody looks at it", NOW_MS - 5))
    assert take(alice, REPORT) == 1
    kept = reports(alice)["r-1"]
    assert (kept.subject, kept.user_uri, kept.from_backup) == (REPORT.subject, REPORT.user_uri, True)
    assert kept.lines == (Line(NOW_MS - 5, "somebody looks at it"), *REPORT.lines)


def test_lines_of_a_backup_push_none_out_that_the_hub_brought(world: World, alice: Phone) -> None:
    bodies = [line("r-1", f"line {number}", number) for number in range(MAX_LINES - 1)]
    bring(world, alice, InboxKind.REPORT_OUTCOME, *bodies)
    flood = tuple(Line(NOW_MS + number, "invented") for number in range(MAX_LINES))
    take(alice, msgspec.structs.replace(REPORT, lines=flood))
    lines = reports(alice)["r-1"].lines
    assert [each.text for each in lines] == [*(f"line {number}" for number in range(MAX_LINES - 1)), "invented"]


@pytest.mark.parametrize(("subject", "most"), [(0, MAX_MADE), (None, MAX_FOREIGN)], ids=["made", "heard of"])
def test_no_more_come_back_than_there_is_place_for(world: World, alice: Phone, subject: int | None, most: int) -> None:
    bob = world.person()
    mine = reported(alice, bob)
    bring(world, alice, InboxKind.REPORT_OUTCOME, line("heard", "of another device"))
    assert take(alice, *invented(most + 5, subject)) == most - 1
    assert {mine, "heard"} <= set(reports(alice))
    more = reported(alice, bob)
    bring(world, alice, InboxKind.REPORT_OUTCOME, line("heard too", "of another device"))
    kept = reports(alice)
    assert {mine, more, "heard too"} <= set(kept)
    assert sum(each.subject == subject for each in kept.values()) <= most


def test_places_of_appeals_and_decisions_end_as_well(alice: Phone) -> None:
    appeals = [msgspec.structs.replace(APPEAL, reference=f"d-{number}") for number in range(MAX_APPEALS + 5)]
    assert take(alice, *appeals, *decided()) == MAX_APPEALS + RESTORED_STATEMENTS


def test_decisions_that_a_backup_made_up_hide_none_that_the_hub_brings(world: World, alice: Phone) -> None:
    take(alice, *decided())
    true = [msgspec.structs.replace(STATEMENT, reference=f"true-{each}", at_ms=each) for each in range(50)]
    bring(world, alice, InboxKind.STATEMENT, *map(msgspec.json.encode, true))
    assert {each.reference for each in true} <= {each.reference for each in from_desk.statements(alice.view)}


def test_an_appeal_that_a_backup_made_up_keeps_nobody_from_appealing(world: World, alice: Phone) -> None:
    take(alice, msgspec.structs.replace(APPEAL, lines=()))
    alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", "my own words"))
    (kept,) = from_desk.appeals(alice.view)
    assert (kept.text, kept.from_backup) == ("my own words", False)
    with pytest.raises(CommandRefused, match="already"):
        alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", "once more"))


def test_an_appeal_under_the_receipt_of_a_report_takes_no_answer_away(world: World, alice: Phone) -> None:
    bob = world.person()
    receipt = reported(alice, bob)
    assert take(alice, msgspec.structs.replace(APPEAL, receipt=receipt)) == 0
    bring(world, alice, InboxKind.REPORT_OUTCOME, line(receipt, "they were warned"))
    assert [each.text for each in reports(alice)[receipt].lines] == ["they were warned"]
    taken = msgspec.structs.replace(APPEAL, reference="d-2", receipt="r-1", lines=())
    assert take(alice, taken, REPORT) == 2, "the appeal stands here before the report of its receipt"
    bring(world, alice, InboxKind.REPORT_OUTCOME, line("r-1", "another word"))
    assert "another word" in [each.text for each in reports(alice)["r-1"].lines]
    assert [each.lines for each in from_desk.appeals(alice.view)] == [()]


LATE_MS = NOW_MS + 1
BAD: dict[str, contents.OfDesk] = {
    "a report without a receipt": contents.Reported(msgspec.structs.replace(REPORT, receipt="")),
    "a long receipt": contents.Reported(msgspec.structs.replace(REPORT, receipt="r" * (MAX_WORD + 1))),
    "a long receipt of the desk": contents.Reported(msgspec.structs.replace(REPORT, desk_receipt="r" * (MAX_WORD + 1))),
    "a report to come": contents.Reported(msgspec.structs.replace(REPORT, at_ms=LATE_MS)),
    "a report before time": contents.Reported(msgspec.structs.replace(REPORT, at_ms=-1)),
    "an unknown subject": contents.Reported(msgspec.structs.replace(REPORT, subject=99)),
    "an unknown reason": contents.Reported(msgspec.structs.replace(REPORT, reason=-3)),
    "too many messages": contents.Reported(msgspec.structs.replace(REPORT, messages=MAX_MESSAGES + 1)),
    "nobody's address": contents.Reported(msgspec.structs.replace(REPORT, user_uri="https://teapots.example")),
    "no room": contents.Reported(msgspec.structs.replace(REPORT, room_uri=REPORT.user_uri)),
    "too many lines": contents.Reported(msgspec.structs.replace(REPORT, lines=REPORT.lines * (MAX_LINES + 1))),
    "a long line": contents.Reported(msgspec.structs.replace(REPORT, lines=(Line(1, "x" * (MAX_OUTCOME + 1)),))),
    "a line to come": contents.Reported(msgspec.structs.replace(REPORT, lines=(Line(LATE_MS, "soon"),))),
    "an appeal against nothing": contents.Appealed(msgspec.structs.replace(APPEAL, reference="")),
    "an unknown kind of appeal": contents.Appealed(msgspec.structs.replace(APPEAL, about=99)),
    "a book of an appeal": contents.Appealed(msgspec.structs.replace(APPEAL, text="ü" * (MAX_TEXT // 2 + 1))),
    "an appeal to come": contents.Appealed(msgspec.structs.replace(APPEAL, at_ms=LATE_MS)),
    "an appeal without a receipt": contents.Appealed(msgspec.structs.replace(APPEAL, receipt="")),
    "a long reason": contents.Decided(msgspec.structs.replace(STATEMENT, text="x" * (MAX_STATEMENT + 1))),
    "a long word": contents.Decided(msgspec.structs.replace(STATEMENT, action="x" * (MAX_WORD + 1))),
    "a decision of nothing": contents.Decided(msgspec.structs.replace(STATEMENT, reference="")),
    "a decision to come": contents.Decided(msgspec.structs.replace(STATEMENT, at_ms=LATE_MS)),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_device_could_have_kept_is_refused(name: str) -> None:
    with pytest.raises(BackupMalformed, match="values that none has"):
        checked(contents.decode(contents.encode(BAD[name])), NOW_MS)  # type: ignore[arg-type]  # one of these it is


@pytest.mark.parametrize(
    "record",
    [contents.Reported(REPORT), contents.Appealed(APPEAL), contents.Decided(STATEMENT)],
    ids=["report", "appeal", "statement"],
)
def test_what_a_device_keeps_passes(record: contents.OfDesk) -> None:
    assert contents.decode(contents.encode(record)) == record
    assert checked(record, NOW_MS) in (REPORT, APPEAL, STATEMENT)


@given(st.binary(max_size=64), st.integers(0, 400))
def test_broken_bytes_of_a_record_are_refused_or_another_record(noise: bytes, at: int) -> None:
    whole = contents.encode(contents.Reported(REPORT))
    data = whole[:at] + noise + whole[at + len(noise) :]
    try:
        record = contents.decode(data)
    except BackupMalformed:
        return
    if isinstance(record, contents.Reported | contents.Appealed | contents.Decided):
        try:
            checked(record, NOW_MS)
        except BackupMalformed:
            return
        assert contents.decode(contents.encode(record)) == record


def test_the_bound_of_a_backup_is_that_of_a_device() -> None:
    assert MAX_RECORDS == MAX_MADE + MAX_FOREIGN + MAX_APPEALS + MAX_STATEMENTS
