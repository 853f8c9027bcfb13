# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is what in a group, who stays out of it, and the links by which others come in."""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.shown import KnockingAt, RoomLink


class GiveRole(AccountRequest, frozen=True, kw_only=True):
    """Make somebody an `admin`, a `moderator` or a `member`, as `Member.can_give` offers: `Done`."""

    room_uri: str
    user_uri: str
    role: str


class Ban(AccountRequest, frozen=True, kw_only=True):
    """Take somebody out for good: `Done`."""

    room_uri: str
    user_uri: str


class Unban(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    room_uri: str
    user_uri: str


class MakeLink(AccountRequest, frozen=True, kw_only=True):
    """A link into a group that works for so many days: `LinkMade`. `asks`: each who comes is to be let in by a yes."""

    room_uri: str
    asks: bool
    days: int


class LinkMade(Result, frozen=True, kw_only=True):
    link: RoomLink


class RevokeLink(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    room_uri: str
    link_id: bytes


class AnswerKnock(AccountRequest, frozen=True, kw_only=True):
    """Let in somebody who asks, or turn them away: `Done`."""

    room_uri: str
    user_uri: str
    yes: bool


class LookAtLink(AccountRequest, frozen=True, kw_only=True):
    """What a link says, before anybody hears of it: `LinkSeen`."""

    text: str


class LinkSeen(Result, frozen=True, kw_only=True):
    """`name` is the word of whoever made the link. `here`: this account is in that conversation already."""

    room_uri: str
    name: str
    hub: str
    expires_ms: int
    here: bool


class JoinByLink(AccountRequest, frozen=True, kw_only=True):
    """Ask to come in: `Done` once those in charge can hear of it."""

    text: str


class Knocking(AccountRequest, frozen=True, kw_only=True):
    """Where this account asked to come in, and waits: `KnockingShown`."""


class KnockingShown(Result, frozen=True, kw_only=True):
    """The latest first."""

    at: tuple[KnockingAt, ...]


class TakeKnockBack(AccountRequest, frozen=True, kw_only=True):
    """Wait no longer: `Done`."""

    room_uri: str
