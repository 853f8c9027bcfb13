# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Drafting, approving, taking back: who may, what is frozen, what is preserved, and what the audit log says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import aiohttp
import msgspec
import pytest
from lxml import etree
from tests.desk.clearinghouse.fake import FakeClearinghouse
from tests.desk.clearinghouse.made import (
    EVIDENCE_KEY,
    MODERATOR,
    OFFICE,
    SENDER,
    T0,
    approved,
    asked,
    frozen,
    frozen_file,
    uri,
)
from tests.desk.clearinghouse.senders import line, now_ms, outbox, run_out

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.clearinghouse import chain, service, store
from privity.desk.clearinghouse.drafting import Desk, draft
from privity.desk.clearinghouse.drivers import cybertip_report
from privity.desk.clearinghouse.drivers.cybertip import CybertipDriver
from privity.desk.clearinghouse.drivers.steps import Material
from privity.desk.clearinghouse.errors import (
    ChainBroken,
    LeaseLost,
    NothingToRefer,
    NotInThatState,
    OwnDraft,
    ReferralUnknown,
    TextTooLong,
    TooThin,
)
from privity.desk.clearinghouse.model import PRESERVED_FOR_MS, Destination, ReferralState, SealedKind
from privity.desk.clearinghouse.snapshot import MAX_FILES
from privity.desk.clearinghouse.viewed import was_viewed
from privity.desk.db.transaction import Db, DbError, transaction
from privity.desk.destinations import Office
from privity.desk.errors import EvidenceDamaged, ReasonMissing
from privity.desk.evidence import holds, records
from privity.desk.evidence.records import Kind, Record
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role

BOTH = Acting.member(3, frozenset({Role.MODERATOR, Role.REFERRALS}))


def drafted(db: Db, desk: Desk, number: int = 1, *, who: str = MODERATOR.who, level: int = 1, case: int = 7) -> int:
    n, _ = draft(db, desk, who, asked(number, case=case), frozen(number, level=level, case=case), T0)
    return n


def entries(db: Db) -> list[Entry]:
    return [Entry.decode(data) for data in log.entries(db)]


def evidence(db: Db, desk: Desk, report: int = 1) -> int:
    record = Record(Kind.ATTACHMENT, 0, report, b"invented ciphertext")
    return records.keep(db, EVIDENCE_KEY, desk.random, records.of_report(report), record)


def test_whoever_drafted_may_not_approve_not_even_with_both_roles(db: Db, desk: Desk) -> None:
    n = drafted(db, desk, who=BOTH.who)
    with pytest.raises(OwnDraft):
        service.approve(db, desk, BOTH, n, T0)
    assert service.approve(db, desk, SENDER, n, T0).state is ReferralState.APPROVED


def test_a_second_drafter_may_not_approve_either(db: Db, desk: Desk) -> None:
    n = drafted(db, desk)
    assert drafted(db, desk, who=BOTH.who, case=8) == n
    with pytest.raises(OwnDraft):
        service.approve(db, desk, BOTH, n, T0)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.REFERRALS])
def test_only_those_who_send_may_approve_release_and_resume(db: Db, desk: Desk, role: Role) -> None:
    n = drafted(db, desk)
    other = Acting.member(9, frozenset({role}))
    before = (store.read(db, n), log.size(db))
    refused: tuple[Callable[[], object], ...] = (
        lambda: service.approve(db, desk, other, n, T0),
        lambda: service.release(db, other, n, "why", T0, redraft=False),
        lambda: service.resume(db, other, Destination.CYBERTIP, T0),
        lambda: service.listed(db, other),
        lambda: service.shown(db, other, n),
        lambda: service.preview(db, desk, other, n),
        lambda: service.read(db, desk, other, n, SealedKind.SNAPSHOT, 0, "why", T0),
        lambda: service.check_chain(db, desk, other, n, T0),
    )
    for act in refused:
        with pytest.raises(NotYourRole):
            act()
    assert (store.read(db, n), log.size(db)) == before


def test_a_tip_is_referred_and_says_that_it_is_one(db: Db, desk: Desk) -> None:
    n = drafted(db, desk, level=0)
    service.approve(db, desk, SENDER, n, T0)
    document = service.read(db, desk, SENDER, n, SealedKind.DOCUMENT, 0, "a check", T0)
    said = etree.fromstring(document)
    assert store.read(db, n).level == 0
    for path in ("additionalInfo", ".//chatImIncident/additionalInfo"):
        assert "Evidence level 0 of 2, unverified" in said.findtext(path, "")
        assert " verified:" not in said.findtext(path, "")


def test_the_reporter_is_named_only_where_staff_said_so(db: Db, desk: Desk) -> None:
    n = drafted(db, desk)
    service.approve(db, desk, SENDER, n, T0)
    document = service.read(db, desk, SENDER, n, SealedKind.DOCUMENT, 0, "a check", T0)
    assert uri(900_001).encode() not in document
    assert uri(1).encode() in document


def test_one_open_draft_gathers_the_cases_of_an_account_until_it_is_approved(db: Db, desk: Desk) -> None:
    first = drafted(db, desk, case=7)
    assert drafted(db, desk, case=8, level=0) == first
    assert (store.read(db, first).level, len(store.drafts(db, first))) == (0, 2)
    service.approve(db, desk, SENDER, first, T0)
    assert drafted(db, desk, case=9) != first
    acts = [entry.act for entry in entries(db)]
    assert acts == [Act.REFERRAL_DRAFTED, Act.REFERRAL_JOINED, Act.REFERRAL_APPROVED, Act.REFERRAL_DRAFTED]
    document = service.read(db, desk, SENDER, first, SealedKind.DOCUMENT, 0, "a check", T0)
    assert len(etree.fromstring(document).findall("internetDetails")) == 2
    assert len(etree.fromstring(document).findall("personOrUserReported")) == 1


def test_the_same_again_is_not_drafted_twice(db: Db, desk: Desk) -> None:
    first = drafted(db, desk, case=7)
    with pytest.raises(NothingToRefer, match="already"):
        drafted(db, desk, case=7)
    tip = frozen(1, case=9)
    bare = replace(tip, snapshot=msgspec.structs.replace(tip.snapshot, messages=[], level=0))
    draft(db, desk, MODERATOR.who, asked(1, case=9), bare, T0)
    with pytest.raises(NothingToRefer, match="already"):
        draft(db, desk, MODERATOR.who, asked(1, case=9), bare, T0)
    assert len(store.drafts(db, first)) == 2


def test_a_picture_that_many_passed_on_is_one_batch(db: Db, desk: Desk) -> None:
    numbers = set()
    for number in (1, 2, 3):
        picture = frozen_file(77)
        one = frozen(number, (picture,), viral=True)
        numbers.add(draft(db, desk, MODERATOR.who, asked(number, viral=True), one, T0)[0])
    (n,) = numbers
    service.approve(db, desk, SENDER, n, T0)
    document = etree.fromstring(service.read(db, desk, SENDER, n, SealedKind.DOCUMENT, 0, "a check", T0))
    assert document.find("batchedReport").get("reason") == "VIRAL_POTENTIAL_MEME"
    assert len(document.findall("personOrUserReported")) == 3
    assert len(store.items(db, n)) == 1
    with pytest.raises(NothingToRefer):
        draft(db, desk, MODERATOR.who, asked(4, viral=True), frozen(4, viral=True), T0)


def test_a_report_that_nobody_could_act_on_needs_a_word_that_this_is_known(db: Db, desk: Desk) -> None:
    thin = replace(desk, drivers={**desk.drivers, Destination.CYBERTIP: CybertipDriver(Office())})
    n = drafted(db, thin)
    assert "contactPerson" in service.preview(db, thin, SENDER, n).missing[0]
    with pytest.raises(TooThin, match="contactPerson"):
        service.approve(db, thin, SENDER, n, T0)
    done = service.approve(db, thin, SENDER, n, T0, accept_thin=True)
    assert done.missing
    assert entries(db)[-1].said["missing"] == list(done.missing)


def test_a_document_that_breaks_a_limit_is_not_approved_and_says_why(db: Db, desk: Desk) -> None:
    wordy = replace(desk, drivers={**desk.drivers, Destination.CYBERTIP: CybertipDriver(Office(legal_url="x" * 2084))})
    n = drafted(db, wordy)
    assert "legalURL" in service.preview(db, wordy, SENDER, n).problem
    with pytest.raises(TextTooLong):
        service.approve(db, wordy, SENDER, n, T0)
    assert store.read(db, n).state is ReferralState.DRAFTED


async def test_earlier_reports_about_the_account_are_named(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    first = approved(db, desk, 1)
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    second = approved(db, desk, 1)
    other = approved(db, desk, 2)
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    prior = ".//priorCTReports"
    assert fake.said(int(store.read(db, second).remote_id or 0), prior) == store.read(db, first).remote_id
    assert fake.said(int(store.read(db, other).remote_id or 0), prior) is None


@pytest.mark.parametrize(
    ("stage", "viewed"), [(None, "false"), ("blurred", "false"), ("small", "true"), ("larger", "true")]
)
async def test_a_file_was_viewed_if_and_only_if_the_audit_log_says_so(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession, stage: str | None, viewed: str
) -> None:
    one, other = evidence(db, desk, 1), evidence(db, desk, 2)
    files = (frozen_file(1, evidence=one), frozen_file(2, evidence=other))
    n, _ = draft(db, desk, MODERATOR.who, asked(1), frozen(1, files, evidence=(one, other)), T0)
    log.add(db, at_ms=T0, who="staff:4", act=Act.EVIDENCE_OPENED, about=f"evidence:{one}", reason="media.viewed")
    log.add(db, at_ms=T0, who="staff:4", act=Act.MEDIA_VIEWED, about=f"evidence:{one}7", stage="larger")
    if stage is not None:
        log.add(db, at_ms=T0, who="staff:4", act=Act.MEDIA_VIEWED, about=f"evidence:{one}", stage=stage)
    service.approve(db, desk, SENDER, n, T0)
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    (report,) = fake.reports.values()
    said = [etree.fromstring(file.details or b"").findtext("fileViewedByEsp") for file in report.files.values()]
    assert said == [viewed, "false"]
    assert was_viewed(db, one) is (viewed == "true")


def test_what_the_audit_log_says_is_found_by_index(db: Db) -> None:
    for act, name in (
        (Act.MEDIA_VIEWED, "audit_entry_viewed"),
        (Act.MEDIA_IN_PART, "audit_entry_in_part"),
        (Act.MEDIA_HEARD, "audit_entry_heard"),
        (Act.REFERRAL_FINISHED, "audit_entry_finished"),
        (Act.PROFILE_SEEN, "audit_entry_profile"),
    ):
        rows = db.execute(
            "EXPLAIN QUERY PLAN SELECT entry FROM audit_entry"
            f" WHERE instr(entry, CAST('\"act\":\"{act}\"' AS BLOB)) > 0 AND entry >= x'00' AND entry < x'ff'"
        ).fetchall()
        assert name in str(rows)


async def test_what_was_finished_is_preserved_for_a_year(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    held, free = evidence(db, desk, 1), evidence(db, desk, 2)
    n, _ = draft(db, desk, MODERATOR.who, asked(1), frozen(1, evidence=(held,)), T0)
    assert holds.preserved(db, held, now_ms() + 10 * PRESERVED_FOR_MS)
    service.approve(db, desk, SENDER, n, T0)
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    finished = store.read(db, n).finished_ms or 0
    year_ms = 365 * 86_400_000
    assert holds.preserved(db, held, finished + year_ms)
    assert not holds.preserved(db, held, finished + PRESERVED_FOR_MS)
    assert not holds.preserved(db, free, finished)
    assert holds.expire(db, finished + year_ms) == 0
    with pytest.raises(DbError, match="FOREIGN KEY"):
        db.execute("DELETE FROM evidence WHERE id = ?", (held,))
    assert holds.expire(db, finished + PRESERVED_FOR_MS) == 1
    db.execute("DELETE FROM evidence WHERE id = ?", (held,))


def test_what_is_taken_back_holds_nothing(db: Db, desk: Desk) -> None:
    held = evidence(db, desk)
    n, _ = draft(db, desk, MODERATOR.who, asked(1), frozen(1, evidence=(held,)), T0)
    with pytest.raises(ReasonMissing):
        service.withdraw(db, MODERATOR, n, " ", T0)
    service.withdraw(db, MODERATOR, n, "another teapot", T0)
    assert store.read(db, n).state is ReferralState.WITHDRAWN
    assert not holds.preserved(db, held, T0)
    with pytest.raises(DbError, match="stays so"):
        db.execute("UPDATE referral SET state = 'drafted' WHERE n = ?", (n,))


def test_a_moderator_takes_back_a_draft_and_nothing_more(db: Db, desk: Desk) -> None:
    n = approved(db, desk, 1)
    with pytest.raises(NotYourRole):
        service.withdraw(db, MODERATOR, n, "another teapot", T0)


async def test_a_blocked_report_can_be_drafted_again(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    fake.answers["finish"] = [4100]
    sender = outbox(db, desk, line(session, desk, fake.url))
    await run_out(sender, db)
    gathering = drafted(db, desk, 1)
    with pytest.raises(NotInThatState):
        service.release(db, SENDER, n, "say it otherwise", now_ms(), redraft=True)
    service.withdraw(db, SENDER, gathering, "said in the other", now_ms())
    service.release(db, SENDER, n, "say it otherwise", now_ms(), redraft=True)
    assert store.read(db, n).state is ReferralState.DRAFTED
    assert len(store.abandoned(db, n)) == 1
    service.approve(db, desk, SENDER, n, now_ms())
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.FINISHED
    assert len(fake.finished) == 1


async def test_what_may_be_finished_there_is_not_drafted_again(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    fake.once = ["", "answer_lost"]
    sender = outbox(db, desk, line(session, desk, fake.url))
    await sender.step()
    fake.answers["finish"] = [4000]
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.BLOCKED
    with pytest.raises(NotInThatState, match="may be finished"):
        service.release(db, SENDER, n, "say it otherwise", now_ms(), redraft=True)
    service.release(db, SENDER, n, "ask again", now_ms(), redraft=False)
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.FINISHED
    assert len(fake.finished) == 1


async def test_a_blocked_report_that_was_opened_is_retracted_when_it_is_taken_back(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    fake.answers["finish"] = [4100]
    sender = outbox(db, desk, line(session, desk, fake.url))
    await run_out(sender, db)
    service.withdraw(db, SENDER, n, "another teapot", now_ms())
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.WITHDRAWN
    assert [report.state for report in fake.reports.values()] == ["retracted"]


def test_acts_that_do_not_fit_are_named(db: Db, desk: Desk) -> None:
    n = drafted(db, desk)
    with pytest.raises(NotInThatState):
        service.release(db, SENDER, n, "why", T0, redraft=False)
    service.approve(db, desk, SENDER, n, T0)
    with pytest.raises(NotInThatState):
        service.approve(db, desk, SENDER, n, T0)
    with pytest.raises(ReferralUnknown):
        service.shown(db, SENDER, 99)
    with pytest.raises(ReferralUnknown):
        service.read(db, desk, SENDER, n, SealedKind.DOCUMENT, 5, "why", T0)
    with pytest.raises(ReasonMissing):
        service.read(db, desk, SENDER, n, SealedKind.DOCUMENT, 0, "", T0)


def test_no_more_than_one_referral_holds(db: Db, desk: Desk) -> None:
    with pytest.raises(NothingToRefer, match="100 files"):
        files = tuple(frozen_file(seed) for seed in range(MAX_FILES + 1))
        draft(db, desk, MODERATOR.who, asked(1), frozen(1, files), T0)


def test_a_change_in_between_is_noticed(db: Db, desk: Desk) -> None:
    n = drafted(db, desk)
    seen = store.read(db, n)
    service.approve(db, desk, SENDER, n, T0)
    with pytest.raises(LeaseLost):
        store.write(db, seen, replace(seen, state=ReferralState.WITHDRAWN))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE referral_call SET reaction = 'again' WHERE n = 3",
        "UPDATE referral_call SET status = 201 WHERE n = 1",
        "UPDATE referral_call SET at_ms = at_ms + 1 WHERE n = 0",
        "UPDATE referral_call SET verb = 'retract' WHERE n = 2",
        "UPDATE referral_call SET previous = zeroblob(32) WHERE n = 2",
        "UPDATE referral_call SET sealed = (SELECT max(sealed) FROM referral_call) WHERE n = 0",
        "UPDATE referral_call SET sealed = NULL WHERE n = 1",
        "DELETE FROM referral_call WHERE n = 1",
        "DELETE FROM referral_call WHERE n >= 2",
        "UPDATE referral_sealed SET sha256 = zeroblob(32) WHERE kind = 'answer' AND position = 0",
        "UPDATE referral_sealed SET position = 9 WHERE kind = 'answer' AND position = 0",
        "UPDATE referral_sealed SET ciphertext = zeroblob(99) WHERE kind = 'request' AND position = 1",
    ],
)
async def test_every_change_of_what_was_sent_and_answered_is_found(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession, change: str
) -> None:
    n = approved(db, desk, 1)
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    assert service.check_chain(db, desk, SENDER, n, T0) == 4
    with pytest.raises(DbError, match=r"not changed|not removed"):
        db.execute("UPDATE referral_call SET status = 5") if "UPDATE" in change else db.execute(
            "DELETE FROM referral_call"
        )
    for trigger in ("referral_call_keeps_rows", "referral_call_loses_none"):
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute(change)
    with pytest.raises((ChainBroken, EvidenceDamaged)):
        service.check_chain(db, desk, SENDER, n, T0)


async def test_a_chain_that_was_made_anew_is_not_the_one_in_the_audit_log(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    links = chain.calls(db, n)
    db.execute("DROP TRIGGER referral_call_loses_none")
    with transaction(db):
        db.execute("DELETE FROM referral_call")
        for call in links:
            content = None if call.sealed is None else desk.vault(db).open(call.sealed)
            again = chain.Link(call.kind, call.attempt, call.verb, call.item, call.at_ms + 1, call.status, "", content)
            chain.add(db, desk.vault(db), n, again)
    assert chain.verify(db, desk.vault(db), n) == 4
    with pytest.raises(ChainBroken, match="audit log"):
        service.check_chain(db, desk, SENDER, n, T0)


def test_nothing_readable_is_in_the_sealed_rows_and_in_what_is_shown_of_objects(db: Db, desk: Desk) -> None:
    n = approved(db, desk, 1, files=1)
    rows = db.execute("SELECT ciphertext FROM referral_sealed WHERE referral = ?", (n,)).fetchall()
    assert len(rows) == 4
    assert all(b"teapot" not in bytes(data) for (data,) in rows)
    report = cybertip_report.report(Material((frozen(1).snapshot,), (), (), ()), OFFICE)
    assert "teapot" in str(report.internet_details[0].chat_im_incident.content)  # type: ignore[union-attr]  # made above
    for thing in (desk, frozen(1, (frozen_file(1),)), asked(1, words="a teapot"), report, store.read(db, n)):
        assert "teapot" not in repr(thing)
        assert EVIDENCE_KEY.hex() not in repr(thing)
