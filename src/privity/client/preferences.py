# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person set on this device: drafts, what is muted or out of sight, what others hear of their reading.

It is on disk, inside the encrypted store, when a call returns. It stays on this device, but for what is chosen about
people: that holds on all devices of the account (`engine.telling`).
"""

from __future__ import annotations

from collections.abc import Callable

from privity.client.engine.choices import About, choice_of, row_of
from privity.client.engine.records import Table
from privity.client.engine.typing import OFF, SETTING
from privity.client.errors import CommandRefused
from privity.client.host import wall_ms
from privity.client.store.database import Store
from privity.message.receipts import Status

MAX_DRAFT = 1 << 20
"""Characters: far more than a message takes, so that a text pasted in error is not lost either."""
MAX_SETTING = 4_096

_DRAFT, _MUTED, _ARCHIVED = "draft", "muted", "archived"
_WARNINGS, _COVERS = b"warnings", b"covers"
_ON = b"on"
_SETTING = "setting"
_SENT_UNLESS_OFF = {Status.DELIVERED: b"delivered receipts", Status.READ: b"read receipts"}


class Preferences:
    """The preferences of one device."""

    __slots__ = ("_now_ms", "_store")

    def __init__(self, store: Store, now_ms: Callable[[], int] = wall_ms) -> None:
        self._store = store
        self._now_ms = now_ms

    # Of a conversation

    def draft(self, room_uri: str) -> str:
        value = self._store.get(Table.ROOM, _DRAFT, room_uri.encode())
        return "" if value is None else value.decode()

    def set_draft(self, room_uri: str, text: str) -> None:
        """Keep what is written and not sent; nothing forgets it. Raises CommandRefused for one that is too long."""
        if len(text) > MAX_DRAFT:
            raise CommandRefused(f"a draft has at most {MAX_DRAFT} characters, this one has {len(text)}")
        self._put(Table.ROOM, _DRAFT, room_uri.encode(), text.encode("utf-8", "replace") or None)

    def drafts(self) -> dict[str, str]:
        """Every draft, by room URI."""
        return {key.decode(): value.decode() for key, value in self._store.scan(Table.ROOM, _DRAFT)}

    def muted(self, room_uri: str) -> bool:
        return self._store.get(Table.ROOM, _MUTED, room_uri.encode()) is not None

    def set_muted(self, room_uri: str, muted: bool) -> None:
        self._put(Table.ROOM, _MUTED, room_uri.encode(), b"" if muted else None)

    def archived(self, room_uri: str) -> bool:
        """Whether a conversation is out of sight."""
        return self._store.get(Table.ROOM, _ARCHIVED, room_uri.encode()) is not None

    def set_archived(self, room_uri: str, archived: bool) -> None:
        self._put(Table.ROOM, _ARCHIVED, room_uri.encode(), b"" if archived else None)

    # Of a person

    def frozen(self, user_uri: str) -> bool:
        """Whether nothing of somebody is shown."""
        return self._holds(user_uri, About.FROZEN)

    def set_frozen(self, user_uri: str, frozen: bool) -> None:
        """Nobody is told but the account's other devices, and nothing that came is lost."""
        self._choose(user_uri, About.FROZEN, holds=frozen)

    def heeded(self, user_uri: str) -> bool:
        """Whether the person was told, when somebody was new, what to think of."""
        return self._holds(user_uri, About.HEEDED)

    def set_heeded(self, user_uri: str) -> None:
        self._choose(user_uri, About.HEEDED)

    def put_away(self, user_uri: str, script: str) -> bool:
        """Whether the person put a warning about somebody away (`strangers.warnings`)."""
        return self._holds(user_uri, About.PUT_AWAY, script)

    def set_put_away(self, user_uri: str, script: str) -> None:
        self._choose(user_uri, About.PUT_AWAY, script)

    def _holds(self, user_uri: str, about: About, detail: str = "") -> bool:
        return choice_of(self._store, user_uri, about, detail).holds

    def _choose(self, user_uri: str, about: About, detail: str = "", *, holds: bool = True) -> None:
        choice = choice_of(self._store, user_uri, about, detail)
        if choice.holds != holds:
            change, value = row_of(choice.made(self._now_ms()) if holds else choice.undone())
            self._store.save({change: value})

    # Of the device

    def warns(self) -> bool:
        """Whether the person is warned of scripts of extortion; they are unless they switched it off here."""
        return self._store.get(Table.OWN, _SETTING, _WARNINGS) != OFF

    def set_warns(self, warns: bool) -> None:
        self._put(Table.OWN, _SETTING, _WARNINGS, None if warns else OFF)

    def covers_all(self, *, usually: bool) -> bool:
        """Whether pictures of contacts are covered too, as those of everybody else are. `usually`: without a choice."""
        chosen = self._store.get(Table.OWN, _SETTING, _COVERS)
        return usually if chosen is None else chosen == _ON

    def set_covers_all(self, covers_all: bool) -> None:
        self._put(Table.OWN, _SETTING, _COVERS, _ON if covers_all else OFF)

    def sends(self, status: Status) -> bool:
        """Whether others hear that their messages came (DELIVERED) or were read (READ); they do unless it is off."""
        return self._store.get(Table.OWN, _SETTING, _SENT_UNLESS_OFF[status]) != OFF

    def set_sends(self, status: Status, sends: bool) -> None:
        self._put(Table.OWN, _SETTING, _SENT_UNLESS_OFF[status], None if sends else OFF)

    def typing(self) -> bool:
        """Whether others see that this person writes, and this person that others do; they do unless it is off."""
        return self._store.get(*SETTING) != OFF

    def set_typing(self, typing: bool) -> None:
        self._put(*SETTING, None if typing else OFF)

    def setting(self, name: str) -> str:
        """What a face keeps here for itself, by a name of its choice."""
        value = self._store.get(Table.OWN, _SETTING, _face(name))
        return "" if value is None else value.decode()

    def set_setting(self, name: str, text: str) -> None:
        """Nothing forgets it. Raises CommandRefused for one that is too long."""
        if max(len(name), len(text)) > MAX_SETTING:
            raise CommandRefused(f"a setting has at most {MAX_SETTING} characters")
        self._put(Table.OWN, _SETTING, _face(name), text.encode("utf-8", "replace") or None)

    def _put(self, table: Table, scope: str, key: bytes, value: bytes | None) -> None:
        if self._store.get(table, scope, key) != value:
            self._store.save({(table, scope, key): value})


def _face(name: str) -> bytes:
    """Apart from what the client sets itself."""
    return b"face " + name.encode("utf-8", "replace")
