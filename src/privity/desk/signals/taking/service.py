# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking what the hub observed: a page and the hub's number after it in one transaction, under this desk's own numbers.

The hub forgets what the desk has asked past. Its own numbers may go back, where its database was put back from a copy:
then the desk says so in its log and goes on from where the hub is. The desk's numbers never do, so whoever reads here
keeps one position and never looks at the hub's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import HubMisbehaved
from privity.desk.signals.taking import store
from privity.identity.errors import BadUri
from privity.identity.uris import parse_user_uri
from privity.wire.observed import PAGE, Observed, ObservedPage

GATHERED_S: Final = 1.0
"""Between two pages that were not full: so that each observation of a quiet hub is not a request of its own."""
FORGOTTEN: Final = 1_000
"""Observations that are deleted in one transaction: some ten milliseconds, for which the desk's other work waits."""

log: Final = structlog.get_logger()

after = store.after
numbers_after = store.numbers_after
first = store.first
is_closed = store.is_closed
newest = store.newest
since = store.since
acts_since = store.acts_since


Heard = Callable[[Db, Sequence[Observed], int], None]


class ObservingHub(Protocol):
    """Raises HubError or Refusal."""

    async def observed(self, after: int, wait_s: int = 0) -> ObservedPage: ...


@dataclass(slots=True)
class Taking:
    """One desk's observations, page by page (`intake.loop.Work`)."""

    db: Db = field(repr=False)
    hub: ObservingHub
    now_ms: Callable[[], int]
    wait_s: int = 0
    gathered_s: float = GATHERED_S
    heard: Heard = lambda db, page, now_ms: None
    """What else follows from a page, in the transaction that keeps it."""
    _came: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    async def step(self) -> int:
        """Ask for the next page and keep it; how many observations it had."""
        asked = store.hub_number(self.db)
        page = await self.hub.observed(asked, self.wait_s)
        check(asked, page)
        if page.next < asked:
            log.warning("desk.hub_counts_anew", was=asked, now=page.next)
        if page.next != asked:
            with transaction(self.db):
                store.add(self.db, page.observed, self.now_ms())
                store.move(self.db, page.next)
                self.heard(self.db, page.observed, self.now_ms())
        if page.observed:
            self._came.set()
            self._came = asyncio.Event()
            if len(page.observed) < PAGE:
                await asyncio.sleep(self.gathered_s)
        return len(page.observed)

    async def more(self, timeout_s: float) -> None:
        """Wait until a page was kept, at most so long."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._came.wait()
        except TimeoutError:
            return


def check(asked: int, page: ObservedPage) -> None:
    """Raise HubMisbehaved for what no honest hub answers: it would be counted twice, or never."""
    if len(page.observed) > PAGE:
        raise HubMisbehaved(f"expected at most {PAGE} observations at once, the hub sent {len(page.observed)}")
    if page.observed and page.next != page.observed[-1].number:
        raise HubMisbehaved(f"the page ends at {page.observed[-1].number}, and the hub says to ask after {page.next}")
    if not page.observed and page.next > asked:
        raise HubMisbehaved(f"the hub says to go on from {asked} to {page.next} without an observation")
    number = asked
    for one in page.observed:
        if one.number <= number:
            raise HubMisbehaved(f"observation {one.number} came after {number}")
        number = one.number
        try:
            parse_user_uri(one.account)
            if one.other:
                parse_user_uri(one.other)
        except BadUri as err:
            raise HubMisbehaved(f"whom an observation is about: {err}") from None


def forget_over(db: Db, now_ms: int) -> bool:
    """Delete some of what is over; whether there may be more. `now_ms` is a time that is believed."""
    with transaction(db):
        return store.forget_over(db, now_ms, FORGOTTEN) == FORGOTTEN
