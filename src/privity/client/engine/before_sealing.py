# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What must be true of a room before anything is sealed in it; until then what waits waits, and its person is told why.

A state that is about to change is none to seal in, nor is an epoch whose message keys this device may have used and
forgotten: a commit of its own comes first. A tree with a device that its user's list does not name, or with
somebody whose reset nobody agreed to, is none to seal for; nor is a policy that was not agreed to, or a person whose
safety number was compared and is another one now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine import checked, consent
from privity.client.engine.shown import Notice
from privity.client.engine.state import still_waits

if TYPE_CHECKING:
    from privity.client.engine.room import Room
    from privity.mls.group import Group


class BeforeSealing:
    """Of one room. Each reason is told once."""

    __slots__ = ("_asked", "_not_before_epoch", "_room", "_sends_at", "_told", "_told_changed")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._not_before_epoch = 0
        self._sends_at = 0
        self._told: tuple[tuple[str, ...], tuple[str, ...]] = (), ()
        self._asked = b""
        self._told_changed = False

    def connection_lost(self) -> None:
        self._not_before_epoch = self._sends_at = 0

    def not_before_epoch(self, epoch: int) -> None:
        """Sealing before this epoch is here would be in vain."""
        self._not_before_epoch = epoch

    def not_for(self, wait_ms: int) -> None:
        """The hub takes nothing for so long."""
        device = self._room.device
        self._sends_at = device.now_ms + wait_ms
        device.wake_at(self._sends_at)

    def ready(self) -> Group | None:
        """The group to seal in, if there is nothing against it; its person is told what is."""
        group = self._settled()
        if group is None or self._room.outbox.is_empty() or self._is_foreign(group):
            return None
        return None if self._needs_consent(group) or self._needs_check() else group

    def sealable(self) -> Group | None:
        """The same for a message that is asked for now, whatever waits: nobody is told anything."""
        group, leaves = self._settled(), self._room.leaves
        if group is None or leaves.dropped(group) or leaves.unasked(group):
            return None
        if consent.is_missing(self._room.record, group.context) or checked.changed_in(self._room) is not None:
            return None
        return group

    def _settled(self) -> Group | None:
        """The group, unless the state to seal in is about to change."""
        room = self._room
        if (
            room.busy
            or room.paused
            or still_waits(self._sends_at, room.device.now_ms)
            or room.record.pending is not None
            or not room.device.caught_up
            or room.record.stopped
        ):
            return None
        if room.group is None or room.group.proposals or room.group.epoch < self._not_before_epoch:
            return None
        if room.group.epoch <= room.record.used_epoch:
            return None
        return room.group

    def _is_foreign(self, group: Group) -> bool:
        """Whether somebody is in the tree for whom nothing is sealed."""
        dropped, unasked = self._room.leaves.dropped(group), self._room.leaves.unasked(group)
        if (dropped, unasked) != self._told:
            self._told = dropped, unasked
            if dropped:
                self._tell(f"{', '.join(dropped)} is no device of its user any more")
            if unasked:
                self._tell(f"the account of {', '.join(unasked)} was reset; agree first")
        return bool(dropped or unasked)

    def _needs_consent(self, group: Group) -> bool:
        """Whether what waits must wait for a person's word; said once for each policy."""
        record = self._room.record
        if not consent.is_missing(record, group.context):
            return False
        asked = consent.policy_hash(group.context)
        if asked != self._asked:
            self._asked = asked
            self._tell(consent.what_is_new(record, group.context))
        return True

    def _needs_check(self) -> bool:
        """Whether what waits must wait until a person was compared again."""
        user_uri = checked.changed_in(self._room)
        if user_uri is not None and not self._told_changed:
            self._tell(f"the safety number with {user_uri} is another than you compared")
        self._told_changed = user_uri is not None
        return self._told_changed

    def _tell(self, why: str) -> None:
        self._room.device.show(Notice(f"messages wait: {why}"))
