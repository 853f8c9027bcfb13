# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which deed each request is: one table over all routes that need a session, asked before any of them sees the request.

What depends on more than the route, such as whom a commit brings in, asks `service.check` where that is known: messages
and typing notices in `delivery`, new rooms and commits in `rooms`, claims of KeyPackages in `keypackages`, closed rooms
and their links in `invitations` and `knocks`, codes for a contact or for a guardian in `contacts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from privity.policy.standing import Deed
from privity.server.context import HubContext
from privity.server.standing import service

FREE: Final = None
"""No deed towards others: reading, leaving, what protects a person, their own devices and keys, reports, appeals."""

DEEDS: Final[Mapping[tuple[str, str], Deed | None]] = MappingProxyType(
    {
        ("GET", "/v1/standing"): FREE,
        ("POST", "/v1/reports"): FREE,
        ("POST", "/v1/franks/attest"): FREE,
        ("GET", "/v1/rooms/{id}/moderators"): FREE,
        ("POST", "/v1/rooms/{id}/reports"): FREE,
        ("PUT", "/v1/device/report-key"): FREE,
        # The account and its devices.
        ("PUT", "/v1/account/device-list"): FREE,
        ("PUT", "/v1/account/age"): FREE,
        ("POST", "/v1/account/letters"): FREE,
        ("GET", "/v1/account/stored"): FREE,
        ("GET", "/v1/account/stored/{table}"): FREE,
        ("POST", "/v1/key-packages"): FREE,
        ("GET", "/v1/key-packages"): FREE,
        ("PUT", "/v1/links/{code}/answer"): FREE,
        ("PUT", "/v1/links/{code}/outcome"): FREE,
        ("POST", "/v1/keylog/lookup"): FREE,
        ("POST", "/v1/keylog/returns"): FREE,
        # People.
        ("GET", "/v1/handles/{handle}"): FREE,
        ("GET", "/v1/users/{id}/handle"): FREE,
        ("GET", "/v1/users/{id}/profile"): FREE,
        ("POST", "/v1/users/{id}/claim"): FREE,
        ("GET", "/v1/profile"): FREE,
        ("PUT", "/v1/profile"): Deed.SHOW,
        ("GET", "/v1/blocks"): FREE,
        ("PUT", "/v1/blocks/{id}"): FREE,
        ("DELETE", "/v1/blocks/{id}"): FREE,
        ("GET", "/v1/contacts"): FREE,
        ("POST", "/v1/contacts/requests"): Deed.BEGIN,
        ("DELETE", "/v1/contacts/requests/{target}"): FREE,
        ("PUT", "/v1/contacts/{id}"): Deed.AGREE,
        ("DELETE", "/v1/contacts/{id}"): FREE,
        ("POST", "/v1/contacts/codes"): FREE,
        ("POST", "/v1/contacts/codes/find"): FREE,
        ("POST", "/v1/contacts/codes/use"): FREE,
        ("PUT", "/v1/wards/{id}/asks/{asker}"): Deed.VOUCH,
        ("DELETE", "/v1/wards/{id}/asks/{asker}"): FREE,
        ("DELETE", "/v1/wards/{id}"): FREE,
        ("PUT", "/v1/wards/{id}/age"): Deed.VOUCH,
        # Files.
        ("POST", "/v1/blobs"): Deed.UPLOAD,
        ("GET", "/v1/blobs/{sha256}"): FREE,
        ("GET", "/v1/blobs/{sha256}/stored"): FREE,
        # Rooms.
        ("POST", "/v1/rooms"): FREE,
        ("GET", "/v1/rooms"): FREE,
        ("GET", "/v1/rooms/{id}/group"): FREE,
        ("GET", "/v1/rooms/{id}/trees/{seq}"): FREE,
        ("POST", "/v1/rooms/{id}/commit"): FREE,
        ("POST", "/v1/rooms/{id}/leave"): FREE,
        ("POST", "/v1/rooms/{id}/broken"): FREE,
        ("POST", "/v1/rooms/{id}/invitations"): Deed.INVITE,
        ("PUT", "/v1/rooms/{id}/invitation"): Deed.AGREE,
        ("DELETE", "/v1/rooms/{id}/invitation"): FREE,
        ("POST", "/v1/rooms/{id}/links"): Deed.LINK,
        ("DELETE", "/v1/rooms/{id}/links/{sha256}"): FREE,
        ("POST", "/v1/rooms/{id}/knocks"): Deed.BEGIN,
        ("DELETE", "/v1/rooms/{id}/knocks/{user}"): FREE,
    }
)
"""By method and pattern. A route that is not here is a deed that only a good standing leaves."""


def deed_of(method: str, pattern: str) -> Deed | None:
    return DEEDS.get(("GET" if method == "HEAD" else method, pattern), Deed.SEND)


async def check_request(context: HubContext, user_uri: str, method: str, pattern: str) -> None:
    """Raise a RESTRICTED Refusal for a request that the standing of its account takes."""
    deed = deed_of(method, pattern)
    if deed is not FREE:
        now_ms = context.now_ms()
        await context.db.read(lambda reader: service.check(reader, user_uri, deed, now_ms))
