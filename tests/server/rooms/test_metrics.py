# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an operator counts: it moves with what happens, and says nothing about whom."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from privity.identity.uris import id_of
from privity.server import config, init
from privity.server.db.database import Tx
from privity.server.errors import CannotListen
from privity.server.main import build_context, serving
from privity.server.metrics.routes import metrics_app
from privity.wire import rest, socket
from privity.wire.errors import Code
from privity.wire.observed import ObservedKind
from tests.server.core.people import Person
from tests.server.keylog.hubs import begun
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import World

PATIENCE_S = 60
Counts = dict[tuple[str, str], float]
"""(name, the label's value or nothing)."""


class Page:
    def __init__(self, http: ClientSession) -> None:
        self.http = http

    async def text(self) -> str:
        async with self.http.get("/metrics") as answer:
            assert answer.status == 200
            return await answer.text()

    async def counts(self) -> Counts:
        families = text_string_to_metric_families(await self.text())
        return {
            (sample.name, next(iter(sample.labels.values()), "")): sample.value
            for family in families
            for sample in family.samples
        }

    async def until(self, name: str, value: float) -> None:
        """Ask until the count is this."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.counts())[name, ""] != value:
                await asyncio.sleep(0)


@pytest.fixture
async def page(world: World) -> AsyncIterator[Page]:
    server = TestServer(metrics_app(world.context))
    await server.start_server()
    async with ClientSession(server.make_url("/")) as http:
        yield Page(http)
    await server.close()


def moved(before: Counts, after: Counts) -> dict[tuple[str, str], float]:
    gone = {key: after[key] - value for key, value in before.items() if key[0] != "privity_commit_seconds_sum"}
    return {key: value for key, value in gone.items() if value and not key[0].endswith("_bucket")}


async def test_counts_move_with_what_happens(world: World, page: Page) -> None:
    await begun(world.context)
    before = await page.counts()
    room, (anna, ben) = await room_of(world, "anna", "ben")
    for _ in range(3):
        await anna.say(room, b"x")
    await ben.call("POST", "/v1/reports", rest.SealedReport(b"sealed"), rest.ReportReceived)
    await anna.line.request("POST", "/v1/blobs", data=bytes(1000))
    await ben.line.request("POST", "/v1/blobs", data=bytes(1000))
    await ben.line.request("POST", "/v1/blobs", data=b"x" * 500)
    await anna.refused("GET", "/v1/handles/nobody_there", None)
    await anna.send(socket.Submit(b"short", room, b""))
    await anna.until(socket.Refused)
    async with world.http.post("/v1/accounts", data=b"nothing") as answer:
        assert answer.status == 400
    assert moved(before, await page.counts()) == {
        ("privity_messages_accepted_total", ""): 3,
        ("privity_commit_seconds_count", ""): 1,
        ("privity_connections", ""): 2,
        ("privity_keylog_epochs_total", ""): 2,
        ("privity_blob_bytes", ""): 1500,
        ("privity_reports_waiting", ""): 1,
        ("privity_observed_total", "registered"): 2,
        ("privity_observed_total", "created"): 1,
        ("privity_observed_total", "added"): 1,
        ("privity_refused_total", Code.NOT_FOUND): 1,
        ("privity_refused_total", Code.MALFORMED): 2,
    }
    await ben.disconnect()
    await page.until("privity_connections", 1)


async def test_a_device_that_proves_nothing_is_counted(world: World, page: Page) -> None:
    stranger = Person("stranger")
    with pytest.raises(AssertionError):
        await world.device(stranger, stranger.device)
    assert (await page.counts())["privity_refused_total", Code.UNAUTHENTICATED] == 1


async def test_a_refused_commit_is_no_commit(world: World, page: Page) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    before = await page.counts()
    pending = anna.body(anna.removal(room, ben))
    await anna.refused(
        "POST", anna.path(room, "commit"), rest.Commit(b"short", pending.commit, pending.group_info, None)
    )
    after = await page.counts()
    assert after["privity_commit_seconds_count", ""] == before["privity_commit_seconds_count", ""]
    assert after["privity_refused_total", Code.MALFORMED] == before["privity_refused_total", Code.MALFORMED] + 1


async def test_what_waits_for_the_writer_is_seen(world: World, page: Page) -> None:
    """The writer is held within one transaction; writes and messages that come meanwhile are counted as waiting."""
    room, (anna, _) = await room_of(world, "anna", "ben")
    entered, go_on = threading.Event(), threading.Event()

    def hold(tx: Tx) -> None:
        entered.set()
        go_on.wait(PATIENCE_S)

    writes = [asyncio.ensure_future(world.context.db.write(hold))]
    assert await asyncio.to_thread(entered.wait, PATIENCE_S)
    writes += [asyncio.ensure_future(world.context.db.write(lambda tx: None)) for _ in range(4)]
    messages = [socket.Submit(secrets.token_bytes(16), room, anna.sealed(room, text)) for text in (b"one", b"two")]
    await anna.send(messages[0])
    await page.until("privity_writes_waiting", 5)
    await anna.send(messages[1])
    await page.until("privity_messages_waiting", 1)
    go_on.set()
    await asyncio.gather(*writes)
    for _ in messages:
        assert isinstance(await anna.until_answer(), socket.Accepted)
    await page.until("privity_writes_waiting", 0)
    await page.until("privity_messages_waiting", 0)


async def test_no_label_and_no_line_names_anybody(world: World, page: Page) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await anna.say(room, b"x")
    await anna.refused("GET", "/v1/handles/nobody_there", None)
    await ben.call("POST", "/v1/reports", rest.SealedReport(b"sealed"), rest.ReportReceived)
    text = await page.text()
    families = list(text_string_to_metric_families(text))
    labels = {label for family in families for sample in family.samples for label in sample.labels}
    values = {sample.labels["code"] for family in families for sample in family.samples if "code" in sample.labels}
    assert labels == {"code", "kind", "le"}
    assert values == set(Code)
    kinds = {sample.labels["kind"] for family in families for sample in family.samples if "kind" in sample.labels}
    assert kinds == set(ObservedKind)
    uris = [anna.user_uri, ben.user_uri, anna.keys.client_uri, room]
    for private in ("mimi:", "127.0.0.1", "hub.example", "anna", "nobody_there", *(id_of(uri) for uri in uris)):
        assert private not in text


async def test_the_page_is_on_its_own_listener_and_alone_there(tmp_path: Path, unused_tcp_port: int) -> None:
    listen = f"127.0.0.1:{unused_tcp_port}"
    section = init.write_fresh(tmp_path, "hub.example", "127.0.0.1:0").section + f'metrics = "{listen}"\n'
    path = tmp_path / "privity.toml"
    path.write_text(section)
    context, parts = build_context(config.load(path))
    async with serving(context, parts) as port, ClientSession() as http:
        for url, status in (
            (f"http://{listen}/metrics", 200),
            (f"http://{listen}/v1/server", 404),
            (f"http://127.0.0.1:{port}/metrics", 401),
            (f"http://127.0.0.1:{port}/v1/server", 200),
        ):
            async with http.get(url) as answer:
                assert answer.status == status, url
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", unused_tcp_port)


async def test_a_taken_metrics_address_stops_the_hub_by_name(tmp_path: Path, unused_tcp_port: int) -> None:
    fresh = init.write_fresh(tmp_path, "hub.example", f"127.0.0.1:{unused_tcp_port}")
    path = tmp_path / "privity.toml"
    path.write_text(fresh.section + f'metrics = "127.0.0.1:{unused_tcp_port}"\n')
    context, parts = build_context(config.load(path))
    with pytest.raises(CannotListen):
        async with serving(context, parts):
            pass
