# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An ordinary day of ordinary people: what each of them does, and what the others answer in the hours after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from privity.lab.asking import GUARDIAN, PERSON, shown_to
from privity.lab.chances import stream
from privity.lab.columns import NONE, Columns, Numbers, columns, together
from privity.lab.population import ADULT, BEGIN_MS, DAY_MS, Population
from privity.wire.observed import MOST_MUTUAL, WINDOW_MS, ObservedKind

HOUR_MS: Final = 3_600_000
HOURS: Final = np.array(
    [6, 3, 2, 1, 1, 2, 8, 22, 34, 38, 40, 44, 52, 48, 44, 46, 52, 62, 72, 84, 92, 88, 56, 22], float
)
"""How much is written in each hour of the day; people's records of calls and messages have this form everywhere."""
_HOURS: Final = np.cumsum(HOURS) / HOURS.sum()
MEDIA: Final = np.array([11, 14, 16, 18, 20])
LATEST_MS: Final = 3 * DAY_MS
"""An answer that takes longer does not come."""

PARTNERS: Final = 8
"""With so many one writes alone in a time; some far more often than others."""

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Asks:
    """First contacts, before anybody has seen them. `part` is who asks."""

    at_ms: Numbers
    one: Numbers
    other: Numbers
    part: Numbers


def moments(day: int, count: int, random: Random) -> Numbers:
    """Times of a day as people are awake, in no order."""
    hours = np.searchsorted(_HOURS, random.random(count))
    return BEGIN_MS + day * DAY_MS + hours * HOUR_MS + (random.random(count) * HOUR_MS).astype(np.int64)


def delays(median_hours: float, count: int, random: Random) -> Numbers:
    """How long people take to answer."""
    return (random.lognormal(np.log(median_hours), 1.0, count) * HOUR_MS).astype(np.int64) + 1


def day_of(population: Population, day: int, activity: float) -> Columns:
    """Everything ordinary that begins on a day; answers may lie some days later."""
    random = stream(population.seed, "day", day)
    begin = BEGIN_MS + day * DAY_MS
    alive = np.flatnonzero(population.born_ms[: population.size] < begin + DAY_MS)
    parts = [
        sent(population, alive, day, activity, random),
        answered(population, _asks(population, alive, day, random), random),
        _quarrels(population, alive, day, random),
        _little(population, alive, day, random),
        _registered(population, day, random),
    ]
    rows = together(parts)
    return rows.taken(rows.at_ms > population.born_ms[rows.account])


def sent(population: Population, alive: Numbers, day: int, activity: float, random: Random) -> Columns:
    """Messages, of each account in windows: to one other person for the most part, else to a group of the sender."""
    of = population.parameters
    mean = of["traffic.windows_a_day"] * activity * population.activity[alive]
    who = np.repeat(alive, random.poisson(mean))
    return messages(population, moments(day, len(who), random), who, random)


def messages(population: Population, at_ms: Numbers, who: Numbers, random: Random) -> Columns:
    """A window of messages of each account at each time, as ordinary people send them; of two rooms two rows, each with
    its room, which `lab.telling` counts."""
    of = population.parameters
    size = len(who)
    first = population.first_group[who]
    groups = population.first_group[who + 1] - first
    in_group = (random.random(size) >= of["traffic.direct_share"]) & (groups > 0)
    place = np.minimum(first + (random.random(size) * groups).astype(np.int64), max(0, len(population.group_of) - 1))
    group = population.group_of[place]
    people = np.where(in_group, np.maximum(1, population.group_size[group] - 1), 1)
    more = (random.random(size) < 0.04) & (groups > 0)
    largest = np.where(random.random(size) < of["traffic.media_share"], MEDIA[random.integers(0, 5, size)], 10)
    ends = at_ms // WINDOW_MS * WINDOW_MS + WINDOW_MS
    partner = (random.random(size) ** 2 * PARTNERS).astype(np.int64)
    apart = population.groups + who.astype(np.int64) * PARTNERS
    room = np.where(in_group, group, apart + partner)
    counts = random.geometric(1 - of["traffic.more_in_window"], size)
    one_room = columns(ObservedKind.SENT, ends, who, count=counts, people=people, rooms=1, room=room, largest=largest)
    second = columns(
        ObservedKind.SENT, ends[more], who[more], people=1, rooms=1, room=(apart + (partner + 1) % PARTNERS)[more],
        largest=10,
    )  # fmt: skip
    return together([one_room, second])


def _asks(population: Population, alive: Numbers, day: int, random: Random) -> Asks:
    """Most ask somebody whom a contact of theirs knows; new people ask more in their first days."""
    of = population.parameters
    fresh = np.where(population.born_ms[alive] > BEGIN_MS + (day - 3) * DAY_MS, 12.0, 1.0)
    drive = np.minimum(population.activity[alive], 12.0) ** 0.5
    who = np.repeat(alive, random.poisson(of["contact.asked_a_day"] * fresh * drive))
    near = population.neighbours(who, random.random(len(who)) < 0.6, random)
    friend = _friend(population, who, random)
    closing = _friend(population, friend, random)
    other = np.where(random.random(len(who)) < of["contact.of_friends"], closing, near)
    strangers = (other != who) & ~population.are_contacts(who, other)
    who, other = who[strangers], other[strangers]
    return Asks(moments(day, len(who), random), who, other, np.zeros(len(who), dtype=np.int64))


def _friend(population: Population, who: Numbers, random: Random) -> Numbers:
    """A contact of each; oneself, where there is none."""
    first = population.first_friend[who]
    many = population.first_friend[who + 1] - first
    place = np.minimum(first + (random.random(len(who)) * many).astype(np.int64), max(0, len(population.friends) - 1))
    return np.where(many > 0, population.friends[place], who)


def answered(population: Population, asks: Asks, random: Random, *, known: float = 0.0) -> Columns:
    """The asks, and what those who are shown them do.

    `known`: the share who were told of it beforehand, as pupils are by their teacher. An adult among them says yes; a
    minor asks back, which the hub observes as a yes, or a guardian agrees."""
    of, one, other = population.parameters, asks.one, asks.other
    there = (population.born_ms[other] < asks.at_ms) & (population.born_ms[one] < asks.at_ms)
    one, other, at_ms, part = one[there], other[there], asks.at_ms[there], asks.part[there]
    mutual = np.minimum(population.mutual(one, other), MOST_MUTUAL)
    both = (population.common_groups(one, other) > 0).astype(np.int64)
    minor = population.age[other] != ADULT
    told = random.random(len(one)) < known
    familiar = told | (mutual > 0)
    seen = shown_to(minor, population.listed[other] | told | familiar, both, population.guarded[other])
    u = random.random(len(one))
    base = np.minimum(of["contact.accepted_none"] + of["contact.accepted_each"] * mutual, 0.85)
    yes = ~minor & (seen == PERSON) & (u < np.where(told, 0.95, base))
    agreed = np.where(familiar, of["contact.vouched"], of["contact.vouched_stranger"])
    by_guardian = minor & (seen == GUARDIAN) & (u < agreed)
    back = minor & familiar & ~by_guardian & (random.random(len(one)) < of["contact.asked_back"])
    unwanted = ~minor & (seen == PERSON) & ~yes & ~familiar
    no = unwanted & (random.random(len(one)) < of["contact.blocked"])
    told_on = unwanted & (random.random(len(one)) < of["contact.reported"])
    sorry = (yes | by_guardian | back) & (random.random(len(one)) < of["contact.regretted"])
    sorry_told = sorry & (random.random(len(one)) < of["contact.quarrel_reports"])
    sorry_ms = np.minimum(delays(24.0, len(one), random), LATEST_MS)
    asked = columns(ObservedKind.ASKED, at_ms, one, other=other, mutual=mutual, together=both, part=part)
    later = at_ms + np.minimum(delays(of["victims.answer_hours"], len(one), random), LATEST_MS)

    def follows(kind: ObservedKind, which: npt.NDArray[Any], after_ms: Numbers | None = None) -> Columns:
        at_ms = later if after_ms is None else later + after_ms
        return columns(kind, at_ms[which], other[which], other=one[which])

    return together(
        [
            asked,
            follows(ObservedKind.ACCEPTED, yes | by_guardian | back),
            follows(ObservedKind.BLOCKED, no),
            follows(ObservedKind.REPORTED, told_on),
            follows(ObservedKind.BLOCKED, sorry, sorry_ms),
            follows(ObservedKind.REPORTED, sorry_told, sorry_ms + 20_000),
        ]
    )


def _quarrels(population: Population, alive: Numbers, day: int, random: Random) -> Columns:
    """People who know each other fall out: one blocks, and sometimes reports."""
    of = population.parameters
    rate = np.where(population.minor[alive], of["contact.quarrels_minor"], of["contact.quarrels"])
    who = alive[random.random(len(alive)) < rate]
    other = _friend(population, who, random)
    who, other = who[who != other], other[who != other]
    at_ms = moments(day, len(who), random)
    told = random.random(len(who)) < of["contact.quarrel_reports"]
    return together(
        [
            columns(ObservedKind.BLOCKED, at_ms, who, other=other),
            columns(ObservedKind.REPORTED, at_ms[told] + 20_000, who[told], other=other[told]),
        ]
    )


def _little(population: Population, alive: Numbers, day: int, random: Random) -> Columns:
    """Groups made and filled, rooms knocked at, profiles changed."""
    of = population.parameters
    drive = np.minimum(population.activity[alive], 10.0)

    def some(rate: float) -> tuple[Numbers, Numbers]:
        who = np.repeat(alive, random.poisson(rate * drive))
        return moments(day, len(who), random), who

    made_ms, makers = some(of["groups.made_a_day"])
    brought = np.minimum(1 + random.pareto(of["groups.tail"], len(makers)) * 2.5, 200).astype(np.int64)
    added_ms, adders = some(of["groups.made_a_day"] / 2)
    knocked_ms, knockers = some(of["surfaces.knocked_a_day"])
    rooms = (random.pareto(0.9, len(knockers)) * 3).astype(np.int64) % max(10, population.size // 20)
    showed_ms, showers = some(of["surfaces.showed_a_day"])
    return together(
        [
            columns(ObservedKind.CREATED, made_ms, makers),
            columns(ObservedKind.ADDED, made_ms + 30_000, makers, count=brought),
            columns(ObservedKind.ADDED, added_ms, adders),
            columns(ObservedKind.KNOCKED, knocked_ms, knockers, room=rooms),
            columns(ObservedKind.SHOWED, showed_ms, showers),
        ]
    )


def _registered(population: Population, day: int, random: Random) -> Columns:
    """Those who come on this day; some share a network with others who came."""
    begin = BEGIN_MS + day * DAY_MS
    born = population.born_ms[: population.size]
    came = np.flatnonzero((born >= begin) & (born < begin + DAY_MS))
    if len(came) == 0:
        return NONE
    networks = max(1, int(len(came) / population.parameters["people.networks_each"]))
    shared = random.random(len(came)) < 0.5
    network = day * 10_000_000 + np.where(
        shared, random.integers(0, networks, len(came)), 1_000_000 + np.arange(len(came))
    )
    return columns(ObservedKind.REGISTERED, born[came] + 1, came, network=network)
