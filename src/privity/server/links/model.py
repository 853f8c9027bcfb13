# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A link: where an attempt stands, and the table of what may come next."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privity.wire.errors import Code, Refusal
from privity.wire.rest import AnswerLink, LinkState, OpenLink

LIFETIME_MS: Final = 10 * 60_000
"""Long enough to fetch the other device, short enough that a code lying about is worth nothing."""
KEPT_MS: Final = 10 * 60_000
"""How long an ended link is still known, so that a device that comes back late is told how it ended."""


class Event(StrEnum):
    """What happens to a link."""

    ANSWER = "answer"
    OPEN = "open"
    AGREE = "agree"
    LIST = "list"
    DECLINE = "decline"
    TIME = "time"


MOVES: Final[dict[tuple[LinkState, Event], LinkState]] = {
    (LinkState.OFFERED, Event.ANSWER): LinkState.ANSWERED,
    (LinkState.ANSWERED, Event.OPEN): LinkState.OPENED,
    (LinkState.OPENED, Event.AGREE): LinkState.AGREED,
    (LinkState.AGREED, Event.LIST): LinkState.LISTED,
    (LinkState.OFFERED, Event.DECLINE): LinkState.DECLINED,
    (LinkState.ANSWERED, Event.DECLINE): LinkState.DECLINED,
    (LinkState.OPENED, Event.DECLINE): LinkState.DECLINED,
    (LinkState.AGREED, Event.DECLINE): LinkState.DECLINED,
    (LinkState.OFFERED, Event.TIME): LinkState.EXPIRED,
    (LinkState.ANSWERED, Event.TIME): LinkState.EXPIRED,
    (LinkState.OPENED, Event.TIME): LinkState.EXPIRED,
    (LinkState.AGREED, Event.TIME): LinkState.EXPIRED,
}
"""LISTED, DECLINED and EXPIRED are the ends."""


def move(state: LinkState, event: Event) -> LinkState:
    """The state after an event, or a CONFLICT Refusal."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise Refusal(Code.CONFLICT, f"the link is {state.value}, so nobody can {event.value} it now") from None


@dataclass(frozen=True, slots=True)
class Link:
    """`user_uri` is the account that answered; `device_list` the list that names the new device."""

    code: str
    commitment: bytes
    state: LinkState
    expires_ms: int
    user_uri: str | None = None
    answer: AnswerLink | None = None
    opening: OpenLink | None = None
    device_list: bytes | None = None


def fresh_code(random: Callable[[int], bytes]) -> str:
    """Eight letters: 40 bits, so that open codes are neither met by chance nor found by trying at the limit's pace."""
    return b32encode(random(5)).decode().lower()
