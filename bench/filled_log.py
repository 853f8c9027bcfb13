# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key log of a hub with many accounts, written into a fresh hub's database before it starts.

The log cannot tell them from people who registered, and a hundred thousand of those would take hours.
"""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Final

from bench.published import device_list
from privity.identity.server_record import ServerRecord
from privity.identity.uris import new_user_uri
from privity.keylog.commitment import OPENING_BYTES, commit
from privity.keylog.labels import server_label, user_label
from privity.keylog.publish import Change, Cut, cut
from privity.tlog.checkpoint import sign_checkpoint

EPOCH: Final = 1_000
"""Accounts that come with one epoch."""
SEED: Final = 7


def label_of(host: str, number: int) -> bytes:
    """The label of one of these accounts."""
    return user_label(new_user_uri(host, random.Random(number).randbytes))


def fill(hub: Path, host: str, accounts: int, now_ms: int) -> None:
    """Publish so many labels, each with its first list, in epochs a minute apart that end now."""
    rnd = random.Random(SEED)
    value = device_list(rnd)
    vrf, key = ((hub / "keys" / name).read_bytes() for name in ("vrf.key", "log.key"))
    nodes: dict[bytes, bytes] = {}
    log_nodes: dict[tuple[int, int], bytes] = {}

    def node_at(level: int, index: int) -> bytes:
        return log_nodes[level, index]

    db = sqlite3.connect(hub / "hub.db")
    try:
        epochs = -(-accounts // EPOCH)
        for index in range(epochs):
            numbers = range(index * EPOCH, min((index + 1) * EPOCH, accounts))
            changes = [Change(label_of(host, number), 0, rnd.randbytes(OPENING_BYTES), value) for number in numbers]
            if index == 0:
                changes.append(Change(server_label(host), 0, rnd.randbytes(OPENING_BYTES), _record(host)))
            at_ms = now_ms - (epochs - index) * 60_000
            made = cut(f"{host}/keylog", index, nodes, node_at, changes, at_ms, vrf)
            nodes.update(made.prefix_changes)
            log_nodes.update({(level, place): found for level, place, found in made.log_nodes})
            _write(db, made, changes, sign_checkpoint(key, made.checkpoint).encode())
        with db:
            db.executemany("INSERT INTO kl_prefix_node VALUES (?, ?)", nodes.items())
    finally:
        db.close()


def _record(host: str) -> bytes:
    """Some keys of the hub's; it adds a version with its own when it starts."""
    return ServerRecord(host, 0, bytes(32), bytes(32), None, None).encode()


def _write(db: sqlite3.Connection, made: Cut, changes: list[Change], note: bytes) -> None:
    entry = (made.index, made.entry.timestamp_ms, made.entry.prefix_root, made.update.encode())
    with db:
        db.execute("INSERT INTO kl_entry VALUES (?, ?, ?, ?)", entry)
        db.executemany("INSERT INTO kl_log_node VALUES (?, ?, ?)", made.log_nodes)
        db.execute("INSERT INTO kl_checkpoint VALUES (?, ?)", (made.index + 1, note))
        db.executemany(
            "INSERT INTO kl_value VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    one.label.decode(),
                    one.version,
                    one.opening,
                    one.value,
                    commit(one.opening, one.label, one.version, one.value),
                    made.index,
                )
                for one in changes
            ],
        )
