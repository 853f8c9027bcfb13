# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's process with its pages: they are there while it takes reports, end with it, and a session outlives it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

import aiohttp

from privity.desk import config as desk_config
from privity.desk.db.database import open_database
from privity.desk.keys import open_keys
from privity.desk.staff import service, signing_in
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.rights import Right, Role
from tests.desk.fresh_keys import fresh_keys
from tests.desk.running import child
from tests.desk.staff.authenticator import Authenticator
from tests.waiting import wait_until

BROWSER = b"b" * 32
NOBODY = "http://127.0.0.1:1"
"""Where no hub is."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def written(folder: Path, port: int) -> Path:
    path = folder / "privity.toml"
    path.write_text(f'[desk]\nhub_url = "{NOBODY}"\nlisten = "127.0.0.1:{port}"\n')
    return path


def session_in(config: Path) -> str:
    """The cookie of a member who came before the process ran."""
    loaded = desk_config.load(config)
    db = open_database(loaded.database, open_keys(loaded))
    try:
        now_ms = time.time_ns() // 1_000_000
        owner = Acting.command("invite", Right.MANAGE_STAFF)
        code = service.invite(db, owner, "Ada", [Role.ADMIN], now_ms, os.urandom).code
        place = Place(loaded.console_url, "localhost")
        door = signing_in.Door(place, Challenges(os.urandom), Tries(), os.urandom)
        found = signing_in.whose_code(db, door, code, now_ms)
        answer = Authenticator().create(signing_in.ask_first(db, door, found, BROWSER, now_ms), place.origin)
        return signing_in.join(db, door, code, "a key", answer, BROWSER, now_ms)
    finally:
        db.close()


async def test_the_pages_live_and_end_with_the_process_and_a_session_outlives_a_kill(tmp_path: Path) -> None:
    fresh_keys(tmp_path)
    port = free_port()
    config = written(tmp_path, port)
    headers = {"Host": f"localhost:{port}", "Cookie": f"privity-desk={session_in(config)}"}
    async with aiohttp.ClientSession() as session:
        for ending, status in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)):
            process = await child(config)
            await asyncio.to_thread(wait_until, lambda: accepts(port), "the desk to listen")
            async with session.get(f"http://127.0.0.1:{port}/staff", headers=headers, allow_redirects=False) as answer:
                assert (answer.status, "Ada" in await answer.text()) == (200, True)
            process.send_signal(ending)  # while the connection is kept open
            _, errors = await asyncio.wait_for(process.communicate(), 30)
            assert process.returncode == status, errors
            assert b"Traceback" not in errors and b"Ada" not in errors
        assert not accepts(port)


async def test_a_taken_port_ends_the_desk_by_name(tmp_path: Path) -> None:
    fresh_keys(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = await child(written(tmp_path, other.getsockname()[1]))
        _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert b"CannotListen: cannot listen on 127.0.0.1:" in errors
