# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The device store keeps what it was given, and tells a wrong passphrase from damage."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privity.client.engine.records import Batch, MemoryView, Table
from privity.client.engine.shown import Item, Kind, encode_item
from privity.client.errors import CorruptStore, NoStore, StoreExists, StoreInUse, WrongPassphrase
from privity.client.store.database import DATABASE, HEADER, Store
from privity.client.store.header import Cost, Header, StoreKey

CHEAP = Cost(time=1, memory_kib=64, lanes=1)
ROOM = "mimi://hub.example/r/a"


def make(folder: Path) -> Store:
    return Store.create(folder, "correct horse", cost=CHEAP)


def test_what_was_saved_is_there_after_opening_again(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save({(Table.OUTBOX, ROOM, bytes([n])): b"value %d" % n for n in range(5)})
    store.save({(Table.OUTBOX, ROOM, b"\x01"): None, (Table.OUTBOX, ROOM, b"\x02"): b"changed"})
    store.close()
    store = Store.open(tmp_path, "correct horse")
    assert store.get(Table.OUTBOX, ROOM, b"\x01") is None
    assert store.scan(Table.OUTBOX, ROOM, after=b"\x00", limit=2) == [(b"\x02", b"changed"), (b"\x03", b"value 3")]
    assert store.latest(Table.OUTBOX, ROOM, 1) == [(b"\x04", b"value 4")]
    assert store.before(Table.OUTBOX, ROOM, b"\x04", 2) == [(b"\x02", b"changed"), (b"\x03", b"value 3")]
    assert store.before(Table.OUTBOX, ROOM, b"\x00", 2) == []
    store.close()


def test_nobody_else_may_read_its_files_wherever_the_folder_goes(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save({(Table.OWN, "", b"k"): b"v"})
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    store.close()
    assert {DATABASE, f"{DATABASE}-wal", HEADER} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_a_wrong_passphrase_has_its_own_name(tmp_path: Path) -> None:
    make(tmp_path).close()
    with pytest.raises(WrongPassphrase):
        Store.open(tmp_path, "correct house")
    Store.open(tmp_path, "correct horse").close()


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    store = make(tmp_path)
    with pytest.raises(StoreInUse):
        Store.open(tmp_path, "correct horse")
    store.close()
    with pytest.raises(StoreExists):
        make(tmp_path)


def test_no_other_program_reads_or_writes_beside_it(tmp_path: Path) -> None:
    """Whoever has the key and opens the database itself: two writers would each keep their own state of the groups."""
    store = make(tmp_path)
    store.save({(Table.OWN, "", b"k"): b"v"})
    key = Header.decode((tmp_path / HEADER).read_bytes()).open("correct horse").value

    def read() -> object:
        db = sqlcipher.connect(tmp_path / DATABASE, timeout=0)
        try:
            db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            return db.execute("SELECT value FROM own WHERE key = ?", (b"k",)).fetchone()
        finally:
            db.close()

    with pytest.raises(sqlcipher.OperationalError, match="locked"):
        read()
    assert store.get(Table.OWN, "", b"k") == b"v"
    store.close()
    assert read() == (b"v",)


def test_what_was_saved_is_there_after_a_kill(tmp_path: Path) -> None:
    """Nothing was closed: the log of changes is all there is of the last ones."""
    child = os.fork()
    if child == 0:
        try:
            store = make(tmp_path)
            for at in range(5):
                store.save({(Table.OUTBOX, ROOM, bytes([at])): b"value", (Table.OUTBOX, ROOM, b"last"): b"%d" % at})
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (tmp_path / f"{DATABASE}-wal").stat().st_size > 0
    store = Store.open(tmp_path, "correct horse")
    assert store.get(Table.OUTBOX, ROOM, b"last") == b"4"
    assert len(store.scan(Table.OUTBOX, ROOM)) == 6
    store.close()


def test_a_folder_without_a_device_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoStore):
        Store.open(tmp_path, "any")


def test_one_flipped_byte_stops_with_a_next_step(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save({(Table.OWN, "", bytes([n])): bytes(3000) for n in range(20)})
    store.close()
    path = tmp_path / DATABASE
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CorruptStore, match="link this device again"):
        Store.open(tmp_path, "correct horse")
    assert path.read_bytes() == bytes(data)


def test_a_missing_database_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    make(tmp_path).close()
    (tmp_path / DATABASE).unlink()
    with pytest.raises(CorruptStore):
        Store.open(tmp_path, "correct horse")
    assert not (tmp_path / DATABASE).exists()


@pytest.mark.parametrize("change", [b"{}", b"\xff", b'{"version":1}'])
def test_a_damaged_header_is_named(tmp_path: Path, change: bytes) -> None:
    make(tmp_path).close()
    (tmp_path / HEADER).write_bytes(change)
    with pytest.raises(CorruptStore):
        Store.open(tmp_path, "correct horse")


def test_a_header_cannot_ask_for_all_memory() -> None:
    header, _ = Header.create("x", CHEAP, bytes)
    hostile = header.encode().replace(b'"memory_kib":64', b'"memory_kib":99999999')
    with pytest.raises(CorruptStore):
        Header.decode(hostile)


def test_nothing_readable_is_on_disk(tmp_path: Path) -> None:
    store = make(tmp_path)
    entry = Item(ROOM, 1, 0, Kind.MESSAGE, text="a sentence that nobody else shall read")
    store.save({(Table.TIMELINE, ROOM, b"1"): encode_item(entry)})
    store.close()
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        assert b"sentence" not in data
        assert b"hub.example" not in data


def test_a_store_key_shows_nothing() -> None:
    assert "secret" not in repr(StoreKey(b"secret" * 4))


def test_a_batch_sees_its_own_changes_and_leaves_the_view_alone() -> None:
    view = MemoryView({(Table.OUTBOX, ROOM, b"1"): b"one", (Table.OUTBOX, ROOM, b"2"): b"two"})
    batch = Batch(view)
    batch.delete(Table.OUTBOX, ROOM, b"1")
    batch.put(Table.OUTBOX, ROOM, b"3", b"three")
    assert batch.scan(Table.OUTBOX, ROOM, limit=1) == [(b"2", b"two")]
    assert batch.scan(Table.OUTBOX, ROOM) == [(b"2", b"two"), (b"3", b"three")]
    assert view.scan(Table.OUTBOX, ROOM) == [(b"1", b"one"), (b"2", b"two")]
    view.save(batch.take())
    assert view.scan(Table.OUTBOX, ROOM) == [(b"2", b"two"), (b"3", b"three")]
