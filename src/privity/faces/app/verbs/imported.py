# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reading what was imported. Its words come from a file that anybody may have made."""

from __future__ import annotations

from typing import Final

from privity.client.export.archive import Imported
from privity.client.export.entries import ExportedEntry
from privity.client.sdk import Device
from privity.faces.app.errors import NotThere
from privity.faces.app.limits import MAX_ENTRIES, MAX_PREVIEW, MAX_SHOWN
from privity.faces.app.opened import Opened
from privity.faces.app.plain import one_line, visible
from privity.faces.app.port.asked import Done
from privity.faces.app.port.imported import (
    ImportedConversation,
    ImportedConversations,
    ImportedEntries,
    ImportedEntry,
    ImportedList,
    ReadImported,
    RemoveImported,
)
from privity.faces.app.verbs import Verbs
from privity.faces.commands.naming import with_names

MAX_FILES: Final = 50
"""Names of files under one entry."""


async def conversations(opened: Opened, _: ImportedConversations) -> ImportedList:
    found = opened.device.exports.archive.conversations()
    return ImportedList(conversations=tuple(_conversation(number, each) for number, each in found.items()))


async def read(opened: Opened, request: ReadImported) -> ImportedEntries:
    archive, after = opened.device.exports.archive, max(request.after, 0)
    head = archive.conversations().get(request.number)
    if head is None:
        raise NotThere("there is no such imported conversation any more")
    found = archive.read(request.number, after - 1, MAX_ENTRIES) if after < head.entries else []
    return ImportedEntries(
        entries=tuple(_entry(opened.device, each) for each in found), later=after + len(found) < head.entries
    )


async def remove(opened: Opened, request: RemoveImported) -> Done:
    if request.number not in opened.device.exports.archive.conversations():
        raise NotThere("there is no such imported conversation any more")
    opened.device.exports.archive.remove(request.number)
    return Done()


def _conversation(number: int, found: Imported) -> ImportedConversation:
    return ImportedConversation(
        number=number,
        title=one_line(found.title, MAX_PREVIEW) or "Without a name",
        of=one_line(found.of, MAX_PREVIEW),
        exported_ms=found.exported_ms,
        imported_ms=found.imported_ms,
        entries=found.entries,
    )


def _entry(device: Device, found: ExportedEntry) -> ImportedEntry:
    line = found.kind != "message"
    gone = not line and found.state not in ("shown", "edited")
    text = visible(found.text[:MAX_SHOWN])
    return ImportedEntry(
        ts_ms=found.ts_ms,
        name=one_line(found.name, MAX_PREVIEW),
        text=f"({one_line(found.state, MAX_PREVIEW)})" if gone else with_names(device, text) if line else text,
        mine=found.mine,
        line=line,
        files=tuple(one_line(each.name, MAX_PREVIEW) for each in found.files[:MAX_FILES]),
    )


VERBS: Final[Verbs] = {ImportedConversations: conversations, ReadImported: read, RemoveImported: remove}
