# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What goes when, and what every other part of the desk says once it is gone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.audit.acts import Act
from privity.desk.audit.signing import Signing
from privity.desk.cases import joined
from privity.desk.cases import service as cases
from privity.desk.clearinghouse import chain
from privity.desk.clearinghouse.model import CallKind, Destination, SealedKind, Verb
from privity.desk.clearinghouse.preserving import hold_while_open, preserve
from privity.desk.clearinghouse.sealed import Vault
from privity.desk.config import DeskSection, check
from privity.desk.db.transaction import IntegrityError, transaction
from privity.desk.decisions.actions import Action
from privity.desk.decisions.model import APPEAL_DAYS
from privity.desk.decisions.outbox import EffectState
from privity.desk.errors import ConfigInvalid, EvidenceGone
from privity.desk.evidence import listing
from privity.desk.evidence.records import Kind, open_record
from privity.desk.evidence.shredding import shred
from privity.desk.intake import unopened
from privity.desk.intake.findings import Level, Source, State, Subject, finding
from privity.desk.intake.kept import attachment_record
from privity.desk.intake.model import Assessment
from privity.desk.periods import DAY_MS, RULES, Periods, RetentionSection, check_periods
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.desk.transparency import service as transparency
from privity.desk.transparency.period import Period
from privity.message.appeal import About, Appeal
from privity.wire.staff import EffectParams
from privity.wire.staff import Verb as Asked
from tests.desk.house import APPEALS, MODERATOR
from tests.desk.retention.years import Years

WINDOW = APPEAL_DAYS + 14


def test_what_was_dismissed_goes_once_nobody_can_appeal_and_what_led_to_something_half_a_year_later(
    years: Years,
) -> None:
    dismissed, first = years.case()
    decided, second = years.case()
    _, third = years.case()
    years.house.decide(dismissed, Action.DISMISS)
    years.house.decide(decided)
    years.seen()
    assert years.pass_days(WINDOW - 1) == 0
    assert years.pass_days(3) == 1
    assert (years.there(first), years.there(second)) == (False, True)
    assert years.pass_days(176) == 0
    assert years.pass_days(5) == 1
    assert not years.there(second)
    assert years.pass_days(900) == 0
    assert years.there(third), "an open case keeps everything"
    said = [(entry.about, entry.said) for entry in years.said()]
    assert said[:2] == [
        (f"case:{dismissed}", {"what": "evidence", "count": 1}),
        (f"case:{decided}", {"what": "evidence", "count": 1}),
    ]


def test_what_is_gone_is_named_and_says_so(years: Years) -> None:
    number, record = years.case()
    report = years.report_of(number)
    file = years.keep(f"report:{report}", Kind.ATTACHMENT, 0, 1)
    assert attachment_record(years.house.db, report, 0, 1) == file
    years.house.decide(number, Action.DISMISS)
    years.seen()
    years.pass_days(WINDOW + 2)
    assert attachment_record(years.house.db, report, 0, 1) is None
    assert (years.there(record), years.there(file)) == (False, False)
    house = years.house
    assert listing.listed(house.db, report) == ()
    assert (listing.gone_ms(house.db, report) or 0) > house.clock - 5 * DAY_MS
    found = finding(house.db, report)
    assert found is not None and found.evidence == [] and len(found.messages) == 1
    with pytest.raises(EvidenceGone):
        open_record(house.db, house.keys.evidence, record, who="staff:1", reason="work", now_ms=house.clock)
    assert house.acts(Act.EVIDENCE_OPENED) == []
    assert cases.case(house.db, MODERATOR, number).case.proven == 1


@pytest.mark.parametrize("action", [Action.DISMISS, Action.SUSPEND])
def test_an_appeal_against_what_rests_on_evidence_that_is_gone_is_too_late(years: Years, action: Action) -> None:
    house, reporter = years.house, years.house.user()
    number, record = years.case(reporter=reporter)
    made = house.decide(number, action)
    about, reference, who = About.DECISION, made.reference, made.against
    if action is Action.DISMISS:
        (receipt,) = house.db.execute("SELECT receipt FROM report").fetchone()
        about, reference, who = About.REPORT, receipt, reporter
    while years.there(record):
        years.pass_days(5)
    house.appeal(about, reference, who)
    (turned,) = house.acts(Act.APPEAL_TURNED_AWAY)
    assert turned.said == {"why": "AppealTooLate"}


def test_an_appeal_of_the_last_day_that_came_late_finds_the_evidence(years: Years) -> None:
    """The hub took it in time; the desk was off for a week."""
    house = years.house
    number, record = years.case()
    made = house.decide(number)
    years.pass_days(APPEAL_DAYS - 0.5)
    relayed = house.relayed(made.against, "late")
    years.pass_days(13)
    batch = house.batch()
    batch.add(relayed, Appeal(About.DECISION, made.reference, made.against, "I did not do that."))
    batch.write()
    assert len(house.acts(Act.APPEAL_LODGED)) == 1
    assert years.pass_days(800) == 0, "an appeal without an answer keeps everything"
    assert years.there(record)
    appeals.answer(house.db, APPEALS, 1, Answer.UPHOLD, "It was right.", house.clock, house.random)
    years.seen()
    assert years.pass_days(WINDOW + 170) == 0, "every answer begins the time anew"
    assert years.pass_days(15) == 2, "what was reported, and what the appeal says"
    assert not years.there(record)


def test_what_waits_for_a_second_person_keeps_its_evidence(years: Years) -> None:
    number, record = years.case(Level.AUTHORSHIP)
    years.house.decide(number, Action.WARN)
    years.house.decide(number, Action.BAN)
    assert years.pass_days(900) == 0
    assert years.there(record)


def test_a_case_that_goes_on_begins_anew(years: Years) -> None:
    house = years.house
    number, record = years.case()
    made = house.decide(number, Action.DISMISS)
    years.seen()
    years.pass_days(WINDOW - 10)
    house.undo(made)
    assert years.pass_days(400) == 0
    cases.take(house.db, MODERATOR, number, house.clock)
    made = house.decide(number, Action.DISMISS)
    years.seen()
    assert years.pass_days(WINDOW - 1) == 0
    assert years.pass_days(3) == 1
    assert not years.there(record)
    house.undo(made)
    (emptied,) = house.db.execute("SELECT emptied_ms FROM safety_case WHERE number = ?", (number,)).fetchone()
    assert emptied is None, "what is reported in it from now on has a time of its own"


def test_a_file_that_two_cases_share_stays_for_the_second(years: Years) -> None:
    """It is kept with the first report of a message, whoever reports the message again."""
    house = years.house
    first, _ = years.case()
    second, _ = years.case()
    one, two = years.report_of(first), years.report_of(second)
    house.db.execute(
        "UPDATE reported_message SET (ts_ms, message_id) ="
        " (SELECT ts_ms, message_id FROM reported_message WHERE report_seq = ?) WHERE report_seq = ?",
        (one, two),
    )
    file = years.keep(f"report:{one}", Kind.ATTACHMENT, 0, 1)
    house.decide(first, Action.DISMISS)
    assert years.pass_days(900) == 1
    assert years.there(file) and attachment_record(house.db, two, 0, 1) == file
    house.decide(second, Action.DISMISS)
    years.seen()
    assert years.pass_days(WINDOW + 2) == 2
    assert not years.there(file) and attachment_record(house.db, two, 0, 1) is None


def test_what_is_under_a_hold_stays_and_sqlite_says_so_too(years: Years) -> None:
    number, record = years.case()
    years.house.decide(number, Action.DISMISS)
    hold_while_open(years.house.db, 7, [record])
    assert years.pass_days(900) == 0 and years.there(record)
    with pytest.raises(IntegrityError, match="under a hold"):
        shred(years.house.db, [record], years.house.clock)
    _referral(years, 7, "finished")
    preserve(years.house.db, 7, years.house.clock + 366 * DAY_MS)
    assert years.pass_days(360) == 0 and years.there(record)
    assert years.pass_days(20) == 1 and not years.there(record)


def test_nothing_that_is_gone_comes_back_or_keeps_a_part(years: Years) -> None:
    _, record = years.case()
    for change in ("gone_ms = 5", "gone_ms = 5, ciphertext = x''"):
        with pytest.raises(IntegrityError, match="no contents"):
            years.house.db.execute(f"UPDATE evidence SET {change} WHERE id = ?", (record,))
    shred(years.house.db, [record], years.house.clock)
    with pytest.raises(IntegrityError, match="does not come back"):
        years.house.db.execute("UPDATE evidence SET gone_ms = NULL WHERE id = ?", (record,))
    assert shred(years.house.db, [record], years.house.clock) == 0


def test_a_report_that_never_opened_goes_after_ninety_days(years: Years) -> None:
    house = years.house
    batch = house.batch()
    batch.add(house.relayed(house.user(), "unread"), Assessment(State.CANNOT_OPEN, "BadSeal"))
    batch.write()
    record = years.keep("report:1", Kind.SEALED)
    assert unopened.waiting(house.db) == 1
    years.seen()
    assert years.pass_days(89) == 0
    assert years.pass_days(6) == 1
    assert not years.there(record)
    assert [(entry.about, entry.said["count"]) for entry in years.said()] == [("report:1", 1)]
    assert unopened.waiting(house.db) == 0 and unopened.listed(house.db, MODERATOR).reports == ()
    assert unopened.find(house.db, 1).evidence is None and unopened.find(house.db, 1).reporter_uri == "gone:1"


def test_the_name_and_address_in_a_notice_go_with_it(years: Years) -> None:
    """Half a year after the answer, or once no appeal can come: before the rest of a case that led to something."""
    house = years.house
    report = house.report(house.user(), Level.HUB)
    number = cases.case_of_report(house.db, report)
    other = house.report(
        cases.held(house.db, number).subject, subject=Subject.NOTICE, source=Source.PUBLIC, reporter="notice:ab12"
    )
    assert cases.case_of_report(house.db, other) == number
    cases.take(house.db, MODERATOR, number, house.clock)
    notice, words = years.keep(f"report:{other}", Kind.NOTICE), years.keep(f"report:{report}")
    house.decide(number)
    years.seen()
    years.pass_days(WINDOW + 2)
    assert (years.there(notice), years.there(words)) == (False, True)
    years.pass_days(185)
    assert not years.there(words)


def test_marks_and_what_a_word_weighs_are_forgotten(years: Years) -> None:
    house, reporter = years.house, years.house.user()
    number, _ = years.case(reporter=reporter)
    still_open, _ = years.case()
    house.db.execute("INSERT INTO campaign_mark VALUES (?, ?), (?, ?)", (b"a" * 16, number, b"b" * 16, still_open))
    house.decide(number, Action.DISMISS)
    years.seen()
    weight = cases.weights(house.db, number)[reporter]
    assert weight < 0.5
    years.pass_days(360)
    assert house.db.execute("SELECT count(*) FROM campaign_mark").fetchone() == (2,)
    years.pass_days(8)
    assert house.db.execute("SELECT mark FROM campaign_mark").fetchall() == [(b"b" * 16,)]
    years.pass_days(355)
    assert cases.weights(house.db, number)[reporter] == weight
    years.pass_days(12)
    assert list(cases.weights(house.db, number).values()) == [0.5]
    left = [uri for (uri,) in house.db.execute("SELECT user_uri FROM reporter").fetchall()]
    assert len(left) == 1 and reporter not in left, "who reported in an open case is not forgotten"
    cases.reopened(house.db, number, who="staff:1", at_ms=house.clock, words="once more")
    assert list(cases.weights(house.db, number).values()) == [0.5], "what was forgotten is not owed"


def test_who_reported_is_forgotten_two_years_after_the_case(years: Years) -> None:
    house, twice, once = years.house, years.house.user(), years.house.user()
    accused = house.user()
    reports = [house.report(accused, Level.HUB, reporter=who) for who in (twice, once, twice)]
    number = cases.case_of_report(house.db, reports[0])
    cases.take(house.db, MODERATOR, number, house.clock)
    made = house.decide(number)
    told = len(joined.reporters(house.db, number))
    house.db.execute("UPDATE effect SET state = 'applied', settled_ms = 1 WHERE verb = 'tell' AND subject = ?", (once,))
    years.seen()
    years.pass_days(725)
    assert told == 3 and len(joined.reporters(house.db, number)) == 3
    years.pass_days(7)
    rows = house.db.execute("SELECT reporter_uri FROM report ORDER BY seq").fetchall()
    assert rows == [("gone:1",), ("gone:2",), ("gone:1",)]
    assert rows == house.db.execute("SELECT reporter_uri FROM case_report ORDER BY report_seq").fetchall()
    assert joined.reporters(house.db, number) == ()
    assert cases.case(house.db, MODERATOR, number).case.reporters == 2
    assert [entry.said for entry in years.said()][-1] == {"what": "names", "count": 3}
    lines = [one for one in house.effects() if one.effect.verb is Asked.TELL]
    assert [one.effect.subject for one in lines if one.state is EffectState.APPLIED] == [f"gone:{lines[1].number}"]
    assert [one.effect.subject for one in lines if one.state is EffectState.WAITING] == [twice, twice]
    assert lines[1].effect.params == EffectParams() and lines[0].effect.params.text
    asked = len(house.effects())
    house.undo(made)
    assert [one.effect.subject for one in house.effects()[asked:]] == [accused] * 2, "nobody is told who is not known"


@pytest.mark.parametrize(
    "change",
    ["subject = 'mimi://hub.example/u/x'", "subject = 'gone:1'", "subject = 'gone:1', params = x'7b7d', verb = 'ban'"],
)
def test_nothing_of_an_effect_is_changed_but_to_whom_a_line_went(years: Years, change: str) -> None:
    house = years.house
    number, _ = years.case()
    house.decide(number)
    house.db.execute("UPDATE effect SET state = 'applied', settled_ms = 1")
    for verb in ("tell", "suspend", "statement"):
        with pytest.raises(IntegrityError, match=r"never (changed|asked again)"):
            house.db.execute(f"UPDATE effect SET {change} WHERE verb = ?", (verb,))


def test_sessions_codes_and_views_of_staff_go_when_they_are_over(years: Years) -> None:
    db, now = years.house.db, years.house.clock
    with transaction(db):
        db.execute(
            "INSERT INTO staff_member (number, name, handle, state, invited_ms) VALUES (1, 'Ann', ?, 'active', 1)",
            (b"h" * 32,),
        )
        db.execute(
            "INSERT INTO staff_passkey (id, member, public_key, sign_count, label, added_ms)"
            " VALUES (x'01', 1, x'02', 0, 'key', 1)"
        )
        for at, began in enumerate((now - 13 * 3_600_000, now)):
            db.execute("INSERT INTO staff_session VALUES (?, 1, x'01', ?, ?)", (bytes([at]) * 32, began, now))
        db.execute("INSERT INTO staff_code VALUES (1, ?, ?)", (b"c" * 32, now - 1))
        db.executemany("INSERT INTO exposure (who, at_ms, stage) VALUES ('staff:1', ?, 'small')", [(now,), (1,)])
    years.look()
    assert db.execute("SELECT count(*) FROM staff_session").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM staff_code").fetchone() == (0,)


def test_views_of_staff_are_forgotten_by_a_time_that_has_gone_on_for_a_day(years: Years) -> None:
    """Also where desk and hub are one machine, whose clock goes ahead for both."""
    db, clock = years.house.db, years.house
    day, start = 86_400_000, clock.clock
    db.execute("INSERT INTO exposure (who, at_ms, stage) VALUES ('staff:1', ?, 'small')", (start,))

    def kept(at_ms: int) -> int:
        clock.clock = at_ms
        years.look()
        assert years.retention.doubt == ""
        return int(db.execute("SELECT count(*) FROM exposure").fetchone()[0])

    assert kept(start + 6 * day) == 1, "it has jumped, as far as it is believed"
    assert kept(start + 7 * day - 1) == 1
    assert kept(start + 7 * day) == 0, "and has gone on for a day"


def _referral(years: Years, n: int, state: str) -> None:
    finished = years.house.clock if state == "finished" else None
    years.house.db.execute(
        "INSERT INTO referral (n, destination, kind, bundle, mandatory, level, state, drafted_ms, approved_by,"
        " finished_ms) VALUES (?, ?, 'teapots', 'nobody', 1, 2, ?, ?, 'staff:2', ?)",
        (n, Destination.CYBERTIP.value, state, years.house.clock, finished),
    )


def test_what_was_sent_goes_after_a_year_and_the_chain_still_holds(years: Years) -> None:
    db, vault = years.house.db, Vault(years.house.db, years.house.keys.evidence, years.house.random)
    for n in (1, 2):
        _referral(years, n, "approved")
        vault.keep(n, SealedKind.SNAPSHOT, 0, b"an invented snapshot")
        chain.add(db, vault, n, chain.Link(CallKind.ASKED, 1, Verb.OPEN, 0, years.house.clock, content=b"asked"))
    db.execute("UPDATE referral SET state = 'finished', finished_ms = ? WHERE n = 1", (years.house.clock,))
    head = chain.head(db, 1)
    years.pass_days(365)
    assert vault.at(1, SealedKind.SNAPSHOT, 0) == b"an invented snapshot"
    years.pass_days(8)
    with pytest.raises(EvidenceGone):
        vault.at(1, SealedKind.SNAPSHOT, 0)
    assert vault.at(2, SealedKind.SNAPSHOT, 0) == b"an invented snapshot", "it has not ended"
    assert chain.verify(db, vault, 1, head) == 1
    assert chain.calls(db, 1)[0].sha256 == hashlib.sha256(b"asked").digest()
    assert [(entry.about, entry.said) for entry in years.said()] == [
        ("referral:1", {"what": "referral", "count": 2}),
    ]
    with pytest.raises(IntegrityError, match="until it has ended"):
        db.execute("UPDATE referral_sealed SET ciphertext = x'', gone_ms = 1 WHERE referral = 2")


def test_the_transparency_report_is_the_same_afterwards(years: Years, tmp_path: Path) -> None:
    house = years.house
    for action in (Action.DISMISS, Action.SUSPEND, Action.WARN):
        number, _ = years.case()
        house.decide(number, action)
    signing = Signing(house.db, "teapots.example/desk-audit", house.keys.audit, tmp_path / "audit.checkpoint")
    acting, period = Acting.command("transparency", Right.EXPORT), Period("2027-01", "2027-12")
    before = transparency.report(house.db, acting, period, signing.key, [], house.clock)
    assert years.pass_days(800) == 3
    after = transparency.report(house.db, acting, period, signing.key, signing.found(), house.clock)
    assert (after.decisions, after.reports, after.appeals) == (before.decisions, before.reports, before.appeals)
    assert after.cases_decided == before.cases_decided == 3


def test_a_case_with_many_reports_goes_in_parts(years: Years) -> None:
    house, accused = years.house, years.house.user()
    reports = [house.report(accused, Level.HUB) for _ in range(120)]
    kept = [years.keep(f"report:{report}") for report in reports]
    number = cases.case_of_report(house.db, reports[0])
    cases.take(house.db, MODERATOR, number, house.clock)
    house.decide(number, Action.DISMISS, evidence=())
    years.seen()
    hold_while_open(house.db, 9, [kept[70]])
    assert years.pass_days(WINDOW + 2) == 119
    assert [record for record in kept if years.there(record)] == [kept[70]]
    assert [entry.said["count"] for entry in years.said()] == [50, 49, 20]
    house.db.execute("DELETE FROM evidence_hold")
    assert years.pass_days(1) == 1
    (emptied,) = house.db.execute("SELECT emptied_ms FROM safety_case WHERE number = ?", (number,)).fetchone()
    assert emptied == house.clock


def test_periods_have_bounds_that_the_message_names() -> None:
    assert check_periods(RetentionSection()) == Periods()
    for rule in RULES:
        for days in (rule.fewest - 1, rule.most + 1):
            with pytest.raises(ConfigInvalid, match=f"retention.{rule.name} must be {rule.fewest} to {rule.most} days"):
                check_periods(RetentionSection(**{rule.name: days}))
        assert check_periods(RetentionSection(**{rule.name: rule.most})).days(rule.name) == rule.most


def test_the_configuration_sets_them(tmp_path: Path) -> None:
    section = DeskSection(hub_url="http://127.0.0.1:1", retention=RetentionSection(unopened=30))
    assert check(section, tmp_path).periods.unopened == 30 * DAY_MS
    with pytest.raises(ConfigInvalid, match="referrals"):
        check(DeskSection(hub_url="http://127.0.0.1:1", retention=RetentionSection(referrals=30)), tmp_path)
