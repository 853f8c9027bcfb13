# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The unix socket is for programs of the same user: they get new addresses and the same port, and nobody else does."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import struct
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from privity.faces.app.errors import HomeRefused, Unwelcome
from privity.faces.app.limits import MAX_FRAME
from privity.faces.app.socket import ask_running, check_peer
from tests.faces.app.pages import daemon, enter

NOBODY = 65_534


async def line(reader: asyncio.StreamReader) -> Any:
    return json.loads(await asyncio.wait_for(reader.readline(), 60))


async def test_a_second_start_gets_an_address_that_works(tmp_path: Path) -> None:
    async with daemon(tmp_path) as door, aiohttp.ClientSession() as http:
        url = await asyncio.to_thread(ask_running, tmp_path / "home" / "app.sock")
        base, _, token = url.partition("/#")
        assert base == f"http://127.0.0.1:{door.port}"
        await enter(http, base, token)


async def test_a_program_speaks_the_same_port_a_line_at_a_time(tmp_path: Path) -> None:
    async with daemon(tmp_path):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "home" / "app.sock")
        writer.write(b'{"number":1,"request":{"do":"overview"}}\n{"do":"enter"}\n')
        answers = [await line(reader), await line(reader)]
        assert {"url"} in [set(each) for each in answers]
        (answered,) = [each for each in answers if "url" not in each]
        assert answered["result"]["is"] == "accounts"
        writer.close()


@pytest.mark.parametrize(
    "words", [b"no json\n", b"{}\n", b'{"do":"leave"}\n', b"\xff\n", b"x" * (MAX_FRAME + 2) + b"\n"]
)
async def test_what_cannot_be_asked_ends_the_connection_by_name(tmp_path: Path, words: bytes) -> None:
    async with daemon(tmp_path):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "home" / "app.sock", limit=4 * MAX_FRAME)
        writer.write(words)
        assert set(await line(reader)) == {"refused"}
        assert await reader.read() == b""
        writer.close()


async def test_only_its_owner_may_open_it(tmp_path: Path) -> None:
    async with daemon(tmp_path):
        path = tmp_path / "home" / "app.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
async def test_another_user_of_the_machine_is_refused_even_by_an_open_socket(tmp_path: Path) -> None:
    """The modes are taken away, so that only the question to the kernel is left."""
    async with daemon(tmp_path):
        path = tmp_path / "home" / "app.sock"
        path.chmod(0o666)
        for folder in (path.parent, *path.parents[1:-1]):
            folder.chmod(folder.stat().st_mode | 0o011)
        other = socket.socket(socket.AF_UNIX)
        os.seteuid(NOBODY)
        try:
            other.connect(str(path))
        finally:
            os.seteuid(0)
        reader, writer = await asyncio.open_unix_connection(sock=other)
        writer.write(b'{"do":"enter"}\n')
        assert set(await line(reader)) == {"refused"}
        writer.close()


class Peer:
    """A socket whose other end belongs to a user."""

    def __init__(self, uid: int) -> None:
        self._uid = uid

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        assert (level, option) == (socket.SOL_SOCKET, socket.SO_PEERCRED)
        return struct.pack("3i", 1, self._uid, 0)[:size]


def test_the_kernel_is_asked_who_calls() -> None:
    check_peer(Peer(os.getuid()))  # type: ignore[arg-type]  # all that is asked of a socket
    with pytest.raises(Unwelcome):
        check_peer(Peer(os.getuid() + 1))  # type: ignore[arg-type]  # as above


def test_a_home_without_a_daemon_says_so(tmp_path: Path) -> None:
    with pytest.raises(HomeRefused):
        ask_running(tmp_path / "app.sock")
