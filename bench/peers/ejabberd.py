# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""ejabberd with a message archive in SQLite, and without one, started as its own script does, without a node name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.contest import Contender, Sizes
from bench.errors import CannotRun
from bench.packages import installed, version
from bench.peers import archive, xmpp
from bench.peers.peer import HOST, Peer, Start, started

SCHEMA: Final = Path("/usr/share/ejabberd/sql/lite.sql")
DATABASE: Final = "ejabberd.sqlite"
DRIVER: Final = "erlang-p1-sqlite3"
LIBRARIES: Final = Path("/usr/lib")


def _config(folder: Path, port: int, archived: bool) -> dict[str, Any]:
    """JSON is YAML too."""
    modules: dict[str, Any] = {
        "mod_roster": {},
        "mod_register": {"ip_access": "all", "access": "all"},
        "mod_muc": {
            "host": f"rooms.{HOST}",
            "access": "all",
            "access_create": "all",
            "max_users": 1000,
            "default_room_options": {"mam": archived, "max_users": 1000},
        },
    }
    if archived:
        modules["mod_mam"] = {"db_type": "sql", "default": "always", "assume_mam_usage": True}
    return {
        "hosts": [HOST],
        "loglevel": "error",
        "listen": [{"port": port, "ip": "127.0.0.1", "module": "ejabberd_c2s", "access": "all", "shaper": "none"}],
        "auth_method": "internal",
        "registration_timeout": "infinity",
        "sql_type": "sqlite",
        "sql_database": str(folder / DATABASE),
        "modules": modules,
    }


def _prepare(archived: bool, folder: Path, port: int) -> Start:
    config = folder / "ejabberd.yml"
    config.write_text(json.dumps(_config(folder, port, archived)))
    if archived:
        try:
            database = sqlite3.connect(folder / DATABASE)
            database.executescript(SCHEMA.read_text())
            database.close()
        except (OSError, sqlite3.Error) as err:
            raise CannotRun(f"the tables of ejabberd's archive cannot be made: {err}") from None
    code = next(LIBRARIES.glob("*/ejabberd-*/ebin"), None)
    if code is None:
        raise CannotRun(f"no ejabberd under {LIBRARIES}: apt-get install ejabberd")
    command = (installed("erl", "erlang-base"), "-noinput", "+K", "true", "+P", "250000", "-pa", str(code))
    environment = {
        "EJABBERD_CONFIG_PATH": str(config),
        "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
        "ERL_LIBS": str(code.parents[1]),
    }
    return Start((*command, "-mnesia", "dir", f'"{folder / "mnesia"}"', "-s", "ejabberd"), environment)


@asynccontextmanager
async def _running(name: str, archived: bool, sizes: Sizes) -> AsyncIterator[Contender]:
    installed("ejabberdctl", "ejabberd")
    if archived and not version(DRIVER):
        raise CannotRun(f"ejabberd has no SQLite here: apt-get install {DRIVER}")
    async with started(partial(_prepare, archived)) as process:
        label = name.replace("ejabberd", "ejabberd" + version("ejabberd"))
        async with xmpp.contender(label, process, sizes) as found:
            found.slow = archived
            if archived:
                await archive.check(found, process.folder / DATABASE, "archive")
            yield found


def _peer(name: str, archived: bool, bar: str) -> Peer:
    return Peer(name, partial(_running, name, archived), bar)


ARCHIVED: Final = _peer("ejabberd, SQLite archive", True, "ratio <= 0.0455")
PLAIN: Final = _peer("ejabberd, no archive (not durable)", False, "ratio <= 2")
