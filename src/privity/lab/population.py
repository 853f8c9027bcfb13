# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who lives in the world: ages as they are and as they are said, activity, circles, contacts, groups.

Contacts are a small world: most within one's own circle, a few far away, and alike in age. Everything is held in arrays
whose size grows with the number of accounts alone: about 350 bytes for each.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from privity.lab.chances import stream
from privity.lab.parameters import Parameters
from privity.wire.age import AgeBand

DAY_MS: Final = 86_400_000
BEGIN_MS: Final = 1_750_000_000_000 // DAY_MS * DAY_MS
"""When every world begins: a midnight."""
HOST: Final = "lab.example"
SAYS: Final = (AgeBand.UNKNOWN, AgeBand.MINOR, AgeBand.ADULT)
ADULT: Final = SAYS.index(AgeBand.ADULT)

TWICE: Final = 1.25
"""A quarter of ties are drawn twice in a circle, or with oneself: so many more are drawn."""

Whole = npt.NDArray[np.int32]
Pairs = npt.NDArray[np.int64]
Found = npt.NDArray[Any]


class Population:
    """The people of one seed. Those who only come while the world lasts are there from the beginning, with `born_ms`
    in the future; abusers' accounts are added behind them (`join`)."""

    nobody_says = AgeBand.UNKNOWN

    def __init__(self, seed: int, size: int, days: int, parameters: Parameters, *, launch: bool = False) -> None:
        self.seed, self.size, self.days, self.parameters = seed, size, days, parameters
        self._born(launch)
        self._circles()
        self._ages()
        self._activity()
        self._contacts()
        self._groups()

    def uri(self, number: int) -> str:
        return _uri(self.seed, "u", number)

    def room_uri(self, number: int) -> str:
        return _uri(self.seed, "r", number)

    def network_name(self, number: int) -> str:
        return _name(self.seed, number)

    def says(self, number: int) -> AgeBand:
        return SAYS[self.age[number]]

    def join(self, *, born_ms: int, says: AgeBand, minor: bool = False) -> int:
        """One more account, whose number comes back: made by an abuser while the world goes on."""
        if self._joined == len(self.born_ms):
            for name in ("born_ms", "age", "minor"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros(max(1024, len(old) // 8), dtype=old.dtype)]))
        number = self._joined
        self.born_ms[number], self.age[number], self.minor[number] = born_ms, SAYS.index(says), minor
        self._joined += 1
        return number

    @property
    def joined(self) -> int:
        """Accounts that there are by now, abusers' among them."""
        return self._joined

    def contacts(self, number: int) -> Whole:
        """Of one person, in order."""
        return self.friends[self.first_friend[number] : self.first_friend[number + 1]]

    def are_contacts(self, one: Found, other: Found) -> npt.NDArray[np.bool_]:
        """For pairs of arrays: whether they are contacts."""
        return _holds(self._keys, one.astype(np.int64) * self.size + other)

    def mutual(self, one: Found, other: Found) -> Pairs:
        """For pairs of arrays: how many contacts both have."""
        return self._shared(one, other, self.first_friend, self.friends, self._keys)

    def common_groups(self, one: Found, other: Found) -> Pairs:
        """For pairs of arrays: how many groups both are in."""
        return self._shared(one, other, self.first_group, self.group_of, self._group_keys)

    def _shared(self, one: Found, other: Found, first: Pairs, lists: Whole, keys: Pairs) -> Pairs:
        if len(one) == 0:
            return np.zeros(0, dtype=np.int64)
        many = first[one + 1] - first[one]
        which = np.repeat(np.arange(len(one)), many)
        place = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + np.repeat(first[one], many)
        both = _holds(keys, other[which].astype(np.int64) * self.size + lists[place])
        return np.bincount(which[both], minlength=len(one))

    def _born(self, launch: bool) -> None:
        random = stream(self.seed, "born")
        size, end = self.size, BEGIN_MS + self.days * DAY_MS
        earlier = BEGIN_MS - (random.random(size) ** 1.5 * 1000 * DAY_MS).astype(np.int64) - DAY_MS
        fresh = random.random(size) < min(0.9, self.parameters["people.new_a_day"] * self.days)
        later = BEGIN_MS + (random.random(size) * (end - BEGIN_MS)).astype(np.int64)
        if launch:
            fresh = np.ones(size, dtype=bool)
            hours = np.minimum(random.exponential(12.0, size), self.days * 24 - 0.1)
            later = BEGIN_MS + (hours * 3_600_000).astype(np.int64)
        self.born_ms = np.where(fresh, later, earlier)
        self._joined = size

    def _circles(self) -> None:
        """Everybody is in one circle of their own; circles have sizes of a lognormal spread."""
        random = stream(self.seed, "circles")
        mean = self.parameters["ties.circle"]
        sizes = np.maximum(2, random.lognormal(np.log(mean) - 0.18, 0.6, int(2 * self.size / mean) + 8)).astype(
            np.int64
        )
        ends = np.cumsum(sizes)
        count = int(np.searchsorted(ends, self.size)) + 1
        self.first_in_circle = np.concatenate([[0], np.minimum(ends[:count], self.size)])
        self.circle = np.searchsorted(self.first_in_circle, np.arange(self.size), side="right").astype(np.int32) - 1
        self.circles = count

    def _ages(self) -> None:
        """Minors stand in circles of their own, and in the mixed ones of families."""
        random, of = stream(self.seed, "ages"), self.parameters
        share, alike = of["people.minors"], of["ties.homophily"]
        pure = random.random(self.circles) < alike
        young = np.where(pure, (random.random(self.circles) < share).astype(float), share)
        self.minor = random.random(self.size) < young[self.circle]
        lies = self.minor & (random.random(self.size) < of["people.minors_say_adult"])
        silent = random.random(self.size) < of["people.say_nothing"]
        says = np.where(self.minor & ~lies, SAYS.index(AgeBand.MINOR), ADULT)
        self.age = np.where(silent, SAYS.index(AgeBand.UNKNOWN), says).astype(np.int8)
        self.guarded = (self.age != ADULT) & (random.random(self.size) < of["people.guarded"])
        self.listed = (self.age == ADULT) & (random.random(self.size) < of["people.listed"])

    def _activity(self) -> None:
        sigma = self.parameters["traffic.activity_sigma"]
        spread = stream(self.seed, "activity").lognormal(-sigma * sigma / 2, sigma, self.size)
        self.activity = np.minimum(spread, 200.0)

    def _contacts(self) -> None:
        random, of = stream(self.seed, "contacts"), self.parameters
        sigma = of["ties.degree_sigma"]
        mean = random.lognormal(np.log(of["ties.degree"] * TWICE / 2) - sigma * sigma / 2, sigma, self.size)
        many = random.poisson(np.minimum(mean, 500.0))
        one = np.repeat(np.arange(self.size, dtype=np.int64), many)
        near = np.minimum(of["ties.near"], of["ties.circle"] / 2 / np.maximum(many, 1))[one]
        other = self.neighbours(one, random.random(len(one)) < near, random)
        other = np.where(self.minor[one] == self.minor[other], other, self.neighbours(one, np.False_, random))
        keep = one != other
        one, other = one[keep], other[keep]
        self._keys = np.unique(np.concatenate([one * self.size + other, other * self.size + one]))
        self.friends = (self._keys % self.size).astype(np.int32)
        self.first_friend = np.searchsorted(self._keys, np.arange(self.size + 1, dtype=np.int64) * self.size)

    def neighbours(self, one: Found, near: npt.ArrayLike, random: np.random.Generator) -> Pairs:
        """For each somebody of their own circle, or of anywhere."""
        low = self.first_in_circle[self.circle[one]]
        high = self.first_in_circle[self.circle[one] + 1]
        inside = low + (random.random(len(one)) * (high - low)).astype(np.int64)
        return np.where(near, inside, random.integers(0, self.size, len(one)))

    def _groups(self) -> None:
        """Most have fewer than ten; their people are of one circle for the most part."""
        random, of = stream(self.seed, "groups"), self.parameters
        count = max(1, int(of["groups.per_account"] * self.size))
        self.group_size = np.minimum(2 + random.pareto(of["groups.tail"], count) * 2.5, 1000).astype(np.int64)
        self.group_size = np.minimum(self.group_size, max(3, self.size // 4))
        of_group = np.repeat(np.arange(count, dtype=np.int64), self.group_size)
        makers = random.integers(0, self.size, count)[of_group]
        people = self.neighbours(makers, random.random(len(makers)) < 0.8, random)
        self._group_keys = np.unique(people * np.int64(count) + of_group)
        self.group_of = (self._group_keys % count).astype(np.int32)
        self.first_group = np.searchsorted(self._group_keys, np.arange(self.size + 1, dtype=np.int64) * count)
        self._group_keys = self._group_keys // count * self.size + self._group_keys % count
        self.groups = count


def _holds(keys: Pairs, asked: Pairs) -> npt.NDArray[np.bool_]:
    place = np.minimum(np.searchsorted(keys, asked), max(0, len(keys) - 1))
    return keys[place] == asked if len(keys) else np.zeros(len(asked), dtype=bool)


def _letters(seed: int, kind: str, number: int) -> str:
    raw = hashlib.blake2b(f"{seed} {kind} {number}".encode(), digest_size=16).digest()
    return b32encode(raw).decode().rstrip("=").lower()


@lru_cache(maxsize=300_000)
def _uri(seed: int, kind: str, number: int) -> str:
    return f"mimi://{HOST}/{kind}/{_letters(seed, kind, number)}"


def _name(seed: int, number: int) -> str:
    """Of a network: a new one each day, which is in the number."""
    return _letters(seed, "n", number)[:16]
