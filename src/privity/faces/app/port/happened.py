# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What happens without being asked for."""

from __future__ import annotations

from privity.faces.app.port.shape import Shape, verb
from privity.faces.app.port.shown import AccountShown, Conversation, Entry, Waiting


class Event(Shape, frozen=True, kw_only=True, tag_field="event", tag=verb):
    """Something the page did not ask for."""


class AccountChanged(Event, frozen=True, kw_only=True):
    account: AccountShown


class AccountGone(Event, frozen=True, kw_only=True):
    """It is no longer in this home: a registration that was refused, say."""

    account: str


class ConversationChanged(Event, frozen=True, kw_only=True):
    account: str
    conversation: Conversation


class ConversationGone(Event, frozen=True, kw_only=True):
    account: str
    room_uri: str


class EntryChanged(Event, frozen=True, kw_only=True):
    """A new entry, or another state of one."""

    account: str
    room_uri: str
    entry: Entry


class EntryGone(Event, frozen=True, kw_only=True):
    """An entry that the person took out of this device's history."""

    account: str
    room_uri: str
    seq: int


class WaitingChanged(Event, frozen=True, kw_only=True):
    """What is not at the hub yet, all of it."""

    account: str
    room_uri: str
    waiting: tuple[Waiting, ...]


class ContactsChanged(Event, frozen=True, kw_only=True):
    """What `Contacts` answers is another now."""

    account: str


class ChoicesChanged(Event, frozen=True, kw_only=True):
    """On another device the person froze somebody, put a warning away, or took that back: what is open is another."""

    account: str


class SafetyChanged(Event, frozen=True, kw_only=True):
    """What `Reports` and `Standing` answer is another now."""

    account: str


class LinkCheck(Event, frozen=True, kw_only=True):
    """The other device has answered: the digits that both must show."""

    account: str
    check: str
    handle: str


class LinkEnded(Event, frozen=True, kw_only=True):
    """A link that came to nothing, and why."""

    account: str
    text: str


class Progress(Event, frozen=True, kw_only=True):
    """How far a file on its way has come, in bytes. `token` is the one that came with it."""

    account: str
    token: str
    done: int
    total: int


class Told(Event, frozen=True, kw_only=True):
    """A sentence for the person. `alarm` is one that stays until it was read."""

    account: str
    text: str
    alarm: bool
