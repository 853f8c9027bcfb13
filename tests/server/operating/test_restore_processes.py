# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People talk, somebody backs up while they send, the disk dies, and they talk on: all with real processes."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from privity.faces.demo.processes import privity
from tests.attacks.people import close, group_of, register, reopen, texts, until
from tests.server.operating.conftest import Home


def run(*arguments: str) -> str:
    done = subprocess.run(privity(*arguments), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_talk_back_up_while_sending_lose_everything_restore_and_talk_on(home: Home, tmp_path: Path) -> None:
    config = ("--config", str(home.config))
    await asyncio.to_thread(home.start)
    anna, ben = await register(home.url, tmp_path, "anna"), await register(home.url, tmp_path, "ben")
    room = await group_of(anna, ben)
    said = [f"before {number}" for number in range(10)]
    for text in said:
        await anna.send(room, text)
    backing = asyncio.create_task(
        asyncio.to_thread(run, "admin", "backup", str(tmp_path / "copy"), "--keys", str(tmp_path / "keys"), *config)
    )
    while not backing.done():
        said.append(f"meanwhile {len(said)}")
        await anna.send(room, said[-1])
        await asyncio.sleep(0.02)
    await backing
    await until(lambda: texts(ben, room) == said, "ben to have everything")
    for device in (anna, ben):
        await close(device)
    await asyncio.to_thread(home.hub.kill)
    (home.folder / "hub").rename(tmp_path / "dead-disk")
    home.config.rename(tmp_path / "dead.toml")

    await asyncio.to_thread(run, "admin", "restore", str(tmp_path / "copy"), "--keys", str(tmp_path / "keys"), *config)
    marked = await asyncio.to_thread(run, "restored", *config)
    assert "1 conversation marked" in marked
    await asyncio.to_thread(home.start)
    anna, ben = await reopen(tmp_path, "anna"), await reopen(tmp_path, "ben")
    await anna.send(room, "after")
    await ben.send(room, "after that")
    whole = [*said, "after", "after that"]
    for device in (anna, ben):
        await until(lambda device=device: texts(device, room) == whole, "both to have everything")  # type: ignore[misc]  # a default in a lambda
        await close(device)
    await asyncio.to_thread(home.hub.stop)
