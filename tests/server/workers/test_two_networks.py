# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two machines as near as one machine comes to them: each command in a network of its own, PostgreSQL and NATS in a
third, everything between them under TLS, and a cable that can be pulled.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from privity.faces.demo.processes import privity, wait_for_hub
from privity.server.init import write_fresh
from tests import postgres
from tests.attacks.people import close, group_of, register
from tests.certificates import Authority, Pair
from tests.faults.town import missing
from tests.nats_server import NatsServer, nats_server, need_nats
from tests.server.workers.house import HOST, LIMIT_S, House, Hub
from tests.server.workers.test_two_machines import Talk

PORT = 8440

pytestmark = pytest.mark.prove


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@dataclass(frozen=True)
class Networks:
    """`middle` is where this process is; each end is a network namespace with one address."""

    tag: str
    middle: str
    ends: list[str]

    def inside(self, end: int, command: list[str]) -> list[str]:
        return ["ip", "netns", "exec", f"{self.tag}{end}", *command]

    def pull(self, end: int) -> None:
        """The cable of one machine: it hears nobody and nobody hears it, and no connection is told so."""
        ip("link", "set", f"{self.tag}c{end}", "down")

    def plug(self, end: int) -> None:
        ip("link", "set", f"{self.tag}c{end}", "up")


@contextmanager
def networks() -> Iterator[Networks]:
    """Skips where the machine does not allow them."""
    tag, net = f"pv{secrets.token_hex(3)}", f"10.{200 + secrets.randbelow(50)}.{secrets.randbelow(250)}"
    found = Networks(tag, f"{net}.1", [f"{net}.2", f"{net}.3"])
    with ExitStack() as undo:
        try:
            ip("link", "add", tag, "type", "bridge")
        except (OSError, subprocess.CalledProcessError) as err:
            missing("networks", f"the right to make networks ({type(err).__name__})")
        undo.callback(ip, "link", "del", tag)
        ip("addr", "add", f"{found.middle}/24", "dev", tag)
        ip("link", "set", tag, "up")
        for end, address in enumerate(found.ends):
            space, cable = f"{tag}{end}", f"{tag}c{end}"
            ip("netns", "add", space)
            undo.callback(ip, "netns", "del", space)
            ip("link", "add", cable, "type", "veth", "peer", "name", f"{tag}p{end}")
            ip("link", "set", cable, "master", tag, "up")
            ip("link", "set", f"{tag}p{end}", "netns", space)
            for words in (
                ["addr", "add", f"{address}/24", "dev", f"{tag}p{end}"],
                ["link", "set", f"{tag}p{end}", "up"],
            ):
                ip("-n", space, *words)
            ip("-n", space, "link", "set", "lo", "up")
        yield found


@contextmanager
def database(middle: str, pair: Pair) -> Iterator[str]:
    """A PostgreSQL that lets in what comes under TLS; an empty hub's database on it, without what a client trusts."""
    server = postgres.Postgres(listen_addresses=f"127.0.0.1,{middle}", ssl="on")
    data = server.folder / "data"
    for file, name in ((pair.cert, "server.crt"), (pair.key, "server.key")):
        shutil.copy(file, data / name)
        shutil.chown(data / name, data.owner())
        (data / name).chmod(0o600)
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write(f"hostssl all all {middle}/24 trust\n")
    try:
        server.start()
        yield server.url(server.new_database(), host=middle)
    finally:
        server.stop()


@contextmanager
def machines(folder: Path, nets: Networks, store: str, nats: NatsServer, pair: Pair) -> Iterator[House]:
    """Two commands with two workers each over one folder, as on a file system that both have mounted."""
    first = write_fresh(folder, HOST, f"127.0.0.1:{PORT}", store=store)
    urls, hubs = [], []
    for end, address in enumerate(nets.ends):
        config = folder / f"privity-{end}.toml"
        bus = nats.url.replace("nats://", "tls://")
        listen = first.section.replace(f"127.0.0.1:{PORT}", f"{address}:{PORT}").replace('"invite"', '"open"')
        tls = f'tls_cert = "{pair.cert}"\ntls_key = "{pair.key}"\n'
        config.write_text(f'{listen}bus = "{bus}"\n{tls}epoch_min_ms = 10\n')
        command = nets.inside(end, privity("serve", "--workers", "2", "--config", str(config)))
        urls.append(f"https://{address}:{PORT}")
        hubs.append(Hub(f"machine {end}", command, folder / f"machine-{end}.log"))
    try:
        for url, hub in zip(urls, hubs, strict=True):
            hub.start()
            wait_for_hub(url, hub, LIMIT_S)
        yield House(folder, store, nats, urls, hubs)
    finally:
        for hub in hubs:
            hub.stop()


async def test_two_machines_and_a_cable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.need_postgres()
    need_nats()
    with ExitStack() as stack:
        nets = stack.enter_context(networks())
        authority = Authority(tmp_path / "ca")
        pair = authority.issue(nets.middle, *nets.ends)
        monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(authority.cert))
        monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", authority.client_context())  # made at import
        store = stack.enter_context(database(nets.middle, pair))
        store += f"?sslmode=verify-full&sslrootcert={authority.cert}"
        options = ("--tls", "--tlscert", str(pair.cert), "--tlskey", str(pair.key))
        nats = stack.enter_context(nats_server(*options, address=nets.middle))
        found = stack.enter_context(machines(tmp_path / "hub", nets, store, nats, pair))
        async with AsyncExitStack() as people:
            devices = []
            for at, name in ((0, "ada"), (0, "ben"), (1, "cyd")):
                device = await register(found.urls[at], tmp_path, name)
                people.push_async_callback(close, device)
                devices.append(device)
            story = Talk(found, devices, [await group_of(*devices) for _ in range(4)])
            await story.say("over the network", 0, 1, 2)
            await story.alike(0, 1, 2)
            nets.pull(1)
            cut_off = asyncio.ensure_future(story.say("from the one without a network", 2))
            await story.say("while it was away", 0, 1)
            await story.alike(0, 1)
            assert not cut_off.done()
            nets.plug(1)
            await cut_off
            await story.alike(0, 1, 2)
