# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom this account has blocked, as this device knows it: the hub keeps the list, and another device may change it."""

from __future__ import annotations

from privity.client.engine import calls, inputs
from privity.client.engine.records import Table
from privity.client.host import Host
from privity.client.net.connection import decode
from privity.identity.uris import parse_user_uri
from privity.wire import rest

SCOPE = "blocked"
MAX_KEPT = 10_000
"""People of the hub's list who are kept: more than anybody blocks by hand."""


class Blocks:
    """The list is in the device's store, so that it is known without the hub."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    def blocked(self, user_uri: str) -> bool:
        return self._host.store.get(Table.PIN, SCOPE, user_uri.encode()) is not None

    async def set_blocked(self, user_uri: str, blocked: bool) -> None:
        """Raises Refusal, HubUnreachable; then it is not known whether it was done, and `refresh` finds out."""
        await self._host.do(lambda n: inputs.Block(n, user_uri, blocked))
        self._host.store.save({(Table.PIN, SCOPE, user_uri.encode()): b"" if blocked else None})

    async def refresh(self) -> frozenset[str]:
        """Take the hub's list over; who is in it. Raises Refusal, HubUnreachable, BadUri."""
        call = calls.blocks()
        data = await self._host.connected().request(call.method, call.path, b"", "application/json")
        told = frozenset(parse_user_uri(each) for each in decode(data, rest.Blocked).user_uris[:MAX_KEPT])
        before = {key for key, _ in self._host.store.scan(Table.PIN, SCOPE)}
        now = {each.encode() for each in told}
        changes = dict.fromkeys(now - before, b"") | dict.fromkeys(before - now)
        if changes:
            self._host.store.save({(Table.PIN, SCOPE, key): value for key, value in changes.items()})
        return told
