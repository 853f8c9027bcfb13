# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What comes to the desk like a report: public notices become tips in cases, appeals are handed on once, and reports
about persons, rooms and profiles need no message."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from privity.desk.audit import log
from privity.desk.cases import store
from privity.desk.cases.gathering import Gathering
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.evidence import records
from privity.desk.evidence.records import Kind
from privity.desk.intake.findings import findings
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.queue import Intake
from privity.desk.keys import DeskKeys
from privity.desk.main import now_ms
from privity.message import sealed_report
from privity.message.appeal import About, Appeal
from privity.message.notice import PublicNotice, Target
from privity.message.report import AbuseReport, Reason, Subject
from privity.message.sealed_report import Content
from privity.wire.staff import NOTICE_PREFIX, RelayedReport, Source
from tests.desk.conftest import Home
from tests.desk.fake_hub import FakeHub
from tests.desk.world import World
from tests.desk.yes_hub import YesHub

FROM_NOBODY = NOTICE_PREFIX + "0123abcd"


@dataclass(slots=True)
class Counter:
    """A desk in this process whose appeals are noted, and not judged."""

    db: Db
    keys: DeskKeys
    people: World
    hub: YesHub = field(default_factory=YesHub)
    lodged: list[tuple[Appeal, str]] = field(default_factory=list)

    async def take(self, *contents: tuple[str, Content], source: Source = Source.USER) -> None:
        intake = Intake(
            self.db,
            self.hub,
            self.keys,
            KeyLog(self.db, None, now_ms),
            now_ms,
            os.urandom,
            gather=Gathering({}),
            lodge=lambda db, appeal, relayed, at_ms: self.lodged.append((appeal, relayed.receipt)),
        )
        for sender, content in contents:
            sealed = sealed_report.seal(self.people.intake_public, content)
            self.hub.queue.append(RelayedReport(sender, 5, sealed, f"receipt-{len(self.hub.queue) + 1}", source))
        await intake.step()


@pytest.fixture
def desk(home: Home) -> Iterator[Counter]:
    with closing(open_database(home.folder / "desk" / "desk.db", home.keys())) as db:
        yield Counter(db, home.keys(), World(FakeHub(b""), home.public.intake_public_key))


def notice(found_uri: str) -> PublicNotice:
    return PublicNotice(
        Target.ACCOUNT,
        "@teapot",
        found_uri,
        Reason.FRAUD,
        "an invented complaint",
        "A. Nobody",
        "a@example.org",
        True,
        "en",
    )


async def test_a_public_notice_is_a_tip_about_whom_the_hub_found(desk: Counter) -> None:
    alice, room = desk.people.alice.user_uri, desk.people.room_uri
    for found in (alice, room, ""):
        await desk.take((FROM_NOBODY, notice(found)), source=Source.PUBLIC)
    listed = findings(desk.db).reports
    assert [(one.state, one.level, one.subject, one.source, one.reason) for one in listed] == [
        ("assessed", 0, "notice", "public", int(Reason.FRAUD))
    ] * 3
    cases = [store.find(desk.db, number) for number in (1, 2, 3)]
    assert [(case.kind, case.subject, case.priority) for case in cases if case is not None] == [
        ("account", alice, 3),
        ("room", room, 3),
        ("public", FROM_NOBODY, 3),
    ]
    (record,) = listed[0].evidence
    kept = records.open_record(desk.db, desk.keys.evidence, record, who="staff:1", reason="a look", now_ms=9)
    assert (kept.kind, PublicNotice.decode(kept.content)) == (Kind.NOTICE, notice(alice))


async def test_a_notice_from_an_account_is_no_public_notice(desk: Counter) -> None:
    await desk.take((desk.people.bob.user_uri, notice(desk.people.alice.user_uri)))
    (found,) = findings(desk.db).reports
    assert (found.state, found.accused_uri) == ("malformed", None)
    assert store.find(desk.db, 1) is None


async def test_an_appeal_is_handed_on_once_and_is_no_report(desk: Counter) -> None:
    bob = desk.people.bob.user_uri
    appeal = Appeal(About.DECISION, "abcdef", bob, "it was not me, it was the teapot")
    of_notice = Appeal(About.NOTICE, "0123abcd", "", "look again")
    await desk.take((bob, appeal))
    await desk.take((FROM_NOBODY, of_notice), source=Source.PUBLIC)
    desk.hub.forgotten.clear()
    await desk.take()
    assert desk.lodged == [(appeal, "receipt-1"), (of_notice, "receipt-2")]
    assert findings(desk.db).reports == ()
    assert log.size(desk.db) == 0, "what became of it is an entry of those who answer appeals"
    assert b"teapot" not in b"".join(bytes(str(row), "utf-8") for row in desk.db.execute("SELECT * FROM report"))


@pytest.mark.parametrize("appellant", ["mimi://hub.example/u/" + "a" * 26, "somebody"])
async def test_an_appeal_in_anothers_name_is_malformed_and_handed_to_nobody(desk: Counter, appellant: str) -> None:
    await desk.take((desk.people.bob.user_uri, Appeal(About.DECISION, "abcdef", appellant, "words")))
    (found,) = findings(desk.db).reports
    assert (found.state, desk.lodged) == ("malformed", [])


@pytest.mark.parametrize("subject", [Subject.PERSON, Subject.ROOM, Subject.PROFILE, Subject.INVITATION])
async def test_a_report_without_messages_asks_the_hub_nothing_and_is_a_tip(desk: Counter, subject: Subject) -> None:
    alice, bob, room = desk.people.alice.user_uri, desk.people.bob.user_uri, desk.people.room_uri
    of_room = subject is Subject.ROOM
    report = AbuseReport(
        bob, "" if of_room else alice, room if of_room else "", Reason.SPAM, "an invented note", (), subject
    )
    desk.hub.outcome = None  # type: ignore[assignment]  # whoever asks gets no answer that fits
    await desk.take((bob, report))
    (found,) = findings(desk.db).reports
    assert (found.state, found.level, found.messages, found.subject) == ("assessed", 0, [], subject.name.lower())
    case = store.find(desk.db, 1)
    assert case is not None
    assert (case.subject, case.kind, case.level) == (room if of_room else alice, "room" if of_room else "account", 0)


async def test_what_a_moderator_passed_on_says_so_and_for_whom(desk: Counter) -> None:
    people = desk.people
    report = people.report(people.sent(proof=False), escalated_for=people.alice.user_uri)
    await desk.take((people.bob.user_uri, report))
    (found,) = findings(desk.db).reports
    assert (found.source, found.escalated_for, found.level) == ("moderators", people.alice.user_uri, 1)
    assert "source: moderators" in findings(desk.db).rows()[0]
