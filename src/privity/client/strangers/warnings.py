# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Warnings of scripted extortion in a conversation of this device, worked out anew whenever somebody looks.

Nothing of it leaves the device: no request is made, nothing is written down but that the person put a warning away or
switched them off, and no line of a log says that there was one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from privity.client.cautions import is_new
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Kind, State, decode_item
from privity.client.sdk import Device
from privity.client.strangers.phrases import MAX_LOOKED_AT
from privity.client.strangers.pressure import Said, Script, likenesses

MAX_MESSAGES: Final = 100
MAX_LETTERS: Final = 100_000
"""Looked at in the newest messages of a conversation together: what somebody floods a device with costs it no more."""


@dataclass(frozen=True, slots=True)
class Warned:
    """What the messages of somebody new look like, and the entry at which that came together."""

    user_uri: str
    script: Script
    seq: int


def warnings_in(device: Device, room_uri: str, *, frozen: bool = False) -> tuple[Warned, ...]:
    """What the person has not put away yet, the worst first. Empty where they switched warnings off.

    `frozen`: about people whom they froze, instead of the others: what helps against these they need afterwards, too.
    """
    preferences = device.preferences
    if not preferences.warns():
        return ()
    items = newest(device, room_uri)
    senders = dict.fromkeys(item.sender for item in items if not item.mine)
    new = [each for each in senders if preferences.frozen(each) is frozen and is_new(device, each)]
    minor = device.host.engine.device.contacts.is_minor
    found = [
        Warned(sender, each.script, each.number)
        for sender in new
        for each in likenesses(_between(items, sender), minor=minor)
        if not preferences.put_away(sender, each.script.value)
    ]
    return tuple(sorted(found, key=lambda each: list(Script).index(each.script)))


def _between(items: Iterable[Item], sender: str) -> Iterable[Said]:
    """What was said by the person and by one other; what a third says answers nobody."""
    return (Said(item.seq, item.ts_ms, item.mine, item.text) for item in items if item.mine or item.sender == sender)


def newest(device: Device, room_uri: str) -> list[Item]:
    """The newest messages that can still be read, in rising order."""
    found: list[Item] = []
    left = MAX_LETTERS
    for _, value in reversed(device.host.store.latest(Table.TIMELINE, room_uri, MAX_MESSAGES)):
        item = decode_item(value)
        if item.kind is not Kind.MESSAGE or item.state not in (State.SHOWN, State.EDITED):
            continue
        left -= min(len(item.text), MAX_LOOKED_AT)
        if left < 0:
            break
        found.append(item)
    return found[::-1]
