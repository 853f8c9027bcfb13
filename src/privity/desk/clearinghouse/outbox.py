# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The outbox: takes what is due, asks one step after the other, and keeps each request before it leaves and each answer
before anything else is done.

Every transition holds only where the state is the one that was read and the lease is still this sender's. So several
senders may work, one may die at any moment, and no referral reaches a finish twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import structlog

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.clearinghouse import chain, machine, store
from privity.desk.clearinghouse.bucket import Bucket
from privity.desk.clearinghouse.chain import Link
from privity.desk.clearinghouse.contents import SealedContents
from privity.desk.clearinghouse.drafting import say
from privity.desk.clearinghouse.drivers.steps import Driver, HttpAnswer, Outcome, Parcel, Reaction, Step
from privity.desk.clearinghouse.errors import LeaseLost, NoAnswer
from privity.desk.clearinghouse.model import (
    PRESERVED_FOR_MS,
    Abandoned,
    CallKind,
    Destination,
    Referral,
    ReferralState,
    Verb,
)
from privity.desk.clearinghouse.preserving import preserve, unhold
from privity.desk.clearinghouse.sealed import Vault
from privity.desk.clearinghouse.transport import Transport
from privity.desk.db.transaction import Db, transaction
from privity.desk.errors import DeskError

log: Final = structlog.get_logger()

LEASE_MS: Final = 900_000
"""Longer than any request may take, so that nobody takes over from a sender that is still waiting."""
WHO: Final = "desk"


@dataclass(frozen=True, slots=True)
class Line:
    """A destination that can be reached."""

    driver: Driver
    transport: Transport
    bucket: Bucket


class Outbox:
    """One sender. `holder` is its own random name in leases."""

    def __init__(
        self,
        db: Db,
        vault: Vault,
        lines: Mapping[Destination, Line],
        holder: str,
        now_ms: Callable[[], int],
        *,
        lease_ms: int = LEASE_MS,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = db
        self._vault = vault
        self._lines = lines
        self._holder = holder
        self._now_ms = now_ms
        self._lease_ms = lease_ms
        self._pause = pause
        self._claims = 0

    async def step(self) -> int:
        """Work on one referral that is due until it ends or has to wait; returns how many requests were made."""
        self.settle_credentials()
        now = self._now_ms()
        resting = store.paused(self._db, now) | set(store.stopped(self._db))
        open_lines = [destination for destination in self._lines if destination not in resting]
        if not open_lines:
            return 0
        holder = self._name()
        with transaction(self._db):
            taken = store.claim(self._db, open_lines, holder, now, now + self._lease_ms)
        if taken is None:
            return 0
        return await self._work(taken, holder)

    def settle_credentials(self) -> None:
        """What cannot be sent for want of credentials says so, and goes on once there are some."""
        for destination in Destination:
            pair = (ReferralState.APPROVED, ReferralState.AWAITING_CREDENTIALS)
            old, new = pair[::-1] if destination in self._lines else pair
            store.move_all(self._db, old, new, destination, self._now_ms())

    def due_in_s(self) -> float | None:
        """How long until something is due; None while there is nothing to send."""
        due = store.next_due_ms(self._db, self._lines) if self._lines else None
        return None if due is None else max(0.0, (due - self._now_ms()) / 1000)

    def _name(self) -> str:
        self._claims += 1
        return f"{self._holder}:{self._claims}"

    async def _work(self, referral: Referral, holder: str) -> int:
        line = self._lines[referral.destination]
        made = 0
        try:
            self._settle_unanswered(referral, line.driver, holder)
            while self._go_on(referral.n, holder):
                current = store.read(self._db, referral.n)
                step = self._next(current, line.driver, holder)
                if step is None:
                    break
                await self._pause(line.bucket.wait_s())
                reaction = await self._ask(current, line, step, holder)
                made += 1
                if reaction.outcome not in (Outcome.GO_ON, Outcome.RESTART):
                    break
        except LeaseLost:
            log.warning("desk.referral_taken_over", referral=referral.n)
        finally:
            store.let_go(self._db, referral.n, holder)
        return made

    def _go_on(self, n: int, holder: str) -> bool:
        """Whether there is something to ask now; a wish to withdraw what was never opened is fulfilled here."""
        referral = store.read(self._db, n)
        if referral.withdrawing and referral.state is ReferralState.APPROVED and referral.remote_id is None:
            with transaction(self._db):
                store.write(self._db, referral, replace(referral, state=ReferralState.WITHDRAWN), holder)
                say(self._db, WHO, Act.REFERRAL_WITHDRAWN, referral, self._now_ms(), done=True)
                unhold(self._db, n)
            return False
        return referral.state in (
            ReferralState.APPROVED,
            ReferralState.OPENED,
            ReferralState.UPLOADING,
            ReferralState.DESCRIBED,
        )

    def _parcel(self, referral: Referral) -> Parcel:
        items = store.items(self._db, referral.n)
        contents = SealedContents(self._db, self._vault, referral.n, items)
        return Parcel(referral.state, referral.remote_id, referral.withdrawing, items, contents)

    def _next(self, referral: Referral, driver: Driver, holder: str) -> Step | None:
        """The next step, or None where none can be made: a damaged file, a document over a limit. Then a person looks,
        and everything else goes on."""
        try:
            return driver.next_step(self._parcel(referral))
        except DeskError as err:
            blocked = replace(
                referral, state=ReferralState.BLOCKED, before_blocked=referral.state, why=f"{type(err).__name__}: {err}"
            )
            with transaction(self._db):
                store.write(self._db, referral, blocked, holder)
                say(self._db, WHO, Act.REFERRAL_BLOCKED, blocked, self._now_ms(), why=blocked.why)
            return None

    async def _ask(self, referral: Referral, line: Line, step: Step, holder: str) -> Reaction:
        now = self._now_ms()
        with transaction(self._db):
            store.extend(self._db, referral, holder, now + self._lease_ms)
            self._link(referral, step, CallKind.ASKED, content=step.request.exact())
        try:
            answer = await line.transport.send(step.request)
        except NoAnswer as err:
            reaction = line.driver.lost(step)
            self._settle(referral, step, replace(reaction, why=str(err)), None, holder)
            return reaction
        except asyncio.CancelledError:
            with suppress(LeaseLost):
                self._settle(referral, step, line.driver.lost(step), None, holder)
            raise
        reaction = line.driver.read(step, answer)
        self._settle(referral, step, reaction, answer, holder)
        return reaction

    def _settle_unanswered(self, referral: Referral, driver: Driver, holder: str) -> None:
        """A sender died between a request and its answer: nothing is known, and that is written down first."""
        newest = chain.last(self._db, referral.n)
        if newest is None or newest.kind is not CallKind.ASKED:
            return
        step = self._next(referral, driver, holder)
        if step is not None:
            lost = driver.lost(step)
            self._settle(
                referral, step, replace(lost, why="the sender ended before the answer"), None, holder, now=True
            )

    def _settle(
        self,
        referral: Referral,
        step: Step,
        reaction: Reaction,
        answer: HttpAnswer | None,
        holder: str,
        *,
        now: bool = False,
    ) -> None:
        """Write down what came and what follows, together. What comes for a lease that is lost is written down too."""
        at_ms = self._now_ms()
        change = machine.after(referral, store.items(self._db, referral.n), step, reaction, at_ms)
        after = replace(change.referral, next_ms=at_ms) if now else change.referral
        kind = CallKind.UNANSWERED if answer is None else CallKind.ANSWERED
        try:
            with transaction(self._db):
                self._link(referral, step, kind, answer, reaction.outcome.value)
                store.write(self._db, referral, after, holder)
                store.write_items(self._db, referral.n, store.items(self._db, referral.n), change.items)
                if change.abandoned is not None:
                    self._abandon(referral, change.abandoned, reaction.why)
                if reaction.pause_s is not None:
                    store.pause(self._db, referral.destination, at_ms + round(reaction.pause_s * 1000))
                if change.stops_queue:
                    self._stop(referral.destination, reaction.why, at_ms)
                self._tell(referral, after, reaction, at_ms)
        except LeaseLost:
            with transaction(self._db):
                self._link(referral, step, kind, answer, "late")
                if step.verb is Verb.OPEN and reaction.remote_id is not None:
                    self._abandon(referral, reaction.remote_id, "answered after another sender had taken over")
            raise

    def _link(
        self,
        referral: Referral,
        step: Step,
        kind: CallKind,
        answer: HttpAnswer | None = None,
        reaction: str = "",
        content: bytes | None = None,
    ) -> None:
        body = content if answer is None else answer.body
        status = 0 if answer is None else answer.status
        link = Link(kind, referral.attempt, step.verb, step.item, self._now_ms(), status, reaction, body)
        chain.add(self._db, self._vault, referral.n, link)

    def _abandon(self, referral: Referral, remote_id: str, why: str) -> None:
        store.abandon(self._db, referral.n, Abandoned(referral.attempt, remote_id, self._now_ms(), why))

    def _stop(self, destination: Destination, why: str, now_ms: int) -> None:
        if store.stop(self._db, destination, why, now_ms):
            audit.add(
                self._db,
                at_ms=now_ms,
                who=WHO,
                act=Act.CLEARINGHOUSE_STOPPED,
                about=f"clearinghouse:{destination}",
                destination=destination.value,
                why=why,
            )
            log.error("desk.clearinghouse_stopped", destination=destination.value, why=why)

    def _tell(self, before: Referral, after: Referral, reaction: Reaction, now_ms: int) -> None:
        """Transitions that people count on stand in the audit log, in the same transaction."""
        said = partial(say, self._db, WHO)
        if after.attempt != before.attempt:
            said(Act.REFERRAL_RESTARTED, after, now_ms, attempt=after.attempt, why=reaction.why)
        if after.state is before.state:
            return
        if after.state is ReferralState.OPENED:
            said(Act.REFERRAL_OPENED, after, now_ms, remote=after.remote_id)
        elif after.state is ReferralState.FINISHED:
            until = now_ms + PRESERVED_FOR_MS
            preserve(self._db, after.n, until)
            head = chain.head(self._db, after.n).hex()
            ended = {"remote": after.remote_id, "chain": head, "preserved_until_ms": until, "why": reaction.why}
            said(Act.REFERRAL_FINISHED, after, now_ms, **ended)
        elif after.state is ReferralState.WITHDRAWN:
            unhold(self._db, after.n)
            said(Act.REFERRAL_WITHDRAWN, after, now_ms, done=True)
        elif after.state is ReferralState.BLOCKED:
            said(Act.REFERRAL_BLOCKED, after, now_ms, why=reaction.why)
            log.error("desk.referral_blocked", referral=after.n, why=reaction.why)
