# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a hub that lies needs: its own signature on anything, frames out of thin air, and a look at what comes of it."""

from __future__ import annotations

from privity.client.engine import inputs as i
from privity.client.engine.calls import Call
from privity.client.engine.records import Table
from privity.client.engine.shown import Notice
from privity.client.engine.state import OutboxRecord
from privity.message.franking import frank
from privity.wire import rest, socket
from tests.client.fake_hub import Phone, World

ENOUGH = 2_000
"""Steps that no honest exchange of these tests needs: who is still busy then goes round in circles."""


def settle_within(world: World, steps: int = ENOUGH) -> int:
    """Let everything settle; how many steps it took. Fails when it never does."""
    taken = 0
    moved = True
    while moved:
        moved = False
        for phone in world.phones:
            if not phone.asleep and not phone.crashed and phone.inbox:
                phone.step(phone.inbox.popleft())
                moved = True
                taken += 1
        assert taken < steps, f"still busy after {taken} steps"
    return taken


def pass_within(world: World, ms: int, steps: int = ENOUGH) -> int:
    """Let time pass, as `World.pass_time` does, and settle."""
    world.hub.now_ms += ms
    for phone in world.phones:
        if not phone.asleep:
            phone.inbox.append(i.Tick())
    return settle_within(world, steps)


def tell(world: World, phone: Phone, *frames: socket.FromHub) -> int:
    """The hub says something to one device, as it travels on the socket; how many steps came of it."""
    phone.inbox.extend(i.Received(socket.decode_from_hub(socket.encode(frame))) for frame in frames)
    return settle_within(world)


def signed(world: World, sender: str, room: str, ts_ms: int, tag: bytes = bytes(32)) -> socket.Frank:
    """A frank that the hub signs for whatever it likes: a device cannot check the MAC in it."""
    made = frank(world.hub.period_key, world.hub.frank_private, 1, tag, sender, room, ts_ms)
    return socket.Frank(made.server_frank, made.suite_id, made.signature)


def waiting(phone: Phone, room: str) -> list[OutboxRecord]:
    """The outbox as it is on disk."""
    return [OutboxRecord.decode(value) for _, value in phone.view.scan(Table.OUTBOX, room)]


def notices(phone: Phone) -> list[str]:
    return [what.text for what in phone.shown if isinstance(what, Notice)]


class Answers:
    """A hub whose answers to some requests are other than the honest ones: `change` gets the call and that answer."""

    def __init__(self, world: World) -> None:
        self.calls: list[tuple[Phone, Call]] = []
        self._honest = world.hub.answer
        world.hub.answer = self._answer  # type: ignore[method-assign]  # the hub lies

    def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
        return honest

    def asked(self, part: str) -> int:
        """How many requests had this in their path."""
        return sum(part in call.path for _, call in self.calls)

    def _answer(self, phone: Phone, call: Call) -> rest.Answer:
        self.calls.append((phone, call))
        return self.change(phone, call, self._honest(phone, call))
