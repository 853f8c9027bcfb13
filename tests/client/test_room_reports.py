# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to those who look after a conversation, over a real hub: from who makes one to what is done about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.client.errors import CommandRefused
from privity.client.room_reports import subject_of
from privity.client.sdk import Device
from privity.desk.intake.findings import ReportFinding
from privity.message.report import Reason, Subject
from privity.policy.roles import Role
from tests.client.town import Town, befriend, run, shown, town, until


async def found(here: Town, receipt: str) -> ReportFinding:
    """What the desk finds of a report."""
    await here.desk.intake.step()
    (report,) = [each for each in here.desk.reports() if each.receipt == receipt]
    return report


async def group_of(here: Town, *handles: str) -> tuple[str, list[Device]]:
    """A group that the first has made, and all of them in it, connected."""
    people = [await here.person(handle) for handle in handles]
    maker, *others = people
    group = await maker.create_group()
    for other in others:
        await befriend(maker, other)
        await maker.invite(group, other.user_uri)
    for other in others:
        await until(other, lambda other=other: group in other.rooms())  # type: ignore[misc]
        await until(other, lambda other=other: len(other.people(group)) == len(people))  # type: ignore[misc]
    await taken(others[0], group, maker)
    return group, people


async def said(speaker: Device, group: str, text: str, *hearers: Device) -> bytes:
    message_id = await speaker.send(group, text)
    for hearer in hearers:
        await shown(hearer, group, message_id)
    return message_id


def test_a_member_reports_to_the_moderators_and_they_alone_hear_of_it(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            group, (anna, ben, mal) = await group_of(here, "anna_a", "ben_b", "mal_m")
            insult = await said(mal, group, "your teapot is ugly", anna, ben)
            assert await ben.room_reports.moderators(group, mal.user_uri) == (anna.user_uri,)
            before = len(mal.read(group))
            made = await ben.room_reports.send(group, (insult,), Reason.HARASSMENT, "he does this daily")
            await until(anna, lambda: bool(anna.room_reports.received(group)))
            (report,) = anna.room_reports.received()
            (message,) = report.messages
            assert (report.reporter_uri, report.accused_uri) == (ben.user_uri, mal.user_uri)
            assert (report.reason, report.note) == (Reason.HARASSMENT, "he does this daily")
            assert (message.message_id, message.standing, message.text) == (insult, "seen", "your teapot is ugly")
            assert (report.state, report.how, message.gone, report.accused_out) == ("waiting", "", False, False)
            (own,) = ben.safety.reports()
            assert (own.receipt, own.to_moderators, own.messages) == (made, True, 1)
            assert await here.sealed_sizes() == [], "the desk gets nothing"
            await mal.caught_up()
            assert len(mal.read(group)) == before and mal.room_reports.received() == []
            assert ben.room_reports.received() == []

    run(work())


def test_moderators_act_settle_and_pass_on_and_the_desk_sees_who_agreed_to_be_named(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            group, (anna, ben, mal) = await group_of(here, "anna_a", "ben_b", "mal_m")
            first = await said(mal, group, "your teapot is ugly", anna, ben)
            second = await said(mal, group, "and so are you", anna, ben)
            await ben.room_reports.send(group, (first,), Reason.HARASSMENT)
            await ben.room_reports.send(group, (second,), Reason.THREAT, "I am afraid", may_name=True)
            await until(anna, lambda: anna.room_reports.waiting(group) == 2)
            newer, older = anna.room_reports.received(group)
            assert anna.room_reports.waiting() == 2 and anna.room_reports.waiting("mimi://hub.example/r/none") == 0
            await anna.delete(group, first)
            await anna.room_reports.settle(older.id, "deleted")
            receipt = await anna.room_reports.pass_on(newer.id, "see the second")
            report = await found(here, receipt)
            assert (report.source.value, report.escalated_for, report.level) == ("moderators", ben.user_uri, 2)
            assert (report.reporter_uri, report.accused_uri) == (anna.user_uri, mal.user_uri)
            await anna.offices.ban(group, mal.user_uri)
            newer, older = anna.room_reports.received(group)
            assert (older.state, older.how, older.messages[0].gone, older.accused_out) == (
                "done",
                "deleted",
                True,
                True,
            )
            assert older.messages[0].text == "your teapot is ugly", "what was deleted can still be judged"
            assert (newer.state, newer.how, newer.messages[0].gone) == ("done", "passed on", False)
            assert anna.room_reports.waiting() == 0
            again = await anna.room_reports.pass_on(older.id)
            assert (await found(here, again)).escalated_for == "", "who did not agree is not named"
            for how in ("passed on", "forgiven"):
                with pytest.raises(CommandRefused, match="settled as one of"):
                    await anna.room_reports.settle(older.id, how)
            for unknown in ("00" * 16, "not hex"):
                with pytest.raises(CommandRefused):
                    await anna.room_reports.pass_on(unknown)

    run(work())


def test_a_person_or_the_conversation_is_reported_without_a_message(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            group, (anna, ben, mal) = await group_of(here, "anna_a", "ben_b", "mal_m")
            mine = await said(ben, group, "mine", anna)
            await ben.room_reports.send(group, (), Reason.SPAM, "everywhere", accused_uri=mal.user_uri)
            await ben.room_reports.send(group, (), Reason.OTHER)
            await until(anna, lambda: anna.room_reports.waiting(group) == 2)
            about = {(subject_of(each), each.accused_uri, each.messages) for each in anna.room_reports.received()}
            assert about == {(Subject.PERSON, mal.user_uri, ()), (Subject.ROOM, "", ())}
            for report in anna.room_reports.received():
                passed = await found(here, await anna.room_reports.pass_on(report.id))
                assert (passed.source.value, passed.messages, passed.accused_uri or "") == (
                    "moderators",
                    [],
                    report.accused_uri,
                )
            for ids, accused, why in (
                ((mine,), "", "own address"),
                ((), ben.user_uri, "own address"),
                ((mine,), mal.user_uri, "one person"),
                ((b"\x01" * 32,), "", "no evidence"),
                ((), ben.user_uri[:-26] + "a" * 26, "is not and was not"),
            ):
                with pytest.raises(CommandRefused, match=why):
                    await ben.room_reports.send(group, ids, Reason.SPAM, accused_uri=accused)
            with pytest.raises(CommandRefused, match="a note has at most"):
                await ben.room_reports.send(group, (), Reason.SPAM, "x" * 9000)
            pair = await anna.direct(ben.user_uri)
            assert await anna.room_reports.moderators(pair, ben.user_uri) == ()
            with pytest.raises(CommandRefused, match="conversation of two"):
                await anna.room_reports.send(pair, (), Reason.SPAM)

    run(work())


def test_a_moderator_who_is_reported_does_not_hear_of_it_and_every_device_of_the_others_does(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            group, (anna, ben, mona) = await group_of(here, "anna_a", "ben_b", "mona_m")
            await anna.offices.give(group, mona.user_uri, Role.MODERATOR)
            await until(ben, lambda: ben.offices.of(group)[mona.user_uri] is Role.MODERATOR)
            insult = await said(mona, group, "your teapot is ugly", anna, ben)
            await taken(ben, group, anna, mona)
            assert await ben.room_reports.moderators(group, mona.user_uri) == (anna.user_uri,)
            await ben.room_reports.send(group, (insult,), Reason.HARASSMENT)
            await ben.room_reports.send(group, (), Reason.OTHER, "everybody")
            await until(mona, lambda: mona.room_reports.waiting() == 1)
            await until(anna, lambda: anna.room_reports.waiting() == 2)
            assert [subject_of(each) for each in mona.room_reports.received()] == [Subject.ROOM]

    run(work())


async def taken(asker: Device, group: str, *moderators: Device) -> None:
    """Until the hub has a key of all of these; each look is a question to the hub."""
    wanted = {device.user_uri for device in moderators}
    while not wanted <= set(await asker.room_reports.moderators(group, "")):
        pass
