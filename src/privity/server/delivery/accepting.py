# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Accepting application messages (franking, section 4) in one transaction: look, check, order, frank, store.

What the database knows about the messages of a batch is asked for all of them at once, and what they add is written at
once: of a message that waits with others, most of what it would cost alone is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from privity.policy.standing import Deed
from privity.server.contacts import standing
from privity.server.db.database import Query, Tx
from privity.server.delivery import log, store
from privity.server.delivery.model import Checked, Effect, Head, Look, NewEvent, Publish
from privity.server.franking import service as franking
from privity.server.franking.model import Franker
from privity.server.limits import Limits
from privity.server.observing.tally import Sent
from privity.server.standing import service as decisions
from privity.wire import socket
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Accepted, Event, EventKind, encode
from privity.wire.standing import StandingState

KIB = 1024
_APPLICATION: Final = EventKind.APPLICATION.value
OWNER_RETRY_MS = 500
"""Who owns a room is known to every worker within that time."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What every batch is accepted by. `rekey` makes the hub propose its franking key to a room (its URI) that names an
    earlier one; `limits` are used by nobody else, because the writer's thread takes from them."""

    franker: Franker
    rekey: Callable[[Tx, str], None]
    limits: Limits
    owned: Callable[[Query, Collection[str]], Collection[str]] | None = None
    """Which of these rooms this process owns, where several share them; without it all are its own."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch: what to send once it is on the disk, and why which messages were not taken."""

    effects: list[Effect] = field(default_factory=list)
    refused: list[tuple[Checked, Refusal]] = field(default_factory=list)
    stored: list[Sent] = field(default_factory=list)
    """What is new: those that came a second time are not in it."""


def accept_all(tx: Tx, terms: Terms, batch: Sequence[Checked], now_ms: int) -> Outcome:
    """All that can be accepted, in their order; the others are refused and change nothing."""
    outcome = Outcome()
    batch = _owned(tx, terms, batch, outcome)
    made = _Batch(tx, terms, now_ms, outcome.stored)
    looks = store.look(tx, batch)
    made.contacts = _contacts(tx, {look.direct_pair for look in looks.values()}, now_ms)
    for number, message in enumerate(batch):
        try:
            outcome.effects.append(made.accept(message, looks.get(number)))
        except Refusal as refusal:
            outcome.refused.append((message, refusal))
    if made.events:
        store.add_events(tx, made.events, made.heads.values())
    return outcome


def _owned(tx: Tx, terms: Terms, batch: Sequence[Checked], outcome: Outcome) -> Sequence[Checked]:
    """The messages to rooms that are this process's own within this transaction; the others are refused."""
    if terms.owned is None:
        return batch
    owned = terms.owned(tx, {message.submit.room_uri for message in batch})
    refusal = Refusal(Code.UNAVAILABLE, "the room has another owner now", retry_after_ms=OWNER_RETRY_MS)
    outcome.refused += [(message, refusal) for message in batch if message.submit.room_uri not in owned]
    return [message for message in batch if message.submit.room_uri in owned]


def check_direct(query: Query, direct_pair: str | None, user_uri: str, now_ms: int) -> None:
    """In a direct room only contacts talk, and whoever ended that is not told apart from whoever blocked; in a group
    everybody chooses what they see."""
    if direct_pair is not None and not _contacts(query, {direct_pair}, now_ms)[direct_pair]:
        _refuse_contact()


def _refuse_contact() -> None:
    raise Refusal(Code.NO_CONSENT, "the other person takes no messages here")


def _contacts(query: Query, direct_pairs: set[str | None], now_ms: int) -> dict[str, bool]:
    """Whether the two of each direct room are contacts."""
    pairs = {pair: pair.split(" ") for pair in direct_pairs if pair is not None}
    found = standing.which_are_contacts(query, [(one, other) for one, other in pairs.values()], now_ms)
    return {pair: (one, other) in found for pair, (one, other) in pairs.items()}


@dataclass(slots=True)
class _Batch:
    """The messages of one transaction so far: where their rooms end now, and what is to be stored."""

    tx: Tx
    terms: Terms
    now_ms: int
    stored: list[Sent]
    contacts: dict[str, bool] = field(default_factory=dict)
    heads: dict[int, Head] = field(default_factory=dict)
    """Of rooms that something was added to."""
    events: list[NewEvent] = field(default_factory=list)
    by_ref: dict[tuple[int, str, bytes], bytes] = field(default_factory=dict)
    """Their frames, by what makes a message the same one: room, device and ref."""

    def accept(self, message: Checked, look: Look | None) -> Effect:
        """Take one message, or raise a Refusal without a change to what is said. A repeated one gets the first answer,
        also when it could not be sent now."""
        if look is None:
            raise Refusal(Code.NOT_ALLOWED, "the device is not a member of this room")
        earlier = look.earlier or self.by_ref.get((look.room_id, message.client_uri, message.submit.ref))
        try:
            self._check(message, look)
            if earlier is None:
                return self._add(message, look)
        except Refusal:
            if earlier is None:
                raise
        return _repeated(message, earlier)

    def _check(self, message: Checked, look: Look) -> None:
        """A room that names an earlier franking key leaves its epoch first: what the key of now signs would be hidden
        there."""
        submit, terms = message.submit, self.terms
        if look.restricted:
            stands = decisions.check(self.tx, message.user_uri, Deed.SEND, self.now_ms, submit.room_uri)
            if stands is StandingState.LIMITED:
                terms.limits.take("message.send_limited", message.user_uri)
        if look.franking_key != terms.franker.public:
            terms.rekey(self.tx, submit.room_uri)
            raise Refusal(
                Code.WRONG_EPOCH, "the hub's key for reports changes first; commit that", current_epoch=look.epoch
            )
        if message.epoch != look.epoch:
            raise Refusal(
                Code.WRONG_EPOCH,
                f"the message is of epoch {message.epoch}, the room is in epoch {look.epoch}",
                current_epoch=look.epoch,
            )
        if look.direct_pair is not None and not self.contacts[look.direct_pair]:
            _refuse_contact()

    def _add(self, message: Checked, look: Look) -> Effect:
        submit, limits = message.submit, self.terms.limits
        room_id, room_uri = look.room_id, submit.room_uri
        head = self.heads.get(room_id) or Head(room_id, room_uri, look.last_seq, look.last_ts_ms)
        log.check_clock(head.ts_ms, self.now_ms)
        limits.take("room.message", room_uri)
        limits.take("room.bytes", room_uri, -(-len(submit.message) // KIB))
        place = head.next(self.now_ms)
        frank = franking.make(self.terms.franker, look.suite, message.tag, message.user_uri, room_uri, place.ts_ms)
        frame = log.message_frame(place, submit.message, frank)
        self.heads[room_id] = place
        self.events.append(
            NewEvent(room_id, place.seq, place.ts_ms, _APPLICATION, message.client_uri, submit.ref, frame)
        )
        self.by_ref[room_id, message.client_uri, submit.ref] = frame
        self.stored.append((message.user_uri, room_id, len(submit.message)))
        answer = encode(Accepted(submit.ref, place.seq, place.ts_ms, frank))
        return Publish(room_uri, place.seq, frame, message.client_uri, answer)


def _repeated(message: Checked, earlier: bytes) -> Effect:
    """The first answer again: nothing is published, since everybody has the event's seq already."""
    event = socket.decode_from_hub(earlier)
    if not isinstance(event, Event) or event.frank is None or event.message != message.submit.message:
        raise Refusal(Code.CONFLICT, "the ref was used for something else")
    answer = encode(Accepted(message.submit.ref, event.seq, event.ts_ms, event.frank))
    return Publish(event.room_uri, event.seq, earlier, message.client_uri, answer)
