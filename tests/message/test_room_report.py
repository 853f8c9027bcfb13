# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to those who look after a room: their one form, whom they open for, and every way to be refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.identity.report_key import ReportKey
from privity.message import cbor, room_report, sealing
from privity.message import errors as e
from privity.message.report import MAX_RECIPIENTS, MAX_ROOM_REPORT, WRAPPED_BYTES, AbuseReport, Reason, Subject
from privity.message.room_report import MAX_PLAIN, RoomReport
from privity.message.sealed_report import PADDING, key_id
from privity.mls.crypto import signature_public_key
from tests.message.room_report_vectors import (
    DEVICE,
    DEVICE_KEY,
    MODERATORS,
    PUBLIC,
    RND,
    VECTORS,
    WORLD,
    came,
    made,
    reports,
    sealed,
)
from tests.message.world import SUITE

READER = min(MODERATORS)
SIGNATURE_KEY = signature_public_key(SUITE, DEVICE_KEY)
FIELDS = 9
PROVE_CHANGES = int(os.environ.get("PRIVITY_PROVE_ROOM_REPORTS", "200000"))


def opened(body: bytes, reader: str = READER, room: str = WORLD.room) -> RoomReport:
    return room_report.open(body, MODERATORS[reader], room, reader)


def test_own_vectors_open() -> None:
    found = json.loads(VECTORS.read_text())
    assert len(found["reports"]) == 8
    for v in found["reports"]:
        raw = {name: bytes.fromhex(v[name]) for name in ("came", "report_private_key", "reporter_signature_key")}
        report = room_report.open(raw["came"], raw["report_private_key"], v["room"], v["device"])
        report.check_signature(raw["reporter_signature_key"])
        assert report.encode().hex() == v["content"]
    key = ReportKey.decode(bytes.fromhex(found["report_key"]["key"]))
    key.check(bytes.fromhex(found["report_key"]["signature_key"]))


@pytest.mark.parametrize("report", reports(), ids=lambda each: f"{each.report.subject.name}-{each.may_name}")
def test_each_device_that_it_names_opens_it_and_it_says_who_made_it(report: RoomReport) -> None:
    for reader, body in came(report).items():
        got = opened(body, reader)
        assert got == report == RoomReport.decode(report.encode())
        got.check_signature(SIGNATURE_KEY)
        assert len(body) == WRAPPED_BYTES + 1 + PADDING + 16
        assert report.report.note.encode() not in body and WORLD.data not in body


def test_it_opens_with_no_other_key_for_no_other_device_and_in_no_other_room() -> None:
    bodies = came(reports()[0])
    other = max(MODERATORS)
    with pytest.raises(e.RoomReportDoesNotOpen):
        opened(bodies[other])
    with pytest.raises(e.RoomReportDoesNotOpen):
        opened(bodies[READER], room=WORLD.other_room)
    with pytest.raises(e.RoomReportDoesNotOpen):
        room_report.open(bodies[READER], RND(32), WORLD.room, READER)
    with pytest.raises(e.RoomReportDoesNotOpen):
        room_report.open(bodies[READER], MODERATORS[READER], WORLD.room, other)


def test_a_device_that_the_report_does_not_name_is_shown_nothing() -> None:
    """Whoever made it wraps its key to one more: that one refuses, and so does sealing."""
    report = made(WORLD.report(WORLD.reported()))
    with pytest.raises(e.UsageError, match="names"):
        room_report.seal(report, {READER: PUBLIC[READER]}, RND)
    fewer = replace(report, recipients=report.recipients[1:]).signed_by(DEVICE_KEY)
    keyed: list[bytes] = []

    def watched(count: int) -> bytes:
        keyed.append(RND(count))
        return keyed[-1]

    body = room_report.seal(fewer, {each: PUBLIC[each] for each in fewer.recipients}, watched).body
    left_out = report.recipients[0]
    info = room_report._info(WORLD.room, left_out, PUBLIC[left_out])
    wrapped = key_id(PUBLIC[left_out]) + sealing.seal(PUBLIC[left_out], keyed[0], info)
    with pytest.raises(e.BadRoomReport, match="not made for"):
        opened(wrapped + body, left_out)


def test_no_byte_can_be_changed_on_the_way() -> None:
    body = came(reports()[1])[READER]
    for at in (0, 7, 8, 40, WRAPPED_BYTES - 1, WRAPPED_BYTES, WRAPPED_BYTES + 1, len(body) // 2, len(body) - 1):
        changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        if at < 8:  # the name of the key: the reader looks for another one, and has none
            assert room_report.key_id_of(changed) != room_report.key_id_of(body)
            continue
        with pytest.raises(e.RoomReportError):
            opened(changed)
    for cut in (b"", body[:WRAPPED_BYTES], body[:-1], body + bytes(MAX_ROOM_REPORT)):
        with pytest.raises(e.RoomReportError):
            opened(cut)


@pytest.mark.parametrize(
    "changes", [200, pytest.param(PROVE_CHANGES, marks=pytest.mark.prove)], ids=["some", "at length"]
)
def test_of_changed_reports_none_opens(changes: int) -> None:
    """Bits flipped, bytes cut, doubled and swapped with those of another report to the same device."""
    random = Random(19)
    one, other = (came(report)[READER] for report in reports()[:2])
    for _ in range(changes):
        changed = bytearray(one)
        at, size = random.randrange(8, len(one)), random.randrange(1, 40)
        match random.randrange(4):
            case 0:
                changed[at] ^= 1 << random.randrange(8)
            case 1:
                del changed[at : at + size]
            case 2:
                changed[at:at] = changed[at : at + size]
            case _:
                changed[at : at + size] = other[at : at + size]
        if bytes(changed) == one:
            continue
        with pytest.raises(e.RoomReportError):
            opened(bytes(changed))


def test_the_signature_covers_everything_and_is_of_one_device() -> None:
    report = reports()[0]
    with pytest.raises(e.RoomReportNotSigned):
        report.check_signature(signature_public_key(SUITE, RND(32)))
    for changed in (
        replace(report, id=bytes(16)),
        replace(report, may_name=True),
        replace(report, room_uri=WORLD.other_room),
        replace(report, client_uri=READER),
        replace(report, recipients=report.recipients[:1]),
        replace(report, report=replace(report.report, note="another")),
        replace(report, report=replace(report.report, reason=Reason.SPAM)),
    ):
        with pytest.raises(e.RoomReportNotSigned):
            changed.check_signature(SIGNATURE_KEY)


BROKEN: dict[str, Callable[[list[object]], list[object]]] = {
    "kind": lambda said: ["report", *said[1:]],
    "version": lambda said: [said[0], 2, *said[2:]],
    "short id": lambda said: [*said[:2], bytes(15), *said[3:]],
    "no room": lambda said: [*said[:3], 7, *said[4:]],
    "long device": lambda said: [*said[:4], "x" * 513, *said[5:]],
    "nobody": lambda said: [*said[:5], [], *said[6:]],
    "doubled": lambda said: [*said[:5], [READER, READER], *said[6:]],
    "unsorted": lambda said: [*said[:5], sorted(MODERATORS, reverse=True), *said[6:]],
    "too many": lambda said: [*said[:5], [f"d{n:03}" for n in range(MAX_RECIPIENTS + 1)], *said[6:]],
    "no yes or no": lambda said: [*said[:6], 1, *said[7:]],
    "no report": lambda said: [*said[:7], b"\x00", *said[8:]],
    "short signature": lambda said: [*said[:8], bytes(63)],
    "one more": lambda said: [*said, 0],
    "no list": lambda said: [],
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_has_another_form_is_refused(name: str) -> None:
    said = cbor.decode(reports()[0].encode())
    assert isinstance(said, list) and len(said) == FIELDS
    with pytest.raises(e.BadRoomReport):
        RoomReport.decode(cbor.encode(BROKEN[name](said)))


@pytest.mark.parametrize(
    "report",
    [
        replace(WORLD.report(WORLD.reported()), room_uri=WORLD.other_room),
        AbuseReport(WORLD.bob, WORLD.alice, "", Reason.SPAM, "", (), Subject.PROFILE),
        AbuseReport(WORLD.bob, WORLD.alice, WORLD.room, Reason.SPAM, "", (), Subject.INVITATION),
        replace(WORLD.report(WORLD.reported()), escalated_for=WORLD.bob),
        WORLD.report(replace(WORLD.reported(), attachments={0: b"a file"})),
    ],
    ids=["another room", "a profile", "an invitation", "passed on", "with a file"],
)
def test_what_those_who_look_after_a_room_do_not_judge_is_refused(report: AbuseReport) -> None:
    with pytest.raises(e.UsageError):
        made(report).encode()


def test_a_report_has_an_end() -> None:
    long = replace(WORLD.report(WORLD.reported()), note="x" * 8192)
    most = replace(long, messages=tuple(replace(WORLD.reported(), data=bytes(60_000)) for _ in range(4)))
    assert len(sealed(made(most)).body) <= MAX_ROOM_REPORT
    with pytest.raises(e.UsageError):
        made(replace(most, messages=(*most.messages, replace(WORLD.reported(), data=bytes(20_000))))).encode()
    assert MAX_PLAIN < MAX_ROOM_REPORT


def test_nothing_of_it_is_in_a_repr() -> None:
    report = reports()[1]
    shown = repr(report) + repr(sealed(report))
    assert "please look" not in shown and WORLD.data.hex() not in shown and str(WORLD.data) not in shown


@given(st.binary(max_size=400))
@settings(max_examples=200)
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(e.BadRoomReport):
        RoomReport.decode(data)
    with pytest.raises(e.RoomReportError):
        opened(data)


@given(st.integers(0, 15), st.booleans(), st.integers(1, 40), st.text(max_size=60).filter(lambda t: "\ud800" not in t))
@settings(max_examples=60)
def test_each_report_has_one_encoding(seed: int, may_name: bool, readers: int, note: str) -> None:
    report = replace(WORLD.report(WORLD.reported()), note=note)
    named = room_report.order([f"mimi://hub.example/d/{n}" for n in range(readers)])
    one = RoomReport(bytes([seed]) * 16, WORLD.room, DEVICE, named, may_name, report).signed_by(DEVICE_KEY)
    again = RoomReport.decode(one.encode())
    assert again == one and again.encode() == one.encode()
    again.check_signature(SIGNATURE_KEY)
