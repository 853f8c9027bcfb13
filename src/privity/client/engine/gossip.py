# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Comparing notes about the key log inside encrypted messages: how two people catch a hub that shows each its own log.

Every message carries the sender's newest proven checkpoint with the log's signature. Whoever receives it wants proof
that it and their own view are of one history. A checkpoint the log did not sign accuses nobody and is passed over; one
that it did sign and that belongs to another history, or is not proven to belong to this one, is said aloud and kept.
A hub that answers no such question is asked again, and has a day.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from typing import TYPE_CHECKING

from privity.client.engine import calls
from privity.client.engine.flow import Flow
from privity.client.engine.key_log import ask_log
from privity.client.engine.shown import LogAlarm, Notice
from privity.client.engine.trust import FRESH_MS
from privity.client.errors import LogContradicts, LogNotFresh
from privity.keylog.proof import CheckpointProof
from privity.message.gossip import HeardCheckpoint
from privity.tlog.checkpoint import Checkpoint, is_by, verify_checkpoint
from privity.tlog.errors import BadConsistency, TlogError
from privity.tlog.note import Signature, SignedNote
from privity.tlog.tree import verify_consistency
from privity.wire.keylog import CheckpointAnswer, Consistency

if TYPE_CHECKING:
    from privity.client.engine.key_log import KeyLog
    from privity.client.engine.state import Device

MAX_KNOWN = 1_000
"""Checkpoints that were compared already: a day has at most 1,440 that anybody had time to hear of twice."""
MAX_ASKED = 8
"""How often a checkpoint is asked for again when others were faster."""
AGAIN_MS = 3_600_000
MIN_TRIES = 3
"""How often in a row the hub must have failed to compare, besides for a day: a device may have slept that long."""


def own_checkpoint(log: KeyLog) -> HeardCheckpoint | None:
    """What to say in a message: the newest checkpoint that was proven to this device."""
    if log.note is None:
        return None
    return _heard(log, log.note)


class Gossip:
    """Compares what others have seen, one checkpoint at a time; of those that come meanwhile the newest waits."""

    __slots__ = ("_busy", "_device", "_known", "_next_ms", "_tries", "_waiting")

    def __init__(self, device: Device) -> None:
        self._device = device
        self._known: OrderedDict[HeardCheckpoint, None] = OrderedDict()
        self._waiting: tuple[HeardCheckpoint, str] | None = None
        self._busy = False
        self._next_ms = 0
        self._tries = 0

    def hear(self, heard: HeardCheckpoint, sender_uri: str) -> None:
        """A message of this sender carried this checkpoint."""
        log = self._device.log
        if not hmac.compare_digest(heard.identity, log.identity):
            self._differs(sender_uri)
            return
        if heard in self._known:
            return
        try:
            verify_checkpoint(_note(log, heard), log.keys.policy.log)
        except TlogError:
            return  # its sender made it up
        if self._busy:
            if self._waiting is None or heard.size > self._waiting[0].size:
                self._waiting = heard, sender_uri
            return
        log.begin_doubt(_note(log, heard).encode(), sender_uri)
        self._start(heard, sender_uri)

    def compare(self, note: bytes, sender_uri: str) -> None:
        """This user has seen a checkpoint that the log has signed."""
        self.hear(_heard(self._device.log, note), sender_uri)

    def tick(self) -> None:
        """Ask again about what could not be compared. A log that has proven nothing for a day is said aloud."""
        device, doubt = self._device, self._device.log.doubt
        if doubt is None:
            self._tries = 0
            return
        alarm = device.log.alarm
        early = device.now_ms < self._next_ms <= device.now_ms + AGAIN_MS  # later than that: a clock was wrong
        if not device.caught_up or early or (alarm is not None and alarm.proven):
            return
        self._next_ms = device.now_ms + AGAIN_MS
        device.wake_at(self._next_ms)
        self._tries += 1
        if self._tries > MIN_TRIES and device.now_ms - doubt.since_ms > FRESH_MS and alarm is None:
            text = f"the hub will not prove that what {doubt.sender_uri} has seen and what it shows here are one log"
            device.show(LogAlarm(str(device.log.raise_alarm(text, doubt.note, proven=False))))
        if not self._busy:
            self._start(_heard(device.log, doubt.note), doubt.sender_uri)

    def _start(self, heard: HeardCheckpoint, sender_uri: str) -> None:
        self._busy = True
        self._device.runner.start(self._compare(heard, sender_uri), lambda _: self._done(heard), self._failed)

    def _differs(self, sender_uri: str) -> None:
        """The sender's device knows another log of this hub. That is their word, so nothing is refused for it."""
        if self._device.log.note_difference(sender_uri):
            self._device.show(
                LogAlarm(
                    f"{sender_uri} knows the key log of this hub by another key than this device. One of you was shown"
                    " another log than everybody else, unless that is a lie: compare what `privity keylog` says"
                )
            )

    def _done(self, heard: HeardCheckpoint | None) -> None:
        self._busy = False
        if heard is not None:
            self._known[heard] = None
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.hear(*waiting)

    def _failed(self, err: Exception) -> None:
        if isinstance(err, LogContradicts):
            self._device.show(LogAlarm(str(err)))
        else:
            self._device.show(Notice(f"what another person has seen of the key log could not be compared: {err}"))
        self._done(None)

    def _compare(self, heard: HeardCheckpoint, sender_uri: str) -> Flow[None]:
        log, note = self._device.log, _note(self._device.log, heard).encode()
        if heard.size > log.size:
            yield from newest_checkpoint(self._device)
        view = log.view
        if view is None or heard.size > view.size:
            text = f"{sender_uri} has seen {heard.size} entries, the hub shows this device {log.size}"
            raise log.raise_alarm(text, note, proven=False)
        hashes: tuple[bytes, ...] = ()
        if heard.size < view.size:
            try:
                answer = yield from ask_log(calls.consistency(heard.size, view.size), Consistency)
            except LogNotFresh as err:
                raise log.raise_alarm(str(err), note, proven=False) from None
            hashes = tuple(answer.hashes)
        try:
            verify_consistency(heard.size, heard.root, view.size, view.root, hashes)
        except BadConsistency:
            text = f"{sender_uri} was shown another log of {heard.size} entries than this device"
            raise log.raise_alarm(text, note, proven=heard.size == view.size) from None
        log.settle(note)


def newest_checkpoint(device: Device) -> Flow[None]:
    """Ask for the log's newest checkpoint and remember it once it is proven."""
    for _ in range(MAX_ASKED):
        size = device.log.size
        answer = yield from ask_log(calls.checkpoint(size), CheckpointAnswer)
        if device.log.size == size:
            view, opened = device.log.check_checkpoint(answer.proof)
            device.log.remember(view, opened, CheckpointProof.decode(answer.proof).note)
            return
    raise LogNotFresh(f"the key log grew {MAX_ASKED} times while it was asked for")


def _heard(log: KeyLog, note: bytes) -> HeardCheckpoint:
    """A checkpoint of this log as it travels in messages."""
    signed = SignedNote.decode(note)
    checkpoint = Checkpoint.decode(signed.text)
    by_log = next(signature for signature in signed.signatures if is_by(log.keys.policy.log, signature))
    return HeardCheckpoint(checkpoint.size, checkpoint.root, by_log.blob, log.identity)


def _note(log: KeyLog, heard: HeardCheckpoint) -> SignedNote:
    key = log.keys.policy.log
    text = Checkpoint(key.name, heard.size, heard.root).text()
    return SignedNote(text, (Signature(key.name, key.key_id, heard.signature),))
