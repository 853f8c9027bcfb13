# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub process that is killed while it deletes accounts: each is there as a whole or gone as a whole."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from aiohttp import ClientError, ClientSession

from privity.server.config import HubConfig
from tests import stores
from tests.server.core.people import Person, connect, text
from tests.server.core.test_deletion import last_list
from tests.server.keylog.hubs import fresh
from tests.server.keylog.test_crashes import RUN, listening

KILLS = int(os.environ.get("PRIVITY_PROVE_DELETION_KILLS", "100"))
TABLES = ("account", "account_state", "device", "blob_owner", "key_package")


async def rounds(folder: Path, port: int, kills: int, seed: int) -> dict[str, int]:
    """In each, somebody registers, puts a file and ends the account, and the hub is killed some time after that."""
    checked, random = fresh(folder, port), Random(seed)
    with (folder / "privity.toml").open("a") as file:
        file.write("behind_proxy = true\n")  # so that each person comes from an address of their own
    amid = 0
    gone: list[Person] = []
    async with ClientSession(f"http://127.0.0.1:{port}") as http:
        for number in range(kills):
            child = start(folder)
            await listening(port, child)
            person = Person(f"person{number}")
            async with http.post("/v1/accounts", json=person.registration()) as response:
                assert response.status == 200, await response.text()
            line = await connect(http, person.device)
            data = person.user_uri.encode() * 50
            assert (await line.request("POST", "/v1/blobs", data=data))[0] == 200
            gone.append(person)
            asking = asyncio.create_task(end(http, person))
            await asyncio.wait({asking}, timeout=random.random() * 0.06)
            child.send_signal(signal.SIGKILL)
            await asyncio.to_thread(child.wait)
            amid += await asking != 200
            whole(checked, person)
        child = start(folder)
        await listening(port, child)
        for person in gone:
            assert await end(http, person) == 200, "again is harmless, and what was not done is done"
        child.terminate()
        assert await asyncio.to_thread(child.wait, 30) == 0
    child = start(folder)  # which forgets at its start
    await listening(port, child)
    while any(path.is_file() for path in checked.blobs.rglob("*")):
        assert child.poll() is None
        await asyncio.sleep(0.02)
    child.terminate()
    assert await asyncio.to_thread(child.wait, 30) == 0
    for table in (*TABLES, "blob"):
        assert stores.asked(checked, f"SELECT COUNT(*) FROM {table}") == [(0,)], table
    assert stores.asked(checked, "SELECT COUNT(*) FROM closed_account") == [(kills,)]
    return {"kills": kills, "amid the end": amid}


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", RUN, str(folder / "privity.toml")])


async def end(http: ClientSession, person: Person) -> int:
    body = {"device_list": text(last_list(person, phrase=True).encode())}
    try:
        headers = {"X-Forwarded-For": f"192.0.2.{int(person.handle.removeprefix('person')) % 250}"}
        async with http.post("/v1/recovery", json=body, headers=headers) as response:
            return response.status
    except ClientError:
        return 0


def whole(checked: HubConfig, person: Person) -> None:
    """What the killed hub has on the disk of this account: all or nothing, but for devices that were dropped before."""
    label = f"u:{person.user_uri}"
    ((closed,),) = stores.asked(checked, "SELECT COUNT(*) FROM closed_account WHERE label = ?", label)
    for table in ("account", "account_state", "blob_owner"):
        ((rows,),) = stores.asked(checked, f"SELECT COUNT(*) FROM {table} WHERE user_uri = ?", person.user_uri)
        assert rows == 1 - closed, table


def test_kill_9_leaves_no_half_of_an_account(
    tmp_path: Path, unused_tcp_port: int, record_property: Callable[[str, object], None]
) -> None:
    figures = asyncio.run(rounds(tmp_path, unused_tcp_port, 2, seed=2))
    record_property("figures", figures)


@pytest.mark.prove
def test_many_kills_leave_no_half_of_an_account(
    tmp_path: Path, unused_tcp_port: int, record_property: Callable[[str, object], None]
) -> None:
    figures = asyncio.run(rounds(tmp_path, unused_tcp_port, KILLS, seed=3))
    record_property("figures", figures)
    assert figures["amid the end"] >= KILLS // 10, "the kills found nothing on its way"
