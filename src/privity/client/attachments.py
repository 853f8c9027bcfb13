# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files of messages between this device and its hub: encrypted and put before the message, fetched and checked after.

A message names a URL, and it is never asked: whoever it belongs to would learn who reads, when and where. A file is
fetched by its hash from this device's own hub, and a URL that is not just that is refused. Nothing leaves this module
before `message.attachments` has checked it down to the plaintext.
"""

from __future__ import annotations

import asyncio
import mimetypes
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from privity.client.engine import evidence, inputs
from privity.client.engine.shown import Item, Kind, State
from privity.client.errors import (
    AnswerTooLong,
    CommandRefused,
    FileTooLarge,
    ForeignUrl,
    HubUnreachable,
)
from privity.client.host import Host
from privity.client.net.connection import Progress, decode
from privity.client.reading import plain_file
from privity.message import compose
from privity.message.attachments import TAG_BYTES, Encrypted, blob_url, checkable, decrypt, encrypt
from privity.message.content import ExternalPart, MimiContent, Part, walk
from privity.message.errors import CiphertextMismatch, DecryptionFailed, PlaintextMismatch
from privity.wire import rest

HELD_LIMIT = 64 << 20
"""Bytes of a ciphertext that this device takes or makes, whatever the hub would: it is whole in memory."""
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class File:
    """A file that passed every check. Its names are the sender's word; `saving.safe_name` makes one for a disk."""

    filename: str
    content_type: str
    description: str
    plaintext: bytes = field(repr=False)


async def upload(
    host: Host,
    room_uri: str,
    source: bytes | Path,
    filename: str,
    *,
    content_type: str | None,
    caption: str,
    progress: Progress | None,
) -> tuple[Part, Mapping[int, bytes]]:
    """Put a file at the hub under a fresh key: the part that a message carries, and the plaintext hash by part index.

    Raises CommandRefused and FileRefused before anything is sent; Refusal, HubUnreachable.
    """
    host.engine.room(room_uri).require_group()
    connection = host.connected()
    info = decode(await connection.request("GET", "/v1/server", b"", "application/json"), rest.ServerInfo)
    limit = min(info.max_blob_bytes, HELD_LIMIT) - TAG_BYTES
    name = (filename or (source.name if isinstance(source, Path) else "")).encode("utf-8", "replace").decode()
    kind = content_type or mimetypes.guess_type(name)[0] or UNKNOWN_TYPE
    plaintext = await asyncio.to_thread(_read, source, limit)
    own_host = host.engine.device.own.hub_host

    def make() -> Encrypted:
        return encrypt(
            plaintext,
            content_type=kind,
            filename=name,
            description="",
            url_of=lambda digest: blob_url(own_host, digest),
            random=os.urandom,
        )

    made = await asyncio.to_thread(make)
    stored = await connection.upload(made.ciphertext, progress)
    if (stored.sha256, stored.size) != (made.part.content_hash, made.part.size):
        raise HubUnreachable("the hub stored other bytes than were sent")
    return compose.captioned(made.part, made.plaintext_hash, caption)


async def fetch(
    host: Host, room_uri: str, message_id: bytes, part_index: int | None, progress: Progress | None
) -> File:
    """The file of a message, from the newest version that has one (or from the very version that `message_id` names).

    Raises CommandRefused, ForeignUrl, FileTooLarge, AttachmentError, Refusal, HubUnreachable.
    """
    item = _entry(host, room_uri, message_id)
    version_id, content, index = _with_file(item, message_id, part_index)
    part = checkable(content, index)
    own_host = host.engine.device.own.hub_host
    if part.url != blob_url(own_host, part.content_hash):
        raise ForeignUrl(f"expected a file on {own_host}, the message names another place; it was not asked for")
    if part.size > HELD_LIMIT:
        raise FileTooLarge(f"the file has {part.size} bytes, this device takes at most {HELD_LIMIT}")
    try:
        ciphertext = await host.connected().download(part.content_hash, part.size, progress)
    except AnswerTooLong:
        raise CiphertextMismatch(f"expected {part.size} bytes, the hub began to send more") from None
    try:
        plaintext = await asyncio.to_thread(decrypt, content, index, ciphertext)
    except (DecryptionFailed, PlaintextMismatch):
        # The bytes are those that the message names: what is refused here can be reported, whatever it opens to.
        await _keep(host, item, version_id, index, ciphertext)
        raise
    await _keep(host, item, version_id, index, ciphertext)
    return File(part.filename, part.content_type, part.description, plaintext)


async def _keep(host: Host, item: Item, version_id: bytes, index: int, ciphertext: bytes) -> None:
    """Nobody reports an own message, so its file is not kept."""
    if not item.mine:
        await host.do(lambda n: inputs.KeepCiphertext(n, item.room_uri, version_id, index, ciphertext))


def _read(source: bytes | Path, limit: int) -> bytes:
    """All of a file of at most `limit` bytes. A pipe or a device is not waited for."""
    if isinstance(source, bytes):
        data = source
    else:
        with plain_file(source) as file:
            data = file.read(limit + 1)
    if len(data) > limit:
        raise FileTooLarge(f"the file has more than {limit} bytes, which is what the hub takes")
    return data


def _entry(host: Host, room_uri: str, message_id: bytes) -> Item:
    """The entry that the id of any version stands for, with its content still there."""
    room = host.engine.room(room_uri)
    item = room.timeline.item(message_id)
    if item is None:
        record = evidence.find(host.engine.device, room_uri, message_id)
        first_id = None if record is None else MimiContent.decode(record.data).replaces
        item = None if first_id is None else room.timeline.item(first_id)
    if item is None or item.kind is not Kind.MESSAGE:
        raise CommandRefused("no message of this conversation has this id")
    if item.state in (State.DELETED, State.EXPIRED):
        raise CommandRefused(f"the message is {item.state.value}")
    return item


def _with_file(item: Item, message_id: bytes, part_index: int | None) -> tuple[bytes, MimiContent, int]:
    """The version to take the file from: its id, its content, and which part."""
    versions = [(item.version_id, item.content)]
    versions += [(version.message_id, version.content) for version in reversed(item.versions)]
    if message_id != item.message_id:
        versions = [version for version in versions if version[0] == message_id]
    for version_id, data in versions:
        content = MimiContent.decode(data)
        indices = [index for index, part in walk(content.part) if isinstance(part, ExternalPart)]
        if part_index is None and len(indices) > 1:
            raise CommandRefused(f"the message has files at the parts {indices}; say which")
        for index in indices:
            if part_index in (None, index):
                return version_id, content, index
    raise CommandRefused("the message has no file" + ("" if part_index is None else f" at part {part_index}"))
