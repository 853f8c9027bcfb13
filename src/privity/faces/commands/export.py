# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity export ...`: everything this device can show as HTML and JSON; and such JSON back as an archive."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from privity.client.errors import CommandRefused
from privity.client.export.entries import ExportedEntry
from privity.client.sdk import Device
from privity.faces.commands.files import moving
from privity.faces.commands.harmless import harmless
from privity.faces.commands.opening import DEFAULT, Folder, with_device, without_hub
from privity.faces.commands.times import local_time

PAGE = 500
LATEST_MS = 253_370_764_800_000
"""The year 9999: an archive may name any time."""

app = App(
    name="export",
    help="Write your conversations as HTML and JSON; read such JSON back.\n\nExample: privity export ~/conversations",
    help_format="plaintext",
)


@app.default
def export(
    folder: Annotated[Path, Parameter(help="The new folder. Nothing is overwritten.")],
    /,
    *,
    fetch: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Ask the hub for the files that this device does not hold."),
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """Write every conversation as HTML and JSON, with the files this device holds. It is not encrypted any more.

    Example: privity export ~/conversations
    """

    async def work(opened: Device) -> Path:
        with moving("exporting") as moved:
            return await opened.exports.export(folder, moved, fetch=fetch)

    written = with_device(device, work, says="") if fetch else without_hub(device, work)
    print(harmless(f"exported to {written}; whoever can read this folder reads everything in it"))


@app.command(name="import")
def import_(
    folder: Annotated[Path, Parameter(help="A folder that `privity export` wrote.")], /, *, device: Folder = DEFAULT
) -> None:
    """Read an export back as an archive: apart from your conversations, to be read only. It proves nothing.

    Example: privity export import ~/conversations
    """

    async def work(opened: Device) -> list[int]:
        with moving("importing") as moved:
            return await opened.exports.take_in(folder, moved)

    numbers = without_hub(device, work)
    print(f"imported {len(numbers)} conversations into the archive; `privity export archives` lists it")


@app.command
def archives(*, device: Folder = DEFAULT) -> None:
    """List the imported conversations.

    Example: privity export archives
    """

    async def work(opened: Device) -> list[str]:
        return [
            f"{number}  archive of {each.of}, exported {local_time(each.exported_ms)}: {each.title}"
            f" ({each.entries} entries)"
            for number, each in opened.exports.archive.conversations().items()
        ]

    for line in without_hub(device, work):
        print(harmless(line))


@app.command
def show(
    number: Annotated[int, Parameter(help="Of an imported conversation, as `privity export archives` lists it.")],
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """Read an imported conversation. Nobody proves what it says.

    Example: privity export show 1
    """

    async def work(opened: Device) -> None:
        archive = opened.exports.archive
        if number not in archive.conversations():
            raise CommandRefused(f"there is no imported conversation {number}")
        after = -1
        while entries := archive.read(number, after, PAGE):
            for entry in entries:
                print(harmless(_line(entry)))
            after += len(entries)

    without_hub(device, work)


def _line(entry: ExportedEntry) -> str:
    when = datetime.fromtimestamp(min(entry.ts_ms, LATEST_MS) / 1000, UTC).astimezone()
    if entry.kind != "message":
        return f"{when:%Y-%m-%d %H:%M}  -- {entry.text}"
    text = entry.text if entry.state in ("shown", "edited") else f"({entry.state})"
    files = "".join(f"  [{each.name}]" for each in entry.files)
    return f"{when:%Y-%m-%d %H:%M}  {entry.name}: {text}{files}"
