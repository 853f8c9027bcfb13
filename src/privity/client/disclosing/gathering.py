# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The chosen messages with the evidence that this device kept of each, and their files."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from privity.client import attachments
from privity.client.disclosing.choosing import Picked
from privity.client.disclosing.wanted import MAX_BYTES
from privity.client.engine import ciphertexts, evidence
from privity.client.engine.evidence import EvidenceRecord
from privity.client.engine.state import Device
from privity.client.errors import ClientError, CommandRefused
from privity.client.host import Host
from privity.client.names import Names
from privity.message.attachments import checkable, decrypt, plaintext_hash
from privity.message.content import ExternalPart, MimiContent, walk
from privity.message.described import ending, kind_of, readable
from privity.message.errors import MessageError
from privity.production.disclosed import (
    ATTACHMENTS,
    CONTEXTS,
    LISTS,
    Attachment,
    Authorship,
    Blobs,
    Frank,
    Message,
    MessageKind,
    Status,
)
from privity.wire.errors import Refusal

NO_ALGORITHM: Final = 0
"""The file stands somewhere in the clear, and the message names no hash of it that binds."""


@dataclass(slots=True)
class Gathered:
    """Grows message by message. `files` are those of messages, by path."""

    messages: list[Message] = field(default_factory=list)
    contexts: Blobs = field(default_factory=lambda: Blobs(CONTEXTS))
    lists: Blobs = field(default_factory=lambda: Blobs(LISTS))
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    held: int = 0

    def add_file(self, path: str, data: bytes) -> str:
        self.held += len(data)
        if self.held > MAX_BYTES:
            raise CommandRefused(f"the files of these messages have more than {MAX_BYTES >> 20} MiB: choose fewer")
        self.files[path] = data
        return path


class Gathering:
    """Over one device. With `fetch` files that it does not hold are asked of the hub."""

    __slots__ = ("_device", "_fetch", "_host", "_names")

    def __init__(self, host: Host, names: Names, *, fetch: bool) -> None:
        self._host = host
        self._device: Device = host.engine.device
        self._names = names
        self._fetch = fetch

    async def gather(self, picked: tuple[Picked, ...]) -> Gathered:
        """Raises CommandRefused where it is too much for one package."""
        gathered = Gathered()
        for n, each in enumerate(picked, 1):
            gathered.messages.append(await self._message(n, each, gathered))
            await asyncio.sleep(0)
        return gathered

    async def _message(self, n: int, picked: Picked, gathered: Gathered) -> Message:
        content, record = MimiContent.decode(picked.data), picked.record
        sender = content.sender_uri or ""
        content_type, text = readable(content)
        return Message(
            n=n,
            id=picked.message_id.hex(),
            content=picked.data,
            kind=MessageKind(kind_of(content)),
            content_type=content_type,
            text=text,
            sender=sender,
            handle=self._names.handle(sender),
            room=content.room_uri or "",
            epoch=None if record is None else record.epoch,
            generation=None,
            authorship=None if record is None else self._authorship(record, gathered),
            frank=None if record is None else _frank(record),
            server_time_ms=None if record is None else record.ts_ms,
            attestation=None,
            attachments=tuple([await self._file(n, picked, content, part, gathered) for part in _files(content)]),
        )

    def _authorship(self, record: EvidenceRecord, gathered: Gathered) -> Authorship | None:
        context = evidence.context_of(self._device, record)
        if not record.signature or context is None:
            return None
        return Authorship(
            record.leaf,
            record.aad,
            record.signature,
            record.leaf_node,
            gathered.contexts.add(context),
            gathered.lists.add(record.device_list) if record.device_list else None,
        )

    async def _file(
        self, n: int, picked: Picked, content: MimiContent, part: tuple[int, ExternalPart], gathered: Gathered
    ) -> Attachment:
        index, external = part
        status = Status.LINK_ONLY if external.enc_alg == NO_ALGORITHM else Status.NOT_HERE
        told = Attachment(part=index, name=external.filename, content_type=external.content_type, status=status)
        if status is Status.LINK_ONLY:
            return told
        plaintext = await self._plaintext(picked, content, index)
        stem = f"{ATTACHMENTS}/{n:05}-{index}"
        if plaintext is not None:
            path = gathered.add_file(f"{stem}.{ending(external.content_type)}", plaintext)
            digest = hashlib.sha256(plaintext).hexdigest()
            return replace(told, status=Status.HERE, plaintext=path, plaintext_sha256=digest)
        kept = ciphertexts.find(self._device, content.room_uri or "", picked.message_id, index)
        if kept is None or hashlib.sha256(kept).digest() != external.content_hash:
            return told
        return replace(told, status=Status.REFUSED, ciphertext=gathered.add_file(f"{stem}.sealed", kept))

    async def _plaintext(self, picked: Picked, content: MimiContent, index: int) -> bytes | None:
        """The file that this very version names; None where it is not at hand, or is another."""
        try:
            checkable(content, index)
            kept = ciphertexts.find(self._device, content.room_uri or "", picked.message_id, index)
            if kept is not None:
                return await asyncio.to_thread(decrypt, content, index, kept)
            if not self._fetch or picked.item is None:
                return None
            found = await attachments.fetch(self._host, picked.item.room_uri, picked.message_id, index, None)
        except (MessageError, ClientError, Refusal):
            return None
        same = hashlib.sha256(found.plaintext).digest() == plaintext_hash(content, index)
        return found.plaintext if same else None


def _frank(record: EvidenceRecord) -> Frank:
    return Frank(record.server_frank, record.suite_id, record.frank_signature, record.tag)


def _files(content: MimiContent) -> Iterator[tuple[int, ExternalPart]]:
    return ((index, part) for index, part in walk(content.part) if isinstance(part, ExternalPart))
