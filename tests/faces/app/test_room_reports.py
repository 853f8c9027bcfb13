# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to those who look after a conversation, as the page makes them, gets them and acts on them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from privity.client.engine import from_desk, kept_room_reports
from privity.faces.app.port.asked import CreateGroup, Delete, Done, EditText, Invite, Sent
from privity.faces.app.port.happened import ConversationChanged, SafetyChanged, Told
from privity.faces.app.port.offices import Ban, GiveRole
from privity.faces.app.port.room_reports import (
    ModeratorsShown,
    PassedOn,
    PassOnRoomReport,
    Proof,
    ReportToRoom,
    RoomModerators,
    RoomReports,
    RoomReportsChanged,
    RoomReportShown,
    SettleRoomReport,
    TakeToDesk,
)
from privity.faces.app.port.safety import Reported, Reports, ReportShown
from privity.faces.app.port.shown import EntryState
from tests.client.town import run
from tests.faces.app.scenes import Scene, befriend, made, problem, scene, words

SPAM = "Forty teapots, one price"


@dataclass(slots=True)
class Boats:
    """A group of three: ann is its admin, bob and carl are members. Carl has said something that bob may report."""

    at: Scene
    room: str
    carl: str
    said: bytes

    def told(self, **more: Any) -> ReportToRoom:
        named: dict[str, Any] = {
            "account": "bob",
            "room_uri": self.room,
            "user_uri": self.carl,
            "reason": "spam",
            "message_ids": (self.said,),
        }
        return ReportToRoom(**(named | more))

    async def waiting(self, account: str, count: int) -> None:
        """Wait until so many reports wait in the row of the conversation."""

        def now() -> int:
            rows = [
                each.conversation.reports
                for each in self.at.page.events
                if isinstance(each, ConversationChanged)
                and (each.account, each.conversation.room_uri) == (account, self.room)
            ]
            return rows[-1] if rows else 0

        await self.at.page.until(lambda _: now() == count)

    async def received(self, account: str = "ann") -> tuple[RoomReportShown, ...]:
        found: tuple[RoomReportShown, ...] = (
            await self.at.page.ask(RoomReports(account=account, room_uri=self.room))
        ).reports
        return found

    async def own(self, account: str = "bob") -> tuple[ReportShown, ...]:
        found: tuple[ReportShown, ...] = (await self.at.page.ask(Reports(account=account))).reports
        return found


@asynccontextmanager
async def boats(folder: Path) -> AsyncIterator[Boats]:
    async with scene(folder) as at:
        carl = await made(at.door, at.page, at.town, "carl")
        room = (await at.page.ask(CreateGroup(account="ann", name="Boats"))).room_uri
        for name, uri in (("bob", at.bob), ("carl", carl)):
            await befriend(at.page, "ann", name)
            await at.page.ask(Invite(account="ann", room_uri=room, user_uri=uri))
        for name in ("bob", "carl"):
            await in_it(at, room, name)
        said = await at.say("carl", room, SPAM)
        for account in ("ann", "bob"):
            await at.shown(account, said)
        await keyed(at, room, "bob", carl, at.ann)
        yield Boats(at, room, carl, said)


async def in_it(at: Scene, room: str, account: str) -> None:
    await at.page.until(
        lambda e: (
            isinstance(e, ConversationChanged)
            and (e.account, e.conversation.room_uri, e.conversation.member) == (account, room, True)
        )
    )


async def keyed(at: Scene, room: str, account: str, accused: str, keeper: str) -> None:
    """Wait until a device of the keeper has published where reports are sealed to."""
    while True:
        found = await at.page.ask(RoomModerators(account=account, room_uri=room, user_uri=accused))
        assert isinstance(found, ModeratorsShown), found
        if keeper in [each.user_uri for each in found.people]:
            return


def test_a_message_is_reported_to_who_looks_after_the_conversation_and_to_nobody_else(tmp_path: Path) -> None:
    async def story() -> None:
        async with boats(tmp_path) as there:
            page = there.at.page
            before = [each.seq for each in (await there.at.entries("carl", there.room)).entries]
            reported = await page.ask(there.told(note="the third \u202etime", may_name=True))
            assert isinstance(reported, Reported) and (reported.undone, bool(reported.receipt)) == ("", True)
            await page.until(lambda e: isinstance(e, SafetyChanged) and e.account == "bob")
            await there.waiting("ann", 1)
            await page.until(lambda e: isinstance(e, RoomReportsChanged) and e.account == "ann")
            (report,) = await there.received()
            assert report.accused is not None
            assert (report.reporter.user_uri, report.accused.user_uri) == (there.at.bob, there.carl)
            assert (report.reason, report.state, report.how, report.title) == ("spam", "waiting", "", "Boats")
            assert (report.may_name, report.here, report.can_take_out) == (True, True, True)
            assert report.note.startswith("the third ") and "\u202e" not in report.note
            (message,) = report.messages
            assert (message.message_id, message.proof, words(message)) == (there.said, Proof.SEEN, SPAM)
            assert (message.can_delete, message.gone, message.files) == (True, False, ())
            (own,) = await there.own()
            assert (own.receipt, own.to_room, own.desk_receipt) == (reported.receipt, True, "")
            assert (own.subject, own.messages, own.title, own.lines) == ("messages", 1, "Boats", ())
            assert await there.received("carl") == () and await there.own("carl") == ()
            assert await there.received("bob") == ()
            assert [each.seq for each in (await there.at.entries("carl", there.room)).entries] == before
            heard = [each for each in page.events if getattr(each, "account", "") == "carl"]
            assert not any(isinstance(each, SafetyChanged | RoomReportsChanged | Told) for each in heard)
            assert not any(isinstance(each, ConversationChanged) and each.conversation.reports for each in heard)
            assert await there.at.town.sealed_sizes() == [], "nothing went to the desk"

    run(story())


def test_what_is_done_is_kept_with_the_report_and_the_accused_sees_that_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with boats(tmp_path) as there:
            page = there.at.page
            await page.ask(there.told())
            await there.waiting("ann", 1)
            (report,) = await there.received()
            at = {"account": "ann", "report_id": report.report_id}
            await page.ask(Delete(account="ann", room_uri=there.room, message_id=there.said))
            gone = await there.at.shown("carl", there.said, EntryState.DELETED)
            assert (gone.deleted_by, gone.deleted_as) == (there.at.ann, "admin")
            assert await page.ask(SettleRoomReport(**at, how="deleted")) == Done()
            await there.waiting("ann", 0)
            (settled,) = await there.received()
            assert (settled.state, settled.how) == ("done", "deleted")
            (message,) = settled.messages
            assert (message.proof, message.gone, message.can_delete) == (Proof.SEEN, True, False)
            assert words(message) == SPAM, "what was reported can still be read by who has to judge it"
            await page.ask(Ban(account="ann", room_uri=there.room, user_uri=there.carl))
            assert await page.ask(SettleRoomReport(**at, how="banned")) == Done()
            (banned,) = await there.received()
            assert (banned.how, banned.here, banned.can_take_out) == ("banned", False, False)

    run(story())


def test_how_a_message_stands_is_told_apart_and_only_what_is_proven_can_be_deleted(tmp_path: Path) -> None:
    async def story() -> None:
        async with boats(tmp_path) as there:
            page, at = there.at.page, there.at
            dora = await made(at.door, page, at.town, "dora")
            await befriend(page, "ann", "dora")
            await page.ask(Invite(account="ann", room_uri=there.room, user_uri=dora))
            await in_it(at, there.room, "dora")
            await page.ask(GiveRole(account="ann", room_uri=there.room, user_uri=dora, role="moderator"))
            await keyed(at, there.room, "bob", there.carl, dora)
            await page.ask(there.told())
            for account in ("ann", "dora"):
                await there.waiting(account, 1)
            (hers,) = (await there.received("ann"))[0].messages
            (later,) = (await there.received("dora"))[0].messages
            assert (hers.proof, hers.can_delete) == (Proof.SEEN, True)
            assert (later.proof, later.can_delete, words(later)) == (Proof.FRANKED, True, SPAM)
            engine = at.door.house.opened("ann").host.engine.device
            (kept,) = kept_room_reports.all_of(engine.batch)
            unproven = msgspec.structs.replace(kept.messages[0], proof=kept_room_reports.Proof.UNPROVEN)
            kept_room_reports.put(engine.batch, msgspec.structs.replace(kept, messages=(unproven,)))
            settled = SettleRoomReport(account="ann", report_id=kept.key.hex(), how="nothing to do")
            assert await page.ask(settled) == Done(), "with it goes into the store what was put beside it"
            (doubted,) = (await there.received("ann"))[0].messages
            assert (doubted.proof, doubted.can_delete, doubted.files) == (Proof.UNPROVEN, False, ())
            await page.ask(Delete(account="dora", room_uri=there.room, message_id=there.said))
            gone = await at.shown("carl", there.said, EntryState.DELETED)
            assert (gone.deleted_by, gone.deleted_as) == (dora, "moderator"), "proof enough to act upon"
            (report,) = await there.received("dora")
            how = SettleRoomReport(account="dora", report_id=report.report_id, how="deleted")
            assert await page.ask(how) == Done()
            assert not (await there.received("dora"))[0].messages[0].can_delete, "not a second time"

    run(story())


def test_what_a_message_said_before_it_was_edited_comes_with_it_and_is_no_second_message(tmp_path: Path) -> None:
    async def story() -> None:
        async with boats(tmp_path) as there:
            edit = EditText(account="carl", room_uri=there.room, message_id=there.said, text="A kind word")
            assert isinstance(await there.at.page.ask(edit), Sent)
            for account in ("ann", "bob"):
                await there.at.shown(account, there.said, EntryState.EDITED)
            await there.at.page.ask(there.told())
            await there.waiting("ann", 1)
            (report,) = await there.received()
            stand = {words(each): (each.proof, each.version, each.can_delete) for each in report.messages}
            assert stand == {SPAM: (Proof.SEEN, False, True), "A kind word": (Proof.SEEN, True, False)}

    run(story())


@pytest.mark.parametrize("may_name", [True, False], ids=["named", "unnamed"])
def test_a_report_is_passed_on_and_names_its_maker_only_if_they_agreed(tmp_path: Path, may_name: bool) -> None:
    async def story() -> None:
        async with boats(tmp_path) as there:
            page = there.at.page
            await page.ask(there.told(may_name=may_name))
            await there.waiting("ann", 1)
            (report,) = await there.received()
            passed = await page.ask(PassOnRoomReport(account="ann", report_id=report.report_id, note="please look"))
            assert isinstance(passed, PassedOn) and passed.receipt
            await there.waiting("ann", 0)
            (settled,) = await there.received()
            assert (settled.state, settled.how) == ("done", "passed on")
            found = await there.at.town.desk.only()
            assert (found.reporter_uri, found.accused_uri, len(found.messages)) == (there.at.ann, there.carl, 1)
            assert found.escalated_for == (there.at.bob if may_name else "")
            assert found.level == 2, "proven by what the device of the moderator received itself"
            (own,) = await there.own("ann")
            assert (own.receipt, own.to_room) == (passed.receipt, False)

    run(story())


def test_whoever_reported_takes_it_to_the_desk_too_when_they_like(tmp_path: Path) -> None:
    async def story() -> None:
        async with boats(tmp_path) as there:
            page = there.at.page
            report_id = (await page.ask(there.told())).receipt
            passed = await page.ask(TakeToDesk(account="bob", report_id=report_id))
            assert isinstance(passed, PassedOn)
            found = await there.at.town.desk.only()
            assert (found.reporter_uri, found.accused_uri, len(found.messages)) == (there.at.bob, there.carl, 1)
            own = {each.receipt: each for each in await there.own()}
            assert own[report_id].to_room and own[report_id].desk_receipt == passed.receipt
            assert not own[passed.receipt].to_room
            again = TakeToDesk(account="bob", report_id=report_id)
            assert await problem(page, again) == "CommandRefused", "once is enough"
            unknown = TakeToDesk(account="bob", report_id="0" * 32)
            assert await problem(page, unknown) == "CommandRefused"
            of_the_desk = TakeToDesk(account="bob", report_id=passed.receipt)
            assert await problem(page, of_the_desk) == "CommandRefused"
            person = (await page.ask(there.told(message_ids=()))).receipt
            engine = there.at.door.house.opened("bob").host.engine.device
            (kept,) = [each for each in from_desk.reports(engine.batch) if each.receipt == person]
            from_desk.put(engine, from_desk.REPORTS, person, msgspec.structs.replace(kept, from_backup=True))
            brought = TakeToDesk(account="bob", report_id=person)
            assert await problem(page, brought) == "CommandRefused", "a backup brings no evidence"
            from_desk.put(engine, from_desk.REPORTS, person, kept)
            assert isinstance(await page.ask(brought), PassedOn), "a person is reported without any"

    run(story())


def test_a_person_is_reported_without_a_message_blocked_and_the_conversation_left(tmp_path: Path) -> None:
    async def story() -> None:
        async with boats(tmp_path) as there:
            page = there.at.page
            reported = await page.ask(there.told(message_ids=(), reason="harassment", block=True, leave=True))
            assert isinstance(reported, Reported) and reported.undone == ""
            assert any("trust" in each.text for each in reported.help)
            await there.waiting("ann", 1)
            (report,) = await there.received()
            assert report.accused is not None and report.accused.user_uri == there.carl
            assert (report.messages, report.reason) == ((), "harassment")
            await page.until(
                lambda e: (
                    isinstance(e, ConversationChanged)
                    and e.account == "bob"
                    and e.conversation.room_uri == there.room
                    and not e.conversation.member
                )
            )
            assert there.at.door.house.opened("bob").device.blocks.blocked(there.carl)

    run(story())


def test_the_accused_never_gets_it_however_high_their_office(tmp_path: Path) -> None:
    async def story() -> None:
        async with boats(tmp_path) as there:
            page, at = there.at.page, there.at

            async def keepers(account: str, accused: str) -> list[str]:
                found = await page.ask(RoomModerators(account=account, room_uri=there.room, user_uri=accused))
                return [each.user_uri for each in found.people]

            hers = await at.say("ann", there.room, "A teapot of my own")
            await at.shown("bob", hers)
            assert await keepers("bob", at.ann) == [], "nobody but the accused looks after it: the page offers the desk"
            alone = there.told(user_uri=at.ann, message_ids=(hers,))
            assert await problem(page, alone) == "CommandRefused"
            await page.ask(GiveRole(account="ann", room_uri=there.room, user_uri=there.carl, role="moderator"))
            await keyed(at, there.room, "bob", at.ann, there.carl)
            assert await keepers("bob", at.ann) == [there.carl]
            assert await keepers("bob", there.carl) == [at.ann]
            await page.ask(alone)
            await there.waiting("carl", 1)
            assert await there.received("ann") == ()
            await page.ask(GiveRole(account="ann", room_uri=there.room, user_uri=there.carl, role="member"))
            await there.waiting("carl", 0)
            assert await there.received("carl") == (), "who loses the office loses what came with it"
            direct = await at.direct()
            two = await page.ask(RoomModerators(account="bob", room_uri=direct, user_uri=at.ann))
            assert two.people == (), "in a conversation of two nobody looks after it"

    run(story())


def test_what_nobody_could_report_or_settle_is_refused_by_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with boats(tmp_path) as there:
            page, nowhere = there.at.page, "mimi://hub.example/r/nowhere"
            for more, name in (
                ({"reason": "dislike"}, "Malformed"),
                ({"note": "x" * 8193}, "Malformed"),
                ({"message_ids": (there.said,) * 101}, "Malformed"),
                ({"user_uri": "carl"}, "BadUri"),
                ({"user_uri": there.at.bob}, "CommandRefused"),
                ({"room_uri": nowhere}, "NotThere"),
                ({"message_ids": (b"0" * 32,)}, "CommandRefused"),
            ):
                assert await problem(page, there.told(**more)) == name, more
            assert await problem(page, RoomReports(account="bob", room_uri=nowhere)) == "NotThere"
            unknown: dict[str, Any] = {"account": "ann", "report_id": "0" * 32}
            assert await problem(page, SettleRoomReport(**unknown, how="deleted")) == "NotThere"
            assert await problem(page, PassOnRoomReport(**unknown)) == "NotThere"
            assert await there.own() == () and await there.received() == ()
            await page.ask(there.told())
            await there.waiting("ann", 1)
            (report,) = await there.received()
            odd = SettleRoomReport(account="ann", report_id=report.report_id, how="teapots")
            assert await problem(page, odd) == "Malformed"
            passed = SettleRoomReport(account="ann", report_id=report.report_id, how="passed on")
            assert await problem(page, passed) == "Malformed", "only passing it on says that it was"
            long = PassOnRoomReport(account="ann", report_id=report.report_id, note="x" * 8193)
            assert await problem(page, long) == "Malformed"
            assert [each.state for each in await there.received()] == ["waiting"]

    run(story())
