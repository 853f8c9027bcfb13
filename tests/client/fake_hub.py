# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub in memory that orders events, and devices that talk to it in one thread: the engine's test-bench."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from privity.client.engine import effects as fx
from privity.client.engine import inputs as i
from privity.client.engine.calls import Call
from privity.client.engine.contact_book import Known
from privity.client.engine.engine import Engine
from privity.client.engine.key_log import KEYS
from privity.client.engine.records import MemoryView, Table
from privity.client.engine.shown import Item, Kind, Shown, decode_item
from privity.client.engine.state import OWN_KEY, Own
from privity.identity import account as accounts
from privity.identity.account import Account
from privity.identity.device_list import Device as ListedDevice
from privity.identity.device_list import DeviceList
from privity.identity.errors import DeviceListError
from privity.identity.room_links import Knock, hash_of
from privity.identity.server_record import ServerRecord
from privity.identity.uris import new_client_uri, new_user_uri
from privity.keylog.labels import server_label, user_label
from privity.message import sealed_report
from privity.message.content import Part, SinglePart
from privity.message.franking import Frank, frank
from privity.message.report import AbuseReport
from privity.message.safe_aad import tag_of
from privity.mls.crypto import generate_signature_key
from privity.mls.errors import CredentialRefused, ProtocolError
from privity.mls.messages.app_data import SafeAAD
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage, decode_public_message
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.proposals import AppDataUpdate, Proposal, Remove
from privity.mls.public_group import PublicGroup, StagedPublicCommit
from privity.mls.suites import suite
from privity.mls.validation.proposals import QueuedProposal
from privity.policy.members import find_client, member_of, members
from privity.policy.roles import Capability
from privity.policy.room_components import FRANKING_AGENT, PARTICIPANT_LIST, FrankingAgent, ParticipantListUpdate
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import RoomState
from privity.policy.room_suites import ORDINARY, ROOM_SUITES
from privity.tlog.tree import consistency_proof
from privity.wire import keylog, rest, socket
from privity.wire.age import AgeBand
from privity.wire.contacts import Age, Contact, Contacts
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Event, EventKind, Inbox, InboxKind
from privity.wire.work import Puzzle
from tests.keylog.memory_log import MemoryLog

HOST = "hub.example"
SUITE = suite(1)
START_MS = 1_800_000_000_000


def suite_of(key_package: bytes) -> int:
    return KeyPackage.decode(key_package).cipher_suite


@dataclass
class HubRoom:
    group: PublicGroup
    log: list[Event] = field(default_factory=list)
    last_ts: int = 0
    forgotten: int = 0
    first: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    trees: dict[int, bytes] = field(default_factory=dict)
    refs: dict[tuple[str, bytes], rest.Committed | socket.Accepted] = field(default_factory=dict)


class FakeHub:
    """Accepts, orders, hands out. `tamper` may change an event for one device on its way, `refuse` raise a Refusal."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.now_ms = START_MS
        self.refuse: Callable[[Phone, Call], None] = lambda phone, call: None
        self.hub_private, self.hub_key = generate_signature_key(SUITE, random.randbytes)
        self.frank_private, self.frank_key = generate_signature_key(SUITE, random.randbytes)
        self.period_key = random.randbytes(32)
        self.log = MemoryLog(HOST)
        record = ServerRecord(HOST, 0, self.frank_key, self.hub_key, None, None)
        self.records = [record.encode()]
        self.log.put(server_label(HOST), self.records[0])
        self.lists: dict[str, list[bytes]] = {}
        self.lost: set[str] = set()
        self.acked: dict[str, int] = {}
        self.packages: dict[str, list[bytes]] = {}
        self.last_resort: dict[str, bytes] = {}
        self.other_packages: dict[int, dict[str, list[bytes]]] = {}
        self.other_resorts: dict[int, dict[str, bytes]] = {}
        self.rooms: dict[str, HubRoom] = {}
        self.inboxes: dict[str, list[Inbox]] = {}
        self.online: dict[str, Phone] = {}
        self.notices: list[tuple[str, rest.Broken]] = []
        self.reports: list[bytes] = []
        self.blobs: dict[str, int] = {}
        self.links: dict[str, set[bytes]] = {}
        self.report_keys: dict[str, bytes] = {}
        self.claims = 0
        self.tamper: Callable[[str, Event], Event] = lambda client, event: event
        self.check_leaves = True
        self.contacts: Callable[[Phone], Contacts] = self.everybody

    def everybody(self, phone: Phone) -> Contacts:
        """Unless a test says otherwise, everybody talked to each other before there were contacts, and is an adult."""
        pairs = [Contact(user, "somebody", [], [], [], START_MS) for user in self.lists if user != phone.user]
        return Contacts(Age(AgeBand.ADULT, None, False), pairs, [], [], [], [], [], [], [])

    # Lists

    def publish(self, user_uri: str, value: bytes) -> None:
        """A list comes into the key log, in an epoch of its own."""
        self.lists.setdefault(user_uri, []).append(value)
        self.log.put(user_label(user_uri), value)
        self.log.cut(self.now_ms)

    def lose(self, label: str, count: int = 1) -> None:
        """The newest values of a label are gone, as after a backup was restored; the log and its map hold them."""
        values = self.values(label)
        del values[len(values) - count :]
        self.lost.add(label)

    def values(self, label: str) -> list[bytes]:
        return self.records if label == server_label(HOST).decode() else self.lists[label.removeprefix("u:")]

    def check_not_lost(self, label: str) -> None:
        if label in self.lost:
            raise Refusal(Code.KEYS_LOST, f"version {len(self.values(label))} of this label is lost")

    def bring_back(self, body: keylog.BringBack) -> keylog.BroughtBack:
        """What was published in its place is taken, and nothing else."""
        own = body.label == server_label(HOST).decode()
        decode = ServerRecord.decode if own else DeviceList.decode
        published = self.log.newest(body.label.encode())
        values, taken = self.values(body.label), 0
        for value in body.values:
            version = decode(value).version
            if published is None or version > published or self.log.held(body.label.encode(), version).value != value:
                raise Refusal(Code.CONFLICT, f"version {version} was never published so")
            if version > len(values):
                self.check_not_lost(body.label)
            if version == len(values):
                values.append(value)
                taken += 1
        if published is not None and len(values) > published:
            self.lost.discard(body.label)
        return keylog.BroughtBack(taken)

    def check_follows(self, user_uri: str, value: bytes) -> None:
        """Of two lists that devices sign at the same moment the first is taken."""
        try:
            accounts.advance(self.account(user_uri), value, self.now_ms)
        except DeviceListError as err:
            raise Refusal(Code.DEVICE_LIST_REFUSED, f"{type(err).__name__}: {err}") from None

    def account(self, user_uri: str) -> Account:
        """Which list is in force, by the dates of the key log."""
        label = user_label(user_uri)
        account: Account | None = None
        for version, value in enumerate(self.lists[user_uri]):
            if account is None:
                account = accounts.first(value, user_uri)
                continue
            appeared_ms = self.log.entry(self.log.held(label, version).epoch).timestamp_ms
            account = accounts.advance(account, value, appeared_ms)
        assert account is not None
        return accounts.settle(account, self.now_ms)

    def lookup(self, body: keylog.Lookup) -> keylog.Looked:
        label = body.label.encode()
        self.heartbeat()
        self.check_not_lost(body.label)
        if label == server_label(HOST):
            return keylog.Looked(self.log.lookup(label, body.from_size), self.records[body.from_version :])
        values = self.lists.get(body.label.removeprefix("u:"), [])
        waited = [DeviceList.decode(value).waits for value in values]
        dated = [
            version
            for version in range(body.from_version, len(values))
            if body.date_all or waited[version] or (version and waited[version - 1])
        ]
        return keylog.Looked(self.log.lookup(label, body.from_size, dated), values[body.from_version :])

    def heartbeat(self) -> None:
        """An epoch without changes, when the newest is an hour old."""
        if not self.log.size or self.now_ms - self.log.entry(self.log.size - 1).timestamp_ms >= 3_600_000:
            self.log.cut(self.now_ms)

    def check(self, user_uri: str, client_uri: str, key: bytes) -> None:
        device = self.account(user_uri).in_force.device(client_uri)
        if self.check_leaves and (device is None or device.mls_signature_key != key):
            raise CredentialRefused("not in the list")

    def any_key(self, key: bytes) -> None:
        """This hub proposes whatever key a test likes; devices decide."""

    # Delivery

    def push(self, client: str, frame: socket.FromHub) -> None:
        phone = self.online.get(client)
        if phone is not None:
            phone.inbox.append(i.Received(frame))

    def post(self, client: str, kind: InboxKind, room_uri: str, room_seq: int, body: bytes) -> None:
        box = self.inboxes.setdefault(client, [])
        frame = Inbox(len(box) + 1, kind, room_uri, room_seq, body)
        box.append(frame)
        self.push(client, frame)

    def append(
        self, room_uri: str, kind: EventKind, message: bytes, *, skip: str | None = None, sender: str | None = None
    ) -> Event:
        room = self.rooms[room_uri]
        ts = max(self.now_ms, room.last_ts + 1)
        room.last_ts = ts
        franked: socket.Frank | None = None
        if kind is EventKind.APPLICATION:
            body = MLSMessage.decode(message).body
            assert isinstance(body, PrivateMessage)
            assert sender is not None
            suite_id = room.group.suite.id
            made = frank(
                self.period_key, self.frank_private, suite_id, tag_of(body.authenticated_data), sender, room_uri, ts
            )
            franked = socket.Frank(made.server_frank, made.suite_id, made.signature)
        event = Event(room_uri, len(room.log) + 1, ts, kind, message, franked)
        room.log.append(event)
        for client in list(self.online):
            if client != skip and self.may_see(room, client, event.seq):
                self.push(client, self.tamper(client, event))
        return event

    def copy_of(self, room_uri: str) -> PublicGroup:
        """The group of a room as it is now, to be shown again later."""
        return PublicGroup.decode(self.rooms[room_uri].group.encode(), RoomRules(self.check, self.any_key))

    def may_see(self, room: HubRoom, client: str, seq: int) -> bool:
        return client in room.first and room.first[client] < seq <= room.last.get(client, 1 << 60)

    def resume(self, phone: Phone, frame: socket.Resume) -> None:
        for event_inbox in self.inboxes.get(phone.client, [])[max(frame.inbox, self.acked.get(phone.client, 0)) :]:
            self.push(phone.client, event_inbox)
        for uri, room in self.rooms.items():
            cursor = frame.rooms.get(uri, 0)
            start = max(cursor, room.forgotten, room.first.get(phone.client, 0))
            if uri in frame.rooms and cursor < start:
                self.push(phone.client, socket.Forgotten(uri, start + 1))
            for event in room.log[start:]:
                if self.may_see(room, phone.client, event.seq):
                    self.push(phone.client, self.tamper(phone.client, event))
        self.push(phone.client, socket.CaughtUp())

    def submit(self, phone: Phone, frame: socket.Submit) -> None:
        room = self.rooms[frame.room_uri]
        known = room.refs.get((phone.client, frame.ref))
        if isinstance(known, socket.Accepted):
            self.push(phone.client, known)
            return
        body = MLSMessage.decode(frame.message).body
        assert isinstance(body, PrivateMessage)
        if find_client(room.group.tree, phone.client) is None:
            self.push(phone.client, socket.Refused(frame.ref, Code.NOT_ALLOWED, "not a member"))
            return
        if body.epoch != room.group.epoch:
            refused = socket.Refused(frame.ref, Code.WRONG_EPOCH, "another epoch", room.group.epoch)
            self.push(phone.client, refused)
            return
        if self.rekey(frame.room_uri):
            refused = socket.Refused(frame.ref, Code.WRONG_EPOCH, "the key changes first", room.group.epoch)
            self.push(phone.client, refused)
            return
        event = self.append(frame.room_uri, EventKind.APPLICATION, frame.message, skip=phone.client, sender=phone.user)
        assert event.frank is not None
        accepted = socket.Accepted(frame.ref, event.seq, event.ts_ms, event.frank)
        room.refs[(phone.client, frame.ref)] = accepted
        self.push(phone.client, accepted)

    def pass_on(self, phone: Phone, frame: socket.Typing) -> None:
        """A typing notice, to whoever else is in the room and connected."""
        room = self.rooms[frame.room_uri]
        for client in list(self.online):
            if client != phone.client and find_client(room.group.tree, client) is not None:
                self.push(client, frame)

    def rekey(self, room_uri: str) -> bool:
        """Whether a room names another key for franks than this hub signs with; then that is proposed, once."""
        group = self.rooms[room_uri].group
        if RoomState.of(group.context).franking_key == self.frank_key:
            return False
        hub = Credential.basic(f"mimi://{HOST}".encode())
        update = AppDataUpdate(FRANKING_AGENT, FrankingAgent(self.frank_key, hub).encode())
        if all(queued.sent.proposal != update for queued in group.proposals.values()):
            self.propose(room_uri, update)
        return True

    def forget(self, room_uri: str) -> None:
        """What is in the log so far is past the retention."""
        self.rooms[room_uri].forgotten = len(self.rooms[room_uri].log)

    # REST

    def answer(self, phone: Phone, call: Call) -> rest.Answer:
        parts = call.path.split("?")[0].strip("/").split("/")[1:]
        self.refuse(phone, call)
        match call.method, parts, call.body:
            case "POST", ["keylog", "lookup"], keylog.Lookup() as body:
                return self.lookup(body)
            case "POST", ["keylog", "returns"], keylog.BringBack() as body:
                return self.bring_back(body)
            case "GET", ["keylog", "checkpoint"], None:
                self.heartbeat()
                return keylog.CheckpointAnswer(self.log.checkpoint_proof(int(call.path.split("from=")[1])).encode())
            case "GET", ["keylog", "consistency"], None:
                old, new = (int(part.split("=")[1]) for part in call.path.split("?")[1].split("&"))
                if new > self.log.size:
                    raise Refusal(Code.CONFLICT, f"the log has {self.log.size} entries")
                return keylog.Consistency(consistency_proof(self.log.node_at, old, new))
            case "POST", ["users", user, "claim"], rest.Claim() as body:
                return self.claim(f"mimi://{HOST}/u/{user}", body.suites[0])
            case "GET", ["contacts"], None:
                return self.contacts(phone)
            case "PUT", ["blocks", _], None:
                return rest.Done()
            case "PUT", ["rooms", _, "invitation"], _:
                raise Refusal(Code.NOT_FOUND, "nobody invited you to it")
            case "GET", ["key-packages"], None:
                return self.left(phone)
            case "POST", ["key-packages"], rest.PutKeyPackages() as body:
                for value in body.key_packages:
                    self.stock(suite_of(value)).setdefault(phone.client, []).append(value)
                if body.last_resort is not None:
                    self.resorts(suite_of(body.last_resort))[phone.client] = body.last_resort
                return self.left(phone)
            case "POST", ["rooms"], rest.CreateRoom() as body:
                return self.create(phone, body)
            case "GET", ["rooms"], None:
                return self.rooms_of(phone)
            case "GET", ["rooms", room, "group"], None:
                found = self.rooms[f"mimi://{HOST}/r/{room}"]
                info = self.infos[f"mimi://{HOST}/r/{room}"]
                waiting = [
                    MLSMessage(PublicMessage.of(each.auth, None)).encode() for each in found.group.proposals.values()
                ]
                return rest.GroupState(info, found.group.tree.encode(), len(found.log), waiting)
            case "GET", ["rooms", room, "trees", seq], None:
                return self.tree(phone, self.rooms[f"mimi://{HOST}/r/{room}"], int(seq))
            case "POST", ["rooms", room, "commit"], rest.Commit() as body:
                return self.commit(phone, f"mimi://{HOST}/r/{room}", body)
            case "POST", ["rooms", room, "broken"], rest.Broken() as body:
                self.notices.append((phone.client, body))
                return rest.BrokenCounted(1, 2)
            case "POST", ["rooms", room, "leave"], None:
                self.propose_removal(f"mimi://{HOST}/r/{room}", phone.client)
                return rest.Done()
            case "POST", ["rooms", room, "links"], rest.AllowLink() as body:
                self.links.setdefault(f"mimi://{HOST}/r/{room}", set()).add(body.hash)
                return rest.Done()
            case "DELETE", ["rooms", room, "links", name], None:
                self.links.get(f"mimi://{HOST}/r/{room}", set()).discard(bytes.fromhex(name))
                return rest.Done()
            case "POST", ["rooms", room, "knocks"], rest.KnockAt() as body:
                return self.knock(phone, f"mimi://{HOST}/r/{room}", body)
            case "DELETE", ["rooms", room, "knocks", user], None:
                room_uri = f"mimi://{HOST}/r/{room}"
                self.ring(room_uri, InboxKind.KNOCK_ENDED, f"mimi://{HOST}/u/{user}".encode())
                return rest.Done()
            case "PUT", ["account", "device-list"], rest.PutDeviceList() as body:
                self.check_not_lost(f"u:{phone.user}")
                if body.value != self.lists[phone.user][-1]:
                    self.check_follows(phone.user, body.value)
                    self.publish(phone.user, body.value)
                for client in self.inboxes:
                    self.post(client, InboxKind.DEVICE_LIST_CHANGED, "", 0, phone.user.encode())
                return rest.Done()
            case "POST", ["account", "letters"], rest.SendLetter() as body:
                if self.account(phone.user).in_force.device(body.client_uri) is None:
                    raise Refusal(Code.NOT_FOUND, "no other device of this name")
                self.post(body.client_uri, InboxKind.LETTER, "", 0, body.letter)
                return rest.Done()
            case "GET", ["blobs", name, "stored"], None:
                if name not in self.blobs:
                    raise Refusal(Code.NOT_FOUND, "no such blob")
                return rest.BlobStored(bytes.fromhex(name), self.blobs[name])
            case "PUT", ["device", "report-key"], rest.PutReportKey() as body:
                self.report_keys[phone.client] = body.key
                return rest.Done()
            case "GET", ["rooms", room, "moderators"], None:
                in_charge = self.in_charge(f"mimi://{HOST}/r/{room}", Capability.DELETE_OTHER)
                return rest.RoomModerators([self.report_keys[one] for one in in_charge if one in self.report_keys])
            case "POST", ["rooms", room, "reports"], rest.RoomReport() as body:
                for each in body.wrapped:
                    room_uri = f"mimi://{HOST}/r/{room}"
                    self.post(each.client_uri, InboxKind.ROOM_REPORT, room_uri, 0, each.wrapped + body.sealed)
                return rest.Done()
            case "POST", ["reports"], rest.SealedReport() as body:
                self.reports.append(body.sealed)
                return rest.ReportReceived(f"receipt-{len(self.reports)}")
            case _:
                raise AssertionError(f"the fake hub knows no {call.method} {call.path}")

    infos: dict[str, bytes]

    def left(self, phone: Phone) -> rest.KeyPackagesLeft:
        suites = [
            rest.SuiteLeft(suite, len(self.stock(suite).get(phone.client, [])), phone.client in self.resorts(suite))
            for suite in ROOM_SUITES
        ]
        return rest.KeyPackagesLeft(suites[0].left, suites[0].has_last_resort, suites)

    def stock(self, suite: int) -> dict[str, list[bytes]]:
        return self.packages if suite == ORDINARY.id else self.other_packages.setdefault(suite, {})

    def resorts(self, suite: int) -> dict[str, bytes]:
        return self.last_resort if suite == ORDINARY.id else self.other_resorts.setdefault(suite, {})

    def claim(self, user_uri: str, suite: int) -> rest.Claimed:
        self.claims += 1
        devices = []
        for device in self.account(user_uri).in_force.devices:
            left = self.stock(suite).get(device.client_uri, [])
            package = left.pop(0) if left else self.resorts(suite).get(device.client_uri)
            status = rest.ClaimStatus.EXHAUSTED if package is None else rest.ClaimStatus.SUCCESS
            devices.append(rest.ClaimedDevice(device.client_uri, status, package))
        return rest.Claimed(devices)

    def knock(self, phone: Phone, room_uri: str, body: rest.KnockAt) -> rest.Done:
        if hash_of(body.link_id) not in self.links.get(room_uri, set()):
            raise Refusal(Code.BAD_INVITE, "this link opens no conversation")
        made = Knock(body.link_id, phone.client, body.at_ms, body.mac, body.signature)
        self.ring(room_uri, InboxKind.KNOCK, made.encode())
        return rest.Done()

    def ring(self, room_uri: str, kind: InboxKind, body: bytes) -> None:
        """At every device of those in charge."""
        for client_uri in self.in_charge(room_uri, Capability.ADD_PARTICIPANT):
            self.post(client_uri, kind, room_uri, 0, body)

    def in_charge(self, room_uri: str, capability: Capability) -> list[str]:
        """Devices of those who may do this to others in a room."""
        group = self.rooms[room_uri].group
        state = RoomState.of(group.context)
        found = members(group.tree).values()
        return [member.client_uri for member in found if state.may(member.user_uri, capability)]

    def create(self, phone: Phone, body: rest.CreateRoom) -> rest.RoomCreated:
        info = GroupInfo.decode(body.group_info)
        rules = RoomRules(self.check, self.any_key)
        group = PublicGroup.from_group_info(info, body.ratchet_tree, rules, self.now_ms // 1000)
        state = RoomState.of(group.context)
        if state.direct:
            for uri, other in self.rooms.items():
                if RoomState.of(other.group.context).participants == state.participants:
                    raise Refusal(Code.DIRECT_ROOM_EXISTS, "exists", room_uri=uri)
        self.rooms[state.room_uri] = HubRoom(group, first={phone.client: 0})
        self.infos[state.room_uri] = body.group_info
        return rest.RoomCreated(state.room_uri, 0)

    def rooms_of(self, phone: Phone) -> rest.Rooms:
        found = []
        for uri, room in self.rooms.items():
            if RoomState.of(room.group.context).participants.role(phone.user) >= 2:
                member = find_client(room.group.tree, phone.client) is not None
                found.append(rest.RoomSummary(uri, room.group.epoch, len(room.log), member))
        return rest.Rooms(found)

    def tree(self, phone: Phone, room: HubRoom, seq: int) -> rest.RoomTree:
        if seq not in room.trees or room.first.get(phone.client) != seq:
            raise Refusal(Code.NOT_FOUND, "no tree for this device")
        return rest.RoomTree(room.trees[seq])

    def commit(self, phone: Phone, room_uri: str, body: rest.Commit) -> rest.Committed:
        room = self.rooms[room_uri]
        known = room.refs.get((phone.client, body.ref))
        if isinstance(known, rest.Committed):
            return known
        message = decode_public_message(body.commit)
        if message.content.epoch != room.group.epoch:
            raise Refusal(Code.WRONG_EPOCH, "another epoch", current_epoch=room.group.epoch)
        try:
            staged = room.group.process(message, self.now_ms // 1000)
            assert isinstance(staged, StagedPublicCommit)
            staged.check_group_info(GroupInfo.decode(body.group_info))
        except ProtocolError as err:
            raise Refusal(Code.INVALID_COMMIT, f"{type(err).__name__}: {err}") from None
        used = {sent.reference for sent in staged.proposals}
        if not staged.external and not set(room.group.proposals) <= used:
            raise Refusal(Code.PENDING_REMOVE_OMITTED, "a pending Remove is left out")
        reissued = [each.sent.proposal for each in room.group.proposals.values() if staged.external]
        removed = [member_of(removed.leaf_node).client_uri for removed in staged.removed]
        gone = [client for client in removed if client not in room.last]
        room.group.merge(staged)
        self.infos[room_uri] = body.group_info
        seq = len(room.log) + 1
        for client in gone:
            room.last[client] = seq
        if staged.external:
            room.first[phone.client] = seq - 1
            room.last.pop(phone.client, None)
        event = self.append(room_uri, EventKind.COMMIT, body.commit)
        if staged.added:
            room.trees[seq] = room.group.tree.encode()
        for added in staged.added:
            client = member_of(added.key_package.leaf_node).client_uri
            room.first[client] = seq
            room.last.pop(client, None)
            assert body.welcome is not None
            self.post(client, InboxKind.WELCOME, room_uri, seq, body.welcome)
        for client in gone:
            if client != phone.client:
                self.post(client, InboxKind.REMOVED, room_uri, seq, b"")
        for proposal in reissued:
            if isinstance(proposal, Remove) and room.group.tree.get_leaf(proposal.removed) is not None:
                self.propose(room_uri, proposal)
        self.rekey(room_uri)
        answer = rest.Committed(room.group.epoch, event.seq, event.ts_ms)
        room.refs[(phone.client, body.ref)] = answer
        return answer

    def propose_removal(self, room_uri: str, client: str) -> None:
        leaf = find_client(self.rooms[room_uri].group.tree, client)
        assert leaf is not None
        self.propose(room_uri, Remove(leaf))

    def propose_departure(self, room_uri: str, phone: Phone) -> None:
        """As a hub does when a person leaves a group: the Remove of the device, and the person out of the list."""
        index = RoomState.of(self.rooms[room_uri].group.context).participants.index(phone.user)
        assert index is not None
        self.propose_removal(room_uri, phone.client)
        self.propose(room_uri, AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate(removed=(index,)).encode()))

    def propose(self, room_uri: str, proposal: Proposal) -> None:
        room = self.rooms[room_uri]
        content = FramedContent(room_uri.encode(), room.group.epoch, Sender.external(0), SafeAAD().encode(), proposal)
        auth = AuthenticatedContent.signed(SUITE, self.hub_private, content, None, PUBLIC_MESSAGE)
        message = PublicMessage.of(auth, None)
        queued = room.group.process(message, self.now_ms // 1000)
        assert isinstance(queued, QueuedProposal)
        room.group.queue(queued)
        if isinstance(proposal, Remove):
            leaf = room.group.tree.get_leaf(proposal.removed)
            assert leaf is not None
            client = member_of(leaf).client_uri
            if client not in room.last:
                room.last[client] = len(room.log)
                self.post(client, InboxKind.REMOVED, room_uri, len(room.log) + 1, b"")
        self.append(room_uri, EventKind.PROPOSAL, MLSMessage(message).encode())


class Phone:
    """One device: an engine over a store in memory, and what its person saw."""

    def __init__(self, world: World, own: Own, view: MemoryView) -> None:
        self.world = world
        self.view = view
        self.own = own
        self.user, self.client = own.user_uri, own.client_uri
        self.inbox: deque[i.Input] = deque()
        self.shown: list[Shown] = []
        self.done: dict[int, object] = {}
        self.failed: dict[int, Exception] = {}
        self.puzzles: dict[int, Puzzle] = {}
        self.saves = 0
        self.sent: list[socket.FromDevice] = []
        self.asleep = False
        self.skew_ms = 0
        self.crash_before_speaking = False
        self.crash_after_commit = False
        self.crashed = False
        self.next_command = 0
        self.engine = self.make_engine()

    def make_engine(self) -> Engine:
        return Engine(self.view, random=self.world.random.randbytes, jitter=lambda: self.world.jitter_ms)

    def step(self, event: i.Input) -> None:
        for effect in self.engine.step(event, self.world.hub.now_ms + self.skew_ms):
            match effect:
                case fx.Save(changes):
                    self.view.save(changes)
                    self.saves += 1
                case fx.Transmit(frame):
                    if self.crash_before_speaking and isinstance(frame, socket.Submit):
                        self.crash()
                        return
                    self.sent.append(frame)
                    if self.client in self.world.hub.online:
                        if isinstance(frame, socket.Resume):
                            self.world.hub.resume(self, frame)
                        elif isinstance(frame, socket.Submit):
                            self.world.hub.submit(self, frame)
                        elif isinstance(frame, socket.Typing):
                            self.world.hub.pass_on(self, frame)
                        elif isinstance(frame, socket.Ack):
                            self.world.hub.acked[self.client] = frame.inbox
                case fx.RequestRest(number, call):
                    self.request(number, call)
                case fx.Solve(number, puzzle):
                    self.puzzles[number] = puzzle
                case fx.StopSolving(number):
                    del self.puzzles[number]
                case fx.Show(what):
                    self.shown.append(what)
                case fx.Finished(command, result):
                    self.done[command] = result
                case fx.Failed(command, err):
                    self.failed[command] = err
                case fx.WakeAt():
                    pass

    def request(self, number: int, call: Call) -> None:
        if self.client not in self.world.hub.online:
            self.inbox.append(i.Unanswered(number))
            return
        try:
            answer = self.world.hub.answer(self, call)
        except Refusal as refusal:
            self.inbox.append(i.Declined(number, refusal))
            return
        if self.crash_after_commit and isinstance(answer, rest.Committed):
            self.crash()
            return
        self.inbox.append(i.Answered(number, answer))

    def connect(self) -> None:
        self.world.hub.online[self.client] = self
        self.inbox.append(i.Connected(self.world.hub.now_ms))
        self.world.settle()

    def disconnect(self) -> None:
        self.world.hub.online.pop(self.client, None)
        self.inbox.clear()
        self.step(i.Disconnected())

    def crash(self) -> None:
        """The process ends here: nothing but the store is left."""
        self.world.hub.online.pop(self.client, None)
        self.inbox.clear()
        self.crashed = True

    def restart(self) -> None:
        self.crashed = self.crash_before_speaking = self.crash_after_commit = False
        self.inbox.clear()
        self.engine = self.make_engine()
        self.connect()

    def command(self, make: Callable[[int], i.Command]) -> int:
        self.next_command += 1
        self.inbox.append(make(self.next_command))
        return self.next_command

    def do(self, make: Callable[[int], i.Command]) -> object:
        """Give a command and let everything settle; its result, or its error is raised."""
        number = self.command(make)
        self.world.settle()
        if number in self.failed:
            raise self.failed[number]
        return self.done.get(number)

    def create_group(self) -> str:
        return str(self.do(i.CreateGroup))

    def direct(self, other: Phone) -> str:
        return str(self.do(lambda n: i.CreateDirect(n, other.user)))

    def invite(self, room_uri: str, other: Phone) -> None:
        self.do(lambda n: i.Invite(n, room_uri, other.user))

    def say(self, room_uri: str, text: str, **more: object) -> bytes:
        result = self.do(lambda n: i.Send(n, room_uri, plain(text), **more))  # type: ignore[arg-type]  # test shorthand
        return result if isinstance(result, bytes) else b""

    def items(self, room_uri: str) -> list[Item]:
        return [decode_item(value) for _, value in self.view.scan(Table.TIMELINE, room_uri)]

    def texts(self, room_uri: str) -> list[str]:
        return [item.text for item in self.items(room_uri) if item.kind is Kind.MESSAGE]

    def hidden(self, room_uri: str) -> int:
        return sum(item.kind is Kind.HIDDEN for item in self.items(room_uri))

    def lines(self, room_uri: str) -> list[str]:
        return [item.text for item in self.items(room_uri) if item.kind is Kind.LINE]


def plain(text: str) -> Part:
    return SinglePart("text/plain;charset=utf-8", text.encode())


class World:
    """One hub, some people, one thread, seeded randomness."""

    def __init__(self, seed: int = 1) -> None:
        self.random = Random(seed)
        self.hub = FakeHub(self.random)
        self.hub.infos = {}
        self.phones: list[Phone] = []
        self.recovery: dict[str, bytes] = {}
        """The recovery key of each account, as its person has it on paper."""
        self.jitter_ms = 5_000
        self.befriending = True
        """Whether everybody knows everybody, as in a world from before there were contacts."""
        self.intake_private = hashlib.sha256(b"an intake key of this test").digest()

    def person(self) -> Phone:
        """A new account with one device, online."""
        user = new_user_uri(HOST, self.random.randbytes)
        account, _ = generate_signature_key(SUITE, self.random.randbytes)
        return self.device_of(user, account, None)

    def device_of(self, user: str, account: bytes | None, signer: Phone | None) -> Phone:
        client = new_client_uri(user, self.random.randbytes)
        private, public = generate_signature_key(SUITE, self.random.randbytes)
        if signer is None:
            assert account is not None
            recovery, _ = generate_signature_key(SUITE, self.random.randbytes)
            listed = ListedDevice(client, public, START_MS)
            first = DeviceList.sign(user, (listed,), account, recovery_private=recovery)
            self.recovery[user] = recovery
            self.hub.publish(user, first.encode())
        own = Own(
            user,
            client,
            "somebody",
            private,
            public,
            account,
            HOST,
            self.hub.hub_key,
            self.hub.frank_key,
            intake_public(self.intake_private),
        )
        view = MemoryView({(Table.OWN, "", OWN_KEY): own.encode(), (Table.LOG, "", KEYS): self.hub.log.keys.encode()})
        phone = Phone(self, own, view)
        for other in self.phones if self.befriending else []:
            befriend(phone, other)
        self.phones.append(phone)
        self.hub.inboxes.setdefault(client, [])
        if signer is not None:
            signer.do(lambda n: i.ConfirmDevice(n, client, public))
        phone.connect()
        return phone

    def second_device(self, phone: Phone) -> Phone:
        return self.device_of(phone.user, None, phone)

    def settle(self) -> None:
        """Let every awake device take its inputs in turn until nothing happens any more."""
        moved = True
        while moved:
            moved = False
            for phone in self.phones:
                if not phone.asleep and not phone.crashed and phone.inbox:
                    phone.step(phone.inbox.popleft())
                    moved = True

    def pass_time(self, ms: int) -> None:
        self.hub.now_ms += ms
        for phone in self.phones:
            if not phone.asleep:
                phone.inbox.append(i.Tick())
        self.settle()

    def open_report(self, sealed: bytes) -> AbuseReport:
        opened = self.open_sealed(sealed)
        assert isinstance(opened, AbuseReport)
        return opened

    def open_sealed(self, sealed: bytes) -> sealed_report.Content:
        return sealed_report.open(self.intake_private, sealed)


def befriend(one: Phone, other: Phone) -> None:
    """Two devices whose people talked to each other before there were contacts."""
    if one.user != other.user:
        for phone, user in ((one, other.user), (other, one.user)):
            phone.view.save({(Table.CONTACT, "", user.encode()): Known(before=True, listed=True).encode()})


def intake_public(private: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def kept_frank(frame: socket.Frank) -> Frank:
    return Frank(frame.server_frank, frame.ciphersuite, frame.signature)
