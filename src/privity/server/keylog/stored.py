# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The published log as `keylog.publish` reads it: one snapshot, so that no answer mixes two epochs."""

from __future__ import annotations

from dataclasses import dataclass

from privity.keylog.entry import Entry
from privity.keylog.publish import Held
from privity.server.db.database import Query
from privity.server.errors import LogDamaged
from privity.server.keylog import store


@dataclass(frozen=True, slots=True)
class StoredNodes:
    """The nodes of the newest map by path."""

    query: Query

    def get(self, path: bytes, /) -> bytes | None:
        return store.prefix_node(self.query, path)


@dataclass(frozen=True, slots=True)
class StoredLog:
    """What an answer needs of the store. Valid as long as the query it reads with."""

    query: Query
    size: int

    @classmethod
    def of(cls, query: Query) -> StoredLog:
        return cls(query, store.size(query))

    @property
    def nodes(self) -> StoredNodes:
        return StoredNodes(self.query)

    @property
    def note(self) -> bytes:
        found = store.note(self.query)
        if found is None:
            raise LogDamaged("the key log has entries and no checkpoint")
        return found

    def node_at(self, level: int, index: int) -> bytes:
        found = store.log_node(self.query, level, index)
        if found is None:
            raise LogDamaged(f"the key log lacks node {index} of level {level}")
        return found

    def entry(self, index: int) -> Entry:
        found = store.entry(self.query, index)
        if found is None:
            raise LogDamaged(f"the key log lacks entry {index}")
        return found

    def newest(self, label: bytes) -> int | None:
        return store.newest_version(self.query, label.decode())

    def held(self, label: bytes, version: int) -> Held:
        found = store.held(self.query, label.decode(), version)
        if found is None:
            raise LogDamaged(f"the key log lacks version {version} of a label")
        return found
