# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who keeps a copy of a group, and agreeing to it before anything more is sent there."""

from __future__ import annotations

from privity.client.engine import consent, inputs
from privity.client.engine.consent import Archive
from privity.client.host import Host


class Archives:
    """Everything here raises CommandRefused for a conversation that this device does not know."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    def of(self, room_uri: str) -> list[Archive]:
        """Who keeps a copy, as the group itself says; nobody while this device is not in the conversation."""
        room = self._host.engine.room(room_uri)
        return [] if room.group is None else consent.archives(room.record, room.group.context)

    async def declare(self, room_uri: str, user_uri: str, policy: str) -> None:
        """Let an account keep a copy of everything sent from now on; `policy` says what it does with it.

        Everybody else sends nothing more before they accept that. Raises CommandRefused, PolicyRefused, Refusal.
        """
        await self._host.do(lambda n: inputs.DeclareArchive(n, room_uri, user_uri, policy))

    async def withdraw(self, room_uri: str, user_uri: str) -> None:
        """Raises CommandRefused, PolicyRefused, Refusal."""
        await self._host.do(lambda n: inputs.WithdrawArchive(n, room_uri, user_uri))

    def to_accept(self, room_uri: str) -> tuple[str, bytes] | None:
        """What changed in the policy of a conversation since its person agreed, and what to `accept`; None if nothing.

        Until then sending raises ConsentNeeded, and what waited waits. An archive sends nothing, and is not asked.
        """
        room = self._host.engine.room(room_uri)
        if room.group is None or not consent.is_missing(room.record, room.group.context):
            return None
        own = self._host.engine.device.own.user_uri
        if any(each.user_uri == own for each in self.of(room_uri)):
            return None
        return consent.what_is_new(room.record, room.group.context), consent.policy_hash(room.group.context)

    async def accept(self, room_uri: str, policy_hash: bytes) -> None:
        """Agree to the policy that `to_accept` showed. Raises CommandRefused when it is another one by now."""
        await self._host.do(lambda n: inputs.AcceptPolicy(n, room_uri, policy_hash))
