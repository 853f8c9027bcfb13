# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""mimiContent: what a message says (draft-ietf-mimi-content-08). Decoding accepts only what encoding can produce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from privity.message import cbor
from privity.message.errors import (
    BadExpiry,
    BadExtension,
    BadMessageId,
    BadPart,
    BadSalt,
    CborError,
    ContentError,
    TooManyParts,
    UsageError,
    WrongShape,
)

MAX_CONTENT = 1 << 16
"""Bytes of one message: longer texts and all media travel as attachments."""
MAX_TOPIC = 4096
MAX_PARTS = 1024
MAX_PART_DEPTH = 4
MAX_EXTENSION_DEPTH = 4
MAX_EXTENSION_NAME = 255
MAX_URI = 4096
"""Bytes of a URI in a part: what browsers carry without trouble."""
YEAR_S = 366 * 86_400

SALT_BYTES = 16
SENDER_URI = 1
ROOM_URI = 2
PLAINTEXT_HASHES = -1
"""Private extension: {part index -> SHA-256(plaintext)} (franking note, section 7)."""

UNSPECIFIED, RENDER, REACTION, PROFILE, INLINE, ICON, ATTACHMENT, SESSION, PREVIEW = range(9)
"""Dispositions. An unknown one is kept and treated as RENDER."""
CHOOSE_ONE, SINGLE_UNIT, PROCESS_ALL = range(3)
"""How the parts of a MultiPart belong together."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NullPart:
    """Nothing: the body of a delete or an unlike."""

    disposition: int = RENDER
    language: str = ""


@dataclass(frozen=True, slots=True)
class SinglePart:
    """Content inside the message."""

    content_type: str
    content: bytes
    disposition: int = RENDER
    language: str = ""


@dataclass(frozen=True, slots=True)
class ExternalPart:
    """Content elsewhere; key, nonce and hash of the ciphertext stand here. Its repr hides the key."""

    content_type: str
    url: str
    expires: int
    size: int
    enc_alg: int
    key: bytes
    nonce: bytes
    aad: bytes
    hash_alg: int
    content_hash: bytes
    description: str
    filename: str
    disposition: int = ATTACHMENT
    language: str = ""

    def __repr__(self) -> str:
        return f"ExternalPart({self.content_type!r}, size={self.size}, enc_alg={self.enc_alg})"


@dataclass(frozen=True, slots=True)
class MultiPart:
    """Two or more parts and how they belong together."""

    semantics: int
    parts: tuple[Part, ...]
    disposition: int = RENDER
    language: str = ""


Part = NullPart | SinglePart | ExternalPart | MultiPart


@dataclass(frozen=True, slots=True)
class Expiry:
    """Relative: seconds after reading. Absolute: seconds since 1970."""

    relative: bool
    time: int


@dataclass(frozen=True, slots=True)
class MimiContent:
    """One message. `sender_uri` and `room_uri` are only claims; franking compares them with what is proven."""

    salt: bytes
    replaces: bytes | None
    topic_id: bytes
    expires: Expiry | None
    in_reply_to: bytes | None
    extensions: Mapping[int | str, object]
    part: Part

    @property
    def sender_uri(self) -> str | None:
        return _text_or_none(self.extensions.get(SENDER_URI))

    @property
    def room_uri(self) -> str | None:
        return _text_or_none(self.extensions.get(ROOM_URI))

    def encode(self) -> bytes:
        """The bytes that are tagged and encrypted. Raises UsageError where a limit is broken."""
        data = cbor.encode(self._plain())
        try:
            _from_plain(cbor.decode(data, max_bytes=MAX_CONTENT))
        except (CborError, ContentError) as err:
            raise UsageError(f"not a message that anyone would accept: {err}") from None
        return data

    def _plain(self) -> list[object]:
        expires = None if self.expires is None else [self.expires.relative, self.expires.time]
        extensions = dict(self.extensions)
        return [self.salt, self.replaces, self.topic_id, expires, self.in_reply_to, extensions, _plain_part(self.part)]

    @classmethod
    def decode(cls, data: bytes) -> MimiContent:
        """Strict: raises a CborError or a ContentError that names the rule."""
        return _from_plain(cbor.decode(data, max_bytes=MAX_CONTENT))


def walk(part: Part) -> Iterator[tuple[int, Part]]:
    """Every part with its index: depth first from 0, as `cid:N@local.invalid` counts them."""
    todo: list[Part] = [part]
    index = 0
    while todo:
        current = todo.pop()
        yield index, current
        index += 1
        if isinstance(current, MultiPart):
            todo.extend(reversed(current.parts))


def check_message_id(message_id: bytes) -> None:
    """Raise BadMessageId unless the bytes have the form of an id (section 3.3)."""
    if len(message_id) != 32 or message_id[0] != 1:
        raise BadMessageId(f"a message id is 0x01 and 31 bytes, this one has {len(message_id)} bytes")


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _plain_part(part: Part) -> list[object]:
    head: list[object] = [part.disposition, part.language]
    match part:
        case NullPart():
            return [*head, 0]
        case SinglePart(content_type, content):
            return [*head, 1, content_type, content]
        case ExternalPart() as p:
            where = [p.content_type, p.url, p.expires, p.size]
            how = [p.enc_alg, p.key, p.nonce, p.aad, p.hash_alg, p.content_hash]
            return [*head, 2, *where, *how, p.description, p.filename]
        case MultiPart(semantics, parts):
            return [*head, 3, semantics, [_plain_part(inner) for inner in parts]]


def _from_plain(value: object) -> MimiContent:
    items = _is(list, value, "mimiContent")
    if len(items) != 7:
        raise WrongShape(f"mimiContent has 7 elements, got {len(items)}")
    salt = _is(bytes, items[0], "salt")
    if len(salt) != SALT_BYTES:
        raise BadSalt(f"the salt has {SALT_BYTES} bytes, got {len(salt)}")
    topic = _is(bytes, items[2], "topicId")
    if len(topic) > MAX_TOPIC:
        raise WrongShape(f"topicId has {len(topic)} bytes, the limit is {MAX_TOPIC}")
    content = MimiContent(
        salt,
        _optional_id(items[1], "replaces"),
        topic,
        _expiry(items[3]),
        _optional_id(items[4], "inReplyTo"),
        _extensions(items[5]),
        _part(items[6], 1),
    )
    count = sum(1 for _ in walk(content.part))
    if count > MAX_PARTS:
        raise TooManyParts(f"{count} parts, the limit is {MAX_PARTS}")
    return content


def _is(kind: type[T], value: object, name: str) -> T:
    """The value as this type; a bool is not an int here."""
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    raise WrongShape(f"{name}: expected {kind.__name__}, got {type(value).__name__}")


def _number(value: object, top: int, name: str) -> int:
    number = _is(int, value, name)
    if not 0 <= number <= top:
        raise BadPart(f"{name}: expected 0 to {top}, got {number}")
    return number


def _optional_id(value: object, name: str) -> bytes | None:
    if value is None:
        return None
    message_id = _is(bytes, value, name)
    check_message_id(message_id)
    return message_id


def _expiry(value: object) -> Expiry | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise BadExpiry("an expiry is null or [relative, time]")
    relative, time = value
    if not isinstance(relative, bool) or isinstance(time, bool) or not isinstance(time, int):
        raise BadExpiry("an expiry is [bool, unsigned]")
    top = YEAR_S if relative else (1 << 32) - 1
    if not 0 <= time <= top:
        raise BadExpiry(f"the time of this expiry is 0 to {top}, got {time}")
    return Expiry(relative, time)


def _extensions(value: object) -> Mapping[int | str, object]:
    found: Mapping[int | str, object] = _is(dict, value, "extensions")
    for key, item in found.items():
        if isinstance(key, str) and not 1 <= len(key.encode()) <= MAX_EXTENSION_NAME:
            raise BadExtension(f"an extension's name has 1 to {MAX_EXTENSION_NAME} bytes")
        if key in (SENDER_URI, ROOM_URI) and not isinstance(item, str):
            raise BadExtension(f"extension {key} is text, got {type(item).__name__}")
        _check_depth(item, MAX_EXTENSION_DEPTH)
    return found


def _check_depth(value: object, left: int) -> None:
    if not isinstance(value, (list, dict)):
        return
    if left == 0:
        raise BadExtension(f"an extension is nested deeper than {MAX_EXTENSION_DEPTH}")
    for item in value.values() if isinstance(value, dict) else value:
        _check_depth(item, left - 1)


def _part(value: object, depth: int) -> Part:
    if depth > MAX_PART_DEPTH:
        raise TooManyParts(f"parts are nested deeper than {MAX_PART_DEPTH}")
    items = _is(list, value, "part")
    if len(items) < 3:
        raise WrongShape(f"a part has at least 3 elements, got {len(items)}")
    disposition = _number(items[0], 255, "disposition")
    language = _is(str, items[1], "language")
    kind = _is(int, items[2], "part kind")
    sizes = {0: 3, 1: 5, 2: 15, 3: 5}
    if kind not in sizes:
        raise BadPart(f"part kind {kind}, expected 0 to 3")
    if len(items) != sizes[kind]:
        raise WrongShape(f"a part of kind {kind} has {sizes[kind]} elements, got {len(items)}")
    body: list[object] = items[3:]
    if kind == 0:
        return NullPart(disposition, language)
    if kind == 1:
        return SinglePart(_is(str, body[0], "contentType"), _is(bytes, body[1], "content"), disposition, language)
    if kind == 2:
        return _external(body, disposition, language)
    semantics = _number(body[0], 2, "semantics")
    inner = _is(list, body[1], "parts")
    if len(inner) < 2:
        raise BadPart(f"a multipart has at least 2 parts, got {len(inner)}")
    return MultiPart(semantics, tuple(_part(item, depth + 1) for item in inner), disposition, language)


def _external(body: list[object], disposition: int, language: str) -> ExternalPart:
    url = _is(str, body[1], "url")
    if len(url.encode()) > MAX_URI:
        raise BadPart(f"a URL has at most {MAX_URI} bytes")
    return ExternalPart(
        _is(str, body[0], "contentType"),
        url,
        _number(body[2], (1 << 32) - 1, "expires"),
        _number(body[3], cbor.MAX_INT, "size"),
        _number(body[4], (1 << 16) - 1, "encAlg"),
        _is(bytes, body[5], "key"),
        _is(bytes, body[6], "nonce"),
        _is(bytes, body[7], "aad"),
        _number(body[8], 255, "hashAlg"),
        _is(bytes, body[9], "contentHash"),
        _is(str, body[10], "description"),
        _is(str, body[11], "filename"),
        disposition,
        language,
    )
