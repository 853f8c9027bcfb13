# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented acts of a week: people, groups of people who do the same at the same time and mean no harm, and campaigns.

Nothing here is taken from anybody: the shares are those of the notes that this is compared with, and stand below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from privity.desk.signals.coordination.model import DAY_MS, HOUR_MS, KINDS, UNSEEN, Acts, Floats, Kind, Longs

Anything: TypeAlias = Callable[[int], Longs]
"""Draws so many objects, each as often as it is popular."""

WEEK_MS: Final = 7 * DAY_MS
T0_MS: Final = 1_800_000_000_000
PER_WEEK: Final = 6.0
"""Acts of a person, on average; the logarithm of the rate spreads by SPREAD, so that a few do very much."""
SPREAD: Final = 0.7
ZIPF: Final = 0.9
OBJECTS: Final = 0.2
"""Objects for each person."""
KIND_SHARES: Final = {Kind.KNOCKED: 0.6, Kind.ASKED: 0.3, Kind.REPORTED: 0.1}
AGE_DAYS: Final = 400.0


@dataclass(frozen=True, slots=True)
class Attack:
    """How strong an attacker is. `jitter_h`: each act falls evenly within so many hours before or after its time."""

    overlap: float = 0.6
    jitter_h: float = 1.0
    cover: float = 1.0
    """Acts like anybody's, for each act of the campaign."""
    cells: tuple[int, int] = (20, 200)
    hijacked: float = 0.0
    """The share of accounts that somebody else made, long ago."""
    born_days: float = 14.0
    """The others were made within so many days."""
    networks: int = 0
    """From so many networks, within the week; 0: earlier than what is kept."""
    objects: int = 15
    rooms_only: bool = False
    """They ask and report nobody: they only go where others are."""


@dataclass(slots=True)
class World:
    """Acts, and the truth beside them."""

    acts: Acts
    campaign: npt.NDArray[np.int32]
    """Of each account: which campaign, UNSEEN for people."""
    group: npt.NDArray[np.int32]
    """Of each account: which benign group, UNSEEN for none."""
    groups: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Made:
    rng: np.random.Generator
    born: list[Floats] = field(default_factory=list)
    campaign: list[npt.NDArray[np.int32]] = field(default_factory=list)
    people: int = 0
    objects: int = 0
    kinds: list[int] = field(default_factory=list)
    person: dict[int, int] = field(default_factory=dict)
    rows: list[tuple[Longs, Longs, Longs, Longs, Longs]] = field(default_factory=list)
    network: dict[int, int] = field(default_factory=dict)
    inviter: dict[int, int] = field(default_factory=dict)

    def add(
        self,
        who: Longs,
        what: Longs,
        when: Floats,
        known: float,
        accepted: float,
    ) -> None:
        rng = self.rng
        at = np.clip(when, 0, WEEK_MS - 1).astype(np.int64)
        knows, agrees = rng.random(len(who)) < known, rng.random(len(who)) < accepted
        self.rows.append((who, what, at, knows.astype(np.int64), agrees.astype(np.int64)))

    def accounts(self, count: int, born: Floats, campaign: int = UNSEEN) -> Longs:
        found = np.arange(self.people, self.people + count)
        self.people += count
        self.born.append(born)
        self.campaign.append(np.full(count, campaign, dtype=np.int32))
        return found

    def fresh(self, count: int, kind: Kind) -> Longs:
        found = np.arange(self.objects, self.objects + count)
        self.objects += count
        self.kinds += [KINDS.index(kind)] * count
        return found


def world(people: int, attacks: list[tuple[Attack, int]], seed: int) -> World:
    """A week. Each attack comes so often; campaigns are numbered in that order."""
    made = _Made(np.random.default_rng(seed))
    rng = made.rng
    count = max(int(people * OBJECTS), 200)
    made.objects = count
    made.kinds = rng.choice([KINDS.index(kind) for kind in KIND_SHARES], count, p=list(KIND_SHARES.values())).tolist()
    popularity = np.arange(1, count + 1) ** -ZIPF
    popularity /= popularity.sum()
    cumulated = np.cumsum(popularity)

    def anything(number: int) -> Longs:
        return np.minimum(np.searchsorted(cumulated, rng.random(number)), count - 1)

    everybody = made.accounts(people, _old(rng, people))
    rate = np.exp(rng.normal(np.log(PER_WEEK) - SPREAD**2 / 2, SPREAD, people))
    acts = rng.poisson(rate)
    who = np.repeat(everybody, acts)
    made.add(who, anything(len(who)), _any_time(rng, len(who)), 0.4, 0.6)
    names, group = _benign(made, everybody, anything, people)
    for number, attack in enumerate(attack for attack, often in attacks for _ in range(often)):
        _campaign(made, attack, number, anything)
    return _world(made, names, group)


def _old(rng: np.random.Generator, count: int) -> Floats:
    """Ages in milliseconds before the week."""
    return np.asarray(rng.exponential(AGE_DAYS, count) * DAY_MS)


def _any_time(rng: np.random.Generator, count: int) -> Floats:
    """More in the evening than at night, in three time zones."""
    hour = (rng.normal(19, 4, count) + rng.choice([0, 6, 12], count, p=[0.6, 0.25, 0.15])) % 24
    return np.asarray((rng.integers(0, 7, count) * 24 + hour) * HOUR_MS)


def _benign(made: _Made, everybody: Longs, anything: Anything, people: int) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Groups of people who do the same at the same time: so many for each 100,000 people."""
    rng = made.rng
    names: list[str] = []
    group = np.full(people, UNSEEN, dtype=np.int32)

    def members(count: int, name: str) -> Longs:
        found = rng.choice(everybody, min(count, people // 20), replace=False)
        group[found] = len(names)
        names.append(name)
        return found

    def together(
        who: Longs, what: Longs, hours: float, share: float, known: float = 0.4, accepted: float = 0.6
    ) -> None:
        for one in what:
            start = rng.uniform(0, WEEK_MS - hours * HOUR_MS)
            came = who[rng.random(len(who)) < share]
            when = start + rng.exponential(hours / 2, len(came)) * HOUR_MS
            made.add(came, np.full(len(came), one), when, known, accepted)

    scale = people / 100_000

    def often(each: float) -> range:
        return range(max(1, round(each * scale)))

    for _ in often(10):  # fans follow what is announced
        together(members(int(rng.integers(50, 400)), "fans"), anything(int(rng.integers(8, 16))), 2, 0.5)
    for _ in often(10):  # a class begins: made on one day, from one network, by one teacher's invitation
        who = members(int(rng.integers(22, 36)), "class")
        made.born[0][who] = rng.uniform(0, DAY_MS, len(who))
        made.network.update(dict.fromkeys(who.tolist(), made.people + int(who[0])))
        made.inviter.update(dict.fromkeys(who.tolist(), int(who[0])))
        pupils = made.fresh(len(who), Kind.ASKED)
        made.person.update(zip(pupils.tolist(), who.tolist(), strict=True))
        together(who, pupils, 3, 0.4, 0.7, 0.9)
        together(who, made.fresh(6, Kind.KNOCKED), 2, 0.9)
    for _ in often(2):  # a company comes in two days, from its own network
        who = members(int(rng.integers(40, 150)), "company")
        made.born[0][who] = rng.uniform(0, 2 * DAY_MS, len(who))
        made.network.update(dict.fromkeys(who.tolist(), made.people + int(who[0])))
        together(who, made.fresh(10, Kind.KNOCKED), 4, 0.8)
    for _ in often(8):  # a newsroom goes where something happens
        together(members(int(rng.integers(8, 40)), "newsroom"), anything(int(rng.integers(10, 21))), 1, 0.6)
    for _ in often(20):  # people who pray meet every day at the same time
        who, what = members(int(rng.integers(10, 60)), "prayer"), made.fresh(int(rng.integers(1, 4)), Kind.KNOCKED)
        for day in range(7):
            for one in what:
                came = who[rng.random(len(who)) < 0.7]
                made.add(
                    came, np.full(len(came), one), day * DAY_MS + rng.normal(18, 0.2, len(came)) * HOUR_MS, 0.4, 0.6
                )
    for _ in range(4):  # something happens, and everybody goes there
        together(members(int(people * 0.02), "news"), anything(int(rng.integers(5, 9))), 3, 0.4)
    for _ in often(3):  # neighbours who report what is offered in their square
        what = made.fresh(int(rng.integers(10, 20)), Kind.REPORTED)
        together(members(int(rng.integers(8, 20)), "watch"), what, 2, 0.6)
    for _ in often(2):  # outrage: very many report the same one or two
        together(members(int(rng.integers(200, 1500)), "outrage"), made.fresh(2, Kind.REPORTED), 4, 0.7)
    return names, group


def _campaign(made: _Made, attack: Attack, number: int, anything: Anything) -> None:
    rng = made.rng
    low, high = attack.cells
    count = int(rng.integers(low, high + 1))
    begun = rng.uniform(3, 120) * DAY_MS if not attack.networks else 0.0
    born = begun + rng.uniform(0, attack.born_days if not attack.networks else 3, count) * DAY_MS
    born = np.where(rng.random(count) < attack.hijacked, _old(rng, count), born)
    who = made.accounts(count, born, number)
    if attack.networks:
        made.network.update({int(one): -2 - number * 100 - int(rng.integers(attack.networks)) for one in who})
    everything = made.kinds
    some = (
        np.unique(anything(6 * attack.objects)) if number % 2 else rng.integers(0, len(everything), 3 * attack.objects)
    )
    if attack.rooms_only:
        some = some[np.array(everything)[some] == KINDS.index(Kind.KNOCKED)]
    what = rng.permutation(some)[: attack.objects]
    start = rng.uniform(0, WEEK_MS, len(what))
    does = rng.random((count, len(what))) < attack.overlap
    row, column = np.nonzero(does)
    when = start[column] + rng.uniform(-attack.jitter_h, attack.jitter_h, len(row)) * HOUR_MS
    made.add(who[row], what[column], when, 0.02, 0.1)
    cover = rng.poisson(does.sum(axis=1) * attack.cover)
    hidden = np.repeat(who, cover)
    made.add(hidden, anything(len(hidden)), _any_time(rng, len(hidden)), 0.05, 0.3)


def _world(made: _Made, names: list[str], group: npt.NDArray[np.int32]) -> World:
    who, what, when, known, accepted = (np.concatenate(column) for column in zip(*made.rows, strict=True))
    kind = np.array(made.kinds, dtype=np.int32)
    asked = kind[what] == KINDS.index(Kind.ASKED)
    network, inviter = np.full(made.people, UNSEEN, dtype=np.int32), np.full(made.people, UNSEEN, dtype=np.int32)
    renamed = {name: number for number, name in enumerate(sorted(set(made.network.values())))}
    for one, name in made.network.items():
        network[one] = renamed[name]
    for one, by in made.inviter.items():
        inviter[one] = by
    person = np.full(made.objects, UNSEEN, dtype=np.int32)
    person[list(made.person)] = list(made.person.values())
    acts = Acts(
        [f"a{number}" for number in range(made.people)],
        [f"o{number}" for number in range(made.objects)],
        who.astype(np.int32),
        what.astype(np.int32),
        T0_MS + when,
        (known > 0) & asked,
        (accepted > 0) & asked,
        kind,
        person,
        (T0_MS - np.concatenate(made.born)).astype(np.int64),
        network,
        inviter,
    )
    campaign = np.concatenate(made.campaign)
    return World(acts, campaign, np.concatenate([group, np.full(made.people - len(group), UNSEEN, np.int32)]), names)
