# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letting others see that this device's person writes, and seeing it of them (spec/typing.md).

All of it is in memory: a notice changes no key, no cursor and no record, so it can be lost, repeated or held back
without any effect but a line that was not shown. What is not right in every way is dropped in silence: it is no event,
and nobody could be told whose fault it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine.effects import Finished
from privity.client.engine.records import Table
from privity.client.engine.shown import SomebodyTypes
from privity.identity.errors import IdentityError
from privity.message import typing
from privity.message.errors import MessageError
from privity.mls.errors import ProtocolError
from privity.mls.group import Group
from privity.policy.members import member_of
from privity.policy.roles import Capability, Role, check_capability, may
from privity.policy.room_state import RoomState
from privity.wire.socket import Typing

if TYPE_CHECKING:
    from privity.client.engine.room import Room

PACE_MS = 6_000
"""Between two notices of this device in a room: more than the five seconds of the hub, so that a line that is now slow
and now fast loses none."""
LASTS_MS = 8_000
"""How long a notice is worth showing: a little longer than until the next."""
FRESH_MS = 30_000
"""How old a notice may be by the hub's clock, or ahead of it: nobody writes a line that others see an hour later."""
GAP_MS = 1_000
"""What comes sooner after the last of the same device is not even checked: a flood costs its receivers little."""
SETTING = (Table.OWN, "setting", b"typing notices")
OFF = b"off"


class TypingNotices:
    """Those of one room: when this device sent its last, and which came last from each leaf of this epoch."""

    __slots__ = ("_epoch", "_heard", "_room", "_said_ms")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._said_ms: int | None = None
        self._epoch = -1
        self._heard: dict[int, int] = {}

    def say(self, command: int) -> None:
        """Send a notice, if one may leave now. Finished with whether it did."""
        group = self._room.before_sealing.sealable()
        if group is None or not self._may_say(group):
            self._room.device.effects.append(Finished(command, False))
            return
        device = self._room.device
        self._said_ms = device.now_ms
        notice = typing.seal(
            self._key(group),
            group.suite,
            device.own.signature_private,
            room_uri=self._room.uri,
            epoch=group.epoch,
            leaf=group.own_leaf,
            at_ms=self._hub_ms(),
            random=device.random,
        )
        device.transmit(Typing(self._room.uri, group.epoch, notice))
        device.effects.append(Finished(command, True))

    def hear(self, frame: Typing) -> None:
        """A notice of another member. Anything else changes nothing, and nothing of it is shown."""
        group = self._room.group
        if group is None or not self._room.record.member or self._room.record.stopped or self._is_off():
            return
        try:
            user_uri = self._author(group, frame)
        except (MessageError, ProtocolError, IdentityError):
            return
        if user_uri is not None and user_uri != self._room.device.own.user_uri:
            self._room.device.show(SomebodyTypes(self._room.uri, user_uri))

    def _author(self, group: Group, frame: Typing) -> str | None:
        """Who made a notice, proven; None for one that says nothing new."""
        if frame.epoch != group.epoch:
            return None
        claimed = typing.open_notice(self._key(group), frame.notice, room_uri=self._room.uri, epoch=group.epoch)
        leaf = group.tree.get_leaf(claimed.leaf)
        if leaf is None or not self._is_new(group.epoch, claimed):
            return None
        member = member_of(leaf)
        state = RoomState.of(group.context)
        check_capability(state.participants, member.user_uri, Capability.SEND_MESSAGE)
        if self._room.leaves.is_going(member.client_uri) or _people(state) > typing.MAX_PEOPLE:
            return None
        typing.check_author(claimed, group.suite, leaf.signature_key, room_uri=self._room.uri, epoch=group.epoch)
        self._heard[claimed.leaf] = claimed.at_ms
        return member.user_uri

    def _is_new(self, epoch: int, claimed: typing.Claimed) -> bool:
        """Whether it was made just now, and well after the last of this leaf: so none counts twice."""
        if epoch != self._epoch:
            self._epoch, self._heard = epoch, {}
        last_ms = self._heard.get(claimed.leaf)
        fresh = abs(claimed.at_ms - self._hub_ms()) <= FRESH_MS
        return fresh and (last_ms is None or claimed.at_ms >= last_ms + GAP_MS)

    def _may_say(self, group: Group) -> bool:
        """As with receipts, a stranger learns nothing by writing to somebody: only who spoke here is seen to write."""
        device, state = self._room.device, RoomState.of(group.context)
        paced = self._said_ms is None or not 0 <= device.now_ms - self._said_ms < PACE_MS
        return (
            paced
            and not self._is_off()
            and self._room.record.spoke
            and 1 < _people(state) <= typing.MAX_PEOPLE
            and may(state.participants, device.own.user_uri, Capability.SEND_MESSAGE)
        )

    def _is_off(self) -> bool:
        return self._room.device.batch.get(*SETTING) == OFF

    def _hub_ms(self) -> int:
        return self._room.device.now_ms + self._room.device.hub_ahead_ms

    def _key(self, group: Group) -> bytes:
        return group.export(typing.EXPORT_LABEL, b"", typing.KEY_BYTES)


def _people(state: RoomState) -> int:
    """How many people are here; the list also names who was banned."""
    return sum(each.role != Role.BANNED for each in state.participants.participants)
