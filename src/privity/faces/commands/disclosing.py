# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity disclose`: hand over messages of a conversation, with what proves who wrote them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from privity.client.disclosing.disclosures import Made, Preview
from privity.client.disclosing.wanted import Chosen, Wanted
from privity.client.errors import CommandRefused
from privity.client.saving import drafted
from privity.client.sdk import Device
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called
from privity.faces.commands.opening import (
    DEFAULT,
    Folder,
    Message,
    Room,
    message_of,
    room_of,
    shown_id,
    with_device,
    without_hub,
)

ZIP: Final = ".zip"
WARNINGS: Final = (
    "What they wrote leaves this conversation. They are not asked, and nobody tells them.",
    "Whoever gets it can prove who wrote each message, to anybody and for ever.",
    "It goes to nobody by itself: you give it away, and cannot take it back.",
)
"""What everybody reads before; the people whom it concerns are named above."""
ATTESTS: Final = "Your server learns of which messages you make this, and can tell."


def disclose(
    room: Room,
    /,
    *messages: Message,
    to: Annotated[str, Parameter(help="Who is to have it, in words.")],
    purpose: Annotated[str, Parameter(name="--for", help="What it is for, in words.")],
    out: Annotated[Path, Parameter(help="A new folder, or a new file that ends with .zip; with --age a new file.")],
    since: Annotated[
        str | None, Parameter(help="From this message on, by the beginning of its id.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, Parameter(help="Up to this message, by the beginning of its id.", show_default=False)
    ] = None,
    statement: Annotated[str, Parameter(help="What you say about it.", show_default=False)] = "",
    fetch: Annotated[
        bool, Parameter(help="Ask the hub for files that this device lacks.", negative="", show_default=False)
    ] = False,
    keys: Annotated[
        bool,
        Parameter(help="Ask the key log for every change of the writers' keys.", negative="", show_default=False),
    ] = False,
    attest: Annotated[
        bool,
        Parameter(
            help="Have the hub attest to the times. It learns of which messages.", negative="", show_default=False
        ),
    ] = False,
    age: Annotated[str | None, Parameter(help="Encrypt it to this age key.", show_default=False)] = None,
    yes: Annotated[bool, Parameter(help="You have read the warnings.", negative="", show_default=False)] = False,
    device: Folder = DEFAULT,
) -> None:
    """Hand over messages of a conversation, with proof of who wrote them.

    Without MESSAGE it is the whole conversation, or a range of it. The package is made on this device and signed by it;
    the hub is asked for nothing but what you name, and does not have to be there. Whoever gets it can check it without
    the hub.

    Example: privity disclose k3x7 9f02 --to "my lawyer" --for advice --out FOLDER
    """

    async def work(opened: Device) -> Made:
        where = await room_of(opened, room, left=True)
        ids = tuple(dict.fromkeys(shown_id(opened, where, name) for name in messages))
        begin, end = (None if each is None else message_of(opened, where, each).message_id for each in (since, until))
        wanted = Wanted(
            Chosen(where, ids, begin, end), to, purpose, statement, files=fetch, keys=keys, attestation=attest
        )
        _warn(opened, await opened.disclosures.preview(wanted.chosen), attest=attest)
        if not yes and not await asyncio.to_thread(_agreed):
            raise CommandRefused("nothing was made")
        made = await opened.disclosures.make(wanted)
        print(harmless(f"{await _written(opened, made, out, age)}: {_counted(made.messages)}, given to nobody yet"))
        return made

    made = with_device(device, work, offline=True, says="") if fetch or keys or attest else without_hub(device, work)
    for line in made.missing:
        print(harmless(f"missing: {line}"))
    print("to check it: python -I bag/data/verify_messages.py --help")


def _warn(device: Device, preview: Preview, *, attest: bool) -> None:
    names = ", ".join(called(device, each) for each in preview.people if each != device.user_uri) or "nobody but you"
    print(
        harmless(
            f"{_counted(preview.messages)}, written by you and {names}"
            if preview.own
            else f"{_counted(preview.messages)}, written by {names}"
        )
    )
    if preview.others:
        others = ", ".join(called(device, each) for each in preview.others)
        print(harmless(f"What proves them names everybody else in the conversation, too: {others}"))
    if preview.left_out:
        print(f"{preview.left_out} of the range are left out: deleted, expired, or not proven here")
    for line in (*WARNINGS, *([ATTESTS] if attest else [])):
        print(line)


def _agreed() -> bool:
    """Whether the person types yes."""
    print("type yes to go on: ", end="", flush=True)
    typed = sys.stdin.readline()
    if not sys.stdin.isatty():
        print(flush=True)
    return typed.strip().lower() == "yes"


async def _written(device: Device, made: Made, out: Path, age: str | None) -> Path:
    if age is not None:
        return await device.disclosures.seal(made, age, out)
    if out.suffix.lower() != ZIP:
        return await device.disclosures.write(made, out)
    with drafted(f"{made.name}{ZIP}", out) as (file, target):
        await device.disclosures.pack(made, file)
    return target


def _counted(number: int) -> str:
    return f"{number} message" if number == 1 else f"{number} messages"
