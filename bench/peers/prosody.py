# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Prosody with a message archive in SQLite, and without one. Everything else as it is packaged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from bench.contest import Contender, Sizes
from bench.errors import CannotRun
from bench.packages import installed, version
from bench.peers import archive, xmpp
from bench.peers.peer import HOST, Peer, Start, started

CONFIG: Final = """
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
log = {{ {{ levels = {{ min = "error" }}, to = "console" }} }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
modules_enabled = {{ "roster", "saslauth", "disco", "register_ibr"{mam} }}
modules_disabled = {{ "s2s" }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
allow_registration = true
authentication = "internal_plain"
storage = {storage}
sql = {{ driver = "SQLite3", database = "{database}" }}
default_archive_policy = true
VirtualHost "{host}"
Component "rooms.{host}" "muc"
    restrict_room_creation = false
    muc_room_locking = false
    modules_enabled = {{ {muc_mam} }}
"""
STORAGE: Final = '{ archive = "sql", muc_log = "sql" }'
DATABASE: Final = "prosody.sqlite"
DRIVER: Final = "lua-dbi-sqlite3"


def _prepare(command: str, archived: bool, folder: Path, port: int) -> Start:
    (folder / "data").mkdir()
    config = folder / "prosody.cfg.lua"
    config.write_text(
        CONFIG.format(
            folder=folder,
            port=port,
            host=HOST,
            database=DATABASE,
            mam=', "mam"' if archived else "",
            muc_mam='"muc_mam"' if archived else "",
            storage=STORAGE if archived else '"internal"',
        )
    )
    return Start((command, "-F", "--config", str(config)), {})


@asynccontextmanager
async def _running(name: str, archived: bool, sizes: Sizes) -> AsyncIterator[Contender]:
    command = installed("prosody", f"prosody {DRIVER}")
    if archived and not version(DRIVER):
        raise CannotRun(f"Prosody has no SQLite here: apt-get install {DRIVER}")
    async with started(partial(_prepare, command, archived)) as process:
        label = name.replace("Prosody", "Prosody" + version("prosody"))
        async with xmpp.contender(label, process, sizes) as found:
            found.slow = archived
            if archived:
                await archive.check(found, process.folder / "data" / DATABASE, "prosodyarchive")
            yield found


def _peer(name: str, archived: bool, bar: str | None) -> Peer:
    return Peer(name, partial(_running, name, archived), bar)


ARCHIVED: Final = _peer("Prosody, SQLite archive", True, "ratio <= 0.0667")
PLAIN: Final = _peer("Prosody, no archive (not durable)", False, None)
