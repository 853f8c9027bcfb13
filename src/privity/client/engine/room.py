# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One room on one device: takes the events of its log in order, and between them does what its person asked for.

Rules that keep it true:
- events are dealt with strictly by number; `cursor`, MLS records and everything shown are saved in the same step;
- one flow at a time touches the group, so nothing is sealed or committed on a state that is about to change;
- an own commit is merged when the log reaches its number, whether or not the hub echoes it;
- a commit that cannot be processed leads to a signed notice and a new entry by external commit, a gap in the log to a
  new entry; until the entry stands in the log and in the store, `cursor` stays before it;
- nothing is sealed for a tree with a device that its user's list does not name, or whose account was reset and whom
  this device's person has not agreed to;
- nothing is sealed under a policy that this device's person has not agreed to;
- where this device cannot read its keys of the room (`damaged`), nothing is taken, entered or written.
"""

from __future__ import annotations

from collections.abc import Callable

from privity.client.engine import consent, hub_restored, knocking
from privity.client.engine.admission import Unasked
from privity.client.engine.before_sealing import BeforeSealing
from privity.client.engine.commits import Commits, Job
from privity.client.engine.effects import Failed
from privity.client.engine.entry_pace import EntryPace, TooSoon
from privity.client.engine.events import deal_with, merge_own, own_message
from privity.client.engine.flow import Flow
from privity.client.engine.going_back import note_state
from privity.client.engine.held import Held
from privity.client.engine.held_back import HeldBack
from privity.client.engine.joining import Overtaken
from privity.client.engine.leaves import Leaves
from privity.client.engine.outbox import Outbox
from privity.client.engine.records import Table
from privity.client.engine.reentry import enter_again
from privity.client.engine.shown import REJOINED_TEXT, ContactsChanged, Notice, RoomChanged
from privity.client.engine.state import PASSING, Device, OutboxRecord, RoomRecord, still_waits, wait_ms
from privity.client.engine.timeline import Timeline
from privity.client.engine.typing import TypingNotices
from privity.client.engine.who_changed import Roster
from privity.client.errors import CommandRefused, KeysLost, LogNotFresh
from privity.mls.codec import u64
from privity.mls.group import Group
from privity.policy.room_state import RoomState
from privity.wire import socket
from privity.wire.errors import MAX_SAID, Code, Refusal
from privity.wire.restored import decode_restored
from privity.wire.socket import Accepted, BadFrame, Event, EventKind

LOG_WAIT_MS = 60_000
"""Until a change that could not be proven is looked at again: the longest that an epoch of the key log takes."""


class Room:
    """A room this device is, or was, in. `group` is None when it is not a member."""

    def __init__(self, device: Device, record: RoomRecord, group: Group | None, *, damaged: str = "") -> None:
        """`damaged` is why the keys of the room cannot be read, empty where they can."""
        self.device = device
        self.record = record
        self.group = group
        self.damaged = damaged
        self.timeline = Timeline(device, record)
        self.outbox = Outbox(device, record.room_uri)
        self.commits = Commits(self)
        self.typing = TypingNotices(self)
        self.leaves = Leaves(self)
        self.before_sealing = BeforeSealing(self)
        self.sending: dict[bytes, int] = {}
        self.pace = EntryPace()
        self._events: Held[Event] = Held(device.space)
        self._marks: dict[int, Event] = {}
        self._busy = False
        self._gone_before = 0
        self._entry = ""
        self._paused_until = 0
        self._saved = b""

    # State

    @property
    def uri(self) -> str:
        return self.record.room_uri

    @property
    def state(self) -> RoomState:
        return RoomState.of(self.require_group().context)

    @property
    def latest_ms(self) -> int:
        """The time of a line that no event brings: that of the last message, or now."""
        return self.record.last_ts or self.device.now_ms

    @property
    def busy(self) -> bool:
        """Whether a flow is under way."""
        return self._busy

    @property
    def paused(self) -> bool:
        """Whether the room waits until an obstacle has gone away by itself."""
        return still_waits(self._paused_until, self.device.now_ms)

    @property
    def may_enter(self) -> bool:
        """Whether this device may enter the room by itself: it has no state of it that it could follow, or keep."""
        return (self.group is None or bool(self.record.stopped)) and not self.busy and not self.damaged

    @property
    def is_behind(self) -> bool:
        """Whether something of the log waits, or is being dealt with."""
        return self._busy or len(self._events) > 0

    @property
    def stopped(self) -> str:
        """Why this device cannot follow the room any more, empty where it can."""
        return self.damaged or self.record.stopped

    def require_group(self) -> Group:
        if self.stopped:
            raise CommandRefused(f"this conversation is stopped: {self.stopped}")
        if self.group is None or not self.record.member:
            raise CommandRefused("this device is not in the conversation")
        return self.group

    def roster(self) -> Roster | None:
        """Who is here as far as this device knows; None where it has no keys of the room."""
        return None if self.group is None else Roster.of(self.group.tree, self.group.context)

    def save(self) -> None:
        """Put everything that changed into the batch of this step."""
        batch = self.device.batch
        self.leaves.note()
        if self.group is not None:
            before = self.record.epoch
            note_state(self.record, self.group.context)
            if self.record.epoch != before:
                self.device.note_epoch(self.uri)
            records = self.group.drain()
            for key, value in records.put.items():
                batch.put(Table.MLS, self.uri, key, value)
            for key in records.delete:
                batch.delete(Table.MLS, self.uri, key)
        record = self.record.encode()
        if record != self._saved:
            self._saved = record
            batch.put(Table.ROOM, "", self.uri.encode(), record)

    def distrust_keys(self) -> None:
        """The store is older than what this device did: message keys of this epoch may have been used already."""
        if self.group is not None:
            self.record.used_epoch = max(self.record.used_epoch, self.group.epoch)
            self.save()

    def replace_group(self, group: Group | None) -> None:
        self.device.batch.clear_scope(Table.MLS, self.uri)
        self.group = group

    def passed(self, seq: int, ts_ms: int = 0) -> None:
        """This event is dealt with. `ts_ms` is its time where the hub signed it: of all others it can say anything."""
        self.record.cursor = seq
        self.record.last_ts = max(self.record.last_ts, ts_ms)
        self.device.hub_said_ms = max(self.device.hub_said_ms, ts_ms)

    def entered(self, group: Group, seq: int) -> None:
        """This device is a member, by its own entry with this event. What came before is not for it."""
        self.replace_group(group)
        self.pace.note(self.device.now_ms)
        self.record.joined_seq = seq
        self.record.direct = RoomState.of(group.context).direct
        self.record.member = True
        self.record.stopped = ""
        self.record.held = None
        self.record.leaves_at = None
        self.record.leaving = self.leaves.dropped(group)
        self.record.pending = None
        self.record.knocks_after_ms = self.device.hub_now_ms
        consent.come_in(self.record, group.context)
        self._gone_before = 0
        self._events.drop_until(seq)

    def left(self, seq: int, ts_ms: int) -> None:
        """This device is no longer a member. What it could read stays; its keys go."""
        self.record.leaves_at = None
        if not self.record.member:
            return
        self.record.member = False
        self.damaged = ""
        self.device.contacts.left_room(self.uri)
        self.device.note_epoch(self.uri)
        self.record.pending = None
        ended = self._ended()
        self.replace_group(None)
        self.timeline.line(seq, ts_ms, ended or "this device is no longer in the conversation")
        self.device.show(RoomChanged(self.uri))
        self.unsend(CommandRefused("not sent: this device is no longer in the conversation"))
        self.commits.cancel(CommandRefused("this device is no longer in the conversation"))

    def _ended(self) -> str:
        """Why a direct conversation can never go on, or nothing."""
        if not self.record.direct or self.group is None:
            return ""
        for member in RoomState.of(self.group.context).participants.participants:
            if self.device.pins.is_closed(member.user_uri):
                return f"{member.user_uri} closed their account: this conversation stays readable, and has ended"
        return ""

    def hold(self, held: HeldBack) -> None:
        """The hub counts this device in, and its person has not agreed to that: nothing is entered."""
        self.record.held = held
        self.record.member = False
        self._events.take()
        self.save()
        self.device.show(ContactsChanged())

    def unsend(self, err: CommandRefused) -> bool:
        """Nothing that waits is sent any more; whether there was anything."""
        waiting = list(self.outbox.entries())
        for key, entry in waiting:
            self.outbox.withdraw(key, entry)
            self.tell_sender(entry, err)
        return bool(waiting)

    def tell_sender(self, entry: OutboxRecord, err: Exception) -> None:
        """What became of a message that will not be sent."""
        command = self.sending.pop(entry.message_id, None)
        if command is not None:
            self.device.effects.append(Failed(command, err))

    # Inputs

    def connection_lost(self) -> None:
        self._events.take()
        self._marks = {}
        self._paused_until = 0
        self.before_sealing.connection_lost()
        self.outbox.connection_lost()

    def event(self, event: Event) -> None:
        """An event of the log. Early ones wait; late ones were dealt with."""
        if self.damaged:
            return
        if event.seq > self.record.cursor and event.kind is EventKind.RESTORED:
            self._mark(event)
        elif event.seq > self.record.cursor:
            self._events.put(event)
        self.advance()

    def _mark(self, event: Event) -> None:
        """The hub was restored: heeded when all that its copy had was dealt with."""
        try:
            decode_restored(event.message)
        except BadFrame:
            self._gone_before = max(self._gone_before, event.seq + 1)  # something is missing, whatever it says of it
            return
        if len(self._marks) < hub_restored.MAX_MARKS:
            self._marks[event.seq] = event
        else:
            self._gone_before = max(self._gone_before, event.seq + 1)

    def gone_before(self, seq: int) -> None:
        """The hub has none of the events before this one. Heeded when all that came was dealt with."""
        self._gone_before = max(self._gone_before, seq)
        self.advance()

    def removed(self, seq: int) -> None:
        """The hub says that this device is out as of this event. What came before is still for it."""
        if self.damaged:
            self.left(seq, self.latest_ms)
            self.save()
        elif self.record.member:
            self.record.leaves_at = seq
            self.advance()

    def hand_over(self, seq: int, ts_ms: int) -> list[Event]:
        """This device was added anew with this event: end the old membership; the events that came for the new one."""
        self.left(seq, ts_ms)
        marks, self._marks = self._marks, {}
        return [event for event in (*self._events.take(), *marks.values()) if event.seq > seq]

    def add_job(self, job: Job) -> None:
        self.commits.add(job)
        self.advance()

    def enter(self, text: str) -> None:
        """Enter (again) by external commit."""
        self._entry = text
        self.advance()

    def tick(self) -> None:
        """Time has passed."""
        if self.damaged:
            return
        self.commits.tick()
        knocking.tick(self)
        self.advance()

    def accepted(self, frame: Accepted) -> None:
        """The hub has an own message."""
        found = self.outbox.by_ref(frame.ref)
        if found is None or self.damaged:
            return
        proven_ms = own_message(self, *found, frame.seq, frame.ts_ms, frame.frank)
        if frame.seq > self.record.cursor:
            self.device.batch.put(Table.AHEAD, self.uri, u64(frame.seq), u64(proven_ms))
        self.advance()

    def refused(self, frame: socket.Refused) -> None:
        """The hub did not take an own message."""
        found = self.outbox.by_ref(frame.ref)
        if found is None or self.damaged:
            return
        key, entry = found
        if frame.code is Code.WRONG_EPOCH:
            self.before_sealing.not_before_epoch(max(frame.current_epoch or 0, self.outbox.epoch_of(entry) + 1))
            self.outbox.unseal(key, entry)
            self.advance()
        elif frame.code in PASSING:
            self.outbox.retry_later(entry)
            self.before_sealing.not_for(wait_ms(frame.retry_after_ms))
        else:
            self.outbox.withdraw(key, entry)
            self.tell_sender(entry, Refusal(frame.code, frame.message[:MAX_SAID]))

    # The pump

    def advance(self) -> None:
        """Do everything that can be done now."""
        if self.damaged:
            return
        while not self._busy and not self.paused:
            if self._entry:
                self._enter()
            elif self._skip_own():
                continue
            elif (event := self._events.pop(self.record.cursor + 1)) is not None:
                self._deal_with(event)
            elif self._passes_mark():
                continue
            elif (out := self.record.leaves_at) is not None and self._is_out(out):
                self.left(out, self.latest_ms)
            elif self._is_lost():
                self._entry = REJOINED_TEXT
            elif self.record.pending is not None:
                if self.record.pending.seq is not None or not self.device.online:
                    break
                self._run(self.commits.post(self.record.pending), lambda _: None, lambda _: None)
            elif (job := self.commits.next()) is not None:
                self._start(job)
            elif self.commits.must_commit():
                self.commits.commit_waiting()
            else:
                break
        self._flush()
        self.save()

    def _deal_with(self, event: Event) -> None:
        def failed(err: Exception) -> None:
            if self._passes(err):
                self._events.put(event)
            else:
                self._stop(event.seq, err)
                self.passed(event.seq)

        self._run(deal_with(self, event), lambda _: None, failed)

    def _enter(self) -> None:
        text, self._entry = self._entry, ""

        def failed(err: Exception) -> None:
            if self._passes(err):
                self._entry = text
            elif isinstance(err, Unasked):
                self.hold(err.held)
            else:
                self._stop(self.record.cursor + 1, err)

        self._run(enter_again(self, text), lambda _: None, failed)

    def _is_out(self, out: int) -> bool:
        """Whether everything before this device's end was dealt with. The commit that removes it, and says by whom,
        may still come before the hub has sent all that waited."""
        return self._has_gap() or (self.record.cursor + 1 >= out and self.device.caught_up)

    def _has_gap(self) -> bool:
        """Whether the log goes on beyond events that are gone, and no Welcome is on its way that heals it."""
        gap = self._gone_before > self.record.cursor + 1
        return gap and self.device.caught_up and self.device.inbox_read

    def _is_lost(self) -> bool:
        """Whether only a new entry helps."""
        return self._has_gap() and self.group is not None and not self.record.stopped

    def _start(self, job: Job) -> None:
        commits = self.commits
        self._run(commits.commit(job), lambda _: commits.done(job), lambda err: commits.failed(job, err))

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

    def _passes_mark(self) -> bool:
        """Go on behind the mark of a restored hub, once everything that its copy had was dealt with."""
        self._marks = {seq: mark for seq, mark in self._marks.items() if seq > self.record.cursor}
        if not self._marks:
            return False
        mark = self._marks[min(self._marks)]
        said = decode_restored(mark.message)
        if said.through > self.record.cursor:
            return False
        if hub_restored.pass_mark(self, mark.seq, mark.ts_ms, said):
            self._entry = REJOINED_TEXT
        return True

    def _skip_own(self) -> bool:
        """Pass an own message or an own commit that stands next in the log."""
        following = self.record.cursor + 1
        pending = self.record.pending
        if pending is not None and pending.seq == following:
            self._events.pop(following)
            merge_own(self, following, pending.ts_ms or 0)
            return True
        ts = self.device.batch.get(Table.AHEAD, self.uri, u64(following))
        if ts is None:
            return False
        self.device.batch.delete(Table.AHEAD, self.uri, u64(following))
        self._events.pop(following)
        self.passed(following, int.from_bytes(ts, "big"))
        return True

    def _flush(self) -> None:
        """Send what waits."""
        group = self.before_sealing.ready()
        if group is not None:
            self.outbox.submit(group)

    def _passes(self, err: Exception) -> bool:
        """Whether an obstacle goes away by itself; then the room waits a while."""
        if isinstance(err, TooSoon):
            wait = err.wait_ms
            self.device.show(Notice(f"{self.uri}: {err}"))
        elif isinstance(err, LogNotFresh):
            wait = LOG_WAIT_MS
            if not isinstance(err, KeysLost):  # which is said once for all rooms
                self.device.show(Notice(f"{self.uri}: a change of who is here waits: {err}"))
        elif isinstance(err, Overtaken) or (isinstance(err, Refusal) and err.code in PASSING):
            wait = wait_ms(err.body.retry_after_ms if isinstance(err, Refusal) else None)
        else:
            return False
        self._paused_until = self.device.now_ms + wait + self.device.jitter()
        self.device.wake_at(self._paused_until)
        return True

    def _stop(self, seq: int, err: Exception) -> None:
        """The room cannot be followed, nor entered again: say why. The next connection tries to enter."""
        if self.record.stopped != str(err):
            self.record.stopped = str(err)
            self.timeline.line(seq, self.latest_ms, f"this conversation is stopped: {err}")
