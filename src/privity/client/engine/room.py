# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One room on one device: takes the events of its log in order, and between them does what its person asked for.

Rules that keep it true:
- events are dealt with strictly by number; `cursor`, MLS records and everything shown are saved in the same step;
- one flow at a time touches the group, so nothing is sealed or committed on a state that is about to change;
- an own commit is merged when the log reaches its number, whether or not the hub echoes it;
- a commit that cannot be processed leads to a signed notice and a new entry by external commit.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from privity.client.engine import calls, evidence
from privity.client.engine.effects import Failed, Finished
from privity.client.engine.flow import Flow, ask
from privity.client.engine.joining import enter
from privity.client.engine.outbox import Outbox
from privity.client.engine.records import Table
from privity.client.engine.shown import REJOINED_TEXT, RoomChanged
from privity.client.engine.state import NO_AAD, SUITE_ID, Device, OutboxRecord, PendingRecord, RoomRecord
from privity.client.engine.timeline import Timeline
from privity.client.errors import CommandRefused
from privity.identity.errors import IdentityError
from privity.message.content import MimiContent
from privity.message.errors import MessageError
from privity.message.franking import Frank, accept, make_tag
from privity.message.safe_aad import tag_of
from privity.mls.codec import u64, vec
from privity.mls.crypto import sign_with_label
from privity.mls.errors import MlsError, ProtocolError
from privity.mls.group import ApplicationMessage, Group, OwnCommit, StagedCommit
from privity.mls.messages.envelope import decode_group_info, decode_welcome
from privity.mls.messages.framing import SenderType
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.proposals import AppDataUpdate, Remove
from privity.mls.validation.proposals import QueuedProposal
from privity.policy.members import member_of, members
from privity.policy.roles import known_role
from privity.policy.room_components import PARTICIPANT_LIST, ParticipantListUpdate
from privity.policy.room_state import RoomState
from privity.wire import rest, socket
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Accepted, Event, EventKind

BROKEN_LABEL = b"PrivityBrokenEpochTBS"
MAX_TRIES = 12
"""How often one command is tried again after lost races before its person is told."""
MAX_BUFFERED = 10_000


class Again(CommandRefused):
    """The race was lost: try again after the next events."""


class OutOfOrder(MessageError):
    """The hub's time does not rise within the room."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one commit is to do, beside the proposals that wait."""

    adds: tuple[KeyPackage, ...] = ()
    removes: tuple[int, ...] = ()
    roles: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Job:
    """A commit that somebody asked for. `plan` is called anew for each try, on the state of that moment."""

    plan: Callable[[], Flow[Plan | None]]
    command: int | None
    result: object = None
    tries: int = 0
    after_cursor: int = -1


class Room:
    """A room this device is, or was, in. `group` is None when it is not a member."""

    def __init__(self, device: Device, record: RoomRecord, group: Group | None) -> None:
        self.device = device
        self.record = record
        self.group = group
        self.timeline = Timeline(device, record)
        self.outbox = Outbox(device, record.room_uri)
        self.sending: dict[bytes, int] = {}
        self._events: dict[int, Event] = {}
        self._jobs: deque[Job] = deque()
        self._busy = False
        self._commit_at: int | None = None
        self._not_before_epoch = 0
        self._gave_up_at = -1

    # State

    @property
    def uri(self) -> str:
        return self.record.room_uri

    @property
    def state(self) -> RoomState:
        return RoomState.of(self.require_group().context)

    @property
    def busy(self) -> bool:
        """Whether a flow is under way."""
        return self._busy

    def require_group(self) -> Group:
        if self.record.stopped:
            raise CommandRefused(f"this conversation is stopped: {self.record.stopped}")
        if self.group is None or not self.record.member:
            raise CommandRefused("this device is not in the conversation")
        return self.group

    def save(self) -> None:
        """Put everything that changed into the batch of this step."""
        batch = self.device.batch
        batch.put(Table.ROOM, "", self.uri.encode(), self.record.encode())
        if self.group is not None:
            records = self.group.drain()
            for key, value in records.put.items():
                batch.put(Table.MLS, self.uri, key, value)
            for key in records.delete:
                batch.delete(Table.MLS, self.uri, key)

    def replace_group(self, group: Group | None) -> None:
        self.device.batch.clear_scope(Table.MLS, self.uri)
        self.group = group

    # Inputs

    def connection_lost(self) -> None:
        self._events.clear()
        self.outbox.connection_lost()

    def event(self, event: Event) -> None:
        """An event of the log. Early ones wait; late ones were dealt with."""
        if event.seq > self.record.cursor and len(self._events) < MAX_BUFFERED:
            self._events[event.seq] = event
        self.advance()

    def add_job(self, job: Job) -> None:
        self._jobs.append(job)
        self.advance()

    def tick(self) -> None:
        """Commit what the hub proposed, if nobody did so meanwhile."""
        if self._commit_at is not None and self._commit_at <= self.device.now_ms:
            self._commit_at = None
            self._commit_waiting()
        self.advance()

    def accepted(self, frame: Accepted) -> None:
        """The hub has an own message."""
        found = self.outbox.by_ref(frame.ref)
        if found is None:
            return
        self._own_message(*found, frame.seq, frame.ts_ms, frame.frank)
        if frame.seq > self.record.cursor:
            self.device.batch.put(Table.AHEAD, self.uri, u64(frame.seq), u64(frame.ts_ms))
        self.advance()

    def refused(self, frame: socket.Refused) -> None:
        """The hub did not take an own message."""
        found = self.outbox.by_ref(frame.ref)
        if found is None:
            return
        key, entry = found
        if frame.code is Code.WRONG_EPOCH:
            self.outbox.unseal(key, entry)
            if self.group is not None and frame.current_epoch is not None:
                self._not_before_epoch = frame.current_epoch  # sealing before that epoch is here would be in vain
            self.advance()
        elif frame.code in (Code.CLOCK_AHEAD, Code.UNAVAILABLE, Code.TOO_MANY, Code.INTERNAL):
            self.outbox.retry_later(entry)
            self.device.wake_at(self.device.now_ms + (frame.retry_after_ms or 5_000))
        else:
            self.outbox.remove(key)
            self._tell_sender(entry, Refusal(frame.code, frame.message))

    # The pump

    def advance(self) -> None:
        """Do everything that can be done now."""
        while not self._busy:
            if self._skip_own():
                continue
            event = self._events.pop(self.record.cursor + 1, None)
            if event is not None:
                self._run(self._on_event(event), lambda _: None, self._stop)
            elif self.record.pending is not None:
                if self.record.pending.seq is not None or not self.device.online:
                    break
                self._run(self._post(self.record.pending), lambda _: None, lambda _: None)
            elif (job := self._next_job()) is not None:
                self._start(job)
            elif self._must_commit():
                self._commit_waiting()
            else:
                break
        self._flush()
        self.save()

    def _run(self, flow: Flow[object], done: Callable[[object], None], failed: Callable[[Exception], None]) -> None:
        """Run a flow; while it waits for the hub, the room waits too."""
        self._busy = True
        inside = True

        def finish(report: Callable[[], None]) -> None:
            self._busy = False
            report()
            if not inside:
                self.advance()

        self.device.runner.start(
            flow, lambda value: finish(lambda: done(value)), lambda err: finish(lambda: failed(err))
        )
        inside = False

    def _skip_own(self) -> bool:
        """Pass an own message or an own commit that stands next in the log."""
        following = self.record.cursor + 1
        pending = self.record.pending
        if pending is not None and pending.seq == following:
            self._merge_own(following, pending.ts_ms or 0)
            return True
        ts = self.device.batch.get(Table.AHEAD, self.uri, u64(following))
        if ts is None:
            return False
        self.device.batch.delete(Table.AHEAD, self.uri, u64(following))
        self._events.pop(following, None)
        self._passed(following, int.from_bytes(ts, "big"))
        return True

    def _passed(self, seq: int, ts_ms: int) -> None:
        self.record.cursor = seq
        self.record.last_ts = max(self.record.last_ts, ts_ms)

    def _next_job(self) -> Job | None:
        if not self.device.caught_up or self.record.stopped or not self._jobs:
            return None
        return self._jobs.popleft() if self._jobs[0].after_cursor < self.record.cursor else None

    def _flush(self) -> None:
        if self._busy or self.record.pending is not None or not self.device.caught_up or self.record.stopped:
            return
        if self.group is None or self.outbox.is_empty():
            return
        if self.group.proposals or self.group.epoch < self._not_before_epoch:
            return
        self.outbox.submit(self.group)

    def _must_commit(self) -> bool:
        """Whether proposals wait that must be committed before this device can send what it has to send."""
        group = self.group
        if group is None or not self.device.caught_up or self.record.stopped or self.outbox.is_empty():
            return False
        waits = bool(group.proposals) and not self._is_leaving(group)
        return waits and not self._jobs and self._gave_up_at < self.record.cursor

    def _is_leaving(self, group: Group) -> bool:
        """Whether a waiting proposal removes this device: others commit it."""
        waiting = (queued.sent.proposal for queued in group.proposals.values())
        return any(isinstance(proposal, Remove) and proposal.removed == group.own_leaf for proposal in waiting)

    def _stop(self, err: Exception) -> None:
        """An event could not be dealt with and the room could not be entered again: stop, and say why."""
        self.record.stopped = str(err)
        self.timeline.line(self.record.cursor, self.record.last_ts, f"this conversation is stopped: {err}")

    # Events

    def _on_event(self, event: Event) -> Flow[None]:
        if self.group is None or self.record.stopped:
            self._passed(event.seq, event.ts_ms)
        elif event.kind is EventKind.APPLICATION:
            self._on_message(event, self.group)
        else:
            yield from self._on_handshake(event, self.group)

    def _on_message(self, event: Event, group: Group) -> None:
        own = self.outbox.by_message(event.message)
        if own is not None and event.frank is not None:
            self._own_message(*own, event.seq, event.ts_ms, event.frank)
            self._passed(event.seq, event.ts_ms)
            return
        try:
            opened = group.process(event.message, now=self.device.now_s)
            if not isinstance(opened, ApplicationMessage):
                raise OutOfOrder("a handshake message came as an application message")
            self._receive(event, group, opened)
        except (MessageError, ProtocolError, IdentityError):
            self.timeline.hide(event.seq, event.ts_ms)
            self._passed(event.seq, 0)  # its time is as unproven as the rest
            return
        self._passed(event.seq, event.ts_ms)

    def _receive(self, event: Event, group: Group, opened: ApplicationMessage) -> None:
        """All checks of the franking note, section 5; then the content takes effect."""
        sender = member_of(opened.leaf_node)
        room = RoomState.of(group.context)
        tag = tag_of(opened.aad)
        frank = to_frank(event.frank) if event.frank is not None else None
        args = (sender.user_uri, self.uri, event.ts_ms, tag, frank, room.franking_key, SUITE_ID)
        franked = accept(opened.plaintext, *args)
        if event.ts_ms <= self.record.last_ts:
            raise OutOfOrder("the hub's time does not rise within the room")
        self.timeline.check_new(franked.message_id)
        role = known_role(room.participants.role(sender.user_uri))
        self.timeline.apply(franked, event.seq, sender.client_uri, role)
        evidence.keep(self.device, franked, opened, sender.client_uri)

    def _own_message(self, key: bytes, entry: OutboxRecord, seq: int, ts_ms: int, frank: socket.Frank) -> None:
        """An own message is in the log: it passes the same checks, and leaves the outbox."""
        self.outbox.remove(key)
        group = self.group
        try:
            if group is None:
                raise OutOfOrder("an own message was accepted after this device left")
            room = RoomState.of(group.context)
            tag = make_tag(entry.content, MimiContent.decode(entry.content).salt)
            args = (self.device.own.user_uri, self.uri, ts_ms, tag, to_frank(frank), room.franking_key, SUITE_ID)
            franked = accept(entry.content, *args)
            self.timeline.check_new(franked.message_id)
            role = known_role(room.participants.role(self.device.own.user_uri))
            self.timeline.apply(franked, seq, self.device.own.client_uri, role)
            evidence.keep_own(self.device, franked, group.epoch, group.own_leaf)
        except (MessageError, ProtocolError) as err:
            self.timeline.hide(seq, ts_ms)
            self._tell_sender(entry, err)
            return
        command = self.sending.pop(entry.message_id, None)
        if command is not None:
            self.device.effects.append(Finished(command, entry.message_id))

    def _tell_sender(self, entry: OutboxRecord, err: Exception) -> None:
        command = self.sending.pop(entry.message_id, None)
        if command is not None:
            self.device.effects.append(Failed(command, err))

    def _on_handshake(self, event: Event, group: Group) -> Flow[None]:
        try:
            outcome = yield from self.device.with_lists(lambda: group.process(event.message, now=self.device.now_s))
            if isinstance(outcome, ApplicationMessage):
                raise OutOfOrder("an application message came as a handshake message")
        except (MlsError, MessageError, IdentityError) as err:
            if event.kind is EventKind.PROPOSAL:
                self._passed(event.seq, event.ts_ms)  # whoever commits it will meet the same check
                return
            yield from self._poisoned(event, group, err)
            return
        match outcome:
            case OwnCommit():
                self._merge_own(event.seq, event.ts_ms)
            case StagedCommit():
                yield from self._merge(event, group, outcome)
            case QueuedProposal():
                self._passed(event.seq, event.ts_ms)
                if outcome.auth.content.sender.type is SenderType.EXTERNAL and self._commit_at is None:
                    self._commit_at = self.device.now_ms + self.device.jitter()
                    self.device.wake_at(self._commit_at)

    def _merge(self, event: Event, group: Group, staged: StagedCommit) -> Flow[None]:
        """Somebody else's commit: say who came and went, and enter the next epoch."""
        self.record.pending = None  # the race is lost; its job is tried again when the hub's refusal comes
        if staged.self_removed:
            self._passed(event.seq, event.ts_ms)
            if staged.external and self._is_own_leaf(staged):
                yield from self._enter_again(REJOINED_TEXT)  # this device entered anew and lost that state
            else:
                self.left(event.seq, event.ts_ms)
            return
        text = who_changed(staged)
        group.merge(staged)
        self._commit_at = None
        self._passed(event.seq, event.ts_ms)
        if text:
            self.timeline.line(event.seq, event.ts_ms, text)
            self.device.show(RoomChanged(self.uri))

    def _is_own_leaf(self, staged: StagedCommit) -> bool:
        leaf = staged.tree.get_leaf(staged.committer)
        return leaf is not None and member_of(leaf).client_uri == self.device.own.client_uri

    def left(self, seq: int, ts_ms: int) -> None:
        """This device is no longer a member. What it could read stays; its keys go."""
        if not self.record.member:
            return
        self.record.member = False
        self.record.pending = None
        self.replace_group(None)
        self.timeline.line(seq, ts_ms, "this device is no longer in the conversation")
        self.device.show(RoomChanged(self.uri))
        for key, entry in list(self.outbox.entries()):
            self.outbox.remove(key)
            self._tell_sender(entry, CommandRefused("not sent: this device is no longer in the conversation"))
        jobs, self._jobs = self._jobs, deque()
        for job in jobs:
            self._job_failed(job, CommandRefused("this device is no longer in the conversation"))

    def _merge_own(self, seq: int, ts_ms: int) -> None:
        group = self.require_group()
        pending = group.pending
        if pending is not None:
            text = who_changed(pending.staged)
            group.merge_pending(pending)
            if text:
                self.timeline.line(seq, ts_ms, text)
                self.device.show(RoomChanged(self.uri))
        self.record.pending = None
        self._commit_at = None
        self._events.pop(seq, None)
        self._passed(seq, ts_ms)

    # Poison, and entering again

    def _poisoned(self, event: Event, group: Group, err: Exception) -> Flow[None]:
        """Tell the hub with a signature that this commit cannot be processed, and enter again from outside."""
        digest = hashlib.sha256(event.message).digest()
        tbs = vec(self.uri.encode()) + u64(group.epoch) + vec(digest)
        suite, private = self.device.identity.suite, self.device.identity.signature_private
        notice = rest.Broken(group.epoch, digest, sign_with_label(suite, private, BROKEN_LABEL, tbs))
        with suppress(Refusal):  # the notice helps the others; entering again does not depend on it
            yield from ask(calls.broken(self.uri, notice), rest.BrokenCounted)
        self.record.pending = None
        self._passed(event.seq, event.ts_ms)
        yield from self._enter_again(REJOINED_TEXT)

    def _enter_again(self, text: str) -> Flow[None]:
        group, seq, ts_ms = yield from enter(self.device, self.uri)
        self.replace_group(group)
        self.record.joined_seq = seq
        self.record.member = True
        self.record.stopped = ""
        self._events = {number: event for number, event in self._events.items() if number > seq}
        self._passed(seq, ts_ms)
        self.timeline.line(seq, ts_ms, text)
        self.device.show(RoomChanged(self.uri))

    def enter(self, text: str) -> None:
        """Enter (again) by external commit."""
        self._run(self._enter_again(text), lambda _: None, self._stop)
        self.advance()

    # Commits of our own

    def _commit_waiting(self) -> None:
        """Commit the proposals that wait, unless that is on its way."""
        if any(job.command is None for job in self._jobs):
            return

        def plan() -> Flow[Plan | None]:
            yield from ()
            group = self.require_group()
            return Plan() if group.proposals and not self._is_leaving(group) else None

        self._jobs.append(Job(plan, None))

    def _start(self, job: Job) -> None:
        job.tries += 1
        self._run(self._commit(job), lambda _: self._job_done(job), lambda err: self._job_failed(job, err))

    def _job_done(self, job: Job) -> None:
        if job.command is not None:
            self.device.effects.append(Finished(job.command, job.result))

    def _job_failed(self, job: Job, err: Exception) -> None:
        if isinstance(err, Again) and job.tries < MAX_TRIES:
            job.after_cursor = self.record.cursor
            self._jobs.appendleft(job)
        elif job.command is not None:
            self.device.effects.append(Failed(job.command, err))
        else:
            self._gave_up_at = self.record.cursor  # the next event may bring what is missing

    def _commit(self, job: Job) -> Flow[None]:
        plan = yield from job.plan()
        if plan is None:
            return
        group = self.require_group()
        updates: tuple[AppDataUpdate, ...] = ()
        if plan.roles:
            change = ParticipantListUpdate.between(self.state.participants, dict(plan.roles))
            updates = (AppDataUpdate(PARTICIPANT_LIST, change.encode()),)
        pending = yield from self.device.with_lists(
            lambda: group.commit(
                adds=plan.adds,
                removes=plan.removes,
                app_data_updates=updates,
                tree_in_welcome=True,
                aad=NO_AAD,
                random=self.device.random,
                now=self.device.now_s,
            )
        )
        self.record.pending = PendingRecord(
            self.device.random(16),
            pending.message,
            decode_group_info(pending.group_info).encode(),
            None if pending.welcome is None else decode_welcome(pending.welcome).encode(),
        )
        yield from self._post(self.record.pending)

    def _post(self, pending: PendingRecord) -> Flow[None]:
        """Post an own commit. Raises Again when the race was lost; any refusal clears it."""
        self.save()
        body = rest.Commit(pending.ref, pending.commit, pending.group_info, pending.welcome)
        try:
            answer = yield from ask(calls.commit(self.uri, body), rest.Committed)
        except Refusal as refusal:
            if self.group is not None and self.group.pending is not None:
                self.group.clear_pending()
            self.record.pending = None
            if refusal.code in (Code.WRONG_EPOCH, Code.PENDING_REMOVE_OMITTED):
                raise Again(str(refusal)) from None
            raise
        self.record.pending = msgspec.structs.replace(pending, seq=answer.seq, ts_ms=answer.ts_ms)
        if answer.seq <= self.record.cursor:
            self.record.pending = None


def to_frank(frank: socket.Frank) -> Frank:
    return Frank(frank.server_frank, frank.ciphersuite, frank.signature)


def who_changed(staged: StagedCommit) -> str:
    """A plain line about who came and went, empty if nobody did."""
    old = members(staged.base.public.tree)
    new = members(staged.tree)
    came = sorted({m.user_uri for m in new.values()} - {m.user_uri for m in old.values()})
    gone = sorted({m.user_uri for m in old.values()} - {m.user_uri for m in new.values()})
    devices = {m.client_uri for m in new.values()} ^ {m.client_uri for m in old.values()}
    parts = [f"{user} joined" for user in came] + [f"{user} left" for user in gone]
    if devices and not parts:
        users = sorted({m.user_uri for m in (*old.values(), *new.values()) if m.client_uri in devices})
        parts = [f"the devices of {user} changed" for user in users]
    return "; ".join(parts)
