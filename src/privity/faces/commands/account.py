# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity account ...`: what the hub keeps about this account, and the end of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import App, Parameter

from privity.client import saving, stored
from privity.client.errors import CommandRefused, SaveRefused
from privity.client.sdk import Device
from privity.faces.commands.harmless import harmless
from privity.faces.commands.opening import DEFAULT, Folder, typed_phrase, with_device
from privity.faces.commands.times import local_time

app = App(
    name="account",
    help="See what the hub keeps about your account, or end it.\n\nExample: privity account data",
    help_format="plaintext",
)


@app.command
def data(
    *,
    out: Annotated[Path | None, Parameter(help="Write every row as JSON to this file; it must not exist yet.")] = None,
    device: Folder = DEFAULT,
) -> None:
    """Show what the hub says it keeps about you: each table, why, who reads it, for how long.

    It is the hub's word. What a hub of this version can keep at all is in its data inventory.

    Example: privity account data --out about-me.json
    """

    async def work(opened: Device) -> dict[str, Any]:
        if out is not None:
            return await stored.everything(opened.host)
        return {"tables": msgspec.to_builtins(await stored.tables(opened.host))}

    found = with_device(device, work, says="reading what the hub keeps")
    for table in found["tables"]:
        rows = table["rows"]
        print(harmless(f"{table['name']}: {rows} {'row' if rows == 1 else 'rows'}. {table['what']}"))
        print(harmless(f"  kept {table['kept']}; read by {', '.join(table['readers'])}"))
    if out is not None:
        try:
            written = saving.save(msgspec.json.format(msgspec.json.encode(found), indent=2), out.name, out)
        except SaveRefused as err:
            sys.exit(f"privity: {type(err).__name__}: {err}")
        sys.stderr.write(f"every row stands in {written}\n")


@app.command
def delete(
    *,
    without_phrase: Annotated[
        bool,
        Parameter(negative="", help="Without the phrase it takes 72 hours, and any device can cancel it."),
    ] = False,
    device: Folder = DEFAULT,
) -> None:
    """End your account for good; the hub deletes what it keeps about you. Asks for your handle and recovery phrase.

    Example: privity account delete
    """
    print(STAYS)
    handle = _typed_handle()
    phrase = None if without_phrase else typed_phrase()

    async def work(opened: Device) -> int | None:
        if handle != opened.names.handle(opened.user_uri):
            raise CommandRefused("that is not the handle of this account; nothing was done")
        if phrase is None:
            return await opened.leaving.ask()
        await opened.leaving.at_once(phrase)
        return None

    until_ms = with_device(device, work, offline=phrase is not None, says="closing the account")
    if until_ms is None:
        print(f"closed: the account is gone, and its address is never given again. {HERE}")
    else:
        print(f"asked: the account ends {local_time(until_ms)}. Until then: privity devices cancel-reset")


STAYS: Final = """\
This ends your account. It cannot be undone, by you, by the operator or by anybody.
What the hub keeps: a mark by which your address is never given again, and your handle not for 90 days; for 30 days
the signed lists of your devices, so that your contacts see that you closed the account; for the window of reports,
under that mark, who was in which conversation when.
What stays with others: what you wrote to them, and reports that you or others made, which are at the desk."""
HERE: Final = "What this device has stays readable here until you delete its folder."


def _typed_handle() -> str:
    """As a person writes it: with an @ or without."""
    print("type your handle to go on: ", end="", flush=True)
    typed = sys.stdin.readline()
    if not sys.stdin.isatty():
        print(flush=True)
    return typed.strip().removeprefix("@").lower()
