# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity backup ...`: everything this device can show, in one file that the recovery phrase opens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.filesize import decimal

from privity.client.backup.restoring import Restored
from privity.client.sdk import Device
from privity.faces.commands.files import moving
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called
from privity.faces.commands.opening import DEFAULT, Folder, note, typed_phrase, with_device, without_hub

app = App(
    name="backup",
    help="Keep what your conversations say in an encrypted file.\n\nExample: privity backup make ~/alice.backup",
    help_format="plaintext",
)


@app.command
def make(
    file: Annotated[Path, Parameter(help="The new file, or a folder for it. Nothing is overwritten.")],
    /,
    *,
    phrase: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Ask for the recovery phrase: once, on a device that was linked."
        ),
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """Write a backup that your recovery phrase opens. It holds no key by which anybody could act as you.

    Example: privity backup make ~/alice.backup
    """
    words = typed_phrase() if phrase else None

    async def work(opened: Device) -> Path:
        if words is not None:
            opened.backups.hear_phrase(words)
        with moving("backing up") as moved:
            return await opened.backups.make(file, moved)

    written = without_hub(device, work)
    print(harmless(f"backed up to {written} ({decimal(written.stat().st_size)})"))


@app.command
def restore(
    file: Annotated[Path, Parameter(help="A backup of this account.")],
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """Bring a backup of your account into this device. Asks for the recovery phrase. Run again, it goes on.

    Example: privity backup restore ~/alice.backup
    """
    words = typed_phrase()
    with_device(device, lambda opened: bring_in(opened, file, words), says="")


async def bring_in(device: Device, file: Path, phrase: str) -> None:
    """Restore, and say what came of it."""
    with moving("restoring") as moved:
        done = await device.backups.restore(file, phrase, moved)
    tell(device, done)


def tell(device: Device, done: Restored) -> None:
    """What came of it, and what the person should do or know."""
    print(f"restored: {done.entries} entries")
    if done.from_desk:
        note(f"{done.from_desk} of your reports, appeals and decisions about you came back: privity reports list")
    if done.unproven:
        note(f"{done.unproven} messages of others are not shown: nothing proves that they said so")
    for user_uri in done.compare_again:
        name = called(device, user_uri)
        note(f"you had compared safety numbers with {name}; compare again: privity verify {name}")
    for user_uri in done.differing:
        note(
            f"ALARM: the hub shows keys of {called(device, user_uri)} that do not follow those it had shown before; ask"
            " the person outside of this program"
        )
