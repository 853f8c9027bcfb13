# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A thin XMPP client (RFC 6120, XEP-0077, XEP-0045) for loading servers on loopback: it looks for marks alone."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from bench.contest import BODY, Contender, Sizes, Supply
from bench.errors import CannotRun
from bench.load import Delivered, Heard, Load, Message
from bench.peers.peer import HOST, PeerProcess

ANSWER_S: Final = 30.0
ROOM: Final = f"all@rooms.{HOST}"
MARK: Final = re.compile(rb"<body>([0-9a-f]{16}):")
END: Final = b"</message>"


class XmppLine:
    """An account of its own on an authenticated stream."""

    __slots__ = ("_left", "_reader", "_writer", "name")

    def __init__(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.name = name
        self._reader = reader
        self._writer = writer
        self._left = b""

    @classmethod
    async def open(cls, port: int, user: str) -> XmppLine:
        """Register, authenticate, bind and be present. Raises CannotRun."""
        line = cls(f"{user}@{HOST}/load", *await asyncio.open_connection("127.0.0.1", port, limit=1 << 22))
        head = f"<stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
        await line._ask(head, "</stream:features>")
        fields = f"<username>{user}</username><password>load</password>"
        await line._ask(f"<iq type='set' id='a'><query xmlns='jabber:iq:register'>{fields}</query></iq>", "result")
        secret = base64.b64encode(f"\0{user}\0load".encode()).decode()
        await line._ask(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>", "<success")
        await line._ask(head, "</stream:features>")
        resource = "<resource>load</resource>"
        await line._ask(
            f"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>{resource}</bind></iq>", "</jid>"
        )
        await line._ask("<presence/>", "<presence")
        return line

    async def join(self, nick: str) -> None:
        """Enter the one room; the own presence comes last, with status 110."""
        muc = "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x>"
        await self._ask(f"<presence to='{ROOM}/{nick}'>{muc}</presence>", "110")

    async def _ask(self, stanza: str, sign: str) -> None:
        """Write, and read until the answer shows the sign of success."""
        await self.send(stanza.encode())
        said = b""
        try:
            async with asyncio.timeout(ANSWER_S):
                while sign.encode() not in said:
                    chunk = await self._reader.read(1 << 16)
                    if not chunk:
                        break
                    said += chunk
                    if b"<failure" in said or b"type='error'" in said or b'type="error"' in said:
                        break
                else:
                    return
        except TimeoutError:
            pass
        raise CannotRun(f"{stanza[:60]!r} was answered with {said.decode(errors='replace')[-200:]!r}")

    async def send(self, frame: bytes) -> None:
        self._writer.write(frame)
        await self._writer.drain()

    async def hear(self) -> Sequence[Heard] | None:
        """The marks of all messages that came whole; presence and other stanzas say nothing."""
        chunk = await self._reader.read(1 << 16)
        if not chunk:
            return None
        whole, _, self._left = (self._left + chunk).rpartition(END)
        return [Delivered(mark) for mark in MARK.findall(whole)]

    async def close(self) -> None:
        self._writer.close()


def stanza(to: str, kind: str) -> Message:
    """A message of the same words as the hub carries, marked at its beginning."""
    mark = secrets.token_hex(8)
    frame = f"<message to='{to}' type='{kind}' id='{mark}'><body>{mark}:{BODY}</body></message>"
    return Message(frame.encode(), mark.encode())


@asynccontextmanager
async def contender(name: str, process: PeerProcess, sizes: Sizes) -> AsyncIterator[Contender]:
    """Register everybody, fill the room, and write down every message. XMPP acknowledges none by itself."""
    async with AsyncExitStack() as stack:
        lines = []
        for number in range(sizes.people):
            line = await XmppLine.open(process.port, f"load{number}")
            stack.push_async_callback(line.close)
            lines.append(line)
        for number, line in enumerate(lines):
            await line.join(f"n{number}")
        names = [line.name for line in lines]
        others = {name: names[number ^ 1] for number, name in enumerate(names)}
        direct = {name: [stanza(other, "chat") for _ in range(sizes.direct)] for name, other in others.items()}
        group = {name: [stanza(ROOM, "groupchat") for _ in range(sizes.group)] for name in names[: sizes.speakers]}
        load = Load(lines, acknowledged=False)
        stack.push_async_callback(load.close)
        yield Contender(name, process.cpu_s, load, Supply(direct), Supply(group), pids=lambda: [process.pid])
