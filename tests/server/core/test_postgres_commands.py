# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The commands as people type them, with a hub on PostgreSQL: init, serve, and what is done beside it."""

from __future__ import annotations

import asyncio
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession

from privity.faces.demo.processes import free_port
from privity.server import config, init
from privity.server.db.database import Reader, Row
from privity.server.db.open import open_database
from privity.server.errors import AlreadyInitialised, AlreadyRunning, UnknownHandle
from tests import postgres
from tests.server.core.people import Person

COMMAND = (sys.executable, "-m", "privity.cli")


async def privity(*arguments: str) -> tuple[int, str]:
    """The status and all that it said."""
    child = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await child.communicate()
    assert child.returncode is not None
    return child.returncode, said.decode()


@pytest.fixture
def store() -> str:
    postgres.need_postgres()
    server = postgres.shared()
    return server.url(server.new_database())


async def test_init_serve_and_what_is_done_beside_it(tmp_path: Path, store: str) -> None:
    home, port = tmp_path / "home", free_port()
    path = home / "privity.toml"
    toml = str(path)
    status, said = await privity("init", str(home), "--listen", f"127.0.0.1:{port}", "--store", store)
    assert status == 0, said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600, "a password may stand in it"
    assert config.load(path).store == store
    assert not (home / "hub" / "hub.db").exists()
    assert store not in said

    with pytest.raises(AlreadyInitialised, match="another hub"):
        init.write_fresh(tmp_path / "other", "localhost", "127.0.0.1:0", store=store)

    hub = await asyncio.create_subprocess_exec(
        *COMMAND, "serve", "--config", toml, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        async with ClientSession(f"http://127.0.0.1:{port}/") as http:
            await answering(http)
            invite = await asyncio.to_thread(init.new_invite, path)
            alice = Person("alice.b", "localhost")
            async with http.post("/v1/accounts", json=alice.registration(invite.code)) as response:
                assert response.status == 200, await response.text()
            assert (await asyncio.to_thread(init.new_reset_code, path, "alice.b")).code
            with pytest.raises(UnknownHandle):
                await asyncio.to_thread(init.new_reset_code, path, "nobody")
            assert await asyncio.to_thread(init.look_beside, path, handles) == [("alice.b",)]
            with pytest.raises(AlreadyRunning):
                await asyncio.to_thread(open_database, config.load(path))
    finally:
        hub.send_signal(signal.SIGTERM)
        assert await hub.wait() == 0


def handles(reader: Reader) -> list[Row]:
    return reader.all("SELECT handle FROM account")


async def answering(http: ClientSession) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                async with http.get("/v1/hub") as response:
                    assert response.status < 500
                    return
            except ClientError:
                await asyncio.sleep(0.05)
