# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The commits this device makes in one room: asked for as jobs, one at a time, tried again when a race is lost.

A commit is kept, with its ref, before it is posted; whatever the hub refuses is cleared, and only a lost race is tried
again. The plan of a job is made anew for each try, on the state of that moment.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from privity.client.engine import calls
from privity.client.engine.effects import Failed, Finished
from privity.client.engine.flow import Flow, ask
from privity.client.engine.state import NO_AAD, PASSING, PendingRecord, wait_ms
from privity.client.errors import CommandRefused
from privity.mls.group import Group
from privity.mls.messages.envelope import decode_group_info, decode_welcome
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.proposals import AppDataUpdate, Remove
from privity.policy import filling
from privity.policy.logging_policy import LOGGING_POLICY, LoggingPolicy
from privity.policy.room_components import PARTICIPANT_LIST, ParticipantListUpdate
from privity.wire import rest
from privity.wire.errors import Code, Refusal

if TYPE_CHECKING:
    from privity.client.engine.room import Room

MAX_TRIES = 12
"""How often one command is tried again after lost races before its person is told."""


class Again(CommandRefused):
    """The race was lost: try again after the next events."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one commit is to do, beside the proposals that wait."""

    adds: tuple[KeyPackage, ...] = ()
    removes: tuple[int, ...] = ()
    roles: tuple[tuple[str, int], ...] = ()
    logging: LoggingPolicy | None = None
    renew: bool = False
    """Whether this device gets new keys in any case."""


@dataclass(slots=True)
class Job:
    """A commit that somebody asked for. `plan` is called anew for each try, on the state of that moment."""

    plan: Callable[[], Flow[Plan | None]]
    command: int | None
    result: object = None
    tries: int = 0
    after_cursor: int = -1


class Commits:
    """The jobs of one room. Those without a command commit what the hub proposed."""

    __slots__ = ("_due_at", "_gave_up_at", "_jobs", "_room")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._jobs: deque[Job] = deque()
        self._due_at: int | None = None
        self._gave_up_at = -1

    def add(self, job: Job) -> None:
        self._jobs.append(job)

    def next(self) -> Job | None:
        """Take the next job, if it can be tried now."""
        room = self._room
        if not room.device.caught_up or room.record.stopped or not self._jobs:
            return None
        return self._jobs.popleft() if self._jobs[0].after_cursor < room.record.cursor else None

    def cancel(self, err: CommandRefused) -> None:
        """Nothing that was asked for can be done any more."""
        jobs, self._jobs = self._jobs, deque()
        for job in jobs:
            self.failed(job, err)

    # What the hub proposed

    def proposed(self) -> None:
        """The hub proposed something: commit it soon, unless somebody does so before."""
        if self._due_at is None:
            self._due_at = self._room.device.now_ms + self._room.device.jitter()
            self._room.device.wake_at(self._due_at)

    def settled(self) -> None:
        """A commit took what waited along."""
        self._due_at = None

    def tick(self) -> None:
        """Commit what the hub proposed, if nobody did so meanwhile."""
        if self._due_at is not None and self._due_at <= self._room.device.now_ms:
            self._due_at = None
            self.commit_waiting()
        renews_ms = self._room.record.renews_ms
        if renews_ms and renews_ms <= self._room.device.now_ms:
            self._fill_place()
        elif renews_ms:
            self._room.device.wake_at(renews_ms)

    def must_commit(self) -> bool:
        """Whether a commit must come before this device can send what it has to send: proposals wait, or it needs keys
        that it surely has not used."""
        room = self._room
        group = room.group
        if group is None or not room.device.caught_up or room.record.stopped or room.outbox.is_empty():
            return False
        waits = (bool(group.proposals) or self._needs_keys(group)) and not _is_leaving(group)
        return waits and not self._jobs and self._gave_up_at < room.record.cursor

    def commit_waiting(self) -> None:
        """Commit the proposals that wait, unless that is on its way."""
        if any(job.command is None for job in self._jobs):
            return

        def plan() -> Flow[Plan | None]:
            yield from ()
            group = self._room.require_group()
            renew = self._needs_keys(group)
            return Plan(renew=renew) if (group.proposals or renew) and not _is_leaving(group) else None

        self._jobs.append(Job(plan, None))

    def came_in(self, group: Group) -> None:
        """This device was added: it gives its place in the tree new keys after a while, if that is still needed."""
        if filling.is_apart(group.tree, group.own_leaf):
            device = self._room.device
            count = sum(1 for _ in group.members())
            self._room.record.renews_ms = device.now_ms + filling.delay_ms(count, device.random(filling.DRAW_BYTES))
            device.wake_at(self._room.record.renews_ms)

    def _fill_place(self) -> None:
        self._room.record.renews_ms = 0

        def plan() -> Flow[Plan | None]:
            yield from ()
            group = self._room.require_group()
            needed = filling.is_apart(group.tree, group.own_leaf) and not _is_leaving(group)
            return Plan(renew=True) if needed else None

        self._jobs.append(Job(plan, None))

    def _needs_keys(self, group: Group) -> bool:
        """Whether this device may have used message keys of the epoch that it takes for unused."""
        return group.epoch <= self._room.record.used_epoch

    # One commit

    def commit(self, job: Job) -> Flow[None]:
        """Make the commit of a job and post it. Raises Again when the race was lost, and when a proposal of the hub
        about the same people has to be committed first."""
        job.tries += 1
        plan = yield from job.plan()
        if plan is None:
            return
        if _is_proposed(self._room, plan):
            yield from self._make(Plan())
            raise Again("what the hub proposed comes first")
        yield from self._make(plan)

    def _make(self, plan: Plan) -> Flow[None]:
        """One commit, kept before it is posted."""
        room = self._room
        group = room.require_group()
        updates: tuple[AppDataUpdate, ...] = ()
        if plan.roles:
            change = ParticipantListUpdate.between(room.state.participants, dict(plan.roles))
            updates = (AppDataUpdate(PARTICIPANT_LIST, change.encode()),)
        if plan.logging is not None:
            updates = (*updates, AppDataUpdate(LOGGING_POLICY, plan.logging.encode()))
        pending = yield from room.device.with_lists(
            lambda: group.commit(
                adds=plan.adds,
                removes=plan.removes,
                app_data_updates=updates,
                force_path=plan.renew,
                aad=NO_AAD,
                random=room.device.random,
                now=room.device.now_s,
            )
        )
        room.record.pending = PendingRecord(
            room.device.random(16),
            pending.message,
            decode_group_info(pending.group_info).encode(),
            None if pending.welcome is None else decode_welcome(pending.welcome).encode(),
        )
        yield from self.post(room.record.pending)

    def post(self, pending: PendingRecord) -> Flow[None]:
        """Post an own commit. Raises Again when the race was lost; any refusal clears it."""
        room = self._room
        room.save()
        body = rest.Commit(pending.ref, pending.commit, pending.group_info, pending.welcome)
        try:
            answer = yield from ask(calls.commit(room.uri, body), rest.Committed)
        except Refusal as refusal:
            if room.group is not None and room.group.pending is not None:
                room.group.clear_pending()
            room.record.pending = None
            if refusal.code in (Code.WRONG_EPOCH, Code.PENDING_REMOVE_OMITTED):
                raise Again(str(refusal)) from None
            raise
        room.record.pending = msgspec.structs.replace(pending, seq=answer.seq, ts_ms=answer.ts_ms)
        if answer.seq <= room.record.cursor:
            room.record.pending = None

    def done(self, job: Job) -> None:
        if job.command is not None:
            self._room.device.effects.append(Finished(job.command, job.result))

    def failed(self, job: Job, err: Exception) -> None:
        """A lost race is tried again after the next event, what the hub could not take now a while later.

        Of anything else that a person asked for the person is told.
        """
        if isinstance(err, Again) and job.tries < MAX_TRIES:
            job.after_cursor = self._room.record.cursor
            self._jobs.appendleft(job)
        elif job.command is not None:
            self._room.device.effects.append(Failed(job.command, err))
        else:
            self._gave_up_at = self._room.record.cursor  # the next event may bring what is missing
            if isinstance(err, Refusal) and err.code in PASSING:
                self._due_at = self._room.device.now_ms + wait_ms(err.body.retry_after_ms)
                self._room.device.wake_at(self._due_at)


def _is_proposed(room: Room, plan: Plan) -> bool:
    """Whether a plan is about leaves or people about whom a proposal waits: one commit touches nobody twice."""
    waiting = [queued.sent.proposal for queued in room.require_group().proposals.values()]
    leaves = {each.removed for each in waiting if isinstance(each, Remove)}
    people: set[str] = set()
    for each in waiting:
        if isinstance(each, AppDataUpdate) and each.component_id == PARTICIPANT_LIST and each.update is not None:
            people.update(ParticipantListUpdate.decode(each.update).changes(room.state.participants))
    return not (leaves.isdisjoint(plan.removes) and people.isdisjoint(user for user, _ in plan.roles))


def _is_leaving(group: Group) -> bool:
    """Whether a waiting proposal removes this device: others commit it."""
    waiting = (queued.sent.proposal for queued in group.proposals.values())
    return any(isinstance(proposal, Remove) and proposal.removed == group.own_leaf for proposal in waiting)
