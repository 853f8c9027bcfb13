# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What this device knows of its hub's key log: whose it is, how far it has seen it, and whether it contradicts itself.

The log only grows: the newest checkpoint that was proven is remembered, and every later answer must continue it. Two
checkpoints of one size with different roots, both under the log's signature, prove two histories: both notes are kept,
and nothing new of this log is believed until a person decides. A checkpoint that is only not proven to continue is
refused and said aloud each time; a hub that made a mistake can still show the proof.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from privity.client.engine.calls import Call
from privity.client.engine.flow import Flow, ask
from privity.client.engine.records import Batch, Table
from privity.client.errors import LogContradicts, LogNotFresh, LogRefused
from privity.keylog.errors import EntryFromTheFuture, EntryTooOld, KeylogError, WentBack
from privity.keylog.proof import CheckpointProof, LookupProof
from privity.keylog.verify import Found, LogKeys, View, verify_checkpoint_proof, verify_lookup
from privity.message.gossip import log_identity
from privity.mls.codec import u64
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.errors import BadConsistency, QuorumError, TlogError
from privity.tlog.note import SignedNote
from privity.tlog.quorum import Opened
from privity.wire.errors import Code, Refusal
from privity.wire.rest import Answer

T = TypeVar("T")
A = TypeVar("A", bound=Answer)

KEYS = b"keys"
SEEN = b"seen"
ALARM = b"alarm"
DIFFERS = b"differs"
DOUBT = b"doubt"
ANEW = b"anew"
MAX_DIFFERS = 100
"""People who are named as knowing another log: one is enough to ask questions."""

_NOT_FRESH = (QuorumError, EntryTooOld, EntryFromTheFuture, WentBack)
"""What may be otherwise soon: witnesses that are down, a wrong clock, a hub that shows an older state than before."""


def ask_log(call: Call, kind: type[A]) -> Flow[A]:
    """One question about the log. A hub that has fewer entries than were seen answers nothing: raises LogNotFresh."""
    try:
        return (yield from ask(call, kind))
    except Refusal as refusal:
        if refusal.code is not Code.CONFLICT:
            raise
        raise LogNotFresh(f"the hub shows an older key log than before: {refusal}") from None


class Seen(msgspec.Struct, frozen=True):
    """The newest checkpoint that was proven: the remembered view, its signed note, and who watches it."""

    view: bytes
    note: bytes
    cosigned: tuple[tuple[str, int], ...]
    audited: bool


class Alarm(msgspec.Struct, frozen=True):
    """Two histories of one log: a sentence, and the signed notes that do not belong together."""

    at_ms: int
    text: str
    remembered: bytes
    shown: bytes
    proven: bool
    """Both are of one size: nobody needs to be asked any more."""


class Doubt(msgspec.Struct, frozen=True):
    """A checkpoint that the log signed, that this sender has seen, and that was not compared with the own view yet."""

    since_ms: int
    note: bytes
    sender_uri: str


class KeyLog:
    """The log as this device has pinned it. It changes only through the methods below."""

    __slots__ = ("_alarm", "_batch", "_now", "_seen", "_view", "keys")

    def __init__(self, batch: Batch, keys: LogKeys, now: Callable[[], int]) -> None:
        """`now` is this device's own clock in ms: the hub is not asked whether its log is fresh."""
        self._batch = batch
        self._now = now
        self.keys = keys
        seen, alarm = batch.get(Table.LOG, "", SEEN), batch.get(Table.LOG, "", ALARM)
        self._seen = None if seen is None else msgspec.msgpack.decode(seen, type=Seen)
        self._view = None if self._seen is None else View.decode(self._seen.view)
        self._alarm = None if alarm is None else msgspec.msgpack.decode(alarm, type=Alarm)

    @property
    def view(self) -> View | None:
        return self._view

    @property
    def size(self) -> int:
        """How many entries of the log this device has seen proven."""
        return 0 if self._view is None else self._view.size

    @property
    def note(self) -> bytes | None:
        """The newest proven checkpoint as it was signed."""
        return None if self._seen is None else self._seen.note

    @property
    def alarm(self) -> Alarm | None:
        return self._alarm

    @property
    def watched_by(self) -> tuple[tuple[str, int], ...]:
        """Who cosigned the newest checkpoint, and when (s since 1970)."""
        return () if self._seen is None else self._seen.cosigned

    @property
    def audited(self) -> bool:
        """Whether somebody other than the hub says that the newest map only grew. People see "unaudited" otherwise."""
        return self._seen is not None and self._seen.audited

    def check_lookup(self, proof: bytes, label: bytes) -> Found:
        """What is proven of a label. Remembers nothing; raises LogRefused or one of its kind."""
        return self._checked(
            lambda: verify_lookup(proof, label, self.keys, self._view, self._now()),
            lambda: LookupProof.decode(proof).head.note,
        )

    def check_checkpoint(self, proof: bytes) -> tuple[View, Opened]:
        """The newest checkpoint alone. Remembers nothing; raises LogRefused or one of its kind."""
        return self._checked(
            lambda: verify_checkpoint_proof(proof, self.keys, self._view, self._now()),
            lambda: CheckpointProof.decode(proof).note,
        )

    def remember(self, view: View, opened: Opened, note: bytes) -> None:
        """Everything about this answer held: it is the newest that later ones must continue."""
        if view == self._view and self._seen is not None and opened.cosigned == self._seen.cosigned:
            return
        self._view = view
        self._seen = Seen(view.encode(), note, opened.cosigned, opened.audited)
        self._batch.put(Table.LOG, "", SEEN, msgspec.msgpack.encode(self._seen))

    def expect(self, view: View, note: bytes) -> None:
        """Another device of this account has seen this checkpoint, which the log has signed: what this one sees first
        must continue it. Nothing is remembered where something was seen here."""
        if self._view is None:
            self._view = view
            self._seen = Seen(view.encode(), note, (), False)
            self._batch.put(Table.LOG, "", SEEN, msgspec.msgpack.encode(self._seen))

    def raise_alarm(self, text: str, shown: bytes, *, proven: bool) -> LogContradicts:
        """Keep both notes. The first alarm stays, unless this one proves what that one did not."""
        if self._alarm is None or (proven and not self._alarm.proven):
            self._alarm = Alarm(self._now(), text, self.note or b"", shown, proven)
            self._batch.put(Table.LOG, "", ALARM, msgspec.msgpack.encode(self._alarm))
        return LogContradicts(f"{text}; the hub shows two histories of its key log, or cannot prove that it does not")

    @property
    def identity(self) -> bytes:
        """Which log this is (`message.gossip.log_identity`)."""
        return log_identity(self.keys.policy.log.public, self.keys.vrf_public)

    @property
    def differs_for(self) -> tuple[str, ...]:
        """Users whose devices say that they know this log by another key."""
        value = self._batch.get(Table.LOG, "", DIFFERS)
        return () if value is None else msgspec.msgpack.decode(value, type=tuple[str, ...])

    def note_difference(self, user_uri: str) -> bool:
        """Somebody says so; whether that is new."""
        known = self.differs_for
        if user_uri in known or len(known) >= MAX_DIFFERS:
            return False
        self._batch.put(Table.LOG, "", DIFFERS, msgspec.msgpack.encode((*known, user_uri)))
        return True

    @property
    def doubt(self) -> Doubt | None:
        """The first checkpoint that could not be compared so far: a hub that will not prove it is asked again."""
        value = self._batch.get(Table.LOG, "", DOUBT)
        return None if value is None else msgspec.msgpack.decode(value, type=Doubt)

    def begin_doubt(self, note: bytes, sender_uri: str) -> None:
        """This checkpoint is about to be compared. One is kept at a time."""
        if self.doubt is None:
            self._batch.put(Table.LOG, "", DOUBT, msgspec.msgpack.encode(Doubt(self._now(), note, sender_uri)))

    def settle(self, shown: bytes) -> None:
        """The checkpoint in this note was proven to belong to the history after all."""
        doubt = self.doubt
        if doubt is not None and doubt.note == shown:
            self._batch.delete(Table.LOG, "", DOUBT)
        if self._alarm is not None and not self._alarm.proven and self._alarm.shown == shown:
            self._alarm = None
            self._batch.delete(Table.LOG, "", ALARM)

    @property
    def anew_since_ms(self) -> int | None:
        """When this device last lost, or gave up, what it had seen of the log (`older_store`)."""
        value = self._batch.get(Table.LOG, "", ANEW)
        return None if value is None else int.from_bytes(value, "big")

    def begin_anew(self) -> None:
        """Remember that from now on less is known of the log than once was."""
        self._batch.put(Table.LOG, "", ANEW, u64(self._now()))

    def trust(self, keys: LogKeys) -> None:
        """A person decided whom to believe about this log. What was seen of it stays seen."""
        self.keys = keys
        self._batch.put(Table.LOG, "", KEYS, keys.encode())

    def start_over(self, keys: LogKeys) -> None:
        """A person decided to believe this log from here on, as on the first day. What was pinned of people stays."""
        self.keys = keys
        self._seen = self._view = self._alarm = None
        self._batch.put(Table.LOG, "", KEYS, keys.encode())
        for key in (SEEN, ALARM, DIFFERS, DOUBT):
            self._batch.delete(Table.LOG, "", key)
        self.begin_anew()

    def _checked(self, verify: Callable[[], T], note: Callable[[], bytes]) -> T:
        if self._alarm is not None and self._alarm.proven:
            raise LogContradicts(f"the hub has shown two histories of its key log: {self._alarm.text}")
        try:
            return verify()
        except BadConsistency as err:
            raise self.raise_alarm(str(err), note(), proven=self._same_size(note())) from None
        except _NOT_FRESH as err:
            raise LogNotFresh(f"{type(err).__name__}: {err}") from None
        except (KeylogError, TlogError) as err:
            raise LogRefused(f"{type(err).__name__}: {err}") from None

    def _same_size(self, note: bytes) -> bool:
        """Whether this note is of the size of the remembered one. Its signature was checked before."""
        return Checkpoint.decode(SignedNote.decode(note).text).size == self.size
