# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which entries of a backup may be shown, made anew from what proves them: nothing of the entry itself is believed.

Words of somebody else come back with the hub's signature over sender, room and time, and the signature of a device
that the key log shows among theirs. Own words have no proof but the backup, and say so; they cannot be reported.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import msgspec

from privity.client.engine.evidence import EvidenceRecord
from privity.client.engine.profile import is_message
from privity.client.engine.shown import HIDDEN_TEXT, Item, Kind, Reaction, State, Version
from privity.client.engine.timeline import MAX_LINE, expiry_ms, is_reaction, plain_text
from privity.identity.errors import IdentityError
from privity.message.authorship import LeafBinding, verify_authorship
from privity.message.content import REACTION, MimiContent, NullPart, SinglePart, walk
from privity.message.errors import BadEvidence, MessageError
from privity.message.franking import Franked, accept
from privity.message.report import Authorship, ReportedMessage
from privity.mls.errors import MlsError
from privity.mls.messages.credential import Credential
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.policy.members import member_of
from privity.policy.room_state import RoomState

EMPTY = (State.DELETED, State.EXPIRED)
NOT_PROVEN = (MessageError, MlsError, IdentityError)
"""What a check of evidence is refused with."""


class OnceEach:
    """A `LeafBinding` that asks another one only once about the same device under the same list."""

    __slots__ = ("_binding", "_bound")

    def __init__(self, binding: LeafBinding) -> None:
        self._binding = binding
        self._bound: set[tuple[str, bytes, bytes, bytes]] = set()

    def __call__(self, sender_uri: str, credential: Credential, signature_key: bytes, device_list: bytes) -> None:
        asked = sender_uri, credential.encode(), signature_key, hashlib.sha256(device_list).digest()
        if asked not in self._bound:
            self._binding(sender_uri, credential, signature_key, device_list)
            self._bound.add(asked)


@dataclass(frozen=True, slots=True)
class Prover:
    """`keys` are those by which the hub has ever signed franks, as its record in the key log says; `bindings` are by
    user URI."""

    own_uri: str
    keys: Collection[bytes]
    bindings: Mapping[str, LeafBinding]
    now_ms: int

    def prove(self, record: EvidenceRecord, context: bytes, room_uri: str) -> Franked:
        """Every check that is made of a message when it comes, but for those of its place. Raises one of NOT_PROVEN."""
        if record.room_uri != room_uri:
            raise BadEvidence("the evidence belongs to another room")
        if not hmac.compare_digest(hashlib.sha256(context).digest(), record.context_hash):
            raise BadEvidence("the evidence names another group context")
        binding = self.bindings.get(record.sender_uri)
        if binding is None:
            raise BadEvidence(f"the key log shows no lists of {record.sender_uri}")
        group = GroupContext.decode(context)
        key = RoomState.of(group).franking_key
        if key not in self.keys:
            raise BadEvidence("the frank is by a key that no record of the hub names")
        names = record.sender_uri, room_uri, record.ts_ms
        franked = accept(record.data, *names, record.tag, record.frank(), key, group.cipher_suite)
        signed = Authorship(
            record.epoch,
            record.leaf,
            record.aad,
            record.signature,
            context,
            record.leaf_node,
            record.device_list,
        )
        message = ReportedMessage(record.data, record.frank(), record.ts_ms, signed)
        verify_authorship(message, record.sender_uri, room_uri, binding)
        return franked


@dataclass(slots=True)
class Found:
    """An entry that may be shown, and the evidence that holds."""

    item: Item
    evidence: dict[bytes, EvidenceRecord] = field(default_factory=dict)


def made_anew(
    prover: Prover, claimed: Item, evidence: Mapping[bytes, EvidenceRecord], contexts: Mapping[bytes, bytes]
) -> Found | None:
    """The entry as it may be shown, or None for words of somebody else that nothing proves."""
    if claimed.kind is not Kind.MESSAGE:
        text = HIDDEN_TEXT if claimed.kind is Kind.HIDDEN else claimed.text[:MAX_LINE]
        return Found(Item(claimed.room_uri, claimed.seq, claimed.ts_ms, claimed.kind, text=text, from_backup=True))
    proven: dict[bytes, tuple[EvidenceRecord, Franked]] = {}
    for message_id, record in evidence.items():
        context = contexts.get(record.context_hash)
        if context is None:
            continue
        try:
            franked = prover.prove(record, context, claimed.room_uri)
        except NOT_PROVEN:
            continue
        if franked.message_id == message_id:
            proven[message_id] = record, franked
    own = claimed.sender == prover.own_uri
    if claimed.state in EMPTY:
        return _emptied(prover, claimed, proven)
    found = _proven_entry(prover, claimed, proven)
    if found is None and own:
        found = _own_entry(prover, claimed)
    if found is not None:
        _with_reactions(prover, claimed, found, proven)
    return found


Proven = Mapping[bytes, tuple[EvidenceRecord, Franked]]


def _proven_entry(prover: Prover, claimed: Item, proven: Proven) -> Found | None:
    """The message with all its versions, each of which must hold and belong to the first."""
    if claimed.message_id not in proven or claimed.version_id not in proven:
        return None
    first_record, first = proven[claimed.message_id]
    wanted = [each.message_id for each in claimed.versions] + [claimed.version_id]
    chosen = [proven[each] for each in wanted if each in proven]
    for _, franked in chosen:
        if franked.sender_uri != first.sender_uri or not _is_version(franked, first):
            return None
    record, shown = chosen[-1]
    versions = tuple(Version(each.message_id, each.ts_ms, each.data) for _, each in chosen[:-1])
    expires = expiry_ms(first.content, first.ts_ms)
    item = Item(
        claimed.room_uri,
        claimed.seq,
        first.ts_ms,
        Kind.MESSAGE,
        sender=first.sender_uri,
        client=member_of(LeafNode.decode(record.leaf_node)).client_uri,
        message_id=first.message_id,
        version_id=shown.message_id,
        content=shown.data,
        text=plain_text(shown.content.part),
        in_reply_to=first.content.in_reply_to,
        state=State.EDITED if first is not shown or first.content.replaces is not None else State.SHOWN,
        expires_ms=expires,
        versions=versions,
        mine=first.sender_uri == prover.own_uri,
    )
    kept = {franked.message_id: each for each, franked in chosen}
    if expires is not None and expires <= prover.now_ms:
        return Found(_without_words(item, State.EXPIRED))
    return Found(item, {first.message_id: first_record, **kept})


def _is_version(franked: Franked, first: Franked) -> bool:
    """Whether this is the first version, or replaces it, and is words at all."""
    part = franked.content.part
    if isinstance(part, NullPart) or not is_message(part) or is_reaction(part):
        return False
    return franked.message_id == first.message_id or franked.content.replaces == first.message_id


def _own_entry(prover: Prover, claimed: Item) -> Found | None:
    """Own words, as the backup has them."""
    try:
        contents = [MimiContent.decode(each.content) for each in claimed.versions]
        content = MimiContent.decode(claimed.content)
    except MessageError:
        return None
    for each in (*contents, content):
        if each.sender_uri != prover.own_uri or each.room_uri != claimed.room_uri:
            return None
    item = Item(
        claimed.room_uri,
        claimed.seq,
        claimed.ts_ms,
        Kind.MESSAGE,
        sender=prover.own_uri,
        message_id=claimed.message_id,
        version_id=claimed.version_id,
        content=claimed.content,
        text=plain_text(content.part),
        in_reply_to=claimed.in_reply_to,
        state=claimed.state,
        expires_ms=claimed.expires_ms,
        versions=claimed.versions,
        receipts=claimed.receipts,
        mine=True,
        from_backup=True,
    )
    if item.expires_ms is not None and item.expires_ms <= prover.now_ms:
        return Found(_without_words(item, State.EXPIRED))
    return Found(item)


def _emptied(prover: Prover, claimed: Item, proven: Proven) -> Found:
    """That something stood here. Its evidence comes back for what is left of its time."""
    item = Item(
        claimed.room_uri,
        claimed.seq,
        claimed.ts_ms,
        Kind.MESSAGE,
        sender=claimed.sender,
        message_id=claimed.message_id,
        version_id=claimed.version_id,
        versions=claimed.versions,
        mine=claimed.sender == prover.own_uri,
        from_backup=True,
    )
    kept = {each: record for each, (record, franked) in proven.items() if franked.sender_uri == claimed.sender}
    return Found(_without_words(item, claimed.state), kept)


def _without_words(item: Item, state: State) -> Item:
    versions = tuple(msgspec.structs.replace(each, content=b"") for each in item.versions)
    return msgspec.structs.replace(item, state=state, content=b"", text="", versions=versions, expires_ms=None)


def _with_reactions(prover: Prover, claimed: Item, found: Found, proven: Proven) -> None:
    """Own reactions, and those that are proven to answer this very message."""
    if found.item.state in EMPTY:
        return
    reactions = []
    for each in claimed.reactions:
        if each.message_id in proven:
            record, franked = proven[each.message_id]
            if franked.content.in_reply_to == claimed.message_id and each.text in _reaction_texts(franked):
                reactions.append(Reaction(franked.sender_uri, each.text, each.message_id))
                found.evidence[each.message_id] = record
        elif each.sender == prover.own_uri:
            reactions.append(each)
    found.item = msgspec.structs.replace(found.item, reactions=tuple(reactions))


def _reaction_texts(franked: Franked) -> list[str]:
    return [
        part.content.decode("utf-8", "replace")[:64]
        for _, part in walk(franked.content.part)
        if isinstance(part, SinglePart) and part.disposition == REACTION
    ]
