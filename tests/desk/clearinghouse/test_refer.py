# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From a report that a device sealed to a document for a clearinghouse: what is frozen, and that it stays so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import msgspec
import pytest
from lxml import etree
from tests.desk.clearinghouse.fake import FakeClearinghouse
from tests.desk.clearinghouse.made import MODERATOR, SENDER, T0, account, gradient, referral_desk
from tests.desk.clearinghouse.senders import line, now_ms, outbox, run_out
from tests.desk.conftest import Home
from tests.desk.fake_hub import HOST, FakeHub
from tests.desk.running import Desk, started
from tests.desk.world import World, random

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import service as cases
from privity.desk.cases.profiles import keep_copy
from privity.desk.clearinghouse import service, store
from privity.desk.clearinghouse.documents.files import Classification
from privity.desk.clearinghouse.documents.report import IncidentType
from privity.desk.clearinghouse.drafting import Desk as ReferralDesk
from privity.desk.clearinghouse.drivers.cybertip_report import LEVELS, SEEN
from privity.desk.clearinghouse.errors import NothingToRefer
from privity.desk.clearinghouse.freezing import Asked
from privity.desk.clearinghouse.model import Destination, ReferralState, SealedKind
from privity.desk.clearinghouse.snapshot import Recipient
from privity.desk.evidence import holds, listing
from privity.desk.evidence.records import Kind
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from privity.message import compose
from privity.message.attachments import blob_url, encrypt
from privity.message.content import MimiContent


@pytest.fixture
async def desk(hub: FakeHub, home: Home) -> AsyncIterator[Desk]:
    """A desk that takes reports, in place of the empty one of this folder."""
    async with aiohttp.ClientSession() as session:
        desk = started(home.configured(hub.url), session)
        yield desk
        desk.db.close()


@pytest.fixture
def referring(desk: Desk) -> ReferralDesk:
    return replace(referral_desk(), evidence_key=desk.keys.evidence)


def draft_of(desk: Desk, world: World, *reports: int, **changes: object) -> Asked:
    plain = account(1)
    profile = msgspec.structs.replace(plain.profile, user_uri=world.alice.user_uri)
    base = Asked(
        case=cases.case_of_report(desk.db, reports[0]),
        destination=Destination.CYBERTIP,
        incident=IncidentType.UNSOLICITED,
        reports=reports,
        account=msgspec.structs.replace(plain, profile=profile),
        account_asked_ms=T0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # the fields of a draft, by name


def with_picture(world: World, picture: bytes) -> MimiContent:
    """A message of the accused that the hub has the file of."""
    made = encrypt(
        picture,
        content_type="image/png",
        filename="gradient.png",
        description="",
        url_of=lambda digest: blob_url(HOST, digest),
        random=random,
    )
    author = compose.Author(world.alice.user_uri, world.room_uri)
    world.hub.blobs[made.part.content_hash] = made.ciphertext
    return compose.attachment(author, made.part, made.plaintext_hash, random=random)


async def test_a_verified_report_with_a_picture_goes_from_the_device_to_the_clearinghouse(
    desk: Desk,
    world: World,
    referring: ReferralDesk,
    fake: FakeClearinghouse,
    session: aiohttp.ClientSession,
) -> None:
    picture = gradient(3)
    world.relay(world.sent(world.text("an invented invitation to tea")), world.sent(with_picture(world, picture)))
    await desk.intake.step()
    evidence = listing.find(desk.db, 1, Kind.ATTACHMENT, 1, 0)
    assert evidence is not None
    asked = draft_of(
        desk, world, 1, classified=((evidence.number, Classification.B2),), annotations=frozenset({"spam"})
    )
    n = service.refer(desk.db, referring, MODERATOR, asked, T0).n
    assert store.read(desk.db, n).level == 2
    assert all(holds.preserved(desk.db, one.number, now_ms()) for one in listing.listed(desk.db, 1))
    openings = [entry for entry in map(Entry.decode, log.entries(desk.db)) if entry.act is Act.EVIDENCE_OPENED]
    assert {entry.who for entry in openings} == {MODERATOR.who}
    service.approve(desk.db, referring, SENDER, n, T0)
    await run_out(outbox(desk.db, referring, line(session, referring, fake.url)), desk.db)
    assert store.read(desk.db, n).state is ReferralState.FINISHED
    (report,) = fake.reports.values()
    said = etree.fromstring(report.document)
    texts = [chat.findtext("content", "") for chat in said.iter("chatImIncident")]
    assert texts[0] == "an invented invitation to tea"
    assert "gradient.png" in texts[1]
    assert world.alice.user_uri in report.document.decode()
    assert world.bob.user_uri not in report.document.decode()
    assert "Evidence level 2 of 2" in said.findtext("additionalInfo", "")
    (file,) = report.files.values()
    assert file.content == picture
    details = etree.fromstring(file.details or b"")
    assert (details.findtext("industryClassification"), details.findtext("fileViewedByEsp")) == ("B2", "false")
    kinds = [event.kind for event in cases.case(desk.db, MODERATOR, asked.case).events]
    assert any("referral" in str(kind) for kind in kinds)


async def test_a_profile_goes_along_with_a_report_and_neither_lends_the_other_its_proof(
    desk: Desk, world: World, referring: ReferralDesk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    world.relay(world.sent(with_picture(world, gradient(3))))
    await desk.intake.step()
    asked = draft_of(desk, world, 1)
    assert asked.account is not None
    shown = msgspec.structs.replace(asked.account.profile, bio="an invented sentence", picture=gradient(3))
    copy = keep_copy(desk.db, desk.keys.evidence, random, MODERATOR, asked.case, shown, T0)
    n = service.refer(desk.db, referring, MODERATOR, replace(asked, copies=(copy.words,)), T0).n
    (drafted,) = (one for one in map(Entry.decode, log.entries(desk.db)) if one.act is Act.REFERRAL_DRAFTED)
    assert (drafted.said["source"], drafted.said["copies"]) == ("user", [copy.words])
    assert store.read(desk.db, n).level == 2
    service.approve(desk.db, referring, SENDER, n, T0)
    await run_out(outbox(desk.db, referring, line(session, referring, fake.url)), desk.db)
    (report,) = fake.reports.values()
    said = etree.fromstring(report.document)
    message, profile = (chat.findtext("additionalInfo", "") for chat in said.iter("chatImIncident"))
    assert LEVELS[2] in message and SEEN not in message
    assert SEEN in profile and not any(level in profile for level in LEVELS.values())
    closing = said.findtext("additionalInfo", "")
    assert LEVELS[2] in closing and f"Of the profile: {SEEN}" in closing
    (file,) = report.files.values()
    assert file.content == gradient(3), "the same bytes are one file"
    details = etree.fromstring(file.details or b"")
    assert details.findtext("publiclyAvailable") == "true"
    of_message, of_profile = (one.text or "" for one in details.iter("additionalInfo"))
    assert LEVELS[2] in of_message and SEEN in of_profile
    assert details.find("uploadedToEspTimestamp") is not None
    assert all(holds.preserved(desk.db, number, now_ms()) for number in (copy.words, copy.picture or 0))


async def test_a_forged_report_is_referred_as_a_tip_and_never_as_more(
    desk: Desk, world: World, referring: ReferralDesk
) -> None:
    genuine = world.sent(world.text("a genuine sentence about tea"))
    forged = world.message(
        world.text("a sentence that nobody sent").encode(), genuine.frank, genuine.ts_ms, proof=False
    )
    world.relay(forged)
    await desk.intake.step()
    n = service.refer(desk.db, referring, MODERATOR, draft_of(desk, world, 1, with_note=True), T0).n
    service.approve(desk.db, referring, SENDER, n, T0)
    document = service.read(desk.db, referring, SENDER, n, SealedKind.DOCUMENT, 0, "a check", T0)
    assert store.read(desk.db, n).level == 0
    said = etree.fromstring(document)
    assert "unverified" in said.findtext(".//chatImIncident/additionalInfo", "")
    assert "Evidence level 1" not in document.decode()
    assert "Evidence level 2" not in document.decode()


async def test_what_is_chosen_is_frozen_and_nothing_else(desk: Desk, world: World, referring: ReferralDesk) -> None:
    world.relay(world.sent(world.text("first words")), world.sent(world.text("second words")))
    await desk.intake.step()
    asked = draft_of(desk, world, 1, messages=((1, 1),), recipient=Recipient.VICTIM)
    n = service.refer(desk.db, referring, MODERATOR, asked, T0).n
    service.approve(desk.db, referring, SENDER, n, T0)
    document = service.read(desk.db, referring, SENDER, n, SealedKind.DOCUMENT, 0, "a check", T0).decode()
    assert "second words" in document
    assert "first words" not in document
    assert "an invented note" not in document
    assert etree.fromstring(document.encode()).findtext("victim/espIdentifier") == world.bob.user_uri


async def test_what_does_not_belong_together_is_refused(desk: Desk, world: World, referring: ReferralDesk) -> None:
    world.relay(world.sent())
    world.hub.relay(world.bob.user_uri, b"garbage")
    await desk.intake.step()
    asked = draft_of(desk, world, 1)
    wrong = (
        replace(asked, reports=()),
        replace(asked, reports=(1, 99)),
        replace(asked, account=account(5)),
        replace(asked, annotations=frozenset({"teapot"})),
        replace(asked, urgent="x" * 3000),
        replace(asked, destination=Destination.STATEMENTS),
    )
    for one in wrong:
        with pytest.raises(NothingToRefer):
            service.refer(desk.db, referring, MODERATOR, one, T0)
    with pytest.raises(NotYourRole):
        service.refer(desk.db, referring, Acting.member(4, frozenset({Role.APPEALS})), asked, T0)
    assert store.listed(desk.db) == ()
