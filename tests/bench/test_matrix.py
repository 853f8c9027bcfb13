# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The Matrix client against a homeserver in memory: it registers, hears what is sent, and asks again if overlooked."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from bench.errors import CannotRun
from bench.load import Acknowledged, Delivered, Heard, Load
from bench.peers import overlooked, synapse
from bench.peers.matrix import MatrixLine, make_room, to_devices, to_room
from bench.peers.overlooked import Overlooked

SECRET = "shared"
HOST = "peer.example"


class Homeserver:
    """`wakes` is whether a waiting request is answered when something comes for its device."""

    def __init__(self) -> None:
        self.inboxes: dict[str, list[object]] = {}
        self.bells: dict[str, asyncio.Event] = {}
        self.rooms: dict[str, list[str]] = {}
        self.wakes = True
        self.status = 200

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/_matrix/client/v3/")
        body = await request.json() if request.can_read_body else {}
        if path == "/_synapse/admin/v1/register":
            if request.method == "GET":
                return web.json_response({"nonce": "once"})
            words = f"once\0{body['username']}\0{body['password']}\0notadmin".encode()
            assert body["mac"] == hmac.new(SECRET.encode(), words, hashlib.sha1).hexdigest()
            self.inboxes[f"@{body['username']}:{HOST}"], self.bells[f"@{body['username']}:{HOST}"] = [], asyncio.Event()
            return web.json_response({})
        if path == "login":
            user = f"@{body['identifier']['user']}:{HOST}"
            return web.json_response({"user_id": user, "access_token": user})
        user = request.headers["Authorization"].removeprefix("Bearer ")
        if self.status != 200:
            return web.json_response({"errcode": "M_LIMIT_EXCEEDED"}, status=self.status)
        return web.json_response(await self._of_user(user, path, body, request))

    async def _of_user(self, user: str, path: str, body: dict[str, object], request: web.Request) -> dict[str, object]:
        match path.split("/"):
            case ["sync"]:
                return await self._sync(user, request)
            case ["createRoom"]:
                self.rooms[room := f"!{len(self.rooms)}:{HOST}"] = [user]
                return {"room_id": room}
            case ["join", room]:
                self.rooms[room].append(user)
            case ["sendToDevice", _, _]:
                assert isinstance(body["messages"], dict)
                for name, devices in body["messages"].items():
                    self._put(name, devices["*"])
            case ["rooms", room, "send", _, _]:
                for name in self.rooms[room]:
                    self._put(name, body)
        return {}

    def _put(self, name: str, content: object) -> None:
        self.inboxes[name].append(content)
        if self.wakes:
            self.bells[name].set()

    async def _sync(self, user: str, request: web.Request) -> dict[str, object]:
        since, bell = int(request.query.get("since", "0")), self.bells[user]
        if since == len(self.inboxes[user]) and int(request.query["timeout"]):
            bell.clear()
            await bell.wait()
        return {"next_batch": str(len(self.inboxes[user])), "events": self.inboxes[user][since:]}


@asynccontextmanager
async def _house(*names: str) -> AsyncIterator[tuple[Homeserver, list[MatrixLine]]]:
    server = Homeserver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with TestServer(app) as listening:
        lines = []
        for name in names:
            http = ClientSession(str(listening.make_url("")).rstrip("/"))
            lines.append(await MatrixLine.open(http, name, SECRET))
        try:
            yield server, lines
        finally:
            for line in lines:
                await line.close()
            for bell in server.bells.values():
                bell.set()


async def _next(line: MatrixLine) -> list[Heard]:
    async with asyncio.timeout(60):
        return list(await line.hear() or ())


async def test_what_is_sent_to_devices_and_rooms_is_heard() -> None:
    async with _house("a", "b", "c") as (_, lines):
        a, b, c = lines
        assert [line.name for line in lines] == [f"@{name}:{HOST}" for name in "abc"]
        room = await make_room(a, [b, c])
        for line in lines:
            await line.listen()
        message = to_devices([b.name, c.name])
        await a.send(message.frame)
        assert [await _next(line) for line in lines] == [[Acknowledged()], *[[Delivered(message.mark)]] * 2]
        message = to_room(room)
        await b.send(message.frame)
        assert await _next(a) == await _next(c) == [Delivered(message.mark)]
        heard = await _next(b) + await _next(b)
        assert {type(one) for one in heard} == {Acknowledged, Delivered}  # a room echoes to its speaker


async def test_what_was_there_before_is_not_heard() -> None:
    async with _house("a", "b") as (server, (a, b)):
        server._put(b.name, {"ciphertext": "0" * 16 + ":old"})
        await b.listen()
        message = to_devices([b.name])
        await a.send(message.frame)
        assert await _next(b) == [Delivered(message.mark)]


async def test_a_refusal_is_the_reason() -> None:
    async with _house("a", "b") as (server, (a, b)):
        server.status = 429
        await a.send(to_devices([b.name]).frame)
        with pytest.raises(CannotRun, match=r"PUT .*sendToDevice.*: status 429: .*M_LIMIT_EXCEEDED"):
            await a.hear()
        with pytest.raises(CannotRun, match="status 429"):
            await b.listen()


async def test_a_device_that_is_not_woken_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlooked, "QUIET_S", 0.05)
    asked: list[str] = []
    async with _house("a", "b") as (server, lines):
        by_name = {line.name: line for line in lines}

        def ask_again(name: str) -> None:
            asked.append(name)
            by_name[name].ask_again()

        watch = Overlooked(ask_again)
        for line in lines:
            await line.listen(watch)
        watching = asyncio.create_task(watch.watch())
        load = Load(lines, acknowledged=True)
        names = list(by_name)
        server.wakes = False
        run = await load.in_turn({names[0]: [to_devices([names[1]]) for _ in range(2)]}, 1)
        assert (run.accepted, len(run.latencies_ms)) == (2, 2)
        assert asked and set(asked) == {names[1]}
        server.wakes, before = True, len(asked)
        monkeypatch.setattr(overlooked, "QUIET_S", 60.0)  # however slow this machine is, it is not quiet for so long
        await load.in_turn({names[1]: [to_devices([names[0]])]}, 1)
        await asyncio.sleep(0.2)
        assert len(asked) == before  # nothing is missing, so nobody is asked for it
        watching.cancel()
        await load.close()


def test_synapse_that_cannot_be_installed_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(synapse, "PLACE", tmp_path / "synapse")
    monkeypatch.setattr(synapse, "PINS", tmp_path / "peers.txt")
    (tmp_path / "peers.txt").write_text("matrix-synapse==1.2.3\n")
    python = tmp_path / "python"
    python.write_text(
        f"#!/bin/sh\nmkdir -p {tmp_path}/synapse/bin && ln -s {tmp_path}/pip {tmp_path}/synapse/bin/python"
    )
    (tmp_path / "pip").write_text(
        "#!/bin/sh\necho WARNING: slow >&2; echo 'ERROR: no wheel for this machine' >&2; exit 1"
    )
    for program in (python, tmp_path / "pip"):
        program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(CannotRun, match="Synapse cannot be installed here: ERROR: no wheel for this machine"):
        synapse.install()
    (tmp_path / "pip").write_text("#!/bin/sh\nexit 0")
    assert synapse.install() == tmp_path / "synapse" / "bin" / "python"
    python.write_text("#!/bin/sh\nexit 1")
    synapse.install()  # it is there, by these pins
    assert synapse._version() == " 1.2.3"
    (tmp_path / "peers.txt").write_text("matrix-synapse==1.2.4\n")
    with pytest.raises(CannotRun, match="cannot be installed"):
        synapse.install()


def test_synapse_is_asked_without_limits_and_on_its_own_database() -> None:
    config = synapse._config(Path("/folder"), 8008, "postgresql://me@127.0.0.1:5432/base", SECRET)
    arguments = config["database"]["args"]
    assert (arguments["user"], arguments["host"], arguments["port"], arguments["dbname"]) == (
        "me",
        "127.0.0.1",
        "5432",
        "base",
    )
    assert config["rc_message"] == config["rc_login"]["account"] == synapse.UNLIMITED
    json.dumps(config)
