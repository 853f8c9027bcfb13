# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a device remembers, as records: a table, a scope (mostly a room URI), a key and bytes.

The engine reads through a `View` and writes into a `Batch`; the batch of one step is saved in one transaction before
anything of that step leaves the device or is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Table(StrEnum):
    """The tables of a device store. All have the same shape: scope, key, value."""

    OWN = "own"
    """Scope "": this device's identity, account key and settings, by name. Scope "setting": what the person set
    (`preferences`). Scope "store": what the store remembers of itself. Scope "wish": by which other devices of the
    account are given the account key (`account_keys`). Scopes "frozen", "heeded", "put away": what the person chose
    about others (`choices`); scope "told": which device was told of it (`telling`). Scopes "report", "appeal",
    "statement", "standing": what this account and the desk said to each other (`from_desk`). Scope "report-key": to
    which keys reports were sealed to this device (`report_keys`). Scopes "room-report", "room-report-evidence",
    "room-report-came": reports to this person about groups that they look after (`kept_room_reports`, `moderation`)."""
    MLS = "mls"
    """Records of `mls.group`, by room."""
    ROOM = "room"
    """Scope "": one RoomRecord for each room URI. Scope "read": the last entry that was shown (`unread`).
    Scopes "draft", "muted", "archived": what the person set (`preferences`)."""
    PIN = "pin"
    """Scope "": the pinned device lists of each user URI. Scope "handle": what the hub first called each (`names`).
    Scope "own": every list of the own account, by version (`own_lists`). Scope "checked": the numbers that were
    compared (`checked`). Scope "report-key-seen": how new the keys were that reports were sealed to
    (`room_reporting`)."""
    LOG = "log"
    """Scope "": the hub's key log as it is pinned, the newest checkpoint that was proven, an alarm (`key_log`)."""
    PROOF = "proof"
    """Scope "": proofs of the key log by their hash. By room: what each leaf was accepted under (`proven`)."""
    TIMELINE = "timeline"
    """What is shown in a room, by sequence number."""
    MESSAGE_ID = "message_id"
    """Sequence number of each message id in a room."""
    EVIDENCE = "evidence"
    """What proves a message, by message id in a room; group contexts and ciphertexts stand beside it."""
    OUTBOX = "outbox"
    """What was asked to be sent and is not acknowledged, in order, by room."""
    AHEAD = "ahead"
    """Own events that the hub has numbered beyond the cursor, by sequence number in a room."""
    KEY_PACKAGE = "key_package"
    """Scope "": private halves of published KeyPackages, by reference."""
    ARCHIVE = "archive"
    """Scope "": imported conversations by number. Scope of a number: their entries, which prove nothing (`export`)."""
    CONTACT = "contact"
    """Scope "": what is known of each contact, by user URI. Scope "room": what this account signed about rooms. Scope
    "own": the age band, and since when contacts are kept. Scopes "made", "used": one-time codes. Scope "profile": what
    people say of themselves, as the hub showed it (`contact_book`, `profiles`)."""
    ERASE = "erase"
    """Scope "": what is to be erased, by time (u64 ms), room and message id."""

    __hash__ = str.__hash__
    """Changes are kept by their table: the hash of an Enum is a function of Python."""


class View(Protocol):
    """What the engine reads."""

    def get(self, table: Table, scope: str, key: bytes) -> bytes | None:
        """One value, or None."""

    def scan(
        self, table: Table, scope: str, *, after: bytes | None = None, limit: int | None = None
    ) -> Sequence[tuple[bytes, bytes]]:
        """Key and value of a scope in rising order of keys, those above `after` only."""


Change = tuple[Table, str, bytes]


@dataclass(slots=True)
class Batch:
    """The changes of one step over a view; reading through it sees them."""

    view: View
    changes: dict[Change, bytes | None] = field(default_factory=dict, repr=False)

    def get(self, table: Table, scope: str, key: bytes) -> bytes | None:
        change = (table, scope, key)
        return self.changes[change] if change in self.changes else self.view.get(table, scope, key)

    def scan(
        self, table: Table, scope: str, *, after: bytes | None = None, limit: int | None = None
    ) -> list[tuple[bytes, bytes]]:
        own = {k: v for (t, s, k), v in self.changes.items() if t is table and s == scope}
        reach = None if limit is None else limit + len(own)
        merged: dict[bytes, bytes | None] = dict(self.view.scan(table, scope, after=after, limit=reach))
        merged.update({k: v for k, v in own.items() if after is None or k > after})
        found = [(k, v) for k, v in sorted(merged.items()) if v is not None]
        return found if limit is None else found[:limit]

    def put(self, table: Table, scope: str, key: bytes, value: bytes) -> None:
        self.changes[(table, scope, key)] = value

    def delete(self, table: Table, scope: str, key: bytes) -> None:
        self.changes[(table, scope, key)] = None

    def clear_scope(self, table: Table, scope: str) -> None:
        """Delete everything of a scope."""
        for key, _ in self.scan(table, scope):
            self.delete(table, scope, key)

    def take(self) -> Mapping[Change, bytes | None]:
        """The changes so far; the batch starts anew."""
        taken, self.changes = self.changes, {}
        return taken


@dataclass(slots=True)
class MemoryView:
    """A view over a dict: for tests, simulations and bots that keep nothing."""

    rows: dict[Change, bytes] = field(default_factory=dict, repr=False)

    def get(self, table: Table, scope: str, key: bytes) -> bytes | None:
        return self.rows.get((table, scope, key))

    def scan(
        self, table: Table, scope: str, *, after: bytes | None = None, limit: int | None = None
    ) -> list[tuple[bytes, bytes]]:
        found = sorted(
            (k, v) for (t, s, k), v in self.rows.items() if t is table and s == scope and (after is None or k > after)
        )
        return found if limit is None else found[:limit]

    def save(self, changes: Mapping[Change, bytes | None]) -> None:
        for change, value in changes.items():
            if value is None:
                self.rows.pop(change, None)
            else:
                self.rows[change] = value
