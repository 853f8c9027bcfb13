# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What accepted content does to a conversation: new entries, edits, deletes, reactions, receipts, names, expiry.

Rules (MIMI content): only the original sender edits; beside them admins and moderators of a group delete; an edit keeps
the earlier versions; a delete empties what is shown and leaves the evidence alone for a grace; unknown dispositions,
extensions and media types are shown as they are. Content that breaks a rule becomes a neutral hidden line.
"""

from __future__ import annotations

import msgspec

from privity.client.engine import known_links, profile
from privity.client.engine.evidence import forget_later
from privity.client.engine.profile import ROOM_EXPIRY, ROOM_PROFILE
from privity.client.engine.records import Table
from privity.client.engine.shown import (
    HIDDEN_TEXT,
    Deleter,
    Item,
    Kind,
    Reaction,
    RoomChanged,
    State,
    Version,
    decode_item,
)
from privity.client.engine.state import CLOCK_LIMIT_MS, Device, RoomRecord
from privity.identity.continuation import MEDIA_TYPE as ROOM_CONTINUES
from privity.identity.continuation import Continuation
from privity.identity.room_links import MEDIA_TYPE as ROOM_LINKS
from privity.identity.room_links import read_statement
from privity.message import receipts
from privity.message.content import REACTION, ExternalPart, MimiContent, NullPart, Part, SinglePart, walk
from privity.message.errors import MessageError
from privity.message.franking import Franked
from privity.mls.codec import u64
from privity.policy.roles import Capability, Role
from privity.policy.room_state import RoomState

MAX_LINE = 4_000
"""Characters of one line, which grows when more is to be said at the same place."""
_MESSAGE, _REACTION, _OTHER = b"m", b"r", b"o"
"""What a message id stands for: an entry, a reaction to the entry at this place, or neither."""


class RuleBroken(MessageError):
    """Accepted content that the rules of conversations do not allow."""


class Repeated(RuleBroken):
    """A message id that came before."""


class PlaceTaken(MessageError):
    """The hub gives a message a number that belongs to another event."""


class Timeline:
    """Applies accepted content of one room."""

    __slots__ = ("_device", "_room")

    def __init__(self, device: Device, room: RoomRecord) -> None:
        self._device = device
        self._room = room

    def item(self, message_id: bytes) -> Item | None:
        """The entry that a message id stands for."""
        found = self._find(message_id)
        if found is None or found[0] != _MESSAGE:
            return None
        return self._at(found[1])

    def check_new(self, message_id: bytes) -> None:
        """Raise Repeated for an id that was seen."""
        if self._find(message_id) is not None:
            raise Repeated("this message id came before")

    def check_place(self, seq: int) -> None:
        """Raise PlaceTaken where something stands already. A line about the event to come gives way."""
        item = self._at(seq)
        if item is not None and (seq <= self._room.cursor or item.kind is not Kind.LINE):
            raise PlaceTaken(f"event {seq} is another message already")

    def apply(self, franked: Franked, seq: int, client_uri: str, state: RoomState) -> None:
        """Let content take effect. `state` is the room of the epoch that it was sent in. Raises RuleBroken (nothing
        changed) for what must be hidden."""
        content = franked.content
        role = state.role(franked.sender_uri)
        if content.replaces is not None:
            self._replace(franked, seq, client_uri, content.replaces, state)
        elif content.in_reply_to is not None and is_reaction(content.part):
            self._react(franked, seq, content.in_reply_to)
        elif isinstance(content.part, SinglePart) and content.part.content_type == receipts.MEDIA_TYPE:
            self._receipt(franked, seq, content.part)
        elif isinstance(content.part, SinglePart) and content.part.content_type == ROOM_PROFILE:
            self._profile(franked, seq, content.part, role)
        elif isinstance(content.part, SinglePart) and content.part.content_type == ROOM_EXPIRY:
            self._expiry(franked, seq, content.part, role)
        elif isinstance(content.part, SinglePart) and content.part.content_type == ROOM_LINKS:
            self._links(franked, seq, content.part, state)
        elif isinstance(content.part, SinglePart) and content.part.content_type == ROOM_CONTINUES:
            self._continues(franked, seq, content.part, state)
        else:
            self._add(franked, seq, client_uri, State.SHOWN)

    def hide(self, seq: int, ts_ms: int) -> None:
        """The neutral line, and the counter. Nothing that stands there already is overwritten."""
        self._room.hidden += 1
        before = self._at(seq)
        if before is None or (before.kind is Kind.LINE and seq > self._room.cursor):
            self._device.put_item(Item(self._room.room_uri, seq, ts_ms, Kind.HIDDEN, text=HIDDEN_TEXT))

    def line(self, seq: int, ts_ms: int, text: str, message_id: bytes = b"") -> None:
        """A line of the program at the place of an event that shows nothing else. Words of somebody bring their id."""
        before = self._at(seq)
        if before is not None and before.kind is not Kind.LINE:
            return
        if before is not None:
            text, message_id = f"{before.text}; {text}", before.message_id or message_id
        item = Item(self._room.room_uri, seq, ts_ms, Kind.LINE, message_id=message_id, text=text[:MAX_LINE])
        self._device.put_item(item)

    def expire(self, seq: int, message_id: bytes) -> None:
        """Empty an entry whose time has come."""
        item = self._at(seq)
        if item is None or item.message_id != message_id or item.state in (State.DELETED, State.EXPIRED):
            return
        self._empty(item, State.EXPIRED)

    def forget(self, item: Item) -> None:
        """Take a message out of what this device shows, for its person alone; an id that came stays known."""
        self._device.batch.delete(Table.TIMELINE, self._room.room_uri, u64(item.seq))
        for message_id in item.version_ids():
            forget_later(self._device, self._room.room_uri, message_id, self._device.now_ms, None)
        self._device.show(RoomChanged(self._room.room_uri))

    def places(self) -> list[int]:
        """Where messages came, rising: also of those that this device's person has taken out since."""
        rows = self._device.batch.scan(Table.MESSAGE_ID, self._room.room_uri)
        return sorted(int.from_bytes(value[1:], "big") for _, value in rows if value[:1] == _MESSAGE)

    def reaction(self, message_id: bytes) -> Reaction | None:
        """The reaction that a message id stands for, while it is shown."""
        found = self._find(message_id)
        item = None if found is None or found[0] != _REACTION else self._at(found[1])
        reactions = () if item is None else item.reactions
        return next((reaction for reaction in reactions if reaction.message_id == message_id), None)

    # One method for each effect

    def _add(self, franked: Franked, seq: int, client_uri: str, state: State) -> None:
        device, content = self._device, franked.content
        expires_ms = expiry_ms(content, franked.ts_ms)
        skewed = device.clock_differs or franked.ts_ms > device.now_ms + CLOCK_LIMIT_MS
        item = Item(
            self._room.room_uri,
            seq,
            franked.ts_ms,
            Kind.MESSAGE,
            sender=franked.sender_uri,
            client=client_uri,
            message_id=franked.message_id,
            version_id=franked.message_id,
            content=franked.data,
            text=plain_text(content.part),
            in_reply_to=content.in_reply_to,
            state=state,
            expires_ms=expires_ms,
            clock_differs=skewed,
            mine=franked.sender_uri == device.own.user_uri,
        )
        device.put_item(item)
        self._note(franked.message_id, _MESSAGE, seq)
        self._room.spoke = self._room.spoke or item.mine
        if expires_ms is not None:
            forget_later(device, self._room.room_uri, franked.message_id, expires_ms, seq)

    def _replace(self, franked: Franked, seq: int, client_uri: str, target_id: bytes, state: RoomState) -> None:
        content = franked.content
        found = self._find(target_id)
        if found is None:
            if not isinstance(content.part, NullPart):
                self._add(franked, seq, client_uri, State.EDITED)  # the original came before this device did
            else:
                self._note(franked.message_id, _OTHER, seq)
            return
        kind, at = found
        item = self._at(at)
        if kind == _OTHER:
            raise RuleBroken("an edit names a message that cannot be edited")
        if item is None:
            self._note(franked.message_id, _OTHER, seq)  # its reader has taken it out
            return
        if kind == _REACTION:
            self._unreact(franked, seq, item, target_id)
            return
        deletes = isinstance(content.part, NullPart)
        own = item.sender == franked.sender_uri
        if not own and not (deletes and state.may(franked.sender_uri, Capability.DELETE_OTHER)):
            raise RuleBroken("only the original sender edits, and deletes beside admins and moderators")
        self._note(franked.message_id, _OTHER, seq)
        if item.state in (State.DELETED, State.EXPIRED):
            return
        if deletes:
            by = None if own else Deleter(franked.sender_uri, state.role(franked.sender_uri).name.lower())
            self._empty(item, State.DELETED, by)
            return
        versions = (*item.versions, Version(item.version_id, item.ts_ms, item.content))
        edited = msgspec.structs.replace(
            item,
            state=State.EDITED,
            version_id=franked.message_id,
            content=franked.data,
            text=plain_text(content.part),
            versions=versions,
        )
        self._device.put_item(edited)

    def _empty(self, item: Item, state: State, by: Deleter | None = None) -> None:
        """Show nothing of it any more. Its place stays, and the evidence of every version for its grace."""
        versions = tuple(msgspec.structs.replace(old, content=b"") for old in item.versions)
        emptied = msgspec.structs.replace(
            item, state=state, content=b"", text="", versions=versions, reactions=(), deleted_by=by
        )
        self._device.put_item(emptied)
        for message_id in item.version_ids():
            forget_later(self._device, self._room.room_uri, message_id, self._device.now_ms, None)

    def _react(self, franked: Franked, seq: int, target_id: bytes) -> None:
        item = self.item(target_id)
        if item is None or item.state in (State.DELETED, State.EXPIRED):
            self._note(franked.message_id, _OTHER, seq)
            return
        texts = [
            part.content.decode("utf-8", "replace")[:64]
            for _, part in walk(franked.content.part)
            if isinstance(part, SinglePart) and part.disposition == REACTION
        ]
        new = [Reaction(franked.sender_uri, text, franked.message_id) for text in texts]
        self._device.put_item(msgspec.structs.replace(item, reactions=(*item.reactions, *new)))
        self._note(franked.message_id, _REACTION, item.seq)

    def _unreact(self, franked: Franked, seq: int, item: Item, reaction_id: bytes) -> None:
        of = [reaction for reaction in item.reactions if reaction.message_id == reaction_id]
        if any(reaction.sender != franked.sender_uri for reaction in of):
            raise RuleBroken("only who reacted takes a reaction back")
        self._note(franked.message_id, _OTHER, seq)
        left = tuple(reaction for reaction in item.reactions if reaction.message_id != reaction_id)
        self._device.put_item(msgspec.structs.replace(item, reactions=left))

    def _receipt(self, franked: Franked, seq: int, part: SinglePart) -> None:
        statuses = receipts.decode(part.content)
        self._note(franked.message_id, _OTHER, seq)
        for receipt in statuses:
            item = self.item(receipt.message_id)
            if item is None or item.sender == franked.sender_uri:
                continue
            status, before = int(receipt.status), item.receipts.get(franked.sender_uri, 0)
            if status <= before:
                continue  # whoever says the same for ever changes nothing, and nothing is shown anew
            self._device.put_item(msgspec.structs.replace(item, receipts={**item.receipts, franked.sender_uri: status}))

    def _profile(self, franked: Franked, seq: int, part: SinglePart, role: Role) -> None:
        if role is not Role.ADMIN:
            raise RuleBroken("only an admin names a conversation")
        name = profile.read_name(part)
        self._note(franked.message_id, _OTHER, seq)
        if name != self._room.name:
            self._room.name = name
            said = f"{franked.sender_uri} named this conversation: {name}"
            self.line(seq, franked.ts_ms, said, franked.message_id)
            self._device.show(RoomChanged(self._room.room_uri))

    def _expiry(self, franked: Franked, seq: int, part: SinglePart, role: Role) -> None:
        if not profile.may_decide(self._room, role):
            raise RuleBroken("only an admin says after how long the messages of a group disappear")
        seconds = profile.read_expiry(part)
        self._note(franked.message_id, _OTHER, seq)
        if seconds != self._room.expires_s:
            self._room.expires_s = seconds
            after = f"new messages disappear after {profile.duration(seconds)}" if seconds else "new messages stay"
            self.line(seq, franked.ts_ms, f"{franked.sender_uri} decided: {after}", franked.message_id)
            self._device.show(RoomChanged(self._room.room_uri))

    def _links(self, franked: Franked, seq: int, part: SinglePart, state: RoomState) -> None:
        who = franked.sender_uri
        if not state.may(who, Capability.ADD_PARTICIPANT):
            raise RuleBroken("only admins and moderators speak of links into a group")
        said = read_statement(part)
        self._note(franked.message_id, _OTHER, seq)
        new, ended = known_links.note(self._room, said, franked.ts_ms)
        lines = [f"{who} made a link by which others can come in" for each in new if each.maker == who]
        lines += [f"{who} revoked a link" for _ in ended]
        if lines:
            self.line(seq, franked.ts_ms, "; ".join(lines), franked.message_id)
        if new or ended:
            self._device.show(RoomChanged(self._room.room_uri))

    def _continues(self, franked: Franked, seq: int, part: SinglePart, state: RoomState) -> None:
        who = franked.sender_uri
        if state.role(who) is not Role.ADMIN:
            raise RuleBroken("only an admin says which conversation a group continues")
        said = Continuation.of(part)
        line = self._device.heard_continuation(self._room, said, who, state)
        self._note(franked.message_id, _OTHER, seq)
        if line:
            self.line(seq, franked.ts_ms, line, franked.message_id)
            self._device.show(RoomChanged(self._room.room_uri))

    def _find(self, message_id: bytes) -> tuple[bytes, int] | None:
        value = self._device.batch.get(Table.MESSAGE_ID, self._room.room_uri, message_id)
        return None if value is None else (value[:1], int.from_bytes(value[1:], "big"))

    def _note(self, message_id: bytes, kind: bytes, seq: int) -> None:
        self._device.batch.put(Table.MESSAGE_ID, self._room.room_uri, message_id, kind + u64(seq))

    def _at(self, seq: int) -> Item | None:
        value = self._device.batch.get(Table.TIMELINE, self._room.room_uri, u64(seq))
        return None if value is None else decode_item(value)


def expiry_ms(content: MimiContent, ts_ms: int) -> int | None:
    """When content ends. A relative time counts from the hub's time of the message: never later than after reading."""
    if content.expires is None:
        return None
    return ts_ms + content.expires.time * 1000 if content.expires.relative else content.expires.time * 1000


def is_reaction(part: Part) -> bool:
    return any(isinstance(inner, SinglePart) and inner.disposition == REACTION for _, inner in walk(part))


def plain_text(part: Part) -> str:
    """The first text among the parts; what is no text is named by its type, so that something is always shown."""
    names: list[str] = []
    for _, inner in walk(part):
        if isinstance(inner, SinglePart):
            if inner.content_type.split(";")[0].strip().lower() in ("text/plain", "text/markdown"):
                return inner.content.decode("utf-8", "replace")
            names.append(inner.content_type)
        elif isinstance(inner, ExternalPart):
            names.append(inner.filename or inner.content_type)
    return f"[{', '.join(names)}]" if names else ""
