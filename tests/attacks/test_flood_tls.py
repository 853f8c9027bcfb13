# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Connections that never begin or never finish TLS, against a hub that ends TLS itself: counted as they are accepted,
bounded in time and number, and people come in meanwhile.
"""

from __future__ import annotations

import asyncio
import errno
import random
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from aiohttp import ClientSession, TCPConnector, web

from privity.server import handshakes, http
from privity.server.handshakes import TlsServer
from privity.server.limits import LIMITS, MAX_HANDSHAKES, MAX_PEERS_OF_ADDRESS, Limit, Limits
from privity.server.peers import Peers
from privity.wire.errors import Code
from tests.attacks.floods import ATTACKER
from tests.certificates import Authority, Pair
from tests.server.operating.conftest import make_home
from tests.waiting import wait_until

OTHER = "127.0.0.78"
HELLO_BEGUN = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(20)
"""The beginning of a ClientHello that never ends."""

MAX_MEMORY = 64 << 20
"""What `MAX_HANDSHAKES` unfinished handshakes may cost."""


@dataclass
class Door:
    """What listens, and what it counted."""

    port: int
    taking: TlsServer
    peers: Peers
    trusting: ssl.SSLContext
    refused: list[Code]

    async def served(self, address: str = "127.0.0.1") -> int:
        """The status that an honest caller of this address gets."""
        connector = TCPConnector(ssl=self.trusting, local_addr=(address, 0), force_close=True)
        url = f"https://localhost:{self.port}/here"
        async with asyncio.timeout(60), ClientSession(connector=connector) as client, client.get(url) as answer:
            return answer.status

    async def until(self, handshakes: int, peers: int | None = None) -> None:
        async with asyncio.timeout(60):
            while len(self.taking.handshakes) != handshakes or (peers is not None and len(self.peers) != peers):
                await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Pair:
    return authority.issue("localhost")


@asynccontextmanager
async def door(
    authority: Authority, certificate: Pair, of_address: int = 50, together: int = 10_000, **table: Limit
) -> AsyncIterator[Door]:
    refused: list[Code] = []
    peers = Peers(refused.append, of_address, together)
    limits = Limits(lambda: 0, {**LIMITS, **{name.replace("_", "."): one for name, one in table.items()}})

    async def here(request: web.Request) -> web.Response:
        return web.Response(text=request.remote or "")

    app = web.Application()
    app.router.add_get("/here", here)
    runner = http.Runner(app, 1.0, peers, limits)
    await runner.setup()
    site = http.Site(runner, "127.0.0.1", 0, ssl_context=certificate.server_context())
    try:
        await site.start()
        taking = site._server
        assert isinstance(taking, TlsServer)
        trusting = ssl.create_default_context(cafile=str(authority.cert))
        yield Door(int(runner.addresses[0][1]), taking, peers, trusting, refused)
    finally:
        await runner.cleanup()
        assert runner.addresses == []


async def raw(stack: AsyncExitStack, door: Door, said: bytes = b"", address: str = ATTACKER) -> socket.socket:
    """A TCP connection that says this and nothing more."""
    made = stack.enter_context(socket.socket())
    made.setblocking(False)
    made.bind((address, 0))
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", door.port))
    if said:
        made.send(said)
    return made


async def ended(made: socket.socket) -> bool:
    """True once the hub has let it go, without a word."""
    try:
        async with asyncio.timeout(60):
            return await asyncio.get_running_loop().sock_recv(made, 1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("said", [b"", HELLO_BEGUN], ids=["never begins", "never finishes"])
async def test_connections_are_counted_before_their_handshake(
    authority: Authority, certificate: Pair, said: bytes
) -> None:
    async with door(authority, certificate, of_address=20) as hub, AsyncExitStack() as stack:
        for _ in range(20):
            await raw(stack, hub, said)
        await hub.until(20, 20)
        for _ in range(5):
            assert await ended(await raw(stack, hub, said))
        assert hub.refused == [Code.TOO_MANY] * 5
        assert await hub.served() == 200
        await hub.until(20, 20)


@pytest.mark.parametrize("said", [b"", HELLO_BEGUN], ids=["never begins", "never finishes"])
async def test_a_handshake_that_does_not_come_is_not_waited_for(
    authority: Authority, certificate: Pair, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "HANDSHAKE_S", 0.3)
    async with door(authority, certificate) as hub, AsyncExitStack() as stack:
        lines = [await raw(stack, hub, said) for _ in range(40)]
        assert all([await ended(line) for line in lines])
        await hub.until(0, 0)
        assert await hub.served(ATTACKER) == 200


async def test_all_addresses_together_leave_files_before_any_of_them_spoke(
    authority: Authority, certificate: Pair
) -> None:
    async with door(authority, certificate, together=30) as hub, AsyncExitStack() as stack:
        for number in range(30):
            await raw(stack, hub, address=f"127.0.1.{number + 1}")
        await hub.until(30, 30)
        assert await ended(await raw(stack, hub, address="127.0.2.1"))
        assert hub.refused == [Code.UNAVAILABLE]


async def test_the_address_with_the_most_makes_way_and_a_slow_phone_does_not(
    authority: Authority, certificate: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with door(authority, certificate) as hub, AsyncExitStack() as stack:
        monkeypatch.setattr(hub.taking.handshakes, "_together", 10)
        phone = await raw(stack, hub, address=OTHER)
        await hub.until(1)
        lines = [await raw(stack, hub) for _ in range(40)]
        for line in lines[:31]:
            assert await ended(line)
        await hub.until(10, 10)
        assert await hub.served() == 200
        await hub.until(9, 9)
        with pytest.raises(BlockingIOError):
            phone.recv(1)
        await greet(hub, phone)


async def greet(hub: Door, phone: socket.socket) -> None:
    """What waited long begins at last, and is served."""
    reader, writer = await asyncio.open_connection(sock=phone, ssl=hub.trusting, server_hostname="localhost")
    writer.write(b"GET /here HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await reader.readuntil(b"\r\n")) == b"HTTP/1.1 200 OK\r\n"
    writer.close()


async def test_one_address_begins_handshakes_at_a_pace_and_another_is_served(
    authority: Authority, certificate: Pair
) -> None:
    pace = Limit(3, 60_000, "address", "a test")
    async with door(authority, certificate, tls_handshake=pace) as hub, AsyncExitStack() as stack:
        for _ in range(3):
            assert await hub.served(ATTACKER) == 200
        assert await ended(await raw(stack, hub))
        assert hub.refused == [Code.TOO_MANY]
        assert await hub.served() == 200


async def test_what_is_no_tls_leaves_nothing_behind(authority: Authority, certificate: Pair) -> None:
    seeded = random.Random(8)
    said = [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff", HELLO_BEGUN[:3], b"\x15\x03\x01\x00\x02\x02\x28"]
    said += [seeded.randbytes(seeded.randrange(1, 600)) for _ in range(60)]
    async with door(authority, certificate, of_address=len(said) + 1) as hub, AsyncExitStack() as stack:
        for words in said:
            (await raw(stack, hub, words)).close()
        await hub.until(0, 0)
        assert hub.refused == []
        assert await hub.served(ATTACKER) == 200


async def test_a_hub_that_stops_waits_for_no_handshake(authority: Authority, certificate: Pair) -> None:
    async with AsyncExitStack() as stack:
        async with door(authority, certificate) as hub:
            begun = [await raw(stack, hub) for _ in range(10)]
            await hub.until(10, 10)
            unseen = await raw(stack, hub)
        for line in (*begun, unseen):
            assert await ended(line)
        await hub.until(0, 0)


async def test_without_files_it_takes_nobody_and_goes_on_when_there_are_some(
    authority: Authority, certificate: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "OUT_OF_FILES_S", 0.05)
    async with door(authority, certificate) as hub:
        listening = Failing(hub.taking._listening, 3)
        monkeypatch.setattr(hub.taking, "_listening", listening)
        assert await hub.served() == 200
        assert listening.left == 0


class Failing:
    """A listening socket whose system has no more files, so many times."""

    def __init__(self, real: socket.socket, times: int) -> None:
        self._real, self.left = real, times
        self.fileno: Callable[[], int] = real.fileno
        self.close: Callable[[], None] = real.close

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        if self.left:
            self.left -= 1
            raise OSError(errno.EMFILE, "too many open files")
        return self._real.accept()


def test_the_hub_keeps_its_memory_and_serves_people_while_hundreds_wait(tmp_path: Path, authority: Authority) -> None:
    """The process that operators start, TLS by its configuration, as many connections as one address may hold."""
    home = make_home(tmp_path / "home")
    pair = authority.issue("localhost")
    home.config.write_text(f'{home.config.read_text()}tls_cert = "{pair.cert}"\ntls_key = "{pair.key}"\n')
    trusting = ssl.create_default_context(cafile=str(authority.cert))

    def served() -> bool:
        url = f"https://localhost:{home.port}/v1/server"
        with suppress(OSError), urlopen(url, timeout=5, context=trusting) as answer:
            return bool(answer.status == 200)
        return False

    home.hub.start()
    try:
        wait_until(served, "the hub to speak TLS")
        assert home.hub.child is not None
        process = Path(f"/proc/{home.hub.child.pid}")
        before = resident(process)
        with ExitStack() as stack:
            for number in range(MAX_PEERS_OF_ADDRESS + 200):
                made = stack.enter_context(
                    socket.create_connection(("127.0.0.1", home.port), source_address=(ATTACKER, 0))
                )
                with suppress(ConnectionError):
                    made.send(HELLO_BEGUN if number % 2 else b"\x16")
            assert served()
            files = len(list((process / "fd").iterdir()))
            assert files < MAX_HANDSHAKES + 100, files
            assert resident(process) - before < MAX_MEMORY, resident(process) - before
            assert served()
        wait_until(lambda: len(list((process / "fd").iterdir())) < 100, "the files of those who left")
        assert '"bug"' not in (home.data / "logs" / "hub.log").read_text()
    finally:
        home.hub.stop()


def resident(process: Path) -> int:
    """Bytes of memory."""
    (line,) = [one for one in (process / "status").read_text().splitlines() if one.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024
