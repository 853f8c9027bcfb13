# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity contacts card`, `freeze`, `unfreeze`: who somebody is to you, and seeing nothing of them."""

from __future__ import annotations

from privity.client.sdk import Device
from privity.client.strangers.acquaintance import Line
from privity.client.strangers.advice import LOOKS_LIKE, advice
from privity.client.strangers.elsewhere import elsewhere
from privity.client.strangers.knowing import acquaintance_of
from privity.client.strangers.warnings import warnings_in
from privity.faces.commands.harmless import harmless
from privity.faces.commands.opening import DEFAULT, Folder, Who, other_of, with_device


def card(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Show how you know a person, and whether what they wrote to you looks like extortion or fraud.

    It is worked out on this device. The hub sees that you looked somebody up in its key log, and nothing else.

    Example: privity contacts card bob.c
    """

    async def work(opened: Device) -> list[str]:
        await opened.contacts.refresh()
        user_uri = await _meant(opened, who)
        history = await opened.key_log.history(user_uri)
        known = acquaintance_of(opened, user_uri, min((each.at_ms for each in history), default=None))
        return [*map(_said, known), *_warned(opened, user_uri)]

    for line in with_device(device, work):
        print(harmless(line))


async def _meant(opened: Device, who: str) -> str:
    """Somebody whom this device knows by that handle, or who asks; the hub is asked for nobody else.

    Raises what `user_of` raises.
    """
    handle = who.removeprefix("@").lower()
    asking = [wish.user_uri for wish in opened.contacts.requests() if wish.handle == handle]
    known = {*asking, *opened.names.bearers(handle)} - {opened.user_uri}
    return known.pop() if len(known) == 1 else await other_of(opened, who)


def _said(line: Line) -> str:
    return f"! {line.text}" if line.careful else f"  {line.text}"


def _warned(opened: Device, user_uri: str) -> list[str]:
    """Each script that their messages look like, once, with what helps."""
    found = {each.script for room in opened.rooms() for each in warnings_in(opened, room) if each.user_uri == user_uri}
    return [
        said
        for script in sorted(found, key=list(LOOKS_LIKE).index)
        for said in (
            f"! {LOOKS_LIKE[script]}",
            *(f"    {each.text}{f' {each.url}' if each.url else ''}" for each in advice(script)),
        )
    ]


def freeze(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Show nothing of a person any more, on all your devices. They are not told, and it is kept for a report.

    Example: privity contacts freeze mallory
    """
    said = _set_frozen(device, who, frozen=True)
    print(f"frozen: {who}; `privity contacts unfreeze {who}` shows them again")
    print(said)


def unfreeze(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Show a person again, with what they wrote meanwhile. They are not told.

    Example: privity contacts unfreeze mallory
    """
    said = _set_frozen(device, who, frozen=False)
    print(f"shown again: {who}")
    print(said)


def _set_frozen(device: Folder, who: str, *, frozen: bool) -> str:
    """On how many devices it holds now."""

    async def work(opened: Device) -> str:
        opened.preferences.set_frozen(await _meant(opened, who), frozen)
        return elsewhere(opened).sentence()

    return with_device(device, work)
