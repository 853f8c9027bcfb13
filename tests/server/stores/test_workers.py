# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of workers and leases: who is there, who owns what, and when an owner changes."""

from __future__ import annotations

from dataclasses import replace

from privity.server.db.database import Tx
from privity.server.workers import leases, store
from privity.server.workers.leases import LATE_MS, LEASE_MS, MISSED_MS
from privity.server.workers.shards import SHARDS, shard_of
from privity.server.workers.store import Lease


def test_who_is_there(tx: Tx) -> None:
    store.stay(tx, "a", 10)
    store.stay(tx, "b", 20)
    store.stay(tx, "a", 15)
    assert store.workers(tx, 15) == {"a", "b"}, "until then, and that moment included"
    assert store.workers(tx, 16) == {"b"}
    assert store.ends(tx) == {"a": 15, "b": 20}
    store.cap(tx, 18)
    assert store.ends(tx) == {"a": 15, "b": 18}
    store.forget_gone(tx, 15)
    assert store.ends(tx) == {"a": 15, "b": 18}
    store.forget_gone(tx, 16)
    assert store.ends(tx) == {"b": 18}
    store.go(tx, "b")
    store.go(tx, "b")
    assert store.ends(tx) == {}


def test_who_owns_what(tx: Tx) -> None:
    assert store.leases(tx) == [Lease(shard, "", 0) for shard in range(SHARDS)]
    store.take(tx, "a", [0, 1, 63])
    store.take(tx, "b", [1])
    store.give_up(tx, [63])
    owned = {lease.shard: lease for lease in store.leases(tx) if lease.fence}
    assert owned == {0: Lease(0, "a", 1), 1: Lease(1, "b", 2), 63: Lease(63, "", 1)}


def test_what_is_still_own(tx: Tx) -> None:
    store.take(tx, "a", [0, 1, 2])
    store.take(tx, "b", [1])
    store.give_up(tx, [2])
    assert store.still_own(tx, "a", [(0, 1), (1, 1), (2, 1), (3, 0)]) == {0}
    assert store.still_own(tx, "a", [(0, 2)]) == set(), "it was somebody else's in between"
    assert store.still_own(tx, "b", [(0, 1), (1, 2)]) == {1}


def test_a_worker_alone_owns_everything(tx: Tx) -> None:
    found = leases.renew(tx, "a", 1000, {})
    assert found.mine == dict.fromkeys(range(SHARDS), 1)
    assert found.owners == dict.fromkeys(range(SHARDS), "a")
    assert (list(found.taken), list(found.given)) == (list(range(SHARDS)), [])
    again = leases.renew(tx, "a", 2000, found.mine)
    assert again == replace(found, taken=[]), "nothing changes, no fence rises"


def test_a_second_worker_gets_its_half_and_no_shard_has_two_owners(tx: Tx) -> None:
    first = leases.renew(tx, "a", 1000, {})
    second = leases.renew(tx, "b", 1000, {})
    assert second.mine == {}, "all are somebody's"
    first = leases.renew(tx, "a", 2000, first.mine)
    assert len(first.mine) == len(first.given) == SHARDS // 2
    second = leases.renew(tx, "b", 2000, second.mine)
    assert second.mine == dict.fromkeys(first.given, 2)
    assert set(first.mine) | set(second.mine) == set(range(SHARDS))
    assert second.owners == dict.fromkeys(first.mine, "a") | dict.fromkeys(second.mine, "b")


def test_three_workers_share_fairly(tx: Tx) -> None:
    mine: dict[str, dict[int, int]] = {name: {} for name in "abc"}
    for turn in range(4):
        for name in mine:
            mine[name] = dict(leases.renew(tx, name, 1000 + turn, mine[name]).mine)
    assert sorted(len(shards) for shards in mine.values()) == [20, 22, 22]
    assert sorted(shard for shards in mine.values() for shard in shards) == list(range(SHARDS))


def test_what_a_silent_worker_had_is_taken_after_its_time_and_not_before(tx: Tx) -> None:
    paused = leases.renew(tx, "a", 1000, {})
    other = leases.renew(tx, "b", 1000 + LEASE_MS, {})
    assert other.mine == {}
    other = leases.renew(tx, "b", 1001 + LEASE_MS, {})
    assert other.mine == dict.fromkeys(range(SHARDS), 2)
    assert store.still_own(tx, "a", sorted(paused.mine.items())) == set(), "the one that wakes up owns nothing"
    woken = leases.renew(tx, "a", 1002 + LEASE_MS, paused.mine)
    assert (woken.mine, list(woken.given)) == ({}, list(range(SHARDS)))


def test_who_falls_silent_is_named_for_a_while_and_who_leaves_is_not(tx: Tx) -> None:
    for worker in ("a", "b", "c"):
        leases.renew(tx, worker, 1000, {})
    assert leases.silent(tx, 1000 + LATE_MS) == {}
    leases.leave(tx, "c")
    leases.renew(tx, "b", 1001 + LATE_MS, {})
    assert leases.silent(tx, 1001 + LATE_MS) == {"a": LATE_MS + 1}
    leases.renew(tx, "b", 1000 + LEASE_MS + MISSED_MS, {})
    assert leases.silent(tx, 1000 + LEASE_MS + MISSED_MS) == {"a": LEASE_MS + MISSED_MS}
    leases.renew(tx, "b", 1001 + LEASE_MS + MISSED_MS, {})
    assert leases.silent(tx, 1001 + LEASE_MS + MISSED_MS) == {}


def test_who_died_while_the_clock_was_days_ahead_owns_nothing_until_then(tx: Tx) -> None:
    """And who lives loses nothing by it."""
    days_ms = 3 * 86_400_000
    leases.renew(tx, "a", days_ms, {})
    b = leases.renew(tx, "b", days_ms, {})
    a = leases.renew(tx, "a", days_ms + 1, {})
    b = leases.renew(tx, "b", days_ms + 2, {})
    assert (len(a.mine), len(b.mine)) == (SHARDS // 2, SHARDS // 2)
    again = leases.renew(tx, "b", 1000, b.mine)
    assert (again.mine, list(again.taken)) == (b.mine, []), "a may live: it has its time to say so"
    assert leases.renew(tx, "b", 1000 + LEASE_MS, b.mine).mine == b.mine
    later = leases.renew(tx, "b", 1001 + LEASE_MS, b.mine)
    assert len(later.mine) == SHARDS


def test_who_leaves_is_followed_at_once(tx: Tx) -> None:
    leases.renew(tx, "a", 1000, {})
    leases.leave(tx, "a")
    assert store.ends(tx) == {}
    assert leases.renew(tx, "b", 1000, {}).mine == dict.fromkeys(range(SHARDS), 2)
    leases.leave(tx, "a")
    assert len([lease for lease in store.leases(tx) if lease.worker == "b"]) == SHARDS, "of others it gives up nothing"


def test_which_shard_a_room_is_in_never_changes() -> None:
    found = [shard_of(f"mimi://example.org/r/{name}") for name in ("abc", "abd", "x" * 26)]
    assert found == [26, 57, 10]
    assert {shard_of(f"mimi://example.org/r/{number}") for number in range(2000)} == set(range(SHARDS))
