# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub says to this device alone: read in order, one thing at a time, and each once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from privity.client.engine import from_desk, knocking, older_store
from privity.client.engine.admission import Unasked
from privity.client.engine.flow import Flow
from privity.client.engine.going_back import check_place, check_state
from privity.client.engine.held import Held
from privity.client.engine.joining import check_room, join
from privity.client.engine.records import Table
from privity.client.engine.room import LOG_WAIT_MS
from privity.client.engine.shown import LogAlarm, Notice, RoomChanged
from privity.client.engine.state import still_waits
from privity.client.engine.who_changed import Roster, on_entry
from privity.client.errors import KeysLost, LogContradicts, LogNotFresh
from privity.identity.choices import is_telling
from privity.identity.errors import IdentityError
from privity.identity.uris import parse_user_uri
from privity.mls.codec import u64
from privity.mls.errors import MissingRatchetTree, MlsError
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Ack, Inbox, InboxKind

if TYPE_CHECKING:
    from privity.client.engine.engine import Engine

INBOX_KEY: Final = b"inbox"
ACK_EVERY: Final = 200
"""Things read after which the hub is told, also while the connection stands for weeks: it keeps 4,096 at most."""
BUSY: Final = (Code.TOO_MANY, Code.UNAVAILABLE)
"""Refusals of a hub that can be asked again in a minute, whatever was asked for."""


class InboxReader:
    """The inbox of one device."""

    __slots__ = ("_acked", "_busy", "_device", "_engine", "_held", "_pumped", "_resumed_after", "_waits_until")

    def __init__(self, engine: Engine) -> None:
        self._engine, self._device = engine, engine.device
        self._held: Held[Inbox] = Held(engine.device.space)
        self._busy = self._pumped = False
        self._waits_until = 0
        self._resumed_after: int | None = None
        self._acked = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be dealt with."""
        return not len(self._held)

    def put(self, frame: Inbox) -> None:
        """Something came. What comes again was dealt with."""
        self._mend(frame.seq)
        if frame.seq > self.cursor():
            self._held.put(frame)
        self._pump()

    def resume(self) -> int:
        """After which number the hub is to go on, with a new connection."""
        self._resumed_after = self._acked = self.cursor()
        return self._acked

    def connection_lost(self) -> None:
        self._held.take()
        self._waits_until = 0

    def tick(self) -> None:
        """Time has passed."""
        if len(self._held):
            self._pump()

    def cursor(self) -> int:
        value = self._device.batch.get(Table.OWN, "", INBOX_KEY)
        return 0 if value is None else int.from_bytes(value, "big")

    def _mend(self, seq: int) -> None:
        """The hub forgets what this device acknowledged: where the first that comes is a later one, the store is older,
        or the hub's database is. What is between never comes; waiting for it would hold up all that follows.
        """
        resumed_after, self._resumed_after = self._resumed_after, None
        if resumed_after is not None and seq > resumed_after + 1 and not self._busy:
            older_store.say_inbox_gap(self._device, seq - resumed_after - 1)
            self._device.batch.put(Table.OWN, "", INBOX_KEY, u64(seq - 1))

    def _pump(self) -> None:
        """Deal with what stands next, one after another: thousands may have waited behind a Welcome."""
        if self._pumped:
            return
        self._pumped = True
        while not self._busy and not still_waits(self._waits_until, self._device.now_ms):
            frame = self._held.pop(self.cursor() + 1)
            if frame is None:
                self._all_read()
                break
            self._busy = True
            self._device.inbox_read = False
            self._device.runner.start(
                self._deal_with(frame),
                partial(self._done, frame.seq),
                partial(self._failed, frame),
            )
        self._pumped = False

    def _all_read(self) -> None:
        """Rooms may have waited for what the inbox says about them."""
        if not self._device.inbox_read:
            self._device.inbox_read = True
            for room in list(self._engine.rooms.values()):
                room.advance()
            self._engine.seek_rooms()

    def _done(self, seq: int, _: object = None) -> None:
        self._busy = False
        self._device.batch.put(Table.OWN, "", INBOX_KEY, u64(seq))
        if self._device.caught_up and seq - self._acked >= ACK_EVERY:
            self._acked = seq
            self._device.transmit(Ack({}, seq))
        self._pump()

    def _failed(self, frame: Inbox, err: Exception) -> None:
        if isinstance(err, KeysLost):  # it may be lost for long, and the inbox waits for nobody's keys
            if frame.kind is InboxKind.WELCOME:
                self._engine.seek_again()
            self._done(frame.seq)
            return
        busy = isinstance(err, Refusal) and err.code in BUSY
        if busy or isinstance(err, LogNotFresh):  # a Welcome is not lost because the log cannot be asked for a while
            self._busy = False
            self._held.put(frame)
            self._waits_until = self._device.now_ms + LOG_WAIT_MS
            self._device.wake_at(self._waits_until)
            self._device.show(Notice(f"what the hub says about people waits: {err}"))
            return
        alarming = isinstance(err, LogContradicts)
        said = f"something from the hub was refused: {err}"
        self._device.show(LogAlarm(str(err)) if alarming else Notice(said))
        self._done(frame.seq)

    def _deal_with(self, frame: Inbox) -> Flow[None]:
        match frame.kind:
            case InboxKind.WELCOME:
                yield from self._on_welcome(frame)
            case InboxKind.REMOVED:
                room = self._engine.rooms.get(frame.room_uri)
                if room is not None and frame.room_seq > room.record.joined_seq:
                    room.removed(frame.room_seq)
            case InboxKind.DEVICE_LIST_CHANGED:
                yield from self._on_device_list(frame.body.decode("utf-8", "replace"))
            case InboxKind.CONTACTS:
                self._engine.refresher.look()
            case InboxKind.LETTER:
                yield from self._on_letter(frame.body)
            case InboxKind.KNOCK:
                yield from knocking.heard(self._engine, frame)
            case InboxKind.KNOCK_ENDED:
                knocking.ended(self._engine, frame)
            case InboxKind.REPORT_OUTCOME:
                from_desk.hear_outcome(self._device, frame.body)
            case InboxKind.ROOM_REPORT:
                self._engine.moderation.hear(frame)
            case InboxKind.STATEMENT:
                from_desk.hear_statement(self._device, frame.body)

    def _on_letter(self, body: bytes) -> Flow[None]:
        if is_telling(body):
            yield from self._engine.teller.on_letter(body)
        else:
            yield from self._engine.account_keys.on_letter(body)

    def _on_welcome(self, frame: Inbox) -> Flow[None]:
        known = self._engine.rooms.get(frame.room_uri)
        if known is not None and known.record.member and known.record.joined_seq >= frame.room_seq:
            return  # this device entered by itself meanwhile
        try:
            group = yield from join(self._device, frame.room_uri, frame.room_seq, frame.body)
        except Unasked as err:
            self._hold(frame, err)
            return
        except MissingRatchetTree:  # it waited too long, or another Welcome came since: see where this device is
            self._engine.seek_again()
            return
        except (MlsError, IdentityError) as err:
            self._device.show(Notice(f"an invitation could not be verified and was not accepted: {err}"))
            return
        text = "you joined this conversation"
        room_state = check_room(self._device, group.context, frame.room_uri)
        before = None if known is None else known.roster()
        text = on_entry(text, before, Roster.of(group.tree, group.context), self._device.own.user_uri)
        if known is not None:
            check_place(known.record, frame.room_seq)
            check_state(known.record, group.context)
            for event in known.hand_over(frame.room_seq, known.latest_ms):
                self._engine.keep_early(event)
        self._device.batch.clear_scope(Table.MLS, frame.room_uri)
        room = self._engine.new_room(frame.room_uri, seq=frame.room_seq, direct=room_state.direct, group=group)
        room.commits.came_in(group)
        room.timeline.line(frame.room_seq, self._device.now_ms, text)
        self._device.show(RoomChanged(frame.room_uri))
        room.save()

    def _hold(self, frame: Inbox, err: Unasked) -> None:
        """Somebody added this device who may not. What it had read of the conversation before stays."""
        self._engine.forget_early(frame.room_uri)
        room = self._engine.rooms.get(frame.room_uri)
        if room is None and self._engine.is_full():
            return
        if room is None:
            room = self._engine.new_room(frame.room_uri, seq=frame.room_seq, direct=False, group=None)
        else:
            room.left(frame.room_seq, room.latest_ms)
        room.hold(err.held)

    def _on_device_list(self, user_uri: str) -> Flow[None]:
        if user_uri != self._device.own.user_uri and self._device.pins.get(parse_user_uri(user_uri)) is None:
            return  # nobody this device has met
        yield from self._device.pins.refresh(user_uri)
