# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub observed of how an account behaves, without a word of what it said: the desk's rules are asked on this.

`GET /staff/v1/observed?after=NUMBER` answers `ObservedPage`, oldest first. The hub keeps an observation for
`KEPT_MS` at the most and forgets it as soon as the desk has asked for what follows it. Messages are counted in
windows of `WINDOW_MS` for each account and never written down one by one; whom they went to is not in it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from privity.wire.age import AgeBand
from privity.wire.numbers import Count
from privity.wire.rest import Answer

WINDOW_MS: Final = 15_000
"""Messages of an account within this time are one observation, if they are ten or more."""
KEPT_MS: Final = 7 * 86_400_000
"""The longest time for which the hub holds what no desk has asked for."""
PAGE: Final = 5_000
"""Observations in one answer."""
MOST_MUTUAL: Final = 9
"""Contacts that two people share are counted up to here: more says nothing, and a number would name the pair."""


class ObservedKind(StrEnum):
    """What an account did. The values stand in databases: one is never reused for something else."""

    REGISTERED = "registered"
    """An account was made. `other` invited it, where it came by an invite."""
    SENT = "sent"
    """`count` messages since the last such one, to `people` others in `rooms` rooms. All but nine of them at the most
    were sent within a window: who has sent fewer than ten is told of once an hour."""
    ASKED = "asked"
    """A first contact: `account` asks `other`, who is no contact, for contact, or invites them into a group."""
    ACCEPTED = "accepted"
    """`account` accepts what `other` had asked for."""
    BLOCKED = "blocked"
    """`account` blocks `other`."""
    REPORTED = "reported"
    """`account` reports `other`. The hub relays what it cannot open, and observes none: the desk notes it itself."""
    CREATED = "created"
    """`account` made a group."""
    ADDED = "added"
    """`account` brought `count` people into a group."""
    KNOCKED = "knocked"
    """`account` asks, by a link, to be let into `room`."""
    SHOWED = "showed"
    """`account` changed what it shows of itself to everybody: name, words, picture, or that it is listed."""
    CLOSED = "closed"
    """`account` was closed by its person, and the hub keeps no observation of it but this one."""


class Observed(Answer, frozen=True, array_like=True):
    """One thing that an account did.

    Attributes:
        number: Of the hub's observations, growing, also over its processes; a desk keeps them under numbers of its own.
        at_ms: When; of a window, its end.
        kind: What.
        account: User URI of who did it.
        born_ms: When that account was made; 0 where that is not known (`REPORTED`).
        age: What that account says of its person's age.
        other: User URI of the person it was done to; empty for a message, and wherever there is no single one.
        other_age: What they say of theirs; unknown where there is no other.
        mutual: Contacts that both have, up to `MOST_MUTUAL`; of a first contact alone.
        together: Whether both are in a group; of a first contact alone.
        room: Room URI, of a knock alone: a room into which a link leads is no secret between two people.
        count: Of messages, or of people added; 1 otherwise.
        people: Participants whom the messages reached, summed over the rooms: who is in two of them counts twice.
        rooms: Different rooms of the messages.
        largest: The size of the largest message as a power of two: 10 for up to 1 KiB; 0 where there is none.
        network: Of a registration: a name of the network that it came from; empty where that is not known. Names follow
            from a key that is drawn anew each day and held in memory alone: nobody can ask for an address by one.
    """

    number: Count
    at_ms: Count
    kind: ObservedKind
    account: str
    born_ms: Count
    age: AgeBand = AgeBand.UNKNOWN
    other: str = ""
    other_age: AgeBand = AgeBand.UNKNOWN
    mutual: Count = 0
    together: bool = False
    room: str = ""
    count: Count = 1
    people: Count = 0
    rooms: Count = 0
    largest: Count = 0
    network: str = ""


class ObservedPage(Answer, frozen=True):
    """At most `PAGE` observations. `next` is the number to ask after: the same as asked where there is nothing new, and
    a lower one where the hub's database was put back from a copy and knows of no such number."""

    observed: list[Observed]
    next: Count
