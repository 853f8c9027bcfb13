# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messages, counted in memory: which account sent how many to which room, and how large the largest was.

Whom a message went to is asked of nobody while it passes. When a window is over, those who have sent many are told, and
their rooms only counted; who has sent few waits for more, or for an hour: two people who write one word each, again and
again in the same quarter of a minute, could be found by that. What a crash takes is lost, and nothing was promised
about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

Sent = tuple[str, int, int]
"""Of one stored message: the user URI of its sender, the number of its room in the database, its bytes."""
MANY: Final = 10
"""Messages that are told at the end of their window; fewer wait."""
HELD_MS: Final = 3_600_000
"""How long few wait for more."""
MOST_HELD: Final = 200_000
"""Beyond so many rooms of senders nobody waits: memory is bounded."""
FEWEST_PEOPLE: Final = 2
"""A room of fewer is one of own devices: what they tell each other reaches nobody."""


@dataclass(frozen=True, slots=True)
class Window:
    """What one account sent. `people`: participants beside it, summed over the rooms. `largest`: a power of two."""

    account: str
    count: int
    people: int
    rooms: int
    largest: int


class Tally:
    """What was sent and not told yet. Used on the event loop only."""

    __slots__ = ("_sent", "_since")

    def __init__(self) -> None:
        self._sent: dict[tuple[str, int], list[int]] = {}
        self._since: dict[str, int] = {}

    def add(self, stored: Iterable[Sent]) -> None:
        """Messages that came to the disk: this is all that the way of a message pays."""
        sent = self._sent
        for account, room_id, size in stored:
            found = sent.get((account, room_id))
            if found is None:
                sent[account, room_id] = [1, size]
            else:
                found[0] += 1
                if size > found[1]:
                    found[1] = size

    def take(self, now_ms: int, *, everything: bool = False) -> dict[tuple[str, int], list[int]]:
        """A window is over: what is told now, by account and room. The rest stays."""
        counts: dict[str, int] = {}
        for (account, _), (count, _) in self._sent.items():
            counts[account] = counts.get(account, 0) + count
        everything = everything or len(self._sent) > MOST_HELD
        since = {account: self._since.get(account, now_ms) for account in counts}
        waits = {
            account
            for account, count in counts.items()
            if not everything and count < MANY and now_ms - since[account] < HELD_MS
        }
        told = {key: value for key, value in self._sent.items() if key[0] not in waits}
        self._sent = {key: value for key, value in self._sent.items() if key[0] in waits}
        self._since = {account: since[account] for account in waits}
        return told


def windows(sent: Mapping[tuple[str, int], list[int]], people: Mapping[int, int]) -> list[Window]:
    """One for each account that reached somebody; `people` are the participants of each room."""
    sums: dict[str, list[int]] = {}
    for (account, room_id), (count, size) in sent.items():
        here = people.get(room_id, 0)
        if here < FEWEST_PEOPLE:
            continue
        of_account = sums.setdefault(account, [0, 0, 0, 0])
        of_account[0] += count
        of_account[1] += here - 1
        of_account[2] += 1
        of_account[3] = max(of_account[3], power_of_two(size))
    return [Window(account, *numbers) for account, numbers in sums.items()]


def power_of_two(size: int) -> int:
    """10 for up to 1,024 bytes, 11 for up to 2,048; at least 1, since 0 says that there is no message."""
    return max(1, (size - 1).bit_length())
