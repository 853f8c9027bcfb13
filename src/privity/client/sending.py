# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Putting messages into the outbox: text with the people it names, files, what is passed on; and what waits there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from privity.client import attachments, forwarding
from privity.client.attachments import File
from privity.client.engine import inputs, verbs
from privity.client.engine.profile import is_message
from privity.client.engine.room import Room
from privity.client.engine.timeline import is_reaction, plain_text
from privity.client.errors import ClientError
from privity.client.forwarding import Forwarded
from privity.client.host import Host
from privity.client.mentions import with_links
from privity.client.names import Names
from privity.client.net.connection import Progress
from privity.message import compose
from privity.message.content import MimiContent, Part, SinglePart


class Sending:
    """Each verb returns the message id once the hub has the message. `people`: who is in a conversation."""

    __slots__ = ("_host", "_names", "_people")

    def __init__(self, host: Host, names: Names, people: Callable[[str], list[str]]) -> None:
        self._host = host
        self._names = names
        self._people = people

    async def text(
        self,
        room_uri: str,
        text: str,
        *,
        in_reply_to: bytes | None = None,
        replaces: bytes | None = None,
        expires: tuple[bool, int] | None = None,
        token: str = "",
    ) -> bytes:
        """Markdown, in which `@handle` names somebody in the conversation."""
        part = SinglePart(compose.MARKDOWN, self._mentioning(room_uri, text).encode())
        return await self.part(room_uri, part, in_reply_to=in_reply_to, replaces=replaces, expires=expires, token=token)

    async def part(
        self,
        room_uri: str,
        part: Part,
        *,
        in_reply_to: bytes | None = None,
        replaces: bytes | None = None,
        expires: tuple[bool, int] | None = None,
        plaintext_hashes: tuple[tuple[int, bytes], ...] = (),
        token: str = "",
        forwarded: int = 0,
    ) -> bytes:
        make = inputs.Send
        return id_of(
            await self._host.do(
                lambda n: make(n, room_uri, part, in_reply_to, replaces, expires, plaintext_hashes, token, forwarded)
            )
        )

    async def file(
        self,
        room_uri: str,
        source: bytes | Path,
        *,
        filename: str,
        content_type: str | None,
        caption: str,
        in_reply_to: bytes | None = None,
        progress: Progress | None = None,
        token: str = "",
        forwarded: int = 0,
    ) -> bytes:
        """A file, whose ciphertext is at the hub before the message is put into the outbox."""
        verbs.check_may_send(self._host.engine.room(room_uri))  # before anything is at the hub
        part, hashes = await attachments.upload(
            self._host, room_uri, source, filename, content_type=content_type, caption=caption, progress=progress
        )
        hashed = tuple(hashes.items())
        return await self.part(
            room_uri, part, in_reply_to=in_reply_to, plaintext_hashes=hashed, token=token, forwarded=forwarded
        )

    async def on(self, room_uri: str, message_id: bytes, to_rooms: tuple[str, ...]) -> list[bytes]:
        """Pass on what a message says to other conversations; its content says how often that was done before."""
        what = forwarding.forwarded(self._host.engine.room(room_uri).timeline.item(message_id), len(to_rooms))
        for each in to_rooms:
            verbs.check_may_send(self._host.engine.room(each))  # all, or none
        if what.file_index is None:
            return [await self.part(each, what.part, forwarded=what.hops) for each in to_rooms]
        file = await attachments.fetch(self._host, room_uri, message_id, what.file_index, None)
        return [await self._file_on(each, file, what) for each in to_rooms]

    async def _file_on(self, room_uri: str, file: File, what: Forwarded) -> bytes:
        """The file of a forwarded message, under a new key."""
        return await self.file(
            room_uri,
            file.plaintext,
            filename=file.filename,
            content_type=file.content_type,
            caption=what.caption,
            forwarded=what.hops,
        )

    def _mentioning(self, room_uri: str, text: str) -> str:
        """A text with links in place of the handles of others there; of one that two people have, neither's."""
        if "@" not in text or not self._host.engine.room(room_uri).record.member:
            return text
        own = self._host.engine.device.own.user_uri
        handles = {each: self._names.handle(each) for each in self._people(room_uri) if each != own}
        return with_links(text, {name: each for each, name in handles.items() if name and self._is_alone(name)})

    def _is_alone(self, handle: str) -> bool:
        return len(self._names.bearers(handle)) == 1


def id_of(sent: object) -> bytes:
    """The message id with which the engine finished a send."""
    if not isinstance(sent, bytes):
        raise ClientError("the engine finished a send without a message id")
    return sent


def waiting(room: Room) -> list[tuple[str, str]]:
    """The messages that wait to be sent, oldest first: the token each was asked for with, or nothing, and its text.

    What changes another message, or only tells devices something, waits too and is none.
    """
    contents = [(entry.token, MimiContent.decode(entry.content)) for _, entry in room.outbox.entries()]
    return [(token, plain_text(content.part)) for token, content in contents if _is_message(content)]


def _is_message(content: MimiContent) -> bool:
    return content.replaces is None and is_message(content.part) and not is_reaction(content.part)
