# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Showing a one-time code until somebody has used it, or its time is over."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from privity.client.engine.shown import ContactsChanged
from privity.client.sdk import Device
from privity.faces.commands.naming import called
from privity.faces.commands.opening import with_device
from privity.faces.commands.waiting import waiting
from privity.wire.contacts import CODE_LIFE_MS


class HasUri(Protocol):
    """A contact, or a ward."""

    @property
    def user_uri(self) -> str: ...


def shown_until_used(
    folder: Path, make: Callable[[Device], Awaitable[str]], people: Callable[[Device], Sequence[HasUri]]
) -> list[str]:
    """Print the code, and give the names of those who are among these people once it was used.

    Ends the command by a sentence where nobody used it in time.
    """

    async def work(opened: Device) -> list[str]:
        before = {each.user_uri for each in people(opened)}
        print(await make(opened), flush=True)
        new = await _once_there(
            opened, lambda: [each.user_uri for each in people(opened) if each.user_uri not in before]
        )
        await opened.names.learn(new)
        return [called(opened, user_uri) for user_uri in new]

    names = with_device(folder, work, says="")
    if not names:
        sys.exit("privity: nobody used the code in time; show a new one")
    return names


async def _once_there(opened: Device, found: Callable[[], list[str]]) -> list[str]:
    """What `found` gives once it gives anything, or nothing when the code's time is over."""
    heard = opened.host.follow()
    end = time.monotonic() + CODE_LIFE_MS / 1000
    try:
        async with waiting(lambda: f"waiting for the other; {max(0, int(end - time.monotonic()))} s left"):
            while not (new := found()):
                try:
                    async with asyncio.timeout(end - time.monotonic()):
                        while not isinstance(await heard.get(), ContactsChanged):
                            pass
                except TimeoutError:
                    return []
            return new
    finally:
        opened.host.unfollow(heard)
