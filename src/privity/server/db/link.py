# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One connection to PostgreSQL as the hub uses it: checked when it is made, and never waited for without end."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final

import psycopg
from psycopg import Connection, RawCursor, conninfo
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8BinaryDumper
from psycopg.types.string import BytesBinaryDumper, StrBinaryDumper

from privity.server.db import arrays
from privity.server.db.database import Row
from privity.server.db.statements import PREPARED, Answer, Statements
from privity.server.errors import StoreUnfit, StoreUnreachable
from privity.wire.libpq import OLDEST, WANTED, arguments

ANSWER_S: Final = 20.0
"""A statement that has no answer after this is given up, and its connection with it."""
_LOOK_S: Final = 1.0
_SESSION: Final = (
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off;"
    " SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '15s';"
    " SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;"
    " SET tcp_user_timeout = '25s'; SET client_min_messages = warning"
)
"""Each statement is planned once, and by its indexes, however few rows there are then: a table that is empty in the
morning is large at night, and arrays of unknown length would be planned for anew each time. And what a hub's machine
that vanished held is free again within a minute."""
_MARK: Final = re.compile(r"'[^']*'|\?(\d*)")


@lru_cache(maxsize=2048)
def numbered(sql: str) -> str:
    """`?` and `?2` as PostgreSQL writes them."""
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0].startswith("'"):
            return found[0]
        count += 1
        return f"${found[1] or count}"

    return _MARK.sub(number, sql)


class Link:
    """A connection of one thread. `since`: when the statement that runs was sent; the watch reads it."""

    __slots__ = ("_connection", "_line", "_statements", "since")

    def __init__(self, store: str, name: str) -> None:
        """Raises StoreUnreachable or StoreUnfit."""
        self.since: float | None = None
        try:
            self._connection: Connection[Row] = Connection.connect(
                _arguments(store, name), autocommit=True, cursor_factory=RawCursor
            )
        except psycopg.Error as err:
            raise StoreUnreachable(f"the database of `store` cannot be used: {_said(err)}") from None
        self._statements = Statements(self._connection)
        try:
            self._prepare()
        except psycopg.Error as err:
            self._connection.close()
            raise StoreUnreachable(f"the database of `store` cannot be used: {_said(err)}") from None
        except StoreUnfit:
            self._connection.close()
            raise
        # Our own handle on the line: libpq closes its own when the line breaks, and the number may be another's then.
        self._line = socket.socket(fileno=os.dup(self._connection.pgconn.socket))

    def execute(self, sql: str, parameters: Iterable[object]) -> Answer:
        """One statement in the words of the stores."""
        return self.run(numbered(sql), tuple(parameters))

    def run(self, sql: str, parameters: Sequence[object]) -> Answer:
        """One statement in PostgreSQL's own words."""
        self.since = time.monotonic()
        try:
            return self._statements.run(sql, parameters)
        finally:
            self.since = None

    def many(self, sql: str, rows: Iterable[Iterable[object]]) -> None:
        """One statement for each row, all on their way before the first is answered."""
        self.since = time.monotonic()
        try:
            self._statements.many(numbered(sql), [tuple(row) for row in rows])
        finally:
            self.since = None

    def control(self, sql: str) -> str:
        """Statements without values, several at once; what PostgreSQL says that the last one did."""
        self.since = time.monotonic()
        try:
            return self._statements.control(sql).did
        finally:
            self.since = None

    @property
    def usable(self) -> bool:
        return not self._connection.closed

    @property
    def given_up(self) -> bool:
        """A statement failed, and with it all of the transaction."""
        return self._connection.pgconn.transaction_status == TransactionStatus.INERROR

    def cut(self) -> None:
        """End it from another thread, which waits for an answer: the wait fails."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._connection.close()
        self._line.close()

    def _prepare(self) -> None:
        db = self._connection
        check_fit(db.info.server_version, self._shown)
        if self._shown("synchronous_commit") == "off":
            db.execute("SET synchronous_commit = on")
        self.control(_SESSION)
        db.adapters.register_dumper(int, Int8BinaryDumper)
        db.adapters.register_dumper(bool, Int8BinaryDumper)  # as SQLite has it
        db.adapters.register_dumper(str, StrBinaryDumper)
        db.adapters.register_dumper(bytes, BytesBinaryDumper)
        arrays.register(db.adapters)
        db.prepare_threshold = 0
        db.prepared_max = PREPARED

    def _shown(self, name: str) -> str:
        row = self._connection.execute(f"SHOW {name}").fetchone()
        return "" if row is None else str(row[0])


class Watch:
    """Cuts links whose statement has had no answer for too long: a line can stall for ever without being lost."""

    def __init__(self, answer_s: float = ANSWER_S) -> None:
        self._answer_s = answer_s
        self._links: set[Link] = set()
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._forever, name="hub-watch", daemon=True)
        self._thread.start()

    def add(self, link: Link) -> None:
        with self._lock:
            self._links = {one for one in self._links if one.usable} | {link}

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        for link in self._links:
            link.close()

    def _forever(self) -> None:
        while not self._end.wait(min(_LOOK_S, self._answer_s / 4)):
            with self._lock:
                links = list(self._links)
            for link in links:
                since = link.since
                if since is not None and time.monotonic() - since > self._answer_s:
                    link.cut()


def check_fit(version: int, shown: Callable[[str], str]) -> None:
    """Raise StoreUnfit for a PostgreSQL of this version with these settings."""
    if version < OLDEST:
        raise StoreUnfit(f"store needs PostgreSQL 15 or newer, got {version // 10_000}")
    for name, wanted in WANTED.items():
        found = shown(name)
        if found != wanted:
            raise StoreUnfit(f"store needs a database with {name} = {wanted}, got {found}")


def name_of(err: Exception) -> str:
    """An error's own name, as PostgreSQL's list has it; never what it says, in which there may be SQL."""
    return type(err).__name__


def _arguments(store: str, name: str) -> str:
    """What libpq is told. Raises StoreUnreachable where libpq does not understand it."""
    try:
        given = conninfo.conninfo_to_dict(store)
    except psycopg.Error:
        raise StoreUnreachable("store is not an address that PostgreSQL's library understands") from None
    return conninfo.make_conninfo("", **arguments(given, name))


def _said(err: psycopg.Error) -> str:
    """The first line; libpq tells no password."""
    return str(err).strip().partition("\n")[0] or name_of(err)
