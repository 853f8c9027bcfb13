# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One device of the demo as a process of its own: requests come as JSON lines, answers leave as JSON lines.

`python -m privity.faces.demo.device FOLDER HUB`. It is the SDK and nothing beside it, but for the verbs of
`dishonest`, which lie where an honest device would not. The process ends when its input does.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from privity.client.adding import Offered
from privity.client.engine import calls, contact_signing, evidence, reports
from privity.client.engine.shown import Kind
from privity.client.errors import ClientError, CommandRefused, HubUnreachable
from privity.client.linking import NewDevice
from privity.client.sdk import Device
from privity.faces.demo import dishonest
from privity.faces.demo.asking import LINE_LIMIT, Answer, Request
from privity.faces.demo.possessions import secrets_of
from privity.faces.demo.throwaway import COST
from privity.identity.consent import Op
from privity.identity.errors import IdentityError
from privity.identity.recovery import new_phrase
from privity.message.errors import MessageError
from privity.message.report import AbuseReport, Reason
from privity.mls.errors import MlsError
from privity.policy.members import members
from privity.wire import rest
from privity.wire.age import AgeBand
from privity.wire.errors import Refusal

T = TypeVar("T")

NAMED = (ClientError, IdentityError, MessageError, MlsError, Refusal)


class Hosted:
    """The device of this process, and its verbs."""

    def __init__(self, folder: Path, hub: str) -> None:
        self._folder = folder
        self._hub = hub
        self._device: Device | None = None
        self._linking: NewDevice[Device] | None = None
        self._offered: Offered | None = None
        self.verbs: dict[str, Callable[..., Awaitable[Any]]] = {
            name.removeprefix("on_"): getattr(self, name) for name in dir(self) if name.startswith("on_")
        }

    @property
    def device(self) -> Device:
        if self._device is None:
            raise CommandRefused("this process has no device yet: register, link or open one")
        return self._device

    async def close(self) -> None:
        if self._device is not None:
            await self._device.close()

    # Coming to be

    async def on_register(self, handle: str, invite: str, age: str, listed: bool) -> str:
        phrase = new_phrase(os.urandom)
        self._device = await Device.register(
            self._folder,
            _passphrase(),
            self._hub,
            handle=handle,
            phrase=phrase,
            invite=invite,
            age=AgeBand(age),
            listed=listed,
            cost=COST,
        )
        return await self._online()

    async def on_open(self) -> str:
        self._device = Device.open(self._folder, _passphrase())
        return self._device.user_uri

    async def on_online(self) -> str:
        return await self._online()

    async def on_link(self) -> str:
        """Offer this new device; the code for the other one."""
        self._linking = await Device.link(self._folder, _passphrase(), self._hub, cost=COST)
        return self._linking.code

    async def on_link_check(self) -> str:
        return await _given(self._linking).check()

    async def on_link_accept(self) -> str:
        self._device = await _given(self._linking).accept()
        return await self._online()

    async def on_offered(self, code: str) -> str:
        """Take up a new device's offer; the digits that both should show."""
        self._offered = await self.device.account.offered(code)
        return self._offered.check

    async def on_offered_accept(self) -> None:
        await _given(self._offered).accept()

    async def _online(self) -> str:
        await self.device.connect()
        await self.device.caught_up()
        return self.device.user_uri

    # Who

    async def on_client_uri(self) -> str:
        return self.device.client_uri

    async def on_intake_key(self) -> str:
        return (self.device.host.engine.device.own.intake_key or b"").hex()

    async def on_caught_up(self) -> None:
        await self.device.caught_up()

    async def on_find(self, handle: str) -> str:
        return await self.device.find(handle)

    async def on_ask_contact(self, handle: str) -> bool:
        return await self.device.contacts.ask(handle)

    async def on_answered_of(self, handle: str) -> str:
        """What the hub itself answers to a request for contact; a device does not pass it on."""
        host = self.device.host
        entry = contact_signing.sign(host.engine.device, Op.REQUEST, handle)
        try:
            answer = await host.connected().call(calls.ask_contact(entry))
        except Refusal as refusal:
            return str(refusal)
        return f"asked: {answer}"

    async def on_claim(self, user_uri: str) -> None:
        await self.device.host.connected().call(calls.claim(user_uri, [1]))

    async def on_refresh_contacts(self) -> None:
        await self.device.contacts.refresh()

    async def on_requests(self) -> list[str]:
        return [wish.handle for wish in self.device.contacts.requests()]

    async def on_accept_contact(self, user_uri: str) -> None:
        await self.device.contacts.accept(user_uri)

    async def on_is_contact(self, user_uri: str) -> bool:
        return self.device.contacts.is_contact(user_uri)

    async def on_verify(self, user_uri: str) -> str:
        return await self.device.verify(user_uri)

    async def on_secrets(self) -> list[str]:
        return [secret.hex() for secret in secrets_of(self.device.host.store)]

    async def on_session(self) -> str:
        connection = self.device.host.connection
        if connection is None:
            raise HubUnreachable("not connected")
        return connection.session

    # Rooms

    async def on_direct(self, user_uri: str) -> str:
        return await self.device.direct(user_uri)

    async def on_create_group(self) -> str:
        return await self.device.create_group()

    async def on_invite(self, room: str, user_uri: str) -> None:
        await self.device.invite(room, user_uri)

    async def on_remove(self, room: str, user_uri: str) -> None:
        await self.device.remove(room, user_uri)

    async def on_rooms(self) -> list[str]:
        return sorted(self.device.rooms())

    async def on_members(self, room: str) -> list[str]:
        group = self.device.host.engine.room(room).require_group()
        return sorted(member.client_uri for member in members(group.tree).values())

    # Messages

    async def on_send(self, room: str, text: str) -> str:
        return (await self.device.send(room, text)).hex()

    async def on_attach(self, room: str, path: str, caption: str) -> str:
        return (await self.device.attach(room, Path(path), filename=Path(path).name, caption=caption)).hex()

    async def on_save(self, room: str, message: str, to: str) -> int:
        """The attachment of a message, written to a path; its size."""
        file = await self.device.fetch(room, bytes.fromhex(message))
        await asyncio.to_thread(Path(to).write_bytes, file.plaintext)
        return len(file.plaintext)

    async def on_items(self, room: str) -> list[dict[str, Any]]:
        """The conversation as this device shows it, without lines of the program."""
        shown = [item for item in self.device.read(room, 1000) if item.kind is not Kind.LINE]
        return [
            {
                "kind": item.kind.value,
                "text": item.text,
                "sender": item.sender,
                "id": item.message_id.hex(),
            }
            for item in shown
        ]

    async def on_put_profile(self, name: str, bio: str, picture: str) -> None:
        """`picture`: the path of a file."""
        shown = await asyncio.to_thread(Path(picture).read_bytes)
        await self.device.profiles.put(name, bio, shown, True)

    # Reports

    async def on_report(self, room: str, message: str) -> str:
        reason, note = Reason.HARASSMENT, "an invented report"
        return await self.device.report(room, (bytes.fromhex(message),), reason, note)

    async def on_standing(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.to_builtins(await self.device.safety.standing())
        return found

    async def on_appeal(self, reference: str, text: str) -> str:
        return await self.device.safety.appeal(reference, text)

    async def on_evidence(self, room: str, message: str) -> str:
        """A report of a message as this device would send it, not sealed."""
        kept = evidence.find(self.device.host.engine.device, room, bytes.fromhex(message))
        if kept is None:
            raise CommandRefused("this device kept no evidence of the message")
        shared = self.device.host.engine.device
        reported = reports.reported(shared, kept, True)
        report = AbuseReport(
            self.device.user_uri, kept.sender_uri, room, Reason.HARASSMENT, "an invented report", (reported,)
        )
        return report.encode().hex()

    async def on_send_sealed(self, sealed: str) -> str:
        """Relay bytes as a report of this account, whatever they hold."""
        connection = self.device.host.connection
        if connection is None:
            raise HubUnreachable("not connected")
        answer = await connection.call(calls.report(bytes.fromhex(sealed)))
        if not isinstance(answer, rest.ReportReceived):
            raise HubUnreachable("the hub gave no receipt")
        return answer.receipt

    # Lies

    async def on_send_mistagged(self, room: str, text: str) -> str:
        return (await dishonest.send_mistagged(self.device, room, text)).hex()

    async def on_attach_misnamed(self, room: str, path: str) -> str:
        return (await dishonest.attach_misnamed(self.device, room, Path(path))).hex()


def _passphrase() -> str:
    return os.environ["PRIVITY_PASSPHRASE"]


def _given(what: T | None) -> T:
    if what is None:
        raise CommandRefused("nothing was offered before")
    return what


async def serve(folder: Path, hub: str) -> None:
    """Answer requests, several at a time, until the input ends."""
    lines = asyncio.StreamReader(limit=LINE_LIMIT)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    hosted = Hosted(folder, hub)
    running: set[asyncio.Task[None]] = set()
    try:
        while line := await lines.readline():
            task = asyncio.create_task(_answer(hosted, msgspec.json.decode(line, type=Request)))
            running.add(task)
            task.add_done_callback(running.discard)
    finally:
        for task in list(running):
            task.cancel()
        await hosted.close()


async def _answer(hosted: Hosted, request: Request) -> None:
    try:
        answer = Answer(request.number, await hosted.verbs[request.verb](**request.given))
    except NAMED as err:
        answer = Answer(request.number, error=type(err).__name__, said=str(err))
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
