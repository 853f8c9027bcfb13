# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The words of the timeline, kept within the encrypted database and in the same transaction as the rows themselves.

The index holds words and places, no texts; a text that is edited, deleted or expired leaves it as it stood, word by
word, so it must be known then: it is that of the row before. Every text has a number that rises with its time, by which
the newest come first. In a store from before there was an index, rows are taken in by `build_some`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Final

from sqlcipher3 import dbapi2 as sqlcipher

from privity.client.engine.shown import Item, Kind, State, decode_item
from privity.client.store.damage import named
from privity.client.store.transaction import transaction
from privity.client.words import Word, phrases, words

_NUMBERED: Final = 20
"""Bits for texts of one millisecond."""
UNICODE: Final = ("store", b"unicode")
"""Scope and key under which the table `own` says by which Unicode the words were cut."""
_LATEST_MS: Final = (1 << 42) - 1
"""The hub says the time; a number must fit in 63 bits whatever it says."""


_PASSING: Final = (-1, "", "a")
"""A text that comes and goes."""


class TextIndex:
    """The index of one open store. Its changes belong into the transaction that changes the row."""

    __slots__ = ("_db",)

    def __init__(self, db: sqlcipher.Connection) -> None:
        self._db = db

    def follow(self, scope: str, key: bytes, before: bytes | None, after: bytes | None) -> bool:
        """A row of the timeline is about to change; whether a text is no longer shown by that."""
        old = None if before is None else decode_item(before)
        new = None if after is None else decode_item(after)
        old_text, new_text = _text(old), _text(new)
        if old_text == new_text:
            return False
        if old_text:
            self._take_out(scope, key, old_text)
        if new_text and new is not None:
            self._put_in(scope, key, new)
        return bool(old_text)

    def find(self, query: str, scope: str, limit: int) -> list[tuple[str, bytes]]:
        """Scope and key of the texts with all these words, the newest first; in every scope for ""."""
        wanted = phrases(query)
        if not wanted:
            return []
        match = " AND ".join(f"body : {_phrase(phrase)}" for phrase in wanted)
        if scope:
            match = f'room : "{_room(scope)}" AND {match}'
        with named():
            rows = self._db.execute(
                "SELECT indexed.scope, indexed.key FROM words JOIN indexed ON indexed.id = words.rowid"
                " WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ?",
                (match, limit),
            ).fetchall()
        return [(str(found), bytes(key)) for found, key in rows]

    def renew(self) -> None:
        """Begin anew where there is no index yet, or one whose words were cut by another Unicode than this Python's:
        a text must leave the index by the same words by which it came in."""
        kept = self._db.execute("SELECT value FROM own WHERE scope = ? AND key = ?", UNICODE).fetchone()
        current = unicodedata.unidata_version.encode()
        if kept is not None and bytes(kept[0]) == current:
            return
        with transaction(self._db):
            self._db.execute("INSERT INTO words (words) VALUES ('delete-all')")
            self._db.execute("DELETE FROM indexed")
            self._db.execute("DELETE FROM indexing")
            self._db.execute(
                "INSERT INTO indexing (scope, key) SELECT '', zeroblob(0) WHERE EXISTS (SELECT 1 FROM timeline)"
            )
            self._db.execute(
                "INSERT INTO own (scope, key, value) VALUES (?, ?, ?)"
                " ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value",
                (*UNICODE, current),
            )

    def rewrite(self) -> None:
        """Forget the beginnings of words that are gone, by which the index tells its pages apart.

        It writes itself anew when it consists of more than one part, so it is given another.
        """
        with transaction(self._db):
            self._db.execute("INSERT INTO words (rowid, room, body) VALUES (?, ?, ?)", _PASSING)
        with transaction(self._db):
            self._db.execute("INSERT INTO words (words) VALUES ('optimize')")
            self._db.execute("INSERT INTO words (words, rowid, room, body) VALUES ('delete', ?, ?, ?)", _PASSING)

    @property
    def built(self) -> bool:
        """Whether every row is in it."""
        with named():
            return self._db.execute("SELECT 1 FROM indexing").fetchone() is None

    def build_some(self, limit: int) -> int:
        """Take in the next rows of a store from before; how many, 0 when all are in. One transaction."""
        with named(), transaction(self._db):
            at = self._db.execute("SELECT scope, key FROM indexing").fetchone()
            if at is None:
                return 0
            rows = self._db.execute(
                "SELECT scope, key, value FROM timeline WHERE (scope, key) > (?, ?) ORDER BY scope, key LIMIT ?",
                (*at, limit),
            ).fetchall()
            for scope, key, value in rows:
                item = decode_item(bytes(value))
                if _text(item) and self._number(scope, bytes(key)) is None:
                    self._put_in(scope, bytes(key), item)
            self._db.execute("DELETE FROM indexing")
            if rows:
                self._db.execute("INSERT INTO indexing (scope, key) VALUES (?, ?)", rows[-1][:2])
        return len(rows)

    def left(self) -> int:
        """How many rows `build_some` has still to look at."""
        with named():
            (count,) = self._db.execute(
                "SELECT count(*) FROM timeline, indexing"
                " WHERE (timeline.scope, timeline.key) > (indexing.scope, indexing.key)"
            ).fetchone()
        return int(count)

    def _put_in(self, scope: str, key: bytes, item: Item) -> None:
        first = min(max(item.ts_ms, 0), _LATEST_MS) << _NUMBERED
        (last,) = self._db.execute(
            "SELECT max(id) FROM indexed WHERE id BETWEEN ? AND ?", (first, first + (1 << _NUMBERED) - 1)
        ).fetchone()
        number = first if last is None else last + 1
        self._db.execute("INSERT INTO indexed (id, scope, key) VALUES (?, ?, ?)", (number, scope, key))
        self._db.execute(
            "INSERT INTO words (rowid, room, body) VALUES (?, ?, ?)", (number, _room(scope), _body(item.text))
        )

    def _take_out(self, scope: str, key: bytes, text: str) -> None:
        number = self._number(scope, key)
        if number is None:
            return  # of a store from before, and not taken in yet
        self._db.execute(
            "INSERT INTO words (words, rowid, room, body) VALUES ('delete', ?, ?, ?)",
            (number, _room(scope), _body(text)),
        )
        self._db.execute("DELETE FROM indexed WHERE id = ?", (number,))

    def _number(self, scope: str, key: bytes) -> int | None:
        row = self._db.execute("SELECT id FROM indexed WHERE scope = ? AND key = ?", (scope, key)).fetchone()
        return None if row is None else int(row[0])


def _text(item: Item | None) -> str:
    """What of an entry can be found."""
    shown = item is not None and item.kind is Kind.MESSAGE and item.state in (State.SHOWN, State.EDITED)
    return item.text if shown and item is not None else ""


def _body(text: str) -> str:
    return " ".join(word.text for word in words(text))


def _room(scope: str) -> str:
    """A conversation as one word."""
    return hashlib.sha256(scope.encode()).hexdigest()


def _phrase(phrase: tuple[Word, ...]) -> str:
    """Words in a row; the last may be the beginning of one."""
    quoted = " ".join(word.text for word in phrase).replace('"', '""')
    return f'"{quoted}"' if phrase[-1].alone else f'"{quoted}" *'
