# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports come together by what they are about; the same message counts once, and everybody who reports counts."""

from __future__ import annotations

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import service as cases
from privity.desk.cases import store
from privity.desk.cases.gathering import LOOK_AGAIN
from privity.desk.cases.model import Case, Outcome, SubjectKind
from privity.desk.cases.priority import facts_of, priority
from privity.desk.db.transaction import transaction
from privity.desk.intake.findings import Level, Source, State, Subject
from privity.desk.intake.model import AssessedMessage, Assessment, Authorship, Proven, Taken
from privity.message.report import Reason
from tests.desk.house import MODERATOR, OUTCOMES, House

SENT_MS = 1_000


def of_report(house: House, report: int) -> Case:
    found = store.find(house.db, cases.case_of_report(house.db, report))
    assert found is not None
    return found


def test_reports_about_one_account_are_one_case(house: House) -> None:
    accused = house.user()
    first, second = house.report(accused, Level.HUB), house.report(accused, Level.TIP, Level.AUTHORSHIP)
    case = of_report(house, first)
    assert case == of_report(house, second)
    assert (case.kind, case.subject) == (SubjectKind.ACCOUNT, accused)
    assert (case.reports, case.reporters, case.proven, case.level) == (2, 2, 2, Level.AUTHORSHIP)
    assert of_report(house, house.report(house.user(), Level.HUB)).number != case.number


def test_a_room_and_who_is_in_it_are_two_subjects(house: House) -> None:
    accused, room = house.user(), house.room()
    person = of_report(house, house.report(accused, Level.HUB, room=room))
    place = of_report(house, house.report(accused, Level.HUB, room=room, subject=Subject.ROOM))
    assert (place.kind, place.subject) == (SubjectKind.ROOM, room)
    assert place.number != person.number


@pytest.mark.parametrize("subject", [Subject.PERSON, Subject.PROFILE, Subject.INVITATION])
def test_a_report_without_messages_is_a_tip_about_the_account(house: House, subject: Subject) -> None:
    accused = house.user()
    case = of_report(house, house.report(accused, subject=subject))
    assert (case.kind, case.level, case.proven, case.reports) == (SubjectKind.ACCOUNT, Level.TIP, 0, 1)
    assert case.because == ("harassment, not proven",)


def test_a_public_notice_about_nobody_known_is_a_case_of_its_own(house: House) -> None:
    notice = house.report(None, subject=Subject.NOTICE, source=Source.PUBLIC, reporter="notice:abc")
    case = of_report(house, notice)
    assert (case.kind, case.subject) == (SubjectKind.PUBLIC, "notice:abc")
    assert cases.held(house.db, case.number).source == "public"


def test_a_case_that_was_decided_is_followed_by_another_that_names_it(house: House) -> None:
    accused = house.user()
    first = of_report(house, house.report(accused, Level.HUB))
    with transaction(house.db):
        cases.decided(house.db, first.number, who="staff:1", at_ms=house.clock)
    second = of_report(house, house.report(accused, Level.HUB))
    assert (second.earlier, second.reports) == (first.number, 1)


def test_the_same_message_counts_once_and_each_reporter_counts(house: House) -> None:
    accused, message_id = house.user(), house.random(32)
    reporters = [house.user() for _ in range(4)]
    for reporter in [*reporters, reporters[0]]:
        taken(house, accused, reporter, {message_id: Level.HUB})
    case = only(house)
    assert (case.reports, case.reporters, case.proven) == (5, 4, 1)
    taken(house, accused, reporters[1], {message_id: Level.AUTHORSHIP})
    case = only(house)
    assert (case.proven, case.level) == (1, Level.AUTHORSHIP)
    assert store.proven(house.db, case.number) == (1, Level.AUTHORSHIP)


def test_one_page_and_many_pages_give_the_same_cases(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A page is gathered at once; what comes of it is what one report after the other gives."""
    dice = __import__("random").Random(5)
    people, accused, ids = (
        [house.user() for _ in range(9)],
        [house.user() for _ in range(3)],
        [house.random(32) for _ in range(6)],
    )
    page = [
        made(
            number,
            dice.choice(accused),
            dice.choice(people),
            {one: dice.choice((Level.HUB, Level.AUTHORSHIP)) for one in dice.sample(ids, dice.randrange(3))},
            dice.choice(list(Reason)),
            house.clock + number,
        )
        for number in range(1, 60)
    ]
    other = House.at(tmp_path_factory.mktemp("other"))
    for desk, pages in ((house, [page]), (other, [[one] for one in page])):
        gather = desk.batch().gather
        for part in pages:
            with transaction(desk.db):
                rows(desk, part)
                gather(desk.db, part, desk.clock)
    for number in range(1, 4):
        one, many = store.find(house.db, number), store.find(other.db, number)
        assert one is not None and one == many
        assert store.reporting(house.db, number) == store.reporting(other.db, number)
        assert store.proven(house.db, number) == store.proven(other.db, number)
    other.db.close()


def test_a_priority_that_is_not_found_anew_is_the_one_that_would_be_found(house: House) -> None:
    dice = __import__("random").Random(7)
    for _ in range(150):
        accused, people = house.user(), [house.user() for _ in range(LOOK_AGAIN)]
        level, reasons = dice.choice((Level.HUB, Level.AUTHORSHIP)), dice.sample(list(Reason), dice.choice((1, 2)))
        minutes, share = dice.choice((1, 40)), dice.choice((0, 0.2, 1))
        house.db.executemany(
            "INSERT INTO reporter (user_uri, reports, upheld, dismissed, abusive, reported_ms)"
            " VALUES (?, 99, 99, 0, 0, 0)",
            [(one,) for one in dice.sample(people, dice.choice((0, 3, 4, LOOK_AGAIN)))],
        )
        for reporter in people:
            house.clock += minutes * 60_000
            house.reports += 1
            proven = {house.random(32): level} if dice.random() < share else {}
            one = made(house.reports, accused, reporter, proven, dice.choice(reasons), house.clock)
            with transaction(house.db):
                rows(house, [one])
                house.batch().gather(house.db, [one], house.clock)
            case = of_report(house, house.reports)
            assert case.priority == priority(facts_of(store.reporting(house.db, case.number))).number


def test_deadline_is_the_earliest_of_what_is_reported(house: House) -> None:
    accused = house.user()
    week = of_report(house, house.report(accused, Level.HUB, reason=Reason.SPAM))
    hours = of_report(house, house.report(accused, Level.TIP, reason=Reason.THREAT))
    again = of_report(house, house.report(accused, Level.HUB, reason=Reason.SPAM))
    assert hours.deadline_ms < week.deadline_ms
    assert (again.deadline_ms, again.deadline_basis) == (hours.deadline_ms, hours.deadline_basis)
    assert again.reasons == (int(Reason.SPAM), int(Reason.THREAT))


def test_the_same_words_from_several_accounts_are_a_campaign(house: House) -> None:
    mark, other = house.random(16), house.random(16)
    first, second, third, alone = (house.user() for _ in range(4))
    for accused, marks in ((first, (mark,)), (second, (mark, other)), (third, (other,)), (alone, (house.random(16),))):
        taken(house, accused, house.user(), {house.random(32): Level.HUB}, marks=marks)
    taken(house, first, house.user(), {house.random(32): Level.HUB}, marks=(mark,))
    campaigns = [case.campaign for number in range(1, 5) if (case := store.find(house.db, number)) is not None]
    assert campaigns == [1, 1, 1, None]
    assert cases.case(house.db, MODERATOR, 2).campaign == (1, 3)


def test_one_account_that_says_the_same_twice_is_no_campaign(house: House) -> None:
    accused, mark = house.user(), house.random(16)
    for _ in range(2):
        taken(house, accused, house.user(), {house.random(32): Level.HUB}, marks=(mark,))
    assert only(house).campaign is None


def test_an_unreadable_report_is_in_no_case_and_is_counted(house: House) -> None:
    batch = house.batch()
    batch.add(house.relayed(house.user(), "r1"), Assessment(State.CANNOT_OPEN, "WrongIntakeKey"))
    batch.write()
    assert cases.counts(house.db, house.clock).unreadable == 1
    assert store.find(house.db, 1) is None


def test_an_undecided_report_is_a_tip_in_a_case(house: House) -> None:
    accused, batch = house.user(), house.batch()
    message = AssessedMessage(0, house.random(32), 5, OUTCOMES[Level.TIP], "", Authorship.ABSENT)
    found = Assessment(State.UNDECIDED, "", accused, house.room(), int(Reason.CHILD_SAFETY), None, (message,))
    batch.add(house.relayed(house.user(), "r1"), found)
    batch.write()
    assert (only(house).level, only(house).priority) == (Level.TIP, 1)


def test_a_page_is_one_entry_of_the_audit_log(house: House) -> None:
    accused, batch = house.user(), house.batch()
    for number in range(3):
        found = Assessment(State.ASSESSED, "", accused, house.room(), int(Reason.SPAM), None, ())
        batch.add(house.relayed(house.user(), f"r{number}"), found)
    batch.add(house.relayed(house.user(), "r9"), Assessment(State.CANNOT_OPEN, ""))
    batch.write()
    (entry,) = (one for one in map(Entry.decode, log.entries(house.db)) if one.act is Act.REPORTS_TAKEN)
    assert entry.said == {
        "reports": [1, 2, 3, 4],
        "states": ["assessed"] * 3 + ["cannot_open"],
        "reasons": [1, 1, 1, -1],
        "levels": [0] * 4,
        "sources": ["user"] * 4,
        "received": [house.clock] * 4,
        "cases": [1, 1, 1, 0],
        "opened": [1, 0, 0, 0],
    }
    assert entry.who == "desk"


def test_how_a_case_ended_weighs_its_reporters_once_and_the_last_word_counts(house: House) -> None:
    accused, reporter = house.user(), house.user()
    for _ in range(2):
        taken(house, accused, reporter, {house.random(32): Level.HUB})
    weights = []
    for outcome in (Outcome.UPHELD, Outcome.UPHELD, Outcome.DISMISSED, Outcome.ABUSIVE, None):
        with transaction(house.db):
            cases.ended(house.db, 1, outcome)
        weights.append(store.reporting(house.db, 1)[0].weight)
    assert weights == [2 / 3, 2 / 3, 1 / 3, 1 / 6, 1 / 2]


def test_a_priority_set_by_hand_stays(house: House) -> None:
    accused = house.user()
    number = of_report(house, house.report(accused, Level.TIP)).number
    cases.prioritise(house.db, MODERATOR, number, 4, "known to be harmless", house.clock)
    house.report(accused, Level.AUTHORSHIP)
    house.report(accused, Level.TIP, reason=Reason.THREAT)
    case = only(house)
    assert (case.priority, case.set_by, case.level) == (4, MODERATOR.who, Level.AUTHORSHIP)


def only(house: House) -> Case:
    found = store.find(house.db, 1)
    assert found is not None
    assert store.find(house.db, 2) is None
    return found


def made(
    number: int,
    accused: str,
    reporter: str,
    messages: dict[bytes, Level],
    reason: Reason,
    received_ms: int,
    marks: tuple[bytes, ...] = (),
) -> Taken:
    proven = tuple(Proven(message_id, SENT_MS, level, marks) for message_id, level in messages.items())
    level = max(messages.values(), default=Level.TIP)
    return Taken(
        number, reporter, received_ms, Subject.MESSAGES, Source.USER, accused, None, int(reason), level, True, 0, proven
    )


def rows(house: House, page: list[Taken]) -> None:
    """What the intake has recorded before it gathers."""
    house.db.executemany(
        "INSERT INTO report (seq, receipt, reporter_uri, received_ms, recorded_ms, sealed_sha256, state, detail)"
        " VALUES (?, ?, ?, ?, 1, x'00', 'assessed', '')",
        [(one.number, f"receipt-{one.number}", one.reporter_uri, one.received_ms) for one in page],
    )
    house.db.executemany(
        "INSERT INTO reported_message (report_seq, position, message_id, ts_ms, outcome, detail, authorship)"
        " VALUES (?, ?, ?, ?, ?, '', 'absent')",
        [
            (one.number, at, each.message_id, each.ts_ms, OUTCOMES[each.level].value)
            for one in page
            for at, each in enumerate(one.proven)
        ],
    )


def taken(
    house: House, accused: str, reporter: str, messages: dict[bytes, Level], marks: tuple[bytes, ...] = ()
) -> None:
    house.clock += 1000
    house.reports += 1
    one = made(house.reports, accused, reporter, messages, Reason.HARASSMENT, house.clock, marks)
    with transaction(house.db):
        rows(house, [one])
        house.batch().gather(house.db, [one], house.clock)
