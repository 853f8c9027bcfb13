# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The handles of people as the hub first told them, pinned on this device.

A handle is the hub's word and proves nothing: the hub may tell the same of two people, or another one later. So it is
asked once for each person, and what it says later changes nothing here; a difference is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from privity.client.engine.records import Table
from privity.client.errors import HandleMoved, HubUnreachable
from privity.client.host import Host
from privity.client.net.connection import decode
from privity.identity.errors import BadHandle
from privity.identity.handle import Handle, parse_handle, typed_handle
from privity.identity.uris import host_of, id_of, parse_user_uri
from privity.wire import rest
from privity.wire.errors import Code, Refusal

SCOPE = "handle"


class Names:
    """Who is called what. The pinned handles are in the device's store."""

    __slots__ = ("_handles", "_host")

    def __init__(self, host: Host) -> None:
        self._host = host
        self._handles = {key.decode(): value.decode() for key, value in host.store.scan(Table.PIN, SCOPE)}
        own = host.engine.device.own
        self._handles[own.user_uri] = own.handle

    def handle(self, user_uri: str) -> str | None:
        """The pinned handle of a person, or None."""
        return self._handles.get(user_uri) or self._kept(user_uri)

    def remember(self, user_uri: str, handle: Handle) -> None:
        """What another device of this account was told first. A pinned handle stays."""
        self._pin(user_uri, handle)

    def bearers(self, handle: str) -> list[str]:
        """Everybody on this device with this handle: more than one where the hub has told it of several."""
        pinned = {key.decode(): value.decode() for key, value in self._host.store.scan(Table.PIN, SCOPE)}
        return [user_uri for user_uri, each in (self._handles | pinned).items() if each == handle]

    async def learn(self, user_uris: Iterable[str]) -> None:
        """Ask the hub once for everyone who has no name here yet. Who stays unknown is asked for the next time."""
        for user_uri in user_uris:
            if self.handle(user_uri) is not None or host_of(user_uri) != self._host.engine.device.own.hub_host:
                continue
            try:
                handle = await self._told(user_uri)
            except HubUnreachable:
                return
            except Refusal as refusal:
                if refusal.code is Code.TOO_MANY:
                    return
                continue
            except BadHandle:
                continue
            self._pin(user_uri, handle)

    async def differs(self, user_uri: str) -> str | None:
        """The handle that the hub tells of a person now, if it is another; None also where it will not say."""
        pinned = self.handle(user_uri)
        try:
            told = str(await self._told(user_uri))
        except BadHandle:
            told = "by nothing that is a handle"
        except (Refusal, HubUnreachable):
            return None
        return None if pinned is None or told == pinned else told

    async def find(self, text: str) -> str:
        """The user URI behind a handle as a person types it.

        Raises BadHandle, Refusal, HubUnreachable; HandleMoved when the hub now names somebody else by it.
        """
        handle = typed_handle(text)
        path = f"/v1/handles/{quote(handle)}"
        data = await self._host.connected().request("GET", path, b"", "application/json")
        found = parse_user_uri(decode(data, rest.HandleFound).user_uri)
        others = [user_uri for user_uri in self.bearers(handle) if user_uri != found]
        if others:
            raise HandleMoved(
                f"the hub now says that {handle} is {found}; on this device it is {others[0]}; one of the two may be"
                " an impostor: ask the person outside of this program, and name them by their user URI"
            )
        pinned = self.handle(found)
        if pinned is not None and pinned != handle:
            raise HandleMoved(
                f"the hub now says that {handle} is the person who is {pinned} on this device, {found}; name them by"
                " that handle or by their user URI if you mean them"
            )
        self._pin(found, handle)
        return found

    async def _told(self, user_uri: str) -> Handle:
        path = f"/v1/users/{id_of(user_uri)}/handle"
        data = await self._host.connected().request("GET", path, b"", "application/json")
        return parse_handle(decode(data, rest.HandleTold).handle)

    def _kept(self, user_uri: str) -> str | None:
        """One that the engine pinned meanwhile, when somebody became a contact (`engine.contact_list`)."""
        value = self._host.store.get(Table.PIN, SCOPE, user_uri.encode())
        if value is not None:
            self._handles[user_uri] = value.decode()
        return self._handles.get(user_uri)

    def _pin(self, user_uri: str, handle: Handle) -> None:
        if self.handle(user_uri) is None:
            self._host.store.save({(Table.PIN, SCOPE, user_uri.encode()): handle.encode()})
            self._handles[user_uri] = handle
