# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An entry of a conversation as the page shows it."""

from __future__ import annotations

from privity.client.cautions import cautions_in, is_new
from privity.client.engine.shown import Item, Kind, State
from privity.client.forwarding import hops_of
from privity.client.mentions import without_links
from privity.client.sdk import Device
from privity.faces.app.limits import MAX_PREVIEW
from privity.faces.app.mentioning import mentioning
from privity.faces.app.plain import one_line, visible
from privity.faces.app.port.shown import (
    Block,
    Delivery,
    Entry,
    EntryKind,
    EntryState,
    FileShown,
    Quote,
    ReactionShown,
    Run,
)
from privity.faces.app.text import LaidOut, markdown, plain
from privity.faces.commands.naming import called, with_names
from privity.faces.commands.showing import files_of, size_of, text_of
from privity.message.content import MimiContent, SinglePart, walk
from privity.message.receipts import Status
from privity.policy.forwarding import label

_SPACE = Run(text=" ")
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""Types of which a preview can be made."""


def entry(device: Device, item: Item) -> Entry:
    if item.kind is Kind.MESSAGE and device.preferences.frozen(item.sender):
        return _of_frozen(device, item)
    laid_out = _laid_out(device, item)
    return Entry(
        seq=item.seq,
        ts_ms=item.ts_ms,
        kind=EntryKind(item.kind.value),
        sender=item.sender,
        mine=item.mine,
        message_id=item.message_id,
        state=EntryState(item.state.value),
        blocks=laid_out.blocks,
        cut=laid_out.cut,
        quote=_quote(device, item),
        files=files_shown(item),
        reactions=_reactions(device, item),
        delivery=_delivery(item),
        expires_ms=item.expires_ms,
        deleted_by="" if item.deleted_by is None else item.deleted_by.user_uri,
        deleted_as="" if item.deleted_by is None else item.deleted_by.role,
        forwarded=_forwarded(item),
        clock_differs=item.clock_differs,
        from_backup=item.from_backup,
        cautions=_cautions(device, item),
    )


def _of_frozen(device: Device, item: Item) -> Entry:
    """In place of a message of somebody whom the person froze: that there is one."""
    said = plain(f"You froze {called(device, item.sender)}: what they write is not shown")
    return Entry(
        seq=item.seq,
        ts_ms=item.ts_ms,
        kind=EntryKind.HIDDEN,
        sender=item.sender,
        message_id=item.message_id,
        blocks=said.blocks,
    )


def preview(device: Device, item: Item) -> str:
    """An entry in a few words, for a list or above an answer."""
    if item.kind is not Kind.MESSAGE:
        return one_line(with_names(device, item.text), MAX_PREVIEW)
    if item.state in (State.DELETED, State.EXPIRED):
        return f"({item.state.value})"
    blocks = laid_out(device, item.room_uri, item.content).blocks
    words = "".join(run.text for block in blocks for run in (*block.runs, _SPACE))
    return one_line(words if words.strip() else text_of(item), MAX_PREVIEW)


def laid_out(device: Device, room_uri: str, content: bytes) -> LaidOut:
    """The texts of a message, one under another, with people named as this device names them."""
    blocks: list[Block] = []
    cut = 0
    for _, part in walk(MimiContent.decode(content).part):
        if isinstance(part, SinglePart):
            one = _of(part)
            blocks += one.blocks
            cut += one.cut
    return LaidOut(tuple(mentioning(device, room_uri, blocks)), cut)


def full_text(device: Device, item: Item) -> str:
    """All the texts of a message as they were written, but for what steers instead of showing."""
    if not item.content:
        return ""
    parts = [part for _, part in walk(MimiContent.decode(item.content).part) if isinstance(part, SinglePart)]
    texts = (visible(part.content.decode("utf-8", "replace")) for part in parts if _is_text(part))
    return without_links("\n\n".join(texts), device.names.handle)


def _laid_out(device: Device, item: Item) -> LaidOut:
    if item.kind is not Kind.MESSAGE:
        return plain(with_names(device, item.text))
    return laid_out(device, item.room_uri, item.content) if item.content else LaidOut((), 0)


def _of(part: SinglePart) -> LaidOut:
    if not _is_text(part):
        return plain(f"({part.content_type or 'something without a type'}, {len(part.content)} bytes)")
    text = part.content.decode("utf-8", "replace")
    return markdown(text) if _media_type(part.content_type) == "text/markdown" else plain(text)


def _is_text(part: SinglePart) -> bool:
    return _media_type(part.content_type).startswith("text/")


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _quote(device: Device, item: Item) -> Quote | None:
    if item.in_reply_to is None:
        return None
    answered = device.host.engine.room(item.room_uri).timeline.item(item.in_reply_to)
    if answered is None:
        return Quote(message_id=item.in_reply_to, seq=None, sender="", text="")
    text = "" if device.preferences.frozen(answered.sender) else preview(device, answered)
    return Quote(message_id=item.in_reply_to, seq=answered.seq, sender=answered.sender, text=text)


def files_shown(item: Item) -> tuple[FileShown, ...]:
    return tuple(
        FileShown(
            part_index=index,
            filename=one_line(part.filename, MAX_PREVIEW),
            content_type=part.content_type,
            size=size_of(part),
            picture=_media_type(part.content_type) in PICTURES,
        )
        for index, part in files_of(item)
    )


def _reactions(device: Device, item: Item) -> tuple[ReactionShown, ...]:
    people: dict[str, dict[str, bytes]] = {}
    for each in item.reactions:
        if device.preferences.frozen(each.sender):
            continue
        people.setdefault(each.text, {})[each.sender] = each.message_id
    return tuple(
        ReactionShown(emoji=one_line(emoji, 64), user_uris=tuple(of), mine=of.get(device.user_uri, b""))
        for emoji, of in people.items()
    )


def _cautions(device: Device, item: Item) -> tuple[str, ...]:
    """Of what somebody new wrote, while it is there to be acted upon."""
    if item.kind is not Kind.MESSAGE or item.mine or not item.content or not is_new(device, item.sender):
        return ()
    files = bool(files_of(item))
    return tuple(each.value for each in cautions_in(full_text(device, item), files=files))


def _forwarded(item: Item) -> str:
    return label(hops_of(item)) if item.content else ""


def _delivery(item: Item) -> Delivery | None:
    """How far an own message has come with the one who has it furthest."""
    if not item.mine or item.kind is not Kind.MESSAGE:
        return None
    furthest = max((status for status in item.receipts.values() if status <= Status.READ), default=Status.UNREAD)
    return {Status.READ: Delivery.READ, Status.DELIVERED: Delivery.DELIVERED}.get(Status(furthest), Delivery.SENT)
