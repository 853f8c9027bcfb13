# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reported messages: their exact bytes, how far each is proven, whoever reported under a pseudonym; and what is never
there because it leaves the house by the channel for child safety alone."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from typing import Any, Final

import msgspec
import pytest

from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.cases.gathering import Gathering
from privity.desk.cases.profiles import keep_copy
from privity.desk.clearinghouse import store as referrals
from privity.desk.clearinghouse.model import Destination, Draft, ReferralState, SealedKind
from privity.desk.clearinghouse.sealed import Vault
from privity.desk.evidence.shredding import shred
from privity.desk.intake.findings import Level, State, Subject
from privity.desk.intake.model import Assessment
from privity.desk.intake.recording import Batch
from privity.desk.legal.collecting import capabilities, service, turning
from privity.desk.legal.collecting.errors import NoCaseToken
from privity.desk.legal.collecting.model import Collection, Line, Snapshot
from privity.desk.legal.collecting.taking import Order, take
from privity.identity.pseudonyms import pseudonym
from privity.message import compose
from privity.message.attachments import encrypt
from privity.message.content import ExternalPart, MimiContent, walk
from privity.message.franking import make_tag
from privity.message.report import Authorship, Reason
from privity.production.classes import CONTENT, Releasable
from privity.wire import staff
from privity.wire.staff import ProfileFacts
from tests.desk.house import MODERATOR
from tests.desk.legal.collecting.collectors import Desk
from tests.desk.legal.collecting.manifest_hub import AT_MS, LID, POT

REPORTED = {"classes": ["content_reported"]}
RECORDS: Final = tuple(sorted(frozenset(Releasable) - CONTENT))
DAY_MS = 86_400_000
OCTOBER_MS = 31 * DAY_MS
NAMED_TWICE = ({"kind": "handle", "value": "pot.collector"}, {"kind": "account", "value": POT})
PROOF = Authorship(3, 5, b"aad", b"s" * 64, b"context with everybody's address", b"leaf", b"list")


def rows(found: Collection, table: str) -> list[dict[str, Any]]:
    (one,) = [each for each in found.tables if each.name == f"content_reported-{table}"]
    return [dict(zip((column.name for column in one.columns), row, strict=True)) for row in one.rows]


def files(found: Collection) -> dict[str, bytes]:
    return dict(found.evidence.get(Releasable.CONTENT_REPORTED, {}))


def message(found: Collection, number: int) -> dict[str, Any]:
    return dict(json.loads(files(found)[f"reported/messages/{number:05}.json"]))


def redacted(found: Collection, rule: str) -> int:
    return sum(one.count for one in found.redactions if one.rule == rule)


async def test_a_message_is_there_byte_for_byte_with_what_was_found(desk: Desk) -> None:
    room, reporter = desk.room(), desk.user()
    content = desk.text("I have taken your teapot", room)
    desk.report(content, room=room, reporter=reporter, level=Level.AUTHORSHIP)
    found = await desk.collected(REPORTED)
    made = message(found, 1)
    assert base64.b64decode(made["content"]) == content.encode()
    assert (made["sender"], made["room"], made["text"], made["kind"]) == (
        POT,
        room,
        "I have taken your teapot",
        "message",
    )
    assert base64.b64decode(made["frank"]["tag"]) == make_tag(content.encode(), content.salt)
    assert made["server_time_ms"] == AT_MS and made["attestation"] is None and made["handle"] is None
    (row,) = rows(found, "reported_messages")
    assert (row["message"], row["verified"], row["outcome"]) == (1, "verified", "VERIFIED_AUTHORSHIP")
    (report,) = rows(found, "reports_about")
    assert report["reporter_uri"].startswith("person-") and report["reason"] == "harassment"
    text = b"".join(files(found).values()).decode("utf-8", "replace") + str(found.tables)
    assert reporter not in text and "an invented note" not in text


async def test_what_is_not_verified_says_so(desk: Desk) -> None:
    room = desk.room()
    desk.report(desk.text("somebody says I said this", room), room=room, level=Level.TIP)
    found = await desk.collected(REPORTED)
    (row,) = rows(found, "reported_messages")
    assert row["verified"] == "not verified" and row["meaning"].startswith("tip only")
    assert json.loads(files(found)["reported/findings.json"])["findings"] == [
        {"authorship": "absent", "message": 1, "outcome": "MISMATCH", "verified": "not verified"}
    ]


async def test_each_opening_of_evidence_is_in_the_log_before(desk: Desk) -> None:
    room = desk.room()
    desk.report(desk.text("one", room), room=room)
    await desk.collected(REPORTED)
    (opened,) = desk.work.log(Act.EVIDENCE_OPENED)
    assert opened.who == "desk" and opened.said["reason"] == "collected for legal:1"
    (collected,) = desk.work.log(Act.LEGAL_COLLECTED)
    assert opened.n < collected.n


async def test_only_messages_of_the_period_and_of_the_account_are_there(desk: Desk) -> None:
    room = desk.room()
    desk.report(desk.text("before", room), room=room, at_ms=AT_MS - OCTOBER_MS)
    desk.report(desk.text("after", room), room=room, at_ms=AT_MS + OCTOBER_MS)
    desk.report(desk.text("another", room, LID), room=room, accused=LID)
    desk.report(desk.text("within", room), room=room)
    found = await desk.collected(REPORTED)
    assert [one["report"] for one in rows(found, "reports_about")] == [4]
    assert [message(found, 1)["text"]] == ["within"] and len(desk.work.log(Act.EVIDENCE_OPENED)) == 1


async def test_the_same_message_in_two_reports_is_one_file(desk: Desk) -> None:
    room = desk.room()
    content = desk.text("twice", room)
    desk.report(content, room=room)
    desk.report(content, room=room)
    found = await desk.collected(REPORTED)
    assert [(row["report"], row["message"]) for row in rows(found, "reported_messages")] == [(1, 1), (2, 1)]
    assert len([name for name in files(found) if "/messages/" in name]) == 1


async def test_of_several_reports_of_a_message_the_one_that_proves_the_most_is_its_file(desk: Desk) -> None:
    """Whoever reports the same words first, without a proof of their own, takes nobody else's proof away."""
    room = desk.room()
    content = desk.text("twice", room)
    desk.report(content, room=room, level=Level.TIP, at_ms=AT_MS)
    desk.report(content, room=room, level=Level.HUB, at_ms=AT_MS + 100)
    found = await desk.collected({**REPORTED, "targets": [*NAMED_TWICE]})
    told = {(row["report"], row["message"], row["verified"]) for row in rows(found, "reported_messages")}
    assert told == {(1, 1, "not verified"), (2, 1, "verified")}
    assert message(found, 1)["server_time_ms"] == AT_MS + 100
    assert len([name for name in files(found) if "/messages/" in name]) == 1


async def test_a_message_may_be_asked_for_by_its_id(desk: Desk) -> None:
    room = desk.room()
    first, second = desk.text("this", room), desk.text("not this", room)
    desk.report(first, second, room=room)
    (wanted,) = desk.work.db.execute("SELECT message_id FROM reported_message WHERE position = 0").fetchone()
    found = await desk.collected({**REPORTED, "targets": [{"kind": "message", "value": bytes(wanted).hex()}]})
    assert [row["message_id"] for row in rows(found, "reported_messages")] == [bytes(wanted).hex()]
    assert message(found, 1)["text"] == "this" and desk.hub.asked == []
    assert found.accounts == (POT,)


async def test_the_proof_that_names_everybody_in_the_room_is_left_out_and_counted(desk: Desk) -> None:
    room = desk.room()
    desk.report(desk.text("signed", room), room=room, level=Level.AUTHORSHIP, proof=PROOF)
    found = await desk.collected(REPORTED)
    assert message(found, 1)["authorship"] is None
    assert redacted(found, turning.UNPROVEN) == 1
    assert PROOF.group_context not in b"".join(files(found).values())


async def test_no_order_has_anybody_named_in_what_was_reported(desk: Desk) -> None:
    line = Line(Releasable.CONTENT_REPORTED, "account", POT, AT_MS, AT_MS + DAY_MS)
    for content in CONTENT:
        with pytest.raises(NoCaseToken):
            Order("legal:1", "0" * 64, (line,), frozenset({content, Releasable.ACCOUNT_STATE}), bytes(32))


async def test_who_reported_keeps_a_pseudonym_where_an_order_names_others(desk: Desk) -> None:
    room, reporter = desk.room(), desk.user()
    desk.report(desk.text("signed", room), room=room, reporter=reporter, level=Level.AUTHORSHIP, proof=PROOF)
    lines = tuple(Line(one, "account", POT, AT_MS, AT_MS + DAY_MS) for one in (Releasable.CONTENT_REPORTED, *RECORDS))
    order = Order("legal:1", "0" * 64, lines, frozenset(RECORDS), bytes(32))
    found = _turned(await take(desk.work.db, desk.hub, desk.work.key, order, lambda: AT_MS))
    assert found.named == frozenset(RECORDS)
    everything = b"".join(table.json() for table in found.tables) + b"".join(files(found).values())
    assert reporter.encode() not in everything and PROOF.group_context not in everything
    assert rows(found, "reports_about")[0]["reporter_uri"] == pseudonym(bytes(32), reporter)
    assert message(found, 1)["authorship"] is None


def _turned(snapshot: Snapshot) -> Collection:
    return turning.turn(1, AT_MS, snapshot, capabilities.shipped())


async def test_evidence_whose_time_was_over_leaves_its_finding_and_no_words(desk: Desk) -> None:
    room = desk.room()
    desk.report(desk.text("forgotten", room), room=room)
    desk.work.db.execute("UPDATE evidence SET id = id")
    shred(desk.work.db, [1], desk.work.now_ms)
    found = await desk.collected(REPORTED)
    (row,) = rows(found, "reported_messages")
    assert row["message"] is None and row["verified"] == "verified"
    assert not [name for name in files(found) if "/messages/" in name]


async def test_bytes_that_are_no_message_have_a_finding_and_no_file(desk: Desk) -> None:
    room = desk.room()
    desk.report(b"\x01\x02", room=room, level=Level.TIP)
    found = await desk.collected(REPORTED)
    (row,) = rows(found, "reported_messages")
    assert row["message"] is None and row["message_id"] is None


def with_file(desk: Desk, room: str, plain: bytes) -> tuple[MimiContent, dict[int, bytes]]:
    sealed = encrypt(
        plain,
        content_type="image/png",
        filename="teapot.png",
        description="",
        url_of=lambda digest: f"https://hub.example/v1/blobs/{digest.hex()}",
        random=desk.random,
    )
    content = compose.attachment(compose.Author(POT, room), sealed.part, sealed.plaintext_hash, random=desk.random)
    (index,) = [at for at in range(4) if _is_file(content, at)]
    return content, {index: sealed.ciphertext}


def _is_file(content: MimiContent, at: int) -> bool:
    return any(index == at and isinstance(part, ExternalPart) for index, part in walk(content.part))


async def test_a_file_of_a_message_is_there_as_it_opened(desk: Desk) -> None:
    room, plain = desk.room(), b"\x89PNG\r\n\x1a\n a generated pattern"
    content, attached = with_file(desk, room, plain)
    desk.report(content, room=room, attachments=attached)
    found = await desk.collected(REPORTED)
    (row,) = rows(found, "reported_attachments")
    assert row["status"] == "here" and row["name"] == "teapot.png" and row["file"].endswith(".png")
    assert files(found)[row["file"]] == plain and row["sha256"] == hashlib.sha256(plain).hexdigest()
    (told,) = message(found, 1)["attachments"]
    assert f"reported/{told['plaintext']}" == row["file"]


async def test_a_file_that_does_not_open_or_is_not_there_is_said_to_be_so(desk: Desk) -> None:
    room = desk.room()
    content, _ = with_file(desk, room, b"a generated pattern")
    altered, attached = with_file(desk, room, b"another pattern")
    desk.report(content, room=room)
    desk.report(altered, room=room, attachments={at: b"\0" + data for at, data in attached.items()})
    found = await desk.collected(REPORTED)
    assert [row["status"] for row in rows(found, "reported_attachments")] == ["not_here", "not_here"]


async def test_what_is_reported_for_child_safety_is_in_no_collection_and_counted(desk: Desk) -> None:
    room = desk.room()
    same = desk.text("the same words", room)
    desk.report(same, room=room, reason=Reason.CHILD_SAFETY)
    desk.report(same, room=room, reason=Reason.SPAM)  # the same message, for another reason
    desk.report(desk.text("about teapots", room), room=room)
    found = await desk.collected({"classes": ["content_reported", "account_state"]})
    assert [row["report"] for row in rows(found, "reports_about")] == [3]
    assert b"the same words" not in b"".join(files(found).values())
    assert redacted(found, turning.OTHER_CHANNEL) == 2 + 1
    (own,) = [one for one in found.tables if one.name == "account_state-desk_report"]
    assert {row[1] for row in own.rows} == {2, 3}
    assert len(desk.work.log(Act.EVIDENCE_OPENED)) == 1


@pytest.mark.parametrize(("destination", "left_out"), [(Destination.CYBERTIP, 1), (Destination.STATEMENTS, 0)])
async def test_what_a_referral_names_is_in_no_collection(desk: Desk, destination: Destination, left_out: int) -> None:
    room = desk.room()
    report = desk.report(desk.text("referred", room), room=room)
    referral = refer(desk, report, destination)
    found = await desk.collected(REPORTED)
    assert redacted(found, turning.OTHER_CHANNEL) == left_out
    assert len(rows(found, "reported_messages")) == 1 - left_out
    desk.work.db.execute("UPDATE referral SET state = 'withdrawn' WHERE n = ?", (referral,))


def refer(desk: Desk, report: int, destination: Destination = Destination.CYBERTIP) -> int:
    (case,) = desk.work.db.execute("SELECT case_number FROM case_report WHERE report_seq = ?", (report,)).fetchone()
    n = referrals.add(desk.work.db, destination, "teapots", POT, 1, mandatory=True, now_ms=AT_MS)
    referrals.add_draft(desk.work.db, n, 0, Draft(case, "staff:1", AT_MS, POT))
    return n


async def test_a_referral_that_was_withdrawn_withholds_nothing(desk: Desk) -> None:
    room = desk.room()
    referral = refer(desk, desk.report(desk.text("a mistake", room), room=room))
    desk.work.db.execute("UPDATE referral SET state = ? WHERE n = ?", (ReferralState.WITHDRAWN.value, referral))
    found = await desk.collected(REPORTED)
    assert len(rows(found, "reported_messages")) == 1 and redacted(found, turning.OTHER_CHANNEL) == 0


async def test_a_file_that_was_referred_is_withheld_wherever_it_was_reported(desk: Desk) -> None:
    room, plain = desk.room(), b"a generated pattern"
    other = refer(desk, desk.report(desk.text("elsewhere", room, LID), room=room, accused=LID))
    desk.work.db.execute("UPDATE referral_case SET subject = ?", (LID,))
    Vault(desk.work.db, desk.work.key, desk.random).keep(other, SealedKind.FILE, 0, plain)
    content, attached = with_file(desk, room, plain)
    desk.report(content, room=room, attachments=attached)
    found = await desk.collected(REPORTED)
    assert redacted(found, turning.OTHER_CHANNEL) == 1
    assert rows(found, "reported_messages") == [] and rows(found, "reported_attachments") == []
    assert plain not in b"".join(files(found).values())


async def test_a_profile_that_was_reported_for_child_safety_shows_no_picture(desk: Desk) -> None:
    assert _turned(await _profile(desk)).evidence[Releasable.CONTENT_PROFILE]
    desk.report(room="", reason=Reason.CHILD_SAFETY, subject=Subject.PROFILE)
    found = _turned(await _profile(desk))
    assert not found.evidence.get(Releasable.CONTENT_PROFILE)
    assert redacted(found, turning.OTHER_CHANNEL) == 1
    assert next(table.rows for table in found.tables if table.name == "content_profile-profile")  # its words are there


async def test_profiles_that_staff_kept_are_there_with_the_time_at_which_they_looked(desk: Desk) -> None:
    room = desk.room()
    report = desk.report(desk.text("x", room), room=room)
    case = cases.case_of_report(desk.work.db, report)
    shown = ProfileFacts(POT, "pot.collector", "Pot", "teapots, invented", b"\xff\xd8\xff pattern", True, False)
    keep_copy(desk.work.db, desk.work.key, desk.random, MODERATOR, case, shown, AT_MS + 5)
    found = _turned(await _profile(desk))
    (table,) = [one for one in found.tables if one.name == "content_profile-profile_copies"]
    (row,) = table.rows
    assert row[1:5] == (AT_MS + 5, "pot.collector", "Pot", "teapots, invented")
    assert found.evidence[Releasable.CONTENT_PROFILE][str(row[5])] == shown.picture
    refer(desk, report)
    again = _turned(await _profile(desk))
    assert not again.evidence.get(Releasable.CONTENT_PROFILE)
    assert redacted(again, turning.OTHER_CHANNEL) == 2


async def _profile(desk: Desk) -> Snapshot:
    line = Line(Releasable.CONTENT_PROFILE, "account", POT, None, None)
    order = Order("legal:1", "0" * 64, (line,), frozenset(), bytes(32))
    return await take(desk.work.db, desk.hub, desk.work.key, order, lambda: AT_MS)


async def test_a_picture_is_a_file_beside_its_table(desk: Desk) -> None:
    found = _turned(await _profile(desk))
    (table,) = [one for one in found.tables if one.name == "content_profile-profile"]
    (row,) = table.rows
    name = row[-1]
    assert isinstance(name, str) and found.evidence[Releasable.CONTENT_PROFILE][name] == b"profile.picture"


async def test_another_person_reporting_does_not_show_who_they_reported(desk: Desk) -> None:
    """What the account reported about others is a record of it; the others have pseudonyms."""
    room = desk.room()
    desk.report(desk.text("rude", room, LID), room=room, accused=LID, reporter=POT)
    found = await desk.collected({"classes": ["account_state", "content_reported"]})
    (own,) = [one for one in found.tables if one.name == "account_state-desk_report"]
    (row,) = own.rows
    assert POT in row and LID not in row and any(str(value).startswith("person-") for value in row)
    assert rows(found, "reports_about") == [] and not files(found)


async def test_a_report_that_nobody_could_read_is_a_record_of_who_made_it(desk: Desk) -> None:
    """It names no reason; that makes it no report for child safety, and none that is left out."""
    relayed = staff.RelayedReport(POT, AT_MS, b"sealed", "receipt-unread")
    batch = Batch(desk.work.db, desk.work.key, desk.random, lambda: AT_MS, Gathering({}), lambda *_: None)
    batch.add(relayed, Assessment(State.CANNOT_OPEN, "WrongIntakeKey"))
    batch.write()
    found = await desk.collected({"classes": ["account_state"]})
    (own,) = [one for one in found.tables if one.name == "account_state-desk_report"]
    assert [row[2] for row in own.rows] == ["receipt-unread"]


async def test_a_storm_of_reports_is_read_with_pauses_and_opens_each_message_once(desk: Desk) -> None:
    room = desk.room()
    content = desk.text("the same words", room)
    for at in range(120):
        desk.report(content, room=room, at_ms=AT_MS + at)
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(beat())
    found = await desk.collected(REPORTED)
    beating.cancel()
    assert len(rows(found, "reported_messages")) == 120 and len(desk.work.log(Act.EVIDENCE_OPENED)) == 1
    assert beats > 2


async def test_nothing_of_it_is_kept_readable(desk: Desk) -> None:
    room = desk.room()
    desk.report(desk.text("I have taken your teapot", room), room=room)
    await desk.collected(REPORTED)
    for (ciphertext,) in desk.work.db.execute("SELECT ciphertext FROM legal_collected_file").fetchall():
        assert b"teapot" not in ciphertext
    text = msgspec.json.encode([entry.said for entry in desk.work.log()]).decode()
    assert "teapot" not in text.replace("Teapot Inspectorate", "")
    assert service.snapshot_of(desk.work.db, desk.work.key, 1).files
