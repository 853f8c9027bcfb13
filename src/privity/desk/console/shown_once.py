# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was made of evidence, in memory, under an address that nobody can guess, for the member of staff who asked.

A picture is given out once. A sound may be asked for again while its page stands, for a player goes back in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from privity.desk.console.errors import PictureGone

MAX_WAITING: Final = 64
"""Pictures and sounds that wait to be fetched by their pages; the oldest goes."""


class Kind(Enum):
    """What a page asks for at an address; at another one's address there is nothing."""

    PICTURE = "picture"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class _Made:
    who: str
    kind: Kind
    until_ms: int
    data: bytes = field(repr=False)


class ShownOnce:
    """Keeps each until it is fetched, or its time is over."""

    def __init__(self, now_ms: Callable[[], int], random: Callable[[int], bytes]) -> None:
        self._now_ms = now_ms
        self._random = random
        self._made: dict[str, _Made] = {}

    def keep(self, who: str, kind: Kind, data: bytes, seconds: int) -> str:
        """The address."""
        now_ms = self._now_ms()
        self._made = {address: made for address, made in self._made.items() if made.until_ms >= now_ms}
        while len(self._made) >= MAX_WAITING:
            del self._made[next(iter(self._made))]
        address = self._random(32).hex()
        self._made[address] = _Made(who, kind, now_ms + seconds * 1000, data)
        return address

    def fetch(self, who: str, kind: Kind, address: str) -> bytes:
        """Raises PictureGone."""
        made = self._made.get(address)
        if made is None or made.who != who or made.kind is not kind:
            raise PictureGone(
                f"this {kind.value} was given out already, or is somebody else's; ask for it again on the case's page"
            )
        if kind is Kind.PICTURE or made.until_ms < self._now_ms():
            del self._made[address]
        if made.until_ms < self._now_ms():
            raise PictureGone(f"the time for this {kind.value} is over; ask for it again on the case's page")
        return made.data
