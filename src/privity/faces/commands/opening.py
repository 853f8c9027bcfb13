# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Opening this person's device for one command, and naming rooms, people and messages as people write them."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import Parameter

from privity.client.engine.shown import Item, Kind
from privity.client.errors import ClientError
from privity.client.sdk import Device
from privity.identity.errors import IdentityError
from privity.message.errors import MessageError
from privity.mls.errors import MlsError
from privity.wire.errors import Refusal

Folder = Annotated[
    Path, Parameter(name="--device", env_var="PRIVITY_DEVICE", help="Folder of this device's encrypted store.")
]
DEFAULT = Path("~/.local/share/privity")
PASSPHRASE = "PRIVITY_PASSPHRASE"  # noqa: S105 - the name of a variable, not its value
SHORTEST = 4
"""Letters of a shortened name: fewer would name the wrong thing too easily."""

EXPECTED = (ClientError, IdentityError, MessageError, MlsError, Refusal)

T = TypeVar("T")


class NotNamed(ClientError):
    """What was named is not there, or not only once."""


def passphrase(*, twice: bool = False) -> str:
    """From the environment, or asked for at the terminal."""
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        sys.exit(f"privity: no terminal to ask for the passphrase; set {PASSPHRASE}")
    typed = getpass.getpass("passphrase of this device: ")
    if twice and getpass.getpass("the same again: ") != typed:
        sys.exit("privity: the two are not the same")
    return typed


def with_device(folder: Path, work: Callable[[Device], Awaitable[T]]) -> T:
    """Open the device, catch up, do the work, close. Named errors end the command with one sentence."""

    async def run() -> T:
        device = Device.open(folder.expanduser(), passphrase())
        async with device:
            await device.caught_up()
            return await work(device)

    return run_named(run())


def run_named(work: Awaitable[T]) -> T:
    """Run to the end; a named error becomes one sentence and exit status 1."""

    async def awaited() -> T:
        return await work

    try:
        return asyncio.run(awaited())
    except EXPECTED as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")


def room_of(device: Device, name: str) -> str:
    """A room by its URI or the beginning of its ID. Raises NotNamed."""
    rooms = list(device.rooms())
    wanted = name.rsplit("/", 1)[-1]
    found = [uri for uri in rooms if uri == name or (len(wanted) >= SHORTEST and _id(uri).startswith(wanted))]
    if len(found) != 1:
        raise NotNamed(f"{len(found)} of {len(rooms)} conversations are named {name!r}; see `privity room list`")
    return found[0]


async def user_of(device: Device, name: str) -> str:
    """A user by URI or handle. Raises Refusal."""
    return name if name.startswith("mimi://") else await device.find(name.removeprefix("@"))


def message_of(device: Device, room: str, name: str) -> Item:
    """A message by the beginning of its id in hex. Raises NotNamed."""
    items = [item for item in device.read(room, 10_000) if item.kind is Kind.MESSAGE]
    found = [item for item in items if len(name) >= SHORTEST and short(item).startswith(name.lower())]
    if len(found) != 1:
        raise NotNamed(f"{len(found)} messages have an id that begins with {name!r}; `privity read` shows them")
    return found[0]


def short(item: Item) -> str:
    """The id of a message as people see it: hex, without the algorithm byte that all have."""
    return item.message_id[1:].hex()


def _id(uri: str) -> str:
    return uri.rsplit("/", 1)[-1]
