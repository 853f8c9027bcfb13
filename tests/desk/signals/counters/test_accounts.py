# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The table of accounts: what an attacker with very many accounts can do to it, and what is forgotten by itself."""

from __future__ import annotations

import gc
import random
import tracemalloc

import msgspec
import pytest

from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.periods import FORGOTTEN_MS, QUARTER_MS, WEEK_MS
from privity.desk.signals.counters.state import DIFFERENT, SUMS, AccountState
from privity.wire.age import AgeBand

AT = 1_780_000_000_000


def test_a_flood_of_accounts_neither_fills_memory_nor_hides_whom_it_matters() -> None:
    accounts = Accounts(most=1_000)
    busy, vouched = accounts.touched("busy", AT), accounts.touched("vouched", AT)
    for person in range(20):
        busy.see("asked", person, AT)
    vouched.tie(AT)
    vouched.tie(AT)
    gc.collect()
    tracemalloc.start()
    try:
        for n in range(2_000):
            accounts.touched(f"early {n}", AT + n).add("messages", 1, AT + n)
        accounts.drained()
        before = tracemalloc.get_traced_memory()[0]
        for n in range(8_000):
            accounts.touched(f"flood {n}", AT + 2_000 + n).add("messages", 1, AT + 2_000 + n)
            if n % 1_000 == 0:
                accounts.drained()
        accounts.drained()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(accounts) <= 1_000
    assert accounts.get("busy") is busy
    assert accounts.get("vouched") is vouched
    assert accounts.evicted >= 9_000
    assert grown < 300_000, "8,000 more accounts take no more room"


def test_who_asks_of_everybody_at_once_stays_small() -> None:
    state = AccountState(AT)
    for name in DIFFERENT:
        for mark in range(0, 65_536, 13):
            state.see(name, mark, AT + mark)
    for name in SUMS:
        for step in range(100):
            state.add(name, 1, AT + step)
    assert len(state.encode()) < 8_000


def test_what_is_quiet_for_long_is_forgotten_but_for_its_old_ties() -> None:
    accounts = Accounts()
    quiet, tied = accounts.touched("quiet", AT), accounts.touched("tied", AT)
    for state in (quiet, tied):
        state.see("asked", 1, AT)
        state.network = 5
    for _ in range(3):
        tied.tie(AT)
    assert accounts.sweep(AT + FORGOTTEN_MS - 1) == 0
    assert accounts.sweep(AT + FORGOTTEN_MS) == 1
    assert "quiet" not in accounts
    assert "tied" in accounts
    assert (tied.asked, tied.network) == (None, 0)
    assert 2 < tied.ties(AT + FORGOTTEN_MS) < 3
    assert accounts.sweep(AT + 2 * QUARTER_MS) == 1
    assert accounts.drained() == ["quiet", "tied"]


def test_sweeping_goes_through_all_in_parts() -> None:
    accounts = Accounts()
    for n in range(10):
        accounts.touched(str(n), AT)
    later = AT + FORGOTTEN_MS
    assert [accounts.sweep(later, 4) for _ in range(3)] == [4, 4, 2]
    assert len(accounts) == 0


def test_only_what_changed_is_kept_again_and_who_comes_back_is_not_gone() -> None:
    accounts = Accounts()
    accounts.touched("a", AT).see("asked", 1, AT)
    accounts.touched("b", AT)
    assert [account for account, _ in accounts.changed()] == ["a", "b"]
    accounts.touched("b", AT + 1)
    assert [account for account, _ in accounts.changed()] == ["b"]
    accounts.sweep(AT + FORGOTTEN_MS + 1)
    accounts.touched("a", AT + FORGOTTEN_MS + 1)
    assert accounts.drained() == ["b"]


def test_a_state_reads_again() -> None:
    state = AccountState(AT)
    state.born_ms, state.age = 5, AgeBand.MINOR
    state.network, state.network_ms, state.inviter, state.inviter_ms = 1 << 62, AT, 3, AT - 1
    state.tie(AT)
    for place, name in enumerate(SUMS):
        state.add(name, place + 0.5, AT)
    for place, name in enumerate(DIFFERENT):
        state.see(name, place, AT)
    data = state.encode()
    again = AccountState.decode(data)
    assert again.encode() == data
    assert again.age is AgeBand.MINOR
    assert not again.changed
    assert again.reports_made is not None
    assert again.reports_made.within(WEEK_MS, AT) == 1


def test_bytes_that_are_no_state_are_refused() -> None:
    state = AccountState(AT)
    state.see("asked", 1, AT)
    version, here, counted = msgspec.msgpack.decode(state.encode())
    for wrong in (
        b"",
        b"\xc0",
        state.encode()[:-1],
        msgspec.msgpack.encode((version + 1, here, counted)),
        msgspec.msgpack.encode((version, here, {99: counted[8]})),
        msgspec.msgpack.encode((version, here, {0: counted[8]})),
        msgspec.msgpack.encode((version, here[:-1], counted)),
    ):
        with pytest.raises(CountersUnreadable):
            AccountState.decode(wrong)


def test_a_damaged_line_is_refused_by_name_or_is_one_that_can_be_counted_on() -> None:
    """So that a desk whose disk has lost a byte begins that account anew and goes on."""
    draw, state = random.Random(31), AccountState(AT)
    for name in SUMS:
        state.add(name, 3, AT)
    for name in DIFFERENT:
        for mark in range(3):
            state.see(name, mark, AT + mark)
    whole, refused = state.encode(), 0
    for _ in range(4_000):
        data, at = bytearray(whole), draw.randrange(len(whole))
        data[at : at + draw.randrange(2)] = draw.randbytes(draw.randrange(2))
        try:
            damaged = AccountState.decode(bytes(data))
        except CountersUnreadable:
            refused += 1
            continue
        damaged.see("asked", 5, AT)
        damaged.add("messages", 1, AT)
        damaged.tie(AT)
        damaged.over(AT + QUARTER_MS)
        damaged.encode()
    assert 1_000 < refused < 4_000
