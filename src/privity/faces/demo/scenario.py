# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's story, in order; or no more of it than some of its checks need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

from privity.faces.demo import arriving, crash, deciding, forgery, hostile_hub, leaks, meeting, refusing, talking, thief
from privity.faces.demo.story import Story


class Chapter(NamedTuple):
    """Some steps that follow each other, by the names of their checks."""

    play: Callable[[Story], Awaitable[None]]
    checks: tuple[str, ...]
    needs: tuple[str, ...] = ()
    """Checks of chapters without which this one has nothing to begin with."""


BEGINNING: Final = (
    Chapter(arriving.play, ("processes", "register", "link")),
    Chapter(meeting.play, ("consent", "minor")),
    Chapter(talking.play, ("direct", "group", "catch-up", "files", "remove")),
)
"""Who the people are and what they have said: everything else begins with it."""
AFTERWARDS: Final = (
    Chapter(refusing.play, ("hidden", "wrong-file")),
    Chapter(forgery.play, ("report", "forgery", "fabrication")),
    Chapter(thief.play, ("thief",)),
    Chapter(crash.play, ("kill",)),
    Chapter(deciding.play, ("decision", "appeal", "audit"), needs=("report",)),
    Chapter(leaks.play, ("search",)),
    Chapter(hostile_hub.play, ("substitution", "first-contact", "honest-again")),
)
CHECKS: Final = tuple(check for chapter in (*BEGINNING, *AFTERWARDS) for check in chapter.checks)


def chosen(only: Sequence[str]) -> list[Chapter]:
    """The chapters in which these checks are, and those before that they need; every chapter if none is named."""
    wanted = set(only or CHECKS)
    found: list[Chapter] = []
    for chapter in reversed(AFTERWARDS):
        if wanted.intersection(chapter.checks):
            wanted.update(chapter.needs)
            found.insert(0, chapter)
    return [*BEGINNING, *found]


async def play(story: Story, only: Sequence[str] = ()) -> None:
    """The steps of the chosen chapters; raises CheckFailed at the first that does not hold."""
    for chapter in chosen(only):
        await chapter.play(story)
