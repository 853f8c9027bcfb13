# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking into the key log again: at one's own label every few hours, at those of others on change and every week.

The audited map only grows, so that the newest entry shows everything that was ever put under a label: looking seldom
misses nothing, it only finds it later (key transparency note, section 5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine.flow import Flow
from privity.client.engine.gossip import newest_checkpoint
from privity.client.engine.hub_record import look_at_hub
from privity.client.engine.key_history import key_history
from privity.client.engine.shown import LogAlarm, Notice
from privity.client.engine.state import still_waits
from privity.client.engine.trust import FRESH_MS
from privity.client.errors import KeysLost, LogContradicts, LogRefused
from privity.identity.errors import IdentityError
from privity.wire.errors import Code, Refusal

if TYPE_CHECKING:
    from privity.client.engine.state import Device

OWN_EVERY_MS = 6 * 3_600_000
"""How long somebody could stand in the own list before this device says so, if the hub tells nothing."""
AT_ONCE_MS = 600_000
"""The same with each connection: not for each time that a train is in a tunnel."""
OTHERS_EVERY_MS = 7 * 86_400_000
AT_ONCE = 50
"""People who are looked up again in one round: the rest comes with the next."""
ROUND_MS = 3_600_000


class Watch:
    """When to look. One round at a time."""

    __slots__ = ("_busy", "_device", "_gone", "_looked_ms", "_next_ms", "_quiet", "_tried_ms")

    def __init__(self, device: Device) -> None:
        self._device = device
        self._busy = False
        self._quiet = False
        self._next_ms = 0
        self._looked_ms = -OWN_EVERY_MS
        self._tried_ms: dict[str, int] = {}
        self._gone: set[str] = set()

    def connected(self) -> None:
        """Everything that waited at the hub was read: look at once, whatever the clock says.

        Also at what is this device's own: a hub that was set up again from a backup may lack it.
        """
        self._next_ms = 0
        if abs(self._device.now_ms - self._looked_ms) >= AT_ONCE_MS:
            self._looked_ms = -OWN_EVERY_MS
        self.tick()

    def tick(self) -> None:
        """Begin a round if it is time for one. A hub that never answers the last one shows nothing either."""
        device = self._device
        if self._busy:
            self._say_if_quiet()
        if self._busy or not device.caught_up or still_waits(self._next_ms, device.now_ms):
            return
        self._busy = True
        self._next_ms = device.now_ms + ROUND_MS
        device.wake_at(self._next_ms)
        device.runner.start(self._round(), lambda _: self._done(), self._failed)

    def _done(self) -> None:
        self._busy = False
        self._say_if_quiet()

    def _failed(self, err: Exception) -> None:
        if isinstance(err, LogContradicts):
            self._device.show(LogAlarm(str(err)))
        else:
            self._device.show(Notice(f"the key log could not be looked at: {err}"))
        self._done()

    def _round(self) -> Flow[None]:
        device = self._device
        yield from newest_checkpoint(device)
        if abs(device.now_ms - self._looked_ms) >= OWN_EVERY_MS:
            own = yield from _unless_lost(self._own_lists())
            hub = yield from _unless_lost(look_at_hub(device))
            if own and hub:
                self._looked_ms = device.now_ms
        for user_uri in self._due()[:AT_ONCE]:
            self._tried_ms[user_uri] = device.now_ms
            try:
                yield from device.pins.refresh(user_uri)
            except (IdentityError, LogRefused, Refusal) as err:
                if isinstance(err, LogContradicts):
                    raise
                if isinstance(err, KeysLost):
                    continue  # which was said
                if isinstance(err, Refusal) and err.code is Code.ACCOUNT_CLOSED:
                    self._gone.add(user_uri)  # by the hub's word, which is said once and proves nothing
                device.show(Notice(f"{user_uri} could not be looked up in the key log: {err}"))

    def _own_lists(self) -> Flow[None]:
        """The own account; all of it, so that a hub which loses it gets it back whole."""
        device = self._device
        yield from device.pins.refresh(device.own.user_uri)
        if not device.pins.own_lists.is_whole:
            yield from key_history(device, device.own.user_uri)

    def _due(self) -> list[str]:
        """Whoever was not proven for a week, the longest first; whom the hub did not show stands behind all others.

        A closed account has nothing more to show.
        """
        pins, now_ms = self._device.pins, self._device.now_ms
        met = (user_uri for user_uri in pins.met() if user_uri not in self._gone and not pins.is_closed(user_uri))
        known = [(pin.checked_ms, user_uri) for user_uri in met if (pin := pins.pin(user_uri)) is not None]
        due = [found for found in sorted(known) if now_ms - found[0] >= OTHERS_EVERY_MS]
        return [user_uri for _, user_uri in sorted(due, key=lambda found: self._tried_ms.get(found[1], 0))]

    def _say_if_quiet(self) -> None:
        """Say it once when the log has shown nothing for a day, and once when it speaks again."""
        view = self._device.log.view
        quiet = view is None or self._device.now_ms - view.timestamp_ms > FRESH_MS
        if quiet != self._quiet:
            self._quiet = quiet
            text = (
                "the key log has shown nothing new for a day: conversations go on, and nobody can be added to one"
                if quiet
                else "the key log shows itself again"
            )
            self._device.show(Notice(text))


def _unless_lost(flow: Flow[object]) -> Flow[bool]:
    """Whether it came to its end. What the hub has lost was said, and keeps nothing else from being looked at."""
    try:
        yield from flow
    except KeysLost:
        return False
    return True
