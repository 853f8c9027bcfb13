# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two people talk over a hub that does anything at all: drops, repeats, swaps, alters, invents, and moves its clock.

After every lie: nothing was shown that nobody said, nothing shown was lost, no engine failed, no step did more than a
bounded amount of work, only honest devices are in any tree that is sealed for, the store makes the same device again.
"""

from __future__ import annotations

import os
from random import Random

import msgspec
import pytest

from privity.client.engine import effects as fx
from privity.client.engine import inputs as i
from privity.client.engine.calls import Call
from privity.client.engine.engine import Engine
from privity.client.engine.records import MemoryView
from privity.client.engine.shown import Kind
from privity.policy.members import members
from privity.wire import rest, socket
from privity.wire.errors import Code, Refusal
from privity.wire.numbers import MAX_COUNT
from privity.wire.socket import EventKind, InboxKind
from tests.client.fake_hub import HOST, START_MS, Phone, World, befriend, plain
from tests.client.hostile_hub import settle_within, signed

SEEDS = int(os.environ.get("PRIVITY_PROVE_HOSTILE_HUBS", "200"))
STEPS = 300
MAX_EFFECTS = 1_000
MAX_STEPS = 3_000
"""Inputs of all devices that one lie may lead to."""
MOODS = ("", "", "refuses every epoch", "is always busy", "takes and is silent", "poisons every entry")
YEAR_MS = 365 * 86_400_000


class Lies:
    """Stands between the honest hub and its devices."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.world = World(seed)
        self.phones = [self.world.person() for _ in range(2)]
        alice, bob = self.phones
        self.rooms = [alice.direct(bob), alice.create_group()]
        alice.invite(self.rooms[1], bob)
        self.honest_clients = {phone.client for phone in self.phones}
        self.said: dict[str, tuple[str, str]] = {}
        self.seen: dict[tuple[str, str, int], bytes] = {}
        self.pool: list[socket.FromHub] = []
        self.rate = 0.25
        self.mood = ""
        for phone in self.phones:
            for room in self.rooms:
                self.say(phone, room)
        settle_within(self.world)
        for phone in self.phones:
            self.watch(phone)
        self._push, self._answer, self._submit = self.world.hub.push, self.world.hub.answer, self.world.hub.submit
        self.world.hub.submit = self.submit  # type: ignore[method-assign]  # the hub lies
        self.world.hub.push = self.push  # type: ignore[method-assign]  # the hub lies
        self.world.hub.answer = self.answer  # type: ignore[method-assign]  # the hub lies

    def watch(self, phone: Phone) -> None:
        """Every engine of this phone from now on, also after a restart, does a bounded amount in each step."""
        make = phone.make_engine

        def made() -> Engine:
            engine = make()
            real = engine.step

            def step(event: i.Input, now_ms: int) -> list[fx.Effect]:
                effects = real(event, now_ms)
                assert len(effects) < MAX_EFFECTS, f"{len(effects)} effects of one {type(event).__name__}"
                return effects

            engine.step = step  # type: ignore[method-assign]  # a look at what comes
            return engine

        phone.make_engine = made  # type: ignore[method-assign]  # as above
        phone.restart()

    # What goes over the socket

    def push(self, client: str, frame: socket.FromHub) -> None:
        self.pool.append(frame)
        if self.random.random() > self.rate:
            self._push(client, frame)
            return
        match self.random.randrange(5):
            case 0:
                return
            case 1:
                self._push(client, frame)
                self._push(client, frame)
            case 2:
                self._push(self.random.choice(self.phones).client, frame)
            case 3:
                self._push(client, self.altered(frame))
            case 4:
                self._push(client, self.random.choice(self.pool))
                self._push(client, frame)

    def submit(self, phone: Phone, frame: socket.Submit) -> None:
        match self.mood:
            case "refuses every epoch":
                epoch = self.random.choice([None, 0, self.world.hub.rooms[frame.room_uri].group.epoch, MAX_COUNT])
                self._push(phone.client, socket.Refused(frame.ref, Code.WRONG_EPOCH, "another epoch", epoch))
            case "is always busy":
                self._push(
                    phone.client, socket.Refused(frame.ref, Code.TOO_MANY, "busy", None, self.random.choice([0, 1]))
                )
            case "takes and is silent":
                pass
            case _:
                self._submit(phone, frame)

    def about_sent(self, phone: Phone, room: str) -> socket.FromHub:
        """A word on a message of this phone, or on none: with a good signature, and a place that may be taken."""
        random = self.random
        refs = [frame.ref for frame in phone.sent[-5:] if isinstance(frame, socket.Submit)]
        ref = random.choice([b"", bytes(16), *refs])
        if random.random() < 0.3:
            return socket.Refused(ref, random.choice(list(Code)), "no", random.choice([None, 0, 2, MAX_COUNT]))
        cursor, ts = phone.engine.rooms[room].record.cursor, self.world.hub.now_ms
        place = random.choice([0, max(0, cursor - random.randrange(9)), cursor + 1, cursor + 3, MAX_COUNT])
        return socket.Accepted(ref, place, ts, signed(self.world, phone.user, room, ts))

    def altered(self, frame: socket.FromHub) -> socket.FromHub:
        """The same frame with one field changed."""
        name = self.random.choice(frame.__struct_fields__) if frame.__struct_fields__ else None
        if name is None:
            return frame
        changed = msgspec.structs.replace(frame, **{name: self.other(name, getattr(frame, name))})
        try:
            return socket.decode_from_hub(socket.encode(changed))
        except socket.BadFrame:
            return frame

    def other(self, name: str, value: object) -> object:
        random = self.random
        if name == "kind":
            return random.choice(list(EventKind) if isinstance(value, EventKind) else list(InboxKind))
        if name == "code":
            return random.choice(list(Code))
        if name == "frank":
            now = self.world.hub.now_ms
            return random.choice([None, signed(self.world, random.choice(self.phones).user, self.rooms[0], now)])
        match value:
            case bool():
                return not value
            case int():
                return random.choice(
                    [0, 1, value + 1, max(0, value - 1), value + 1_000, MAX_COUNT, random.randrange(99)]
                )
            case None:
                return random.choice([0, 1, 50, MAX_COUNT]) if name != "room_uri" else random.choice(self.rooms)
            case str():
                return random.choice(
                    [*self.rooms, *(phone.user for phone in self.phones), "", f"mimi://{HOST}/r/{'a' * 26}"]
                )
            case bytes() if value:
                at = random.randrange(len(value))
                flipped = value[:at] + bytes([value[at] ^ (1 << random.randrange(8))]) + value[at + 1 :]
                return random.choice([b"", flipped, value[:at], value + b"\x00", random.randbytes(40)])
            case bytes():
                return random.randbytes(8)
            case list():
                return random.choice([[], value * 2, value[:1], value[1:], list(reversed(value)), [b"garbage"] * 300])
        return value

    # What is answered to requests

    def answer(self, phone: Phone, call: Call) -> rest.Answer:
        if self.random.random() < self.rate / 3:
            raise Refusal(
                self.random.choice(list(Code)),
                "because",
                retry_after_ms=self.random.choice([None, 0, 1, 50, MAX_COUNT]),
                current_epoch=self.random.choice([None, 0, 3, MAX_COUNT]),
                room_uri=self.random.choice([None, "", *self.rooms]),
            )
        try:
            found = self._answer(phone, call)
        except (KeyError, AssertionError):
            raise Refusal(Code.NOT_FOUND, "no such thing") from None
        if self.mood == "poisons every entry" and isinstance(found, rest.Committed):
            room = next(uri for uri in self.rooms if uri.rsplit("/", 1)[-1] in call.path)
            self.world.hub.append(room, EventKind.COMMIT, b"no commit at all")
        if self.random.random() > self.rate or not found.__struct_fields__:
            return found
        name = self.random.choice(found.__struct_fields__)
        value = getattr(found, name)
        if isinstance(value, list) and any(isinstance(each, rest.Answer) for each in value):
            changed = msgspec.structs.replace(found, **{name: self.random.choice([[], value * 2, value[:1]])})
        else:
            changed = msgspec.structs.replace(found, **{name: self.other(name, value)})
        try:
            return msgspec.json.decode(msgspec.json.encode(changed), type=type(found))
        except msgspec.DecodeError:
            return found  # the connection refuses such an answer

    # Steps

    def say(self, phone: Phone, room: str) -> None:
        text = f"number {len(self.said)}"
        self.said[text] = (phone.user, room)
        phone.command(lambda n: i.Send(n, room, plain(text)))

    def step(self) -> None:
        random, world = self.random, self.world
        phone, room = random.choice(self.phones), random.choice(self.rooms)
        online = phone.client in world.hub.online
        if random.random() < 0.2:
            self.mood = random.choice(MOODS)
        match random.randrange(17):
            case 0 | 1 | 2 | 3:
                self.say(phone, room)
            case 4:
                self._push(phone.client, self.altered(random.choice(self.pool)) if self.pool else socket.CaughtUp())
            case 5:
                self._push(phone.client, socket.Forgotten(room, random.choice([0, 3, 50, MAX_COUNT])))
            case 6:
                box = world.hub.inboxes[phone.client]
                kind, seq = random.choice(list(InboxKind)), random.choice([0, 1, 5, 60, MAX_COUNT])
                old = [frame.body for frame in box if frame.kind is InboxKind.WELCOME] or [b""]
                self._push(phone.client, socket.Inbox(len(box) + 1, kind, room, seq, random.choice(old)))
            case 7:
                world.hub.append(room, random.choice([EventKind.COMMIT, EventKind.PROPOSAL]), random.randbytes(30))
            case 8:
                world.hub.now_ms += random.choice([10, 1_000, 20_000, 700_000])
            case 9:
                world.hub.now_ms = START_MS + random.choice([-9, -1, 0, 1, 9]) * YEAR_MS + random.randrange(10_000)
                phone.skew_ms = START_MS - world.hub.now_ms if random.random() < 0.8 else 0
            case 10:
                random.shuffle(phone.inbox)
            case 11 if online:
                phone.disconnect()
            case 12:
                phone.restart()
                self.check_same(phone)
            case 13 | 14:
                self._push(phone.client, self.about_sent(phone, room))
            case 15:
                item = random.choice(phone.items(room))
                box = world.hub.inboxes[phone.client]
                box.append(socket.Inbox(len(box) + 1, InboxKind.REMOVED, room, item.seq, b""))
                self._push(phone.client, box[-1])
            case 16 if random.random() < 0.1 and self.is_in(phone, room):
                world.hub.propose_removal(room, phone.client)
        if phone.client not in world.hub.online and random.random() < 0.5:
            world.hub.online[phone.client] = phone
            phone.inbox.append(i.Connected(world.hub.now_ms))
        for each in self.phones:
            each.inbox.append(i.Tick())
        settle_within(world, MAX_STEPS)

    def is_in(self, phone: Phone, room: str) -> bool:
        tree = self.world.hub.rooms[room].group.tree
        return any(member.client_uri == phone.client for member in members(tree).values())

    # What always holds

    def check(self) -> None:
        for phone in self.phones:
            for room, followed in phone.engine.rooms.items():
                if followed.group is not None:
                    assert {each.client_uri for each in members(followed.group.tree).values()} <= self.honest_clients
                for item in phone.items(room):
                    if item.kind is Kind.MESSAGE:
                        assert self.said[item.text] == (item.sender, room), "nobody said this here"
                        assert self.seen.setdefault((phone.client, room, item.seq), item.message_id) == item.message_id
            for client, room, seq in self.seen:
                if client == phone.client:
                    assert any(item.seq == seq and item.kind is Kind.MESSAGE for item in phone.items(room)), "lost"

    def check_same(self, phone: Phone) -> None:
        """What is on disk is the whole device."""
        again = Engine(MemoryView(dict(phone.view.rows)), random=self.random.randbytes, jitter=lambda: 0)
        for uri, room in again.rooms.items():
            now = phone.engine.rooms[uri]
            assert room.record == now.record
            assert (room.group is None) == (now.group is None)
            if room.group is not None and now.group is not None:
                assert room.group.epoch_authenticator == now.group.epoch_authenticator


def run(seed: int, steps: int) -> None:
    lies = Lies(seed)
    for _ in range(steps):
        lies.step()
        lies.check()
    lies.rate, lies.mood = 0, ""
    world = lies.world
    world.hub.now_ms = START_MS + 10 * YEAR_MS
    alice, bob = lies.phones
    for phone in lies.phones:
        phone.skew_ms = 0
        phone.disconnect()
        box = world.hub.inboxes[phone.client]
        while len(box) < phone.engine.inbox.cursor():  # numbers that the hub gave to lies are used up
            box.append(socket.Inbox(len(box) + 1, InboxKind.REPORT_OUTCOME, "", 0, b""))
        world.hub.online[phone.client] = phone
        phone.inbox.append(i.Connected(world.hub.now_ms))
    settle_within(world, MAX_STEPS)
    for phone in lies.phones:
        lies.check_same(phone)
    befriend(alice, bob)  # a contact that the hub once left out is over, and they begin it anew
    fresh = alice.create_group()
    world.hub.packages[bob.client] = []
    bob.disconnect()
    bob.connect()
    alice.invite(fresh, bob)
    lies.said["after all that"] = (alice.user, fresh)
    alice.say(fresh, "after all that")
    assert bob.texts(fresh) == ["after all that"], "an honest hub finds both as they were"
    lies.check()


@pytest.mark.parametrize("seed", range(6))
def test_two_people_survive_a_hub_that_does_anything(seed: int) -> None:
    run(seed, 100)


@pytest.mark.prove
def test_two_people_survive_hundreds_of_hubs_that_do_anything() -> None:
    for seed in range(1_000, 1_000 + SEEDS):
        run(seed, STEPS)
