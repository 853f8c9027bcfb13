# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A case that the desk opened itself goes to a clearinghouse: with the profile as it was kept, and as no more."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
import msgspec
import pytest
from lxml import etree
from tests.desk.clearinghouse.fake import XSD, FakeClearinghouse, FakeFile
from tests.desk.clearinghouse.fake_others import TOKEN, FakeAgency
from tests.desk.clearinghouse.made import SENDER, account, frozen, gradient, referral_desk
from tests.desk.clearinghouse.senders import line, run_out
from tests.desk.house import MODERATOR, House
from tests.desk.retention.years import Years

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.cases import own, profiles
from privity.desk.cases import service as cases
from privity.desk.cases.profiles import Copy
from privity.desk.clearinghouse import copies, service, store
from privity.desk.clearinghouse.documents.files import Classification
from privity.desk.clearinghouse.documents.report import IncidentType
from privity.desk.clearinghouse.documents.schema import Schema
from privity.desk.clearinghouse.drafting import Desk
from privity.desk.clearinghouse.drivers.cybertip_report import LEVELS, SEEN
from privity.desk.clearinghouse.errors import NothingToRefer
from privity.desk.clearinghouse.freezing import Asked
from privity.desk.clearinghouse.model import Destination, Referral, ReferralState, SealedKind
from privity.desk.clearinghouse.outbox import Outbox
from privity.desk.clearinghouse.snapshot import FileFacts, Snapshot
from privity.desk.clearinghouse.transport import basic, bearer
from privity.desk.decisions.actions import Action
from privity.desk.decisions.policies import PolicyName
from privity.desk.errors import EvidenceDamaged, EvidenceGone
from privity.desk.evidence import holds
from privity.desk.evidence.records import Kind
from privity.desk.evidence.shredding import shred
from privity.desk.intake.findings import Level
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from privity.desk.transparency.compute import compute
from privity.desk.transparency.period import Period
from privity.message.report import Reason
from privity.wire.staff import ProfileFacts

BIO = "I sell <teapots> & more; ask ]]> me"
WHY = "Seen in the search. An invented case."


@dataclass(slots=True)
class Office:
    """A desk, an account that shows something, and the case about it."""

    house: House
    desk: Desk
    shown: ProfileFacts
    case: int

    def see(self, **changes: object) -> Copy:
        """Ask the hub what the account shows, a second later than before, and keep it."""
        self.house.clock += 1000
        self.shown = msgspec.structs.replace(self.shown, **changes)
        house = self.house
        return profiles.keep_copy(
            house.db, house.keys.evidence, house.random, MODERATOR, self.case, self.shown, house.clock
        )

    def asked(self, *chosen: Copy, **changes: object) -> Asked:
        base = Asked(
            case=self.case,
            destination=Destination.CYBERTIP,
            incident=IncidentType.CHILD_PORNOGRAPHY,
            reports=(),
            account=msgspec.structs.replace(account(1), profile=self.shown),
            account_asked_ms=self.house.clock,
            copies=tuple(one.words for one in chosen),
        )
        return replace(base, **changes)  # type: ignore[arg-type]  # the fields of a draft, by name

    def refer(self, *chosen: Copy, **changes: object) -> Referral:
        self.house.clock += 1000
        return service.refer(self.house.db, self.desk, MODERATOR, self.asked(*chosen, **changes), self.house.clock)

    def approve(self, n: int) -> etree._Element:
        """Approve, and what was approved."""
        db = self.house.db
        service.approve(db, self.desk, SENDER, n, self.house.clock, accept_thin=not self.shown.handle)
        return etree.fromstring(
            service.read(db, self.desk, SENDER, n, SealedKind.DOCUMENT, 0, "a check", self.house.clock)
        )

    async def send(self, session: aiohttp.ClientSession, fake: FakeClearinghouse | FakeAgency) -> None:
        where, key = Destination.CYBERTIP, basic("invented-user", "invented-password")
        if isinstance(fake, FakeAgency):
            where, key = Destination.AGENCY, bearer(TOKEN)
        lines = {where: line(session, self.desk, fake.url, where, authorization=key)}
        db = self.house.db
        await run_out(Outbox(db, self.desk.vault(db), lines, "an outbox", lambda: self.house.clock), db)


@pytest.fixture
def office(house: House) -> Office:
    desk = replace(referral_desk(), evidence_key=house.keys.evidence)
    shown = ProfileFacts(house.user(), "teapot", "An invented name", BIO, gradient(3), True, False)
    return Office(house, desk, shown, opened(house, shown.user_uri))


def opened(house: House, subject: str) -> int:
    house.clock += 1000
    return own.open_case(house.db, MODERATOR, {}, subject, Reason.CHILD_SAFETY, WHY, house.clock)


def moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def details_of(fake: FakeClearinghouse) -> list[tuple[FakeFile, etree._Element]]:
    (report,) = fake.reports.values()
    return [(file, etree.fromstring(file.details or b"")) for file in report.files.values()]


async def test_what_the_account_showed_goes_all_the_way_byte_for_byte(
    office: Office, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    copy = office.see()
    seen_ms = office.house.clock
    assert copy.picture is not None
    n = office.refer(copy, classified=((copy.picture, Classification.B2),), words="an invented remark").n
    office.approve(n)
    await office.send(session, fake)
    assert store.read(office.house.db, n).state is ReferralState.FINISHED
    assert fake.invalid == []
    (report,) = fake.reports.values()
    said = etree.fromstring(report.document)
    (chat,) = said.iter("chatImIncident")
    assert chat.findtext("chatRoomName") == "no conversation: the profile of the account teapot"
    content = chat.findtext("content", "")
    assert "Name: An invented name" in content and BIO in content
    digest = hashlib.sha256(gradient(3)).hexdigest()
    assert f"the file with the SHA-256 {digest}" in content
    assert datetime.fromisoformat(said.findtext("incidentSummary/incidentDateTime", "")) == moment(seen_ms)
    assert "service itself saw the profile" in said.findtext("incidentSummary/incidentDateTimeDescription", "")
    for text in (chat.findtext("additionalInfo", ""), said.findtext("additionalInfo", "")):
        assert SEEN in text
    assert "public surface" in chat.findtext("additionalInfo", "")
    assert not any(level in report.document.decode() for level in LEVELS.values())
    assert "an invented remark" in said.findtext("additionalInfo", "")
    ((file, details),) = details_of(fake)
    assert file.content == gradient(3)
    hashes = {one.get("hashType"): one.text for one in details.iter("originalFileHash")}
    assert hashes["SHA256"] == digest
    assert details.findtext("industryClassification") == "B2"
    assert (details.findtext("publiclyAvailable"), details.findtext("fileViewedByEsp")) == ("true", "false")
    assert details.find("uploadedToEspTimestamp") is None, "nobody knows since when it stood there"
    assert SEEN in details.findtext("additionalInfo", "")


@pytest.mark.skipif(not XSD.is_file(), reason="the schema is the clearinghouse's to publish")
@pytest.mark.parametrize("name", ["", "\x00\ud7ff\ufffe\u202e", "x" * 5000, "]]><a/>"], ids=range(4))
@pytest.mark.parametrize("picture", [None, b"", b"no picture at all"], ids=range(3))
def test_whatever_an_account_shows_the_document_is_valid(office: Office, name: str, picture: bytes | None) -> None:
    copies = [office.see(name=name, bio=name * 2, handle=name, picture=picture) for _ in range(3)]
    said = office.approve(office.refer(*copies).n)
    Schema.read(XSD).check(said)
    assert len(store.items(office.house.db, 1)) == (picture is not None)


@pytest.mark.parametrize(
    ("listed", "hidden", "public"), [(True, False, "true"), (False, False, "false"), (True, True, "false")]
)
async def test_it_was_public_where_whoever_searched_could_find_it(
    office: Office, fake: FakeClearinghouse, session: aiohttp.ClientSession, listed: bool, hidden: bool, public: str
) -> None:
    said = office.approve(office.refer(office.see(listed=listed, hidden=hidden)).n)
    await office.send(session, fake)
    ((_, details),) = details_of(fake)
    assert details.findtext("publiclyAvailable") == public
    for text in (details.findtext("additionalInfo", ""), said.findtext(".//chatImIncident/additionalInfo", "")):
        assert ("on a public surface" in text) is (public == "true")
        assert ("a decision had taken it" in text) is hidden


@pytest.mark.parametrize(
    ("views", "viewed"),
    [
        ([], "false"),
        ([(0, Act.MEDIA_VIEWED, "blurred")], "false"),
        ([(0, Act.MEDIA_VIEWED, "small")], "true"),
        ([(1, Act.MEDIA_VIEWED, "larger")], "true"),
        ([(2, Act.MEDIA_VIEWED, "larger")], "false"),
        ([(1, Act.MEDIA_VIEWED, "small"), (1, Act.MEDIA_IN_PART, "small")], "false"),
        ([(0, Act.EVIDENCE_OPENED, "larger")], "false"),
    ],
    ids=range(7),
)
async def test_a_picture_was_viewed_if_the_log_says_so_of_any_copy_of_these_bytes(
    office: Office,
    fake: FakeClearinghouse,
    session: aiohttp.ClientSession,
    views: list[tuple[int, Act, str]],
    viewed: str,
) -> None:
    same = [office.see(), office.see(bio="other words")]
    other = office.see(picture=gradient(4))
    n = office.refer(*same).n
    for which, act, stage in views:
        office.house.clock += 1
        about = f"evidence:{[*same, other][which].picture}"
        audit_add(office, act, about, stage)
    office.approve(n)
    await office.send(session, fake)
    ((file, details),) = details_of(fake)
    assert (file.content, details.findtext("fileViewedByEsp")) == (gradient(3), viewed)


def audit_add(office: Office, act: Act, about: str, stage: str) -> None:
    log.add(office.house.db, at_ms=office.house.clock, who="staff:4", act=act, about=about, stage=stage)


async def test_a_profile_that_changed_afterwards_is_reported_as_it_was_seen(
    office: Office, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    copy = office.see()
    now = msgspec.structs.replace(office.shown, name="A harmless name", bio="Kittens", picture=gradient(9))
    n = office.refer(copy, account=msgspec.structs.replace(account(1), profile=now)).n
    said = office.approve(n)
    person = said.find("personOrUserReported")
    assert person is not None
    assert [one.text for one in person.iter("displayName")] == ["A harmless name", "An invented name"]
    assert "the profile had changed" in person.findtext("additionalInfo", "")
    assert BIO in said.findtext(".//chatImIncident/content", "")
    await office.send(session, fake)
    assert [file.content for file, _ in details_of(fake)] == [gradient(3)]


def test_a_profile_that_is_the_same_is_not_said_to_have_changed(office: Office) -> None:
    said = office.approve(office.refer(office.see()).n)
    assert "had changed" not in said.findtext("personOrUserReported/additionalInfo", "")


async def test_an_agency_gets_the_same(office: Office, session: aiohttp.ClientSession) -> None:
    copy = office.see()
    seen_ms = office.house.clock
    agency = FakeAgency()
    async with agency.serving():
        service.approve(
            office.house.db,
            office.desk,
            SENDER,
            office.refer(copy, destination=Destination.AGENCY).n,
            office.house.clock,
        )
        await office.send(session, agency)
    (reference,) = agency.submitted
    assert agency.material == {(reference, "1"): gradient(3)}
    facts = agency.facts[reference, "1"]
    assert (facts["sent_ms"], facts["seen_ms"], facts["public"]) == (None, [seen_ms], True)
    (case,) = cast("list[dict[str, Any]]", agency.reports[reference]["cases"])
    assert (case["source"], case["evidence_level"], case["messages"]) == ("own", 0, [])
    (shown,) = case["profiles"]
    assert (shown["bio"], shown["seen_ms"], shown["evidence_level"]) == (BIO, seen_ms, 0)
    assert SEEN in shown["evidence"] and SEEN in case["evidence"]


def test_who_did_it_and_that_nobody_reported_it_stands_in_the_audit_log(office: Office) -> None:
    house, copy = office.house, office.see()
    referral = office.refer(copy)
    (drafted,) = house.acts(Act.REFERRAL_DRAFTED)
    assert (drafted.who, drafted.said["source"], drafted.said["copies"]) == (MODERATOR.who, "own", [copy.words])
    assert referral.level == 0 and drafted.said["case_level"] == 0
    opened_records = [one.about for one in house.acts(Act.EVIDENCE_OPENED)]
    assert opened_records == [f"evidence:{copy.words}", f"evidence:{copy.picture}"]
    kinds = [event.kind for event in cases.case(house.db, MODERATOR, office.case).events]
    assert Act.REFERRAL_DRAFTED.value in kinds
    assert BIO not in str(house.acts())


async def test_what_was_referred_stays_through_retention_for_its_year(
    office: Office, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    house, years = office.house, Years(office.house)
    chosen, other = office.see(), office.see(bio="other words", picture=gradient(4))
    assert chosen.picture is not None and other.picture is not None
    n = office.refer(chosen).n
    cases.take(house.db, MODERATOR, office.case, house.clock)
    house.decide(office.case, Action.DISMISS, policy=PolicyName.CHILD_SAFETY, evidence=())
    years.pass_days(500)
    assert not years.there(other.words) and not years.there(other.picture), "what nobody referred goes in its time"
    assert years.there(chosen.words) and years.there(chosen.picture), "while it is on its way nothing of it goes"
    office.approve(n)
    await office.send(session, fake)
    assert store.read(house.db, n).finished_ms == house.clock
    years.pass_days(364)
    assert years.there(chosen.words) and years.there(chosen.picture)
    assert holds.preserved(house.db, chosen.picture, house.clock)
    years.pass_days(20)
    assert not years.there(chosen.words) and not years.there(chosen.picture)


def test_what_is_taken_back_is_held_no_longer(office: Office) -> None:
    house, copy = office.house, office.see()
    n = office.refer(copy).n
    assert holds.preserved(house.db, copy.words, house.clock) and holds.preserved(
        house.db, copy.picture or 0, house.clock
    )
    service.withdraw(house.db, MODERATOR, n, "another teapot", house.clock)
    assert not holds.preserved(house.db, copy.words, house.clock)


def test_without_a_report_and_without_a_copy_the_next_step_is_named(office: Office) -> None:
    office.see()
    with pytest.raises(NothingToRefer, match="look at the profile first"):
        office.refer()
    assert office.house.acts(Act.EVIDENCE_OPENED, Act.REFERRAL_DRAFTED) == []


def test_a_copy_of_another_case_is_none_of_this(office: Office) -> None:
    house, mine = office.house, office.see()
    other = replace(office, case=opened(house, (uri := house.user())), shown=replace_uri(office.shown, uri))
    theirs = other.see()
    refused = (
        office.asked(theirs),
        office.asked(mine, theirs),
        other.asked(mine),
        office.asked(copies=(mine.picture or 0,)),
        office.asked(copies=(Years(house).keep("report:1"),)),
        office.asked(copies=(999,)),
        office.asked(mine, account=msgspec.structs.replace(account(1), profile=other.shown)),
    )
    for one in refused:
        with pytest.raises(NothingToRefer):
            service.refer(house.db, office.desk, MODERATOR, one, house.clock)
    assert store.listed(house.db) == ()
    assert [one.words for one in service.copies_of(house.db, MODERATOR, office.case)] == [mine.words]


def replace_uri(shown: ProfileFacts, uri: str) -> ProfileFacts:
    return msgspec.structs.replace(shown, user_uri=uri)


def test_a_record_that_the_log_does_not_speak_of_is_no_copy(office: Office) -> None:
    copy = office.see()
    forged = Years(office.house).keep(f"case:{office.case}", Kind.PROFILE, position=copy.position + 1)
    assert [one.words for one in copies.kept(office.house.db, office.case)] == [copy.words]
    with pytest.raises(NothingToRefer, match=str(forged)):
        office.refer(copies=(forged,))


@pytest.mark.parametrize("which", ["words", "picture"])
def test_what_is_gone_is_missed_and_never_left_out(office: Office, which: str) -> None:
    house, copy = office.house, office.see()
    shred(house.db, [getattr(copy, which)], house.clock)
    with pytest.raises((NothingToRefer, EvidenceGone), match="deleted when its time was over"):
        office.refer(copy)
    assert store.listed(house.db) == ()


def test_what_was_altered_does_not_open(office: Office) -> None:
    house, copy, other = office.house, office.see(), office.see(picture=gradient(4))
    house.db.execute(
        "UPDATE evidence SET ciphertext = (SELECT ciphertext FROM evidence WHERE id = ?) WHERE id = ?",
        (other.picture, copy.picture),
    )
    with pytest.raises(EvidenceDamaged):
        office.refer(copy)
    assert store.listed(house.db) == ()


def test_the_same_copy_is_said_once_and_a_further_one_joins(office: Office) -> None:
    first = office.see()
    n = office.refer(first).n
    with pytest.raises(NothingToRefer, match="already"):
        office.refer(first)
    second = office.see(bio="other words", picture=gradient(4))
    assert office.refer(first, second).n == n
    said = office.approve(n)
    assert len(list(said.iter("chatImIncident"))) == 2
    assert len(store.items(office.house.db, n)) == 2


def test_what_was_kept_before_two_cases_were_joined_goes_along(office: Office) -> None:
    house, copy = office.house, office.see()
    report = house.report(office.shown.user_uri, Level.HUB)
    assert cases.case_of_report(house.db, report) == office.case, "it joins the open case"
    house.db.execute("UPDATE safety_case SET state = 'decided' WHERE number = ?", (office.case,))
    later = cases.case_of_report(house.db, house.report(office.shown.user_uri, Level.HUB))
    house.db.execute("UPDATE safety_case SET state = 'open' WHERE number = ?", (office.case,))
    cases.join(house.db, MODERATOR, office.case, later, house.clock)
    (found,) = service.copies_of(house.db, MODERATOR, later)
    assert (found.case, found.words) == (office.case, copy.words)
    said = office.approve(office.refer(copy, case=later).n)
    assert f"Copy 1 of case {office.case}" in said.findtext(".//chatImIncident/additionalInfo", "")
    (drafted,) = house.acts(Act.REFERRAL_DRAFTED)
    assert drafted.said["source"] == "own", "no report of the case went along"


def test_the_transparency_report_counts_it_and_its_source(office: Office) -> None:
    office.refer(office.see())
    report = compute(office.house.acts(), Period("2027-01", "2027-01"))
    assert [(row.source, row.count) for row in report.cases_opened] == [("own", 1)]
    assert [(row.destination, row.drafted) for row in report.referrals] == [("cybertip", 1)]


@pytest.mark.parametrize("role", [Role.APPEALS, Role.ADMIN, Role.AUDITOR])
def test_whoever_may_not_refer_sees_and_takes_nothing(office: Office, role: Role) -> None:
    copy, other = office.see(), Acting.member(9, frozenset({role}))
    with pytest.raises(NotYourRole):
        service.copies_of(office.house.db, other, office.case)
    with pytest.raises(NotYourRole):
        service.refer(office.house.db, office.desk, other, office.asked(copy), office.house.clock)


def test_what_was_frozen_before_there_were_copies_is_read_as_it_was() -> None:
    snapshot = msgspec.json.decode(frozen(1).snapshot.encode())
    assert snapshot.pop("profiles") == [] and snapshot.pop("source") == ""
    assert Snapshot.decode(msgspec.json.encode(snapshot)) == frozen(1).snapshot
    facts = {"report": 1, "position": 0, "part": 1, "evidence": 2, "name": "x", "content_type": "image/png", "size": 1}
    facts |= {"md5": "a", "sha1": "b", "sha256": "c", "sent_ms": 1, "level": 0}
    assert msgspec.json.decode(msgspec.json.encode(facts), type=FileFacts).of_profile == []


def test_nothing_of_it_stands_in_what_is_shown_of_objects(office: Office) -> None:
    n = office.refer(office.see()).n
    vault = office.desk.vault(office.house.db)
    snapshot = Snapshot.decode(vault.at(n, SealedKind.SNAPSHOT, 0))
    assert snapshot.profiles[0].bio == BIO
    assert "teapot" not in repr(snapshot.profiles) + repr(snapshot)
