# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity register`, `verify`, `block`, `unblock`: this account and other people."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from privity.client.registration import kept_phrase
from privity.client.sdk import Device
from privity.faces.commands.opening import DEFAULT, Folder, passphrase, run_named, user_of, with_device
from privity.identity.recovery import new_phrase

Who = Annotated[str, Parameter(help="A handle, or a user URI.")]


def register(
    hub: Annotated[str, Parameter(help="Address of the hub, such as https://chat.example.org")],
    handle: Annotated[str, Parameter(help="The name by which others find you.")],
    *,
    invite: Annotated[str | None, Parameter(help="Needed where the hub asks for one.")] = None,
    device: Folder = DEFAULT,
) -> None:
    """Make an account, with this machine as its first device.

    Example: privity register http://127.0.0.1:8440 alice.b --invite bbj6ub5w
    """
    folder, secret = Path(device).expanduser(), passphrase(twice=True)

    async def work() -> None:
        phrase = kept_phrase(folder, secret) or new_phrase(os.urandom)
        made = await Device.register(folder, secret, hub, handle=handle, phrase=phrase, invite=invite)
        print(f"you are {handle}, {made.user_uri}")
        print("recovery phrase, shown once; write it on paper. Who has it can sign devices for you:")
        print(f"  {phrase}", flush=True)
        async with made:
            await made.caught_up()

    run_named(work())


def verify(who: Who, *, device: Folder = DEFAULT) -> None:
    """Show the safety number with another person: compare it face to face or on a call.

    Example: privity verify bob.c
    """

    async def work(opened: Device) -> str:
        return await opened.verify(await user_of(opened, who))

    print(with_device(device, work))
    print("same on both sides: nobody is in between. Until then: not yet audited.")


def block(who: Who, *, device: Folder = DEFAULT) -> None:
    """Take no contact from a person.

    Example: privity block mallory
    """
    _block(device, who, blocked=True)


def unblock(who: Who, *, device: Folder = DEFAULT) -> None:
    """Take contact from a person again.

    Example: privity unblock mallory
    """
    _block(device, who, blocked=False)


def _block(folder: Path, who: str, *, blocked: bool) -> None:
    async def work(opened: Device) -> None:
        await opened.block(await user_of(opened, who), blocked)

    with_device(folder, work)
    print(f"{'blocked' if blocked else 'no longer blocked'}: {who}")
