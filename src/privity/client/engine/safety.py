# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person says to the desk, or to those who look after a group, and does with what others say to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from privity.client.engine import from_desk, reports, room_reporting
from privity.client.engine.flow import Flow
from privity.client.engine.safety_inputs import (
    FindModerators,
    HeedStanding,
    LodgeAppeal,
    PassOnRoomReport,
    Report,
    ReportToModerators,
    ReportUnread,
    SafetyCommand,
    SettleRoomReport,
    TakeToDesk,
)
from privity.wire.standing import OwnStanding

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine
    from privity.client.engine.state import Device


def decided(engine: Engine, command: SafetyCommand) -> Flow[object]:
    """What a command comes to."""
    match command:
        case Report():
            return reports.report(engine.room(command.room_uri), command)
        case ReportUnread():
            return reports.report_unread(engine.device, command)
        case LodgeAppeal():
            return reports.lodge_appeal(engine.device, command)
        case HeedStanding(_, standing):
            return _heed(engine.device, standing)
        case FindModerators(_, room_uri, accused_uri):
            return room_reporting.find_moderators(engine.room(room_uri), accused_uri)
        case ReportToModerators():
            return room_reporting.report_to_moderators(engine.room(command.room_uri), command)
        case TakeToDesk():
            return room_reporting.take_to_desk(engine, command)
        case SettleRoomReport():
            return engine.moderation.settle(command)
        case PassOnRoomReport():
            return engine.moderation.pass_on(command)
        case _:
            assert_never(command)


def _heed(device: Device, standing: OwnStanding) -> Flow[None]:
    yield from ()
    from_desk.heed_standing(device, standing)
