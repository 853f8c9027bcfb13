# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Builders of the messages that people send: text, reply, reaction, edit, delete, attachment, expiring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from privity.message.content import (
    PLAINTEXT_HASHES,
    PROCESS_ALL,
    REACTION,
    RENDER,
    ROOM_URI,
    SALT_BYTES,
    SENDER_URI,
    Expiry,
    ExternalPart,
    MimiContent,
    MultiPart,
    NullPart,
    Part,
    SinglePart,
    walk,
)
from privity.message.errors import UsageError

Random = Callable[[int], bytes]

PLAIN = "text/plain;charset=utf-8"
MARKDOWN = "text/markdown;variant=GFM-MIMI"


@dataclass(frozen=True, slots=True)
class Author:
    """Who speaks where: both URIs stand in every message."""

    user_uri: str
    room_uri: str


def message(
    author: Author,
    part: Part,
    *,
    random: Random,
    replaces: bytes | None = None,
    in_reply_to: bytes | None = None,
    topic_id: bytes = b"",
    expires: Expiry | None = None,
    extensions: Mapping[int | str, object] | None = None,
) -> MimiContent:
    """Any message, with a fresh salt. A salt that repeats would show the hub that two messages are the same."""
    salt = random(SALT_BYTES)
    if len(salt) != SALT_BYTES:
        raise UsageError(f"random gave {len(salt)} bytes, asked for {SALT_BYTES}")
    named: dict[int | str, object] = dict(extensions or {})
    named |= {SENDER_URI: author.user_uri, ROOM_URI: author.room_uri}
    return MimiContent(salt, replaces, topic_id, expires, in_reply_to, named, part)


def text(
    author: Author, body: str, *, random: Random, content_type: str = MARKDOWN, expires: Expiry | None = None
) -> MimiContent:
    return message(author, SinglePart(content_type, body.encode()), random=random, expires=expires)


def reply(
    author: Author, body: str, in_reply_to: bytes, *, random: Random, content_type: str = MARKDOWN
) -> MimiContent:
    """An answer to one specific version of a message."""
    return message(author, SinglePart(content_type, body.encode()), random=random, in_reply_to=in_reply_to)


def reaction(author: Author, emoji: str, in_reply_to: bytes, *, random: Random) -> MimiContent:
    """One reaction; several are several messages."""
    return message(author, SinglePart(PLAIN, emoji.encode(), REACTION), random=random, in_reply_to=in_reply_to)


def unlike(author: Author, reaction_id: bytes, in_reply_to: bytes, *, random: Random) -> MimiContent:
    """Takes back an own reaction: `replaces` names it, `in_reply_to` the message it was on."""
    return message(author, NullPart(REACTION), random=random, replaces=reaction_id, in_reply_to=in_reply_to)


def edit(author: Author, first_id: bytes, original: MimiContent, part: Part, *, random: Random) -> MimiContent:
    """A new version: `first_id` is the id of the FIRST version; only the part may differ from the original."""
    changed = message(author, part, random=random, extensions=_kept(original))
    return replace(
        changed,
        replaces=first_id,
        in_reply_to=original.in_reply_to,
        topic_id=original.topic_id,
        expires=original.expires,
    )


def delete(author: Author, first_id: bytes, *, random: Random, in_reply_to: bytes | None = None) -> MimiContent:
    return message(author, NullPart(), random=random, replaces=first_id, in_reply_to=in_reply_to)


def expiring(author: Author, body: str, expires: Expiry, *, random: Random) -> MimiContent:
    return text(author, body, random=random, expires=expires)


def attachment(
    author: Author, external: ExternalPart, plaintext_hash: bytes, *, random: Random, caption: str = ""
) -> MimiContent:
    """A file, with a caption or without."""
    part, hashes = captioned(external, plaintext_hash, caption)
    return message(author, part, random=random, extensions={PLAINTEXT_HASHES: dict(hashes)})


def captioned(external: ExternalPart, plaintext_hash: bytes, caption: str = "") -> tuple[Part, Mapping[int, bytes]]:
    """The part of a file with its caption, and the plaintext hash by part index: it binds the one thing that the
    ciphertext opens to."""
    part: Part = external
    if caption:
        part = MultiPart(PROCESS_ALL, (SinglePart(MARKDOWN, caption.encode()), external), RENDER)
    indices = [index for index, found in walk(part) if isinstance(found, ExternalPart)]
    return part, dict.fromkeys(indices, plaintext_hash)


def _kept(original: MimiContent) -> dict[int | str, object]:
    """Extensions that an edit carries over: all but those that belong to the old parts."""
    return {key: value for key, value in original.extensions.items() if key != PLAINTEXT_HASHES}
