# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented people, a room and genuine messages: where every hostile case begins, by breaking one thing."""

from __future__ import annotations

import random as seeded
import time
from dataclasses import dataclass, field

from privity.identity.credential import make_credential
from privity.identity.device_list import Device, DeviceList
from privity.identity.uris import new_client_uri, new_room_uri, new_user_uri
from privity.keylog.labels import user_label
from privity.message import compose, sealed_report
from privity.message.content import MimiContent
from privity.message.franking import Frank, make_tag
from privity.message.report import AbuseReport, Authorship, Reason, ReportedMessage
from privity.message.safe_aad import encode_aad
from privity.mls.crypto import sign_with_label, signature_public_key
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import MLS10, PRIVATE_MESSAGE
from privity.mls.messages.framing import LABEL, FramedContent, Sender, content_tbs
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.mls.suites import suite
from tests.desk.fake_hub import HOST, FakeHub

T0 = 1_800_000_000_000
random = seeded.Random(7).randbytes


@dataclass(frozen=True, slots=True)
class Person:
    """An account with one device."""

    user_uri: str
    client_uri: str
    device_private: bytes
    account_private: bytes
    device_list: DeviceList

    @classmethod
    def new(cls) -> Person:
        user = new_user_uri(HOST, random)
        client = new_client_uri(user, random)
        device, account = random(32), random(32)
        listed = Device(client, signature_public_key(suite(1), device), T0 - 1000)
        return cls(
            user, client, device, account, DeviceList.sign(user, (listed,), account, recovery_private=random(32))
        )

    def leaf(self) -> LeafNode:
        return LeafNode.signed(
            suite(1),
            self.device_private,
            encryption_key=random(32),
            signature_key=signature_public_key(suite(1), self.device_private),
            credential=make_credential(self.client_uri),
            capabilities=Capabilities(),
            source=LeafSource.KEY_PACKAGE,
            lifetime=Lifetime(0, 1 << 40),
        )


@dataclass(slots=True)
class World:
    """Alice writes, Bob reports, both in one room of a hub."""

    hub: FakeHub
    intake_public: bytes
    alice: Person = field(default_factory=Person.new)
    bob: Person = field(default_factory=Person.new)
    room_uri: str = field(default_factory=lambda: new_room_uri(HOST, random))
    clock: int = T0

    def __post_init__(self) -> None:
        for person in (self.alice, self.bob):
            self.publish(person.user_uri, person.device_list)
            self.hub.participants[self.room_uri, person.user_uri] = (T0, T0 + 10_000_000)

    def publish(self, user_uri: str, devices: DeviceList, hours_ago: int = 100) -> None:
        """A list comes into the hub's key log, a while ago."""
        self.hub.log.put(user_label(user_uri), devices.encode())
        self.hub.log.cut(time.time_ns() // 1_000_000 - hours_ago * 3_600_000)

    def text(self, body: str, sender: Person | None = None) -> MimiContent:
        author = compose.Author((sender or self.alice).user_uri, self.room_uri)
        return compose.text(author, body, random=random)

    def sent(self, content: MimiContent | None = None, *, proof: bool = True) -> ReportedMessage:
        """A message that Alice's device sent and the hub franked, with everything that a receiver keeps."""
        self.clock += 10
        self.hub.events.setdefault(self.room_uri, []).append(self.clock)
        data = (content or self.text(f"invented words {self.clock}")).encode()
        tag = make_tag(data, MimiContent.decode(data).salt)
        frank = self.hub.frank(tag, self.alice.user_uri, self.room_uri, self.clock)
        return self.message(data, frank, self.clock, proof=proof)

    def message(
        self, data: bytes, frank: Frank, ts_ms: int, *, proof: bool = True, signer: Person | None = None
    ) -> ReportedMessage:
        authorship = self.signed(data, signer or self.alice) if proof else None
        return ReportedMessage(data, frank, ts_ms, authorship)

    def signed(self, data: bytes, signer: Person) -> Authorship:
        """What MLS gives a receiver: the signature over D, the group context, the leaf, the device list."""
        aad = encode_aad(make_tag(data, MimiContent.decode(data).salt))
        context = GroupContext(MLS10, 1, self.room_uri.encode(), 3, b"t" * 32, b"c" * 32, ()).encode()
        framed = FramedContent(self.room_uri.encode(), 3, Sender.member(5), aad, data)
        signature = sign_with_label(
            suite(1), signer.device_private, LABEL, content_tbs(PRIVATE_MESSAGE, framed, context)
        )
        return Authorship(3, 5, aad, signature, context, signer.leaf().encode(), signer.device_list.encode())

    def report(self, *messages: ReportedMessage, **changes: object) -> AbuseReport:
        fields: dict[str, object] = {
            "reporter_uri": self.bob.user_uri,
            "alleged_uri": self.alice.user_uri,
            "room_uri": self.room_uri,
            "reason": Reason.HARASSMENT,
            "note": "an invented note",
            "messages": messages,
        }
        return AbuseReport(**(fields | changes))  # type: ignore[arg-type]  # the fields of a report, by name

    def relay(self, *messages: ReportedMessage, **changes: object) -> int:
        """Bob's device seals a report and the hub takes it for the desk."""
        sealed = sealed_report.seal(self.intake_public, self.report(*messages, **changes))
        return self.hub.relay(self.bob.user_uri, sealed)
