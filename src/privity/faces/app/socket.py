# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The unix socket: programs of the same user, one JSON object a line; the same port, and new addresses for browsers.

The socket's mode keeps other users out, and each caller's user is asked of the kernel besides.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, Literal

import msgspec

from privity.faces.app.errors import HomeRefused, Malformed, Unwelcome
from privity.faces.app.house import House
from privity.faces.app.limits import MAX_FRAME
from privity.faces.app.talking import Talk

ASK_S: Final = 10.0


class AskToEnter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A second `privity app` wants to show the page."""

    do: Literal["enter"]


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str


@asynccontextmanager
async def listening(path: Path, house: House, url: Callable[[], str]) -> AsyncIterator[None]:
    """Raises HomeRefused."""
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # a handler runs as a task
        connections.add(task)
        try:
            await _serve(reader, writer, house, url)
        finally:
            connections.discard(task)

    try:
        server = await asyncio.start_unix_server(connected, sock=_bound(path), limit=MAX_FRAME)
    except OSError as err:
        raise HomeRefused(f"{path} cannot be made: {err.strerror or type(err).__name__}") from None
    try:
        yield
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        path.unlink(missing_ok=True)


def ask_running(path: Path) -> str:
    """A fresh address from the daemon that has this home. Raises HomeRefused."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ASK_S)
            connection.connect(str(path))
            connection.sendall(msgspec.json.encode(AskToEnter("enter")) + b"\n")
            line = connection.makefile("rb").readline(MAX_FRAME)
        return msgspec.json.decode(line, type=Address).url
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as err:
        raise HomeRefused(f"another program has {path.parent}, and does not answer: {type(err).__name__}") from None


def _bound(path: Path) -> socket.socket:
    """A socket that only this user can connect to, from its first moment on."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    return made


def check_peer(connection: socket.socket) -> None:
    """Raise Unwelcome for a program of another user."""
    ask = getattr(socket, "SO_PEERCRED", None)
    if ask is None:
        return  # a system that does not tell: the folder and the mode of the socket keep others out
    _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, ask, struct.calcsize("3i")))
    if uid != os.getuid():
        raise Unwelcome("this socket is for programs of the user who started the daemon")


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, house: House, url: Callable[[], str]
) -> None:
    talk: Talk | None = None
    sending: asyncio.Task[None] | None = None
    try:
        check_peer(writer.get_extra_info("socket"))
        async for line in _lines(reader):
            if _is_enter(line):
                writer.write(msgspec.json.encode(Address(url())) + b"\n")
                continue
            if talk is None:
                talk = Talk(house)
                sending = asyncio.ensure_future(_write(writer, talk))
            talk.ask(line)
    except (Unwelcome, Malformed) as err:
        writer.write(msgspec.json.encode({"refused": str(err)}) + b"\n")
    finally:
        if talk is not None:
            talk.close()
        if sending is not None:
            sending.cancel()
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Raises Malformed for one without an end."""
    while True:
        try:
            line = await reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            return
        except asyncio.LimitOverrunError:
            raise Malformed(f"a line has at most {MAX_FRAME} bytes") from None
        except ConnectionError:
            return
        yield line


def _is_enter(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=AskToEnter)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


async def _write(writer: asyncio.StreamWriter, talk: Talk) -> None:
    with suppress(ConnectionError):
        while True:
            data = await talk.next()
            if data is None:
                writer.close()
                return
            writer.write(data + b"\n")
            await writer.drain()
