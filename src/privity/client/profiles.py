# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people say of themselves, as the hub shows it: it proves nothing. Kept, within bounds, where it was seen."""

from __future__ import annotations

from typing import Final

import msgspec

from privity.client.engine.calls import Call
from privity.client.engine.records import Table
from privity.client.errors import CommandRefused, HubUnreachable
from privity.client.host import Host
from privity.identity.uris import id_of, parse_user_uri
from privity.wire import rest
from privity.wire.contacts import OwnProfile, Profile, PutProfile

SCOPE: Final = "profile"
FRESH_MS: Final = 3_600_000
"""A profile that was seen within the hour is not asked for again."""
MAX_KEPT_BYTES: Final = 16 << 20
"""Of all profiles together; whoever was seen longest ago is forgotten first."""
MAX_PROFILE_BYTES: Final = 1 << 20


class KeptProfile(msgspec.Struct, frozen=True):
    """A profile, and when it was seen."""

    profile: Profile
    seen_ms: int


class Profiles:
    """Profiles of one device's account, and of others."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    async def own(self) -> OwnProfile:
        """Raises Refusal, HubUnreachable."""
        return await self._host.ask(Call("GET", "/v1/profile", OwnProfile), OwnProfile)

    async def put(self, name: str, bio: str, picture: bytes | None, listed: bool) -> None:
        """All of it anew. `listed`: whoever types the exact handle finds the account, if it is an adult's.

        Raises Refusal, HubUnreachable.
        """
        await self._host.ask(Call("PUT", "/v1/profile", rest.Done, PutProfile(name, bio, picture, listed)), rest.Done)

    def kept(self, user_uri: str) -> Profile | None:
        """A profile as it was seen last."""
        found = self._find(user_uri)
        return None if found is None else found.profile

    async def of(self, user_uri: str) -> Profile:
        """Somebody's profile, or the one that was seen last while the hub does not answer.

        Raises Refusal with NOT_FOUND for whoever shows none to this account, HubUnreachable.
        """
        found = self._find(user_uri)
        if found is not None and 0 <= self._host.now_ms() - found.seen_ms < FRESH_MS:
            return found.profile
        path = f"/v1/users/{id_of(parse_user_uri(user_uri))}/profile"
        try:
            profile = await self._host.ask(Call("GET", path, Profile), Profile)
        except HubUnreachable:
            if found is None:
                raise
            return found.profile
        if profile.user_uri != user_uri:
            raise CommandRefused(f"the hub shows the profile of {profile.user_uri} in place of that of {user_uri}")
        self._keep(profile)
        return profile

    def _find(self, user_uri: str) -> KeptProfile | None:
        value = self._host.store.get(Table.CONTACT, SCOPE, user_uri.encode())
        return None if value is None else msgspec.msgpack.decode(value, type=KeptProfile)

    def _keep(self, profile: Profile) -> None:
        value = msgspec.msgpack.encode(KeptProfile(profile, self._host.now_ms()))
        if len(value) > MAX_PROFILE_BYTES:
            return
        store, key = self._host.store, profile.user_uri.encode()
        left = MAX_KEPT_BYTES - len(value)
        changes: dict[tuple[Table, str, bytes], bytes | None] = {(Table.CONTACT, SCOPE, key): value}
        if store.weigh(Table.CONTACT, SCOPE) > left:
            rows = [(other, kept) for other, kept in store.scan(Table.CONTACT, SCOPE) if other != key]
            for other, kept in sorted(rows, key=lambda row: _seen_ms(row[1]), reverse=True):
                left -= len(kept)
                if left < 0:
                    changes[(Table.CONTACT, SCOPE, other)] = None
        store.save(changes)


def _seen_ms(kept: bytes) -> int:
    return msgspec.msgpack.decode(kept, type=KeptProfile).seen_ms
