# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reporting to those who look after a conversation, and looking after one."""

from __future__ import annotations

from typing import Final

from privity.faces.app.conversations import known
from privity.faces.app.errors import Malformed, NotThere
from privity.faces.app.opened import Opened
from privity.faces.app.people import other, person
from privity.faces.app.port.asked import Done
from privity.faces.app.port.room_reports import (
    ModeratorsShown,
    PassedOn,
    PassOnRoomReport,
    ReportToRoom,
    RoomModerators,
    RoomReports,
    RoomReportsShown,
    SettleRoomReport,
    TakeToDesk,
)
from privity.faces.app.port.safety import Reported
from privity.faces.app.room_reports import room_reports_shown
from privity.faces.app.verbs import Verbs
from privity.faces.app.verbs.safety import check_note, made, reason_of
from privity.message.report import MAX_MESSAGES

HOW: Final = ("deleted", "removed", "banned", "nothing to do")
"""What whoever looks after a conversation says was done about a report. Passing it on says so by itself."""


async def moderators(opened: Opened, request: RoomModerators) -> ModeratorsShown:
    room_uri = known(opened.device, request.room_uri)
    accused = other(opened.device, request.user_uri) if request.user_uri else ""
    found = await opened.device.room_reports.moderators(room_uri, accused)
    opened.learn(found)
    return ModeratorsShown(people=tuple(person(opened.device, each) for each in found))


async def report(opened: Opened, request: ReportToRoom) -> Reported:
    reason = reason_of(request.reason)
    check_note(request.note)
    if len(request.message_ids) > MAX_MESSAGES:
        raise Malformed(f"a report has at most {MAX_MESSAGES} messages")
    room_uri, who = known(opened.device, request.room_uri), other(opened.device, request.user_uri)
    report_id = await opened.device.room_reports.send(
        room_uri, request.message_ids, reason, request.note, accused_uri=who, may_name=request.may_name
    )

    async def leave() -> None:
        await opened.device.leave(room_uri)
        opened.refresh([room_uri])

    return await made(
        opened, report_id, reason, block=who if request.block else "", leave=leave if request.leave else None
    )


async def take_to_desk(opened: Opened, request: TakeToDesk) -> PassedOn:
    receipt = await opened.device.room_reports.report_to_desk(request.report_id)
    opened.safety_changed()
    return PassedOn(receipt=receipt)


async def reports(opened: Opened, request: RoomReports) -> RoomReportsShown:
    found = room_reports_shown(opened.device, known(opened.device, request.room_uri))
    opened.learn(
        [each.user_uri for report in found.reports for each in (report.reporter, report.accused) if each is not None]
    )
    return found


async def settle(opened: Opened, request: SettleRoomReport) -> Done:
    room_uri = _room_of(opened, request.report_id)
    if request.how not in HOW:
        raise Malformed(f"what was done about a report is one of {', '.join(HOW)}")
    await opened.device.room_reports.settle(request.report_id, request.how)
    opened.room_reports_changed(room_uri)
    return Done()


async def pass_on(opened: Opened, request: PassOnRoomReport) -> PassedOn:
    room_uri = _room_of(opened, request.report_id)
    check_note(request.note)
    receipt = await opened.device.room_reports.pass_on(request.report_id, request.note)
    opened.room_reports_changed(room_uri)
    opened.safety_changed()
    return PassedOn(receipt=receipt)


def _room_of(opened: Opened, report_id: str) -> str:
    """The conversation that a report is about. Raises NotThere."""
    for each in opened.device.room_reports.received():
        if each.id == report_id:
            return each.room_uri
    raise NotThere("this device has no such report any more")


VERBS: Final[Verbs] = {
    RoomModerators: moderators,
    ReportToRoom: report,
    TakeToDesk: take_to_desk,
    RoomReports: reports,
    SettleRoomReport: settle,
    PassOnRoomReport: pass_on,
}
