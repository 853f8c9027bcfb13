# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An account ends by its handle and its phrase at once, or in 72 hours in which any no takes it back."""

from __future__ import annotations

from pathlib import Path

from privity.faces.app.port.asked import Done
from privity.faces.app.port.devices import CancelReset, Devices
from privity.faces.app.port.happened import AccountChanged, Told
from privity.faces.app.port.leaving import CloseAccount, Closing, ClosingShown
from privity.faces.app.port.opening import Create
from privity.identity.recovery import new_phrase
from tests.client.town import run
from tests.faces.app.pages import PASSPHRASE
from tests.faces.app.scenes import problem, scene


def test_an_account_ends_only_by_its_own_words(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            page = at.page
            create = Create(account="eve", hub=at.town.url, handle="eve.x", passphrase=PASSPHRASE)
            phrase = (await page.ask(create)).phrase
            await page.until(lambda e: isinstance(e, AccountChanged) and e.account.handle == "eve.x")
            await at.door.house.opened("eve").device.caught_up()
            open_still = ClosingShown(until_ms=None, closed=False, may_ask=True)
            for handle in ("", "ann.x", "eve", "eve.x eve.x"):
                assert (
                    await problem(page, CloseAccount(account="eve", handle=handle, phrase=phrase)) == "CommandRefused"
                )
            wrong = CloseAccount(account="eve", handle="eve.x", phrase=new_phrase(lambda count: b"2" * count))
            assert await problem(page, wrong) == "WrongPhrase"
            assert await problem(page, CloseAccount(account="eve", handle="eve.x", phrase="zoo zoo")) == "BadPhrase"
            assert await page.ask(Closing(account="eve")) == open_still

            asked = await page.ask(CloseAccount(account="eve", handle=" @Eve.X "))
            assert asked.until_ms is not None and not asked.closed
            await page.until(lambda e: isinstance(e, Told) and e.account == "eve" and e.alarm)
            listed = await page.ask(Devices(account="eve"))
            assert (listed.closing_until_ms, listed.reset_until_ms) == (asked.until_ms, None)
            assert await page.ask(CancelReset(account="eve")) == Done()
            assert await page.ask(Closing(account="eve")) == open_still

            closed = await page.ask(CloseAccount(account="eve", handle="eve.x", phrase=phrase))
            assert closed.closed and closed.until_ms is None
            again = await page.ask(CloseAccount(account="eve", handle="eve.x", phrase=phrase))
            assert again.closed, "where an answer was lost, the same again is harmless"
            gone = await page.until(
                lambda e: isinstance(e, AccountChanged) and e.account.account == "eve" and e.account.problem != ""
            )
            assert not gone.account.connected

    run(story())
