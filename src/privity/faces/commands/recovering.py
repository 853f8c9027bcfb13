# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity recover` and `privity reset`: back into an account with none of its devices."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from privity.client import recovering
from privity.client.backup.backups import Backups
from privity.client.errors import HubUnreachable
from privity.client.sdk import Device
from privity.faces.commands.backup import bring_in
from privity.faces.commands.opening import DEFAULT, Folder, note, passphrase, run_named, typed_phrase
from privity.faces.commands.times import local_time
from privity.faces.commands.waiting import waiting
from privity.identity.errors import BadHandle
from privity.identity.handle import typed_handle
from privity.identity.recovery import new_phrase

Hub = Annotated[str, Parameter(help="Address of the hub, such as https://chat.example.org")]
Handle = Annotated[str, Parameter(help="The handle of your account.")]


def recover(
    hub: Hub,
    handle: Handle,
    /,
    *,
    backup: Annotated[Path | None, Parameter(help="A backup of the account, to read its conversations again.")] = None,
    device: Folder = DEFAULT,
) -> None:
    """Make this machine the only device of an account whose devices are lost. Asks for the recovery phrase.

    Every other device of the account is dropped. Run again, it goes on where it was stopped.

    Example: privity recover https://chat.example.org alice.b --backup ~/backup
    """
    name = _handle(handle)
    folder, secret = device.expanduser(), passphrase(twice=True)
    phrase = typed_phrase()

    async def work() -> None:
        if backup is not None:  # before anything is lost by it
            async with waiting(lambda: f"checking {backup}"):
                await Backups.check_readable(backup, phrase)
        async with waiting(lambda: f"recovering at {hub}"):
            made = await Device.recovered(folder, secret, hub, handle=name, phrase=phrase)
        print(f"recovered: you are {name}, {made.user_uri}")
        print("this device is the only one of the account and holds its key; the phrase stays as it is", flush=True)
        if backup is not None:
            await made.backups.heed(backup, phrase)
        async with made:
            try:
                async with waiting(lambda: "making this device known"):
                    await made.caught_up()
                if backup is not None:
                    await bring_in(made, backup, phrase)
            except HubUnreachable as err:  # the account is recovered all the same
                note(f"{err}; people can reach this device after its next command")

    run_named(work())


def reset(
    hub: Hub,
    handle: Handle,
    /,
    *,
    code: Annotated[str, Parameter(help="The one-time code that the hub's operator gave you.")],
    device: Folder = DEFAULT,
) -> None:
    """Begin anew with an account whose devices and recovery phrase are both lost. Shows twelve new words once.

    It takes 72 hours, and any device that the account still has can cancel it.
    All your contacts are told, and must agree before they write to you again.

    Example: privity reset https://chat.example.org alice.b --code k3x7m2qa
    """
    name = _handle(handle)
    folder, secret = device.expanduser(), passphrase(twice=True)

    async def work() -> int:
        phrase = recovering.kept_phrase(folder, secret) or new_phrase(os.urandom)
        async with waiting(lambda: f"asking {hub} for the reset"):
            opens_ms = await Device.reset(folder, secret, hub, handle=name, phrase=phrase, code=code)
        print("new recovery phrase, shown once; write it on paper. It is good once the reset is in force:")
        print(f"  {phrase}", flush=True)
        return opens_ms

    when = local_time(run_named(work()))
    print(f"the reset is pending for 72 hours, until {when}; this device opens then")
    print("all your contacts are told. Any device that the account still has can cancel it: `privity devices`")


def _handle(text: str) -> str:
    try:
        return typed_handle(text)
    except BadHandle as err:
        sys.exit(f"privity: BadHandle: {err}")
