# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messages in windows and names of networks: what is counted, and what cannot be found in it."""

from __future__ import annotations

import random

import pytest

from privity.server.observing import tally as module
from privity.server.observing.networks import DAY_MS, Networks
from privity.server.observing.tally import HELD_MS, MANY, Tally, Window, power_of_two, windows

NOON = 20_000 * DAY_MS + DAY_MS // 2


def test_a_window_counts_messages_rooms_people_and_the_largest() -> None:
    tally = Tally()
    tally.add([("ann", 1, 100), ("ann", 1, 3000), ("ann", 2, 10), ("ben", 1, 1)])
    tally.add([("ann", 2, 11)])
    found = windows(tally.take(NOON, everything=True), {1: 3, 2: 11})
    assert sorted(found, key=lambda one: one.account) == [Window("ann", 4, 12, 2, 12), Window("ben", 1, 2, 1, 1)]
    assert tally.take(NOON, everything=True) == {}, "the next window begins empty"


def test_what_own_devices_tell_each_other_is_no_message() -> None:
    tally = Tally()
    tally.add([("ann", 1, 5000), ("ann", 2, 10), ("ben", 3, 10)])
    assert windows(tally.take(NOON, everything=True), {1: 1, 2: 2}) == [Window("ann", 1, 1, 1, 4)], (
        "room 3 is there no more"
    )


def test_sizes_are_powers_of_two() -> None:
    assert [power_of_two(size) for size in (1, 2, 3, 1024, 1025, 2048, 262_144)] == [1, 1, 2, 10, 11, 11, 18]


def test_a_network_has_one_name_for_a_day_and_another_on_the_next() -> None:
    networks, drawn = Networks(), random.Random(1)
    first = networks.name("203.0.113.7", NOON, drawn.randbytes)
    assert len(first) == 16
    assert networks.name("203.0.113.7", NOON + DAY_MS // 2 - 1, drawn.randbytes) == first
    assert networks.name("203.0.113.8", NOON, drawn.randbytes) != first
    assert networks.name("203.0.113.7", NOON + DAY_MS // 2, drawn.randbytes) != first
    assert networks.name(None, NOON, drawn.randbytes) == ""


def test_all_of_a_customers_addresses_are_one_network() -> None:
    networks, drawn = Networks(), random.Random(2)
    one = networks.name("2001:db8:1:2::1", NOON, drawn.randbytes)
    assert networks.name("2001:db8:1:2:ffff::9", NOON, drawn.randbytes) == one
    assert networks.name("2001:db8:1:3::1", NOON, drawn.randbytes) != one


def test_a_name_of_yesterday_fits_no_address_any_more() -> None:
    """Whoever has the process of today, its key included, and knows every address there is, learns nothing of a name
    that was given out yesterday, nor from a process that began anew."""
    networks, drawn = Networks(), random.Random(3)
    addresses = [f"198.51.100.{last}" for last in range(256)]
    given = {networks.name(address, NOON - DAY_MS, drawn.randbytes) for address in addresses[:20]}
    assert given & {networks.name(address, NOON - DAY_MS, drawn.randbytes) for address in addresses}, "on the same day"
    assert not given & {networks.name(address, NOON, drawn.randbytes) for address in addresses}
    assert not given & {Networks().name(address, NOON - DAY_MS, drawn.randbytes) for address in addresses}
    assert repr(networks).startswith("<privity.server.observing.networks.Networks object")


def test_few_messages_wait_for_more_or_for_an_hour() -> None:
    """Who writes one word at a time is not told a quarter of a minute at a time."""
    tally = Tally()
    tally.add([("ann", 1, 10)] * (MANY - 1) + [("ben", 1, 10)] * MANY)
    assert tally.take(NOON) == {("ben", 1): [MANY, 10]}
    tally.add([("ann", 2, 70), ("cat", 1, 10)])
    assert tally.take(NOON + 15_000) == {("ann", 1): [MANY - 1, 10], ("ann", 2): [1, 70]}
    tally.add([("ann", 1, 10)])
    assert tally.take(NOON + 30_000) == {}
    assert tally.take(NOON + 15_000 + HELD_MS - 1) == {}
    assert tally.take(NOON + 15_000 + HELD_MS) == {("cat", 1): [1, 10]}
    assert tally.take(NOON + 30_000 + HELD_MS) == {("ann", 1): [1, 10]}, "counted from when it was held"
    assert tally.take(NOON + 9 * HELD_MS, everything=True) == {}


def test_nobody_waits_where_very_many_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_HELD", 2)
    tally = Tally()
    tally.add([("ann", 1, 10), ("ann", 2, 10)])
    assert tally.take(NOON) == {}
    tally.add([("ben", 2, 10)])
    assert len(tally.take(NOON)) == 3


def test_two_who_answer_each_other_are_told_of_seldom() -> None:
    """The attack: a word and its receipt fall into one window, again and again."""
    tally, told = Tally(), []
    for window in range(40):
        tally.add([("ann", 1, 10), ("ben", 1, 10)] if window % 4 == 0 else [("ann", 2, 10)] if window % 4 == 1 else [])
        told += [(window, account) for account, _ in tally.take(NOON + window * 15_000)]
    assert {account for _, account in told} == {"ann", "ben"}
    assert len({window for window, account in told if account == "ann"}) == 2
    assert len({window for window, account in told if account == "ben"}) == 1
