# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports, decisions and appeals: what is shown of them, what can be asked, and what comes back."""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.shape import Shape
from privity.faces.app.port.shown import Person

# What is shown


class HelpShown(Shape, frozen=True, kw_only=True):
    """Where else one finds help: a sentence, with an address where there is one. `by_server`: the person's own server
    names it, and nobody else."""

    text: str
    url: str
    by_server: bool = False


class LineShown(Shape, frozen=True, kw_only=True):
    """What the desk said, and when."""

    at_ms: int
    text: str


class AppealShown(Shape, frozen=True, kw_only=True):
    """What the person said to a decision or an outcome, and what the desk says of that. `from_backup`: a backup alone
    says so."""

    at_ms: int
    text: str
    lines: tuple[LineShown, ...]
    from_backup: bool = False


class ReportShown(Shape, frozen=True, kw_only=True):
    """A report of this account. `subject` is empty where another device made it, and then nothing is known but what the
    desk said. `open` says whether the person can ask for another look at it now. `to_room`: it went to those who look
    after the conversation and not to the desk; `desk_receipt` is that of the desk where it went there too, later."""

    receipt: str
    at_ms: int
    subject: str
    reason: str
    person: Person | None
    title: str
    """What the conversation is called here, where the report is about one."""
    messages: int
    lines: tuple[LineShown, ...]
    appeal: AppealShown | None
    open: bool
    to_room: bool = False
    desk_receipt: str = ""
    from_backup: bool = False
    """A backup alone says that it was made."""


class StatementShown(Shape, frozen=True, kw_only=True):
    """What was decided about this account, and why: `kind` is `decided`, `undone` or `appeal`. Or what an authority
    asked for of it (`legal_request`), and what became of an objection (`legal_answer`). `open` says whether the person
    can appeal against it, or object to it, now."""

    reference: str
    kind: str
    at_ms: int
    action: str
    policy: str
    text: str
    until_ms: int | None
    appeal_until_ms: int | None
    appeal: AppealShown | None
    open: bool


# Reports


class Report(AccountRequest, frozen=True, kw_only=True):
    """Tell the desk: `Reported`. `subject` says about what.

    `messages`: those of one person, in a conversation. `person`, `profile`: `user_uri`. `room`: the conversation.
    `invitation`: who asks for contact, or invites or brought one into `room_uri`; `leave` then says no to it.
    `block` blocks the person too, `leave` leaves the conversation too, once the report is with the desk.
    """

    subject: str
    reason: str
    note: str = ""
    room_uri: str = ""
    user_uri: str = ""
    message_ids: tuple[bytes, ...] = ()
    as_moderator: bool = False
    block: bool = False
    leave: bool = False


class Reported(Result, frozen=True, kw_only=True):
    """`undone` says in a sentence what was asked for beside the report and could not be done."""

    receipt: str
    help: tuple[HelpShown, ...]
    undone: str


class Reports(AccountRequest, frozen=True, kw_only=True):
    """What this account reported and what became of it: `ReportsShown`."""


class ReportsShown(Result, frozen=True, kw_only=True):
    """The newest first."""

    reports: tuple[ReportShown, ...]


class HeedStranger(AccountRequest, frozen=True, kw_only=True):
    """The person has read what to think of with somebody new, and need not be told again: `Done`."""

    user_uri: str


# Decisions about this account


class Standing(AccountRequest, frozen=True, kw_only=True):
    """Where the account stands: `StandingShown`. The hub is asked; where it does not answer, it is what is known."""


class StandingShown(Result, frozen=True, kw_only=True):
    """`state` is `good`, `limited`, `suspended` or `banned`; `challenged_until_ms`: until then a device works a little
    before the person begins something with a stranger. `known`: the hub has said so just now. `help`: where else
    there is help, where an authority asked for something."""

    state: str
    until_ms: int | None
    reference: str
    hidden: bool
    challenged_until_ms: int | None
    known: bool
    statements: tuple[StatementShown, ...]
    help: tuple[HelpShown, ...] = ()


class Appeal(AccountRequest, frozen=True, kw_only=True):
    """Disagree with a decision (`about` is `decision`), with what became of a report (`report`), or with a legal
    request for data of this account (`objection`): `Appealed`."""

    about: str
    reference: str
    text: str


class Appealed(Result, frozen=True, kw_only=True):
    receipt: str
