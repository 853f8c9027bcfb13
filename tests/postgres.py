# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of this test process alone, from Debian's packages, on loopback in a temporary folder.

It refuses to run as root, so there it runs as somebody else. The folder is in memory where that is there: fsync stays
on, as the hub demands, and costs nothing. Where PostgreSQL is missing, tests that need it are skipped by name, or fail
where PRIVITY_REQUIRE names postgres.
"""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Final

import pytest

REQUIRE = os.environ.get("PRIVITY_REQUIRE", "").split(",")
START_S: Final = 90
NAME: Final = "hub"
_SETTINGS: Final = {
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "logging_collector": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}
_numbers = itertools.count(1)


def need_postgres() -> None:
    """Skip, or fail where it is required, without PostgreSQL and its driver."""
    try:
        import psycopg  # noqa: F401  # whether it is there
    except ImportError:
        missing = "psycopg (constraints/postgres.txt)"
    else:
        if _folder() is not None:
            return
        missing = "PostgreSQL (apt-get install postgresql)"
    if "postgres" in REQUIRE:
        pytest.fail(f"postgres is required and missing: {missing}")
    pytest.skip(f"missing: {missing}")


class Postgres:
    """One server. `start` and `kill` may alternate; what it committed is there again."""

    def __init__(self, **settings: str) -> None:
        bins = _folder()
        assert bins is not None
        self._bins = bins
        self._settings = {**_SETTINGS, **settings}
        memory = Path("/dev/shm")  # noqa: S108  # our own folder is made in it
        self.folder = Path(tempfile.mkdtemp(prefix="privity-pg-", dir=memory if os.access(memory, os.W_OK) else None))
        self._user = _unprivileged()
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run(
            "initdb", "-D", self._data, "-U", NAME, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync",
            "--no-instructions",
        )  # fmt: skip

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def url(self, database: str, *, host: str = "127.0.0.1", port: int | None = None) -> str:
        return f"postgresql://{NAME}@{host}:{port or self.port}/{database}"

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            **self._settings,
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
        }
        chosen = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [self._bins / "postgres", "-D", self._data, *chosen],
            user=self._user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + START_S
        while self._try("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)) != 0:
            assert self._process.poll() is None, "PostgreSQL ended by itself"
            assert time.monotonic() < until, "PostgreSQL does not answer"
            time.sleep(0.05)

    @property
    def running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL for all of it, as a power cut would end it."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        _end_children(self.folder)

    def stop(self) -> None:
        """At once, and without a trace of the folder."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self, template: str = "template0") -> str:
        """A database of its own; its name."""
        name = f"test_{next(_numbers)}"
        self.sql("postgres", f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def sql(self, database: str, statement: str) -> list[tuple[object, ...]]:
        """One statement of a superuser."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as db:
            found = db.execute(statement)
            return [] if found.description is None else found.fetchall()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._bins / program, *arguments], user=self._user, check=True, stdout=subprocess.DEVNULL)

    def _try(self, program: str, *arguments: str) -> int:
        return subprocess.run([self._bins / program, *arguments], check=False).returncode


@cache
def shared() -> Postgres:
    """The one of this process, until it ends."""
    need_postgres()
    server = Postgres()
    server.start()
    atexit.register(server.stop)
    return server


@cache
def _template() -> str:
    """A database in which the schema is made already."""
    from privity.server.db import postgres

    server = shared()
    name = server.new_database()
    postgres.write_beside(server.url(name), lambda tx: None)
    return name


def new_store() -> str:
    """The address of an empty hub's database, for `store`."""
    return shared().url(shared().new_database(_template()))


def drop(store: str) -> None:
    """A database that no test needs any more."""
    shared().sql("postgres", f"DROP DATABASE {store.rpartition('/')[2]} WITH (FORCE)")


@cache
def _folder() -> Path | None:
    """Of the newest PostgreSQL from 15 on."""
    found = sorted(
        (path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdecimal()),
        key=lambda path: int(path.parent.name),
    )
    if found and int(found[-1].parent.name) >= 15:
        return found[-1]
    return None


def _unprivileged() -> str | None:
    """Whom to run it as, where we are root."""
    if os.geteuid() != 0:
        return None
    names = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def _end_children(folder: Path) -> None:
    """A postmaster's children notice by themselves that it is gone; a new one starts only after that."""
    until = time.monotonic() + START_S
    while any(_is_of(entry, folder) for entry in Path("/proc").glob("[0-9]*")):
        assert time.monotonic() < until, "processes of a PostgreSQL that was killed are still there"
        time.sleep(0.02)


def _is_of(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink().is_relative_to(folder)
    except OSError:
        return False
