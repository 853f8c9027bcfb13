# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Links into groups: making, revoking and using them, and who waits at a door."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from privity.client.engine import inputs, knocking
from privity.client.engine.knocking import KNOCKED, Knocked
from privity.client.engine.known_links import open_links
from privity.client.engine.records import Table
from privity.client.errors import ClientError
from privity.client.host import Host
from privity.identity.room_links import KNOCK_MS, Mode, RoomLink, StatedLink
from privity.policy.roles import Capability


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that works. `asks`: somebody in charge says yes or no to whoever comes by it."""

    link: RoomLink
    asks: bool
    maker: str


class RoomLinks:
    """Whoever may bring people into a group may make and revoke its links."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    # Of a group

    def of(self, room_uri: str) -> list[OpenLink]:
        """The links that work, for who may revoke them; the first to end first."""
        room, device = self._host.engine.room(room_uri), self._host.engine.device
        if room.group is None or room.record.stopped:
            return []
        if not room.state.may(device.own.user_uri, Capability.ADD_PARTICIPANT):
            return []
        found = sorted(open_links(room.record, device.hub_now_ms), key=lambda each: each.expires_ms)
        return [_opened(each, room_uri) for each in found]

    async def make(self, room_uri: str, lifetime_ms: int, *, ask: bool, name: str | None = None) -> RoomLink:
        """A link that works for so long. Who has it can ask to come in, and sees `name`: the group's unless given.

        Raises CommandRefused, BadRoomLink, Refusal, and what sending raises.
        """
        mode = Mode.ASK if ask else Mode.ANYONE
        shown = self._host.engine.room(room_uri).record.name if name is None else name
        made = await self._host.do(lambda n: inputs.MakeLink(n, room_uri, mode, lifetime_ms, shown))
        if not isinstance(made, RoomLink):
            raise ClientError("the engine finished the making of a link without a link")
        return made

    async def revoke(self, room_uri: str, link_id: bytes) -> None:
        """Nobody comes in by it any more; who came stays. Raises CommandRefused, Refusal."""
        await self._host.do(lambda n: inputs.RevokeLink(n, room_uri, link_id))

    def waiting(self, room_uri: str) -> list[str]:
        """Who knocked and waits for a yes or no; nobody where this account cannot answer."""
        return [each.user_uri for each in knocking.waiting(self._host.engine.room(room_uri))]

    async def answer(self, room_uri: str, user_uri: str, yes: bool) -> None:
        """Let in, or turn away. Raises CommandRefused, and what inviting raises."""
        await self._host.do(lambda n: inputs.AnswerKnock(n, room_uri, user_uri, yes))

    # At the door

    async def knock(self, link: RoomLink) -> None:
        """Ask to come in. Raises LinkIsOver for whatever opens nothing, CommandRefused, Refusal."""
        await self._host.do(lambda n: inputs.KnockAt(n, link))

    def knocked(self) -> dict[str, Knocked]:
        """Rooms before which this account waits: by URI, with the name that the link said, and since when."""
        rows = self._host.store.scan(Table.OWN, KNOCKED)
        found = {key.decode(): msgspec.msgpack.decode(value, type=Knocked) for key, value in rows}
        since_ms = self._host.engine.device.hub_now_ms - KNOCK_MS  # nobody answers what is older
        return {uri: at for uri, at in found.items() if at.at_ms > since_ms}

    async def take_back(self, room_uri: str) -> None:
        """Wait no longer. Raises Refusal."""
        await self._host.do(lambda n: inputs.TakeKnockBack(n, room_uri))


def _opened(stated: StatedLink, room_uri: str) -> OpenLink:
    return OpenLink(stated.link(room_uri), stated.mode is Mode.ASK, stated.maker)
