# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What franking costs, without any network (franking note): tag, frank and sign, the receiver's checks, reports."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.clock import cpu_us
from bench.format import Row
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message.compose import Author, text
from privity.message.errors import BadFrankSignature, FrankMismatch
from privity.message.franking import Frank, accept, frank, tag, verify_frank_mac, verify_frank_signature
from privity.message.report import AbuseReport, Reason, ReportedMessage
from privity.message.verify_report import HubAnswer, Question, verify_report
from privity.mls.crypto import SigningKey, generate_signature_key
from privity.mls.suites import suite

SUITE = suite(1)
TS = 1_767_225_600_123
BODY_BYTES = 1024


@dataclass(frozen=True, slots=True, repr=False)
class World:
    """One franked message, and the hub's keys of that day."""

    alice: str
    bob: str
    room: str
    data: bytes
    tag: bytes
    period_key: bytes
    hub_private: bytes
    hub_public: bytes

    def frank(self) -> Frank:
        return frank(self.period_key, self.hub_private, SUITE.id, self.tag, self.alice, self.room, TS)

    def ask(self, question: Question) -> HubAnswer:
        """The hub's answer, as it computes it: MAC, then signature."""
        names = (question.sender_uri, question.room_uri, question.ts_ms)
        try:
            verify_frank_mac(self.period_key, question.tag, *names, question.frank.server_frank)
        except FrankMismatch:
            return HubAnswer.MISMATCH
        try:
            verify_frank_signature(question.frank, self.hub_public, *names)
        except BadFrankSignature:
            return HubAnswer.BAD_SIGNATURE
        return HubAnswer.VERIFIED


def make_world() -> World:
    """The same one every time."""
    rnd = random.Random(7).randbytes
    alice, bob = new_user_uri("hub.example", rnd), new_user_uri("hub.example", rnd)
    room = new_room_uri("hub.example", rnd)
    data = text(Author(alice, room), "x" * BODY_BYTES, random=rnd).encode()
    private, public = generate_signature_key(SUITE, rnd)
    return World(alice, bob, room, data, tag(data), rnd(32), private, public)


def rows(*, quick: bool) -> list[Row]:
    """CPU of each step, sampled in turns; and reports per second of one core."""
    world = make_world()
    sent = world.frank()
    key = SigningKey(SUITE, world.hub_private)
    report = AbuseReport(world.bob, world.alice, world.room, Reason.SPAM, "", (ReportedMessage(world.data, sent, TS),))

    def sign() -> Frank:
        return frank(world.period_key, key, SUITE.id, world.tag, world.alice, world.room, TS)

    def receive() -> object:
        return accept(world.data, world.alice, world.room, TS, world.tag, sent, world.hub_public)

    def judge() -> None:
        (verdict,) = verify_report(report, world.bob, ask=world.ask, was_participant=lambda room, user, ts: True)
        assert verdict.proven, verdict

    steps = {"tag": lambda: tag(world.data), "sign": sign, "receive": receive, "report": judge}
    samples, calls = (5, 40) if quick else (25, 400)
    us = cpu_us(steps, samples=samples, calls=calls)
    return [
        Row("sender: strict decode and tag, 1 KiB", us["tag"], "cpu_us"),
        Row("hub: frank and sign", us["sign"], "cpu_us"),
        Row("receiver: all checks before showing, 1 KiB", us["receive"], "cpu_us"),
        Row("desk: reports of one message verified, hub's answer included", 1e6 / us["report"], "per_cpu_s"),
    ]
