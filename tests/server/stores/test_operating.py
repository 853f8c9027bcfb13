# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of what an operator asks for, of the look at the storage, and of what has to be gone."""

from __future__ import annotations

from privity.server.db.database import Tx
from privity.server.health import store as health
from privity.server.operating import store
from privity.server.operating.backup import store as backup
from privity.server.retention import store as retention
from privity.server.retention.classes import CLASSES
from tests.server.stores.cast import NOW, inside, people, room


def test_accounts_are_told_with_their_devices(tx: Tx) -> None:
    people(tx, "ann", "ben")
    tx.execute(
        "INSERT INTO device (client_uri, user_uri, signature_key, since_version) VALUES ('d', 'ann', ?, 0)", (b"k",)
    )
    handles = [row[0] for row in tx.all("SELECT handle FROM account ORDER BY handle")]
    assert (store.count(tx, "account"), store.count(tx, "device")) == (2, 1)
    assert [row[0] for row in store.accounts(tx, "", 9)] == handles
    assert [row[0] for row in store.accounts(tx, handles[0], 9)] == handles[1:]
    assert len(store.accounts(tx, "", 1)) == 1
    assert [row[2] for row in store.accounts(tx, "", 9)] == [1, 0]
    found = store.account(tx, handles[0])
    assert found is not None
    assert (found[0], found[2], found[3]) == ("ann", 1, None)
    assert store.account(tx, "nobody") is None


def test_open_invites_are_told_and_taken_back(tx: Tx) -> None:
    people(tx, "ann")
    for code, until, used in ((b"a", NOW + 1, None), (b"b", NOW, None), (b"c", NOW + 1, "ann")):
        tx.execute(
            "INSERT INTO invite (code_hash, created_ms, expires_ms, used_by) VALUES (?, 1, ?, ?)", (code, until, used)
        )
    assert store.open_invites(tx, NOW) == [(b"a", 1, NOW + 1)]
    for code in (b"a", b"c"):
        store.remove_invite(tx, code)
    assert tx.all("SELECT code_hash FROM invite ORDER BY code_hash") == [(b"b",), (b"c",)]


def test_what_waits_is_counted(tx: Tx) -> None:
    assert (store.waiting_messages(tx), store.inboxes(tx), store.blobs(tx)) == ((0, 0, None), (0, 0), (0, 0))
    assert (store.newest_ms(tx), store.oldest_change_ms(tx), store.blob_hashes(tx)) == (None, None, set())
    people(tx, "ann")
    inside(tx, room(tx, "r"), "ann")
    tx.execute("UPDATE room SET last_ts_ms = ?", (NOW,))
    for seq, frame in ((901, b"four"), (902, None), (903, b"six...")):
        tx.execute(
            "INSERT INTO event (room_id, seq, ts_ms, kind, frame) VALUES (7, ?, ?, 1, ?)", (seq, NOW + seq, frame)
        )
    tx.execute("INSERT INTO inbox (client_uri, seq, frame) VALUES ('d', 1, ?)", (b"abc",))
    tx.execute("INSERT INTO blob (sha256, size, stored_ms) VALUES (?, 5, 1)", (b"\xab",))
    tx.execute(
        "INSERT INTO kl_change (label, version, opening, value, queued_ms) VALUES ('l', 0, ?, ?, 77)", (b"o", b"v")
    )
    assert store.waiting_messages(tx) == (2, 10, NOW + 901)
    assert store.inboxes(tx) == (1, 3)
    assert store.blobs(tx) == (1, 5)
    assert store.newest_ms(tx) == NOW
    assert store.oldest_change_ms(tx) == 77
    assert store.blob_hashes(tx) == {"ab"}


def test_a_backup_counts_what_it_copies(tx: Tx) -> None:
    people(tx, "ann", "ben")
    tx.execute("INSERT INTO blob (sha256, size, stored_ms) VALUES (?, 5, 1)", (b"\xab",))
    assert backup.rows(tx, ["account", "blob", "room"]) == {"account": 2, "blob": 1, "room": 0}
    assert backup.blobs(tx) == [(b"\xab", 5)]
    assert backup.migration(tx) == tx.all("SELECT max(number) FROM migration")[0][0]


def test_every_class_is_asked_and_finds_nothing_in_an_empty_hub(tx: Tx) -> None:
    for one in CLASSES:
        assert (retention.due(tx, one, NOW), retention.held(tx, one)) == (0, 0), one.data


def test_a_write_of_nothing_changes_nothing(tx: Tx) -> None:
    before = tx.all("SELECT * FROM inbox_base")
    health.write_nothing(tx)
    assert tx.all("SELECT * FROM inbox_base") == before
