# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity serve --workers 2`: two processes on one port. One that is killed is followed at once by another."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from privity.faces.demo.processes import free_port, privity
from privity.server.errors import AlreadyRunning, ConfigInvalid
from privity.server.init import write_fresh
from privity.server.main import run, run_workers
from tests.attacks.people import close, group_of, places, register, until
from tests.server.workers.house import HOST, LIMIT_S, House, Hub, answers, house


def workers_of(hub: Hub) -> list[int]:
    """The processes that serve."""
    assert hub.pid is not None
    found = Path(f"/proc/{hub.pid}/task/{hub.pid}/children").read_text().split()
    return [int(one) for one in found]


async def test_two_workers_on_one_port(tmp_path: Path) -> None:
    with house(tmp_path, 2) as found:
        hub = found.hubs[0]
        async with AsyncExitStack() as stack:
            devices = []
            for name in ("ada", "ben", "cyd", "dan"):
                device = await register(found.urls[0], tmp_path, name)
                stack.push_async_callback(close, device)
                devices.append(device)
            room = await group_of(*devices)
            await asyncio.gather(*(device.send(room, "before") for device in devices))
            first = workers_of(hub)
            assert len(first) == 2
            os.kill(first[0], signal.SIGKILL)
            await asyncio.gather(*(device.send(room, "after") for device in devices))
            for device in devices:
                await until(lambda device=device: len(places(device, room)) == 8, "all that was sent")  # type: ignore[misc]  # a default in a lambda
            assert len({tuple(places(device, room)) for device in devices}) == 1
            await until(lambda: len(workers_of(hub)) == 2, "a worker in the place of the one that was killed")
            assert first[1] in workers_of(hub)
            with pytest.raises(AlreadyRunning):
                run(alone(found.config))
            copied = another_machine(found, tmp_path / "other")
            refused = Hub("other", privity("serve", "--config", str(copied)), tmp_path / "other.log")
            refused.start()
            assert refused.child is not None and refused.child.wait(LIMIT_S) != 0
            assert "FilesNotShared: another worker of this hub does not see" in (tmp_path / "other.log").read_text()
            await asyncio.gather(*(device.send(room, "still") for device in devices))
        hub.stop()
        assert hub.child is not None and hub.child.returncode == 0, "all of them drained and ended well"
        assert not answers(found.urls[0])


def another_machine(found: House, folder: Path) -> Path:
    """privity.toml of a second machine, which has a copy of all that the first has, and shares nothing with it."""
    shutil.copytree(found.folder / "hub", folder / "hub")
    config = folder / "privity.toml"
    here = found.urls[0].removeprefix("http://")
    config.write_text(found.config.read_text().replace(here, f"127.0.0.1:{free_port()}"))
    return config


def alone(config: Path) -> Path:
    """The same hub without its bus: a process that believes itself the only one."""
    without = config.with_name("alone.toml")
    without.write_text("".join(line for line in config.read_text().splitlines(True) if not line.startswith("bus =")))
    return without


def test_workers_need_what_they_share(tmp_path: Path) -> None:
    first = write_fresh(tmp_path, HOST, "127.0.0.1:8440")
    config = tmp_path / "privity.toml"
    config.write_text(first.section)
    with pytest.raises(ConfigInvalid, match="several workers share one database and one bus"):
        run_workers(config, 2)
    for count in (0, -1, 65):
        with pytest.raises(ConfigInvalid, match="workers must be 1 to 64"):
            run_workers(config, count)
