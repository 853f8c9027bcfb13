# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to those who look after a conversation: making one, and what they see and do. No server reads any of it."""

from __future__ import annotations

from enum import StrEnum

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.happened import Event
from privity.faces.app.port.shape import Shape
from privity.faces.app.port.shown import Block, FileShown, Person

# What is shown


class Proof(StrEnum):
    """How a reported message stands on this device. Shown in words, marks and shapes that never look alike."""

    SEEN = "seen"
    """This device received the same message itself."""
    FRANKED = "franked"
    """It did not, and the server's mark says that it was sent there."""
    UNPROVEN = "unproven"
    """Nothing says so but whoever reported it."""


class ReportedShown(Shape, frozen=True, kw_only=True):
    """A reported message, as it was written. `files` are known where this device has the message itself."""

    message_id: bytes
    proof: Proof
    blocks: tuple[Block, ...]
    cut: int
    files: tuple[FileShown, ...]
    version: bool
    """Whether it is what a message came to say by an edit."""
    gone: bool
    """Whether it is deleted by now, or has disappeared."""
    can_delete: bool
    """Whether this account can delete it for everyone."""


class RoomReportShown(Shape, frozen=True, kw_only=True):
    """A report that came to this account. `state` is `waiting` or `done`, and `how` says what was done: `deleted`,
    `removed`, `banned`, `passed on` or `nothing to do`."""

    report_id: str
    room_uri: str
    title: str
    """What the conversation is called here."""
    reporter: Person
    accused: Person | None
    here: bool
    """Whether the accused is in the conversation still."""
    can_take_out: bool
    """Whether this account can remove and ban them."""
    reason: str
    note: str
    at_ms: int
    may_name: bool
    """Whether whoever reported agrees to be named to the desk."""
    messages: tuple[ReportedShown, ...]
    state: str
    how: str


# Reporting


class RoomModerators(AccountRequest, frozen=True, kw_only=True):
    """Who would get a report of somebody in a conversation: `ModeratorsShown`."""

    room_uri: str
    user_uri: str = ""


class ModeratorsShown(Result, frozen=True, kw_only=True):
    """Nobody, where none of them can take it: then the desk alone does."""

    people: tuple[Person, ...]


class ReportToRoom(AccountRequest, frozen=True, kw_only=True):
    """Tell those who look after a conversation about messages of one person, or about a person: `Reported`.

    `may_name`: they may name whoever reports if they pass it on. `block` and `leave` are what `Report` says of them.
    """

    room_uri: str
    user_uri: str
    reason: str
    note: str = ""
    message_ids: tuple[bytes, ...] = ()
    may_name: bool = False
    block: bool = False
    leave: bool = False


class TakeToDesk(AccountRequest, frozen=True, kw_only=True):
    """Report to the desk, too, what this account reported to those who look after the conversation: `PassedOn`."""

    report_id: str


# Looking after a conversation


class RoomReports(AccountRequest, frozen=True, kw_only=True):
    """What came to this account of one conversation: `RoomReportsShown`."""

    room_uri: str


class RoomReportsShown(Result, frozen=True, kw_only=True):
    """The newest first."""

    reports: tuple[RoomReportShown, ...]


class SettleRoomReport(AccountRequest, frozen=True, kw_only=True):
    """Something was done about a report, or there is nothing to do: `Done`."""

    report_id: str
    how: str


class PassOnRoomReport(AccountRequest, frozen=True, kw_only=True):
    """Hand a report on to the desk: `PassedOn`."""

    report_id: str
    note: str = ""


class PassedOn(Result, frozen=True, kw_only=True):
    """The receipt of the desk."""

    receipt: str


class RoomReportsChanged(Event, frozen=True, kw_only=True):
    """What `RoomReports` answers for a conversation is another now."""

    account: str
    room_uri: str
