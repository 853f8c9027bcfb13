# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that shows profiles and can do nothing else, and matching at work beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.desk.house import House

from privity.desk.list_limits import ListLimits
from privity.desk.matching.lists.changes import ListChanges
from privity.desk.matching.looking.finding import Near
from privity.desk.matching.running import Matching, OpenIndex
from privity.desk.matching.searching import EveryEntry
from privity.wire.errors import Code, Refusal
from privity.wire.observed import Observed, ObservedKind
from privity.wire.staff import ProfileFacts

LIMITS = ListLimits(50, 10, True, 90, 730, None)


@dataclass
class Shows:
    """Whatever else is asked of it is an error of the test."""

    pictures: dict[str, bytes | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    errors: dict[str, Exception] = field(default_factory=dict)

    async def profile(self, address: str) -> ProfileFacts:
        self.asked.append(address)
        if address in self.errors:
            raise self.errors[address]
        if address not in self.pictures:
            raise Refusal(Code.NOT_FOUND, "no such account")
        return ProfileFacts(address, "", "A name", "", self.pictures[address], True, False)


class Light:
    """An index that reads everything anew: what is compiled for the real one costs seconds in each process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._entries = EveryEntry(house.db)

    def catch_up(self, changes: ListChanges) -> int:
        self._entries = EveryEntry(self._house.db)
        return 0

    def within(self, bits: bytes, radius: int = 31) -> Sequence[Near]:
        return self._entries.within(bits, radius)

    def compact_if_due(self) -> None:
        """Never."""

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Scene:
    """One desk whose observations its test writes."""

    house: House
    folder: Path
    hub: Shows = field(default_factory=Shows)
    observed: list[Observed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.matching = self.started(self.light)

    def light(self, folder: Path, changes: ListChanges) -> Light:
        return Light(self.house)

    def started(self, open_index: OpenIndex) -> Matching:
        return Matching(
            self.house.db,
            self.hub,
            self.house.keys.evidence,
            LIMITS,
            self.folder,
            open_index,
            self.after,
            lambda: self.house.clock,
            self.house.random,
        )

    def after(self, number: int, most: int) -> Sequence[Observed]:
        return [one for one in self.observed if one.number > number][:most]

    def showed(self, picture: bytes | None, account: str | None = None) -> str:
        """An account changes its picture, and the hub has observed it."""
        account = account or self.house.user()
        self.hub.pictures[account] = picture
        self.saw(ObservedKind.SHOWED, account)
        return account

    def saw(self, kind: ObservedKind, account: str) -> None:
        self.observed.append(Observed(len(self.observed) + 1, self.house.clock, kind, account, 0))

    async def settled(self) -> None:
        while await self.matching.step():
            pass
