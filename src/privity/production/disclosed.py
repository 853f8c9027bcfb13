# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messages as they lie in a package, with what proves them (spec/participant-disclosure.md). Bytes become base64."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import msgspec

from privity.production import canonical

SELECTION: Final = "selection.json"
MESSAGES: Final = "messages"
ATTACHMENTS: Final = "attachments"
CONTEXTS: Final = "contexts"
LISTS: Final = "lists"
KEYLOG: Final = "keylog"


class MessageKind(StrEnum):
    MESSAGE = "message"
    EDIT = "edit"
    DELETE = "delete"
    REACTION = "reaction"
    OTHER = "other"


class Status(StrEnum):
    """What there is of an attachment."""

    HERE = "here"
    """The file, which is the one that the message names."""
    NOT_HERE = "not_here"
    REFUSED = "refused"
    """The ciphertext, which does not open to what the message names."""
    LINK_ONLY = "link_only"
    """The message names an address in the clear, and proves nothing of what stands there."""


class Role(StrEnum):
    """As what the exporter was in the conversation."""

    MEMBER = "member"
    ARCHIVE = "archive"


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """`plaintext` and `ciphertext` are paths in the package."""

    part: int
    name: str
    content_type: str
    status: Status
    plaintext: str | None = None
    plaintext_sha256: str | None = None
    ciphertext: str | None = None


class Authorship(msgspec.Struct, frozen=True):
    """What proves that a device of the sender signed the message. Context and list are named by their SHA-256."""

    leaf_index: int
    aad: bytes
    signature: bytes
    leaf_node: bytes
    group_context: str
    device_list: str | None


class Frank(msgspec.Struct, frozen=True):
    """The server's word on the message, and the tag that it is about."""

    server_frank: bytes
    cipher_suite: int
    signature: bytes
    tag: bytes


class Attestation(msgspec.Struct, frozen=True):
    """The server signed that the frank is its own: only this proves the time."""

    at_ms: int
    signature: bytes


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One file of `messages`. Without `authorship` it is what the exporting device itself wrote."""

    n: int
    id: str
    content: bytes
    kind: MessageKind
    content_type: str
    text: str
    sender: str
    handle: str | None
    room: str
    epoch: int | None
    generation: int | None
    authorship: Authorship | None
    frank: Frank | None
    server_time_ms: int | None
    attestation: Attestation | None
    attachments: tuple[Attachment, ...]

    def __repr__(self) -> str:
        return f"<Message {self.n} {self.kind.value}>"


class Gap(msgspec.Struct, frozen=True):
    """How many messages stand between number `after` and the next; None where the device lacks some."""

    after: int
    unselected: int | None


class Reacted(msgspec.Struct, frozen=True):
    user: str
    handle: str | None
    text: str


class DeletedBy(msgspec.Struct, frozen=True):
    """Who deleted a message of somebody else, and the role that let them."""

    user: str
    role: str


class AsShown(msgspec.Struct, frozen=True):
    """How the device shows an entry now."""

    n: int
    state: str
    deleted_by: DeletedBy | None
    reactions: tuple[Reacted, ...]


class LeftOut(msgspec.Struct, frozen=True):
    """A message that was chosen with a range, and is not here."""

    id: str
    why: str


class Asked(msgspec.Struct, frozen=True):
    """What the hub was asked for when the package was made."""

    files: bool
    keys: bool
    attestation: bool


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages these are and for whom: all of it the exporter's word."""

    exporter: str
    device: str
    handle: str
    role: Role
    room: str
    recipient: str
    purpose: str
    statement: str
    made_at: str
    selected: tuple[str, ...]
    gaps: tuple[Gap, ...]
    shown: tuple[AsShown, ...]
    left_out: tuple[LeftOut, ...]
    asked: Asked

    def __repr__(self) -> str:
        return f"<Selection of {len(self.selected)} messages>"


class LogKeys(msgspec.Struct, frozen=True):
    """Whom the device believes about the key log."""

    log_key: str
    vrf_key: bytes
    witnesses: tuple[str, ...]
    quorum: int


class LogProof(msgspec.Struct, frozen=True):
    """A proof about one label, and the values in order that end with the one it shows; or none."""

    label: str
    proof: bytes
    first: int = 0
    values: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Blobs:
    """Pieces that many messages share, each once, by their SHA-256. Grows while messages are gathered."""

    folder: str
    found: dict[str, bytes] = field(default_factory=dict, repr=False)

    def add(self, data: bytes) -> str:
        """What names it."""
        digest = hashlib.sha256(data).hexdigest()
        self.found[digest] = data
        return digest

    def files(self) -> dict[str, bytes]:
        return {f"{self.folder}/{digest}.bin": data for digest, data in self.found.items()}


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages with all that proves them. An operator's production has no selection: nobody of theirs chose."""

    messages: tuple[Message, ...]
    log: LogKeys
    proofs: tuple[LogProof, ...]
    contexts: Blobs
    lists: Blobs
    attachments: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """By path in the package."""
    selection: Selection | None = None

    def files(self) -> dict[str, bytes]:
        """All of it, by path below the folder that it lies in."""
        made: dict[str, Any] = {f"{MESSAGES}/{each.n:05}.json": each for each in self.messages}
        made[f"{KEYLOG}/log.json"] = self.log
        made.update({f"{KEYLOG}/{n:05}.json": each for n, each in enumerate(self.proofs, 1)})
        if self.selection is not None:
            made[SELECTION] = self.selection
        blobs = {**self.contexts.files(), **self.lists.files(), **self.attachments}
        return {**{name: canonical.encode(each) for name, each in made.items()}, **blobs}
