# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Audit logs of invented acts, and what somebody who owns the machine and the log's key can do to one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, transaction
from privity.desk.keys import DeskKeys
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.note import SignedNote
from privity.tlog.tree import Frontier, leaf_hash
from privity.tlog.verifier_key import KeyKind, VerifierKey

NAME = "teapots.example/desk-audit"
PRIVATE = b"\x08" * 32
KEY = VerifierKey.of(NAME, KeyKind.ED25519, PRIVATE)
KEYS = DeskKeys(b"\x07" * 32, SigningKey(suite(1), b"\x06" * 32), b"\x09" * 32, PRIVATE)
T0 = 1_800_000_000_000


def entry(n: int, word: str = "a teapot was looked at") -> Entry:
    return Entry(n, T0 + n, f"staff:{n % 7}", Act.EVIDENCE_OPENED, f"evidence:{n // 3}", {"reason": f"{word}, {n}"})


def genuine(count: int) -> list[bytes]:
    """The bytes of a log of invented acts."""
    return [entry(n).encode() for n in range(count)]


def noted(entries: Sequence[bytes], private: bytes = PRIVATE, name: str = NAME) -> SignedNote:
    """The checkpoint that whoever has the key signs over these entries."""
    frontier = Frontier(0, ())
    for data in entries:
        frontier = frontier.append(leaf_hash(data))
    return sign_checkpoint(private, Checkpoint(name, frontier.size, frontier.root()))


def filled(path: Path, count: int, keys: DeskKeys = KEYS) -> Db:
    """A desk's database with so many entries."""
    db = open_database(path, keys)
    with transaction(db):
        for n in range(count):
            made = entry(n)
            log.add(db, at_ms=made.at_ms, who=made.who, act=made.act, about=made.about, **made.said)
    return db


def rewritten(db: Db, entries: Sequence[bytes]) -> SignedNote:
    """Put another history behind the triggers: entries, a tree that fits them, and a checkpoint by the real key."""
    with transaction(db):
        for name in ("audit_entry_keeps_rows", "audit_entry_loses_none"):
            db.execute(f"DROP TRIGGER IF EXISTS {name}")
        for table in ("audit_entry", "audit_node", "audit_checkpoint"):
            db.execute(f"DELETE FROM {table}")
        for n, data in enumerate(entries):
            db.execute("INSERT INTO audit_entry (n, entry) VALUES (?, ?)", (n, data))
            grow(db, n, data)
        note = noted(entries)
        db.execute("INSERT INTO audit_checkpoint VALUES (1, ?, ?)", (len(entries), note.encode()))
    return note


def grow(db: Db, n: int, data: bytes) -> None:
    """The nodes that an entry completes."""
    level, i, found = 0, n, leaf_hash(data)
    db.execute("INSERT INTO audit_node VALUES (?, ?, ?)", (level, i, found))
    while i & 1:
        left = log.node_at(db, level, i - 1)
        found = Frontier(1, (left,)).append(found).hashes[0]
        level, i = level + 1, i >> 1
        db.execute("INSERT INTO audit_node VALUES (?, ?, ?)", (level, i, found))
