# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""URIs of users, devices and rooms (MIMI protocol, section 3): random, permanent, never reused."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import NewType

from privity.identity.errors import BadUri, UsageError

UserUri = NewType("UserUri", str)
ClientUri = NewType("ClientUri", str)
RoomUri = NewType("RoomUri", str)

Random = Callable[[int], bytes]

MAX_HOST = 253
ID_BYTES = 16
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?P<host>{_LABEL}(?:\.{_LABEL})*(?::[1-9][0-9]{{0,4}})?)"
_ID = r"[a-z2-7]{25}[aeimquy4]"
# 16 bytes are 128 bits, 26 letters 130: the last letter carries three bits, so only eight letters can end an ID.
_USER = re.compile(rf"mimi://{_HOST}/u/(?P<id>{_ID})")
_CLIENT = re.compile(rf"mimi://{_HOST}/d/(?P<user>{_ID})/(?P<id>{_ID})")
_ROOM = re.compile(rf"mimi://{_HOST}/r/(?P<id>{_ID})")
_HOST_ONLY = re.compile(_HOST)
_ID_ONLY = re.compile(_ID)


def new_id(random: Random) -> str:
    """26 lower-case base32 letters of 16 random bytes."""
    raw = random(ID_BYTES)
    if len(raw) != ID_BYTES:
        raise UsageError(f"random gave {len(raw)} bytes, asked for {ID_BYTES}")
    return base64.b32encode(raw).decode().rstrip("=").lower()


def new_user_uri(host: str, random: Random) -> UserUri:
    return make_user_uri(host, new_id(random))


def new_client_uri(user_uri: str, random: Random) -> ClientUri:
    """A new device of this user."""
    return make_client_uri(user_uri, new_id(random))


def new_room_uri(host: str, random: Random) -> RoomUri:
    return make_room_uri(host, new_id(random))


def make_user_uri(host: str, user_id: str) -> UserUri:
    """The user URI of an ID on this host."""
    return UserUri(f"mimi://{check_host(host)}/u/{check_id(user_id)}")


def make_client_uri(user_uri: str, device_id: str) -> ClientUri:
    """The client URI of a device ID of this user."""
    match = _match(_USER, user_uri, "user")
    return ClientUri(f"mimi://{match['host']}/d/{match['id']}/{check_id(device_id)}")


def make_room_uri(host: str, room_id: str) -> RoomUri:
    return RoomUri(f"mimi://{check_host(host)}/r/{check_id(room_id)}")


def parse_user_uri(text: str) -> UserUri:
    """The text as a user URI, or BadUri."""
    _match(_USER, text, "user")
    return UserUri(text)


def parse_client_uri(text: str) -> ClientUri:
    _match(_CLIENT, text, "client")
    return ClientUri(text)


def parse_room_uri(text: str) -> RoomUri:
    _match(_ROOM, text, "room")
    return RoomUri(text)


def user_of(client_uri: str) -> UserUri:
    """The user that a device belongs to."""
    match = _match(_CLIENT, client_uri, "client")
    return UserUri(f"mimi://{match['host']}/u/{match['user']}")


def between_devices(user_uri: str) -> tuple[str, str]:
    """The URIs of all devices that the user could have lie between these two."""
    first = f"mimi://{host_of(user_uri)}/d/{id_of(user_uri)}/"
    return first, first[:-1] + chr(ord("/") + 1)


def host_of(uri: str) -> str:
    """The host of a user, client or room URI."""
    for pattern in (_USER, _CLIENT, _ROOM):
        match = pattern.fullmatch(uri)
        if match:
            return check_host(match["host"])
    raise BadUri("expected a user, client or room URI")


def id_of(uri: str) -> str:
    """The last ID of a user, client or room URI."""
    host_of(uri)
    return uri.rsplit("/", 1)[1]


def check_host(host: str) -> str:
    """A lower-case host name, with a port if it needs one. Raises BadUri."""
    name, _, port = host.partition(":")
    if not _HOST_ONLY.fullmatch(host) or len(name) > MAX_HOST or (port and int(port) > 65_535):
        raise BadUri(f"expected a lower-case host name with or without a port, got {len(host)} characters")
    return host


def check_id(text: str) -> str:
    """26 lower-case base32 letters. Raises BadUri."""
    if not _ID_ONLY.fullmatch(text):
        raise BadUri(f"an ID is 26 letters of lower-case base32, got {len(text)} characters")
    return text


def _match(pattern: re.Pattern[str], text: str, kind: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise BadUri(f"expected a {kind} URI, got {len(text)} characters of another form")
    check_host(match["host"])
    return match
