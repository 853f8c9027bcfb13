# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Conversations and what stands in them; what the person marked, drafted, and looks for."""

from __future__ import annotations

from typing import Final

from privity.client.engine.shown import Item
from privity.client.search import Found
from privity.faces.app.conversations import known, title
from privity.faces.app.entries import entry, full_text, laid_out
from privity.faces.app.errors import Malformed, NotThere
from privity.faces.app.excerpts import excerpt
from privity.faces.app.limits import MAX_ENTRIES, MAX_HITS
from privity.faces.app.opened import Opened
from privity.faces.app.port.asked import (
    ConversationList,
    Conversations,
    Done,
    Entries,
    FullText,
    History,
    Hits,
    Page,
    Receipts,
    ReceiptsShown,
    SaveDraft,
    Search,
    Seen,
    SetArchived,
    SetMuted,
    SetReceipts,
    Text,
    Versions,
    VersionShown,
)
from privity.faces.app.port.shown import Hit
from privity.faces.app.verbs import Verbs
from privity.faces.commands.naming import people_in
from privity.message.receipts import Status


async def conversations(opened: Opened, _: Conversations) -> ConversationList:
    return ConversationList(conversations=opened.conversations())


async def page(opened: Opened, request: Page) -> Entries:
    room_uri, limit = known(opened.device, request.room_uri), min(max(request.limit, 1), MAX_ENTRIES)
    history = opened.device.history
    if request.around is not None:
        found = history.around(room_uri, _seq(request.around), limit)
    else:
        found = history.before(room_uri, None if request.before is None else _seq(request.before), limit)
    opened.learn(people_in(found.items))
    return Entries(
        entries=tuple(entry(opened.device, item) for item in found.items),
        earlier=found.earlier,
        later=found.later,
        waiting=opened.waiting(room_uri),
    )


async def text(opened: Opened, request: FullText) -> Text:
    return Text(text=full_text(opened.device, _item(opened, request.room_uri, request.seq)))


async def versions(opened: Opened, request: History) -> Versions:
    item = _item(opened, request.room_uri, request.seq)
    kept = [version for version in item.versions if version.content]
    return Versions(
        versions=tuple(
            VersionShown(ts_ms=each.ts_ms, blocks=laid_out(opened.device, item.room_uri, each.content).blocks)
            for each in kept
        )
    )


async def seen(opened: Opened, request: Seen) -> Done:
    room_uri = known(opened.device, request.room_uri)
    await opened.device.receipts.seen(room_uri, _seq(request.seq))
    opened.refresh([room_uri])
    return Done()


async def save_draft(opened: Opened, request: SaveDraft) -> Done:
    opened.device.preferences.set_draft(known(opened.device, request.room_uri), request.text)
    opened.refresh([request.room_uri])
    return Done()


async def set_muted(opened: Opened, request: SetMuted) -> Done:
    opened.device.preferences.set_muted(known(opened.device, request.room_uri), request.muted)
    opened.refresh([request.room_uri])
    return Done()


async def set_archived(opened: Opened, request: SetArchived) -> Done:
    opened.device.preferences.set_archived(known(opened.device, request.room_uri), request.archived)
    opened.refresh([request.room_uri])
    return Done()


async def receipts(opened: Opened, _: Receipts) -> ReceiptsShown:
    kept = opened.device.preferences
    return ReceiptsShown(delivered=kept.sends(Status.DELIVERED), read=kept.sends(Status.READ), typing=kept.typing())


async def set_receipts(opened: Opened, request: SetReceipts) -> Done:
    opened.device.preferences.set_sends(Status.DELIVERED, request.delivered)
    opened.device.preferences.set_sends(Status.READ, request.read)
    opened.device.preferences.set_typing(request.typing)
    return Done()


async def search(opened: Opened, request: Search) -> Hits:
    room_uri = known(opened.device, request.room_uri) if request.room_uri else ""
    limit = min(max(request.limit, 1), MAX_HITS)
    found = opened.device.search.find(request.text, room_uri, limit)
    shown = [each for each in found if not opened.device.preferences.frozen(each.item.sender)]
    return Hits(hits=tuple(_hit(opened, each, request.text) for each in shown), more=len(found) == limit)


def _hit(opened: Opened, found: Found, query: str) -> Hit:
    before, match, after = excerpt(opened.device, found, query)
    return Hit(
        room_uri=found.item.room_uri,
        title=title(opened.device, found.item.room_uri),
        seq=found.item.seq,
        ts_ms=found.item.ts_ms,
        sender=found.item.sender,
        before=before,
        match=match,
        after=after,
    )


def _item(opened: Opened, room_uri: str, seq: int) -> Item:
    item = opened.device.history.at(known(opened.device, room_uri), _seq(seq))
    if item is None:
        raise NotThere("this device has no such entry any more")
    return item


def _seq(seq: int) -> int:
    """Raises Malformed for what no entry can have."""
    if not 0 <= seq < 1 << 63:
        raise Malformed("the number of an entry is from 0 to 2^63")
    return seq


VERBS: Final[Verbs] = {
    Conversations: conversations,
    Page: page,
    FullText: text,
    History: versions,
    Seen: seen,
    SaveDraft: save_draft,
    SetMuted: set_muted,
    SetArchived: set_archived,
    Receipts: receipts,
    SetReceipts: set_receipts,
    Search: search,
}
