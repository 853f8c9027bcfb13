# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A list is brought up to date from its exchange, step by step: whatever ends it, the next time goes on from there.

Each step and its checkpoint are one transaction. A list that must be fetched anew is staged beside the old one, which
stays as it is until all of the new one is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from privity.desk.db.transaction import Db, transaction
from privity.desk.matching.errors import ExchangeBusy, ExchangeFailed, MatchingError, WrongSource
from privity.desk.matching.exchanges.model import Delta, Exchange, NotSupported
from privity.desk.matching.lists import service, store
from privity.desk.matching.lists.lease import Lease, leased
from privity.desk.matching.lists.model import FILE
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

MOST_STEPS: Final = 100_000
"""Of one pull: the largest list has a tenth of them, and an exchange that always has more would fill the disk."""
VOTES: Final = 100
"""Told in one go."""

log: Final = structlog.get_logger()

Told = Callable[[int], None]
"""Called with the entries that have come so far."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of a pull: the version that the list has now, and how many entries and votes."""

    version: int
    added: int
    removed: int
    left_out: int
    votes: int


def pull(
    db: Db,
    acting: Acting,
    name: str,
    exchange: Exchange,
    *,
    now_ms: Callable[[], int],
    random: Callable[[int], bytes],
    told: Told = lambda count: None,
) -> Pulled:
    """Raises NotYourRole, ListUnknown, WrongSource, ListBusy, or, where what came before is kept, ExchangeFailed or
    ExchangeBusy."""
    acting.must(Right.MANAGE_LISTS)
    found = service.named(db, name)
    if found.source == FILE:
        raise WrongSource(f"list {name} is made of files; there is nobody to ask for it")
    with leased(db, found.number, random, now_ms) as lease:
        anew = exchange.anew(found.checkpoint)
        steps = _Steps(lease, acting.who, anew, told)
        try:
            for taken, delta in enumerate(exchange.fetch(None if anew else found.checkpoint)):
                if taken == MOST_STEPS:
                    raise ExchangeFailed(f"{found.source} has said {MOST_STEPS} times that there is more")
                steps.take(delta)
        except MatchingError:
            raise
        except Exception as err:  # noqa: BLE001  # the library of an exchange raises whatever it likes
            raise ExchangeFailed(f"{found.source} did not answer as it should ({type(err).__name__})") from None
        steps.end(now_ms())
        votes = _vote(db, found.number, exchange)
        version = service.numbered(db, found.number).version
    return Pulled(version, steps.added, steps.removed, steps.left_out, votes)


class _Steps:
    """What came, in the list or staged."""

    def __init__(self, lease: Lease, who: str, anew: bool, told: Told) -> None:
        self._lease = lease
        self._who = who
        self._anew = anew
        self._told = told
        self._came = 0
        self._last: bytes | None = None
        self.added = self.removed = self.left_out = 0
        if anew:
            with transaction(lease.db):
                store.unstage(lease.db, lease.number)

    def take(self, delta: Delta) -> None:
        db, number = self._lease.db, self._lease.number
        with transaction(db):
            self._lease.renew()
            if self._anew:
                store.stage(db, number, delta.entries)
            else:
                changed = service.put(db, self._who, number, delta.entries, delta.sources, self._lease.now_ms())
                self.added += changed.added
                self.removed += changed.removed
                if delta.checkpoint is not None:
                    store.set_checkpoint(db, number, delta.checkpoint)
        self._last = delta.checkpoint or self._last
        self._came += len(delta.entries)
        self.left_out += delta.left_out
        self._told(self._came)

    def end(self, now_ms: int) -> None:
        """It has said all that it has."""
        db, number = self._lease.db, self._lease.number
        with transaction(db):
            self._lease.renew()
            if self._anew:
                changed = service.publish(db, self._who, number, now_ms, replace=True)
                self.added, self.removed = changed.added, changed.removed
            before = service.numbered(db, number).checkpoint
            store.set_fetched(db, number, self._last or before, now_ms)


def _vote(db: Db, number: int, exchange: Exchange) -> int:
    """Tell it what people found; how many it took. What fails is told the next time."""
    sent = 0
    for vote, kind, value, source_id, right in store.votes_waiting(db, number, VOTES):
        try:
            exchange.vote(kind, value, source_id, right=right)
        except NotSupported:
            outcome = "unsupported"
        except ExchangeBusy as err:
            log.warning("desk.vote_not_told", vote=vote, reason=type(err).__name__)
            break
        except Exception as err:  # noqa: BLE001  # as above; the list itself is up to date
            log.warning("desk.vote_not_told", vote=vote, reason=type(err).__name__)
            continue
        else:
            outcome, sent = "sent", sent + 1
        with transaction(db):
            store.settle_vote(db, vote, outcome)
    return sent
