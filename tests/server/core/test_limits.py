# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Limits: bursts and refills, separate callers, bounded memory."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from privity.server import limits
from privity.server.limits import DAY, HOUR, LIMITS, Limit, Limits, address_key, fresh_ask
from privity.wire.errors import Code, Refusal
from tests.server.core.conftest import Clock

TABLE = {"x": Limit(3, 1000, "device", "for the test")}


def test_burst_then_one_per_refill() -> None:
    clock = Clock(0)
    held = Limits(clock, TABLE)
    for _ in range(3):
        held.take("x", "a")
    with pytest.raises(Refusal) as caught:
        held.take("x", "a")
    assert caught.value.code is Code.TOO_MANY
    assert (caught.value.body.limit, caught.value.body.retry_after_ms) == ("x", 1000)
    held.take("x", "b")
    clock.now = 999
    with pytest.raises(Refusal):
        held.take("x", "a")
    clock.now = 1000
    held.take("x", "a")
    clock.now = 100_000
    held.take("x", "a", 3)
    with pytest.raises(Refusal):
        held.take("x", "a")


def test_clock_that_goes_back_locks_nobody_out() -> None:
    clock = Clock(10_000_000)
    held = Limits(clock, TABLE)
    held.take("x", "a")
    clock.now = 0
    held.take("x", "b")
    with pytest.raises(Refusal):
        held.take("x", "a")
    held.take("x", "c")


def test_memory_is_bounded() -> None:
    held = Limits(Clock(), TABLE, max_callers=100)
    for number in range(1000):
        held.take("x", str(number))
    assert len(held) == 100


def test_addresses_of_one_customer_are_one_caller() -> None:
    assert address_key("2001:db8:1:2:3:4:5:6") == address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1")
    assert address_key("::ffff:192.0.2.1") == address_key("192.0.2.1") == "192.0.2.1"
    assert address_key(None) == address_key("no address") == "unknown"


def test_every_limit_in_use_is_in_the_table_and_has_a_reason() -> None:
    folder = Path(limits.__file__).parent
    source = "".join(file.read_text() for file in folder.rglob("*.py"))
    used = set(re.findall(r"\.take\(\s*\"([a-z_.]+)\"", source))
    by_age = {fresh_ask(age_ms) for age_ms in range(0, 8 * DAY, HOUR)} - {None}
    assert len(by_age) == 2
    assert used | by_age == set(LIMITS)
    for limit in LIMITS.values():
        assert limit.burst > 0 and limit.refill_ms > 0 and limit.why
