# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A conversation in pages: each costs as much as it holds, wherever it stands in however long a history."""

from __future__ import annotations

from dataclasses import dataclass

from privity.client.engine.records import Table
from privity.client.engine.shown import Item, decode_item
from privity.client.store.database import Store
from privity.mls.codec import u64

LATEST = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in rising order, and whether there are more on either side."""

    items: tuple[Item, ...]
    earlier: bool
    later: bool


class History:
    """The timelines of one device."""

    __slots__ = ("_store",)

    def __init__(self, store: Store) -> None:
        self._store = store

    def at(self, room_uri: str, seq: int) -> Item | None:
        value = self._store.get(Table.TIMELINE, room_uri, _key(seq))
        return None if value is None else decode_item(value)

    def before(self, room_uri: str, seq: int | None, limit: int) -> Page:
        """The last `limit` entries before this one; of all for None."""
        return self._page(room_uri, self._before(room_uri, seq, limit), LATEST if seq is None else seq)

    def after(self, room_uri: str, seq: int, limit: int) -> Page:
        """The first `limit` entries after this one."""
        return self._page(room_uri, self._after(room_uri, seq, limit), seq)

    def around(self, room_uri: str, seq: int, limit: int) -> Page:
        """About as many entries on either side of this one, and itself; more on one where the other has few."""
        half = limit // 2
        later = self._after(room_uri, seq - 1, limit - half)
        earlier = self._before(room_uri, seq, limit - len(later))
        if len(earlier) + len(later) < limit:
            later = self._after(room_uri, seq - 1, limit - len(earlier))
        return self._page(room_uri, earlier + later, seq)

    def _page(self, room_uri: str, items: list[Item], seq: int) -> Page:
        """`seq` is where an empty page stands."""
        first, last = (items[0].seq, items[-1].seq) if items else (seq, seq)
        earlier = bool(self._store.before(Table.TIMELINE, room_uri, _key(first), 1))
        later = bool(self._store.scan(Table.TIMELINE, room_uri, after=_key(last), limit=1))
        return Page(tuple(items), earlier, later)

    def _before(self, room_uri: str, seq: int | None, limit: int) -> list[Item]:
        store = self._store
        if seq is None:
            rows = store.latest(Table.TIMELINE, room_uri, limit)
        else:
            rows = store.before(Table.TIMELINE, room_uri, _key(seq), limit)
        return [decode_item(value) for _, value in rows]

    def _after(self, room_uri: str, seq: int, limit: int) -> list[Item]:
        after = _key(seq) if seq >= 0 else None
        return [decode_item(value) for _, value in self._store.scan(Table.TIMELINE, room_uri, after=after, limit=limit)]


def _key(seq: int) -> bytes:
    return u64(min(max(seq, 0), LATEST))
