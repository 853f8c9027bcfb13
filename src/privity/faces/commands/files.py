# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity attach` and `save`: files, with a bar on a terminal and one plain line in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich import progress
from rich.console import Console
from rich.filesize import decimal

from privity.client.net.connection import Progress
from privity.client.saving import save as save_file
from privity.client.sdk import Device
from privity.faces.commands.opening import DEFAULT, Folder, Message, Room, message_of, room_of, with_device


def attach(
    room: Room,
    file: Annotated[Path, Parameter(help="The file to send.")],
    /,
    *,
    caption: Annotated[str, Parameter(help="A text beside it.", show_default=False)] = "",
    reply_to: Annotated[str | None, Parameter(help="The beginning of the id of a message to answer.")] = None,
    device: Folder = DEFAULT,
) -> None:
    """Send a file; ends when the hub has it, encrypted, and the message that carries its key.

    Example: privity attach k3x7 teapot.jpg --caption "found it"
    """

    async def work(opened: Device) -> bytes:
        uri = await room_of(opened, room)
        answered = None if reply_to is None else message_of(opened, uri, reply_to).message_id
        with moving("sending") as moved:
            return await opened.attach(uri, file, caption=caption, in_reply_to=answered, progress=moved)

    print(f"sent {with_device(device, work, says='')[1:].hex()[:8]}")


def save(
    room: Room,
    message: Message,
    /,
    *,
    to: Annotated[Path | None, Parameter(help="A folder, or the new file; the current folder if not given.")] = None,
    part: Annotated[
        int | None, Parameter(help="Which file, where a message has several: its `part` in `read --json`.")
    ] = None,
    device: Folder = DEFAULT,
) -> None:
    """Save the file of a message, if it is what its sender said. Nothing is ever overwritten.

    Example: privity save k3x7 9f02 --to ~/pictures
    """

    async def work(opened: Device) -> tuple[Path, int]:
        uri = await room_of(opened, room, left=True)
        with moving("fetching") as moved:
            file = await opened.fetch(uri, message_of(opened, uri, message).message_id, part, moved)
        return save_file(file.plaintext, file.filename, to), len(file.plaintext)

    path, size = with_device(device, work, says="")
    print(f"saved {path} ({decimal(size)})")


@contextmanager
def moving(what: str) -> Iterator[Progress | None]:
    """A bar on a terminal, gone when it is done; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
