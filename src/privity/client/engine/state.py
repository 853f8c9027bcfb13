# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What all parts of the engine share: who this device is, the batch of the current step, its clock and randomness."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from privity.client.engine import flow
from privity.client.engine.calls import Call
from privity.client.engine.contact_book import ContactBook
from privity.client.engine.effects import Effect, RequestRest, Show, Solve, StopSolving, Transmit, WakeAt
from privity.client.engine.flow import Flow, Runner, T
from privity.client.engine.gossip import Gossip
from privity.client.engine.held import Space
from privity.client.engine.held_back import HeldBack
from privity.client.engine.hub_record import look_at_hub
from privity.client.engine.key_log import KEYS, KeyLog
from privity.client.engine.list_changes import told
from privity.client.engine.own_lists import OwnLists
from privity.client.engine.proven_rules import ProvenRules
from privity.client.engine.records import Batch, Table
from privity.client.engine.returns import Returns
from privity.client.engine.shown import Item, Notice, Shown, encode_item
from privity.client.engine.trust import Pins, UnknownDevice
from privity.client.errors import CommandRefused
from privity.identity.account import Account
from privity.identity.continuation import Continuation
from privity.identity.credential import make_credential
from privity.keylog.verify import LogKeys
from privity.mls.codec import u64
from privity.mls.errors import PolicyRefused
from privity.mls.group.identity import Identity
from privity.mls.messages.app_data import SafeAAD
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE, BASIC, LAST_RESORT
from privity.mls.suites import CipherSuite, suite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.members import members
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import RoomState
from privity.policy.room_suites import ORDINARY, ROOM_SUITES, SPOKEN
from privity.wire.errors import Code
from privity.wire.socket import FromDevice

CAPABILITIES = Capabilities(
    cipher_suites=tuple(each.id for each in SPOKEN),
    extensions=(APP_DATA_DICTIONARY, LAST_RESORT),
    proposals=(APP_DATA_UPDATE,),
    credentials=(BASIC,),
)
"""What this device says it can do."""

NO_AAD = SafeAAD().encode()
"""Authenticated data of handshake messages: rooms use safe_aad, and there is nothing to say."""

CLOCK_LIMIT_MS = 300_000
"""Clocks that differ by more than five minutes are worth a warning. They never hide a message."""

PASSING = (Code.CLOCK_AHEAD, Code.UNAVAILABLE, Code.TOO_MANY, Code.INTERNAL)
"""Refusals that say nothing about what was asked: the same may be taken later."""

RETRY_MS = 5_000
"""How long later, where the hub does not say."""

SOONEST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 3_600_000
"""Between these, whatever the hub says: a device neither asks without a pause nor falls silent."""

BELIEVED_MS = 3_650 * 86_400_000
"""A hub whose clock is further off than ten years is not asked for the time."""


class Own(msgspec.Struct, frozen=True):
    """This device, as it is kept. `account_private`: once made (`own_devices`) or given (`account_keys`)."""

    user_uri: str
    client_uri: str
    handle: str
    signature_private: bytes
    signature_public: bytes
    account_private: bytes | None
    hub_host: str
    hub_key: bytes
    franking_key: bytes
    intake_key: bytes | None
    earlier_franking_keys: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"<Own {self.client_uri}>"

    def identity(self, suite: CipherSuite) -> Identity:
        """This device in rooms of one suite: the same key in all, since all sign with Ed25519."""
        return Identity(suite, make_credential(self.client_uri), self.signature_private, self.signature_public)

    def encode(self) -> bytes:
        return msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Own:
        return msgspec.msgpack.decode(data, type=cls)


OWN_KEY = b"device"


class UnknownFrankingKey(PolicyRefused):
    """A room names, or is to name, a key for franks that no record of the hub names."""


def wait_ms(retry_after_ms: int | None) -> int:
    """How long to wait after a passing refusal that names this time, or none."""
    return min(max(retry_after_ms or RETRY_MS, SOONEST_RETRY_MS), LONGEST_RETRY_MS)


def still_waits(until_ms: int, now_ms: int) -> bool:
    """Whether this time is still to come. One further ahead than anything waits was set by a clock that was wrong."""
    return now_ms < until_ms <= now_ms + 2 * LONGEST_RETRY_MS


class PendingRecord(msgspec.Struct, frozen=True):
    """An own commit on its way to the hub, byte for byte, so that it can be posted again with the same ref."""

    ref: bytes
    commit: bytes = msgspec.field()
    group_info: bytes = msgspec.field()
    welcome: bytes | None
    seq: int | None = None
    ts_ms: int | None = None

    def __repr__(self) -> str:
        return f"<PendingRecord seq={self.seq}>"


class LinkRecord(msgspec.Struct, frozen=True):
    """A link into a room as it is kept (`room_links`)."""

    secret: bytes
    mode: int
    revoked: bool
    expires_ms: int
    maker: str
    name: str

    def __repr__(self) -> str:
        return f"<LinkRecord by {self.maker}{' revoked' if self.revoked else ''}>"


class KnockRecord(msgspec.Struct, frozen=True):
    """Somebody who knocked with a link that was open, and did so themselves (`knocking`). `asks`: a person is to say
    yes or no. Otherwise this device lets them in at `due_ms`, if nobody did before; `tries` counts how often it has."""

    user_uri: str
    link_id: bytes
    at_ms: int
    asks: bool
    due_ms: int = 0
    tries: int = 0


class ContinuesRecord(msgspec.Struct, frozen=True):
    """The older room of a room, by whose word; `said` is their statement (`identity.continuation`). `doubt` is why this
    device does not take the word for it, empty where it does."""

    room_uri: str
    by: str
    said: bytes
    doubt: str = ""


class RoomRecord(msgspec.Struct):
    """A room as this device keeps it, beside its MLS records. `cursor` is the last event that was dealt with.

    `leaves_at` is the event with which this device is out, once the hub has said so. `leaving` names dropped devices
    that were still in the tree when this device entered: nothing that comes from them since is believed. `epoch` and
    `context_hash` are those of the newest state it was in, also after its keys are gone; `people` are the two of a
    direct room. `agreed_hash` and `agreed_logging` are the policy that the person agreed to (`consent`); `archives`
    says since when (ms) each was declared, 0 where that was before this device came. `let_in` says how many resets each
    person's account had gone through when their devices came in. `spoke`: this account made the room, or has said
    something there. `expires_s` is after how long new messages disappear, 0 for never (`profile`). `held` says that the
    hub counts this device in, and that its person has not agreed to it (`admission`). `links` lead into the room,
    `knocks` says who waits for being let in, `left_ms` when people left who could knock again, `knocks_after_ms` since
    when this device sees who leaves. `suite` is that of its group, from the first epoch to the last. `used_epoch` is
    the last epoch in which message keys may have been used that this store takes for unused, because it was put back
    from a copy: nothing is sealed in it any more. `continues` is what an admin said about the older room of this one,
    `continued_in` the room that was begun in this one's place (`continued`). `renews_ms` is when this device looks
    whether its place in the tree needs new keys, 0 where it does not (`policy.filling`).
    """

    room_uri: str
    cursor: int
    joined_seq: int
    direct: bool
    last_ts: int = 0
    name: str = ""
    member: bool = True
    stopped: str = ""
    leaves_at: int | None = None
    leaving: tuple[str, ...] = ()
    hidden: int = 0
    pending: PendingRecord | None = None
    epoch: int = -1
    context_hash: bytes = b""
    people: tuple[str, ...] = ()
    agreed_hash: bytes = b""
    agreed_logging: bytes = b""
    archives: dict[str, int] = {}
    let_in: dict[str, int] = {}
    spoke: bool = False
    expires_s: int = 0
    held: HeldBack | None = None
    links: tuple[LinkRecord, ...] = ()
    knocks: tuple[KnockRecord, ...] = ()
    left_ms: dict[str, int] = {}
    knocks_after_ms: int = 0
    suite: int = ORDINARY.id
    used_epoch: int = -1
    renews_ms: int = 0
    continues: ContinuesRecord | None = None
    continued_in: str = ""

    def encode(self) -> bytes:
        return msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> RoomRecord:
        return msgspec.msgpack.decode(data, type=cls)


class OutboxRecord(msgspec.Struct, frozen=True):
    """Content on its way. `ref` and `message` are there once it was sealed; they are sent again as they are. `token` is
    the word by which whoever asked for it knows it again (`tokens`)."""

    content: bytes
    message_id: bytes
    ref: bytes = b""
    message: bytes = b""
    token: str = ""

    def __repr__(self) -> str:
        return f"<OutboxRecord {self.message_id.hex()[:16]} {'sealed' if self.ref else 'waiting'}>"

    def encode(self) -> bytes:
        return msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> OutboxRecord:
        return msgspec.msgpack.decode(data, type=cls)


HeardContinuation = Callable[[RoomRecord, Continuation, str, RoomState], str]
"""(the room, what is said, the user URI of who says it, the state of the room): `continued.hear`."""


@dataclass(slots=True)
class Device:
    """The shared state of one engine."""

    own: Own
    batch: Batch
    random: Callable[[int], bytes]
    jitter: Callable[[], int]
    now_ms: int = 0
    hub_ahead_ms: int = 0
    """How far the hub's clock was ahead of this device's when they last met."""
    hub_said_ms: int = 0
    """The latest time of an event: the hub's clock was there, whatever it says now."""
    online: bool = False
    caught_up: bool = False
    inbox_read: bool = True
    clock_differs: bool = False
    epochs: int = 0
    """How often a room has come into another epoch, or this device out of one, since the engine was made."""
    changed_rooms: set[str] = field(default_factory=set)
    """Rooms of which that is so, until `report_keys` has looked at who has an office there."""
    put_back: bool = False
    """Whether the person was told that the store is older than what this device did."""
    distrust_rooms: Callable[[], None] = lambda: None
    """What is done in every room once that is known."""
    heard_continuation: HeardContinuation = lambda record, said, sender, state: ""
    """What is done when somebody says that a room continues an older one; the line about it."""
    effects: list[Effect] = field(default_factory=list)
    space: Space = field(default_factory=Space)
    log: KeyLog = field(init=False)
    returns: Returns = field(init=False)
    pins: Pins = field(init=False)
    rules: RoomRules = field(init=False)
    identities: dict[int, Identity] = field(init=False)
    runner: Runner = field(init=False)
    gossip: Gossip = field(init=False)
    contacts: ContactBook = field(init=False)

    def __post_init__(self) -> None:
        keys = self.batch.get(Table.LOG, "", KEYS)
        if keys is None:
            raise CommandRefused("the store names no key log; register this device anew, or link it")
        self.log = KeyLog(self.batch, LogKeys.decode(keys), lambda: self.now_ms)
        own = self.own
        self.returns = Returns(own.user_uri, own.hub_host, lambda: self.now_ms, lambda text: self.show(Notice(text)))
        own_lists = OwnLists(self.batch, own.user_uri)
        self.pins = Pins(self.batch, self.log, own_lists, self.returns, lambda: self.now_ms, self._tell)
        self.rules = ProvenRules(
            self.pins.check_device, self.pins.check_fresh, self.check_franking_key, self.pins.was_listed
        )
        self.identities = {each.id: self.own.identity(each) for each in ROOM_SUITES.values()}
        self.runner = Runner(self._request)
        self.gossip = Gossip(self)
        self.contacts = ContactBook(self.batch, lambda: self.hub_ms)

    def identity(self, suite_id: int) -> Identity:
        """This device in rooms of this suite. Raises UnknownCipherSuite."""
        return self.identities[suite(suite_id, ROOM_SUITES).id]

    @property
    def now_s(self) -> int:
        """By the hub's clock: a device whose own is wrong must not refuse KeyPackages that all others take."""
        return self.hub_ms // 1000

    @property
    def hub_ms(self) -> int:
        """The hub's clock, as far as this device knows."""
        return self.now_ms + self.hub_ahead_ms

    @property
    def hub_now_ms(self) -> int:
        """What the hub's clock says, as far as this device knows."""
        return self.now_ms + self.hub_ahead_ms

    @property
    def surely_ms(self) -> int:
        """What both clocks say is past. Nothing is erased before, however wrong one of them is."""
        return min(self.now_ms, max(self.now_ms + self.hub_ahead_ms, self.hub_said_ms))

    def check_franking_key(self, key: bytes) -> None:
        """Raise UnknownFrankingKey unless the hub's record names this key for franks. (`policy.CheckFrankingKey`)"""
        if not hmac.compare_digest(key, self.own.franking_key):
            raise UnknownFrankingKey("the hub would sign reports with a key that its record does not name")

    def note_franking_key(self, key: bytes) -> None:
        """A newer record of the hub, proven, names this key. Rooms that have not changed since name an earlier one."""
        if key != self.own.franking_key:
            before = dict.fromkeys((self.own.franking_key, *self.own.earlier_franking_keys))
            earlier = tuple(each for each in before if each != key)
            self.own = msgspec.structs.replace(self.own, franking_key=key, earlier_franking_keys=earlier)
            self.batch.put(Table.OWN, "", OWN_KEY, self.own.encode())

    def _request(self, number: int, asked: Call | flow.Solve) -> None:
        self.effects.append(
            Solve(number, asked.puzzle) if isinstance(asked, flow.Solve) else RequestRest(number, asked)
        )

    def stop_work(self) -> None:
        """The person does not want to wait for work: what it was for comes to nothing."""
        self.effects += [StopSolving(number) for number in self.runner.stop_work()]

    def _tell(self, user_uri: str, before: Account, after: Account) -> None:
        self.effects += [Show(what) for what in told(user_uri, before, after)]

    def show(self, what: Shown) -> None:
        self.effects.append(Show(what))

    def wake_at(self, at_ms: int) -> None:
        self.effects.append(WakeAt(at_ms))

    def note_epoch(self, room_uri: str) -> None:
        """A room is in another epoch, or this device no longer in it."""
        self.epochs += 1
        self.changed_rooms.add(room_uri)

    def wake_surely_at(self, at_ms: int) -> None:
        """When `surely_ms` will be there."""
        self.wake_at(at_ms - min(0, self.hub_ahead_ms))

    def transmit(self, frame: FromDevice) -> None:
        self.effects.append(Transmit(frame))

    def put_item(self, item: Item) -> None:
        """Keep and show an entry of a timeline."""
        self.batch.put(Table.TIMELINE, item.room_uri, u64(item.seq), encode_item(item))
        self.show(item)

    def with_lists(self, action: Callable[[], T]) -> Flow[T]:
        """Do something that checks leaves; where a device is unknown, look its user up once and try again.

        `action` must change nothing when it raises. A list that the hub will not show, that is not proven, or that
        contradicts the pinned one, refuses the device.
        """
        fetched: set[str] = set()
        while True:
            try:
                return action()
            except UnknownDevice as err:
                if err.user_uri in fetched:
                    raise
                fetched.add(err.user_uri)
                yield from self.pins.refresh(err.user_uri)
            except UnknownFrankingKey:
                if self.own.hub_host in fetched:
                    raise
                fetched.add(self.own.hub_host)
                yield from look_at_hub(self)

    def meet(self, tree: RatchetTree) -> Flow[None]:
        """Look up the people in a tree whom this device has never met, or not looked up within a day, each once.

        `with_lists` would come to the same, and look at the whole tree again for each of them.
        """
        for user_uri in sorted({member.user_uri for member in members(tree).values()}):
            if not self.pins.is_fresh(user_uri):
                yield from self.pins.refresh(user_uri)
