# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Registering: a refusal leaves nothing behind, a lost answer loses no key, and the same call goes on."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from privity.client import registration
from privity.client.engine.records import Table
from privity.client.engine.state import OWN_KEY, Own
from privity.client.engine.trust import pinned_account
from privity.client.errors import (
    CommandRefused,
    HubUnreachable,
    PlaintextRefused,
    RegistrationUnfinished,
    RegistrationUnknown,
    StoreExists,
    WrongPassphrase,
)
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.identity.device_list import SUITE, DeviceList
from privity.identity.recovery import new_phrase, root_of
from privity.mls.crypto import signature_public_key
from privity.server import config
from privity.server.accounts import store as accounts
from privity.server.context import HubContext
from privity.server.init import new_invite, write_fresh
from privity.server.main import build_context, serving
from privity.wire.errors import Code, Refusal
from tests.client.linked import EPOCHS

SECRET = "invented"


@dataclass
class Lossy:
    """A way to a real hub that can lose a registration, or its answer, or answer something else."""

    context: HubContext
    toml: Path
    hub: str
    url: str = ""
    lose: str = ""
    seen: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/v1/socket":
            return await self._socket(request)
        body = await request.read()
        mode = self.lose if request.path == "/v1/accounts" else ""
        if mode == "request":
            return _cut(request)
        if mode.startswith("{") or mode == "nothing said":
            return web.Response(status=503, text=mode)
        async with (
            aiohttp.ClientSession() as http,
            http.request(request.method, self.hub + request.path, data=body, headers=request.headers) as answer,
        ):
            data = await answer.read()
            self.seen.append(f"{request.method} {request.path} {answer.status}")
            if mode == "answer":
                return _cut(request)
            if mode == "garbage":
                return web.Response(body=b"<html>")
            return web.Response(status=answer.status, body=data)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        device = web.WebSocketResponse(max_msg_size=0)
        await device.prepare(request)
        async with aiohttp.ClientSession() as http, http.ws_connect(self.hub + request.path, max_msg_size=0) as hub:
            up = asyncio.create_task(_pass(device, hub))
            await _pass(hub, device)
            up.cancel()
        return device

    def invite(self) -> str:
        return new_invite(self.toml).code

    async def taken(self, handle: str) -> bool:
        return await self.context.db.read(lambda reader: accounts.find_handle(reader, handle)) is not None


async def _pass(
    one: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    other: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
) -> None:
    async for message in one:
        await other.send_bytes(message.data)
    await other.close()


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.fixture
async def way(tmp_path: Path) -> AsyncIterator[Lossy]:
    toml = tmp_path / "home" / "privity.toml"
    first = write_fresh(toml.parent, "hub.example", "127.0.0.1:0")
    toml.write_text(first.section + EPOCHS)
    context, parts = build_context(config.load(toml))
    async with serving(context, parts) as port:
        lossy = Lossy(context, toml, f"http://127.0.0.1:{port}")
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", lossy.handle)
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.05)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        lossy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield lossy
        await runner.cleanup()


def pinned(folder: Path) -> DeviceList:
    store = Store.open(folder, SECRET)
    try:
        ((_, value),) = store.scan(Table.PIN, "")
    finally:
        store.close()
    return pinned_account(value).newest


def own(folder: Path) -> Own:
    store = Store.open(folder, SECRET)
    kept = store.get(Table.OWN, "", OWN_KEY)
    store.close()
    assert kept is not None
    return Own.decode(kept)


async def register(
    way: Lossy, folder: Path, phrase: str, invite: str | None = None, handle: str = "ann_a", secret: str = SECRET
) -> None:
    device = await Device.register(folder, secret, way.url, handle=handle, phrase=phrase, invite=invite)
    await device.close()


@pytest.mark.parametrize("what", ["bad invite", "no invite", "taken handle", "bad handle", "too many"])
async def test_a_refused_registration_leaves_nothing_and_can_be_made_again(
    way: Lossy, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, phrase = tmp_path / "ann", new_phrase(os.urandom)
    invite: str | None = way.invite()
    if what == "taken handle":
        await register(way, tmp_path / "other", new_phrase(os.urandom), way.invite())
    if what == "too many":
        way.lose = json.dumps({"code": Code.TOO_MANY, "message": "the limit account.register is reached"})
    wrong = {"bad invite": "abcd2345", "no invite": None}.get(what, invite)
    with pytest.raises(Refusal) as caught:
        await register(way, folder, phrase, wrong, "Ann A" if what == "bad handle" else "ann_a")
    assert caught.value.code in registration.NO
    assert not folder.exists()
    way.lose = ""
    await register(way, folder, phrase, invite, "ann_b")
    assert await way.taken("ann_b")


async def test_an_unreachable_hub_leaves_nothing(way: Lossy, tmp_path: Path, unused_tcp_port: int) -> None:
    folder = tmp_path / "ann"
    with pytest.raises(HubUnreachable):
        await Device.register(
            folder, SECRET, f"http://127.0.0.1:{unused_tcp_port}", handle="ann_a", phrase=new_phrase(os.urandom)
        )
    assert not folder.exists()


async def test_a_refusal_deletes_no_file_that_is_not_the_devices(way: Lossy, tmp_path: Path) -> None:
    folder = tmp_path / "ann"
    folder.mkdir()
    (folder / "notes.txt").write_text("invented")
    with pytest.raises(Refusal):
        await register(way, folder, new_phrase(os.urandom), "abcd2345")
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    "lose",
    [
        "request",
        "answer",
        "garbage",
        "nothing said",
        *(json.dumps({"code": code, "message": "x"}) for code in (Code.INTERNAL, Code.UNAVAILABLE, Code.CONFLICT)),
    ],
)
async def test_without_an_answer_the_keys_stay_and_the_same_call_goes_on(way: Lossy, tmp_path: Path, lose: str) -> None:
    folder, phrase, invite = tmp_path / "ann", new_phrase(os.urandom), way.invite()
    way.lose = lose
    with pytest.raises(RegistrationUnknown, match="run the same again"):
        await register(way, folder, phrase, invite)
    before = own(folder)
    assert await way.taken("ann_a") is (lose in ("answer", "garbage"))
    assert registration.kept_phrase(folder, SECRET) == phrase
    with pytest.raises(RegistrationUnfinished, match="privity register"):
        Device.open(folder, SECRET)
    with pytest.raises(RegistrationUnknown):  # and lost once more
        await register(way, folder, phrase, invite)
    assert own(folder) == before
    way.lose = ""
    await register(way, folder, phrase, invite)
    assert own(folder) == before
    assert await way.taken("ann_a")
    assert registration.kept_phrase(folder, SECRET) is None
    async with Device.open(folder, SECRET) as device:
        await device.caught_up()
        assert await device.find("ann_a") == before.user_uri
    with pytest.raises(StoreExists):
        await register(way, folder, phrase, invite)


async def test_a_repeat_that_is_surely_refused_leaves_nothing(way: Lossy, tmp_path: Path) -> None:
    folder, phrase = tmp_path / "ann", new_phrase(os.urandom)
    way.lose = "request"
    with pytest.raises(RegistrationUnknown):
        await register(way, folder, phrase, way.invite())
    way.lose = ""
    await register(way, tmp_path / "other", new_phrase(os.urandom), way.invite())
    with pytest.raises(Refusal) as caught:
        await register(way, folder, phrase, way.invite())
    assert caught.value.code is Code.HANDLE_TAKEN
    assert not folder.exists()


@pytest.mark.parametrize("code", [Code.TOO_MANY, Code.MALFORMED, Code.DEVICE_LIST_REFUSED])
async def test_a_refusal_of_the_repeat_alone_says_nothing_about_the_first_attempt(
    way: Lossy, tmp_path: Path, code: Code
) -> None:
    """The hub took the account and its answer was lost; a limit, or a newer hub, refuses the repeat before it looks."""
    folder, phrase, invite = tmp_path / "ann", new_phrase(os.urandom), way.invite()
    way.lose = "answer"
    with pytest.raises(RegistrationUnknown):
        await register(way, folder, phrase, invite)
    before = own(folder)
    way.lose = json.dumps({"code": code, "message": "refused before anything was looked up"})
    with pytest.raises(RegistrationUnknown):
        await register(way, folder, phrase, invite)
    assert own(folder) == before
    way.lose = ""
    await register(way, folder, phrase)  # no invite: the first one was used by this very account


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda asked: asked | {"handle": "another"}, CommandRefused),
        (lambda asked: asked | {"phrase": new_phrase(bytes)}, CommandRefused),
        (lambda asked: asked | {"secret": "a guess"}, WrongPassphrase),
    ],
)
async def test_an_unfinished_registration_goes_on_as_it_was_begun_or_not_at_all(
    way: Lossy, tmp_path: Path, change: Callable[[dict[str, str]], dict[str, str]], error: type[Exception]
) -> None:
    folder = tmp_path / "ann"
    asked = {"phrase": new_phrase(os.urandom), "invite": way.invite()}
    way.lose = "answer"
    with pytest.raises(RegistrationUnknown):
        await register(way, folder, **asked)
    before = own(folder)
    way.lose = ""
    with pytest.raises(error):
        await register(way, folder, **change(asked))
    assert own(folder) == before
    assert way.seen.count("POST /v1/accounts 200") == 1


async def test_a_folder_whose_process_ended_before_a_key_was_written_is_used(way: Lossy, tmp_path: Path) -> None:
    folder = tmp_path / "ann"
    Store.create(folder, SECRET).close()
    await register(way, folder, new_phrase(os.urandom), way.invite())


async def test_a_store_that_holds_anything_else_is_never_deleted(way: Lossy, tmp_path: Path) -> None:
    folder = tmp_path / "ann"
    store = Store.create(folder, SECRET)
    store.save({(Table.OWN, "", b"a link that has begun"): b"keys"})
    store.close()
    with pytest.raises(StoreExists):
        await register(way, folder, new_phrase(os.urandom), way.invite())
    again = Store.open(folder, SECRET)
    assert again.get(Table.OWN, "", b"a link that has begun") == b"keys"
    again.close()


async def test_the_phrase_of_an_unfinished_registration_is_the_accounts(way: Lossy, tmp_path: Path) -> None:
    folder, phrase = tmp_path / "ann", new_phrase(os.urandom)
    way.lose = "answer"
    with pytest.raises(RegistrationUnknown) as caught:
        await register(way, folder, phrase, way.invite())
    kept = registration.kept_phrase(folder, SECRET)
    assert kept is not None
    first = pinned(folder)
    assert first.recovery_key == signature_public_key(SUITE, root_of(kept).recovery_private())
    assert first.account_key == signature_public_key(SUITE, own(folder).account_private or b"")
    assert phrase not in str(caught.value) + repr(registration.Unfinished("http://127.0.0.1:1", "ann_a", phrase))
    assert phrase.encode() not in (folder / "device.db").read_bytes()


@pytest.mark.parametrize(
    ("hub", "error"),
    [
        ("http://hub.example", PlaintextRefused),
        ("http://localhost:8440", PlaintextRefused),
        ("http://10.0.0.1", PlaintextRefused),
        ("hub.example", CommandRefused),
        ("ftp://127.0.0.1", CommandRefused),
        ("http://127.0.0.1:99999", CommandRefused),
        ("https://name@hub.example", CommandRefused),
        ("https://hub.example/path", CommandRefused),
    ],
)
async def test_a_hub_in_clear_over_a_network_is_never_asked(tmp_path: Path, hub: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="the hub's address"):
        await Device.register(tmp_path / "ann", SECRET, hub, handle="ann_a", phrase=new_phrase(os.urandom))
    assert not (tmp_path / "ann").exists()


async def test_the_command_shows_the_phrase_once_the_account_is_there(way: Lossy, tmp_path: Path) -> None:
    folder, invite = tmp_path / "ann", way.invite()

    def run(handle: str = "ann_a", invite: str = invite) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "privity.cli", "register", way.url, handle, "--invite", invite],
            env={**os.environ, "PRIVITY_PASSPHRASE": SECRET, "PRIVITY_DEVICE": str(folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    refused = await asyncio.to_thread(run, invite="abcd2345")
    assert (refused.returncode, folder.exists()) == (1, False)
    assert "bad_invite" in refused.stderr
    way.lose = "answer"
    lost = await asyncio.to_thread(run)
    phrase = registration.kept_phrase(folder, SECRET)
    assert phrase is not None
    assert lost.returncode == 1
    assert "run the same again" in lost.stderr
    assert phrase not in lost.stdout + lost.stderr
    way.lose = ""
    other = await asyncio.to_thread(run, "another")
    assert (other.returncode, "finish that one" in other.stderr) == (1, True)
    done = await asyncio.to_thread(run)
    assert done.returncode == 0, done.stderr
    assert phrase in done.stdout
    for said in (refused, lost, other, done):
        assert "Traceback" not in said.stderr
