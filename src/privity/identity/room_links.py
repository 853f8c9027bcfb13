# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Links into a room: the text that people pass on, what is said about it in the room, and the knock that it allows
(spec/room-links.md).

A link holds a secret that its room knows and the hub does not. The hub is told a hash of the link's public half, so
that it can turn away what no link allows; whoever knocks shows it that half. The MAC in a knock takes the secret, and
the signature the key of the device that knocks, so the hub can neither invent a knock nor knock in somebody's name.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final, Self

from privity.identity.errors import (
    BadKnock,
    BadLinkStatement,
    BadRoomLink,
    BadUri,
    KnockIsOld,
    KnockNotByDevice,
    KnockNotByLink,
    LinkIsOver,
)
from privity.identity.uris import parse_client_uri, parse_room_uri, parse_user_uri
from privity.message.content import UNSPECIFIED, SinglePart
from privity.mls import codec
from privity.mls.codec import Reader, u8, u64, vec
from privity.mls.crypto import Random, SigningKey, sign_with_label, verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature, CodecError, NotCanonical
from privity.mls.suites import suite

MEDIA_TYPE: Final = "application/privity-room-links"
PREFIX: Final = "privity:join/"
VERSION: Final = 1
SECRET_BYTES: Final = 16
ID_BYTES: Final = 32
MAC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
MAX_NAME: Final = 100
"""Characters of the name that a link shows before anybody has knocked."""
MAX_TEXT: Final = 1000
"""Characters of a link: a longest name takes 400 bytes, a longest room URI 300."""
MAX_STATED: Final = 100
"""Links of one room, those included that were revoked before their time."""
MAX_KNOCK: Final = 1000
KNOCK_MS: Final = 7 * 86_400_000
"""How long a knock waits for an answer."""
SLACK_MS: Final = 300_000
"""How far ahead of the hub's clock a knock may be."""
LAST_MS: Final = (1 << 53) - 1
ID_LABEL: Final = b"PrivityRoomLinkId"
MAC_LABEL: Final = b"PrivityRoomLinkKnock"
SIGNED_LABEL: Final = b"PrivityKnockTBS"
SIGNING: Final = suite(1)
"""Device keys are Ed25519, whatever suite a room has."""


class Mode(IntEnum):
    """What happens to whoever knocks."""

    ANYONE = 1
    """A device of an admin or moderator lets them in."""
    ASK = 2
    """An admin or moderator is asked first."""


@dataclass(frozen=True, slots=True)
class RoomLink:
    """What a link says. The name is its maker's word, and proves nothing."""

    room_uri: str
    secret: bytes = field(repr=False)
    expires_ms: int
    name: str = ""

    def __post_init__(self) -> None:
        """Raise BadRoomLink unless all parts have their one form."""
        try:
            parse_room_uri(self.room_uri)
        except BadUri as err:
            raise BadRoomLink(f"a link leads into a room: {err}") from None
        if len(self.secret) != SECRET_BYTES:
            raise BadRoomLink(f"the secret of a link has {SECRET_BYTES} bytes, got {len(self.secret)}")
        if not 0 < self.expires_ms <= LAST_MS:
            raise BadRoomLink(f"a link ends at a time between 1 and {LAST_MS} ms, got {self.expires_ms}")
        if len(self.name) > MAX_NAME:
            raise BadRoomLink(f"the name in a link has {len(self.name)} characters, at most {MAX_NAME} are allowed")

    @property
    def link_id(self) -> bytes:
        """The public half: whoever knocks shows it to the hub."""
        return hmac.digest(self.secret, vec(ID_LABEL) + vec(self.room_uri.encode()), "sha256")

    @property
    def hub_hash(self) -> bytes:
        """What the hub is told of the link."""
        return hash_of(self.link_id)

    def text(self) -> str:
        """The link as people pass it on."""
        data = u8(VERSION) + vec(self.room_uri.encode()) + self.secret + u64(self.expires_ms) + vec(self.name.encode())
        return PREFIX + urlsafe_b64encode(data).rstrip(b"=").decode()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises BadRoomLink for whatever `text` never gives."""
        letters = text.removeprefix(PREFIX)
        if len(text) > MAX_TEXT or letters == text:
            raise BadRoomLink(f"a link begins with {PREFIX} and has at most {MAX_TEXT} characters")
        try:
            data = urlsafe_b64decode(letters.encode("ascii") + b"=" * (-len(letters) % 4))
            link = codec.decode(cls._read, data)
        except (ValueError, CodecError) as err:
            raise BadRoomLink(f"this is no link into a conversation, or not all of it: {err}") from None
        if link.text() != text:
            raise BadRoomLink("a link has one form, and this is another one")
        return link

    @classmethod
    def _read(cls, r: Reader) -> Self:
        if (version := r.u8()) != VERSION:
            raise BadRoomLink(f"this is no link into a conversation, or one of a later version ({version})")
        return cls(_text(r), r.fixed(SECRET_BYTES), r.u64(), _text(r))


def hash_of(link_id: bytes) -> bytes:
    """What the hub keeps of a link whose public half this is."""
    return hashlib.sha256(link_id).digest()


@dataclass(frozen=True, slots=True)
class StatedLink:
    """A link as it is said in its room: by whom it was made, what it lets, and whether it was revoked."""

    secret: bytes = field(repr=False)
    mode: Mode
    revoked: bool
    expires_ms: int
    maker: str
    name: str = ""

    def encode(self) -> bytes:
        numbers = u8(self.mode) + u8(self.revoked) + u64(self.expires_ms)
        return self.secret + numbers + vec(self.maker.encode()) + vec(self.name.encode())

    def check_open(self, now_ms: int) -> None:
        """Raise LinkIsOver where nobody comes in by it any more."""
        if self.revoked or self.expires_ms <= now_ms:
            raise LinkIsOver("the link was revoked" if self.revoked else "the time of the link is over")

    def with_said(self, other: StatedLink) -> StatedLink:
        """What follows from two statements about the same link, in whatever order they came: of each the stricter.

        So nobody brings back what was revoked, and a statement that was held back changes nothing.
        """
        mode = Mode.ASK if Mode.ASK in (self.mode, other.mode) else Mode.ANYONE
        expires_ms = min(self.expires_ms, other.expires_ms)
        return replace(self, mode=mode, revoked=self.revoked or other.revoked, expires_ms=expires_ms)

    def link(self, room_uri: str) -> RoomLink:
        """The link that people pass on."""
        return RoomLink(room_uri, self.secret, self.expires_ms, self.name)

    @classmethod
    def read(cls, r: Reader) -> Self:
        secret, mode, revoked, expires_ms = r.fixed(SECRET_BYTES), r.u8(), r.u8(), r.u64()
        if mode not in list(Mode) or revoked > 1 or not 0 < expires_ms <= LAST_MS:
            raise BadLinkStatement(f"a link is of mode {mode}, revoked {revoked}, and ends at {expires_ms}")
        maker, name = _text(r), _text(r)
        if len(name) > MAX_NAME:
            raise BadLinkStatement(f"the name in a link has {len(name)} characters, at most {MAX_NAME} are allowed")
        try:
            parse_user_uri(maker)
        except BadUri as err:
            raise BadLinkStatement(f"a link is made by somebody: {err}") from None
        return cls(secret, Mode(mode), revoked == 1, expires_ms, maker, name)


def statement(links: tuple[StatedLink, ...]) -> SinglePart:
    """What is said in a room about links, some or all."""
    part = SinglePart(MEDIA_TYPE, u8(VERSION) + codec.vector_of(links), UNSPECIFIED)
    read_statement(part)
    return part


def read_statement(part: SinglePart) -> tuple[StatedLink, ...]:
    """Raises BadLinkStatement."""

    def read(r: Reader) -> tuple[StatedLink, ...]:
        if (version := r.u8()) != VERSION:
            raise BadLinkStatement(f"version {version} of what is said about links is unknown, expected {VERSION}")
        return r.vector_of(StatedLink.read)

    try:
        links = codec.decode(read, part.content)
    except CodecError as err:
        raise BadLinkStatement(f"what is said about links does not decode: {err}") from None
    if not 1 <= len(links) <= MAX_STATED or len({link.secret for link in links}) != len(links):
        raise BadLinkStatement(f"1 to {MAX_STATED} links are spoken of at once, each once; here {len(links)}")
    return links


@dataclass(frozen=True, slots=True)
class Knock:
    """A device asks for its person to be let in. `at_ms` is the time by the hub's clock."""

    link_id: bytes
    client_uri: str
    at_ms: int
    mac: bytes
    signature: bytes

    @classmethod
    def make(cls, link: RoomLink, client_uri: str, at_ms: int, signer: bytes | SigningKey) -> Self:
        asked = _asked(link.room_uri, client_uri, at_ms)
        signature = sign_with_label(SIGNING, signer, SIGNED_LABEL, link.link_id + asked)
        return cls(link.link_id, client_uri, at_ms, _mac(link.secret, asked), signature)

    def check_link(self, link: RoomLink) -> None:
        """Raise KnockNotByLink unless whoever knocks has this link and means its room."""
        expected = _mac(link.secret, _asked(link.room_uri, self.client_uri, self.at_ms))
        if not hmac.compare_digest(self.link_id, link.link_id) or not hmac.compare_digest(self.mac, expected):
            raise KnockNotByLink("the knock was not made with the link that it names")

    def check_device(self, link: RoomLink, signature_key: bytes) -> None:
        """Raise KnockNotByDevice unless the device with this key made it."""
        signed = link.link_id + _asked(link.room_uri, self.client_uri, self.at_ms)
        try:
            verify_with_label(SIGNING, signature_key, SIGNED_LABEL, signed, self.signature)
        except (BadSignature, BadPublicKey) as err:
            raise KnockNotByDevice(f"the knock is not signed by the device it names: {err}") from None

    def check_timely(self, now_ms: int, after_ms: int) -> None:
        """Raise KnockIsOld unless it was made within its time, and after the person last left the room: what the hub
        kept of an earlier knock lets nobody in again."""
        if not max(after_ms, now_ms - KNOCK_MS) < self.at_ms <= now_ms + SLACK_MS:
            raise KnockIsOld("the knock is from another time than now, or from before its person left")

    def encode(self) -> bytes:
        fixed = u8(VERSION) + self.link_id + u64(self.at_ms) + self.mac + self.signature
        return fixed + vec(self.client_uri.encode())

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises BadKnock."""
        if len(data) > MAX_KNOCK:
            raise BadKnock(f"a knock has at most {MAX_KNOCK} bytes, got {len(data)}")
        try:
            return codec.decode(cls._read, data)
        except (CodecError, BadUri) as err:
            raise BadKnock(f"this is no knock: {err}") from None

    @classmethod
    def _read(cls, r: Reader) -> Self:
        if (version := r.u8()) != VERSION:
            raise BadKnock(f"version {version} of knocks is unknown, expected {VERSION}")
        link_id, at_ms, mac, signature = r.fixed(ID_BYTES), r.u64(), r.fixed(MAC_BYTES), r.fixed(SIGNATURE_BYTES)
        return cls(link_id, parse_client_uri(_text(r)), at_ms, mac, signature)


def new_secret(random: Random) -> bytes:
    return random(SECRET_BYTES)


def _asked(room_uri: str, client_uri: str, at_ms: int) -> bytes:
    return vec(room_uri.encode()) + vec(client_uri.encode()) + u64(at_ms)


def _mac(secret: bytes, asked: bytes) -> bytes:
    return hmac.digest(secret, vec(MAC_LABEL) + asked, "sha256")


def _text(r: Reader) -> str:
    raw = r.vec()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise NotCanonical("a text is not UTF-8") from None
