# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The SDK: one device, opened with a folder and a passphrase.

phrase = new_phrase(os.urandom)
device = await Device.register(folder, "passphrase", "https://hub.example", handle="ann", phrase=phrase)
async with device:
    room = await device.direct(user_uri)
    await device.send(room, "hello")
    async for what in device.follow():
        print(what)
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
import msgspec

from privity.client.engine import inputs
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Shown, decode_item
from privity.client.engine.state import OWN_KEY, Own
from privity.client.errors import ClientError, CommandRefused, HubUnreachable
from privity.client.host import Host
from privity.client.net.connection import decode, exchange
from privity.client.store.database import Store
from privity.identity.device_list import Device as ListedDevice
from privity.identity.device_list import DeviceList
from privity.identity.recovery import root_of
from privity.identity.safety_number import safety_number
from privity.identity.uris import new_client_uri, new_user_uri
from privity.message import compose
from privity.message.content import REACTION, NullPart, Part, SinglePart
from privity.message.report import Reason
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.wire import rest

HUB_KEY = b"hub"
CATCH_UP_S = 30
SETTLE_POLL_S = 0.02
JSON = {"Content-Type": "application/json"}


class Device:
    """An open device. Use it as an async context manager; it connects by itself and stays connected."""

    def __init__(self, store: Store) -> None:
        base = store.get(Table.OWN, "", HUB_KEY)
        if base is None:
            raise CommandRefused("the store holds no device; register first")
        self._host = Host(store, base.decode())

    # Opening

    @classmethod
    def open(cls, folder: Path, passphrase: str) -> Self:
        """The device in this folder. Raises a StoreError that says what is wrong."""
        with ExitStack() as undo:
            store = Store.open(folder, passphrase)
            undo.callback(store.close)
            device = cls(store)
            undo.pop_all()
        return device

    @classmethod
    async def register(
        cls, folder: Path, passphrase: str, hub: str, *, handle: str, phrase: str, invite: str | None = None
    ) -> Self:
        """A new account with this as its first device; it holds the account key.

        The account key comes from the recovery phrase (`identity.recovery.new_phrase`), which is kept nowhere: show it
        to the person first. Raises BadPhrase, Refusal, HubUnreachable.
        """
        base = hub.rstrip("/")
        async with aiohttp.ClientSession() as http:
            info = decode(await exchange(http, "GET", f"{base}/v1/server", b"", {}), rest.ServerInfo)
            user_uri = new_user_uri(info.host, os.urandom)
            client_uri = new_client_uri(user_uri, os.urandom)
            account_private = root_of(phrase).account_private(0)
            private, public = generate_signature_key(suite(1), os.urandom)
            listed = ListedDevice(client_uri, public, time.time_ns() // 1_000_000)
            devices = DeviceList.sign(user_uri, (listed,), account_private)
            own = Own(
                user_uri,
                client_uri,
                handle,
                private,
                public,
                account_private,
                info.host,
                info.external_sender_public_key,
                info.franking_public_key,
                info.intake_public_key,
            )
            # The keys are on disk before the hub knows of them: an account never exists without its key.
            with ExitStack() as undo:
                store = Store.create(folder, passphrase)
                undo.callback(store.close)
                store.save(
                    {
                        (Table.OWN, "", OWN_KEY): own.encode(),
                        (Table.OWN, "", HUB_KEY): base.encode(),
                        (Table.PIN, "", user_uri.encode()): devices.encode(),
                    }
                )
                body = msgspec.json.encode(rest.Register(handle, devices.encode(), invite))
                decode(await exchange(http, "POST", f"{base}/v1/accounts", body, JSON), rest.Registered)
                device = cls(store)
                undo.pop_all()
            return device

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def connect(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        await self._host.start()

    async def close(self) -> None:
        """Disconnect and close the store. What waited to be sent is sent when the device is opened again."""
        await self._host.close()

    @property
    def host(self) -> Host:
        """The engine's host, for programs that need more than the verbs below."""
        return self._host

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def caught_up(self, timeout_s: float = CATCH_UP_S) -> None:
        """Wait until everything that waited at the hub was read and dealt with, and others can add this device.

        Raises HubUnreachable.
        """
        try:
            await asyncio.wait_for(self._settled(), timeout_s)
        except TimeoutError:
            raise HubUnreachable(f"not caught up within {timeout_s:.0f} s: {self._host.last_error}") from None

    async def _settled(self) -> None:
        await self._host.caught_up.wait()
        while not self._host.engine.idle:
            await asyncio.sleep(SETTLE_POLL_S)

    # Who

    @property
    def user_uri(self) -> str:
        return self._host.engine.device.own.user_uri

    @property
    def client_uri(self) -> str:
        return self._host.engine.device.own.client_uri

    async def find(self, handle: str) -> str:
        """The user URI behind a handle. Raises Refusal."""
        connection = self._host.connection
        if connection is None:
            raise HubUnreachable(f"not connected: {self._host.last_error}")
        data = await connection.request("GET", f"/v1/handles/{handle}", b"", "application/json")
        return decode(data, rest.HandleFound).user_uri

    async def verify(self, user_uri: str) -> str:
        """The safety number with another person: sixty digits that both should see."""
        theirs, own = await self._devices(user_uri), await self._devices(self.user_uri)
        return safety_number(self.user_uri, own.account_key, user_uri, theirs.account_key)

    async def block(self, user_uri: str, blocked: bool = True) -> None:
        await self._host.do(lambda n: inputs.Block(n, user_uri, blocked))

    # Rooms

    def rooms(self) -> dict[str, str]:
        """Room URI and name of every conversation this device is in."""
        return {uri: room.record.name for uri, room in self._host.engine.rooms.items() if room.record.member}

    async def create_group(self) -> str:
        return str(await self._host.do(inputs.CreateGroup))

    async def direct(self, user_uri: str) -> str:
        return str(await self._host.do(lambda n: inputs.CreateDirect(n, user_uri)))

    async def invite(self, room_uri: str, user_uri: str) -> None:
        await self._host.do(lambda n: inputs.Invite(n, room_uri, user_uri))

    async def remove(self, room_uri: str, user_uri: str) -> None:
        await self._host.do(lambda n: inputs.RemoveUser(n, room_uri, user_uri))

    async def leave(self, room_uri: str) -> None:
        await self._host.do(lambda n: inputs.Leave(n, room_uri))

    # Messages. Each returns the message id once the hub has the message.

    async def send(
        self, room_uri: str, text: str, *, in_reply_to: bytes | None = None, expires: tuple[bool, int] | None = None
    ) -> bytes:
        return await self._send(room_uri, _text(text), in_reply_to=in_reply_to, expires=expires)

    async def edit(self, room_uri: str, message_id: bytes, text: str) -> bytes:
        return await self._send(room_uri, _text(text), replaces=message_id)

    async def delete(self, room_uri: str, message_id: bytes) -> bytes:
        return await self._send(room_uri, NullPart(), replaces=message_id)

    async def react(self, room_uri: str, message_id: bytes, emoji: str) -> bytes:
        return await self._send(room_uri, SinglePart(compose.PLAIN, emoji.encode(), REACTION), in_reply_to=message_id)

    async def report(
        self, room_uri: str, message_ids: tuple[bytes, ...], reason: Reason, note: str = "", *, authorship: bool = True
    ) -> str:
        """Report messages of one person, sealed to the hub's desk; returns the receipt."""
        make = inputs.Report
        return str(await self._host.do(lambda n: make(n, room_uri, message_ids, reason, note, authorship)))

    def read(self, room_uri: str, limit: int = 50) -> list[Item]:
        """The last entries of a conversation, oldest first."""
        return [decode_item(value) for _, value in self._host.store.latest(Table.TIMELINE, room_uri, limit)]

    async def follow(self) -> AsyncIterator[Shown]:
        """Everything that is shown from now on."""
        queue = self._host.follow()
        try:
            while True:
                yield await queue.get()
        finally:
            self._host.unfollow(queue)

    # Helpers

    async def _send(
        self,
        room_uri: str,
        part: Part,
        *,
        in_reply_to: bytes | None = None,
        replaces: bytes | None = None,
        expires: tuple[bool, int] | None = None,
    ) -> bytes:
        sent = await self._host.do(lambda n: inputs.Send(n, room_uri, part, in_reply_to, replaces, expires))
        if not isinstance(sent, bytes):
            raise ClientError("the engine finished a send without a message id")
        return sent

    async def _devices(self, user_uri: str) -> DeviceList:
        found = await self._host.do(lambda n: inputs.FetchDevices(n, user_uri))
        if not isinstance(found, DeviceList):
            raise ClientError("the engine finished a fetch without a device list")
        return found


def _text(text: str) -> SinglePart:
    return SinglePart(compose.MARKDOWN, text.encode())
