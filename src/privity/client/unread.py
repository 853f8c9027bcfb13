# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How far this device has shown each conversation, and how many messages of others came since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from privity.client.engine.records import Table
from privity.client.engine.shown import Kind, decode_item
from privity.client.mentions import is_named
from privity.client.store.database import Store
from privity.mls.codec import u64

SCOPE = "read"


def last_shown(store: Store, room_uri: str) -> bytes | None:
    """The key of the last entry that was shown."""
    return store.get(Table.ROOM, SCOPE, room_uri.encode())


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages of others came since, and how many of them name the person of this device."""

    messages: int
    mentions: int


def unread_of(
    store: Store,
    room_uri: str,
    user_uri: str,
    most: int | None = None,
    counts: Callable[[str], bool] = lambda _: True,
) -> Unread:
    """Those after the last entry that was shown, among the first `most` entries after it; `user_uri` is one's own.

    `counts` says of which senders.
    """
    after = last_shown(store, room_uri)
    items = (decode_item(value) for _, value in store.scan(Table.TIMELINE, room_uri, after=after, limit=most))
    new = [item for item in items if item.kind is Kind.MESSAGE and not item.mine and counts(item.sender)]
    return Unread(len(new), sum(is_named(item.text, user_uri) for item in new))


def note_shown(store: Store, room_uri: str, seq: int) -> None:
    """The entries up to this one were shown. What was shown before stays so."""
    before = last_shown(store, room_uri)
    if before is None or before < u64(seq):
        store.save({(Table.ROOM, SCOPE, room_uri.encode()): u64(seq)})
