# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What franking costs, without any network (franking note): tag, frank and sign, the receiver's checks, reports."""

from __future__ import annotations

import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.clock import cpu_us
from bench.format import Row
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message.compose import Author, text
from privity.message.errors import BadFrankSignature, FrankMismatch
from privity.message.franking import Frank, accept, context, frank, tag, verify_frank_mac, verify_frank_signature
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
    us = cpu_us({**steps, **_primitives(world)}, samples=samples, calls=calls)
    judged, bare = 1e6 / us["report"], 1e6 / us["bare report"]
    return [
        Row("sender: strict decode and tag, 1 KiB", us["tag"], "cpu_us", None, "one HMAC", us["bare tag"]),
        Row("hub: frank and sign", us["sign"], "cpu_us", None, "HMAC, Ed25519", us["bare sign"]),
        Row("receiver: all checks, 1 KiB", us["receive"], "cpu_us", None, "HMAC, Ed25519", us["bare receive"]),
        Row("desk: reports verified, hub's answer included", judged, "per_cpu_s", None, "2 HMAC, Ed25519", bare),
    ]


def _primitives(world: World) -> dict[str, Callable[[], object]]:
    """The floor under each step: the MACs and signatures it cannot do without, over as many bytes, and nothing else."""
    salt = world.period_key
    bound = world.tag + context(world.alice, world.room, TS)
    private = Ed25519PrivateKey.from_private_bytes(world.hub_private)
    public, signature = private.public_key(), private.sign(bound)

    def sign() -> object:
        return hmac.digest(salt, bound, "sha256"), private.sign(bound)

    def receive() -> None:
        hmac.digest(salt, world.data, "sha256")
        public.verify(signature, bound)

    def report() -> None:
        receive()
        hmac.digest(salt, bound, "sha256")

    tagged = {"bare tag": lambda: hmac.digest(salt, world.data, "sha256")}
    return {**tagged, "bare sign": sign, "bare receive": receive, "bare report": report}
