# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's story, in order."""

from __future__ import annotations

from privity.faces.demo import arriving, crash, deciding, forgery, hostile_hub, leaks, meeting, refusing, talking, thief
from privity.faces.demo.story import Story

CHAPTERS = (
    arriving.play,
    meeting.play,
    talking.play,
    refusing.play,
    forgery.play,
    thief.play,
    crash.play,
    deciding.play,
    leaks.play,
    hostile_hub.play,
)


async def play(story: Story) -> None:
    """All steps; raises CheckFailed at the first that does not hold."""
    for chapter in CHAPTERS:
        await chapter(story)
