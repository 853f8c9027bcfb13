# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A page while a device works on what the hub asks for: it sees how far that is, stops it, and reads why."""

from __future__ import annotations

import asyncio
from pathlib import Path

from privity.faces.app.port.asked import Done
from privity.faces.app.port.contacts import AskContact, ContactAsked, StopWork
from privity.faces.app.port.happened import AccountChanged
from privity.faces.app.port.safety import Standing, StandingShown
from privity.policy.work import MAX_BITS, PARTS
from privity.server.challenges import store as challenges
from privity.server.challenges.model import Challenge
from tests.client.town import run
from tests.faces.app.scenes import Scene, problem, scene

DAY_MS = 86_400_000


async def challenge(at: Scene, user_uri: str) -> int:
    """Until when it lasts."""
    until_ms = at.town.context.now_ms() + DAY_MS
    await at.town.context.db.write(lambda tx: challenges.put(tx, Challenge(user_uri, "D-1", 1, until_ms)))
    return until_ms


def test_the_page_sees_the_work_and_stops_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path, challenge_bits=MAX_BITS) as at:
            until_ms = await challenge(at, at.ann)
            asking = asyncio.ensure_future(problem(at.page, AskContact(account="ann", target="nobody.here")))
            seen = await at.page.until(lambda e: isinstance(e, AccountChanged) and e.account.work is not None)
            assert (seen.account.account, seen.account.work.parts) == ("ann", PARTS)
            assert seen.account.work.left_s > 0
            assert isinstance(await at.page.ask(StopWork(account="ann")), Done)
            assert await asking == "WorkStopped"
            await at.page.until(lambda e: isinstance(e, AccountChanged) and e.account.work is None)
            standing = await at.page.ask(Standing(account="ann"))
            assert isinstance(standing, StandingShown)
            assert (standing.state, standing.challenged_until_ms) == ("good", until_ms)

    run(story())


def test_the_page_waits_and_it_is_done(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await challenge(at, at.ann)
            asked = await at.page.ask(AskContact(account="ann", target="bob.x"))
            assert asked == ContactAsked(connected=False)
            assert at.door.house.opened("ann").shown().work is None

    run(story())
