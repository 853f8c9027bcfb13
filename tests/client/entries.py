# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Histories of invented messages, and a store opened page by page, as somebody who has its key would read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from privity.client.engine.records import Change, Table
from privity.client.engine.shown import Item, Kind, encode_item
from privity.client.store.database import DATABASE, HEADER, Store
from privity.client.store.header import Cost, Header
from privity.client.store.schema import STEPS
from privity.mls.codec import u64

CHEAP = Cost(time=1, memory_kib=64, lanes=1)
PASSPHRASE = "correct horse"
ROOM = "mimi://hub.example/r/a"
START_MS = 1_800_000_000_000
PAGE, RESERVED, SALT, IV = 4096, 80, 16, 16
"""SQLCipher 4: each page ends with its IV and its HMAC, and the first one begins with a salt."""


def make(folder: Path) -> Store:
    return Store.create(folder, PASSPHRASE, cost=CHEAP)


def entry(seq: int, text: str, room: str = ROOM, **more: object) -> Item:
    """A message of somebody else."""
    named = {"sender": "mimi://hub.example/u/b", "message_id": message_id(seq), "content": text.encode(), **more}
    return Item(room, seq, START_MS + seq * 1000, Kind.MESSAGE, text=text, **named)  # type: ignore[arg-type]  # shorthand


def message_id(seq: int) -> bytes:
    return b"\x01" + bytes(23) + u64(seq)


def rows(*items: Item) -> Mapping[Change, bytes | None]:
    return {(Table.TIMELINE, item.room_uri, u64(item.seq)): encode_item(item) for item in items}


def make_first_format(store: Store) -> None:
    """Make a store one as the first published program left it: only the tables of the first step. Closes it."""
    first = {statement.split()[2] for statement in STEPS[0]}
    for kind in ("CREATE VIRTUAL TABLE", "CREATE TABLE"):  # the shadows of a virtual table go with it
        for (name,) in store._db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE ?", (f"{kind} %",)).fetchall():
            if name not in first:
                store._db.execute(f"DROP TABLE {name}")
    store._db.execute("DELETE FROM own WHERE scope = 'store'")
    store._db.execute("PRAGMA user_version = 1")
    kill(store)


def kill(store: Store) -> None:
    """Leave a store as a kill does: nothing is done at the end."""
    store._db.close()
    store._unlock()


def prose(random: Random, words: int, vocabulary: list[str]) -> str:
    """Some words are said often and most are rare, as among people."""
    top = len(vocabulary) - 1
    return " ".join(vocabulary[min(top, int(random.paretovariate(0.7)))] for _ in range(words))


def vocabulary(random: Random, size: int) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(random.choice(letters) for _ in range(random.randint(2, 9))) for _ in range(size)]


def decrypted(folder: Path) -> bytes:
    """Every byte of a closed database, free space and all."""
    key = Header.decode((folder / HEADER).read_bytes()).open(PASSPHRASE).value
    data = (folder / DATABASE).read_bytes()
    pages = []
    for at in range(0, len(data), PAGE):
        page = data[at : at + PAGE]
        iv = page[PAGE - RESERVED : PAGE - RESERVED + IV]
        opener = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        pages.append(opener.update(page[SALT if at == 0 else 0 : PAGE - RESERVED]) + opener.finalize())
    return b"".join(pages)
