# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a decision may do. One table: whom it is done to, what it must rest on, and whether one person is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.desk.intake.findings import Level
from privity.wire.staff import Verb


class Action(StrEnum):
    """The value stands in the database and the audit log: a name is never reused for something else."""

    DISMISS = "dismiss"
    WARN = "warn"
    CHALLENGE = "challenge"
    LIMIT = "limit"
    REMOVE_PUBLIC = "remove_public"
    SUSPEND = "suspend"
    BAN = "ban"
    CLOSE_ROOM = "close_room"
    REMOVE_LINKS = "remove_links"
    ESCALATE = "escalate"


class Target(StrEnum):
    """What something is done to."""

    ACCOUNT = "account"
    ROOM = "room"
    ANY = "any"
    """Nothing is done to anybody: whatever the case is about."""


@dataclass(frozen=True, slots=True)
class ActionRule:
    """One row of the table."""

    on: Target
    needs: Level
    """Every message that it rests on must reach this; TIP: it may rest on no message at all."""
    grave: bool
    """What it takes from somebody meanwhile is not given back by undoing it: a second person must agree first."""
    days: tuple[int, int] | None
    """Shortest and longest time, or None where it has no end."""
    verb: Verb | None
    """What the hub is asked to do."""
    reverse: Verb | None
    """What takes it back at the hub. None where there is nothing to take back."""
    means: str
    """What the affected person reads; `{until}` is the end."""

    @property
    def told(self) -> bool:
        """Whether the affected person gets a statement of reasons."""
        return self.on is not Target.ANY

    @property
    def own(self) -> bool:
        """Whether it may be done without any report: then there is no message, and nothing that proves one. So nobody
        loses more by what the desk says alone than what everybody could see of them."""
        return self.needs is Level.TIP

    @property
    def public(self) -> bool:
        """Whether it is about what everybody may see: then the hub's own copy is the evidence."""
        return self.verb in (Verb.REMOVE_PUBLIC, Verb.REMOVE_LINKS)


ACTIONS: Final[Mapping[Action, ActionRule]] = {
    Action.DISMISS: ActionRule(Target.ANY, Level.TIP, False, None, None, None, "Nothing is done."),
    Action.ESCALATE: ActionRule(Target.ANY, Level.TIP, False, None, None, None, "Others of the staff look at it."),
    Action.WARN: ActionRule(
        Target.ACCOUNT,
        Level.TIP,
        False,
        None,
        Verb.WARN,
        Verb.LIFT,
        "This is a warning. Your account can do all it could.",
    ),
    Action.CHALLENGE: ActionRule(
        Target.ACCOUNT,
        Level.TIP,
        False,
        (1, 90),
        Verb.CHALLENGE,
        Verb.LIFT,
        "Until {until} your device works for a little while, by itself, before you ask somebody new for contact, invite"
        " somebody whom you do not know, or ask to be let into a group. Everything else is as it was.",
    ),
    Action.LIMIT: ActionRule(
        Target.ACCOUNT,
        Level.HUB,
        False,
        (1, 90),
        Verb.LIMIT,
        Verb.LIFT,
        "Until {until} you can ask nobody for contact, make no conversation, invite nobody, and send more slowly.",
    ),
    Action.REMOVE_PUBLIC: ActionRule(
        Target.ACCOUNT,
        Level.TIP,
        False,
        None,
        Verb.REMOVE_PUBLIC,
        Verb.RESTORE_PUBLIC,
        "What others could see of you without being in a conversation with you is not shown any more.",
    ),
    Action.SUSPEND: ActionRule(
        Target.ACCOUNT,
        Level.HUB,
        False,
        (1, 365),
        Verb.SUSPEND,
        Verb.REINSTATE,
        "Until {until} you can send nothing. You can sign in, read, take your data with you, report, and appeal.",
    ),
    Action.BAN: ActionRule(
        Target.ACCOUNT,
        Level.AUTHORSHIP,
        True,
        None,
        Verb.BAN,
        Verb.REINSTATE,
        "You can send nothing any more. You can sign in, read, take your data with you, report, and appeal.",
    ),
    Action.CLOSE_ROOM: ActionRule(
        Target.ROOM,
        Level.AUTHORSHIP,
        True,
        None,
        Verb.CLOSE_ROOM,
        Verb.REOPEN_ROOM,
        "Nobody can send to this conversation or join it any more. What was said in it stays readable.",
    ),
    Action.REMOVE_LINKS: ActionRule(
        Target.ROOM,
        Level.TIP,
        False,
        None,
        Verb.REMOVE_LINKS,
        Verb.REOPEN_ROOM,
        "Links into this conversation lead nowhere any more, and none can be made.",
    ),
}


class Escalation(StrEnum):
    """To whom a case is escalated."""

    REFERRAL = "referral"
    """A report to a clearinghouse or an authority. It never waits for proof."""
    LEGAL = "legal"
    SENIOR = "senior"
