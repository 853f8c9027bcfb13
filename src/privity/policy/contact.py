# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may begin a conversation with whom: one set of rules, which the hub obeys and every device again.

A contact is what both want. Whoever asks is never told that the other exists, is a minor, or has said no; they learn
of a yes and of nothing else. With a minor it takes more than a yes to a stranger: the minor asked for that person too,
they met and one typed the other's code, or a guardian agreed before the minor was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from privity.mls.errors import PolicyRefused


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person (`self`, whom these facts are about) stands to another who wants contact.

    minor: whether self counts as a minor (`age.is_minor`); asked: self asked for the other, before anything came from
    them; granted: self said yes to the other's request; met: one of the two used the other's one-time code; vouched: a
    guardian of self agreed to the other; wanted: the other asked for self, said yes to them, or met them.
    """

    minor: bool
    asked: bool = False
    granted: bool = False
    met: bool = False
    vouched: bool = False
    wanted: bool = False


class Audience(Enum):
    """Who sees a request for contact."""

    PERSON = "person"
    GUARDIAN = "guardian"
    NOBODY = "nobody"


def audience(standing: Standing, *, blocked: bool, listed: bool, share_room: bool, guarded: bool) -> Audience:
    """Who is shown that the other asked for self. Nobody: it waits for self to ask for the other as well.

    `listed`: self is in the directory; `share_room`: both are in one conversation; `guarded`: self has a guardian;
    `blocked`: self blocked the other.
    """
    if blocked:
        return Audience.NOBODY
    if not standing.minor:
        return Audience.PERSON if listed or share_room else Audience.NOBODY
    if standing.vouched:
        return Audience.PERSON
    return Audience.GUARDIAN if guarded else Audience.NOBODY


def check_contact(standing: Standing) -> None:
    """Raise PolicyRefused unless the two are contacts: either may claim KeyPackages of the other and begin to talk."""
    if standing.met:
        return
    if not standing.wanted:
        raise PolicyRefused("the other person has not asked for contact, nor agreed to it")
    if standing.asked:
        return
    if not standing.granted:
        raise PolicyRefused("this person has not agreed to contact")
    if standing.minor and not standing.vouched:
        raise PolicyRefused("a minor's yes to somebody who asked counts once a guardian has agreed")


def check_addition(*, contact: bool, minor: bool, invited: bool, strangers: int) -> None:
    """Raise PolicyRefused unless a person may be added to a group at once, by whoever adds them.

    contact: the two are contacts; invited: the person accepted an invitation to this group from the one who adds them;
    strangers: how many people in it are no contacts of the person. A contact may add an adult; a minor is asked where
    there is somebody they do not know; a stranger's addition is an invitation, and none at all to a minor.
    """
    if minor and not contact:
        raise PolicyRefused("nobody but a contact adds a minor to a conversation")
    if invited:
        return
    if not contact:
        raise PolicyRefused("somebody who is no contact adds a person only where they accepted the invitation")
    if minor and strangers:
        raise PolicyRefused("a minor is asked before they come into a conversation with people they do not know")


def check_invitation(*, contact: bool, minor: bool, blocked: bool, reachable: bool) -> None:
    """Raise PolicyRefused unless a person may be shown that somebody invites them to a group.

    `reachable`: the one could ask for contact and the person would see it (`audience` is PERSON)."""
    if blocked:
        raise PolicyRefused("the person blocked whoever invites them")
    if not contact and (minor or not reachable):
        raise PolicyRefused("the person cannot be invited by somebody who is no contact")


def check_entry(*, direct: bool, contacts: int, others: int, accepted: bool) -> None:
    """Raise PolicyRefused unless a device may come into a conversation by itself that the hub says it belongs to.

    `contacts` of the `others` in it are contacts; accepted: the account itself said yes to this conversation, made it,
    or invited somebody to it. What is refused here waits for the person to decide.
    """
    if accepted or others == 0:
        return
    if contacts == 0 or (direct and contacts < others):
        raise PolicyRefused("nobody in this conversation is a contact, and the account has not agreed to it")
