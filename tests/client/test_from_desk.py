# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a device reports without a message, what it remembers of the desk, and what a hub that invents things gains."""

from __future__ import annotations

import msgspec
import pytest

from privity.client.engine import from_desk, safety_inputs
from privity.client.engine.calls import Call
from privity.client.engine.from_desk import MAX_FOREIGN, MAX_LINES, MAX_STATEMENTS, Line
from privity.client.engine.shown import HeardFromDesk, Notice
from privity.client.errors import CommandRefused
from privity.message.appeal import MAX_TEXT, About, Appeal
from privity.message.report import MAX_NOTE, AbuseReport, Reason, Subject
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Inbox, InboxKind
from privity.wire.standing import OwnStanding, ReportLine, StandingState, Statement, StatementKind
from tests.client.fake_hub import Phone, World
from tests.client.hostile_hub import tell
from tests.hub_effects import NOTICE, asked_for


@pytest.fixture
def world() -> World:
    return World()


def pair(world: World) -> tuple[str, Phone, Phone]:
    alice, bob = world.person(), world.person()
    return alice.direct(bob), alice, bob


def bring(world: World, phone: Phone, kind: InboxKind, *bodies: bytes) -> None:
    box = world.hub.inboxes[phone.client]
    for body in bodies:
        box.append(Inbox(len(box) + 1, kind, "", 0, body))
        tell(world, phone, box[-1])


def line(receipt: str, text: str, at_ms: int = 5) -> bytes:
    return msgspec.json.encode(ReportLine(receipt, text, at_ms))


def statement(reference: str = "d-1", at_ms: int = 5, kind: StatementKind = StatementKind.DECIDED) -> Statement:
    return Statement(reference, kind, at_ms, "warned", "spam", "Nobody wants forty teapots.", None, 90)


def heard(phone: Phone) -> list[HeardFromDesk]:
    return [what for what in phone.shown if isinstance(what, HeardFromDesk)]


@pytest.mark.parametrize(
    ("subject", "person", "place"),
    [
        (Subject.PERSON, True, False),
        (Subject.PERSON, True, True),
        (Subject.ROOM, False, True),
        (Subject.PROFILE, True, False),
        (Subject.INVITATION, True, True),
    ],
)
def test_what_was_not_read_is_reported_without_messages_and_remembered(
    world: World, subject: Subject, person: bool, place: bool
) -> None:
    room, alice, bob = pair(world)
    user, where = bob.user if person else "", room if place else ""
    receipt = alice.do(lambda n: safety_inputs.ReportUnread(n, subject, user, where, Reason.SPAM, "teapots"))
    report = world.open_report(world.hub.reports[-1])
    assert report == AbuseReport(alice.user, user, where, Reason.SPAM, "teapots", (), subject)
    (kept,) = from_desk.reports(alice.view)
    assert (kept.receipt, kept.subject, kept.user_uri, kept.room_uri) == (receipt, subject, user, where)
    assert (kept.messages, kept.lines, kept.escalated) == (0, (), False)


def test_messages_can_show_a_person_and_be_passed_on_by_a_moderator(world: World) -> None:
    room, alice, bob = pair(world)
    said = bob.say(room, "buy my teapots")
    alice.do(
        lambda n: safety_inputs.Report(n, room, (said,), Reason.SPAM, "", subject=Subject.PERSON, escalated_for="")
    )
    report = world.open_report(world.hub.reports[-1])
    assert (report.subject, report.escalated_for, len(report.messages)) == (Subject.PERSON, "", 1)
    assert from_desk.reports(alice.view)[0].escalated


def test_several_messages_of_one_person_go_in_one_report(world: World) -> None:
    room, alice, bob = pair(world)
    said = tuple(bob.say(room, f"teapot {n}") for n in range(5))
    own = alice.say(room, "no, thank you")
    alice.do(lambda n: safety_inputs.Report(n, room, said, Reason.SPAM, ""))
    assert len(world.open_report(world.hub.reports[-1]).messages) == 5
    assert from_desk.reports(alice.view)[0].messages == 5
    with pytest.raises(CommandRefused):
        alice.do(lambda n: safety_inputs.Report(n, room, (*said, own), Reason.SPAM, ""))
    assert len(world.hub.reports) == 1


def test_nobody_reports_themselves_or_writes_a_book(world: World) -> None:
    _, alice, bob = pair(world)
    with pytest.raises(CommandRefused, match="own address"):
        alice.do(lambda n: safety_inputs.ReportUnread(n, Subject.PERSON, alice.user, "", Reason.SPAM, ""))
    with pytest.raises(CommandRefused, match="at most"):
        alice.do(
            lambda n: safety_inputs.ReportUnread(n, Subject.PERSON, bob.user, "", Reason.SPAM, "x" * (MAX_NOTE + 1))
        )
    assert world.hub.reports == [] and from_desk.reports(alice.view) == []


def test_a_report_that_the_hub_refuses_is_not_remembered(world: World) -> None:
    _, alice, bob = pair(world)

    def refuse(phone: Phone, call: Call) -> None:
        if call.path == "/v1/reports":
            raise Refusal(Code.TOO_MANY, "later")

    world.hub.refuse = refuse
    with pytest.raises(Refusal):
        alice.do(lambda n: safety_inputs.ReportUnread(n, Subject.PERSON, bob.user, "", Reason.SPAM, ""))
    assert from_desk.reports(alice.view) == []


def test_what_became_of_a_report_is_kept_with_it_once(world: World) -> None:
    _, alice, bob = pair(world)
    receipt = str(alice.do(lambda n: safety_inputs.ReportUnread(n, Subject.PERSON, bob.user, "", Reason.SPAM, "")))
    bring(world, alice, InboxKind.REPORT_OUTCOME, *[line(receipt, "somebody looks at it")] * 2)
    bring(world, alice, InboxKind.REPORT_OUTCOME, line(receipt, "they were warned", 9))
    (kept,) = from_desk.reports(alice.view)
    assert kept.lines == (Line(5, "somebody looks at it"), Line(9, "they were warned"))
    assert [each.text for each in heard(alice)] == ["somebody looks at it", "they were warned"]
    assert {each.receipt for each in heard(alice)} == {receipt}


def test_the_other_devices_of_the_account_hear_the_outcome_too(world: World) -> None:
    _, alice, bob = pair(world)
    tablet = world.second_device(alice)
    receipt = str(alice.do(lambda n: safety_inputs.ReportUnread(n, Subject.PERSON, bob.user, "", Reason.SPAM, "")))
    bring(world, tablet, InboxKind.REPORT_OUTCOME, line(receipt, "they were warned"))
    (kept,) = from_desk.reports(tablet.view)
    assert (kept.receipt, kept.subject, kept.lines) == (receipt, None, (Line(5, "they were warned"),))


def test_a_line_that_names_no_report_is_said_and_not_kept(world: World) -> None:
    _, alice, _ = pair(world)
    bring(world, alice, InboxKind.REPORT_OUTCOME, b"thank you", b"\xff\xfe", b"{}", b"[" * 5_000)
    assert from_desk.reports(alice.view) == [] and heard(alice) == []
    said = [what.text for what in alice.shown if isinstance(what, Notice)]
    assert "thank you" in said and all(len(text) <= 1_000 for text in said)


def test_outcomes_of_invented_reports_push_out_none_that_was_made(world: World) -> None:
    _, alice, bob = pair(world)
    receipt = str(alice.do(lambda n: safety_inputs.ReportUnread(n, Subject.PERSON, bob.user, "", Reason.SPAM, "")))
    invented = [line(f"invented {n}", "x" * 5_000, n) for n in range(MAX_FOREIGN + 20)]
    bring(world, alice, InboxKind.REPORT_OUTCOME, *invented)
    kept = from_desk.reports(alice.view)
    assert len(kept) == MAX_FOREIGN + 1 and receipt in {each.receipt for each in kept}
    assert max(len(each.text) for report in kept for each in report.lines) <= from_desk.MAX_OUTCOME
    bring(world, alice, InboxKind.REPORT_OUTCOME, *[line(receipt, f"line {n}", n) for n in range(MAX_LINES + 20)])
    (own,) = [each for each in from_desk.reports(alice.view) if each.receipt == receipt]
    assert len(own.lines) == MAX_LINES and own.lines[-1].text == f"line {MAX_LINES + 19}"


def test_a_statement_is_kept_shown_once_and_bounded(world: World) -> None:
    _, alice, _ = pair(world)
    first = msgspec.json.encode(statement())
    bring(world, alice, InboxKind.STATEMENT, first, first)
    assert from_desk.statements(alice.view) == [statement()]
    assert [(each.reference, each.text) for each in heard(alice)] == [("d-1", "Nobody wants forty teapots.")]
    many = [msgspec.json.encode(statement(f"d-{n}", 10 + n)) for n in range(MAX_STATEMENTS + 5)]
    bring(world, alice, InboxKind.STATEMENT, *many, b"not a statement")
    kept = from_desk.statements(alice.view)
    assert len(kept) == MAX_STATEMENTS and kept[0].reference == f"d-{MAX_STATEMENTS + 4}"
    long = msgspec.structs.replace(statement("y" * 900, 10_000), text="x" * 90_000)
    bring(world, alice, InboxKind.STATEMENT, msgspec.json.encode(long))
    newest = from_desk.statements(alice.view)[0]
    assert (len(newest.reference), len(newest.text)) == (from_desk.MAX_WORD, from_desk.MAX_STATEMENT)


def test_statements_that_the_hub_lists_are_taken_over_without_a_second_word(world: World) -> None:
    _, alice, _ = pair(world)
    assert from_desk.standing(alice.view) is None
    told = OwnStanding(StandingState.LIMITED, 5, 90, "d-2", False, 1, [statement("d-2", 9), statement("d-1", 5)])
    for _ in range(2):
        alice.do(lambda n: safety_inputs.HeedStanding(n, told))
    assert from_desk.standing(alice.view) == msgspec.structs.replace(told, statements=[])
    assert [each.reference for each in from_desk.statements(alice.view)] == ["d-2", "d-1"]
    assert heard(alice) == []


def test_an_appeal_goes_sealed_and_once(world: World) -> None:
    _, alice, _ = pair(world)
    receipt = alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", "it was one teapot"))
    appeal = world.open_sealed(world.hub.reports[-1])
    assert appeal == Appeal(About.DECISION, "d-1", alice.user, "it was one teapot")
    (kept,) = from_desk.appeals(alice.view)
    assert (kept.receipt, kept.reference, kept.text) == (receipt, "d-1", "it was one teapot")
    assert "teapot" not in repr(kept)
    with pytest.raises(CommandRefused, match="already"):
        alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", "and a small one"))
    alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.REPORT, "d-1", "another thing of that name"))
    assert len(world.hub.reports) == 2 and from_desk.reports(alice.view) == []


def test_what_the_desk_says_of_an_appeal_stands_with_it_and_opens_the_way_to_another(world: World) -> None:
    _, alice, _ = pair(world)
    receipt = str(alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", "it was one teapot")))
    bring(world, alice, InboxKind.REPORT_OUTCOME, *[line(receipt, "it was not taken: nothing was decided yet")] * 2)
    (kept,) = from_desk.appeals(alice.view)
    assert [each.text for each in kept.lines] == ["it was not taken: nothing was decided yet"]
    assert from_desk.reports(alice.view) == [], "an appeal is no report"
    assert [each.receipt for each in heard(alice)] == [receipt]
    alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", "now it is decided"))
    (again,) = from_desk.appeals(alice.view)
    assert (again.text, again.lines) == ("now it is decided", ())


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MAX_TEXT + 1)], ids=["empty", "blank", "long"])
def test_an_appeal_that_says_nothing_or_too_much_is_refused_here(world: World, text: str) -> None:
    _, alice, _ = pair(world)
    with pytest.raises(CommandRefused):
        alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", text))
    assert world.hub.reports == []


def test_what_was_said_to_the_desk_is_still_there_after_a_crash(world: World) -> None:
    _, alice, bob = pair(world)
    alice.do(lambda n: safety_inputs.ReportUnread(n, Subject.PERSON, bob.user, "", Reason.SPAM, ""))
    alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", "it was one teapot"))
    bring(world, alice, InboxKind.STATEMENT, msgspec.json.encode(statement()))
    before = from_desk.reports(alice.view), from_desk.appeals(alice.view), from_desk.statements(alice.view)
    alice.crash()
    alice.restart()
    assert (from_desk.reports(alice.view), from_desk.appeals(alice.view), from_desk.statements(alice.view)) == before
    with pytest.raises(CommandRefused, match="already"):
        alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.DECISION, "d-1", "again"))


def test_a_notice_of_a_legal_request_is_kept_like_a_statement_and_said_to_be_one(world: World) -> None:
    _, alice, _ = pair(world)
    bring(world, alice, InboxKind.STATEMENT, msgspec.json.encode(asked_for(1 << 40)), msgspec.json.encode(statement()))
    assert [(each.reference, each.legal) for each in heard(alice)] == [(NOTICE, True), ("d-1", False)]
    assert {each.kind for each in from_desk.statements(alice.view)} == {
        StatementKind.LEGAL_REQUEST,
        StatementKind.DECIDED,
    }
    alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.OBJECTION, NOTICE, "it is another teapot"))
    assert world.open_sealed(world.hub.reports[-1]) == Appeal(
        About.OBJECTION, NOTICE, alice.user, "it is another teapot"
    )
    with pytest.raises(CommandRefused, match="already"):
        alice.do(lambda n: safety_inputs.LodgeAppeal(n, About.OBJECTION, NOTICE, "and a small one"))
