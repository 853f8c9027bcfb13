# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking for words in one's own history. Nothing of it leaves the device: the index stands in its encrypted store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from privity.client.engine.records import Table
from privity.client.engine.shown import Item, decode_item
from privity.client.store.database import Store
from privity.client.words import first_match

MAX_FOUND = 200
"""Texts that one search gives at most: whoever needs more looks for more words."""
AROUND = 60
"""Characters that are shown before and after what was found."""
AT_ONCE = 200
"""Rows that are taken into the index before anything else gets its turn."""

Built = Callable[[int, int], None]
"""(rows done, rows in all)"""


@dataclass(frozen=True, slots=True)
class Found:
    """A message, and the parts of its text around the first words that were looked for."""

    item: Item
    before: str = field(repr=False)
    match: str = field(repr=False)
    after: str = field(repr=False)


class Search:
    """The index of one device's history."""

    __slots__ = ("_store",)

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, text: str, room_uri: str = "", limit: int = 50) -> tuple[Found, ...]:
        """Messages with all these words, or with words that begin so; the newest first, in one conversation or in all.

        Until the index of an old store is `built`, only what is in it is found.
        """
        places = self._store.text_index.find(text, room_uri, min(limit, MAX_FOUND))
        rows = (self._store.get(Table.TIMELINE, scope, key) for scope, key in places)
        return tuple(_found(decode_item(row), text) for row in rows if row is not None)

    @property
    def built(self) -> bool:
        """Whether all messages can be found."""
        return self._store.text_index.built

    async def build(self, progress: Built | None = None) -> None:
        """Take in the messages of a store from before there was an index. It goes on where it was interrupted."""
        index = self._store.text_index
        if index.built:
            return
        done, total = 0, index.left()
        while rows := index.build_some(AT_ONCE):
            done += rows
            if progress is not None:
                progress(done, max(done, total))
            await asyncio.sleep(0)


def _found(item: Item, query: str) -> Found:
    start, end = first_match(item.text, query) or (0, 0)
    return Found(item, item.text[max(0, start - AROUND) : start], item.text[start:end], item.text[end : end + AROUND])
