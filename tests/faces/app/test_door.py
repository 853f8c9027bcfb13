# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Another page in the same browser, a name that was pointed here, a replayed token, no secret: all stay outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import WSMsgType

from privity.faces.app import routes, talking
from privity.faces.app.daemon import Wanted, serving
from privity.faces.app.errors import (
    ForeignOrigin,
    Malformed,
    NoSession,
    PortTaken,
    TokenRefused,
    TooManyPages,
    WrongHost,
)
from privity.faces.app.headers import HEADERS, POLICY
from privity.faces.app.home import Home
from privity.faces.app.limits import MAX_ENTER, MAX_FRAME
from privity.faces.app.port.entering import Entered
from privity.faces.app.port.envelopes import Failed
from privity.faces.app.port.opening import Accounts, Overview
from privity.faces.app.routes import NOT_ASKED, NOT_KNOWN, Door
from tests.faces.app.pages import PAGE, connected, daemon, enter, page

EVIL = "http://evil.example"


@asynccontextmanager
async def asking(folder: Path) -> AsyncIterator[tuple[Door, str, aiohttp.ClientSession]]:
    async with daemon(folder) as door, aiohttp.ClientSession() as http:
        yield door, f"http://127.0.0.1:{door.port}", http


async def refusal(
    http: aiohttp.ClientSession, method: str, url: str, headers: dict[str, str], **named: Any
) -> tuple[int, str]:
    """The status, and the name of the problem."""
    async with http.request(method, url, headers=headers, **named) as answer:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
        assert "Set-Cookie" not in answer.headers
        return answer.status, (await answer.json())["name"]


ROUTES = [
    ("GET", "/"),
    ("GET", "/assets/page.js"),
    ("POST", "/session"),
    ("POST", "/session/again"),
    ("GET", "/port"),
    ("POST", "/files/ann/room"),
    ("GET", "/files/ann/room/00/0"),
    ("GET", "/nothing"),
    ("OPTIONS", "/session"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_name_that_was_pointed_here_gets_nothing(tmp_path: Path, method: str, path: str) -> None:
    async with asking(tmp_path) as (door, base, http):
        for host in (
            "evil.example",
            f"evil.example:{door.port}",
            "127.0.0.1",
            f"127.0.0.1:{door.port + 1}",
            f"127.0.0.1.evil.example:{door.port}",
            f"0.0.0.0:{door.port}",
        ):
            assert await refusal(http, method, base + path, {"Host": host}) == (421, WrongHost.__name__)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_page_of_another_origin_gets_nothing(tmp_path: Path, method: str, path: str) -> None:
    async with asking(tmp_path) as (door, base, http):
        for origin in (EVIL, "null", f"https://127.0.0.1:{door.port}", f"http://127.0.0.1:{door.port + 1}"):
            assert await refusal(http, method, base + path, {"Origin": origin}) == (403, ForeignOrigin.__name__)
        if path != "/":
            said = {"Sec-Fetch-Site": "cross-site", "Origin": base}
            assert await refusal(http, method, base + path, said) == (403, ForeignOrigin.__name__)
            said = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}  # another port of this machine
            assert await refusal(http, method, base + path, said) == (403, ForeignOrigin.__name__)


@pytest.mark.parametrize("path", ["/session", "/session/again", "/files/ann/room"])
async def test_a_form_without_an_origin_changes_nothing(tmp_path: Path, path: str) -> None:
    async with asking(tmp_path) as (door, base, http):
        token = door.url().partition("#")[2]
        body = msgspec.json.encode({"token": token})
        assert await refusal(http, "POST", base + path, {}, data=body) == (403, ForeignOrigin.__name__)
        await enter(http, base, token)  # and the token is as good as before


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": EVIL}, {"Origin": "null"}, {"Host": "evil.example", "Origin": EVIL}]
)
async def test_a_socket_is_opened_by_our_own_page_only(tmp_path: Path, headers: dict[str, str]) -> None:
    async with asking(tmp_path) as (_, base, http):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(f"{base}/port", headers=headers)
        assert refused.value.status in (403, 421)


async def test_the_page_comes_with_every_header_and_without_a_secret(tmp_path: Path) -> None:
    async with asking(tmp_path) as (_, base, http):
        for site in ({}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}):
            async with http.get(base, headers=site) as answer:
                assert answer.status == 200
                assert await answer.read() == PAGE.index.body
                assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        async with http.get(f"{base}/assets/page.js", headers={"Sec-Fetch-Site": "same-origin"}) as answer:
            assert answer.content_type == "text/javascript"
        async with http.get(base.replace("127.0.0.1", "localhost")) as answer:
            assert answer.status == 200
    for word in ("'none'", "'self'"):
        assert word in POLICY
    assert "unsafe" not in POLICY
    assert "*" not in POLICY


async def test_a_replayed_token_is_refused(tmp_path: Path) -> None:
    async with asking(tmp_path) as (door, base, http):
        token = door.url().partition("#")[2]
        await enter(http, base, token)
        said = {"Origin": base}
        again = await refusal(http, "POST", f"{base}/session", said, json={"token": token})
        assert again == (403, TokenRefused.__name__)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"token":1}', b"\xff", b'{"token":"a","more":1}', b"[" * 1000])
async def test_what_is_no_token_is_refused_by_name(tmp_path: Path, body: bytes) -> None:
    async with asking(tmp_path) as (_, base, http):
        said = {"Origin": base}
        assert await refusal(http, "POST", f"{base}/session", said, data=body) == (400, Malformed.__name__)


async def test_a_large_body_is_not_read(tmp_path: Path) -> None:
    async with asking(tmp_path) as (_, base, http):
        said = {"Origin": base}
        status, _ = await refusal(http, "POST", f"{base}/session", said, data=b" " * (MAX_ENTER + 1))
        assert status == 413


@pytest.mark.parametrize("word", ["", "Privity ", "Privity x", "Bearer x", "privity x"])
async def test_without_the_secret_no_file_is_taken_or_given(tmp_path: Path, word: str) -> None:
    async with asking(tmp_path) as (door, base, http):
        token = door.url().partition("#")[2]
        for method, path in (("POST", "/files/ann/room"), ("GET", "/files/ann/room/00/0")):
            for secret in (word, f"Privity {token}"):
                said = {"Origin": base, "Authorization": secret}
                assert await refusal(http, method, base + path, said) == (401, NoSession.__name__)


@pytest.mark.parametrize(
    "first",
    [
        '{"session":"x"}',
        '{"name":"x","nonce":""}',
        "{}",
        "",
        '{"number":1,"request":{"do":"overview"}}',
        "[",
        '{"name":"' + "x" * 2000,
    ],
)
async def test_a_connection_that_does_not_know_the_secret_hears_nothing(tmp_path: Path, first: str) -> None:
    async with asking(tmp_path) as (_, base, http):
        ws = await http.ws_connect(f"{base}/port", headers={"Origin": base})
        await ws.send_str(first)
        answer = await ws.receive()
        assert (answer.type, ws.close_code) == (WSMsgType.CLOSE, NOT_KNOWN)


@pytest.mark.parametrize("second", ['{"proof":""}', '{"proof":"%s"}' % ("00" * 32), '{"session":"x"}', "[", "x" * 2000])
async def test_a_name_without_its_proof_hears_nothing(tmp_path: Path, second: str) -> None:
    async with asking(tmp_path) as (door, base, http):
        entered = await enter(http, base, door.url().partition("#")[2])
        ws = await http.ws_connect(f"{base}/port", headers={"Origin": base})
        await ws.send_json({"name": entered.name, "nonce": ""})
        assert set(await ws.receive_json()) == {"nonce", "proof"}
        await ws.send_str(second)
        answer = await ws.receive()
        assert (answer.type, ws.close_code) == (WSMsgType.CLOSE, NOT_KNOWN)


async def test_a_page_that_is_loaded_anew_shows_what_it_kept(tmp_path: Path) -> None:
    async with asking(tmp_path) as (door, base, http):
        entered = await enter(http, base, door.url().partition("#")[2])
        said = {"Origin": base, "Authorization": f"Privity {entered.session}"}
        async with http.post(f"{base}/session/again", headers=said) as answer:
            anew = msgspec.json.decode(await answer.read(), type=Entered)
        await (await connected(http, base, anew)).close()
        for word in ("", "x", entered.lasting, entered.name):
            lost = {"Origin": base, "Authorization": f"Privity {word}"}
            assert await refusal(http, "POST", f"{base}/session/again", lost) == (401, NoSession.__name__)


async def test_a_connection_that_says_nothing_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "PROVE_S", 0.01)
    async with asking(tmp_path) as (_, base, http):
        ws = await http.ws_connect(f"{base}/port", headers={"Origin": base})
        await ws.receive()
        assert ws.close_code == NOT_KNOWN


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "no json",
        "{}",
        '{"number":1}',
        '{"number":1,"request":{"do":"give_me_everything"}}',
        '{"number":1,"request":{"do":"overview","more":1}}',
        '{"number":"1","request":{"do":"overview"}}',
        '{"number":1,"request":{"do":"unlock","account":"ann"}}',
        "[" * 100_000,
    ],
)
async def test_what_cannot_be_asked_ends_the_connection(tmp_path: Path, frame: str) -> None:
    async with daemon(tmp_path) as door:
        async with page(door) as opened:
            await opened.ws.send_str(frame)
            await asyncio.wait_for(opened._reader, 60)
            assert opened.ws.close_code == NOT_ASKED
        async with page(door) as other:  # and nobody else notices
            assert isinstance(await other.ask(Overview()), Accounts)


async def test_a_huge_frame_ends_the_connection(tmp_path: Path) -> None:
    async with daemon(tmp_path) as door, page(door) as opened:
        with suppress(ConnectionError):  # it is cut off before all of it was sent
            await opened.ws.send_str(" " * (MAX_FRAME + 1))
        await asyncio.wait_for(opened._reader, 60)
        assert opened.ws.closed
        async with page(door) as other:
            largest = " " * (MAX_FRAME - 100) + '{"number":1,"request":{"do":"overview"}}'
            await other.ws.send_str(largest)
            assert isinstance(await other.ask(Overview()), Accounts)


async def test_bytes_are_nothing_that_is_spoken_here(tmp_path: Path) -> None:
    async with daemon(tmp_path) as door, page(door) as opened:
        await opened.ws.send_bytes(b'{"number":1,"request":{"do":"overview"}}')
        await asyncio.wait_for(opened._reader, 60)
        assert opened.ws.closed


async def test_more_at_once_than_a_page_asks_is_refused_and_the_rest_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "MAX_UNDER_WAY", 3)
    async with daemon(tmp_path) as door, page(door) as opened:
        waits = asyncio.Event()

        async def answered_late(*_: object) -> Accounts:
            await waits.wait()
            return Accounts(accounts=(), version="")

        monkeypatch.setattr(talking, "answer", answered_late)
        answers = [opened.begin(Overview()) for _ in range(5)]
        done, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        assert {each.result().name for each in done} == {"TooManyRequests"}
        waits.set()
        found = [type(each).__name__ for each in await asyncio.gather(*answers)]
        assert found == ["Accounts"] * 3 + ["Problem"] * 2
        assert isinstance(await opened.ask(Overview()), Accounts)


async def test_more_windows_than_anybody_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MAX_PAGES", 1)
    async with asking(tmp_path) as (door, base, http), page(door):
        said = {"Origin": base, "Connection": "Upgrade", "Upgrade": "websocket"}
        assert await refusal(http, "GET", f"{base}/port", said) == (429, TooManyPages.__name__)


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    async with daemon(tmp_path) as door:
        other = Home(tmp_path / "other")
        other.prepare()
        with pytest.raises(PortTaken):
            async with serving(Wanted(other, door.port, False, 0), PAGE):
                raise AssertionError("two programs listen on one port")


async def test_the_port_of_the_last_time_is_taken_again_unless_somebody_has_it(tmp_path: Path) -> None:
    async with daemon(tmp_path) as door:
        port = door.port
        other = Home(tmp_path / "other")
        other.prepare()
        other.keep_port(port)
        async with serving(Wanted(other, 0, False, 0), PAGE) as second:
            assert second.port != port
    async with daemon(tmp_path) as door:
        assert door.port == port


async def test_a_bug_is_told_without_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with daemon(tmp_path) as door, page(door) as opened:

        def broken() -> None:
            raise ZeroDivisionError("a secret word")

        monkeypatch.setattr(door.house, "shown", broken)
        problem = await opened.ask(Overview())
        assert problem.name == "Bug"
        assert "secret" not in problem.text
    assert "secret" not in repr(Failed(number=1, problem=problem))
