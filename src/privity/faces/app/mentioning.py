# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is named in a message: by the name of this device's own address book, whatever its sender wrote.

Whoever is not in the conversation is named in plain text: nothing on the page says that it is about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from privity.client.sdk import Device
from privity.faces.app.port.shown import Block, Run
from privity.faces.commands.naming import called


def mentioning(device: Device, room_uri: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks of a message in this conversation with the names that belong to its mentions."""
    people: set[str] | None = None
    for block in blocks:
        if any(run.user_uri for run in block.runs):
            people = _people(device, room_uri) if people is None else people
            runs = tuple(_named(device, run, people) if run.user_uri else run for run in block.runs)
            block = msgspec.structs.replace(block, runs=runs)
        yield block


def _people(device: Device, room_uri: str) -> set[str]:
    """Who is here; nobody while this device is not."""
    room = device.host.engine.rooms.get(room_uri)
    return set() if room is None or room.group is None or room.record.stopped else set(device.people(room_uri))


def _named(device: Device, run: Run, people: set[str]) -> Run:
    if run.user_uri in people:
        return Run(text=f"@{called(device, run.user_uri)}", marks=run.marks, user_uri=run.user_uri)
    known = device.names.handle(run.user_uri) is not None
    return Run(text=f"@{called(device, run.user_uri)}" if known else run.text, marks=run.marks)
