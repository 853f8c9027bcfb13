# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's search: hub and desk have seen everything pass by, and hold none of it in a form that can be read."""

from __future__ import annotations

import asyncio
from pathlib import Path

from privity.faces.demo.home import Home
from privity.faces.demo.search import Needles, search
from privity.faces.demo.story import Story

SHOWN = 3
"""Finds that are named; one is too many already."""


async def play(story: Story) -> None:
    home = story.home
    with story.record.step(
        "search", "search all that the hub has written for every message, file and private key"
    ) as step:
        await story.remember_secrets()
        needles = Needles()
        for word in home.canaries:
            needles.add(word.encode(), f"the message with {word}")
        for number, secret in enumerate(sorted(home.secrets)):
            needles.add(secret, f"secret {number}")
        for name, data in home.contents.items():
            if not needles.add_file(data, name):
                step.happened(f"{name} has no part that could be told from chance; it was not looked for")
        for what, paths in (("hub", hub_files(home)), ("desk", desk_files(home))):
            looked = await asyncio.to_thread(search, paths, needles)
            step.expect(
                looked.size > 0 and not looked.found,
                f"{what}: {looked.files} files, {looked.size:,} bytes: none of {len(home.canaries)} messages,"
                f" {len(home.contents)} files and {len(home.secrets)} secrets of devices" + _found(looked.found),
            )


def _found(what: tuple[str, ...]) -> str:
    """The first few of what should not be there."""
    if not what:
        return ""
    more = f" and {len(what) - SHOWN} more" if len(what) > SHOWN else ""
    return f" - found {', '.join(what[:SHOWN])}{more}"


def hub_files(home: Home) -> list[Path]:
    """Everything under the hub's folder, and what the process printed."""
    return [*_below(home.home / "hub"), home.hub.log]


def desk_files(home: Home) -> list[Path]:
    """The desk's too: what was reported to it lies there sealed."""
    return [*_below(home.home / "desk"), home.desk.log]


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
