# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented people with real MLS groups who talk to a real hub over sockets and signed requests."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from aiohttp import ClientSession, WSMsgType

from privity.identity.credential import make_credential
from privity.identity.uris import id_of, new_room_uri
from privity.message.franking import make_tag
from privity.message.safe_aad import encode_aad
from privity.mls.crypto import sign_with_label
from privity.mls.errors import CredentialRefused
from privity.mls.group import (
    ApplicationMessage,
    Group,
    Identity,
    KeyPackageBundle,
    OwnCommit,
    PendingCommit,
    PendingJoin,
    StagedCommit,
    generate_key_package,
)
from privity.mls.group.errors import OwnMessage
from privity.mls.messages.app_data import SafeAAD
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE
from privity.mls.messages.envelope import decode_group_info, decode_welcome
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.proposals import AppDataUpdate
from privity.mls.messages.welcome import Welcome
from privity.mls.rules import Rules
from privity.mls.suites import suite
from privity.policy.members import find_client
from privity.policy.room_components import PARTICIPANT_LIST, ParticipantListUpdate
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import RoomState, room_extensions
from privity.server.context import HubContext
from privity.server.rooms.parts import RoomParts
from privity.server.rooms.service import BROKEN_LABEL, broken_tbs
from privity.wire import rest, socket
from privity.wire.errors import ErrorBody
from privity.wire.staff import NONCE_HEADER, SIGNATURE_HEADER, STAFF_LABEL, TIME_HEADER, staff_tbs
from tests.server.befriending import befriend
from tests.server.core.people import DAY_S, HOST, NOW_MS, Keys, Line, Person, connect

NOW_S = NOW_MS // 1000
SAFE = SafeAAD().encode()
CAPABILITIES = Capabilities(cipher_suites=(1, 3), extensions=(APP_DATA_DICTIONARY,), proposals=(APP_DATA_UPDATE,))
T = TypeVar("T")


@dataclass
class Clock:
    now: int

    def __call__(self) -> int:
        return self.now


@dataclass
class World:
    context: HubContext
    parts: RoomParts
    clock: Clock
    http: ClientSession
    staff_private: bytes
    devices: dict[str, bytes] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)

    async def join(self, handle: str, *, stranger: bool = False, **registered: Any) -> Device:
        """A new account with one connected device that has resumed; a contact of everybody who is no stranger."""
        person = Person(handle)
        async with self.http.post("/v1/accounts", json=person.registration() | registered) as response:
            assert response.status == 200, await response.text()
        if not stranger:
            for known in self.people:
                await befriend(self.context.db, known, person.user_uri)
            self.people.append(person.user_uri)
        return await self.device(person, person.device)

    async def all_live(self) -> None:
        """Until nobody catches up any more: who does hears own answers before events of others, and no notice."""
        async with asyncio.timeout(60):
            while not all(connection.live for connection in self.parts.fanout.connections()):
                await asyncio.sleep(0.01)

    async def device(self, person: Person, keys: Keys) -> Device:
        self.devices[keys.client_uri] = keys.public
        made = Device(self, person, keys)
        await made.connect()
        return made

    async def second_device(self, first: Device) -> Device:
        """Another device of the same person, listed and connected."""
        keys = first.person.new_device()
        await first.put_list([*first.person.devices, keys])
        return await self.device(first.person, keys)

    def check_device(self, user_uri: str, client_uri: str, key: bytes) -> None:
        if self.devices.get(client_uri) != key:
            raise CredentialRefused("unknown device")

    def staff_headers(self, method: str, path: str, data: bytes, nonce: bytes | None = None) -> dict[str, str]:
        nonce = nonce or secrets.token_bytes(16)
        tbs = staff_tbs(method, path, self.clock.now, nonce, data)
        signature = sign_with_label(suite(1), self.staff_private, STAFF_LABEL.encode(), tbs)
        return {TIME_HEADER: str(self.clock.now), NONCE_HEADER: nonce.hex(), SIGNATURE_HEADER: signature.hex()}

    async def staff(self, method: str, path: str, body: Any = None, *, nonce: bytes | None = None) -> tuple[int, Any]:
        data = b"" if body is None else msgspec.json.encode(body)
        headers = self.staff_headers(method, path, data, nonce)
        async with self.http.request(method, path, data=data, headers=headers) as response:
            raw = await response.read()
            return response.status, json.loads(raw) if response.content_type == "application/json" else raw


class Device:
    """One device: keys, a line to the hub, its groups, and everything that came to it."""

    def __init__(self, world: World, person: Person, keys: Keys) -> None:
        self.world = world
        self.person = person
        self.keys = keys
        self.identity = Identity(suite(1), make_credential(keys.client_uri), keys.private, keys.public)
        self.rules: Rules = RoomRules(world.check_device)
        self.bundles: list[KeyPackageBundle] = []
        self.groups: dict[str, Group] = {}
        self.cursors: dict[str, int] = {}
        self.submitted: dict[bytes, str] = {}
        self.accepted: set[tuple[str, int]] = set()
        self.inbox = self.base = 0
        self.texts: list[bytes] = []
        self.seen: list[socket.Event | socket.Inbox] = []
        self.line: Line

    @property
    def user_uri(self) -> str:
        return self.person.user_uri

    async def connect(self, *, resume: bool = True) -> None:
        self.line = await connect(self.world.http, self.keys)
        if resume:
            await self.send(socket.Resume(self.cursors, self.inbox))
            await self.until(socket.CaughtUp)

    async def disconnect(self) -> None:
        await self.line.ws.close()

    async def send(self, frame: socket.FromDevice) -> None:
        if isinstance(frame, socket.Submit):
            self.submitted[frame.ref] = frame.room_uri
        await self.line.ws.send_bytes(socket.encode(frame))

    async def frame(self) -> socket.FromHub:
        message = await self.line.ws.receive(timeout=60)
        assert message.type is WSMsgType.BINARY, message
        frame = socket.decode_from_hub(message.data)
        if isinstance(frame, socket.Accepted) and frame.ref in self.submitted:
            self.accepted.add((self.submitted[frame.ref], frame.seq))
        return frame

    async def until(self, kind: type[T]) -> T:
        """Take in what comes up to a frame of this kind."""
        while True:
            frame = await self.frame()
            if isinstance(frame, socket.Event | socket.Inbox):
                self.take(frame)
            if isinstance(frame, kind):
                return frame

    async def until_seq(self, room: str, seq: int) -> None:
        while self.cursors.get(room, 0) < seq:
            await self.until(socket.Event)

    async def until_inbox(self, kind: socket.InboxKind) -> socket.Inbox:
        """The first of this kind, also one that came before what was waited for until now: events of a room and of the
        inbox have no order among them."""
        while not (found := [each for each in self.seen if isinstance(each, socket.Inbox) and each.kind == kind]):
            await self.until(socket.Inbox)
        return found[0]

    async def silent(self) -> None:
        """Nothing came but what an own round trip brings: a Submit to nowhere is refused, and nothing before it."""
        ref = secrets.token_bytes(16)
        await self.send(socket.Submit(ref, "nowhere", b""))
        frame = await self.frame()
        assert isinstance(frame, socket.Refused), frame
        assert frame.ref == ref

    def take(self, frame: socket.Event | socket.Inbox) -> None:
        """As a device does: in order, and each once."""
        self.seen.append(frame)
        if isinstance(frame, socket.Inbox):
            assert frame.seq in (self.inbox + 1, self.base + 1), "an inbox event is missing or came twice"
            self.inbox = frame.seq
            if frame.kind == socket.InboxKind.WELCOME:
                self.enter(frame)
            return
        if (frame.room_uri, frame.seq) in self.accepted:
            return  # an own message, read once more by a device that was still catching up
        if frame.room_uri in self.cursors:
            assert frame.seq == self.cursors[frame.room_uri] + 1, "an event is missing or came twice"
        self.cursors[frame.room_uri] = frame.seq
        group = self.groups.get(frame.room_uri)
        if group is not None and not group.removed:
            self.process(group, frame)

    def process(self, group: Group, event: socket.Event) -> None:
        try:
            outcome = group.process(event.message, now=NOW_S)
        except OwnMessage:
            return  # while this device catches up, the event may come before its Accepted
        if isinstance(outcome, OwnCommit):
            group.merge_pending()
        elif isinstance(outcome, StagedCommit):
            group.merge(outcome)
        elif isinstance(outcome, ApplicationMessage):
            assert event.frank is not None
            self.texts.append(outcome.plaintext)

    def enter(self, frame: socket.Inbox) -> None:
        welcome = Welcome.decode(frame.body)
        for bundle in self.bundles:
            if bundle.key_package.reference() == welcome.secrets[0].new_member:
                self.groups[frame.room_uri] = Group.join(
                    welcome, bundle, self.identity, ratchet_tree=None, rules=self.rules, now=NOW_S
                )
                self.cursors[frame.room_uri] = frame.room_seq

    # REST

    async def call(self, method: str, path: str, body: Any, kind: type[T]) -> T:
        status, answer = await self.line.request(method, path, data=b"" if body is None else msgspec.json.encode(body))
        assert status == 200, answer
        return msgspec.json.decode(json.dumps(answer).encode(), type=kind)

    async def refused(self, method: str, path: str, body: Any) -> ErrorBody:
        status, answer = await self.line.request(method, path, data=b"" if body is None else msgspec.json.encode(body))
        assert status >= 400, answer
        return msgspec.json.decode(json.dumps(answer).encode(), type=ErrorBody)

    async def put_list(self, devices: list[Keys]) -> None:
        value = self.person.next_list(devices).encode()
        status, answer = await self.line.request(
            "PUT", "/v1/account/device-list", data=msgspec.json.encode(rest.PutDeviceList(value))
        )
        assert status == 200, answer

    def package(self) -> KeyPackageBundle:
        bundle = generate_key_package(
            self.identity, now=NOW_S, lifetime_s=30 * DAY_S, capabilities=CAPABILITIES, random=secrets.token_bytes
        )
        self.bundles.append(bundle)
        return bundle

    # Rooms

    def new_group(self, direct_with: str | None = None, room: str | None = None) -> Group:
        keys = self.world.context.keys
        return Group.create(
            self.identity,
            (room or new_room_uri(HOST, secrets.token_bytes)).encode(),
            extensions=room_extensions(
                hub_uri=f"mimi://{HOST}",
                hub_key=keys.external_sender_public,
                franking_key=keys.franking_public,
                creator=self.user_uri,
                direct_with=direct_with,
            ),
            capabilities=CAPABILITIES,
            lifetime_s=30 * DAY_S,
            now=NOW_S,
            rules=self.rules,
            random=secrets.token_bytes,
        )

    def creation(self, group: Group) -> rest.CreateRoom:
        return rest.CreateRoom(decode_group_info(group.group_info()).encode(), group.tree.encode())

    async def create(self, direct_with: str | None = None) -> str:
        group = self.new_group(direct_with)
        made = await self.call("POST", "/v1/rooms", self.creation(group), rest.RoomCreated)
        self.groups[made.room_uri] = group
        self.cursors[made.room_uri] = made.seq
        return made.room_uri

    def update(self, room: str, changes: dict[str, int]) -> list[AppDataUpdate]:
        participants = RoomState.of(self.groups[room].context).participants
        return [AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate.between(participants, changes).encode())]

    def pending(self, room: str, **what: Any) -> PendingCommit:
        return self.groups[room].commit(**what, aad=SAFE, tree_in_welcome=True, random=secrets.token_bytes, now=NOW_S)

    def invitation(self, room: str, *others: Device) -> PendingCommit:
        roles = RoomState.of(self.groups[room].context).participants.roles()
        new = {other.user_uri: 2 for other in others if other.user_uri not in roles}
        adds = [other.package().key_package for other in others]
        return self.pending(room, adds=adds, app_data_updates=self.update(room, new) if new else ())

    def removal(self, room: str, *others: Device) -> PendingCommit:
        leaves = [find_client(self.groups[room].tree, other.keys.client_uri) for other in others]
        gone = {other.user_uri: 0 for other in others}
        return self.pending(room, removes=leaves, app_data_updates=self.update(room, gone))

    def body(self, pending: PendingCommit | PendingJoin, ref: bytes | None = None) -> rest.Commit:
        return rest.Commit(
            ref or secrets.token_bytes(16),
            pending.message,
            decode_group_info(pending.group_info).encode(),
            None if pending.welcome is None else decode_welcome(pending.welcome).encode(),
        )

    def path(self, room: str, verb: str) -> str:
        return f"/v1/rooms/{id_of(room)}/{verb}"

    async def commit(self, room: str, pending: PendingCommit) -> rest.Committed:
        """Send a commit and take in the log up to it."""
        done = await self.call("POST", self.path(room, "commit"), self.body(pending), rest.Committed)
        await self.until_seq(room, done.seq)
        return done

    async def invite(self, room: str, *others: Device) -> None:
        done = await self.commit(room, self.invitation(room, *others))
        for other in others:
            while room not in other.groups:
                await other.until(socket.Inbox)
            assert other.groups[room].epoch == done.epoch

    async def state(self, room: str) -> rest.GroupState:
        return await self.call("GET", self.path(room, "group"), None, rest.GroupState)

    async def joining(self, room: str, *, replace: bool = False) -> PendingJoin:
        state = await self.state(room)
        own = find_client(self.groups[room].tree, self.keys.client_uri) if replace else None
        return self.enter_with(state, own)

    def enter_with(self, state: rest.GroupState, own: int | None = None) -> PendingJoin:
        return Group.join_external(
            GroupInfo.decode(state.group_info),
            ratchet_tree=state.ratchet_tree,
            identity=self.identity,
            capabilities=CAPABILITIES,
            rules=self.rules,
            now=NOW_S,
            random=secrets.token_bytes,
            replace=own,
            aad=SAFE,
        )

    async def join_external(self, room: str, *, replace: bool = False) -> rest.Committed:
        """Enter by a commit of our own; the log is read from this commit on."""
        pending = await self.joining(room, replace=replace)
        self.groups.pop(room, None)
        done = await self.call("POST", self.path(room, "commit"), self.body(pending), rest.Committed)
        if not replace:
            self.cursors[room] = done.seq - 1
        await self.until_seq(room, done.seq)
        self.groups[room] = pending.merge()
        return done

    def sealed(self, room: str, text: bytes) -> bytes:
        return self.groups[room].encrypt(text, aad=encode_aad(make_tag(text, b"s" * 16)), random=secrets.token_bytes)

    async def say(self, room: str, text: bytes) -> socket.Accepted:
        await self.send(socket.Submit(secrets.token_bytes(16), room, self.sealed(room, text)))
        answer = await self.until_answer()
        assert isinstance(answer, socket.Accepted), answer
        self.cursors[room] = max(self.cursors.get(room, 0), answer.seq)
        return answer

    async def until_answer(self) -> socket.Accepted | socket.Refused:
        while True:
            frame = await self.frame()
            if isinstance(frame, socket.Accepted | socket.Refused):
                return frame
            if isinstance(frame, socket.Event | socket.Inbox):
                self.take(frame)

    async def hear(self, count: int) -> list[bytes]:
        while len(self.texts) < count:
            await self.until(socket.Event)
        return self.texts

    def notice(self, room: str, epoch: int, commit: bytes) -> rest.Broken:
        digest = hashlib.sha256(commit).digest()
        tbs = broken_tbs(room, epoch, digest)
        return rest.Broken(epoch, digest, sign_with_label(suite(1), self.keys.private, BROKEN_LABEL, tbs))


async def together(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls))
