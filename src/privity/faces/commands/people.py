# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity register`, `verify`, `block`, `unblock`: this account and other people."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from privity.client.engine.key_history import KeyEvent, What
from privity.client.errors import HubUnreachable
from privity.client.registration import kept_phrase
from privity.client.sdk import Device
from privity.faces.commands.harmless import harmless
from privity.faces.commands.keylog import audit_line
from privity.faces.commands.naming import LETTERS, called
from privity.faces.commands.opening import (
    DEFAULT,
    Folder,
    Who,
    note,
    other_of,
    passphrase,
    run_named,
    user_of,
    with_device,
)
from privity.faces.commands.times import local_time
from privity.faces.commands.waiting import waiting
from privity.identity.errors import BadHandle
from privity.identity.handle import typed_handle
from privity.identity.recovery import new_phrase
from privity.wire.age import AgeBand


def register(
    hub: Annotated[str, Parameter(help="Address of the hub, such as https://chat.example.org")],
    handle: Annotated[
        str, Parameter(help="The name by which others find you: 3 to 32 of a-z, 0-9, _ and a dot; it cannot change.")
    ],
    /,
    *,
    invite: Annotated[str | None, Parameter(help="Needed where the hub asks for one.")] = None,
    age: Annotated[AgeBand, Parameter(help="Who says nothing is protected like a minor.")] = AgeBand.UNKNOWN,
    listed: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Let anybody on the hub who types your exact handle find you; adults only.",
        ),
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """Make an account, with this machine as its first device. Shows twelve words once: have paper ready.

    Example: privity register http://127.0.0.1:8440 alice.b --age adult
    """
    try:
        name = typed_handle(handle)
    except BadHandle as err:
        sys.exit(f"privity: BadHandle: {err}")
    folder, secret = device.expanduser(), passphrase(twice=True)

    async def work() -> None:
        phrase = kept_phrase(folder, secret) or new_phrase(os.urandom)
        async with waiting(lambda: f"registering at {hub}"):
            made = await Device.register(
                folder, secret, hub, handle=name, phrase=phrase, invite=invite, age=age, listed=listed
            )
        print(f"you are {name}, {made.user_uri}")
        print("recovery phrase, shown once; write it on paper. It outranks every device: who has it has your account:")
        print(f"  {phrase}", flush=True)
        async with made:
            try:
                async with waiting(lambda: "making this device known"):
                    await made.caught_up()
            except HubUnreachable as err:  # the account is made and the words were shown
                note(f"{err}; people can reach this device after its next command")

    run_named(work())


def verify(
    who: Who,
    /,
    *,
    accept_reset: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Agree that the account was reset: you asked the person, and compared the number.",
        ),
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """Show the safety number with another person, to compare face to face or on a call, and the history of their keys.

    The number is the proof of who somebody is; a name is only what the hub told.

    Example: privity verify bob.c
    """

    async def work(opened: Device) -> list[str]:
        user_uri = await other_of(opened, who)
        number = await opened.verify(user_uri)
        history = await opened.key_log.history(user_uri)
        if accept_reset:
            await opened.key_log.accept_reset(user_uri)
        await opened.names.learn([user_uri])
        name = called(opened, user_uri)
        now = await opened.names.differs(user_uri)
        if now is not None:
            note(f"the hub now calls {name} {now}; nothing was changed here")
        return [
            number,
            f"the same on the screen of {name}: nobody is in between",
            f"the keys of {name}, as the log shows them to everybody:",
            *(f"  {line}" for line in history_lines(history)),
            audit_line(opened.key_log.status()),
        ]

    for line in with_device(device, work):
        print(harmless(line))
    if accept_reset:
        print("agreed: this device talks to the new keys now")


def history_lines(history: tuple[KeyEvent, ...]) -> list[str]:
    """One line for each version: when, what, which devices."""
    return [f"{local_time(event.at_ms)}  {event_text(event)}" for event in history]


def event_text(event: KeyEvent) -> str:
    """What one version did, and which devices it brought and dropped."""
    return f"{_WORDS[event.what]}{_devices(event)}"


_WORDS: Final = {
    What.MADE: "account made",
    What.CHANGED: "devices changed",
    What.RECOVERED: "account key renewed with the recovery phrase",
    What.RESET_ASKED: "RESET asked for, by somebody without its keys; in force 72 hours later unless cancelled",
    What.RESET: "devices changed, after the reset",
    What.CANCELLED: "reset cancelled by the old keys",
    What.CLOSING_ASKED: "CLOSING asked for, by a device; the account ends 72 hours later unless cancelled",
    What.KEPT: "closing cancelled by the account's keys",
    What.CLOSED: "ACCOUNT CLOSED with the recovery phrase",
}


def _devices(event: KeyEvent) -> str:
    parts = [f"new device {id_of_device(uri)}" for uri in event.added]
    parts += [f"{id_of_device(uri)} taken off" for uri in event.removed]
    parts += ["new account key"] if event.new_key and event.what not in (What.RESET_ASKED, What.CLOSED) else []
    return f": {', '.join(parts)}" if parts else ""


def id_of_device(client_uri: str) -> str:
    return f"{client_uri.rsplit('/', 1)[-1][:LETTERS]}…"


def block(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Take no contact from a person; it ends the contact that you have.

    Example: privity block mallory
    """
    _block(device, who, blocked=True)


def unblock(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Let a person ask for contact again.

    Example: privity unblock mallory
    """
    _block(device, who, blocked=False)


def _block(folder: Path, who: str, *, blocked: bool) -> None:
    async def work(opened: Device) -> None:
        known = None if blocked else _blocked_here(opened, who)
        await opened.block(known or await user_of(opened, who), blocked)

    with_device(folder, work)
    print(f"{'blocked' if blocked else 'no longer blocked'}: {who}")


def _blocked_here(device: Device, who: str) -> str | None:
    """The one blocked person whom this device knows by this handle: the hub finds nobody for whom one has blocked."""
    if who.startswith("mimi://"):
        return None
    found = [user_uri for user_uri in device.names.bearers(typed_handle(who)) if device.blocks.blocked(user_uri)]
    return found[0] if len(found) == 1 else None
