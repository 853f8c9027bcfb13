# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Conversations that were imported: to be read, apart from all others. Every word in them may be made up."""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.shape import Shape


class ImportedConversation(Shape, frozen=True, kw_only=True):
    """`of` is who the export says it belonged to."""

    number: int
    title: str
    of: str
    exported_ms: int
    imported_ms: int
    entries: int


class ImportedEntry(Shape, frozen=True, kw_only=True):
    """`line` is no message. `files` are names of files, which stayed where the export is."""

    ts_ms: int
    name: str
    text: str
    mine: bool
    line: bool
    files: tuple[str, ...]


class ImportedConversations(AccountRequest, frozen=True, kw_only=True):
    """`ImportedList`."""


class ImportedList(Result, frozen=True, kw_only=True):
    conversations: tuple[ImportedConversation, ...]


class ReadImported(AccountRequest, frozen=True, kw_only=True):
    """Entries of one behind the first `after`: `ImportedEntries`."""

    number: int
    after: int = 0


class ImportedEntries(Result, frozen=True, kw_only=True):
    """In the order of the export. `later` says whether there are more."""

    entries: tuple[ImportedEntry, ...]
    later: bool


class RemoveImported(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    number: int
