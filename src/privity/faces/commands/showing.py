# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An entry of a conversation as a line for people and as values for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rich.filesize import decimal

from privity.client.engine.consent import accept_command
from privity.client.engine.shown import Item, Kind, State
from privity.client.mentions import without_links
from privity.client.saving import safe_name
from privity.client.sdk import Device
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called, with_names
from privity.faces.commands.opening import letters_of, short
from privity.faces.commands.times import local_time
from privity.message.attachments import TAG_BYTES
from privity.message.content import ExternalPart, MimiContent, SinglePart, walk


def as_json(item: Item, device: Device) -> dict[str, Any]:
    """What programs get: all texts and names as they came; `name` is the pinned handle, or null."""
    return {
        "seq": item.seq,
        "ts_ms": item.ts_ms,
        "kind": item.kind.value,
        "state": item.state.value,
        "sender": item.sender,
        "name": device.names.handle(item.sender),
        "device": item.client,
        "id": short(item),
        "text": text_of(item),
        "deleted_by": None if item.deleted_by is None else item.deleted_by.user_uri,
        "from_backup": item.from_backup,
        "files": [
            {"part": index, "name": part.filename, "size": size_of(part), "type": part.content_type}
            for index, part in files_of(item)
        ],
        "reactions": [
            {
                "sender": each.sender,
                "name": device.names.handle(each.sender),
                "id": letters_of(each.message_id),
                "text": each.text,
            }
            for each in item.reactions
        ],
    }


def as_line(item: Item, device: Device) -> str:
    """What people get: id, time, who, what."""
    when = datetime.fromtimestamp(item.ts_ms / 1000, UTC).astimezone()
    if item.kind is not Kind.MESSAGE:
        return harmless(f"{short(item)[:8]:8}  {when:%H:%M}  -- {with_names(device, item.text)}")
    who = called(device, item.sender)
    frozen = device.preferences.frozen
    if frozen(item.sender):
        return harmless(f"{short(item)[:8]}  {when:%H:%M}  {who}: (you froze them; `privity contacts unfreeze`)")
    shown = item.state in (State.SHOWN, State.EDITED)
    text = without_links(text_of(item), device.names.handle) if shown else f"({gone(item, device)})"
    edited = " (edited)" if item.state is State.EDITED else ""
    edited += " (from a backup)" if item.from_backup else ""
    reactions = " ".join(each.text for each in item.reactions if not frozen(each.sender))
    line = f"{short(item)[:8]}  {when:%H:%M}  {who}: {text}{edited}{f'  [{reactions}]' if reactions else ''}"
    return harmless(line)


def gone(item: Item, device: Device) -> str:
    """What is said in the place of a message that is not shown any more."""
    by = item.deleted_by
    return item.state.value if by is None else f"{item.state.value} by {called(device, by.user_uri)}, {by.role}"


def banner(device: Device, room_uri: str) -> list[str]:
    """What stands above every view of a conversation as long as it is so: who keeps a copy, and what waits."""
    said = []
    archives = device.archives.of(room_uri)
    for each in archives:
        who = called(device, each.user_uri)
        if each.user_uri == device.user_uri:
            said.append("you keep a copy of everything sent here, and say nothing")
        elif each.here:
            said.append(f"{who} keeps a copy of everything sent here since {_day(each.since_ms)}")
        else:
            said.append(f"{who} kept a copy of everything sent here, and has left")
    said += [f'about the copy: "{each.policy}"' for each in archives[:1]]
    new = device.archives.to_accept(room_uri)
    if new is not None:
        what, command = with_names(device, new[0]), accept_command(room_uri)
        said.append(f"you have not accepted that {what}; nothing is sent before `{command}`")
    return [harmless(f"== {line}") for line in said]


def banner_json(device: Device, room_uri: str) -> dict[str, Any] | None:
    """The same for programs; None where there is nothing to say."""
    archives, new = device.archives.of(room_uri), device.archives.to_accept(room_uri)
    if not archives and new is None:
        return None
    return {
        "kind": "banner",
        "archives": [
            {
                "user": each.user_uri,
                "name": device.names.handle(each.user_uri),
                "since_ms": each.since_ms or None,
                "here": each.here,
                "policy": each.policy,
            }
            for each in archives
        ],
        "accepted": new is None,
    }


def _day(since_ms: int) -> str:
    if not since_ms:
        return "before this device came"
    return local_time(since_ms)


def text_of(item: Item) -> str:
    """The words of an entry; a file as its name, size and type, anything else as its type."""
    if item.kind is not Kind.MESSAGE or not item.content:
        return item.text
    words = []
    for _, part in walk(MimiContent.decode(item.content).part):
        if isinstance(part, ExternalPart):
            words.append(f"[{safe_name(part.filename)}, {decimal(size_of(part))}, {part.content_type or 'unknown'}]")
        elif isinstance(part, SinglePart):
            is_text = part.content_type.startswith("text/")
            words.append(part.content.decode("utf-8", "replace") if is_text else f"({part.content_type})")
    return " ".join(words)


def files_of(item: Item) -> list[tuple[int, ExternalPart]]:
    """The files of an entry as it is shown now, by part index."""
    if not item.content:
        return []
    return [(i, part) for i, part in walk(MimiContent.decode(item.content).part) if isinstance(part, ExternalPart)]


def size_of(part: ExternalPart) -> int:
    """Bytes of the file itself, as its sender says."""
    return max(0, part.size - (TAG_BYTES if part.enc_alg else 0))
