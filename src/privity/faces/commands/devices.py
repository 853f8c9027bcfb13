# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity link` on a new device; `privity devices ...` on any other one of the account: who is in its list."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from contextlib import suppress
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console

from privity.client.errors import LinkDeclined
from privity.client.sdk import Device
from privity.faces.commands import qr
from privity.faces.commands.backup import tell
from privity.faces.commands.files import moving
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called
from privity.faces.commands.opening import (
    DEFAULT,
    SHORTEST,
    Folder,
    NotNamed,
    passphrase,
    run_named,
    typed_phrase,
    user_of,
    with_device,
)
from privity.faces.commands.times import local_time
from privity.identity.uris import id_of

LINE_BYTES = 1024
GIVEN_S = 15.0
"""How long `privity link` stays for the account key, which comes within a second while the other device is there."""
WAITS = (
    "  this device waits for the account key, and cannot add or remove devices yet; it is given the key by itself, once"
    " another device of yours that has it is connected"
)

app = App(
    name="devices",
    help="See the devices of your account, or of another person; add and remove.\n\nExample: privity devices bob.c",
    help_format="plaintext",
)


def link(
    hub: Annotated[str, Parameter(help="Address of the hub, such as https://chat.example.org")],
    /,
    *,
    with_history: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Ask the other device for what was said before; say the same there."
        ),
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """Make this machine a further device of an account you have. Run again, it goes on where it was stopped.

    Example: privity link https://chat.example.org
    """
    folder = device.expanduser()
    secret = passphrase(twice=True)

    async def work() -> tuple[str, str]:
        attempt = await Device.link(folder, secret, hub)
        try:
            print("on a device that you have, within ten minutes, run:", flush=True)
            print(f"  privity devices add {attempt.code}{' --with-history' if with_history else ''}", flush=True)
            if sys.stdout.isatty():
                print("or let its page read this:", *qr.lines(attempt.code), sep="\n", flush=True)
            check = await attempt.check()
            print(f"this becomes a device of {attempt.handle}, {attempt.user_uri}")
            if not await _same(check):
                await attempt.decline()
                raise LinkDeclined("you said no; nothing was added, and nothing is kept here")
            print("waiting for the other device", flush=True)
            linked = await attempt.accept()
        finally:
            await attempt.close()
        async with linked:
            await linked.caught_up()
            await linked.account.given_key(GIVEN_S)
            if with_history:
                print("this device is linked; waiting for the history (Ctrl-C goes on without it)", flush=True)
                with moving("receiving your history") as moved:
                    done = await linked.backups.ask_history(moved)
                tell(linked, done)
            return linked.client_uri, attempt.handle

    client_uri, handle = run_named(work())
    print(f"linked: {client_uri} is a device of {handle}")


@app.default
def show(
    who: Annotated[str | None, Parameter(help="Another person, by handle or user URI.")] = None,
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """See the devices of your account, or of another person, as their account key has signed them; add and remove.

    Example: privity devices bob.c
    """

    async def work(opened: Device) -> tuple[list[str], str]:
        user_uri = opened.user_uri if who is None else await user_of(opened, who)
        own = user_uri == opened.user_uri
        listed = await opened.devices(user_uri)
        await opened.names.learn([user_uri])
        name = opened.names.handle(user_uri) if own else called(opened, user_uri)
        told = [_line(each.client_uri, each.added_ms, own=each.client_uri == opened.client_uri) for each in listed]
        lines = [f"{name}, {user_uri}", *(f"  {line}" for line in told)]
        if own and not opened.account.holds_key:
            lines.append(WAITS)
        whose = "your account" if own else str(name)
        pending = _pending(opened.account.reset_pending_until(user_uri), whose, own=own)
        return lines, pending or _closing(opened, user_uri, whose, own=own)

    lines, pending = with_device(device, work)
    for line in lines:
        print(line)
    if pending:
        Console(highlight=False, soft_wrap=True).print(harmless(pending), style="bold red", markup=False)


@app.command
def add(
    code: Annotated[str, Parameter(help="What `privity link` shows on the new device.")],
    /,
    *,
    with_history: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Pass on what was said before; the new device must ask for it too."
        ),
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """Add a new device that shows this code. It will read everything from then on: add only what is in your hands.

    Example: privity devices add k3x7-m2qa
    """

    async def work(opened: Device) -> str:
        offered = await opened.account.offered(code)
        if not await _same(offered.check):
            await offered.decline()
            raise LinkDeclined("you said no; nothing was added")
        print("waiting for the new device", flush=True)
        await offered.accept()
        await offered.passed_on()
        if with_history:
            print(f"added: {offered.client_uri}; it is passed the history when it asks", flush=True)
            with moving("passing on your history") as moved:
                await opened.backups.give_history(offered.client_uri, moved)
        return offered.client_uri

    print(f"added: {with_device(device, work, says='')}")


@app.command
def remove(
    name: Annotated[str, Parameter(help="A device URI, or the beginning of its ID as `privity devices` shows it.")],
    /,
    *,
    device: Folder = DEFAULT,
) -> None:
    """Take another device off your account. It leaves every conversation and can read nothing new.

    Example: privity devices remove q5ym
    """

    async def work(opened: Device) -> str:
        client_uri = await _named(opened, name)
        await opened.account.remove_device(client_uri)
        await opened.caught_up()  # the other devices are given the new account key
        return client_uri

    print(f"removed: {with_device(device, work)}")


@app.command(name="cancel-reset")
def cancel_reset(*, device: Folder = DEFAULT) -> None:
    """Say no to a reset or the closing of your account that you did not ask for.

    `privity devices recover` does it with the phrase.

    Example: privity devices cancel-reset
    """
    with_device(device, lambda opened: opened.account.cancel_reset())
    print("cancelled: your account stays yours, and whoever asked for it gets nothing")


@app.command
def recover(
    *,
    remove: Annotated[
        list[str] | None, Parameter(negative="", help="A device to drop with it, stolen perhaps; may be given again.")
    ] = None,
    device: Folder = DEFAULT,
) -> None:
    """Make a new account key on this device, by the recovery phrase, and drop devices. Those that stay are given it.

    Example: privity devices recover --remove q5ym
    """
    phrase = typed_phrase()

    async def work(opened: Device) -> list[str]:
        dropped = [await _named(opened, name) for name in remove or []]
        await opened.account.recover(phrase, tuple(dropped))
        await opened.caught_up()
        return dropped

    dropped = with_device(device, work)
    print("recovered: this device made a new account key")
    for client_uri in dropped:
        print(f"removed: {client_uri}")


async def _named(device: Device, name: str) -> str:
    """A device of this account by its URI or the beginning of its ID. Raises NotNamed."""
    listed = [each.client_uri for each in await device.devices()]
    found = [uri for uri in listed if uri == name or (len(name) >= SHORTEST and id_of(uri).startswith(name.lower()))]
    if len(found) != 1:
        raise NotNamed(
            f"{len(found)} of {len(listed)} devices are named {name!r}; give at least {SHORTEST} letters of an ID that"
            " `privity devices` shows"
        )
    return found[0]


async def _same(check: str) -> bool:
    """Show the digits and ask. Only a plain yes, typed or on standard input, is one; no line at all is a no."""
    print(f"check: {check}")
    print("the same on the other device? [y/N] ", end="", flush=True)
    said = (await _line_of_input()).strip().lower()
    if not sys.stdin.isatty():
        print(flush=True)
    return said in ("y", "yes")


async def _line_of_input() -> str:
    """One line, while the connection goes on. The thread that waits for it holds up no program that is stopped."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[bytes] = loop.create_future()

    def came(data: bytes) -> None:
        if not future.done():
            future.set_result(data)

    def read() -> None:
        data = os.read(sys.stdin.fileno(), LINE_BYTES)
        with suppress(RuntimeError):  # the loop was stopped while we waited
            loop.call_soon_threadsafe(came, data)

    threading.Thread(target=read, daemon=True).start()
    return (await future).partition(b"\n")[0].decode("utf-8", "replace")


def _pending(until_ms: int | None, whose: str, *, own: bool) -> str:
    """What to say of a pending reset, or nothing."""
    if until_ms is None:
        return ""
    left = max(0, until_ms - time.time_ns() // 1_000_000)
    hours = -(-left // 3_600_000)
    when = "an hour" if hours == 1 else f"{hours} hours"
    told = f"RESET PENDING: in {when} somebody who has neither key of {whose} takes it over"
    return f"{told}. If that is not you: privity devices cancel-reset" if own else f"{told}. Ask the person"


def _closing(device: Device, user_uri: str, whose: str, *, own: bool) -> str:
    """What to say of an account that ends or has ended, or nothing."""
    if device.leaving.closed(user_uri):
        return f"ACCOUNT CLOSED: {whose} was ended by its own keys, for good"
    until_ms = device.leaving.pending_until(user_uri)
    if until_ms is None:
        return ""
    told = f"CLOSING PENDING: a device of {whose} asked to end it; it is deleted {local_time(until_ms)}"
    return f"{told}. If that is not you: privity devices cancel-reset" if own else told


def _line(client_uri: str, added_ms: int, *, own: bool) -> str:
    return f"{id_of(client_uri)}  added {local_time(added_ms)}{'  (this device)' if own else ''}"
