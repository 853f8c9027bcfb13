# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The operator's own copy of the key log: it has the keys and the database, so it can continue any past as it likes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Self

from privity.keylog.audit import AuditUpdate
from privity.keylog.commitment import OPENING_BYTES, commit
from privity.keylog.entry import Entry
from privity.keylog.proof import LookupProof
from privity.keylog.publish import Change, Held, checkpoint_proof, cut, lookup
from privity.server.keylog.model import origin_of
from privity.server.keys import HubKeys
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.note import Signature, SignedNote
from privity.tlog.tree import consistency_proof


@dataclass(slots=True)
class ForgedLog:
    """A `keylog.publish.Source` whose epochs up to some size are the hub's, and from there on the operator's."""

    keys: HubKeys
    host: str
    note: bytes = b""
    nodes: dict[bytes, bytes] = field(default_factory=dict)
    updates: list[AuditUpdate] = field(default_factory=list)
    _log_nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)
    _held: dict[bytes, list[Held]] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Path, keys: HubKeys, host: str, size: int | None = None) -> Self:
        """What the hub has published, or its first epochs, made again from what they brought."""
        log = cls(keys, host)
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT epoch, label, version, opening, value FROM kl_value ORDER BY epoch").fetchall()
            times = db.execute("SELECT timestamp_ms FROM kl_entry ORDER BY idx").fetchall()
            notes = dict(db.execute("SELECT size, note FROM kl_checkpoint").fetchall())
        brought = {epoch: list(group) for epoch, group in groupby(rows, key=lambda row: row[0])}
        for index, (timestamp_ms,) in enumerate(times[:size]):
            changes = [Change(row[1].encode(), row[2], row[3], row[4]) for row in brought.get(index, ())]
            log.publish(changes, timestamp_ms)
        log.note = notes[log.size]
        return log

    @property
    def size(self) -> int:
        return len(self._entries)

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint.decode(SignedNote.decode(self.note).text)

    def put(self, label: bytes, value: bytes, now_ms: int) -> None:
        """An epoch with one more version of a label, and the log's signature."""
        self.publish([Change(label, len(self._held.get(label, ())), os.urandom(OPENING_BYTES), value)], now_ms)

    def publish(self, changes: Sequence[Change], now_ms: int) -> None:
        made = cut(origin_of(self.host), self.size, self.nodes, self.node_at, changes, now_ms, self.keys.vrf)
        for change in sorted(changes, key=lambda one: (one.label, one.version)):
            commitment = commit(change.opening, change.label, change.version, change.value)
            held = Held(change.opening, change.value, made.index, commitment)
            self._held.setdefault(change.label, []).append(held)
        self.nodes.update(made.prefix_changes)
        self._log_nodes.update({(level, index): found for level, index, found in made.log_nodes})
        self._entries.append(made.entry)
        self.updates.append(made.update)
        self.note = sign_checkpoint(self.keys.log, made.checkpoint).encode()

    def take_out(self, label: bytes, now_ms: int) -> None:
        """An epoch whose map lacks the newest version of a label, as if it had never been."""
        self._held[label].pop()
        self.nodes = self._written_again(self.keys, {}).nodes
        self.publish([], now_ms)

    def instead(self, keys: HubKeys, label: bytes, value: bytes) -> ForgedLog:
        """A whole other log under these keys, in which the first version of a label always was this value."""
        return self._written_again(keys, {label: value})

    def _written_again(self, keys: HubKeys, first: Mapping[bytes, bytes]) -> ForgedLog:
        other = ForgedLog(keys, self.host)
        brought: dict[int, list[Change]] = {}
        for label, versions in self._held.items():
            for version, held in enumerate(versions):
                value = first.get(label, held.value) if version == 0 else held.value
                brought.setdefault(held.epoch, []).append(Change(label, version, held.opening, value))
        for epoch, entry in enumerate(self._entries):
            other.publish(brought.get(epoch, ()), entry.timestamp_ms)
        return other

    def add(self, signatures: Sequence[Signature]) -> None:
        """The same checkpoint with more signatures under it."""
        note = SignedNote.decode(self.note)
        self.note = SignedNote(note.text, (*note.signatures, *signatures)).encode()

    # What answering needs (`keylog.publish.Source`)

    def node_at(self, level: int, index: int) -> bytes:
        return self._log_nodes[level, index]

    def entry(self, index: int) -> Entry:
        return self._entries[index]

    def newest(self, label: bytes) -> int | None:
        return len(self._held[label]) - 1 if label in self._held else None

    def held(self, label: bytes, version: int) -> Held:
        return self._held[label][version]

    # Answers

    def looked(self, label: bytes, from_size: int) -> LookupProof:
        dated = range(len(self._held.get(label, ())))
        return lookup(self, self.keys.vrf, label, min(from_size, self.size), dated)

    def values(self, label: bytes, from_version: int) -> list[bytes]:
        return [held.value for held in self._held.get(label, ())][from_version:]

    def newest_proof(self, from_size: int) -> bytes:
        return checkpoint_proof(self, min(from_size, self.size)).encode()

    def consistency(self, old: int, new: int) -> list[bytes]:
        return consistency_proof(self.node_at, min(old, self.size), min(new, self.size))
