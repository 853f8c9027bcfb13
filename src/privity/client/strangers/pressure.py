# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which script the messages of one new person look like: what they asked for within a week, and how they press.

No sentence alone makes a warning, but for a code that is asked for and, with a minor, an intimate picture or another
program at once. It looks at what one person received and says something to that person; there is no score, and nothing
to send to anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from privity.client.cautions import Caution, cautions_in
from privity.client.strangers.phrases import Ask, asks_in

WINDOW_MS: Final = 7 * 86_400_000
"""What was asked longer ago than this is no part of one script."""
FIRST: Final = 5
"""Messages that are the first ones of somebody."""
BURST: Final = 6
"""Messages without an answer within BURST_MS press like a deadline."""
BURST_MS: Final = 10 * 60_000


class Script(StrEnum):
    """What it looks like, the worst first."""

    EXTORTION = "extortion"
    PICTURES = "pictures"
    CODE = "code"
    OFFICIAL = "official"
    PAYMENT = "payment"
    SECRECY = "secrecy"
    """Somebody wants a minor to keep quiet about them."""
    MOVING = "moving"
    """Somebody wants a minor to go on in another program before they know each other."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation, oldest first. `mine`: of the person at this device."""

    number: int
    at_ms: int
    mine: bool
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A script, and the message with which it came together."""

    script: Script
    number: int


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is so at one message. `early`: it is among the first of them; `link`: one of those had a link."""

    asks: frozenset[Ask]
    minor: bool
    early: bool
    link: bool

    def any(self, *asks: Ask) -> bool:
        return not self.asks.isdisjoint(asks)

    def all(self, *asks: Ask) -> bool:
        return self.asks.issuperset(asks)


_WHEN: Final[Mapping[Script, Callable[[_Facts], bool]]] = {
    Script.EXTORTION: lambda f: (
        f.any(Ask.THREAT) and (f.any(Ask.UNLESS, Ask.PICTURE, Ask.UNTRACEABLE) or f.all(Ask.MONEY, Ask.HURRY))
    ),
    Script.PICTURES: lambda f: (
        f.any(Ask.PICTURE) and (f.minor or f.any(Ask.ELSEWHERE, Ask.SECRECY, Ask.MONEY, Ask.HURRY, Ask.UNLESS))
    ),
    Script.CODE: lambda f: f.any(Ask.CODE),
    Script.OFFICIAL: lambda f: f.any(Ask.OFFICIAL) and (f.link or f.any(Ask.ACCOUNT, Ask.CODE, Ask.UNTRACEABLE)),
    Script.PAYMENT: lambda f: (
        (f.any(Ask.UNTRACEABLE) and f.any(Ask.MONEY, Ask.HURRY, Ask.UNLESS)) or f.all(Ask.MONEY, Ask.HURRY, Ask.UNLESS)
    ),
    Script.SECRECY: lambda f: f.minor and f.any(Ask.SECRECY) and f.any(Ask.ELSEWHERE, Ask.AGE, Ask.PICTURE),
    Script.MOVING: lambda f: f.minor and f.early and f.any(Ask.ELSEWHERE),
}


def likenesses(said: Iterable[Said], *, minor: bool) -> tuple[Likeness, ...]:
    """Each script once, with the message that completed it; `said` is between the person and one other."""
    found: dict[Script, int] = {}
    last: dict[Ask, int] = {}
    unanswered: list[int] = []
    theirs = 0
    link = False
    for each in said:
        if each.mine:
            unanswered.clear()
            continue
        theirs += 1
        unanswered.append(each.at_ms)
        last |= dict.fromkeys(asks_in(each.text), each.at_ms)
        if _presses(unanswered):
            last[Ask.HURRY] = each.at_ms
        early = theirs <= FIRST
        link = link or (early and Caution.LINK in cautions_in(each.text, files=False))
        now = frozenset(ask for ask, at_ms in last.items() if each.at_ms - at_ms <= WINDOW_MS)
        facts = _Facts(now, minor, early, link)
        for script, when in _WHEN.items():
            if script not in found and when(facts):
                found[script] = each.number
    return tuple(Likeness(script, found[script]) for script in Script if script in found)


def _presses(at_ms: Sequence[int]) -> bool:
    return len(at_ms) >= BURST and at_ms[-1] - at_ms[-BURST] <= BURST_MS
