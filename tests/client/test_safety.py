# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A person and the safety desk over a real hub: every kind of report, what comes back, decisions, appeals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from privity.client.engine.from_desk import Line
from privity.client.engine.held_back import HeldBack
from privity.client.errors import CommandRefused
from privity.client.sdk import Device
from privity.desk.cases.gathering import Gathering
from privity.desk.intake.findings import ReportFinding
from privity.desk.intake.findings import Subject as Found
from privity.desk.intake.queue import Intake
from privity.desk.main import now_ms
from privity.identity.errors import BadUri
from privity.message.appeal import About, Appeal
from privity.message.report import Reason
from privity.policy.roles import Role
from privity.wire.errors import Code, Refusal
from privity.wire.staff import EffectParams, Verb
from privity.wire.standing import StandingState
from tests.client.town import Town, run, shown, town, until
from tests.hub_effects import DECISION, does, limited

DAY_MS = 86_400_000


async def found(here: Town, receipt: str) -> ReportFinding:
    """What the desk finds of a report."""
    await here.desk.intake.step()
    (report,) = [each for each in here.desk.reports() if each.receipt == receipt]
    return report


def test_what_is_reported_without_messages_reaches_the_desk_as_a_tip(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, _ = await here.pair()
            carol = await here.person("carol_c")
            group = await alice.create_group()
            await carol.contacts.ask("alice_a")
            await alice.contacts.refresh()
            safety = alice.safety
            receipts = [
                (await safety.report_person(bob.user_uri, Reason.FRAUD, "teapots"), Found.PERSON, bob.user_uri, None),
                (await safety.report_room(group, Reason.OTHER), Found.ROOM, None, group),
                (await safety.report_profile(bob.user_uri, Reason.HATE), Found.PROFILE, bob.user_uri, None),
                (
                    await safety.report_invitation(carol.user_uri, Reason.SPAM),
                    Found.INVITATION,
                    carol.user_uri,
                    None,
                ),
            ]
            for receipt, subject, accused, room in receipts:
                report = await found(here, receipt)
                assert (report.subject, report.accused_uri, report.room_uri) == (subject, accused, room)
                assert (report.state.value, report.level, report.messages) == ("assessed", 0, [])
                assert report.reporter_uri == alice.user_uri
            assert [each.receipt for each in safety.reports()] == [row[0] for row in reversed(receipts)]
            with pytest.raises(BadUri):
                await safety.report_person("bob_b", Reason.SPAM)

    run(work())


def test_messages_can_be_passed_on_by_who_looks_after_the_room_alone(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, direct = await here.pair()
            group = await alice.create_group()
            await alice.invite(group, bob.user_uri)
            said = await alice.send(group, "buy my teapots")
            other = await bob.send(await joined(bob, group, said), "nobody wants a teapot")
            await shown(alice, group, other)
            receipt = await alice.safety.report_messages(group, (other,), Reason.SPAM, as_moderator=True)
            report = await found(here, receipt)
            assert (report.source.value, report.escalated_for, report.level) == ("moderators", "", 2)
            with pytest.raises(CommandRefused, match="passes them on"):
                await bob.safety.report_messages(group, (said,), Reason.SPAM, as_moderator=True)
            with pytest.raises(CommandRefused):
                await bob.safety.report_messages(
                    direct, (bob.read(direct)[-1].message_id,), Reason.SPAM, as_moderator=True
                )
            await alice.offices.give(group, bob.user_uri, Role.MODERATOR)
            await until(bob, lambda: bob.offices.of(group)[bob.user_uri] is Role.MODERATOR)
            await bob.safety.report_messages(group, (said,), Reason.SPAM, as_moderator=True)

    run(work())


async def joined(device: Device, room: str, message_id: bytes) -> str:
    """The room, once the device is in it and shows the message."""
    await until(device, lambda: room in device.rooms())
    await shown(device, room, message_id)
    return room


def test_a_conversation_one_was_brought_into_is_reported_and_left_unread(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, _ = await here.pair()
            for added_by, subject, accused in (
                (alice.user_uri, Found.INVITATION, alice.user_uri),
                ("", Found.ROOM, None),
            ):
                group = await alice.create_group()
                await alice.invite(group, bob.user_uri)
                await joined(bob, group, await alice.send(group, "nobody agreed to this"))
                bob.host.engine.room(group).hold(HeldBack(added_by, (alice.user_uri,)))
                receipt = await bob.contacts.leave_held(group, Reason.SPAM, "I know nobody there")
                assert receipt is not None
                report = await found(here, receipt)
                assert (report.subject, report.accused_uri, report.room_uri) == (subject, accused, group)
                assert (report.messages, bob.contacts.held()) == ([], [])
                with pytest.raises(CommandRefused, match="does not wait"):
                    await bob.contacts.leave_held(group, Reason.SPAM)
                assert group not in bob.rooms()
            assert len(bob.safety.reports()) == 2

    run(work())


def test_what_became_of_a_report_comes_back_to_the_person(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, _ = await here.pair()
            receipt = await alice.safety.report_person(bob.user_uri, Reason.FRAUD)
            await does(
                here.desk.hub, 1, Verb.TELL, alice.user_uri, EffectParams(text="they were warned", receipt=receipt)
            )
            await until(alice, lambda: bool(alice.safety.reports()[0].lines))
            (line,) = alice.safety.reports()[0].lines
            assert line == Line(line.at_ms, "they were warned")
            assert bob.safety.reports() == [] and bob.safety.statements() == []

    run(work())


def test_who_is_limited_is_told_why_and_is_refused_by_name(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            assert (await bob.safety.standing()).standing is StandingState.GOOD
            until_ms = now_ms() + 3 * DAY_MS
            await does(here.desk.hub, 1, Verb.LIMIT, bob.user_uri, EffectParams(decision=DECISION, until_ms=until_ms))
            await does(
                here.desk.hub,
                2,
                Verb.STATEMENT,
                bob.user_uri,
                EffectParams(decision=DECISION, statement=limited(until_ms)),
            )
            await until(bob, lambda: bool(bob.safety.statements()))
            assert bob.safety.statements() == [limited(until_ms)]
            standing = await bob.safety.standing()
            assert (standing.standing, standing.until_ms, standing.reference) == (
                StandingState.LIMITED,
                until_ms,
                DECISION,
            )
            kept = bob.safety.kept_standing()
            assert kept is not None and kept.standing is StandingState.LIMITED
            with pytest.raises(Refusal) as refused:
                await bob.create_group()
            assert (refused.value.code, refused.value.body.reference) == (Code.RESTRICTED, DECISION)
            assert refused.value.body.until_ms == until_ms
            await shown(alice, room, await bob.send(room, "I can still talk to whom I know"))
            await bob.safety.report_person(alice.user_uri, Reason.OTHER)
            await does(here.desk.hub, 3, Verb.LIFT, bob.user_uri, EffectParams(decision=DECISION))
            assert (await bob.safety.standing()).standing is StandingState.GOOD
            await bob.create_group()

    run(work())


def test_an_appeal_and_a_complaint_reach_the_desk_with_their_references(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, _ = await here.pair()
            receipt = await alice.safety.report_person(bob.user_uri, Reason.FRAUD)
            lodged: list[Appeal] = []
            desk = here.desk
            intake = Intake(
                desk.db,
                desk.hub,
                desk.keys,
                desk.intake._key_log,
                now_ms,
                os.urandom,
                gather=Gathering({}),
                lodge=lambda db, appeal, relayed, at_ms: lodged.append(appeal),
            )
            await bob.safety.appeal(DECISION, "it was one teapot")
            await alice.safety.complain(receipt, "there were forty")
            await intake.step()
            assert lodged == [
                Appeal(About.DECISION, DECISION, bob.user_uri, "it was one teapot"),
                Appeal(About.REPORT, receipt, alice.user_uri, "there were forty"),
            ]
            with pytest.raises(CommandRefused, match="already"):
                await bob.safety.appeal(DECISION, "and a small one")
            with pytest.raises(CommandRefused, match="knows no report"):
                await alice.safety.complain("0" * 32, "a report of somebody else")
            assert [each.reference for each in bob.safety.appeals()] == [DECISION]

    run(work())
