# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One invented room with one franked message, and the keys behind it."""

from __future__ import annotations

import random as _random
from collections.abc import Callable
from dataclasses import dataclass

from privity.identity.credential import make_credential
from privity.identity.device_list import Device, DeviceList
from privity.identity.leaf_binding import ChainBinding
from privity.identity.uris import new_client_uri, new_room_uri, new_user_uri
from privity.message.compose import Author, text
from privity.message.errors import BadFrankSignature, FrankMismatch, WrongFrankSuite
from privity.message.franking import Frank, frank, make_tag, period_of, verify_frank_mac, verify_frank_signature
from privity.message.report import AbuseReport, Authorship, Reason, ReportedMessage
from privity.message.safe_aad import encode_aad
from privity.message.verify_report import HubAnswer, Question
from privity.mls import suites
from privity.mls.crypto import sign_with_label, signature_public_key
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import MLS10, PRIVATE_MESSAGE
from privity.mls.messages.framing import LABEL, FramedContent, Sender, content_tbs
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime

SUITE = suites.suite(1)
TS = 1_767_225_600_123


def seeded(seed: int) -> Callable[[int], bytes]:
    return _random.Random(seed).randbytes


@dataclass(frozen=True)
class World:
    """Alice writes, Bob reports; `other` names exist to be swapped in."""

    alice: str
    bob: str
    room: str
    other_room: str
    period_key: bytes
    hub_private: bytes
    hub_public: bytes
    device_private: bytes
    device_list: DeviceList
    group_context: bytes
    leaf_node: bytes
    data: bytes
    salt: bytes

    @property
    def tag(self) -> bytes:
        return make_tag(self.data, self.salt)

    def frank(self, ts_ms: int = TS) -> Frank:
        return frank(self.period_key, self.hub_private, 1, self.tag, self.alice, self.room, ts_ms)

    def reported(self, *, authorship: bool = False) -> ReportedMessage:
        return ReportedMessage(self.data, self.frank(), TS, self.authorship() if authorship else None)

    def report(self, *messages: ReportedMessage) -> AbuseReport:
        return AbuseReport(self.bob, self.alice, self.room, Reason.HARASSMENT, "please look", messages)

    def authorship(self) -> Authorship:
        aad = encode_aad(self.tag)
        content = FramedContent(self.room.encode(), 7, Sender.member(3), aad, self.data)
        tbs = content_tbs(PRIVATE_MESSAGE, content, self.group_context)
        signature = sign_with_label(SUITE, self.device_private, LABEL, tbs)
        return Authorship(7, 3, aad, signature, self.group_context, self.leaf_node, self.device_list.encode())

    def binding(self) -> ChainBinding:
        return ChainBinding(self.alice, ((self.device_list.encode(), None),))

    def ask(self, question: Question) -> HubAnswer:
        """The hub's side: V4 to V6 with one key that is held."""
        if period_of(question.ts_ms) != period_of(TS):
            return HubAnswer.EXPIRED
        names = (question.sender_uri, question.room_uri, question.ts_ms)
        try:
            verify_frank_mac(self.period_key, question.tag, *names, question.frank.server_frank)
        except FrankMismatch:
            return HubAnswer.MISMATCH
        try:
            verify_frank_signature(question.frank, self.hub_public, *names)
        except (BadFrankSignature, WrongFrankSuite):
            return HubAnswer.BAD_SIGNATURE
        return HubAnswer.VERIFIED


def make_world(seed: int = 1, body: str = "an invented message") -> World:
    rnd = seeded(seed)
    alice, bob = new_user_uri("hub.example", rnd), new_user_uri("hub.example", rnd)
    room, other_room = new_room_uri("hub.example", rnd), new_room_uri("hub.example", rnd)
    hub, device, account = rnd(32), rnd(32), rnd(32)
    device_uri = new_client_uri(alice, rnd)
    device_public = signature_public_key(SUITE, device)
    leaf = LeafNode.signed(
        SUITE,
        device,
        encryption_key=rnd(32),
        signature_key=device_public,
        credential=make_credential(device_uri),
        capabilities=Capabilities((MLS10,), (1,), (), (), (1,)),
        source=LeafSource.KEY_PACKAGE,
        lifetime=Lifetime(0, 1 << 40),
    )
    context = GroupContext(MLS10, 1, room.encode(), 7, rnd(32), rnd(32), ())
    content = text(Author(alice, room), body, random=rnd)
    return World(
        alice,
        bob,
        room,
        other_room,
        rnd(32),
        hub,
        signature_public_key(SUITE, hub),
        device,
        DeviceList.sign(alice, (Device(device_uri, device_public, TS - 1000),), account, recovery_private=rnd(32)),
        context.encode(),
        leaf.encode(),
        content.encode(),
        content.salt,
    )
