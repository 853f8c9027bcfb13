# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device whose memory is shorter than it was says so: it believes of the key log what it would have known better.

A store that was copied in part has people and conversations and no checkpoint to continue. One that was put back as a
whole knows an old one; that shows in what this device did since and does not know. Both go on, as nothing else can be
done, and a fork made in between is found only by comparing. A store put back as a whole has also forgotten which
message keys were used: the device commits new ones before it seals again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine.shown import Notice
from privity.wire.socket import RESTORE_STEP

if TYPE_CHECKING:
    from privity.client.engine.state import Device

COMPARE = (
    "Whatever the hub may have shown to others meanwhile is found only by comparing: see that `privity keylog` says the"
    " same on another device, or at a friend's"
)
LOST_VIEW = (
    "this device no longer knows how far it had seen the key log: its store was copied in part, or put back. It"
    f" believes the first checkpoint that it sees now, as on its first day. {COMPARE}"
)
PUT_BACK = (
    "this device has done more than its store knows: the store was put back from a copy, or a copy of it is in use"
    f" elsewhere, or somebody pretends so. What it knew of the key log since is gone. {COMPARE}. Never use two copies"
)

HUB_PUT_BACK = (
    "the hub was put back from a copy: what it had for this device and had not brought yet is lost, such as being added"
    " to a conversation. Ask whoever added you meanwhile to do it again"
)


def say_if_view_is_lost(device: Device, *, in_rooms: bool) -> None:
    """Said once: the mark stays, whether or not the log shows itself soon."""
    log, pins = device.log, device.pins
    if log.view is not None or log.anew_since_ms is not None:
        return
    proven = any(pin.checked_ms for user_uri in pins.met() if (pin := pins.pin(user_uri)) is not None)
    if in_rooms or proven:
        log.begin_anew()
        device.show(Notice(LOST_VIEW))


def say_inbox_gap(device: Device, missing: int) -> None:
    """So many numbers are missing in front of the first thing that the hub brings."""
    if missing >= RESTORE_STEP:
        device.show(Notice(HUB_PUT_BACK))
    else:
        say_put_back(device)


def say_put_back(device: Device) -> None:
    """Something that this device made, or had acknowledged, is not in its store. Said once while it runs.

    Which message keys it used meanwhile nobody knows: in no room it seals another message before a new epoch.
    """
    if not device.put_back:
        device.put_back = True
        device.distrust_rooms()
        device.log.begin_anew()
        device.show(Notice(PUT_BACK))
