# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rooms as they are stored, one of which may be damaged: its keys cannot be read, by a fault of the disk or because a
newer program wrote them. The others do not stop for it.

Nothing of a damaged room is written or taken from the hub: whoever mends the store, or opens it with the program that
wrote it, finds it as it was. To enter anew by itself would be to take whatever the hub shows for the state that this
device was in, and to lose the old keys for it. So it is for a person to begin it again (`continuing`).
"""

from __future__ import annotations

from privity.client.engine.records import Table, View
from privity.client.engine.room import Room
from privity.client.engine.shown import Notice
from privity.client.engine.state import Device, RoomRecord
from privity.mls.group import DamagedRecords, Group


def stored(device: Device, view: View, record: RoomRecord) -> Room:
    """The room of this record, with its group where this device is in one. A damaged one is named to its person."""
    records = dict(view.scan(Table.MLS, record.room_uri)) if record.suite in device.identities else None
    try:
        group = Group.load(records, device.identity(record.suite), device.rules) if records else None
    except DamagedRecords as err:
        why = f"this device cannot read its keys of it: {err}"
        device.show(Notice(f"{called(record)} is stopped: {why}. {_way_out(record)}"))
        return Room(device, record, None, damaged=why)
    return Room(device, record, group)


def called(record: RoomRecord) -> str:
    """A room by its name, where it has one."""
    return f'"{record.name}" ({record.room_uri})' if record.name else f"the conversation {record.room_uri}"


def _way_out(record: RoomRecord) -> str:
    who = "either of the two" if record.direct else "an admin whose device can read them"
    return f"Nothing of it was changed, and the other conversations go on. {who[0].upper()}{who[1:]} can begin it again"
