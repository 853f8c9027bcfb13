# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How conversations are written in an export (spec/export.md): a list of them, and one line of JSON for each entry."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

VERSION: Final = 1
INDEX: Final = "index.json"
MESSAGES: Final = "messages.jsonl"
FOLDERS: Final = "conversations"
Count = Annotated[int, msgspec.Meta(ge=0, le=(1 << 53) - 1)]
"""What every program reads as the same number."""


class ExportedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a message. `path` is where it stands in the conversation's folder, None where it was not at hand."""

    name: str
    content_type: str
    size: Count
    path: str | None = None


class ExportedReaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sender: str
    name: str
    text: str


class ExportedVersion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An earlier text of a message."""

    ts_ms: Count
    text: str


class ExportedEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry. `kind` and `state` are words of `engine.shown`; `name` is what this device called the sender."""

    seq: Count
    ts_ms: Count
    kind: str
    state: str
    sender: str
    name: str
    text: str
    id: str = ""
    in_reply_to: str | None = None
    mine: bool = False
    from_backup: bool = False
    versions: tuple[ExportedVersion, ...] = ()
    reactions: tuple[ExportedReaction, ...] = ()
    files: tuple[ExportedFile, ...] = ()


class ExportedConversation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A conversation in the list. `folder` is five digits."""

    folder: str
    room_uri: str
    title: str
    direct: bool
    entries: Count


class ExportedContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody with whom the account may talk, since when, and how that came about (`contacts.Person`)."""

    user_uri: str
    name: str
    since_ms: Count
    how: str


class ExportedIndex(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Count
    user_uri: str
    handle: str
    exported_ms: Count
    conversations: tuple[ExportedConversation, ...]
    contacts: tuple[ExportedContact, ...] = ()
