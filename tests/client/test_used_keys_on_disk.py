# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who has a device's files and its passphrase finds no message key that was used before the store was last put down.

The pages of the database are decrypted one by one, those that no table uses any more among them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from privity.client.engine.records import Table
from privity.client.store.database import DATABASE, HEADER, Store
from privity.client.store.header import Cost, Header
from privity.mls.group import Group
from privity.mls.schedule.secret_tree import SecretTree, Step
from tests.mls.group.builders import Member, room

PASSPHRASE = "correct horse"
ROOM = "mimi://hub.example/r/a"
PAGE = 4096
SALT, IV, RESERVED = 16, 16, 80
WAL_HEADER, FRAME_HEADER = 32, 24


def pages(folder: Path, name: str) -> Iterator[bytes]:
    """Every page of the database or of its write-ahead log, decrypted (SQLCipher 4: AES-256-CBC, 80 bytes reserved)."""
    key = Header.decode((folder / HEADER).read_bytes()).open(PASSPHRASE).value
    path = folder / name
    raw = path.read_bytes() if path.exists() else b""
    if name == DATABASE:
        places = [(at, at // PAGE + 1) for at in range(0, len(raw), PAGE)]
    else:
        starts = range(WAL_HEADER, len(raw), FRAME_HEADER + PAGE)
        places = [(at + FRAME_HEADER, int.from_bytes(raw[at : at + 4], "big")) for at in starts]
    for at, number in places:
        page = raw[at : at + PAGE]
        sealed = page[SALT if number == 1 else 0 : -RESERVED]
        opener = Cipher(algorithms.AES(key), modes.CBC(page[-RESERVED : IV - RESERVED])).decryptor()
        yield opener.update(sealed) + opener.finalize()


class Device:
    """A member whose records lie in a device's store."""

    def __init__(self, member: Member, folder: Path) -> None:
        self.member = member
        self.folder = folder
        self.store = Store.create(folder, PASSPHRASE, cost=Cost(time=1, memory_kib=64, lanes=1))
        self.save(member.store)

    def save(self, put: Mapping[bytes, bytes], delete: Collection[bytes] = ()) -> None:
        self.store.save(
            {(Table.MLS, ROOM, name): value for name, value in put.items()}
            | {(Table.MLS, ROOM, name): None for name in delete}
        )

    def drain(self) -> None:
        records = self.member.group.drain()
        self.save(records.put, records.delete)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What messages were sealed and opened with, and the records that were there before."""
    keys: list[bytes] = []
    apply = SecretTree.apply

    def noting(tree: SecretTree, step: Step) -> None:
        keys.append(step.key)
        keys.extend(tree.records[name][-32:] for name in {*step.put, *step.delete} if name in tree.records)
        apply(tree, step)

    monkeypatch.setattr(SecretTree, "apply", noting)
    return keys


def talk(ana: Device, ben: Device) -> None:
    for number in range(40):
        skipped = ana.member.group.encrypt(b"skipped", random=ana.member.random)
        ana.drain()
        message = ana.member.group.encrypt(b"message %d" % number, random=ana.member.random)
        ana.drain()
        ben.member.process(message)
        ben.drain()
        ben.member.process(skipped)
        ben.drain()
        if number % 10 == 9:
            pending = ben.member.commit(force_path=True)
            staged = ana.member.process(pending.message)
            ana.member.group.merge(staged)
            ben.member.group.merge_pending()
            ana.drain()
            ben.drain()


def test_the_search_reads_what_lies_in_the_files(tmp_path: Path) -> None:
    ana, _ = room("ana", "ben")
    device = Device(ana, tmp_path)
    kept = device.member.store[b"group"][-32:]
    logged = b"".join(pages(tmp_path, f"{DATABASE}-wal"))
    assert kept in logged
    device.store.close()
    assert kept in b"".join(pages(tmp_path, DATABASE))


def test_no_used_key_is_left_in_the_files_of_a_store_that_was_put_down(tmp_path: Path, used: list[bytes]) -> None:
    ana, ben = room("ana", "ben", update=True)
    used.clear()
    devices = [Device(ana, tmp_path / "ana"), Device(ben, tmp_path / "ben")]
    talk(*devices)
    assert len(used) >= 160
    for device in devices:
        device.store.close()
        for name in (DATABASE, f"{DATABASE}-wal"):
            readable = b"".join(pages(device.folder, name))
            assert sum(key in readable for key in used) == 0, name
        again = Store.open(device.folder, PASSPHRASE)
        loaded = Group.load(dict(again.scan(Table.MLS, ROOM)), device.member.identity, device.member.rules)
        assert loaded.epoch == device.member.group.epoch
        again.close()
