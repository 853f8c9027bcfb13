# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of the key log, and of what reads any table that the inventory names."""

from __future__ import annotations

import pytest

from privity.keylog.entry import Entry
from privity.keylog.publish import Held
from privity.server.db.database import Tx
from privity.server.errors import LogDamaged
from privity.server.keylog import store
from privity.server.keylog.model import Leaf, Lost, Prepared, Written
from privity.server.stored import store as stored
from privity.server.stored.service import inventory
from privity.wire.reading import columns_of
from tests.server.stores.cast import NOW, inside, people, room

ROOT = b"r" * 32


def test_changes_that_wait_and_values(tx: Tx) -> None:
    for version in (2, 1):
        store.add_change(tx, "u:ann", version, b"o", f"v{version}".encode(), NOW)
    store.add_change(tx, "u:ben", 0, b"o", b"b0", NOW)
    assert [one.version for one in store.changes(tx, 2)] == [2, 1], "in the order in which they came"
    assert [one.version for one in store.changes_of(tx, "u:ann")] == [1, 2]
    assert store.waiting(tx) == 3
    assert store.newest_accepted(tx, "u:ann") == (2, b"v2")
    first = store.changes_of(tx, "u:ann")[0]
    leaf = Leaf(first.id, "u:ann", 1, b"c" * 32)
    assert store.publish_change(tx, leaf, 5) == b"v1"
    with pytest.raises(LogDamaged, match="epoch 5 is not in the queue"):
        store.publish_change(tx, leaf, 5)
    assert store.held(tx, "u:ann", 1) == Held(b"o", b"v1", 5, b"c" * 32)
    assert store.held(tx, "u:ann", 2) is None
    store.add_value(tx, "u:ann", 3, Held(b"o", b"v3", 6, b"c" * 32))
    assert (store.newest_version(tx, "u:ann"), store.newest_version(tx, "u:ben")) == (3, None)
    assert store.values_from(tx, "u:ann", 2) == [(3, b"v3")]
    store.remove_changes(tx, [one.id for one in store.changes(tx, 9)])
    assert store.waiting(tx) == 0
    assert store.newest_accepted(tx, "u:ann") == (3, b"v3")
    assert store.newest_accepted(tx, "u:cat") is None


def test_values_that_are_lost(tx: Tx) -> None:
    assert not store.any_lost(tx)
    leaves = [Lost(bytes([number]) * 32, b"c" * 32, number) for number in range(3)]
    store.add_lost(tx, leaves)
    assert (store.any_lost(tx), store.count_lost(tx), store.lost(tx, leaves[1].out)) == (True, 3, leaves[1])
    store.remove_lost(tx, leaves[1].out)
    assert (store.count_lost(tx), store.lost(tx, leaves[1].out)) == (2, None)


def test_the_log_and_the_map(tx: Tx) -> None:
    assert (store.size(tx), store.begun(tx), store.note(tx)) == (0, False, None)
    store.add_entry(tx, 0, Entry(NOW, ROOT), b"u0")
    assert (store.size(tx), store.begun(tx), store.entry(tx, 0), store.entry(tx, 1)) == (
        1,
        True,
        Entry(NOW, ROOT),
        None,
    )
    store.put_nodes(tx, [(0, 0, b"h0"), (0, 1, b"h1")], [(b"", b"a"), (b"\x01", b"b")])
    store.put_nodes(tx, [], [(b"", b"c")])
    assert (store.log_node(tx, 0, 1), store.log_node(tx, 1, 0)) == (b"h1", None)
    assert (store.prefix_node(tx, b""), store.prefix_node(tx, b"\x01"), store.prefix_node(tx, b"\x02")) == (
        b"c",
        b"b",
        None,
    )
    for size in (2, 10, 9):
        store.add_checkpoint(tx, size, f"n{size}".encode())
    assert (store.note(tx), store.note_of(tx, 9), store.note_of(tx, 3)) == (b"n10", b"n9", None)


def test_the_epoch_on_its_way(tx: Tx) -> None:
    assert store.prepared(tx) is None
    made = Prepared(1, NOW, ROOT, b"u1", b"n", Written([Leaf(1, "u:ann", 0, b"c")], [(b"p", b"c")], [(0, 1, b"h")]))
    store.put_prepared(tx, made)
    assert store.prepared(tx) == made
    assert store.begun(tx)
    assert (store.audit_update(tx, 1), store.audit_update(tx, 0)) == (b"u1", None)
    store.remove_prepared(tx)
    assert store.prepared(tx) is None


def test_evidence(tx: Tx) -> None:
    long = b"cosignature " * 1000  # longer than an index of PostgreSQL takes
    store.add_evidence(tx, [b"one", long], NOW)
    store.add_evidence(tx, [b"one", b"two"], NOW + 1)
    assert (store.evidence(tx, 2), store.all_evidence(tx)) == ([b"one", long], [b"one", long, b"two"])
    store.remove_evidence(tx, b"one")
    assert store.all_evidence(tx) == [long, b"two"]


def test_what_stands_about_somebody(tx: Tx) -> None:
    people(tx, "ann", "ben")
    inside(tx, room(tx, "r1", "ann ben"), "ann", "ben")
    devices = ("ann/", "ann0")
    tables = inventory().tables

    def count(name: str, user: str) -> int:
        return stored.count(tx, name, tables[name], user, devices)

    assert [count(name, "ann") for name in ("account", "participation", "room_member", "room")] == [1, 1, 1, 1]
    assert [count("room", user) for user in ("ben", "nn ben", "an", "en", "n")] == [1, 0, 0, 0, 0]
    assert stored.rows(tx, "account", tables["account"], "ann", devices, 0, 9) == [("ann", "ann.h", NOW, 0)]
    assert stored.rows(tx, "account", tables["account"], "ann", devices, 1, 9) == []


def test_columns_have_kinds(tx: Tx) -> None:
    for name, table in inventory().tables.items():
        rows = tx.all("SELECT name, type FROM pragma_table_info(?)", (name,))
        assert {row[0] for row in rows} == set(table.columns), name
        assert {row[1] for row in rows} <= {"INTEGER", "TEXT", "BLOB"}, name
        for data_class in {column.legal for column in table.columns.values() if column.legal}:
            assert columns_of(tx, name, table, data_class), name


def test_functions_that_both_engines_have(tx: Tx) -> None:
    assert tx.one("SELECT instr(?, ?), instr(?, ?)", (b"abc", b"c", b"abc", b"d")) == (3, 0)
    document = '{"kind": "legal_answer", "n": {"m": "x"}}'
    asked = (document, "$.kind", document, "$.n.m", document, "$.o")
    assert tx.one("SELECT json_extract(?, ?), json_extract(?, ?), json_extract(?, ?)", asked) == (
        "legal_answer",
        "x",
        None,
    )
