# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What each standing of an account means: which deeds it leaves to a person, as one table.

Nobody loses what protects them: reading, exporting, leaving, blocking, ending contacts, their own keys and devices,
reporting, appealing and deleting the account are no deeds towards others, and no standing takes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from privity.mls.errors import PolicyRefused
from privity.wire.standing import StandingState


class Deed(StrEnum):
    """What a person does towards others, in the words of a refusal."""

    SEND = "send messages"
    TYPE = "show that they write"
    BEGIN = "ask for contact or begin a conversation"
    INVITE = "bring people into a conversation"
    LINK = "make links into a conversation"
    AGREE = "agree to contact or to an invitation"
    VOUCH = "decide for others"
    """As a guardian for a ward, or about who is in a conversation and what they may do there."""
    SHOW = "change the profile"
    UPLOAD = "put files"


_TAKEN: Final[Mapping[StandingState, frozenset[Deed]]] = MappingProxyType(
    {
        StandingState.GOOD: frozenset(),
        StandingState.LIMITED: frozenset({Deed.BEGIN, Deed.INVITE, Deed.LINK}),
        StandingState.SUSPENDED: frozenset(Deed),
        StandingState.BANNED: frozenset(Deed),
    }
)
"""What each standing takes. A limited account also sends more slowly, which is a limit of the hub."""

_IN_CLOSED: Final = frozenset({Deed.SEND, Deed.TYPE, Deed.INVITE, Deed.LINK, Deed.AGREE})
"""What nobody does in a room that was closed: what was said can be read, who is in it can leave or be removed."""

_ORDER: Final = tuple(StandingState)


def worst(standings: list[StandingState]) -> StandingState:
    """What counts where several decisions stand."""
    return max(standings, key=_ORDER.index, default=StandingState.GOOD)


def check_standing(standing: StandingState, deed: Deed) -> None:
    """Raise PolicyRefused for a deed that this standing takes."""
    if deed in _TAKEN[standing]:
        raise PolicyRefused(f"an account that is {standing.value} cannot {deed.value}")


def check_hidden(deed: Deed) -> None:
    """Raise PolicyRefused for a change of a profile that was taken from others: what comes back is what was taken."""
    if deed is Deed.SHOW:
        raise PolicyRefused("the profile was taken from public surfaces, and cannot be changed while it is")


def check_in_closed_room(deed: Deed) -> None:
    """Raise PolicyRefused for what nobody does in a closed room."""
    if deed in _IN_CLOSED:
        raise PolicyRefused(f"this conversation was closed; nobody can {deed.value} there")


def check_unlinked(deed: Deed) -> None:
    """Raise PolicyRefused for a new link where links were removed."""
    if deed is Deed.LINK:
        raise PolicyRefused("the links into this conversation were removed; nobody can make new ones")
