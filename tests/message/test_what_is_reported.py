# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Version 2 of a report: a person, a room, a profile or an invitation, and what a moderator passes on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.message import cbor, sealed_report
from privity.message.errors import BadReport, UsageError
from privity.message.report import MAX_MESSAGES, AbuseReport, Reason, Subject
from tests.message.test_reports import PRIVATE, PUBLIC
from tests.message.world import World, make_world


def about(subject: Subject, w: World, *, alleged: bool = True, room: bool = True, messages: int = 0) -> AbuseReport:
    return AbuseReport(
        w.bob,
        w.alice if alleged else "",
        w.room if room else "",
        Reason.SPAM,
        "teapots, all day",
        (w.reported(),) * messages,
        subject,
    )


def good() -> list[AbuseReport]:
    """One of each kind that a person can make."""
    w = make_world()
    return [
        about(Subject.MESSAGES, w, messages=1),
        about(Subject.PERSON, w, room=False),
        about(Subject.PERSON, w),
        about(Subject.PERSON, w, messages=2),
        about(Subject.ROOM, w, alleged=False),
        about(Subject.ROOM, w, messages=1),
        about(Subject.PROFILE, w, room=False),
        about(Subject.INVITATION, w),
        about(Subject.INVITATION, w, room=False),
        replace(about(Subject.MESSAGES, w, messages=1), escalated_for=""),
        replace(about(Subject.MESSAGES, w, messages=1), escalated_for=w.other_room.replace("/r/", "/u/")),
    ]


@pytest.mark.parametrize("report", good(), ids=lambda report: f"{report.subject.name} {len(report.messages)}")
def test_each_subject_survives_the_way(report: AbuseReport) -> None:
    assert AbuseReport.decode(report.encode()) == report
    assert sealed_report.open(PRIVATE, sealed_report.seal(PUBLIC, report)) == report


def test_a_report_about_messages_is_still_version_1() -> None:
    w = make_world()
    assert w.report(w.reported()).encode()[1] == 1
    assert about(Subject.PERSON, w).encode()[1] == 2


def bad() -> list[tuple[str, AbuseReport]]:
    """A good report in which one thing is wrong, and why it must not pass."""
    w = make_world()
    return [
        ("messages without a message prove nothing", about(Subject.MESSAGES, w)),
        ("a person without a name", about(Subject.PERSON, w, alleged=False)),
        ("messages of a person in no room cannot be checked", about(Subject.PERSON, w, room=False, messages=1)),
        ("a room without a name", about(Subject.ROOM, w, room=False)),
        ("messages in a room have one sender", about(Subject.ROOM, w, alleged=False, messages=1)),
        ("a profile of nobody", about(Subject.PROFILE, w, alleged=False, room=False)),
        ("a profile is in no room", about(Subject.PROFILE, w)),
        ("a profile has no messages", about(Subject.PROFILE, w, room=False, messages=1)),
        ("nothing of an invitation was read", about(Subject.INVITATION, w, messages=1)),
        ("an invitation by nobody", about(Subject.INVITATION, w, alleged=False)),
        ("no room whose moderator could pass it on", replace(about(Subject.PERSON, w, room=False), escalated_for="")),
        ("one message too many", about(Subject.PERSON, w, messages=MAX_MESSAGES + 1)),
        ("a note that is too long", replace(about(Subject.PERSON, w), note="x" * 8193)),
        ("a first reporter that is too long", replace(about(Subject.ROOM, w), escalated_for="x" * 513)),
    ]


@pytest.mark.parametrize(("why", "report"), bad(), ids=[why for why, _ in bad()])
def test_what_a_subject_does_not_take_is_not_made(why: str, report: AbuseReport) -> None:
    with pytest.raises(UsageError):
        report.encode()


def altered(at: int, value: object) -> bytes:
    items = cbor.decode(about(Subject.PERSON, make_world()).encode())
    assert isinstance(items, list)
    items[at] = value
    return cbor.encode(items)


@pytest.mark.parametrize("at", range(9))
def test_a_wrong_element_is_refused(at: int) -> None:
    with pytest.raises(BadReport):
        AbuseReport.decode(altered(at, -1))


def test_an_unknown_subject_or_version_is_refused() -> None:
    for at, value in ((0, 0), (0, 3), (0, "report"), (1, max(Subject) + 1), (1, False)):
        with pytest.raises(BadReport):
            AbuseReport.decode(altered(at, value))


def test_what_version_1_can_say_has_no_second_encoding() -> None:
    w = make_world()
    first = cbor.decode(w.report(w.reported()).encode())
    assert isinstance(first, list)
    second = cbor.encode([2, 0, *first[1:], None])
    with pytest.raises(BadReport, match="has to be version 1"):
        AbuseReport.decode(second)
    with pytest.raises(BadReport):
        AbuseReport.decode(cbor.encode([]))


@given(st.integers(0, 200), st.integers(0, 255))
def test_decoding_near_a_real_one_is_total_and_canonical(at: int, byte: int) -> None:
    data = bytearray(about(Subject.ROOM, make_world()).encode())
    data[at % len(data)] = byte
    try:
        report = AbuseReport.decode(bytes(data))
    except BadReport:
        return
    assert report.encode() == bytes(data)
