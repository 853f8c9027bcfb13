# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of the log of rooms, of inboxes, KeyPackages and sealed reports."""

from __future__ import annotations

from privity.server.db.database import Tx
from privity.server.delivery import store
from privity.server.delivery.model import Checked, End, Head, Listening, NewEvent
from privity.server.health import store as health
from privity.server.keypackages import store as packages
from privity.server.keypackages.model import Checked as Package
from privity.server.reports import store as reports
from privity.server.room_reports import store as report_keys
from privity.server.room_reports.model import KeptKey
from privity.wire.socket import Submit
from privity.wire.staff import NOTICE_PREFIX
from tests.server.stores.cast import KEY, NOW, device, inside, people, room


def event(room_id: int, seq: int, sender: str | None = "ann/1", ref: bytes | None = None) -> NewEvent:
    return NewEvent(room_id, seq, NOW + seq, 1, sender, ref or seq.to_bytes(16, "big"), f"frame {seq}".encode())


def test_the_log_of_a_room(tx: Tx) -> None:
    one, two = room(tx, "r1"), room(tx, "r2")
    count = store.PAGE + 3
    store.add_events(tx, [event(one, seq) for seq in range(1, count + 1)], [Head(one, "r1", count, NOW + count)])
    store.add_events(tx, [event(two, 1)], [Head(two, "r2", 1, NOW + 1)])
    store.add_events(tx, [], [])
    assert [seq for seq, _, _ in store.frames_after(tx, one, 1, count)] == list(range(2, count + 1)), "over pages"
    assert list(store.frames_after(tx, one, 4, 5)) == [(5, 1, b"frame 5")]
    assert store.event_by_ref(tx, one, "ann/1", (7).to_bytes(16, "big")) == b"frame 7"
    assert store.event_by_ref(tx, two, "ann/1", (7).to_bytes(16, "big")) is None, "a ref is one room's"
    assert store.event_by_ref(tx, one, "ann/2", (7).to_bytes(16, "big")) is None
    assert store.ends(tx) == [End(one, "r1", count, NOW + count, 0), End(two, "r2", 1, NOW + 1, 0)]
    assert store.last_moment(tx) == NOW + count
    assert store.count_between(tx, one, 1, NOW + 2, NOW + 4) == 3
    assert store.count_between(tx, one, 2, NOW, NOW + 99) == 0


def test_what_is_forgotten_of_the_log(tx: Tx) -> None:
    one = room(tx, "r1")
    inside(tx, one, "ann", "ben")
    store.add_events(tx, [event(one, seq) for seq in range(1, 7)], [Head(one, "r1", 6, NOW + 6)])
    store.acknowledge(tx, "ann/1", {"r1": 4}, 0)
    store.acknowledge(tx, "ben/1", {"r1": 2}, 0)
    store.acknowledge(tx, "ben/1", {"r1": 1, "r9": 1}, 0)
    store.acknowledge(tx, "ann/1", {"r1": 7}, 0)
    assert store.rooms_with_frames(tx) == [(one, 2)], "cursors go forward, and not beyond what there is"
    assert store.forget_frames(tx, one, 2, NOW + 4) == 3
    assert [seq for seq, _, _ in store.frames_after(tx, one, 0, 9)] == [4, 5, 6]
    assert store.event_by_ref(tx, one, "ann/1", (2).to_bytes(16, "big")) is None
    assert store.count_between(tx, one, 1, 0, NOW + 9) == 6, "they are still counted"
    tx.execute("UPDATE participation SET until_ms = ? WHERE user_uri = 'ben'", (NOW,))
    store.forget_events_before(tx, NOW + 3)
    assert store.count_between(tx, one, 1, 0, NOW + 9) == 4
    assert tx.all("SELECT user_uri FROM participation") == [("ann",)]


def test_what_a_batch_finds(tx: Tx) -> None:
    one = room(tx, "r1", "ann ben")
    inside(tx, one, "ann", "ben")
    store.add_events(tx, [event(one, 1, ref=b"r" * 16)], [Head(one, "r1", 1, NOW + 1)])
    tx.execute("INSERT INTO restriction VALUES ('ben', 'limited', 'd', 1, 2)")

    def message(name: str, uri: str, ref: bytes) -> Checked:
        return Checked(f"{name}/1", name, Submit(ref, uri, b"m"), 0, b"t")

    batch = [message("cat", "r1", b"r"), message("ann", "r1", b"r" * 16), message("ben", "r1", b"r" * 16)]
    found = store.look(tx, [*batch, message("ann", "r2", b"r")])
    assert sorted(found) == [1, 2], "of who is no member nothing is said"
    assert (found[1].room_id, found[1].last_seq, found[1].direct_pair, found[1].franking_key) == (
        one,
        1,
        "ann ben",
        KEY,
    )
    assert (bool(found[1].restricted), bool(found[2].restricted)) == (False, True)
    assert (found[1].earlier, found[2].earlier) == (b"frame 1", None)
    assert store.look(tx, []) == {}


def test_devices_that_listen(tx: Tx) -> None:
    one = room(tx, "r1")
    inside(tx, one, "ann", "ben")
    store.add_events(tx, [event(one, 1)], [Head(one, "r1", 1, NOW)])
    tx.execute("UPDATE room_member SET until_seq = 1 WHERE client_uri = 'ben/1'")
    assert store.listening(tx, "ann/1") == [Listening(one, "r1", 0, 1, False)]
    assert store.listening(tx, "ben/1") == [Listening(one, "r1", 0, 1, True)]
    store.acknowledge(tx, "ben/1", {"r1": 1}, 0)
    assert store.listening(tx, "ben/1") == [], "it is out, and has read to the end"


def test_inboxes(tx: Tx) -> None:
    assert (store.inbox_head(tx, "ann/1"), [store.next_inbox_seq(tx, "ann/1") for _ in range(3)]) == (0, [1, 2, 3])
    for seq in (2, 1, 3):
        store.add_inbox_frame(tx, "ann/1", seq, f"f{seq}".encode())
    store.add_inbox_frame(tx, "ben/1", 1, b"b1")
    assert list(store.inbox_after(tx, "ann/1", 1)) == [(2, b"f2"), (3, b"f3")]
    assert (store.inbox_waiting(tx, "ann/1", 2), store.inbox_waiting(tx, "ann/1", 9)) == (2, 3)
    assert (store.inbox_bytes(tx, "ann/1"), store.inbox_bytes(tx, "cat/1")) == (6, 0)
    store.acknowledge(tx, "ann/1", {}, 2)
    assert store.all_inbox_frames(tx) == [("ann/1", b"f3"), ("ben/1", b"b1")]
    store.raise_inbox_base(tx, 100)
    store.raise_inbox_base(tx, 50)
    assert (store.next_inbox_seq(tx, "ann/1"), store.next_inbox_seq(tx, "new/1")) == (101, 101)
    store.forget_device(tx, "ann/1")
    assert store.all_inbox_frames(tx) == [("ben/1", b"b1")]
    store.forget_inboxes(tx)
    assert store.all_inbox_frames(tx) == []
    health.write_nothing(tx)
    assert tx.one("SELECT seq FROM inbox_base") == (100,)


def test_key_packages(tx: Tx) -> None:
    people(tx, "ann")
    device(tx, "ann", "ann/1")
    for number, last_resort in ((1, False), (2, False), (3, True)):
        package = Package(bytes([number]) * 32, 1, last_resort, NOW + number, bytes([number]))
        packages.add(tx, "ann/1", package)
    (found,) = packages.stock(tx, "ann/1", NOW)
    assert (found.suite, found.left, found.has_last_resort, found.last_resort_used) == (1, 2, True, False)
    assert (packages.seen(tx, bytes([1]) * 32), packages.seen(tx, b"x")) == (1, 0)
    assert packages.take_oldest(tx, "ann/1", 2, NOW) is None, "of another suite"
    assert packages.take_oldest(tx, "ann/1", 1, NOW + 1) == b"\x02", "the first is over by then"
    assert packages.take_oldest(tx, "ann/1", 1, NOW) == b"\x01"
    assert packages.take_oldest(tx, "ann/1", 1, NOW) is None
    assert packages.last_resort(tx, "ann/1", 1, NOW) == packages.last_resort(tx, "ann/1", 1, NOW) == b"\x03"
    assert packages.stock(tx, "ann/1", NOW)[0].last_resort_used
    packages.remove_expired(tx, NOW + 2)
    assert (packages.seen(tx, bytes([2]) * 32), packages.seen(tx, bytes([3]) * 32)) == (0, 1)
    packages.remove_last_resort(tx, "ann/1", 1)
    assert packages.stock(tx, "ann/1", NOW) == []


def test_sealed_reports(tx: Tx) -> None:
    for number in range(4):
        reports.add(tx, f"u{number}", NOW, f"r{number}", bytes([number]), b"x" * 10)
    reports.add(tx, f"{NOTICE_PREFIX}abc", NOW, "n", b"d", b"x" * 10)
    assert (reports.receipt_of(tx, "u1", b"\x01"), reports.receipt_of(tx, "u1", b"\x02")) == ("r1", None)
    assert [one.receipt for one in reports.oldest(tx, 3, 1000)] == ["r0", "r1", "r2"]
    assert [one.receipt for one in reports.oldest(tx, 9, 25)] == ["r0", "r1"]
    assert [one.receipt for one in reports.oldest(tx, 9, 1)] == ["r0"], "one at least"
    assert (reports.count(tx), reports.count_of_public(tx)) == (5, 1)
    reports.forget(tx, ["r0", "n"])
    assert [one.receipt for one in reports.oldest(tx, 9, 1000)] == ["r1", "r2", "r3"]
    reports.forget(tx, [])
    reports.forget(tx, ["nothing"])
    assert reports.count(tx) == 3


def test_keys_that_reports_are_sealed_to(tx: Tx) -> None:
    people(tx, "ann")
    for name in ("ann/1", "ann/2", "ann/3"):
        device(tx, "ann", name)
    for name in ("ann/2", "ann/1"):
        report_keys.put(tx, KeptKey(name, 1, b"old"))
        report_keys.put(tx, KeptKey(name, 2, name.encode()))
    assert report_keys.find(tx, "ann/1") == KeptKey("ann/1", 2, b"ann/1")
    assert report_keys.find(tx, "ann/3") is None
    asked = ["ann/2", "ann/3", "ann/1", "ann/2"]
    assert report_keys.of_devices(tx, asked) == [b"ann/1", b"ann/2"]
    assert report_keys.of_devices(tx, []) == []
