# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub process as operators run it, under a flood of everything at once: it needs little more memory, and people talk.

The limits are those of every hub. What the flood holds open is counted against the memory that the process has more.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub
from privity.server.init import write_fresh
from privity.server.limits import MAX_PEERS_OF_ADDRESS, MAX_REGISTER_BYTES
from tests.attacks.floods import let_go
from tests.attacks.open_hub import Wire, request
from tests.attacks.people import HOST, close, group_of, register, texts, until
from tests.attacks.test_any_bytes_to_the_socket import BINARY, PING, UPGRADE, frame

MIB = 1 << 20
SILENT, HEADS, BODIES, SOCKETS, PATHS = 300, 200, 60, 200, 2_000
PING_BYTES = 64 * MIB


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[Process, str]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    first = write_fresh(tmp_path / "home", HOST, f"127.0.0.1:{port}")
    path = tmp_path / "home" / "privity.toml"
    path.write_text(first.section.replace('"invite"', '"open"') + "epoch_min_ms = 10\n")
    process = Process("hub", privity("serve", "--config", str(path)), tmp_path / "hub.out")
    process.start()
    wait_for_hub(url, process)
    yield process, url
    process.stop()


def resident(process: Process) -> int:
    """Bytes of memory that the process has now."""
    assert process.child is not None
    pages = int(Path(f"/proc/{process.child.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Flood:
    """Lines from many addresses to one hub."""

    def __init__(self, stack: AsyncExitStack, port: int) -> None:
        self.stack, self.port, self.made = stack, port, 0

    async def line(self, said: bytes = b"", address: str = "") -> Wire:
        self.made += 1
        address = address or f"127.0.{1 + self.made // 50}.{1 + self.made % 50}"
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        self.stack.callback(let_go, writer)
        if said:
            writer.write(said)
        return Wire(reader, writer)

    async def hold(self) -> None:
        """What says too little, and stays."""
        body = request(
            "POST", "/v1/accounts", {"Content-Length": str(MAX_REGISTER_BYTES)}, bytes(MAX_REGISTER_BYTES - 1)
        )
        for count, said in (
            (SILENT, b""),
            (HEADS, b"GET /v1/server HTTP/1.1\r\nA: " + b"b" * 4_000),
            (BODIES, body),
            (SOCKETS, request("GET", "/v1/socket", UPGRADE) + frame(BINARY, bytes(30_000), final=False)),
        ):
            for _ in range(count):
                await self.line(said)

    async def one_too_many(self) -> tuple[int, str | None]:
        """What the hub says to the first connection of an address beyond its share."""
        for _ in range(MAX_PEERS_OF_ADDRESS):
            await self.line(address="127.0.99.99")
        heard = await (await self.line(address="127.0.99.99")).answer()
        return heard.status, heard.error.limit

    async def ask(self) -> None:
        """Paths without number, whose answers are read."""
        line = await self.line()
        for number in range(PATHS):
            await line.send(request("GET", f"/v1/nowhere/{number}", {f"X-{number}": str(number)}))
            assert (await line.answer()).status == 401

    async def ping(self) -> None:
        """Answers that nobody reads."""
        line = await self.line(request("GET", "/v1/socket", UPGRADE))
        line.stop_reading()
        try:
            for _ in range(PING_BYTES // 125 // 500):
                await asyncio.wait_for(line.send(frame(PING, bytes(125)) * 500), 1)
        except (TimeoutError, ConnectionError):
            return


@pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="this system does not tell how much memory a process has"
)
async def test_a_flood_of_everything_costs_little_memory_and_people_talk(
    hub: tuple[Process, str], tmp_path: Path
) -> None:
    process, url = hub
    anna, ben = await register(url, tmp_path, "anna"), await register(url, tmp_path, "ben")
    try:
        room = await group_of(anna, ben)
        await anna.send(room, "before")
        before = resident(process)
        async with AsyncExitStack() as stack:
            flood = Flood(stack, int(url.rpartition(":")[2]))
            await flood.hold()
            others = asyncio.gather(flood.ask(), flood.ping())
            for number in range(10):
                await anna.send(room, f"during {number}")
            await others
            await anna.send(room, "after")
            await until(lambda: "after" in texts(ben, room), "what was said during the flood")
            more = resident(process) - before
            assert await flood.one_too_many() == (429, "connections")
        said = ["before", *(f"during {number}" for number in range(10)), "after"]
        assert texts(ben, room) == said
        assert more < 48 * MIB, f"{more // MIB} MiB"
        assert (tmp_path / "hub.out").read_text() == "", "nothing of it is a bug"
    finally:
        await close(anna)
        await close(ben)
