# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports, appeals, what the desk decided, and reports to this person, as commands of the engine."""

from __future__ import annotations

from dataclasses import dataclass, field

from privity.client.engine.kept_room_reports import How
from privity.message.appeal import About
from privity.message.report import Reason, Subject
from privity.wire.standing import OwnStanding


@dataclass(frozen=True, slots=True)
class Report:
    """Report messages of one sender in one room to the hub's desk. Finished with the receipt.

    `subject`: the messages themselves, or the person or room that they show. `escalated_for` as in `AbuseReport`.
    """

    command: int
    room_uri: str
    message_ids: tuple[bytes, ...]
    reason: Reason
    note: str = field(repr=False)
    authorship: bool = True
    subject: Subject = Subject.MESSAGES
    escalated_for: str | None = None


@dataclass(frozen=True, slots=True)
class ReportUnread:
    """Report a person, a room, a profile or an invitation without any message. Finished with the receipt."""

    command: int
    subject: Subject
    user_uri: str
    room_uri: str
    reason: Reason
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LodgeAppeal:
    """Disagree with a decision about this account, or with what became of a report. Finished with the receipt."""

    command: int
    about: About
    reference: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeedStanding:
    """Keep where the hub says this account stands, and of what was decided about it what is new here."""

    command: int
    standing: OwnStanding


@dataclass(frozen=True, slots=True)
class FindModerators:
    """Who would get a report about somebody in a group. Finished with their user URIs."""

    command: int
    room_uri: str
    accused_uri: str


@dataclass(frozen=True, slots=True)
class ReportToModerators:
    """Report to those who look after a group: messages of one person, a person, or (with neither) the conversation.

    `may_name`: the reporter may be named to the desk if it is passed on. Finished with the report's id.
    """

    command: int
    room_uri: str
    message_ids: tuple[bytes, ...]
    accused_uri: str
    reason: Reason
    note: str = field(repr=False)
    may_name: bool = False


@dataclass(frozen=True, slots=True)
class TakeToDesk:
    """Report to the desk, too, what this device reported to those who look after a group. Finished with the receipt."""

    command: int
    report_id: str
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SettleRoomReport:
    """Somebody who looks after a group says what became of a report that came to them."""

    command: int
    key: bytes
    how: How


@dataclass(frozen=True, slots=True)
class PassOnRoomReport:
    """The same person passes it on to the desk. Finished with the receipt."""

    command: int
    key: bytes
    note: str = field(repr=False)


SafetyCommand = (
    Report
    | ReportUnread
    | LodgeAppeal
    | HeedStanding
    | FindModerators
    | ReportToModerators
    | TakeToDesk
    | SettleRoomReport
    | PassOnRoomReport
)
"""What a person says of others, and does with what others say to them (`safety`)."""
