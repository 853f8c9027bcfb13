# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is what in a group, and changing it: admins, moderators, members, and who is banned."""

from __future__ import annotations

from privity.client.engine import inputs
from privity.client.host import Host
from privity.policy.roles import CAPABILITIES, OFFICES, ROLE_CHANGES, Capability, Role
from privity.policy.room_state import RoomState


class Offices:
    """Everything here raises CommandRefused for a conversation that this device is not in."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    def of(self, room_uri: str) -> dict[str, Role]:
        """The role of everybody in the list, the banned among them. Who stands in for the admins counts as one."""
        return self._state(room_uri).roles()

    def may(self, room_uri: str) -> frozenset[Capability]:
        """What this account may do to others in a group; nothing in a direct conversation."""
        state = self._state(room_uri)
        return frozenset() if state.direct else CAPABILITIES[state.role(self._own)]

    def can_give(self, room_uri: str, user_uri: str) -> tuple[Role, ...]:
        """The roles that this account can give somebody who is here, in place of theirs."""
        listed = self._state(room_uri).participants.role(user_uri)
        admins = [who for who, role in self._state(room_uri).participants.roles().items() if role == Role.ADMIN]
        if listed not in OFFICES or admins == [user_uri]:
            return ()
        if user_uri == self._own and listed == Role.MODERATOR and not self._can(room_uri, user_uri, Role.ADMIN):
            return (Role.MEMBER,)
        return tuple(role for role in OFFICES if role != listed and self._can(room_uri, user_uri, role))

    def can_take_out(self, room_uri: str, user_uri: str) -> bool:
        """Whether this account can remove and ban somebody who is here."""
        here = self._state(room_uri).participants.role(user_uri) in OFFICES
        others = here and user_uri != self._own
        return others and all(self._can(room_uri, user_uri, after) for after in (Role.NONE, Role.BANNED))

    async def give(self, room_uri: str, user_uri: str, role: Role) -> None:
        """Raises PolicyRefused where the own role does not allow it, or the last admin would step down."""
        await self._host.do(lambda n: inputs.GiveRole(n, room_uri, user_uri, role))

    async def ban(self, room_uri: str, user_uri: str) -> None:
        """Take somebody out for good, or bar them before they come. Raises PolicyRefused."""
        await self._host.do(lambda n: inputs.Ban(n, room_uri, user_uri))

    async def unban(self, room_uri: str, user_uri: str) -> None:
        """Raises PolicyRefused."""
        await self._host.do(lambda n: inputs.Unban(n, room_uri, user_uri))

    def _can(self, room_uri: str, user_uri: str, after: Role) -> bool:
        before = Role(self._state(room_uri).participants.role(user_uri))
        needed = ROLE_CHANGES.get((before, after))
        return needed is not None and needed <= self.may(room_uri)

    def _state(self, room_uri: str) -> RoomState:
        return self._host.engine.room(room_uri).state

    @property
    def _own(self) -> str:
        return self._host.engine.device.own.user_uri
