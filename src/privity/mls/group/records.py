# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""How a group lies in the device's store: many small records, so that a message writes only what it changed.

group            context, confirmation tag, our leaf, the epoch's secrets, the ReInit that ended it
node + index     one leaf of the ratchet tree
over + level + .. one parent; a path has one of each level, and the upper levels are few and side by side
key + index      our private key for a node
msg + epoch + .. one record of an epoch's secret tree
exp + node       one secret of the epoch's exporter tree
late + epoch     what is left of a past epoch, with the leaves that the commit after it changed
prop + number    a queued proposal, in order of arrival
pend             our pending commit

A store writes whole pages, and keeps records in the order of their names: what a commit changes stands together.
Stores from before have parents among the nodes, and instead of `late` past + epoch and leaf + epoch + index; `load`
moves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from privity.mls import codec
from privity.mls.codec import MAX_MESSAGE, Reader
from privity.mls.errors import BadEnum, NotCanonical
from privity.mls.group.epoch import Epoch, PastEpoch
from privity.mls.group.errors import DamagedRecords
from privity.mls.messages.envelope import decode_public_message
from privity.mls.messages.framing import AuthenticatedContent
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.proposals import ReInit, read_proposal
from privity.mls.schedule.key_schedule import EpochSecrets
from privity.mls.secrecy import holds_secrets
from privity.mls.tree import math

VERSION = 1
PENDING_VERSION = 2
"""Records of the form before began with the length of a message, which is never that small (`older_pending`)."""
GROUP = b"group"
PENDING = b"pend"
_NODE, _PARENT, _KEY, _MESSAGE, _PAST, _PROPOSAL = b"node", b"over", b"key", b"msg", b"late", b"prop"
_OLDER_PAST, _OLDER_PAST_LEAF = b"past", b"leaf"
_EXPORT = b"exp"


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class Records:
    """What changed since the last drain. Write all of it in one transaction before anything is sent or shown."""

    put: dict[bytes, bytes]
    delete: set[bytes]

    def __repr__(self) -> str:
        return f"<Records {len(self.put)} to put, {len(self.delete)} to delete>"


@holds_secrets
@dataclass(slots=True, repr=False)
class Journal:
    """Collects changed records; the last word on a name counts."""

    _put: dict[bytes, bytes] = field(default_factory=dict)
    _delete: set[bytes] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"<Journal {len(self._put)} to put, {len(self._delete)} to delete>"

    def put(self, name: bytes, value: bytes) -> None:
        self._put[name] = value
        self._delete.discard(name)

    def delete(self, name: bytes) -> None:
        self._put.pop(name, None)
        self._delete.add(name)

    def drain(self) -> Records:
        records = Records(self._put, self._delete)
        self._put, self._delete = {}, set()
        return records


def node_name(x: int) -> bytes:
    return _PARENT + codec.u8(math.level(x)) + codec.u32(x) if x & 1 else _NODE + codec.u32(x)


def key_name(x: int) -> bytes:
    return _KEY + codec.u32(x)


def message_name(epoch: int, name: bytes) -> bytes:
    return _MESSAGE + codec.u64(epoch) + name


def export_name(name: bytes) -> bytes:
    return _EXPORT + name


def past_name(epoch: int) -> bytes:
    return _PAST + codec.u64(epoch)


def proposal_name(number: int) -> bytes:
    return _PROPOSAL + codec.u32(number)


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class EpochHead:
    """The record `group`: an epoch without its tree and keys."""

    context: GroupContext
    confirmation_tag: bytes
    own_leaf: int
    leaf_count: int
    reinit: ReInit | None
    removed: bool
    secrets: EpochSecrets

    def __repr__(self) -> str:
        return f"<EpochHead {self.context.epoch}>"

    @classmethod
    def of(cls, epoch: Epoch, removed: bool = False) -> EpochHead:
        public = epoch.public
        return cls(
            public.context,
            epoch.confirmation_tag,
            epoch.own_leaf,
            public.tree.leaf_count,
            epoch.reinit,
            removed,
            epoch.secrets,
        )

    def encode(self) -> bytes:
        return b"".join(
            [
                codec.u8(VERSION),
                codec.vec(self.context.encode()),
                codec.vec(self.confirmation_tag),
                codec.u32(self.own_leaf),
                codec.u32(self.leaf_count),
                codec.optional(self.reinit),
                codec.u8(self.removed),
                self.secrets.encode(),
            ]
        )

    @classmethod
    def read(cls, r: Reader) -> EpochHead:
        version = r.u8()
        if version != VERSION:
            raise DamagedRecords(f"the stored group has version {version}, this program reads {VERSION}")
        context = GroupContext.decode(r.vec(MAX_MESSAGE))
        parts = (r.vec(), r.u32(), r.u32(), r.optional(_read_reinit), _read_flag(r))
        return cls(context, *parts, EpochSecrets.read(r))

    @classmethod
    def decode(cls, data: bytes) -> EpochHead:
        return codec.decode(cls.read, data)


def _read_flag(r: Reader) -> bool:
    number = r.u8()
    if number > 1:
        raise BadEnum(f"a stored mark is {number}, expected 0 or 1")
    return number == 1


def read_keys(r: Reader) -> dict[int, bytes]:
    """Private keys by node index, each node once. Raises NotCanonical."""
    items = r.vector_of(lambda each: (each.u32(), each.vec()), MAX_MESSAGE)
    keys = dict(items)
    if len(keys) != len(items):
        raise NotCanonical("two private keys are stored for one node")
    return keys


def _read_reinit(r: Reader) -> ReInit:
    proposal = read_proposal(r)
    if not isinstance(proposal, ReInit):
        raise DamagedRecords(f"the stored group was ended by a {type(proposal).__name__}")
    return proposal


def encode_past(past: PastEpoch) -> bytes:
    leaves = [codec.u32(index) + codec.vec(leaf.encode() if leaf else b"") for index, leaf in past.leaves.items()]
    return b"".join(
        [
            codec.vec(past.context),
            codec.vec(past.sender_data_secret),
            codec.vec(past.resumption_psk),
            codec.u32(past.own_leaf),
            codec.u32(past.messages.leaf_count),
            codec.vec(b"".join(leaves)),
        ]
    )


def read_past(r: Reader) -> tuple[bytes, bytes, bytes, int, int, dict[int, bytes]]:
    """Context, sender data secret, resumption PSK, own leaf, leaf count, changed leaves (empty for a blank one)."""
    fields = (r.vec(MAX_MESSAGE), r.vec(), r.vec(), r.u32(), r.u32())
    leaves = r.vector_of(lambda each: (each.u32(), each.vec()), MAX_MESSAGE) if r.remaining else ()
    return *fields, dict(leaves)


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class StoredProposal:
    """A queued proposal; `leaf_private` only with an Update of our own."""

    auth: AuthenticatedContent
    leaf_private: bytes

    def __repr__(self) -> str:
        return "<StoredProposal>"

    def encode(self) -> bytes:
        return codec.vec(self.auth.encode()) + codec.vec(self.leaf_private)

    @classmethod
    def decode(cls, data: bytes) -> StoredProposal:
        return codec.decode(lambda r: cls(AuthenticatedContent.decode(r.vec(MAX_MESSAGE)), r.vec()), data)


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class StoredPending:
    """A pending commit: its messages, and of the epoch it leads to what cannot be worked out again.

    It is as short as it can be: in a small group it fits into the page that a message writes anyway. `content` is
    empty where `message` shows it.
    """

    message: bytes
    content: bytes
    welcome: bytes
    epoch_secret: bytes
    keys: Mapping[int, bytes]

    def __repr__(self) -> str:
        return "<StoredPending>"

    def authenticated(self) -> AuthenticatedContent:
        """The commit as it was signed."""
        if self.content:
            return AuthenticatedContent.decode(self.content)
        return decode_public_message(self.message).authenticated

    def encode(self) -> bytes:
        keys = b"".join([codec.u32(x) + codec.vec(key) for x, key in self.keys.items()])
        parts = (self.message, self.content, self.welcome, self.epoch_secret, keys)
        return codec.u8(PENDING_VERSION) + b"".join([codec.vec(part) for part in parts])

    @classmethod
    def read(cls, r: Reader) -> StoredPending:
        version = r.u8()
        if version != PENDING_VERSION:
            raise DamagedRecords(f"the pending commit has version {version}, this program reads {PENDING_VERSION}")
        return cls(r.vec(MAX_MESSAGE), r.vec(MAX_MESSAGE), r.vec(MAX_MESSAGE), r.vec(), read_keys(r))


@holds_secrets
@dataclass(slots=True, repr=False)
class Sorted:
    """A group's records by kind, with the kind cut off their names."""

    head: bytes = b""
    pending: bytes | None = None
    nodes: dict[int, bytes] = field(default_factory=dict)
    keys: dict[int, bytes] = field(default_factory=dict)
    messages: dict[int, dict[bytes, bytes]] = field(default_factory=dict)
    exports: dict[bytes, bytes] = field(default_factory=dict)
    past: dict[int, bytes] = field(default_factory=dict)
    past_leaves: dict[int, dict[int, bytes]] = field(default_factory=dict)
    proposals: dict[int, bytes] = field(default_factory=dict)
    moved: set[bytes] = field(default_factory=set)
    """Names that what they hold does not have any more."""


def sort_records(records: Mapping[bytes, bytes]) -> Sorted:
    """Raise DamagedRecords when the head is missing or a name has no meaning."""
    out = Sorted()
    for name, value in records.items():
        if name == GROUP:
            out.head = value
        elif name == PENDING:
            out.pending = value
        elif name.startswith(_NODE):
            x = _number(name[4:])
            out.nodes[x] = value
            if x & 1:
                out.moved.add(name)
        elif name.startswith(_PARENT):
            out.nodes[_number(name[5:])] = value
        elif name.startswith(_KEY):
            out.keys[_number(name[3:])] = value
        elif name.startswith(_MESSAGE):
            out.messages.setdefault(_number(name[3:11]), {})[name[11:]] = value
        elif name.startswith(_EXPORT):
            out.exports[name[3:]] = value
        elif name.startswith(_PAST):
            out.past[_number(name[4:])] = value
        elif name.startswith(_OLDER_PAST):
            out.past[_number(name[4:])] = value
            out.moved.add(name)
        elif name.startswith(_OLDER_PAST_LEAF):
            out.past_leaves.setdefault(_number(name[4:12]), {})[_number(name[12:])] = value
            out.moved.add(name)
        elif name.startswith(_PROPOSAL):
            out.proposals[_number(name[4:])] = value
        else:
            raise DamagedRecords(f"a record has the unknown name {name!r}")
    if not out.head:
        raise DamagedRecords("the record 'group' is missing")
    return out


def _number(name: bytes) -> int:
    return int.from_bytes(name, "big")
